//! Word files: paragraphs and tables of `word/document.xml` (ECMA-376, part 1, §17).

use quick_xml::{
    Reader,
    events::{BytesRef, BytesStart, Event},
};

use super::{Unreadable, broken};
use crate::{
    model::{Block, Paper, PaperCell},
    text::tidy,
};

/// Most blocks, places of all tables together, and the widest span believed.
const MOST_BLOCKS: usize = 20_000;
const MOST_PLACES: usize = 40_000;
const MOST_SPAN: usize = 200;

pub(super) fn read(document: &str) -> Result<Paper, Unreadable> {
    let mut reader = Reader::from_str(document);
    let mut writer = Writer::default();
    loop {
        match reader.read_event().map_err(broken)? {
            Event::Start(start)
                if matches!(start.local_name().as_ref(), "Fallback" | "del" | "instrText" | "txbxContent") =>
            {
                // Drawn twice for old readers; struck out; field codes; text boxes float beside the text.
                let end = start.to_end().into_owned();
                reader.read_to_end(end.name()).map_err(broken)?;
            }
            Event::Start(start) => writer.begin(&start),
            Event::Empty(start) => {
                writer.begin(&start);
                writer.end(start.local_name().as_ref());
            }
            Event::End(end) => writer.end(end.local_name().as_ref()),
            Event::Text(text) if writer.in_text => writer.line.push_str(&text.xml10_content()),
            Event::GeneralRef(reference) if writer.in_text => writer.line.extend(letter(&reference)),
            Event::Eof => break,
            _ => {}
        }
        if writer.paper.blocks.len() > MOST_BLOCKS || writer.places > MOST_PLACES {
            return Err(Unreadable::Bomb);
        }
    }
    Ok(writer.paper)
}

fn letter(reference: &BytesRef<'_>) -> Option<char> {
    if let Ok(Some(letter)) = reference.resolve_char_ref() {
        return Some(letter);
    }
    match reference.xml10_content().as_ref() {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => None,
    }
}

/// What is being written: the open paragraph, and the open tables from the outermost.
#[derive(Default)]
struct Writer {
    paper: Paper,
    line: String,
    in_text: bool,
    tables: Vec<Table>,
    places: usize,
}

#[derive(Default)]
struct Table {
    rows: Vec<Vec<PaperCell>>,
    row: Vec<PaperCell>,
    cell: Vec<String>,
    span: usize,
    /// The cell goes on from the row above.
    hangs: bool,
    /// Holds another table: it only lays out the sheet.
    is_layout: bool,
}

impl Writer {
    fn begin(&mut self, start: &BytesStart<'_>) {
        match start.local_name().as_ref() {
            "t" => self.in_text = true,
            "tab" | "br" | "cr" => self.line.push(' '),
            "p" => self.line.clear(),
            "blip" | "imagedata" => self.paper.pictures += 1,
            "tbl" => self.begin_table(),
            "tc" => {
                if let Some(table) = self.tables.last_mut() {
                    (table.span, table.hangs) = (1, false);
                    table.cell.clear();
                }
            }
            "gridSpan" => {
                if let Some(table) = self.tables.last_mut() {
                    table.span = value(start).and_then(|span| span.parse().ok()).unwrap_or(1).clamp(1, MOST_SPAN);
                }
            }
            "vMerge" => {
                if let Some(table) = self.tables.last_mut() {
                    table.hangs = value(start).is_none_or(|merge| merge != "restart");
                }
            }
            "gridBefore" => {
                if let Some(table) = self.tables.last_mut() {
                    let before = value(start).and_then(|span| span.parse().ok()).unwrap_or(0_usize).min(MOST_SPAN);
                    self.places += before;
                    table.row.extend(std::iter::repeat_n(PaperCell::default(), before));
                }
            }
            _ => {}
        }
    }

    fn end(&mut self, name: &str) {
        match name {
            "t" => self.in_text = false,
            "p" => self.end_paragraph(),
            "tc" => self.end_cell(),
            "tr" => {
                if let Some(table) = self.tables.last_mut() {
                    let row = std::mem::take(&mut table.row);
                    table.rows.push(row);
                }
            }
            "tbl" => self.end_table(),
            _ => {}
        }
    }

    fn end_paragraph(&mut self) {
        let text = tidy(&std::mem::take(&mut self.line));
        if text.is_empty() {
            return;
        }
        match self.tables.last_mut().filter(|table| !table.is_layout) {
            Some(table) => table.cell.push(text),
            None => self.paper.blocks.push(Block::Paragraph(text)),
        }
    }

    /// A table within a cell: what its table held so far is text of the sheet.
    fn begin_table(&mut self) {
        if let Some(outer) = self.tables.last_mut() {
            let cells = outer.rows.drain(..).flatten().chain(outer.row.drain(..)).filter(|place| !place.repeated);
            let texts: Vec<String> = cells.map(|place| place.text).chain(outer.cell.drain(..)).collect();
            outer.is_layout = true;
            self.paper.blocks.extend(texts.into_iter().filter(|text| !text.is_empty()).map(Block::Paragraph));
        }
        self.tables.push(Table::default());
    }

    fn end_cell(&mut self) {
        let Some(table) = self.tables.last_mut().filter(|table| !table.is_layout) else { return };
        let text = table.cell.join("\n");
        table.cell.clear();
        for number in 0..table.span {
            let above = table.rows.last().and_then(|row| row.get(table.row.len()));
            let place = match above.filter(|_| table.hangs) {
                Some(above) => PaperCell { text: above.text.clone(), repeated: true },
                None => PaperCell { text: text.clone(), repeated: number > 0 },
            };
            table.row.push(place);
        }
        self.places += table.span;
        table.span = 1;
    }

    fn end_table(&mut self) {
        let Some(table) = self.tables.pop() else { return };
        let width = table.rows.iter().map(Vec::len).max().unwrap_or(0);
        if table.rows.len() >= 2 && width >= 2 {
            self.paper.blocks.push(Block::Table(table.rows));
        } else {
            let cells = table.rows.into_iter().flatten().filter(|place| !place.repeated && !place.text.is_empty());
            self.paper.blocks.extend(cells.map(|place| Block::Paragraph(place.text)));
        }
    }
}

/// The `val` of a property.
fn value(start: &BytesStart<'_>) -> Option<String> {
    let attributes = start.attributes().filter_map(Result::ok);
    attributes.into_iter().find(|own| own.key.local_name().as_ref() == "val").map(|own| own.value.trim().to_owned())
}
