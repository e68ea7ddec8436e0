//! The only reader of YAML. Says of every defect in which file, line, column and field it stands and what to do.

use std::{collections::BTreeMap, fmt};

use serde::{Serialize, de::DeserializeOwned};
use serde_saphyr::{Options, options::DuplicateKeyPolicy};

use super::tree::{self, Place, Tree, Value};

/// One defect of a file, with the finger on the spot.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Problem {
    /// Path below `checks/`, or as the user gave it.
    pub file: String,
    /// From 1; 0 where the file as a whole is meant.
    pub line: u64,
    /// From 1, in characters.
    pub column: u64,
    /// Where in the structure, such as `sections[1].clauses[0].cap`; empty where unknown.
    pub field: String,
    pub message: String,
    /// What to do about it; may be empty.
    pub help: String,
}

impl Problem {
    /// A defect of the file as a whole.
    pub fn of_file(file: &str, message: impl Into<String>, help: impl Into<String>) -> Self {
        let (message, help) = (message.into(), help.into());
        Self { file: file.to_owned(), line: 0, column: 0, field: String::new(), message, help }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file)?;
        if self.line > 0 {
            write!(f, ":{}:{}", self.line, self.column)?;
        }
        if !self.field.is_empty() {
            write!(f, ": {}", self.field)?;
        }
        write!(f, ": {}", self.message)?;
        if !self.help.is_empty() {
            write!(f, " (help: {})", self.help)?;
        }
        Ok(())
    }
}

impl std::error::Error for Problem {}

/// Everything that is wrong with a set of files, in file and line order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Problems(pub Vec<Problem>);

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, problem) in self.0.iter().enumerate() {
            write!(f, "{}{problem}", if number == 0 { "" } else { "\n" })?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}

/// Reads one document. `name` is the file name for messages.
pub fn read<T: DeserializeOwned>(name: &str, text: &str) -> Result<T, Problem> {
    serde_saphyr::from_str_with_options(text, strict()).map_err(|error| problem_of(name, text, &error))
}

/// `on`, `yes` and `NO` are texts; a key written twice is a defect; anchors and aliases stay within a small budget.
fn strict() -> Options {
    serde_saphyr::options! {
        strict_booleans: true,
        duplicate_keys: DuplicateKeyPolicy::Error,
        with_snippet: false,
    }
}

/// What the reader says, in the place it means.
pub fn problem_of(name: &str, text: &str, error: &serde_saphyr::Error) -> Problem {
    let (line, column) = error.location().map_or((1, 1), |location| (location.line(), location.column()));
    let message = error.to_string();
    // The library repeats the place behind its message.
    let message = message.split(" at line ").next().unwrap_or_default().trim_start_matches("error: ").to_owned();
    let message = in_plain_words(message);
    let nth_line = usize::try_from(line).unwrap_or_default().saturating_sub(1);
    let wide_colon = text.lines().nth(nth_line).is_some_and(|line| line.contains('：') && !line.contains(": "));
    let places = Places::of(text);
    let field = if places.values.is_empty() { last_field(text, line) } else { places.field_at(line, column) };
    // Where a line begins with a tab, some mistakes are noticed in the line before it.
    let tab = text.lines().skip(line.saturating_sub(1) as usize).take(2).any(|wrong| wrong.contains('\t'));
    let help = if message.starts_with("unknown field") {
        "correct the key or take it out"
    } else if wide_colon {
        "after a key write a half-width colon and a space, `: `"
    } else if message.ends_with("is no number") {
        "write digits only, such as 2 or 0.5"
    } else if message.starts_with("missing field") {
        "add the key"
    } else if message.starts_with("duplicate") {
        "keep one of the two"
    } else if places.values.is_empty() && tab {
        "indent with spaces; YAML takes no tabs"
    } else if places.values.is_empty() {
        "look at this line and the one before it: indentation, brackets, quotes, and a space behind each colon"
    } else {
        ""
    };
    if message.starts_with("missing field") {
        // The library points at the last key it has read; what lacks something is the mapping around it.
        let around = field.rfind(['.', '[']).map_or("", |at| &field[..at]);
        return places.problem(name, around, message, help);
    }
    Problem { file: name.to_owned(), line, column, field, message, help: help.to_owned() }
}

/// The field the text before `line` ends with, for text that is no YAML from there on. Empty where that is not soon found.
pub fn last_field(text: &str, line: u64) -> String {
    const FARTHEST: u64 = 10;
    let lines: Vec<&str> = text.lines().collect();
    for end in (line.saturating_sub(FARTHEST).max(1)..line).rev() {
        let before = lines.get(..end as usize).unwrap_or(&lines).join("\n");
        let places = Places::of(&before);
        let last = places.values.iter().max_by_key(|(field, place)| (**place, field.len()));
        if let Some((field, _)) = last.filter(|(field, _)| !field.is_empty()) {
            return field.clone();
        }
    }
    String::new()
}

/// The library's messages, in words of the files.
fn in_plain_words(message: String) -> String {
    let no_number = message
        .strip_prefix("invalid value: string ")
        .and_then(|rest| rest.strip_suffix(", expected a Decimal type representing a fixed-point number"));
    match (no_number, message.split_once(", set DuplicateKeyPolicy")) {
        (Some(value), _) => format!("{value} is no number"),
        (None, Some((said, _))) => said.to_owned(),
        (None, None) if message == "unexpected end of input" => "the file ends before anything is said".to_owned(),
        (None, None) => message,
    }
}

/// Where each value of a document stands, so that a defect found after reading can be shown in its place.
#[derive(Debug, Default)]
pub struct Places {
    /// Field, such as `sections[1].name`, to line and column of its value.
    values: BTreeMap<String, Place>,
    /// The same for the keys of mappings.
    keys: BTreeMap<String, Place>,
}

impl Places {
    /// Walks through the document; one that is no YAML has no places.
    pub fn of(text: &str) -> Self {
        tree::parse(text).map_or_else(|_| Self::default(), |tree| Self::in_tree(&tree))
    }

    /// The places of a document that is read already.
    pub fn in_tree(tree: &Tree) -> Self {
        let mut places = Self::default();
        places.add(String::new(), tree);
        places
    }

    fn add(&mut self, field: String, tree: &Tree) {
        match &tree.value {
            Value::List(items) => {
                for (number, item) in items.iter().enumerate() {
                    self.add(format!("{field}[{number}]"), item);
                }
            }
            Value::Map(pairs) => {
                for pair in pairs {
                    let inner = if field.is_empty() { pair.key.clone() } else { format!("{field}.{}", pair.key) };
                    self.keys.insert(inner.clone(), pair.key_place);
                    self.add(inner, &pair.value);
                }
            }
            _ => {}
        }
        self.values.insert(field, tree.place);
    }

    /// Line and column of the value of `field`; where it is absent, of the nearest field around it.
    pub fn of_value(&self, field: &str) -> Place {
        let mut field = field;
        loop {
            if let Some(place) = self.values.get(field) {
                return *place;
            }
            match field.rfind(['.', '[']) {
                Some(at) => field = &field[..at],
                None => return self.values.get("").copied().unwrap_or((0, 0)),
            }
        }
    }

    /// The innermost field that stands at or before a place on the same line; empty where there is none.
    fn field_at(&self, line: u64, column: u64) -> String {
        self.values
            .iter()
            .chain(&self.keys)
            .filter(|(field, place)| !field.is_empty() && place.0 == line && place.1 <= column)
            .max_by_key(|(field, place)| (place.1, field.len()))
            .map(|(field, _)| field.clone())
            .unwrap_or_default()
    }

    /// A defect at `field`.
    pub fn problem(
        &self,
        file: &str,
        field: impl Into<String>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Problem {
        let field = field.into();
        let (line, column) = self.of_value(&field);
        Problem { file: file.to_owned(), line, column, field, message: message.into(), help: help.into() }
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only read")]
    struct Sheet {
        name: String,
        rows: Vec<Row>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only read")]
    struct Row {
        weight: rust_decimal::Decimal,
        #[serde(default)]
        closed: bool,
    }

    fn problem(text: &str) -> Problem {
        read::<Sheet>("sheet.yaml", text).unwrap_err()
    }

    #[test]
    fn an_unknown_key_is_shown_where_it_stands() {
        let found = problem("name: 表\nrows:\n  - weight: 2.50\n    wieght: 3\n");
        assert_eq!((found.line, found.column, found.field.as_str()), (4, 5, "rows[0].wieght"), "{found}");
        assert!(found.message.contains("wieght"), "{found}");
    }

    #[test]
    fn a_wrong_value_is_shown_at_its_key() {
        let found = problem("name: 表\nrows:\n  - weight: 两分\n");
        assert_eq!((found.line, found.column, found.field.as_str()), (3, 5, "rows[0].weight"), "{found}");
    }

    #[test]
    fn no_is_a_text_and_not_false() {
        assert_eq!(problem("name: 表\nrows:\n  - weight: 1\n    closed: NO\n").line, 4);
    }

    #[test]
    fn a_key_twice_is_a_defect() {
        assert_eq!(problem("name: 甲\nname: 乙\nrows: []\n").line, 2);
    }

    #[test]
    fn what_is_no_yaml_at_all_is_told_with_its_line() {
        assert_eq!(problem("name: 表\nrows: [\n").file, "sheet.yaml");
        assert!(problem("name: 表\nrows: [\n").line >= 2);
    }

    #[test]
    fn an_absent_field_is_shown_at_the_field_around_it() {
        let places = Places::of("rows:\n  - name: 甲\n  - name: 乙\n");
        assert_eq!(places.of_value("rows[1].name"), (3, 11));
        assert_eq!(places.of_value("rows[1].cap"), places.of_value("rows[1]"));
    }
}
