//! A page's article as paragraphs and tables, for reading annual reports. Only done on pages that are one.

use crate::{
    html::{Element, Go, Step, grid},
    model::{Block, Paper, PaperCell},
    text::tidy,
};

/// Most blocks taken of one article.
const MOST_BLOCKS: usize = 4000;
/// Pictures that state a smaller side than this (pixels) are icons.
const SMALLEST_PICTURE: u32 = 120;

/// The paragraphs, data tables and pictures below `body`.
pub(super) fn read(body: Element<'_>) -> Paper {
    let mut paper = Paper::default();
    let mut line = String::new();
    body.walk(&mut |step| {
        match step {
            Step::Enter(element) if !element.is_seen() => return Go::Over,
            Step::Enter(element) if element.name() == "table" && is_data(element) => {
                finish(&mut line, &mut paper);
                paper.blocks.push(Block::Table(places(element)));
                paper.pictures += element.descendants().filter(|inner| is_picture(*inner)).count();
                return Go::Over;
            }
            Step::Enter(element) | Step::Leave(element) => {
                if element.is_block() {
                    finish(&mut line, &mut paper);
                }
                if let Step::Enter(element) = step {
                    paper.pictures += usize::from(is_picture(element));
                }
            }
            Step::Text(piece) => line.push_str(piece),
        }
        if paper.blocks.len() < MOST_BLOCKS { Go::On } else { Go::Stop }
    });
    finish(&mut line, &mut paper);
    paper
}

fn finish(line: &mut String, paper: &mut Paper) {
    let text = tidy(line);
    line.clear();
    if !text.is_empty() {
        paper.blocks.push(Block::Paragraph(text));
    }
}

/// A table that holds no other and has several rows and columns; others only lay out the page.
fn is_data(table: Element<'_>) -> bool {
    let (mut rows, mut widest, mut width) = (0, 0, 0);
    for element in table.descendants() {
        match element.name() {
            "table" => return false,
            "tr" => {
                rows += 1;
                width = 0;
            }
            "td" | "th" => {
                width += 1;
                widest = widest.max(width);
            }
            _ => {}
        }
    }
    rows >= 2 && widest >= 2
}

fn places(table: Element<'_>) -> Vec<Vec<PaperCell>> {
    let grid = grid(table);
    let mut above: &[Option<Element<'_>>] = &[];
    let mut rows = Vec::with_capacity(grid.rows.len());
    for row in &grid.rows {
        let place = |(at, cell): (usize, &Option<Element<'_>>)| {
            let Some(cell) = cell else { return PaperCell::default() };
            let left = at.checked_sub(1).and_then(|left| row[left]);
            let repeated = left == Some(*cell) || above.get(at).copied().flatten() == Some(*cell);
            PaperCell { text: cell_text(*cell), repeated }
        };
        rows.push(row.iter().enumerate().map(place).collect());
        above = row;
    }
    rows
}

/// The paragraphs of a cell; line breaks of the markup itself are blanks.
fn cell_text(cell: Element<'_>) -> String {
    let mut text = String::new();
    let mut line = String::new();
    let mut finish = |line: &mut String| {
        let tidied = tidy(line);
        line.clear();
        if !tidied.is_empty() {
            if !text.is_empty() {
                text.push('\n');
            }
            text.push_str(&tidied);
        }
    };
    cell.walk(&mut |step| {
        match step {
            Step::Enter(element) if !element.is_seen() => return Go::Over,
            Step::Enter(element) | Step::Leave(element) if element.is_block() => finish(&mut line),
            Step::Enter(_) | Step::Leave(_) => {}
            Step::Text(piece) => line.push_str(piece),
        }
        Go::On
    });
    finish(&mut line);
    text
}

/// A picture that may hold text: not stated to be small, not one of the site's own decorations.
fn is_picture(element: Element<'_>) -> bool {
    if element.name() != "img" {
        return false;
    }
    let is_small = |side: &str| {
        let figures = element.attr(side).map(|text| text.trim().trim_end_matches("px"));
        figures.and_then(|text| text.parse::<u32>().ok()).is_some_and(|size| size < SMALLEST_PICTURE)
    };
    let source = element.attr("src").unwrap_or_default().to_ascii_lowercase();
    let is_icon = ["icon", "logo", "qrcode", "ewm", "share", "/css/", "/skin"].iter().any(|word| source.contains(word));
    !source.is_empty() && !is_small("width") && !is_small("height") && !is_icon
}
