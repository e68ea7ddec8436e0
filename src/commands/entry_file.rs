//! A file of entries as the commands take it: JSON Lines, `-` for standard input.

use std::{
    fs::File,
    io::{self, Read},
    os::unix::fs::FileExt,
    path::Path,
};

use super::WrongInput;
use crate::{
    catalog::files,
    model::Entry,
    score::{entries, parallel::Crew},
};

/// Bytes that one thread reads at a time.
const PIECE: usize = 8 << 20;

/// The text of a file of entries.
pub struct EntryFile {
    /// What messages call it.
    pub name: String,
    bytes: Vec<u8>,
}

impl EntryFile {
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        let name = path.display().to_string();
        let bytes = bytes_of(path).map_err(|error| WrongInput(format!("cannot read {name}: {error}")))?;
        Ok(Self { name, bytes })
    }

    /// The text in pieces of whole lines.
    pub fn pieces(&self) -> anyhow::Result<Vec<&str>> {
        let texts = Crew::for_bytes(self.bytes.len()).each(whole_lines(&self.bytes), std::str::from_utf8);
        let pieces: Result<Vec<&str>, _> = texts.into_iter().collect();
        pieces.or_else(|_| self.text().map(|text| vec![text]))
    }

    /// The whole text.
    pub fn text(&self) -> anyhow::Result<&str> {
        std::str::from_utf8(&self.bytes).map_err(|_| {
            let told = files::decode(&self.name, self.bytes.clone()).err();
            WrongInput(told.map(|problem| problem.to_string()).unwrap_or_default()).into()
        })
    }
}

/// Reads a file of entries; where any line is bad, all bad lines are told and nothing is taken.
pub fn read(path: &Path) -> anyhow::Result<Vec<Entry>> {
    let file = EntryFile::read(path)?;
    let (name, parsed) = (&file.name, entries::parse(file.text()?));
    if parsed.bad.is_empty() {
        return Ok(parsed.entries);
    }
    let bad = parsed.bad.iter().map(|bad| format!("{name}:{}: {}: {}", bad.line, bad.field, bad.message));
    Err(WrongInput(bad.collect::<Vec<_>>().join("\n")).into())
}

fn bytes_of(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if path == Path::new("-") {
        io::stdin().read_to_end(&mut bytes)?;
        return Ok(bytes);
    }
    let mut file = File::open(path)?;
    let about = file.metadata()?;
    match usize::try_from(about.len()) {
        Ok(length) if about.is_file() && length > PIECE => {
            bytes = vec![0; length];
            let parts: Vec<(usize, &mut [u8])> = bytes.chunks_mut(PIECE).enumerate().collect();
            let read = |(number, part): (usize, &mut [u8])| file.read_exact_at(part, (number * PIECE) as u64);
            Crew::for_bytes(length).each(parts, read).into_iter().collect::<io::Result<()>>()?;
        }
        _ => {
            file.read_to_end(&mut bytes)?;
        }
    }
    Ok(bytes)
}

/// Cuts at line ends, after about [`PIECE`] bytes each.
fn whole_lines(mut bytes: &[u8]) -> Vec<&[u8]> {
    let mut pieces = Vec::new();
    while !bytes.is_empty() {
        let end = bytes.iter().skip(PIECE - 1).position(|byte| *byte == b'\n');
        let (piece, rest) = bytes.split_at(end.map_or(bytes.len(), |end| PIECE + end));
        pieces.push(piece);
        bytes = rest;
    }
    pieces
}
