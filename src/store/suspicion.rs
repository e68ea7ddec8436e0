//! Suspicion against ourselves: how staff judge each check, checks in quarantine, nights whose canary was misread.

use jiff::{Timestamp, civil::Date};
use sqlx::FromRow;

use super::{Log, LogError, MACHINE, Night, Result, cells, findings};
use crate::model::{CanaryNight, Change, CheckRecord, EventKind, Finding, FindingState, Flip, Quarantine, Run};

#[derive(FromRow)]
struct QuarantineRow {
    check_id: String,
    night: String,
    to_failing: bool,
    portals: i64,
    lifted_by: Option<String>,
    reason: Option<String>,
}

impl QuarantineRow {
    fn into_quarantine(self) -> Result<Quarantine> {
        Ok(Quarantine {
            check: self.check_id,
            night: cells::parse(&self.night, "the night of a quarantine")?,
            to_failing: self.to_failing,
            portals: cells::number(self.portals, "the portals of a quarantine")?,
            lifted: self.lifted_by.map(|by| (by, self.reason.unwrap_or_default())),
        })
    }
}

impl Log {
    /// Staff's verdicts by check, the checks in order of their names.
    pub async fn check_records(&self) -> Result<Vec<CheckRecord>> {
        let rows: Vec<(String, i64, i64)> = sqlx::query_as(
            "SELECT check_id, sum(confirmed), sum(state = 'dismissed') FROM findings GROUP BY check_id
             HAVING sum(confirmed) + sum(state = 'dismissed') > 0 ORDER BY check_id",
        )
        .fetch_all(&self.pool)
        .await?;
        let record = |(check, confirmed, dismissed)| {
            Ok(CheckRecord {
                check,
                confirmed: cells::number(confirmed, "a count")?,
                dismissed: cells::number(dismissed, "a count")?,
            })
        };
        rows.into_iter().map(record).collect()
    }

    /// Quarantines, the newest first; those that were lifted only where asked for.
    pub async fn quarantines(&self, with_lifted: bool) -> Result<Vec<Quarantine>> {
        let rows: Vec<QuarantineRow> = sqlx::query_as(
            "SELECT * FROM quarantines WHERE $1 OR lifted_by IS NULL ORDER BY night DESC, check_id, to_failing",
        )
        .bind(with_lifted)
        .fetch_all(&self.pool)
        .await?;
        rows.into_iter().map(QuarantineRow::into_quarantine).collect()
    }

    /// Lifts what stands against a check: from its next night on it raises and closes again.
    pub async fn lift_quarantine(&self, check: &str, actor: &str, reason: &str, at: Timestamp) -> Result<()> {
        let lifted = sqlx::query(
            "UPDATE quarantines SET lifted_by = $2, lifted_at = $3, reason = $4 WHERE check_id = $1 AND lifted_by IS NULL",
        )
        .bind(check)
        .bind(actor)
        .bind(cells::moment(at))
        .bind(reason)
        .execute(&self.pool)
        .await?;
        if lifted.rows_affected() == 0 {
            return Err(LogError::Unknown { what: "quarantine of check", id: check.to_owned() });
        }
        Ok(())
    }

    /// What the canary showed on a night.
    pub async fn canary(&self, night: Date) -> Result<Option<CanaryNight>> {
        let row: Option<(String, String)> = sqlx::query_as("SELECT missing, extra FROM canary_nights WHERE night = $1")
            .bind(night.to_string())
            .fetch_optional(&self.pool)
            .await?;
        row.map(|(missing, extra)| {
            Ok(CanaryNight {
                night,
                missing: cells::from_json(&missing, "what a canary missed")?,
                extra: cells::from_json(&extra, "what a canary made up")?,
            })
        })
        .transpose()
    }

    /// Takes down what the canary showed; the first word on a night stands.
    pub async fn record_canary(&self, canary: &CanaryNight, at: Timestamp) -> Result<()> {
        sqlx::query(
            "INSERT INTO canary_nights (night, at, missing, extra) VALUES ($1, $2, $3, $4) ON CONFLICT (night) DO NOTHING",
        )
        .bind(canary.night.to_string())
        .bind(cells::moment(at))
        .bind(cells::json(&canary.missing, "what a canary missed")?)
        .bind(cells::json(&canary.extra, "what a canary made up")?)
        .execute(&self.pool)
        .await?;
        Ok(())
    }
}

impl Night {
    /// On how many portals each check changed its mind tonight against the portal's night before, this run included;
    /// and how many portals the office has visited within a week.
    pub async fn flips(&mut self, run: &Run) -> Result<(Vec<Flip>, u64)> {
        let rows: Vec<(String, bool, i64)> = sqlx::query_as(
            "WITH tonight AS (
                 SELECT id, portal FROM runs WHERE night = $1 AND (state IN ('done', 'partial') OR id = $2)),
             pairs AS (
                 SELECT id AS now, portal, (
                     SELECT was.id FROM runs AS was WHERE was.portal = tonight.portal AND was.night < $1
                     AND was.state IN ('done', 'partial') ORDER BY was.night DESC, was.id DESC LIMIT 1) AS was
                 FROM tonight)
             SELECT now.check_id, now.outcome = 'failed', count(DISTINCT pairs.portal)
             FROM pairs JOIN outcomes AS now ON now.run = pairs.now
             JOIN outcomes AS was ON was.run = pairs.was AND was.check_id = now.check_id AND was.unit = now.unit
                 AND was.subject = now.subject
             WHERE (now.outcome = 'failed' AND was.outcome = 'passed')
                OR (now.outcome = 'passed' AND was.outcome = 'failed')
             GROUP BY 1, 2 ORDER BY 1, 2",
        )
        .bind(run.night.to_string())
        .bind(&run.id)
        .fetch_all(&mut *self.transaction)
        .await?;
        let week = run.night.saturating_sub(jiff::Span::new().days(7));
        let portals: i64 = sqlx::query_scalar("SELECT count(DISTINCT portal) FROM runs WHERE night >= $1")
            .bind(week.to_string())
            .fetch_one(&mut *self.transaction)
            .await?;
        let flip =
            |(check, to_failing, portals)| Ok(Flip { check, to_failing, portals: cells::number(portals, "a count")? });
        Ok((rows.into_iter().map(flip).collect::<Result<_>>()?, cells::number(portals, "a count")?))
    }

    /// Puts a check under quarantine from tonight on and takes back what it has raised or closed tonight. False where
    /// it was lifted tonight: then it is not put up again.
    pub async fn quarantine(&mut self, run: &Run, flip: &Flip) -> Result<bool> {
        let put_up = sqlx::query(
            "INSERT INTO quarantines (check_id, night, to_failing, portals) VALUES ($1, $2, $3, $4)
             ON CONFLICT (check_id, night, to_failing) DO UPDATE SET portals = $4
             WHERE lifted_by IS NULL",
        )
        .bind(&flip.check)
        .bind(run.night.to_string())
        .bind(flip.to_failing)
        .bind(cells::integer(flip.portals))
        .execute(&mut *self.transaction)
        .await?;
        if put_up.rows_affected() == 0 {
            return Ok(false);
        }
        tracing::warn!(check = flip.check, portals = flip.portals, "check in quarantine");
        let at = run.finished.unwrap_or(run.started);
        for finding in findings::moved_on(&mut self.transaction, &flip.check, run.night).await? {
            let state = match finding.state {
                FindingState::Suspected => FindingState::Awaiting,
                FindingState::FixVerified if finding.confirmed => FindingState::Confirmed,
                FindingState::FixVerified => FindingState::Suspected,
                _ => continue,
            };
            let held = Change { finding: Finding { state, ..finding }, event: Some(EventKind::Held) };
            let reason = "同一检查项当晚在多个网站同时变化，暂缓认定";
            findings::apply(&mut self.transaction, &held, MACHINE, at, run.night, reason).await?;
        }
        Ok(true)
    }
}
