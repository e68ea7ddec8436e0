//! Kind `column-set`: a list of columns of which a unit owes those that its duties call for; what is not there is told in
//! one outcome for a person to judge.

use serde::Deserialize;

use super::{Judgement, Rule, proof, scope::Case};
use crate::model::{Subject, Verdict};

/// Parameters of the kind.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ColumnSet {
    /// What the list is called, such as 条例第二十条.
    pub name: String,
    /// Standard names; alternatives that serve as well are joined by `|`.
    pub columns: Vec<String>,
}

impl Rule for ColumnSet {
    fn judge(&self, case: &Case<'_>) -> Vec<Judgement> {
        let subject = Subject::new(format!("columns:{}", self.name), &self.name);
        let has = |entry: &&String| names(entry).any(|term| !case.columns_named(term).is_empty());
        let (there, absent): (Vec<&String>, Vec<&String>) = self.columns.iter().partition(has);
        if absent.is_empty() {
            let reason = format!("{}所列{}项均有栏目", self.name, self.columns.len());
            return vec![Judgement::new(subject, Verdict::Passed, reason).at(&case.facts.url)];
        }
        if let Some(blocked) = case.blocked() {
            let reason = format!("{}，不能断定{}各项是否齐全", blocked.because, self.name);
            return vec![Judgement::new(subject, blocked.verdict(), reason).with(proof::blocked(case, &blocked))];
        }
        let list =
            |entries: &[&String]| entries.iter().map(|entry| entry.replace('|', "或")).collect::<Vec<_>>().join("、");
        let reason = format!(
            "{}所列{}项，见到{}项，未见：{}；请人工判断该单位是否有此项职责、内容是否并入其他栏目",
            self.name,
            self.columns.len(),
            there.len(),
            list(&absent)
        );
        let nearest = absent.iter().flat_map(|entry| names(entry).next()).flat_map(|term| proof::nearest(case, term));
        let evidence = proof::absence(case, "").into_iter().chain(nearest);
        vec![Judgement::new(subject, Verdict::NeedsReview, reason).at(&case.facts.url).with(evidence)]
    }

    fn columns(&self) -> Vec<&str> {
        self.columns.iter().flat_map(|entry| names(entry)).collect()
    }
}

fn names(entry: &str) -> impl Iterator<Item = &str> {
    entry.split('|')
}
