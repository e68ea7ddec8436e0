//! Steps that depend on a unit's place among all units: the place is delivered, or computed from a number.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::{record::Record, step_score::StepScore, wording::plain};
use crate::model::rulebook::{Clause, Effect, RankOrder, Step, Ties};

/// The places of units in one ranking step.
pub struct Ranked {
    pub clause: u16,
    pub step: u16,
    /// By the unit's number.
    pub places: Vec<Vec<u32>>,
    /// Has anybody a place yet?
    pub known: bool,
}

/// The places of every unit that has one; more than one only where the subjects of a unit are ranked, each by itself.
/// `cohort` holds units by their numbers. Where any place is delivered, only delivered ones count.
pub fn places(step: &Step, cohort: &[(usize, Vec<&Record<'_>>)]) -> BTreeMap<usize, Vec<u32>> {
    let mut ranked: BTreeMap<(usize, Option<&str>), Vec<&Record<'_>>> = BTreeMap::new();
    for (unit, entries) in cohort {
        for entry in entries {
            let subject = entry.subject.as_deref().filter(|_| step.by_subject);
            ranked.entry((*unit, subject)).or_default().push(entry);
        }
    }
    let delivered: BTreeMap<(usize, Option<&str>), u32> =
        ranked.iter().filter_map(|(one, entries)| Some((*one, delivered(step, entries)?))).collect();
    let places = if delivered.is_empty() { computed(step, &ranked) } else { delivered };
    let mut by_unit: BTreeMap<usize, Vec<u32>> = BTreeMap::new();
    for ((unit, _), place) in places {
        by_unit.entry(unit).or_default().push(place);
    }
    by_unit.values_mut().for_each(|places| places.sort_unstable());
    by_unit
}

/// Places by the sums of the delivered numbers.
fn computed<K: Ord + Copy>(step: &Step, ranked: &BTreeMap<K, Vec<&Record<'_>>>) -> BTreeMap<K, u32> {
    let number = |entry: &&Record<'_>| entry.value().unwrap_or_else(|| entry.count());
    let mut numbers: Vec<(K, Decimal)> =
        ranked.iter().map(|(one, entries)| (*one, entries.iter().map(number).sum())).collect();
    if step.effect == Effect::RankDeduct {
        // Who has no problem is in no list of those with the most.
        numbers.retain(|(_, number)| !number.is_zero());
    }
    let fewest_first = match step.order {
        Some(order) => order == RankOrder::Fewest,
        None => step.effect == Effect::Rank,
    };
    numbers.sort_by(|(_, a), (_, b)| if fewest_first { a.cmp(b) } else { b.cmp(a) });
    number_places(&numbers, step.ties.unwrap_or(Ties::Skip))
}

/// Equal numbers share a place.
pub fn number_places<K: Ord + Copy>(sorted: &[(K, Decimal)], ties: Ties) -> BTreeMap<K, u32> {
    let mut places = BTreeMap::new();
    let (mut place, mut last) = (0_u32, None);
    for (position, (one, number)) in sorted.iter().enumerate() {
        if last != Some(number) {
            place = match ties {
                Ties::Skip => u32::try_from(position).unwrap_or(u32::MAX).saturating_add(1),
                Ties::Dense => place + 1,
            };
        }
        last = Some(number);
        places.insert(*one, place);
    }
    places
}

/// The newest delivered place; of several on one day the worst: the last, or the first of those with the most problems.
fn delivered(step: &Step, entries: &[&Record<'_>]) -> Option<u32> {
    let ranked = || entries.iter().filter(|entry| entry.rank().is_some());
    let newest = ranked().map(|entry| entry.date).max()?;
    let ranks = ranked().filter(|entry| entry.date == newest).filter_map(|entry| entry.rank());
    if step.effect == Effect::RankDeduct { ranks.min() } else { ranks.max() }
}

/// The points of a unit's places. `known` is false where no unit has a place yet.
pub fn score<'e>(clause: &Clause, step: &Step, entries: &[&Record<'e>], places: &[u32], known: bool) -> StepScore<'e> {
    let weight = clause.weight.unwrap_or_default();
    match (step.effect, places) {
        (Effect::RankDeduct, []) if known => StepScore::nothing(),
        (_, []) => StepScore::pending(),
        (Effect::RankDeduct, places) => {
            let lost = |place: &u32| {
                let position = usize::try_from(*place).unwrap_or(usize::MAX) - 1;
                step.by_place.get(position).copied().unwrap_or_default()
            };
            let points: Decimal = places.iter().map(lost).sum();
            let named: Vec<String> = places.iter().map(|place| format!("第{place}名")).collect();
            let reason = format!("{}：{}，扣{}分", step.title, named.join("、"), plain(points));
            StepScore::loss(step, points, entries, reason)
        }
        (_, [place, ..]) => {
            let lower = step.interval.unwrap_or_default() * Decimal::from(place - 1);
            let raw = step.first.unwrap_or_default() - lower;
            let points = step.floor.map_or(raw, |floor| raw.max(floor));
            let reason = format!("{}：第{place}名，得{}分", step.title, plain(points));
            StepScore::loss(step, weight - points, entries, reason)
        }
    }
}
