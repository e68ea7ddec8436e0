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

use std::collections::BTreeMap;

use url::Url;

use super::signature;
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
pub(super) struct Line {
    pub(super) text: String,
    pub(super) in_body: bool,
    pub(super) in_link: bool,
    /// In a cell of the text's own tables, beside other cells.
    pub(super) in_cell: bool,
}

pub(super) fn read(
    page: &Page,
    url: &Url,
    meta: &BTreeMap<String, String>,
    body: Option<Element<'_>>,
    title: Option<&str>,
    attachments: &[Attachment],
) -> Vec<DateClaim> {
    let lines = lines(page, body);
    let mut claims = visible(&lines, title);
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
    claims.extend(signature::read(&lines, choose(&claims).map(|published| published.date)));
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

fn lines(page: &Page, body: Option<Element<'_>>) -> Vec<Line> {
    /// What the walk is inside of.
    #[derive(Clone, Copy, Default)]
    struct Depth {
        body: usize,
        link: usize,
        cell: usize,
    }
    let mut lines: Vec<Line> = Vec::new();
    let mut text = String::new();
    let mut depth = Depth::default();
    let mut flush = |text: &mut String, depth: Depth| {
        let tidied = tidy(text);
        text.clear();
        if !tidied.is_empty() {
            let (in_body, in_link, in_cell) = (depth.body > 0, depth.link > 0, depth.cell > 0);
            lines.push(Line { text: tidied, in_body, in_link, in_cell });
        }
    };
    page.body().walk(&mut |step| {
        match step {
            Step::Enter(element) if !element.is_seen() => return Go::Over,
            Step::Enter(element) => {
                if element.is_block() || element.name() == "a" {
                    flush(&mut text, depth);
                }
                depth.cell += usize::from(depth.body > 0 && is_among_cells(element));
                depth.body += usize::from(Some(element) == body);
                depth.link += usize::from(element.name() == "a");
            }
            Step::Leave(element) => {
                if element.is_block() || element.name() == "a" {
                    flush(&mut text, depth);
                }
                depth.body -= usize::from(Some(element) == body);
                depth.cell -= usize::from(depth.body > 0 && is_among_cells(element));
                depth.link -= usize::from(element.name() == "a");
            }
            Step::Text(piece) => text.push_str(piece),
        }
        Go::On
    });
    flush(&mut text, Depth::default());
    lines
}

/// A cell with others in its row; one alone in its row only gives the text its place.
fn is_among_cells(element: Element<'_>) -> bool {
    let is_cell = |element: Element<'_>| matches!(element.name(), "td" | "th");
    is_cell(element) && (element.following().any(is_cell) || element.preceding().any(is_cell))
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
            // The label may stand in a cell or line of its own.
            let above = before.trim().is_empty().then(|| lines.get(at.wrapping_sub(1))).flatten();
            let above = above.filter(|above| above.text.chars().count() <= 12);
            let label = match (label_of(before), above) {
                (Label::None, Some(above)) => label_of(&above.text),
                (Label::None, None) if opens_span(&line.text[date.end..]) => continue,
                (label, _) => label,
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
            let text = match above.filter(|_| meaning == DateMeaning::Written) {
                Some(above) => format!("{} {}", above.text, line.text),
                None => line.text.clone(),
            };
            let claim = DateClaim { value, source: DateSource::Visible, meaning, text };
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
    before.ends_with(['至', '到']) || closes_span(before) || WORDS.iter().any(|word| after.starts_with(word))
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
pub(super) enum Label {
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

/// Endings of words whose 时间 or 日期 is never the publication's.
#[rustfmt::skip]
const NO_PUBLICATION: [&str; 22] = [
    "截止", "截至", "开标", "会议", "活动", "留言", "来信", "报名", "征集", "施行", "实施", "生效", "有效", "失效", "废止", "办理", "回复",
    "答复", "受理", "考试", "开始", "结束",
];

pub(super) fn means_written(label: Label) -> bool {
    label == Label::Means(DateMeaning::Written)
}

pub(super) fn label_of(before: &str) -> Label {
    let bare = normalise(before);
    let bare = bare.trim_end_matches([':', '[', '(', '【', '|', '-', '·']);
    for (meaning, labels) in LABELS {
        if labels.iter().any(|label| bare.ends_with(label)) {
            return Label::Means(meaning);
        }
    }
    let Some(word) = ["时间", "日期"].iter().find_map(|word| bare.strip_suffix(word)) else { return Label::None };
    let stands_alone = !word.chars().next_back().is_some_and(char::is_alphabetic);
    if stands_alone || follows_source(before, word) { Label::Means(DateMeaning::Published) } else { Label::Else }
}

/// Whether the words before 时间 are those of a source or an author (`来源：县民政局　时间：`), so that it stands alone.
/// `word` is all that stands before it, normalised.
fn follows_source(before: &str, word: &str) -> bool {
    /// What is said of an article beside its date.
    const LABELS: [&str; 14] = [
        "来源",
        "出处",
        "作者",
        "编辑",
        "审核",
        "责编",
        "撰稿",
        "供稿",
        "记者",
        "发布人",
        "发布者",
        "信息员",
        "通讯员",
        "发布机构",
    ];
    /// Ends of names of those who are sources.
    const SOURCES: [&str; 16] = [
        "局",
        "政府",
        "办公室",
        "政府办",
        "县府办",
        "委员会",
        "厅",
        "院",
        "中心",
        "网",
        "网站",
        "本站",
        "报",
        "社",
        "电视台",
        "融媒",
    ];
    /// Letters of a person's name, or of a name for the administrator's account.
    const PERSON: usize = 3;
    let Some((labels, value)) = word.rsplit_once(':') else { return false };
    let Some(label) = LABELS.iter().find(|label| labels.ends_with(**label)) else { return false };
    if value.is_empty() || NO_PUBLICATION.iter().any(|end| value.ends_with(end)) {
        return false;
    }
    let shown = before.trim_end_matches(|letter: char| letter.is_whitespace() || ":：[(（【|".contains(letter));
    let is_parted = shown
        .strip_suffix("时间")
        .or_else(|| shown.strip_suffix("日期"))
        .is_some_and(|rest| rest.ends_with(char::is_whitespace));
    let is_person = !matches!(*label, "来源" | "出处" | "发布机构") && value.chars().count() <= PERSON;
    is_parted || is_person || SOURCES.iter().any(|end| value.ends_with(end))
}
