//! 问题: the list of findings, by state, unit and check.

use std::sync::Arc;

use askama::Template;
use axum::{extract::State, response::Response};
use serde::Deserialize;
use url::form_urlencoded;

use super::{
    Services,
    failure::Failure,
    forms::Asked,
    frame::{Frame, page},
};
use crate::{
    model::{Finding, FindingState},
    store::FindingFilter,
};

const ROWS_A_PAGE: u32 = 50;
/// The word in the address for findings of every state.
const ALL_STATES: &str = "all";

#[derive(Template)]
#[template(path = "console/findings.html")]
struct Page {
    frame: Frame,
    subtitle: String,
    asked: Filter,
    tabs: Vec<Tab>,
    choices: Vec<Choice>,
    rows: Vec<Row>,
    earlier: Option<String>,
    later: Option<String>,
}

/// What the address asks for. Empty texts do not restrict: forms send them for "全部".
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Filter {
    state: String,
    unit: String,
    check: String,
    portal: String,
    text: String,
    /// From 0.
    page: u32,
}

struct Tab {
    name: &'static str,
    count: u64,
    link: String,
    chosen: bool,
}

/// One drop-down list.
struct Choice {
    label: &'static str,
    name: &'static str,
    options: Vec<Item>,
}

struct Item {
    value: String,
    text: String,
    chosen: bool,
}

struct Row {
    finding: Finding,
    check: String,
}

/// `GET /findings`.
pub async fn show(
    State(services): State<Arc<Services>>,
    frame: Frame,
    Asked(mut asked): Asked<Filter>,
) -> Result<Response, Failure> {
    if FindingState::from_name(&asked.state).is_none() && asked.state != ALL_STATES {
        asked.state = FindingState::Suspected.name().to_owned();
    }
    let tabs = tabs(&services, &asked).await?;
    let filter = asked.of_log();
    let total = services.log.count_findings(&filter).await?;
    let rows = services.log.findings(&filter).await?;
    let next_exists = u64::from(asked.page + 1) * u64::from(ROWS_A_PAGE) < total;
    page(&Page {
        frame,
        subtitle: format!("共 {total} 条。逐条核对证据后确认、排除或限期豁免；只有确认的问题才计分。"),
        choices: choices(&services, &asked),
        tabs,
        rows: rows
            .into_iter()
            .map(|finding| Row { check: services.check_title(&finding.identity.check).to_owned(), finding })
            .collect(),
        earlier: asked.page.checked_sub(1).map(|page| Filter { page, ..asked.clone() }.link()),
        later: next_exists.then(|| Filter { page: asked.page + 1, ..asked.clone() }.link()),
        asked,
    })
}

/// A tab a state, with how many findings of that state the other filters let through.
async fn tabs(services: &Services, asked: &Filter) -> Result<Vec<Tab>, Failure> {
    let mut tabs = Vec::new();
    let states = FindingState::ALL.into_iter().map(|state| (state.name(), state.chinese()));
    for (state, name) in states.chain([(ALL_STATES, "全部")]) {
        let tab = Filter { state: state.to_owned(), page: 0, ..asked.clone() };
        let count = services.log.count_findings(&tab.of_log()).await?;
        let chosen = asked.state == state;
        if count > 0 || chosen || state == FindingState::Suspected.name() {
            tabs.push(Tab { name, count, link: tab.link(), chosen });
        }
    }
    Ok(tabs)
}

fn choices(services: &Services, asked: &Filter) -> Vec<Choice> {
    let item = |value: &str, text: &str, chosen: &str| Item {
        value: value.to_owned(),
        text: text.to_owned(),
        chosen: value == chosen,
    };
    let mut checks: Vec<Item> =
        services.catalog.checks.iter().map(|check| item(&check.id, &check.title, &asked.check)).collect();
    checks.sort_by(|a, b| a.value.cmp(&b.value));
    vec![
        Choice {
            label: "单位",
            name: "unit",
            options: services.unit_names().iter().map(|unit| item(unit, unit, &asked.unit)).collect(),
        },
        Choice { label: "检查项", name: "check", options: checks },
        Choice {
            label: "网站",
            name: "portal",
            options: services.portals.iter().map(|portal| item(&portal.id, &portal.name, &asked.portal)).collect(),
        },
    ]
}

impl Filter {
    fn is_narrowed(&self) -> bool {
        [&self.unit, &self.check, &self.portal, &self.text].iter().any(|text| !text.is_empty())
    }

    fn of_log(&self) -> FindingFilter {
        let some = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
        FindingFilter {
            state: FindingState::from_name(&self.state),
            unit: some(&self.unit),
            check: some(&self.check),
            portal: some(&self.portal),
            text: some(&self.text),
            limit: Some(ROWS_A_PAGE),
            offset: self.page.saturating_mul(ROWS_A_PAGE),
            ..FindingFilter::default()
        }
    }

    fn link(&self) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        let texts = [
            ("state", &self.state),
            ("unit", &self.unit),
            ("check", &self.check),
            ("portal", &self.portal),
            ("text", &self.text),
        ];
        for (name, text) in texts.into_iter().filter(|(_, text)| !text.is_empty()) {
            query.append_pair(name, text);
        }
        if self.page > 0 {
            query.append_pair("page", &self.page.to_string());
        }
        format!("/findings?{}", query.finish())
    }
}
