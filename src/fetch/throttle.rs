//! When a portal may be asked next. The same rules hold for its host name and for the machine behind it, so that two
//! portals on one machine do not add up, and they hold across all clients of the program that share a [`Politeness`].
//!
//! Three rules together keep a portal from ever seeing more than its rate: governor spaces the beginnings of requests;
//! the next request waits a full interval after the head of the last answer; and never may more requests have reached
//! the portal within a second than its rate, counting as arrived now whatever is not answered yet (however slow the
//! network was, the portal has seen a request by the time its answer is here). Pauses that the portal asks for come on
//! top.

use std::{
    collections::{HashMap, VecDeque},
    net::IpAddr,
    num::NonZeroU32,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::Instant,
};

/// A host that keeps answering "too many" is asked ever more slowly, up to this many times the usual interval.
const SLOWEST: u32 = 16;
const SECOND: Duration = Duration::from_secs(1);
/// Lanes that are kept though nobody uses them, so that the next visit minds the last one's requests.
const MOST_LANES: usize = 10_000;

/// Who was asked when. Clients that share one are polite together; clones are the same one.
#[derive(Clone, Debug, Default)]
pub struct Politeness {
    lanes: Arc<Mutex<HashMap<Key, Arc<Lane>>>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Key {
    Host(String),
    Machine(IpAddr),
}

/// One host name, or one machine.
#[derive(Debug)]
struct Lane {
    slots: Arc<Semaphore>,
    pace: Mutex<Pace>,
}

#[derive(Debug)]
struct Pace {
    /// Most requests within a second.
    rate: usize,
    /// Least time between an answer and the next request.
    interval: Duration,
    slowed: u32,
    not_before: Instant,
    /// Asked and not answered.
    open: usize,
    /// When the answers of the last second began.
    answered: VecDeque<Instant>,
}

/// What one client asks of portals.
#[derive(Clone, Copy, Debug)]
pub(super) struct Manners {
    /// Requests a second to one host.
    pub(super) rate: NonZeroU32,
    /// Requests a second to one machine.
    pub(super) rate_per_machine: NonZeroU32,
    /// Requests at the same time.
    pub(super) slots: usize,
    pub(super) longest_pause: Duration,
}

/// One client's way to ask.
pub(super) struct Throttle {
    manners: Manners,
    shared: Politeness,
    hosts: Mutex<HashMap<String, Arc<Host>>>,
    machines: Mutex<HashMap<IpAddr, Arc<Lane>>>,
}

struct Host {
    limiter: DefaultDirectRateLimiter,
    lane: Arc<Lane>,
}

/// The right to ask now; held until the answer is read.
pub(super) struct Turn {
    lanes: [Arc<Lane>; 2],
    _slots: [OwnedSemaphorePermit; 2],
    open: bool,
}

/// The host asked for a longer pause than this client waits.
#[derive(Debug)]
pub(super) struct PauseTooLong(pub(super) Duration);

impl Politeness {
    /// The lane, for one more user.
    fn join(&self, key: Key, rate: NonZeroU32, slots: usize) -> Arc<Lane> {
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        if lanes.len() >= MOST_LANES {
            let now = Instant::now();
            lanes.retain(|_, lane| Arc::strong_count(lane) > 1 || lane.pace().not_before + SECOND > now);
        }
        let lane = lanes.entry(key).or_insert_with(|| Arc::new(Lane::new(rate, slots)));
        let mut pace = lane.pace();
        if Arc::strong_count(lane) == 1 {
            // Nobody else: what earlier users knew of its pace is out of date, but not when they asked last.
            (pace.rate, pace.interval, pace.slowed) = (per_second(rate), interval(rate), 1);
        } else {
            // The slowest of those who share it sets the pace.
            (pace.rate, pace.interval) = (pace.rate.min(per_second(rate)), pace.interval.max(interval(rate)));
        }
        drop(pace);
        Arc::clone(lane)
    }
}

impl Throttle {
    pub(super) fn new(manners: Manners, shared: Politeness) -> Self {
        Self { manners, shared, hosts: Mutex::default(), machines: Mutex::default() }
    }

    fn host(&self, name: &str) -> Arc<Host> {
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        let host = hosts.entry(name.to_owned()).or_insert_with(|| {
            let Manners { rate, slots, .. } = self.manners;
            // One at a time, evenly spaced: governor's own default would let a whole second's worth go at once.
            let limiter = RateLimiter::direct(Quota::per_second(rate).allow_burst(NonZeroU32::MIN));
            Arc::new(Host { limiter, lane: self.shared.join(Key::Host(name.to_owned()), rate, slots) })
        });
        Arc::clone(host)
    }

    fn machine(&self, address: IpAddr) -> Arc<Lane> {
        let mut machines = self.machines.lock().unwrap_or_else(PoisonError::into_inner);
        let Manners { rate_per_machine, slots, .. } = self.manners;
        let lane =
            machines.entry(address).or_insert_with(|| self.shared.join(Key::Machine(address), rate_per_machine, slots));
        Arc::clone(lane)
    }

    /// Waits until the host, and the machine behind it, may be asked.
    pub(super) async fn turn(&self, name: &str, machine: IpAddr) -> Result<Turn, PauseTooLong> {
        let host = self.host(name);
        // Always in this order, so that nobody waits in a circle.
        let lanes = [Arc::clone(&host.lane), self.machine(machine)];
        let slots = [lanes[0].slot().await?, lanes[1].slot().await?];
        host.limiter.until_ready().await;
        loop {
            match begin(&lanes) {
                Ok(()) => return Ok(Turn { lanes, _slots: slots, open: true }),
                Err(later) => {
                    let wait = later.saturating_duration_since(Instant::now());
                    if wait > self.manners.longest_pause {
                        return Err(PauseTooLong(wait));
                    }
                    tokio::time::sleep_until(later).await;
                }
            }
        }
    }

    /// The host wants at least `interval` between requests (Crawl-delay).
    pub(super) fn slow_down_to(&self, name: &str, interval: Duration) {
        let host = self.host(name);
        let mut pace = host.lane.pace();
        pace.interval = pace.interval.max(interval);
    }

    /// Nobody asks the host before `pause` is over.
    pub(super) fn pause(&self, name: &str, pause: Duration) {
        self.host(name).lane.pace().hold(pause);
    }
}

/// Enters a request in both lanes, or says when to try again.
fn begin(lanes: &[Arc<Lane>; 2]) -> Result<(), Instant> {
    let now = Instant::now();
    let mut paces = [lanes[0].pace(), lanes[1].pace()];
    match paces.iter_mut().filter_map(|pace| pace.busy_until(now)).max() {
        Some(later) => Err(later),
        None => {
            for pace in &mut paces {
                pace.open += 1;
                let interval = pace.interval * pace.slowed;
                pace.hold(interval);
            }
            Ok(())
        }
    }
}

impl Lane {
    fn new(rate: NonZeroU32, slots: usize) -> Self {
        // As many open requests as the rate would leave no moment at which one more is certainly not too many.
        let slots = slots.clamp(1, per_second(rate));
        let pace = Pace {
            rate: per_second(rate),
            interval: interval(rate),
            slowed: 1,
            not_before: Instant::now(),
            open: 0,
            answered: VecDeque::new(),
        };
        Self { slots: Arc::new(Semaphore::new(slots)), pace: Mutex::new(pace) }
    }

    async fn slot(&self) -> Result<OwnedSemaphorePermit, PauseTooLong> {
        // Never closed.
        Arc::clone(&self.slots).acquire_owned().await.map_err(|_| PauseTooLong(Duration::MAX))
    }

    fn pace(&self) -> MutexGuard<'_, Pace> {
        self.pace.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pace {
    fn hold(&mut self, pause: Duration) {
        // A pause of centuries is as good as for ever.
        let pause = pause.min(Duration::from_secs(365 * 24 * 3600));
        self.not_before = self.not_before.max(Instant::now() + pause);
    }

    /// None where the portal may be asked at once.
    fn busy_until(&mut self, now: Instant) -> Option<Instant> {
        while self.answered.front().is_some_and(|begun| now.duration_since(*begun) >= SECOND) {
            self.answered.pop_front();
        }
        let window = (self.open + self.answered.len() >= self.rate)
            .then(|| self.answered.front().map_or(now + self.interval, |oldest| *oldest + SECOND));
        (self.not_before > now).then_some(self.not_before).max(window)
    }
}

impl Turn {
    /// The head of an answer arrived, or it is known that none will. `overloaded`: the host said "too many".
    pub(super) fn answered(&mut self, overloaded: bool) {
        self.open = false;
        let now = Instant::now();
        for lane in &self.lanes {
            let mut pace = lane.pace();
            pace.open = pace.open.saturating_sub(1);
            pace.answered.push_back(now);
            // Quickly slower, slowly back: every good answer takes one step.
            pace.slowed = if overloaded { (pace.slowed * 2).min(SLOWEST) } else { (pace.slowed - 1).max(1) };
            let interval = pace.interval * pace.slowed;
            pace.hold(interval);
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if self.open {
            // Given up on the way; the portal may have seen it.
            self.answered(false);
        }
    }
}

fn per_second(rate: NonZeroU32) -> usize {
    usize::try_from(rate.get()).unwrap_or(usize::MAX)
}

fn interval(rate: NonZeroU32) -> Duration {
    SECOND / rate.get()
}
