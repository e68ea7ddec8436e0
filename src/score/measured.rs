//! Steps that compute from measures: ratios, shortfalls, delivered and given scores.

use rust_decimal::Decimal;

use super::{
    record::Record,
    step_score::StepScore,
    wording::{percent, plain, rounded},
};
use crate::model::rulebook::{Clause, Effect, Partial, Step};

/// A step whose points come from delivered numbers; without any it is pending.
pub fn score<'e>(clause: &Clause, step: &Step, entries: &[&Record<'e>], places: u32) -> StepScore<'e> {
    if entries.is_empty() {
        return if step.effect.needs_measure() { StepScore::pending() } else { StepScore::nothing() };
    }
    match step.effect {
        Effect::CountShortfall => pieces_missing(step, entries),
        Effect::External | Effect::Manual => given(clause, step, entries, places),
        _ => share(clause, step, entries, places),
    }
}

/// Numerators and denominators of all entries of the period, added up.
fn share<'e>(clause: &Clause, step: &Step, entries: &[&Record<'e>], places: u32) -> StepScore<'e> {
    let part: Decimal = entries.iter().filter_map(|entry| entry.numerator()).sum();
    let whole: Decimal = entries.iter().filter_map(|entry| entry.denominator()).sum();
    if whole.is_zero() {
        let reason = format!("{}：总量为0，无可考核内容，不扣分", step.title);
        return StepScore::loss(step, Decimal::ZERO, entries, reason);
    }
    let ratio = part / whole;
    let weight = step.points.or(clause.weight).unwrap_or_default();
    let fraction = format!("{}÷{}={}", plain(part), plain(whole), percent(ratio));
    // Multiplied before divided: 1/3 of 3 is 1, not 0.9999.
    let (points, formula) = match step.effect {
        Effect::Ratio => {
            let score = rounded(part * weight / whole, places);
            (weight - score, format!("得分={}×{}={score}", percent(ratio), plain(weight)))
        }
        Effect::InverseRatio => {
            let score = rounded((whole - part) * weight / whole, places);
            (weight - score, format!("得分=（1-{}）×{}={score}", percent(ratio), plain(weight)))
        }
        Effect::TieredRatio => tiered(step, weight, part, whole, places),
        _ => percent_missing(step, part, whole, places),
    };
    StepScore::loss(step, plain(points), entries, format!("{}：{fraction}，{formula}", step.title))
}

/// The band of the ratio decides.
fn tiered(step: &Step, weight: Decimal, part: Decimal, whole: Decimal, places: u32) -> (Decimal, String) {
    let inside = |below: Option<Decimal>| below.is_none_or(|below| part < below * whole);
    let linear = rounded((whole - part) * weight / whole, places);
    let Some(band) = step.bands.iter().find(|band| inside(band.below)) else {
        return (Decimal::ZERO, "不在任何档次，不扣分".into());
    };
    let score = match band.loses {
        None => linear,
        Some(loses) if band.linear => (linear - loses).max(Decimal::ZERO),
        Some(loses) => (weight - loses).max(Decimal::ZERO),
    };
    let formula = match band.loses {
        None => format!("得分=（1-{}）×{}={score}", percent(part / whole), plain(weight)),
        Some(loses) if band.linear => {
            format!("得分=（1-{}）×{}-{}={}", percent(part / whole), plain(weight), plain(loses), plain(score))
        }
        Some(loses) => format!("直接扣{}分，得{}分", plain(loses.min(weight)), plain(score)),
    };
    (weight - score, formula)
}

/// Each percentage point below the threshold.
fn percent_missing(step: &Step, part: Decimal, whole: Decimal, places: u32) -> (Decimal, String) {
    let threshold = step.threshold.unwrap_or_default();
    let missing = (threshold * whole - part * Decimal::ONE_HUNDRED).max(Decimal::ZERO) / whole;
    let counted = match step.partial.unwrap_or(Partial::Floor) {
        Partial::Floor => missing.floor(),
        Partial::Ceil => missing.ceil(),
        Partial::Linear => rounded(missing, places),
    };
    let raw = rounded(counted * step.points.unwrap_or_default(), places);
    let points = step.cap.map_or(raw, |cap| raw.min(cap));
    if missing.is_zero() {
        return (Decimal::ZERO, format!("不低于{}%，不扣分", plain(threshold)));
    }
    let mut formula = format!("低于{}%共{}个百分点", plain(threshold), rounded(missing, 2));
    if counted != missing {
        formula.push_str(&format!("，按{}个计", plain(counted)));
    }
    formula.push_str(&format!("，扣{}分", plain(points)));
    (points, formula)
}

/// Pieces that are missing: counted as missing (`count`), or as done (`numerator`). Of those due so far (`denominator`,
/// added up over quarters told one by one) never more than the plan's number is wanted.
fn pieces_missing<'e>(step: &Step, entries: &[&Record<'e>]) -> StepScore<'e> {
    let threshold = step.threshold.unwrap_or_default();
    let done: Vec<&&Record<'_>> = entries.iter().filter(|entry| entry.numerator().is_some()).collect();
    let mut missing: Decimal =
        entries.iter().filter(|entry| entry.numerator().is_none()).map(|entry| entry.count()).sum();
    if !done.is_empty() {
        let pieces: Decimal = done.iter().filter_map(|entry| entry.numerator()).sum();
        let due: Option<Decimal> = done.iter().map(|entry| entry.denominator()).sum();
        let wanted = due.map_or(threshold, |due| due.min(threshold));
        missing += (wanted - pieces).max(Decimal::ZERO);
    }
    if missing.is_zero() {
        let reason = format!("{}：应有{}，没有缺少，不扣分", step.title, plain(threshold));
        return StepScore::loss(step, Decimal::ZERO, entries, reason);
    }
    let raw = missing * step.points.unwrap_or_default();
    let points = step.cap.map_or(raw, |cap| raw.min(cap));
    let mut reason = format!(
        "{}：应有{}，缺{}，每缺一个扣{}分",
        step.title,
        plain(threshold),
        plain(missing),
        plain(step.points.unwrap_or_default())
    );
    if points < raw {
        reason.push_str(&format!("，按扣分上限扣{}分", plain(points)));
    } else {
        reason.push_str(&format!("，扣{}分", plain(points)));
    }
    StepScore::loss(step, points, entries, reason)
}

/// The newest delivered or given score; of several on one day the lowest, so that their order means nothing.
fn given<'e>(clause: &Clause, step: &Step, entries: &[&Record<'e>], places: u32) -> StepScore<'e> {
    let weight = step.points.or(clause.weight).unwrap_or_default();
    let newest = entries.iter().map(|entry| entry.date).max().flatten();
    let value =
        entries.iter().filter(|entry| entry.date == newest).filter_map(|entry| entry.value()).min().unwrap_or_default();
    let raw = rounded(value * step.factor.unwrap_or(Decimal::ONE), places);
    let score = raw.min(weight);
    let mut reason = match step.factor {
        Some(factor) => format!("{}：{}×{}={raw}", step.title, plain(value), plain(factor)),
        None => format!("{}：评定{raw}分", step.title),
    };
    if entries.len() > 1 {
        reason.push_str("（以最近一次为准）");
    }
    if score < raw {
        reason.push_str(&format!("，超过满分，按{}分计", plain(weight)));
    } else {
        reason.push_str(&format!("，满分{}分", plain(weight)));
    }
    StepScore::loss(step, plain(weight - score), entries, reason)
}
