//! A day, with the time of day where a page gives one. All in Beijing time.

use std::{fmt, str::FromStr};

use jiff::{
    Timestamp,
    civil::{Date, DateTime, Time},
    tz::{Offset, TimeZone},
};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Beijing time: UTC+8 without daylight saving (in force since 1991, before any portal existed).
pub fn beijing_zone() -> TimeZone {
    TimeZone::fixed(Offset::constant(8))
}

/// The calendar day of `at` in Beijing.
pub fn beijing_date(at: Timestamp) -> Date {
    at.to_zoned(beijing_zone()).date()
}

/// The wall-clock time of `at` in Beijing, cut to whole seconds.
pub fn beijing_time(at: Timestamp) -> DateTime {
    let local = at.to_zoned(beijing_zone()).datetime();
    local.with().subsec_nanosecond(0).build().unwrap_or(local)
}

/// `at` cut to whole microseconds, as the log keeps it; what is judged again later must have been judged like this.
pub fn whole_microseconds(at: Timestamp) -> Timestamp {
    Timestamp::from_microsecond(at.as_microsecond()).unwrap_or(at)
}

/// A date that a page states; the hour and minute only where the page states them.
/// Written `YYYY-MM-DD` or `YYYY-MM-DDTHH:MM`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment {
    pub date: Date,
    pub time: Option<Time>,
}

impl Moment {
    pub fn day(date: Date) -> Self {
        Self { date, time: None }
    }

    pub fn at(date: Date, time: Time) -> Self {
        Self { date, time: Some(time) }
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.date)?;
        match self.time {
            Some(time) => write!(f, "T{:02}:{:02}", time.hour(), time.minute()),
            None => Ok(()),
        }
    }
}

impl FromStr for Moment {
    type Err = jiff::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once('T') {
            Some((date, time)) => Ok(Self::at(date.parse()?, time.parse()?)),
            None => Ok(Self::day(text.parse()?)),
        }
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
