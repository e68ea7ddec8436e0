//! One finding with everything it rests on, what it would cost, and a person's decision on it.

use std::sync::Arc;

use askama::Template;
use axum::{
    Extension,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use jiff::civil::Date;
use serde::Deserialize;
use tower_sessions::Session;

use super::{
    CheckWords, Services,
    events::Happened,
    failure::Failure,
    forms::Sent,
    frame::{Frame, note, page_with},
    login::Administrator,
    scoring::{self, Cost},
};
use crate::{
    model::{Decision, Evidence, Finding, beijing_date, beijing_time},
    store::{LogError, StoredVisit},
};

#[derive(Template)]
#[template(path = "console/finding.html")]
struct Page {
    frame: Frame,
    finding: Finding,
    check: CheckWords,
    portal: String,
    /// The address of the fault, where it is one that may be followed.
    link: Option<String>,
    proofs: Vec<Proof>,
    /// What was looked at: the proof of an absence.
    visit: Option<StoredVisit>,
    costs: Vec<Cost>,
    /// Why nothing is said about costs.
    no_cost: String,
    events: Vec<Happened>,
    today: Date,
    draft: Draft,
}

/// A decision that was refused, as it was sent.
#[derive(Default)]
struct Draft {
    /// Which form it was: `dismiss`, `waive` or `confirm`.
    form: &'static str,
    refusal: Option<String>,
    reason: String,
    until: String,
}

/// One piece of evidence with its capture.
struct Proof {
    evidence: Evidence,
    /// Redirects on the way, one line each.
    chain: Vec<String>,
    /// Time and status in one line.
    summary: String,
    /// Id of the capture, where the log still has it.
    capture: Option<String>,
}

/// `GET /findings/{id}`.
pub async fn show(
    State(services): State<Arc<Services>>,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    load(&services, frame, &id, StatusCode::OK, Draft::default()).await
}

#[derive(Deserialize)]
pub struct Reason {
    #[serde(default)]
    reason: String,
}

#[derive(Deserialize)]
pub struct Waiver {
    #[serde(default)]
    reason: String,
    #[serde(default)]
    until: String,
}

/// `POST /findings/{id}/confirm`.
pub async fn confirm(
    services: State<Arc<Services>>,
    who: Extension<Administrator>,
    frame: Frame,
    session: Session,
    id: Path<String>,
) -> Result<Response, Failure> {
    let draft = Draft { form: "confirm", ..Draft::default() };
    decide(services, who, frame, session, id, Decision::Confirm, draft, "已确认，计入得分。").await
}

/// `POST /findings/{id}/dismiss`.
pub async fn dismiss(
    services: State<Arc<Services>>,
    who: Extension<Administrator>,
    frame: Frame,
    session: Session,
    id: Path<String>,
    Sent(sent): Sent<Reason>,
) -> Result<Response, Failure> {
    let draft = Draft { form: "dismiss", reason: sent.reason, ..Draft::default() };
    decide(services, who, frame, session, id, Decision::Dismiss, draft, "已排除，不再计分。").await
}

/// `POST /findings/{id}/waive`.
pub async fn waive(
    services: State<Arc<Services>>,
    who: Extension<Administrator>,
    frame: Frame,
    session: Session,
    id: Path<String>,
    Sent(sent): Sent<Waiver>,
) -> Result<Response, Failure> {
    let draft = Draft { form: "waive", reason: sent.reason, until: sent.until, ..Draft::default() };
    let Ok(until) = draft.until.parse() else {
        let draft = Draft { refusal: Some("请填写豁免截止日期".to_owned()), ..draft };
        return load(&services, frame, &id, StatusCode::UNPROCESSABLE_ENTITY, draft).await;
    };
    decide(services, who, frame, session, id, Decision::Waive { until }, draft, "已豁免，到期前不计分。").await
}

/// Takes a decision down and shows the finding as it now stands, or the form again with what is wrong.
#[expect(clippy::too_many_arguments, reason = "the parts of one request, handed on as they came")]
async fn decide(
    State(services): State<Arc<Services>>,
    Extension(Administrator(actor)): Extension<Administrator>,
    frame: Frame,
    session: Session,
    Path(id): Path<String>,
    decision: Decision,
    draft: Draft,
    done: &str,
) -> Result<Response, Failure> {
    match services.log.decide(&id, decision, &actor, &draft.reason, (services.clock)()).await {
        Ok(_) => {
            note(&session, done).await?;
            Ok(Redirect::to(&format!("/findings/{id}")).into_response())
        }
        Err(LogError::Refused { refused, .. }) => {
            let draft = Draft { refusal: Some(refused.chinese().to_owned()), ..draft };
            load(&services, frame, &id, StatusCode::UNPROCESSABLE_ENTITY, draft).await
        }
        Err(LogError::Unknown { .. }) => Err(Failure::NotFound),
        Err(error) => Err(error.into()),
    }
}

async fn load(
    services: &Services,
    frame: Frame,
    id: &str,
    status: StatusCode,
    draft: Draft,
) -> Result<Response, Failure> {
    let finding = services.log.finding(id).await?.ok_or(Failure::NotFound)?;
    let mut proofs = Vec::new();
    for evidence in &finding.evidence {
        proofs.push(proof(services, evidence).await?);
    }
    // A run that the log no longer has leaves the finding readable.
    let visit = match services.log.run(&finding.run).await? {
        Some(run) => Some(services.log.visit(&run.id).await?),
        None => None,
    };
    let events = services.log.events_of(id).await?;
    let (costs, no_cost) = scoring::costs_of(services, &finding).await?;
    let template = Page {
        frame,
        check: services.check_words(&finding),
        portal: services.portal_name(&finding.identity.portal).to_owned(),
        link: finding.url.clone().filter(|url| is_web_address(url)),
        proofs,
        visit,
        costs,
        no_cost,
        events: events.into_iter().map(Happened::from).collect(),
        today: beijing_date((services.clock)()),
        draft,
        finding,
    };
    page_with(status, &template)
}

async fn proof(services: &Services, evidence: &Evidence) -> Result<Proof, Failure> {
    let stored = match &evidence.capture {
        Some(capture) => services.log.capture(capture).await?,
        None => None,
    };
    let mut chain = Vec::new();
    let mut parts = Vec::new();
    if let Some(stored) = &stored {
        let capture = &stored.capture;
        if !capture.hops.is_empty() {
            chain.push(format!("请求 {}", capture.url));
            chain.extend(capture.hops.iter().map(|hop| format!("{} 跳转 {}", hop.status, hop.url)));
            chain.push(format!("到达 {}", capture.final_url));
        }
    }
    let at = evidence.at.or(stored.as_ref().map(|stored| stored.capture.at));
    parts.extend(at.map(|at| format!("{} 取得", minute(at))));
    let code = evidence.status.or(stored.as_ref().map(|stored| stored.capture.status));
    parts.extend(code.map(|code| format!("状态码 {code}")));
    if let Some(stored) = &stored {
        parts.push(format!("{} 字节", stored.capture.bytes));
        if let Some(from) = &stored.linked_from {
            chain.insert(0, format!("链接自 {from}（第 {} 层）", stored.depth));
        }
    }
    let mut evidence = evidence.clone();
    evidence.sha256 = evidence.sha256.or(stored.as_ref().map(|stored| stored.capture.sha256.clone()));
    Ok(Proof { evidence, chain, summary: parts.join(" · "), capture: stored.map(|stored| stored.capture.id) })
}

/// Only these become links: an address from a portal could be a script.
pub fn is_web_address(url: &str) -> bool {
    url.starts_with("http://") || url.starts_with("https://")
}

fn minute(at: jiff::Timestamp) -> String {
    beijing_time(at).strftime("%Y-%m-%d %H:%M").to_string()
}
