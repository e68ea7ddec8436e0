//! Probes of home pages: one a slot, written once and removed when they are old.

use jiff::{SignedDuration, Timestamp};
use sqlx::FromRow;

use super::{Connection, Log, Result, cells};
use crate::model::{Cause, Probe};

/// Whoever took a turn and did not bring its probe by then has died.
const TURN: SignedDuration = SignedDuration::from_mins(5);

#[derive(FromRow)]
struct ProbeRow {
    portal: String,
    slot: String,
    at: String,
    url: String,
    cause: Option<String>,
    detail: String,
    status: Option<i64>,
    first_byte_ms: Option<i64>,
    whole_ms: Option<i64>,
    control: Option<bool>,
    requests: i64,
    bytes: i64,
}

impl ProbeRow {
    fn into_probe(self) -> Result<Probe> {
        let milliseconds =
            |value: Option<i64>| value.map(|value| cells::number(value, "the time of a probe")).transpose();
        let cause = self.cause.as_deref();
        Ok(Probe {
            slot: cells::parse(&self.slot, "the slot of a probe")?,
            at: cells::parse(&self.at, "the moment of a probe")?,
            cause: cause.map(|name| cells::word(name, Cause::from_name, "the cause in a probe")).transpose()?,
            status: self.status.map(|status| cells::number(status, "the status in a probe")).transpose()?,
            first_byte_ms: milliseconds(self.first_byte_ms)?,
            whole_ms: milliseconds(self.whole_ms)?,
            requests: cells::number(self.requests, "the requests of a probe")?,
            bytes: cells::number(self.bytes, "the bytes of a probe")?,
            portal: self.portal,
            url: self.url,
            detail: self.detail,
            control: self.control,
        })
    }
}

/// What portals had to bear from probes on one day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ProbeLoad {
    pub probes: u64,
    pub requests: u64,
    pub bytes: u64,
}

impl Log {
    /// Takes the turn to probe a portal for a slot; false where the slot has its probe, somebody is at it, or the last probe
    /// is less than `spacing` ago.
    pub async fn take_probe_turn(
        &self,
        portal: &str,
        slot: Timestamp,
        now: Timestamp,
        spacing: SignedDuration,
    ) -> Result<bool> {
        let mut transaction = self.write().await?;
        let too_near: i64 =
            sqlx::query_scalar("SELECT count(*) FROM probes WHERE portal = $1 AND (slot = $2 OR at > $3 AND at <= $4)")
                .bind(portal)
                .bind(cells::moment(slot))
                .bind(cells::moment(now.saturating_sub(spacing).unwrap_or(now)))
                .bind(cells::moment(now))
                .fetch_one(&mut *transaction)
                .await?;
        if too_near > 0 {
            return Ok(false);
        }
        let taken = sqlx::query(
            "INSERT INTO probe_turns (portal, slot, taken) VALUES ($1, $2, $3)
             ON CONFLICT (portal) DO UPDATE SET slot = excluded.slot, taken = excluded.taken
             WHERE slot <> excluded.slot OR taken <= $4",
        )
        .bind(portal)
        .bind(cells::moment(slot))
        .bind(cells::moment(now))
        .bind(cells::moment(now.saturating_sub(TURN).unwrap_or(now)))
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(taken.rows_affected() == 1)
    }

    /// Writes a probe down; false where its slot has one.
    pub async fn add_probe(&self, probe: &Probe) -> Result<bool> {
        let written = sqlx::query(
            "INSERT INTO probes (portal, slot, at, url, cause, detail, status, first_byte_ms, whole_ms, control, requests,
                                 bytes)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT (portal, slot) DO NOTHING",
        )
        .bind(&probe.portal)
        .bind(cells::moment(probe.slot))
        .bind(cells::moment(probe.at))
        .bind(&probe.url)
        .bind(probe.cause.map(Cause::name))
        .bind(&probe.detail)
        .bind(probe.status)
        .bind(probe.first_byte_ms)
        .bind(probe.whole_ms)
        .bind(probe.control)
        .bind(cells::integer(probe.requests))
        .bind(cells::integer(probe.bytes))
        .execute(&self.pool)
        .await?;
        Ok(written.rows_affected() == 1)
    }

    /// Number of the newest probe in the log; 0 where there is none.
    pub async fn newest_probe(&self) -> Result<i64> {
        Ok(sqlx::query_scalar("SELECT coalesce(max(number), 0) FROM probes").fetch_one(&self.pool).await?)
    }

    /// Probes of a portal after one moment and up to another, no newer in the log than `newest`, in order.
    pub async fn probes(&self, portal: &str, after: Timestamp, until: Timestamp, newest: i64) -> Result<Vec<Probe>> {
        let rows: Vec<ProbeRow> = sqlx::query_as(
            "SELECT * FROM probes WHERE portal = $1 AND at > $2 AND at <= $3 AND number <= $4 ORDER BY at, number",
        )
        .bind(portal)
        .bind(cells::moment(after))
        .bind(cells::moment(until))
        .bind(newest)
        .fetch_all(&self.pool)
        .await?;
        rows.into_iter().map(ProbeRow::into_probe).collect()
    }

    /// Number of the newest probe that a night which is over knew of; none where it knew of none.
    pub async fn newest_probe_of(&self, run: &str) -> Result<Option<i64>> {
        let found: Option<Option<i64>> = sqlx::query_scalar("SELECT probes_before FROM runs WHERE id = $1")
            .bind(run)
            .fetch_optional(&self.pool)
            .await?;
        Ok(found.flatten())
    }

    /// What the probes of a portal asked of it after one moment and up to another.
    pub async fn probe_load(&self, portal: &str, after: Timestamp, until: Timestamp) -> Result<ProbeLoad> {
        let (probes, requests, bytes): (i64, i64, i64) = sqlx::query_as(
            "SELECT count(*), coalesce(sum(requests), 0), coalesce(sum(bytes), 0) FROM probes
             WHERE portal = $1 AND at > $2 AND at <= $3",
        )
        .bind(portal)
        .bind(cells::moment(after))
        .bind(cells::moment(until))
        .fetch_one(&self.pool)
        .await?;
        Ok(ProbeLoad {
            probes: cells::number(probes, "a count")?,
            requests: cells::number(requests, "a sum")?,
            bytes: cells::number(bytes, "a sum")?,
        })
    }

    /// Removes probes made before a moment, and says how many.
    pub async fn remove_probes_before(&self, moment: Timestamp) -> Result<u64> {
        let removed = sqlx::query("DELETE FROM probes WHERE at < $1").bind(cells::moment(moment)).execute(&self.pool);
        Ok(removed.await?.rows_affected())
    }
}

/// Writes which probes a night knew of.
pub(super) async fn write_known(connection: &mut Connection, run: &str, newest: i64) -> Result<()> {
    sqlx::query("UPDATE runs SET probes_before = $2 WHERE id = $1").bind(run).bind(newest).execute(connection).await?;
    Ok(())
}
