//! Kind `error-page`: what the portal answers for an address that cannot exist. An answer of status 200 tells browsers,
//! search engines and inspections that there is a page.

use serde::Deserialize;

use super::{Judgement, Rule, proof, scope::Case};
use crate::model::{Cause, Evidence, Nowhere, Subject, Verdict};

/// Parameters of the kind: none.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ErrorPage {}

impl Rule for ErrorPage {
    fn judge(&self, case: &Case<'_>) -> Vec<Judgement> {
        let subject = Subject::new("error-page", "错误页面");
        if !case.runs_the_portal() {
            return vec![Judgement::new(subject, Verdict::NotApplicable, "网站的错误页面由其他单位负责")];
        }
        if let Some(blocked) = case.home_blocked() {
            let evidence = proof::blocked(case, &blocked);
            return vec![Judgement::new(subject, blocked.verdict(), &blocked.because).with(evidence)];
        }
        let Some(answer) = &case.facts.soundings.nowhere else {
            let reason = "本次没有访问不存在的网址";
            return vec![Judgement::new(subject, Verdict::NotMeasurable(Cause::Other), reason)];
        };
        let (verdict, reason) = said(answer);
        let evidence = Evidence {
            url: answer.url.clone(),
            capture: answer.capture.clone(),
            at: answer.at,
            status: (answer.status != 0).then_some(answer.status),
            text: answer.title.clone(),
            note: if answer.final_url == answer.url || answer.final_url.is_empty() {
                "访问一个不存在的网址".to_owned()
            } else {
                format!("访问一个不存在的网址，转到：{}", answer.final_url)
            },
            ..Evidence::default()
        };
        vec![Judgement::new(subject, verdict, reason).at(&answer.url).with([evidence])]
    }
}

fn said(answer: &Nowhere) -> (Verdict, String) {
    let status = answer.status;
    let redirected = answer.final_url != answer.url;
    let way = if redirected { "转到" } else { "答复" };
    match answer.cause {
        Some(Cause::NotFound) => (Verdict::Passed, format!("不存在的网址答复状态码{status}")),
        Some(Cause::ClientError) => (Verdict::Passed, format!("不存在的网址答复错误状态码{status}")),
        None if answer.elsewhere => {
            (Verdict::NeedsReview, format!("不存在的网址转到其他网站（{}），请人工查看", answer.final_url))
        }
        None if answer.home => (Verdict::Failed, format!("不存在的网址{way}首页，状态码{status}，没有提示页面不存在")),
        Some(Cause::SoftNotFound) if redirected => {
            (Verdict::Failed, format!("不存在的网址转到错误提示页面，状态码却是{status}，应为404"))
        }
        Some(Cause::SoftNotFound) => {
            (Verdict::Failed, format!("不存在的网址提示页面不存在，状态码却是{status}，应为404"))
        }
        None => (Verdict::Failed, format!("不存在的网址{way}“{}”，状态码{status}，应为404", named(&answer.title))),
        Some(cause) => (Verdict::NotMeasurable(cause), format!("不存在的网址没有得到网站自己的答复（{cause}）")),
    }
}

fn named(title: &str) -> &str {
    if title.is_empty() { "无标题的页面" } else { title }
}
