//! What a link of a list says itself: the title of its row, perhaps with a date, a mark 置顶, an excerpt, a number.

use std::sync::LazyLock;

use regex::Regex;

use super::{
    parts,
    stamp::{self, Label, Meaning, Stamp},
};
use crate::{
    html::{Element, Go, Step},
    text::{
        dates::{self, Cell},
        normalise, pattern, tidy,
    },
};

/// What a link says.
pub(super) enum Said {
    Title(Box<Titled>),
    /// Nothing but a date.
    Date(Cell),
    /// 查看, 详情: the title may stand beside it.
    Lead,
    /// Nothing, or a word of the page's own such as 下一页.
    Nothing,
}

pub(super) struct Titled {
    pub title: String,
    pub stamps: Vec<Stamp>,
    /// The title without the date at its end or beginning, which is the row's where no other date is.
    pub glued: Option<(String, Cell)>,
    pub pinned: bool,
}

/// Words of links that lead to the row's article.
const LEADING_ON: [&str; 15] = [
    "详细",
    "详情",
    "查看",
    "查看详情",
    "详细信息",
    "查看详细",
    "点击查看",
    "查看更多",
    "了解更多",
    "阅读全文",
    "全文",
    "查看全文",
    "浏览",
    "下载",
    "点击下载",
];
/// Words of links that lead away from the row.
const LEADING_AWAY: [&str; 14] = [
    "更多",
    "more",
    "首页",
    "尾页",
    "末页",
    "上一页",
    "下一页",
    "上页",
    "下页",
    "返回",
    "返回顶部",
    "关闭",
    "打印",
    "回到顶部",
];

/// A piece of a link's text, as its elements part it.
#[derive(Default)]
struct Piece {
    text: String,
    /// In something called a heading.
    headed: bool,
    /// Begins a line of its own.
    on_new_line: bool,
    /// Set off by nothing but its looks, as the letters that a search has marked are.
    by_looks: bool,
}

pub(super) fn read(link: Element<'_>) -> Said {
    let pieces = whole(pieces(link));
    let mut stamps: Vec<Stamp> = Vec::new();
    let mut words: Vec<Piece> = Vec::new();
    let mut figures: Vec<String> = Vec::new();
    let mut pinned = false;
    let mut label = None;
    let mut titled = false;
    for piece in pieces {
        let text = tidy(&piece.text);
        if text.is_empty() {
            continue;
        }
        let announced = label.take();
        if let Some(mark) = mark(&text) {
            pinned |= mark == Mark::Pinned;
            continue;
        }
        if !(piece.headed && words.is_empty()) {
            if parts::is_piece(&text) || dates::read_cell(&text).is_some() {
                titled |= !words.is_empty();
                stamps.extend(stamp::stamps(&text, announced));
                figures.push(text);
                continue;
            }
            label = stamp::label_at_end(&text).filter(|label| *label != Label::Other);
            if label.is_some() && text.ends_with([':', '：']) && text.chars().count() <= 12 {
                titled |= !words.is_empty();
                continue;
            }
        }
        // What stands after a title and its date is said about them: 来源, 浏览.
        if !words.is_empty() {
            stamps.extend(stamp::stamps(&text, announced).into_iter().filter(|_| text.len() < 120));
        }
        if !titled {
            words.push(Piece { text: piece.text, ..piece });
        }
    }
    if let Some(cell @ Cell::Full { .. }) =
        Some(&figures).filter(|all| all.len() > 1).and_then(|all| parts::joined(all))
    {
        stamps = vec![Stamp { cell, meaning: Meaning::Plain }];
    }
    let shown = shown_title(&words);
    if shown.is_empty()
        && let Some(stamp) = stamp::own(&stamps, None)
    {
        return Said::Date(stamp.cell);
    }
    let (mark, shown) = without_marks(&shown);
    pinned |= mark;
    let title = title_of(link, shown);
    let bare = normalise(&title);
    let bare = bare.trim_matches(['>', '+', '·', '.', '»', '[', ']', '【', '】', '(', ')']);
    if LEADING_ON.contains(&bare) {
        return Said::Lead;
    }
    let is_word =
        bare.chars().count() < 2 || LEADING_AWAY.contains(&bare) || bare.chars().all(|letter| letter.is_ascii_digit());
    if is_word {
        return Said::Nothing;
    }
    let glued = glued(&title);
    Said::Title(Box::new(Titled { title, stamps, glued, pinned }))
}

fn pieces(link: Element<'_>) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = vec![Piece::default()];
    let mut headed = 0_usize;
    link.walk(&mut |step| {
        match step {
            Step::Enter(element) if !element.is_seen() => return Go::Over,
            Step::Enter(element) | Step::Leave(element) => {
                let enters = matches!(step, Step::Enter(_));
                if is_heading(element) {
                    headed = if enters { headed + 1 } else { headed.saturating_sub(1) };
                }
                let on_new_line = element.is_block() && element.name() != "br";
                if element.name() == "br" {
                    if let (true, Some(piece)) = (enters, pieces.last_mut()) {
                        piece.text.push(' ');
                    }
                } else if on_new_line || parts_words(element) || is_looks(element) {
                    let by_looks = !on_new_line && is_looks(element);
                    let fresh = pieces.last().is_some_and(|piece| piece.text.is_empty());
                    if fresh && let Some(piece) = pieces.last_mut() {
                        piece.headed = headed > 0;
                        piece.on_new_line |= on_new_line;
                        piece.by_looks &= by_looks;
                    } else {
                        pieces.push(Piece { headed: headed > 0, on_new_line, by_looks, ..Piece::default() });
                    }
                }
            }
            Step::Text(text) => {
                if let Some(piece) = pieces.last_mut() {
                    piece.headed |= headed > 0;
                    piece.text.push_str(text);
                }
            }
        }
        Go::On
    });
    pieces
}

/// Pieces that only their looks part are one, unless one of them is a date or a mark.
fn whole(pieces: Vec<Piece>) -> Vec<Piece> {
    let stands_alone = |text: &str| {
        let text = text.trim();
        text.is_empty() || mark(text).is_some() || dates::read_cell(text).is_some()
    };
    let mut whole: Vec<Piece> = Vec::with_capacity(pieces.len());
    for piece in pieces {
        match whole.last_mut() {
            Some(last) if piece.by_looks && !stands_alone(&last.text) && !stands_alone(&piece.text) => {
                last.text.push_str(&piece.text);
                last.headed |= piece.headed;
            }
            _ => whole.push(piece),
        }
    }
    whole
}

/// Elements within a line that set off a date or a mark.
fn parts_words(element: Element<'_>) -> bool {
    matches!(element.name(), "span" | "em" | "i" | "label" | "time" | "small")
}

/// Elements that may do the same, but mostly are nothing but looks.
fn is_looks(element: Element<'_>) -> bool {
    matches!(element.name(), "b" | "strong" | "font" | "u")
}

fn is_heading(element: Element<'_>) -> bool {
    matches!(element.name(), "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "strong")
        || element.handles().any(|handle| {
            let handle = handle.to_ascii_lowercase();
            handle.contains("title")
                || handle == "tit"
                || handle == "bt"
                || handle.ends_with("-tit")
                || handle.ends_with("_tit")
        })
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    Pinned,
    /// 热, 新, NEW.
    Other,
}

/// A text that is nothing but a mark at a row.
pub(super) fn mark(text: &str) -> Option<Mark> {
    if text.len() > 24 {
        return None;
    }
    let bare = normalise(text);
    match bare.trim_matches(|letter: char| "[]【】()!".contains(letter)) {
        "置顶" | "顶" | "top" => Some(Mark::Pinned),
        "热" | "新" | "new" | "hot" | "荐" | "推荐" | "精" | "热点" | "最新" => Some(Mark::Other),
        _ => None,
    }
}

/// A title without bullets and marks before it; whether one of them pins the row.
fn without_marks(title: &str) -> (bool, &str) {
    static MARKED: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"(?i)^[\[【(（](置顶|顶|top|热|新|new|hot|荐|推荐)[\]】)）]\s*"));
    let mut title = title;
    let mut pinned = false;
    loop {
        let rest = title.trim_start_matches(is_bullet);
        let rest = rest.strip_prefix("- ").unwrap_or(rest);
        let Some(captures) = MARKED.captures(rest) else { return (pinned, rest) };
        pinned |= mark(&captures[1]) == Some(Mark::Pinned);
        let after = &rest[captures[0].len()..];
        if after.is_empty() {
            return (pinned, rest);
        }
        title = after;
    }
}

/// Not the dots · and •: they are kept as shown, as in names (买买提·艾力).
fn is_bullet(letter: char) -> bool {
    letter.is_whitespace() || "●○◎⊙◆◇■□▪▫▲△►▶▷★☆※→➤➢>＞›»|｜*".contains(letter)
}

/// The title among the words: what is headed, else the first line, else all of them.
fn shown_title(words: &[Piece]) -> String {
    /// The first line alone is a title if it has so many letters; shorter ones (a department, a kind) precede it.
    const LEAST: usize = 8;
    let length = |piece: &Piece| piece.text.trim().chars().count();
    if words.iter().any(|piece| piece.headed) {
        let first = words.iter().position(|piece| piece.headed).unwrap_or(0);
        let headed = words.iter().skip(first).take_while(|piece| piece.headed);
        return joined(
            headed.enumerate().take_while(|(at, piece)| *at == 0 || !piece.on_new_line).map(|(_, piece)| piece),
        );
    }
    let lines = words.iter().skip(1).filter(|piece| piece.on_new_line).count();
    let first_line = 1 + words.iter().skip(1).take_while(|piece| !piece.on_new_line).count();
    let letters: usize = words.iter().take(first_line).map(length).sum();
    if lines > 0 && letters >= LEAST {
        return joined(words.iter().take(first_line));
    }
    if words.len() > 1 && words.iter().any(|piece| length(piece) > 60) {
        return joined(words.iter().take(1));
    }
    joined(words.iter())
}

/// Words that the markup does not part by white space are not parted.
fn joined<'p>(words: impl Iterator<Item = &'p Piece>) -> String {
    let mut all = String::new();
    for piece in words {
        if piece.on_new_line {
            all.push(' ');
        }
        all.push_str(&piece.text);
    }
    tidy(&all)
}

/// The title of a row: the full text of the `title` attribute where the shown text is cut, else the shown text.
fn title_of(link: Element<'_>, shown: &str) -> String {
    let stem = normalise(shown);
    let stem = stem.trim_end_matches(['.', '…']).trim_start_matches(['·', '•', '・']);
    let full = link.attr("title").and_then(|attribute| line_with(attribute, stem)).unwrap_or_default();
    if !full.is_empty() && (shown.is_empty() || full.chars().count() < 300) {
        return full;
    }
    if shown.is_empty() {
        return link.descendants().find_map(|image| image.attr("alt").map(tidy)).unwrap_or_default();
    }
    shown.to_owned()
}

/// The line of a `title` attribute that goes on where the shown text is cut, without what else it says:
/// 文章标题：…, 发布时间：…, 点击数：….
fn line_with(attribute: &str, stem: &str) -> Option<String> {
    static BEFORE: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r"^(?:(?:文章|信息|新闻)?(?:标\s*题|题\s*目|名\s*称)|点击查看(?:详细)?|查看(?:详细)?|阅读)\s*[:：]\s*")
    });
    static AFTER: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\s*(?:(?:发布|更新|添加|录入|发表|创建)?(?:日期|时间)|点击(?:数|次数|率)?|作者|来源|浏览(?:量|次数)?)\s*[:：].*$",
        )
    });
    static TAG: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)</?(?:br|p|font|span|b|strong)\b[^<>]{0,80}>"));
    attribute.split(['\n', '\r']).find_map(|line| {
        let line = TAG.replace_all(line, "");
        let line = tidy(&line);
        let line = BEFORE.replace(&line, "");
        let line = AFTER.replace(&line, "");
        let (_, line) = without_marks(line.trim());
        let whole = normalise(line);
        let completes = !whole.is_empty() && whole.len() > stem.len() && whole.contains(stem);
        completes.then(|| line.to_owned())
    })
}

/// A date at the end of a title or before it. 2022年1月18日 at the end is part of the title; 2022-01-18 may be.
fn glued(title: &str) -> Option<(String, Cell)> {
    const DATE: &str = r"(?:20|19)\d\d[-/.]\d{1,2}[-/.]\d{1,2}(?:\s+\d{1,2}:\d{2}(?::\d{2})?)?";
    static AFTER: LazyLock<Regex> = LazyLock::new(|| {
        pattern(&format!(
            r"^(?P<t>.*?[^\d\-/.])\s*(?:[\[(（【]\s*(?P<b>{DATE}|\d\d[-/.]\d\d)\s*[\])）】]|(?P<d>{DATE}))$"
        ))
    });
    static BEFORE: LazyLock<Regex> = LazyLock::new(|| {
        pattern(&format!(
            r"^(?:[\[(（【]\s*(?P<b>{DATE}|(?:20|19)\d\d年\d{{1,2}}月\d{{1,2}}日|\d\d[-/.]\d\d)\s*[\])）】]|(?P<d>{DATE})(?:[\s·|]))\s*(?P<t>[^\d\-/.].*)$"
        ))
    });
    if !title.contains(|letter: char| letter.is_ascii_digit()) {
        return None;
    }
    let captures = AFTER.captures(title).or_else(|| BEFORE.captures(title))?;
    let date = captures.name("b").or_else(|| captures.name("d"))?;
    let cell = dates::read_cell(date.as_str())?;
    let rest = captures["t"].trim_end_matches(['[', '(', '（', '【', ' ']).trim();
    let (_, rest) = without_marks(rest);
    (rest.chars().count() >= 2).then(|| (rest.to_owned(), cell))
}
