//! The end of a portal's night: everything it brings is written in one transaction, or nothing is.

use sqlx::{Sqlite, Transaction};

use super::{Log, Result, captures, documents_seen, findings, neighbours, outcomes, probes, runs};
use crate::model::{
    Capture, Change, ColumnReading, Finding, KnownDocument, NotMeasurable, ObservedPage, Outcome, Robots, Run,
    Sighting, Soundings,
};

/// The actor of events that no person caused.
pub const MACHINE: &str = "crawl";

/// A night being written. Dropped without [`Night::finish`], it leaves no trace.
pub struct Night {
    pub(super) transaction: Transaction<'static, Sqlite>,
}

impl Log {
    /// Begins to write the end of a night. Others may read meanwhile, but not write.
    pub async fn write_night(&self) -> Result<Night> {
        Ok(Night { transaction: self.write().await? })
    }

    /// The latest episode of every fault that was ever seen on a portal.
    pub async fn latest_episodes(&self, portal: &str) -> Result<Vec<Finding>> {
        let mut connection = self.pool.acquire().await?;
        findings::latest_episodes(&mut connection, portal).await
    }
}

impl Night {
    /// The latest episode of every fault that was ever seen on the portal; true until the night is finished.
    pub async fn latest_episodes(&mut self, portal: &str) -> Result<Vec<Finding>> {
        findings::latest_episodes(&mut self.transaction, portal).await
    }

    /// What was seen: pages, answers that are no pages, and what could not be looked at.
    pub async fn pages(
        &mut self,
        run: &Run,
        pages: &[ObservedPage],
        others: &[Capture],
        unread: &[NotMeasurable],
    ) -> Result<()> {
        captures::write(&mut self.transaction, &run.id, pages, others).await?;
        captures::write_unread(&mut self.transaction, &run.id, unread).await
    }

    /// Why the portal was not believed when it said that pages had not changed.
    pub async fn distrust(&mut self, run: &Run, why: &str) -> Result<()> {
        runs::write_distrust(&mut self.transaction, &run.id, why).await
    }

    /// What was asked for beside the pages.
    pub async fn soundings(&mut self, run: &Run, soundings: &Soundings) -> Result<()> {
        runs::write_soundings(&mut self.transaction, &run.id, soundings).await
    }

    /// What robots.txt said.
    pub async fn robots(&mut self, run: &Run, robots: &Robots) -> Result<()> {
        runs::write_robots(&mut self.transaction, &run.id, robots).await
    }

    /// What the night adds to the memory of documents; `newest` is the number of the newest sighting it knew.
    pub async fn documents_seen(
        &mut self,
        run: &Run,
        newest: i64,
        sightings: &[Sighting],
        readings: &[ColumnReading],
    ) -> Result<()> {
        documents_seen::write(&mut self.transaction, (&run.id, &run.portal), newest, sightings, readings).await
    }

    /// The newest probe that the night knew of.
    pub async fn probes_known(&mut self, run: &Run, newest: i64) -> Result<()> {
        probes::write_known(&mut self.transaction, &run.id, newest).await
    }

    /// The runs on other portals that the night knew of, and what it leaves to them; nothing where it read nothing.
    pub async fn neighbours(&mut self, run: &Run, known: &[String], left: Option<&[KnownDocument]>) -> Result<()> {
        neighbours::write_known(&mut self.transaction, &run.id, known).await?;
        match left {
            Some(left) => neighbours::write(&mut self.transaction, (&run.id, &run.portal), left).await,
            None => Ok(()),
        }
    }

    /// What the checks said.
    pub async fn outcomes(&mut self, run: &Run, outcomes: &[Outcome]) -> Result<()> {
        outcomes::write(&mut self.transaction, &run.id, outcomes).await
    }

    /// What becomes of the findings.
    pub async fn changes(&mut self, run: &Run, changes: &[Change]) -> Result<()> {
        let at = run.finished.unwrap_or(run.started);
        for change in changes {
            findings::apply(&mut self.transaction, change, MACHINE, at, run.night, "").await?;
        }
        Ok(())
    }

    /// Ends the run and makes everything true at once. Fails with [`super::LogError::TakenOver`] where the run
    /// is no longer the one that began at `run.started`.
    pub async fn finish(mut self, run: &Run, cut_short: bool) -> Result<()> {
        runs::finish(&mut self.transaction, run, cut_short).await?;
        self.transaction.commit().await?;
        Ok(())
    }
}
