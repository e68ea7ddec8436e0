//! Excel files: every sheet as one table, cell by cell, merged cells marked.

use std::{collections::BTreeMap, io::Cursor};

use calamine::{DataRef, Reader, Xlsx};

use super::{Unreadable, broken};
use crate::model::{Block, Paper, PaperCell};

/// Most sheets and cells read; places further out are nobody's table.
const MOST_SHEETS: usize = 20;
const MOST_CELLS: usize = 40_000;
const LAST_ROW: u32 = 2000;
const LAST_COLUMN: u32 = 100;

pub(super) fn read(bytes: &[u8]) -> Result<Paper, Unreadable> {
    let mut workbook = Xlsx::new(Cursor::new(bytes)).map_err(broken)?;
    let mut paper = Paper::default();
    let sheets: Vec<String> = workbook.sheet_names().into_iter().take(MOST_SHEETS).collect();
    for sheet in sheets {
        let merged = workbook.merge_cells_by_sheet_name(&sheet).unwrap_or_default();
        let mut cells: BTreeMap<(u32, u32), PaperCell> = BTreeMap::new();
        let mut reader = workbook.worksheet_cells_reader(&sheet).map_err(broken)?;
        while let Some(cell) = reader.next_cell().map_err(broken)? {
            let (row, column) = cell.get_position();
            if row <= LAST_ROW && column <= LAST_COLUMN && cells.len() < MOST_CELLS {
                cells.insert((row, column), PaperCell::new(text(cell.get_value())));
            }
        }
        for area in merged {
            let Some(first) = cells.get(&area.start).map(|place| place.text.clone()) else { continue };
            for row in area.start.0..=area.end.0.min(LAST_ROW) {
                for column in area.start.1..=area.end.1.min(LAST_COLUMN) {
                    if (row, column) != area.start && cells.len() < MOST_CELLS {
                        cells.insert((row, column), PaperCell { text: first.clone(), repeated: true });
                    }
                }
            }
        }
        write(&mut paper, &cells);
    }
    Ok(paper)
}

/// A sheet holds headings, paragraphs and tables one below the other. A row with a single text may be a heading as well as
/// a row of a table whose figures are left out, so it is kept as both.
fn write(paper: &mut Paper, cells: &BTreeMap<(u32, u32), PaperCell>) {
    let Some(last) = cells.keys().map(|(row, _)| *row).max() else { return };
    let width = cells.keys().map(|(_, column)| *column).max().unwrap_or(0) + 1;
    let mut table: Vec<Vec<PaperCell>> = Vec::new();
    for row in 0..=last {
        let places: Vec<PaperCell> =
            (0..width).map(|column| cells.get(&(row, column)).cloned().unwrap_or_default()).collect();
        let own: Vec<&PaperCell> = places.iter().filter(|place| !place.repeated && !place.text.is_empty()).collect();
        let hangs = places.iter().any(|place| place.repeated) && own.is_empty();
        match own.as_slice() {
            [] if !hangs => finish(paper, &mut table),
            [one] if is_prose(&one.text) => {
                paper.blocks.push(Block::Paragraph(one.text.clone()));
                if !table.is_empty() {
                    table.push(places);
                }
            }
            _ => table.push(places),
        }
    }
    finish(paper, &mut table);
}

fn is_prose(text: &str) -> bool {
    text.chars().any(char::is_alphabetic)
}

fn finish(paper: &mut Paper, table: &mut Vec<Vec<PaperCell>>) {
    if !table.is_empty() {
        paper.blocks.push(Block::Table(std::mem::take(table)));
    }
}

fn text(value: &DataRef<'_>) -> String {
    match value {
        DataRef::Int(number) => number.to_string(),
        // The shortest writing of the number, as Excel shows it.
        DataRef::Float(number) => number.to_string(),
        DataRef::String(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Bool(value) => value.to_string(),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::DateTime(_) | DataRef::Error(_) | DataRef::Empty => String::new(),
    }
}
