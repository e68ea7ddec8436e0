//! How commands speak: one way to standard output, one style of table, one style of progress.
//!
//! Results go through [`say`], [`write`] and [`write_with`] only (`print!` is refused by the linter): a reader that has
//! gone away (`| head`) is no fault, and what cannot be written for another reason (a full disk) is told.

use std::{
    fmt::{self, Display},
    io::{self, Write},
    time::Duration,
};

use comfy_table::{ContentArrangement, LineStyle, Row, Table, TableStyle};
use indicatif::{ProgressBar, ProgressStyle};

/// Widest table where the output is no terminal; names of documents are long.
const PLAIN_WIDTH: u16 = 150;

/// Writes a line to standard output.
pub fn say(line: impl Display) -> anyhow::Result<()> {
    write_with(|out| writeln!(out, "{line}"))
}

/// Writes a text that has its own line ends to standard output.
pub fn write(text: impl Display) -> anyhow::Result<()> {
    write_with(|out| write!(out, "{text}"))
}

/// Writes a line to standard error; there is nobody left to tell where that fails.
pub fn complain(line: fmt::Arguments<'_>) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}

/// Writes part by part to standard output.
pub fn write_with(print: impl FnOnce(&mut io::StdoutLock<'_>) -> io::Result<()>) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    match print(&mut out).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(anyhow::Error::new(error).context("cannot write to standard output"))
        }
        _ => Ok(()),
    }
}

/// A table with a rule above, under its header and below, and none between its rows.
pub fn table(header: impl Into<Row>) -> Table {
    let rule = LineStyle::none().fill('─').junction('─');
    let mut table = Table::new();
    table
        .load_style(TableStyle::new().top_border(rule).header_separator(rule).bottom_border(rule))
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_header(header);
    if !table.is_tty() {
        table.set_width(PLAIN_WIDTH);
    }
    table
}

/// A spinner on standard error that counts pages; silent where that is no terminal.
pub fn page_counter() -> ProgressBar {
    let bar = ProgressBar::new_spinner();
    bar.enable_steady_tick(Duration::from_millis(120));
    match ProgressStyle::with_template("  {spinner} {prefix} {pos} 页  {wide_msg}") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
