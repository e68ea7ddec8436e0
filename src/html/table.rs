//! Tables as rectangles of text, merged cells repeated.

use super::Element;

/// Most cells read of one table, and the widest span believed.
const MAX_CELLS: usize = 20_000;
const MAX_SPAN: usize = 200;

/// A table laid out: every row has its cells at their true place.
#[derive(Clone, Debug, Default)]
pub struct Grid<'p> {
    /// Cell elements by row and column; a merged cell stands in each place it covers.
    pub rows: Vec<Vec<Option<Element<'p>>>>,
}

/// Lays out the rows of `table` that belong to itself, not to tables nested in its cells.
pub fn grid<'p>(table: Element<'p>) -> Grid<'p> {
    let mut grid = Grid::default();
    // What hangs down from rows above: (cell, rows left), by column.
    let mut hanging: Vec<Option<(Element<'p>, usize)>> = Vec::new();
    let mut cells = 0;
    for row in rows_of(table) {
        let mut line: Vec<Option<Element<'p>>> = Vec::new();
        for cell in row.children().filter(|cell| matches!(cell.name(), "td" | "th")) {
            take_hanging(&mut line, &mut hanging);
            let (across, down) = (span(cell, "colspan"), span(cell, "rowspan"));
            for _ in 0..across {
                let column = line.len();
                if hanging.len() <= column {
                    hanging.resize(column + 1, None);
                }
                if let (true, Some(place)) = (down > 1, hanging.get_mut(column)) {
                    *place = Some((cell, down - 1));
                }
                line.push(Some(cell));
            }
        }
        take_hanging(&mut line, &mut hanging);
        cells += line.len();
        if cells > MAX_CELLS {
            break;
        }
        grid.rows.push(line);
    }
    grid
}

/// Fills the next places of `line` with cells that reach down from above.
fn take_hanging<'p>(line: &mut Vec<Option<Element<'p>>>, hanging: &mut [Option<(Element<'p>, usize)>]) {
    while let Some(place) = hanging.get_mut(line.len()) {
        let Some((cell, left)) = *place else { break };
        *place = (left > 1).then_some((cell, left - 1));
        line.push(Some(cell));
    }
}

fn span(cell: Element<'_>, name: &str) -> usize {
    cell.attr(name).and_then(|span| span.trim().parse().ok()).unwrap_or(1).clamp(1, MAX_SPAN)
}

fn rows_of<'p>(table: Element<'p>) -> Vec<Element<'p>> {
    let mut rows = Vec::new();
    for part in table.children() {
        match part.name() {
            "tr" => rows.push(part),
            "thead" | "tbody" | "tfoot" => rows.extend(part.children().filter(|row| row.name() == "tr")),
            _ => {}
        }
    }
    rows
}
