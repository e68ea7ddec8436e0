//! How well, and how quickly, pages are read: every page of a folder against its ground truth.
//!
//! `cargo bench --bench reading -- FOLDER` prints each figure beside what it ought to reach, the time a page takes, and
//! every miss. Without a folder: the pages of `fixtures/pages`. The format of the ground truth is told in
//! `benches/reading/README.md`; a folder without one is only timed.

#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "it tells its figures; its patterns are fixed")]

mod measure;

use std::path::{Path, PathBuf};

use anyhow::Context;
use mingcha::catalog::Catalog;

fn main() -> anyhow::Result<()> {
    let folder = std::env::args().skip(1).find(|word| !word.starts_with('-'));
    let folder = folder.map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/pages"), PathBuf::from);
    let catalog = Catalog::load(None)?;
    let told = measure::of_folder(&folder, &catalog.lexicon)
        .with_context(|| format!("the pages of {} cannot be measured", folder.display()))?;
    print!("{told}");
    Ok(())
}
