//! Loads the rule files (`checks/`): built in, with a user's folder laid over them.
//! Each part has a file of its own; this one only puts them together.

pub mod files;
pub mod yaml;

use std::path::Path;

pub use files::Files;
pub use yaml::{Problem, Problems};

/// All rules, read and found sound.
#[derive(Clone, Debug, Default)]
pub struct Catalog {}

impl Catalog {
    /// Reads everything; one defect anywhere is told with all others.
    pub fn load(folder: Option<&Path>) -> Result<Self, Problems> {
        let _files = Files::load(folder).map_err(|problem| Problems(vec![problem]))?;
        let mut problems: Vec<Problem> = Vec::new();
        // Each part pushes what is wrong with it: `let rulebooks = rulebooks::load(&files, &mut problems);`
        if problems.is_empty() {
            Ok(Self {})
        } else {
            problems.sort();
            Err(Problems(problems))
        }
    }
}
