//! Lengths of time as check files write them (`{days: 14}`, `{months: 6}`) and how many days have gone by.

use std::fmt;

use jiff::{Span, civil::Date};
use serde::Deserialize;

/// A window of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Window {
    Days(u16),
    Months(u16),
}

impl Window {
    fn span(self) -> Span {
        match self {
            Window::Days(days) => Span::new().days(i64::from(days)),
            Window::Months(months) => Span::new().months(i64::from(months)),
        }
    }

    /// The last day on which something of day `from` is still inside the window.
    pub fn after(self, from: Date) -> Date {
        from.saturating_add(self.span())
    }

    /// The first day of the window that ends on `to`.
    pub fn before(self, to: Date) -> Date {
        to.saturating_sub(self.span())
    }
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Window::Days(days) => write!(f, "{days}天"),
            Window::Months(months) => write!(f, "{months}个月"),
        }
    }
}

/// Calendar days from `from` to `to`; negative where `to` is earlier.
pub fn days_between(from: Date, to: Date) -> i32 {
    from.until(to).map_or(0, |span| span.get_days())
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn months_end_on_a_day_that_exists() {
        assert_eq!(Window::Months(6).after(date(2022, 8, 31)), date(2023, 2, 28));
        assert_eq!(Window::Days(14).after(date(2022, 12, 25)), date(2023, 1, 8));
        assert_eq!(Window::Months(12).before(date(2024, 2, 29)), date(2023, 2, 28));
    }

    #[test]
    fn days_are_counted_over_years() {
        assert_eq!(days_between(date(2020, 2, 28), date(2021, 3, 1)), 367);
        assert_eq!(days_between(date(2022, 3, 2), date(2022, 3, 1)), -1);
    }
}
