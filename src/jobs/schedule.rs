//! When nights begin: an ordinary five-field cron line, read in Beijing time.
//!
//! People write the line as in any crontab: minute, hour, day of month, month, weekday with Sunday 0 or 7, and
//! where both day fields are restricted either one suffices. The `cron` crate wants seconds, counts Sunday as 1
//! and knows no such rule, so it only reads the fields; which day comes next is found here.

use std::{str::FromStr, time::Duration};

use cron::TimeUnitSpec;
use jiff::{
    SignedDuration, Timestamp, ToSpan,
    civil::{Date, DateTime, Time},
};

use super::queue::Queue;
use crate::model::{JobKind, JobRequest, beijing_time, beijing_zone};

/// How far ahead a time is looked for: 29 February on a given weekday comes at least once in 40 years
/// (across a century that is no leap year).
const HORIZON_YEARS: i16 = 41;

/// A night that was missed (the machine was off) is made up for as long as this afterwards.
const MAKE_UP: SignedDuration = SignedDuration::from_hours(12);

/// Longest sleep: a clock that is set, or a machine that slept, is noticed after this.
const NAP: Duration = Duration::from_secs(30);

/// A line of a schedule that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadSchedule {
    #[error("schedule {line:?} has {fields} fields; write five: minute hour day-of-month month weekday")]
    FieldCount { line: String, fields: usize },
    #[error("schedule {line:?}: {field} {value:?} cannot be read: {why}")]
    Field { line: String, field: &'static str, value: String, why: String },
    #[error("schedule {line:?} names no day that exists")]
    Never { line: String },
}

/// When nights begin.
#[derive(Clone, Debug)]
pub struct Schedule {
    line: String,
    fields: cron::Schedule,
    /// Both day fields are restricted: either one suffices.
    either_day: bool,
}

/// A field of the line: its name for messages, its smallest and largest number, its names from the smallest on.
struct Field {
    name: &'static str,
    smallest: u32,
    largest: u32,
    names: &'static [&'static str],
}

const FIELDS: [Field; 5] = [
    Field { name: "minute", smallest: 0, largest: 59, names: &[] },
    Field { name: "hour", smallest: 0, largest: 23, names: &[] },
    Field { name: "day of month", smallest: 1, largest: 31, names: &[] },
    Field {
        name: "month",
        smallest: 1,
        largest: 12,
        names: &["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"],
    },
    // 7 is Sunday once more, so that `5-7` can be said.
    Field {
        name: "weekday",
        smallest: 0,
        largest: 7,
        names: &["sun", "mon", "tue", "wed", "thu", "fri", "sat", "sun"],
    },
];

const WEEKDAY: usize = 4;

impl FromStr for Schedule {
    type Err = BadSchedule;

    fn from_str(line: &str) -> Result<Self, Self::Err> {
        let texts: Vec<&str> = line.split_whitespace().collect();
        if texts.len() != FIELDS.len() {
            return Err(BadSchedule::FieldCount { line: line.to_owned(), fields: texts.len() });
        }
        let mut lists = Vec::new();
        for (position, (field, text)) in FIELDS.iter().zip(&texts).enumerate() {
            let bad = |why: String| BadSchedule::Field {
                line: line.to_owned(),
                field: field.name,
                value: (*text).to_owned(),
                why,
            };
            let mut numbers = field.numbers(text).map_err(bad)?;
            if position == WEEKDAY {
                // Ordinary 0 or 7 (Sunday) to 6 become the crate's 1 (Sunday) to 7.
                numbers.iter_mut().for_each(|day| *day = *day % 7 + 1);
            }
            lists.push(numbers.iter().map(ToString::to_string).collect::<Vec<_>>().join(","));
        }
        let fields = cron::Schedule::from_str(&format!("0 {}", lists.join(" "))).map_err(|error| {
            BadSchedule::Field { line: line.to_owned(), field: "line", value: line.to_owned(), why: error.to_string() }
        })?;
        let restricted = |text: &str| !text.starts_with('*');
        let schedule =
            Schedule { line: line.to_owned(), fields, either_day: restricted(texts[2]) && restricted(texts[WEEKDAY]) };
        match schedule.next_day_from(Date::constant(2000, 1, 1)) {
            Some(_) => Ok(schedule),
            None => Err(BadSchedule::Never { line: line.to_owned() }),
        }
    }
}

impl Field {
    /// All numbers a text such as `1,5-10,*/15,mon-fri` stands for.
    fn numbers(&self, text: &str) -> Result<Vec<u32>, String> {
        let mut numbers = Vec::new();
        for part in text.split(',') {
            let (range, step) = match part.split_once('/') {
                Some((range, step)) => (range, Some(step)),
                None => (part, None),
            };
            let (first, last) = match range.split_once('-') {
                _ if range == "*" => (self.smallest, self.largest),
                Some((first, last)) => self.range(first, last)?,
                None if step.is_some() => {
                    return Err(format!("a step needs a range or *, such as {}-{}/2", self.smallest, self.largest));
                }
                None => {
                    let number = self.number(range)?;
                    (number, number)
                }
            };
            let step = match step {
                None => 1,
                Some(step) => match step.parse::<usize>() {
                    Ok(step) if step > 0 && step <= self.largest as usize => step,
                    _ => return Err(format!("the step {step:?} is no number from 1 to {}", self.largest)),
                },
            };
            // `*` means every weekday once; only a written 7 is a second Sunday.
            let last = if range == "*" && self.names.len() == 8 { 6 } else { last };
            numbers.extend((first..=last).step_by(step));
        }
        Ok(numbers)
    }

    fn range(&self, first: &str, last: &str) -> Result<(u32, u32), String> {
        let (from, mut to) = (self.number(first)?, self.number(last)?);
        // "fri-sun" ends on the second Sunday.
        if to == 0 && self.names.len() == 8 && from > 0 {
            to = 7;
        }
        if from <= to { Ok((from, to)) } else { Err(format!("the range {first}-{last} runs backwards")) }
    }

    fn number(&self, text: &str) -> Result<u32, String> {
        if let Some(place) = self.names.iter().position(|name| name.eq_ignore_ascii_case(text)) {
            return Ok(self.smallest + u32::try_from(place).unwrap_or_default());
        }
        let digits = !text.is_empty() && text.chars().all(|letter| letter.is_ascii_digit());
        match text.parse::<u32>() {
            Ok(number) if digits && (self.smallest..=self.largest).contains(&number) => Ok(number),
            Ok(number) if digits => Err(format!("{number} is not from {} to {}", self.smallest, self.largest)),
            _ if self.names.is_empty() => Err(format!("{text:?} is no number")),
            _ => Err(format!("{text:?} is neither a number nor a name such as {}", self.names[1])),
        }
    }
}

impl Schedule {
    /// The line as it was written.
    pub fn line(&self) -> &str {
        &self.line
    }

    /// The first time after `after`, never `after` itself.
    pub fn next_after(&self, after: Timestamp) -> Option<Timestamp> {
        let after = beijing_time(after);
        let today = after.date();
        if self.is_day(today) {
            let later = self.times().find(|time| DateTime::from_parts(today, *time) > after);
            if let Some(time) = later {
                return moment(today, time);
            }
        }
        let day = self.next_day_from(today.tomorrow().ok()?)?;
        moment(day, self.times().next()?)
    }

    /// The last time after `after` and up to `until`: what is due at `until` when nothing was done since `after`.
    pub fn due(&self, after: Timestamp, until: Timestamp) -> Option<Timestamp> {
        let mut ticks = std::iter::successors(self.next_after(after), |tick| self.next_after(*tick));
        ticks.by_ref().take_while(|tick| *tick <= until).last()
    }

    fn next_day_from(&self, first: Date) -> Option<Date> {
        let horizon = first.checked_add(HORIZON_YEARS.years()).ok()?;
        first.series(1.day()).take_while(|day| *day < horizon).find(|day| self.is_day(*day))
    }

    fn is_day(&self, day: Date) -> bool {
        let of_month = self.fields.days_of_month().includes(ordinal(day.day()));
        let of_week = self.fields.days_of_week().includes(ordinal(day.weekday().to_sunday_one_offset()));
        let fits = if self.either_day { of_month || of_week } else { of_month && of_week };
        fits && self.fields.months().includes(ordinal(day.month()))
    }

    /// Times of day, in order.
    fn times(&self) -> impl Iterator<Item = Time> {
        let hours = self.fields.hours().iter();
        hours.flat_map(|hour| self.fields.minutes().iter().filter_map(move |minute| time(hour, minute)))
    }
}

/// Queues a visit to every portal whenever the schedule says so; ends only by being dropped. Any number of
/// programs may do this on one queue: the same portal and time is one job. `last` is when the log last saw a
/// night begin, so that a night missed since then is made up for; none where nothing is to be made up for.
pub async fn keep(schedule: &Schedule, portals: &[String], queue: &Queue, last: Option<Timestamp>) {
    let begun = Timestamp::now();
    let mut done = last.map_or(begun, |last| last.max(begun - MAKE_UP));
    loop {
        let now = Timestamp::now();
        match schedule.due(done, now) {
            Some(tick) if queue_night(portals, queue, tick).await => done = tick,
            _ => tokio::time::sleep(NAP).await,
        }
    }
}

/// One job a portal; true where all are queued.
async fn queue_night(portals: &[String], queue: &Queue, tick: Timestamp) -> bool {
    for portal in portals {
        let request = JobRequest {
            kind: JobKind::Night,
            portal: portal.clone(),
            tick,
            as_of: None,
            asked_by: "schedule".to_owned(),
        };
        if let Err(error) = queue.push(&request).await {
            tracing::error!("the night of {tick} could not be queued and is tried again: {error:#}");
            return false;
        }
    }
    tracing::info!(portals = portals.len(), "night of {} queued", beijing_time(tick));
    true
}

fn ordinal(number: i8) -> u32 {
    u32::from(number.unsigned_abs())
}

fn time(hour: u32, minute: u32) -> Option<Time> {
    Time::new(i8::try_from(hour).ok()?, i8::try_from(minute).ok()?, 0, 0).ok()
}

fn moment(day: Date, time: Time) -> Option<Timestamp> {
    beijing_zone().to_timestamp(DateTime::from_parts(day, time)).ok()
}
