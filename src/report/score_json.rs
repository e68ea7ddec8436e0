//! An explained score as JSON, as serde would write it at once: but the sheets are written side by side, and no more
//! than a few of them are held as text.

use std::{
    io::{self, Write},
    num::NonZero,
    sync::mpsc,
    thread,
};

use serde::Serialize;

use crate::model::{ScoreReport, ScoreSheet};

/// Units that are written by one thread at a time.
const BLOCK: usize = 8;

/// Bytes that so many units of a province take; a block may take more.
const LIKELY_BLOCK: usize = 1 << 21;

/// The list of units while it is empty, and around the sheets.
const NO_UNITS: &str = "\"units\": []";
const BEFORE: &str = "{\n  \"units\": [";
const AFTER: &str = "\n  ]\n}";

/// Writes the report, indented, with a line end.
pub fn write<E: Serialize + Sync>(report: &ScoreReport<E>, out: &mut (impl Write + ?Sized)) -> io::Result<()> {
    let frame = ScoreReport {
        rulebook: report.rulebook.clone(),
        period: report.period,
        switched: report.switched.clone(),
        units: Vec::new(),
        unpriced: report.unpriced.iter().collect(),
        skipped: report.skipped.clone(),
    };
    let frame = serde_json::to_string_pretty(&frame)?;
    // Within texts quotes are escaped, so that this is the list itself.
    let (head, tail) = frame.split_once(NO_UNITS).unwrap_or((&frame, ""));
    if report.units.is_empty() {
        return writeln!(out, "{frame}");
    }
    write!(out, "{head}\"units\": [")?;
    write_sheets(&report.units, out)?;
    writeln!(out, "\n  ]{tail}")
}

/// Writes the sheets in their order; each thread is at most one block ahead of the writer.
fn write_sheets<E: Serialize + Sync>(sheets: &[ScoreSheet<E>], out: &mut (impl Write + ?Sized)) -> io::Result<()> {
    let blocks: Vec<&[ScoreSheet<E>]> = sheets.chunks(BLOCK).collect();
    let workers = thread::available_parallelism().map_or(1, NonZero::get).min(blocks.len());
    thread::scope(|scope| {
        let queues: Vec<mpsc::Receiver<io::Result<Vec<u8>>>> = (0..workers)
            .map(|worker| {
                let (sender, receiver) = mpsc::sync_channel(1);
                let own = blocks.iter().skip(worker).step_by(workers);
                // A writer that has stopped takes no more blocks.
                scope.spawn(move || own.map(|block| text_of(block)).try_for_each(|text| sender.send(text)));
                receiver
            })
            .collect();
        for number in 0..blocks.len() {
            let text = queues[number % workers].recv().map_err(io::Error::other)??;
            if number > 0 {
                out.write_all(b",")?;
            }
            out.write_all(&text[BEFORE.len()..text.len() - AFTER.len()])?;
        }
        Ok(())
    })
}

/// Sheets as they stand in a report, between [`BEFORE`] and [`AFTER`].
fn text_of<E: Serialize>(units: &[ScoreSheet<E>]) -> io::Result<Vec<u8>> {
    #[derive(Serialize)]
    struct Frame<'a, E> {
        units: &'a [ScoreSheet<E>],
    }
    let mut text = Vec::with_capacity(LIKELY_BLOCK);
    serde_json::to_writer_pretty(&mut text, &Frame { units })?;
    Ok(text)
}
