//! 昨夜: what the newest night, or an earlier one, brought from each portal; the button that asks for one now.

use std::{collections::BTreeMap, sync::Arc};

use askama::Template;
use axum::{
    Extension,
    extract::State,
    response::{Redirect, Response},
};
use jiff::civil::Date;
use serde::Deserialize;
use tower_sessions::Session;
use url::form_urlencoded;

use super::{
    Services,
    failure::Failure,
    forms::{Asked, Sent},
    frame::{Frame, note, page},
    login::Administrator,
};
use crate::{
    model::{JobKind, JobRequest, Load, NotMeasurable, Portal, Run, RunState, beijing_date, beijing_time},
    store::NightNumbers,
};

/// How many earlier nights the page offers.
const NIGHTS_OFFERED: u32 = 60;

#[derive(Template)]
#[template(path = "console/nights.html")]
struct Page {
    frame: Frame,
    heading: String,
    subtitle: String,
    nights: Vec<Date>,
    shown: Option<Date>,
    running: bool,
    visited: usize,
    pages: u64,
    unread: u64,
    opened: u64,
    closed: u64,
    rows: Vec<Row>,
}

/// One portal on that night.
struct Row {
    id: String,
    name: String,
    url: String,
    /// Its last run of the night.
    run: Option<Run>,
    pages: u64,
    unread: u64,
    opened: u64,
    closed: u64,
}

#[derive(Deserialize)]
pub struct WantedNight {
    night: Option<Date>,
}

/// `GET /?night=DATE`.
pub async fn show(
    State(services): State<Arc<Services>>,
    frame: Frame,
    Asked(wanted): Asked<WantedNight>,
) -> Result<Response, Failure> {
    let nights = services.log.nights(NIGHTS_OFFERED).await?;
    let shown = wanted.night.or(nights.first().copied());
    let (runs, numbers) = match shown {
        Some(night) => (services.log.runs_of_night(night).await?, services.log.night_numbers(night).await?),
        None => (Vec::new(), NightNumbers::default()),
    };
    let rows: Vec<Row> = services.portals.iter().map(|portal| Row::new(portal, &runs, &numbers)).collect();
    let today = beijing_date((services.clock)());
    page(&Page {
        frame,
        heading: heading(shown, today),
        subtitle: subtitle(&runs),
        nights,
        shown,
        running: rows.iter().any(|row| row.is(RunState::Running)),
        visited: rows.iter().filter(|row| row.is(RunState::Done) || row.is(RunState::Partial)).count(),
        pages: rows.iter().map(|row| row.pages).sum(),
        unread: rows.iter().map(|row| row.unread).sum(),
        opened: rows.iter().map(|row| row.opened).sum(),
        closed: rows.iter().map(|row| row.closed).sum(),
        rows,
    })
}

fn heading(shown: Option<Date>, today: Date) -> String {
    match shown {
        None => "还没有检查过".to_owned(),
        Some(night) if night == today || today.yesterday().is_ok_and(|day| day == night) => "昨夜检查".to_owned(),
        Some(night) => format!("{night} 的检查"),
    }
}

fn subtitle(runs: &[Run]) -> String {
    let started = runs.iter().map(|run| run.started).min();
    let finished = runs.iter().filter_map(|run| run.finished).max();
    match (started, finished) {
        (Some(started), Some(finished)) => {
            format!("{} 开始，{} 结束", minute(started), minute(finished))
        }
        (Some(started), None) => format!("{} 开始", minute(started)),
        _ => "每夜按配置的时间自动检查，也可以现在就检查。".to_owned(),
    }
}

impl Row {
    fn new(portal: &Portal, runs: &[Run], numbers: &NightNumbers) -> Self {
        let run = runs.iter().rfind(|run| run.portal == portal.id).cloned();
        let of_run = |counts: &BTreeMap<String, u64>| {
            run.as_ref().and_then(|run| counts.get(&run.id)).copied().unwrap_or_default()
        };
        Self {
            id: portal.id.clone(),
            name: portal.name.clone(),
            url: portal.url.clone(),
            pages: of_run(&numbers.pages),
            unread: of_run(&numbers.unread),
            opened: numbers.opened.get(&portal.id).copied().unwrap_or_default(),
            closed: numbers.closed.get(&portal.id).copied().unwrap_or_default(),
            run,
        }
    }

    fn is(&self, state: RunState) -> bool {
        self.run.as_ref().is_some_and(|run| run.state == state)
    }

    /// Class and words of the badge.
    fn state(&self) -> (&'static str, &'static str) {
        let unvisited = if self.url.is_empty() { "未填网址" } else { "未检查" };
        self.run.as_ref().map_or(("none", unvisited), |run| (run.state.name(), run.state.chinese()))
    }

    fn note(&self) -> &str {
        self.run.as_ref().map_or("", |run| &run.note)
    }

    fn load(&self) -> String {
        self.run.as_ref().map_or_else(String::new, |run| load_in_words(run.load))
    }

    /// Where its unread pages are listed, if there are any.
    fn unread_link(&self) -> Option<String> {
        let run = self.run.as_ref().filter(|_| self.unread > 0)?;
        let query = form_urlencoded::Serializer::new(String::new()).append_pair("run", &run.id).finish();
        Some(format!("/nights/unread?{query}"))
    }

    fn times(&self) -> String {
        let Some(run) = &self.run else { return String::new() };
        match run.finished {
            Some(finished) => format!("{} – {}", minute(run.started), beijing_time(finished).strftime("%H:%M")),
            None => minute(run.started),
        }
    }
}

fn load_in_words(load: Load) -> String {
    // Bytes to tenths of a megabyte; whole arithmetic, rounded up so that a little is never nothing.
    let tenths = load.bytes.div_ceil(100_000);
    format!("{} 次请求 · {}.{} MB · 峰值 {} 次/秒", load.requests, tenths / 10, tenths % 10, load.peak_rate)
}

fn minute(at: jiff::Timestamp) -> String {
    beijing_time(at).strftime("%m-%d %H:%M").to_string()
}

#[derive(Deserialize)]
pub struct WantedPortal {
    /// All portals where it is left out.
    portal: Option<String>,
}

/// `POST /nights`: asks for a night now.
pub async fn ask(
    State(services): State<Arc<Services>>,
    Extension(Administrator(asked_by)): Extension<Administrator>,
    session: Session,
    Sent(wanted): Sent<WantedPortal>,
) -> Result<Redirect, Failure> {
    let portals: Vec<&Portal> =
        services.portals.iter().filter(|portal| wanted.portal.as_ref().is_none_or(|id| *id == portal.id)).collect();
    if portals.is_empty() {
        return Err(Failure::NotFound);
    }
    let portals: Vec<&Portal> = portals.into_iter().filter(|portal| portal.has_address()).collect();
    if portals.is_empty() {
        return Err(Failure::Refused("网站尚未填写网址，请在配置文件中填写 url 后重新启动。".to_owned()));
    }
    let tick = (services.clock)();
    for portal in &portals {
        let request = JobRequest {
            kind: JobKind::Night,
            portal: portal.id.clone(),
            tick,
            as_of: None,
            asked_by: asked_by.clone(),
        };
        (services.request_job)(request).await?;
    }
    let names = match portals.as_slice() {
        [portal] => portal.name.clone(),
        portals => format!("{} 个网站", portals.len()),
    };
    note(&session, &format!("已安排检查{names}。开始后本页显示进度，请稍后刷新。")).await?;
    Ok(Redirect::to("/"))
}

#[derive(Template)]
#[template(path = "console/unread.html")]
struct UnreadPages {
    frame: Frame,
    night: Date,
    portal: String,
    pages: Vec<NotMeasurable>,
}

#[derive(Deserialize)]
pub struct WantedRun {
    run: String,
}

/// `GET /nights/unread?run=ID`: the pages of a run that could not be looked at.
pub async fn unread(
    State(services): State<Arc<Services>>,
    frame: Frame,
    Asked(wanted): Asked<WantedRun>,
) -> Result<Response, Failure> {
    let run = services.log.run(&wanted.run).await?.ok_or(Failure::NotFound)?;
    let pages = services.log.unread_pages_of(&run.id).await?;
    let portal = services.portal_name(&run.portal).to_owned();
    page(&UnreadPages { frame, night: run.night, portal, pages })
}
