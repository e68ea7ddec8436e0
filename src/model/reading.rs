//! Ambiguous places of a plan: the reading chosen, and the switch to another one.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::rulebook::Rulebook;

/// An ambiguous place and how it is read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Reading {
    pub id: String,
    /// Which place of the table.
    #[serde(rename = "where")]
    pub place: String,
    pub problem: String,
    /// The id of the option the file is written in.
    pub chosen: String,
    /// All ways to read it, the chosen one among them. A switch is `--reading ID=OPTION`.
    pub options: BTreeMap<String, ReadingOption>,
    /// Somebody has switched it from the option the file is written in.
    #[serde(skip)]
    pub switched: bool,
}

/// One way to read an ambiguous place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReadingOption {
    pub says: String,
    /// What it changes in the table: `B1-40.cap`, `B1-14.concealed.bands`, `bounds.ceiling`, `section:主动公开.weight`,
    /// `exclusive:ID.by`.
    /// Empty: the table as written, or a matter for staff that changes no number.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(with = "BTreeMap<String, Value>")]
    pub set: BTreeMap<String, Value>,
}

impl Rulebook {
    /// The table under another reading. `option` is a key of the reading's options.
    pub fn read_as(&self, reading: &str, option: &str) -> Result<Rulebook, String> {
        let found = self.readings.iter().find(|known| known.id == reading).ok_or_else(|| {
            let known: Vec<&str> = self.readings.iter().map(|known| known.id.as_str()).collect();
            format!("{} has no reading {reading:?}; it has {}", self.id, known.join(", "))
        })?;
        let chosen = found.options.get(option).ok_or_else(|| {
            let known: Vec<&str> = found.options.keys().map(String::as_str).collect();
            format!("reading {reading} has no option {option:?}; it has {}", known.join(", "))
        })?;
        let mut book = self.with_values(&chosen.set)?;
        if let Some(switched) = book.readings.iter_mut().find(|known| known.id == reading) {
            switched.switched |= switched.chosen != option;
            switched.chosen = option.to_owned();
        }
        Ok(book)
    }

    /// The table with some values replaced, each named as in [`ReadingOption::set`].
    pub fn with_values(&self, set: &BTreeMap<String, Value>) -> Result<Rulebook, String> {
        if set.is_empty() {
            return Ok(self.clone());
        }
        let mut tree = serde_json::to_value(self).map_err(|error| error.to_string())?;
        // Not part of the file: filled in when the catalog is loaded, and kept as it is below.
        tree.as_object_mut().map(|fields| fields.remove("borrowed"));
        for (path, value) in set {
            let spot = spot(&mut tree, path).ok_or_else(|| {
                format!("{path:?} leads nowhere: write clause.field, clause.step.field, section:NAME.field or a field of the rulebook")
            })?;
            *spot = value.clone();
        }
        let mut book: Rulebook = serde_json::from_value(tree).map_err(|error| error.to_string())?;
        book.overlay.clone_from(&self.overlay);
        for reading in &mut book.readings {
            reading.switched = self.readings.iter().any(|old| old.id == reading.id && old.switched);
        }
        let still = |id: &String| book.borrows.iter().any(|borrow| borrow.clauses.contains(id));
        book.borrowed = self.borrowed.iter().filter(|clause| still(&clause.id)).cloned().collect();
        Ok(book)
    }
}

/// The value a path names; a last field that is absent is made.
fn spot<'a>(tree: &'a mut Value, path: &str) -> Option<&'a mut Value> {
    let (head, rest) = path.split_once('.').unwrap_or((path, ""));
    for (prefix, list, key) in [("section:", "sections", "name"), ("exclusive:", "exclusive", "id")] {
        if let Some(name) = head.strip_prefix(prefix) {
            let item = tree.get_mut(list)?.as_array_mut()?.iter_mut().find(|item| item[key] == name)?;
            return field(item, rest);
        }
    }
    let is_clause = tree["sections"]
        .as_array()
        .is_some_and(|sections| sections.iter().any(|section| clauses_of(section).any(|clause| clause["id"] == head)));
    if !is_clause {
        return field(tree, path);
    }
    let clause = tree
        .get_mut("sections")?
        .as_array_mut()?
        .iter_mut()
        .filter_map(|section| section.get_mut("clauses")?.as_array_mut())
        .flatten()
        .find(|clause| clause["id"] == head)?;
    let (step, last) = rest.split_once('.').unwrap_or((rest, ""));
    let is_step = clause["steps"].as_array().is_some_and(|steps| steps.iter().any(|known| known["id"] == step))
        && !last.is_empty();
    if is_step {
        let step = clause.get_mut("steps")?.as_array_mut()?.iter_mut().find(|known| known["id"] == step)?;
        return field(step, last);
    }
    field(clause, rest)
}

fn clauses_of(section: &Value) -> impl Iterator<Item = &Value> {
    section["clauses"].as_array().into_iter().flatten()
}

fn field<'a>(node: &'a mut Value, path: &str) -> Option<&'a mut Value> {
    let mut node = node;
    let mut parts = path.split('.').peekable();
    while let Some(part) = parts.next() {
        let map = node.as_object_mut()?;
        node = if parts.peek().is_some() { map.get_mut(part)? } else { map.entry(part).or_insert(Value::Null) };
    }
    Some(node)
}
