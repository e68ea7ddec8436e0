//! Kind `interpretation-forms`: too large a share of a unit's interpretations is nothing but text.

use std::{cmp::Reverse, collections::BTreeMap};

use serde::Deserialize;

use super::{
    Judgement, Rule, proof,
    scope::{Case, unread},
    span::Window,
};
use crate::model::{Cause, DocumentFacts, DocumentRole, InterpretationForm, Subject, Verdict};

/// Interpretations shown as proof.
const SHOWN: usize = 20;

/// Parameters of the kind.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InterpretationForms {
    /// Interpretations published in this window before the day of the check are counted.
    pub window: Window,
    /// The share (percent) of forms other than plain text that is asked for.
    pub least_percent: usize,
    /// Standard name of the column that gathers interpretations.
    pub column: String,
}

impl Rule for InterpretationForms {
    fn judge(&self, case: &Case<'_>) -> Vec<Judgement> {
        vec![self.judge_unit(case)]
    }

    fn columns(&self) -> Vec<&str> {
        vec![&self.column]
    }
}

impl InterpretationForms {
    fn judge_unit(&self, case: &Case<'_>) -> Judgement {
        let subject = Subject::new("interpretations:forms", "非纯文字解读比例");
        let say = |verdict, reason: String| Judgement::new(subject.clone(), verdict, reason);
        let columns = case.columns_named(&self.column);
        if let Some((column, cause)) = columns.iter().find_map(|column| Some((column, unread(column)?))) {
            let reason = format!("“{}”未能读取（{cause}），不能统计", column.name);
            return say(Verdict::NotMeasurable(cause), reason).at(&column.url);
        }
        let (as_of, first) = (case.context.as_of, self.window.before(case.context.as_of));
        let in_window =
            |document: &&DocumentFacts| document.published.is_some_and(|moment| (first..=as_of).contains(&moment.date));
        let counted: Vec<&DocumentFacts> = case
            .documents()
            .filter(|document| document.role == DocumentRole::Interpretation)
            .filter(in_window)
            .collect();
        if counted.is_empty() {
            return say(Verdict::NotApplicable, format!("{first}以来没有发布解读，不统计形式"));
        }
        let of_form = |wanted: fn(InterpretationForm) -> bool| {
            counted.iter().copied().filter(|document| form(document).is_some_and(wanted)).collect::<Vec<_>>()
        };
        let (plain, other) = (of_form(InterpretationForm::is_text_only), of_form(|form| !form.is_text_only()));
        let unknown: Vec<&DocumentFacts> =
            counted.iter().copied().filter(|document| form(document).is_none()).collect();
        let (all, wanted) = (counted.len(), self.least_percent);
        let told = format!(
            "{first}以来{all}篇解读，非纯文字{}篇、纯文字{}篇{}{}",
            other.len(),
            plain.len(),
            if unknown.is_empty() { String::new() } else { format!("、形式不明{}篇", unknown.len()) },
            by_form(other.iter().chain(&plain).copied())
        );
        if other.len() * 100 >= wanted * all {
            return say(Verdict::Passed, format!("{told}，非纯文字占{}%，达到{wanted}%", other.len() * 100 / all));
        }
        let shown = |documents: &[&DocumentFacts]| {
            let named =
                |document: &DocumentFacts| form(document).map_or("形式不明".to_owned(), |form| form.to_string());
            documents
                .iter()
                .take(SHOWN)
                .map(|document| proof::document(case, document, named(document)))
                .collect::<Vec<_>>()
        };
        if (other.len() + unknown.len()) * 100 >= wanted * all {
            if let Some(unread) = unknown.iter().find(|document| !document.read) {
                let cause = unread.unread_cause.unwrap_or(Cause::Budget);
                let reason = format!("{told}，形式不明的有未能读取的（{cause}），不能判断非纯文字是否达到{wanted}%");
                return say(Verdict::NotMeasurable(cause), reason).at(&unread.url);
            }
            let reason = format!("{told}，形式不明的页面没有正文，请人工查看是何形式");
            return say(Verdict::NeedsReview, reason).with(shown(&unknown));
        }
        let percent = other.len() * 100 / all;
        let reason = format!("{told}，非纯文字占{percent}%，不足{wanted}%，请人工核对各篇形式");
        say(Verdict::NeedsReview, reason).with(shown(&plain))
    }
}

/// How many there are of each form, the most frequent first: “（图解3、视频1）”; empty where no form is known.
fn by_form<'a>(documents: impl Iterator<Item = &'a DocumentFacts>) -> String {
    let mut numbers: BTreeMap<String, usize> = BTreeMap::new();
    for form in documents.filter_map(form) {
        *numbers.entry(form.to_string()).or_default() += 1;
    }
    let mut numbers: Vec<(String, usize)> = numbers.into_iter().collect();
    numbers.sort_by_key(|(_, number)| Reverse(*number));
    let told: Vec<String> = numbers.iter().map(|(form, number)| format!("{form}{number}")).collect();
    if told.is_empty() { String::new() } else { format!("（{}）", told.join("、")) }
}

fn form(document: &DocumentFacts) -> Option<InterpretationForm> {
    document.particulars.as_ref()?.form
}
