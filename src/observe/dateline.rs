//! The line under an article's heading that tells its day and source, and the heading above it: the surest sign of an
//! article, and of its title where nothing calls itself one.

use super::{
    claims::{beside_link, in_pieces, is_tool, says_source},
    date_label::{Label, label_of},
    document::number_in,
    lines::{Line, is_among_cells},
    signature::is_organ,
};
use crate::text::{dates, normalise};

/// So many lines above the day its heading may stand.
const FAR: usize = 8;
/// Letters of a heading.
const HEADING: std::ops::RangeInclusive<usize> = 4..=100;
/// Letters of a heading that says what an article is about; sections have shorter names.
const LONG_HEADING: usize = 8;
/// Letters of a line that tells day and source.
const LONGEST: usize = 150;
/// Letters of the name of an organ.
const LONGEST_ORGAN: usize = 20;
/// So many lines that look like one are tried; a list repeats them in every row.
const MOST_TRIED: usize = 3;
/// Letters of a link that sets the size of letters: 大, 中, 小.
const LONGEST_TOOL: usize = 2;
/// More lines that tell a day are not looked at.
const MOST_TOLD: usize = 20;
/// More dates without a word are those of a list.
const MOST_ALONE: usize = 2;

/// The heading above the first line of a page that tells its day, other than these names of site and columns.
pub(super) fn heading(lines: &[Line<'_>], names: &[String]) -> Option<String> {
    // A day within the text after its first sentence is one that the text speaks of, or its signature.
    let is_sentence = |line: &Line<'_>| line.in_body && line.text.contains('。');
    let first_sentence = lines.iter().position(is_sentence).unwrap_or(lines.len());
    let is_before = |at: usize| at < first_sentence || lines.get(at).is_some_and(|line| !line.in_body);
    let told = (0..lines.len()).filter(|at| is_before(*at)).filter_map(|at| Some((at, tells_day(lines, at)?)));
    let told: Vec<(usize, Told)> = told.take(MOST_TOLD).collect();
    let alone = told.iter().filter(|(_, told)| *told == Told::Alone).count();
    let told = told.iter().filter(|(_, told)| *told == Told::Surely || alone <= MOST_ALONE);
    told.take(MOST_TRIED).find_map(|(at, _)| heading_above(lines, *at, names))
}

/// How a line tells the day of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Told {
    /// With a label, or beside the source.
    Surely,
    /// As a date without a word.
    Alone,
}

/// Whether a line with day or source stands under the title at that place, as under no name of a column: a list has
/// links there, and tells days in every row.
pub(super) fn stands_under(lines: &[Line<'_>], title_at: Option<usize>) -> bool {
    /// So many such lines an article has outside its text.
    const MOST: usize = 3;
    let Some(title) = title_at.and_then(|at| lines.get(at)).filter(|title| HEADING.contains(&title.length())) else {
        return false;
    };
    let from = title_at.unwrap_or_default();
    let is_row = |line: &Line<'_>| line.in_link && !is_tool(&line.text);
    let below = (from..lines.len()).take(FAR).take_while(|at| !lines.get(*at).is_some_and(is_row));
    let names_source = |line: &Line<'_>| {
        let bare = normalise(&line.text);
        ["来源:", "信息来源:", "文章来源:", "稿件来源:"].iter().any(|label| bare.starts_with(label))
    };
    let mut below = below.filter(|at| tells_day(lines, *at).is_some() || lines.get(*at).is_some_and(names_source));
    let is_list = || {
        let outside = (0..lines.len()).filter(|at| lines.get(*at).is_some_and(|line| !line.in_body));
        outside.filter(|at| tells_day(lines, *at).is_some()).nth(MOST).is_some()
    };
    // The short name of a column may stand over a date too; over a labelled day only an article's does.
    let is_told = |at: usize| title.length() >= LONG_HEADING || tells_day(lines, at) == Some(Told::Surely);
    !title.in_link && below.next().is_some_and(is_told) && !is_list()
}

/// Whether days with labels stand all over the page, as in a list whose rows show them.
pub(super) fn are_many(lines: &[Line<'_>]) -> bool {
    /// An article has fewer.
    const MANY: usize = 5;
    let told = (0..lines.len()).filter(|at| tells_day(lines, *at) == Some(Told::Surely));
    told.take(MANY).count() == MANY
}

fn tells_day(lines: &[Line<'_>], at: usize) -> Option<Told> {
    let line = lines.get(at)?;
    if line.dates.is_empty() {
        return (in_pieces(lines, at).is_some() && !beside_link(lines, at)).then_some(Told::Alone);
    }
    let date = line.dates.first().filter(|_| line.length() <= LONGEST)?;
    if line.text.contains('。') || line.in_cell {
        return None;
    }
    let before = &line.text[..date.start];
    let label = match (label_of(before), lines.get(at.wrapping_sub(1))) {
        (Label::None, Some(above)) if before.trim().is_empty() => label_of(&above.text),
        (label, _) => label,
    };
    match label {
        Label::Means(_) | Label::Step => Some(Told::Surely),
        Label::Else => None,
        Label::None if says_source(&line.text) => Some(Told::Surely),
        Label::None => (is_alone(line) && !beside_link(lines, at)).then_some(Told::Alone),
    }
}

/// A line that is a date and little else.
fn is_alone(line: &Line<'_>) -> bool {
    matches!(dates::read_cell(&line.text), Some(dates::Cell::Full { .. }))
}

fn heading_above(lines: &[Line<'_>], at: usize, names: &[String]) -> Option<String> {
    let from = at.saturating_sub(FAR);
    let mut nearest: Option<usize> = None;
    for place in (from..at).rev() {
        let line = lines.get(place)?;
        let is_tool = line.in_link && (is_tool(&line.text) || line.length() <= LONGEST_TOOL);
        let is_aside = !line.in_link && (is_beside_heading(line) || stands_among_cells(line));
        if is_tool || is_aside || names.contains(&normalise(&line.text)) {
            continue;
        }
        let is_signature = || line.in_body && line.length() <= LONGEST_ORGAN && is_organ(&line.text);
        let is_heading = HEADING.contains(&line.length()) && !line.in_link && !is_way(&line.text);
        if !is_heading || line.text.contains('。') || (!is_called_heading(line) && is_signature()) {
            break;
        }
        // What calls itself a heading counts before what stands nearer: a second title, a name.
        // But the name of a section or of an organ above the article's own long heading is none of the article's.
        if is_called_heading(line) {
            let is_name = line.length() < LONG_HEADING || is_organ(&line.text);
            let own = nearest.and_then(|place| lines.get(place));
            if !own.is_some_and(|own| is_name && own.length() >= LONG_HEADING) {
                nearest = Some(place);
            }
            break;
        }
        nearest = nearest.or(Some(place));
        if at - place > 4 {
            break;
        }
    }
    nearest.map(|place| whole(lines, place, lines.get(at)))
}

/// What may stand between a heading and its day: a second title, a number, source, tools.
fn is_beside_heading(line: &Line<'_>) -> bool {
    const LABELS: [&str; 12] =
        ["来源", "作者", "编辑", "浏览", "点击", "阅读", "字体", "字号", "分享", "索引号", "文号", "发布机构"];
    let text = line.text.as_str();
    let bare = normalise(text);
    let in_brackets = bare.starts_with(['(', '[', '【']) && bare.ends_with([')', ']', '】']);
    let is_number = || number_in(text).is_some_and(|number| normalise(&number) == bare);
    let is_label = || {
        let label = bare.split([':', '(', '[']).next().unwrap_or_default();
        label.len() < bare.len() && LABELS.iter().any(|word| label.ends_with(word)) && label.chars().count() <= 8
    };
    bare.chars().count() < *HEADING.start()
        || bare.starts_with('—')
        || bare.ends_with(':')
        || label_of(text) != Label::None
        || in_brackets
        || is_label()
        || is_number()
        || dates::read_cell(text).is_some()
}

/// In a cell beside others: an attribute of the document.
fn stands_among_cells(line: &Line<'_>) -> bool {
    let around = std::iter::once(line.block).chain(line.block.ancestors().take(2));
    around.into_iter().any(is_among_cells)
}

fn is_way(text: &str) -> bool {
    text.contains(['>', '＞', '»', '›']) || text.contains("位置：") || text.contains("位置:")
}

fn is_called_heading(line: &Line<'_>) -> bool {
    matches!(line.block.name(), "h1" | "h2" | "h3" | "ucaptitle")
}

/// A heading may be broken into lines, or have the organ's name in a line of its own: 青禾市人民政府 / 关于…的公告.
fn whole(lines: &[Line<'_>], place: usize, day: Option<&Line<'_>>) -> String {
    let Some(last) = lines.get(place) else { return String::new() };
    let mut text = last.text.clone();
    let mut length = last.length();
    for line in lines[..place].iter().rev().take(3) {
        let in_same = line.block == last.block && day.is_none_or(|day| day.block != last.block);
        let is_name = text.starts_with("关于") && is_organ(&line.text) && line.block.parent() == last.block.parent();
        length += line.length();
        if line.in_link || length > *HEADING.end() || !(in_same || is_name) || is_way(&line.text) {
            break;
        }
        text.insert_str(0, &line.text);
    }
    text
}
