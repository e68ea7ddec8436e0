//! Examples in check files: a few facts, the day, and the outcome they must give. Read by inspectors, run by tests.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{Context, Definition, judge};
use crate::{
    model::{
        AssignedColumn, Attestation, ColumnFacts, DocumentFacts, DocumentRole, Lexicon, MatchedBy, Portal, PortalFacts,
        TermMatch, Unit, UnitKind, Verdict,
    },
    text::workdays::Calendar,
};

/// One example. What it leaves out is filled in as a well-read page would show it: addresses from keys (of another
/// portal's from its id), the standard name from the column's name, documents and reports as read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Example {
    /// What it shows, in one Chinese line.
    pub says: String,
    pub as_of: Date,
    /// The assessed units, the one that is meant first.
    #[serde(default = "a_department")]
    pub units: Vec<Unit>,
    /// Columns that the plan assigns to units of this portal.
    #[serde(default)]
    pub assigned: Vec<AssignedColumn>,
    /// What units have declared.
    #[serde(default)]
    pub attestations: Vec<Attestation>,
    #[serde(default)]
    pub facts: PortalFacts,
    /// Key of the subject that is meant.
    pub subject: String,
    pub outcome: Verdict,
    /// Words that the reason must contain.
    #[serde(default)]
    pub reason: String,
}

const HOME: &str = "http://www.example.gov.cn/";

fn a_department() -> Vec<Unit> {
    vec![Unit {
        name: "青河市教育局".to_owned(),
        kind: UnitKind::Department,
        aliases: Vec::new(),
        paths: Vec::new(),
        licences: true,
        penalties: true,
        founded: None,
    }]
}

impl Example {
    /// What is wrong with the example under this definition; `None` where it holds.
    pub fn mismatch(&self, definition: &Definition, lexicon: &Lexicon, calendar: &Calendar) -> Option<String> {
        let facts = self.filled(lexicon);
        let portal = Portal {
            id: "example".to_owned(),
            name: "示例网站".to_owned(),
            url: HOME.to_owned(),
            units: self.units.clone(),
            pins: Vec::new(),
            column_map: None,
            assigned: self.assigned.clone(),
            attestations: self.attestations.clone(),
            max_pages: 500,
            rate: 1,
            allow_private: false,

            window: None,
        };
        let context = Context { portal: &portal, as_of: self.as_of, calendar, lexicon };
        let outcomes = judge(std::slice::from_ref(definition), &facts, &context);
        let unit = self.units.first().map_or("", |unit| unit.name.as_str());
        let Some(found) = outcomes.iter().find(|outcome| outcome.unit == unit && outcome.subject.key == self.subject)
        else {
            let keys: Vec<&str> = outcomes.iter().map(|outcome| outcome.subject.key.as_str()).collect();
            return Some(format!("“{}”: nothing is said of {}; outcomes are for {keys:?}", self.says, self.subject));
        };
        if found.outcome != self.outcome {
            let (is, wanted) = (found.outcome, self.outcome);
            return Some(format!("“{}”: the outcome is {is}, not {wanted}: {}", self.says, found.reason));
        }
        (!found.reason.contains(&self.reason))
            .then(|| format!("“{}”: the reason lacks {:?}: {}", self.says, self.reason, found.reason))
    }

    fn filled(&self, lexicon: &Lexicon) -> PortalFacts {
        let mut facts = self.facts.clone();
        let address = |url: &mut String, key: &str| {
            if url.is_empty() {
                *url = format!("{}{key}", HOME.trim_end_matches('/'));
            }
        };
        if facts.url.is_empty() {
            facts.url = HOME.to_owned();
        }
        for column in &mut facts.columns {
            address(&mut column.url, &column.key);
            if column.matched.is_empty() {
                column.matched = matches_of(column, lexicon);
            }
        }
        for document in &mut facts.documents {
            address(&mut document.url, &document.key);
            for link in document.links.iter_mut().filter(|link| link.starts_with('/')) {
                *link = format!("{}{link}", HOME.trim_end_matches('/'));
            }
            document.read |= is_taken_as_read(document);
        }
        for portal in facts.neighbours.iter_mut().flat_map(|neighbours| &mut neighbours.portals) {
            let there = |url: &mut String| {
                if url.starts_with('/') {
                    *url = format!("http://{}.example.gov.cn{url}", portal.portal);
                }
            };
            for document in &mut portal.documents {
                there(&mut document.url);
                document.links.iter_mut().for_each(there);
                document.read = true;
            }
        }
        for document in facts.history.iter_mut().flat_map(|history| &mut history.documents) {
            address(&mut document.url, &document.key);
        }
        for report in facts.reports.iter_mut().chain(&mut facts.site_reports) {
            address(&mut report.url, &report.key);
            report.read |= report.unread_cause.is_none();
        }
        for guide in &mut facts.guides {
            address(&mut guide.url, &guide.key);
        }
        for list in &mut facts.publicity {
            address(&mut list.url, &list.column);
            for row in &mut list.rows {
                let key = row.key.clone();
                address(&mut row.url, &format!("{}{key}", list.column));
            }
        }
        facts
    }
}

fn is_taken_as_read(document: &DocumentFacts) -> bool {
    document.unread_cause.is_none() && document.role != DocumentRole::Other
}

/// The standard names that a column's name means.
fn matches_of(column: &ColumnFacts, lexicon: &Lexicon) -> Vec<TermMatch> {
    let is = |names: &[String]| names.contains(&column.name);
    let by = |term: &crate::model::ColumnTerm| match () {
        () if term.name == column.name => Some(MatchedBy::Name),
        () if is(&term.aliases) => Some(MatchedBy::Alias),
        () if is(&term.weak) => Some(MatchedBy::Weak),
        () => None,
    };
    let matched = lexicon.columns.iter().filter_map(|term| Some((term, by(term)?)));
    matched
        .map(|(term, by)| TermMatch { term: term.name.clone(), by, text: column.name.clone(), note: String::new() })
        .collect()
}
