//! The quarter a bulletin speaks of.

use std::{fmt, str::FromStr};

use jiff::civil::{Date, date};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A calendar quarter. Written `2026-Q3`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Quarter {
    year: i16,
    /// 1 to 4.
    number: i8,
}

impl Quarter {
    /// The quarter that holds `day`.
    pub fn of(day: Date) -> Self {
        Self { year: day.year(), number: (day.month() - 1) / 3 + 1 }
    }

    /// The first day.
    pub fn from(self) -> Date {
        date(self.year, self.number * 3 - 2, 1)
    }

    /// The last day.
    pub fn to(self) -> Date {
        date(self.year, self.number * 3, 1).last_of_month()
    }

    /// Such as 2026年第三季度.
    pub fn chinese(self) -> String {
        let number = ["一", "二", "三", "四"][usize::from(self.number.unsigned_abs()) - 1];
        format!("{}年第{number}季度", self.year)
    }
}

impl fmt::Display for Quarter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-Q{}", self.year, self.number)
    }
}

/// A text that names no quarter.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no quarter; write it like 2026-Q3")]
pub struct NoQuarter(String);

impl FromStr for Quarter {
    type Err = NoQuarter;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let no_quarter = || NoQuarter(text.to_owned());
        let (year, number) = text.split_once("-Q").ok_or_else(no_quarter)?;
        let year_is_plain = year.len() == 4 && year.bytes().all(|digit| digit.is_ascii_digit());
        let number = match number {
            "1" => 1,
            "2" => 2,
            "3" => 3,
            "4" => 4,
            _ => return Err(no_quarter()),
        };
        match year.parse() {
            Ok(year) if year_is_plain && year > 0 => Ok(Self { year, number }),
            _ => Err(no_quarter()),
        }
    }
}

impl Serialize for Quarter {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Quarter {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quarter_knows_its_days() {
        let quarter: Quarter = "2026-Q3".parse().unwrap();
        assert_eq!((quarter.from(), quarter.to()), (date(2026, 7, 1), date(2026, 9, 30)));
        assert_eq!(quarter.chinese(), "2026年第三季度");
        assert_eq!(Quarter::of(date(2026, 12, 31)).to_string(), "2026-Q4");
        assert_eq!(Quarter::of(date(2028, 1, 1)).to(), date(2028, 3, 31));
    }

    #[test]
    fn other_texts_are_refused() {
        for text in ["", "2026", "2026-Q5", "2026-Q0", "26-Q1", "2026-q1", "2026-Q12", "+026-Q1", "0000-Q1"] {
            assert!(text.parse::<Quarter>().is_err(), "{text:?}");
        }
    }
}
