//! The dates of a row: what each of them means, by the label before it or the heading of its column, and which of them
//! is the day on which the row came.

use std::sync::LazyLock;

use jiff::civil::{Date, Time};
use regex::Regex;

use crate::text::{
    dates::{self, Cell},
    normalise, pattern,
};

/// What a date of a row means, the less telling first. The row's own is the most telling; of two equals the later, for
/// nothing is published before it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Meaning {
    /// A step or an event of what the row is about: 答复时间, 会议时间.
    Event,
    /// 成文日期 and its kin.
    Written,
    /// 更新时间.
    Updated,
    /// Unlabelled among a few other words.
    Beside,
    /// Unlabelled and alone, or labelled 时间 or 日期 without more.
    Plain,
    /// 发布日期 and its kin.
    Published,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    pub cell: Cell,
    pub meaning: Meaning,
}

/// What words announce that stand before something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Label {
    Date(Meaning),
    /// 截止日期, 施行日期: not a day on which a row can have come.
    NoDay,
    /// 来源, 发布机构: a link after it leads to whoever is meant.
    Source,
    /// Any other name of a column: 标题, 文号, 序号.
    Other,
}

/// Longer texts are prose, unless a label stands before the date.
const LONGEST: usize = 60;
/// In longer texts (bytes) not even labels are looked for.
const LONGEST_LABELLED: usize = 500;

const PUBLISHED: [&str; 22] = [
    "发布",
    "公布",
    "公开",
    "发稿",
    "上传",
    "录入",
    "添加",
    "登载",
    "刊登",
    "刊发",
    "发表",
    "上网",
    "信息",
    "推送",
    "新闻",
    "挂网",
    "公示",
    "公告",
    "发布于",
    "发表于",
    "加入",
    "上线",
];
const UPDATED: [&str; 4] = ["更新", "修改", "更新于", "最后更新"];
const WRITTEN: [&str; 14] =
    ["成文", "生成", "印发", "签发", "制发", "制定", "形成", "产生", "发文", "落款", "文件", "编制", "创建", "制作"];
const NO_DAY: [&str; 18] = [
    "截止",
    "截至",
    "截止到",
    "结束",
    "到期",
    "有效期",
    "有效期至",
    "有效期限",
    "失效",
    "废止",
    "实施",
    "施行",
    "生效",
    "执行",
    "起",
    "止",
    "至",
    "期限",
];
const SOURCES: [&str; 16] = [
    "来源",
    "出处",
    "作者",
    "供稿",
    "发布机构",
    "发文机关",
    "发文机构",
    "发布单位",
    "发布者",
    "责任单位",
    "责任部门",
    "发布部门",
    "信息来源",
    "稿源",
    "单位",
    "部门",
];
const COLUMNS: [&str; 16] = [
    "序号",
    "编号",
    "标题",
    "名称",
    "文号",
    "字号",
    "索引号",
    "状态",
    "操作",
    "有效性",
    "主题",
    "类别",
    "类型",
    "事项",
    "内容",
    "信件编号",
];

/// What the last words of a text announce.
pub(super) fn label_at_end(text: &str) -> Option<Label> {
    /// No label is longer than this many bytes with the blanks that space it out.
    const FAR: usize = 60;
    // Most texts are told by their last letter.
    let last = text.trim_end().chars().next_back()?;
    if text.len() > 36 && !":：]】[【)）(（期间".contains(last) {
        return None;
    }
    let near = &text[text.ceil_char_boundary(text.len().saturating_sub(FAR))..];
    let near = normalise(near);
    let bare = near.trim_end_matches(|letter: char| ":]】)[(【".contains(letter));
    let words = bare.rsplit(|letter: char| !is_han(letter)).next().unwrap_or_default();
    if words.is_empty() {
        return (bare.ends_with("date") || bare.ends_with("time")).then_some(Label::Date(Meaning::Plain));
    }
    // 2022年政府信息公开 is no label of what follows it; 公开: is.
    let is_marked = near.len() > bare.len();
    let stem = ["日期", "时间", "年月日"].iter().find_map(|ending| words.strip_suffix(ending));
    let says = |names: &[&str]| match stem {
        Some(stem) => names.iter().any(|name| stem.ends_with(name)),
        None => names.iter().any(|name| words == *name || (is_marked && words.ends_with(name))),
    };
    match stem {
        Some("") => Some(Label::Date(Meaning::Plain)),
        _ if says(&NO_DAY) => Some(Label::NoDay),
        _ if says(&PUBLISHED) => Some(Label::Date(Meaning::Published)),
        _ if says(&UPDATED) => Some(Label::Date(Meaning::Updated)),
        _ if says(&WRITTEN) => Some(Label::Date(Meaning::Written)),
        Some(_) => Some(Label::Date(Meaning::Event)),
        None if says(&SOURCES) => Some(Label::Source),
        None if says(&COLUMNS) => Some(Label::Other),
        None => None,
    }
}

fn is_han(letter: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&letter)
}

/// The dates that a text of a row shows; `announced` is what the text before it or its column says.
pub(super) fn stamps(text: &str, announced: Option<Label>) -> Vec<Stamp> {
    let text = text.trim();
    if text.len() > LONGEST_LABELLED || !text.contains(|letter: char| letter.is_numeric() || letter == '年') {
        return Vec::new();
    }
    let found = dates::find(text);
    if found.is_empty() {
        let cell = cell_without_clock(text).or_else(|| {
            // A label longer than a cell may have.
            let at = text.find(|letter: char| letter.is_numeric())?;
            label_at_end(&text[..at]).and_then(|_| cell_without_clock(&text[at..]))
        });
        let Some(cell) = cell else { return Vec::new() };
        let own = text.find(|letter: char| letter.is_numeric()).and_then(|at| label_at_end(&text[..at]));
        return meant(own.or(announced)).map(|meaning| Stamp { cell, meaning }).into_iter().collect();
    }
    let mut stamps: Vec<Stamp> = Vec::new();
    for (at, date) in found.iter().enumerate() {
        let from = at.checked_sub(1).and_then(|above| found.get(above)).map_or(0, |above| above.end);
        let before = &text[from..date.start];
        // 2023-05-06至2023-06-05: the second day ends what the first begins.
        if at > 0 && is_span(before) {
            continue;
        }
        let mut after = &text[date.end..];
        let mut is_only = found.len() == 1;
        if let Some(end) = found.get(at + 1).filter(|next| is_span(&text[date.end..next.start])) {
            after = &text[end.end..];
            is_only = found.len() == 2;
        }
        let cell = Cell::Full { date: date.date, time: date.time };
        let label = label_at_end(before).filter(|label| *label != Label::Other && *label != Label::Source);
        let trailing = || normalise(after).starts_with("发布").then_some(Label::Date(Meaning::Published));
        let meaning = match label.or_else(trailing) {
            Some(label) => meant(Some(label)),
            None if !has_words(before) && !has_words(after) && is_only => meant(announced),
            None if stands_apart(text, before, after) => match announced {
                Some(_) if !has_words(before) => meant(announced),
                _ => Some(Meaning::Beside),
            },
            None => None,
        };
        stamps.extend(meaning.map(|meaning| Stamp { cell, meaning }));
    }
    stamps
}

fn meant(label: Option<Label>) -> Option<Meaning> {
    match label {
        Some(Label::Date(meaning)) => Some(meaning),
        Some(Label::NoDay) => None,
        Some(Label::Source | Label::Other) | None => Some(Meaning::Plain),
    }
}

fn has_words(text: &str) -> bool {
    text.contains(char::is_alphanumeric)
}

fn is_span(between: &str) -> bool {
    matches!(normalise(between).as_str(), "至" | "到" | "-" | "--" | "~" | "—" | "——" | "–" | "起至")
}

/// Whether an unlabelled date among other words stands at an end, set off from them, and they are no sentence.
fn stands_apart(text: &str, before: &str, after: &str) -> bool {
    if text.chars().count() > LONGEST || text.contains(['。', '；', '！']) {
        return false;
    }
    let sets_off = |letter: char| letter.is_whitespace() || "|｜/[](（）)【】〔〕·•:：".contains(letter);
    if !has_words(before) {
        after.starts_with(sets_off) && !after.contains('，')
    } else {
        let is_glued = || !text[..text.len() - after.len()].ends_with(['日', '号']) && !before.contains(['，', '、']);
        !has_words(after) && (before.ends_with(sets_off) || is_glued())
    }
}

/// A date cell, also one with an hour but no year (05-18 10:11) or with the day of the week.
fn cell_without_clock(text: &str) -> Option<Cell> {
    static CLOCK: LazyLock<Regex> = LazyLock::new(|| pattern(r"\s+\d{1,2}[:：]\d{2}(?:[:：]\d{2})?\s*[\])）】]?$"));
    dates::read_cell(text).or_else(|| dates::read_cell(&text[..CLOCK.find(text)?.start()]))
}

/// The row's own among its dates: see [`Meaning`]. A day after `received` is no day on which a row can have come, as
/// long as there is another.
pub(super) fn own(stamps: &[Stamp], received: Option<Date>) -> Option<Stamp> {
    let most = stamps.iter().map(|stamp| stamp.meaning).max()?;
    let mut equals = stamps.iter().filter(|stamp| stamp.meaning == most);
    // Dates that a label tells apart, or that stand among other words, are taken in their order.
    if most != Meaning::Plain {
        return equals.clone().find(|stamp| full(stamp).is_some()).or_else(|| equals.next()).copied();
    }
    let is_past = |stamp: &&Stamp| match (full(stamp), received) {
        (Some((date, _)), Some(received)) => date <= received,
        _ => true,
    };
    let latest = equals.clone().filter(is_past).filter(|stamp| full(stamp).is_some()).max_by_key(|stamp| full(stamp));
    latest.or_else(|| equals.clone().find(is_past)).or_else(|| equals.next()).copied()
}

fn full(stamp: &Stamp) -> Option<(Date, Option<Time>)> {
    match stamp.cell {
        Cell::Full { date, time } => Some((date, time)),
        Cell::MonthDay { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Days and meanings, as far as they are of 2022.
    fn read(text: &str) -> Vec<(String, Meaning)> {
        let day = |stamp: Stamp| match stamp.cell {
            Cell::Full { date, .. } => (date.strftime("%m-%d").to_string(), stamp.meaning),
            Cell::MonthDay { month, day } => (format!("{month}/{day}"), stamp.meaning),
        };
        stamps(text, None).into_iter().map(day).collect()
    }

    #[test]
    fn labels_say_what_a_date_means() {
        for (text, day, meaning) in [
            ("2022-05-06", "05-06", Meaning::Plain),
            ("时间：2022-05-06", "05-06", Meaning::Plain),
            ("【发布时间】2022年5月6日", "05-06", Meaning::Published),
            ("发 布 日 期： 2022-05-06 10:11", "05-06", Meaning::Published),
            ("2022-05-06 发布", "05-06", Meaning::Published),
            ("成文日期:2022-05-06", "05-06", Meaning::Written),
            ("最后更新：2022-05-06", "05-06", Meaning::Updated),
            ("来信时间：2022-05-06", "05-06", Meaning::Event),
            ("会议时间 2022-05-06", "05-06", Meaning::Event),
            ("市水利局 2022-05-06", "05-06", Meaning::Beside),
            ("2022-05-06 来源：市水利局 浏览：12", "05-06", Meaning::Beside),
            ("2022-05-06至2022-06-05", "05-06", Meaning::Plain),
            ("2022-05-06 10:11 星期五", "05-06", Meaning::Beside),
            ("05-06 10:11", "5/6", Meaning::Plain),
            ("[05-06]", "5/6", Meaning::Plain),
        ] {
            assert_eq!(read(text), [(day.to_owned(), meaning)], "{text}");
        }
    }

    #[test]
    fn days_on_which_no_row_can_have_come_and_days_in_sentences_are_none() {
        for text in [
            "截止时间：2022-05-06",
            "施行日期 2022-05-06",
            "有效期至：2022-05-06",
            "2022年5月6日，市政府召开会议研究防汛工作。",
            "会议定于2022年5月6日",
            "经2022年5月6日市政府第3次常务会议研究同意，现予印发。",
            "青政发〔2022〕5号",
            "浏览 2022",
        ] {
            assert_eq!(read(text), [], "{text}");
        }
    }

    #[test]
    fn the_most_telling_date_is_the_row_s_own() {
        let own_of = |texts: &[&str], received: Option<&str>| {
            let all: Vec<Stamp> = texts.iter().flat_map(|text| stamps(text, None)).collect();
            own(&all, received.map(|day| day.parse().unwrap())).map(|stamp| match stamp.cell {
                Cell::Full { date, .. } => date.to_string(),
                Cell::MonthDay { month, day } => format!("{month}/{day}"),
            })
        };
        for (texts, day) in [
            (["成文日期：2022-04-01", "2022-05-06"], "2022-05-06"),
            (["更新时间：2022-07-01", "发布时间：2022-05-06"], "2022-05-06"),
            (["2022-04-01", "2022-05-06"], "2022-05-06"),
            (["2022-05-06", "市水利局 2022-07-01"], "2022-05-06"),
            (["05-06", "2022-05-06"], "2022-05-06"),
            (["来信时间：2022-05-06", "截止时间：2022-07-01"], "2022-05-06"),
        ] {
            assert_eq!(own_of(&texts, None).as_deref(), Some(day), "{texts:?}");
        }
        let later = ["2022-05-06", "2022-12-01"];
        assert_eq!(own_of(&later, Some("2022-06-01")).as_deref(), Some("2022-05-06"), "a day to come");
        assert_eq!(own_of(&["05-06", "01-12"], None).as_deref(), Some("5/6"), "of days without a year the first");
    }
}
