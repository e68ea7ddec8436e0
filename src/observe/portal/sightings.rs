//! First-seen memory, the pure part: what a night adds to what is remembered of a portal's documents, and what the
//! memory then tells of them.
//!
//! * **Backdated**: a document is new, the day it claims lies before a night on which its column was read, and that
//!   reading would have shown it. A column that was rebuilt, a document that only moved and a list that was read too
//!   short prove nothing.
//! * **Changed**: dates are held only against dates of the same place (shown, META, list), texts by their digest.
//!   A page that was not read tells nothing.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::addresses::{document_key, foreign_host};
use crate::{
    model::{
        Backdated, BodyChanged, Cause, ColumnFacts, ColumnReading, ColumnState, DateChanged, DateSource,
        DocumentHistory, History, Look, PortalFacts, Remembered, Sighting, Visit,
    },
    observe::fingerprint,
    text::normalise,
};

/// Where a publication date is looked for first.
const RANK: [DateSource; 4] = [DateSource::Visible, DateSource::Meta, DateSource::Url, DateSource::List];
/// A list of one page with fewer rows is not cut off.
const SHORT_LIST: usize = 10;
/// A column of at least so many rows, more than half of them new, was rebuilt.
const LEAST_REBUILT: usize = 5;
/// A page whose text changes more often than this is no document but a page that is made anew each time.
const MOST_BODY_CHANGES: usize = 5;
/// Letters by which a title that a list cut off is known again.
const CUT_TITLE: usize = 12;

/// What a night adds to the memory.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Noted {
    pub sightings: Vec<Sighting>,
    pub readings: Vec<ColumnReading>,
}

/// A document as this night shows it.
#[derive(Default)]
struct Tonight<'a> {
    url: &'a str,
    title: &'a str,
    unit: &'a str,
    claimed: BTreeMap<DateSource, Date>,
    body: Option<&'a str>,
    /// The visit that read the page.
    visit: Option<&'a Visit>,
    unread_cause: Option<Cause>,
    read: bool,
    columns: Vec<&'a ColumnFacts>,
}

impl Tonight<'_> {
    fn claimed_day(&self) -> Option<Date> {
        RANK.iter().find_map(|source| self.claimed.get(source)).copied()
    }
}

/// What the night adds. `looks` are the newest looks of earlier nights by address: what a changed page is shown against.
pub fn note(facts: &PortalFacts, night: Date, known: &Remembered, looks: &BTreeMap<String, Look>) -> Noted {
    let documents = tonight(facts);
    let titles = Titles::of(known);
    let is_new = |key: &str, document: &Tonight<'_>| !known.documents.contains_key(key) && !titles.know(document);
    let rebuilt = rebuilt(&documents, &is_new);
    let mut noted = Noted { readings: readings(facts, night), ..Noted::default() };
    for (key, document) in &documents {
        let mut sighting = Sighting {
            document: key.clone(),
            look: look(night, document),
            title: document.title.to_owned(),
            claimed: document.claimed.clone(),
            body: document.body.map(ToOwned::to_owned),
            ..Sighting::default()
        };
        let earlier = known.documents.get(key).map(Vec::as_slice).unwrap_or_default();
        if earlier.is_empty() {
            if !titles.know(document) {
                sighting.missed_by = missed_by(document, known, &rebuilt);
            }
            noted.sightings.push(sighting);
            continue;
        }
        let state = State::of(earlier);
        let newest = looks.get(document.url).filter(|look| look.capture.is_some());
        // The very same bytes: whatever is read from them differently now did not change on the portal.
        let same_bytes = newest.is_some_and(|look| !look.sha256.is_empty() && look.sha256 == sighting.look.sha256);
        if same_bytes || state.body_changes >= MOST_BODY_CHANGES {
            sighting.body = state.body.map(ToOwned::to_owned);
        }
        if same_bytes {
            sighting.claimed.retain(|source, _| *source == DateSource::List);
        }
        let dates = state.changed_date(&sighting);
        if dates.is_some() || state.changed_body(&sighting) {
            sighting.before = newest.or(state.look).cloned();
            noted.sightings.push(sighting);
        } else if state.learns_from(&sighting) {
            noted.sightings.push(sighting);
        }
    }
    noted
}

/// What the memory, this night's sightings included, tells of the documents of this night.
pub fn history(facts: &PortalFacts, night: Date, known: &Remembered) -> History {
    let mut history = History::default();
    for (key, document) in tonight(facts) {
        let Some(sightings) = known.documents.get(&key) else { continue };
        let Some(first) = sightings.first() else { continue };
        if first.look.night == night && sightings.len() == 1 {
            history.first_seen += 1;
        } else {
            history.compared += 1;
        }
        let told = DocumentHistory {
            backdated: backdated(first),
            first: first.look.clone(),
            url: document.url.to_owned(),
            title: document.title.to_owned(),
            unit: document.unit.to_owned(),
            unread_cause: document.unread_cause.or((!document.read).then_some(Cause::Budget)),
            key,
            ..changes(sightings)
        };
        if told.backdated.is_some() || !told.date_changed.is_empty() || !told.body_changed.is_empty() {
            history.documents.push(told);
        }
    }
    history
}

fn backdated(first: &Sighting) -> Option<Backdated> {
    let missed_by = first.missed_by.clone()?;
    let claimed = RANK.iter().find_map(|source| first.claimed.get(source)).copied()?;
    Some(Backdated { claimed, missed_by })
}

/// Walks through the sightings of a document, oldest first.
fn changes(sightings: &[Sighting]) -> DocumentHistory {
    let mut told = DocumentHistory::default();
    let mut state = State::default();
    let first_body = sightings.iter().find_map(|sighting| sighting.body.as_deref());
    for sighting in sightings {
        let then = || sighting.before.clone().or(state.look.cloned()).unwrap_or_default();
        if let Some((source, from, to)) = state.changed_date(sighting) {
            told.date_changed.push(DateChanged { source, from, to, then: then(), now: sighting.look.clone() });
        }
        if state.changed_body(sighting) {
            let restored = sighting.body.as_deref() == first_body;
            told.body_changed.push(BodyChanged { restored, then: then(), now: sighting.look.clone() });
        }
        state.take(sighting);
    }
    told
}

/// What the sightings so far say of a document.
#[derive(Default)]
struct State<'a> {
    /// Newest claim of each source, and the night of it.
    claimed: BTreeMap<DateSource, (Date, Date)>,
    body: Option<&'a str>,
    look: Option<&'a Look>,
    body_changes: usize,
}

impl<'a> State<'a> {
    fn of(sightings: &'a [Sighting]) -> Self {
        let mut state = Self::default();
        for sighting in sightings {
            state.body_changes += usize::from(state.changed_body(sighting));
            state.take(sighting);
        }
        state
    }

    fn take(&mut self, sighting: &'a Sighting) {
        for (source, day) in &sighting.claimed {
            self.claimed.insert(*source, (*day, sighting.look.night));
        }
        self.body = sighting.body.as_deref().or(self.body);
        self.look = Some(&sighting.look);
    }

    /// The best place that stated a date then and now, where the two differ.
    fn changed_date(&self, now: &Sighting) -> Option<(DateSource, Date, Date)> {
        let (source, (from, night), to) =
            RANK.iter().find_map(|source| Some((*source, *self.claimed.get(source)?, *now.claimed.get(source)?)))?;
        // The day of the visit itself, as some templates print it, states nothing.
        let runs_along = from == night && to == now.look.night;
        // A list that names no year has only its neighbours to tell it.
        let only_year = source == DateSource::List && (from.month(), from.day()) == (to.month(), to.day());
        (from != to && !runs_along && !only_year).then_some((source, from, to))
    }

    fn changed_body(&self, now: &Sighting) -> bool {
        matches!((self.body, now.body.as_deref()), (Some(then), Some(now)) if fingerprint::differ(then, now))
    }

    /// Whether a sighting knows what was not known: the text, the date at another place.
    fn learns_from(&self, now: &Sighting) -> bool {
        now.claimed.keys().any(|source| !self.claimed.contains_key(source))
            || now.body.is_some() && self.body != now.body.as_deref()
    }
}

/// The reading of one of its columns that should have shown a new document, the newest first.
fn missed_by(document: &Tonight<'_>, known: &Remembered, rebuilt: &BTreeSet<&str>) -> Option<ColumnReading> {
    let claimed = document.claimed_day()?;
    let shows =
        |reading: &&ColumnReading| claimed < reading.look.night && reading.covers_after.is_none_or(|day| claimed > day);
    let columns = document.columns.iter().filter(|column| !rebuilt.contains(column.key.as_str()));
    let readings = columns.filter_map(|column| known.readings.get(&column.key)).filter(shows);
    readings.max_by_key(|reading| (reading.look.night, &reading.column)).cloned()
}

/// Columns most of whose rows are new: the portal was rebuilt, or its list was never read before.
fn rebuilt<'a>(
    documents: &BTreeMap<String, Tonight<'a>>,
    is_new: &dyn Fn(&str, &Tonight<'_>) -> bool,
) -> BTreeSet<&'a str> {
    let mut rows: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for (key, document) in documents {
        let new = usize::from(is_new(key, document));
        for column in &document.columns {
            let (all, fresh) = rows.entry(&column.key).or_default();
            *all += 1;
            *fresh += new;
        }
    }
    let rebuilt = rows.into_iter().filter(|(_, (all, fresh))| *all >= LEAST_REBUILT && fresh * 2 > *all);
    rebuilt.map(|(key, _)| key).collect()
}

/// The lists that were read this night so that a missing row means something.
fn readings(facts: &PortalFacts, night: Date) -> Vec<ColumnReading> {
    // A column that gathers others shows a few rows of each; what it leaves out means nothing.
    let lists = facts
        .columns
        .iter()
        .filter(|column| column.state == ColumnState::Read && column.children.is_empty() && !column.entries.is_empty());
    let reading = |column: &ColumnFacts| {
        let whole = match column.pages_total {
            Some(total) => column.pages_read >= total,
            None => column.entries.len() < SHORT_LIST,
        };
        Some(ColumnReading {
            column: column.key.clone(),
            name: column.name.clone(),
            look: Look {
                night,
                at: column.read_at,
                url: column.url.clone(),
                capture: column.capture.clone(),
                sha256: String::new(),
            },
            rows: column.entries.len(),
            covers_after: if whole { None } else { Some(oldest_in_order(column)?) },
        })
    };
    lists.filter_map(reading).collect()
}

/// The day of the last row of a list that runs downwards without a gap; none for any other list.
fn oldest_in_order(column: &ColumnFacts) -> Option<Date> {
    let mut oldest: Option<Date> = None;
    for entry in column.entries.iter().filter(|entry| !entry.pinned) {
        let day = entry.date?.date;
        if oldest.is_some_and(|oldest| day > oldest) {
            return None;
        }
        oldest = Some(day);
    }
    oldest
}

/// Documents of the night by key: pages that were read, and rows of lists.
fn tonight(facts: &PortalFacts) -> BTreeMap<String, Tonight<'_>> {
    let moved: BTreeMap<&str, &str> =
        facts.coverage.visits.iter().map(|visit| (visit.url.as_str(), visit.final_url.as_str())).collect();
    let visits: BTreeMap<&str, &Visit> =
        facts.coverage.visits.iter().map(|visit| (visit.final_url.as_str(), visit)).collect();
    let failed: BTreeMap<&str, Cause> =
        facts.coverage.not_measurable.iter().map(|failure| (failure.url.as_str(), failure.cause)).collect();
    let mut documents: BTreeMap<String, Tonight<'_>> = BTreeMap::new();
    for document in &facts.documents {
        let Some(key) = key_of(&facts.url, &document.url) else { continue };
        let tonight = documents.entry(key).or_default();
        tonight.url = &document.url;
        tonight.title = &document.title;
        tonight.unit = &document.unit;
        tonight.unread_cause = document.unread_cause;
        if document.read {
            tonight.read = true;
            tonight.claimed.clone_from(&document.claimed);
            tonight.body = document.body.as_deref();
            tonight.visit = visits.get(document.url.as_str()).copied();
        }
    }
    let columns: BTreeSet<&str> = facts.columns.iter().map(|column| column.url.as_str()).collect();
    for column in &facts.columns {
        for entry in column.entries.iter().filter(|entry| !columns.contains(entry.url.as_str())) {
            let url = moved.get(entry.url.as_str()).copied().unwrap_or(&entry.url);
            let Some(key) = key_of(&facts.url, url) else { continue };
            let tonight = documents.entry(key).or_default();
            if tonight.url.is_empty() {
                tonight.url = url;
                tonight.unread_cause = failed.get(entry.url.as_str()).copied();
            }
            if tonight.title.is_empty() {
                tonight.title = &entry.title;
            }
            if tonight.unit.is_empty() {
                tonight.unit = column.units.first().map_or("", String::as_str);
            }
            if let Some(moment) = entry.date {
                tonight.claimed.entry(DateSource::List).or_insert(moment.date);
            }
            tonight.columns.push(column);
        }
    }
    documents
}

/// The page where it was read, else the list its row stands in.
fn look(night: Date, document: &Tonight<'_>) -> Look {
    if let Some(visit) = document.visit {
        return Look {
            night,
            at: visit.at,
            url: document.url.to_owned(),
            capture: Some(visit.capture.clone()),
            sha256: visit.sha256.clone(),
        };
    }
    let list = document.columns.first();
    Look {
        night,
        at: list.and_then(|list| list.read_at),
        url: list.map_or(document.url, |list| &list.url).to_owned(),
        capture: list.and_then(|list| list.capture.clone()),
        sha256: String::new(),
    }
}

/// Path and query of an address on the portal's own host: what a document is known by.
fn key_of(portal: &str, url: &str) -> Option<String> {
    if url.is_empty() || foreign_host(portal, url).is_some() {
        return None;
    }
    Some(document_key(url)).filter(|key| !key.is_empty())
}

/// The titles of remembered documents by the days they claim: what is known by both under another address has moved and
/// is not new.
struct Titles {
    of_day: BTreeMap<Date, Vec<String>>,
}

impl Titles {
    fn of(known: &Remembered) -> Self {
        let mut of_day: BTreeMap<Date, Vec<String>> = BTreeMap::new();
        for sighting in known.documents.values().flatten() {
            let title = plain(&sighting.title);
            let days: BTreeSet<Date> = sighting.claimed.values().copied().collect();
            for day in days {
                of_day.entry(day).or_default().push(title.clone());
            }
        }
        Self { of_day }
    }

    fn know(&self, document: &Tonight<'_>) -> bool {
        let title = plain(document.title);
        // Lists cut titles off: either may be the beginning of the other.
        let begins = |one: &str, other: &str| one.chars().count() >= CUT_TITLE && other.starts_with(one);
        let same = |known: &String| *known == title || begins(known, &title) || begins(&title, known);
        document.claimed.values().filter_map(|day| self.of_day.get(day)).flatten().any(same)
    }
}

/// A title without white space and the dots of a list that cut it off.
fn plain(title: &str) -> String {
    normalise(title).trim_end_matches(['.', '…']).to_owned()
}
