//! What people decide about findings and entries, and which decisions are possible.

use std::{collections::BTreeMap, fmt};

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use super::{Entry, EntryStatus, EventKind, Finding, FindingState};

/// A person's decision on a finding or an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// The fault is real.
    Confirm,
    /// It is none; the reason says why.
    Dismiss,
    /// It is one, but is not counted up to and including this day; the reason is the ground.
    Waive { until: Date },
}

/// Why a decision cannot be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecisionRefused {
    #[error("a reason is needed")]
    ReasonMissing,
    #[error("it is already confirmed")]
    AlreadyConfirmed,
    #[error("a later check has passed; there is nothing left to waive")]
    NothingToWaive,
    #[error("the last day of the waiver lies in the past")]
    WaiverInThePast,
}

impl DecisionRefused {
    /// The same for people in the console.
    pub fn chinese(self) -> &'static str {
        match self {
            DecisionRefused::ReasonMissing => "请填写理由",
            DecisionRefused::AlreadyConfirmed => "该问题已经确认",
            DecisionRefused::NothingToWaive => "复查已合格，无需豁免",
            DecisionRefused::WaiverInThePast => "豁免截止日期已过",
        }
    }
}

/// A finding as it is to stand in the log from now on, and the event to append for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub finding: Finding,
    /// None where only the days of observation move.
    pub event: Option<EventKind>,
}

impl Change {
    /// What the event must carry so that the state can be rebuilt from events alone.
    pub fn detail(&self) -> BTreeMap<String, String> {
        let finding = &self.finding;
        let mut detail = BTreeMap::from([("state".to_owned(), finding.state.name().to_owned())]);
        let mut add = |name: &str, value: &dyn fmt::Display| {
            detail.insert(name.to_owned(), value.to_string());
        };
        match self.event {
            Some(kind) if kind.opens() => {
                add("identity_version", &finding.identity.version);
                add("portal", &finding.identity.portal);
                add("check", &finding.identity.check);
                add("subject", &finding.identity.subject);
                add("unit", &finding.identity.unit);
                add("episode", &finding.episode);
                add("message", &finding.message);
                add("run", &finding.run);
                if let Some(url) = &finding.url {
                    add("url", url);
                }
            }
            Some(EventKind::Waived) => {
                if let Some(until) = finding.waived_until {
                    add("until", &until);
                }
            }
            _ => {}
        }
        detail
    }
}

impl Finding {
    /// The finding after a person's decision taken on day `today`. People may correct themselves and each
    /// other: any decision may follow any other, except where it would say nothing new.
    pub fn decided(&self, decision: Decision, reason: &str, today: Date) -> Result<Change, DecisionRefused> {
        let gone = matches!(self.state, FindingState::FixVerified | FindingState::Withdrawn);
        let mended = self.last_measured > self.last_seen || gone;
        let state = match decision {
            Decision::Confirm if self.confirmed => return Err(DecisionRefused::AlreadyConfirmed),
            Decision::Confirm if mended => FindingState::FixVerified,
            Decision::Confirm => FindingState::Confirmed,
            Decision::Dismiss => FindingState::Dismissed,
            Decision::Waive { .. } if mended => return Err(DecisionRefused::NothingToWaive),
            Decision::Waive { .. } => FindingState::Waived,
        };
        let waived_until = check_reason_and_day(decision, reason, today)?;
        let finding = Finding {
            state,
            confirmed: decision == Decision::Confirm,
            reason: reason.trim().to_owned(),
            waived_until,
            unchanged_since: if state == self.state { self.unchanged_since } else { today },
            ..self.clone()
        };
        Ok(Change { finding, event: Some(decision.event()) })
    }

    /// The finding as the scorer reads it. A fault that was confirmed counts even when it is mended later.
    pub fn as_entry(&self) -> Entry {
        let status = match self.state {
            FindingState::Dismissed => EntryStatus::Dismissed,
            FindingState::Waived => EntryStatus::Waived,
            _ if self.confirmed => EntryStatus::Confirmed,
            _ => EntryStatus::Flagged,
        };
        // Entries with the same subject are the same event; a later episode is another one.
        let subject = match self.episode {
            1 => self.identity.subject.clone(),
            episode => format!("{}#{episode}", self.identity.subject),
        };
        Entry {
            unit: self.identity.unit.clone(),
            check: Some(self.identity.check.clone()),
            date: Some(self.first_seen),
            subject: Some(subject),
            status: Some(status),
            source: Some(super::EntrySource::Crawl),
            id: Some(self.id.clone()),
            note: Some(self.message.clone()),
            url: self.url.clone(),
            evidence: serde_json::to_value(&self.evidence).ok(),
            ..Entry::default()
        }
    }
}

impl Decision {
    /// The event it leaves in the log.
    pub fn event(self) -> EventKind {
        match self {
            Decision::Confirm => EventKind::Confirmed,
            Decision::Dismiss => EventKind::Dismissed,
            Decision::Waive { .. } => EventKind::Waived,
        }
    }
}

/// A manual finding or a measure with who recorded it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordedEntry {
    /// With `id`, `status` and `source` filled in.
    pub entry: Entry,
    pub recorded_by: String,
    pub recorded_at: Timestamp,
    /// Reason of the latest decision on it.
    #[serde(default)]
    pub reason: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waived_until: Option<Date>,
}

impl RecordedEntry {
    /// The entry after a person's decision taken on day `today`.
    pub fn decided(&self, decision: Decision, reason: &str, today: Date) -> Result<RecordedEntry, DecisionRefused> {
        let status = match decision {
            Decision::Confirm if self.entry.status() == EntryStatus::Confirmed => {
                return Err(DecisionRefused::AlreadyConfirmed);
            }
            Decision::Confirm => EntryStatus::Confirmed,
            Decision::Dismiss => EntryStatus::Dismissed,
            Decision::Waive { .. } => EntryStatus::Waived,
        };
        let waived_until = check_reason_and_day(decision, reason, today)?;
        let entry = Entry { status: Some(status), ..self.entry.clone() };
        Ok(RecordedEntry { entry, reason: reason.trim().to_owned(), waived_until, ..self.clone() })
    }
}

/// The last day of a waiver, after the rules that findings and entries share.
fn check_reason_and_day(decision: Decision, reason: &str, today: Date) -> Result<Option<Date>, DecisionRefused> {
    if decision != Decision::Confirm && reason.trim().is_empty() {
        return Err(DecisionRefused::ReasonMissing);
    }
    match decision {
        Decision::Waive { until } if until < today => Err(DecisionRefused::WaiverInThePast),
        Decision::Waive { until } => Ok(Some(until)),
        Decision::Confirm | Decision::Dismiss => Ok(None),
    }
}
