//! Kind `dead-links`: links on the unit's pages lead to addresses of which their own host says that there is nothing, or
//! to hosts that do not exist. Addresses that failed for any other reason are not dead.

use serde::Deserialize;

use super::{
    Judgement, Rule, proof,
    scope::{Case, is_gone},
};
use crate::model::{Cause, Evidence, LinkKind, LinkState, NotMeasurable, SoundedLink, Subject, Verdict};

/// Dead links shown one by one; beyond that only their number is told.
const SHOWN: usize = 20;

/// Parameters of the kind.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeadLinks {
    pub of: Target,
    /// Endings of addresses that are files.
    #[serde(default)]
    pub files: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Target {
    /// Pages of the portal.
    Pages,
    /// Files.
    Files,
    /// Pages on other hosts.
    Outward,
}

/// How a link is dead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Death {
    NotFound,
    NoSuchName,
    /// The page says so, its status does not.
    InWordsOnly,
}

impl Rule for DeadLinks {
    fn judge(&self, case: &Case<'_>) -> Vec<Judgement> {
        let subject = match self.of {
            Target::Pages => Subject::new("links:internal", "站内链接"),
            Target::Files => Subject::new("links:attachment", "附件链接"),
            Target::Outward => Subject::new("links:outward", "外部链接"),
        };
        let coverage = &case.facts.coverage;
        let visited =
            coverage.visits.iter().filter(|visit| case.owns(&visit.final_url) && self.is_meant(&visit.final_url));
        let sounded = || case.facts.soundings.links.iter().filter(|link| self.is_of(link) && case.owns(&link.page));
        let opened = visited.count() + sounded().filter(|link| link.state == LinkState::Opens).count();
        let unanswered = coverage.not_measurable.iter().filter(|failure| self.is_dead_link(case, failure));
        let mut dead: Vec<(Death, Evidence, String)> = unanswered.map(|failure| shown(case, failure)).collect();
        dead.extend(sounded().filter_map(|link| Some(shown_sounding(case, link, death(link)?))));
        // What is certainly gone comes first: the unit is told of the first one by its address.
        dead.sort_by(|(one, a, _), (other, b, _)| {
            (*one == Death::InWordsOnly).cmp(&(*other == Death::InWordsOnly)).then_with(|| a.url.cmp(&b.url))
        });
        if dead.is_empty() {
            return vec![self.no_dead_link(case, subject, opened, sounded().filter_map(undecided).min())];
        }
        let count = |death| dead.iter().filter(|(other, ..)| *other == death).count();
        let (gone, nameless, soft) = (count(Death::NotFound), count(Death::NoSuchName), count(Death::InWordsOnly));
        let (verdict, reason) = if gone + nameless > 0 {
            let how = match (gone, nameless) {
                (_, 0) => "404".to_owned(),
                (0, _) => "域名不存在".to_owned(),
                _ => format!("404的{gone}个，域名不存在的{nameless}个"),
            };
            let more =
                if soft > 0 { format!("，另有{soft}个打开后提示页面不存在") } else { String::new() };
            (Verdict::Failed, format!("页面上有{}个链接失效（{how}）{more}", gone + nameless))
        } else {
            (Verdict::NeedsReview, format!("页面上有{soft}个链接打开后提示页面不存在，请人工查看"))
        };
        let total = dead.len();
        let first = dead[0].1.url.clone();
        let reason = format!("{reason}：{}{}", dead[0].2, if total > 1 { "等" } else { "" });
        let mut evidence: Vec<Evidence> = dead.into_iter().take(SHOWN).map(|(_, evidence, _)| evidence).collect();
        if total > SHOWN {
            let note = format!("另有{}个失效链接", total - SHOWN);
            evidence.push(Evidence { url: case.facts.url.clone(), note, ..Evidence::default() });
        }
        vec![Judgement::new(subject, verdict, reason).with(evidence).at(&first)]
    }
}

impl DeadLinks {
    fn no_dead_link(&self, case: &Case<'_>, subject: Subject, opened: usize, open: Option<Cause>) -> Judgement {
        match (case.blocked(), open) {
            _ if opened > 0 => {
                let what = if self.of == Target::Outward { "外部链接" } else { "站内地址" };
                Judgement::new(subject, Verdict::Passed, format!("打开{what}{opened}个，没有失效的链接"))
            }
            (Some(blocked), _) => {
                Judgement::new(subject, blocked.verdict(), format!("{}，没有查验链接", blocked.because))
                    .with(proof::blocked(case, &blocked))
            }
            (None, Some(cause)) => {
                Judgement::new(subject, Verdict::NotMeasurable(cause), format!("这类链接都无法判断（{cause}）"))
            }
            (None, None) => Judgement::new(subject, Verdict::NotApplicable, "本次没有打开这类链接"),
        }
    }

    /// Whether a page that was asked for as such is meant.
    fn is_meant(&self, url: &str) -> bool {
        let path = url.split(['?', '#']).next().unwrap_or(url).to_ascii_lowercase();
        let is_file = self.files.iter().any(|ending| path.ends_with(ending.as_str()));
        match self.of {
            Target::Pages => !is_file,
            Target::Files => is_file,
            Target::Outward => false,
        }
    }

    fn is_of(&self, link: &SoundedLink) -> bool {
        match self.of {
            Target::Pages => false,
            Target::Files => link.kind == LinkKind::Attachment,
            Target::Outward => link.kind == LinkKind::Outward,
        }
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

fn death(link: &SoundedLink) -> Option<Death> {
    match link.state {
        LinkState::Gone => Some(Death::NotFound),
        LinkState::NoSuchName => Some(Death::NoSuchName),
        LinkState::Undecided { cause: Cause::SoftNotFound } => Some(Death::InWordsOnly),
        LinkState::Undecided { .. } | LinkState::Opens => None,
    }
}

fn undecided(link: &SoundedLink) -> Option<Cause> {
    match link.state {
        LinkState::Undecided { cause } => Some(cause),
        _ => None,
    }
}

fn bare(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.strip_prefix("www.").unwrap_or(rest).trim_end_matches('/')
}

/// The dead link as proof, and in words: where it leads, and the page it stands on.
fn shown(case: &Case<'_>, failure: &NotMeasurable) -> (Death, Evidence, String) {
    let from = failure.linked_from.as_deref().unwrap_or_default();
    let evidence = Evidence {
        url: failure.url.clone(),
        capture: failure.capture.clone(),
        at: failure.at,
        text: failure.detail.clone(),
        note: format!("{}；链接所在页面：{from}", failure.cause),
        ..Evidence::default()
    };
    let death = if failure.cause == Cause::NotFound { Death::NotFound } else { Death::InWordsOnly };
    (death, evidence, format!("{}上的链接{}", page_named(case, from), failure.url))
}

fn shown_sounding(case: &Case<'_>, link: &SoundedLink, death: Death) -> (Death, Evidence, String) {
    let what = match link.state {
        LinkState::NoSuchName => "域名不存在".to_owned(),
        LinkState::Undecided { cause } => cause.to_string(),
        LinkState::Gone | LinkState::Opens => Cause::NotFound.to_string(),
    };
    let named = if link.text.is_empty() { String::new() } else { format!("“{}”", link.text) };
    let evidence = Evidence {
        url: link.url.clone(),
        capture: link.capture.clone(),
        at: link.at,
        text: link.detail.clone(),
        note: format!("{what}；链接{named}所在页面：{}", link.page),
        ..Evidence::default()
    };
    (death, evidence, format!("{}上的链接{named}{}", page_named(case, &link.page), link.url))
}

/// A page by its title and address.
fn page_named(case: &Case<'_>, url: &str) -> String {
    match case.visit(url).map(|visit| visit.title.as_str()).filter(|title| !title.is_empty()) {
        Some(title) => format!("“{title}”（{url}）"),
        None => url.to_owned(),
    }
}
