//! PDF files with a text layer: pieces of text by their place on the sheet, put together to lines.
//!
//! No table is read here: a line keeps its figures apart by blanks, which is as much as places alone can tell.

use std::collections::BTreeMap;

use lopdf::{Document, Encoding, LoadOptions, Object, ObjectId, content::Content};

use super::{Unreadable, broken};
use crate::{
    model::{Block, Paper},
    text::tidy,
};

const MOST_PAGES: usize = 60;
/// Most bytes that one stream may unpack to.
const MOST_UNPACKED: usize = 16 * 1024 * 1024;
/// Most pieces of text of one page.
const MOST_PIECES: usize = 20_000;
/// Pieces whose base lines differ by less than this share of the letter height stand in one line.
const SAME_LINE: f32 = 0.4;

pub(super) fn read(bytes: &[u8]) -> Result<Paper, Unreadable> {
    let options = LoadOptions { max_decompressed_size: Some(MOST_UNPACKED), ..LoadOptions::default() };
    let document = Document::load_mem_with_options(bytes, options).map_err(broken)?;
    if document.is_encrypted() {
        return Err(Unreadable::Encrypted);
    }
    let mut paper = Paper::default();
    for page in document.get_pages().into_values().take(MOST_PAGES) {
        let pieces = pieces(&document, page).unwrap_or_default();
        paper.blocks.extend(lines(pieces).into_iter().map(Block::Paragraph));
        paper.pictures += document.get_page_images(page).map_or(0, |images| images.len());
    }
    Ok(paper)
}

/// A run of letters at its place, in points; y grows upwards.
struct Piece {
    x: f32,
    y: f32,
    height: f32,
    /// Where it ends, guessed: a Chinese letter is as wide as high, others half of that.
    end: f32,
    text: String,
}

/// A matrix of the page description: a b c d e f.
type Matrix = [f32; 6];

const UNIT: Matrix = [1.0, 0.0, 0.0, 1.0, 0.0, 0.0];

/// `one` applied before `other`.
fn times(one: Matrix, other: Matrix) -> Matrix {
    let [a, b, c, d, e, f] = one;
    let [g, h, i, j, k, l] = other;
    [a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + l]
}

/// What the page description has set so far.
struct Pen<'a> {
    page: Matrix,
    kept: Vec<Matrix>,
    text: Matrix,
    line: Matrix,
    leading: f32,
    size: f32,
    font: Option<&'a Encoding<'a>>,
}

fn pieces(document: &Document, page: ObjectId) -> lopdf::Result<Vec<Piece>> {
    let fonts = document.get_page_fonts(page)?;
    let encodings: BTreeMap<Vec<u8>, Encoding<'_>> = fonts
        .into_iter()
        .filter_map(|(name, font)| Some((name, font.get_font_encoding_with_limit(document, MOST_UNPACKED).ok()?)))
        .collect();
    let content = Content::decode(&document.get_page_content_with_limit(page, MOST_UNPACKED)?)?;
    let mut pen = Pen { page: UNIT, kept: Vec::new(), text: UNIT, line: UNIT, leading: 0.0, size: 12.0, font: None };
    let mut pieces = Vec::new();
    for operation in &content.operations {
        let number = |at: usize| operation.operands.get(at).and_then(|operand| operand.as_float().ok()).unwrap_or(0.0);
        let matrix = || [number(0), number(1), number(2), number(3), number(4), number(5)];
        match operation.operator.as_str() {
            "q" if pen.kept.len() < 100 => pen.kept.push(pen.page),
            "Q" => pen.page = pen.kept.pop().unwrap_or(UNIT),
            "cm" => pen.page = times(matrix(), pen.page),
            "BT" => (pen.text, pen.line) = (UNIT, UNIT),
            "Tm" => (pen.text, pen.line) = (matrix(), matrix()),
            "Td" => pen.move_by(number(0), number(1)),
            "TD" => {
                pen.leading = -number(1);
                pen.move_by(number(0), number(1));
            }
            "TL" => pen.leading = number(0),
            "T*" => pen.move_by(0.0, -pen.leading),
            "Tf" => {
                let name = operation.operands.first().and_then(|name| name.as_name().ok()).unwrap_or_default();
                pen.font = encodings.get(name);
                pen.size = number(1);
            }
            "Tj" | "TJ" => pen.show(&operation.operands, &mut pieces),
            "'" | "\"" => {
                pen.move_by(0.0, -pen.leading);
                pen.show(operation.operands.last().map(std::slice::from_ref).unwrap_or_default(), &mut pieces);
            }
            _ => {}
        }
        if pieces.len() > MOST_PIECES {
            break;
        }
    }
    Ok(pieces)
}

impl Pen<'_> {
    fn move_by(&mut self, x: f32, y: f32) {
        self.line = times([1.0, 0.0, 0.0, 1.0, x, y], self.line);
        self.text = self.line;
    }

    /// Writes strings at the pen's place; a wide gap within an array begins a new piece.
    fn show(&mut self, operands: &[Object], pieces: &mut Vec<Piece>) {
        for operand in operands {
            match operand {
                Object::String(bytes, _) => {
                    let text = self.font.and_then(|font| Document::decode_text(font, bytes).ok()).unwrap_or_default();
                    let letters: f32 = text.chars().map(|letter| if letter.is_ascii() { 0.5 } else { 1.0 }).sum();
                    let place = times(self.text, self.page);
                    let height = (place[2].hypot(place[3]) * self.size).abs().max(1.0);
                    let wide = place[0].hypot(place[1]) * self.size.abs();
                    let end = place[4] + letters * wide;
                    pieces.push(Piece { x: place[4], y: place[5], height, end, text });
                    self.forward(letters * self.size);
                }
                Object::Array(inner) => self.show(inner, pieces),
                Object::Integer(_) | Object::Real(_) => {
                    let thousandths = operand.as_float().unwrap_or(0.0);
                    self.forward(-thousandths / 1000.0 * self.size);
                }
                _ => {}
            }
        }
    }

    fn forward(&mut self, by: f32) {
        self.text = times([1.0, 0.0, 0.0, 1.0, by, 0.0], self.text);
    }
}

/// The pieces of a page as lines from top to bottom; pieces that stand apart are parted by a blank.
fn lines(mut pieces: Vec<Piece>) -> Vec<String> {
    pieces.retain(|piece| !piece.text.trim().is_empty() && piece.y.is_finite() && piece.x.is_finite());
    pieces.sort_by(|a, b| b.y.total_cmp(&a.y).then(a.x.total_cmp(&b.x)));
    let mut rows: Vec<Vec<Piece>> = Vec::new();
    for piece in pieces {
        match rows.last_mut().filter(|row| (row[0].y - piece.y).abs() < row[0].height * SAME_LINE) {
            Some(row) => row.push(piece),
            None => rows.push(vec![piece]),
        }
    }
    let join = |mut row: Vec<Piece>| {
        row.sort_by(|a, b| a.x.total_cmp(&b.x));
        let mut line = String::new();
        let mut end = f32::MAX;
        for piece in row {
            if piece.x - end > piece.height * 0.3 {
                line.push(' ');
            }
            end = piece.end;
            line.push_str(&piece.text);
        }
        tidy(&line)
    };
    rows.into_iter().map(join).filter(|line| !line.is_empty()).collect()
}
