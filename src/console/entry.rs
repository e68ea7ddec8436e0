//! One manual record: what it says, who recorded it, and a person's second thoughts on it.

use std::sync::Arc;

use askama::Template;
use axum::{
    Extension,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use tower_sessions::Session;

use super::{
    Services,
    entries::{clause_in_words, status_in_words, value_in_words},
    events::Happened,
    failure::Failure,
    forms::Sent,
    frame::{Frame, note, page_with},
    login::Administrator,
};
use crate::{
    model::{Decision, EntryStatus, RecordedEntry},
    store::LogError,
};

#[derive(Template)]
#[template(path = "console/entry.html")]
struct Page {
    frame: Frame,
    id: String,
    clause: String,
    value: String,
    /// Class and words of the badge.
    status: (&'static str, &'static str),
    counts: bool,
    recorded: RecordedEntry,
    events: Vec<Happened>,
    refusal: Option<String>,
    reason: String,
}

/// `GET /entries/{id}`.
pub async fn show(
    State(services): State<Arc<Services>>,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    load(&services, frame, id, StatusCode::OK, None, String::new()).await
}

#[derive(Deserialize)]
pub struct Reason {
    #[serde(default)]
    reason: String,
}

/// `POST /entries/{id}/dismiss`: it was recorded in error.
pub async fn dismiss(
    State(services): State<Arc<Services>>,
    Extension(Administrator(actor)): Extension<Administrator>,
    frame: Frame,
    session: Session,
    Path(id): Path<String>,
    Sent(sent): Sent<Reason>,
) -> Result<Response, Failure> {
    let decided = services.log.decide_entry(&id, Decision::Dismiss, &actor, &sent.reason, (services.clock)()).await;
    match decided {
        Ok(_) => {
            note(&session, "已作废，不再计分。").await?;
            Ok(Redirect::to("/entries").into_response())
        }
        Err(LogError::Refused { refused, .. }) => {
            let refusal = Some(refused.chinese().to_owned());
            load(&services, frame, id, StatusCode::UNPROCESSABLE_ENTITY, refusal, sent.reason).await
        }
        Err(LogError::Unknown { .. }) => Err(Failure::NotFound),
        Err(error) => Err(error.into()),
    }
}

async fn load(
    services: &Services,
    frame: Frame,
    id: String,
    status: StatusCode,
    refusal: Option<String>,
    reason: String,
) -> Result<Response, Failure> {
    let recorded = services.log.entry(&id).await?.ok_or(Failure::NotFound)?;
    let events = services.log.events_of(&id).await?;
    let template = Page {
        frame,
        id,
        clause: clause_in_words(services.rulebook()?, &recorded.entry),
        value: value_in_words(&recorded.entry),
        status: status_in_words(recorded.entry.status()),
        counts: recorded.entry.status() != EntryStatus::Dismissed,
        recorded,
        events: events.into_iter().map(Happened::from).collect(),
        refusal,
        reason,
    };
    page_with(status, &template)
}
