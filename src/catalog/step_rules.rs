//! What makes a step sound: it has the numbers its effect computes with, none that it ignores, and can be reached.

use rust_decimal::Decimal;

use super::rulebook_rules::{Findings, Known};
use crate::model::rulebook::{Clause, Effect, Per, Rulebook, Step};

/// Every defect of one step at `at`.
pub fn check(book: &Rulebook, clause: &Clause, step: &Step, at: &str, known: &Known<'_>, found: &mut Findings) {
    let name = format!("{}.{}", clause.id, step.id);
    numbers(step, at, found);
    needs(book, clause, step, &name, at, found);
    ignores(step, at, found);
    levels(step, &name, at, found);
    order(step, at, found);
    if let Some(since) = step.since.filter(|since| !book.period.contains(*since)) {
        found.add(
            &format!("{at}.since"),
            format!("{since} lies outside the period {} to {}", book.period.from, book.period.to),
            "write a day of the period, or take the key out",
        );
    }
    for (number, feed) in step.checks.iter().enumerate() {
        if !known.checks.is_empty() && !known.checks.contains(&feed.check) {
            found.add(
                &format!("{at}.checks[{number}]"),
                format!("there is no check {:?}", feed.check),
                nearest(&feed.check, known.checks.iter().map(String::as_str)),
            );
        }
    }
    for (list, ids) in [("clauses", &step.clauses), ("unless", &step.unless)] {
        for (number, id) in ids.iter().enumerate() {
            if book.clause(id).is_none() {
                found.add(
                    &format!("{at}.{list}[{number}]"),
                    format!("there is no clause {id}"),
                    "write the id of a row",
                );
            }
        }
    }
    let losing_veto = step.effect == Effect::Veto
        && step.consequence.as_ref().is_none_or(|found| found.total.is_none() && found.grade.is_none());
    if losing_veto {
        found.add(at, format!("veto {name} has no consequence"), "add consequence: { total: 0, grade: … }");
    }
}

fn numbers(step: &Step, at: &str, found: &mut Findings) {
    for (field, number) in [
        ("points", step.points),
        ("threshold", step.threshold),
        ("first", step.first),
        ("interval", step.interval),
        ("floor", step.floor),
    ] {
        found.not_negative(&format!("{at}.{field}"), number);
    }
    found.above_zero(&format!("{at}.cap"), step.cap);
    found.above_zero(&format!("{at}.factor"), step.factor);
    for (level, points) in &step.levels {
        let level = serde_json::to_value(level).ok().and_then(|value| value.as_str().map(str::to_owned));
        found.not_negative(&format!("{at}.levels.{}", level.unwrap_or_default()), Some(*points));
    }
}

/// The numbers without which the effect cannot be computed, or the step never changes a score.
fn needs(book: &Rulebook, clause: &Clause, step: &Step, name: &str, at: &str, found: &mut Findings) {
    let has_points = step.points.is_some() || !step.levels.is_empty() || !step.tiers.is_empty();
    let counts = matches!(step.effect, Effect::Deduct | Effect::Bonus | Effect::Earn | Effect::Major);
    if step.cap.is_some() && counts && !has_points {
        found.add(&format!("{at}.cap"), format!("{name} has a cap and no points"), "add points, levels or tiers");
    } else if counts && !has_points && (!book.open_figures || step.effect == Effect::Earn) {
        found.add(at, format!("{name} has no points, so it is never reached"), "add points, levels or tiers");
    }
    let mut wants = |missing: bool, what: &str, help: &str| {
        if missing {
            found.add(at, format!("{name} ({}) needs {what}", step.effect.name()), help);
        }
    };
    let weighs = clause.weight.is_some();
    match step.effect {
        Effect::Ratio
        | Effect::InverseRatio
        | Effect::TieredRatio
        | Effect::External
        | Effect::Manual
        | Effect::Earn
        | Effect::Rank => wants(!weighs, "a row with a weight", "add the weight of the row"),
        _ => {}
    }
    match step.effect {
        Effect::TieredRatio => wants(step.bands.is_empty(), "bands", "add bands"),
        Effect::PercentShortfall => {
            wants(step.threshold.is_none(), "a threshold", "add threshold: percent to reach");
            wants(step.points.is_none(), "points", "add points for each percentage point");
        }
        Effect::CountShortfall => {
            wants(step.threshold.is_none(), "a threshold", "add threshold: pieces to reach");
            wants(step.points.is_none(), "points", "add points for each missing piece");
        }
        Effect::Rank => {
            wants(step.first.is_none(), "first", "add first: points of the first place");
            wants(step.interval.is_none(), "an interval", "add interval: how much less the next place gets");
        }
        Effect::RankDeduct => wants(step.by_place.is_empty(), "by_place", "add by_place: what the first places lose"),
        Effect::Average => wants(step.clauses.is_empty(), "clauses", "add the rows that are averaged"),
        _ => {}
    }
}

/// Keys that mean nothing for the effect.
fn ignores(step: &Step, at: &str, found: &mut Findings) {
    use Effect::{
        Average, Bonus, Checklist, CountShortfall, Deduct, Earn, External, InverseRatio, Major, Manual,
        PercentShortfall, Rank, RankDeduct, Ratio, TieredRatio, Veto,
    };
    let counted: &[Effect] = &[Deduct, Bonus, Earn, Major];
    let keys: [(&str, bool, &[Effect]); 17] = [
        (
            "points",
            step.points.is_some(),
            &[
                Deduct,
                Bonus,
                Earn,
                Major,
                Checklist,
                PercentShortfall,
                CountShortfall,
                Ratio,
                InverseRatio,
                TieredRatio,
                External,
                Manual,
            ],
        ),
        ("per", step.per != Per::Once, &[Deduct, Bonus, Earn, Major]),
        ("levels", !step.levels.is_empty(), counted),
        ("tiers", !step.tiers.is_empty(), counted),
        ("cap", step.cap.is_some(), &[Deduct, Bonus, Earn, Major, PercentShortfall, CountShortfall]),
        ("bands", !step.bands.is_empty(), &[TieredRatio]),
        ("threshold", step.threshold.is_some(), &[PercentShortfall, CountShortfall, Veto]),
        ("partial", step.partial.is_some(), &[PercentShortfall]),
        ("first", step.first.is_some(), &[Rank]),
        ("interval", step.interval.is_some(), &[Rank]),
        ("floor", step.floor.is_some(), &[Rank]),
        ("by_place", !step.by_place.is_empty(), &[RankDeduct]),
        ("by_subject", step.by_subject, &[RankDeduct]),
        ("factor", step.factor.is_some(), &[External, Manual]),
        ("unless", !step.unless.is_empty(), &[Bonus]),
        ("clauses", !step.clauses.is_empty(), &[Average]),
        ("peers", step.peers.is_some(), &[Average]),
    ];
    for (key, present, effects) in keys {
        if present && !effects.contains(&step.effect) {
            found.add(
                &format!("{at}.{key}"),
                format!("{key} means nothing for {}", step.effect.name()),
                "take it out or choose another effect",
            );
        }
    }
}

/// Findings of checks name no level, so that a step by levels must say which is theirs.
fn levels(step: &Step, name: &str, at: &str, found: &mut Findings) {
    match step.finding_level {
        None if !step.levels.is_empty() && !step.checks.is_empty() => found.add(
            at,
            format!("{name} has points by level, and findings of its checks name no level"),
            "add finding_level: the level at which they count",
        ),
        Some(level) if !step.levels.contains_key(&level) => found.add(
            &format!("{at}.finding_level"),
            format!("{name} has no points for {}", level.name()),
            "write one of its levels",
        ),
        Some(_) if step.checks.is_empty() => found.add(
            &format!("{at}.finding_level"),
            format!("{name} takes no findings of checks"),
            "add checks or take it out",
        ),
        _ => {}
    }
}

/// Bands and tiers that can never be reached.
fn order(step: &Step, at: &str, found: &mut Findings) {
    let mut reached: Option<Decimal> = None;
    for (number, band) in step.bands.iter().enumerate() {
        let closed = number > 0 && step.bands[number - 1].below.is_none();
        if closed || band.below.is_some_and(|below| reached.is_some_and(|before| below <= before)) {
            found.add(
                &format!("{at}.bands[{number}]"),
                "this band is never reached",
                "order the bands by rising below",
            );
        }
        reached = band.below.or(reached);
    }
    for number in 1..step.tiers.len() {
        if step.tiers[number].from >= step.tiers[number - 1].from {
            found.add(
                &format!("{at}.tiers[{number}]"),
                "this tier is never reached",
                "order the tiers by falling from",
            );
        }
    }
}

/// The known name with the longest common beginning.
fn nearest<'a>(wanted: &str, known: impl Iterator<Item = &'a str>) -> String {
    let common = |name: &str| name.chars().zip(wanted.chars()).take_while(|(a, b)| a == b).count();
    match known.max_by_key(|name| common(name)).filter(|name| common(name) > 2) {
        Some(name) => format!("did you mean {name}?"),
        None => "write the id of a check".into(),
    }
}
