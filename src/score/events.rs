//! 取最高，不重复计分: of several entries on one event only one counts.
//!
//! Entries of one unit with the same `subject` in the same step are one event. A rulebook's `exclusive` groups widen
//! that over several steps or clauses, or over the whole unit.

use std::{
    collections::{HashMap, hash_map},
    hash::Hash,
};

use rust_decimal::Decimal;

use super::{
    placing::Book,
    record::{self, Placed, Record, What},
    worth::worth,
};
use crate::model::rulebook::{Effect, ExclusiveBy, Keep};

/// The entries of one unit, split into those that count and those that do not: too early, of too low a level, or
/// another stands for them.
#[derive(Default)]
pub struct Events<'r, 'e> {
    /// In the order of the clauses, in canonical order within each.
    counted: Vec<&'r Placed<'e>>,
    /// Where the entries of each clause begin, and the end of the last.
    begins: Vec<usize>,
    /// Those that do not count, with the reason; in the order of the clauses.
    repeated: Vec<(&'r Placed<'e>, String)>,
    /// Those that count and say that the unit has no such thing, in canonical order.
    pub absences: Vec<&'r Placed<'e>>,
}

/// Splits the entries of one unit; the outcome does not depend on their order.
pub fn split<'r, 'e>(book: &Book<'_>, mut placed: Vec<&'r Placed<'e>>) -> Events<'r, 'e> {
    record::sort(&mut placed, |one| one.place.clause, |one| &one.record);
    let mut events = Events { counted: placed, ..Events::default() };
    events.drop_uncounted(book);
    let alike = events.alike();
    let same_step = |one: &'r Placed<'e>| {
        alike.binary_search(&(one.place.clause, one.record.fingerprint)).ok()?;
        let subject = one.record.subject.as_deref()?;
        let (_, step) = book.step(one.place)?;
        let What::Step(number) = one.place.what else { return None };
        let occurs = counts_occurrences(step.effect) || tells_of_missing(step.effect, &one.record);
        let once = occurs && !book.each_counts(one.place);
        once.then_some((one.place.clause, number, subject))
    };
    if !alike.is_empty() {
        events.keep_best(book, same_step, |_| 0, "同一事项只计一次");
    }
    for group in &book.groups {
        let key = |one: &'r Placed<'e>| match group.rule.by {
            ExclusiveBy::Entry => None,
            ExclusiveBy::Unit => group.position(one.place).map(|_| ""),
            ExclusiveBy::Subject => group.position(one.place).and(one.record.subject.as_deref()),
        };
        let order = |one: &Placed<'_>| match group.rule.keep {
            Keep::Highest => 0,
            Keep::First => group.position(one.place).unwrap_or(usize::MAX),
        };
        events.keep_best(book, key, order, &group.rule.title);
    }
    let says_absent = |one: &&&Placed<'_>| one.place.what == What::NotApplicable || one.record.not_applicable;
    events.absences = events.counted.iter().filter(says_absent).copied().collect();
    record::sort(&mut events.absences, |_| 0, |one| &one.record);
    events.repeated.sort_by_key(|(one, _)| one.place.clause);
    events.begins = (0..=book.clauses.len())
        .scan(0, |begin, clause| {
            let own = events.counted[*begin..].iter().take_while(|one| usize::from(one.place.clause) < clause);
            *begin += own.count();
            Some(*begin)
        })
        .collect();
    events
}

impl<'r, 'e> Events<'r, 'e> {
    /// The entries of a clause that count.
    pub fn counted(&self, clause: u16) -> &[&'r Placed<'e>] {
        let clause = usize::from(clause);
        &self.counted[self.begins[clause]..self.begins[clause + 1]]
    }

    /// The entries of a clause that do not count, with the reason.
    pub fn repeated(&self, clause: u16) -> &[(&'r Placed<'e>, String)] {
        let from = self.repeated.partition_point(|(one, _)| one.place.clause < clause);
        let to = self.repeated.partition_point(|(one, _)| one.place.clause <= clause);
        &self.repeated[from..to]
    }

    /// The entries of one step that count.
    pub fn of_step(&self, clause: u16, step: u16) -> Vec<&'r Record<'e>> {
        of_step(self.counted(clause), step)
    }

    /// Clause and fingerprint of the entries of one clause that may have the same subject, in order.
    fn alike(&self) -> Vec<(u16, u32)> {
        let (mut alike, mut own) = (Vec::new(), Vec::new());
        for entries in self.counted.chunk_by(|a, b| a.place.clause == b.place.clause) {
            own.clear();
            own.extend(entries.iter().map(|one| (one.place.clause, one.record.fingerprint)));
            own.sort_unstable();
            alike.extend(own.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0]));
        }
        alike
    }

    /// Sets aside what happened before its step began to count, or below the level it counts from.
    fn drop_uncounted(&mut self, book: &Book<'_>) {
        let repeated = &mut self.repeated;
        self.counted.retain(|one| match uncounted(book, one) {
            Some(reason) => {
                repeated.push((*one, reason));
                false
            }
            None => true,
        });
    }

    /// Of the entries with the same key keeps the first in `order`, then the one worth most, then the one of most
    /// items, then the first in canonical order.
    fn keep_best<K: Eq + Hash>(
        &mut self,
        book: &Book<'_>,
        key: impl Fn(&'r Placed<'e>) -> Option<K>,
        order: impl Fn(&Placed<'_>) -> usize,
        title: &str,
    ) {
        // A record of no items stands for no other.
        let place = |one: &Placed<'_>| if one.record.count().is_zero() { usize::MAX } else { order(one) };
        let mut best: HashMap<K, usize> = HashMap::new();
        let mut winner = vec![true; self.counted.len()];
        for (number, one) in self.counted.iter().enumerate() {
            let Some(key) = key(one) else { continue };
            match best.entry(key) {
                hash_map::Entry::Vacant(first) => {
                    first.insert(number);
                }
                hash_map::Entry::Occupied(mut leader) => {
                    let other = self.counted[*leader.get()];
                    let better = place(other)
                        .cmp(&place(one))
                        .then_with(|| worth_of(book, one).cmp(&worth_of(book, other)))
                        // Vetoes, checklists and missing pieces have no price of their own: there the larger number decides.
                        .then_with(|| one.record.count().cmp(&other.record.count()))
                        .then_with(|| other.record.canonical(&one.record));
                    let loser = if better.is_gt() { leader.insert(number) } else { number };
                    winner[loser] = false;
                }
            }
        }
        let mut winner = winner.into_iter();
        let repeated = &mut self.repeated;
        self.counted.retain(|one| {
            let stays = winner.next().unwrap_or(true);
            if !stays {
                repeated.push((*one, format!("{title}，本条不重复计分")));
            }
            stays
        });
    }
}

/// Those entries of a clause that speak of one step.
pub fn of_step<'r, 'e>(placed: &[&'r Placed<'e>], step: u16) -> Vec<&'r Record<'e>> {
    placed.iter().filter(|one| one.place.what == What::Step(step)).map(|one| &one.record).collect()
}

/// Why a step does not count an entry by itself, whatever else was entered.
fn uncounted(book: &Book<'_>, one: &Placed<'_>) -> Option<String> {
    let (_, step) = book.step(one.place)?;
    if let Some(since) = step.since.filter(|since| one.record.date.is_some_and(|date| date < *since)) {
        return Some(format!("此项自{since}起计，本条不计分"));
    }
    // Levels are ordered from the state down.
    let least = step.least_level.filter(|least| one.record.level.is_some_and(|level| level > *least))?;
    Some(format!("此项只计{}以上的，本条不计分", least.chinese()))
}

/// Does the step count entries, rather than compute from a measure?
fn counts_occurrences(effect: Effect) -> bool {
    matches!(effect, Effect::Deduct | Effect::Bonus | Effect::Earn | Effect::Major | Effect::Checklist | Effect::Veto)
}

/// Pieces told as missing are occurrences too; pieces told as done are a measure.
fn tells_of_missing(effect: Effect, entry: &Record<'_>) -> bool {
    effect == Effect::CountShortfall && entry.numerator().is_none()
}

fn worth_of(book: &Book<'_>, one: &Placed<'_>) -> Decimal {
    book.step(one.place).map(|(clause, step)| worth(clause, step, &one.record)).unwrap_or_default()
}
