//! Where a score is written: to a file, or to standard output.

use std::{
    fs::File,
    io::{self, IsTerminal, Write},
};

use anyhow::Context;

use super::{Args, Format};
use crate::commands::{WrongInput, terminal};

/// Refuses what cannot be written, before anything is scored.
pub fn check(args: &Args) -> Result<(), WrongInput> {
    if args.format != Format::Xlsx {
        return Ok(());
    }
    if args.against.is_asked() {
        return Err(WrongInput("the difference of two scores is written as table or json, not as xlsx".into()));
    }
    if args.out.is_none() && io::stdout().is_terminal() {
        return Err(WrongInput(
            "a workbook is nothing for a terminal; name a file with --out FILE.xlsx, or pipe it into one".into(),
        ));
    }
    Ok(())
}

/// Writes the bytes to the file of `--out`, else to standard output.
pub fn write(args: &Args, bytes: &[u8]) -> anyhow::Result<()> {
    write_with(args, |out| out.write_all(bytes))
}

/// As [`write`], for what is written part by part.
pub fn write_with(args: &Args, print: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> anyhow::Result<()> {
    match &args.out {
        Some(path) => File::create(path)
            .and_then(|mut file| print(&mut file))
            .with_context(|| format!("cannot write {}", path.display())),
        None => terminal::write_with(|out| print(out)),
    }
}
