//! An entry as the scorer holds it: its place in the rulebook and the numbers and texts it is scored by, nothing more.
//! What is only carried through to the trace stays where it stands, and is read again when it is shown.

use std::{borrow::Cow, cmp::Ordering};

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Serialize, Serializer, ser::Error};

use super::plain_line;
use crate::model::{Entry, EntryStatus, Level};

/// What the scorer reads of an entry. A province's year has a million of these, hence the narrow numbers.
#[derive(Debug)]
pub struct Record<'a> {
    pub source: Source<'a>,
    /// It is the finding of a check.
    pub finding: bool,
    pub not_applicable: bool,
    pub date: Option<Date>,
    pub level: Option<Level>,
    pub subject: Option<Cow<'a, str>>,
    /// The same for equal subjects: it spares a look at texts that lie far away.
    pub fingerprint: u32,
    count: Option<Decimal>,
    measure: Option<Box<Measure>>,
}

/// A record in its place.
#[derive(Debug)]
pub struct Placed<'a> {
    /// Number of its unit's name among those of the [`Filed`](super::filing::Filed) it belongs to.
    pub name: u32,
    pub place: Place,
    pub record: Record<'a>,
}

/// Where an entry counts. Numbers point into [`Book::clauses`](super::placing::Book::clauses) and the clause's steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub clause: u16,
    pub what: What,
}

/// What an entry says of its clause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    Step(u16),
    /// The unit has no such thing.
    NotApplicable,
}

/// The numbers that few entries have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Measure {
    numerator: Option<Decimal>,
    denominator: Option<Decimal>,
    value: Option<Decimal>,
    rank: Option<u32>,
}

/// An entry where it stands: it is read again when it is shown.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    pub status: EntryStatus,
    stands: Stands<'a>,
}

#[derive(Clone, Copy, Debug)]
enum Stands<'a> {
    InMemory(&'a Entry),
    OnLine(&'a str),
}

impl<'a> Record<'a> {
    /// `source` is where `entry` stands; `subject` is its own.
    pub fn new<S>(entry: &Entry<S>, source: Source<'a>, subject: Option<Cow<'a, str>>) -> Self {
        let Entry { numerator, denominator, value, rank, .. } = *entry;
        let measure = Measure { numerator, denominator, value, rank };
        Self {
            source,
            finding: entry.check.is_some(),
            not_applicable: entry.not_applicable,
            date: entry.date,
            level: entry.level,
            fingerprint: fingerprint(subject.as_deref().unwrap_or_default()),
            subject,
            count: entry.count,
            measure: (measure != Measure::default()).then(|| Box::new(measure)),
        }
    }

    /// Items; 1 where nothing is said.
    pub fn count(&self) -> Decimal {
        self.count.unwrap_or(Decimal::ONE)
    }

    pub fn numerator(&self) -> Option<Decimal> {
        self.measure.as_ref()?.numerator
    }

    pub fn denominator(&self) -> Option<Decimal> {
        self.measure.as_ref()?.denominator
    }

    pub fn value(&self) -> Option<Decimal> {
        self.measure.as_ref()?.value
    }

    pub fn rank(&self) -> Option<u32> {
        self.measure.as_ref()?.rank
    }

    /// The order in which entries are looked at and shown, whatever their order in the file.
    pub fn canonical(&self, other: &Self) -> Ordering {
        (self.date, &self.subject).cmp(&(other.date, &other.subject)).then_with(|| self.rest().cmp(&other.rest()))
    }

    /// What decides among entries of one day about one subject.
    fn rest(&self) -> impl Ord + use<> {
        let measure = self.measure.as_deref().copied().unwrap_or_default();
        (self.source.id(), self.level, self.count, measure, self.source.text())
    }
}

/// Sorts by clause, and each clause's entries as [`Record::canonical`] orders them; but each is read only once, and
/// its texts only where the day does not decide.
pub fn sort<'e, T>(entries: &mut [T], clause: impl Fn(&T) -> u16, record: impl Fn(&T) -> &Record<'e>) {
    let day = |one: &T| (clause(one), record(one).date);
    entries.sort_by_cached_key(day);
    for same_day in entries.chunk_by_mut(|a, b| day(a) == day(b)).filter(|same| same.len() > 1) {
        same_day.sort_by(|a, b| record(a).subject.cmp(&record(b).subject));
        for alike in same_day.chunk_by_mut(|a, b| record(a).subject == record(b).subject).filter(|same| same.len() > 1)
        {
            alike.sort_by_cached_key(|one| record(one).rest());
        }
    }
}

/// FNV-1a.
fn fingerprint(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |sum, byte| (sum ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

impl<'a> Source<'a> {
    pub fn entry(entry: &'a Entry) -> Self {
        Self { status: entry.status(), stands: Stands::InMemory(entry) }
    }

    /// `line` has been read as an entry of that status.
    pub fn line(line: &'a str, status: EntryStatus) -> Self {
        Self { status, stands: Stands::OnLine(line) }
    }

    fn id(&self) -> Option<String> {
        match self.stands {
            Stands::InMemory(entry) => entry.id.clone(),
            Stands::OnLine(line) => plain_line::read(line).ok()?.id.map(|id| id.0.into_owned()),
        }
    }

    /// Everything the entry says, in one order.
    fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

impl From<Source<'_>> for Entry {
    fn from(source: Source<'_>) -> Self {
        match source.stands {
            Stands::InMemory(entry) => entry.clone(),
            // It was read before it was filed, and reads the same again.
            Stands::OnLine(line) => serde_json::from_str(line).unwrap_or_default(),
        }
    }
}

impl Serialize for Source<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.stands {
            Stands::InMemory(entry) => entry.serialize(serializer),
            Stands::OnLine(line) => plain_line::read(line).map_err(S::Error::custom)?.serialize(serializer),
        }
    }
}
