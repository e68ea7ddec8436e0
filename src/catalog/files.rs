//! The rule files: those inside the binary, and a user's folder laid over them.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use rust_embed::RustEmbed;

use super::yaml::Problem;

#[derive(RustEmbed)]
#[folder = "checks/"]
#[include = "*.yaml"]
struct BuiltIn;

/// Names below `checks/`, such as `rulebooks/yuncheng-2022-b1.yaml`, with their text, in name order.
pub struct Files {
    texts: BTreeMap<String, String>,
}

impl Files {
    /// The built-in files; where `folder` is given, its files replace those of the same name and add to the rest.
    pub fn load(folder: Option<&Path>) -> Result<Self, Problem> {
        let mut texts = BTreeMap::new();
        for name in BuiltIn::iter() {
            if let Some(file) = BuiltIn::get(&name) {
                texts.insert(name.to_string(), decode(&name, file.data.into_owned())?);
            }
        }
        if let Some(folder) = folder {
            for (name, path) in yaml_files(folder)? {
                let bytes = fs::read(&path).map_err(|error| unreadable(&path, &error))?;
                let text = decode(&name, bytes)?;
                texts.insert(name, text);
            }
        }
        Ok(Self { texts })
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

fn decode(name: &str, bytes: Vec<u8>) -> Result<String, Problem> {
    String::from_utf8(bytes).map_err(|_| Problem::of_file(name, "is not UTF-8 text", "save it as UTF-8"))
}

fn unreadable(path: &Path, error: &std::io::Error) -> Problem {
    let name = path.display().to_string();
    Problem::of_file(&name, format!("cannot be read: {error}"), "give another folder with --checks DIR")
}

fn yaml_files(folder: &Path) -> Result<Vec<(String, PathBuf)>, Problem> {
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
    Ok(found)
}
