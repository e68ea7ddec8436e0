//! Steps that depend on a unit's place among all units: the place is delivered, or computed from a number.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::{placing::count_of, step_score::StepScore, wording::plain};
use crate::model::{
    Entry,
    rulebook::{Clause, Effect, RankOrder, Step, Ties},
};

/// The place of every unit that has one. Where any place is delivered, only delivered ones count.
pub fn places<'a>(step: &Step, cohort: &BTreeMap<&'a str, Vec<&'a Entry>>) -> BTreeMap<&'a str, u32> {
    let delivered: BTreeMap<&str, u32> =
        cohort.iter().filter_map(|(unit, entries)| Some((*unit, delivered(entries)?))).collect();
    if !delivered.is_empty() {
        return delivered;
    }
    let mut numbers: Vec<(&str, Decimal)> = cohort
        .iter()
        .filter(|(_, entries)| !entries.is_empty())
        .map(|(unit, entries)| {
            (*unit, entries.iter().map(|entry| entry.value.unwrap_or_else(|| count_of(entry))).sum())
        })
        .collect();
    if step.effect == Effect::RankDeduct {
        // Who has no problem is in no list of those with the most.
        numbers.retain(|(_, number): &(&str, Decimal)| !number.is_zero());
    }
    let fewest_first = match step.order {
        Some(order) => order == RankOrder::Fewest,
        None => step.effect == Effect::Rank,
    };
    numbers.sort_by(|(_, a), (_, b)| if fewest_first { a.cmp(b) } else { b.cmp(a) });
    number_places(&numbers, step.ties.unwrap_or(Ties::Skip))
}

/// Equal numbers share a place.
pub fn number_places<'a>(sorted: &[(&'a str, Decimal)], ties: Ties) -> BTreeMap<&'a str, u32> {
    let mut places = BTreeMap::new();
    let (mut place, mut last) = (0_u32, None);
    for (position, (unit, number)) in sorted.iter().enumerate() {
        if last != Some(number) {
            place = match ties {
                Ties::Skip => u32::try_from(position).unwrap_or(u32::MAX).saturating_add(1),
                Ties::Dense => place + 1,
            };
        }
        last = Some(number);
        places.insert(*unit, place);
    }
    places
}

/// The newest delivered place; of several on one day the worst.
fn delivered(entries: &[&Entry]) -> Option<u32> {
    let ranked = || entries.iter().filter(|entry| entry.rank.is_some());
    let newest = ranked().map(|entry| entry.date).max()?;
    ranked().filter(|entry| entry.date == newest).filter_map(|entry| entry.rank).max()
}

/// The points of a place. `known` is false where no unit has a place yet.
pub fn score(clause: &Clause, step: &Step, entries: &[&Entry], place: Option<u32>, known: bool) -> StepScore {
    let weight = clause.weight.unwrap_or_default();
    match (step.effect, place) {
        (Effect::RankDeduct, Some(place)) => {
            let position = usize::try_from(place).unwrap_or(usize::MAX) - 1;
            let points = step.by_place.get(position).copied().unwrap_or_default();
            StepScore::loss(step, points, entries, format!("{}：第{place}名，扣{}分", step.title, plain(points)))
        }
        (Effect::RankDeduct, None) if known => StepScore::nothing(),
        (_, Some(place)) => {
            let lower = step.interval.unwrap_or_default() * Decimal::from(place - 1);
            let raw = step.first.unwrap_or_default() - lower;
            let points = step.floor.map_or(raw, |floor| raw.max(floor));
            let reason = format!("{}：第{place}名，得{}分", step.title, plain(points));
            StepScore::loss(step, weight - points, entries, reason)
        }
        _ => StepScore::pending(),
    }
}
