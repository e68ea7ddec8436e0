//! The ledger of dates: every date a page claims, where it stands and what it means; one is chosen by rule, and claims
//! of publication that name another day are told as a disagreement.
//!
//! The rule ([`choose`]): what the reader sees as the publication date beside the title counts; then META PubDate; then
//! the date in the address (before it 发文时间, where readers see no other date); then a date of last change. Dates of signature, of files and of the transport are never taken
//! for publication.
//!
//! | source | read from | means |
//! |---|---|---|
//! | visible | labels (发布时间, 成文日期 …), or alone beside the title | as the label says; without one 发布 |
//! | meta | META PubDate and its kin | as the name says |
//! | url | the page's address | 发布 |
//! | body | the last lines of the text, alone on a line | 成文 |
//! | attachment | name or address of an attached file | 生成 |
//! | header | Last-Modified | 更新 |
//! | list | the row that leads to the page: known only where the portal is folded | 发布 |
//!
//! Not taken: dates of legal references (2019年5月15日起施行, 2018年修正), of deadlines and events, numbers of documents,
//! telephones and identities.

use std::{collections::BTreeMap, sync::LazyLock};

use regex::Regex;
use url::Url;

use super::{
    date_label::{Label, label_of},
    lines::Line,
    signature::{self, is_organ},
};
use crate::{
    html::Element,
    model::{Attachment, DateClaim, DateMeaning, DateSource, Moment, beijing_date},
    text::{
        dates::{self, Cell, Found},
        pattern, tidy,
    },
};

/// META names that carry dates, the better ones first.
const META: [(&str, DateMeaning); 12] = [
    ("pubdate", DateMeaning::Published),
    ("publishdate", DateMeaning::Published),
    ("publishtime", DateMeaning::Published),
    ("firstpublishedtime", DateMeaning::Published),
    ("article:published_time", DateMeaning::Published),
    ("og:published_time", DateMeaning::Published),
    ("publish_time", DateMeaning::Published),
    ("docreltime", DateMeaning::Published),
    ("createdate", DateMeaning::Generated),
    ("htmlgeneratetime", DateMeaning::Generated),
    ("lastmodifiedtime", DateMeaning::Updated),
    ("lastmodified", DateMeaning::Updated),
];

/// A line with more words beside the date is prose.
const MOST_WORDS_BESIDE: usize = 70;
/// So many lines after the title an unlabelled date may stand.
const NEAR_TITLE: usize = 8;
/// So many lines after the title its own line of day and source stands.
const BESIDE_TITLE: usize = 3;
/// A labelled date inside the text this many lines after the title belongs to something the text speaks of.
const FAR_FROM_TITLE: usize = 30;
/// Most claims kept of one page.
const MOST_CLAIMS: usize = 40;
/// Letters of a label, or of the words beside a date that is told alone.
const LONGEST_LABEL: usize = 12;
/// Bytes of a line with a date in short form and its label.
const LONGEST_SHORT: usize = 240;
/// Bytes of a piece of a date that is set in pieces: 09日2022年11月.
const LONGEST_PIECE: usize = 20;
/// A longer line of the text is a paragraph.
const MOST_WORDS_OF_HEAD: usize = 60;
/// So many lines may stand between the heading and the first paragraph.
const LINES_OF_HEAD: usize = 6;
/// How many lines nearer the title a date with a label would be as good as one without.
const UNLABELLED: usize = 5;
/// The same for one within the text.
const UNLABELLED_IN_TEXT: usize = 15;

/// The claims of a page; `title_at`: the line that shows its title.
pub(super) fn read(
    lines: &[Line<'_>],
    url: &Url,
    meta: &BTreeMap<String, String>,
    title_at: Option<usize>,
    attachments: &[Attachment],
) -> Vec<DateClaim> {
    let mut claims = visible(lines, title_at);
    for (name, meaning) in META {
        if let Some(text) = meta.get(name)
            && let Some(value) = moment(text)
        {
            claims.push(DateClaim { value, source: DateSource::Meta, meaning, text: tidy(text) });
        }
    }
    if let Some(date) = dates::in_path(url.path()) {
        let claim = DateClaim {
            value: Moment::day(date),
            source: DateSource::Url,
            meaning: DateMeaning::Published,
            text: url.path().to_owned(),
        };
        claims.push(claim);
    }
    claims.extend(signature::read(lines, choose(&claims).map(|published| published.date)));
    claims.extend(attachments.iter().filter_map(of_file));
    claims.truncate(MOST_CLAIMS);
    claims
}

/// The date a file's name or address tells.
fn of_file(file: &Attachment) -> Option<DateClaim> {
    let named = || dates::first(&file.title).map(|(date, _)| (date, tidy(&file.title)));
    let addressed = || {
        let path = Url::parse(&file.url).ok()?.path().to_owned();
        Some((dates::in_path(&path)?, path))
    };
    let (date, text) = named().or_else(addressed)?;
    let value = Moment::day(date);
    Some(DateClaim { value, source: DateSource::Attachment, meaning: DateMeaning::Generated, text })
}

/// The claim of a Last-Modified header, the Beijing day.
pub fn of_header(last_modified: &str) -> Option<DateClaim> {
    let at = jiff::fmt::rfc2822::parse(last_modified).ok()?.timestamp();
    Some(DateClaim {
        value: Moment::day(beijing_date(at)),
        source: DateSource::Header,
        meaning: DateMeaning::Updated,
        text: last_modified.to_owned(),
    })
}

/// Claims of publication that name another day than the chosen one.
pub(super) fn disagreement(claims: &[DateClaim], chosen: Option<Moment>) -> Vec<DateClaim> {
    let Some(chosen) = chosen else { return Vec::new() };
    // A day of sending out, chosen for want of another, is no claim of publication and contradicts none.
    if issued(claims) == Some(chosen) {
        return Vec::new();
    }
    let differs = |claim: &&DateClaim| claim.meaning == DateMeaning::Published && claim.value.date != chosen.date;
    claims.iter().filter(differs).cloned().collect()
}

/// The day a document was sent out (发文时间), where it is the only date a reader sees.
fn issued(claims: &[DateClaim]) -> Option<Moment> {
    let mut visible = claims.iter().filter(|claim| claim.source == DateSource::Visible);
    let only = visible.next().filter(|claim| claim.meaning == DateMeaning::Written)?;
    let is_labelled = ["发文时间", "发文日期"].iter().any(|label| only.text.contains(label));
    (visible.next().is_none() && is_labelled).then_some(only.value)
}

/// The publication date among the claims.
pub(super) fn choose(claims: &[DateClaim]) -> Option<Moment> {
    let by = |source: DateSource, meaning: DateMeaning| {
        claims.iter().find(|claim| claim.source == source && claim.meaning == meaning).map(|claim| claim.value)
    };
    let shown = by(DateSource::Visible, DateMeaning::Published);
    let stated = by(DateSource::Meta, DateMeaning::Published);
    if let (Some(shown), Some(stated)) = (shown, stated) {
        // The same day twice: keep the one that knows the hour.
        return Some(if shown.time.is_none() && stated.date == shown.date { stated } else { shown });
    }
    shown
        .or(stated)
        .or_else(|| issued(claims))
        .or_else(|| by(DateSource::Url, DateMeaning::Published))
        .or_else(|| by(DateSource::Visible, DateMeaning::Updated))
        .or_else(|| by(DateSource::Visible, DateMeaning::Generated))
        .or_else(|| by(DateSource::Meta, DateMeaning::Generated))
}

/// The date of a text that holds one and little else.
fn moment(text: &str) -> Option<Moment> {
    if let Some((date, time)) = dates::first(text) {
        return Some(Moment { date, time });
    }
    match dates::read_cell(text)? {
        dates::Cell::Full { date, time } => Some(Moment { date, time }),
        dates::Cell::MonthDay { .. } => None,
    }
}

/// Dates on lines that are not prose and not part of a link, the publication date nearest the title first.
fn visible(lines: &[Line<'_>], title_at: Option<usize>) -> Vec<DateClaim> {
    let head = Head::of(lines, title_at);
    let mut found: Vec<(usize, DateClaim)> = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let distance = title_at.map(|title_at| at.abs_diff(title_at) + usize::from(at < title_at) * 2);
        for date in &line.dates {
            if let Some((claim, is_labelled)) = of_line(lines, at, date, distance, &head) {
                let unlabelled = if line.in_body { UNLABELLED_IN_TEXT } else { UNLABELLED };
                let weight = distance.unwrap_or(at + 100) + if is_labelled { 0 } else { unlabelled };
                found.push((weight, claim));
            }
        }
        if line.dates.is_empty()
            && let Some((claim, is_labelled)) = in_short(lines, at, distance, &head)
        {
            let weight = distance.unwrap_or(at + 100) + if is_labelled { 0 } else { UNLABELLED_IN_TEXT };
            found.push((weight, claim));
        }
    }
    found.sort_by_key(|(weight, _)| *weight);
    found.into_iter().map(|(_, claim)| claim).collect()
}

/// The claim of one full date of a line, and whether it is labelled.
fn of_line(
    lines: &[Line<'_>],
    at: usize,
    date: &Found,
    distance: Option<usize>,
    head: &Head,
) -> Option<(DateClaim, bool)> {
    let line = lines.get(at)?;
    let (before, after) = (&line.text[..date.start], &line.text[date.end..]);
    let words = line.length() - line.text[date.start..date.end].chars().count();
    if words > MOST_WORDS_BESIDE || is_reference(before, after) {
        return None;
    }
    // The label may stand in a cell or line of its own.
    let above = before.trim().is_empty().then(|| lines.get(at.wrapping_sub(1))).flatten();
    let above = above.filter(|above| above.length() <= LONGEST_LABEL);
    let label = match (label_of(before), above) {
        (Label::None, Some(above)) => label_of(&above.text),
        (Label::None, None) if opens_span(after) => return None,
        (label, _) => label,
    };
    let label = match label {
        Label::None if before.trim().is_empty() => label_of_column(line),
        label => label,
    };
    let has_source = says_source(&line.text);
    let is_beside_title = distance.is_some_and(|distance| distance <= BESIDE_TITLE);
    let label =
        if has_source || (is_beside_title && !before.contains("提交")) { label.beside_source() } else { label };
    let meaning = match label {
        Label::Else => return None,
        Label::Means(_) if line.in_body && distance.is_some_and(|distance| distance > FAR_FROM_TITLE) => return None,
        Label::Means(meaning) => meaning,
        Label::Step => DateMeaning::Generated,
        // Without a label only a date by the title or beside the source speaks of publication.
        Label::None => {
            let is_near = has_source || distance.is_some_and(|distance| distance <= NEAR_TITLE);
            let is_source = is_beside_title && lines.get(at + 1).is_some_and(is_link_to_source);
            let is_row_date = words < 6 && !has_source && !is_source && beside_link(lines, at);
            let is_out = line.in_body && !(head.holds(at) && !line.in_cell && tells_alone(line, date, has_source));
            let is_signed = || words == 0 && date.time.is_none() && is_signature(lines, at, date);
            if !is_near || is_row_date || is_out || line.text.contains('。') || is_signed() {
                return None;
            }
            DateMeaning::Published
        }
    };
    let value = Moment { date: date.date, time: date.time };
    let text = match above.filter(|_| meaning == DateMeaning::Written) {
        Some(above) => format!("{} {}", above.text, line.text),
        None => line.text.clone(),
    };
    Some((DateClaim { value, source: DateSource::Visible, meaning, text }, label != Label::None))
}

static SHORT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"^(.*[:：])\s*([0-9]{2}[-./年][0-9]{1,2}[-./月][0-9]{1,2}日?|(?:19|20)[0-9]{6})(?:[^0-9]|$)")
});

/// The claim of a line without a full date: one in short form behind its label (`发布时间：20230506`, `日期：23-05-06`),
/// or the day set apart from month and year near the title (`06` above `2023-05`).
fn in_short(lines: &[Line<'_>], at: usize, distance: Option<usize>, head: &Head) -> Option<(DateClaim, bool)> {
    let line = lines.get(at).filter(|line| line.text.len() <= LONGEST_SHORT)?;
    if !line.text.contains(|letter: char| letter.is_ascii_digit()) {
        return None;
    }
    let claim = |cell, meaning, text: &str| match cell {
        Cell::Full { date, time } => {
            let value = Moment { date, time };
            Some(DateClaim { value, source: DateSource::Visible, meaning, text: text.to_owned() })
        }
        Cell::MonthDay { .. } => None,
    };
    if line.in_link {
        // A date dressed as a link, behind a label that is none.
        let above = lines.get(at.wrapping_sub(1)).filter(|above| !above.in_link)?;
        let Label::Means(meaning) = label_of(&above.text) else { return None };
        return Some((claim(dates::read_cell(&line.text)?, meaning, &line.text)?, true));
    }
    if let Some(captures) = SHORT.captures(&line.text) {
        let before = captures.get(1)?;
        if let Label::Means(meaning) = label_of(before.as_str()) {
            return Some((claim(dates::read_cell(captures.get(2)?.as_str())?, meaning, &line.text)?, true));
        }
    }
    let is_near = distance.is_some_and(|distance| distance <= NEAR_TITLE) && (!line.in_body || head.holds(at));
    if !is_near || beside_link(lines, at) {
        return None;
    }
    let (cell, pieces) = in_pieces(lines, at)?;
    Some((claim(cell, DateMeaning::Published, &pieces)?, false))
}

/// A date whose day is set apart from month and year, in one line without blanks or in up to three: `06` / `2023-05`.
pub(super) fn in_pieces(lines: &[Line<'_>], at: usize) -> Option<(Cell, String)> {
    /// Figures of the shortest date (2023 5 6).
    const LEAST: usize = 6;
    let is_of_date = |letter: char| letter.is_ascii_digit() || "年月日-/. ".contains(letter);
    let mut pieces = String::new();
    for piece in lines[at..].iter().take(3) {
        let is_piece = !piece.in_link && piece.dates.is_empty() && piece.text.len() <= LONGEST_PIECE;
        if !is_piece || !piece.text.chars().all(is_of_date) {
            return None;
        }
        pieces.push_str(&piece.text);
        if pieces.bytes().filter(u8::is_ascii_digit).count() >= LEAST
            && let Some(full @ Cell::Full { .. }) = dates::read_cell(&pieces)
        {
            return Some((full, pieces));
        }
        pieces.push(' ');
    }
    None
}

/// The lines of the article text that stand before its first paragraph.
struct Head {
    from: usize,
    end: usize,
}

impl Head {
    fn of(lines: &[Line<'_>], title_at: Option<usize>) -> Self {
        let opening = lines.iter().position(|line| line.in_body).unwrap_or(lines.len());
        let from = title_at.map_or(opening, |title_at| opening.max(title_at));
        let is_prose = |line: &Line<'_>| line.text.contains('。') || line.length() > MOST_WORDS_OF_HEAD;
        let skipped = usize::from(Some(from) == title_at);
        let after = lines.iter().skip(from + skipped).take(LINES_OF_HEAD);
        let length = after.take_while(|line| line.in_body && !line.in_cell && !is_prose(line)).count();
        Self { from, end: from + skipped + length }
    }

    fn holds(&self, at: usize) -> bool {
        (self.from..self.end).contains(&at)
    }
}

/// Whether a line of the text itself is about nothing but the day and the source. A day in round brackets under the
/// heading is the day of a speech.
fn tells_alone(line: &Line<'_>, date: &Found, has_source: bool) -> bool {
    if has_source || date.time.is_some() {
        return true;
    }
    let (before, after) = (&line.text[..date.start], &line.text[date.end..]);
    let words = before.chars().chain(after.chars()).filter(|letter| letter.is_alphanumeric()).count();
    let is_parted = !before.ends_with(char::is_alphanumeric) && !after.starts_with(char::is_alphanumeric);
    is_parted && words <= LONGEST_LABEL && !(is_written_out(line, date) && before.trim_end().ends_with(['(', '（']))
}

/// 2023年5月6日 rather than 2023-05-06.
fn is_written_out(line: &Line<'_>, date: &Found) -> bool {
    line.text[date.start..date.end].contains('年')
}

/// A day written out under the name of an organ, with no text below.
fn is_signature(lines: &[Line<'_>], at: usize, date: &Found) -> bool {
    let under_organ = || at.checked_sub(1).and_then(|at| lines.get(at)).is_some_and(|above| is_organ(&above.text));
    let below = || lines.iter().skip(at + 1).take(3);
    lines.get(at).is_some_and(|line| is_written_out(line, date))
        && under_organ()
        && !below().any(|line| !line.in_link && line.text.contains('。'))
}

/// A link to the site an article was taken from: 青禾市人民政府网.
fn is_link_to_source(line: &Line<'_>) -> bool {
    const ENDS: [&str; 8] = ["网", "网站", "报", "社", "台", "融媒", "发布", "日报"];
    line.in_link && line.length() <= LONGEST_LABEL && (ENDS.iter().any(|end| line.text.ends_with(end)))
}

/// Words that stand on one line with source and author of an article.
pub(super) fn says_source(text: &str) -> bool {
    ["来源", "作者", "浏览", "点击", "字体", "字号", "阅读", "稿源", "责编", "责任编辑"]
        .iter()
        .any(|word| text.contains(word))
}

/// What the cell above says, where one row of values stands under a row of labels.
fn label_of_column(line: &Line<'_>) -> Label {
    let cells = std::iter::once(line.block).chain(line.block.ancestors().take(2));
    let cell = cells.into_iter().find(|element| matches!(element.name(), "td" | "th"));
    let above = cell.and_then(head_of_column).and_then(|above| above.text_up_to(60));
    above.map_or(Label::None, |above| label_of(&above))
}

/// The cell above one, in a table of a row of labels and a row of values.
fn head_of_column(cell: Element<'_>) -> Option<Element<'_>> {
    let is_cell = |element: &Element<'_>| matches!(element.name(), "td" | "th");
    let row = cell.parent().filter(|row| row.name() == "tr")?;
    let mut others = row.preceding().filter(|row| row.name() == "tr");
    let labels = others.next().filter(|_| others.next().is_none())?;
    let is_last = !row.following().any(|row| row.name() == "tr");
    let is_as_wide = row.children().filter(is_cell).count() == labels.children().filter(is_cell).count();
    let place = cell.preceding().filter(is_cell).count();
    (is_last && is_as_wide).then(|| labels.children().filter(is_cell).nth(place)).flatten()
}

/// Whether what stands around a date makes it one of a legal reference, a deadline or a span: none of the page's own.
fn is_reference(before: &str, after: &str) -> bool {
    const WORDS: [&str; 14] = [
        "起施行",
        "起实施",
        "起执行",
        "起生效",
        "施行",
        "修订",
        "修正",
        "通过",
        "以前",
        "之前",
        "前",
        "截止",
        "起至",
        "至",
    ];
    let (before, after) = (before.trim_end(), after.trim_start());
    before.ends_with(['至', '到'])
        || before.trim_end_matches([':', '：', ' ']).ends_with("今天是")
        || closes_span(before)
        || WORDS.iter().any(|word| after.starts_with(word))
}

/// What stands between the two days of a span.
const SPAN: [char; 8] = ['~', '～', '—', '－', '-', '–', '―', '〜'];

/// Another date and a dash stand before: the end of a span.
fn closes_span(before: &str) -> bool {
    let earlier = before.trim_end_matches(|letter: char| SPAN.contains(&letter) || letter.is_whitespace());
    before[earlier.len()..].contains(SPAN) && dates::find(earlier).last().is_some_and(|date| date.end == earlier.len())
}

/// A dash and another date follow: the beginning of a span.
fn opens_span(after: &str) -> bool {
    let rest = after.trim_start_matches(|letter: char| SPAN.contains(&letter) || letter.is_whitespace());
    after[..after.len() - rest.len()].contains(SPAN) && dates::find(rest).first().is_some_and(|date| date.start == 0)
}

/// A bare date beside a link is the date of a list row, unless the link is a tool of the page.
pub(super) fn beside_link(lines: &[Line<'_>], at: usize) -> bool {
    let is_link =
        |at: usize| lines.get(at).is_some_and(|line| line.in_link && line.length() >= 6 && !is_tool(&line.text));
    is_link(at.wrapping_sub(1)) || is_link(at + 1)
}

/// Whether a link is for doing something with the page: 打印本页, 关闭窗口, 分享到微信.
pub(super) fn is_tool(link: &str) -> bool {
    const TOOLS: [&str; 13] =
        ["打印", "关闭", "收藏", "分享", "字号", "字体", "返回", "复制", "朗读", "纠错", "扫一扫", "微信", "微博"];
    link.chars().count() <= 12 && TOOLS.iter().any(|tool| link.contains(tool))
}
