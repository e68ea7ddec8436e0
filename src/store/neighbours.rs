//! What a night leaves to the nights on other portals: its policy documents and interpretations, as a list with versions.

use std::collections::{BTreeMap, HashMap};

use jiff::civil::Date;
use sqlx::FromRow;

use super::{Connection, Log, LogError, Result, Thinning, cells};
use crate::model::{KnownDocument, NeighbourPortal, Run};

#[derive(FromRow)]
struct NeighbourRow {
    id: String,
    portal: String,
    name: Option<String>,
    night: String,
    documents_version: i64,
}

const NEIGHBOUR: &str =
    "SELECT id, portal, portal_settings ->> 'name' AS name, night, documents_version FROM runs AS this";

impl Log {
    /// The other portals as their latest runs knew them that ended before this one began, of nights since that day, by id.
    pub async fn neighbours_before(&self, run: &Run, since: Date) -> Result<Vec<NeighbourPortal>> {
        let known = |this: &str| {
            format!(
                "{this}.portal <> $1 AND {this}.documents_version IS NOT NULL AND {this}.finished <= $2
                 AND {this}.night <= $3 AND {this}.night >= $4"
            )
        };
        let chosen = format!(
            "{NEIGHBOUR} WHERE {} AND NOT EXISTS (
                 SELECT 1 FROM runs AS later WHERE later.portal = this.portal AND {}
                 AND (later.night, later.finished, later.id) > (this.night, this.finished, this.id))
             ORDER BY portal",
            known("this"),
            known("later")
        );
        let rows: Vec<NeighbourRow> = sqlx::query_as(sqlx::AssertSqlSafe(chosen))
            .bind(&run.portal)
            .bind(cells::moment(run.started))
            .bind(run.night.to_string())
            .bind(since.to_string())
            .fetch_all(&self.pool)
            .await?;
        self.neighbours(rows).await
    }

    /// The other portals as a night that is over knew them; none where it knew of no such thing.
    pub async fn neighbours_of(&self, run: &str) -> Result<Option<Vec<NeighbourPortal>>> {
        let found: Option<(Option<String>, Option<String>)> =
            sqlx::query_as("SELECT neighbours, neighbours_thinned FROM runs WHERE id = $1")
                .bind(run)
                .fetch_optional(&self.pool)
                .await?;
        let Some((Some(neighbours), thinned)) = found else { return Ok(None) };
        if let Some(day) = thinned {
            let day = cells::parse(&day, "the day what a run knew of other portals was removed")?;
            return Err(LogError::NeighboursThinned { run: run.to_owned(), day });
        }
        let ids: Vec<String> = cells::from_json(&neighbours, "the runs that a run knew of")?;
        let mut rows = Vec::with_capacity(ids.len());
        for id in ids {
            let one = format!("{NEIGHBOUR} WHERE id = $1");
            rows.extend(sqlx::query_as(sqlx::AssertSqlSafe(one)).bind(id).fetch_optional(&self.pool).await?);
        }
        self.neighbours(rows).await.map(Some)
    }

    async fn neighbours(&self, rows: Vec<NeighbourRow>) -> Result<Vec<NeighbourPortal>> {
        let mut neighbours = Vec::with_capacity(rows.len());
        for row in rows {
            let mut connection = self.pool.acquire().await?;
            neighbours.push(NeighbourPortal {
                documents: documents_at(&mut connection, &row.portal, row.documents_version).await?,
                night: cells::parse(&row.night, "the night of a run")?,
                name: row.name.unwrap_or_default(),
                portal: row.portal,
                run: row.id,
                interpretations: 0,
            });
        }
        Ok(neighbours)
    }

    /// The documents of a portal as its latest run left them.
    pub async fn known_documents(&self, portal: &str) -> Result<Vec<KnownDocument>> {
        let mut connection = self.pool.acquire().await?;
        let version = newest_version(&mut connection, portal).await?;
        documents_at(&mut connection, portal, version).await
    }

    /// Ids of the pages that a run read, by their address.
    pub async fn pages_of(&self, run: &str) -> Result<BTreeMap<String, String>> {
        let pages: Vec<(String, String)> =
            sqlx::query_as("SELECT final_url, id FROM captures WHERE run = $1 AND is_page = 1 ORDER BY position DESC")
                .bind(run)
                .fetch_all(&self.pool)
                .await?;
        Ok(pages.into_iter().collect())
    }
}

/// Which runs on other portals a night knew of.
pub(super) async fn write_known(connection: &mut Connection, run: &str, neighbours: &[String]) -> Result<()> {
    sqlx::query("UPDATE runs SET neighbours = $2 WHERE id = $1")
        .bind(run)
        .bind(cells::json(&neighbours, "the runs that a run knew of")?)
        .execute(connection)
        .await?;
    Ok(())
}

/// Writes the next version of a portal's list: what is new or changed, and what no longer stands.
pub(super) async fn write(
    connection: &mut Connection,
    (run, portal): (&str, &str),
    documents: &[KnownDocument],
) -> Result<()> {
    let version = newest_version(connection, portal).await? + 1;
    let standing: Vec<(String, String)> =
        sqlx::query_as("SELECT url, document FROM known_documents WHERE portal = $1 AND until IS NULL")
            .bind(portal)
            .fetch_all(&mut *connection)
            .await?;
    let mut standing: HashMap<String, String> = standing.into_iter().collect();
    for document in documents {
        let text = cells::json(document, "a known document")?;
        let before = standing.remove(&document.url);
        if before.as_ref() == Some(&text) {
            continue;
        }
        if before.is_some() {
            close(connection, portal, &document.url, version).await?;
        }
        sqlx::query("INSERT INTO known_documents (portal, since, url, document) VALUES ($1, $2, $3, $4)")
            .bind(portal)
            .bind(version)
            .bind(&document.url)
            .bind(text)
            .execute(&mut *connection)
            .await?;
    }
    for url in standing.keys() {
        close(connection, portal, url, version).await?;
    }
    sqlx::query("UPDATE runs SET documents_version = $2 WHERE id = $1")
        .bind(run)
        .bind(version)
        .execute(connection)
        .await?;
    Ok(())
}

async fn close(connection: &mut Connection, portal: &str, url: &str, version: i64) -> Result<()> {
    sqlx::query("UPDATE known_documents SET until = $3 WHERE portal = $1 AND url = $2 AND until IS NULL")
        .bind(portal)
        .bind(url)
        .bind(version)
        .execute(connection)
        .await?;
    Ok(())
}

async fn newest_version(connection: &mut Connection, portal: &str) -> Result<i64> {
    Ok(sqlx::query_scalar("SELECT coalesce(max(documents_version), 0) FROM runs WHERE portal = $1")
        .bind(portal)
        .fetch_one(connection)
        .await?)
}

async fn documents_at(connection: &mut Connection, portal: &str, version: i64) -> Result<Vec<KnownDocument>> {
    let texts: Vec<String> = sqlx::query_scalar(
        "SELECT document FROM known_documents
         WHERE portal = $1 AND since <= $2 AND (until IS NULL OR until > $2) ORDER BY url",
    )
    .bind(portal)
    .bind(version)
    .fetch_all(connection)
    .await?;
    texts.iter().map(|text| cells::from_json(text, "a known document")).collect()
}

impl Thinning {
    /// Removes versions that only nights before that day knew of; those nights are marked. Says how many rows went.
    pub async fn remove_known_documents(&mut self, night: Date, today: Date) -> Result<u64> {
        let transaction = &mut *self.transaction;
        sqlx::query(
            "UPDATE runs SET neighbours_thinned = $2
             WHERE night < $1 AND state <> 'running' AND neighbours IS NOT NULL AND neighbours <> '[]'
             AND neighbours_thinned IS NULL",
        )
        .bind(night.to_string())
        .bind(today.to_string())
        .execute(&mut *transaction)
        .await?;
        // A version is needed by the kept nights that knew of it, and the newest one by the nights to come.
        let removed = sqlx::query(
            "DELETE FROM known_documents WHERE until IS NOT NULL AND until <= (
                 SELECT min(needed.version) FROM (
                     SELECT theirs.portal, theirs.documents_version AS version
                     FROM runs AS kept, json_each(kept.neighbours) AS known
                     JOIN runs AS theirs ON theirs.id = known.value
                     WHERE kept.night >= $1 OR kept.neighbours_thinned IS NULL
                     UNION ALL
                     SELECT portal, max(documents_version) FROM runs GROUP BY portal
                 ) AS needed WHERE needed.portal = known_documents.portal AND needed.version IS NOT NULL)",
        )
        .bind(night.to_string())
        .execute(transaction)
        .await?;
        Ok(removed.rows_affected())
    }
}
