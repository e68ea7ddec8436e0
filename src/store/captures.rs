//! Captures and unread pages: what a visit saw, enough to observe and judge it again.

use jiff::civil::Date;
use sqlx::{FromRow, QueryBuilder, Sqlite};

use super::{Connection, Log, LogError, Result, cells};
use crate::model::{Capture, Cause, NotMeasurable, ObservedPage, Portal, Run, Soundings};

/// A page that was not read in so many runs is asked for as if it were new.
const RUNS_REMEMBERED: i64 = 7;

/// A capture with the way its page was reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredPage {
    pub run: String,
    pub capture: Capture,
    /// False for an answer that is no page (a block page, an error page): evidence of a failure.
    pub is_page: bool,
    pub linked_from: Option<String>,
    pub link_text: String,
    pub depth: u32,
    /// The day its record was removed by the rule of retention.
    pub thinned: Option<Date>,
}

/// A visit as the log keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredVisit {
    pub run: Run,
    /// The portal as it was configured that night.
    pub portal: Portal,
    /// Pages that were read, in the order of reading.
    pub pages: Vec<StoredPage>,
    pub failures: Vec<NotMeasurable>,
    pub cut_short: bool,
    /// What was asked for beside the pages; nothing for nights before there was such a thing.
    pub soundings: Soundings,
}

#[derive(FromRow)]
struct CaptureRow {
    run: String,
    id: String,
    url: String,
    final_url: String,
    hops: String,
    at: String,
    status: i64,
    headers: String,
    sha256: String,
    bytes: i64,
    truncated: bool,
    attempts: i64,
    location: Option<String>,
    revisit: Option<String>,
    rendered: Option<String>,
    is_page: bool,
    linked_from: Option<String>,
    link_text: String,
    depth: i64,
    thinned: Option<String>,
    old_tls: bool,
}

impl CaptureRow {
    fn into_page(self) -> Result<StoredPage> {
        let capture = Capture {
            id: self.id,
            url: self.url,
            final_url: self.final_url,
            hops: cells::from_json(&self.hops, "the redirects of a capture")?,
            at: cells::parse(&self.at, "the moment of a capture")?,
            status: cells::number(self.status, "the status of a capture")?,
            headers: cells::from_json(&self.headers, "the headers of a capture")?,
            sha256: self.sha256,
            bytes: cells::number(self.bytes, "the length of a capture")?,
            truncated: self.truncated,
            attempts: cells::number(self.attempts, "the attempts of a capture")?,
            location: self.location,
            revisit: self
                .revisit
                .as_deref()
                .map(|how| cells::from_json(how, "the revisit of a capture"))
                .transpose()?,
            conditions: Vec::new(),
            old_tls: self.old_tls,
            rendered: self.rendered.as_deref().map(|how| cells::from_json(how, "what a browser made")).transpose()?,
        };
        Ok(StoredPage {
            run: self.run,
            capture,
            is_page: self.is_page,
            linked_from: self.linked_from,
            link_text: self.link_text,
            depth: cells::number(self.depth, "the depth of a page")?,
            thinned: cells::parse_some(self.thinned.as_deref(), "the day a capture was removed")?,
        })
    }
}

#[derive(FromRow)]
struct UnreadRow {
    url: String,
    cause: String,
    detail: String,
    attempts: i64,
    at: Option<String>,
    capture: Option<String>,
    linked_from: Option<String>,
}

impl UnreadRow {
    fn into_not_measurable(self) -> Result<NotMeasurable> {
        Ok(NotMeasurable {
            cause: cells::word(&self.cause, Cause::from_name, "the cause of an unread page")?,
            attempts: cells::number(self.attempts, "the attempts of an unread page")?,
            at: cells::parse_some(self.at.as_deref(), "the moment of an unread page")?,
            url: self.url,
            detail: self.detail,
            capture: self.capture,
            linked_from: self.linked_from,
        })
    }
}

impl Log {
    /// A capture by its id.
    pub async fn capture(&self, id: &str) -> Result<Option<StoredPage>> {
        let row: Option<CaptureRow> = sqlx::query_as("SELECT * FROM captures WHERE id = $1 ORDER BY run DESC LIMIT 1")
            .bind(id)
            .fetch_optional(&self.pool)
            .await?;
        row.map(CaptureRow::into_page).transpose()
    }

    /// The captures of a run: pages in the order of the visit, then answers that are no pages.
    pub async fn captures_of(&self, run: &str) -> Result<Vec<StoredPage>> {
        let rows: Vec<CaptureRow> = sqlx::query_as("SELECT * FROM captures WHERE run = $1 ORDER BY position")
            .bind(run)
            .fetch_all(&self.pool)
            .await?;
        rows.into_iter().map(CaptureRow::into_page).collect()
    }

    /// What a browser made of a capture, or of the answer that this one was made of.
    pub async fn captures_rendered_with(&self, page: &StoredPage) -> Result<Vec<StoredPage>> {
        let rows: Vec<CaptureRow> =
            sqlx::query_as("SELECT * FROM captures WHERE run = $1 AND rendered IS NOT NULL ORDER BY position")
                .bind(&page.run)
                .fetch_all(&self.pool)
                .await?;
        let answer = page.capture.answer();
        let made = rows.into_iter().map(CaptureRow::into_page).collect::<Result<Vec<_>>>()?;
        Ok(made
            .into_iter()
            .filter(|other| other.capture.answer() == answer && other.capture.id != page.capture.id)
            .collect())
    }

    /// What is known of a portal: the newest answer from each address in its last runs, where that is whole.
    pub async fn known_pages(&self, portal: &str) -> Result<Vec<Capture>> {
        let rows: Vec<CaptureRow> = sqlx::query_as(
            "SELECT * FROM (
                 SELECT captures.*, row_number() OVER (PARTITION BY url ORDER BY at DESC, position DESC) AS age
                 FROM captures WHERE rendered IS NULL AND run IN (
                     SELECT id FROM runs WHERE portal = $1 AND state IN ('done', 'partial')
                     ORDER BY night DESC, started DESC LIMIT $2))
             WHERE age = 1 AND status = 200 AND NOT truncated AND location IS NOT NULL ORDER BY url",
        )
        .bind(portal)
        .bind(RUNS_REMEMBERED)
        .fetch_all(&self.pool)
        .await?;
        rows.into_iter().map(|row| row.into_page().map(|page| page.capture)).collect()
    }

    /// The pages of a run that could not be looked at.
    pub async fn unread_pages_of(&self, run: &str) -> Result<Vec<NotMeasurable>> {
        let rows: Vec<UnreadRow> = sqlx::query_as("SELECT * FROM unread_pages WHERE run = $1 ORDER BY position")
            .bind(run)
            .fetch_all(&self.pool)
            .await?;
        rows.into_iter().map(UnreadRow::into_not_measurable).collect()
    }

    /// Everything needed to observe and judge a run again, but the bodies.
    pub async fn visit(&self, run: &str) -> Result<StoredVisit> {
        let unknown = || LogError::Unknown { what: "run", id: run.to_owned() };
        let found = self.run(run).await?.ok_or_else(unknown)?;
        let (settings, cut_short, soundings): (String, bool, Option<String>) =
            sqlx::query_as("SELECT portal_settings, cut_short, soundings FROM runs WHERE id = $1")
                .bind(run)
                .fetch_one(&self.pool)
                .await?;
        let soundings = soundings.as_deref().map(|text| cells::from_json(text, "what a run asked for beside pages"));
        Ok(StoredVisit {
            run: found,
            portal: cells::from_json(&settings, "the portal settings of a run")?,
            pages: self.captures_of(run).await?.into_iter().filter(|page| page.is_page).collect(),
            failures: self.unread_pages_of(run).await?,
            cut_short,
            soundings: soundings.transpose()?.unwrap_or_default(),
        })
    }
}

/// Writes pages, and after them answers that are no pages.
pub(super) async fn write(
    connection: &mut Connection,
    run: &str,
    pages: &[ObservedPage],
    others: &[Capture],
) -> Result<()> {
    let pages = pages.iter().map(|page| {
        let reached = (page.linked_from.as_deref(), page.link_text.as_str(), page.depth);
        (&page.capture, Some(reached))
    });
    let all: Vec<(&Capture, Option<Reached<'_>>)> = pages.chain(others.iter().map(|capture| (capture, None))).collect();
    // Each statement is a walk to the thread of the database and back.
    for (number, rows) in all.chunks(ROWS_AT_ONCE).enumerate() {
        insert(connection, run, number * ROWS_AT_ONCE + 1, rows).await?;
    }
    Ok(())
}

/// The page that led there, the text of the link and the depth; none for what is no page.
type Reached<'a> = (Option<&'a str>, &'a str, u32);

/// Rows of one statement.
const ROWS_AT_ONCE: usize = 64;

/// Writes captures, the first of them in that position.
async fn insert(
    connection: &mut Connection,
    run: &str,
    first: usize,
    rows: &[(&Capture, Option<Reached<'_>>)],
) -> Result<()> {
    let mut statement: QueryBuilder<Sqlite> = QueryBuilder::new(
        "INSERT INTO captures (run, position, id, url, final_url, hops, at, status, headers, sha256, bytes,
             truncated, attempts, location, is_page, linked_from, link_text, depth, revisit, old_tls, rendered) ",
    );
    let mut texts = Vec::with_capacity(rows.len());
    for (capture, _) in rows {
        let hops = cells::json(&capture.hops, "redirects")?;
        let headers = cells::json(&capture.headers, "headers")?;
        let revisit = capture.revisit.as_ref().map(|revisit| cells::json(revisit, "a revisit")).transpose()?;
        let rendered = capture.rendered.as_ref().map(|how| cells::json(how, "what a browser made")).transpose()?;
        texts.push((hops, headers, revisit, rendered));
    }
    statement.push_values((first..).zip(rows).zip(texts), |mut row, ((position, (capture, reached)), texts)| {
        let (linked_from, link_text, depth) = reached.unwrap_or((None, "", 0));
        let (hops, headers, revisit, rendered) = texts;
        row.push_bind(run)
            .push_bind(cells::integer(position))
            .push_bind(&capture.id)
            .push_bind(&capture.url)
            .push_bind(&capture.final_url)
            .push_bind(hops)
            .push_bind(cells::moment(capture.at))
            .push_bind(i64::from(capture.status))
            .push_bind(headers)
            .push_bind(&capture.sha256)
            .push_bind(cells::integer(capture.bytes))
            .push_bind(capture.truncated)
            .push_bind(i64::from(capture.attempts))
            .push_bind(&capture.location)
            .push_bind(reached.is_some())
            .push_bind(linked_from)
            .push_bind(link_text)
            .push_bind(i64::from(depth))
            .push_bind(revisit)
            .push_bind(capture.old_tls)
            .push_bind(rendered);
    });
    statement.build().execute(connection).await?;
    Ok(())
}

pub(super) async fn write_unread(connection: &mut Connection, run: &str, unread: &[NotMeasurable]) -> Result<()> {
    for (position, page) in (1_i64..).zip(unread) {
        sqlx::query(
            "INSERT INTO unread_pages (run, position, url, cause, detail, attempts, at, capture, linked_from)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        )
        .bind(run)
        .bind(position)
        .bind(&page.url)
        .bind(page.cause.name())
        .bind(&page.detail)
        .bind(i64::from(page.attempts))
        .bind(page.at.map(cells::moment))
        .bind(&page.capture)
        .bind(&page.linked_from)
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}
