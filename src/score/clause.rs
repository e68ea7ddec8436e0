//! One row for one unit: its steps, then the caps of the row.

use rust_decimal::Decimal;

use super::{
    counted,
    events::{self, Events},
    measured,
    placing::Book,
    ranking::{self, Ranked},
    record::{Placed, Record, Source, What},
    step_score::StepScore,
    wording::plain,
    worth::worth,
};
use crate::model::{
    rulebook::{Bound, Clause, Effect, Rulebook, Step},
    score_sheet::{ClauseScore, Trace},
};

/// The unit whose row is scored.
pub struct Around<'a, 'e> {
    pub book: &'a Book<'a>,
    pub events: &'a Events<'a, 'e>,
    /// Its number among the units.
    pub unit: usize,
    /// The places of all units.
    pub ranked: &'a [Ranked],
}

/// The result of one row.
#[derive(Debug)]
pub struct RowScore<'e> {
    pub score: ClauseScore<Source<'e>>,
    pub pending: bool,
    /// A row of a checklist, and not met.
    pub unmet: bool,
    /// Lost outside all caps; part of `score.deducted`.
    pub major: Decimal,
    /// Some step of it is a veto that struck.
    pub vetoes: Vec<(String, Step)>,
    /// Replaced by an average: the clause says it does not apply to the unit.
    pub not_applicable: bool,
}

/// The rows of one unit by their numbers; none where a row does not concern it.
pub type Rows<'e> = Vec<Option<RowScore<'e>>>;

/// Scores one row from the entries that count and shows those that do not.
pub fn score<'e>(number: u16, around: &Around<'_, 'e>) -> RowScore<'e> {
    let clause = around.book.clause(number);
    let counted_entries = around.events.counted(number);
    let absences = counted_entries.iter().filter(|one| one.place.what == What::NotApplicable);
    let absent: Vec<Source<'e>> = absences.map(|one| one.record.source).collect();
    if !absent.is_empty() {
        let others = counted_entries.iter().filter(|one| one.place.what != What::NotApplicable);
        let contradicting = others.map(|one| line(around.book, one, CONTRADICTION.to_owned()));
        return not_applicable(clause, absent, contradicting);
    }
    let mut sum = StepScore::nothing();
    let mut vetoes = Vec::new();
    for (step_number, step) in (0_u16..).zip(&clause.steps) {
        let entries = events::of_step(counted_entries, step_number);
        let result = match step.effect {
            Effect::Rank | Effect::RankDeduct => {
                let (places, known) = around.places(number, step_number);
                ranking::score(clause, step, &entries, places, known)
            }
            _ => step_score(clause, step, &entries, around, &mut vetoes),
        };
        sum.loss += result.loss;
        sum.gain += result.gain;
        sum.major += result.major;
        sum.pending |= result.pending;
        sum.unmet |= result.unmet;
        if sum.trace.is_empty() {
            sum.trace = result.trace;
        } else {
            sum.trace.extend(result.trace);
        }
    }
    let repeated = around.events.repeated(number).iter();
    sum.trace.extend(repeated.map(|(one, reason)| line(around.book, one, reason.clone())));
    let loss = within(cap_of(clause, around.book.rulebook), sum.loss, 1, &mut sum.trace);
    let bonus = within(clause.bonus_cap, sum.gain, -1, &mut sum.trace);
    let score = ClauseScore {
        clause: clause.id.clone(),
        weight: clause.weight.map(plain),
        deducted: plain(loss + sum.major),
        bonus: plain(bonus),
        score: plain(clause.weight.unwrap_or_default() - loss - sum.major),
        trace: sum.trace,
    };
    RowScore { score, pending: sum.pending, unmet: sum.unmet, major: sum.major, vetoes, not_applicable: false }
}

/// An entry that changes no points, and why.
fn line<'e>(book: &Book<'_>, one: &Placed<'e>, reason: String) -> Trace<Source<'e>> {
    let step = book.step(one.place).map(|(_, step)| step.id.clone());
    Trace { step, points: Decimal::ZERO, entries: vec![one.record.source], reason }
}

impl Around<'_, '_> {
    /// The unit's places in a ranking step, and whether anybody has one.
    fn places(&self, clause: u16, step: u16) -> (&[u32], bool) {
        let ranked = self.ranked.iter().find(|ranked| (ranked.clause, ranked.step) == (clause, step));
        ranked.map_or((&[], false), |ranked| (ranked.places[self.unit].as_slice(), ranked.known))
    }

    /// Has a row of this unit cost anything, for bonuses that depend on it?
    fn loses(&self, clause: &str) -> bool {
        let Some(number) = self.book.number_of(clause) else { return false };
        self.events.counted(number).iter().any(|one| match self.book.step(one.place) {
            Some((clause, step)) => {
                matches!(step.effect, Effect::Deduct | Effect::Major) && !worth(clause, step, &one.record).is_zero()
            }
            None => false,
        })
    }
}

fn step_score<'e>(
    clause: &Clause,
    step: &Step,
    entries: &[&Record<'e>],
    around: &Around<'_, 'e>,
    vetoes: &mut Vec<(String, Step)>,
) -> StepScore<'e> {
    match step.effect {
        Effect::Bonus if !entries.is_empty() && step.unless.iter().any(|id| around.loses(id)) => {
            let reason = format!("{}：{}已扣分，不予加分", step.title, step.unless.join("、"));
            StepScore::gain(step, Decimal::ZERO, entries, reason)
        }
        Effect::Deduct | Effect::Bonus | Effect::Earn | Effect::Major | Effect::Checklist => {
            counted::score(clause, step, entries)
        }
        Effect::Veto => {
            let count: Decimal = entries.iter().map(|entry| entry.count()).sum();
            if count <= step.threshold.unwrap_or_default() {
                return StepScore::nothing();
            }
            let reason = format!("{}：共{}次，予以否决", step.title, plain(count));
            vetoes.push((reason.clone(), step.clone()));
            StepScore::loss(step, Decimal::ZERO, entries, reason)
        }
        // Its entries act on the clauses it names, in the second pass.
        Effect::Average => StepScore::nothing(),
        _ => measured::score(clause, step, entries, around.book.rulebook.places),
    }
}

/// 扣分上限 of the row: its own, and its weight where the rulebook bounds rows by it.
fn cap_of(clause: &Clause, rulebook: &Rulebook) -> Option<Decimal> {
    let weight = clause.weight.filter(|_| rulebook.bounds.clause == Bound::Weight && !clause.outside);
    match (clause.cap, weight) {
        (Some(cap), Some(weight)) => Some(cap.min(weight)),
        (one, other) => one.or(other),
    }
}

/// Cuts `points` at `cap` and says so. `sign` is 1 for losses, −1 for gains.
fn within(cap: Option<Decimal>, points: Decimal, sign: i64, trace: &mut Vec<Trace<Source<'_>>>) -> Decimal {
    let Some(cap) = cap.filter(|cap| points > *cap) else { return points };
    let verb = if sign > 0 { "扣" } else { "加" };
    trace.push(Trace {
        step: None,
        points: plain(Decimal::from(sign) * (points - cap)),
        entries: Vec::new(),
        reason: format!("本项合计{verb}{}分，超过上限，按{}分计", plain(points), plain(cap)),
    });
    cap
}

const CONTRADICTION: &str = "与“无此项内容”的记录相矛盾，本条不计分，请核实";

/// The unit has no such thing: nothing is lost here, and nothing waited for; what is earned from 0 stays unearned. What
/// contradicts it is shown all the same.
fn not_applicable<'e>(
    clause: &Clause,
    entries: Vec<Source<'e>>,
    contradicting: impl Iterator<Item = Trace<Source<'e>>>,
) -> RowScore<'e> {
    let weight = clause.weight.unwrap_or_default();
    let earned = clause.steps.iter().any(|step| step.effect == Effect::Earn);
    let (lost, reason) = if earned {
        (weight, "该单位无此项内容；本项从0分起加，不得分")
    } else {
        (Decimal::ZERO, "该单位无此项内容，本项不适用")
    };
    let absent = Trace { step: None, points: plain(-lost), entries, reason: reason.into() };
    RowScore {
        score: ClauseScore {
            clause: clause.id.clone(),
            weight: clause.weight.map(plain),
            deducted: plain(lost),
            bonus: Decimal::ZERO,
            score: plain(weight - lost),
            trace: std::iter::once(absent).chain(contradicting).collect(),
        },
        pending: false,
        unmet: false,
        major: Decimal::ZERO,
        vetoes: Vec::new(),
        not_applicable: true,
    }
}
