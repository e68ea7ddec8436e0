//! What lies between two scores of the same units, by cause (`score --against-… --format json`): decimals as strings.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::{Entry, rulebook::Period};

/// All units of two scorings, with what changed between them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScoreDifference {
    pub before: Scoring,
    pub after: Scoring,
    /// In the order of the later scoring; units whose points are the same in every place are left out.
    pub units: Vec<UnitDifference>,
}

/// One of the two scorings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scoring {
    pub rulebook: String,
    pub period: Period,
    /// Readings switched away from the rulebook's own choice, `Y5=add`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub switched: Vec<String>,
}

/// Two scores of one unit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UnitDifference {
    pub unit: String,
    /// None where the unit was not scored then.
    pub before: Option<Standing>,
    pub after: Option<Standing>,
    /// After less before; none where one is missing. The sum of `lines`, exactly.
    pub difference: Option<Decimal>,
    /// The sum of the lines of each cause; every cause is there.
    pub causes: BTreeMap<DifferenceCause, Decimal>,
    pub lines: Vec<DifferenceLine>,
}

/// Where a unit stands in a scoring.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    pub total: Decimal,
    pub percent: Decimal,
    pub grade: Option<String>,
    pub rank: Option<u32>,
}

/// Why points changed; in the order in which the changes are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DifferenceCause {
    /// Another rulebook, another version of it, or another overlay.
    Rulebook,
    /// A switch of a reading.
    Reading,
    /// Entries added, removed, or changed in what they say.
    Entries,
    /// A person confirmed, dismissed or waived an entry.
    Decision,
}

/// A change of points in one place from one cause.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DifferenceLine {
    pub cause: DifferenceCause,
    /// The switch `Y5=add`, where a reading is the cause.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reading: Option<String>,
    /// The row; absent where the bound of a section or of the total acts.
    pub clause: Option<String>,
    /// The section of the row or bound; absent for bounds of the total and rows borrowed from another table.
    pub section: Option<String>,
    pub points: Decimal,
    /// The entries that brought it about, as they are now; removed ones as they were.
    pub entries: Vec<Entry>,
    /// One Chinese sentence.
    pub reason: String,
}

impl DifferenceCause {
    pub const ALL: [DifferenceCause; 4] =
        [DifferenceCause::Rulebook, DifferenceCause::Reading, DifferenceCause::Entries, DifferenceCause::Decision];

    /// What readers see.
    pub fn chinese(self) -> &'static str {
        match self {
            DifferenceCause::Rulebook => "细则",
            DifferenceCause::Reading => "读法",
            DifferenceCause::Entries => "记录",
            DifferenceCause::Decision => "核查结论",
        }
    }
}
