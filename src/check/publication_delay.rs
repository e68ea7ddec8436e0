//! Kind `publication-delay`: working days from the day a document was signed (成文) to the day it was put on line (发布).

use serde::Deserialize;

use super::{
    Judgement, Rule, proof,
    scope::{Case, is_place, names},
    span::{Window, days_between},
};
use crate::{
    model::{Cause, ColumnRole, DocumentFacts, DocumentRole, Subject, Verdict},
    text::normalise,
};

/// Parameters of the kind.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublicationDelay {
    /// Documents published in this window before the day of the check are looked at.
    pub window: Window,
    /// Working days within which a document must be published after it was signed.
    pub working_days: u32,
}

impl Rule for PublicationDelay {
    fn judge(&self, case: &Case<'_>) -> Vec<Judgement> {
        // Only what has a number or stands among the policies is a document that somebody signed.
        let signed = |document: &&DocumentFacts| document.role == DocumentRole::Policy || document.number.is_some();
        case.documents().filter(signed).map(|document| self.judge_document(case, document)).collect()
    }
}

/// Whether it is one licence, penalty or row of 双公示: these have numbers too, and days of their own to be shown in.
fn is_single_decision(case: &Case<'_>, document: &DocumentFacts) -> bool {
    let plays = |role| {
        case.facts.column(&document.column).is_some_and(|column| {
            let own = column.matched.iter().any(|hit| case.context.lexicon.role_of(&hit.term) == Some(role));
            own || case.stands_under_role(column, role)
        })
    };
    [ColumnRole::Licence, ColumnRole::Penalty, ColumnRole::Publicity].into_iter().any(plays)
}

/// Whose document it is.
enum Issuer {
    Own,
    Other(String),
    Unknown,
}

impl PublicationDelay {
    fn judge_document(&self, case: &Case<'_>, document: &DocumentFacts) -> Judgement {
        let said = |verdict, reason: String| {
            let subject = Subject::new(format!("document:{}", document.key), &document.title);
            Judgement::new(subject, verdict, reason).at(&document.url)
        };
        if document.role != DocumentRole::Policy && is_single_decision(case, document) {
            return said(Verdict::NotApplicable, "行政许可、行政处罚公示另有公开期限，由双公示的检查项判断".to_owned());
        }
        let (as_of, limit) = (case.context.as_of, self.working_days);
        let first = self.window.before(as_of);
        let published = document.published.map(|moment| moment.date);
        if let Some(published) = published.filter(|day| *day < first || *day > as_of) {
            return said(Verdict::NotApplicable, format!("发布于{published}，不在检查范围（{first}至{as_of}）"));
        }
        if !document.read {
            let cause = document.unread_cause.unwrap_or(Cause::Budget);
            return said(Verdict::NotMeasurable(cause), format!("页面未能读取（{cause}），不作判断"));
        }
        let (Some(published), Some(written)) = (published, document.written.map(|moment| moment.date)) else {
            let what = if published.is_none() { "发布日期" } else { "成文日期" };
            return said(Verdict::NotApplicable, format!("页面未标注{what}，无从计算"));
        };
        let issuer = issuer(case, document);
        if let Issuer::Other(name) = issuer {
            return said(Verdict::NotApplicable, format!("由{name}发文，公开时限不由本单位承担"));
        }
        let seen = |note: String| [proof::document(case, document, note)];
        let both = format!("成文{written}，发布{published}");
        let days = days_between(written, published);
        if days < 0 {
            let reason = format!("{both}，发布早于成文，请人工核对日期");
            return said(Verdict::NeedsReview, reason).with(seen(both));
        }
        // So many days in all hold no more working days, whatever the holidays.
        if i64::from(days) <= i64::from(limit) {
            return said(Verdict::Passed, format!("{both}，相隔{days}天，未超过{limit}个工作日"));
        }
        let Some(count) = case.context.calendar.between(written, published) else {
            return said(Verdict::NotApplicable, format!("{both}；工作日历未收录其间的年份，不作推算"));
        };
        if count <= limit {
            return said(Verdict::Passed, format!("{both}，相隔{count}个工作日，未超过{limit}个工作日"));
        }
        let reason = format!("{both}，相隔{count}个工作日，超过{limit}个工作日");
        match issuer {
            Issuer::Own => said(Verdict::Failed, reason),
            _ => said(Verdict::NeedsReview, format!("{reason}；发文机关不明，请人工判断是否本单位制发")),
        }
        .with(seen(both))
    }
}

/// By the stated issuer, else by whom the title names first.
fn issuer(case: &Case<'_>, document: &DocumentFacts) -> Issuer {
    let title = normalise(&document.title);
    let mut own = names(case.unit).map(normalise).filter(|name| !name.is_empty() && !is_place(name));
    match document.issuer.as_deref().filter(|issuer| !issuer.trim().is_empty()) {
        Some(stated) => {
            let bare = normalise(stated);
            let is_own = own.any(|name| bare.contains(&name) || name.contains(&bare));
            if is_own { Issuer::Own } else { Issuer::Other(stated.to_owned()) }
        }
        None if own.any(|name| title.starts_with(&name)) => Issuer::Own,
        None => Issuer::Unknown,
    }
}
