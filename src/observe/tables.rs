//! Data tables of a page as text cells. Layout tables (that hold other tables or long prose) are left out.

use std::sync::LazyLock;

use crate::{
    html::{Page, Selector, grid, selector},
    model::Table,
    text::tidy,
};

/// Most tables read of a page.
const MOST_TABLES: usize = 60;

pub(super) fn read(page: &Page) -> Vec<Table> {
    static TABLES: LazyLock<Selector> = LazyLock::new(|| selector("table"));
    static INNER: LazyLock<Selector> = LazyLock::new(|| selector("table"));
    static LINKS: LazyLock<Selector> = LazyLock::new(|| selector("a[href]"));
    let mut tables = Vec::new();
    for table in page.select(&TABLES).filter(|table| table.select(&INNER).next().is_none()).take(MOST_TABLES) {
        let grid = grid(table);
        let width = grid.rows.iter().map(Vec::len).max().unwrap_or(0);
        if grid.rows.len() < 2 || width < 2 {
            continue;
        }
        let mut read = Table::default();
        for row in &grid.rows {
            read.rows.push(row.iter().map(|cell| cell.map(|cell| tidy(&cell.text())).unwrap_or_default()).collect());
            let links = row
                .iter()
                .flatten()
                .flat_map(|cell| cell.select(&LINKS))
                .filter_map(|link| page.resolve(link.attr("href")?).map(String::from))
                .collect();
            read.row_links.push(links);
        }
        tables.push(read);
    }
    tables
}
