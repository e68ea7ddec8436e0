//! The names of columns above rows: 标题, 文号, 成文日期, 发布日期. They say what the dates below them mean.

use super::stamp::{self, Label};
use crate::html::Element;

/// Cells of a heading, at most.
const MOST: usize = 14;
/// Letters of a column's name, at most.
const LONGEST_NAME: usize = 12;

/// The last heading that was read; it holds for elements like its own with as many parts.
#[derive(Clone, Default)]
pub(super) struct Columns {
    tag: String,
    names: Vec<Option<Label>>,
}

/// How many columns an element takes.
pub(super) fn width(element: Element<'_>) -> usize {
    element
        .attr("colspan")
        .and_then(|columns| columns.trim().parse().ok())
        .filter(|columns| *columns <= MOST)
        .unwrap_or(1)
}

/// Whether a text may be the names of columns, one of them of dates.
pub(super) fn may_be_names(text: &str) -> bool {
    text.contains("日期") || text.contains("时间")
}

impl Columns {
    /// Takes the element for a heading if it looks like one: several short parts, at least one of them names a date.
    pub fn take(&mut self, element: Element<'_>) -> bool {
        if element.name() == "tbody" || element.children().take(MOST + 1).count() > MOST {
            return false;
        }
        let mut names = Vec::new();
        for part in element.children() {
            let Some(text) = part.text_up_to(LONGEST_NAME * 6) else { return false };
            if text.trim().chars().count() > LONGEST_NAME || text.contains([':', '：']) {
                return false;
            }
            let label = stamp::label_at_end(text.trim());
            names.extend(std::iter::repeat_n(label, width(part)));
        }
        let is_heading = names.len() > 1
            && names.iter().any(|name| matches!(name, Some(Label::Date(_) | Label::NoDay)))
            && names.iter().filter(|name| name.is_some()).count() * 2 >= names.len();
        if is_heading {
            *self = Self { tag: element.name().to_owned(), names };
        }
        is_heading
    }

    /// The columns of a row, if the last heading is its own.
    pub fn of(&self, row: Element<'_>) -> Option<Self> {
        if self.names.is_empty() || row.name() != self.tag {
            return None;
        }
        let widths = row.children().take(MOST + 1).map(width).sum::<usize>();
        let names = match self.names.len().checked_sub(widths)? {
            0 => self.names.clone(),
            // Cells that reach down from rows above stand first.
            missing if self.tag == "tr" && widths > 1 => self.names[missing..].to_vec(),
            _ => return None,
        };
        Some(Self { tag: String::new(), names })
    }

    pub fn at(&self, place: usize) -> Option<Label> {
        self.names.get(place).copied().flatten()
    }
}
