//! A file of entries as the commands take it: JSON Lines, `-` for standard input.

use std::{
    io::{self, Read},
    path::Path,
};

use super::WrongInput;
use crate::{model::Entry, score::entries};

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
    let parsed = entries::parse(&text);
    if parsed.bad.is_empty() {
        return Ok(parsed.entries);
    }
    let bad = parsed.bad.iter().map(|bad| format!("{name}:{}: {}: {}", bad.line, bad.field, bad.message));
    Err(WrongInput(bad.collect::<Vec<_>>().join("\n")).into())
}
