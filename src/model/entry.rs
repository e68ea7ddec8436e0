//! What the scorer reads: findings and measures, one line of JSON each (contract of `score --entries`,
//! `log export` and `finding import`).

use std::{borrow::Cow, fmt, ops::Deref};

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// One record that may cost or earn points. It owns its texts, or with [`Text`] leaves them in the line it was read from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry<S = String> {
    /// Name of the unit.
    pub unit: S,
    /// Clause where it counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clause: Option<S>,
    /// Step of the clause; may be left out where only one fits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<S>,
    /// Instead of a clause: the check; the rulebook maps it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check: Option<S>,
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
    pub subject: Option<S>,
    /// Left out: `confirmed` for staff and import, `flagged` for crawl.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<EntryStatus>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<EntrySource>,
    /// The unit has no such thing (average substitution).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub not_applicable: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<S>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<S>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<S>,
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

impl<S> Entry<S> {
    /// The status, with the default of its source.
    pub fn status(&self) -> EntryStatus {
        self.status.unwrap_or(match self.source {
            Some(EntrySource::Crawl) => EntryStatus::Flagged,
            _ => EntryStatus::Confirmed,
        })
    }
}

/// A text of an entry that stands in the line it was read from; only one with escapes is a copy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text<'a>(pub Cow<'a, str>);

impl Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl Serialize for Text<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(TextVisitor)
    }
}

struct TextVisitor;

impl<'de> de::Visitor<'de> for TextVisitor {
    type Value = Text<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Text<'de>, E> {
        Ok(Text(Cow::Borrowed(text)))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Text<'de>, E> {
        Ok(Text(Cow::Owned(text.to_owned())))
    }
}
