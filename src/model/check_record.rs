//! How a check has done in the eyes of staff, and what suspicion lies on it.

use jiff::civil::Date;
use serde::Serialize;

/// From how many verdicts on a check its precision says something.
pub const LEAST_VERDICTS: u64 = 20;
/// Percent of a check's judged findings that staff must have confirmed; below it, the check only advises.
pub const PRECISION_FLOOR: u64 = 80;

/// Staff's verdicts on the findings of one check.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CheckRecord {
    pub check: String,
    pub confirmed: u64,
    pub dismissed: u64,
}

impl CheckRecord {
    pub fn judged(&self) -> u64 {
        self.confirmed + self.dismissed
    }

    /// Confirmed of judged in percent, rounded down; none while nothing is judged.
    pub fn precision(&self) -> Option<u64> {
        (self.judged() > 0).then(|| self.confirmed * 100 / self.judged())
    }

    /// Whether the check only advises: enough verdicts show a precision below the floor.
    pub fn only_advises(&self) -> bool {
        self.judged() >= LEAST_VERDICTS && self.confirmed * 100 < PRECISION_FLOOR * self.judged()
    }
}

/// Portals on which a check changed its mind in one night, in one direction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flip {
    pub check: String,
    /// To failing; otherwise to passing.
    pub to_failing: bool,
    pub portals: u64,
}

/// A check under suspicion: on one night it changed its mind on too many portals.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Quarantine {
    pub check: String,
    pub night: Date,
    /// To failing; otherwise to passing.
    pub to_failing: bool,
    /// Portals on which it changed.
    pub portals: u64,
    /// Who lifted it, and why; none while it stands.
    pub lifted: Option<(String, String)>,
}

/// What the canary showed on one night: a portal of ours whose faults are known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CanaryNight {
    pub night: Date,
    /// Seeded faults that were not found, as `check subject`.
    pub missing: Vec<String>,
    /// Faults that nobody seeded.
    pub extra: Vec<String>,
}

impl CanaryNight {
    pub fn is_well(&self) -> bool {
        self.missing.is_empty() && self.extra.is_empty()
    }
}
