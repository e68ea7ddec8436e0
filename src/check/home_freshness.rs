//! Kind `home-freshness`: nothing new on the home page (国办秘函〔2019〕19号 单项否决“首页不更新”).

use jiff::civil::Date;
use serde::Deserialize;

use super::{
    Judgement, Rule, proof,
    scope::Case,
    span::{Window, days_between},
};
use crate::model::{Subject, Verdict};

/// Parameters of the kind.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HomeFreshness {
    pub window: Window,
}

impl Rule for HomeFreshness {
    fn judge(&self, case: &Case<'_>) -> Vec<Judgement> {
        let subject = Subject::new("home", "网站首页");
        let url = &case.facts.url;
        if !case.runs_the_portal() {
            return vec![Judgement::new(subject, Verdict::NotApplicable, "网站首页由其他单位负责")];
        }
        if let Some(blocked) = case.home_blocked() {
            let evidence = proof::blocked(case, &blocked);
            return vec![Judgement::new(subject, blocked.verdict(), &blocked.because).with(evidence)];
        }
        let (front, today) = (&case.facts.front, case.context.as_of);
        let said = |verdict, reason: String, text: String| {
            vec![Judgement::new(subject.clone(), verdict, reason).at(url).with([proof::seen(
                case,
                url,
                text,
                "首页信息的最新日期",
            )])]
        };
        if let Some(newest) = front.row_days.iter().copied().filter(|day| *day <= today).max() {
            let days = days_between(newest, today);
            let text = newest.to_string();
            return if self.window.after(newest) >= today {
                said(Verdict::Passed, format!("首页最新信息为{newest}，距今{days}天"), text)
            } else {
                said(
                    Verdict::Failed,
                    format!("首页最新信息为{newest}，已有{days}天没有更新，超过{}的期限", self.window),
                    text,
                )
            };
        }
        // A home page that only shows the way is as new as what it leads to.
        match newest_row(case).filter(|newest| self.window.after(*newest) >= today) {
            Some(newest) => {
                said(Verdict::Passed, format!("首页没有标注日期的信息，其下栏目最新信息为{newest}"), newest.to_string())
            }
            None => said(
                Verdict::NeedsReview,
                format!("首页{}条信息都没有读到日期，{}内的更新情况请人工查看", front.rows, self.window),
                String::new(),
            ),
        }
    }
}

/// The newest row of any column of the portal, today's the latest.
fn newest_row(case: &Case<'_>) -> Option<Date> {
    let rows = case.facts.columns.iter().flat_map(|column| &column.entries);
    rows.filter_map(|row| row.date).map(|moment| moment.date).filter(|day| *day <= case.context.as_of).max()
}
