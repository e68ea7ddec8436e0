//! What a step makes of a unit's entries: points lost, gained, or lost outside all caps, with the reason.

use rust_decimal::Decimal;

use super::record::{Record, Source};
use crate::model::{rulebook::Step, score_sheet::Trace};

/// The result of one step for one unit.
#[derive(Debug, Default)]
pub struct StepScore<'e> {
    /// Lost within the row.
    pub loss: Decimal,
    /// Gained on top of the weight.
    pub gain: Decimal,
    /// Lost outside all caps.
    pub major: Decimal,
    /// Waits for a number.
    pub pending: bool,
    /// A row of a checklist is not met.
    pub unmet: bool,
    pub trace: Vec<Trace<Source<'e>>>,
}

impl<'e> StepScore<'e> {
    pub fn nothing() -> Self {
        Self::default()
    }

    pub fn pending() -> Self {
        Self { pending: true, ..Self::default() }
    }

    pub fn loss(step: &Step, points: Decimal, entries: &[&Record<'e>], reason: String) -> Self {
        Self { loss: points, trace: vec![line(step, -points, entries, reason)], ..Self::default() }
    }

    pub fn gain(step: &Step, points: Decimal, entries: &[&Record<'e>], reason: String) -> Self {
        Self { gain: points, trace: vec![line(step, points, entries, reason)], ..Self::default() }
    }

    pub fn major(step: &Step, points: Decimal, entries: &[&Record<'e>], reason: String) -> Self {
        Self { major: points, trace: vec![line(step, -points, entries, reason)], ..Self::default() }
    }
}

fn line<'e>(step: &Step, points: Decimal, entries: &[&Record<'e>], reason: String) -> Trace<Source<'e>> {
    Trace {
        step: Some(step.id.clone()),
        points: super::wording::plain(points),
        entries: entries.iter().map(|entry| entry.source).collect(),
        reason,
    }
}
