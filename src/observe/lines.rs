//! The lines of text a reader sees, in their order, each with what it stands in and the dates it names.

use super::date_label::{Label, label_of};
use crate::{
    html::{Element, Go, Page, Step},
    text::{
        dates::{self, Found},
        normalise, tidy,
    },
};

/// Bytes of a line whose dates are looked for; a longer one is prose.
const LONGEST: usize = 1200;

/// A line of visible text.
pub(super) struct Line<'p> {
    pub(super) text: String,
    /// The innermost block around it; lines that only a line break parts share theirs.
    pub(super) block: Element<'p>,
    pub(super) in_body: bool,
    pub(super) in_link: bool,
    /// In a cell of the text's own tables, beside other cells.
    pub(super) in_cell: bool,
    /// Full dates, where it is neither part of a link nor prose.
    pub(super) dates: Vec<Found>,
}

impl Line<'_> {
    /// Letters, blanks included.
    pub(super) fn length(&self) -> usize {
        self.text.chars().count()
    }
}

/// What the walk is inside of.
#[derive(Clone, Copy, Default)]
struct Depth {
    body: usize,
    link: usize,
    cell: usize,
}

pub(super) fn read<'p>(page: &'p Page, body: Option<Element<'p>>) -> Vec<Line<'p>> {
    let mut lines: Vec<Line<'p>> = Vec::new();
    let mut text = String::new();
    let mut depth = Depth::default();
    let mut blocks = vec![page.body()];
    let mut flush = |text: &mut String, depth: Depth, block: Option<&Element<'p>>| {
        let tidied = tidy(text);
        text.clear();
        if let Some(block) = block.filter(|_| !tidied.is_empty()) {
            let (in_body, in_link, in_cell) = (depth.body > 0, depth.link > 0, depth.cell > 0);
            let dates = if in_link || tidied.len() > LONGEST { Vec::new() } else { dates::find(&tidied) };
            lines.push(Line { text: tidied, block: *block, in_body, in_link, in_cell, dates });
        }
    };
    page.body().walk(&mut |step| {
        match step {
            Step::Enter(element) if element.name() == "script" => {
                text.push_str(&written_day(element, &text).unwrap_or_default());
                return Go::Over;
            }
            Step::Enter(element) if !element.is_seen() => return Go::Over,
            Step::Enter(element) => {
                if element.is_block() || element.name() == "a" {
                    flush(&mut text, depth, blocks.last());
                }
                if element.is_block() {
                    blocks.push(element);
                }
                depth.cell += usize::from(depth.body > 0 && is_among_cells(element));
                depth.body += usize::from(Some(element) == body);
                depth.link += usize::from(element.name() == "a");
            }
            Step::Leave(element) => {
                if element.is_block() || element.name() == "a" {
                    flush(&mut text, depth, blocks.last());
                }
                if element.is_block() {
                    blocks.pop();
                }
                depth.body -= usize::from(Some(element) == body);
                depth.cell -= usize::from(depth.body > 0 && is_among_cells(element));
                depth.link -= usize::from(element.name() == "a");
            }
            Step::Text(piece) => text.push_str(piece),
        }
        Go::On
    });
    flush(&mut text, Depth::default(), blocks.first());
    lines
}

/// The only day that a script names which stands where a label waits for one: `发布时间：<script>…</script>`.
fn written_day(script: Element<'_>, before: &str) -> Option<String> {
    /// Bytes of a script that writes a day.
    const LONGEST: usize = 2000;
    if !before.trim_end().ends_with(['：', ':']) || !matches!(label_of(before), Label::Means(_)) {
        return None;
    }
    let source = script.raw_text();
    let found = if source.len() <= LONGEST { dates::find(&source) } else { Vec::new() };
    let first = found.first()?;
    found.iter().all(|other| other.date == first.date).then(|| source[first.start..first.end].to_owned())
}

/// A cell with others in its row; one alone in its row only gives the text its place.
pub(super) fn is_among_cells(element: Element<'_>) -> bool {
    let is_cell = |element: Element<'_>| matches!(element.name(), "td" | "th");
    is_cell(element) && (element.following().any(is_cell) || element.preceding().any(is_cell))
}

/// The line that shows the title, outside the text rather than in it: the last line of a title that is broken.
pub(super) fn of_title(lines: &[Line<'_>], bare_title: &str) -> Option<usize> {
    if bare_title.chars().count() < 2 {
        return None;
    }
    let bare_of = |line: &Line<'_>| may_begin(&line.text, bare_title).then(|| normalise(&line.text));
    let is_it = |line: &Line<'_>| bare_of(line).is_some_and(|bare| bare == bare_title);
    let begins_so = |line: &Line<'_>| bare_of(line).is_some_and(|bare| bare.starts_with(bare_title));
    let exact = lines.iter().rposition(|line| !line.in_link && !line.in_body && is_it(line));
    exact
        .or_else(|| lines.iter().position(|line| !line.in_link && begins_so(line)))
        .or_else(|| (0..lines.len()).find_map(|from| broken(lines.get(from..)?, bare_title).map(|last| from + last)))
}

/// The place of the last of the lines that together are the title.
fn broken(lines: &[Line<'_>], bare_title: &str) -> Option<usize> {
    /// Letters of the first piece; shorter ones are seals and labels.
    const LEAST: usize = 4;
    let mut rest = bare_title;
    for (at, line) in lines.iter().enumerate().take(4) {
        if line.in_link || !may_begin(&line.text, rest) {
            return None;
        }
        let bare = normalise(&line.text);
        rest = rest.strip_prefix(bare.as_str()).filter(|_| at > 0 || bare.chars().count() >= LEAST)?;
        if rest.is_empty() {
            return Some(at);
        }
    }
    None
}

/// False where the first letter shows already that the text does not begin with the normalised words.
pub(super) fn may_begin(text: &str, bare: &str) -> bool {
    let is_chinese = |letter: &char| matches!(letter, '\u{4E00}'..='\u{9FFF}');
    text.chars().next().filter(is_chinese).is_none_or(|letter| bare.starts_with(letter))
}
