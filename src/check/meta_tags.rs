//! Kind `meta-tags`: META tags that 国办发〔2017〕47号 asks of every page, of lists and of articles are absent or empty.

use serde::Deserialize;

use super::{Judgement, Rule, proof, scope::Case};
use crate::model::{META_TAGS, Subject, TagCount, Verdict};

/// Parameters of the kind.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MetaTags {
    /// Each is a subject of its own.
    pub tags: Vec<Tag>,
    /// With fewer pages, a person decides whether it is the template or one page.
    pub least_pages: usize,
    /// Up to this share of pages (percent) may lack it: single pages are no template.
    pub tolerated_percent: usize,
}

/// One of [`META_TAGS`]; any other name is an error in the file.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Tag(String);

impl TryFrom<String> for Tag {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        let known = META_TAGS.into_iter().find(|(_, known)| *known == name);
        known.map(|(_, known)| Tag(known.to_owned())).ok_or_else(|| format!("“{name}” is no tag that pages must have"))
    }
}

impl Rule for MetaTags {
    fn judge(&self, case: &Case<'_>) -> Vec<Judgement> {
        self.tags.iter().map(|tag| self.tag(case, &tag.0)).collect()
    }
}

impl MetaTags {
    fn tag(&self, case: &Case<'_>, name: &str) -> Judgement {
        let subject = Subject::new(format!("meta:{name}"), name);
        if !case.runs_the_portal() {
            return Judgement::new(subject, Verdict::NotApplicable, "网站由其他单位主办，标签由主办单位设置");
        }
        let count = case.facts.front.tags.iter().find(|count| count.name == name && count.pages > 0);
        let Some(count) = count else {
            return match case.blocked() {
                Some(blocked) => {
                    Judgement::new(subject, blocked.verdict(), format!("{}，没有读到应有此标签的页面", blocked.because))
                        .with(proof::blocked(case, &blocked))
                }
                None => Judgement::new(subject, Verdict::NotApplicable, "没有读到应有此标签的页面"),
            };
        };
        let (verdict, mut reason) = self.weigh(count);
        if let Some(url) = count.examples.first() {
            let title = case.visit(url).map(|visit| visit.title.as_str()).filter(|title| !title.is_empty());
            reason.push_str(&title.map_or_else(|| format!("，如{url}"), |title| format!("，如“{title}”（{url}）")));
        }
        let judgement = Judgement::new(subject, verdict, reason).with(
            count
                .examples
                .iter()
                .map(|url| proof::seen(case, url, format!("<meta name=\"{name}\">"), "没有此标签或内容为空")),
        );
        match count.examples.first() {
            Some(url) => judgement.at(url),
            None => judgement,
        }
    }

    fn weigh(&self, count: &TagCount) -> (Verdict, String) {
        let (level, pages, lacking) = (count.level.chinese(), count.pages, count.absent + count.empty);
        let told = format!(
            "已读{pages}个页面中，{lacking}个的{level}{}缺失或为空（缺失{}个、为空{}个）",
            count.name, count.absent, count.empty
        );
        match () {
            () if lacking == 0 => (Verdict::Passed, format!("已读{pages}个页面都有{level}{}", count.name)),
            () if pages < self.least_pages => (Verdict::NeedsReview, format!("{told}，页面太少，请人工查看")),
            () if lacking * 100 <= pages * self.tolerated_percent => (Verdict::Passed, format!("{told}，属个别页面")),
            () => (Verdict::Failed, told),
        }
    }
}
