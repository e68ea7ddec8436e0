//! The part of a bulletin that names: classes of problems, one statement a unit, and the numbered annex that
//! statements cite. Pure.

use std::{cmp::Reverse, collections::BTreeSet};

use super::bulletin::{ManualFinding, Material};
use crate::model::{Finding, FindingState, Looks, NamedFinding, ProblemClass, Share, Statement, UnitResult};

/// Where a finding stands for the quarter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    Named,
    NamedAndFixed,
    Suspected,
    GoneUnreviewed,
    Waived,
    Dismissed,
    CarriedOver,
}

impl Standing {
    pub(super) fn is_named(self) -> bool {
        matches!(self, Standing::Named | Standing::NamedAndFixed)
    }
}

/// Problem classes with their statements, and the numbered annex in the order in which statements cite it.
pub(super) fn problems(
    standing: &[(Standing, &Finding)],
    manual: &[&ManualFinding],
    units: &[UnitResult],
    material: &Material,
) -> (Vec<ProblemClass>, Vec<NamedFinding>) {
    let checks: BTreeSet<&str> = standing
        .iter()
        .filter(|(stands, _)| stands.is_named() || *stands == Standing::Suspected)
        .map(|(_, finding)| finding.identity.check.as_str())
        .collect();
    let clauses: BTreeSet<&str> = manual.iter().map(|finding| finding.clause.as_str()).collect();
    let mut classes: Vec<ProblemClass> = checks.iter().map(|check| class_of_check(check, standing, material)).collect();
    classes.extend(clauses.iter().map(|clause| class_of_clause(clause, manual)));
    classes.sort_by_key(|class| (Reverse(class.confirmed), Reverse(class.suspected)));

    let crawled = standing.iter().filter(|(stands, _)| stands.is_named());
    let mut rows: Vec<NamedFinding> = crawled.map(|(_, finding)| row_of_crawl(finding, material)).collect();
    rows.extend(manual.iter().map(|finding| row_of_staff(finding)));
    let place_of = |row: &NamedFinding| {
        let class = classes.iter().position(|class| class.check == row.check);
        (class, units.iter().position(|unit| unit.unit == row.unit))
    };
    rows.sort_by_cached_key(|row| (place_of(row), row.subject.clone(), row.first_seen, row.id.clone()));
    for (number, row) in (1..).zip(&mut rows) {
        row.number = number;
    }
    for class in &mut classes {
        class.statements = statements(rows.iter().filter(|row| row.check == class.check));
    }
    (classes, rows)
}

/// One statement for each unit, in the order of the rows.
fn statements<'a>(rows: impl Iterator<Item = &'a NamedFinding>) -> Vec<Statement> {
    let mut statements: Vec<Statement> = Vec::new();
    for row in rows {
        if statements.last().is_none_or(|last| last.unit != row.unit) {
            statements.push(Statement {
                unit: row.unit.clone(),
                subjects: Vec::new(),
                numbers: Vec::new(),
                findings: Vec::new(),
            });
        }
        if let Some(statement) = statements.last_mut() {
            statement.subjects.push(row.subject.clone());
            statement.numbers.push(row.number);
            statement.findings.push(row.id.clone());
        }
    }
    statements
}

fn class_of_check(check: &str, standing: &[(Standing, &Finding)], material: &Material) -> ProblemClass {
    let of_class = || standing.iter().filter(|(_, finding)| finding.identity.check == check);
    let mut looks = Looks::default();
    for outcome in material.looks.iter().flat_map(|look| &look.outcomes).filter(|outcome| outcome.check == check) {
        looks.add(Looks::of(outcome.outcome));
    }
    let text = material.checks.iter().find(|text| text.id == check);
    ProblemClass {
        check: check.to_owned(),
        title: title_of(check, material),
        basis: text.map(|text| text.basis.clone()).unwrap_or_default(),
        fix: text.map(|text| text.fix.clone()).unwrap_or_default(),
        confirmed: of_class().filter(|(stands, _)| stands.is_named()).count(),
        suspected: of_class().filter(|(stands, _)| *stands == Standing::Suspected).count(),
        checked: Share::new(looks.decided(), looks.applicable()),
        statements: Vec::new(),
    }
}

/// What staff found by hand under one clause of the plan.
fn class_of_clause(clause: &str, manual: &[&ManualFinding]) -> ProblemClass {
    let of_clause: Vec<_> = manual.iter().filter(|finding| finding.clause == clause).collect();
    ProblemClass {
        check: clause.to_owned(),
        title: of_clause.first().map(|finding| finding.title.clone()).unwrap_or_default(),
        basis: format!("考核细则{clause}"),
        fix: String::new(),
        confirmed: of_clause.len(),
        suspected: 0,
        checked: Share::default(),
        statements: Vec::new(),
    }
}

fn title_of(check: &str, material: &Material) -> String {
    let text = material.checks.iter().find(|text| text.id == check);
    text.map_or_else(|| check.to_owned(), |text| text.title.clone())
}

fn row_of_crawl(finding: &Finding, material: &Material) -> NamedFinding {
    let id = &finding.identity.portal;
    let portal = material.portals.iter().find(|portal| portal.id == *id);
    NamedFinding {
        number: 0,
        id: finding.id.clone(),
        unit: finding.identity.unit.clone(),
        portal: portal.map_or_else(|| id.clone(), |portal| portal.name.clone()),
        check: finding.identity.check.clone(),
        check_title: title_of(&finding.identity.check, material),
        subject: finding.subject.label.clone(),
        message: finding.message.clone(),
        url: finding.url.clone(),
        first_seen: finding.first_seen,
        last_seen: finding.last_seen,
        state: finding.state,
    }
}

fn row_of_staff(finding: &ManualFinding) -> NamedFinding {
    NamedFinding {
        number: 0,
        id: finding.id.clone(),
        unit: finding.unit.clone(),
        portal: "人工检查".to_owned(),
        check: finding.clause.clone(),
        check_title: finding.title.clone(),
        subject: finding.subject.clone().unwrap_or_else(|| finding.title.clone()),
        message: finding.note.clone(),
        url: finding.url.clone(),
        first_seen: finding.date,
        last_seen: finding.date,
        state: FindingState::Confirmed,
    }
}
