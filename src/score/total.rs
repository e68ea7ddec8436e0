//! From the rows of a unit to its total: sections, bonuses, major deductions, vetoes, floor and ceiling, grade.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::{
    clause::{RowScore, Rows},
    placing::Book,
    record::Source,
    wording::{plain, rounded},
};
use crate::model::{
    rulebook::{Bound, CeilingApplies, Clause, Rulebook},
    score_sheet::{Adjustment, AdjustmentKind, ScoreSheet, SectionScore},
};

/// Adds up one unit. `averages` are the clauses and sentences of substituted means.
pub fn sheet<'e>(
    book: &Book<'_>,
    unit: String,
    rows: Rows<'e>,
    averages: Vec<(String, String)>,
) -> ScoreSheet<Source<'e>> {
    let bounds = &book.rulebook.bounds;
    let sections = sections(book, &rows);
    let mut running = Running { sum: sections.iter().map(|section| section.score).sum(), adjustments: Vec::new() };
    for (clause, reason) in averages {
        running.add(AdjustmentKind::Average, Decimal::ZERO, reason, Some(clause));
    }
    bonuses(book, &rows, &mut running);
    if bounds.ceiling_applies == CeilingApplies::BeforeMajor {
        running.cut_above(bounds.ceiling);
    }
    for ((_, clause), row) in scored(book, &rows).filter(|(_, row)| !row.major.is_zero()) {
        let reason = format!("{}：扣{}分", clause.title, plain(row.major));
        running.add(AdjustmentKind::Major, -row.major, reason, Some(clause.id.clone()));
    }
    // A checklist without weights has no total that could be bounded or graded.
    let weighted = book.rulebook.weighted();
    if weighted {
        running.cut_above(bounds.ceiling);
        running.raise_to(bounds.floor);
    }
    let veto = veto(&rows, &mut running);
    let total = plain(running.sum);
    let ids_where = |wanted: fn(&RowScore<'_>) -> bool| -> Vec<String> {
        rows.iter().flatten().filter(|row| wanted(row)).map(|row| row.score.clause.clone()).collect()
    };
    ScoreSheet {
        unit,
        total,
        full_mark: plain(book.rulebook.full_mark),
        percent: percent(total, book.rulebook.full_mark),
        grade: veto.clone().flatten().or_else(|| weighted.then(|| grade(book.rulebook, total)).flatten()),
        rank: None,
        vetoed: veto.is_some(),
        provisional_total: None,
        pending: ids_where(|row| row.pending),
        unmet: ids_where(|row| row.unmet),
        sections,
        clauses: rows.into_iter().flatten().map(|row| row.score).collect(),
        adjustments: running.adjustments,
        flagged: Vec::new(),
    }
}

/// The rows that concern the unit, with their clauses and the numbers of their sections.
fn scored<'a, 'e>(
    book: &'a Book<'_>,
    rows: &'a Rows<'e>,
) -> impl Iterator<Item = ((Option<usize>, &'a Clause), &'a RowScore<'e>)> {
    book.clauses.iter().zip(rows).filter_map(|(clause, row)| Some((*clause, row.as_ref()?)))
}

/// The sum so far and what was added to the sections.
struct Running {
    sum: Decimal,
    adjustments: Vec<Adjustment>,
}

impl Running {
    fn add(&mut self, kind: AdjustmentKind, points: Decimal, reason: String, clause: Option<String>) {
        self.sum += points;
        self.adjustments.push(Adjustment { kind, points: plain(points), reason, clause });
    }

    fn cut_above(&mut self, ceiling: Option<Decimal>) {
        if let Some(ceiling) = ceiling.filter(|ceiling| self.sum > *ceiling) {
            let reason = format!("总分超过{}分，按{}分计", plain(ceiling), plain(ceiling));
            self.add(AdjustmentKind::Cap, ceiling - self.sum, reason, None);
        }
    }

    fn raise_to(&mut self, floor: Option<Decimal>) {
        if let Some(floor) = floor.filter(|floor| self.sum < *floor) {
            let reason = format!("总分低于{}分，按{}分计", plain(floor), plain(floor));
            self.add(AdjustmentKind::Cap, floor - self.sum, reason, None);
        }
    }
}

/// Applies vetoes: `Some` where one struck, with the grade it sets.
fn veto(rows: &Rows<'_>, running: &mut Running) -> Option<Option<String>> {
    let mut struck: Option<Option<String>> = None;
    for row in rows.iter().flatten() {
        for (reason, step) in &row.vetoes {
            let consequence = step.consequence.as_ref();
            let left = consequence.and_then(|found| found.total).map_or(running.sum, |total| total.min(running.sum));
            let clause = Some(row.score.clause.clone());
            running.add(AdjustmentKind::Veto, left - running.sum, reason.clone(), clause);
            let grade = consequence.and_then(|found| found.grade.clone());
            struck = Some(struck.flatten().or(grade));
        }
    }
    struck
}

fn percent(total: Decimal, full_mark: Decimal) -> Decimal {
    if full_mark.is_zero() { Decimal::ZERO } else { rounded(total * Decimal::ONE_HUNDRED / full_mark, 2) }
}

fn sections(book: &Book<'_>, rows: &Rows<'_>) -> Vec<SectionScore> {
    let mut sections = Vec::new();
    for (position, section) in book.rulebook.sections.iter().enumerate() {
        let weight = section.weight.unwrap_or_default();
        let loss: Decimal = scored(book, rows)
            .filter(|((section, clause), _)| *section == Some(position) && !clause.outside)
            .map(|(_, row)| row.score.deducted - row.major)
            .sum();
        let bounded = book.rulebook.bounds.section == Bound::Weight && loss > weight;
        let reason =
            bounded.then(|| format!("{}各项合计扣{}分，以权重{}分为限", section.name, plain(loss), plain(weight)));
        let score = plain(weight - if bounded { weight } else { loss });
        sections.push(SectionScore { name: section.name.clone(), weight: section.weight.map(plain), score, reason });
    }
    sections
}

/// 加分 and 倒扣分 of each row, the caps of sections, and the cap of all.
fn bonuses(book: &Book<'_>, rows: &Rows<'_>, running: &mut Running) {
    let mut by_section: BTreeMap<Option<usize>, Decimal> = BTreeMap::new();
    for ((section, clause), row) in scored(book, rows) {
        if !row.score.bonus.is_zero() {
            let reason = format!("{}：加{}分", clause.title, row.score.bonus);
            running.add(AdjustmentKind::Bonus, row.score.bonus, reason, Some(clause.id.clone()));
            *by_section.entry(section).or_default() += row.score.bonus;
        }
        let lost_outside = row.score.deducted - row.major;
        if clause.outside && !lost_outside.is_zero() {
            let reason = format!("{}：倒扣{}分", clause.title, plain(lost_outside));
            running.add(AdjustmentKind::Bonus, -lost_outside, reason, Some(clause.id.clone()));
        }
    }
    let mut all = Decimal::ZERO;
    for (number, gained) in by_section {
        let section = number.map(|number| &book.rulebook.sections[number]);
        let cap = section.and_then(|section| section.bonus_cap).filter(|cap| gained > *cap);
        if let (Some(section), Some(cap)) = (section, cap) {
            let reason = format!("{}合计加{}分，按上限{}分计", section.name, plain(gained), plain(cap));
            running.add(AdjustmentKind::Cap, cap - gained, reason, None);
        }
        all += cap.unwrap_or(gained);
    }
    if let Some(cap) = book.rulebook.bounds.bonus.filter(|cap| all > *cap) {
        let reason = format!("各项合计加{}分，按上限{}分计", plain(all), plain(cap));
        running.add(AdjustmentKind::Cap, cap - all, reason, None);
    }
}

/// A checklist without weights has totals of special items only, and no grade.
fn grade(rulebook: &Rulebook, total: Decimal) -> Option<String> {
    if rulebook.weights_sum().is_zero() {
        return None;
    }
    rulebook.grades.iter().find(|grade| total >= grade.from).map(|grade| grade.name.clone())
}
