//! Outcomes: everything the checks said of a run, in the order they said it.

use sqlx::FromRow;

use super::{Connection, Log, Result, cells};
use crate::model::{Outcome, Subject};

#[derive(FromRow)]
struct OutcomeRow {
    check_id: String,
    unit: String,
    subject: String,
    subject_label: String,
    outcome: String,
    reason: String,
    url: Option<String>,
    evidence: String,
}

impl OutcomeRow {
    fn into_outcome(self) -> Result<Outcome> {
        Ok(Outcome {
            outcome: cells::verdict(&self.outcome)?,
            evidence: cells::from_json(&self.evidence, "the evidence of an outcome")?,
            check: self.check_id,
            unit: self.unit,
            subject: Subject { key: self.subject, label: self.subject_label },
            reason: self.reason,
            url: self.url,
        })
    }
}

impl Log {
    /// All outcomes of a run, as judged.
    pub async fn outcomes_of(&self, run: &str) -> Result<Vec<Outcome>> {
        let rows: Vec<OutcomeRow> = sqlx::query_as("SELECT * FROM outcomes WHERE run = $1 ORDER BY position")
            .bind(run)
            .fetch_all(&self.pool)
            .await?;
        rows.into_iter().map(OutcomeRow::into_outcome).collect()
    }
}

pub(super) async fn write(connection: &mut Connection, run: &str, outcomes: &[Outcome]) -> Result<()> {
    for (position, outcome) in (1_i64..).zip(outcomes) {
        sqlx::query(
            "INSERT INTO outcomes (run, position, check_id, unit, subject, subject_label, outcome, reason, url, evidence)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        )
        .bind(run)
        .bind(position)
        .bind(&outcome.check)
        .bind(&outcome.unit)
        .bind(&outcome.subject.key)
        .bind(&outcome.subject.label)
        .bind(cells::verdict_word(outcome.outcome)?)
        .bind(&outcome.reason)
        .bind(&outcome.url)
        .bind(cells::json(&outcome.evidence, "evidence")?)
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}
