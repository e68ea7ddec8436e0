//! What one night's visit shows of a whole portal: folded from page facts, read by checks.
//! Every field has a default, so that examples in check files state only what matters.

use std::{collections::BTreeMap, sync::Arc};

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use super::{
    Availability, Cause, CmsMatch, Contact, DateSource, Front, History, LetterFacts, ListEntry, Moment, NameSpot,
    Neighbours, NotMeasurable, OutwardLink, PageKind, Particulars, Report, SiteIdentity, Soundings,
};
use crate::text::phrases::WordingFault;

/// All facts of a portal on one night.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PortalFacts {
    /// Id of the portal in the configuration; the host for an audit.
    pub portal: String,
    pub url: String,
    pub site: SiteIdentity,
    /// Footer, tags, the home page's rows, and what may have been put there by others.
    pub front: Front,
    pub cms: Option<CmsMatch>,
    pub columns: Vec<ColumnFacts>,
    pub documents: Vec<DocumentFacts>,
    pub reports: Vec<ReportFacts>,
    /// Yearly reports on the website itself (政府网站工作年度报表).
    pub site_reports: Vec<ReportFacts>,
    pub publicity: Vec<PublicityList>,
    /// True where some page was answered only to a way of securing the connection that is out of date.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub old_tls: bool,
    pub guides: Vec<GuideFacts>,
    /// Letters of the message boards.
    pub letters: Vec<LetterFacts>,
    pub coverage: Coverage,
    /// What was asked for beside the pages.
    pub soundings: Soundings,
    /// What earlier nights tell of its documents; none where nothing is remembered, as in an audit.
    pub history: Option<History>,
    /// What the probes of the last week tell; none where there were none, as in an audit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub availability: Option<Availability>,
    /// What the log knows of the office's other portals; none where it knows none, as in an audit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub neighbours: Option<Neighbours>,
}

impl PortalFacts {
    pub fn column(&self, key: &str) -> Option<&ColumnFacts> {
        self.columns.iter().find(|column| column.key == key)
    }

    pub fn document(&self, key: &str) -> Option<&DocumentFacts> {
        self.documents.iter().find(|document| document.key == key)
    }

    pub fn visit(&self, url: &str) -> Option<&Visit> {
        self.coverage.visits.iter().find(|visit| visit.url == url || visit.final_url == url)
    }
}

/// What was looked at: the denominator of every verdict, and the proof of absence.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Coverage {
    pub visits: Vec<Visit>,
    /// Names read in menus, side bars and site maps, without repetition.
    pub menus: Vec<String>,
    pub not_measurable: Vec<NotMeasurable>,
    /// Entries named like a standard column that have no address: only a script opens them.
    pub scripted: Vec<ScriptedEntry>,
    /// True where the home page itself could not be read: nothing about absence may be said.
    pub home_unread: bool,
    /// True where the visit ended before everything that checks need was read.
    pub cut_short: bool,
}

/// An entry that a person can open and a crawler cannot.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ScriptedEntry {
    /// Standard name of the column.
    pub term: String,
    /// What the entry says.
    pub text: String,
    /// The page it stands on.
    pub page: String,
}

/// One page that was read.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Visit {
    pub url: String,
    pub final_url: String,
    pub at: Option<Timestamp>,
    pub status: u16,
    pub sha256: String,
    pub capture: String,
    pub kind: PageKind,
    pub title: String,
}

/// How a column was recognised, strongest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MatchedBy {
    /// Pinned by staff.
    Pin,
    /// Its name is the standard one.
    Name,
    Alias,
    /// META ColumnName.
    MetaName,
    /// META ColumnType.
    MetaType,
    /// Its name is near, and its rows or sub-columns are of the kind.
    Content,
    /// Near, but a person must look.
    Weak,
}

/// A column that fits a standard name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TermMatch {
    /// Standard name in the lexicon.
    pub term: String,
    pub by: MatchedBy,
    /// The text that matched.
    pub text: String,
    /// Who pinned it, since when and why, in Chinese; empty where nobody did.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// Whether a column could be read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ColumnState {
    #[default]
    Read,
    /// The entry itself only leads to another host.
    LeadsAway {
        host: String,
    },
    Unreadable {
        cause: Cause,
    },
    /// The entry was seen, the page was not visited (budget).
    NotVisited,
}

/// A section of the portal.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ColumnFacts {
    /// Stable key: path of the address without the index file, such as `/zwgk/zfxxgknb/`.
    pub key: String,
    pub name: String,
    pub url: String,
    /// Names from the outermost column to this one, this one last.
    pub path: Vec<String>,
    /// Key of the column it hangs under.
    pub parent: Option<String>,
    /// Responsible units, the leading one first.
    pub units: Vec<String>,
    pub matched: Vec<TermMatch>,
    pub state: ColumnState,
    /// Rows of all its pages that were read, in order.
    pub entries: Vec<ListEntry>,
    /// Keys of sub-columns; a column of sub-columns is not empty.
    pub children: Vec<String>,
    /// Characters of text in the main part, for columns that are one page (机构职能, 指南).
    pub text_length: usize,
    /// Attached files in its main part: a column that is one PDF is not empty.
    pub attachments: usize,
    /// Links in its main part that lead to other hosts, when it has no rows of its own.
    pub outward_links: usize,
    /// Pages of the portal itself, other than columns, that its main part leads to without rows of its own: leaders by
    /// their pictures, offices by their names.
    #[serde(skip_serializing_if = "is_zero")]
    pub inward_pages: usize,
    /// Pages of the list that were read, and that exist by its own count.
    pub pages_read: usize,
    pub pages_total: Option<usize>,
    pub capture: Option<String>,
    /// When it was last read in this night.
    pub read_at: Option<Timestamp>,
    /// Where its names were read, the most telling places first.
    pub seen: Vec<NameSpot>,
    /// Keys of the columns under which others hang (政府信息公开 …) whose own pages link to it.
    pub shown_on: Vec<String>,
    /// Of those, the ones whose own part of the page, not the menu, leads to it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub entrance_on: Vec<String>,
    /// Where others hang under it: columns that its own part of its page, not the menu, leads to, wherever they hang.
    #[serde(skip_serializing_if = "is_zero")]
    pub entrances: usize,
    /// What its page lets readers choose by, beside what the home page offers too.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<String>,
    /// Whether the home page links to it, by whatever words (its block there may say 更多 only).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub on_home: bool,
}

impl ColumnFacts {
    /// Day of the newest dated row, pinned rows included (the newest date counts wherever it stands).
    pub fn newest(&self) -> Option<Date> {
        self.entries.iter().filter_map(|entry| entry.date.map(|moment| moment.date)).max()
    }

    /// How it fits the standard name, the strongest match first.
    pub fn fits(&self, term: &str) -> Option<&TermMatch> {
        self.matched.iter().filter(|matched| matched.term == term).min_by_key(|matched| matched.by)
    }
}

/// What part a document plays between policy and interpretation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DocumentRole {
    #[default]
    Other,
    /// A policy document.
    Policy,
    /// An interpretation of one.
    Interpretation,
}

/// A document page.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DocumentFacts {
    /// Stable key: path of the address.
    pub key: String,
    pub url: String,
    pub title: String,
    pub unit: String,
    /// Key of the column whose list led here.
    pub column: String,
    pub role: DocumentRole,
    pub number: Option<String>,
    pub issuer: Option<String>,
    pub published: Option<Moment>,
    pub written: Option<Moment>,
    /// The days it claims for its publication, by where they were read: the first of each place.
    pub claimed: BTreeMap<DateSource, Date>,
    /// Digest of the article's text, see `observe`.
    pub body: Option<String>,
    /// Addresses of documents this page links to in its body or "related" block.
    pub links: Vec<String>,
    /// Those of a policy or interpretation that lead to the other side of the pair on another host, by their words.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub outward: Vec<OutwardLink>,
    /// Titles in 《》 in its own title and opening.
    pub mentions: Vec<String>,
    /// False where only the list row was seen and the page itself was not read.
    pub read: bool,
    /// Why the page could not be read.
    pub unread_cause: Option<Cause>,
    /// Wrong forms of set phrases in its title and text.
    pub wording: Vec<WordingFault>,
    /// Resident identity numbers it shows in full, hidden here but for their first digits.
    pub exposed: Vec<String>,
    /// What it says of itself, where it is a policy document, an interpretation or a consultation.
    pub particulars: Option<Arc<Particulars>>,
    pub capture: Option<String>,
}

/// A guide to government information (政府信息公开指南): the page of its column, or the one article in it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GuideFacts {
    /// Stable key: path of the address.
    pub key: String,
    pub url: String,
    pub unit: String,
    /// What it says of how the office is reached.
    pub contact: Contact,
    /// Characters of text of its own.
    pub text_length: usize,
    /// Attached files, which may be the guide itself.
    pub attachments: usize,
    pub capture: Option<String>,
}

/// An annual report of government-information disclosure.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ReportFacts {
    pub key: String,
    pub url: String,
    pub title: String,
    /// The year reported on, from the title; publication year − 1 where the title has none.
    pub year: Option<i16>,
    pub unit: String,
    pub published: Option<Moment>,
    /// Key of the column it was found in.
    pub column: String,
    /// True where that column is the one the rules want (政府信息公开年报).
    pub in_report_column: bool,
    /// False where only the list row was seen.
    pub read: bool,
    pub unread_cause: Option<Cause>,
    pub capture: Option<String>,
    /// What it says, from its page or else from its attached file; none where neither was read.
    pub content: Option<Report>,
}

/// 双公示: licences or penalties.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PublicityKind {
    #[default]
    Licence,
    Penalty,
}

/// One published list of licences or penalties.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PublicityList {
    pub kind: PublicityKind,
    /// Key of the column.
    pub column: String,
    pub url: String,
    pub unit: String,
    pub rows: Vec<PublicityRow>,
    pub capture: Option<String>,
}

/// One decision in such a list.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PublicityRow {
    /// Stable key: document number, or the address, or counterpart and decision date.
    pub key: String,
    pub url: String,
    /// 行政相对人名称.
    pub counterpart: String,
    /// 决定文书号.
    pub number: String,
    pub decided: Option<Date>,
    pub published: Option<Date>,
    /// Canonical field name (as in the check's data) to text; a blank cell is an empty text, a missing field is absent.
    /// Identity numbers in them are hidden but for their first digits.
    pub fields: BTreeMap<String, String>,
    /// Fields whose text shows a resident identity number in full on the page.
    pub exposed: Vec<String>,
    pub capture: Option<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(count: &usize) -> bool {
    *count == 0
}
