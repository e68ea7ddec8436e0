//! Kind `interpretation-copy`: an interpretation whose text stands in the policy document already.

use serde::Deserialize;

use super::{Judgement, Rule, pairing::Pairing, proof, scope::Case, span::Window};
use crate::{
    model::{Cause, DocumentFacts, Subject, Verdict},
    text::sketch::Sketch,
};

/// Parameters of the kind.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InterpretationCopy {
    /// Interpretations published in this window before the day of the check are looked at.
    pub window: Window,
    /// From this share on (percent, of runs of five letters) the interpretation is a copy.
    pub copied_percent: usize,
    /// Interpretations with fewer letters are pictures with a few words, and are not compared.
    pub least_letters: usize,
    /// With fewer runs to compare a person must look.
    pub least_compared: usize,
}

impl Rule for InterpretationCopy {
    fn judge(&self, case: &Case<'_>) -> Vec<Judgement> {
        let pairing = Pairing::of(&case.facts.documents);
        let own: Vec<&str> = case.documents().map(|document| document.key.as_str()).collect();
        let mine = pairing.interpretations.iter().filter(|document| own.contains(&document.key.as_str()));
        mine.map(|interpretation| self.judge_one(case, interpretation, &pairing.of_interpretation(&interpretation.key)))
            .collect()
    }
}

impl InterpretationCopy {
    fn judge_one(&self, case: &Case<'_>, interpretation: &DocumentFacts, policies: &[&DocumentFacts]) -> Judgement {
        let say = |verdict, reason: String| {
            let subject = Subject::new(format!("document:{}", interpretation.key), &interpretation.title);
            Judgement::new(subject, verdict, reason).at(&interpretation.url)
        };
        let first = self.window.before(case.context.as_of);
        if let Some(day) = interpretation.published.map(|moment| moment.date).filter(|day| *day < first) {
            return say(Verdict::NotApplicable, format!("发布于{day}，早于检查范围（{first}以来）"));
        }
        if policies.is_empty() {
            return say(Verdict::NotApplicable, "未在本站找到所解读的政策文件".to_owned());
        }
        if let Some(unread) = std::iter::once(&interpretation).chain(policies).find(|document| !document.read) {
            let cause = unread.unread_cause.unwrap_or(Cause::Budget);
            return say(Verdict::NotMeasurable(cause), format!("“{}”页面未读取（{cause}），不能比对", unread.title));
        }
        let Some(text) = text_of(interpretation).filter(|text| text.letters() >= self.least_letters) else {
            return say(Verdict::NotApplicable, format!("页面文字不足{}字，不作文字比对", self.least_letters));
        };
        let compared = policies.iter().filter_map(|policy| {
            let source = text_of(policy).filter(|source| source.letters() >= self.least_letters)?;
            Some((text.contained_in(source)?, source.letters(), *policy))
        });
        let Some((found, letters, policy)) = compared.max_by_key(|(found, ..)| found.percent) else {
            return say(Verdict::NotApplicable, "政策文件页面没有正文（多在附件中），不作文字比对".to_owned());
        };
        let share = format!("解读{}字，其中约{}%与“{}”的原文相同", text.letters(), found.percent, policy.title);
        if found.percent < self.copied_percent {
            return say(Verdict::Passed, format!("{share}，未达到{}%", self.copied_percent));
        }
        let proof = [
            proof::document(case, interpretation, format!("约{}%的文字见于原文", found.percent)),
            proof::document(case, policy, "所解读的政策文件"),
        ];
        if text.letters() > letters {
            let reason = format!("{share}，但解读比原文（{letters}字）更长，可能是在解读之后附了原文，请人工判断");
            return say(Verdict::NeedsReview, reason).with(proof);
        }
        if found.compared < self.least_compared {
            return say(Verdict::NeedsReview, format!("{share}，但可比对的文字太少，请人工判断")).with(proof);
        }
        say(Verdict::Failed, format!("{share}，达到{}%，属照搬或节录原文", self.copied_percent)).with(proof)
    }
}

fn text_of(document: &DocumentFacts) -> Option<&Sketch> {
    document.particulars.as_ref().map(|particulars| &particulars.text)
}
