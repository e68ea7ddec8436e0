//! What a visit asked of the portal: the load statement.

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use crate::model::Load;

#[derive(Default)]
pub(super) struct Ledger {
    page: Mutex<Page>,
}

#[derive(Default)]
struct Page {
    load: Load,
    /// When the requests of the last second began.
    last_second: VecDeque<Instant>,
}

impl Ledger {
    /// A request leaves now.
    pub(super) fn request(&self) {
        self.request_at(Instant::now());
    }

    fn request_at(&self, now: Instant) {
        let mut page = self.page.lock().unwrap_or_else(PoisonError::into_inner);
        while page.last_second.front().is_some_and(|begun| now.duration_since(*begun) >= Duration::from_secs(1)) {
            page.last_second.pop_front();
        }
        page.last_second.push_back(now);
        page.load.requests += 1;
        page.load.peak_rate = page.load.peak_rate.max(u32::try_from(page.last_second.len()).unwrap_or(u32::MAX));
    }

    /// That many bytes of a body arrived.
    pub(super) fn received(&self, bytes: usize) {
        self.page.lock().unwrap_or_else(PoisonError::into_inner).load.bytes += bytes as u64;
    }

    pub(super) fn load(&self) -> Load {
        self.page.lock().unwrap_or_else(PoisonError::into_inner).load
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_peak_is_the_fullest_second_wherever_it_begins() {
        let ledger = Ledger::default();
        let start = Instant::now();
        for millis in [0, 900, 1000, 1100, 1200, 5000] {
            ledger.request_at(start + Duration::from_millis(millis));
        }
        assert_eq!(ledger.load().requests, 6);
        assert_eq!(ledger.load().peak_rate, 4, "900, 1000, 1100 and 1200 lie within one second");
    }
}
