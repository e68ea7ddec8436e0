//! Asking again at once: which troubles may pass by themselves, and how long to wait. The second layer, another look at
//! the end of the visit, is for `crawl`; the third, another night, for `jobs`.

use std::time::Duration;

use jiff::Timestamp;
use reqwest::header::{HeaderMap, RETRY_AFTER};

/// Answers after which the same question may well be answered a little later. 500 is not among them: it is mostly a
/// page that is broken for good, and the second look at the end of the visit asks once more anyway.
pub(super) fn may_pass(status: u16) -> bool {
    matches!(status, 429 | 502 | 503 | 504)
}

/// The portal is telling us to ask less.
pub(super) fn is_overload(status: u16) -> bool {
    matches!(status, 429 | 503)
}

/// The pause before attempt number `next` (2 for the first repetition): `first`, doubled with each.
pub(super) fn back_off(first: Duration, next: u32) -> Duration {
    first.saturating_mul(2_u32.saturating_pow(next.saturating_sub(2)))
}

/// The pause that the portal itself asks for, in seconds or as a date (RFC 9110, 10.2.3).
pub(super) fn asked_pause(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let until = jiff::fmt::rfc2822::parse(text).ok()?.timestamp();
    Some(Duration::try_from(until.duration_since(now)).unwrap_or(Duration::ZERO))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pause(value: &str) -> Option<Duration> {
        let headers = HeaderMap::from_iter([(RETRY_AFTER, value.parse().ok()?)]);
        asked_pause(&headers, "2022-01-18T01:00:00Z".parse().ok()?)
    }

    #[test]
    fn retry_after_is_read_in_both_forms() {
        assert_eq!(pause("7"), Some(Duration::from_secs(7)));
        assert_eq!(pause("Tue, 18 Jan 2022 01:01:30 GMT"), Some(Duration::from_secs(90)));
        assert_eq!(pause("Tue, 18 Jan 2022 00:00:00 GMT"), Some(Duration::ZERO), "a moment past asks for no pause");
        assert_eq!(pause("soon"), None);
    }

    #[test]
    fn pauses_double() {
        let first = Duration::from_secs(2);
        assert_eq!(back_off(first, 2), Duration::from_secs(2));
        assert_eq!(back_off(first, 4), Duration::from_secs(8));
    }
}
