//! Loads the rule files (`checks/`): built in, with a user's folder laid over them.
//! Each part has a file of its own; this one only puts them together.

pub mod attestations;
pub mod checks;
pub mod coverage;
pub mod files;
mod head_rules;
pub mod overlay;
pub mod pins;
mod reading_rules;
mod rulebook_rules;
pub mod rulebooks;
mod shape;
mod step_rules;
mod tree;
mod unit_rules;
mod word_lists;
pub mod yaml;

use std::{collections::BTreeSet, path::Path};

use crate::{
    check::Definition,
    model::{Lexicon, Rulebook, UnitList},
    text::workdays::Calendar,
};

pub use files::Files;
pub use yaml::{Problem, Problems};

/// All rules, read and found sound.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    /// In order of their ids.
    pub checks: Vec<Definition>,
    /// Names of columns, fields of publicity lists, exempt titles.
    pub lexicon: Lexicon,
    /// Working days of the years announced so far.
    pub calendar: Calendar,
    pub rulebooks: Vec<Rulebook>,
    pub unit_lists: Vec<UnitList>,
    /// Ids of all checks, for rulebooks and entries that name one.
    pub check_ids: BTreeSet<String>,
}

impl Catalog {
    /// Reads everything; one defect anywhere is told with all others.
    pub fn load(folder: Option<&Path>) -> Result<Self, Problems> {
        let files = Files::load(folder).map_err(|problem| Problems(vec![problem]))?;
        let mut problems = files.unread.clone();
        let checks::Checks { definitions, lexicon, calendar } = checks::load(&files, &mut problems);
        let check_ids = check_ids(&files);
        let unit_lists = rulebooks::load_units(&files, &mut problems);
        let rulebooks = rulebooks::load(&files, &check_ids, &unit_lists, &mut problems);
        if problems.is_empty() {
            Ok(Self { checks: definitions, lexicon, calendar, rulebooks, unit_lists, check_ids })
        } else {
            problems.sort();
            Err(Problems(problems))
        }
    }

    /// Only the words that pages are read with, for who reads one page and judges nothing.
    pub fn words() -> Result<Lexicon, Problems> {
        let files = Files::load(None).map_err(|problem| Problems(vec![problem]))?;
        let mut problems = files.unread.clone();
        let lexicon = checks::lexicon(&files, &mut problems);
        if problems.is_empty() { Ok(lexicon) } else { Err(Problems(problems)) }
    }

    /// The rulebook of that id, or a sentence that lists those there are.
    pub fn rulebook(&self, id: &str) -> Result<&Rulebook, String> {
        self.rulebooks.iter().find(|book| book.id == id).ok_or_else(|| {
            let known: Vec<&str> = self.rulebooks.iter().map(|book| book.id.as_str()).collect();
            format!("there is no rulebook {id:?}; there are {}", known.join(", "))
        })
    }

    /// A rulebook from a file of its own, such as an earlier version; `name` is the file's, for messages.
    pub fn rulebook_file(&self, name: &str, text: &str) -> Result<Rulebook, Problems> {
        rulebooks::read_among(name, text, &self.check_ids, &self.unit_lists, &self.rulebooks).map_err(Problems)
    }

    /// A rulebook with a file of values laid over it; `name` is the file's, for messages.
    pub fn overlay(&self, book: &Rulebook, name: &str, text: &str) -> Result<Rulebook, Problems> {
        let known = rulebook_rules::Known { checks: &self.check_ids, lists: &self.unit_lists };
        overlay::lay(book, name, text, &known).map_err(Problems)
    }

    /// Lays a file of values over the rulebook it names.
    pub fn lay(&mut self, name: &str, text: &str) -> Result<(), Problems> {
        let overlay = overlay::Overlay::read(name, text).map_err(|problem| Problems(vec![problem]))?;
        let book = self.rulebook(&overlay.rulebook).map_err(|message| {
            let places = yaml::Places::of(text);
            Problems(vec![places.problem(name, "rulebook", message, "write the id of a rulebook")])
        })?;
        let laid = self.overlay(book, name, text)?;
        self.replace(laid);
        Ok(())
    }

    /// Reads an ambiguous place of a rulebook otherwise; `switch` is `ID=OPTION`.
    pub fn switch(&mut self, rulebook: &str, switch: &str) -> Result<(), String> {
        let (id, option) = switch.split_once('=').ok_or("write ID=OPTION, such as Y5=add")?;
        let read = self.rulebook(rulebook)?.read_as(id, option)?;
        self.replace(read);
        Ok(())
    }

    fn replace(&mut self, changed: Rulebook) {
        for book in self.rulebooks.iter_mut().filter(|book| book.id == changed.id) {
            *book = changed.clone();
        }
    }

    /// The list of units a rulebook scores from.
    pub fn units_of(&self, book: &Rulebook) -> Option<&UnitList> {
        let wanted = &book.units.as_ref()?.list;
        self.unit_lists.iter().find(|list| list.id == *wanted)
    }
}

/// A check is a file `<topic>/<fault>.yaml`; its id is the name of the fault.
fn check_ids(files: &Files) -> BTreeSet<String> {
    files
        .iter()
        .map(|(name, _)| name)
        .filter(|name| checks::holds_a_check(name))
        .filter_map(|name| name.rsplit('/').next()?.split('.').next())
        .map(str::to_owned)
        .collect()
}
