//! Kind `wording`: wrong forms of set phrases in articles. A word list only suspects; whether the text is at fault is
//! for a person to say.

use serde::Deserialize;

use super::{Judgement, Rule, proof, scope::Case};
use crate::{
    model::{DocumentFacts, Subject, Verdict},
    text::phrases::{WordList, WordingFault},
};

/// Parameters of the kind.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wording {
    /// The list whose lines count.
    pub list: WordList,
}

impl Rule for Wording {
    fn judge(&self, case: &Case<'_>) -> Vec<Judgement> {
        let read: Vec<&DocumentFacts> = case.documents().filter(|document| document.read).collect();
        let suspected: Vec<Judgement> = read.iter().filter_map(|document| self.suspect(case, document)).collect();
        if suspected.is_empty() { vec![self.nothing_found(case, read.len())] } else { suspected }
    }
}

impl Wording {
    fn suspect(&self, case: &Case<'_>, document: &DocumentFacts) -> Option<Judgement> {
        let faults: Vec<&WordingFault> = document.wording.iter().filter(|fault| fault.list == self.list).collect();
        let told: Vec<String> = faults.iter().map(|fault| format!("“{}”应为“{}”", fault.found, fault.right)).collect();
        if told.is_empty() {
            return None;
        }
        let subject = Subject::new(format!("document:{}", document.key), &document.title);
        let reason = format!("《{}》中疑有{}处：{}，请人工核对原文", document.title, told.len(), told.join("；"));
        let evidence = faults.iter().map(|fault| {
            let mut evidence = proof::document(case, document, format!("疑似“{}”之误", fault.right));
            evidence.text.clone_from(&fault.passage);
            evidence
        });
        Some(Judgement::new(subject, Verdict::NeedsReview, reason).at(&document.url).with(evidence))
    }

    /// One line for all articles, so that it is seen how much was read.
    fn nothing_found(&self, case: &Case<'_>, read: usize) -> Judgement {
        let subject = Subject::new("document:*", "已读取的文章正文");
        if read > 0 {
            return Judgement::new(subject, Verdict::Passed, format!("已检查{read}篇文章，未发现词表所列错误"));
        }
        match case.blocked() {
            Some(blocked) => {
                let reason = format!("{}，没有读到文章", blocked.because);
                Judgement::new(subject, blocked.verdict(), reason).with(proof::blocked(case, &blocked))
            }
            None => Judgement::new(subject, Verdict::NotApplicable, "没有读到该单位的文章"),
        }
    }
}
