//! The explained score (`score --format json`): decimals as strings, every point with its step, entries and reason.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::{Entry, rulebook::Period};

/// All units under one rulebook. Its traces hold entries, or with another `E` something that stands for them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScoreReport<E = Entry> {
    pub rulebook: String,
    pub period: Period,
    /// Readings switched away from the rulebook's own choice, `Y5=add`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub switched: Vec<String>,
    pub units: Vec<ScoreSheet<E>>,
    /// Entries whose check this rulebook prices nowhere; they cost nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unpriced: Vec<E>,
    /// Entries that were left out with `--skip-bad-lines`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub skipped: Vec<BadEntry>,
}

/// An entry that fits nothing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct BadEntry {
    /// Line of the file, or number of the entry, from 1.
    pub line: usize,
    pub field: String,
    pub message: String,
}

impl std::fmt::Display for BadEntry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "line {}: {}: {}", self.line, self.field, self.message)
    }
}

/// One unit's score.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScoreSheet<E = Entry> {
    /// The name its entries use; the list's where they differ.
    pub unit: String,
    /// Sum of the sections' scores and the adjustments' points.
    pub total: Decimal,
    pub full_mark: Decimal,
    /// Total of full mark, in percent, two places.
    pub percent: Decimal,
    pub grade: Option<String>,
    /// Place among the units scored with it; equal totals share a place.
    pub rank: Option<u32>,
    pub vetoed: bool,
    /// The total if all flagged entries were confirmed; only with `--include-flagged`.
    pub provisional_total: Option<Decimal>,
    /// Clauses that wait for a number and keep their full weight until it comes.
    pub pending: Vec<String>,
    /// Rows of a checklist that are not met, whether or not they have a weight.
    #[serde(default)]
    pub unmet: Vec<String>,
    pub sections: Vec<SectionScore>,
    pub clauses: Vec<ClauseScore<E>>,
    pub adjustments: Vec<Adjustment>,
    /// What each clause would change if its flagged entries were confirmed; only with `--include-flagged`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub flagged: Vec<FlaggedChange<E>>,
}

impl<E> ScoreReport<E> {
    /// The same report with something else in the place of its entries.
    pub fn map_entries<T>(self, mut to: impl FnMut(E) -> T) -> ScoreReport<T> {
        ScoreReport {
            rulebook: self.rulebook,
            period: self.period,
            switched: self.switched,
            units: self.units.into_iter().map(|sheet| sheet.map_entries(&mut to)).collect(),
            unpriced: self.unpriced.into_iter().map(&mut to).collect(),
            skipped: self.skipped,
        }
    }
}

impl<E> ScoreSheet<E> {
    /// The same sheet with something else in the place of its entries.
    pub fn map_entries<T>(self, to: &mut impl FnMut(E) -> T) -> ScoreSheet<T> {
        ScoreSheet {
            unit: self.unit,
            total: self.total,
            full_mark: self.full_mark,
            percent: self.percent,
            grade: self.grade,
            rank: self.rank,
            vetoed: self.vetoed,
            provisional_total: self.provisional_total,
            pending: self.pending,
            unmet: self.unmet,
            sections: self.sections,
            clauses: self.clauses.into_iter().map(|clause| clause.map_entries(to)).collect(),
            adjustments: self.adjustments,
            flagged: self.flagged.into_iter().map(|change| change.map_entries(to)).collect(),
        }
    }

    /// Was there anything to score by? Without weights only unmet rows are named, and the total means nothing.
    pub fn weighted(&self) -> bool {
        self.sections.iter().any(|section| section.weight.is_some())
    }
}

/// 一级指标.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SectionScore {
    pub name: String,
    pub weight: Option<Decimal>,
    /// Weight less losses, within the section's bound; bonuses are adjustments.
    pub score: Decimal,
    /// Where the bound or a peer average changed the plain sum: why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// One row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClauseScore<E = Entry> {
    pub clause: String,
    pub weight: Option<Decimal>,
    /// Points lost, within the row's cap.
    pub deducted: Decimal,
    /// Points gained on top of the weight, within the row's cap.
    pub bonus: Decimal,
    /// Weight less what was lost.
    pub score: Decimal,
    pub trace: Vec<Trace<E>>,
}

/// One reason for points.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trace<E = Entry> {
    /// Id of the step; absent where the row's own cap speaks.
    pub step: Option<String>,
    /// Negative: lost; positive: gained or given back by a cap.
    pub points: Decimal,
    pub entries: Vec<E>,
    /// One Chinese sentence.
    pub reason: String,
}

impl<E> ClauseScore<E> {
    fn map_entries<T>(self, to: &mut impl FnMut(E) -> T) -> ClauseScore<T> {
        ClauseScore {
            clause: self.clause,
            weight: self.weight,
            deducted: self.deducted,
            bonus: self.bonus,
            score: self.score,
            trace: self.trace.into_iter().map(|trace| trace.map_entries(to)).collect(),
        }
    }
}

impl<E> Trace<E> {
    fn map_entries<T>(self, to: &mut impl FnMut(E) -> T) -> Trace<T> {
        Trace {
            step: self.step,
            points: self.points,
            entries: self.entries.into_iter().map(to).collect(),
            reason: self.reason,
        }
    }
}

/// Points outside the sections.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Adjustment {
    pub kind: AdjustmentKind,
    pub points: Decimal,
    pub reason: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clause: Option<String>,
}

/// Kinds of adjustments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AdjustmentKind {
    /// 加分, and 倒扣分 with negative points.
    Bonus,
    /// 重大扣分.
    Major,
    /// 一票否决.
    Veto,
    /// The floor, the ceiling or the cap of all bonuses.
    Cap,
    /// A peer average stands in for a score; the points are in the section already, so 0 here.
    Average,
}

/// The effect of a clause's flagged entries.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FlaggedChange<E = Entry> {
    pub clause: String,
    /// What the clause's score and bonus would change by.
    pub points: Decimal,
    pub entries: Vec<E>,
}

impl<E> FlaggedChange<E> {
    fn map_entries<T>(self, to: &mut impl FnMut(E) -> T) -> FlaggedChange<T> {
        FlaggedChange { clause: self.clause, points: self.points, entries: self.entries.into_iter().map(to).collect() }
    }
}
