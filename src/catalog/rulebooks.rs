//! Loads `checks/rulebooks/` and `checks/units/`, and puts the finger on what is wrong in them.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;
use serde::Deserialize;

use super::{
    Files,
    rulebook_rules::{Known, defects},
    yaml::{self, Places, Problem},
};
use crate::model::{Rulebook, UnitList};

/// The lists of units.
pub fn load_units(files: &Files, problems: &mut Vec<Problem>) -> Vec<UnitList> {
    let mut lists: Vec<UnitList> = Vec::new();
    for (name, text) in files.in_folder("units") {
        match yaml::read::<UnitList>(name, text) {
            Ok(list) if lists.iter().any(|other| other.id == list.id) => {
                problems.push(Places::of(text).problem(
                    name,
                    "id",
                    format!("list {} exists already", list.id),
                    "give it another id",
                ));
            }
            Ok(list) => lists.push(list),
            Err(problem) => problems.push(problem),
        }
    }
    lists
}

/// All rulebooks, with what they borrow from each other filled in.
pub fn load(
    files: &Files,
    checks: &BTreeSet<String>,
    lists: &[UnitList],
    problems: &mut Vec<Problem>,
) -> Vec<Rulebook> {
    let mut books: Vec<(&str, &str, Rulebook)> = Vec::new();
    for (name, text) in files.in_folder("rulebooks") {
        match read(name, text, checks, lists) {
            Ok(book) if books.iter().any(|(_, _, other)| other.id == book.id) => {
                problems.push(Places::of(text).problem(
                    name,
                    "id",
                    format!("rulebook {} exists already", book.id),
                    "give it another id",
                ));
            }
            Ok(book) => books.push((name, text, book)),
            Err(found) => problems.extend(found),
        }
    }
    let plain: Vec<Rulebook> = books.iter().map(|(_, _, book)| book.clone()).collect();
    for (name, text, book) in &mut books {
        for (field, message) in borrow(book, &plain) {
            problems.push(Places::of(text).problem(name, field, message, "write the id of a rulebook and of its rows"));
        }
    }
    books.into_iter().map(|(_, _, book)| book).collect()
}

/// Reads one rulebook and finds it sound, or tells everything that is wrong with it.
pub fn read(name: &str, text: &str, checks: &BTreeSet<String>, lists: &[UnitList]) -> Result<Rulebook, Vec<Problem>> {
    let book: Rulebook = yaml::read(name, text).map_err(|problem| vec![problem])?;
    let found = defects(&book, &Known { checks, lists });
    if found.is_empty() {
        return Ok(book);
    }
    let places = Places::of(text);
    let mut problems: Vec<Problem> =
        found.into_iter().map(|defect| places.problem(name, defect.field, defect.message, defect.help)).collect();
    problems.sort();
    Err(problems)
}

/// Fills `borrowed`; answers with what could not be found.
pub fn borrow(book: &mut Rulebook, all: &[Rulebook]) -> Vec<(String, String)> {
    let mut missing = Vec::new();
    let mut borrowed = Vec::new();
    for (number, borrow) in book.borrows.iter().enumerate() {
        let Some(lender) = all.iter().find(|other| other.id == borrow.rulebook) else {
            missing
                .push((format!("borrows[{number}].rulebook"), format!("there is no rulebook {:?}", borrow.rulebook)));
            continue;
        };
        for (position, id) in borrow.clauses.iter().enumerate() {
            match lender.clause(id) {
                Some(clause) => borrowed.push(clause.clone()),
                None => missing.push((
                    format!("borrows[{number}].clauses[{position}]"),
                    format!("{} has no clause {id}", lender.id),
                )),
            }
        }
    }
    book.borrowed = borrowed;
    missing
}

/// The JSON Schema of rulebook files.
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(Rulebook).to_value()
}

/// A file that gives some values to a rulebook later, such as the weights of a checklist (实施细则).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Overlay {
    /// The rulebook it is laid over.
    rulebook: String,
    /// Where the values come from.
    #[expect(dead_code, reason = "for readers of the file")]
    source: String,
    /// Weights of rows by their ids; a section weighs what its rows sum to.
    #[serde(default)]
    weights: BTreeMap<String, Decimal>,
    /// Other values, named as in a reading's `set`.
    #[serde(default)]
    set: BTreeMap<String, serde_json::Value>,
}

/// The rulebook with an overlay laid on, or what is wrong with the overlay.
pub fn overlay(
    book: &Rulebook,
    name: &str,
    text: &str,
    checks: &BTreeSet<String>,
    lists: &[UnitList],
) -> Result<Rulebook, Vec<Problem>> {
    let overlay: Overlay = yaml::read(name, text).map_err(|problem| vec![problem])?;
    let places = Places::of(text);
    let fault = |field: String, message: String, help: &str| vec![places.problem(name, field, message, help)];
    if overlay.rulebook != book.id {
        let message = format!("is laid over {}, not over {}", overlay.rulebook, book.id);
        return Err(fault("rulebook".into(), message, "score with the rulebook it names"));
    }
    let mut laid = book.clone();
    for (id, weight) in &overlay.weights {
        let row = laid.sections.iter_mut().flat_map(|section| &mut section.clauses).find(|clause| clause.id == *id);
        match row {
            Some(row) => row.weight = Some(*weight),
            None => {
                return Err(fault(
                    format!("weights.{id}"),
                    format!("{} has no clause {id}", book.id),
                    "write the id of a row",
                ));
            }
        }
    }
    if !overlay.weights.is_empty() {
        for section in &mut laid.sections {
            let weighted = section.clauses.iter().any(|clause| clause.weight.is_some());
            section.weight = weighted.then(|| section.weights_sum());
        }
        laid.full_mark = laid.sections.iter().filter_map(|section| section.weight).sum();
    }
    for (path, value) in &overlay.set {
        let one = BTreeMap::from([(path.clone(), value.clone())]);
        laid = laid
            .with_values(&one)
            .map_err(|message| fault(format!("set.{path}"), message, "correct the path or the value"))?;
    }
    let found = defects(&laid, &Known { checks, lists });
    if found.is_empty() {
        return Ok(laid);
    }
    let place = |field: &str| format!("leaves the rulebook unsound at {field}");
    Err(found
        .into_iter()
        .map(|defect| {
            places.problem(name, "weights", format!("{}: {}", place(&defect.field), defect.message), defect.help)
        })
        .collect())
}
