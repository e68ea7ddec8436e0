//! One unit's score explained: section, clause, step, down to the entries behind every point.

use std::sync::Arc;

use askama::Template;
use axum::{extract::State, response::Response};
use jiff::civil::Date;
use serde::Deserialize;

use super::{
    Services,
    failure::Failure,
    forms::Asked,
    frame::{Frame, page},
    scoring::{self, Points, WantedPeriod},
};
use crate::model::{
    Entry, EntrySource, Rulebook,
    rulebook::Clause,
    score_sheet::{ClauseScore, ScoreSheet, Trace},
};

#[derive(Template)]
#[template(path = "console/explanation.html")]
struct Page {
    frame: Frame,
    rulebook: String,
    from: Date,
    to: Date,
    sheet: ScoreSheet,
    provisional: String,
    adjustments: Vec<Line>,
    sections: Vec<SectionLines>,
}

/// A sentence with the points it explains.
struct Line {
    points: Points,
    reason: String,
    entries: Vec<EntryLine>,
}

struct SectionLines {
    name: String,
    /// Score of weight.
    score: String,
    reason: Option<String>,
    /// Rows with something to read.
    clauses: Vec<ClauseLines>,
    /// The other rows, folded away.
    untouched: Vec<ClauseLines>,
}

struct ClauseLines {
    title: String,
    /// Score of weight; empty for rows that only add.
    score: String,
    change: Option<Points>,
    pending: bool,
    /// What it would change if its flagged entries were confirmed.
    flagged: Option<Line>,
    steps: Vec<Line>,
}

struct EntryLine {
    text: String,
    /// Its own page: the room and the id in it.
    link: Option<(&'static str, String)>,
    origin: String,
}

#[derive(Deserialize)]
pub struct WantedUnit {
    unit: String,
    from: Option<Date>,
    to: Option<Date>,
}

/// `GET /scores/unit?unit=NAME&from=DATE&to=DATE`.
pub async fn show(
    State(services): State<Arc<Services>>,
    frame: Frame,
    Asked(wanted): Asked<WantedUnit>,
) -> Result<Response, Failure> {
    let period = services.period(WantedPeriod { from: wanted.from, to: wanted.to })?;
    let scored = scoring::report(&services, period).await?;
    let sheet = scored.report.units.into_iter().find(|sheet| sheet.unit == wanted.unit).ok_or(Failure::NotFound)?;
    let rulebook = services.rulebook()?;
    page(&Page {
        frame,
        rulebook: rulebook.title.clone(),
        from: period.from,
        to: period.to,
        provisional: sheet.provisional_total.as_ref().map(scoring::plain).unwrap_or_default(),
        adjustments: sheet
            .adjustments
            .iter()
            .map(|adjustment| Line {
                points: scoring::signed(adjustment.points),
                reason: adjustment.reason.clone(),
                entries: Vec::new(),
            })
            .collect(),
        sections: sections(rulebook, &sheet),
        sheet,
    })
}

/// The sheet's clauses in the order of the table; borrowed ones stand at the end.
fn sections(rulebook: &Rulebook, sheet: &ScoreSheet) -> Vec<SectionLines> {
    let lines = |clauses: &[Clause]| -> (Vec<ClauseLines>, Vec<ClauseLines>) {
        clauses
            .iter()
            .filter_map(|clause| Some(ClauseLines::new(clause, score_of(sheet, &clause.id)?, sheet)))
            .partition(ClauseLines::says_something)
    };
    let mut sections: Vec<SectionLines> = rulebook
        .sections
        .iter()
        .map(|section| {
            let score = sheet.sections.iter().find(|score| score.name == section.name);
            let (clauses, untouched) = lines(&section.clauses);
            SectionLines {
                name: section.name.clone(),
                score: score.and_then(|score| of_weight(score.score, score.weight)).unwrap_or_default(),
                reason: score.and_then(|score| score.reason.clone()),
                clauses,
                untouched,
            }
        })
        .collect();
    let (clauses, untouched) = lines(&rulebook.borrowed);
    if !clauses.is_empty() || !untouched.is_empty() {
        let (name, score) = ("其他指标".to_owned(), String::new());
        sections.push(SectionLines { name, score, reason: None, clauses, untouched });
    }
    sections
}

fn score_of<'a>(sheet: &'a ScoreSheet, clause: &str) -> Option<&'a ClauseScore> {
    sheet.clauses.iter().find(|score| score.clause == clause)
}

fn of_weight(score: rust_decimal::Decimal, weight: Option<rust_decimal::Decimal>) -> Option<String> {
    weight.map(|weight| format!("{} / {}", scoring::plain(&score), scoring::plain(&weight)))
}

impl ClauseLines {
    fn new(clause: &Clause, score: &ClauseScore, sheet: &ScoreSheet) -> Self {
        let change = score.bonus - score.deducted;
        let flagged = sheet.flagged.iter().find(|change| change.clause == clause.id);
        Self {
            title: clause.title.clone(),
            score: of_weight(score.score, score.weight).unwrap_or_default(),
            change: (!change.is_zero()).then(|| scoring::signed(change)),
            pending: sheet.pending.contains(&clause.id),
            flagged: flagged.map(|change| Line {
                points: scoring::signed(change.points),
                reason: format!("待核查 {} 条，若全部确认", change.entries.len()),
                entries: change.entries.iter().map(EntryLine::new).collect(),
            }),
            steps: score.trace.iter().map(Line::of_trace).collect(),
        }
    }

    fn says_something(&self) -> bool {
        !self.steps.is_empty() || self.flagged.is_some() || self.pending
    }
}

impl Line {
    fn of_trace(trace: &Trace) -> Self {
        Self {
            points: scoring::signed(trace.points),
            reason: trace.reason.clone(),
            entries: trace.entries.iter().map(EntryLine::new).collect(),
        }
    }
}

impl EntryLine {
    fn new(entry: &Entry) -> Self {
        let text = [&entry.note, &entry.subject, &entry.check].into_iter().flatten().next().cloned();
        let origin = match entry.source {
            Some(EntrySource::Crawl) => "网上巡检",
            Some(EntrySource::Import) => "导入",
            _ => "人工录入",
        };
        let date = entry.date.map(|date| format!("{date} · ")).unwrap_or_default();
        Self {
            text: text.unwrap_or_else(|| "（无说明）".to_owned()),
            link: match (&entry.id, entry.source) {
                (Some(id), Some(EntrySource::Crawl)) => Some(("findings", id.clone())),
                (Some(id), _) => Some(("entries", id.clone())),
                (None, _) => None,
            },
            origin: format!("{date}{origin}"),
        }
    }
}
