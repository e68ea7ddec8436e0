//! Steps that count occurrences: once, each time, by level, by number, earned within the weight, checklists, vetoes.

use rust_decimal::Decimal;

use super::{
    record::Record,
    step_score::StepScore,
    wording::plain,
    worth::{points_each, worth},
};
use crate::model::rulebook::{Clause, Effect, Per, Step};

/// A step whose points come from how often and at which level something happened.
pub fn score<'e>(clause: &Clause, step: &Step, entries: &[&Record<'e>]) -> StepScore<'e> {
    let raw = raw_points(clause, step, entries);
    let points = step.cap.map_or(raw, |cap| raw.min(cap));
    if step.effect == Effect::Earn {
        return earned(clause, step, entries, points);
    }
    if entries.is_empty() {
        return StepScore::nothing();
    }
    if is_unpriced(clause, step) {
        return recorded(step, entries);
    }
    let verb = if step.effect == Effect::Bonus { "加" } else { "扣" };
    let mut reason = format!("{}：{}", step.title, how(clause, step, entries, raw, verb));
    if points < raw {
        reason.push_str(&format!("，按{verb}分上限{verb}{}分", plain(points)));
    }
    match step.effect {
        Effect::Bonus => StepScore::gain(step, points, entries, reason),
        Effect::Major => StepScore::major(step, points, entries, reason),
        Effect::Checklist => StepScore { unmet: has_items(entries), ..StepScore::loss(step, points, entries, reason) },
        _ => StepScore::loss(step, points, entries, reason),
    }
}

/// Has neither the plan nor an overlay put a figure on the step?
fn is_unpriced(clause: &Clause, step: &Step) -> bool {
    let row = if step.effect == Effect::Checklist { clause.weight } else { None };
    step.points.or(row).is_none() && step.levels.is_empty() && step.tiers.is_empty()
}

/// A step without a figure: what happened is shown and changes no number.
fn recorded<'e>(step: &Step, entries: &[&Record<'e>]) -> StepScore<'e> {
    let unmet = step.effect == Effect::Checklist && has_items(entries);
    let what = if unmet { "未达到要求" } else { "已记录" };
    let reason = format!("{}：{what}，方案未定分值", step.title);
    StepScore { unmet, ..StepScore::loss(step, Decimal::ZERO, entries, reason) }
}

fn has_items(entries: &[&Record<'_>]) -> bool {
    entries.iter().any(|entry| !entry.count().is_zero())
}

/// Points of all entries together, before caps.
fn raw_points(clause: &Clause, step: &Step, entries: &[&Record<'_>]) -> Decimal {
    if !step.tiers.is_empty() {
        let count: Decimal = entries.iter().map(|entry| entry.count()).sum();
        return step.tiers.iter().filter(|tier| count >= tier.from).map(|tier| tier.points).max().unwrap_or_default();
    }
    let each = entries.iter().map(|entry| worth(clause, step, entry));
    match step.per {
        Per::Once => each.max().unwrap_or_default(),
        Per::Item | Per::Value => each.sum(),
    }
}

/// The arithmetic in words.
fn how(clause: &Clause, step: &Step, entries: &[&Record<'_>], raw: Decimal, verb: &str) -> String {
    let count: Decimal = entries.iter().map(|entry| entry.count()).sum();
    if !step.tiers.is_empty() {
        return format!("共{}件，{verb}{}分", plain(count), plain(raw));
    }
    match step.per {
        Per::Once => format!("{verb}{}分", plain(raw)),
        Per::Item => {
            let mut each: Vec<Decimal> = entries.iter().map(|entry| points_each(clause, step, entry)).collect();
            each.sort();
            each.dedup();
            match each[..] {
                [each] => format!("{}项，每项{verb}{}分，共{verb}{}分", plain(count), plain(each), plain(raw)),
                _ => {
                    let parts: Vec<String> =
                        entries.iter().map(|entry| plain(worth(clause, step, entry)).to_string()).collect();
                    format!("{}分，共{verb}{}分", parts.join("+"), plain(raw))
                }
            }
        }
        Per::Value => {
            let value: Decimal = entries.iter().filter_map(|entry| entry.value()).sum();
            match step.points {
                Some(points) if points != Decimal::ONE => {
                    format!("{}分×{}，{verb}{}分", plain(value), plain(points), plain(raw))
                }
                _ => format!("认定{verb}{}分", plain(raw)),
            }
        }
    }
}

/// 加完为止: from 0 up to the weight; what is not earned is lost.
fn earned<'e>(clause: &Clause, step: &Step, entries: &[&Record<'e>], points: Decimal) -> StepScore<'e> {
    let weight = clause.weight.unwrap_or_default();
    let earned = points.min(weight);
    let reason = if entries.is_empty() {
        format!("{}：本项从0分起加，暂无得分", step.title)
    } else {
        format!(
            "{}：{}，本项从0分起加，满分{}分，得{}分",
            step.title,
            how(clause, step, entries, points, "加"),
            plain(weight),
            plain(earned)
        )
    };
    StepScore::loss(step, weight - earned, entries, reason)
}
