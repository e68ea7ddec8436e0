//! Chinese working days: weekends, holidays and worked weekends as the State Council announces them year by year.
//! The days are data; a year without data is unknown, never guessed.

use std::{collections::BTreeSet, fmt, str::FromStr};

use jiff::{ToSpan, civil::Date};
use serde::{Deserialize, Serialize};

/// Days off and worked weekends of one announced year (`checks/word-lists/working-days.yaml`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct YearDays {
    /// The year the notice is about. A notice may touch the December before it.
    pub year: i16,
    /// The notice, for people.
    #[serde(default)]
    pub source: String,
    /// Days off, weekends inside included.
    pub off: Vec<DaySpan>,
    /// Weekend days that are worked.
    #[serde(default)]
    pub worked: Vec<DaySpan>,
}

impl YearDays {
    /// What cannot be true of a year, in English: days of other years, a day both off and worked.
    pub fn slips(&self) -> Vec<String> {
        let mut slips = Vec::new();
        let off: BTreeSet<Date> = self.off.iter().flat_map(|span| span.days()).collect();
        let worked: BTreeSet<Date> = self.worked.iter().flat_map(|span| span.days()).collect();
        for day in off.union(&worked) {
            let is_december_before = day.year() + 1 == self.year && day.month() == 12;
            if day.year() != self.year && !is_december_before {
                slips.push(format!("{day} does not belong to the notice of {}", self.year));
            }
        }
        slips.extend(worked.intersection(&off).map(|day| format!("{day} is both off and worked")));
        slips
    }
}

fn is_weekend(day: Date) -> bool {
    day.weekday().to_monday_one_offset() >= 6
}

/// One day (`2022-04-02`) or several (`2022-01-31..2022-02-06`), both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DaySpan {
    pub first: Date,
    pub last: Date,
}

impl DaySpan {
    fn days(self) -> impl Iterator<Item = Date> {
        self.first.series(1.day()).take_while(move |day| *day <= self.last)
    }
}

impl FromStr for DaySpan {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (first, last) = text.split_once("..").unwrap_or((text, text));
        let parse = |day: &str| {
            day.trim()
                .parse::<Date>()
                .map_err(|_| format!("{text:?} is not a day or a span such as 2022-01-31..2022-02-06"))
        };
        let span = Self { first: parse(first)?, last: parse(last)? };
        // A holiday never lasts a month; a longer span is a slip in the data.
        if span.last < span.first || span.days().nth(31).is_some() {
            return Err(format!("{text:?} ends before it begins, or lasts more than a month"));
        }
        Ok(span)
    }
}

impl TryFrom<String> for DaySpan {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<DaySpan> for String {
    fn from(span: DaySpan) -> Self {
        span.to_string()
    }
}

impl fmt::Display for DaySpan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.first == self.last { write!(f, "{}", self.first) } else { write!(f, "{}..{}", self.first, self.last) }
    }
}

/// Knows which days are worked, for the years it has data of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Calendar {
    years: BTreeSet<i16>,
    off: BTreeSet<Date>,
    worked: BTreeSet<Date>,
}

impl Calendar {
    /// Builds the calendar from the announced years.
    pub fn from_years(years: impl IntoIterator<Item = YearDays>) -> Self {
        let mut calendar = Self::default();
        for year in years {
            calendar.years.insert(year.year);
            calendar.off.extend(year.off.into_iter().flat_map(DaySpan::days));
            calendar.worked.extend(year.worked.into_iter().flat_map(DaySpan::days));
        }
        calendar
    }

    /// Whether offices work on `day`; `None` for a year without data.
    pub fn is_working(&self, day: Date) -> Option<bool> {
        if !self.years.contains(&day.year()) {
            return None;
        }
        Some(self.worked.contains(&day) || !(is_weekend(day) || self.off.contains(&day)))
    }

    /// The `n`-th working day after `day` (the day after it is the first that can count); `day` itself for 0.
    /// `None` as soon as a year without data is touched.
    pub fn add(&self, day: Date, n: u32) -> Option<Date> {
        let mut day = day;
        let mut left = n;
        while left > 0 {
            day = day.tomorrow().ok()?;
            if self.is_working(day)? {
                left -= 1;
            }
        }
        Some(day)
    }

    /// Working days after `from` up to and including `to`; 0 where `to` is not after `from`.
    /// `None` as soon as a year without data is touched.
    pub fn between(&self, from: Date, to: Date) -> Option<u32> {
        let mut day = from;
        let mut count = 0;
        while day < to {
            day = day.tomorrow().ok()?;
            count += u32::from(self.is_working(day)?);
        }
        Some(count)
    }

    /// Working days of a whole year; `None` without data.
    pub fn working_days_of(&self, year: i16) -> Option<u32> {
        let last_before = Date::new(year.checked_sub(1)?, 12, 31).ok()?;
        self.between(last_before, Date::new(year, 12, 31).ok()?)
    }
}
