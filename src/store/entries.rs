//! Entries: manual findings and measures, by staff or import, with the same events and review as findings.

use std::collections::BTreeMap;

use jiff::{Timestamp, civil::Date};
use sha2::{Digest, Sha256};
use sqlx::FromRow;

use super::{Connection, FindingFilter, Log, LogError, Result, cells, events};
use crate::model::{
    Decision, Entry, EntrySource, EntryStatus, Event, EventKind, Finding, Level, RecordedEntry, beijing_date,
    whole_microseconds,
};

/// Which entries to list; what is left out does not restrict.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EntryFilter {
    pub unit: Option<String>,
    pub clause: Option<String>,
    pub status: Option<EntryStatus>,
    /// Days, both included. Entries without a date are always let through.
    pub from: Option<Date>,
    pub to: Option<Date>,
}

/// What an import brought.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    pub added: usize,
    /// Already in the log with the same content.
    pub known: usize,
}

#[derive(FromRow)]
pub(super) struct EntryRow {
    id: String,
    unit: String,
    clause: Option<String>,
    step: Option<String>,
    check_id: Option<String>,
    date: Option<String>,
    count: Option<String>,
    numerator: Option<String>,
    denominator: Option<String>,
    value: Option<String>,
    rank: Option<i64>,
    level: Option<String>,
    subject: Option<String>,
    status: String,
    source: String,
    not_applicable: bool,
    note: Option<String>,
    url: Option<String>,
    evidence: Option<String>,
    recorded_by: String,
    recorded_at: String,
    reason: String,
    waived_until: Option<String>,
}

impl EntryRow {
    pub(super) fn into_recorded(self) -> Result<RecordedEntry> {
        let level = |name: &str| cells::word(name, Level::from_name, "the level of an entry");
        let evidence = |text: &str| cells::from_json(text, "the evidence of an entry");
        let entry = Entry {
            date: cells::parse_some(self.date.as_deref(), "the date of an entry")?,
            count: cells::parse_some(self.count.as_deref(), "the count of an entry")?,
            numerator: cells::parse_some(self.numerator.as_deref(), "the numerator of an entry")?,
            denominator: cells::parse_some(self.denominator.as_deref(), "the denominator of an entry")?,
            value: cells::parse_some(self.value.as_deref(), "the value of an entry")?,
            rank: self.rank.map(|rank| cells::number(rank, "the rank of an entry")).transpose()?,
            level: self.level.as_deref().map(level).transpose()?,
            status: Some(cells::word(&self.status, EntryStatus::from_name, "the status of an entry")?),
            source: Some(cells::word(&self.source, EntrySource::from_name, "the source of an entry")?),
            evidence: self.evidence.as_deref().map(evidence).transpose()?,
            id: Some(self.id),
            unit: self.unit,
            clause: self.clause,
            step: self.step,
            check: self.check_id,
            subject: self.subject,
            not_applicable: self.not_applicable,
            note: self.note,
            url: self.url,
        };
        Ok(RecordedEntry {
            entry,
            recorded_by: self.recorded_by,
            recorded_at: cells::parse(&self.recorded_at, "the moment of an entry")?,
            reason: self.reason,
            waived_until: cells::parse_some(self.waived_until.as_deref(), "the waiver of an entry")?,
        })
    }
}

impl Log {
    /// Entries by the filter, by date; those without a date come first.
    pub async fn entries(&self, filter: &EntryFilter) -> Result<Vec<RecordedEntry>> {
        let rows: Vec<EntryRow> = sqlx::query_as(
            "SELECT * FROM entries WHERE ($1 IS NULL OR unit = $1) AND ($2 IS NULL OR clause = $2)
                 AND ($3 IS NULL OR status = $3) AND ($4 IS NULL OR date IS NULL OR date >= $4)
                 AND ($5 IS NULL OR date IS NULL OR date <= $5)
             ORDER BY date, recorded_at, id",
        )
        .bind(&filter.unit)
        .bind(&filter.clause)
        .bind(filter.status.map(EntryStatus::name))
        .bind(filter.from.map(|day| day.to_string()))
        .bind(filter.to.map(|day| day.to_string()))
        .fetch_all(&self.pool)
        .await?;
        rows.into_iter().map(EntryRow::into_recorded).collect()
    }

    /// One entry.
    pub async fn entry(&self, id: &str) -> Result<Option<RecordedEntry>> {
        let mut connection = self.pool.acquire().await?;
        one(&mut connection, id).await
    }

    /// Records one entry of a person. Without an id it gets one; it is a new event even where another one
    /// says the same.
    pub async fn add_entry(&self, entry: Entry, actor: &str, at: Timestamp) -> Result<RecordedEntry> {
        let mut transaction = self.write().await?;
        let recorded = match &entry.id {
            Some(_) => record(&mut transaction, entry, EntrySource::Staff, actor, at).await?.0,
            None => {
                let others: i64 =
                    sqlx::query_scalar("SELECT count(*) FROM entries").fetch_one(&mut *transaction).await?;
                let id = digest_id(&entry, &format!("{actor} {at} {others}"))?;
                record(&mut transaction, Entry { id: Some(id), ..entry }, EntrySource::Staff, actor, at).await?.0
            }
        };
        transaction.commit().await?;
        Ok(recorded)
    }

    /// Records a file of entries, all or none. An entry without an id gets one from its content and from how
    /// many equal ones stand before it in the file, so that the same file brings nothing the second time.
    pub async fn import_entries(&self, entries: Vec<Entry>, actor: &str, at: Timestamp) -> Result<Imported> {
        let mut transaction = self.write().await?;
        let mut imported = Imported::default();
        let mut seen = BTreeMap::<String, usize>::new();
        for mut entry in entries {
            if entry.id.is_none() {
                let content = digest_id(&entry, "")?;
                let before = seen.entry(content).and_modify(|count| *count += 1).or_insert(0);
                entry.id = Some(digest_id(&entry, &before.to_string())?);
            }
            if is_crawled_here(&mut transaction, &entry).await? {
                imported.known += 1;
                continue;
            }
            match record(&mut transaction, entry, EntrySource::Import, actor, at).await? {
                (_, true) => imported.added += 1,
                (_, false) => imported.known += 1,
            }
        }
        transaction.commit().await?;
        Ok(imported)
    }

    /// Takes down a person's decision on an entry.
    pub async fn decide_entry(
        &self,
        id: &str,
        decision: Decision,
        actor: &str,
        reason: &str,
        at: Timestamp,
    ) -> Result<RecordedEntry> {
        let mut transaction = self.write().await?;
        let entry = one(&mut transaction, id).await?;
        let entry = entry.ok_or_else(|| LogError::Unknown { what: "entry", id: id.to_owned() })?;
        let decided = entry
            .decided(decision, reason, beijing_date(at))
            .map_err(|refused| LogError::Refused { id: id.to_owned(), refused })?;
        sqlx::query("UPDATE entries SET status = $2, reason = $3, waived_until = $4 WHERE id = $1")
            .bind(id)
            .bind(decided.entry.status().name())
            .bind(&decided.reason)
            .bind(decided.waived_until.map(|day| day.to_string()))
            .execute(&mut *transaction)
            .await?;
        let mut detail = BTreeMap::from([("state".to_owned(), decided.entry.status().name().to_owned())]);
        if let Some(until) = decided.waived_until {
            detail.insert("until".to_owned(), until.to_string());
        }
        append_event(&mut transaction, id, decision.event(), actor, at, &decided.reason, detail).await?;
        transaction.commit().await?;
        Ok(decided)
    }

    /// What the scorer reads of a period, both days included: findings first seen in it, and entries.
    pub async fn scoring_entries(&self, from: Date, to: Date) -> Result<Vec<Entry>> {
        let period = FindingFilter { from: Some(from), to: Some(to), ..FindingFilter::default() };
        let mut findings = self.findings(&period).await?;
        findings.sort_by(|a, b| (a.first_seen, &a.id).cmp(&(b.first_seen, &b.id)));
        let recorded = self.entries(&EntryFilter { from: Some(from), to: Some(to), ..EntryFilter::default() }).await?;
        let standing = findings.iter().filter(|finding| finding.state.stands()).map(Finding::as_entry);
        Ok(standing.chain(recorded.into_iter().map(|recorded| recorded.entry)).collect())
    }
}

async fn one(connection: &mut Connection, id: &str) -> Result<Option<RecordedEntry>> {
    let row: Option<EntryRow> =
        sqlx::query_as("SELECT * FROM entries WHERE id = $1").bind(id).fetch_optional(connection).await?;
    row.map(EntryRow::into_recorded).transpose()
}

/// True where the entry is a finding of this very log that comes back from its own export.
async fn is_crawled_here(connection: &mut Connection, entry: &Entry) -> Result<bool> {
    let found = sqlx::query("SELECT 1 FROM findings WHERE id = $1 AND check_id = $2 AND unit = $3")
        .bind(&entry.id)
        .bind(&entry.check)
        .bind(&entry.unit)
        .fetch_optional(connection)
        .await?;
    Ok(found.is_some())
}

/// Writes the entry unless the log has it; true where it is new.
async fn record(
    connection: &mut Connection,
    entry: Entry,
    source: EntrySource,
    actor: &str,
    at: Timestamp,
) -> Result<(RecordedEntry, bool)> {
    let id = entry.id.clone().unwrap_or_default();
    let source = entry.source.unwrap_or(source);
    let mut entry = Entry { source: Some(source), ..entry };
    entry.status = Some(entry.status());
    if let Some(known) = one(connection, &id).await? {
        // A decision taken here since then is no difference of content.
        let same = Entry { status: known.entry.status, ..entry.clone() } == known.entry;
        return if same { Ok((known, false)) } else { Err(LogError::EntryDiffers { id }) };
    }
    let recorded = RecordedEntry {
        entry,
        recorded_by: actor.to_owned(),
        recorded_at: whole_microseconds(at),
        reason: String::new(),
        waived_until: None,
    };
    insert(connection, &id, &recorded).await?;
    let detail = BTreeMap::from([
        ("state".to_owned(), recorded.entry.status().name().to_owned()),
        ("entry".to_owned(), cells::json(&recorded.entry, "an entry")?),
    ]);
    append_event(connection, &id, EventKind::Recorded, actor, at, "", detail).await?;
    Ok((recorded, true))
}

async fn insert(connection: &mut Connection, id: &str, recorded: &RecordedEntry) -> Result<()> {
    let entry = &recorded.entry;
    let text = |value: Option<rust_decimal::Decimal>| value.map(|value| value.to_string());
    sqlx::query(
        "INSERT INTO entries (id, unit, clause, step, check_id, date, count, numerator, denominator, value, rank, level,
             subject, status, source, not_applicable, note, url, evidence, recorded_by, recorded_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)",
    )
    .bind(id)
    .bind(&entry.unit)
    .bind(&entry.clause)
    .bind(&entry.step)
    .bind(&entry.check)
    .bind(entry.date.map(|day| day.to_string()))
    .bind(text(entry.count))
    .bind(text(entry.numerator))
    .bind(text(entry.denominator))
    .bind(text(entry.value))
    .bind(entry.rank.map(i64::from))
    .bind(entry.level.map(Level::name))
    .bind(&entry.subject)
    .bind(entry.status().name())
    .bind(entry.source.unwrap_or(EntrySource::Staff).name())
    .bind(entry.not_applicable)
    .bind(&entry.note)
    .bind(&entry.url)
    .bind(entry.evidence.as_ref().map(|evidence| cells::json(evidence, "evidence")).transpose()?)
    .bind(&recorded.recorded_by)
    .bind(cells::moment(recorded.recorded_at))
    .execute(connection)
    .await?;
    Ok(())
}

async fn append_event(
    connection: &mut Connection,
    id: &str,
    kind: EventKind,
    actor: &str,
    at: Timestamp,
    reason: &str,
    detail: BTreeMap<String, String>,
) -> Result<()> {
    let event = Event {
        finding: id.to_owned(),
        number: 0,
        kind,
        actor: actor.to_owned(),
        at: whole_microseconds(at),
        night: beijing_date(at),
        reason: reason.to_owned(),
        detail,
    };
    events::append(connection, event).await
}

/// The first 12 hex digits of the digest over content and `salt`, marked as an entry's.
fn digest_id(entry: &Entry, salt: &str) -> Result<String> {
    let mut digest = Sha256::new();
    digest.update(cells::json(entry, "an entry")?.as_bytes());
    digest.update(salt.as_bytes());
    let hex: String = digest.finalize().iter().take(6).map(|byte| format!("{byte:02x}")).collect();
    Ok(format!("e{hex}"))
}
