//! An audit as one self-contained page for a unit that wants to see how it stands: findings first, each with
//! what to do, then what was looked at and found in order, then what could not be looked at.

use std::collections::BTreeMap;

use askama::Template;

use super::{ReportError, bulletin_words as words, is_web_address};
use crate::model::{Audit, AuditFinding, AuditOutcome, Evidence, Looks, Share, Verdict, beijing_time};

/// The whole document.
pub fn render(audit: &Audit) -> Result<String, ReportError> {
    Page::of(audit).render().map_err(|source| ReportError::Template { report: "audit", source })
}

#[derive(Template)]
#[template(path = "report/audit.html")]
struct Page<'a> {
    audit: &'a Audit,
    looks: Looks,
    groups: Vec<Group<'a>>,
    undecided: Vec<&'a AuditOutcome>,
    checks: Vec<CheckRow<'a>>,
}

/// All findings of one check.
struct Group<'a> {
    title: &'a str,
    basis: &'a str,
    findings: Vec<&'a AuditFinding>,
}

/// How often a check said what.
struct CheckRow<'a> {
    title: &'a str,
    looks: Looks,
}

impl<'a> Page<'a> {
    fn of(audit: &'a Audit) -> Self {
        let mut checks: BTreeMap<&str, CheckRow<'a>> = BTreeMap::new();
        let mut looks = Looks::default();
        for outcome in &audit.outcomes {
            let one = Looks::of(outcome.outcome);
            looks.add(one);
            checks
                .entry(&outcome.check)
                .or_insert_with(|| CheckRow { title: &outcome.title, looks: Looks::default() })
                .looks
                .add(one);
        }
        let mut groups: Vec<(&str, Group<'a>)> = Vec::new();
        for finding in &audit.findings {
            match groups.iter_mut().find(|(check, _)| *check == finding.check) {
                Some((_, group)) => group.findings.push(finding),
                None => groups.push((
                    &finding.check,
                    Group { title: &finding.title, basis: &finding.basis, findings: vec![finding] },
                )),
            }
        }
        Self {
            audit,
            looks,
            groups: groups.into_iter().map(|(_, group)| group).collect(),
            undecided: audit.outcomes.iter().filter(|outcome| outcome.outcome == Verdict::NeedsReview).collect(),
            checks: checks.into_values().collect(),
        }
    }

    fn name(&self) -> &str {
        self.audit.portal.name.as_deref().unwrap_or(&self.audit.portal.unit)
    }

    fn measured(&self) -> String {
        words::percent(Share::new(self.looks.decided(), self.looks.applicable()))
    }

    fn day(&self) -> String {
        words::day(self.audit.as_of)
    }

    fn is_link(&self, url: &str) -> bool {
        is_web_address(url)
    }

    /// When, with which status, and what was read there.
    fn proof(&self, evidence: &Evidence) -> String {
        let mut parts = Vec::new();
        if let Some(at) = evidence.at {
            parts.push(format!("{}访问", beijing_time(at).strftime("%Y-%m-%d %H:%M")));
        }
        if let Some(status) = evidence.status {
            parts.push(format!("状态{status}"));
        }
        if !evidence.note.is_empty() {
            parts.push(evidence.note.clone());
        }
        if !evidence.text.is_empty() {
            parts.push(format!("“{}”", evidence.text));
        }
        parts.join("，")
    }
}
