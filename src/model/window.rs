//! The hours in which a portal may be visited, in Beijing time.

use std::{fmt, str::FromStr};

use jiff::{Timestamp, civil::Time};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::beijing_time;

/// From a time of day up to, and not including, another; over midnight where the second is the earlier one.
/// Written `22:00-06:00`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    from: Time,
    to: Time,
}

/// A text that names no hours.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("window {0:?} is no span of hours; write it like \"22:00-06:00\" (Beijing time)")]
pub struct BadWindow(String);

impl Window {
    /// Whether the moment lies within these hours.
    pub fn contains(self, at: Timestamp) -> bool {
        let time = beijing_time(at).time();
        if self.from < self.to { self.from <= time && time < self.to } else { self.from <= time || time < self.to }
    }
}

impl FromStr for Window {
    type Err = BadWindow;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let time = |text: &str| {
            let (hour, minute) = text.trim().split_once(':')?;
            let is_number = |digits: &&str| digits.len() <= 2 && digits.bytes().all(|byte| byte.is_ascii_digit());
            let number = |digits: &str| Some(digits).filter(is_number)?.parse().ok();
            Time::new(number(hour)?, number(minute)?, 0, 0).ok()
        };
        let span = text.split_once('-').and_then(|(from, to)| Some(Self { from: time(from)?, to: time(to)? }));
        span.filter(|span| span.from != span.to).ok_or_else(|| BadWindow(text.to_owned()))
    }
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { from, to } = self;
        write!(f, "{:02}:{:02}-{:02}:{:02}", from.hour(), from.minute(), to.hour(), to.minute())
    }
}

impl Serialize for Window {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Window {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(window: &str, time: &str) -> bool {
        let at: Timestamp = format!("2022-11-16T{time}+08:00").parse().unwrap();
        window.parse::<Window>().unwrap().contains(at)
    }

    #[test]
    fn hours_may_run_over_midnight() {
        for (time, inside) in [("22:00:00", true), ("23:59:59", true), ("00:00:00", true), ("05:59:59", true)] {
            assert_eq!(holds("22:00-06:00", time), inside, "{time}");
        }
        for time in ["06:00:00", "12:00:00", "21:59:59"] {
            assert!(!holds("22:00-06:00", time), "{time}");
        }
        assert!(holds("1:30-5:00", "01:30:00") && !holds("1:30-5:00", "05:00:00") && !holds("1:30-5:00", "23:00:00"));
    }

    #[test]
    fn what_is_no_span_of_hours_is_refused() {
        for text in
            ["", "22:00", "22-6", "24:00-06:00", "22:00-22:00", "22:60-06:00", "22:00-06:00-07:00", "+1:00-2:00"]
        {
            assert!(text.parse::<Window>().is_err(), "{text}");
        }
        assert_eq!("1:5-23:00".parse::<Window>().unwrap().to_string(), "01:05-23:00");
    }
}
