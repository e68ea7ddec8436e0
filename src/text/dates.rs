//! Dates as portals write them. Telephone numbers, document numbers and version numbers are not dates.

use std::sync::LazyLock;

use jiff::civil::{Date, Time};
use regex::{Captures, Regex};

use super::{fold_width, pattern};

/// Portals exist since about 1998; documents on them may be older. Anything outside is not a date of a page.
const YEARS: std::ops::RangeInclusive<i16> = 1949..=2099;

/// A full date found in a text, with its place in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    pub date: Date,
    /// Hour and minute, where written.
    pub time: Option<Time>,
    pub start: usize,
    pub end: usize,
}

/// A text that is nothing but a date, as in the date cell of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cell {
    Full {
        date: Date,
        time: Option<Time>,
    },
    /// The year has to be taken from the neighbours or the address.
    MonthDay {
        month: i8,
        day: i8,
    },
}

/// Dashes of every width that stand between figures.
const DASH: &str = "[-－—–−‐]";

static FULL: LazyLock<Regex> = LazyLock::new(|| {
    let time = r"(?:[T\s\u{A0}\u{3000}　,，]{0,6}|[-日]\s?)(?P<h>[0-2]?\d)\s?(?:[:：]|时|點|点)\s?(?P<i>[0-5]?\d)(?:\s?[:：]\s?[0-5]?\d(?:\.\d{1,6})?(?:Z|[+-]\d\d:?\d\d)?|分(?:[0-5]?\d秒)?)?";
    let year = r"(?P<y>(?:19|20)\d\d)";
    let month = r"(1[0-2]|0?[1-9])";
    let day = r"(3[01]|[12]\d|0?[1-9])";
    pattern(&format!(
        r"{year}(?:\s?年\s?{month}\s?月\s?{day}\s?[日号]?|\s?{DASH}\s?{month}\s?{DASH}\s?{day}日?|\s?[/／]\s?{month}\s?[/／]\s?{day}|\s?[.．]\s?{month}\s?[.．]\s?{day})(?:{time})?"
    ))
});

static NUMERALS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?P<y>[〇○ＯO零0一二三四五六七八九]{4})\s?年\s?(?P<m>[元正一二三四五六七八九十]{1,2})\s?月\s?(?P<d>[一二三四五六七八九十廿卅]{1,3})\s?[日号]?",
    )
});

/// `Tue Jan 18 10:19:00 CST 2022`, which Java templates leave behind.
static JAVA: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?P<m>Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]* (?P<d>\d{1,2}) (?P<h>\d\d):(?P<i>\d\d):\d\d (?:[A-Z+0-9:]{3,9} )?(?P<y>\d{4})",
    )
});
const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// All full dates in `text`, in order of their place.
pub fn find(text: &str) -> Vec<Found> {
    // The three bytes of ０ to ９.
    let is_wide = |bytes: &[u8]| matches!(bytes, [0xEF, 0xBC, 0x90..=0x99]);
    if text.as_bytes().windows(3).any(is_wide) { find_wide(text) } else { find_narrow(text) }
}

fn is_wide_figure(letter: char) -> bool {
    matches!(letter, '０'..='９')
}

/// The same where figures are written full-width: `２０２３－０５－０６`.
fn find_wide(text: &str) -> Vec<Found> {
    let narrow: String =
        text.chars().map(|letter| if is_wide_figure(letter) { fold_width(letter) } else { letter }).collect();
    // A figure is three bytes wide or one; places in the narrow text are told in the wide one.
    let widened = |at: usize| {
        let mut letters = text.char_indices();
        let mut narrow_at = 0;
        letters.find_map(|(wide_at, letter)| {
            let here = narrow_at >= at;
            narrow_at += if is_wide_figure(letter) { 1 } else { letter.len_utf8() };
            here.then_some(wide_at)
        })
    };
    let place = |at: usize| widened(at).unwrap_or(text.len());
    let found = find_narrow(&narrow).into_iter();
    found.map(|date| Found { start: place(date.start), end: place(date.end), ..date }).collect()
}

fn find_narrow(text: &str) -> Vec<Found> {
    let mut found: Vec<Found> = Vec::new();
    let has_figure = text.bytes().any(|byte| byte.is_ascii_digit());
    let has_year = text.contains('年');
    if !has_figure && !has_year {
        return found;
    }
    let mut at = 0;
    while let Some(start) = year_at(text, at) {
        if let Some(date) = plain_at(text, start) {
            at = date.end;
            found.push(date);
            continue;
        }
        let Some(captures) = FULL.captures_at(text, start) else { break };
        let Some(whole) = captures.get(0) else { break };
        match numeric(text, &captures) {
            Some(date) => {
                at = date.end;
                found.push(date);
            }
            None => at = whole.start() + 4,
        }
    }
    if has_year {
        found.extend(NUMERALS.captures_iter(text).filter_map(|captures| in_numerals(&captures)));
    }
    if has_figure && MONTHS.iter().any(|month| text.contains(month)) {
        found.extend(JAVA.captures_iter(text).filter_map(|captures| in_java(&captures)));
    }
    found.sort_by_key(|date| date.start);
    found
}

/// The first place from `from` on where a date with a year in figures may begin: every other text is told from dates at a
/// glance, without the pattern.
fn year_at(text: &str, from: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let may_begin = |five: &[u8]| match *five {
        [b'1', b'9', tens, ones, next] | [b'2', b'0', tens, ones, next] => {
            // 年, dashes and blanks of other widths are no ASCII.
            let parts = next == b'-' || next == b'/' || next == b'.' || next.is_ascii_whitespace() || !next.is_ascii();
            tens.is_ascii_digit() && ones.is_ascii_digit() && parts
        }
        _ => false,
    };
    bytes.get(from..)?.windows(5).position(may_begin).map(|at| at + from)
}

/// The commonest form, `2022-01-18` with nothing after it that could belong to it, without the pattern.
fn plain_at(text: &str, start: usize) -> Option<Found> {
    let end = start + "2022-01-18".len();
    let (whole, rest) = (text.get(start..end)?, text.get(end..)?);
    let goes_on = |next: char| next.is_numeric() || next.is_whitespace() || "T日,，.-/－—–−‐".contains(next);
    let shape = |(at, byte): (usize, u8)| if at == 4 || at == 7 { byte == b'-' } else { byte.is_ascii_digit() };
    if !whole.bytes().enumerate().all(shape)
        || rest.starts_with(goes_on)
        || text[..start].ends_with(|before: char| before.is_ascii_digit())
    {
        return None;
    }
    Some(Found { date: date(&whole[..4], &whole[5..7], &whole[8..])?, time: None, start, end })
}

/// The first full date in `text`.
pub fn first(text: &str) -> Option<(Date, Option<Time>)> {
    find(text).first().map(|found| (found.date, found.time))
}

fn numeric(text: &str, captures: &Captures<'_>) -> Option<Found> {
    let whole = captures.get(0)?;
    if text[..whole.start()].chars().next_back().is_some_and(|before| before.is_ascii_digit()) {
        return None;
    }
    let mut figures = (2..=9).filter_map(|group| captures.get(group)).map(|group| group.as_str());
    let date = date(captures.name("y")?.as_str(), figures.next()?, figures.next()?)?;
    let mut end = whole.end();
    let mut time = None;
    if let (Some(hour), Some(minute)) = (captures.name("h"), captures.name("i")) {
        time = clock(hour.as_str(), minute.as_str());
    } else if !ends_here(&text[end..]) {
        return None;
    }
    if time.is_none() && captures.name("h").is_some() {
        end = captures.name("h")?.start();
    }
    Some(Found { date, time, start: whole.start(), end })
}

/// A day figure that goes on (a telephone number, an address of the network, a version) is none.
fn ends_here(rest: &str) -> bool {
    let mut rest = rest.chars();
    match rest.next() {
        Some(next) if next.is_ascii_digit() => false,
        Some('.' | '-' | '/') => !rest.next().is_some_and(|next| next.is_ascii_digit()),
        _ => true,
    }
}

fn date(year: &str, month: &str, day: &str) -> Option<Date> {
    let year: i16 = year.parse().ok()?;
    let date = Date::new(year, month.parse().ok()?, day.parse().ok()?).ok()?;
    YEARS.contains(&year).then_some(date)
}

fn clock(hour: &str, minute: &str) -> Option<Time> {
    Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()
}

fn in_numerals(captures: &Captures<'_>) -> Option<Found> {
    let whole = captures.get(0)?;
    let year = captures
        .name("y")?
        .as_str()
        .chars()
        .try_fold(0_i16, |year, letter| Some(year * 10 + i16::from(figure(letter)?)))?;
    let date = Date::new(year, numeral(captures.name("m")?.as_str())?, numeral(captures.name("d")?.as_str())?).ok()?;
    YEARS.contains(&year).then_some(Found { date, time: None, start: whole.start(), end: whole.end() })
}

fn figure(letter: char) -> Option<i8> {
    const FIGURES: &str = "〇一二三四五六七八九";
    match letter {
        '○' | 'Ｏ' | 'O' | '零' | '0' => Some(0),
        '元' | '正' => Some(1),
        _ => i8::try_from(FIGURES.chars().position(|figure| figure == letter)?).ok(),
    }
}

/// A number up to 31 in Chinese numerals: 八, 十八, 二十, 廿八, 三十一, also 一八.
fn numeral(text: &str) -> Option<i8> {
    let (mut value, mut last) = (0_i8, None);
    for letter in text.chars() {
        match letter {
            '十' => {
                value = last.take().unwrap_or(1) * 10;
            }
            '廿' => value = 20,
            '卅' => value = 30,
            _ => {
                value += last.take().map_or(0, |tens: i8| tens * 10);
                last = Some(figure(letter)?);
            }
        }
    }
    value.checked_add(last.unwrap_or(0))
}

fn in_java(captures: &Captures<'_>) -> Option<Found> {
    let whole = captures.get(0)?;
    let month = MONTHS.iter().position(|month| *month == captures.name("m").map_or("", |m| m.as_str()))? + 1;
    let date = date(captures.name("y")?.as_str(), &month.to_string(), captures.name("d")?.as_str())?;
    let time = clock(captures.name("h")?.as_str(), captures.name("i")?.as_str());
    Some(Found { date, time, start: whole.start(), end: whole.end() })
}

static MONTH_DAY: LazyLock<Regex> =
    LazyLock::new(|| pattern(&format!(r"^(1[0-2]|0?[1-9])\s?(?:{DASH}|[/.]|月)\s?(3[01]|[12]\d|0?[1-9])\s?日?$")));
static SHORT_YEAR: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(r"^(\d\d)(?:{DASH}|[/.]|年)(1[0-2]|0?[1-9])(?:{DASH}|[/.]|月)(3[01]|[12]\d|0?[1-9])日?$"))
});
static COMPACT: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^((?:19|20)\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?:\d{4}|\d{6})?$"));
/// The day large beside or above year and month: `18 2022-01`, `2022-01 18`, `2022 01-18`, `01-18 2022`.
static DAY_FIRST: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"^(?P<d>3[01]|[12]\d|0?[1-9])\s?日?\s?[/|]?\s?(?P<y>20\d\d)\s?[-./年]\s?(?P<m>1[0-2]|0?[1-9])\s?月?$")
});
static DAY_LAST: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"^(?P<y>20\d\d)\s?[-./年]\s?(?P<m>1[0-2]|0?[1-9])\s?月?[\s/|]{0,3}(?P<d>3[01]|[12]\d|0[1-9])\s?日?$")
});
static YEAR_FIRST: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"^(?P<y>20\d\d)\s?年?[\s/|]{0,3}(?P<m>1[0-2]|0[1-9])\s?[-./月]\s?(?P<d>3[01]|[12]\d|0?[1-9])\s?日?$")
});
static YEAR_LAST: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"^(?P<m>1[0-2]|0?[1-9])\s?[-./月]\s?(?P<d>3[01]|[12]\d|0?[1-9])\s?日?[\s/|]{0,3}(?P<y>20\d\d)\s?年?$")
});

/// Reads a text that is nothing but a date: brackets and a label such as 发布时间： are allowed around it.
pub fn read_cell(text: &str) -> Option<Cell> {
    // No date cell is longer; a paragraph need not be looked at.
    if text.len() > 120 {
        return None;
    }
    // Every form has figures or 年; most cells have neither.
    if !text.chars().any(|letter| letter == '年' || letter.is_numeric()) {
        return None;
    }
    let folded: String = text.chars().map(fold_width).collect();
    let bare = without_label(trim_brackets(&folded));
    if let Some(found) = find(bare).first() {
        let rest = format!("{}{}", &bare[..found.start], &bare[found.end..]);
        let only_a_date = rest.chars().filter(|letter| letter.is_alphanumeric()).count() == 0;
        return only_a_date.then_some(Cell::Full { date: found.date, time: found.time });
    }
    if !bare.starts_with(|letter: char| letter.is_numeric()) {
        return None;
    }
    for form in [&DAY_FIRST, &DAY_LAST, &YEAR_FIRST, &YEAR_LAST] {
        if let Some(captures) = form.captures(bare) {
            return date(&captures["y"], &captures["m"], &captures["d"]).map(|date| Cell::Full { date, time: None });
        }
    }
    if let Some(captures) = COMPACT.captures(bare) {
        return date(&captures[1], &captures[2], &captures[3]).map(|date| Cell::Full { date, time: None });
    }
    if let Some(captures) = SHORT_YEAR.captures(bare) {
        return date(&format!("20{}", &captures[1]), &captures[2], &captures[3])
            .map(|date| Cell::Full { date, time: None });
    }
    let captures = MONTH_DAY.captures(bare)?;
    let (month, day) = (captures[1].parse().ok()?, captures[2].parse().ok()?);
    // 2000 is a leap year: 02-29 passes, 02-30 does not.
    Date::new(2000, month, day).ok()?;
    Some(Cell::MonthDay { month, day })
}

fn trim_brackets(text: &str) -> &str {
    text.trim_matches(|letter: char| {
        letter.is_whitespace() || "[]()【】（）〔〕<>《》「」|·•:：,，.。;；".contains(letter)
    })
}

fn without_label(text: &str) -> &str {
    match text.find([':', '：']) {
        // 10:19 is a time, not a label.
        Some(at) if !text[..at].chars().any(|letter| letter.is_ascii_digit()) && text[..at].chars().count() <= 8 => {
            trim_brackets(&text[at..])
        }
        _ => text,
    }
}

static PATH_COMPACT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?:^|[^0-9]|/P0)((?:19|20)\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?:[^0-9]|\d{4,12}(?:[^0-9]|$)|$)")
});
static PATH_PARTED: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"/((?:19|20)\d\d)[-/_]?(1[0-2]|0?[1-9])[-/_](3[01]|[12]\d|0?[1-9])(?:[/_.-]|$)"));

/// The date in an address: `t20220118_123`, `P020220118….pdf`, `/2022/1/18/art_…`, `/2022-01/18/`, `20220118101933.html`.
pub fn in_path(path: &str) -> Option<Date> {
    [&PATH_COMPACT, &PATH_PARTED].into_iter().find_map(|form| {
        let captures = form.captures(path)?;
        date(&captures[1], &captures[2], &captures[3])
    })
}

static PATH_MONTH: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"/((?:19|20)\d\d)[-/]?(0[1-9]|1[0-2])/|/((?:19|20)\d\d)/"));

/// The year in an address that names no day: `/202201/`, `/2022/`.
pub fn year_in_path(path: &str) -> Option<i16> {
    if let Some(date) = in_path(path) {
        return Some(date.year());
    }
    let captures = PATH_MONTH.captures(path)?;
    captures.get(1).or_else(|| captures.get(3))?.as_str().parse().ok()
}
