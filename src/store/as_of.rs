//! The log as it was known at a moment: what events up to then say.

use std::collections::BTreeMap;

use futures_util::TryStreamExt;
use jiff::{Timestamp, civil::Date};

use super::{EntryFilter, FindingFilter, Log, Result, cells, events::EventRow, told::Told};
use crate::model::{Entry, EntryStatus, Finding, FindingState};

impl Log {
    /// What the scorer would have read of a period at the moment `at`: findings and entries that were in the log by
    /// then, with the state they had. What findings say (message, address, evidence) is as it is now.
    pub async fn scoring_entries_as_of(&self, from: Date, to: Date, at: Timestamp) -> Result<Vec<Entry>> {
        let told = self.told_by(at).await?;
        let period = FindingFilter { from: Some(from), to: Some(to), ..FindingFilter::default() };
        let mut findings = self.findings(&period).await?;
        findings.sort_by(|a, b| (a.first_seen, &a.id).cmp(&(b.first_seen, &b.id)));
        let mut entries = Vec::new();
        for finding in findings {
            if let Some(told) = told.get(&finding.id) {
                let state = cells::word(&told.state, FindingState::from_name, "the state in an event")?;
                if state.stands() {
                    entries.push(Finding { state, confirmed: told.confirmed, ..finding }.as_entry());
                }
            }
        }
        let filter = EntryFilter { from: Some(from), to: Some(to), ..EntryFilter::default() };
        for recorded in self.entries(&filter).await? {
            if let Some(told) = recorded.entry.id.as_ref().and_then(|id| told.get(id)) {
                let status = Some(cells::word(&told.state, EntryStatus::from_name, "the state in an event")?);
                entries.push(Entry { status, ..recorded.entry });
            }
        }
        Ok(entries)
    }

    /// By finding and entry, what its events up to and including `at` say.
    async fn told_by(&self, at: Timestamp) -> Result<BTreeMap<String, Told>> {
        let mut told = BTreeMap::<String, Told>::new();
        // Moments are texts of one shape and sort as moments do.
        let mut rows = sqlx::query_as::<_, EventRow>("SELECT * FROM events WHERE at <= $1 ORDER BY number")
            .bind(cells::moment(at))
            .fetch(&self.pool);
        while let Some(row) = rows.try_next().await? {
            let event = row.into_event()?;
            told.entry(event.finding.clone()).or_default().hear(event);
        }
        Ok(told)
    }
}
