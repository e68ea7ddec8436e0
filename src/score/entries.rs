//! Reads entries from JSON Lines text. Says of every bad line which field is wrong; never guesses.

use serde_json::{Map, Value};

use crate::model::{Entry, score_sheet::BadEntry};

/// What a file of entries holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Parsed {
    pub entries: Vec<Entry>,
    /// Line of each entry, from 1.
    pub lines: Vec<usize>,
    /// Lines that hold no entry.
    pub bad: Vec<BadEntry>,
}

/// Reads `text`, one entry a line; blank lines are passed over.
pub fn parse(text: &str) -> Parsed {
    let mut parsed = Parsed::default();
    for (number, line) in filled_lines(text) {
        match serde_json::from_str::<Entry>(line) {
            Ok(entry) => {
                parsed.entries.push(entry);
                parsed.lines.push(number);
            }
            Err(error) => parsed.bad.push(unreadable(number, line, &error)),
        }
    }
    parsed
}

/// The lines that are not blank with their numbers, from 1.
pub fn filled_lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let trimmed = text.lines().map(|line| line.trim_start_matches('\u{feff}').trim());
    (1..).zip(trimmed).filter(|(_, line)| !line.is_empty())
}

/// What is wrong with a line that holds no entry.
pub fn unreadable(number: usize, line: &str, error: &serde_json::Error) -> BadEntry {
    let (field, message) = blame(line, error);
    BadEntry { line: number, field, message }
}

/// The field that makes a line unreadable: each is tried alone.
fn blame(line: &str, error: &serde_json::Error) -> (String, String) {
    let reason = |error: &serde_json::Error| {
        let text = error.to_string();
        text.split(" at line ").next().unwrap_or_default().to_owned()
    };
    let fields = match serde_json::from_str::<Value>(line) {
        Ok(Value::Object(fields)) => fields,
        Ok(_) => return ("(line)".into(), "is no JSON object; write one entry as {\"unit\": …}".into()),
        Err(broken) => return ("(line)".into(), format!("is no JSON: {}", reason(&broken))),
    };
    if !fields.contains_key("unit") {
        return ("unit".into(), "is missing; every entry names its unit".into());
    }
    for (name, value) in &fields {
        let mut alone = Map::new();
        alone.insert("unit".into(), Value::String("-".into()));
        alone.insert(name.clone(), value.clone());
        if let Err(error) = serde_json::from_value::<Entry>(Value::Object(alone)) {
            return (name.clone(), in_plain_words(name, value).unwrap_or_else(|| reason(&error)));
        }
    }
    ("(line)".into(), reason(error))
}

/// What a number or a date looks like, for those who write entries by hand.
fn in_plain_words(field: &str, value: &Value) -> Option<String> {
    match field {
        "count" | "numerator" | "denominator" | "value" => {
            Some(format!("{value} is no number; write digits such as 2 or 0.5"))
        }
        "rank" => Some(format!("{value} is no place; write a whole number from 1")),
        "date" => Some(format!("{value} is no date; write it as \"2017-03-01\"")),
        _ => None,
    }
}
