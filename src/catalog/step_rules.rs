//! What makes a step sound: it has the numbers its effect computes with, none that it ignores, and can be reached.

use rust_decimal::Decimal;

use super::rulebook_rules::{Findings, Known};
use crate::model::rulebook::{CheckRef, Clause, Effect, Per, Rulebook, Step};

/// Every defect of one step at `at`.
pub fn check(book: &Rulebook, clause: &Clause, step: &Step, at: &str, known: &Known<'_>, found: &mut Findings) {
    let name = format!("{}.{}", clause.id, step.id);
    found.good_id(&format!("{at}.id"), &step.id);
    found.not_empty(&format!("{at}.title"), &step.title);
    numbers(step, at, found);
    reach(clause, step, &name, at, found);
    needs(book, clause, step, &name, at, found);
    ignores(step, at, found);
    levels(step, &name, at, found);
    order(step, at, found);
    let in_order = book.period.from <= book.period.to;
    if let Some(since) = step.since.filter(|since| in_order && !book.period.contains(*since)) {
        found.add(
            &format!("{at}.since"),
            format!("{since} lies outside the period {} to {}", book.period.from, book.period.to),
            "write a day of the period, or take the key out",
        );
    }
    for (number, feed) in step.checks.iter().enumerate() {
        check_exists(feed, known, &format!("{at}.checks[{number}]"), found);
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
    if step.effect == Effect::Average && step.clauses.contains(&clause.id) && clause.steps.len() == 1 {
        let message = format!("{name} averages its own row, which has nothing else");
        found.add(&format!("{at}.clauses"), message, "write the rows whose loss is replaced");
    }
    consequence(book, step, &name, at, found);
}

/// The check a rulebook names is one there is.
pub fn check_exists(feed: &CheckRef, known: &Known<'_>, field: &str, found: &mut Findings) {
    if !known.checks.is_empty() && !known.checks.contains(&feed.check) {
        let message = format!("there is no check {:?}", feed.check);
        found.add(field, message, nearest(&feed.check, known.checks.iter().map(String::as_str)));
    }
}

fn consequence(book: &Rulebook, step: &Step, name: &str, at: &str, found: &mut Findings) {
    let leaves = step.consequence.as_ref().filter(|leaves| leaves.total.is_some() || leaves.grade.is_some());
    let Some(leaves) = leaves else {
        if step.effect == Effect::Veto {
            found.add(
                &format!("{at}.consequence"),
                format!("veto {name} has no consequence"),
                "add consequence: { total: 0, grade: … }",
            );
        }
        return;
    };
    if let Some(total) = leaves.total.filter(|total| *total >= book.full_mark) {
        let message = format!("veto {name} leaves {total}, not less than the full mark {}", book.full_mark);
        found.add(&format!("{at}.consequence.total"), message, "write what remains, such as 0");
    }
    if let Some(grade) = &leaves.grade
        && !book.grades.is_empty()
        && book.grades.iter().all(|known| known.name != *grade)
    {
        let known: Vec<&str> = book.grades.iter().map(|grade| grade.name.as_str()).collect();
        let message = format!("there is no grade {grade}");
        found.add(&format!("{at}.consequence.grade"), message, format!("write one of {}", known.join(", ")));
    }
}

/// Numbers beyond what the row, the step's cap or a percentage can give.
fn reach(clause: &Clause, step: &Step, name: &str, at: &str, found: &mut Findings) {
    if let (Some(cap), Some(least)) = (step.cap, step.least_points())
        && cap > Decimal::ZERO
        && cap < least
        && step.per != Per::Value
    {
        let message = format!("{name} is capped at {cap}, below one item of {least}");
        found.add(&format!("{at}.cap"), message, "raise the cap or lower the points");
    }
    if let Some(threshold) = step.threshold.filter(|number| *number > Decimal::ONE_HUNDRED)
        && step.effect == Effect::PercentShortfall
    {
        let message = format!("{threshold} percent can never be reached");
        found.add(&format!("{at}.threshold"), message, "write a percentage up to 100");
    }
    let Some(weight) = clause.weight else { return };
    if let Some(first) = step.first.filter(|first| *first > weight) {
        let message = format!("the first place gets {first}, the row weighs {weight}");
        found.add(&format!("{at}.first"), message, "write at most the weight of the row");
    }
    for (number, band) in step.bands.iter().enumerate() {
        if let Some(loses) = band.loses.filter(|loses| *loses > weight) {
            let message = format!("loses {loses}, the row weighs {weight}");
            found.add(&format!("{at}.bands[{number}].loses"), message, "write at most the weight of the row");
        }
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
    if let (Some(first), Some(floor)) = (step.first, step.floor)
        && floor > first
    {
        let message = format!("the floor {floor} lies above the first place's {first}");
        found.add(&format!("{at}.floor"), message, "write a floor below first");
    }
    for (number, loss) in step.by_place.iter().enumerate() {
        found.above_zero(&format!("{at}.by_place[{number}]"), Some(*loss));
    }
    for (number, tier) in step.tiers.iter().enumerate() {
        found.not_negative(&format!("{at}.tiers[{number}].from"), Some(tier.from));
        found.above_zero(&format!("{at}.tiers[{number}].points"), Some(tier.points));
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
        found.add(
            &format!("{at}.points"),
            format!("{name} has no points, so it is never reached"),
            "add points, levels or tiers",
        );
    }
    let mut wants = |missing: bool, key: &str, help: &str| {
        if missing {
            let message = format!("{name} ({}) needs {key}", step.effect.name());
            found.add(&format!("{at}.{key}"), message, help);
        }
    };
    match step.effect {
        Effect::TieredRatio => wants(step.bands.is_empty(), "bands", "add bands: what is lost below which share"),
        Effect::PercentShortfall => {
            wants(step.threshold.is_none(), "threshold", "add threshold: percent to reach");
            wants(step.points.is_none(), "points", "add points for each percentage point");
        }
        Effect::CountShortfall => {
            wants(step.threshold.is_none(), "threshold", "add threshold: pieces to reach");
            wants(step.points.is_none(), "points", "add points for each missing piece");
        }
        Effect::Rank => {
            wants(step.first.is_none(), "first", "add first: points of the first place");
            wants(step.interval.is_none(), "interval", "add interval: how much less the next place gets");
        }
        Effect::RankDeduct => wants(step.by_place.is_empty(), "by_place", "add by_place: what the first places lose"),
        Effect::Average => wants(step.clauses.is_empty(), "clauses", "add clauses: the rows that are averaged"),
        _ => {}
    }
    if step.effect == Effect::Checklist
        && step.points.is_some_and(|points| clause.weight.is_none_or(|weight| points > weight))
    {
        found.add(
            &format!("{at}.points"),
            format!("{name} (checklist) needs a row that weighs at least its points"),
            "correct the weight or the points, or leave the points out: not met, the row then loses its weight",
        );
    }
    let shares_a_weight = matches!(
        step.effect,
        Effect::Ratio
            | Effect::InverseRatio
            | Effect::TieredRatio
            | Effect::External
            | Effect::Manual
            | Effect::Earn
            | Effect::Rank
    );
    if shares_a_weight && clause.weight.is_none() {
        let row = at.split(".steps[").next().unwrap_or(at);
        let message = format!("{name} ({}) needs a row with a weight", step.effect.name());
        found.add(&format!("{row}.weight"), message, "add the weight of the row");
    }
}

/// Keys that mean nothing for the effect.
fn ignores(step: &Step, at: &str, found: &mut Findings) {
    use Effect::{
        Average, Bonus, Checklist, CountShortfall, Deduct, Earn, External, InverseRatio, Major, Manual,
        PercentShortfall, Rank, RankDeduct, Ratio, TieredRatio, Veto,
    };
    let counted: &[Effect] = &[Deduct, Bonus, Earn, Major];
    let keys: [(&str, bool, &[Effect]); 22] = [
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
        ("least_level", step.least_level.is_some(), counted),
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
        ("order", step.order.is_some(), &[Rank, RankDeduct]),
        ("ties", step.ties.is_some(), &[Rank, RankDeduct]),
        ("consequence", step.consequence.is_some(), &[Veto]),
        // A finding is a fault and carries no number: it can neither earn points nor be a share, a place or a score.
        ("checks", !step.checks.is_empty(), &[Deduct, Major, Checklist, Veto, CountShortfall]),
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
    if step.least_level.is_some() && !step.levels.is_empty() {
        found.add(
            &format!("{at}.least_level"),
            format!("least_level means nothing for {name}, which has points by level"),
            "take it out, or take out the levels that do not count",
        );
    }
    match step.finding_level {
        None if !step.levels.is_empty() && !step.checks.is_empty() => found.add(
            &format!("{at}.finding_level"),
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

/// Bands and tiers that can never be reached, and shares that no band takes.
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
        found.not_negative(&format!("{at}.bands[{number}].loses"), band.loses);
        if let Some(below) = band.below.filter(|below| *below <= Decimal::ZERO || *below > Decimal::ONE) {
            let message = format!("{below} is no share between 0 and 1");
            found.add(&format!("{at}.bands[{number}].below"), message, "write a share: 0.2 for 20%");
        }
        if band.linear && band.loses.is_none() {
            let message = "linear: true means something only beside loses";
            found.add(&format!("{at}.bands[{number}].linear"), message, "add loses, or take linear out");
        }
    }
    if let Some(open) = step.bands.last().and_then(|last| last.below) {
        found.add(
            &format!("{at}.bands[{}]", step.bands.len() - 1),
            format!("shares from {open} on fall into no band"),
            "end with a band without below",
        );
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
