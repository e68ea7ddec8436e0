//! 取最高，不重复计分: of several entries on one event only one counts.
//!
//! Entries of one unit with the same `subject` in the same step are one event. A rulebook's `exclusive` groups widen
//! that over several steps or clauses, or over the whole unit.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::{
    placing::{Book, Placed, What, count_of},
    worth::worth,
};
use crate::model::{
    Entry,
    rulebook::{Effect, Exclusive, ExclusiveBy, Keep},
};

/// The entries of one unit, split into those that count and those that do not: too early, of too low a level, or
/// another stands for them.
#[derive(Default)]
pub struct Events<'a> {
    pub counted: Vec<Placed<'a>>,
    /// Those that do not count, with the reason.
    pub repeated: Vec<(Placed<'a>, String)>,
}

/// Splits the entries of one unit. `placed` comes in canonical order, so that the outcome does not depend on the file's.
pub fn split<'a>(book: &Book<'_>, placed: Vec<Placed<'a>>) -> Events<'a> {
    let mut events = Events { counted: placed, repeated: Vec::new() };
    events.drop_uncounted(book);
    let same_step = |one: &Placed<'_>| {
        let What::Step(step) = one.what else { return None };
        let rule = &book.clauses[one.clause].1.steps[step];
        if !(counts_occurrences(rule.effect) || tells_of_missing(rule.effect, one.entry)) || each_counts(book, one) {
            return None;
        }
        one.entry.subject.as_ref().map(|subject| (one.clause, step, subject.clone()))
    };
    events.keep_best(book, same_step, |_| 0, "同一事项只计一次");
    for group in &book.rulebook.exclusive {
        let position = |one: &Placed<'_>| position(book, group, one);
        let key = |one: &Placed<'_>| match group.by {
            ExclusiveBy::Entry => None,
            ExclusiveBy::Unit => position(one).map(|_| String::new()),
            ExclusiveBy::Subject => position(one).and(one.entry.subject.clone()),
        };
        let order = |one: &Placed<'_>| match group.keep {
            Keep::Highest => 0,
            Keep::First => position(one).unwrap_or(usize::MAX),
        };
        events.keep_best(book, key, order, &group.title);
    }
    events
}

/// Which member of a group an entry belongs to.
fn position(book: &Book<'_>, group: &Exclusive, one: &Placed<'_>) -> Option<usize> {
    let What::Step(step) = one.what else { return None };
    let clause = book.clauses[one.clause].1;
    group.members.iter().position(|member| match member.split_once('.') {
        Some((id, wanted)) => clause.id == id && clause.steps[step].id == wanted,
        None => clause.id == *member,
    })
}

/// Does the rulebook say that every entry of this step counts, even with the same subject?
fn each_counts(book: &Book<'_>, one: &Placed<'_>) -> bool {
    book.rulebook.exclusive.iter().any(|group| group.by == ExclusiveBy::Entry && position(book, group, one).is_some())
}

impl<'a> Events<'a> {
    /// Sets aside what happened before its step began to count, or below the level it counts from.
    fn drop_uncounted(&mut self, book: &Book<'_>) {
        for one in std::mem::take(&mut self.counted) {
            match uncounted(book, &one) {
                Some(reason) => self.repeated.push((one, reason)),
                None => self.counted.push(one),
            }
        }
    }

    /// Of the entries with the same key keeps the first in `order`, then the one worth most, then the one of
    /// most items, then the first.
    fn keep_best<K: Ord>(
        &mut self,
        book: &Book<'_>,
        key: impl Fn(&Placed<'a>) -> Option<K>,
        order: impl Fn(&Placed<'a>) -> usize,
        title: &str,
    ) {
        let mut best: BTreeMap<K, (usize, (Decimal, Decimal), usize)> = BTreeMap::new();
        let keys: Vec<Option<K>> = self.counted.iter().map(&key).collect();
        let mut winner = vec![true; self.counted.len()];
        for (number, key) in keys.into_iter().enumerate() {
            let Some(key) = key else { continue };
            let one = &self.counted[number];
            let items = count_of(one.entry);
            // A record of no items stands for no other.
            let place = if items.is_zero() { usize::MAX } else { order(one) };
            // Vetoes, checklists and missing pieces have no price of their own: there the larger number decides.
            let points = (worth_of(book, one), items);
            match best.get_mut(&key) {
                None => {
                    best.insert(key, (place, points, number));
                }
                Some(leader) if place < leader.0 || (place == leader.0 && points > leader.1) => {
                    winner[leader.2] = false;
                    *leader = (place, points, number);
                }
                Some(_) => winner[number] = false,
            }
        }
        let mut kept = Vec::with_capacity(self.counted.len());
        for (one, stays) in std::mem::take(&mut self.counted).into_iter().zip(winner) {
            if stays {
                kept.push(one);
            } else {
                self.repeated.push((one, format!("{title}，本条不重复计分")));
            }
        }
        self.counted = kept;
    }
}

/// Why a step does not count an entry by itself, whatever else was entered.
fn uncounted(book: &Book<'_>, one: &Placed<'_>) -> Option<String> {
    let What::Step(step) = one.what else { return None };
    let step = &book.clauses[one.clause].1.steps[step];
    if let Some(since) = step.since.filter(|since| one.entry.date.is_some_and(|date| date < *since)) {
        return Some(format!("此项自{since}起计，本条不计分"));
    }
    // Levels are ordered from the state down.
    let least = step.least_level.filter(|least| one.entry.level.is_some_and(|level| level > *least))?;
    Some(format!("此项只计{}以上的，本条不计分", least.chinese()))
}

/// Does the step count entries, rather than compute from a measure?
fn counts_occurrences(effect: Effect) -> bool {
    matches!(effect, Effect::Deduct | Effect::Bonus | Effect::Earn | Effect::Major | Effect::Checklist | Effect::Veto)
}

/// Pieces told as missing are occurrences too; pieces told as done are a measure.
fn tells_of_missing(effect: Effect, entry: &Entry) -> bool {
    effect == Effect::CountShortfall && entry.numerator.is_none()
}

fn worth_of(book: &Book<'_>, one: &Placed<'_>) -> Decimal {
    match one.what {
        What::Step(step) => {
            let clause = book.clauses[one.clause].1;
            worth(clause, &clause.steps[step], one.entry)
        }
        What::NotApplicable => Decimal::ZERO,
    }
}

/// The order in which entries are looked at and shown, whatever their order in the file.
pub fn canonical(a: &Entry, b: &Entry) -> std::cmp::Ordering {
    let key = |entry: &Entry| {
        (
            entry.date,
            entry.subject.clone(),
            entry.id.clone(),
            entry.level,
            entry.count,
            entry.numerator,
            entry.denominator,
            entry.value,
            entry.rank,
        )
    };
    key(a).cmp(&key(b)).then_with(|| {
        let rest = |entry: &Entry| serde_json::to_string(entry).unwrap_or_default();
        rest(a).cmp(&rest(b))
    })
}
