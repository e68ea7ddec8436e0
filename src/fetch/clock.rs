//! The time that captures carry: real, or a pretended night that runs on at the usual pace.

use std::time::Instant;

use jiff::{SignedDuration, Timestamp};

pub(super) struct Clock {
    pretended: Option<(Timestamp, Instant)>,
}

impl Clock {
    pub(super) fn starting_at(base: Option<Timestamp>) -> Self {
        Self { pretended: base.map(|base| (base, Instant::now())) }
    }

    pub(super) fn now(&self) -> Timestamp {
        match self.pretended {
            Some((base, started)) => {
                let elapsed = SignedDuration::try_from(started.elapsed()).unwrap_or(SignedDuration::MAX);
                base.saturating_add(elapsed).unwrap_or(base)
            }
            None => Timestamp::now(),
        }
    }
}
