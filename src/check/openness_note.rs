//! Kind `openness-note`: official documents on the portal that do not say how open they are (公开属性).

use serde::Deserialize;

use super::{Judgement, Rule, policy_title::exemption, proof, scope::Case, span::Window};
use crate::model::{Cause, DocumentFacts, DocumentRole, Subject, Verdict};

/// Documents shown as proof.
const SHOWN: usize = 30;

/// Parameters of the kind.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpennessNote {
    /// Documents published in this window before the day of the check are looked at.
    pub window: Window,
    /// With fewer letters the page only leads to an attached file, in which the note may stand.
    pub least_letters: usize,
}

impl Rule for OpennessNote {
    fn judge(&self, case: &Case<'_>) -> Vec<Judgement> {
        let subject = Subject::new("documents:openness", "公文公开属性标注");
        let say = |verdict, reason: String| Judgement::new(subject.clone(), verdict, reason);
        let (as_of, first) = (case.context.as_of, self.window.before(case.context.as_of));
        let counts = |document: &&DocumentFacts| {
            let in_window = document.published.is_some_and(|moment| (first..=as_of).contains(&moment.date));
            // What is only re-posted was given its openness by somebody else.
            let is_reposted = || exemption(case, document).is_some_and(|exempt| !exempt.issuers.is_empty());
            document.role == DocumentRole::Policy && in_window && !is_reposted()
        };
        let policies: Vec<&DocumentFacts> = case.documents().filter(counts).collect();
        let (mut noted, mut without) = (0, Vec::new());
        for policy in policies.iter().filter(|policy| policy.read && policy.number.is_some()) {
            let Some(particulars) = &policy.particulars else { continue };
            if particulars.openness.is_some() {
                noted += 1;
            } else if particulars.text.letters() >= self.least_letters {
                without.push(*policy);
            }
        }
        let judged = noted + without.len();
        let judgement = if judged == 0 {
            match policies.iter().find(|policy| !policy.read) {
                Some(unread) => {
                    let cause = unread.unread_cause.unwrap_or(Cause::Budget);
                    let reason = format!("{}件政策文件的页面都未读取（{cause}），不作判断", policies.len());
                    say(Verdict::NotMeasurable(cause), reason).at(&unread.url)
                }
                None => say(Verdict::NotApplicable, format!("{first}以来没有可以判断的公文（有文号、有正文）")),
            }
        } else if without.is_empty() {
            say(Verdict::Passed, format!("{first}以来{judged}件公文页面均标注了公开属性"))
        } else {
            let count = without.len();
            let named = &without[0];
            let reason = format!(
                "{first}以来{judged}件公文中，{count}件页面未见公开属性标注，如“{}”（{}），请人工对照公文原件",
                named.title, named.url
            );
            let shown = without.iter().take(SHOWN).map(|policy| proof::document(case, policy, "页面未见公开属性"));
            say(Verdict::NeedsReview, reason).at(&without[0].url).with(shown)
        };
        vec![judgement]
    }
}
