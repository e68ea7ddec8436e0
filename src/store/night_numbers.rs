//! The numbers of one night, counted by the database: a list of all portals must not read every page's headers.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::{Log, Result, cells};

/// What one night brought.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NightNumbers {
    /// Pages read, by run.
    pub pages: BTreeMap<String, u64>,
    /// Pages that could not be read, by run.
    pub unread: BTreeMap<String, u64>,
    /// Episodes that began, by portal.
    pub opened: BTreeMap<String, u64>,
    /// Episodes that a passing check closed, by portal.
    pub closed: BTreeMap<String, u64>,
}

impl Log {
    /// Counts pages and changes of one night; runs and portals with none of them are left out.
    pub async fn night_numbers(&self, night: Date) -> Result<NightNumbers> {
        let pages = "SELECT run, count(*) FROM captures JOIN runs ON runs.id = run
                     WHERE runs.night = $1 AND is_page GROUP BY run";
        let unread =
            "SELECT run, count(*) FROM unread_pages JOIN runs ON runs.id = run WHERE runs.night = $1 GROUP BY run";
        let opened = "SELECT portal, count(*) FROM events JOIN findings ON findings.id = events.finding
                      WHERE night = $1 AND kind IN ('opened', 'reopened') GROUP BY portal";
        let closed = "SELECT portal, count(*) FROM events JOIN findings ON findings.id = events.finding
                      WHERE night = $1 AND kind = 'closed' GROUP BY portal";
        Ok(NightNumbers {
            pages: self.count_by(pages, night).await?,
            unread: self.count_by(unread, night).await?,
            opened: self.count_by(opened, night).await?,
            closed: self.count_by(closed, night).await?,
        })
    }

    async fn count_by(&self, query: &'static str, night: Date) -> Result<BTreeMap<String, u64>> {
        let rows: Vec<(String, i64)> = sqlx::query_as(query).bind(night.to_string()).fetch_all(&self.pool).await?;
        rows.into_iter().map(|(key, count)| Ok((key, cells::number(count, "a count")?))).collect()
    }
}
