//! Probes of a portal's home page, and what a week of them tells (国办秘函〔2019〕19号 单项否决“站点无法访问”).

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Cause;

/// One attempt to open a home page, never repeated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Probe {
    /// Id of the portal.
    pub portal: String,
    /// The moment of the plan that it belongs to.
    pub slot: Timestamp,
    /// When it was made.
    pub at: Timestamp,
    pub url: String,
    /// Why the page did not open; none where it did.
    pub cause: Option<Cause>,
    /// What was seen, for people.
    pub detail: String,
    pub status: Option<u16>,
    /// Milliseconds from asking to the first byte of the answer, waiting for our own turn not counted.
    pub first_byte_ms: Option<u32>,
    /// Milliseconds from asking to the last byte of the page itself, redirects included.
    pub whole_ms: Option<u32>,
    /// Whether a control host answered just then; none where none was asked, or none is configured.
    pub control: Option<bool>,
    pub requests: u64,
    pub bytes: u64,
}

/// What a probe says of the portal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ProbeResult {
    Opened,
    /// It could not be opened, and our own network was well.
    Unopened,
    /// It answered something that is not its page (a shield), or nobody can tell whose fault it was. Counts nowhere.
    Undecided,
    /// No control host answered either. Counts nowhere.
    OwnOutage,
}

impl ProbeResult {
    pub fn chinese(self) -> &'static str {
        match self {
            ProbeResult::Opened => "打开",
            ProbeResult::Unopened => "打不开",
            ProbeResult::Undecided => "不能判断",
            ProbeResult::OwnOutage => "检查方网络中断",
        }
    }
}

impl Probe {
    pub fn result(&self) -> ProbeResult {
        match (self.cause, self.control) {
            (None, _) => ProbeResult::Opened,
            (Some(Cause::OurOutage), _) => ProbeResult::OwnOutage,
            (Some(cause), Some(true)) if keeps_visitors_out(cause) => ProbeResult::Unopened,
            (Some(cause), Some(false)) if keeps_visitors_out(cause) => ProbeResult::OwnOutage,
            _ => ProbeResult::Undecided,
        }
    }
}

/// Whether nobody could open the page for this cause. A shield, a login, a certificate or a loop of redirects may keep
/// out a program alone; a page that came in part was opened.
pub fn keeps_visitors_out(cause: Cause) -> bool {
    matches!(
        cause,
        Cause::Dns
            | Cause::Refused
            | Cause::Reset
            | Cause::ConnectTimeout
            | Cause::Timeout
            | Cause::BodyTimeout
            | Cause::ServerError
            | Cause::NotFound
    )
}

/// What the probes of the days before a moment tell; a day has 24 hours, the last one ends at that moment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Availability {
    pub from: Option<Timestamp>,
    pub until: Option<Timestamp>,
    /// Probes that count, opened or not, of each day, the oldest day first.
    pub per_day: Vec<u32>,
    /// Those that did not open, in order.
    pub unopened: Vec<UnopenedProbe>,
    /// Left out: no control host answered either.
    pub own_outages: u32,
    /// Left out: what answered was not the page, or nobody can tell whose fault it was.
    pub undecided: BTreeMap<Cause, u32>,
    /// Milliseconds until the page was there, of those that opened: the middle one, and the longest.
    pub median_ms: Option<u32>,
    pub slowest_ms: Option<u32>,
    pub slowest_at: Option<Timestamp>,
}

/// One probe that did not open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnopenedProbe {
    pub at: Timestamp,
    pub cause: Cause,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
}

impl Availability {
    /// Probes that count.
    pub fn counted(&self) -> u32 {
        self.per_day.iter().sum()
    }

    pub fn left_out(&self) -> u32 {
        self.own_outages + self.undecided.values().sum::<u32>()
    }
}
