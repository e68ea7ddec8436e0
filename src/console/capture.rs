//! A stored page as evidence: its record, its look and its source, shown so that nothing in it can act.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{Path, State},
    http::{HeaderName, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;

use super::{
    Services,
    failure::Failure,
    forms::Asked,
    frame::{Frame, page},
};
use crate::{
    model::{Capture, RenderedPart, beijing_time},
    store::StoredPage,
};

/// A captured page may bring its own inline look, and nothing else: `sandbox` takes scripts, forms, pop-ups and our
/// origin from it, and no image or style is loaded from anywhere.
const CAPTURE_POLICY: &str = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; \
                              frame-ancestors 'self'; base-uri 'none'; form-action 'none'";

/// Where an HTML page may declare its encoding (HTML standard: the first 1024 bytes).
const DECLARATION_WITHIN: usize = 1024;

#[derive(Template)]
#[template(path = "console/capture.html")]
struct Page {
    frame: Frame,
    stored: StoredPage,
    /// What a browser made of it.
    made: Vec<StoredPage>,
    at: String,
    is_picture: bool,
    as_source: bool,
}

#[derive(Deserialize)]
pub struct WantedView {
    /// `source`, or the page's look where it is left out.
    #[serde(rename = "as")]
    view: Option<String>,
}

/// `GET /captures/{id}`: the record of a capture around its look or its source.
pub async fn show(
    State(services): State<Arc<Services>>,
    frame: Frame,
    Path(id): Path<String>,
    Asked(wanted): Asked<WantedView>,
) -> Result<Response, Failure> {
    let stored = services.log.capture(&id).await?.ok_or(Failure::NotFound)?;
    let at = beijing_time(stored.capture.at).strftime("%Y-%m-%d %H:%M:%S").to_string();
    let made = services.log.captures_rendered_with(&stored).await?;
    let is_picture = is_picture(&stored.capture);
    page(&Page { frame, made, at, is_picture, as_source: wanted.view.as_deref() == Some("source"), stored })
}

/// `GET /captures/{id}/body`: the page as it was received, in a sandbox.
pub async fn body(State(services): State<Arc<Services>>, Path(id): Path<String>) -> Result<Response, Failure> {
    let (capture, body) = read(&services, &id).await?;
    let declared = capture.header("content-type").unwrap_or("text/html").to_owned();
    // Only pages and plain text are shown; anything else would be handed to a viewer outside the sandbox.
    let kind = if is_page(&declared) || is_picture(&capture) { declared } else { "text/plain".to_owned() };
    Ok(sandboxed(kind, body))
}

/// `GET /captures/{id}/source`: the same bytes as text.
pub async fn source(State(services): State<Arc<Services>>, Path(id): Path<String>) -> Result<Response, Failure> {
    let (capture, body) = read(&services, &id).await?;
    Ok(sandboxed(format!("text/plain; charset={}", declared_charset(&capture, &body)), body))
}

async fn read(services: &Services, id: &str) -> Result<(Capture, Vec<u8>), Failure> {
    let stored = services.log.capture(id).await?.filter(|stored| stored.thinned.is_none()).ok_or(Failure::NotFound)?;
    let archive = services.archive.clone();
    tokio::task::spawn_blocking(move || {
        let body = archive.read(&stored.capture)?;
        Ok((stored.capture, body))
    })
    .await?
}

fn sandboxed(kind: String, body: Vec<u8>) -> Response {
    let headers: [(HeaderName, String); 2] =
        [(header::CONTENT_TYPE, kind), (header::CONTENT_SECURITY_POLICY, CAPTURE_POLICY.to_owned())];
    (headers, body).into_response()
}

/// A picture that our own browser took; those of portals are not shown.
fn is_picture(capture: &Capture) -> bool {
    capture.rendered.as_ref().is_some_and(|rendered| rendered.part == RenderedPart::Screenshot)
}

fn is_page(kind: &str) -> bool {
    let kind = kind.split(';').next().unwrap_or_default().trim();
    ["text/html", "application/xhtml+xml", "text/plain"].iter().any(|page| kind.eq_ignore_ascii_case(page))
}

/// The encoding the header or the page itself declares; UTF-8 where neither does.
fn declared_charset(capture: &Capture, body: &[u8]) -> String {
    let opening = String::from_utf8_lossy(&body[..body.len().min(DECLARATION_WITHIN)]).into_owned();
    capture
        .header("content-type")
        .and_then(charset_in)
        .or_else(|| charset_in(&opening))
        .unwrap_or_else(|| "utf-8".to_owned())
}

fn charset_in(text: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    let (_, rest) = lower.split_once("charset=")?;
    let name: String = rest
        .trim_start_matches(['"', '\'', ' '])
        .chars()
        .take_while(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_'))
        .collect();
    (!name.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_declared_encoding_is_a_bare_name() {
        assert_eq!(charset_in("text/html; charset=GBK").as_deref(), Some("gbk"));
        assert_eq!(charset_in("<meta charset='gb2312'>").as_deref(), Some("gb2312"));
        assert_eq!(charset_in("charset=\"utf-8\r\nSet-Cookie: x\"").as_deref(), Some("utf-8"));
        assert_eq!(charset_in("text/html"), None);
    }

    #[test]
    fn only_pages_are_shown_as_pages() {
        assert!(is_page("Text/HTML; charset=gbk"));
        assert!(!is_page("application/pdf"));
        assert!(!is_page("image/svg+xml"));
    }
}
