//! One row for one unit: its steps, then the caps of the row.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use super::{
    counted, measured,
    placing::{Placed, What},
    ranking,
    step_score::StepScore,
    wording::plain,
};
use crate::model::{
    Entry,
    rulebook::{Bound, Clause, Effect, Rulebook, Step},
    score_sheet::{ClauseScore, Trace},
};

/// What a row needs from outside itself.
pub struct Around<'a> {
    pub rulebook: &'a Rulebook,
    /// Rows of this unit that have cost anything, for bonuses that depend on it.
    pub losing: &'a BTreeSet<String>,
    /// This unit's places in each ranking step of the row, and whether anybody has one.
    pub places: &'a BTreeMap<usize, (Vec<u32>, bool)>,
}

/// The result of one row.
#[derive(Clone, Debug)]
pub struct RowScore {
    pub score: ClauseScore,
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

/// Scores one row from the entries that count and shows those that do not.
pub fn score(
    clause: &Clause,
    counted_entries: &[Placed<'_>],
    repeated: &[(Placed<'_>, String)],
    around: &Around<'_>,
) -> RowScore {
    let absent: Vec<&Entry> =
        counted_entries.iter().filter(|one| one.what == What::NotApplicable).map(|one| one.entry).collect();
    if !absent.is_empty() {
        let others = counted_entries.iter().filter(|one| one.what != What::NotApplicable);
        return not_applicable(clause, &absent, others);
    }
    let mut sum = StepScore::nothing();
    let mut vetoes = Vec::new();
    for number in 0..clause.steps.len() {
        let entries: Vec<&Entry> =
            counted_entries.iter().filter(|one| one.what == What::Step(number)).map(|one| one.entry).collect();
        let result = step_score(clause, number, &entries, around, &mut vetoes);
        sum.loss += result.loss;
        sum.gain += result.gain;
        sum.major += result.major;
        sum.pending |= result.pending;
        sum.unmet |= result.unmet;
        sum.trace.extend(result.trace);
    }
    for (one, reason) in repeated {
        sum.trace.push(Trace {
            step: step_of(clause, one).map(|step| step.id.clone()),
            points: Decimal::ZERO,
            entries: vec![one.entry.clone()],
            reason: reason.clone(),
        });
    }
    let loss = within(cap_of(clause, around.rulebook), sum.loss, 1, &mut sum.trace);
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

fn step_of<'c>(clause: &'c Clause, one: &Placed<'_>) -> Option<&'c Step> {
    match one.what {
        What::Step(number) => clause.steps.get(number),
        What::NotApplicable => None,
    }
}

fn step_score(
    clause: &Clause,
    number: usize,
    entries: &[&Entry],
    around: &Around<'_>,
    vetoes: &mut Vec<(String, Step)>,
) -> StepScore {
    let step = &clause.steps[number];
    match step.effect {
        Effect::Bonus if !entries.is_empty() && step.unless.iter().any(|id| around.losing.contains(id)) => {
            let reason = format!("{}：{}已扣分，不予加分", step.title, step.unless.join("、"));
            StepScore::gain(step, Decimal::ZERO, entries, reason)
        }
        Effect::Deduct | Effect::Bonus | Effect::Earn | Effect::Major | Effect::Checklist => {
            counted::score(clause, step, entries)
        }
        Effect::Veto => {
            let count: Decimal = entries.iter().map(|entry| super::placing::count_of(entry)).sum();
            if count <= step.threshold.unwrap_or_default() {
                return StepScore::nothing();
            }
            let reason = format!("{}：共{}次，予以否决", step.title, plain(count));
            vetoes.push((reason.clone(), step.clone()));
            StepScore::loss(step, Decimal::ZERO, entries, reason)
        }
        Effect::Rank | Effect::RankDeduct => {
            let (places, known) = around.places.get(&number).map_or((&[][..], false), |(all, known)| (all, *known));
            ranking::score(clause, step, entries, places, known)
        }
        // Its entries act on the clauses it names, in the second pass.
        Effect::Average => StepScore::nothing(),
        _ => measured::score(clause, step, entries, around.rulebook.places),
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
fn within(cap: Option<Decimal>, points: Decimal, sign: i64, trace: &mut Vec<Trace>) -> Decimal {
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

/// The unit has no such thing: nothing is lost here, and nothing waited for; what is earned from 0 stays unearned. What
/// `others` say all the same is shown.
fn not_applicable<'p, 'e: 'p>(
    clause: &Clause,
    entries: &[&Entry],
    others: impl Iterator<Item = &'p Placed<'e>>,
) -> RowScore {
    let weight = clause.weight.unwrap_or_default();
    let earned = clause.steps.iter().any(|step| step.effect == Effect::Earn);
    let (lost, reason) = if earned {
        (weight, "该单位无此项内容；本项从0分起加，不得分")
    } else {
        (Decimal::ZERO, "该单位无此项内容，本项不适用")
    };
    let mut trace = vec![Trace {
        step: None,
        points: plain(-lost),
        entries: entries.iter().map(|entry| (*entry).clone()).collect(),
        reason: reason.into(),
    }];
    trace.extend(others.map(|one| Trace {
        step: step_of(clause, one).map(|step| step.id.clone()),
        points: Decimal::ZERO,
        entries: vec![one.entry.clone()],
        reason: "与“无此项内容”的记录相矛盾，本条不计分，请核实".into(),
    }));
    RowScore {
        score: ClauseScore {
            clause: clause.id.clone(),
            weight: clause.weight.map(plain),
            deducted: plain(lost),
            bonus: Decimal::ZERO,
            score: plain(weight - lost),
            trace,
        },
        pending: false,
        unmet: false,
        major: Decimal::ZERO,
        vetoes: Vec::new(),
        not_applicable: true,
    }
}
