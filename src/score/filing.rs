//! Files entries: each finds its unit and its place in the rulebook, or is told with the field that fits nothing.

use std::{borrow::Cow, collections::HashMap, ops::Deref};

use super::{
    entries::{filled_lines, unreadable},
    parallel::BYTES_AN_ENTRY,
    placing::{Book, Misfit},
    plain_line,
    record::{Place, Placed, Record, Source},
    roster::Roster,
};
use crate::model::{Entry, rulebook::Period, score_sheet::BadEntry};

/// What entries are filed by.
pub struct Cabinet<'b> {
    pub book: Book<'b>,
    pub roster: Roster,
    pub period: Period,
    pub known_check: &'b (dyn Fn(&str) -> bool + Sync),
}

/// The entries of a list or of a piece of a file.
#[derive(Debug, Default)]
pub struct Filed<'a> {
    /// The names by which they call units.
    pub names: Vec<Name>,
    pub placed: Vec<Placed<'a>>,
    /// Those whose check the rulebook prices nowhere.
    pub unpriced: Vec<Record<'a>>,
    /// Entries that fit nothing.
    pub misfits: Vec<BadEntry>,
    /// Lines that hold no entry.
    pub unreadable: Vec<BadEntry>,
}

/// A name of a unit, as an entry has it.
#[derive(Debug)]
pub struct Name {
    pub called: String,
    /// The unit on the list, or why there is none.
    pub unit: Result<String, String>,
    /// Some entry under this name fits; its unit is scored.
    pub scored: bool,
}

impl Filed<'_> {
    pub fn has_bad(&self) -> bool {
        !(self.misfits.is_empty() && self.unreadable.is_empty())
    }

    /// Numbers the lines of bad entries from one after `before`.
    pub fn number_from(&mut self, before: usize) {
        self.misfits.iter_mut().chain(&mut self.unreadable).for_each(|bad| bad.line += before);
    }

    /// Everything that could not be filed.
    pub fn take_bad(&mut self) -> impl Iterator<Item = BadEntry> {
        self.misfits.drain(..).chain(self.unreadable.drain(..))
    }
}

impl Cabinet<'_> {
    /// Files entries in memory; `lines` are their places in a file, where absent their numbers count.
    pub fn file<'a>(&self, entries: &'a [Entry], lines: &[usize]) -> Filed<'a> {
        let mut filing = Filing::new(self);
        for (number, entry) in entries.iter().enumerate() {
            let line = lines.get(number).copied().unwrap_or(number + 1);
            let Some(found) = filing.find(entry, line) else { continue };
            let record = Record::new(entry, Source::entry(entry), entry.subject.as_deref().map(Cow::Borrowed));
            filing.put(found, record);
        }
        filing.filed
    }

    /// Files a piece of JSON Lines; its lines are numbered from 1.
    pub fn file_lines<'a>(&self, piece: &'a str) -> Filed<'a> {
        let mut filing = Filing::new(self);
        filing.filed.placed.reserve(piece.len() / BYTES_AN_ENTRY);
        for (number, line) in filled_lines(piece) {
            let mut entry = match plain_line::read(line) {
                Ok(entry) => entry,
                Err(error) => {
                    filing.filed.unreadable.push(unreadable(number, line, &error));
                    continue;
                }
            };
            let Some(found) = filing.find(&entry, number) else { continue };
            let subject = entry.subject.take().map(|subject| subject.0);
            let record = Record::new(&entry, Source::line(line, entry.status()), subject);
            filing.put(found, record);
        }
        // A unit's entries side by side: they are scored together.
        filing.filed.placed.sort_by_cached_key(|one| one.name);
        filing.filed.placed.shrink_to_fit();
        filing.filed
    }
}

/// Filing under way.
struct Filing<'c, 'a> {
    cabinet: &'c Cabinet<'c>,
    /// Numbers of the names met so far.
    numbers: HashMap<String, u32>,
    filed: Filed<'a>,
}

/// The number of the unit's name, and the place; none where nothing is priced.
type Found = (u32, Option<Place>);

impl<'c, 'a> Filing<'c, 'a> {
    fn new(cabinet: &'c Cabinet<'c>) -> Self {
        Self { cabinet, numbers: HashMap::new(), filed: Filed::default() }
    }

    /// Where an entry belongs; none where it fits nothing, which is noted.
    fn find<S: Deref<Target = str>>(&mut self, entry: &Entry<S>, line: usize) -> Option<Found> {
        let name = self.number_of(&entry.unit);
        let Cabinet { book, roster, period, known_check } = self.cabinet;
        let place = match &self.filed.names[name as usize].unit {
            Ok(unit) => book.place(entry, unit, roster, *period, known_check),
            Err(message) => Err(Misfit { field: "unit", message: message.clone() }),
        };
        match place {
            Ok(place) => Some((name, place)),
            Err(Misfit { field, message }) => {
                self.filed.misfits.push(BadEntry { line, field: field.to_owned(), message });
                None
            }
        }
    }

    fn put(&mut self, (name, place): Found, record: Record<'a>) {
        let found = &mut self.filed.names[name as usize];
        match place {
            Some(place) => {
                found.scored = true;
                self.filed.placed.push(Placed { name, place, record });
            }
            None => {
                // A unit of which only such things are known keeps every point, and is ranked with the others.
                found.scored |= found.unit.as_ref().is_ok_and(|unit| self.cabinet.roster.is_member(unit));
                self.filed.unpriced.push(record);
            }
        }
    }

    fn number_of(&mut self, name: &str) -> u32 {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        let number = u32::try_from(self.filed.names.len()).unwrap_or(u32::MAX);
        self.numbers.insert(name.to_owned(), number);
        let unit = self.cabinet.roster.find(name);
        self.filed.names.push(Name { called: name.trim().to_owned(), unit, scored: false });
        number
    }
}
