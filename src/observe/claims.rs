//! The ledger of dates: every date a page claims, where it stands and what it means; one is chosen by rule, and claims
//! of publication that name another day are told as a disagreement.
//!
//! The rule ([`choose`]): what the reader sees as the publication date beside the title counts; then META PubDate; then
//! the date in the address; then a date of last change. Dates of signature, of files and of the transport are never taken
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

use std::collections::BTreeMap;

use url::Url;

use crate::{
    html::{Element, Go, Page, Step},
    model::{Attachment, DateClaim, DateMeaning, DateSource, Moment, beijing_date},
    text::{dates, normalise, tidy},
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
/// A labelled date inside the text this many lines after the title belongs to something the text speaks of.
const FAR_FROM_TITLE: usize = 30;
/// Most claims kept of one page.
const MOST_CLAIMS: usize = 40;

/// A line of visible text.
struct Line {
    text: String,
    in_body: bool,
    in_link: bool,
}

pub(super) fn read(
    page: &Page,
    url: &Url,
    meta: &BTreeMap<String, String>,
    body: Option<Element<'_>>,
    body_text: &str,
    title: Option<&str>,
    attachments: &[Attachment],
) -> Vec<DateClaim> {
    let mut claims = visible(&lines(page, body), title);
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
    claims.extend(signature(body_text));
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
    let differs = |claim: &&DateClaim| claim.meaning == DateMeaning::Published && claim.value.date != chosen.date;
    claims.iter().filter(differs).cloned().collect()
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

fn lines(page: &Page, body: Option<Element<'_>>) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    let mut text = String::new();
    let (mut body_depth, mut link_depth) = (0_usize, 0_usize);
    let mut flush = |text: &mut String, in_body: bool, in_link: bool| {
        let tidied = tidy(text);
        text.clear();
        if !tidied.is_empty() {
            lines.push(Line { text: tidied, in_body, in_link });
        }
    };
    page.body().walk(&mut |step| {
        match step {
            Step::Enter(element) if !element.is_seen() => return Go::Over,
            Step::Enter(element) => {
                if element.is_block() || element.name() == "a" {
                    flush(&mut text, body_depth > 0, link_depth > 0);
                }
                body_depth += usize::from(Some(element) == body);
                link_depth += usize::from(element.name() == "a");
            }
            Step::Leave(element) => {
                if element.is_block() || element.name() == "a" {
                    flush(&mut text, body_depth > 0, link_depth > 0);
                }
                body_depth -= usize::from(Some(element) == body);
                link_depth -= usize::from(element.name() == "a");
            }
            Step::Text(piece) => text.push_str(piece),
        }
        Go::On
    });
    flush(&mut text, false, false);
    lines
}

/// Dates on lines that are not prose and not part of a link, the publication date nearest the title first.
fn visible(lines: &[Line], title: Option<&str>) -> Vec<DateClaim> {
    let bare_title = title.map(normalise).unwrap_or_default();
    let title_at = (bare_title.chars().count() >= 2)
        .then(|| {
            let same =
                |line: &Line| may_begin(&line.text, &bare_title) && normalise(&line.text).starts_with(&bare_title);
            let is_it = |line: &Line| may_begin(&line.text, &bare_title) && normalise(&line.text) == bare_title;
            let exact = lines.iter().rposition(|line| !line.in_link && !line.in_body && is_it(line));
            exact.or_else(|| lines.iter().position(|line| !line.in_link && same(line)))
        })
        .flatten();
    let mut found: Vec<(usize, DateClaim)> = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        if line.in_link || line.text.len() > 1200 {
            continue;
        }
        for date in dates::find(&line.text) {
            let words = line.text.chars().count() - line.text[date.start..date.end].chars().count();
            if words > MOST_WORDS_BESIDE {
                continue;
            }
            let before = &line.text[..date.start];
            if is_reference(before, &line.text[date.end..]) {
                continue;
            }
            let label = match label_of(before) {
                // The label may stand in a cell or line of its own.
                Label::None if before.trim().is_empty() => lines
                    .get(at.wrapping_sub(1))
                    .filter(|above| above.text.chars().count() <= 12)
                    .map_or(Label::None, |above| label_of(&above.text)),
                label => label,
            };
            let distance = title_at.map(|title_at| at.abs_diff(title_at) + usize::from(at < title_at) * 2);
            let meaning = match label {
                Label::Else => continue,
                Label::Means(_) if line.in_body && distance.is_some_and(|distance| distance > FAR_FROM_TITLE) => {
                    continue;
                }
                Label::Means(meaning) => meaning,
                // Without a label only a date by the title or beside the source, outside the text, speaks of publication.
                Label::None => {
                    let beside_source =
                        ["来源", "作者", "浏览", "点击", "字体", "字号"].iter().any(|word| line.text.contains(word));
                    let near = beside_source || distance.is_some_and(|distance| distance <= NEAR_TITLE);
                    let is_row_date = words < 6 && beside_link(lines, at);
                    if line.in_body || !near || is_row_date || line.text.contains('。') {
                        continue;
                    }
                    DateMeaning::Published
                }
            };
            let weight = distance.unwrap_or(at + 100) + if label == Label::None { 5 } else { 0 };
            let value = Moment { date: date.date, time: date.time };
            let claim = DateClaim { value, source: DateSource::Visible, meaning, text: line.text.clone() };
            found.push((weight, claim));
        }
    }
    found.sort_by_key(|(weight, _)| *weight);
    found.into_iter().map(|(_, claim)| claim).collect()
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
    before.ends_with(['至', '到']) || WORDS.iter().any(|word| after.starts_with(word))
}

/// False where the first letter shows already that the text does not begin with the normalised words.
fn may_begin(text: &str, bare: &str) -> bool {
    let is_chinese = |letter: &char| matches!(letter, '\u{4E00}'..='\u{9FFF}');
    text.chars().next().filter(is_chinese).is_none_or(|letter| bare.starts_with(letter))
}

/// A bare date beside a link is the date of a list row.
fn beside_link(lines: &[Line], at: usize) -> bool {
    let is_link = |at: usize| lines.get(at).is_some_and(|line| line.in_link && line.text.chars().count() >= 6);
    is_link(at.wrapping_sub(1)) || is_link(at + 1)
}

/// What the words right before a date say it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Label {
    Means(DateMeaning),
    /// A label that is none of the document's dates: 留言时间, 截止日期, 开标时间.
    Else,
    None,
}

/// Labels by meaning; a label may have words before it (信息发布时间), but 时间 and 日期 must stand alone.
const LABELS: [(DateMeaning, &[&str]); 4] = [
    (
        DateMeaning::Written,
        &["成文日期", "成文时间", "发文日期", "发文时间", "印发日期", "印发时间", "签发日期", "制定日期", "成文"],
    ),
    (DateMeaning::Generated, &["生成日期", "生成时间", "产生日期", "形成日期", "形成时间"]),
    (DateMeaning::Updated, &["更新时间", "更新日期", "修改时间", "更新于", "最后更新", "更新"]),
    (
        DateMeaning::Published,
        &[
            "发布时间",
            "发布日期",
            "时间发布",
            "日期发布",
            "发布于",
            "发布",
            "公开日期",
            "公开时间",
            "公布日期",
            "公布时间",
            "发表时间",
            "发表日期",
            "发表于",
            "发表",
            "刊发时间",
            "刊登日期",
            "上传时间",
            "上网时间",
            "上网日期",
            "添加时间",
            "录入时间",
            "信息时间",
            "信息日期",
            "文章日期",
            "稿件日期",
            "公告日期",
            "公告时间",
            "日间",
        ],
    ),
];

fn label_of(before: &str) -> Label {
    let bare = normalise(before);
    let bare = bare.trim_end_matches([':', '[', '(', '【', '|', '-', '·']);
    for (meaning, labels) in LABELS {
        if labels.iter().any(|label| bare.ends_with(label)) {
            return Label::Means(meaning);
        }
    }
    let Some(word) = ["时间", "日期"].iter().find_map(|word| bare.strip_suffix(word)) else { return Label::None };
    if word.chars().next_back().is_some_and(char::is_alphabetic) {
        Label::Else
    } else {
        Label::Means(DateMeaning::Published)
    }
}

/// The date under a document: the last lines of the text, alone on its line.
fn signature(body_text: &str) -> Option<DateClaim> {
    let line = body_text.lines().rev().map(str::trim).filter(|line| !line.is_empty()).take(12).find_map(|line| {
        match dates::read_cell(line)? {
            dates::Cell::Full { date, time } => Some((line, Moment { date, time })),
            dates::Cell::MonthDay { .. } => None,
        }
    })?;
    Some(DateClaim { value: line.1, source: DateSource::Body, meaning: DateMeaning::Written, text: tidy(line.0) })
}
