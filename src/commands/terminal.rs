//! How commands draw on a terminal: one style of table, one style of progress.

use std::time::Duration;

use comfy_table::{ContentArrangement, LineStyle, Table, TableStyle};
use indicatif::{ProgressBar, ProgressStyle};

/// Widest table where the output is no terminal; names of documents are long.
const PLAIN_WIDTH: u16 = 150;

/// A table with a rule above, under its header and below, and none between its rows.
pub fn table<const N: usize>(header: [&str; N]) -> Table {
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
