//! A check as an inspector writes it: one YAML file with its legal basis, parameters, words to the unit and examples.

use std::sync::Arc;

use jiff::civil::Date;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::{
    Example, Rule, annual_report::AnnualReport, certificate::CertificateEnd, column_contents::ColumnContents,
    column_freshness::ColumnFreshness, column_place::ColumnPlace, column_set::ColumnSet,
    consultation_result::ConsultationResult, dead_links::DeadLinks, document_history::DocumentHistoryRule,
    dual_publicity::DualPublicity, element_search::ElementSearch, entry_reachable::EntryReachable,
    error_page::ErrorPage, foreign_content::ForeignContent, gazette_sequence::GazetteSequence,
    guide_contact::GuideContact, home_freshness::HomeFreshness, interpretation_copy::InterpretationCopy,
    interpretation_forms::InterpretationForms, interpretation_link::InterpretationLink, ipv6::Ipv6,
    message_board::MessageBoard, meta_tags::MetaTags, normative_standing::NormativeStanding,
    openness_note::OpennessNote, portal_probes::PortalProbes, publication_delay::PublicationDelay,
    report_content::ReportContent, report_wording::ReportWording, required_column::RequiredColumn,
    site_domain::SiteDomain, site_footer::SiteFooter, site_report::SiteReport, wording::Wording,
};
use crate::model::{Outcome, UnitKind};

/// One on-line inspection item.
#[derive(Clone, Debug)]
pub struct Definition {
    /// Named after the fault; the file's name.
    pub id: String,
    pub kind: Kind,
    /// Chinese, for lists and bulletins.
    pub title: String,
    /// Kinds of units it is meant for; empty means every kind.
    pub applies_to: Vec<UnitKind>,
    pub basis: Vec<Basis>,
    pub valid: Validity,
    /// A fault of absence or unreachability: raised only when a second night sees it too.
    pub two_nights: bool,
    /// Why no rulebook scores it, in Chinese, where it rests on a plan all the same.
    pub unscored: Option<String>,
    /// What the unit is told; see [`Definition::message_for`] for the placeholders.
    pub message: String,
    /// How it is mended.
    pub fix: String,
    pub examples: Vec<Example>,
    /// The kind's judgement with this check's parameters.
    pub rule: Arc<dyn Rule>,
}

/// What a check rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Basis {
    /// Title and number of the document.
    pub document: String,
    /// Article or table, such as 第四十九条.
    #[serde(default)]
    pub place: String,
    /// What it asks, in our own short words.
    pub words: String,
}

impl Basis {
    /// Whether the whole country is held to it: a law, a document of the centre, or a national standard. A check that
    /// no rulebook scores needs such a basis.
    pub fn is_national(&self) -> bool {
        NATIONAL.iter().any(|word| self.document.contains(word))
    }
}

/// What documents that hold everywhere have in their titles and numbers.
const NATIONAL: [&str; 10] = ["中华人民共和国", "国务院", "国办", "国发", "国令", "国家", "全国", "中央", "发改", "GB"];

/// First and last day on which the check may be applied; an absent bound is open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Validity {
    #[serde(default)]
    pub from: Option<Date>,
    #[serde(default)]
    pub to: Option<Date>,
}

/// The kinds of checks; each is a file of this room.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    RequiredColumn,
    ColumnFreshness,
    ColumnContents,
    AnnualReport,
    InterpretationLink,
    DualPublicity,
    DocumentHistory,
    PublicationDelay,
    Wording,
    ColumnPlace,
    ColumnSet,
    GuideContact,
    ReportContent,
    ReportWording,
    SiteReport,
    ConsultationResult,
    DeadLinks,
    ElementSearch,
    EntryReachable,
    ErrorPage,
    Certificate,
    Ipv6,
    ForeignContent,
    GazetteSequence,
    HomeFreshness,
    InterpretationCopy,
    InterpretationForms,
    MessageBoard,
    MetaTags,
    NormativeStanding,
    OpennessNote,
    PortalProbes,
    SiteDomain,
    SiteFooter,
}

/// A file that can be read as any type: lets this room say which parameters a kind takes, while the catalog alone
/// knows how files are written.
pub trait Source {
    type Problem;

    fn read<T: DeserializeOwned>(&self) -> Result<T, Self::Problem>;
}

/// Only the kind: what else the file may hold depends on it.
#[derive(Deserialize)]
struct KindOnly {
    kind: Kind,
}

/// The file, with the parameters of its kind.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written<P> {
    id: String,
    kind: Kind,
    title: String,
    #[serde(default)]
    applies_to: Vec<UnitKind>,
    basis: Vec<Basis>,
    #[serde(default)]
    valid: Validity,
    #[serde(default)]
    two_nights: bool,
    #[serde(default)]
    unscored: Option<String>,
    params: P,
    message: String,
    fix: String,
    examples: Vec<Example>,
}

impl Definition {
    /// Reads one check file. The kind is read first, so that a slip in the parameters is reported at its own place.
    pub fn read<S: Source>(source: &S) -> Result<Self, S::Problem> {
        match source.read::<KindOnly>()?.kind {
            Kind::RequiredColumn => Self::of::<RequiredColumn, S>(source),
            Kind::ColumnFreshness => Self::of::<ColumnFreshness, S>(source),
            Kind::ColumnContents => Self::of::<ColumnContents, S>(source),
            Kind::AnnualReport => Self::of::<AnnualReport, S>(source),
            Kind::InterpretationLink => Self::of::<InterpretationLink, S>(source),
            Kind::DualPublicity => Self::of::<DualPublicity, S>(source),
            Kind::DocumentHistory => Self::of::<DocumentHistoryRule, S>(source),
            Kind::PublicationDelay => Self::of::<PublicationDelay, S>(source),
            Kind::Wording => Self::of::<Wording, S>(source),
            Kind::ColumnPlace => Self::of::<ColumnPlace, S>(source),
            Kind::ColumnSet => Self::of::<ColumnSet, S>(source),
            Kind::GuideContact => Self::of::<GuideContact, S>(source),
            Kind::ReportContent => Self::of::<ReportContent, S>(source),
            Kind::ReportWording => Self::of::<ReportWording, S>(source),
            Kind::SiteReport => Self::of::<SiteReport, S>(source),
            Kind::SiteFooter => Self::of::<SiteFooter, S>(source),
            Kind::SiteDomain => Self::of::<SiteDomain, S>(source),
            Kind::MetaTags => Self::of::<MetaTags, S>(source),
            Kind::HomeFreshness => Self::of::<HomeFreshness, S>(source),
            Kind::DeadLinks => Self::of::<DeadLinks, S>(source),
            Kind::ElementSearch => Self::of::<ElementSearch, S>(source),
            Kind::EntryReachable => Self::of::<EntryReachable, S>(source),
            Kind::ErrorPage => Self::of::<ErrorPage, S>(source),
            Kind::Certificate => Self::of::<CertificateEnd, S>(source),
            Kind::Ipv6 => Self::of::<Ipv6, S>(source),
            Kind::MessageBoard => Self::of::<MessageBoard, S>(source),
            Kind::ForeignContent => Self::of::<ForeignContent, S>(source),
            Kind::ConsultationResult => Self::of::<ConsultationResult, S>(source),
            Kind::GazetteSequence => Self::of::<GazetteSequence, S>(source),
            Kind::InterpretationCopy => Self::of::<InterpretationCopy, S>(source),
            Kind::InterpretationForms => Self::of::<InterpretationForms, S>(source),
            Kind::NormativeStanding => Self::of::<NormativeStanding, S>(source),
            Kind::OpennessNote => Self::of::<OpennessNote, S>(source),
            Kind::PortalProbes => Self::of::<PortalProbes, S>(source),
        }
    }

    fn of<P: Rule + DeserializeOwned + 'static, S: Source>(source: &S) -> Result<Self, S::Problem> {
        let written: Written<P> = source.read()?;
        Ok(Self {
            id: written.id,
            kind: written.kind,
            title: written.title,
            applies_to: written.applies_to,
            basis: written.basis,
            valid: written.valid,
            two_nights: written.two_nights,
            unscored: written.unscored,
            message: written.message,
            fix: written.fix,
            examples: written.examples,
            rule: Arc::new(written.params),
        })
    }

    /// Why the check is not applied to this kind of unit on this day, if it is not.
    pub(super) fn excuse(&self, kind: UnitKind, as_of: Date) -> Option<String> {
        if !self.applies_to.is_empty() && !self.applies_to.contains(&kind) {
            return Some(format!("“{}”不适用于{kind}", self.title));
        }
        if let Some(from) = self.valid.from.filter(|from| as_of < *from) {
            return Some(format!("“{}”自{from}起适用，检查日{as_of}尚未适用", self.title));
        }
        let to = self.valid.to.filter(|to| as_of > *to)?;
        Some(format!("“{}”适用至{to}，检查日{as_of}已不适用", self.title))
    }

    /// Whether a unit's word that nothing happened answers this check.
    pub fn yields_to_silence(&self) -> bool {
        self.rule.yields_to_silence()
    }

    /// What the unit is told about this outcome. Placeholders: `{unit}`, `{subject}`, `{reason}`, `{url}`.
    pub fn message_for(&self, outcome: &Outcome) -> String {
        fill(&self.message, outcome)
    }

    /// How the unit mends it; the same placeholders.
    pub fn fix_for(&self, outcome: &Outcome) -> String {
        fill(&self.fix, outcome)
    }

    /// The legal basis in one line.
    pub fn basis_line(&self) -> String {
        let lines: Vec<String> =
            self.basis.iter().map(|basis| format!("{}{}：{}", basis.document, basis.place, basis.words)).collect();
        lines.join("；")
    }
}

fn fill(template: &str, outcome: &Outcome) -> String {
    // One pass, so that braces inside a title are never taken for a placeholder.
    let mut filled = String::with_capacity(template.len());
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        filled.push_str(&rest[..open]);
        let after = &rest[open..];
        let close = after.find('}').map_or(after.len(), |close| close + 1);
        filled.push_str(match &after[..close] {
            "{unit}" => &outcome.unit,
            "{subject}" => &outcome.subject.label,
            "{reason}" => &outcome.reason,
            "{url}" => outcome.url.as_deref().unwrap_or(""),
            other => other,
        });
        rest = &after[close..];
    }
    filled.push_str(rest);
    filled
}
