//! What stands around every page: who is signed in, which room of the console it is, and a word about what
//! was just done.

use std::sync::Arc;

use axum::{
    extract::FromRequestParts,
    http::{StatusCode, request::Parts},
    response::{Html, IntoResponse, Response},
};
use tower_sessions::Session;

use super::{Services, failure::Failure, login::Administrator};

const NOTICE: &str = "notice";

/// The surroundings of a page; every template of a signed-in page has one as `frame`.
pub struct Frame {
    pub administrator: String,
    /// First part of the path: the room that is marked in the menu.
    pub room: String,
    /// What was just done, shown once.
    pub notice: Option<String>,
    /// Findings that wait for a decision.
    pub suspected: u64,
    /// Questions to staff: what the machine cannot tell.
    pub questions: u64,
}

impl FromRequestParts<Arc<Services>> for Frame {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, services: &Arc<Services>) -> Result<Self, Failure> {
        let Administrator(administrator) =
            parts.extensions.get().cloned().ok_or_else(|| anyhow::anyhow!("page outside the login wall"))?;
        let session = Session::from_request_parts(parts, services)
            .await
            .map_err(|(_, message)| Failure::Ours(anyhow::anyhow!(message)))?;
        let room = parts.uri.path().split('/').nth(1).unwrap_or_default().to_owned();
        let notice = session.remove(NOTICE).await?;
        let (suspected, questions) = services.waiting().await?;
        Ok(Self { administrator, room, notice, suspected, questions })
    }
}

/// Keeps `text` for the next page that is shown.
pub async fn note(session: &Session, text: &str) -> Result<(), Failure> {
    Ok(session.insert(NOTICE, text).await?)
}

/// A rendered template as an answer.
pub fn page(template: &impl askama::Template) -> Result<Response, Failure> {
    page_with(StatusCode::OK, template)
}

/// A rendered template with another status than 200.
pub fn page_with(status: StatusCode, template: &impl askama::Template) -> Result<Response, Failure> {
    Ok((status, Html(template.render()?)).into_response())
}
