//! Letters and messages of the public on a portal's message boards.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// A letter as one page shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    pub title: String,
    /// Its own page, where a list shows it.
    pub url: Option<String>,
    pub asked: Date,
    pub answered: Option<Date>,
    /// The page says that it waits for an answer.
    pub said_open: bool,
    /// The page says that it was answered, or may hold an answer without a day.
    pub said_closed: bool,
}

/// A letter as the pages of a night show it together.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LetterFacts {
    /// Stable key: path and query of its page; its day and words where it has none.
    pub key: String,
    pub url: String,
    pub title: String,
    pub asked: Option<Date>,
    pub answered: Option<Date>,
    pub said_open: bool,
    pub said_closed: bool,
}
