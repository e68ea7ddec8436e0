//! 录入人工记录: the form by which staff enter what they found, and what it makes of it.

use std::sync::Arc;

use askama::Template;
use axum::{
    Extension,
    extract::State,
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
    scoring,
};
use crate::model::{Entry, EntrySource, EntryStatus, Level, Rulebook, beijing_date};

#[derive(Template)]
#[template(path = "console/entry_form.html")]
struct EntryForm {
    frame: Frame,
    rulebook: String,
    refusal: Option<String>,
    units: Vec<String>,
    groups: Vec<Group>,
    levels: Vec<(&'static str, &'static str)>,
    today: Date,
    given: Given,
}

/// The steps of a section, as one group of the drop-down list.
struct Group {
    name: String,
    steps: Vec<Choice>,
}

struct Choice {
    /// `clause/step`.
    value: String,
    text: String,
}

/// The form as it was sent; empty texts stand for what was left out.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Given {
    unit: String,
    date: String,
    /// `clause/step`.
    step: String,
    count: String,
    subject: String,
    numerator: String,
    denominator: String,
    value: String,
    rank: String,
    level: String,
    note: String,
}

/// `GET /entries/new`.
pub async fn blank(State(services): State<Arc<Services>>, frame: Frame) -> Result<Response, Failure> {
    let today = beijing_date((services.clock)()).to_string();
    form(&services, frame, StatusCode::OK, None, Given { date: today, ..Given::default() })
}

/// `POST /entries`.
pub async fn add(
    State(services): State<Arc<Services>>,
    Extension(Administrator(actor)): Extension<Administrator>,
    frame: Frame,
    session: Session,
    Sent(given): Sent<Given>,
) -> Result<Response, Failure> {
    let entry = match given.entry() {
        Ok(entry) => entry,
        Err(refusal) => return form(&services, frame, StatusCode::UNPROCESSABLE_ENTITY, Some(refusal), given),
    };
    if let Err(refusal) = scoring::try_entry(&services, &entry)? {
        return form(&services, frame, StatusCode::UNPROCESSABLE_ENTITY, Some(refusal), given);
    }
    services.log.add_entry(entry, &actor, (services.clock)()).await?;
    note(&session, "已录入，计入得分。").await?;
    Ok(Redirect::to("/entries").into_response())
}

fn form(
    services: &Services,
    frame: Frame,
    status: StatusCode,
    refusal: Option<String>,
    given: Given,
) -> Result<Response, Failure> {
    let rulebook = services.rulebook()?;
    let template = EntryForm {
        frame,
        rulebook: rulebook.title.clone(),
        refusal,
        units: scoring::units_to_enter(services)?,
        groups: groups(rulebook),
        levels: Level::ALL.into_iter().map(|level| (level.name(), level_in_words(level))).collect(),
        today: beijing_date((services.clock)()),
        given,
    };
    page_with(status, &template)
}

fn groups(rulebook: &Rulebook) -> Vec<Group> {
    let sections = rulebook.sections.iter().map(|section| (section.name.clone(), &section.clauses));
    let borrowed = std::iter::once(("其他".to_owned(), &rulebook.borrowed));
    sections
        .chain(borrowed)
        .map(|(name, clauses)| Group {
            name,
            steps: clauses
                .iter()
                .flat_map(|clause| clause.steps.iter().map(move |step| (clause, step)))
                .map(|(clause, step)| Choice {
                    value: format!("{}/{}", clause.id, step.id),
                    text: format!("{}：{}", clause.title, step.title),
                })
                .collect(),
        })
        .filter(|group| !group.steps.is_empty())
        .collect()
}

impl Given {
    /// The entry, or which field cannot be read, in Chinese.
    fn entry(&self) -> Result<Entry, String> {
        let (clause, step) = self.step.split_once('/').ok_or("请选择指标与扣（加）分项")?;
        if self.unit.trim().is_empty() {
            return Err("请选择单位".to_owned());
        }
        let date = self.date.trim().parse::<Date>().map_err(|_| "请填写日期".to_owned())?;
        let level = match self.level.as_str() {
            "" => None,
            name => Some(Level::from_name(name).ok_or("级别无法识别")?),
        };
        Ok(Entry {
            unit: self.unit.trim().to_owned(),
            clause: Some(clause.to_owned()),
            step: Some(step.to_owned()),
            date: Some(date),
            count: number(&self.count, "数量")?,
            numerator: number(&self.numerator, "分子")?,
            denominator: number(&self.denominator, "分母")?,
            value: number(&self.value, "得分或数值")?,
            rank: number(&self.rank, "排名")?,
            level,
            subject: text(&self.subject),
            note: text(&self.note),
            status: Some(EntryStatus::Confirmed),
            source: Some(EntrySource::Staff),
            ..Entry::default()
        })
    }

    fn has_measure(&self) -> bool {
        [&self.numerator, &self.denominator, &self.value, &self.rank, &self.level].iter().any(|field| !field.is_empty())
    }
}

fn text(given: &str) -> Option<String> {
    Some(given.trim().to_owned()).filter(|text| !text.is_empty())
}

fn number<T: std::str::FromStr>(given: &str, field: &str) -> Result<Option<T>, String> {
    match given.trim() {
        "" => Ok(None),
        given => given.parse().map(Some).map_err(|_| format!("{field}“{given}”不是数字")),
    }
}

pub fn level_in_words(level: Level) -> &'static str {
    match level {
        Level::State => "国家级",
        Level::Province => "省级",
        Level::City => "市级",
        Level::County => "县级",
    }
}

#[cfg(test)]
mod tests {
    use rust_decimal::Decimal;

    use super::*;

    fn given() -> Given {
        Given { unit: "市教育局".into(), step: "B1-1/late".into(), date: "2022-03-01".into(), ..Given::default() }
    }

    #[test]
    fn a_form_becomes_a_confirmed_entry_of_staff() {
        let entry = Given { count: "2.5".into(), ..given() }.entry().unwrap();
        assert_eq!((entry.clause.as_deref(), entry.step.as_deref()), (Some("B1-1"), Some("late")));
        assert_eq!(entry.count, Some(Decimal::new(25, 1)));
        assert_eq!(entry.status(), EntryStatus::Confirmed);
        assert_eq!(entry.note, None);
    }

    #[test]
    fn unreadable_fields_are_named() {
        assert_eq!(Given { count: "两件".into(), ..given() }.entry(), Err("数量“两件”不是数字".to_owned()));
        assert_eq!(Given { date: "昨天".into(), ..given() }.entry(), Err("请填写日期".to_owned()));
        assert_eq!(Given { step: String::new(), ..given() }.entry(), Err("请选择指标与扣（加）分项".to_owned()));
    }
}
