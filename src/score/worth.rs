//! What one entry would cost or bring by itself, before caps.

use rust_decimal::Decimal;

use super::record::Record;
use crate::model::rulebook::{Clause, Effect, Per, Step};

/// Points of one entry in a step that counts occurrences; zero for steps that compute from measures.
pub fn worth(clause: &Clause, step: &Step, entry: &Record<'_>) -> Decimal {
    let each = points_each(clause, step, entry);
    match step.per {
        Per::Once if entry.count().is_zero() => Decimal::ZERO,
        Per::Once => each,
        Per::Item => each * entry.count(),
        Per::Value => each * entry.value().unwrap_or_default(),
    }
}

/// Points for one occurrence.
pub fn points_each(clause: &Clause, step: &Step, entry: &Record<'_>) -> Decimal {
    if let Some(points) = step.level_of(entry.level, entry.finding).and_then(|level| step.levels.get(&level)) {
        return *points;
    }
    match step.effect {
        // A checklist row has no number of its own: not met, its weight is lost where an overlay gives one.
        Effect::Checklist => step.points.or(clause.weight).unwrap_or_default(),
        _ => step.points.unwrap_or_default(),
    }
}
