//! "Nothing happened": a unit's word, taken down by the office, that for a time there was nothing to publish.

use jiff::{ToSpan, civil::Date};
use serde::{Deserialize, Serialize};

/// A declaration for one unit and one period. Failures that a lack of anything to publish explains are then not
/// applicable; a fault in what is published is not explained by it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attestation {
    /// The unit it speaks of, by its name or an alias.
    pub unit: String,
    /// Ids of the checks that it answers; empty: all that a lack of anything to publish explains.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub checks: Vec<String>,
    /// Standard names of the columns that it speaks of; empty: whatever those checks look at.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<String>,
    /// The first night it holds.
    pub from: Date,
    /// The last night it holds.
    pub to: Date,
    /// Who declared it.
    pub by: String,
    /// The day it was declared.
    pub on: Date,
    /// What was declared, in Chinese: 本季度没有行政许可决定.
    pub says: String,
}

impl Attestation {
    /// Whether it holds on that night.
    pub fn covers(&self, night: Date) -> bool {
        self.from <= night && night <= self.to
    }

    /// What is wrong with it in itself: the field, and a sentence.
    pub fn fault(&self) -> Option<(&'static str, String)> {
        let blank = |text: &str| text.trim().is_empty();
        if self.checks.is_empty() && self.columns.is_empty() {
            return Some(("checks", "names neither checks nor columns; say what it answers".to_owned()));
        }
        if blank(&self.by) {
            return Some(("by", "is empty; name who declared it".to_owned()));
        }
        if blank(&self.says) {
            return Some(("says", "is empty; write in Chinese what was declared".to_owned()));
        }
        if self.to < self.from {
            return Some(("to", format!("{} is before {}, the first night", self.to, self.from)));
        }
        // An assessment is of a year; what nobody renews within it is no longer known.
        let end = self.from.saturating_add(1.year());
        (self.to >= end).then(|| ("to", format!("{} to {} is longer than a year; declare it anew", self.from, self.to)))
    }

    /// Who declared what for when, in Chinese.
    pub fn told(&self) -> String {
        let Self { by, on, from, to, unit, says, .. } = self;
        format!("{by}{on}声明{unit}{from}至{to}“{}”", says.trim().trim_end_matches('。'))
    }
}
