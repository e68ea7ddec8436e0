//! Retention in the log: which captures no finding needs, which records are still needed, and where records went.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp, civil::Date};
use sqlx::{Sqlite, Transaction};

use super::{Connection, Log, LogError, Result, cells};
use crate::model::{Entry, Evidence, Revisit, Run};

/// A visit that began earlier than this and has not ended is dead.
const LONGEST_VISIT: SignedDuration = SignedDuration::from_hours(24);

/// Thinning of one or more runs; dropped without [`Thinning::commit`], it leaves no trace.
pub struct Thinning {
    pub(super) transaction: Transaction<'static, Sqlite>,
}

impl Log {
    /// Ended runs of nights before that day, newest first: later nights refer to the bodies of earlier ones.
    pub async fn runs_before(&self, night: Date) -> Result<Vec<Run>> {
        let ids: Vec<String> = sqlx::query_scalar(
            "SELECT id FROM runs WHERE night < $1 AND state <> 'running' ORDER BY night DESC, started DESC, id DESC",
        )
        .bind(night.to_string())
        .fetch_all(&self.pool)
        .await?;
        let mut runs = Vec::with_capacity(ids.len());
        for id in ids {
            runs.extend(self.run(&id).await?);
        }
        Ok(runs)
    }

    /// Ids of the captures that prove something: the evidence of findings that are open or to which something happened
    /// since that day (as it stands, as it was when they were first and last seen), of entries, and of what the memory of
    /// documents tells.
    pub async fn captures_of_findings(&self, since: Date) -> Result<BTreeSet<String>> {
        let kept = "(findings.state NOT IN ('fix_verified', 'dismissed')
                      OR EXISTS (SELECT 1 FROM events WHERE events.finding = findings.id AND events.night >= $1))";
        let of_findings = format!(
            "SELECT findings.evidence FROM findings WHERE {kept}
             UNION ALL
             SELECT outcomes.evidence FROM findings
             JOIN runs ON runs.portal = findings.portal AND runs.night IN (findings.first_seen, findings.last_seen)
             JOIN outcomes ON outcomes.run = runs.id AND outcomes.check_id = findings.check_id
                 AND outcomes.unit = findings.unit AND outcomes.subject = findings.subject
             WHERE {kept}"
        );
        let texts: Vec<String> =
            sqlx::query_scalar(sqlx::AssertSqlSafe(of_findings)).bind(since.to_string()).fetch_all(&self.pool).await?;
        let mut captures = self.captures_of_memory().await?;
        for text in texts {
            let evidence: Vec<Evidence> = cells::from_json(&text, "the evidence of a finding")?;
            captures.extend(evidence.into_iter().filter_map(|piece| piece.capture));
        }
        for recorded in self.entries(&super::EntryFilter::default()).await? {
            let Entry { evidence: Some(evidence), .. } = recorded.entry else { continue };
            captures.extend(captures_named(&evidence));
        }
        Ok(captures)
    }

    /// Begins to thin. Others may read meanwhile, but not write.
    pub async fn begin_thinning(&self) -> Result<Thinning> {
        Ok(Thinning { transaction: self.write().await? })
    }
}

/// The captures that the evidence of an entry names, in whatever shape it was imported.
fn captures_named(evidence: &serde_json::Value) -> Vec<String> {
    match evidence {
        serde_json::Value::Array(pieces) => pieces.iter().flat_map(captures_named).collect(),
        serde_json::Value::Object(piece) => {
            piece.get("capture").and_then(|id| id.as_str()).map(ToOwned::to_owned).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

impl Thinning {
    /// Whether a visit to the portal is under way: it may refer to records that would move.
    pub async fn is_visited(&mut self, portal: &str, now: Timestamp) -> Result<bool> {
        let since = now.saturating_sub(LONGEST_VISIT).unwrap_or(Timestamp::MIN);
        let running: i64 =
            sqlx::query_scalar("SELECT count(*) FROM runs WHERE portal = $1 AND state = 'running' AND started >= $2")
                .bind(portal)
                .bind(cells::moment(since))
                .fetch_one(&mut *self.transaction)
                .await?;
        Ok(running > 0)
    }

    /// Notes that all captures of a run but the kept ones were removed on that day; says how many those are.
    pub async fn remove_captures(&mut self, run: &str, kept: &BTreeSet<String>, day: Date) -> Result<u64> {
        // An answer and what a browser made of it prove each other: they are kept or removed together.
        let captures: Vec<(i64, String, String)> = sqlx::query_as(
            "SELECT position, id, coalesce(rendered ->> 'of', id) FROM captures WHERE run = $1 AND thinned IS NULL",
        )
        .bind(run)
        .fetch_all(&mut *self.transaction)
        .await?;
        let answers: BTreeSet<&str> =
            captures.iter().filter(|(_, id, _)| kept.contains(id)).map(|(_, _, answer)| answer.as_str()).collect();
        let mut removed = 0;
        for (position, _, answer) in &captures {
            if answers.contains(answer.as_str()) {
                continue;
            }
            sqlx::query("UPDATE captures SET thinned = $3, location = NULL WHERE run = $1 AND position = $2")
                .bind(run)
                .bind(position)
                .bind(day.to_string())
                .execute(&mut *self.transaction)
                .await?;
            removed += 1;
        }
        Ok(removed)
    }

    /// Locations below a run's folder that some capture still needs: its own record, or a body that it shares.
    pub async fn needed_places(&mut self, run: &str) -> Result<BTreeSet<String>> {
        // Locations begin with the run and a slash; `0` follows the slash in the order of letters.
        let mut places: BTreeSet<String> = sqlx::query_scalar(
            "SELECT DISTINCT location FROM captures WHERE location > $1 || '/' AND location < $1 || '0'",
        )
        .bind(run)
        .fetch_all(&mut *self.transaction)
        .await?
        .into_iter()
        .collect();
        for (_, revisit) in self.revisits(run).await? {
            places.extend(revisit.location);
        }
        Ok(places)
    }

    /// The kept revisits of a run by position.
    async fn revisits(&mut self, run: &str) -> Result<Vec<(i64, Revisit)>> {
        let rows: Vec<(i64, String)> = sqlx::query_as(
            "SELECT position, revisit FROM captures WHERE run = $1 AND thinned IS NULL AND revisit IS NOT NULL",
        )
        .bind(run)
        .fetch_all(&mut *self.transaction)
        .await?;
        let read =
            |(position, text): (i64, String)| Ok((position, cells::from_json(&text, "the revisit of a capture")?));
        rows.into_iter().map(read).collect()
    }

    /// How many records were needed when the files of a run were last thinned.
    pub async fn records_kept(&mut self, run: &str) -> Result<Option<usize>> {
        let kept: Option<i64> = sqlx::query_scalar("SELECT records_kept FROM runs WHERE id = $1")
            .bind(run)
            .fetch_one(&mut *self.transaction)
            .await?;
        kept.map(|kept| cells::number(kept, "the kept records of a run")).transpose()
    }

    /// Notes that a run's files now hold only so many records, and where those of them went that lay elsewhere.
    pub async fn moved(&mut self, run: &str, kept: usize, moved: &BTreeMap<String, String>) -> Result<()> {
        for (from, to) in moved {
            sqlx::query("UPDATE captures SET location = $2 WHERE location = $1")
                .bind(from)
                .bind(to)
                .execute(&mut *self.transaction)
                .await?;
        }
        for (position, revisit) in self.revisits(run).await? {
            if let Some(to) = revisit.location.as_ref().and_then(|from| moved.get(from)) {
                let revisit = Revisit { location: Some(to.clone()), ..revisit };
                set_revisit(&mut self.transaction, run, position, &revisit).await?;
            }
        }
        sqlx::query("UPDATE runs SET records_kept = $2 WHERE id = $1")
            .bind(run)
            .bind(cells::integer(kept))
            .execute(&mut *self.transaction)
            .await?;
        Ok(())
    }

    /// Makes everything true at once.
    pub async fn commit(self) -> Result<()> {
        self.transaction.commit().await.map_err(LogError::from)
    }
}

async fn set_revisit(connection: &mut Connection, run: &str, position: i64, revisit: &Revisit) -> Result<()> {
    sqlx::query("UPDATE captures SET revisit = $3 WHERE run = $1 AND position = $2")
        .bind(run)
        .bind(position)
        .bind(cells::json(revisit, "a revisit")?)
        .execute(connection)
        .await?;
    Ok(())
}
