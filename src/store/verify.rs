//! Finds any later change: walks the chain of seals and holds what stands against what the events say.

use std::collections::BTreeMap;

use futures_util::TryStreamExt;

use super::{
    EntryFilter, FindingFilter, Log, Result,
    events::{EventRow, FIRST_SEAL},
    told::Told,
};
use crate::model::{Entry, EventKind, Finding};

/// What a verification found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verified {
    pub events: u64,
    pub findings: u64,
    pub entries: u64,
    /// The seal of the newest event: who keeps it elsewhere can prove that nothing before it changed.
    pub last_seal: String,
    pub faults: Vec<Fault>,
}

/// One trace of a later change.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    #[error("the database file itself is damaged: {0}")]
    File(String),
    #[error("event {0}: its text does not match its seal")]
    SealBroken(i64),
    #[error("event {0}: it does not follow from the event before it; one was removed or put in")]
    ChainBroken(i64),
    #[error("event {0}: it cannot be read")]
    EventUnreadable(i64),
    #[error("{what} {id}: it stands as {stands}, its events say {events}")]
    Differs { what: &'static str, id: String, stands: String, events: String },
    #[error("{what} {id}: events speak of it, but it is gone")]
    Gone { what: &'static str, id: String },
}

impl Log {
    /// Checks the file, the chain of events, and every finding and entry against its events.
    pub async fn verify(&self) -> Result<Verified> {
        let mut verified = Verified { last_seal: FIRST_SEAL.to_owned(), ..Verified::default() };
        let integrity: Vec<String> = sqlx::query_scalar("PRAGMA integrity_check(5)").fetch_all(&self.pool).await?;
        verified.faults.extend(integrity.into_iter().filter(|line| line != "ok").map(Fault::File));

        let mut told = BTreeMap::<String, Told>::new();
        let mut rows = sqlx::query_as::<_, EventRow>("SELECT * FROM events ORDER BY number").fetch(&self.pool);
        while let Some(row) = rows.try_next().await? {
            verified.events += 1;
            let number = row.number();
            if row.previous != verified.last_seal || number.cast_unsigned() != verified.events {
                verified.faults.push(Fault::ChainBroken(number));
            }
            if row.computed_seal()? != row.seal {
                verified.faults.push(Fault::SealBroken(number));
            }
            verified.last_seal.clone_from(&row.seal);
            match row.into_event() {
                Ok(event) => told.entry(event.finding.clone()).or_default().hear(event),
                Err(_) => verified.faults.push(Fault::EventUnreadable(number)),
            }
        }
        drop(rows);

        for finding in self.findings(&FindingFilter::default()).await? {
            verified.findings += 1;
            let events = told.remove(&finding.id).unwrap_or_default();
            compare(&mut verified.faults, "finding", &finding.id, standing_of(&finding), told_of_finding(&events));
        }
        for recorded in self.entries(&EntryFilter::default()).await? {
            verified.entries += 1;
            let id = recorded.entry.id.clone().unwrap_or_default();
            let events = told.remove(&id).unwrap_or_default();
            let stands = format!(
                "{} {} {} by {}",
                entry_text(&recorded.entry),
                until_text(recorded.waived_until),
                recorded.reason,
                recorded.recorded_by
            );
            compare(&mut verified.faults, "entry", &id, stands, told_of_entry(&events));
        }
        for (id, events) in told {
            let entry = events.opening.is_some_and(|event| event.kind == EventKind::Recorded);
            verified.faults.push(Fault::Gone { what: if entry { "entry" } else { "finding" }, id });
        }
        Ok(verified)
    }
}

fn compare(faults: &mut Vec<Fault>, what: &'static str, id: &str, stands: String, events: String) {
    if stands != events {
        faults.push(Fault::Differs { what, id: id.to_owned(), stands, events });
    }
}

/// The parts of a finding that only events may change, as one line.
fn standing_of(finding: &Finding) -> String {
    let identity = &finding.identity;
    format!(
        "{}/{}/{}/{} v{} episode {} since {}: {}{} {} {}",
        identity.portal,
        identity.check,
        identity.subject,
        identity.unit,
        identity.version,
        finding.episode,
        finding.first_seen,
        finding.state.name(),
        if finding.confirmed { ", confirmed" } else { "" },
        until_text(finding.waived_until),
        finding.reason
    )
}

fn told_of_finding(told: &Told) -> String {
    let Some(opening) = &told.opening else { return "nothing".to_owned() };
    let part = |name: &str| opening.detail.get(name).map_or("", String::as_str);
    format!(
        "{}/{}/{}/{} v{} episode {} since {}: {}{} {} {}",
        part("portal"),
        part("check"),
        part("subject"),
        part("unit"),
        part("identity_version"),
        part("episode"),
        opening.night,
        told.state,
        if told.confirmed { ", confirmed" } else { "" },
        told.until.as_deref().map_or_else(String::new, |until| format!("until {until}")),
        told.reason
    )
}

fn told_of_entry(told: &Told) -> String {
    let Some(opening) = &told.opening else { return "nothing".to_owned() };
    let recorded = opening.detail.get("entry").and_then(|text| serde_json::from_str::<Entry>(text).ok());
    let Some(recorded) = recorded else { return "nothing that can be read".to_owned() };
    let status = crate::model::EntryStatus::from_name(&told.state);
    let entry = Entry { status, ..recorded };
    let until = told.until.as_deref().map_or_else(String::new, |until| format!("until {until}"));
    format!("{} {until} {} by {}", entry_text(&entry), told.reason, opening.actor)
}

fn entry_text(entry: &Entry) -> String {
    serde_json::to_string(entry).unwrap_or_default()
}

fn until_text(until: Option<jiff::civil::Date>) -> String {
    until.map_or_else(String::new, |until| format!("until {until}"))
}
