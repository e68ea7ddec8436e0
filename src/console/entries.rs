//! 人工记录: what staff found or were told, counted by the same scorer as the crawl's findings.

use std::sync::Arc;

use askama::Template;
use axum::{extract::State, response::Response};

use super::{
    Services,
    entry_form::level_in_words,
    failure::Failure,
    frame::{Frame, page},
};
use crate::{
    model::{Entry, EntryStatus, Rulebook, beijing_time},
    store::EntryFilter,
};

#[derive(Template)]
#[template(path = "console/entries.html")]
struct Page {
    frame: Frame,
    rows: Vec<Row>,
}

struct Row {
    id: String,
    unit: String,
    clause: String,
    date: String,
    value: String,
    note: String,
    /// Class and words of the badge.
    status: (&'static str, &'static str),
    recorded: String,
}

/// `GET /entries`.
pub async fn show(State(services): State<Arc<Services>>, frame: Frame) -> Result<Response, Failure> {
    let rulebook = services.rulebook()?;
    let mut recorded = services.log.entries(&EntryFilter::default()).await?;
    recorded.sort_by_key(|recorded| std::cmp::Reverse(recorded.recorded_at));
    let rows = recorded
        .into_iter()
        .map(|recorded| Row {
            clause: clause_in_words(rulebook, &recorded.entry),
            date: recorded.entry.date.map(|date| date.to_string()).unwrap_or_default(),
            value: value_in_words(&recorded.entry),
            status: status_in_words(recorded.entry.status()),
            recorded: format!(
                "{} · {}",
                recorded.recorded_by,
                beijing_time(recorded.recorded_at).strftime("%Y-%m-%d %H:%M")
            ),
            id: recorded.entry.id.unwrap_or_default(),
            unit: recorded.entry.unit,
            note: recorded.entry.note.unwrap_or_default(),
        })
        .collect();
    page(&Page { frame, rows })
}

pub fn clause_in_words(rulebook: &Rulebook, entry: &Entry) -> String {
    let Some(id) = &entry.clause else { return entry.check.clone().unwrap_or_default() };
    let Some(clause) = rulebook.clause(id) else { return id.clone() };
    match entry.step.as_ref().and_then(|step| clause.step(step)) {
        Some(step) => format!("{}：{}", clause.title, step.title),
        None => clause.title.clone(),
    }
}

pub fn value_in_words(entry: &Entry) -> String {
    let parts = [
        entry.count.map(|count| format!("{} 件", count.normalize())),
        entry
            .numerator
            .zip(entry.denominator)
            .map(|(part, whole)| format!("{} / {}", part.normalize(), whole.normalize())),
        entry.value.map(|value| format!("{}", value.normalize())),
        entry.rank.map(|rank| format!("第 {rank} 名")),
        entry.level.map(|level| level_in_words(level).to_owned()),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join("，")
}

pub fn status_in_words(status: EntryStatus) -> (&'static str, &'static str) {
    (status.name(), status.chinese())
}
