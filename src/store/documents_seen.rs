//! First-seen memory: sightings of documents, never changed once written, and the newest reading of each column.

use std::collections::BTreeSet;

use sqlx::FromRow;

use super::{Connection, Log, Result, cells};
use crate::model::{ColumnReading, Look, Remembered, Sighting};

/// What is remembered of a portal, as of one moment.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    pub remembered: Remembered,
    /// Number of the newest sighting in the log.
    pub newest: i64,
}

#[derive(FromRow)]
struct SeenRow {
    document: String,
    title: String,
    claimed: String,
    body: Option<String>,
    look: String,
    missed_by: Option<String>,
    look_before: Option<String>,
}

impl SeenRow {
    fn into_sighting(self) -> Result<Sighting> {
        let before = self.look_before.as_deref();
        Ok(Sighting {
            claimed: cells::from_json(&self.claimed, "the claimed dates of a document")?,
            look: cells::from_json(&self.look, "the look at a document")?,
            missed_by: self.missed_by.as_deref().map(reading).transpose()?,
            before: before.map(|look| cells::from_json(look, "the earlier look at a document")).transpose()?,
            document: self.document,
            title: self.title,
            body: self.body,
        })
    }
}

fn reading(text: &str) -> Result<ColumnReading> {
    cells::from_json(text, "the reading of a column")
}

impl Log {
    /// What is remembered of a portal now.
    pub async fn memory_of(&self, portal: &str) -> Result<Memory> {
        let newest: i64 =
            sqlx::query_scalar("SELECT coalesce(max(number), 0) FROM documents_seen").fetch_one(&self.pool).await?;
        let mut remembered = Remembered::default();
        remembered.add(self.sightings(portal, newest, "").await?);
        let readings: Vec<String> = sqlx::query_scalar("SELECT reading FROM columns_read WHERE portal = $1")
            .bind(portal)
            .fetch_all(&self.pool)
            .await?;
        for text in readings {
            let reading = reading(&text)?;
            remembered.readings.insert(reading.column.clone(), reading);
        }
        Ok(Memory { remembered, newest })
    }

    /// What a night that is over knew of the portal's documents, its own sightings included; none where it had no such
    /// memory. Readings of columns are no part of it: what they proved stands in the sightings.
    pub async fn memory_after(&self, run: &str) -> Result<Option<Remembered>> {
        let found: Option<(String, Option<i64>)> = sqlx::query_as("SELECT portal, seen_before FROM runs WHERE id = $1")
            .bind(run)
            .fetch_optional(&self.pool)
            .await?;
        let Some((portal, Some(newest))) = found else { return Ok(None) };
        let mut remembered = Remembered::default();
        remembered.add(self.sightings(&portal, newest, run).await?);
        Ok(Some(remembered))
    }

    async fn sightings(&self, portal: &str, newest: i64, run: &str) -> Result<Vec<Sighting>> {
        let rows: Vec<SeenRow> = sqlx::query_as(
            "SELECT document, title, claimed, body, look, missed_by, look_before FROM documents_seen
             WHERE portal = $1 AND (number <= $2 OR run = $3) ORDER BY number",
        )
        .bind(portal)
        .bind(newest)
        .bind(run)
        .fetch_all(&self.pool)
        .await?;
        rows.into_iter().map(SeenRow::into_sighting).collect()
    }

    /// Ids of the captures that prove what the memory tells, and of those that the next night may need for it.
    pub(super) async fn captures_of_memory(&self) -> Result<BTreeSet<String>> {
        let rows: Vec<SeenRow> = sqlx::query_as(
            "SELECT document, title, claimed, body, look, missed_by, look_before FROM documents_seen
             WHERE missed_by IS NOT NULL OR look_before IS NOT NULL",
        )
        .fetch_all(&self.pool)
        .await?;
        let mut looks: Vec<Look> = Vec::new();
        for row in rows {
            let sighting = row.into_sighting()?;
            looks.push(sighting.look);
            looks.extend(sighting.missed_by.map(|reading| reading.look));
            looks.extend(sighting.before);
        }
        let readings: Vec<String> =
            sqlx::query_scalar("SELECT reading FROM columns_read").fetch_all(&self.pool).await?;
        for text in readings {
            looks.push(reading(&text)?.look);
        }
        Ok(looks.into_iter().filter_map(|look| look.capture).collect())
    }
}

/// Writes what a night adds to the memory; `newest` is the number of the newest sighting it knew.
pub(super) async fn write(
    connection: &mut Connection,
    (run, portal): (&str, &str),
    newest: i64,
    sightings: &[Sighting],
    readings: &[ColumnReading],
) -> Result<()> {
    for sighting in sightings {
        let missed_by = sighting.missed_by.as_ref().map(|reading| cells::json(reading, "the reading of a column"));
        let before = sighting.before.as_ref().map(|look| cells::json(look, "an earlier look"));
        sqlx::query(
            "INSERT INTO documents_seen (portal, document, run, title, claimed, body, look, missed_by, look_before)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        )
        .bind(portal)
        .bind(&sighting.document)
        .bind(run)
        .bind(&sighting.title)
        .bind(cells::json(&sighting.claimed, "claimed dates")?)
        .bind(&sighting.body)
        .bind(cells::json(&sighting.look, "a look")?)
        .bind(missed_by.transpose()?)
        .bind(before.transpose()?)
        .execute(&mut *connection)
        .await?;
    }
    for reading in readings {
        sqlx::query(
            "INSERT INTO columns_read (portal, column_key, reading) VALUES ($1, $2, $3)
             ON CONFLICT (portal, column_key) DO UPDATE SET reading = excluded.reading",
        )
        .bind(portal)
        .bind(&reading.column)
        .bind(cells::json(reading, "the reading of a column")?)
        .execute(&mut *connection)
        .await?;
    }
    sqlx::query("UPDATE runs SET seen_before = $2 WHERE id = $1").bind(run).bind(newest).execute(connection).await?;
    Ok(())
}
