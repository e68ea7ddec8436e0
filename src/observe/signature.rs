//! The date under a document (落款): the day it was signed, written alone on a line below the organ's name.
//!
//! Not taken: dates in cells of a table, dates of an annexed text (附件 alone on a line), lines with a label that is not
//! of signing (有效期至), days after the publication.

use jiff::civil::Date;

use super::{
    date_label::{label_of, means_written},
    lines::Line,
};
use crate::{
    model::{DateClaim, DateMeaning, DateSource, Moment},
    text::{dates, normalise},
};

/// So many lines from the end of the text a signature may stand.
const NEAR_END: usize = 12;

/// The signature among the lines of a page; `published` is the latest day it can name, and one more.
pub(super) fn read(lines: &[Line<'_>], published: Option<Date>) -> Option<DateClaim> {
    let body: Vec<&Line<'_>> = lines.iter().filter(|line| line.in_body && !line.in_cell).collect();
    let end = (1..body.len()).find(|at| is_annex(&body, *at)).unwrap_or(body.len());
    let from = end.saturating_sub(NEAR_END);
    let is_too_late = |date: Date| published.and_then(|day| day.tomorrow().ok()).is_some_and(|latest| date > latest);
    let mut unsigned = None;
    for at in (from..end).rev() {
        let Some(value) = alone(&body[at].text).filter(|value| !is_too_late(value.date)) else { continue };
        let claim = || DateClaim {
            value,
            source: DateSource::Body,
            meaning: DateMeaning::Written,
            text: body[at].text.clone(),
        };
        if at > 0 && is_organ(&body[at - 1].text) {
            return Some(claim());
        }
        if unsigned.is_none() && !is_of_annex(&body[from..at]) {
            unsigned = Some(claim());
        }
    }
    unsigned
}

/// The date a line consists of, with no label or one of signing.
fn alone(line: &str) -> Option<Moment> {
    let dates::Cell::Full { date, time } = dates::read_cell(line)? else { return None };
    let before = dates::find(line).first().map_or("", |found| &line[..found.start]);
    let is_labelled = before.chars().any(char::is_alphanumeric);
    let says_written = || means_written(label_of(before)) || matches!(normalise(before).as_str(), "日期:" | "时间:");
    (!is_labelled || says_written()).then_some(Moment { date, time })
}

/// A line that ends as the names of those who sign do.
pub(super) fn is_organ(line: &str) -> bool {
    /// Letters of several organs on one line.
    const LONGEST: usize = 60;
    const ENDS: [&str; 20] = [
        "政府",
        "办公室",
        "办公厅",
        "政府办",
        "局",
        "委员会",
        "委",
        "厅",
        "院",
        "中心",
        "公司",
        "处",
        "所",
        "指挥部",
        "小组",
        "支队",
        "大队",
        "学校",
        "管委会",
        "联合会",
    ];
    const SEALS: [&str; 4] = ["(印章)", "(盖章)", "(章)", "(代章)"];
    let bare = normalise(line);
    let bare = SEALS.iter().find_map(|seal| bare.strip_suffix(seal)).unwrap_or(&bare);
    let bare = bare.trim_end_matches(|letter: char| !letter.is_alphanumeric());
    line.chars().count() <= LONGEST
        && !line.contains(['。', '；', '：', ':'])
        && ENDS.iter().any(|end| bare.ends_with(end))
}

/// 附件 or 附件2 alone on a line begins an annexed text; before a link it names files.
fn is_annex(body: &[&Line<'_>], at: usize) -> bool {
    let line = body[at];
    let is_heading = !line.in_link
        && line.text.len() < 30
        && normalise(&line.text).strip_prefix("附件").is_some_and(|rest| {
            rest.chars().all(|letter| letter.is_ascii_digit() || "一二三四五六七八九十".contains(letter))
        });
    is_heading && body.get(at + 1).is_none_or(|next| !next.in_link)
}

/// Whether after 附件： more has come than the names of the files, which stand above a signature.
fn is_of_annex(before: &[&Line<'_>]) -> bool {
    let Some(at) = before.iter().rposition(|line| line.text.starts_with("附件")) else { return false };
    before[at + 1..].iter().any(|line| {
        let is_numbered = line.text.chars().next().is_some_and(|letter| letter.is_ascii_digit());
        !line.in_link && !is_numbered && line.text.chars().any(char::is_alphanumeric)
    })
}
