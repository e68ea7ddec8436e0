//! A policy with all interpretations that surely are its own, here and on other portals, and how they are told: where
//! each stands, in which form, how long after the policy, and which links to which.

use jiff::civil::Date;

use super::{
    Judgement,
    across::{Other, Side, Tie},
    pairing::links_to,
    proof,
    scope::Case,
};
use crate::model::{Cause, DocumentFacts, Evidence, InterpretationForm, Subject, Verdict};

/// Interpretations of one policy that are shown where all is well.
const SHOWN: usize = 5;

/// A policy with its interpretations here, and those on other portals.
#[derive(Debug)]
pub(super) struct Explained<'s, 'a> {
    pub(super) policy: &'a DocumentFacts,
    pub(super) here: Vec<&'a DocumentFacts>,
    /// Surely its interpretations.
    pub(super) there: Vec<Other<'s, 'a>>,
    /// Where there is none: one on another portal that may be.
    pub(super) perhaps: Option<&'s Side<'a>>,
}

/// One interpretation of a policy.
#[derive(Clone, Copy, Debug)]
pub(super) enum Explains<'s, 'a> {
    Here(&'a DocumentFacts),
    There(Other<'s, 'a>),
}

impl<'s, 'a> Explained<'s, 'a> {
    /// All that surely are its interpretations, those of this portal first.
    pub(super) fn every(&self) -> Vec<Explains<'s, 'a>> {
        let here = self.here.iter().copied().map(Explains::Here);
        here.chain(self.there.iter().copied().map(Explains::There)).collect()
    }

    /// That there is an interpretation, and where; none where there is none.
    pub(super) fn told(&self) -> Option<String> {
        let every = self.every();
        let first = every.first()?;
        let place = match first {
            Explains::Here(_) => String::new(),
            Explains::There(other) => format!("，在{}（{}）", other.side.stands_on(), other.side.url),
        };
        let number = if every.len() > 1 { format!("，共{}篇", every.len()) } else { String::new() };
        Some(format!("有解读“{}”{place}{number}", first.title()))
    }

    /// Each interpretation with its relation to the policy.
    pub(super) fn graph(&self, case: &Case<'_>) -> Vec<Evidence> {
        let published = self.policy.published.map(|moment| moment.date);
        let told = |explains: &Explains<'_, '_>| {
            let form = explains.form().map(|form| format!("（{form}）")).unwrap_or_default();
            let day = explains.published();
            let delay = published.zip(day).and_then(|(from, to)| case.context.calendar.between(from, to));
            let when = match (day, delay) {
                (Some(day), Some(delay)) => format!("，{day}发布，在文件发布后{delay}个工作日"),
                (Some(day), None) => format!("，{day}发布"),
                _ => String::new(),
            };
            let (linked, back) = explains.links(self.policy);
            let links = match (linked, back) {
                (true, true) => "，与文件互相链接",
                (true, false) => "，文件链接到它",
                (false, true) => "，它链接到文件",
                (false, false) => "",
            };
            explains.proof(case, &format!("解读{form}{when}{links}"))
        };
        self.every().iter().take(SHOWN).map(told).collect()
    }
}

impl Explains<'_, '_> {
    pub(super) fn title(&self) -> &str {
        match self {
            Self::Here(document) => &document.title,
            Self::There(other) => other.side.title,
        }
    }

    pub(super) fn published(&self) -> Option<Date> {
        match self {
            Self::Here(document) => document.published.map(|moment| moment.date),
            Self::There(other) => other.side.published,
        }
    }

    fn form(&self) -> Option<InterpretationForm> {
        match self {
            Self::Here(document) => document.particulars.as_ref()?.form,
            Self::There(other) => other.side.form,
        }
    }

    /// Whether the policy links to it, and it to the policy.
    fn links(&self, policy: &DocumentFacts) -> (bool, bool) {
        match self {
            Self::Here(document) => (links_to(policy, document), links_to(document, policy)),
            Self::There(other) => (other.linked, other.links_back),
        }
    }

    /// Where it was published, within a sentence; nothing for this portal.
    pub(super) fn place(&self) -> String {
        match self {
            Self::Here(_) => String::new(),
            Self::There(other) => format!("在{}", other.side.stands_on()),
        }
    }

    /// Whether what is missing between the two may be called a fault: on this portal, or a pair by name or number.
    pub(super) fn is_certain(&self) -> bool {
        match self {
            Self::Here(_) => true,
            Self::There(other) => other.tie == Tie::Named,
        }
    }

    pub(super) fn proof(&self, case: &Case<'_>, note: &str) -> Evidence {
        match self {
            Self::Here(document) => proof::document(case, document, note),
            Self::There(other) => other.side.proof(note),
        }
    }

    /// That its page was not read, of the policy; none where it was.
    pub(super) fn unread(&self, policy: &DocumentFacts, so: &str) -> Option<Judgement> {
        let (cause, because) = match self {
            Self::Here(document) if document.read => return None,
            Self::Here(document) => {
                let cause = document.unread_cause.unwrap_or(Cause::Budget);
                (cause, format!("“{}”页面未读取（{cause}）", document.title))
            }
            Self::There(other) => {
                let because = other.side.unread_because()?;
                (Cause::Other, format!("{}的“{}”{because}", other.side.stands_on(), other.side.title))
            }
        };
        let subject = Subject::new(format!("document:{}", policy.key), &policy.title);
        let url = if let Self::Here(document) = self { &document.url } else { &policy.url };
        Some(Judgement::new(subject, Verdict::NotMeasurable(cause), format!("{because}，{so}")).at(url))
    }
}
