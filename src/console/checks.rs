//! 检查项质量: how far each check can be trusted by what staff decided, which are held back, and what the canary showed.

use std::{cmp::Reverse, sync::Arc};

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
    Services,
    failure::Failure,
    forms::Sent,
    frame::{Frame, note, page_with},
    login::Administrator,
};
use crate::{
    model::{CanaryNight, CheckRecord, LEAST_VERDICTS, PRECISION_FLOOR, Quarantine},
    store::LogError,
};

/// How many of the last nights the canary is shown for.
const CANARY_NIGHTS: u32 = 7;

#[derive(Template)]
#[template(path = "console/checks.html")]
struct Page {
    frame: Frame,
    least: u64,
    floor: u64,
    /// Quarantines that stand.
    held: Vec<Held>,
    lifted: Vec<Lifted>,
    nights: Vec<CanaryRow>,
    rows: Vec<Row>,
    draft: Draft,
}

/// A lifting that was refused, as it was sent.
#[derive(Default)]
struct Draft {
    check: String,
    refusal: Option<&'static str>,
}

/// One check under suspicion: all that stands against it is lifted together.
struct Held {
    check: String,
    title: String,
    whys: Vec<String>,
}

struct Lifted {
    title: String,
    why: String,
    by: String,
    reason: String,
}

/// What the canary showed on one night.
struct CanaryRow {
    night: Date,
    is_well: bool,
    /// What was misread, one line each.
    misread: Vec<String>,
}

/// One check.
struct Row {
    check: String,
    title: String,
    record: CheckRecord,
    standing: Standing,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Standing {
    Held,
    Advice,
    Normal,
}

impl Row {
    /// Class and words of the badge.
    fn badge(&self) -> (&'static str, &'static str) {
        match self.standing {
            Standing::Held => ("failed", "暂缓认定"),
            Standing::Advice => ("suspected", "只作提示"),
            Standing::Normal if self.record.judged() == 0 => ("none", "尚未核查"),
            Standing::Normal => ("done", "正常"),
        }
    }

    fn precision(&self) -> String {
        self.record.precision().map_or_else(|| "—".to_owned(), |percent| format!("{percent}%"))
    }

    /// Too few verdicts to say anything by its precision.
    fn is_unproven(&self) -> bool {
        self.record.judged() < LEAST_VERDICTS
    }
}

/// `GET /checks`.
pub async fn show(State(services): State<Arc<Services>>, frame: Frame) -> Result<Response, Failure> {
    load(&services, frame, StatusCode::OK, Draft::default()).await
}

#[derive(Deserialize)]
pub struct Reason {
    #[serde(default)]
    reason: String,
}

/// `POST /checks/{id}/lift`: from its next night on the check raises and closes again.
pub async fn lift(
    State(services): State<Arc<Services>>,
    Extension(Administrator(actor)): Extension<Administrator>,
    frame: Frame,
    session: Session,
    Path(check): Path<String>,
    Sent(sent): Sent<Reason>,
) -> Result<Response, Failure> {
    let reason = sent.reason.trim();
    if reason.is_empty() {
        let draft = Draft { check, refusal: Some("请填写解除的理由") };
        return load(&services, frame, StatusCode::UNPROCESSABLE_ENTITY, draft).await;
    }
    match services.log.lift_quarantine(&check, &actor, reason, (services.clock)()).await {
        Ok(()) => {
            let title = services.check_title(&check);
            note(&session, &format!("已解除“{title}”的暂缓认定，下一夜起恢复提出和关闭问题。")).await?;
            Ok(Redirect::to("/checks").into_response())
        }
        Err(LogError::Unknown { .. }) => Err(Failure::NotFound),
        Err(error) => Err(error.into()),
    }
}

async fn load(services: &Services, frame: Frame, status: StatusCode, draft: Draft) -> Result<Response, Failure> {
    let (lifted, standing): (Vec<_>, Vec<_>) =
        services.log.quarantines(true).await?.into_iter().partition(|quarantine| quarantine.lifted.is_some());
    let records = services.log.check_records().await?;
    let mut nights = Vec::new();
    for night in services.log.nights(CANARY_NIGHTS).await? {
        nights.extend(services.log.canary(night).await?.map(|canary| canary_row(services, &canary)));
    }
    let template = Page {
        frame,
        least: LEAST_VERDICTS,
        floor: PRECISION_FLOOR,
        rows: rows(services, records, &standing),
        held: held(services, &standing),
        lifted: lifted.into_iter().filter_map(|quarantine| lifted_row(services, quarantine)).collect(),
        nights,
        draft,
    };
    page_with(status, &template)
}

/// Every check of the catalog, and those it no longer has that staff have judged; what needs attention first.
fn rows(services: &Services, records: Vec<CheckRecord>, standing: &[Quarantine]) -> Vec<Row> {
    let known = |id: &str| services.catalog.checks.iter().any(|check| check.id == id);
    let blank = |check: &str| CheckRecord { check: check.to_owned(), ..CheckRecord::default() };
    let of_catalog = services.catalog.checks.iter().map(|check| {
        records.iter().find(|record| record.check == check.id).cloned().unwrap_or_else(|| blank(&check.id))
    });
    let gone = records.iter().filter(|record| !known(&record.check)).cloned();
    let row = |record: CheckRecord| Row {
        title: services.check_title(&record.check).to_owned(),
        standing: match standing.iter().any(|quarantine| quarantine.check == record.check) {
            true => Standing::Held,
            false if record.only_advises() => Standing::Advice,
            false => Standing::Normal,
        },
        check: record.check.clone(),
        record,
    };
    let mut rows: Vec<Row> = of_catalog.chain(gone).map(row).collect();
    rows.sort_by(|a, b| {
        let order = |row: &Row| (row.standing, Reverse(row.record.judged()), row.check.clone());
        order(a).cmp(&order(b))
    });
    rows
}

fn held(services: &Services, standing: &[Quarantine]) -> Vec<Held> {
    let mut held: Vec<Held> = Vec::new();
    for quarantine in standing {
        let why = why(quarantine);
        match held.iter_mut().find(|held| held.check == quarantine.check) {
            Some(held) => held.whys.push(why),
            None => held.push(Held {
                check: quarantine.check.clone(),
                title: services.check_title(&quarantine.check).to_owned(),
                whys: vec![why],
            }),
        }
    }
    held
}

fn why(quarantine: &Quarantine) -> String {
    let Quarantine { night, portals, .. } = quarantine;
    match quarantine.to_failing {
        true => format!("{night} 夜 {portals} 个网站同时由合格变为有问题"),
        false => format!("{night} 夜 {portals} 个网站的问题同时消失"),
    }
}

fn lifted_row(services: &Services, quarantine: Quarantine) -> Option<Lifted> {
    let why = why(&quarantine);
    let (by, reason) = quarantine.lifted?;
    Some(Lifted { title: services.check_title(&quarantine.check).to_owned(), why, by, reason })
}

fn canary_row(services: &Services, canary: &CanaryNight) -> CanaryRow {
    // A fault is written as check, unit and subject.
    let told = |lead: &str, fault: &String| match fault.split_once(' ') {
        Some((check, rest)) => format!("{lead}：{}（{rest}）", services.check_title(check)),
        None => format!("{lead}：{fault}"),
    };
    let missing = canary.missing.iter().map(|fault| told("未发现", fault));
    let extra = canary.extra.iter().map(|fault| told("误报", fault));
    CanaryRow { night: canary.night, is_well: canary.is_well(), misread: missing.chain(extra).collect() }
}
