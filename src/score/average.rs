//! Second pass: units that have no such thing get the mean of the others (云和 总则三).
//!
//! What is averaged is the loss in the clauses an `average` step names, after the caps of each row and at most the
//! section's weight; a mean score is then the weight less the mean loss.

use rust_decimal::Decimal;

use super::{
    clause::Rows,
    events::Events,
    placing::Book,
    record::{Place, Source, What},
    wording::{plain, rounded},
};
use crate::model::{
    rulebook::{Effect, Peers, Step},
    score_sheet::Trace,
};

/// A group of clauses that is averaged.
pub struct Group<'a> {
    /// Where its step stands.
    home: Place,
    pub step: &'a Step,
    /// Numbers of its clauses in the book, first one first.
    clauses: Vec<u16>,
}

/// What the others lost.
pub struct Mean {
    loss: Decimal,
    /// How many units the mean is over.
    peers: usize,
}

/// The average steps of a book with the clauses each replaces.
pub fn groups<'a>(book: &Book<'a>) -> Vec<Group<'a>> {
    let group = |(clause, step_number, step): (u16, u16, &'a Step)| Group {
        home: Place { clause, what: What::Step(step_number) },
        step,
        clauses: step.clauses.iter().filter_map(|id| book.number_of(id)).collect(),
    };
    book.steps(|step| step.effect == Effect::Average).into_iter().map(group).collect()
}

impl Group<'_> {
    /// The clause its step stands in.
    pub fn home<'b>(&self, book: &Book<'b>) -> &'b str {
        &book.clause(self.home.clause).id
    }

    /// Entries by which a unit says that the group does not apply to it.
    pub fn absences<'e>(&self, events: &Events<'_, 'e>) -> Vec<Source<'e>> {
        let concerns = |place: Place| match place.what {
            What::NotApplicable => self.clauses.contains(&place.clause),
            What::Step(_) => place == self.home,
        };
        events.absences.iter().filter(|one| concerns(one.place)).map(|one| one.record.source).collect()
    }

    /// Mean loss over the units to which the group applies and whose numbers are in; where the step says so, also over
    /// the `absent` ones, which have lost nothing.
    pub fn mean(&self, book: &Book<'_>, peers: &[&Rows<'_>], absent: usize) -> Mean {
        let bound = self
            .clauses
            .first()
            .and_then(|number| book.clauses[usize::from(*number)].0)
            .and_then(|section| book.rulebook.sections[section].weight);
        let mut losses = Vec::new();
        for rows in peers {
            let own = || self.clauses.iter().filter_map(|number| rows[usize::from(*number)].as_ref());
            if own().any(|row| row.not_applicable) || own().all(|row| row.pending) {
                continue;
            }
            let loss: Decimal = own().map(|row| row.score.deducted).sum();
            losses.push(bound.map_or(loss, |bound| loss.min(bound)));
        }
        if self.step.peers == Some(Peers::All) {
            losses.resize(losses.len() + absent, Decimal::ZERO);
        }
        let sum: Decimal = losses.iter().sum();
        let mean = |sum| rounded(sum / Decimal::from(losses.len()), book.rulebook.places);
        let loss = if losses.is_empty() { Decimal::ZERO } else { mean(sum) };
        Mean { loss, peers: losses.len() }
    }

    /// Puts the mean loss into the rows of a unit and says so.
    pub fn replace<'e>(&self, rows: &mut Rows<'e>, mean: &Mean, entries: &[Source<'e>]) -> String {
        let reason = if mean.peers == 0 {
            format!("{}：其他单位尚无此项得分，暂不扣分", self.step.title)
        } else {
            let whom = if self.step.peers == Some(Peers::All) { "全部" } else { "其他" };
            format!("{}：按{whom}{}个单位的平均扣分{}分计", self.step.title, mean.peers, plain(mean.loss))
        };
        for (position, number) in self.clauses.iter().enumerate() {
            let Some(row) = &mut rows[usize::from(*number)] else { continue };
            let weight = row.score.weight.unwrap_or_default();
            let loss = if position == 0 { mean.loss } else { Decimal::ZERO };
            row.score.deducted = loss;
            row.score.score = plain(weight - loss);
            row.pending = false;
            row.not_applicable = true;
            row.score.trace = vec![Trace {
                step: None,
                points: plain(-loss),
                entries: if position == 0 { entries.to_vec() } else { Vec::new() },
                reason: reason.clone(),
            }];
        }
        reason
    }
}
