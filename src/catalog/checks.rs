//! Loads the checks (`checks/<topic>/<fault>.yaml`) and the word lists they lean on (`checks/word-lists/`).

use std::{collections::BTreeMap, sync::Arc};

use serde::de::DeserializeOwned;

use super::{
    files::Files,
    word_lists,
    yaml::{self, Places, Problem},
};
use crate::{
    check::{Definition, Source},
    model::{ColumnTerm, FieldNames, FieldTerm, Lexicon, PolicyForms},
    text::workdays::Calendar,
};

/// Folders that hold something else than checks.
const OTHER_FOLDERS: &[&str] = &["rulebooks", "units", "word-lists"];
const PLACEHOLDERS: &[&str] = &["{unit}", "{subject}", "{reason}", "{url}"];

/// All checks in order of their ids, with their word lists.
#[derive(Debug, Default)]
pub struct Checks {
    pub definitions: Vec<Definition>,
    pub lexicon: Lexicon,
    pub calendar: Calendar,
}

/// Reads everything; what is wrong goes to `problems`, and the rest is read all the same.
pub fn load(files: &Files, problems: &mut Vec<Problem>) -> Checks {
    let lexicon = lexicon(files, problems);
    let calendar = word_lists::calendar(files, problems);
    let definitions = definitions(files, &lexicon, problems);
    Checks { definitions, lexicon, calendar }
}

/// The words that pages are read with.
pub(super) fn lexicon(files: &Files, problems: &mut Vec<Problem>) -> Lexicon {
    let publicity_fields: Vec<FieldTerm> = list(files, "word-lists/publicity-fields.yaml", problems);
    Lexicon {
        columns: columns(files, problems),
        field_names: Arc::new(FieldNames::of(&publicity_fields)),
        publicity_fields,
        policy_forms: policy_forms(files, problems),
        exempt_titles: list(files, "word-lists/exempt-titles.yaml", problems),
        page_integrity: word_lists::page_integrity(files, problems),
        phrases: Arc::new(word_lists::phrases(files, problems)),
    }
}

fn policy_forms(files: &Files, problems: &mut Vec<Problem>) -> PolicyForms {
    let name = "word-lists/policy-forms.yaml";
    let Some(text) = files.get(name) else {
        problems.push(Places::default().problem(name, "", "is not there", "put the word list back"));
        return PolicyForms::default();
    };
    yaml::read(name, text).unwrap_or_else(|problem| {
        problems.push(problem);
        PolicyForms::default()
    })
}

pub(super) fn list<T: DeserializeOwned>(files: &Files, name: &str, problems: &mut Vec<Problem>) -> Vec<T> {
    let Some(text) = files.get(name) else {
        problems.push(Places::default().problem(name, "", "is not there", "put the word list back"));
        return Vec::new();
    };
    yaml::read(name, text).unwrap_or_else(|problem| {
        problems.push(problem);
        Vec::new()
    })
}

/// The columns; a name that means two of them would make every match a toss-up.
fn columns(files: &Files, problems: &mut Vec<Problem>) -> Vec<ColumnTerm> {
    let file = "word-lists/columns.yaml";
    let terms: Vec<ColumnTerm> = list(files, file, problems);
    let places = Places::of(files.get(file).unwrap_or_default());
    let mut owner: BTreeMap<&str, &str> = BTreeMap::new();
    for (number, term) in terms.iter().enumerate() {
        let own = std::iter::once((format!("[{number}].name"), &term.name));
        let aliases = term.aliases.iter().enumerate().map(|(at, alias)| (format!("[{number}].aliases[{at}]"), alias));
        for (field, name) in own.chain(aliases) {
            if let Some(other) = owner.insert(name, &term.name) {
                let message = format!("“{name}” already means the column “{other}”");
                problems.push(places.problem(file, field, message, "keep it in one of the two"));
            }
        }
    }
    terms
}

/// One check file, as [`Definition::read`] wants it.
struct CheckFile<'a> {
    name: &'a str,
    text: &'a str,
}

impl Source for CheckFile<'_> {
    type Problem = Problem;

    fn read<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        yaml::read(self.name, self.text)
    }
}

fn definitions(files: &Files, lexicon: &Lexicon, problems: &mut Vec<Problem>) -> Vec<Definition> {
    let mut read: BTreeMap<String, (Definition, &str)> = BTreeMap::new();
    for (name, text) in files.iter().filter(|(name, _)| holds_a_check(name)) {
        let definition = match Definition::read(&CheckFile { name, text }) {
            Ok(definition) => definition,
            Err(problem) => {
                problems.push(problem);
                continue;
            }
        };
        let places = Places::of(text);
        for (field, message, help) in faults(name, &definition, lexicon) {
            problems.push(places.problem(name, field, message, help));
        }
        match read.get(&definition.id) {
            Some((_, other)) => {
                let message = format!("the check “{}” is also in {other}", definition.id);
                problems.push(places.problem(name, "id", message, "give one of them another id and file name"));
            }
            None => {
                read.insert(definition.id.clone(), (definition, name));
            }
        }
    }
    read.into_values().map(|(definition, _)| definition).collect()
}

/// Whether a file is a check, by the folder it is in.
pub fn holds_a_check(name: &str) -> bool {
    !name.split('/').next().is_some_and(|folder| OTHER_FOLDERS.contains(&folder))
}

/// What is wrong with a check that could be read: field, message, help.
fn faults(name: &str, definition: &Definition, lexicon: &Lexicon) -> Vec<(&'static str, String, String)> {
    let mut faults = Vec::new();
    let stem = name.rsplit('/').next().unwrap_or(name).trim_end_matches(".yaml").trim_end_matches(".yml");
    if definition.id != stem {
        let help = format!("write id: {stem}, or name the file {}.yaml", definition.id);
        faults.push(("id", format!("“{}” is not the file's name", definition.id), help));
    }
    if !name.contains('/') {
        let help = "put it in a folder of its topic, such as columns/".to_owned();
        faults.push(("id", "a check belongs in a topic's folder".to_owned(), help));
    }
    let blank = |text: &str| text.trim().is_empty();
    for (field, text) in [("title", &definition.title), ("message", &definition.message), ("fix", &definition.fix)] {
        if blank(text) {
            faults.push((field, "is empty".to_owned(), "say it in a sentence".to_owned()));
        }
        for unknown in placeholders(text).filter(|found| !PLACEHOLDERS.contains(found)) {
            let help = format!("use {}", PLACEHOLDERS.join(", "));
            faults.push((field, format!("{unknown} is no placeholder"), help));
        }
    }
    if definition.basis.is_empty() {
        faults.push(("basis", "is empty".to_owned(), "name the document and the place that demand this".to_owned()));
    }
    if let (Some(from), Some(to)) = (definition.valid.from, definition.valid.to)
        && from > to
    {
        faults.push(("valid.to", format!("{to} lies before {from}"), "the last day follows the first".to_owned()));
    }
    for column in definition.rule.columns().into_iter().filter(|column| lexicon.term(column).is_none()) {
        let help = "use a name from word-lists/columns.yaml, or add it there".to_owned();
        faults.push(("params", format!("no column is called “{column}”"), help));
    }
    let known = |name: &str| lexicon.publicity_fields.iter().any(|field| field.name == name);
    for field in definition.rule.publicity_fields().into_iter().filter(|field| !known(field)) {
        let help = "use a name from word-lists/publicity-fields.yaml, or add it there".to_owned();
        faults.push(("params", format!("no field is called “{field}”"), help));
    }
    faults
}

fn placeholders(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices('{').filter_map(|(at, _)| text[at..].find('}').map(|end| &text[at..=at + end]))
}
