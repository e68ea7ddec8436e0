//! Slows down guessing of the password: a few wrong tries from one address, then a wait.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use jiff::{SignedDuration, Timestamp};

const TRIES: u32 = 5;
const WAIT: SignedDuration = SignedDuration::from_mins(5);
/// Addresses remembered at most; beyond that the oldest are forgotten first.
const REMEMBERED: usize = 10_000;

/// Wrong tries by address. Moments come from the caller, so tests need no real clock.
#[derive(Default)]
pub struct Throttle {
    wrong: Mutex<HashMap<String, Wrong>>,
}

#[derive(Clone, Copy)]
struct Wrong {
    tries: u32,
    last: Timestamp,
}

impl Throttle {
    /// Takes one try at `now`; `Err` holds the whole minutes still to wait. The try counts as wrong until
    /// [`Throttle::forget`] says otherwise, so that tries sent at the same moment cannot slip through together.
    pub fn take(&self, address: &str, now: Timestamp) -> Result<(), i64> {
        let mut wrong = self.wrong.lock().unwrap_or_else(PoisonError::into_inner);
        wrong.retain(|_, entry| now.duration_since(entry.last) < WAIT);
        if let Some(entry) = wrong.get_mut(address) {
            if entry.tries >= TRIES {
                let left = WAIT - now.duration_since(entry.last);
                return Err((left.as_secs() + 59) / 60);
            }
            entry.tries += 1;
            entry.last = now;
            return Ok(());
        }
        if wrong.len() >= REMEMBERED {
            let oldest = wrong.iter().min_by_key(|(_, entry)| entry.last).map(|(address, _)| address.clone());
            oldest.map(|address| wrong.remove(&address));
        }
        wrong.insert(address.to_owned(), Wrong { tries: 1, last: now });
        Ok(())
    }

    /// The right password was given: earlier tries no longer count.
    pub fn forget(&self, address: &str) {
        self.wrong.lock().unwrap_or_else(PoisonError::into_inner).remove(address);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_wrong_tries_then_a_wait() {
        let throttle = Throttle::default();
        let start: Timestamp = "2026-03-02T01:00:00Z".parse().unwrap();
        for _ in 0..TRIES {
            assert_eq!(throttle.take("10.0.0.1", start), Ok(()));
        }
        assert_eq!(throttle.take("10.0.0.1", start + SignedDuration::from_secs(61)), Err(4));
        assert_eq!(throttle.take("10.0.0.2", start), Ok(()), "another address is not held up");
        assert_eq!(throttle.take("10.0.0.1", start + WAIT), Ok(()), "the wait ends");
    }

    #[test]
    fn the_right_password_clears_the_count() {
        let throttle = Throttle::default();
        let now: Timestamp = "2026-03-02T01:00:00Z".parse().unwrap();
        for _ in 0..TRIES * 3 {
            assert_eq!(throttle.take("10.0.0.1", now), Ok(()));
            throttle.forget("10.0.0.1");
        }
    }
}
