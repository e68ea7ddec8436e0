//! 得分: all units under the rulebook, with what they stand to lose.

use std::sync::Arc;

use askama::Template;
use axum::{extract::State, response::Response};
use jiff::civil::Date;
use url::form_urlencoded;

use super::{
    Services,
    failure::Failure,
    forms::Asked,
    frame::{Frame, page},
    scoring::{self, WantedPeriod},
};
use crate::model::{Entry, EntryStatus, score_sheet::ScoreSheet};

#[derive(Template)]
#[template(path = "console/scores.html")]
struct Page {
    frame: Frame,
    rulebook: String,
    from: Date,
    to: Date,
    /// Entries that fit nothing, one line each.
    rejected: Vec<String>,
    rows: Vec<Row>,
}

struct Row {
    sheet: ScoreSheet,
    rank: String,
    provisional: String,
    grade: String,
    /// Width of the bar, 0 to 100.
    bar: String,
    /// Findings and entries that wait for a decision.
    flagged: usize,
    query: String,
}

/// `GET /scores?from=DATE&to=DATE`.
pub async fn show(
    State(services): State<Arc<Services>>,
    frame: Frame,
    Asked(wanted): Asked<WantedPeriod>,
) -> Result<Response, Failure> {
    let period = services.period(wanted)?;
    let scored = scoring::report(&services, period).await?;
    let mut rows: Vec<Row> =
        scored.report.units.into_iter().map(|sheet| Row::new(sheet, &scored.entries, period.from, period.to)).collect();
    rows.sort_by(|a, b| a.sheet.rank.unwrap_or(u32::MAX).cmp(&b.sheet.rank.unwrap_or(u32::MAX)));
    page(&Page {
        frame,
        rulebook: services.rulebook()?.title.clone(),
        from: period.from,
        to: period.to,
        rejected: scored.rejected,
        rows,
    })
}

impl Row {
    fn new(sheet: ScoreSheet, entries: &[Entry], from: Date, to: Date) -> Self {
        let waits = |entry: &&Entry| entry.unit == sheet.unit && entry.status() == EntryStatus::Flagged;
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("unit", &sheet.unit)
            .append_pair("from", &from.to_string())
            .append_pair("to", &to.to_string())
            .finish();
        Self {
            rank: sheet.rank.map(|rank| rank.to_string()).unwrap_or_default(),
            provisional: sheet.provisional_total.as_ref().map(scoring::plain).unwrap_or_default(),
            grade: sheet.grade.clone().unwrap_or_default(),
            bar: sheet.percent.max(0.into()).min(100.into()).to_string(),
            flagged: entries.iter().filter(waits).count(),
            query,
            sheet,
        }
    }
}
