//! Attached files and the attributes of policy documents: number, issuer, index number, validity.

use std::{collections::BTreeMap, sync::LazyLock};

use regex::Regex;

use crate::{
    html::{Element, Go, Page, Selector, Step, selector},
    model::{Attachment, PageFacts},
    text::{normalise, pattern, tidy},
};

const FILES: [&str; 12] =
    [".pdf", ".doc", ".docx", ".xls", ".xlsx", ".zip", ".rar", ".wps", ".et", ".ofd", ".ppt", ".pptx"];

/// 云政办发〔2022〕48号 in all the brackets that are used for the year.
static NUMBER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"[\p{Han}A-Za-z]{2,20}\s?[〔\[［【（(﹝]\s?(?:19|20)\d\d\s?[〕\]］】）)﹞]\s?第?\s?\d{1,5}\s?号")
});

/// Files the page offers.
pub(super) fn attachments(page: &Page) -> Vec<Attachment> {
    let mut found: Vec<Attachment> = Vec::new();
    for link in page.links() {
        // Most links are no files, which shows before they are resolved.
        let path = link.href.split(['?', '#']).next().unwrap_or_default().trim_end();
        let Some((_, ending)) = path.rsplit_once('.') else { continue };
        if ending.len() > 4 || !FILES.iter().any(|file| file[1..].eq_ignore_ascii_case(ending)) {
            continue;
        }
        let Some(url) = page.resolve(link.href) else { continue };
        let path = url.path().to_ascii_lowercase();
        if FILES.iter().any(|extension| path.ends_with(extension)) && !found.iter().any(|file| file.url == url.as_str())
        {
            let title = Some(tidy(&link.element.text())).filter(|text| !text.is_empty());
            let title = title.or_else(|| link.element.attr("title").map(tidy)).unwrap_or_default();
            found.push(Attachment { title, url: url.into() });
        }
    }
    found
}

/// The first document number in `text`, blanks taken out.
pub(super) fn number_in(text: &str) -> Option<String> {
    let found = text.contains('号').then(|| NUMBER.find(text))??;
    Some(found.as_str().split_whitespace().collect())
}

/// Fills number, issuer, index number and validity from the attribute table, META and the text under the title; answers
/// all labels of the page with their values.
pub(super) fn attributes(page: &Page, facts: &mut PageFacts) -> BTreeMap<String, String> {
    let stated = labelled(page);
    let value = |labels: &[&str]| {
        labels
            .iter()
            .find_map(|label| stated.get(*label))
            .filter(|text| text.chars().any(char::is_alphanumeric))
            .cloned()
    };
    facts.index_number = value(&["索引号", "信息索引", "索引", "索取号"]);
    facts.issuer = value(&[
        "发文机关",
        "发布机构",
        "发文机构",
        "发布单位",
        "发文单位",
        "制发机关",
        "公开主体",
        "公开责任部门",
        "发布机关",
    ]);
    facts.validity = value(&["有效性", "文件状态", "是否有效", "效力状态", "时效性", "时效", "公文时效"]);
    let opening: String = facts.body.chars().take(400).collect();
    facts.number = value(&["发文字号", "文号", "发文文号", "文件编号", "公文文号", "文件字号"])
        .filter(|text| text.contains(|letter: char| letter.is_ascii_digit()))
        .map(|text| number_in(&text).unwrap_or(text))
        .or_else(|| facts.title.as_deref().and_then(number_in))
        .or_else(|| number_alone(&opening));
    stated
}

/// Every document number in `text`, with the place where it begins.
pub(super) fn numbers_in(text: &str) -> impl Iterator<Item = (usize, String)> + '_ {
    NUMBER.find_iter(text).map(|found| (found.start(), found.as_str().split_whitespace().collect()))
}

/// A number in the opening that stands as a line of its own, not as a reference inside 《…》 or a sentence.
fn number_alone(opening: &str) -> Option<String> {
    let found = opening.contains('号').then(|| NUMBER.find(opening))??;
    let before = opening[..found.start()].trim_end();
    let is_reference = before.ends_with(['（', '(', '》', '《', '据', '照', '彻', '实', '的', '“']);
    (!is_reference && before.chars().count() < 120).then(|| found.as_str().split_whitespace().collect())
}

/// Labels and their values: neighbouring cells, or `label：value` within one element.
fn labelled(page: &Page) -> BTreeMap<String, String> {
    static CELLS: LazyLock<Selector> = LazyLock::new(|| selector("td, th, li, p, dt, dd, span, div, b, strong, label"));
    let mut found: BTreeMap<String, String> = BTreeMap::new();
    for cell in page.select(&CELLS).take(3000) {
        if !matches!(cell.name(), "td" | "th" | "dt") && !begins_with_label(cell) {
            continue;
        }
        let Some(text) = cell.text_up_to(600) else { continue };
        let text = tidy(&text);
        let (label, value) = match text.split_once(['：', ':']) {
            Some((label, value)) if !value.trim().is_empty() => (label, value.trim().to_owned()),
            Some((label, _)) => (label, neighbour(cell)),
            None if text.chars().count() <= 8 && matches!(cell.name(), "td" | "th" | "dt") => {
                (text.as_str(), neighbour(cell))
            }
            None => continue,
        };
        let label = normalise(label).trim_matches(['[', ']', '【', '】']).to_owned();
        let value = value.trim().to_owned();
        if !value.is_empty() && label.chars().count() <= 8 && value.chars().count() <= 80 && !value.contains('：') {
            found.entry(label).or_insert(value);
        }
    }
    found
}

/// Whether a colon stands within the first words of an element.
fn begins_with_label(cell: Element<'_>) -> bool {
    /// Letters of a label with the brackets around it.
    const LONGEST: usize = 16;
    /// A label is not wrapped in more.
    const MOST_STEPS: usize = 200;
    let (mut letters, mut found, mut steps) = (0, false, 0);
    cell.walk(&mut |step| {
        steps += 1;
        if steps > MOST_STEPS {
            return Go::Stop;
        }
        match step {
            Step::Enter(element) if !element.is_seen() => return Go::Over,
            Step::Enter(_) | Step::Leave(_) => {}
            Step::Text(text) => {
                for letter in text.chars().filter(|letter| !letter.is_whitespace()) {
                    found = matches!(letter, '：' | ':');
                    letters += 1;
                    if found || letters > LONGEST {
                        return Go::Stop;
                    }
                }
            }
        }
        Go::On
    });
    found
}

/// Labels of the attributes of documents, without blanks and brackets.
#[rustfmt::skip]
const LABELS: [&str; 36] = [
    "索引号", "信息索引", "信息索引号", "索取号", "发文机关", "发布机构", "发文机构", "发布单位", "发文单位", "制发机关", "公开主体", "公开责任部门",
    "发布机关", "有效性", "信息有效性", "文件状态", "是否有效", "效力状态", "时效性", "公文时效", "发文字号", "文号", "发文文号", "文件编号", "公文文号",
    "文件字号", "成文日期", "成文时间", "发布日期", "发布时间", "生成日期", "公开日期", "发文日期", "主题分类", "公开方式", "公开时限",
];

pub(super) fn is_label(element: Element<'_>) -> bool {
    let Some(text) = element.text_up_to(60) else { return false };
    let bare = normalise(&text);
    LABELS.contains(&bare.trim_matches(|letter: char| !letter.is_alphanumeric()))
}

/// The value beside a label; where labels fill a row, the one below. Another label is no value.
fn neighbour(cell: Element<'_>) -> String {
    let words = |element: Element<'_>| element.text_up_to(600).map(|text| tidy(&text)).unwrap_or_default();
    let heads_column = || is_label(cell) && cell.preceding().next().is_some_and(is_label);
    match cell.following().next() {
        Some(next) if is_label(next) => below(cell).map(words).unwrap_or_default(),
        Some(next) => words(next),
        None if matches!(cell.name(), "td" | "th") && heads_column() => below(cell).map(words).unwrap_or_default(),
        None => {
            let next = cell.parent().and_then(|outer| outer.following().next());
            next.filter(|next| !is_label(*next)).map(words).unwrap_or_default()
        }
    }
}

/// The cell under one of a row of labels, where the next row is as wide and the only one of values.
pub(super) fn below(cell: Element<'_>) -> Option<Element<'_>> {
    let is_cell = |element: &Element<'_>| matches!(element.name(), "td" | "th");
    let row = cell.parent().filter(|row| row.name() == "tr")?;
    let mut rows = row.following().filter(|row| row.name() == "tr");
    let values = rows.next()?;
    let is_as_wide = row.children().filter(is_cell).count() == values.children().filter(is_cell).count();
    let is_spanned = |row: Element<'_>| row.children().any(|cell| cell.attr("colspan").is_some_and(|span| span != "1"));
    let is_only_one = rows.next().is_none_or(|next| next.children().find(is_cell).is_some_and(is_label));
    if !is_as_wide || !is_only_one || is_spanned(row) || is_spanned(values) {
        return None;
    }
    let place = cell.preceding().filter(is_cell).count();
    values.children().filter(is_cell).nth(place).filter(|value| !is_label(*value))
}
