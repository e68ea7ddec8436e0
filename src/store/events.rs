//! Events: appended, never changed, each sealed over itself and the seal before it.

use jiff::civil::Date;
use sha2::{Digest, Sha256};
use sqlx::FromRow;

use super::{Connection, Log, Result, cells};
use crate::model::{Event, EventKind};

/// What stands before the first event.
pub(super) const FIRST_SEAL: &str = "0000000000000000000000000000000000000000000000000000000000000000";

#[derive(FromRow)]
pub(super) struct EventRow {
    number: i64,
    finding: String,
    kind: String,
    actor: String,
    at: String,
    night: String,
    reason: String,
    detail: String,
    pub(super) previous: String,
    pub(super) seal: String,
}

impl EventRow {
    pub(super) fn number(&self) -> i64 {
        self.number
    }

    /// The seal this row must carry.
    pub(super) fn computed_seal(&self) -> Result<String> {
        let parts = [
            self.number.to_string(),
            self.finding.clone(),
            self.kind.clone(),
            self.actor.clone(),
            self.at.clone(),
            self.night.clone(),
            self.reason.clone(),
            self.detail.clone(),
            self.previous.clone(),
        ];
        // JSON keeps the parts apart: no text can run over into the next one.
        let sealed = cells::json(&parts, "an event")?;
        Ok(Sha256::digest(sealed.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect())
    }

    pub(super) fn into_event(self) -> Result<Event> {
        Ok(Event {
            number: self.number,
            kind: cells::word(&self.kind, EventKind::from_name, "the kind of an event")?,
            at: cells::parse(&self.at, "the moment of an event")?,
            night: cells::parse(&self.night, "the night of an event")?,
            detail: cells::from_json(&self.detail, "the detail of an event")?,
            finding: self.finding,
            actor: self.actor,
            reason: self.reason,
        })
    }
}

fn into_events(rows: Vec<EventRow>) -> Result<Vec<Event>> {
    rows.into_iter().map(EventRow::into_event).collect()
}

impl Log {
    /// The events of a finding or an entry, in order.
    pub async fn events_of(&self, id: &str) -> Result<Vec<Event>> {
        let rows = sqlx::query_as("SELECT * FROM events WHERE finding = $1 ORDER BY number")
            .bind(id)
            .fetch_all(&self.pool)
            .await?;
        into_events(rows)
    }

    /// The newest `limit` events, newest first.
    pub async fn latest_events(&self, limit: u32) -> Result<Vec<Event>> {
        let rows = sqlx::query_as("SELECT * FROM events ORDER BY number DESC LIMIT $1")
            .bind(limit)
            .fetch_all(&self.pool)
            .await?;
        into_events(rows)
    }

    /// The events of one night, in order.
    pub async fn events_of_night(&self, night: Date) -> Result<Vec<Event>> {
        let rows = sqlx::query_as("SELECT * FROM events WHERE night = $1 ORDER BY number")
            .bind(night.to_string())
            .fetch_all(&self.pool)
            .await?;
        into_events(rows)
    }
}

/// Appends an event: gives it the next number and seals it. The caller holds the writer's lock.
pub(super) async fn append(connection: &mut Connection, event: Event) -> Result<()> {
    let last: Option<(i64, String)> = sqlx::query_as("SELECT number, seal FROM events ORDER BY number DESC LIMIT 1")
        .fetch_optional(&mut *connection)
        .await?;
    let (number, previous) = match last {
        Some((number, seal)) => (number + 1, seal),
        None => (1, FIRST_SEAL.to_owned()),
    };
    let mut row = EventRow {
        number,
        finding: event.finding,
        kind: event.kind.name().to_owned(),
        actor: event.actor,
        at: cells::moment(event.at),
        night: event.night.to_string(),
        reason: event.reason,
        detail: cells::json(&event.detail, "the detail of an event")?,
        previous,
        seal: String::new(),
    };
    row.seal = row.computed_seal()?;
    sqlx::query(
        "INSERT INTO events (number, finding, kind, actor, at, night, reason, detail, previous, seal)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(row.number)
    .bind(row.finding)
    .bind(row.kind)
    .bind(row.actor)
    .bind(row.at)
    .bind(row.night)
    .bind(row.reason)
    .bind(row.detail)
    .bind(row.previous)
    .bind(row.seal)
    .execute(connection)
    .await?;
    Ok(())
}
