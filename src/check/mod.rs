//! Pure: facts to outcomes. One file a kind of check; what a kind asks for is data in `checks/<topic>/<fault>.yaml`.
//!
//! A new kind: a file with its parameters and its [`Rule`], a `mod` line, a variant of [`Kind`] and its arm in
//! [`Definition::read`]. `cargo dev new-kind KIND TOPIC/FAULT` writes them.

mod across;
mod annual_report;
mod attested;
mod certificate;
mod column_contents;
mod column_freshness;
mod column_place;
mod column_set;
mod consultation_result;
mod dead_links;
mod definition;
mod document_history;
mod dual_publicity;
mod element_search;
mod entry_reachable;
mod error_page;
mod example;
mod explained;
mod foreign_content;
mod gazette_sequence;
mod guide_contact;
mod home_freshness;
mod interpretation_copy;
mod interpretation_forms;
mod interpretation_link;
mod ipv6;
mod message_board;
mod meta_tags;
mod normative_standing;
mod openness_note;
mod pairing;
mod policy_page;
mod policy_title;
mod portal_probes;
mod proof;
mod publication_delay;
mod publicity_rows;
mod publicity_values;
mod report_content;
mod report_wording;
mod required_column;
mod scope;
mod site_domain;
mod site_footer;
mod site_report;
mod span;
mod wording;

use jiff::civil::Date;

use crate::{
    model::{Evidence, Lexicon, Outcome, Portal, PortalFacts, Subject, Verdict},
    text::workdays::Calendar,
};

pub use definition::{Basis, Definition, Kind, Source, Validity};
pub use example::Example;
pub use scope::Case;

/// What a judgement needs beside the facts. All of it comes in as values: no clock, no disk, no network.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    pub portal: &'a Portal,
    /// The Beijing day that counts as today.
    pub as_of: Date,
    pub calendar: &'a Calendar,
    pub lexicon: &'a Lexicon,
}

/// A kind of check with its parameters: says of every subject of one unit how it stands.
pub trait Rule: std::fmt::Debug + Send + Sync {
    fn judge(&self, case: &Case<'_>) -> Vec<Judgement>;

    /// Whether "nothing happened" explains a failure: nothing new, nothing to list. A column that is not there at all, or
    /// a fault in what is published, is not explained by it.
    fn yields_to_silence(&self) -> bool {
        false
    }

    /// Names of columns that the parameters speak of; the catalog demands that the lexicon knows them.
    fn columns(&self) -> Vec<&str> {
        Vec::new()
    }

    /// Names of publicity fields that the parameters speak of.
    fn publicity_fields(&self) -> Vec<&str> {
        Vec::new()
    }
}

/// What a rule says of one subject, before the check's and the unit's names are put to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    pub subject: Subject,
    pub verdict: Verdict,
    /// One Chinese sentence with its numbers.
    pub reason: String,
    pub url: Option<String>,
    pub evidence: Vec<Evidence>,
}

impl Judgement {
    fn new(subject: Subject, verdict: Verdict, reason: impl Into<String>) -> Self {
        Self { subject, verdict, reason: reason.into(), url: None, evidence: Vec::new() }
    }

    fn at(mut self, url: &str) -> Self {
        self.url = Some(url.to_owned());
        self
    }

    fn with(mut self, evidence: impl IntoIterator<Item = Evidence>) -> Self {
        self.evidence.extend(evidence);
        self
    }
}

/// Judges every definition for every unit of the portal: one outcome per check, unit and subject, sorted by them.
/// The order of the facts does not matter.
pub fn judge(definitions: &[Definition], facts: &PortalFacts, context: &Context<'_>) -> Vec<Outcome> {
    let facts = facts.in_order();
    let mut outcomes = Vec::new();
    for definition in definitions {
        for unit in &context.portal.units {
            let excused = definition.excuse(unit.kind, context.as_of);
            let case = Case::new(&facts, context, unit);
            outcomes.extend(definition.rule.judge(&case).into_iter().map(|judgement| {
                let declared = || attested::excuse(definition, &facts, context, unit, &judgement);
                let (verdict, reason) = match excused.clone().or_else(declared) {
                    Some(excuse) => (Verdict::NotApplicable, excuse),
                    None => (judgement.verdict, judgement.reason),
                };
                Outcome {
                    check: definition.id.clone(),
                    unit: unit.name.clone(),
                    subject: judgement.subject,
                    outcome: verdict,
                    reason,
                    url: judgement.url,
                    evidence: judgement.evidence,
                }
            }));
        }
    }
    outcomes.sort_by(|a, b| {
        let key = |outcome: &Outcome| (outcome.check.clone(), outcome.unit.clone(), outcome.subject.key.clone());
        key(a).cmp(&key(b)).then(benefit_of_doubt(a.outcome).cmp(&benefit_of_doubt(b.outcome)))
    });
    outcomes.dedup_by(|a, b| a.check == b.check && a.unit == b.unit && a.subject.key == b.subject.key);
    outcomes
}

/// Where the same subject was observed twice, the observation that speaks for the unit counts.
fn benefit_of_doubt(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Passed => 0,
        Verdict::NeedsReview => 1,
        Verdict::NotMeasurable(_) => 2,
        Verdict::Failed => 3,
        Verdict::NotApplicable => 4,
    }
}
