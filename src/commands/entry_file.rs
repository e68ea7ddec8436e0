//! A file of entries as the commands take it: JSON Lines, `-` for standard input.

use std::{
    io::{self, Read},
    path::Path,
};

use super::WrongInput;
use crate::model::Entry;

/// Reads a file of entries; where any line is bad, all bad lines are told and nothing is taken.
pub fn read(path: &Path) -> anyhow::Result<Vec<Entry>> {
    let mut bytes = Vec::new();
    let read = if path == Path::new("-") {
        io::stdin().read_to_end(&mut bytes).map(|_| ())
    } else {
        std::fs::read(path).map(|content| bytes = content)
    };
    let name = path.display();
    read.map_err(|error| WrongInput(format!("cannot read {name}: {error}")))?;
    let text = String::from_utf8(bytes).map_err(|error| WrongInput(format!("{name} is not UTF-8 text: {error}")))?;
    let mut entries = Vec::new();
    let mut bad = Vec::new();
    for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        match serde_json::from_str::<Entry>(line) {
            Ok(entry) => entries.push(entry),
            Err(error) => bad.push(format!("{name}:{}: {error}", number + 1)),
        }
    }
    if bad.is_empty() { Ok(entries) } else { Err(WrongInput(bad.join("\n")).into()) }
}
