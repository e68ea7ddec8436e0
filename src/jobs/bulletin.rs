//! Assembles a quarter's bulletin from what the log holds. Pure: the same material gives the same bulletin.
//!
//! A finding is named only when a person has confirmed it. What is flagged is counted as 待核查, what is
//! dismissed or waived is counted, and what could not be looked at in the quarter accuses nobody.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::bulletin_problems::{Standing, problems};
use crate::model::{
    Bulletin, Cause, Finding, FindingState, Looks, Method, NotMeasurable, Outcome, PendingMeasure, Portal, Quarter,
    Rectification, Run, RunState, Scope, Share, Totals, UnitKind, UnitResult, UnitScore, Unmeasured, Verdict,
};

/// Everything a bulletin is made of.
#[derive(Clone, Debug, Default)]
pub struct Material {
    /// The day the bulletin is drawn up.
    pub drawn_up: Date,
    pub office: String,
    /// Portals to be watched, with the units to be assessed.
    pub portals: Vec<Portal>,
    pub checks: Vec<CheckText>,
    /// Runs of the quarter.
    pub runs: Vec<Run>,
    /// The latest readable visit of each portal in the quarter.
    pub looks: Vec<PortalLook>,
    /// All findings of the log.
    pub findings: Vec<Finding>,
    /// Confirmed faults that staff found by hand.
    pub manual: Vec<ManualFinding>,
    /// By name of the unit.
    pub scores: BTreeMap<String, UnitScore>,
    pub pending: Vec<PendingMeasure>,
    pub method: Method,
    /// Working days to mend, and the last of them where the calendar knows it.
    pub rectification: Option<Rectification>,
}

/// The words of a check.
#[derive(Clone, Debug, Default)]
pub struct CheckText {
    pub id: String,
    pub title: String,
    pub basis: String,
    pub fix: String,
}

/// A confirmed fault that staff found by hand, under a clause of the plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManualFinding {
    /// Id of the entry in the log.
    pub id: String,
    pub unit: String,
    pub clause: String,
    /// What the clause is called.
    pub title: String,
    pub subject: Option<String>,
    pub note: String,
    pub url: Option<String>,
    pub date: Date,
}

/// What one visit saw of a portal.
#[derive(Clone, Debug, Default)]
pub struct PortalLook {
    /// Id of the portal.
    pub portal: String,
    pub pages_read: usize,
    pub outcomes: Vec<Outcome>,
    pub not_measurable: Vec<NotMeasurable>,
}

/// Working days to mend where nothing else is said.
pub const RECTIFICATION_DAYS: u32 = 10;

/// How many addresses of unread pages are printed for each cause.
const EXAMPLES: usize = 3;

/// Makes the bulletin of `quarter`.
pub fn assemble(quarter: Quarter, material: &Material) -> Bulletin {
    let (from, to) = (quarter.from(), quarter.to().min(material.drawn_up));
    let mut units = assessed_units(&material.portals, &material.scores);
    let mut standing: Vec<(Standing, &Finding)> = Vec::new();
    let mut totals = Totals::default();
    for finding in &material.findings {
        let Some(stands) = standing_of(finding, from, to) else { continue };
        let Some(unit) = units.iter_mut().find(|unit| unit.unit == finding.identity.unit) else {
            totals.out_of_scope += 1;
            continue;
        };
        count(stands, &mut totals, unit);
        standing.push((stands, finding));
    }
    let mut manual = Vec::new();
    for finding in material.manual.iter().filter(|finding| (from..=to).contains(&finding.date)) {
        let Some(unit) = units.iter_mut().find(|unit| unit.unit == finding.unit) else {
            totals.out_of_scope += 1;
            continue;
        };
        count(Standing::Named, &mut totals, unit);
        manual.push(finding);
    }
    for look in &material.looks {
        for outcome in look.outcomes.iter().filter(|outcome| is_decided(outcome.outcome)) {
            if let Some(unit) = units.iter_mut().find(|unit| unit.unit == outcome.unit) {
                unit.measured = true;
            }
        }
    }
    let measured = units.iter().filter(|unit| unit.measured).count();
    let clean = units.iter().filter(|unit| unit.measured && unit.confirmed == 0).count();
    totals.clean_units = Share::new(clean, measured);
    let (problems, findings) = problems(&standing, &manual, &units, material);
    Bulletin {
        quarter,
        from,
        to,
        drawn_up: material.drawn_up,
        office: material.office.clone(),
        title: format!("关于{}政务公开网上检查情况的通报", quarter.chinese()),
        scope: scope(material, Share::new(measured, units.len()), from, to),
        totals,
        problems,
        units,
        pending: material.pending.clone(),
        unmeasured: unmeasured(material, from, to),
        rectification: material
            .rectification
            .unwrap_or(Rectification { working_days: RECTIFICATION_DAYS, deadline: None }),
        method: material.method.clone(),
        findings,
    }
}

fn standing_of(finding: &Finding, from: Date, to: Date) -> Option<Standing> {
    if finding.first_seen > to {
        return None;
    }
    let seen = finding.last_seen >= from;
    match finding.state {
        FindingState::Confirmed | FindingState::Notified | FindingState::FixClaimed => {
            Some(if seen { Standing::Named } else { Standing::CarriedOver })
        }
        _ if !seen => None,
        FindingState::FixVerified if finding.confirmed => Some(Standing::NamedAndFixed),
        FindingState::FixVerified => Some(Standing::GoneUnreviewed),
        FindingState::Suspected => Some(Standing::Suspected),
        FindingState::Waived => Some(Standing::Waived),
        FindingState::Dismissed => Some(Standing::Dismissed),
        FindingState::Awaiting | FindingState::Question | FindingState::Withdrawn => None,
    }
}

fn count(stands: Standing, totals: &mut Totals, unit: &mut UnitResult) {
    match stands {
        Standing::Named | Standing::NamedAndFixed => {
            totals.confirmed += 1;
            unit.confirmed += 1;
            if stands == Standing::NamedAndFixed {
                totals.fixed += 1;
                unit.fixed += 1;
            }
        }
        Standing::Suspected => totals.suspected += 1,
        Standing::GoneUnreviewed => totals.gone_unreviewed += 1,
        Standing::Waived => {
            totals.waived += 1;
            unit.waived += 1;
        }
        Standing::Dismissed => totals.dismissed += 1,
        Standing::CarriedOver => totals.carried_over += 1,
    }
}

fn is_decided(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::Passed | Verdict::Failed)
}

/// The units of all portals, each once: ranked ones first by class and rank, then the rest as configured.
fn assessed_units(portals: &[Portal], scores: &BTreeMap<String, UnitScore>) -> Vec<UnitResult> {
    let mut units: Vec<UnitResult> = Vec::new();
    for portal in portals {
        for unit in &portal.units {
            match units.iter_mut().find(|known| known.unit == unit.name) {
                Some(known) => known.portals.push(portal.name.clone()),
                None => units.push(unit_row(&unit.name, unit.kind, &portal.name, scores)),
            }
        }
    }
    units.sort_by_key(|unit| match &unit.score {
        Some(score) => (0, score.class.clone(), score.rank.unwrap_or(u32::MAX)),
        None => (1, String::new(), u32::MAX),
    });
    units
}

fn unit_row(name: &str, kind: UnitKind, portal: &str, scores: &BTreeMap<String, UnitScore>) -> UnitResult {
    UnitResult {
        unit: name.to_owned(),
        kind,
        portals: vec![portal.to_owned()],
        measured: false,
        confirmed: 0,
        fixed: 0,
        waived: 0,
        score: scores.get(name).cloned(),
    }
}

/// Visits of the period that read anything.
fn readable_runs(material: &Material, from: Date, to: Date) -> impl Iterator<Item = &Run> {
    material
        .runs
        .iter()
        .filter(move |run| (from..=to).contains(&run.night) && matches!(run.state, RunState::Done | RunState::Partial))
}

fn scope(material: &Material, units: Share, from: Date, to: Date) -> Scope {
    let visited: BTreeSet<&str> = readable_runs(material, from, to).map(|run| run.portal.as_str()).collect();
    let nights: BTreeSet<Date> = readable_runs(material, from, to).map(|run| run.night).collect();
    let mut scope = Scope {
        portals: Share::new(
            material.portals.iter().filter(|portal| visited.contains(portal.id.as_str())).count(),
            material.portals.len(),
        ),
        units,
        nights: nights.len(),
        checks: material.checks.len(),
        ..Scope::default()
    };
    for look in &material.looks {
        let columns = columns_of(look);
        scope.columns.done += columns.done;
        scope.columns.of += columns.of;
        scope.pages.done += look.pages_read;
        scope.pages.of += look.pages_read + look.not_measurable.len();
        for outcome in &look.outcomes {
            scope.looks.add(Looks::of(outcome.outcome));
        }
    }
    scope
}

/// Columns that a check had to look into, and those it could. Keys that are paths name columns of the portal;
/// the others name what ought to exist.
fn columns_of(look: &PortalLook) -> Share {
    let mut columns: BTreeMap<&str, bool> = BTreeMap::new();
    for outcome in &look.outcomes {
        if outcome.subject.key.starts_with("column:/") && Looks::of(outcome.outcome).applicable() > 0 {
            *columns.entry(&outcome.subject.key).or_default() |= is_decided(outcome.outcome);
        }
    }
    Share::new(columns.values().filter(|decided| **decided).count(), columns.len())
}

fn unmeasured(material: &Material, from: Date, to: Date) -> Vec<Unmeasured> {
    let mut rows = Vec::new();
    for portal in &material.portals {
        if !readable_runs(material, from, to).any(|run| run.portal == portal.id) {
            let latest = material
                .runs
                .iter()
                .filter(|run| run.portal == portal.id && (from..=to).contains(&run.night))
                .max_by_key(|run| (run.night, run.started));
            rows.push(Unmeasured {
                portal: portal.name.clone(),
                cause: None,
                pages: 0,
                examples: vec![portal.url.clone()],
                note: latest.map(|run| run.note.clone()).unwrap_or_default(),
            });
        }
        let mut by_cause: BTreeMap<Cause, Vec<&str>> = BTreeMap::new();
        for look in material.looks.iter().filter(|look| look.portal == portal.id) {
            for gap in &look.not_measurable {
                by_cause.entry(gap.cause).or_default().push(&gap.url);
            }
        }
        for (cause, mut urls) in by_cause {
            urls.sort_unstable();
            urls.dedup();
            rows.push(Unmeasured {
                portal: portal.name.clone(),
                cause: Some(cause),
                pages: urls.len(),
                examples: urls.iter().take(EXAMPLES).map(|url| (*url).to_owned()).collect(),
                note: String::new(),
            });
        }
    }
    rows
}
