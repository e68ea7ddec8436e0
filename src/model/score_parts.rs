//! Where the points of a total arise: rows, sections' bounds, and what is done to the whole.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::{
    Rulebook, ScoreSheet,
    score_sheet::{Adjustment, AdjustmentKind},
};

/// A place of the table to which points belong.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// A row, by its id: its score and bonus, and what its veto took.
    Clause(String),
    /// What the bound of a section gives back, or the part of its weight that stands on no row.
    Section(String),
    /// Floor, ceiling and caps of all bonuses.
    Total,
}

impl ScoreSheet {
    /// The total taken apart by the place where points arise, in the order of the table. The sum is the total, exactly.
    pub fn parts(&self, rulebook: &Rulebook) -> Vec<(Place, Decimal)> {
        let mut rows = Vec::new();
        // What rows say of themselves, and what of that stands outside the sections' scores.
        let mut told = BTreeMap::new();
        for row in &self.clauses {
            let own = row.score + row.bonus;
            let sum_of = |wanted: fn(&Adjustment) -> bool| -> Decimal {
                let of_row = |adjustment: &&Adjustment| adjustment.clause.as_ref() == Some(&row.clause);
                self.adjustments.iter().filter(of_row).filter(|one| wanted(one)).map(|one| one.points).sum()
            };
            let beside = sum_of(|one| matches!(one.kind, AdjustmentKind::Bonus | AdjustmentKind::Major));
            told.insert(row.clause.as_str(), own - beside);
            rows.push((Place::Clause(row.clause.clone()), own + sum_of(|one| one.kind == AdjustmentKind::Veto)));
        }
        for section in &self.sections {
            let clauses = rulebook.sections.iter().filter(|found| found.name == section.name);
            let inside: Decimal =
                clauses.flat_map(|found| &found.clauses).filter_map(|clause| told.get(clause.id.as_str())).sum();
            rows.push((Place::Section(section.name.clone()), section.score - inside));
        }
        let rest = self.total - rows.iter().map(|(_, points)| points).sum::<Decimal>();
        rows.push((Place::Total, rest));
        rows
    }
}
