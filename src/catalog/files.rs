//! The rule files: those inside the binary, and a user's folder laid over them.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use rust_embed::RustEmbed;

use super::yaml::{self, Problem};

#[derive(RustEmbed)]
#[folder = "checks/"]
#[include = "*.yaml"]
struct BuiltIn;

/// Names below `checks/`, such as `rulebooks/yuncheng-2022-b1.yaml`, with their text, in name order.
pub struct Files {
    texts: BTreeMap<String, String>,
    /// Files that are no text.
    pub unread: Vec<Problem>,
}

impl Files {
    /// The built-in files; where `folder` is given, its files replace those of the same name and add to the rest.
    pub fn load(folder: Option<&Path>) -> Result<Self, Problem> {
        let mut files = Self { texts: BTreeMap::new(), unread: Vec::new() };
        for name in BuiltIn::iter() {
            if let Some(file) = BuiltIn::get(&name) {
                files.add(name.to_string(), file.data.into_owned());
            }
        }
        if let Some(folder) = folder {
            for (name, path) in yaml_files(folder)? {
                let bytes = fs::read(&path).map_err(|error| unreadable(&path, &error))?;
                files.add(name, bytes);
            }
        }
        Ok(files)
    }

    fn add(&mut self, name: String, bytes: Vec<u8>) {
        match decode(&name, bytes) {
            Ok(text) => {
                self.texts.insert(name, text);
            }
            Err(problem) => self.unread.push(problem),
        }
    }

    /// Files directly in `folder`, such as `rulebooks`.
    pub fn in_folder(&self, folder: &str) -> impl Iterator<Item = (&str, &str)> {
        let prefix = format!("{folder}/");
        self.iter().filter(move |(name, _)| name.strip_prefix(&prefix).is_some_and(|rest| !rest.contains('/')))
    }

    /// All files.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.texts.iter().map(|(name, text)| (name.as_str(), text.as_str()))
    }

    /// The text of one file.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.texts.get(name).map(String::as_str)
    }
}

/// The text of a file; where it is none, the place of the first byte that is no UTF-8.
pub fn decode(name: &str, bytes: Vec<u8>) -> Result<String, Problem> {
    let help = "save the file as UTF-8";
    String::from_utf8(bytes).map_err(|error| {
        let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let before = String::from_utf8_lossy(good);
        let wide = matches!(error.as_bytes(), [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..]);
        let message = if wide { "is UTF-16, not UTF-8 text" } else { "is not UTF-8 text (perhaps GBK)" };
        let line = before.matches('\n').count() as u64 + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() as u64 + 1;
        Problem { line, column, field: yaml::last_field(&before, line), ..Problem::of_file(name, message, help) }
    })
}

fn unreadable(path: &Path, error: &std::io::Error) -> Problem {
    let name = path.display().to_string();
    Problem::of_file(&name, format!("cannot be read: {error}"), "give another folder with --checks DIR")
}

/// YAML files below a folder, by their names in it.
pub fn yaml_files(folder: &Path) -> Result<Vec<(String, PathBuf)>, Problem> {
    let mut found = Vec::new();
    let mut waiting = vec![folder.to_owned()];
    while let Some(next) = waiting.pop() {
        for item in fs::read_dir(&next).map_err(|error| unreadable(&next, &error))? {
            let path = item.map_err(|error| unreadable(&next, &error))?.path();
            if path.is_dir() {
                waiting.push(path);
            } else if path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml") {
                let inner = path.strip_prefix(folder).unwrap_or(&path);
                let name = inner.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/");
                found.push((name, path));
            }
        }
    }
    found.sort();
    Ok(found)
}
