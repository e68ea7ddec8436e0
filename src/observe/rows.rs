//! Rows of lists: links with their dates, whatever the list is built of: `li`, table rows, `dl`, loose lines,
//! cards, links that hold their own date.
//!
//! One walk from the leaves up. Links and date texts rise until a link meets its date; where several meet, they are
//! paired in the order in which they stand.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, LazyLock},
};

use regex::Regex;

use crate::{
    html::{Element, Go, Page, Step},
    model::{Anchor, Region},
    text::{
        dates::{self, Cell},
        normalise, pattern, tidy,
    },
};

/// Most rows kept of a page.
const MOST_ROWS: usize = 2000;
/// Links without a date may rise in a group of so many: the cells of one table row, a category before a title.
const LOOSE_LINKS: usize = 4;
/// Texts up to this many characters are kept while rising, to read dates that are split over elements.
const SHORT: usize = 40;

/// A row before its year is known.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub title: String,
    pub url: String,
    pub date: Option<Cell>,
    pub pinned: bool,
    /// Rows with the same number stand in the same list.
    pub list: usize,
}

/// What rises through the tree.
#[derive(Clone, Debug)]
enum Atom {
    /// Index of a row.
    Link(usize),
    Date(Cell),
}

#[derive(Default)]
struct Risen {
    atoms: Vec<Atom>,
    /// The whole text, while short.
    text: Option<String>,
    pinned: bool,
}

struct Reader<'p> {
    page: &'p Page,
    body: Option<Element<'p>>,
    rows: Vec<Row>,
    lists: usize,
}

pub(super) fn read(page: &Page, body: Option<Element<'_>>) -> Vec<Row> {
    let mut reader = Reader { page, body, rows: Vec::new(), lists: 0 };
    reader.rise(page.body());
    let mut undated: HashMap<usize, usize> = HashMap::new();
    for row in reader.rows.iter().filter(|row| row.date.is_none()) {
        *undated.entry(row.list).or_default() += 1;
    }
    reader
        .rows
        .retain(|row| row.date.is_some() || is_worth_without_date(row, undated.get(&row.list).copied().unwrap_or(0)));
    let mut seen = HashSet::new();
    reader.rows.retain(|row| seen.insert((row.title.clone(), row.url.clone(), row.date)));
    reader.rows
}

/// Rows of menus and side bars are left out, unless the page has dated rows nowhere else (a side bar by name only). A
/// crumb is never a row, whatever date stands after it.
pub(super) fn outside_menus(rows: Vec<Row>, anchors: &[Arc<Anchor>]) -> Vec<Row> {
    let standing_in = |regions: &[Region]| -> HashSet<&str> {
        let there = anchors.iter().filter(|anchor| regions.contains(&anchor.region));
        there.map(|anchor| anchor.url.as_str()).collect()
    };
    let aside = standing_in(&[Region::Menu, Region::Crumb, Region::Footer]);
    let crumbs = standing_in(&[Region::Crumb]);
    let main = standing_in(&[Region::Main, Region::Body, Region::Related]);
    let is_aside = |row: &Row| aside.contains(row.url.as_str()) && !main.contains(row.url.as_str());
    let has_list = rows.iter().any(|row| row.date.is_some() && !is_aside(row));
    let is_crumb = |row: &Row| crumbs.contains(row.url.as_str());
    rows.into_iter().filter(|row| !is_aside(row) || (row.date.is_some() && !has_list && !is_crumb(row))).collect()
}

/// Undated links are rows only where they look like articles: a long text and the address of a file, or shorter texts
/// (names of leaders) in a list of such, at numbered addresses.
fn is_worth_without_date(row: &Row, in_list: usize) -> bool {
    static FILE: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r"/[^/?]*\.(?:s?html?|jsp|aspx?|php|pdf|docx?|xlsx?|wps|ofd)(?:\?[^/]*)?$|\d{3,}[^/]*$")
    });
    static NUMBERED: LazyLock<Regex> = LazyLock::new(|| pattern(r"\d{3,}[^/]*$"));
    static INDEX: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"/(?:index|default|list)[^/]*$|/col/col\d+/|/col\d+\.html?$"));
    let letters = row.title.chars().count();
    let is_leaf = FILE.is_match(&row.url) && !INDEX.is_match(&row.url);
    is_leaf && (letters >= 8 || (letters >= 2 && in_list >= 2 && NUMBERED.is_match(&row.url)))
}

impl<'p> Reader<'p> {
    /// Reads everything below `element` and answers what is still unmatched.
    fn rise(&mut self, element: Element<'p>) -> Risen {
        let mut risen = Risen { text: Some(String::new()), ..Risen::default() };
        // Children are visited one level at a time; `walk` is told not to go deeper.
        element.walk(&mut |step| {
            match step {
                Step::Text(text) => self.take_text(text, &mut risen),
                Step::Enter(child) if !child.is_seen() => {}
                Step::Enter(child) if matches!(child.name(), "a" | "area") => self.take_link(child, &mut risen),
                Step::Enter(child) if child.name() == "footer" => {}
                Step::Enter(child) => {
                    let below = if Some(child) == self.body && self.looks_like_prose(child) {
                        Risen::default()
                    } else {
                        self.rise(child)
                    };
                    risen.pinned |= below.pinned || child.handles().any(is_pin_handle);
                    risen.atoms.extend(below.atoms);
                    join(&mut risen.text, below.text.as_deref());
                }
                Step::Leave(_) => {}
            }
            Go::Over
        });
        self.settle(element, &mut risen);
        risen
    }

    /// An article's text is not a list, even where it links and dates.
    fn looks_like_prose(&self, body: Element<'p>) -> bool {
        let (mut linked, mut all) = (0, 0);
        let mut depth = 0;
        body.walk(&mut |step| {
            match step {
                Step::Enter(element) => {
                    if !element.is_seen() {
                        return Go::Over;
                    }
                    depth += usize::from(element.name() == "a");
                }
                Step::Leave(element) => depth -= usize::from(element.name() == "a"),
                Step::Text(text) => {
                    let length = text.trim().len();
                    all += length;
                    linked += if depth > 0 { length } else { 0 };
                }
            }
            Go::On
        });
        linked * 2 < all
    }

    fn take_text(&mut self, text: &str, risen: &mut Risen) {
        let trimmed = text.trim();
        if trimmed.is_empty() {
            return;
        }
        if trimmed.len() <= 12 && is_pin_word(trimmed) {
            risen.pinned = true;
            return;
        }
        risen.atoms.extend(date_of(trimmed).map(Atom::Date));
        join(&mut risen.text, Some(trimmed));
    }

    fn take_link(&mut self, link: Element<'p>, risen: &mut Risen) {
        risen.text = None;
        if self.rows.len() >= MOST_ROWS {
            return;
        }
        let Some(read) = read_link(link) else {
            // A link that is nothing but a date stands for its date.
            if let Some(cell) = link.text_up_to(80).and_then(|text| dates::read_cell(&text)) {
                risen.atoms.push(Atom::Date(cell));
            }
            return;
        };
        let url = link.attr("href").and_then(|href| self.page.resolve(href)).map(String::from).unwrap_or_default();
        risen.pinned |= read.pinned;
        // A picture and a title, or a title and 详细, that lead to the same place are one row.
        let twin = risen.atoms.iter().rev().find_map(|atom| match atom {
            Atom::Link(at) if !url.is_empty() && self.rows.get(*at).is_some_and(|row| row.url == url) => Some(*at),
            _ => None,
        });
        if let Some(row) = twin.and_then(|at| self.rows.get_mut(at)) {
            if read.title.chars().count() > row.title.chars().count() {
                row.title = read.title;
            }
            row.date = row.date.or(read.date);
            return;
        }
        risen.atoms.push(Atom::Link(self.rows.len()));
        self.rows.push(Row { title: read.title, url, date: read.date, pinned: read.pinned, list: 0 });
    }

    /// Matches links and dates as far as this element shows which belong together.
    fn settle(&mut self, element: Element<'p>, risen: &mut Risen) {
        let links: Vec<usize> =
            risen.atoms.iter().filter_map(|atom| if let Atom::Link(at) = atom { Some(*at) } else { None }).collect();
        let mut cells: Vec<Cell> = risen
            .atoms
            .iter()
            .filter_map(|atom| if let Atom::Date(cell) = atom { Some(*cell) } else { None })
            .collect();
        if links.is_empty() {
            // Day and month in one element, the year in the next: together they are a date.
            if let Some(whole) = risen.text.as_deref().and_then(dates::read_cell)
                && (cells.len() != 1 || matches!(whole, Cell::Full { .. }))
            {
                cells = vec![whole];
            }
            cells.truncate(2);
            // The dates of a table or list without links belong to nothing outside it.
            if is_list(element) {
                cells.clear();
            }
            risen.atoms = cells.into_iter().map(Atom::Date).collect();
            return;
        }
        let is_row = matches!(element.name(), "li" | "tr" | "dd" | "dt" | "article");
        if let [only] = links[..] {
            if let Some(row) = self.rows.get_mut(only) {
                row.date = row.date.or_else(|| best(&cells));
                row.pinned |= risen.pinned && is_row;
            }
            risen.atoms = vec![Atom::Link(only)];
            // A row that is complete keeps later dates of its surroundings away, because it is dated.
            return;
        }
        let undated = links.iter().filter(|at| self.rows.get(**at).is_some_and(|row| row.date.is_none())).count();
        if is_row && undated == links.len() && cells.len() == 1 && links.len() <= LOOSE_LINKS {
            self.keep_main_link(&links, cells.first().copied(), risen.pinned);
            let main = links.iter().copied().max_by_key(|at| self.rows.get(*at).map_or(0, |row| row.title.len()));
            risen.atoms = main.into_iter().map(Atom::Link).collect();
            return;
        }
        if cells.is_empty() && !is_list(element) && undated == links.len() && links.len() <= LOOSE_LINKS {
            return;
        }
        self.pair(&risen.atoms);
        self.lists += 1;
        for at in &links {
            if let Some(row) = self.rows.get_mut(*at)
                && row.list == 0
            {
                row.list = self.lists;
            }
        }
        risen.atoms.clear();
    }

    /// A category, the title and a file in one row: the longest text is the title; the others are no rows.
    fn keep_main_link(&mut self, links: &[usize], date: Option<Cell>, pinned: bool) {
        let main = links.iter().copied().max_by_key(|at| self.rows.get(*at).map_or(0, |row| row.title.len()));
        for at in links {
            if let Some(row) = self.rows.get_mut(*at) {
                if Some(*at) == main {
                    row.date = date;
                    row.pinned |= pinned;
                } else {
                    // Left without date and title it is dropped at the end.
                    row.title.clear();
                }
            }
        }
    }

    /// Gives each loose date to the link it stands by: after it, or before it where the list begins with a date.
    fn pair(&mut self, atoms: &[Atom]) {
        let date_first = matches!(atoms.first(), Some(Atom::Date(_)));
        let mut waiting: Option<Cell> = None;
        let mut last: Option<usize> = None;
        for atom in atoms {
            match atom {
                Atom::Date(cell) if date_first => waiting = Some(*cell),
                Atom::Date(cell) => {
                    if let Some(row) = last.take().and_then(|at| self.rows.get_mut(at)) {
                        row.date = row.date.or(Some(*cell));
                    }
                }
                Atom::Link(at) => {
                    if let Some(row) = self.rows.get_mut(*at)
                        && row.date.is_none()
                    {
                        row.date = waiting.take();
                        last = Some(*at);
                    }
                }
            }
        }
    }
}

fn is_list(element: Element<'_>) -> bool {
    matches!(element.name(), "ul" | "ol" | "table" | "tbody" | "dl" | "body")
}

/// A full date before one without a year.
fn best(cells: &[Cell]) -> Option<Cell> {
    cells.iter().find(|cell| matches!(cell, Cell::Full { .. })).or(cells.first()).copied()
}

fn join(text: &mut Option<String>, piece: Option<&str>) {
    let Some(joined) = text else { return };
    match piece {
        Some(piece) if joined.chars().count() + piece.chars().count() < SHORT => {
            if !joined.is_empty() {
                joined.push(' ');
            }
            joined.push_str(piece);
        }
        _ => *text = None,
    }
}

/// A date cell, or the date at an end of a short text with a label or little else.
fn date_of(text: &str) -> Option<Cell> {
    if text.len() > 240 || !text.contains(|letter: char| letter.is_ascii_digit() || letter == '年') {
        return None;
    }
    if let Some(cell) = dates::read_cell(text) {
        return Some(cell);
    }
    let found = dates::find(text);
    let [date] = found.as_slice() else { return None };
    let before = normalise(&text[..date.start]);
    let labelled = ["时间:", "日期:", "发布:", "时间", "日期"].iter().any(|label| before.ends_with(label));
    let bracketed = before.ends_with(['[', '(', '【', '|', '/']);
    (labelled || bracketed || before.is_empty() || text[date.end..].trim().is_empty())
        .then_some(Cell::Full { date: date.date, time: date.time })
}

fn is_pin_word(text: &str) -> bool {
    matches!(normalise(text).trim_matches(['[', ']', '【', '】', '(', ')']), "置顶" | "顶" | "置顶!" | "top")
}

fn is_pin_handle(handle: &str) -> bool {
    matches!(handle, "zd" | "zhiding" | "istop" | "is-top" | "top-tag" | "icon-top" | "zhid")
}

/// What a link itself says.
struct ReadLink {
    title: String,
    date: Option<Cell>,
    pinned: bool,
}

/// Words of links that lead on, not to an article.
const LEADING_ON: [&str; 26] = [
    "更多",
    "more",
    "详细",
    "详情",
    "查看",
    "查看详情",
    "[详细]",
    "[详情]",
    "阅读全文",
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
    "下载",
    "回到顶部",
    "点击查看",
    "查看更多",
    "了解更多",
    "全文",
];

fn read_link(link: Element<'_>) -> Option<ReadLink> {
    static GLUED: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"^(?P<t>.*?[^\d\-/.])\s*[\[(（【]?\s*(?P<d>(?:20\d\d|19\d\d)[-/.年]\d{1,2}[-/.月]\d{1,2}日?(?:\s+\d{1,2}:\d{2}(?::\d{2})?)?)\s*[\])）】]?$",
        )
    });
    let mut pieces: Vec<(String, bool)> = Vec::new();
    let mut headed = 0_usize;
    let mut pinned = false;
    link.walk(&mut |step| {
        match step {
            Step::Enter(element) => {
                if !element.is_seen() {
                    return Go::Over;
                }
                headed += usize::from(is_heading(element));
                if element.is_block() || element.name() == "span" || element.name() == "em" || element.name() == "i" {
                    pieces.push((String::new(), headed > 0));
                }
            }
            Step::Leave(element) => {
                headed -= usize::from(is_heading(element));
                if element.is_block() || element.name() == "span" || element.name() == "em" || element.name() == "i" {
                    pieces.push((String::new(), headed > 0));
                }
            }
            Step::Text(text) => match pieces.last_mut() {
                Some((piece, is_headed)) => {
                    *is_headed |= headed > 0;
                    piece.push_str(text);
                }
                None => pieces.push((text.to_owned(), headed > 0)),
            },
        }
        Go::On
    });
    let mut date = None;
    let mut words: Vec<(String, bool)> = Vec::new();
    let mut figures: Vec<String> = Vec::new();
    for (piece, headed) in pieces {
        let piece = tidy(&piece);
        if piece.is_empty() {
            continue;
        }
        if piece.len() <= 16 && is_pin_word(&piece) {
            pinned = true;
        } else if let (false, Some(cell)) = (headed && words.is_empty(), dates::read_cell(&piece)) {
            date = date.or(Some(cell));
            figures.push(piece);
        } else if piece.chars().all(|letter| letter.is_ascii_digit() || "-/.年月日".contains(letter)) {
            figures.push(piece);
        } else {
            words.push((piece, headed));
        }
    }
    if figures.len() > 1
        && let Some(Cell::Full { date: whole, time }) = dates::read_cell(&figures.join(" "))
    {
        date = Some(Cell::Full { date: whole, time });
    }
    // A date among other small words of a card: 来源：… 2022-01-18.
    let many = words.len() > 1;
    if date.is_none() && many {
        date = words.iter().skip(1).find_map(|(piece, _)| if piece.len() < 120 { date_of(piece) } else { None });
    }
    let mut title = title_of(link, &words);
    if let Some(captures) = GLUED.captures(&title)
        && let Some(cell) = dates::read_cell(&captures["d"])
    {
        // 2022年1月18日 at the end of a title is part of it; 2022-01-18 is not.
        if !captures["d"].contains('年') {
            date = date.or(Some(cell));
            title = captures["t"].trim_end_matches(['[', '(', '（', '【', ' ']).to_owned();
        }
    }
    let bare = normalise(&title);
    let bare = bare.trim_matches(['>', '+', '·', '.', '»', '[', ']', '【', '】']);
    let is_word =
        bare.chars().count() < 2 || LEADING_ON.contains(&bare) || bare.chars().all(|letter| letter.is_ascii_digit());
    (!is_word).then_some(ReadLink { title, date, pinned })
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

/// The title of a row: the full text of the `title` attribute where the shown text is cut, else the shown text.
fn title_of(link: Element<'_>, words: &[(String, bool)]) -> String {
    let attribute = link.attr("title").map(tidy).unwrap_or_default();
    let shown = match words.iter().find(|(_, headed)| *headed) {
        Some((heading, _)) => heading.clone(),
        None if words.len() > 1 && words.iter().any(|(piece, _)| piece.chars().count() > 60) => {
            words.first().map(|(piece, _)| piece.clone()).unwrap_or_default()
        }
        None => words.iter().map(|(piece, _)| piece.as_str()).collect::<Vec<_>>().join(" "),
    };
    let stem = normalise(&shown);
    let stem = stem.trim_end_matches(['.', '…']);
    let full = normalise(&attribute);
    let completes =
        !full.is_empty() && full.len() > stem.len() && full.contains(stem.trim_start_matches(['·', '•', '■', '◆']));
    if !attribute.is_empty() && (shown.is_empty() || (completes && attribute.chars().count() < 300)) {
        return attribute;
    }
    if shown.is_empty() {
        return link.descendants().find_map(|image| image.attr("alt").map(tidy)).unwrap_or_default();
    }
    shown
}
