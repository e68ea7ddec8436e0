//! One probe: is the home page open now? Asked once, never again; where it is not, control hosts are asked whether it
//! might be us.

use std::{sync::Arc, time::Duration};

use anyhow::Context as _;
use jiff::Timestamp;

use super::probe_slots::Slots;
use crate::{
    catalog::Catalog,
    crawl,
    fetch::{self, Client, Took, cause_of_answer},
    model::{Capture, Cause, PageKind, Portal, Probe, keeps_visitors_out, whole_microseconds},
    store::Log,
};

/// What probing needs.
#[derive(Clone)]
pub struct Prober {
    pub log: Log,
    pub catalog: Arc<Catalog>,
    pub fetch: fetch::Settings,
    pub slots: Slots,
    /// So long a page is waited for (19号: 15秒).
    pub limit: Duration,
    /// Addresses of hosts that are always there: where none of them answers, the trouble is ours.
    pub control: Vec<String>,
}

/// A probe, and whether it counts: its slot was free.
#[derive(Clone, Debug)]
pub struct Attempt {
    pub probe: Probe,
    pub counts: bool,
}

impl Prober {
    /// Makes the probe that the plan wants at `tick`. None where its time is over, or it was made already.
    pub async fn keep_to(&self, portal: &Portal, tick: Timestamp) -> anyhow::Result<Option<Probe>> {
        let now = self.now();
        if self.slots.current(&portal.id, now) != tick || !self.take_turn(portal, tick, now).await? {
            return Ok(None);
        }
        let probe = self.ask(portal, tick).await?;
        Ok(self.log.add_probe(&probe).await?.then_some(probe))
    }

    /// Makes a probe at once. It counts where the plan still lacks one, so that a cron line can stand in for the schedule;
    /// asking often in an hour of trouble does not count often.
    pub async fn now_and_here(&self, portal: &Portal) -> anyhow::Result<Attempt> {
        let now = self.now();
        let slot = self.slots.current(&portal.id, now);
        let is_due = self.take_turn(portal, slot, now).await?;
        let probe = self.ask(portal, slot).await?;
        let counts = is_due && self.log.add_probe(&probe).await?;
        Ok(Attempt { probe, counts })
    }

    fn now(&self) -> Timestamp {
        whole_microseconds(self.fetch.clock.unwrap_or_else(Timestamp::now))
    }

    async fn take_turn(&self, portal: &Portal, slot: Timestamp, now: Timestamp) -> anyhow::Result<bool> {
        let taken = self.log.take_probe_turn(&portal.id, slot, now, self.slots.spacing()).await;
        taken.with_context(|| format!("cannot begin the probe of {:?}", portal.id))
    }

    async fn ask(&self, portal: &Portal, slot: Timestamp) -> anyhow::Result<Probe> {
        let settings = self.fetch.clone().for_portal(portal).for_one_attempt(self.limit);
        let client = Client::new(settings)?;
        let at = whole_microseconds(client.now());
        let probe = Probe {
            portal: portal.id.clone(),
            slot,
            at,
            url: portal.url.clone(),
            cause: None,
            detail: String::new(),
            status: None,
            first_byte_ms: None,
            whole_ms: None,
            control: None,
            requests: 0,
            bytes: 0,
        };
        let probe = match client.get_timed(&portal.url).await {
            Ok((capture, body, took)) => {
                let cause = self.trouble(&capture, body, took).await?;
                Probe {
                    cause,
                    detail: cause.map(|_| self.detail(&capture, took)).unwrap_or_default(),
                    status: Some(capture.status),
                    first_byte_ms: Some(milliseconds(took.first_byte)),
                    whole_ms: Some(milliseconds(took.whole)),
                    ..probe
                }
            }
            Err(failure) => Probe { cause: Some(failure.cause), detail: failure.detail, ..probe },
        };
        let control = match probe.cause {
            Some(cause) if keeps_visitors_out(cause) => self.is_the_net_there().await?,
            _ => None,
        };
        let load = client.load();
        Ok(Probe { control, requests: load.requests, bytes: load.bytes, ..probe })
    }

    /// Why an answer is not the home page.
    async fn trouble(&self, capture: &Capture, body: Vec<u8>, took: Took) -> anyhow::Result<Option<Cause>> {
        let (catalog, read) = (Arc::clone(&self.catalog), capture.clone());
        let facts = tokio::task::spawn_blocking(move || crawl::read(&read, &body, &catalog.lexicon)).await?;
        // A shield that lets nobody but browsers in is not the portal being away, whatever status it answers with.
        let block = (facts.kind == PageKind::Block).then(|| facts.cause.unwrap_or(Cause::BotShield));
        Ok(match cause_of_answer(capture) {
            Some(Cause::NotFound) => Some(Cause::NotFound),
            Some(cause) => block.or(Some(cause)),
            None if took.whole >= self.limit => block.or(Some(Cause::Timeout)),
            None => block,
        })
    }

    fn detail(&self, capture: &Capture, took: Took) -> String {
        if took.whole >= self.limit {
            return format!("{}毫秒后才打开", took.whole.as_millis());
        }
        format!("状态码{}", capture.status)
    }

    /// Whether any control host answers, with whatever; none where none is configured.
    async fn is_the_net_there(&self) -> anyhow::Result<Option<bool>> {
        if self.control.is_empty() {
            return Ok(None);
        }
        // The office named them; they may stand inside its own network.
        let settings = fetch::Settings { allow_private: true, ..self.fetch.clone() };
        let client = Client::new(settings.for_one_attempt(self.limit))?;
        for url in &self.control {
            if client.get(url).await.is_ok() {
                return Ok(Some(true));
            }
        }
        Ok(Some(false))
    }
}

fn milliseconds(time: Duration) -> u32 {
    u32::try_from(time.as_millis()).unwrap_or(u32::MAX)
}
