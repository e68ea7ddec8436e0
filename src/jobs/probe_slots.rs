//! When home pages are probed: evenly over day and night, each portal at a minute of its own.

use std::{collections::BTreeMap, time::Duration};

use jiff::{SignedDuration, Timestamp};

use super::queue::Queue;
use crate::{
    model::{JobKind, JobRequest},
    store::Log,
};

/// Longest sleep, as for the nights: a clock that is set is noticed after this.
const NAP: Duration = Duration::from_secs(30);
/// Between two rounds of clearing away.
const ROUND: SignedDuration = SignedDuration::from_hours(24);
const SECONDS_A_DAY: u32 = 24 * 3600;

/// The plan of a day's probes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slots {
    /// Seconds between two probes of a portal.
    interval: i64,
}

impl Slots {
    /// At least that many probes a day; 0 counts as 1.
    pub fn new(per_day: u32) -> Self {
        Self { interval: i64::from(SECONDS_A_DAY / per_day.clamp(1, SECONDS_A_DAY)) }
    }

    /// The moment of the plan that `now` belongs to: the portal's last one up to it.
    pub fn current(self, portal: &str, now: Timestamp) -> Timestamp {
        let since = (now.as_second() - i64::from(fingerprint(portal))).rem_euclid(self.interval);
        Timestamp::from_second(now.as_second() - since).unwrap_or(now)
    }

    /// Probes nearer to each other than this are no spaced ones.
    pub fn spacing(self) -> SignedDuration {
        SignedDuration::from_secs(self.interval / 2)
    }
}

/// FNV-1a: the same in every build, unlike the hashes of the standard library.
fn fingerprint(portal: &str) -> u32 {
    portal.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

/// Queues a probe of every portal whenever its plan says so, and clears old probes away; ends only by being dropped. Any
/// number of programs may do this on one queue: the same portal and moment is one job. What was missed while no program
/// ran is not made up for: it would not be spaced.
pub async fn keep(slots: Slots, portals: &[String], queue: &Queue, log: &Log, kept: SignedDuration) {
    let begun = Timestamp::now();
    let mut asked: BTreeMap<&str, Timestamp> =
        portals.iter().map(|portal| (portal.as_str(), slots.current(portal, begun))).collect();
    let mut cleared = None;
    loop {
        let now = Timestamp::now();
        for (portal, last) in &mut asked {
            let tick = slots.current(portal, now);
            if tick == *last {
                continue;
            }
            let request = JobRequest {
                kind: JobKind::Probe,
                portal: (*portal).to_owned(),
                tick,
                as_of: None,
                asked_by: "schedule".to_owned(),
            };
            match queue.push(&request).await {
                Ok(()) => *last = tick,
                Err(error) => tracing::error!(portal, "a probe could not be queued and is tried again: {error:#}"),
            }
        }
        if cleared.is_none_or(|last| now.duration_since(last) > ROUND) {
            clear(queue, log, now.saturating_sub(kept).unwrap_or(now)).await;
            cleared = Some(now);
        }
        tokio::time::sleep(NAP).await;
    }
}

async fn clear(queue: &Queue, log: &Log, before: Timestamp) {
    match log.remove_probes_before(before).await {
        Ok(removed) if removed > 0 => tracing::info!(removed, "old probes removed by rule"),
        Ok(_) => {}
        Err(error) => tracing::error!("old probes could not be removed, and are tried again: {error:#}"),
    }
    if let Err(error) = queue.forget_done().await {
        tracing::warn!("the queue keeps jobs that are done until tomorrow: {error:#}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_portal_has_its_own_minute_and_keeps_it() {
        let slots = Slots::new(24);
        let begin = at("2022-11-16T02:00:00+08:00");
        let ticks: Vec<Timestamp> =
            (0..48 * 60).map(|minute| slots.current("jyj", begin + SignedDuration::from_mins(minute))).collect();
        let mut moments = ticks.clone();
        moments.dedup();
        assert!((48..=49).contains(&moments.len()), "{}", moments.len());
        assert!(moments.windows(2).all(|pair| pair[1].duration_since(pair[0]) == SignedDuration::from_hours(1)));
        assert_ne!(slots.current("jyj", begin), slots.current("wjj", begin));
        assert_eq!(slots.spacing(), SignedDuration::from_mins(30));
    }

    #[test]
    fn no_plan_has_fewer_a_day_than_it_says() {
        for per_day in [0, 1, 20, 23, 24, 96, 1_000_000] {
            let slots = Slots::new(per_day);
            assert!(slots.interval >= 1 && i64::from(SECONDS_A_DAY) / slots.interval >= i64::from(per_day.min(86_400)));
        }
    }
}
