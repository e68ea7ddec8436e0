//! What a link is worth: which addresses checks need, and how many of each kind. Only the order and the extent of reading
//! are decided here; what a column or a document is, is for `observe` to say.

use std::{
    collections::{HashMap, HashSet},
    hash::{DefaultHasher, Hash, Hasher},
    sync::Arc,
};

use jiff::{Timestamp, ToSpan, civil::Date};
use url::Url;

use super::{
    address,
    frontier::{Belonging, Wanted},
};
use crate::{
    model::{Anchor, ColumnRole, Lexicon, PageFacts, PageKind, Portal, Region, beijing_date},
    observe,
    text::normalise,
};

/// Why an address is read; the first are read first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Interest {
    Home,
    /// A column that staff pinned.
    Pin,
    /// Called like a column of the lexicon.
    Column,
    /// Leads to columns: site maps, 信息公开 front pages, pages of units.
    Guide,
    /// A further page, or a sub-column, of a column of the lexicon.
    List,
    /// A document of such a column.
    Document,
    /// Another column: it may turn out to be one of the lexicon by its META tags.
    Menu,
    /// One of the first documents of another column.
    Sample,
    Rest,
}

impl Interest {
    /// Whether checks go wrong where such an address is left out.
    pub(super) fn is_needed(self) -> bool {
        self <= Interest::Document
    }
}

/// How much of a column checks want to see.
#[derive(Clone, Copy)]
struct Appetite {
    documents: usize,
    list_pages: usize,
    /// Whether documents too old for any check are wanted.
    old_ones: bool,
    /// Whether links within documents lead to documents that are wanted too (policy and interpretation).
    pairs: bool,
}

impl Appetite {
    /// By what the column holds.
    fn of(role: Option<ColumnRole>) -> Self {
        use ColumnRole::{
            Consultation, Feedback, Interpretation, Licence, Normative, Penalty, Policy, Publicity, Report,
        };
        match role {
            Some(Report) => Self { documents: 60, list_pages: 5, old_ones: true, pairs: false },
            // Whether a document of normative force has expired shows on the old ones.
            Some(Normative) => Self { documents: 60, list_pages: 5, old_ones: true, pairs: true },
            Some(Policy | Interpretation) => Self { documents: 60, list_pages: 5, old_ones: false, pairs: true },
            Some(Consultation | Feedback) => Self { documents: 30, list_pages: 2, old_ones: false, pairs: false },
            Some(Licence | Penalty | Publicity) => Self { documents: 30, list_pages: 3, old_ones: false, pairs: false },
            _ => Self { documents: 3, list_pages: 0, old_ones: false, pairs: false },
        }
    }
}

/// Documents of another column that are read as a sample.
const SAMPLE: usize = 3;
/// Checks on documents look back one year; a quarter more leaves room for late interpretations.
const MONTHS_BACK: i32 = 15;
/// A link text this much longer than a column's name is still taken for that column.
const NAME_SLACK: usize = 6;
const LONGEST_GUIDE: usize = 16;
/// So many weighed links are remembered before all are forgotten.
const MOST_WEIGHED: usize = 100_000;
const GUIDES: &[&str] =
    &["网站地图", "站点地图", "网站导航", "信息公开", "政务公开", "主动公开", "公开目录", "公开平台", "公示"];

/// Knows the way through one portal, and how much of each column was asked for already.
pub(super) struct Compass<'a> {
    portal: &'a Portal,
    home: Url,
    /// Normalised names and aliases to their place in the lexicon.
    names: HashMap<String, usize>,
    /// Names long enough to be looked for within a longer text, with their letters and places.
    long_names: Vec<(String, usize, usize)>,
    weak: HashSet<String>,
    types: HashMap<String, usize>,
    appetites: Vec<Appetite>,
    /// Places of terms that only lead to other columns (政务公开, 政府信息公开).
    gateways: HashSet<usize>,
    /// Places of terms that no check asks for (专题专栏): known so that they are told apart, read as any menu entry.
    topics: HashSet<usize>,
    units: HashSet<String>,
    oldest: Date,
    eaten: HashMap<u64, Eaten>,
    /// Links that were weighed, each with all that its worth depends on. A menu stands on every page, and weighing its
    /// links again changes nothing.
    weighed: HashSet<u64>,
}

/// A link with its worth.
struct Lead {
    url: Url,
    text: String,
    interest: Interest,
    column: Option<Belonging>,
    /// A further page of the list that is being read: it lies no deeper.
    further: bool,
    /// The markup hides the link: it is nobody's dead link.
    hidden: bool,
}

#[derive(Default)]
struct Eaten {
    documents: usize,
    list_pages: usize,
}

impl<'a> Compass<'a> {
    pub(super) fn new(portal: &'a Portal, home: Url, lexicon: &Lexicon, as_of: Timestamp) -> Self {
        let today = beijing_date(as_of);
        let mut compass = Self {
            portal,
            home,
            names: HashMap::new(),
            long_names: Vec::new(),
            weak: HashSet::new(),
            gateways: HashSet::new(),
            topics: HashSet::new(),
            types: HashMap::new(),
            appetites: lexicon.columns.iter().map(|term| Appetite::of(term.role)).collect(),
            units: portal
                .units
                .iter()
                .flat_map(|unit| [&unit.name].into_iter().chain(&unit.aliases))
                .map(|name| normalise(name))
                .collect(),
            oldest: today.checked_sub(MONTHS_BACK.months()).unwrap_or(Date::MIN),
            eaten: HashMap::new(),
            weighed: HashSet::new(),
        };
        for (place, term) in lexicon.columns.iter().enumerate() {
            for name in [&term.name].into_iter().chain(&term.aliases) {
                compass.names.entry(normalise(name)).or_insert(place);
            }
            if term.gateway {
                compass.gateways.insert(place);
            }
            if term.role == Some(ColumnRole::Topics) {
                compass.topics.insert(place);
            }
            compass.weak.extend(term.weak.iter().map(|name| normalise(name)));
            for kind in &term.types {
                compass.types.entry(normalise(kind)).or_insert(place);
            }
        }
        let long = compass.names.iter().map(|(name, term)| (name.clone(), name.chars().count(), *term));
        compass.long_names = long.filter(|(_, letters, _)| *letters >= 4).collect();
        compass
    }

    /// Addresses that are known before anything is read: the columns that staff pinned.
    pub(super) fn pins(&self) -> Vec<Wanted> {
        let pin = |pin: &crate::model::ColumnPin| {
            let url = address::canonical(&pin.url)?;
            let column = self.names.get(&normalise(&pin.name)).map(|term| belonging(*term, &url));
            Some(Wanted { url, interest: Interest::Pin, text: pin.name.clone(), from: None, depth: 1, column })
        };
        self.portal.pins.iter().filter_map(pin).collect()
    }

    /// Forgets how much of each column was asked for: its lists are about to be read again.
    pub(super) fn begin_anew(&mut self) {
        self.eaten.clear();
        self.weighed.clear();
    }

    /// An address that a sitemap lists: a column it may be, but nothing says which.
    pub(super) fn listed(&self, address: &Url, sitemap: String) -> Option<Wanted> {
        let url = self.readable(address.as_str())?;
        let interest = if address::looks_like_column(&url) { Interest::Menu } else { Interest::Rest };
        let interest = self.within_units(&url, interest);
        Some(Wanted { url, interest, text: String::new(), from: Some(sitemap), depth: 1, column: None })
    }

    /// Where a page that was read leads to: its rows, its next page, its links, each in the order of the page; without
    /// links that another page led to in the same way. `is_known` tells addresses that were met before. Equal links of
    /// all pages must be one ([`super::Keeper`]).
    pub(super) fn leads(
        &mut self,
        wanted: &Wanted,
        url: &Url,
        facts: &PageFacts,
        is_known: impl Fn(&Url) -> bool,
    ) -> Vec<Wanted> {
        let column = self.column_of(wanted, url, facts);
        let mut leads = self.rows(column, facts);
        leads.extend(self.next_page(column, facts, is_known));
        leads.extend(observe::files_of_report(facts).into_iter().filter_map(|file| {
            let (url, text) = (self.file(&file.url)?, file.title.clone());
            Some(Lead { url, text, interest: Interest::Document, column, further: false, hidden: false })
        }));
        leads.extend(facts.anchors.iter().filter_map(|anchor| {
            if !self.is_new(anchor, url, facts.kind, column, wanted.depth) {
                return None;
            }
            let target = self.readable(&anchor.url)?;
            let (interest, column) = self.worth(anchor, &target, url, facts.kind, column);
            // What no reader is shown leads somewhere only where it is called like something: crawlers are trapped so.
            let hidden = anchor.region == Region::Hidden;
            if hidden && interest >= Interest::Sample {
                return None;
            }
            let text = if anchor.text.is_empty() { &anchor.title } else { &anchor.text };
            Some(Lead { url: target, text: text.clone(), interest, column, further: false, hidden })
        }));
        // A list goes on where its system answers, which lies on nobody's path: it stays with its first page.
        let place = |lead: &Lead| match wanted.interest {
            Interest::List if lead.further => lead.interest,
            _ => self.within_units(if lead.further { url } else { &lead.url }, lead.interest),
        };
        let want = |lead: Lead| Wanted {
            interest: place(&lead),
            url: lead.url,
            text: lead.text,
            from: (!lead.hidden).then(|| wanted.url.to_string()),
            depth: wanted.depth + u32::from(!lead.further),
            column: lead.column,
        };
        leads.into_iter().map(want).collect()
    }

    /// The rows of a list. On front pages and beside articles they are the news of other columns.
    fn rows(&mut self, column: Option<Belonging>, facts: &PageFacts) -> Vec<Lead> {
        let is_list = is_list(facts.kind);
        // A report may be listed without a page of its own.
        let wants_files = is_list && column.is_some_and(|column| self.appetites[column.term].old_ones);
        let mut leads = Vec::new();
        for (number, row) in facts.entries.iter().enumerate() {
            let file = || {
                let is_wanted = wants_files && observe::is_report_title(&row.title);
                is_wanted.then(|| self.file(&row.url)).flatten()
            };
            let Some(url) = self.readable(&row.url).or_else(file) else { continue };
            let (interest, column) = match column.filter(|_| is_list) {
                Some(column) if row.date.is_none() && address::looks_like_column(&url) => {
                    (Interest::List, Some(column))
                }
                Some(column) => {
                    let appetite = self.appetites[column.term];
                    let eaten = self.eaten.entry(column.group).or_default();
                    let recent = row.date.is_none_or(|date| date.date >= self.oldest);
                    if (recent || appetite.old_ones) && eaten.documents < appetite.documents {
                        eaten.documents += 1;
                        (Interest::Document, Some(column))
                    } else {
                        (Interest::Rest, None)
                    }
                }
                None if is_list && number < SAMPLE => (Interest::Sample, None),
                None => (Interest::Rest, None),
            };
            leads.push(Lead { url, text: row.title.clone(), interest, column, further: false, hidden: false });
        }
        leads
    }

    /// The next page of a list; one at a time, for whether the one after it is wanted shows on that page.
    fn next_page(
        &mut self,
        column: Option<Belonging>,
        facts: &PageFacts,
        is_known: impl Fn(&Url) -> bool,
    ) -> Option<Lead> {
        let url = facts.next_pages.iter().filter_map(|next| self.readable(next)).find(|next| !is_known(next))?;
        let text = facts.column.name.clone().unwrap_or_default();
        // What is asked for after an answer to a script is no link that a reader sees.
        let hidden = !facts.signs.whole;
        let Some(column) = column else {
            return Some(Lead { url, text, interest: Interest::Rest, column: None, further: true, hidden });
        };
        let appetite = self.appetites[column.term];
        let eaten = self.eaten.entry(column.group).or_default();
        let last = facts.entries.iter().filter_map(|row| row.date).map(|moment| moment.date).min();
        let recent = last.is_none_or(|last| last >= self.oldest);
        if (recent || appetite.old_ones) && eaten.list_pages < appetite.list_pages {
            eaten.list_pages += 1;
            return Some(Lead { url, text, interest: Interest::List, column: Some(column), further: true, hidden });
        }
        Some(Lead { url, text, interest: Interest::Rest, column: None, further: true, hidden })
    }

    /// Whether this link was not yet weighed under the same circumstances.
    fn is_new(
        &mut self,
        anchor: &Arc<Anchor>,
        page: &Url,
        kind: PageKind,
        column: Option<Belonging>,
        depth: u32,
    ) -> bool {
        if self.weighed.len() >= MOST_WEIGHED {
            self.weighed.clear();
        }
        let is_document = is_document(kind);
        let folder = column.filter(|_| !is_document).map(|_| folder_of(page));
        let mut hasher = DefaultHasher::new();
        (Arc::as_ptr(anchor), is_document, column, folder, depth).hash(&mut hasher);
        self.weighed.insert(hasher.finish())
    }

    fn worth(
        &self,
        anchor: &Anchor,
        target: &Url,
        page: &Url,
        kind: PageKind,
        column: Option<Belonging>,
    ) -> (Interest, Option<Belonging>) {
        let is_document = is_document(kind);
        if matches!(anchor.region, Region::Body | Region::Related) && is_document {
            let pairs = column.is_some_and(|column| self.appetites[column.term].pairs);
            return if pairs { (Interest::Document, column) } else { (Interest::Rest, None) };
        }
        let columnlike = address::looks_like_column(target);
        for text in [&anchor.text, &anchor.title] {
            if let Some(term) = self.term_of(text, columnlike) {
                if self.gateways.contains(&term) {
                    return (Interest::Guide, None);
                }
                if self.topics.contains(&term) {
                    return (Interest::Menu, None);
                }
                return (Interest::Column, Some(belonging(term, target)));
            }
        }
        let text = normalise(&anchor.text);
        let is_guide =
            columnlike && text.chars().count() <= LONGEST_GUIDE && GUIDES.iter().any(|word| text.contains(word));
        if is_guide || self.weak.contains(&text) || self.units.contains(&text) {
            return (Interest::Guide, None);
        }
        let folder = folder_of(page);
        if columnlike && !is_document && column.is_some() && folder.len() > 1 && target.path().starts_with(folder) {
            return (Interest::List, column);
        }
        if matches!(anchor.region, Region::Menu | Region::Crumb) || (columnlike && !is_document) {
            return (Interest::Menu, None);
        }
        (Interest::Rest, None)
    }

    /// The column of the lexicon that a link is called after.
    fn term_of(&self, text: &str, columnlike: bool) -> Option<usize> {
        let text = normalise(text);
        let text = text.trim_matches(|letter: char| !letter.is_alphanumeric());
        if let Some(term) = self.names.get(text) {
            return Some(*term);
        }
        let length = text.chars().count();
        if !columnlike || length > 30 {
            return None;
        }
        // The longest name within the text, the first of the lexicon among equals.
        let named = self
            .long_names
            .iter()
            .filter(|(name, letters, _)| length <= letters + NAME_SLACK && text.contains(name.as_str()));
        named.max_by_key(|(name, _, term)| (name.len(), std::cmp::Reverse(*term))).map(|(_, _, term)| *term)
    }

    /// The column a page belongs to: what its link or staff called it, else what the page says it is, else what it was
    /// found under.
    fn column_of(&self, wanted: &Wanted, url: &Url, facts: &PageFacts) -> Option<Belonging> {
        if matches!(wanted.interest, Interest::Pin | Interest::Column) && wanted.column.is_some() {
            return wanted.column;
        }
        match self.column_of_page(url, facts) {
            Some(own) if wanted.column.is_none_or(|found| found.term != own.term) => Some(own),
            _ => wanted.column,
        }
    }

    /// The column of the lexicon that a list says it is.
    fn column_of_page(&self, url: &Url, facts: &PageFacts) -> Option<Belonging> {
        if !is_list(facts.kind) {
            return None;
        }
        let by_name = facts.column.name.as_deref().and_then(|name| self.names.get(&normalise(name)));
        let by_type = facts.column.kind.as_deref().and_then(|kind| self.types.get(&normalise(kind)));
        by_name.or(by_type).filter(|term| !self.gateways.contains(term)).map(|term| belonging(*term, url))
    }

    /// What lies outside the paths of all units of the portal is nobody's duty here; guides may still lead inside.
    fn within_units(&self, url: &Url, interest: Interest) -> Interest {
        let foreign = !self.portal.units.is_empty() && self.portal.unit_of_path(url.path()).is_none();
        if foreign && !matches!(interest, Interest::Home | Interest::Pin | Interest::Guide) {
            Interest::Rest
        } else {
            interest
        }
    }

    /// The address of an attached file that there is a reader for.
    fn file(&self, text: &str) -> Option<Url> {
        let url = address::canonical(text)?;
        (address::is_of_portal(&self.home, &url) && observe::may_be_read(url.as_str()) && !address::is_trap(&url))
            .then_some(url)
    }

    /// The address as it would be asked for, where it can be a page of this portal at all.
    fn readable(&self, text: &str) -> Option<Url> {
        let url = address::canonical(text)?;
        (address::is_of_portal(&self.home, &url) && address::may_be_page(&url) && !address::is_trap(&url))
            .then_some(url)
    }
}

/// The path of a page without its file.
fn folder_of(page: &Url) -> &str {
    page.path().rfind('/').map_or("/", |slash| &page.path()[..=slash])
}

fn is_document(kind: PageKind) -> bool {
    matches!(kind, PageKind::Article | PageKind::Report)
}

fn is_list(kind: PageKind) -> bool {
    !is_document(kind) && kind != PageKind::Home
}

fn belonging(term: usize, url: &Url) -> Belonging {
    Belonging { term, group: address::identity(url) }
}
