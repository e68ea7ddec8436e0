//! First-seen memory: when the log first saw a document, what it claimed then, and what changed since.

use std::collections::BTreeMap;

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use super::{Cause, DateSource};

/// One look at a page: what proves that something stood there, or did not.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Look {
    /// The Beijing day of the night.
    pub night: Date,
    pub at: Option<Timestamp>,
    pub url: String,
    pub capture: Option<String>,
    /// SHA-256 of the page as it was received; empty where it is not compared.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub sha256: String,
}

/// A document as one night saw it. The first one is kept, and after it those that bring something new.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sighting {
    /// Path of the address, with the query where there is one.
    pub document: String,
    /// The page; the list, where only its row was read.
    pub look: Look,
    pub title: String,
    /// The days it claimed for its publication, by where they were read.
    pub claimed: BTreeMap<DateSource, Date>,
    /// Digest of the article's text; none where it was not read.
    pub body: Option<String>,
    /// On the first sighting: the last reading of its column that should have shown it and did not.
    pub missed_by: Option<ColumnReading>,
    /// On a change: the last look at the page as it was before.
    pub before: Option<Look>,
}

/// A night's successful reading of a column's list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ColumnReading {
    /// Key of the column.
    pub column: String,
    pub name: String,
    pub look: Look,
    pub rows: usize,
    /// Rows later than this day were all read; none where the whole list was.
    pub covers_after: Option<Date>,
}

/// What earlier nights know of a portal's documents.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Remembered {
    /// Sightings of each document, oldest first.
    pub documents: BTreeMap<String, Vec<Sighting>>,
    /// The newest reading of each column.
    pub readings: BTreeMap<String, ColumnReading>,
}

impl Remembered {
    pub fn add(&mut self, sightings: impl IntoIterator<Item = Sighting>) {
        for sighting in sightings {
            self.documents.entry(sighting.document.clone()).or_default().push(sighting);
        }
    }
}

/// What the nights up to this one tell of the portal's documents.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct History {
    /// Documents of this night that an earlier one had seen.
    pub compared: usize,
    /// Documents seen for the first time this night.
    pub first_seen: usize,
    /// Documents of this night of which there is something to tell.
    pub documents: Vec<DocumentHistory>,
}

/// What became known of one document over the nights.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DocumentHistory {
    /// Path of the address, with the query where there is one.
    pub key: String,
    pub url: String,
    pub title: String,
    /// The responsible unit's name; empty where only the address tells it.
    pub unit: String,
    pub first: Look,
    /// Why the page itself could not be read this night, where it could not.
    pub unread_cause: Option<Cause>,
    pub backdated: Option<Backdated>,
    /// Changes of the publication date, oldest first.
    pub date_changed: Vec<DateChanged>,
    /// Changes of the text, oldest first.
    pub body_changed: Vec<BodyChanged>,
}

/// The date a document claims lies before a night on which its column was read without it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Backdated {
    pub claimed: Date,
    /// The reading that did not show it.
    pub missed_by: ColumnReading,
}

/// The publication date is not what it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DateChanged {
    /// Where both dates were read.
    pub source: DateSource,
    pub from: Date,
    pub to: Date,
    #[serde(default)]
    pub then: Look,
    #[serde(default)]
    pub now: Look,
}

/// The text is not what it was.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BodyChanged {
    /// True where it became what it was at first.
    pub restored: bool,
    pub then: Look,
    pub now: Look,
}
