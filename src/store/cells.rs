//! How values stand in the cells of the database, there and back.

use std::str::FromStr;

use jiff::Timestamp;
use serde::{Serialize, de::DeserializeOwned};

use super::{LogError, Result};
use crate::model::Verdict;

/// A moment as UTC text with six digits after the second: text order is time order.
pub(super) fn moment(at: Timestamp) -> String {
    format!("{at:.6}")
}

/// A list or a map as JSON.
pub(super) fn json<T: Serialize>(value: &T, what: &'static str) -> Result<String> {
    serde_json::to_string(value).map_err(|source| LogError::Json { what, source })
}

/// Reads a day, a moment or a decimal.
pub(super) fn parse<T: FromStr>(text: &str, what: &'static str) -> Result<T> {
    text.parse().map_err(|_| unreadable(text, what))
}

/// The same where the cell may be empty.
pub(super) fn parse_some<T: FromStr>(text: Option<&str>, what: &'static str) -> Result<Option<T>> {
    text.map(|text| parse(text, what)).transpose()
}

pub(super) fn from_json<T: DeserializeOwned>(text: &str, what: &'static str) -> Result<T> {
    serde_json::from_str(text).map_err(|_| unreadable(text, what))
}

/// Reads a word through its table of names.
pub(super) fn word<T>(text: &str, from_name: impl Fn(&str) -> Option<T>, what: &'static str) -> Result<T> {
    from_name(text).ok_or_else(|| unreadable(text, what))
}

/// Reads a whole number that was written from an unsigned one.
pub(super) fn number<T: TryFrom<i64>>(value: i64, what: &'static str) -> Result<T> {
    T::try_from(value).map_err(|_| unreadable(&value.to_string(), what))
}

/// Writes an unsigned number; what does not fit (more than 9 exabytes) is cut to the largest.
pub(super) fn integer<T: TryInto<i64>>(value: T) -> i64 {
    value.try_into().unwrap_or(i64::MAX)
}

fn unreadable(value: &str, what: &'static str) -> LogError {
    LogError::Unreadable { what, value: value.chars().take(120).collect() }
}

/// An outcome's word, such as `not_measurable(timeout)`.
pub(super) fn verdict(text: &str) -> Result<Verdict> {
    serde_json::from_value(serde_json::Value::String(text.to_owned())).map_err(|_| unreadable(text, "an outcome"))
}

pub(super) fn verdict_word(verdict: Verdict) -> Result<String> {
    match serde_json::to_value(verdict) {
        Ok(serde_json::Value::String(word)) => Ok(word),
        Ok(_) => Err(unreadable("", "an outcome")),
        Err(source) => Err(LogError::Json { what: "an outcome", source }),
    }
}
