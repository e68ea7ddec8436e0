//! `mingcha rulebook validate`: everything that is wrong with rulebooks and overlays, each with the finger on the spot.

use std::path::Path;

use super::{Format, Shown};
use crate::{
    catalog::{Catalog, Problem, Problems, files, overlay::Overlay, rulebooks, yaml::Places},
    commands::{WrongInput, office::text_file, terminal},
    model::Rulebook,
};

/// Prints what is wrong; wrong input where there is anything.
pub fn run(path: Option<&Path>, overlay: Option<&Path>, shown: &Shown) -> anyhow::Result<()> {
    let mut problems = match path {
        None => in_catalog(shown.checks.as_deref()),
        Some(path) if path.is_dir() && holds_rules(path) => in_catalog(Some(path)),
        Some(path) if path.is_dir() => of_files(&files_in(path)?, shown)?,
        Some(path) => of_files(&[path.to_owned()], shown)?,
    };
    if let Some(overlay) = overlay.filter(|_| problems.is_empty()) {
        problems = of_overlay(overlay, path, shown)?;
    }
    if shown.format == Format::Json {
        terminal::say(serde_json::to_string_pretty(&problems)?)?;
    }
    if problems.is_empty() {
        if shown.format == Format::Table {
            terminal::say("sound")?;
        }
        return Ok(());
    }
    Err(WrongInput(Problems(problems).to_string()).into())
}

fn in_catalog(folder: Option<&Path>) -> Vec<Problem> {
    Catalog::load(folder).err().unwrap_or_default().0
}

/// A folder like `checks/`, with rules of every kind; any other holds rulebooks.
fn holds_rules(folder: &Path) -> bool {
    ["rulebooks", "units", "word-lists"].iter().any(|inner| folder.join(inner).is_dir())
}

fn files_in(folder: &Path) -> anyhow::Result<Vec<std::path::PathBuf>> {
    let found = files::yaml_files(folder).map_err(|problem| WrongInput(problem.to_string()))?;
    if found.is_empty() {
        return Err(WrongInput(format!("there is no YAML file in {}", folder.display())).into());
    }
    Ok(found.into_iter().map(|(_, path)| path).collect())
}

/// Every defect of some rulebook files; they may borrow from each other and from the rules around them.
fn of_files(paths: &[std::path::PathBuf], shown: &Shown) -> anyhow::Result<Vec<Problem>> {
    // The rules around the files: those given, or the built-in ones.
    let around = super::catalog(shown)?;
    let mut texts = Vec::new();
    let mut problems = Vec::new();
    for path in paths {
        let bytes =
            std::fs::read(path).map_err(|error| WrongInput(format!("cannot read {}: {error}", path.display())))?;
        match files::decode(&path.display().to_string(), bytes) {
            Ok(text) => texts.push((path.display().to_string(), text)),
            Err(problem) => problems.push(problem),
        }
    }
    let read =
        |(name, text): &(String, String)| rulebooks::read(name, text, &around.check_ids, &around.unit_lists).ok();
    let mut others: Vec<Rulebook> = texts.iter().filter_map(read).collect();
    for book in &around.rulebooks {
        if others.iter().all(|other| other.id != book.id) {
            others.push(book.clone());
        }
    }
    for (name, text) in &texts {
        let found = rulebooks::read_among(name, text, &around.check_ids, &around.unit_lists, &others);
        problems.extend(found.err().unwrap_or_default());
    }
    problems.sort();
    Ok(problems)
}

/// What is wrong with an overlay, laid over the file at `book`, or over the rulebook it names.
fn of_overlay(path: &Path, book: Option<&Path>, shown: &Shown) -> anyhow::Result<Vec<Problem>> {
    let (name, text) = (path.display().to_string(), text_file(path)?);
    let catalog = match book {
        Some(folder) if folder.is_dir() && holds_rules(folder) => {
            Catalog::load(Some(folder)).map_err(|found| WrongInput(found.to_string()))?
        }
        _ => super::catalog(shown)?,
    };
    let rulebook = match book {
        Some(file) if !file.is_dir() => {
            let book = rulebooks::read_among(
                &file.display().to_string(),
                &text_file(file)?,
                &catalog.check_ids,
                &catalog.unit_lists,
                &catalog.rulebooks,
            );
            Ok(book.map_err(|found| WrongInput(Problems(found).to_string()))?)
        }
        _ => match Overlay::read(&name, &text) {
            Ok(overlay) => catalog.rulebook(&overlay.rulebook).cloned(),
            Err(problem) => return Ok(vec![problem]),
        },
    };
    Ok(match rulebook {
        Ok(rulebook) => catalog.overlay(&rulebook, &name, &text).err().unwrap_or_default().0,
        Err(message) => vec![Places::of(&text).problem(&name, "rulebook", message, "write the id of a rulebook")],
    })
}
