//! Where a score is written: to a file, or to standard output.

use std::io::{self, IsTerminal};

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
    match &args.out {
        Some(path) => std::fs::write(path, bytes).with_context(|| format!("cannot write {}", path.display())),
        None => terminal::write_bytes(bytes),
    }
}
