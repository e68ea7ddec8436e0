//! Compares a document with the JSON Schema of what it should be, and tells every defect of its shape at once: unknown,
//! missing and repeated keys, values of the wrong type. Where one is found the rest is still read, with a stand-in.

use std::collections::BTreeMap;

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value as Json, json};

use super::{
    tree::{self, Pair, Place, Tree, Value},
    yaml::{self, Places, Problem},
};

/// A document read as far as it can be.
pub struct Shaped<T> {
    /// The value; with stand-ins at the `damaged` fields where the shape has defects.
    pub value: Option<T>,
    pub problems: Vec<Problem>,
    /// Fields that hold a stand-in: what is said of them or computed from them means nothing.
    pub damaged: Vec<String>,
    pub places: Places,
}

/// Reads one document, which should be as `schema` says. `name` is the file name for messages.
pub fn read<T: DeserializeOwned>(name: &str, text: &str, schema: &Json) -> Shaped<T> {
    // Editors of some systems begin a file with a mark of its byte order, which is no part of the text.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let nothing = |problem| Shaped { value: None, problems: vec![problem], damaged: vec![], places: Places::default() };
    let tree = match tree::parse(text) {
        Ok(tree) => tree,
        Err(error) => return nothing(yaml::problem_of(name, text, &error)),
    };
    if matches!(tree.value, Value::Null) {
        let mut empty = Problem::of_file(name, "is empty", format!("write {}", texts(&schema["required"]).join(", ")));
        (empty.line, empty.column) = (1, 1);
        return nothing(empty);
    }
    let no_keys = Map::new();
    let mut comparison = Comparison { name, no_keys: &no_keys, schema, problems: Vec::new(), damaged: Vec::new() };
    let mended = comparison.walk(schema, &tree, "");
    let Comparison { mut problems, damaged, .. } = comparison;
    let value = if problems.is_empty() {
        // The document itself again, so that every decimal is read to its last digit.
        yaml::read(name, text).map_err(|problem| problems.push(problem)).ok()
    } else {
        serde_json::from_value(mended).ok()
    };
    problems.sort();
    Shaped { value, problems, damaged, places: Places::in_tree(&tree) }
}

struct Comparison<'a> {
    name: &'a str,
    no_keys: &'a Map<String, Json>,
    schema: &'a Json,
    problems: Vec<Problem>,
    damaged: Vec<String>,
}

impl<'a> Comparison<'a> {
    fn tell(&mut self, place: Place, field: &str, message: impl Into<String>, help: impl Into<String>) {
        let (line, column) = place;
        let (message, help) = (message.into(), help.into());
        self.problems.push(Problem {
            file: self.name.to_owned(),
            line,
            column,
            field: field.to_owned(),
            message,
            help,
        });
    }

    /// Tells that `tree` is not `wanted`, and puts a stand-in there.
    fn wrong(&mut self, schema: &'a Json, tree: &Tree, field: &str, wanted: &str, help: &str) -> Json {
        let message = match tree.value {
            Value::Null => format!("has no value, where {wanted} is wanted"),
            _ => format!("is {}, where {wanted} is wanted", tree.in_words()),
        };
        self.tell(tree.place, field, message, help);
        self.damaged.push(field.to_owned());
        self.stand_in(schema)
    }

    /// What `tree` says, as JSON, with stand-ins where it says nothing usable.
    fn walk(&mut self, schema: &'a Json, tree: &Tree, field: &str) -> Json {
        let (schema, nullable) = self.resolved(schema);
        if nullable && matches!(tree.value, Value::Null) {
            return Json::Null;
        }
        let choices = choices_of(schema);
        if !choices.is_empty() {
            return self.choice(schema, &choices, tree, field);
        }
        match kind_of(schema) {
            "object" => self.mapping(schema, tree, field),
            "array" => self.list(schema, tree, field),
            "number" | "integer" => self.number(schema, tree, field),
            "boolean" => match tree.value {
                Value::Bool(value) => Json::Bool(value),
                _ => self.wrong(schema, tree, field, "true or false", "write true or false, without quotes"),
            },
            "string" => self.text(schema, tree, field),
            // The schema allows anything here.
            _ => as_json(tree),
        }
    }

    fn text(&mut self, schema: &'a Json, tree: &Tree, field: &str) -> Json {
        let text = match &tree.value {
            Value::Text(text) | Value::Number(text) => text.clone(),
            Value::Bool(value) => value.to_string(),
            _ => return self.wrong(schema, tree, field, "a text", "write a text"),
        };
        if schema["format"] == "date" && text.parse::<Date>().is_err() {
            let message = format!("{text:?} is no day of the calendar");
            self.tell(tree.place, field, message, "write year-month-day, such as 2022-12-31");
            self.damaged.push(field.to_owned());
            return self.stand_in(schema);
        }
        Json::String(text)
    }

    fn choice(&mut self, schema: &'a Json, choices: &[String], tree: &Tree, field: &str) -> Json {
        match &tree.value {
            Value::Text(text) if choices.contains(text) => Json::String(text.clone()),
            Value::Text(text) => {
                let help = match nearest(text, choices) {
                    Some(name) => format!("did you mean {name}? It is one of {}", choices.join(", ")),
                    None => format!("write one of {}", choices.join(", ")),
                };
                self.tell(tree.place, field, format!("there is no {} {text:?}", last_key(field)), help);
                self.damaged.push(field.to_owned());
                self.stand_in(schema)
            }
            _ => {
                let help = format!("write one of {}", choices.join(", "));
                self.wrong(schema, tree, field, "one of a few words", &help)
            }
        }
    }

    fn number(&mut self, schema: &'a Json, tree: &Tree, field: &str) -> Json {
        let whole = kind_of(schema) == "integer";
        let wanted = if whole { "a whole number" } else { "a number" };
        match &tree.value {
            Value::Number(text) if !whole => Json::String(text.clone()),
            Value::Number(text) => match text.parse::<u32>() {
                Ok(number) => json!(number),
                Err(_) => self.wrong(schema, tree, field, "a whole number from 0", "write a number such as 4"),
            },
            Value::Text(text) if text.trim().parse::<Decimal>().is_ok() => {
                let help = format!("write {} without quotes", text.trim());
                let _ = self.wrong(schema, tree, field, wanted, &help);
                // What is meant is plain, so that the sums can be told too.
                self.damaged.pop();
                if whole {
                    json!(text.trim().parse::<u32>().unwrap_or_default())
                } else {
                    Json::String(text.trim().into())
                }
            }
            Value::Text(text) => {
                self.tell(tree.place, field, format!("{text:?} is no number"), "write digits only, such as 2 or 0.5");
                self.damaged.push(field.to_owned());
                self.stand_in(schema)
            }
            _ => self.wrong(schema, tree, field, wanted, "write digits only, such as 2 or 0.5"),
        }
    }

    fn list(&mut self, schema: &'a Json, tree: &Tree, field: &str) -> Json {
        let Value::List(items) = &tree.value else {
            return self.wrong(
                schema,
                tree,
                field,
                "a list",
                "write [a, b], or a line that begins with - for each item",
            );
        };
        let item = &schema["items"];
        let numbered = items.iter().enumerate();
        Json::Array(numbered.map(|(number, tree)| self.walk(item, tree, &format!("{field}[{number}]"))).collect())
    }

    fn mapping(&mut self, schema: &'a Json, tree: &Tree, field: &str) -> Json {
        let Value::Map(pairs) = &tree.value else {
            return self.wrong(schema, tree, field, "a mapping of keys", "write key: value lines, or { key: value }");
        };
        let inner = |key: &str| if field.is_empty() { key.to_owned() } else { format!("{field}.{key}") };
        let known = schema["properties"].as_object().unwrap_or(self.no_keys);
        let names: Vec<String> = known.keys().cloned().collect();
        let mut read = Map::new();
        let mut first: BTreeMap<&str, u64> = BTreeMap::new();
        for pair in pairs {
            let Pair { key, key_place, value } = pair;
            let field = inner(key);
            if let Some(line) = first.get(key.as_str()) {
                self.tell(
                    *key_place,
                    &field,
                    format!("key {key} stands twice, first in line {line}"),
                    "keep one of the two",
                );
                continue;
            }
            first.insert(key, key_place.0);
            if let Some(schema) = known.get(key) {
                let json = self.walk(schema, value, &field);
                read.insert(key.clone(), json);
            } else if schema["additionalProperties"] == json!(false) {
                self.unknown_key(pair, pairs, &names, &field, known, &mut read);
            } else {
                let json = self.walk(&schema["additionalProperties"], value, &field);
                read.insert(key.clone(), json);
            }
        }
        for key in texts(&schema["required"]).into_iter().filter(|key| !read.contains_key(key)).collect::<Vec<_>>() {
            let field = inner(&key);
            self.tell(tree.place, &field, format!("key {key} is missing"), format!("add {key}:"));
            let stand_in = self.stand_in(&known[&key]);
            read.insert(key, stand_in);
            self.damaged.push(field);
        }
        Json::Object(read)
    }

    /// A key nobody knows; one that is nearly right is read as the one that is meant.
    fn unknown_key(
        &mut self,
        pair: &Pair,
        pairs: &[Pair],
        names: &[String],
        field: &str,
        known: &'a Map<String, Json>,
        read: &mut Map<String, Json>,
    ) {
        let free: Vec<String> =
            names.iter().filter(|name| pairs.iter().all(|pair| pair.key != **name)).cloned().collect();
        let meant = nearest(&pair.key, &free);
        let help = match &meant {
            Some(name) => format!("did you mean {name}? Otherwise take it out"),
            None => format!("take it out; the keys here are {}", names.join(", ")),
        };
        self.tell(pair.key_place, field, format!("unknown key {}", pair.key), help);
        if let Some(name) = meant {
            let json = self.walk(&known[&name], &pair.value, field);
            read.insert(name, json);
        }
    }

    /// The schema behind a reference, and whether there may be nothing instead.
    fn resolved(&self, schema: &'a Json) -> (&'a Json, bool) {
        let is_null = |kind: &Json| kind == "null" || kind["type"] == "null";
        let mut schema = schema;
        let mut nullable = false;
        // A reference leads to a type, or to a choice between a type and null.
        for _ in 0..4 {
            if let Some(name) = schema["$ref"].as_str().and_then(|path| path.strip_prefix("#/$defs/")) {
                schema = &self.schema["$defs"][name];
            } else if let Some(either) = schema["anyOf"].as_array() {
                nullable |= either.iter().any(is_null);
                schema = either.iter().find(|kind| !is_null(kind)).unwrap_or(&Json::Null);
            }
        }
        nullable |= schema["type"].as_array().is_some_and(|kinds| kinds.iter().any(is_null));
        (schema, nullable)
    }

    /// Something of the right shape that says nothing.
    fn stand_in(&self, schema: &'a Json) -> Json {
        let (schema, nullable) = self.resolved(schema);
        if nullable {
            return Json::Null;
        }
        if let Some(first) = choices_of(schema).into_iter().next() {
            return Json::String(first);
        }
        match kind_of(schema) {
            "object" => {
                let required = texts(&schema["required"]);
                let fields = required.iter().map(|key| (key.clone(), self.stand_in(&schema["properties"][key])));
                Json::Object(fields.collect())
            }
            "array" => json!([]),
            "number" => json!("0"),
            "integer" => json!(0),
            "boolean" => json!(false),
            _ if schema["format"] == "date" => json!("2000-01-01"),
            _ => json!(""),
        }
    }
}

/// The type, apart from null.
fn kind_of(schema: &Json) -> &str {
    match &schema["type"] {
        Json::Array(kinds) => kinds.iter().filter_map(Json::as_str).find(|kind| *kind != "null").unwrap_or_default(),
        kind => kind.as_str().unwrap_or_default(),
    }
}

/// The words an enumeration allows.
fn choices_of(schema: &Json) -> Vec<String> {
    if let Some(kinds) = schema["oneOf"].as_array() {
        return kinds.iter().filter_map(|kind| kind["const"].as_str()).map(str::to_owned).collect();
    }
    texts(&schema["enum"])
}

fn texts(list: &Json) -> Vec<String> {
    list.as_array().into_iter().flatten().filter_map(Json::as_str).map(str::to_owned).collect()
}

fn last_key(field: &str) -> &str {
    field.rsplit('.').next().unwrap_or(field).split('[').next().unwrap_or_default()
}

fn as_json(tree: &Tree) -> Json {
    match &tree.value {
        Value::Null => Json::Null,
        Value::Bool(value) => json!(value),
        Value::Number(text) => serde_json::from_str(text).unwrap_or_else(|_| json!(text)),
        Value::Text(text) => json!(text),
        Value::List(items) => items.iter().map(as_json).collect(),
        Value::Map(pairs) => Json::Object(pairs.iter().map(|pair| (pair.key.clone(), as_json(&pair.value))).collect()),
    }
}

/// The name that differs from `wanted` by at most two letters, or one in a short word.
pub fn nearest(wanted: &str, names: &[String]) -> Option<String> {
    let limit = if wanted.chars().count() < 5 { 1 } else { 2 };
    let best = names.iter().map(|name| (difference(wanted, name), name)).min()?;
    (best.0 <= limit).then(|| best.1.clone())
}

/// How many letters must be put in, taken out, exchanged, or swapped with their neighbour.
fn difference(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows = vec![(0..=b.len()).collect::<Vec<usize>>()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let exchanged = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut least = exchanged.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(rows[i - 2][j - 2] + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_at_most_two_letters_away() {
        let names = ["weight", "cap", "bonus_cap"].map(str::to_owned);
        assert_eq!(nearest("wieght", &names).as_deref(), Some("weight"));
        assert_eq!(nearest("capp", &names).as_deref(), Some("cap"));
        assert_eq!(nearest("colour", &names), None);
    }
}
