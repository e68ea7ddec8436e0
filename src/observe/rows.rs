//! Rows of lists: links with their dates, whatever the list is built of: `li`, table rows, `dl`, loose lines,
//! cards, links that hold their own date.
//!
//! One walk from the leaves up. Links and date texts rise until a link meets its date; where several meet, they are
//! paired in the order in which they stand. Of several dates of one row its own is chosen by what they mean, see
//! [`stamp::Meaning`].

mod columns;
mod link;
mod parts;
mod run;
mod shown;
mod stamp;

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, LazyLock},
};

use jiff::civil::Date;
use regex::Regex;

use self::{
    columns::Columns,
    link::{Mark, Said},
    parts::Heading,
    run::Run,
    shown::{called_menu, longest_text, prose_of, stated_date, written_date},
    stamp::{Label, Meaning, Stamp},
};
use super::scripted;
use crate::{
    html::{Element, Go, Page, Step},
    model::{Anchor, Region},
    text::{dates::Cell, pattern},
};

/// Most rows kept of a page.
const MOST_ROWS: usize = 2000;
/// Links without a date may rise in a group of so many: the cells of one table row, a category before a title.
const LOOSE_LINKS: usize = 4;
/// Texts up to this many characters are kept while rising, to read the headings of columns and dates that are split.
const SHORT: usize = 80;
/// A row has no more dates; what has is a calendar.
const MOST_STAMPS: usize = 6;
/// Lists of so many dated rows are lists even where most of their text is excerpts.
const LEAST_LIST: usize = 4;
/// Letters of excerpt a row, at most.
const MOST_EXCERPT: usize = 260;

/// A row before its year is known.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub title: String,
    pub url: String,
    pub date: Option<Cell>,
    pub pinned: bool,
    /// Rows with the same number stand in the same list.
    pub list: usize,
    /// The year that stands as a heading over the row.
    pub year: Option<i16>,
    /// In a block that is called like a menu or the head of a page, as some lists are.
    in_menu: bool,
}

/// A row while it is put together.
struct Draft {
    row: Row,
    stamp: Option<Stamp>,
    /// The title without a date that may belong to it, and that date.
    glued: Option<(String, Cell)>,
    /// The row has been left; what stands further away belongs to others.
    is_closed: bool,
}

/// What rises through the tree.
#[derive(Clone, Debug)]
enum Atom {
    /// Index of a draft.
    Link(usize),
    Date(Stamp),
}

#[derive(Default)]
struct Risen {
    atoms: Vec<Atom>,
    /// The whole text, while short.
    text: Option<String>,
    /// How many texts it is put together of.
    parts: usize,
    pinned: bool,
    /// Where a link 查看 leads, or a click.
    lead: Option<String>,
    /// The names of columns have been read below.
    is_heading: bool,
}

struct Reader<'p> {
    page: &'p Page,
    body: Option<Element<'p>>,
    received: Option<Date>,
    drafts: Vec<Draft>,
    lists: usize,
    /// What the last text announced.
    label: Option<Label>,
    /// What the column announces in which the reader stands.
    column: Option<Label>,
    columns: Columns,
    heading: Option<Heading>,
    /// How many rows there were when the heading was read.
    headed_at: Option<usize>,
    /// How many blocks called like a menu are open.
    menus: usize,
    body_is_list: bool,
}

/// Links to the same place stand within so many pieces of a row. (All links of a page may stand in one block.)
const NEAREST: usize = 12;

/// The rows of a page.
pub(super) struct Found {
    pub rows: Vec<Row>,
    /// What was taken for an article's text is a list with excerpts.
    pub body_is_list: bool,
}

/// The rows of a page, received on a day if that is known.
pub(super) fn read(page: &Page, body: Option<Element<'_>>, received: Option<Date>) -> Found {
    let mut reader = Reader {
        page,
        body,
        received,
        drafts: Vec::new(),
        lists: 0,
        label: None,
        column: None,
        columns: Columns::default(),
        heading: None,
        headed_at: None,
        menus: 0,
        body_is_list: false,
    };
    reader.rise(page.body());
    let body_is_list = reader.body_is_list;
    let mut rows: Vec<Row> = reader.drafts.into_iter().map(Draft::finished).collect();
    let mut undated: HashMap<usize, usize> = HashMap::new();
    for row in rows.iter().filter(|row| row.date.is_none()) {
        *undated.entry(row.list).or_default() += 1;
    }
    rows.retain(|row| row.date.is_some() || is_worth_without_date(row, undated.get(&row.list).copied().unwrap_or(0)));
    let mut seen = HashSet::new();
    rows.retain(|row| !row.title.is_empty() && seen.insert((row.title.clone(), row.url.clone(), row.date)));
    Found { rows, body_is_list }
}

/// Rows of menus and side bars are left out, unless the page has dated rows nowhere else (a side bar by name only), or
/// the row is dated like those of lists and only the name of its block speaks of a menu. A crumb is never a row, whatever
/// date stands after it.
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
    let is_article = |row: &Row| row.in_menu && is_leaf(&row.url) && row.title.chars().count() >= 8;
    let is_kept = |row: &Row| row.date.is_some() && !is_crumb(row) && (!has_list || is_article(row));
    rows.into_iter().filter(|row| !is_aside(row) || is_kept(row)).collect()
}

/// Undated links are rows only where they look like articles: a long text and the address of a file, or shorter texts
/// (names of leaders) in a list of such, at numbered addresses.
fn is_worth_without_date(row: &Row, in_list: usize) -> bool {
    static NUMBERED: LazyLock<Regex> = LazyLock::new(|| pattern(r"\d{3,}[^/]*$"));
    let letters = row.title.chars().count();
    is_leaf(&row.url) && (letters >= 8 || (letters >= 2 && in_list >= 2 && NUMBERED.is_match(&row.url)))
}

/// Whether an address is that of an article or a file rather than of a list.
fn is_leaf(url: &str) -> bool {
    static FILE: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r"/[^/?]*\.(?:s?html?|jsp|aspx?|php|pdf|docx?|xlsx?|wps|ofd)(?:\?[^/]*)?$|\d{3,}[^/]*$")
    });
    static INDEX: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"/(?:index|default|list)[^/]*$|/col/col\d+/|/col\d+\.html?$"));
    FILE.is_match(url) && !INDEX.is_match(url)
}

impl Draft {
    /// A date at an end of the title is the row's where it has no other.
    fn finished(mut self) -> Row {
        match (self.stamp, self.glued) {
            (Some(stamp), _) => self.row.date = Some(stamp.cell),
            (None, Some((title, cell))) => {
                self.row.title = title;
                self.row.date = Some(cell);
            }
            (None, None) => {}
        }
        self.row
    }

    fn is_dated(&self) -> bool {
        self.stamp.is_some() || self.glued.is_some()
    }
}

impl<'p> Reader<'p> {
    /// Reads everything below `element` and answers what is still unmatched.
    fn rise(&mut self, element: Element<'p>) -> Risen {
        if self.drafts.len() >= MOST_ROWS {
            return Risen::default();
        }
        let mut risen = Risen { text: Some(String::new()), ..Risen::default() };
        let columns = self.columns.of(element);
        let around = self.column;
        let mut place = 0;
        let mut run = Run::default();
        // Children are visited one level at a time; `walk` is told not to go deeper.
        element.walk(&mut |step| {
            let (begun, heading) = (risen.atoms.len(), self.heading);
            let mut piece = None;
            match step {
                Step::Text(text) if text.trim().is_empty() => return Go::Over,
                Step::Enter(child) if child.name() == "br" => return Go::Over,
                Step::Text(text) => {
                    self.take_text(text, &mut risen);
                    piece = Some(text.trim().to_owned());
                }
                Step::Enter(child) => {
                    if let Some(columns) = &columns {
                        self.column = columns.at(place);
                    }
                    place += columns::width(child);
                    piece = self.take_element(child, &mut risen);
                }
                Step::Leave(_) => {}
            }
            if let Some(heading) = run.take(piece, begun, heading, &mut risen.atoms) {
                self.heading = heading;
            }
            Go::Over
        });
        if let Some(heading) = run.finish(&mut risen.atoms) {
            self.heading = heading;
        }
        self.column = around;
        if element.is_block() && self.label == Some(Label::Source) {
            self.label = None;
        }
        self.settle(element, &mut risen);
        risen
    }

    /// An element below the one that is read; answers its text where that is short.
    fn take_element(&mut self, child: Element<'p>, risen: &mut Risen) -> Option<String> {
        if child.name() == "script" {
            risen.atoms.extend(written_date(child).map(Atom::Date));
            return None;
        }
        if !child.is_seen() || child.name() == "footer" {
            return None;
        }
        if matches!(child.name(), "a" | "area") {
            self.take_link(child, risen);
            return None;
        }
        let is_menu = called_menu(child);
        self.menus += usize::from(is_menu);
        let letters = if Some(child) == self.body { prose_of(child) } else { None };
        let mut below = match letters {
            Some(letters) => self.rise_in_prose(child, letters),
            None => self.rise(child),
        };
        self.menus -= usize::from(is_menu);
        risen.pinned |= below.pinned || child.handles().any(is_pin_handle);
        risen.is_heading |= below.is_heading;
        risen.lead = risen.lead.take().or(below.lead.take());
        if matches!(child.name(), "h1" | "h2" | "h3" | "h4" | "h5")
            && below.atoms.is_empty()
            && below.text.as_deref().is_none_or(|text| parts::heading(text).is_none())
        {
            self.heading = None;
        }
        let stated = stated_date(child, below.text.as_deref(), &below.atoms);
        match stated {
            Some(stamp) => risen.atoms.push(Atom::Date(stamp)),
            None => risen.atoms.extend(below.atoms),
        }
        risen.parts += below.parts;
        join(&mut risen.text, below.text.as_deref());
        // The cells of a table are no pieces of one date.
        below.text.filter(|_| stated.is_none() && !matches!(child.name(), "td" | "th"))
    }

    /// An article's text is not a list, even where it links and dates; but a list with excerpts is one.
    fn rise_in_prose(&mut self, body: Element<'p>, letters: usize) -> Risen {
        let known = self.drafts.len();
        let below = self.rise(body);
        let is_row = |draft: &&Draft| draft.stamp.is_some_and(|stamp| stamp.meaning >= Meaning::Plain);
        let rows = self.drafts.iter().skip(known).filter(is_row).count();
        if rows >= LEAST_LIST && letters / rows <= MOST_EXCERPT {
            self.body_is_list = true;
            return below;
        }
        self.drafts.truncate(known);
        Risen::default()
    }

    fn take_text(&mut self, text: &str, risen: &mut Risen) {
        let trimmed = text.trim();
        if let Some(mark) = link::mark(trimmed) {
            risen.pinned |= mark == Mark::Pinned;
            return;
        }
        let announced = self.label.take().or(self.column);
        if let Some(heading) = parts::heading(trimmed) {
            // Years without rows between them are a choice of years, not headings.
            let is_other = self.heading.is_none_or(|known| known.year != heading.year);
            let is_choice = is_other && self.headed_at == Some(self.drafts.len());
            self.heading = Some(heading).filter(|_| !is_choice);
            self.headed_at = Some(self.drafts.len());
        }
        let stamps = stamp::stamps(trimmed, announced);
        self.label = stamp::label_at_end(trimmed).filter(|label| match label {
            Label::Source => trimmed.ends_with([':', '：']),
            Label::Other => false,
            Label::Date(_) | Label::NoDay => true,
        });
        if stamps.is_empty() {
            let day = self.heading.and_then(|heading| heading.day(trimmed));
            risen.atoms.extend(day.map(|cell| Atom::Date(Stamp { cell, meaning: Meaning::Plain })));
        }
        risen.atoms.extend(stamps.into_iter().map(Atom::Date));
        risen.parts += 1;
        join(&mut risen.text, Some(trimmed));
    }

    fn take_link(&mut self, element: Element<'p>, risen: &mut Risen) {
        risen.text = None;
        let announced = self.label.take().or(self.column);
        if announced == Some(Label::Source) {
            return;
        }
        let said = link::read(element);
        let address = || scripted::target(self.page, element).map(String::from);
        let titled = match said {
            Said::Title(titled) => titled,
            // A link that is nothing but a date stands for its date.
            Said::Date(cell) => {
                risen.atoms.push(Atom::Date(Stamp { cell, meaning: Meaning::Plain }));
                return;
            }
            Said::Lead => {
                risen.lead = risen.lead.take().or_else(address);
                return;
            }
            Said::Nothing => return,
        };
        let url = address().unwrap_or_default();
        risen.pinned |= titled.pinned;
        let stamp = stamp::own(&titled.stamps, self.received);
        // A picture and a title, or a title and 详细, that lead to the same place are one row.
        let twin = risen.atoms.iter().rev().take(NEAREST).find_map(|atom| match atom {
            Atom::Link(at) if !url.is_empty() && self.drafts.get(*at).is_some_and(|draft| draft.row.url == url) => {
                Some(*at)
            }
            _ => None,
        });
        if let Some(draft) = twin.and_then(|at| self.drafts.get_mut(at)) {
            if titled.title.chars().count() > draft.row.title.chars().count() {
                draft.row.title = titled.title;
                draft.glued = titled.glued;
            }
            draft.stamp = draft.stamp.or(stamp);
            return;
        }
        risen.atoms.push(Atom::Link(self.drafts.len()));
        let pinned = titled.pinned;
        self.push(titled.title, url, stamp, titled.glued, pinned);
    }

    fn push(&mut self, title: String, url: String, stamp: Option<Stamp>, glued: Option<(String, Cell)>, pinned: bool) {
        let year = self.heading.map(|heading| heading.year);
        let row = Row { title, url, date: None, pinned, list: 0, year, in_menu: self.menus > 0 };
        self.drafts.push(Draft { row, stamp, glued, is_closed: false });
    }

    /// Matches links and dates as far as this element shows which belong together.
    fn settle(&mut self, element: Element<'p>, risen: &mut Risen) {
        let links: Vec<usize> =
            risen.atoms.iter().filter_map(|atom| if let Atom::Link(at) = atom { Some(*at) } else { None }).collect();
        let stamps: Vec<Stamp> = risen
            .atoms
            .iter()
            .filter_map(|atom| if let Atom::Date(stamp) = atom { Some(*stamp) } else { None })
            .collect();
        let is_row = matches!(element.name(), "li" | "tr" | "dd" | "dt" | "article");
        if element.attr("onclick").is_some() && risen.lead.is_none() {
            risen.lead = scripted::clicked(self.page, element).map(String::from);
        }
        if links.is_empty() {
            self.settle_without_link(element, stamps, risen, is_row);
            return;
        }
        if is_list(element) {
            risen.lead = None;
        }
        if let [only] = links[..] {
            self.date(only, &stamps);
            if let Some(draft) = self.drafts.get_mut(only) {
                draft.row.pinned |= risen.pinned && is_row;
                draft.is_closed |= draft.is_dated() && (is_row || is_list(element));
            }
            risen.atoms = vec![Atom::Link(only)];
            return;
        }
        let undated = links.iter().filter(|at| self.drafts.get(**at).is_some_and(|draft| !draft.is_dated())).count();
        let is_one = links.len() <= LOOSE_LINKS && undated + 1 >= links.len() && date_groups(&risen.atoms) < 2;
        if is_row && is_one && (!stamps.is_empty() || undated < links.len()) {
            let main = self.keep_main_link(&links, &stamps, risen.pinned);
            risen.atoms = vec![Atom::Link(main)];
            return;
        }
        if stamps.is_empty() && !is_list(element) && undated == links.len() && links.len() <= LOOSE_LINKS {
            return;
        }
        self.pair(&risen.atoms);
        self.lists += 1;
        for at in &links {
            if let Some(draft) = self.drafts.get_mut(*at)
                && draft.row.list == 0
            {
                draft.row.list = self.lists;
            }
        }
        risen.atoms.clear();
    }

    /// Dates on their way to their link, the names of columns, or a row whose title is no link.
    fn settle_without_link(&mut self, element: Element<'p>, mut stamps: Vec<Stamp>, risen: &mut Risen, is_row: bool) {
        let text = risen.text.as_deref();
        if stamps.is_empty() && !risen.is_heading && risen.parts > 1 {
            // Figures that only their looks part: 2023<i>-</i>05<i>-</i>06.
            stamps.extend(text.map_or_else(Vec::new, |text| stamp::stamps(text, None)).into_iter().filter(is_alone));
            risen.is_heading = text.is_some_and(columns::may_be_names) && self.columns.take(element);
        }
        let shows_row = (is_row || element.attr("onclick").is_some()) && !stamps.is_empty();
        if let Some(url) = risen.lead.take_if(|_| shows_row)
            && let Some(title) = longest_text(element)
        {
            let stamp = stamp::own(&stamps, self.received);
            risen.atoms = vec![Atom::Link(self.drafts.len())];
            self.push(title, url, stamp, None, risen.pinned);
            return;
        }
        stamps.truncate(MOST_STAMPS);
        // The dates of a table or list without links belong to nothing outside it, unless it tells of one row.
        if element.name() == "body" || (is_list(element) && (risen.text.is_none() || stamps.len() > 2)) {
            stamps.clear();
            risen.lead = None;
        }
        risen.atoms = stamps.into_iter().map(Atom::Date).collect();
    }

    /// Gives a row its own among its dates, those that it has already included.
    fn date(&mut self, at: usize, stamps: &[Stamp]) {
        let Some(draft) = self.drafts.get_mut(at).filter(|draft| !draft.is_closed) else { return };
        let most = draft.stamp.map(|stamp| stamp.meaning);
        // What stands further away counts only where it says more.
        let found = stamp::own(stamps, self.received).filter(|stamp| most.is_none_or(|most| stamp.meaning > most));
        draft.stamp = found.or(draft.stamp);
    }

    /// A category, the title and a file in one row: the title is the longest text that leads to an article; the others
    /// are no rows.
    fn keep_main_link(&mut self, links: &[usize], stamps: &[Stamp], pinned: bool) -> usize {
        let telling = |at: usize| {
            self.drafts.get(at).map(|draft| {
                let title = draft.row.title.chars().count();
                let is_file = draft.row.url.rsplit('.').next().is_some_and(|ending| FILES.contains(&ending));
                (draft.is_dated() || (is_leaf(&draft.row.url) && !is_file && title >= 4), title)
            })
        };
        // Of equals the first.
        let main = links.iter().copied().rev().max_by_key(|at| telling(*at)).unwrap_or_default();
        for at in links.iter().filter(|at| **at != main) {
            if let Some(draft) = self.drafts.get_mut(*at) {
                // Left without date and title it is dropped at the end.
                draft.row.title.clear();
                draft.stamp = None;
                draft.glued = None;
            }
        }
        self.date(main, stamps);
        if let Some(draft) = self.drafts.get_mut(main) {
            draft.row.pinned |= pinned;
            draft.is_closed = true;
        }
        main
    }

    /// Gives the loose dates to the link they stand by: after it, or before it where the list begins with a date.
    fn pair(&mut self, atoms: &[Atom]) {
        let date_first = matches!(atoms.first(), Some(Atom::Date(_)));
        let mut waiting: Vec<Stamp> = Vec::new();
        let mut last: Option<usize> = None;
        // What follows the last row is not all its own.
        let mut most = 0;
        for atom in atoms {
            match atom {
                Atom::Date(stamp) => waiting.push(*stamp),
                Atom::Link(at) => {
                    most = most.max(waiting.len());
                    let to = if date_first { Some(*at) } else { last.take() };
                    if let Some(to) = to {
                        self.date_if_bare(to, &waiting);
                    }
                    waiting.clear();
                    last = Some(*at);
                }
            }
        }
        if let Some(last) = last.filter(|_| !date_first) {
            waiting.truncate(most.max(1));
            self.date_if_bare(last, &waiting);
        }
    }

    fn date_if_bare(&mut self, at: usize, stamps: &[Stamp]) {
        if self.drafts.get(at).is_some_and(|draft| draft.stamp.is_none()) {
            self.date(at, stamps);
        }
    }
}

/// Endings of files that stand beside the title they belong to.
const FILES: [&str; 10] = ["pdf", "doc", "docx", "xls", "xlsx", "wps", "ofd", "zip", "rar", "jpg"];

/// Runs of dates, between links or at the ends.
fn date_groups(atoms: &[Atom]) -> usize {
    let is_date = |atom: &Atom| matches!(atom, Atom::Date(_));
    let begins = |at: usize| at == 0 || atoms.get(at - 1).is_some_and(|before| !is_date(before));
    atoms.iter().enumerate().filter(|(at, atom)| is_date(atom) && begins(*at)).count()
}

fn is_alone(stamp: &Stamp) -> bool {
    stamp.meaning >= Meaning::Plain
}

fn is_list(element: Element<'_>) -> bool {
    matches!(element.name(), "ul" | "ol" | "table" | "tbody" | "dl" | "body")
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

fn is_pin_handle(handle: &str) -> bool {
    matches!(handle, "zd" | "zhiding" | "istop" | "is-top" | "top-tag" | "icon-top" | "zhid")
}
