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
    for (number, line) in text.lines().enumerate() {
        let line = line.trim_start_matches('\u{feff}').trim();
        if line.is_empty() {
            continue;
        }
        match serde_json::from_str::<Entry>(line) {
            Ok(entry) => {
                parsed.entries.push(entry);
                parsed.lines.push(number + 1);
            }
            Err(error) => {
                let (field, message) = blame(line, &error);
                parsed.bad.push(BadEntry { line: number + 1, field, message });
            }
        }
    }
    parsed
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
            let message =
                if name == "date" { format!("{value} is no date; write it as \"2022-01-31\"") } else { reason(&error) };
            return (name.clone(), message);
        }
    }
    ("(line)".into(), reason(error))
}
