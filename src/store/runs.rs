//! Runs: one visit to one portal on one night.

use jiff::civil::Date;
use sqlx::FromRow;

use super::{Connection, Log, LogError, Result, cells};
use crate::model::{Load, Portal, Robots, Run, RunState, Soundings, Verdict};

/// One night over all portals.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NightSummary {
    pub night: Date,
    pub runs: Vec<Run>,
    /// Outcomes by their word, all runs of the night together.
    pub outcomes: Vec<(Verdict, u64)>,
}

/// A visit with what the portal had to bear and what it allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadStatement {
    pub run: Run,
    /// The portal as it was configured that night.
    pub portal: Portal,
    /// None where robots.txt was not asked for.
    pub robots: Option<Robots>,
}

#[derive(FromRow)]
struct StatementRow {
    #[sqlx(flatten)]
    run: RunRow,
    portal_settings: String,
    robots: Option<String>,
}

#[derive(FromRow)]
pub(super) struct RunRow {
    id: String,
    portal: String,
    night: String,
    as_of: String,
    started: String,
    finished: Option<String>,
    state: String,
    note: String,
    requests: i64,
    bytes: i64,
    peak_rate: i64,
}

impl RunRow {
    fn into_run(self) -> Result<Run> {
        Ok(Run {
            night: cells::parse(&self.night, "the night of a run")?,
            as_of: cells::parse(&self.as_of, "the pretended moment of a run")?,
            started: cells::parse(&self.started, "the start of a run")?,
            finished: cells::parse_some(self.finished.as_deref(), "the end of a run")?,
            state: cells::word(&self.state, RunState::from_name, "the state of a run")?,
            load: Load {
                requests: cells::number(self.requests, "the requests of a run")?,
                bytes: cells::number(self.bytes, "the bytes of a run")?,
                peak_rate: cells::number(self.peak_rate, "the rate of a run")?,
            },
            id: self.id,
            portal: self.portal,
            note: self.note,
        })
    }
}

fn into_runs(rows: Vec<RunRow>) -> Result<Vec<Run>> {
    rows.into_iter().map(RunRow::into_run).collect()
}

impl Log {
    /// Writes down that a visit begins. `job` is the key of the job that asked for it.
    pub async fn begin_run(&self, run: &Run, portal: &Portal, job: Option<&str>) -> Result<()> {
        sqlx::query(
            "INSERT INTO runs (id, portal, night, as_of, started, state, note, job, portal_settings)
             VALUES ($1, $2, $3, $4, $5, 'running', $6, $7, $8)",
        )
        .bind(&run.id)
        .bind(&run.portal)
        .bind(run.night.to_string())
        .bind(cells::moment(run.as_of))
        .bind(cells::moment(run.started))
        .bind(&run.note)
        .bind(job)
        .bind(cells::json(portal, "portal settings")?)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Takes over a run that never ended (its process died): `run.started` is the new start. Whoever still
    /// works on it will find at the end that it is no longer theirs.
    pub async fn take_over_run(&self, run: &Run, portal: &Portal, job: Option<&str>) -> Result<()> {
        let changed = sqlx::query(
            "UPDATE runs SET started = $2, note = $3, portal_settings = $4, job = coalesce($5, job)
             WHERE id = $1 AND state = 'running'",
        )
        .bind(&run.id)
        .bind(cells::moment(run.started))
        .bind(&run.note)
        .bind(cells::json(portal, "portal settings")?)
        .bind(job)
        .execute(&self.pool)
        .await?;
        if changed.rows_affected() == 1 { Ok(()) } else { Err(LogError::TakenOver(run.id.clone())) }
    }

    /// Ends a run that will never be continued, without results. Its job may begin another run.
    pub async fn abandon_run(&self, run: &Run) -> Result<()> {
        let mut transaction = self.write().await?;
        finish(&mut transaction, run, true).await?;
        sqlx::query("UPDATE runs SET job = NULL WHERE id = $1").bind(&run.id).execute(&mut *transaction).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// An id for the next run of a portal on a night: `<night>/<portal>`, then `+2`, `+3` …
    pub async fn next_run_id(&self, night: Date, portal: &str) -> Result<String> {
        let known: i64 = sqlx::query_scalar("SELECT count(*) FROM runs WHERE portal = $1 AND night = $2")
            .bind(portal)
            .bind(night.to_string())
            .fetch_one(&self.pool)
            .await?;
        Ok(match known {
            0 => format!("{night}/{portal}"),
            known => format!("{night}/{portal}+{}", known + 1),
        })
    }

    /// One run.
    pub async fn run(&self, id: &str) -> Result<Option<Run>> {
        let row: Option<RunRow> =
            sqlx::query_as("SELECT * FROM runs WHERE id = $1").bind(id).fetch_optional(&self.pool).await?;
        row.map(RunRow::into_run).transpose()
    }

    /// The run that a job began, if it did.
    pub async fn run_of_job(&self, job: &str) -> Result<Option<Run>> {
        let row: Option<RunRow> =
            sqlx::query_as("SELECT * FROM runs WHERE job = $1").bind(job).fetch_optional(&self.pool).await?;
        row.map(RunRow::into_run).transpose()
    }

    /// The latest run of every portal, by portal id.
    pub async fn latest_runs(&self) -> Result<Vec<Run>> {
        let rows = sqlx::query_as(
            "SELECT * FROM runs AS this WHERE NOT EXISTS (
                 SELECT 1 FROM runs AS later WHERE later.portal = this.portal
                 AND (later.night, later.started, later.id) > (this.night, this.started, this.id))
             ORDER BY portal",
        )
        .fetch_all(&self.pool)
        .await?;
        into_runs(rows)
    }

    /// All runs of one night, by portal.
    pub async fn runs_of_night(&self, night: Date) -> Result<Vec<Run>> {
        let rows = sqlx::query_as("SELECT * FROM runs WHERE night = $1 ORDER BY portal, started, id")
            .bind(night.to_string())
            .fetch_all(&self.pool)
            .await?;
        into_runs(rows)
    }

    /// The newest `limit` runs of a portal, newest first.
    pub async fn runs_of_portal(&self, portal: &str, limit: u32) -> Result<Vec<Run>> {
        let rows =
            sqlx::query_as("SELECT * FROM runs WHERE portal = $1 ORDER BY night DESC, started DESC, id DESC LIMIT $2")
                .bind(portal)
                .bind(limit)
                .fetch_all(&self.pool)
                .await?;
        into_runs(rows)
    }

    /// Whether a run since that night held something against the portal's word that pages had not changed.
    pub async fn was_distrusted_since(&self, portal: &str, night: Date) -> Result<bool> {
        let count: i64 =
            sqlx::query_scalar("SELECT count(*) FROM runs WHERE portal = $1 AND night >= $2 AND distrust IS NOT NULL")
                .bind(portal)
                .bind(night.to_string())
                .fetch_one(&self.pool)
                .await?;
        Ok(count > 0)
    }

    /// What portals had to bear, of one portal or all, in the nights from one day to another, newest first.
    pub async fn load_statements(&self, portal: Option<&str>, from: Date, to: Date) -> Result<Vec<LoadStatement>> {
        let rows: Vec<StatementRow> = sqlx::query_as(
            "SELECT * FROM runs WHERE ($1 IS NULL OR portal = $1) AND night >= $2 AND night <= $3
             ORDER BY night DESC, portal, started DESC",
        )
        .bind(portal)
        .bind(from.to_string())
        .bind(to.to_string())
        .fetch_all(&self.pool)
        .await?;
        let read = |row: StatementRow| {
            Ok(LoadStatement {
                run: row.run.into_run()?,
                portal: cells::from_json(&row.portal_settings, "the portal settings of a run")?,
                robots: row.robots.as_deref().map(|text| cells::from_json(text, "robots.txt of a run")).transpose()?,
            })
        };
        rows.into_iter().map(read).collect()
    }

    /// Runs of a portal that have begun and not ended.
    pub async fn running_runs(&self, portal: &str) -> Result<Vec<Run>> {
        let rows = sqlx::query_as("SELECT * FROM runs WHERE portal = $1 AND state = 'running' ORDER BY night, id")
            .bind(portal)
            .fetch_all(&self.pool)
            .await?;
        into_runs(rows)
    }

    /// The newest `limit` nights, newest first.
    pub async fn nights(&self, limit: u32) -> Result<Vec<Date>> {
        let rows: Vec<String> = sqlx::query_scalar("SELECT DISTINCT night FROM runs ORDER BY night DESC LIMIT $1")
            .bind(limit)
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(|night| cells::parse(night, "the night of a run")).collect()
    }

    /// One night over all portals.
    pub async fn night_summary(&self, night: Date) -> Result<NightSummary> {
        let runs = self.runs_of_night(night).await?;
        let rows: Vec<(String, i64)> = sqlx::query_as(
            "SELECT outcome, count(*) FROM outcomes JOIN runs ON runs.id = outcomes.run
             WHERE runs.night = $1 GROUP BY outcome ORDER BY outcome",
        )
        .bind(night.to_string())
        .fetch_all(&self.pool)
        .await?;
        let mut outcomes = Vec::new();
        for (word, count) in rows {
            outcomes.push((cells::verdict(&word)?, cells::number(count, "a count")?));
        }
        Ok(NightSummary { night, runs, outcomes })
    }
}

/// Writes what robots.txt said.
pub(super) async fn write_robots(connection: &mut Connection, run: &str, robots: &Robots) -> Result<()> {
    sqlx::query("UPDATE runs SET robots = $2 WHERE id = $1")
        .bind(run)
        .bind(cells::json(robots, "robots.txt")?)
        .execute(connection)
        .await?;
    Ok(())
}

/// Writes what was asked for beside the pages.
pub(super) async fn write_soundings(connection: &mut Connection, run: &str, soundings: &Soundings) -> Result<()> {
    sqlx::query("UPDATE runs SET soundings = $2 WHERE id = $1")
        .bind(run)
        .bind(cells::json(soundings, "what a run asked for beside pages")?)
        .execute(connection)
        .await?;
    Ok(())
}

/// Writes why the portal was not believed when it said that pages had not changed.
pub(super) async fn write_distrust(connection: &mut Connection, run: &str, why: &str) -> Result<()> {
    sqlx::query("UPDATE runs SET distrust = $2 WHERE id = $1").bind(run).bind(why).execute(connection).await?;
    Ok(())
}

/// Writes the end of a run, if it is still the one that began at `run.started`.
pub(super) async fn finish(connection: &mut Connection, run: &Run, cut_short: bool) -> Result<()> {
    let changed = sqlx::query(
        "UPDATE runs SET finished = $3, state = $4, note = $5, requests = $6, bytes = $7, peak_rate = $8, cut_short = $9
         WHERE id = $1 AND started = $2 AND state = 'running'",
    )
    .bind(&run.id)
    .bind(cells::moment(run.started))
    .bind(run.finished.map(cells::moment))
    .bind(run.state.name())
    .bind(&run.note)
    .bind(cells::integer(run.load.requests))
    .bind(cells::integer(run.load.bytes))
    .bind(cells::integer(run.load.peak_rate))
    .bind(cut_short)
    .execute(connection)
    .await?;
    if changed.rows_affected() == 1 { Ok(()) } else { Err(LogError::TakenOver(run.id.clone())) }
}
