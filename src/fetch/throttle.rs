//! When a host may be asked next. Two rules together keep a portal from ever seeing more than its rate: governor
//! spaces the beginnings of requests, and the next request waits a full interval after the head of the last answer
//! (by then the portal has certainly seen the last request, however slow the network was). Pauses that the portal asks
//! for come on top.

use std::{
    collections::HashMap,
    num::NonZeroU32,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::Instant,
};

/// A host that keeps answering "too many" is asked ever more slowly, up to this many times the usual interval.
const SLOWEST: u32 = 16;

pub(super) struct Throttle {
    rate: NonZeroU32,
    slots: usize,
    longest_pause: Duration,
    hosts: Mutex<HashMap<String, Arc<Host>>>,
}

struct Host {
    slots: Arc<Semaphore>,
    limiter: DefaultDirectRateLimiter,
    pace: Mutex<Pace>,
}

struct Pace {
    /// Least time between an answer and the next request.
    interval: Duration,
    slowed: u32,
    not_before: Instant,
}

/// The right to ask a host now; held until the answer is read.
pub(super) struct Turn {
    host: Arc<Host>,
    _slot: OwnedSemaphorePermit,
}

/// The host asked for a longer pause than this client waits.
#[derive(Debug)]
pub(super) struct PauseTooLong(pub(super) Duration);

impl Throttle {
    pub(super) fn new(rate: u32, slots: usize, longest_pause: Duration) -> Self {
        let rate = NonZeroU32::new(rate).unwrap_or(NonZeroU32::MIN);
        Self { rate, slots: slots.max(1), longest_pause, hosts: Mutex::new(HashMap::new()) }
    }

    fn host(&self, name: &str) -> Arc<Host> {
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        let host = hosts.entry(name.to_owned()).or_insert_with(|| {
            // One at a time, evenly spaced: governor's own default would let a whole second's worth go at once.
            let quota = Quota::per_second(self.rate).allow_burst(NonZeroU32::MIN);
            let interval = quota.replenish_interval();
            Arc::new(Host {
                slots: Arc::new(Semaphore::new(self.slots)),
                limiter: RateLimiter::direct(quota),
                pace: Mutex::new(Pace { interval, slowed: 1, not_before: Instant::now() }),
            })
        });
        Arc::clone(host)
    }

    /// Waits until the host may be asked.
    pub(super) async fn turn(&self, name: &str) -> Result<Turn, PauseTooLong> {
        let host = self.host(name);
        let Ok(slot) = Arc::clone(&host.slots).acquire_owned().await else {
            return Err(PauseTooLong(Duration::MAX)); // never closed
        };
        loop {
            let not_before = host.pace().not_before;
            let wait = not_before.saturating_duration_since(Instant::now());
            if wait.is_zero() {
                break;
            }
            if wait > self.longest_pause {
                return Err(PauseTooLong(wait));
            }
            tokio::time::sleep_until(not_before).await;
        }
        host.limiter.until_ready().await;
        Ok(Turn { host, _slot: slot })
    }

    /// The host wants at least `interval` between requests (Crawl-delay).
    pub(super) fn slow_down_to(&self, name: &str, interval: Duration) {
        let host = self.host(name);
        let mut pace = host.pace();
        pace.interval = pace.interval.max(interval);
    }

    /// Nobody asks the host before `pause` is over.
    pub(super) fn pause(&self, name: &str, pause: Duration) {
        self.host(name).pace().hold(pause);
    }
}

impl Host {
    fn pace(&self) -> std::sync::MutexGuard<'_, Pace> {
        self.pace.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pace {
    fn hold(&mut self, pause: Duration) {
        // A pause of centuries is as good as for ever.
        let pause = pause.min(Duration::from_secs(365 * 24 * 3600));
        self.not_before = self.not_before.max(Instant::now() + pause);
    }
}

impl Turn {
    /// The head of an answer arrived, or it is known that none will. `overloaded`: the host said "too many".
    pub(super) fn answered(&self, overloaded: bool) {
        let mut pace = self.host.pace();
        // Quickly slower, slowly back: every good answer takes one step.
        pace.slowed = if overloaded { (pace.slowed * 2).min(SLOWEST) } else { (pace.slowed - 1).max(1) };
        let interval = pace.interval * pace.slowed;
        pace.hold(interval);
    }
}
