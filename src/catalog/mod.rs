//! Loads the rule files (`checks/`): built in, with a user's folder laid over them.
//! Each part has a file of its own; this one only puts them together.

pub mod checks;
pub mod files;
pub mod yaml;

use std::path::Path;

use crate::{check::Definition, model::Lexicon, text::workdays::Calendar};

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
}

impl Catalog {
    /// Reads everything; one defect anywhere is told with all others.
    pub fn load(folder: Option<&Path>) -> Result<Self, Problems> {
        let files = Files::load(folder).map_err(|problem| Problems(vec![problem]))?;
        let mut problems: Vec<Problem> = Vec::new();
        let checks::Checks { definitions, lexicon, calendar } = checks::load(&files, &mut problems);
        // Each part pushes what is wrong with it: `let rulebooks = rulebooks::load(&files, &mut problems);`
        if problems.is_empty() {
            Ok(Self { checks: definitions, lexicon, calendar })
        } else {
            problems.sort();
            Err(Problems(problems))
        }
    }
}
