//! What the scorer reads: findings and measures, one line of JSON each (contract of `score --entries`,
//! `log export` and `finding import`).

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// One record that may cost or earn points.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Name of the unit.
    pub unit: String,
    /// Clause where it counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clause: Option<String>,
    /// Step of the clause; may be left out where only one fits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
    /// Instead of a clause: the check; the rulebook maps it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check: Option<String>,
    /// When it occurred or was observed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<Date>,
    /// Items; 1 where left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<Decimal>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub numerator: Option<Decimal>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub denominator: Option<Decimal>,
    /// For external, manual and imported scores, in the unit the step declares.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Decimal>,
    /// Imported rank, where the rulebook ranks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rank: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<Level>,
    /// Entries with the same subject are the same event.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// Left out: `confirmed` for staff and import, `flagged` for crawl.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<EntryStatus>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<EntrySource>,
    /// The unit has no such thing (average substitution).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub not_applicable: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<serde_json::Value>,
}

/// Who notified, reported or adopted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    State,
    Province,
    City,
    County,
}

/// Whether a person stands behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntryStatus {
    Flagged,
    Confirmed,
    Dismissed,
    Waived,
}

/// Where it came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntrySource {
    Crawl,
    Staff,
    Import,
}

impl EntryStatus {
    pub const ALL: [EntryStatus; 4] =
        [EntryStatus::Flagged, EntryStatus::Confirmed, EntryStatus::Dismissed, EntryStatus::Waived];

    /// The name in the database and in files.
    pub fn name(self) -> &'static str {
        match self {
            EntryStatus::Flagged => "flagged",
            EntryStatus::Confirmed => "confirmed",
            EntryStatus::Dismissed => "dismissed",
            EntryStatus::Waived => "waived",
        }
    }

    /// What readers see.
    pub fn chinese(self) -> &'static str {
        match self {
            EntryStatus::Flagged => "待核查",
            EntryStatus::Confirmed => "已确认",
            EntryStatus::Dismissed => "已排除",
            EntryStatus::Waived => "限期豁免",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == name)
    }
}

impl EntrySource {
    pub const ALL: [EntrySource; 3] = [EntrySource::Crawl, EntrySource::Staff, EntrySource::Import];

    /// The name in the database and in files.
    pub fn name(self) -> &'static str {
        match self {
            EntrySource::Crawl => "crawl",
            EntrySource::Staff => "staff",
            EntrySource::Import => "import",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|source| source.name() == name)
    }
}

impl Level {
    pub const ALL: [Level; 4] = [Level::State, Level::Province, Level::City, Level::County];

    /// The name in the database and in files.
    pub fn name(self) -> &'static str {
        match self {
            Level::State => "state",
            Level::Province => "province",
            Level::City => "city",
            Level::County => "county",
        }
    }

    /// What readers see.
    pub fn chinese(self) -> &'static str {
        match self {
            Level::State => "国家级",
            Level::Province => "省级",
            Level::City => "市级",
            Level::County => "县级",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.name() == name)
    }
}

impl Entry {
    /// The status, with the default of its source.
    pub fn status(&self) -> EntryStatus {
        self.status.unwrap_or(match self.source {
            Some(EntrySource::Crawl) => EntryStatus::Flagged,
            _ => EntryStatus::Confirmed,
        })
    }
}
