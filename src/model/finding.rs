//! A fault as the log keeps it: an episode with its states and events.

use std::collections::BTreeMap;

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use super::{Evidence, Subject};

/// What makes two observations the same fault. Version 1: portal + check + subject key + unit.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct FindingIdentity {
    pub version: u32,
    pub portal: String,
    pub check: String,
    pub subject: String,
    pub unit: String,
}

/// One episode of a fault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Short and stable: first 12 hex digits of the digest over identity and episode.
    pub id: String,
    pub identity: FindingIdentity,
    /// 1 for the first episode; a recurrence after closing is the next.
    pub episode: u32,
    pub subject: Subject,
    pub state: FindingState,
    /// A person's latest decision was to confirm it; stays true when a later check finds it mended.
    #[serde(default)]
    pub confirmed: bool,
    /// The sentence of the latest failing outcome.
    pub message: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    pub evidence: Vec<Evidence>,
    pub first_seen: Date,
    pub last_seen: Date,
    /// The last night on which the check could decide at all.
    pub last_measured: Date,
    /// Since when the state has not changed.
    pub unchanged_since: Date,
    /// Run of the latest failing outcome.
    pub run: String,
    /// Reason of the latest decision of a person.
    #[serde(default)]
    pub reason: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waived_until: Option<Date>,
}

/// Where an episode stands. Only people confirm, dismiss and waive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FindingState {
    /// 待复核: seen on one night; raised when a later night sees it again. Nobody is asked to look at it yet.
    Awaiting,
    /// 待人工判断: the machine cannot decide and asks a person. Counts nowhere until the person has spoken.
    Question,
    /// 待核查: flagged by the machine.
    Suspected,
    /// 已确认.
    Confirmed,
    /// 已通知.
    Notified,
    /// 单位称已整改.
    FixClaimed,
    /// 整改已核实: a later check passed.
    FixVerified,
    /// 已排除.
    Dismissed,
    /// 限期豁免.
    Waived,
    /// 已撤回: what awaited a second look or an answer was gone by itself.
    Withdrawn,
}

impl FindingState {
    pub const ALL: [FindingState; 10] = [
        FindingState::Awaiting,
        FindingState::Question,
        FindingState::Suspected,
        FindingState::Confirmed,
        FindingState::Notified,
        FindingState::FixClaimed,
        FindingState::FixVerified,
        FindingState::Dismissed,
        FindingState::Waived,
        FindingState::Withdrawn,
    ];

    /// Whether the machine stands by the fault or a person has spoken: what does not stand is read by no scorer and
    /// named in no bulletin.
    pub fn stands(self) -> bool {
        !matches!(self, FindingState::Awaiting | FindingState::Question | FindingState::Withdrawn)
    }

    pub fn chinese(self) -> &'static str {
        match self {
            FindingState::Awaiting => "待复核",
            FindingState::Question => "待人工判断",
            FindingState::Suspected => "待核查",
            FindingState::Confirmed => "已确认",
            FindingState::Notified => "已通知",
            FindingState::FixClaimed => "单位称已整改",
            FindingState::FixVerified => "整改已核实",
            FindingState::Dismissed => "已排除",
            FindingState::Waived => "限期豁免",
            FindingState::Withdrawn => "已撤回",
        }
    }

    /// The name in the database and in files, such as `fix_verified`.
    pub fn name(self) -> &'static str {
        match self {
            FindingState::Awaiting => "awaiting",
            FindingState::Question => "question",
            FindingState::Suspected => "suspected",
            FindingState::Confirmed => "confirmed",
            FindingState::Notified => "notified",
            FindingState::FixClaimed => "fix_claimed",
            FindingState::FixVerified => "fix_verified",
            FindingState::Dismissed => "dismissed",
            FindingState::Waived => "waived",
            FindingState::Withdrawn => "withdrawn",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// What happened to a finding. Appended, never changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    pub finding: String,
    /// Number within the log, from 1.
    pub number: i64,
    pub kind: EventKind,
    /// `crawl`, or the name of the person.
    pub actor: String,
    pub at: Timestamp,
    /// The night it belongs to.
    pub night: Date,
    #[serde(default)]
    pub reason: String,
    /// What state can be rebuilt from, by name: `state` after the event always; identity, episode, message and
    /// run where an episode opens; `until` where it is waived; the whole `entry` where one is recorded.
    #[serde(default)]
    pub detail: BTreeMap<String, String>,
}

/// Kinds of events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// The machine saw it on one night and waits for a second one: the first event of an episode.
    Noticed,
    /// The machine asks a person: the first event of an episode.
    Asked,
    /// A later night saw it again, or decided what was a question: now it is flagged.
    Raised,
    /// Taken back to wait, since the check or the night itself came under suspicion.
    Held,
    /// What awaited a second look or an answer was gone by itself.
    Withdrawn,
    /// The machine saw the fault for the first time in this episode.
    Opened,
    /// A person confirmed it.
    Confirmed,
    /// A person dismissed it, with a reason.
    Dismissed,
    /// A person waived it until a day, on a ground.
    Waived,
    /// A later check passed.
    Closed,
    /// The fault came back: the first event of the next episode.
    Reopened,
    /// A person recorded or imported an entry.
    Recorded,
}

impl EventKind {
    pub const ALL: [EventKind; 12] = [
        EventKind::Noticed,
        EventKind::Asked,
        EventKind::Raised,
        EventKind::Held,
        EventKind::Withdrawn,
        EventKind::Opened,
        EventKind::Confirmed,
        EventKind::Dismissed,
        EventKind::Waived,
        EventKind::Closed,
        EventKind::Reopened,
        EventKind::Recorded,
    ];

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Whether it is the first event of an episode or of an entry, and carries what they are.
    pub fn opens(self) -> bool {
        use EventKind::{Asked, Noticed, Opened, Recorded, Reopened};
        matches!(self, Noticed | Asked | Opened | Reopened | Recorded)
    }

    pub fn chinese(self) -> &'static str {
        match self {
            EventKind::Noticed => "首次见到，待复核",
            EventKind::Asked => "提请人工判断",
            EventKind::Raised => "复核仍存在",
            EventKind::Held => "暂缓认定",
            EventKind::Withdrawn => "未再出现，撤回",
            EventKind::Opened => "首次发现",
            EventKind::Confirmed => "确认问题",
            EventKind::Dismissed => "排除问题",
            EventKind::Waived => "限期豁免",
            EventKind::Closed => "复查合格",
            EventKind::Reopened => "再次出现",
            EventKind::Recorded => "人工录入",
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            EventKind::Noticed => "noticed",
            EventKind::Asked => "asked",
            EventKind::Raised => "raised",
            EventKind::Held => "held",
            EventKind::Withdrawn => "withdrawn",
            EventKind::Opened => "opened",
            EventKind::Confirmed => "confirmed",
            EventKind::Dismissed => "dismissed",
            EventKind::Waived => "waived",
            EventKind::Closed => "closed",
            EventKind::Reopened => "reopened",
            EventKind::Recorded => "recorded",
        }
    }
}
