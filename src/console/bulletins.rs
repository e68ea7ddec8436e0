//! 通报: a quarter's bulletin as it would be drawn up now, as the report writes it.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{Path, State},
    http::header,
    response::{Html, IntoResponse, Response},
};
use serde::Deserialize;

use super::{
    Services,
    failure::Failure,
    forms::Asked,
    frame::{Frame, page},
};
use crate::{
    model::{Quarter, beijing_date},
    report::bulletin_html,
};

/// How many quarters back the page offers.
const QUARTERS_OFFERED: usize = 8;

/// The paper brings its style inline and loads nothing.
const PAPER_POLICY: &str = "sandbox allow-modals; default-src 'none'; style-src 'unsafe-inline'; img-src data:; \
                            frame-ancestors 'self'; base-uri 'none'; form-action 'none'";

#[derive(Template)]
#[template(path = "console/bulletins.html")]
struct Page {
    frame: Frame,
    quarter: Quarter,
    quarters: Vec<Quarter>,
}

#[derive(Deserialize)]
pub struct WantedQuarter {
    quarter: Option<Quarter>,
}

/// `GET /bulletins?quarter=2026-Q3`.
pub async fn show(
    State(services): State<Arc<Services>>,
    frame: Frame,
    Asked(wanted): Asked<WantedQuarter>,
) -> Result<Response, Failure> {
    let current = Quarter::of(beijing_date((services.clock)()));
    let earlier = |quarter: &Quarter| quarter.from().yesterday().ok().map(Quarter::of);
    let mut quarters: Vec<Quarter> = std::iter::successors(Some(current), earlier).take(QUARTERS_OFFERED).collect();
    let quarter = wanted.quarter.unwrap_or(current);
    if !quarters.contains(&quarter) {
        quarters.push(quarter);
    }
    page(&Page { frame, quarter, quarters })
}

/// `GET /bulletins/{quarter}/paper`: the bulletin itself, to read and to print.
pub async fn paper(State(services): State<Arc<Services>>, Path(quarter): Path<String>) -> Result<Response, Failure> {
    let quarter: Quarter = quarter.parse().map_err(|_| Failure::NotFound)?;
    if quarter.from() > beijing_date((services.clock)()) {
        return Err(Failure::Refused(format!("{}还没有开始。", quarter.chinese())));
    }
    let bulletin = (services.draft_bulletin)(quarter).await?;
    let paper = bulletin_html::render(&bulletin)?;
    Ok(([(header::CONTENT_SECURITY_POLICY, PAPER_POLICY)], Html(paper)).into_response())
}
