//! Second pass: units that have no such thing get the mean of the others (云和 总则三).
//!
//! What is averaged is the loss in the clauses an `average` step names, after the caps of each row and at most the
//! section's weight; a mean score is then the weight less the mean loss.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::{
    clause::RowScore,
    placing::{Book, Placed, What},
    wording::{plain, rounded},
};
use crate::model::{
    Entry,
    rulebook::{Effect, Peers, Step},
    score_sheet::Trace,
};

/// A group of clauses that is averaged, with the mean the others lost.
pub struct Mean<'a> {
    pub step: &'a Step,
    /// Numbers of its clauses in the book, first one first.
    pub clauses: Vec<usize>,
    pub loss: Decimal,
    /// How many units the mean is over.
    pub peers: usize,
}

/// The average steps of a book with the clauses each replaces.
pub fn groups<'a>(book: &Book<'a>) -> Vec<(usize, usize, &'a Step, Vec<usize>)> {
    let mut groups = Vec::new();
    for (number, (_, clause)) in book.clauses.iter().enumerate() {
        for (step_number, step) in clause.steps.iter().enumerate() {
            if step.effect == Effect::Average {
                let clauses = step.clauses.iter().filter_map(|id| book.number_of(id)).collect();
                groups.push((number, step_number, step, clauses));
            }
        }
    }
    groups
}

/// Entries by which a unit says that a group does not apply to it.
pub fn absences<'e>(placed: &[Placed<'e>], home: usize, step: usize, clauses: &[usize]) -> Vec<&'e Entry> {
    placed
        .iter()
        .filter(|one| match one.what {
            What::NotApplicable => clauses.contains(&one.clause),
            What::Step(number) => one.clause == home && number == step && one.entry.not_applicable,
        })
        .map(|one| one.entry)
        .collect()
}

/// Mean loss over the units to which the group applies and whose numbers are in; where the step says so, also over
/// the `absent` ones, which have lost nothing.
pub fn mean<'a>(
    book: &Book<'_>,
    step: &'a Step,
    clauses: Vec<usize>,
    peers: &[&BTreeMap<usize, RowScore>],
    absent: usize,
    places: u32,
) -> Mean<'a> {
    let bound = clauses
        .first()
        .and_then(|number| book.clauses[*number].0)
        .and_then(|section| book.rulebook.sections[section].weight);
    let mut losses = Vec::new();
    for rows in peers {
        let own = || clauses.iter().filter_map(|number| rows.get(number));
        if own().any(|row| row.not_applicable) || own().all(|row| row.pending) {
            continue;
        }
        let loss: Decimal = own().map(|row| row.score.deducted).sum();
        losses.push(bound.map_or(loss, |bound| loss.min(bound)));
    }
    if step.peers == Some(Peers::All) {
        losses.resize(losses.len() + absent, Decimal::ZERO);
    }
    let sum: Decimal = losses.iter().sum();
    let loss = if losses.is_empty() { Decimal::ZERO } else { rounded(sum / Decimal::from(losses.len()), places) };
    Mean { step, clauses, loss, peers: losses.len() }
}

/// Puts the mean loss into the rows of a unit and says so.
pub fn replace(rows: &mut BTreeMap<usize, RowScore>, mean: &Mean<'_>, entries: &[&Entry]) -> String {
    let reason = if mean.peers == 0 {
        format!("{}：其他单位尚无此项得分，暂不扣分", mean.step.title)
    } else {
        let whom = if mean.step.peers == Some(Peers::All) { "全部" } else { "其他" };
        format!("{}：按{whom}{}个单位的平均扣分{}分计", mean.step.title, mean.peers, plain(mean.loss))
    };
    for (position, number) in mean.clauses.iter().enumerate() {
        let Some(row) = rows.get_mut(number) else { continue };
        let weight = row.score.weight.unwrap_or_default();
        let loss = if position == 0 { mean.loss } else { Decimal::ZERO };
        row.score.deducted = loss;
        row.score.score = plain(weight - loss);
        row.pending = false;
        row.not_applicable = true;
        row.score.trace = vec![Trace {
            step: None,
            points: plain(-loss),
            entries: if position == 0 { entries.iter().map(|entry| (*entry).clone()).collect() } else { Vec::new() },
            reason: reason.clone(),
        }];
    }
    reason
}
