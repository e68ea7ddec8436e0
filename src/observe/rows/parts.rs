//! Dates in pieces: a large day above its month, and years and months that stand as headings over rows.

use std::sync::LazyLock;

use jiff::civil::Date;
use regex::Regex;

use crate::text::{
    dates::{self, Cell},
    fold_width, pattern,
};

/// The date that pieces beside each other make together, in the order in which they stand.
pub(super) fn joined(pieces: &[String]) -> Option<Cell> {
    static YEAR_FIRST: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"^(?P<y>20\d\d)\s?[年./-]?\s(?P<m>\d{1,2})\s?[-./月 ]\s?(?P<d>\d{1,2})日?$"));
    static DAY_FIRST: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"^(?P<d>\d{1,2})日?\s?/?\s?(?P<m>\d{1,2})月(?:\s?/?\s?(?P<y>20\d\d)年?)?$"));
    /// A large day before its month: 18 /05. Where that is no month, the month came first.
    static DAY_AND_MONTH: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"^(?P<d>\d{1,2})\s[-/.]\s?(?P<m>1[0-2]|0?[1-9])$"));
    let text = pieces.join(" ");
    for form in [&YEAR_FIRST, &DAY_FIRST, &DAY_AND_MONTH] {
        let Some(captures) = form.captures(&text) else { continue };
        let (month, day) = (captures["m"].parse().ok()?, captures["d"].parse().ok()?);
        return match captures.name("y") {
            Some(year) => whole(year.as_str().parse().ok()?, month, day),
            // 2000 is a leap year: it has every day.
            None => Date::new(2000, month, day).ok().map(|_| Cell::MonthDay { month, day }),
        };
    }
    dates::read_cell(&text)
}

/// A text that may be a piece of a date: 18, 18日, 5月, 05-18, 2023, 2023-05.
pub(super) fn is_piece(text: &str) -> bool {
    static PIECE: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"^[\[(（【]?(?:\d{1,2}[日号月]?|20\d\d[-./年]?|20\d\d\s?[-./年]\s?\d{1,2}月?|[-./]?\d{1,2}\s?[-./月]\s?\d{1,2}日?|[-./]\s?\d{1,2}月?)[/|]?[\])）】]?$",
        )
    });
    text.len() <= 20 && text.contains(|letter: char| letter.is_ascii_digit()) && PIECE.is_match(text)
}

/// A year, perhaps with a month, under which rows stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Heading {
    pub year: i16,
    pub month: Option<i8>,
}

/// `2023年`, `2023年5月`, `2023`, `2023-05` and nothing more.
pub(super) fn heading(text: &str) -> Option<Heading> {
    static HEADING: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r"^[\[(【]?(?P<y>20\d\d)\s?(?:年度?|(?:年\s?|[-./])(?P<m>1[0-2]|0?[1-9])\s?(?:月份?)?)?[\])】]?$")
    });
    if text.len() > 40 || !text.contains(|letter: char| letter.is_numeric()) {
        return None;
    }
    let folded: String = text.trim().chars().map(fold_width).collect();
    let captures = HEADING.captures(&folded)?;
    let month = captures.name("m").and_then(|month| month.as_str().parse().ok());
    Some(Heading { year: captures["y"].parse().ok()?, month })
}

impl Heading {
    /// A row that shows no more than its day: 18日.
    pub fn day(self, text: &str) -> Option<Cell> {
        static DAY: LazyLock<Regex> = LazyLock::new(|| pattern(r"^[\[(（【]?(\d{1,2})日[\])）】]?$"));
        whole(self.year, self.month?, DAY.captures(text)?[1].parse().ok()?)
    }
}

fn whole(year: i16, month: i8, day: i8) -> Option<Cell> {
    Date::new(year, month, day).ok().map(|date| Cell::Full { date, time: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_beside_each_other_are_one_date() {
        for (pieces, date) in [
            (&["18", "2022-05"][..], "2022-05-18"),
            (&["05-18", "2022"], "2022-05-18"),
            (&["2022", "05-18"], "2022-05-18"),
            (&["2022", "05", "18"], "2022-05-18"),
            (&["18日", "5月"], "5/18"),
            (&["5月", "18"], "5/18"),
            (&["12", "/05"], "5/12"),
            (&["05", "/18"], "5/18"),
        ] {
            let read = joined(&pieces.iter().map(|piece| (*piece).to_owned()).collect::<Vec<_>>());
            let read = read.map(|cell| match cell {
                Cell::Full { date, .. } => date.to_string(),
                Cell::MonthDay { month, day } => format!("{month}/{day}"),
            });
            assert!(pieces.iter().all(|piece| is_piece(piece)), "{pieces:?}");
            assert_eq!(read.as_deref(), Some(date), "{pieces:?}");
        }
        assert_eq!(joined(&["1".to_owned(), "12".to_owned()]), None);
    }

    #[test]
    fn years_over_rows_are_told_from_other_figures() {
        let of = |text: &str| heading(text).map(|heading| (heading.year, heading.month));
        assert_eq!(of("2022年"), Some((2022, None)));
        assert_eq!(of("【2022年度】"), Some((2022, None)));
        assert_eq!(of("2022"), Some((2022, None)));
        assert_eq!(of("2022年5月"), Some((2022, Some(5))));
        assert_eq!(of("2022-05"), Some((2022, Some(5))));
        for text in ["2022年预算", "20225", "2022-05-18", "第2022期", "1998", "共2022条"] {
            assert_eq!(of(text), None, "{text}");
        }
    }
}
