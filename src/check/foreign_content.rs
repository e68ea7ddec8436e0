//! Kind `foreign-content`: scripts, pages, links and titles that others may have put on the portal. A machine only
//! suspects; whether they belong there is for a person to say.

use serde::Deserialize;

use super::{
    Judgement, Rule, proof,
    scope::{Case, names},
};
use crate::{
    model::{Subject, Suspect, SuspectKind, Verdict},
    text::likeness::likeness,
};

/// Parameters of the kind.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ForeignContent {
    pub of: SuspectKind,
    /// A home page whose title is no more like any name of the site than this (percent) is suspicious (`title`).
    #[serde(default)]
    pub least_likeness: usize,
}

impl Rule for ForeignContent {
    fn judge(&self, case: &Case<'_>) -> Vec<Judgement> {
        let front = &case.facts.front;
        let mut suspected: Vec<Judgement> = front
            .suspects
            .iter()
            .filter(|suspect| suspect.kind == self.of && case.owns(&suspect.page))
            .map(|suspect| self.suspect(case, suspect))
            .collect();
        if self.of == SuspectKind::Title && suspected.is_empty() {
            suspected.extend(self.strange_title(case));
        }
        if suspected.is_empty() { vec![self.nothing_found(case)] } else { suspected }
    }
}

impl ForeignContent {
    fn name(&self) -> (&'static str, &'static str) {
        match self.of {
            SuspectKind::Script => ("script", "外部脚本"),
            SuspectKind::Frame => ("frame", "嵌入的外部页面"),
            SuspectKind::DarkLink => ("dark-link", "隐藏或可疑链接"),
            SuspectKind::Title => ("title", "页面标题"),
        }
    }

    fn suspect(&self, case: &Case<'_>, suspect: &Suspect) -> Judgement {
        let (key, name) = self.name();
        let Suspect { what, page, pages, .. } = suspect;
        let reason = match self.of {
            SuspectKind::Script => {
                format!("{pages}个页面引用了{what}的脚本，该域名不在本网站和可信名单之内，请人工核对")
            }
            SuspectKind::Frame => format!("{pages}个页面的主要内容来自{what}，请人工核对是否为本单位内容"),
            SuspectKind::DarkLink => {
                format!("{pages}个页面上有读者看不见或带可疑词语的外部链接：{what}，请人工核对是否为暗链")
            }
            SuspectKind::Title => format!("{pages}个页面的标题含可疑词语：“{what}”，请人工核对是否被篡改"),
        };
        Judgement::new(Subject::new(format!("{key}:{what}"), what), Verdict::NeedsReview, reason)
            .at(page)
            .with([proof::seen(case, page, what, name)])
    }

    /// The title of the home page has nothing of the names of portal and units.
    fn strange_title(&self, case: &Case<'_>) -> Option<Judgement> {
        let title = case.facts.front.title.as_ref().filter(|_| case.runs_the_portal())?;
        let portal = case.context.portal;
        let known = portal.units.iter().flat_map(names).chain([portal.name.as_str()]);
        let mut known = known.chain(case.facts.site.name.as_deref());
        let says_nothing = title.chars().count() < LEAST_TITLE;
        if says_nothing || known.any(|name| likeness(name, title) > self.least_likeness) {
            return None;
        }
        let url = &case.facts.url;
        let reason = format!("首页标题为“{title}”，与网站名称没有相同之处，请人工核对是否被篡改");
        let subject = Subject::new("title:home", "首页标题");
        let evidence = proof::seen(case, url, title, "首页标题");
        Some(Judgement::new(subject, Verdict::NeedsReview, reason).at(url).with([evidence]))
    }

    /// One line for all pages, so that it is seen how much was read.
    fn nothing_found(&self, case: &Case<'_>) -> Judgement {
        let (key, name) = self.name();
        let subject = Subject::new(format!("{key}:*"), format!("已读取页面的{name}"));
        let read = case.facts.coverage.visits.iter().filter(|visit| case.owns(&visit.final_url)).count();
        if read > 0 {
            return Judgement::new(subject, Verdict::Passed, format!("已检查{read}个页面，没有发现可疑的{name}"));
        }
        match case.blocked() {
            Some(blocked) => Judgement::new(subject, blocked.verdict(), format!("{}，没有读到页面", blocked.because))
                .with(proof::blocked(case, &blocked)),
            None => Judgement::new(subject, Verdict::NotApplicable, "没有读到该单位的页面"),
        }
    }
}

/// Shorter titles (首页) say nothing.
const LEAST_TITLE: usize = 4;
