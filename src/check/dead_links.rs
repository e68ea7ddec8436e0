//! Kind `dead-links`: links on the unit's pages lead to addresses of which the portal itself says that there is nothing.
//! Addresses that failed for any other reason are not dead; outward links are not followed.

use serde::Deserialize;

use super::{
    Judgement, Rule, proof,
    scope::{Case, is_gone},
};
use crate::model::{Cause, Evidence, NotMeasurable, Subject, Verdict};

/// Dead links shown one by one; beyond that only their number is told.
const SHOWN: usize = 20;

/// Parameters of the kind.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeadLinks {
    pub of: Target,
    /// Endings of addresses that are files.
    pub files: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Target {
    Pages,
    Files,
}

impl Rule for DeadLinks {
    fn judge(&self, case: &Case<'_>) -> Vec<Judgement> {
        let subject = match self.of {
            Target::Pages => Subject::new("links:internal", "站内链接"),
            Target::Files => Subject::new("links:attachment", "附件链接"),
        };
        let coverage = &case.facts.coverage;
        let read = coverage
            .visits
            .iter()
            .filter(|visit| case.owns(&visit.final_url) && self.is_meant(&visit.final_url))
            .count();
        let dead: Vec<&NotMeasurable> =
            coverage.not_measurable.iter().filter(|failure| self.is_dead_link(case, failure)).collect();
        if dead.is_empty() {
            return vec![match case.blocked() {
                Some(blocked) if read == 0 => {
                    Judgement::new(subject, blocked.verdict(), format!("{}，没有查验链接", blocked.because))
                        .with(proof::blocked(case, &blocked))
                }
                _ if read == 0 => Judgement::new(subject, Verdict::NotApplicable, "本次没有打开这类链接"),
                _ => Judgement::new(subject, Verdict::Passed, format!("打开站内地址{read}个，没有失效的链接")),
            }];
        }
        let hard = dead.iter().filter(|failure| failure.cause == Cause::NotFound).count();
        let total = dead.len();
        let (verdict, reason) = if hard > 0 {
            let more = if hard < total {
                format!("，另有{}个打开后提示页面不存在", total - hard)
            } else {
                String::new()
            };
            (Verdict::Failed, format!("页面上有{hard}个链接失效（404）{more}"))
        } else {
            (Verdict::NeedsReview, format!("页面上有{total}个链接打开后提示页面不存在，请人工查看"))
        };
        let mut evidence: Vec<Evidence> = dead.iter().take(SHOWN).map(|failure| shown(failure)).collect();
        if total > SHOWN {
            let note = format!("另有{}个失效链接", total - SHOWN);
            evidence.push(Evidence { url: case.facts.url.clone(), note, ..Evidence::default() });
        }
        let judgement = Judgement::new(subject, verdict, reason).with(evidence);
        vec![match dead.first() {
            Some(first) => judgement.at(&first.url),
            None => judgement,
        }]
    }
}

impl DeadLinks {
    fn is_meant(&self, url: &str) -> bool {
        let path = url.split(['?', '#']).next().unwrap_or(url).to_ascii_lowercase();
        let is_file = self.files.iter().any(|ending| path.ends_with(ending.as_str()));
        is_file == (self.of == Target::Files)
    }

    /// Gone, and a page of the unit that was read leads there. Addresses that only a site map or an earlier night knows
    /// are nobody's dead link.
    fn is_dead_link(&self, case: &Case<'_>, failure: &NotMeasurable) -> bool {
        let led_from = failure.linked_from.as_ref().filter(|page| case.was_read(page));
        let same = bare(&failure.url);
        is_gone(failure.cause)
            && self.is_meant(&failure.url)
            && led_from.is_some_and(|page| case.owns(page))
            // The same page in another spelling (http or https, with or without a slash) was read.
            && !case.facts.coverage.visits.iter().any(|visit| bare(&visit.url) == same)
    }
}

fn bare(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.strip_prefix("www.").unwrap_or(rest).trim_end_matches('/')
}

fn shown(failure: &NotMeasurable) -> Evidence {
    let from = failure.linked_from.as_deref().unwrap_or_default();
    Evidence {
        url: failure.url.clone(),
        capture: failure.capture.clone(),
        at: failure.at,
        text: failure.detail.clone(),
        note: format!("{}；链接所在页面：{from}", failure.cause),
        ..Evidence::default()
    }
}
