//! What people do in the demo: their verdicts on findings and the records they enter (`fixtures/portals/staff.yaml`).

use serde::Deserialize;

use crate::{
    catalog::yaml,
    model::{Decision, Entry, Finding},
};

const FILE: &str = "fixtures/portals/staff.yaml";

/// The part of the demo's staff.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Staff {
    /// Name under which decisions stand in the log.
    pub actor: String,
    pub decisions: Vec<StaffVerdict>,
    pub entries: Vec<Entry>,
}

/// A verdict on all findings of one check at one unit.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StaffVerdict {
    pub check: String,
    pub unit: String,
    decision: Word,
    pub reason: String,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Word {
    Confirm,
    Dismiss,
}

impl StaffVerdict {
    pub fn decision(&self) -> Decision {
        match self.decision {
            Word::Confirm => Decision::Confirm,
            Word::Dismiss => Decision::Dismiss,
        }
    }

    pub fn is_about(&self, finding: &Finding) -> bool {
        finding.identity.check == self.check && finding.identity.unit == self.unit
    }
}

/// Reads the part.
pub fn load() -> Result<Staff, yaml::Problem> {
    yaml::read(FILE, include_str!("../../fixtures/portals/staff.yaml"))
}
