//! What `mingcha audit` says of one portal: the contract of its JSON.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{Cause, Evidence, UnitKind, Verdict};

/// One audit, from a single visit without log or configuration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Audit {
    pub portal: AuditedPortal,
    /// The day that counts as today.
    pub as_of: Date,
    pub coverage: AuditCoverage,
    pub outcomes: Vec<AuditOutcome>,
    pub findings: Vec<AuditFinding>,
}

/// Whose portal was looked at, and how that is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditedPortal {
    pub url: String,
    pub name: Option<String>,
    /// The publishing system, such as `trs`.
    pub cms: Option<String>,
    /// 网站标识码.
    pub site_code: Option<String>,
    pub organiser: Option<String>,
    pub icp: Option<String>,
    pub unit: String,
    pub kind: UnitKind,
    /// What was inferred and from what, one Chinese sentence each; empty where all was given.
    pub inferred: Vec<String>,
}

/// What was looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditCoverage {
    /// Pages read.
    pub pages: usize,
    /// Columns recognised.
    pub columns: usize,
    /// True where the visit ended before all that checks need was read.
    pub cut_short: bool,
    /// How the visit ended, for people: budgets that were used up, addresses that were left out.
    #[serde(default)]
    pub note: String,
    pub not_measurable: Vec<AuditGap>,
}

/// A page that could not be looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditGap {
    pub url: String,
    pub cause: Cause,
    pub detail: String,
}

/// One outcome, whatever it says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditOutcome {
    pub check: String,
    /// What people call the check.
    pub title: String,
    /// What people call the thing looked at.
    pub subject: String,
    pub subject_key: String,
    pub outcome: Verdict,
    pub reason: String,
    pub evidence: Vec<Evidence>,
}

/// A fault the machine flags; a person decides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditFinding {
    pub check: String,
    pub title: String,
    pub subject: String,
    pub subject_key: String,
    pub url: Option<String>,
    pub message: String,
    /// The rule it breaks.
    pub basis: String,
    /// How it is mended.
    pub fix: String,
    pub evidence: Vec<Evidence>,
}
