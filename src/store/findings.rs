//! Findings: where every episode of a fault stands, and people's decisions on them.

use std::collections::BTreeMap;

use jiff::{Timestamp, civil::Date};
use sqlx::FromRow;

use super::{Connection, Log, LogError, Result, cells, events};
use crate::model::{
    Change, Decision, Event, Finding, FindingIdentity, FindingState, Subject, beijing_date, whole_microseconds,
};

/// Which findings to list; what is left out does not restrict.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FindingFilter {
    pub state: Option<FindingState>,
    pub unit: Option<String>,
    pub check: Option<String>,
    pub portal: Option<String>,
    /// Stands anywhere in message, subject, unit or address.
    pub text: Option<String>,
    /// Days of first sight, both included.
    pub from: Option<Date>,
    pub to: Option<Date>,
    /// At most this many, after leaving out `offset`; all where none.
    pub limit: Option<u32>,
    pub offset: u32,
}

/// Numbers for the first page of the console.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Findings by state; every state is there.
    pub findings: BTreeMap<FindingState, u64>,
    /// Suspected findings by unit, those with none left out.
    pub suspected_by_unit: BTreeMap<String, u64>,
    pub entries: u64,
    pub runs: u64,
    /// The newest night in the log.
    pub last_night: Option<Date>,
}

#[derive(FromRow)]
struct FindingRow {
    id: String,
    identity_version: i64,
    portal: String,
    check_id: String,
    subject: String,
    unit: String,
    episode: i64,
    subject_label: String,
    state: String,
    confirmed: bool,
    message: String,
    url: Option<String>,
    evidence: String,
    first_seen: String,
    last_seen: String,
    last_measured: String,
    unchanged_since: String,
    run: String,
    reason: String,
    waived_until: Option<String>,
}

impl FindingRow {
    fn into_finding(self) -> Result<Finding> {
        Ok(Finding {
            id: self.id,
            identity: FindingIdentity {
                version: cells::number(self.identity_version, "the identity of a finding")?,
                portal: self.portal,
                check: self.check_id,
                subject: self.subject.clone(),
                unit: self.unit,
            },
            episode: cells::number(self.episode, "the episode of a finding")?,
            subject: Subject { key: self.subject, label: self.subject_label },
            state: cells::word(&self.state, FindingState::from_name, "the state of a finding")?,
            confirmed: self.confirmed,
            message: self.message,
            url: self.url,
            evidence: cells::from_json(&self.evidence, "the evidence of a finding")?,
            first_seen: cells::parse(&self.first_seen, "a day of a finding")?,
            last_seen: cells::parse(&self.last_seen, "a day of a finding")?,
            last_measured: cells::parse(&self.last_measured, "a day of a finding")?,
            unchanged_since: cells::parse(&self.unchanged_since, "a day of a finding")?,
            run: self.run,
            reason: self.reason,
            waived_until: cells::parse_some(self.waived_until.as_deref(), "the waiver of a finding")?,
        })
    }
}

fn into_findings(rows: Vec<FindingRow>) -> Result<Vec<Finding>> {
    rows.into_iter().map(FindingRow::into_finding).collect()
}

/// The restrictions of a [`FindingFilter`] as SQL over `$1` … `$7`.
macro_rules! where_filter {
    ($before:literal, $after:literal) => {
        concat!(
            $before,
            " WHERE ($1 IS NULL OR state = $1) AND ($2 IS NULL OR unit = $2) AND ($3 IS NULL OR check_id = $3)
              AND ($4 IS NULL OR portal = $4)
              AND ($5 IS NULL OR instr(message || ' ' || subject_label || ' ' || unit || ' ' || coalesce(url, ''), $5) > 0)
              AND ($6 IS NULL OR first_seen >= $6) AND ($7 IS NULL OR first_seen <= $7) ",
            $after
        )
    };
}

impl Log {
    /// Findings by the filter, the newest first.
    pub async fn findings(&self, filter: &FindingFilter) -> Result<Vec<Finding>> {
        let rows = sqlx::query_as(where_filter!(
            "SELECT * FROM findings",
            "ORDER BY first_seen DESC, portal, unit, check_id, subject, episode LIMIT $8 OFFSET $9"
        ))
        .bind(filter.state.map(FindingState::name))
        .bind(&filter.unit)
        .bind(&filter.check)
        .bind(&filter.portal)
        .bind(filter.text.as_deref().filter(|text| !text.is_empty()))
        .bind(filter.from.map(|day| day.to_string()))
        .bind(filter.to.map(|day| day.to_string()))
        // In SQLite a negative limit is no limit.
        .bind(filter.limit.map_or(-1, i64::from))
        .bind(i64::from(filter.offset))
        .fetch_all(&self.pool)
        .await?;
        into_findings(rows)
    }

    /// How many findings the filter lets through, whatever its limit and offset.
    pub async fn count_findings(&self, filter: &FindingFilter) -> Result<u64> {
        let count: i64 = sqlx::query_scalar(where_filter!("SELECT count(*) FROM findings", ""))
            .bind(filter.state.map(FindingState::name))
            .bind(&filter.unit)
            .bind(&filter.check)
            .bind(&filter.portal)
            .bind(filter.text.as_deref().filter(|text| !text.is_empty()))
            .bind(filter.from.map(|day| day.to_string()))
            .bind(filter.to.map(|day| day.to_string()))
            .fetch_one(&self.pool)
            .await?;
        cells::number(count, "a count")
    }

    /// One finding.
    pub async fn finding(&self, id: &str) -> Result<Option<Finding>> {
        let mut connection = self.pool.acquire().await?;
        one(&mut connection, id).await
    }

    /// All episodes of a fault, the first one first.
    pub async fn episodes(&self, identity: &FindingIdentity) -> Result<Vec<Finding>> {
        let rows = sqlx::query_as(
            "SELECT * FROM findings WHERE portal = $1 AND check_id = $2 AND subject = $3 AND unit = $4
                 AND identity_version = $5 ORDER BY episode",
        )
        .bind(&identity.portal)
        .bind(&identity.check)
        .bind(&identity.subject)
        .bind(&identity.unit)
        .bind(i64::from(identity.version))
        .fetch_all(&self.pool)
        .await?;
        into_findings(rows)
    }

    /// Takes down a person's decision on a finding.
    pub async fn decide(
        &self,
        id: &str,
        decision: Decision,
        actor: &str,
        reason: &str,
        at: Timestamp,
    ) -> Result<Finding> {
        let mut transaction = self.write().await?;
        let finding = one(&mut transaction, id).await?;
        let finding = finding.ok_or_else(|| LogError::Unknown { what: "finding", id: id.to_owned() })?;
        let today = beijing_date(at);
        let change = finding
            .decided(decision, reason, today)
            .map_err(|refused| LogError::Refused { id: id.to_owned(), refused })?;
        apply(&mut transaction, &change, actor, at, today, &change.finding.reason).await?;
        transaction.commit().await?;
        Ok(change.finding)
    }

    /// Numbers for the first page of the console.
    pub async fn counts(&self) -> Result<Counts> {
        let mut counts =
            Counts { findings: FindingState::ALL.map(|state| (state, 0)).into_iter().collect(), ..Counts::default() };
        let states: Vec<(String, i64)> =
            sqlx::query_as("SELECT state, count(*) FROM findings GROUP BY state").fetch_all(&self.pool).await?;
        for (state, count) in states {
            let state = cells::word(&state, FindingState::from_name, "the state of a finding")?;
            counts.findings.insert(state, cells::number(count, "a count")?);
        }
        let units: Vec<(String, i64)> =
            sqlx::query_as("SELECT unit, count(*) FROM findings WHERE state = 'suspected' GROUP BY unit")
                .fetch_all(&self.pool)
                .await?;
        for (unit, count) in units {
            counts.suspected_by_unit.insert(unit, cells::number(count, "a count")?);
        }
        let (entries, runs, night): (i64, i64, Option<String>) = sqlx::query_as(
            "SELECT (SELECT count(*) FROM entries), (SELECT count(*) FROM runs), (SELECT max(night) FROM runs)",
        )
        .fetch_one(&self.pool)
        .await?;
        counts.entries = cells::number(entries, "a count")?;
        counts.runs = cells::number(runs, "a count")?;
        counts.last_night = cells::parse_some(night.as_deref(), "the night of a run")?;
        Ok(counts)
    }
}

async fn one(connection: &mut Connection, id: &str) -> Result<Option<Finding>> {
    let row: Option<FindingRow> =
        sqlx::query_as("SELECT * FROM findings WHERE id = $1").bind(id).fetch_optional(connection).await?;
    row.map(FindingRow::into_finding).transpose()
}

/// The latest episode of every fault that was ever seen on a portal.
pub(super) async fn latest_episodes(connection: &mut Connection, portal: &str) -> Result<Vec<Finding>> {
    let rows = sqlx::query_as(
        "SELECT * FROM findings AS this WHERE portal = $1 AND NOT EXISTS (
             SELECT 1 FROM findings AS later WHERE later.portal = this.portal AND later.check_id = this.check_id
             AND later.subject = this.subject AND later.unit = this.unit
             AND later.identity_version = this.identity_version AND later.episode > this.episode)
         ORDER BY check_id, unit, subject",
    )
    .bind(portal)
    .fetch_all(connection)
    .await?;
    into_findings(rows)
}

/// Findings of a check whose state moved on this night.
pub(super) async fn moved_on(connection: &mut Connection, check: &str, night: Date) -> Result<Vec<Finding>> {
    let rows = sqlx::query_as("SELECT * FROM findings WHERE check_id = $1 AND unchanged_since = $2 ORDER BY id")
        .bind(check)
        .bind(night.to_string())
        .fetch_all(connection)
        .await?;
    into_findings(rows)
}

/// Writes the finding as it stands from now on and appends its event, if there is one.
pub(super) async fn apply(
    connection: &mut Connection,
    change: &Change,
    actor: &str,
    at: Timestamp,
    night: Date,
    reason: &str,
) -> Result<()> {
    let finding = &change.finding;
    sqlx::query(
        "INSERT INTO findings (id, identity_version, portal, check_id, subject, unit, episode, subject_label, state,
             confirmed, message, url, evidence, first_seen, last_seen, last_measured, unchanged_since, run, reason,
             waived_until)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)
         ON CONFLICT (id) DO UPDATE SET subject_label = $8, state = $9, confirmed = $10, message = $11, url = $12,
             evidence = $13, first_seen = $14, last_seen = $15, last_measured = $16, unchanged_since = $17, run = $18,
             reason = $19, waived_until = $20",
    )
    .bind(&finding.id)
    .bind(i64::from(finding.identity.version))
    .bind(&finding.identity.portal)
    .bind(&finding.identity.check)
    .bind(&finding.identity.subject)
    .bind(&finding.identity.unit)
    .bind(i64::from(finding.episode))
    .bind(&finding.subject.label)
    .bind(finding.state.name())
    .bind(finding.confirmed)
    .bind(&finding.message)
    .bind(&finding.url)
    .bind(cells::json(&finding.evidence, "evidence")?)
    .bind(finding.first_seen.to_string())
    .bind(finding.last_seen.to_string())
    .bind(finding.last_measured.to_string())
    .bind(finding.unchanged_since.to_string())
    .bind(&finding.run)
    .bind(&finding.reason)
    .bind(finding.waived_until.map(|day| day.to_string()))
    .execute(&mut *connection)
    .await?;
    if let Some(kind) = change.event {
        let event = Event {
            finding: finding.id.clone(),
            number: 0,
            kind,
            actor: actor.to_owned(),
            at: whole_microseconds(at),
            night,
            reason: reason.to_owned(),
            detail: change.detail(),
        };
        events::append(connection, event).await?;
    }
    Ok(())
}
