//! How long the reading of one page takes: every saved page of a folder, the slowest first.
//!
//! `cargo bench --bench pages -- FOLDER` (a folder of saved pages; without one, the pages of the fixture portals).

#![expect(clippy::print_stdout, reason = "a benchmark tells its figures")]

use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use mingcha::{
    catalog::Catalog,
    observe::{self, PageInput},
};

/// Reads of each page; the fastest counts, for the machine has other work too.
const READS: usize = 3;

fn main() -> anyhow::Result<()> {
    let folder = std::env::args().skip(1).find(|word| !word.starts_with('-'));
    let folder = folder.map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/portals"), PathBuf::from);
    let catalog = Catalog::load(None)?;
    let mut files = Vec::new();
    collect(&folder, &mut files)?;
    let mut times: Vec<(Duration, usize, PathBuf)> = Vec::new();
    for file in files {
        let bytes = std::fs::read(&file)?;
        let mut best = Duration::MAX;
        for _ in 0..READS {
            let begun = Instant::now();
            let input = PageInput {
                url: "http://www.example.gov.cn/zwgk/nb/t20250101_1.html",
                final_url: "http://www.example.gov.cn/zwgk/nb/t20250101_1.html",
                status: 200,
                content_type: Some("text/html"),
                bytes: &bytes,
                received: None,
            };
            std::hint::black_box(observe::page(&input, &catalog.lexicon));
            best = best.min(begun.elapsed());
        }
        times.push((best, bytes.len(), file));
    }
    times.sort();
    let total: Duration = times.iter().map(|(time, ..)| *time).sum();
    let bytes: usize = times.iter().map(|(_, bytes, _)| *bytes).sum();
    let pages = times.len().max(1);
    println!(
        "{pages} pages, {} bytes a page: {:.3} ms a page, {:.1} MB/s",
        bytes / pages,
        total.as_secs_f64() * 1000.0 / pages as f64,
        bytes as f64 / 1e6 / total.as_secs_f64()
    );
    for (time, bytes, file) in times.iter().rev().take(5) {
        println!("  {:8.3} ms  {bytes:9} bytes  {}", time.as_secs_f64() * 1000.0, file.display());
    }
    Ok(())
}

/// All HTML files below a folder.
fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|kind| {
            kind.eq_ignore_ascii_case("html") || kind.eq_ignore_ascii_case("htm") || kind == "shtml"
        }) {
            files.push(path);
        }
    }
    Ok(())
}
