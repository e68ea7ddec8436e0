//! The words by which portals call things, loaded from `checks/word-lists/`.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{FieldNames, PageIntegrity, PublicityKind, UnitKind};
use crate::text::phrases::Phrases;

/// All known columns, fields of publicity lists, and kinds of documents that need no interpretation.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Lexicon {
    pub columns: Vec<ColumnTerm>,
    /// Fields of 双公示 rows, from `publicity-fields.yaml`.
    #[serde(default)]
    pub publicity_fields: Vec<FieldTerm>,
    /// The same by what portals print.
    #[serde(skip)]
    pub field_names: Arc<FieldNames>,
    /// From `policy-forms.yaml`.
    #[serde(default)]
    pub policy_forms: PolicyForms,
    /// From `exempt-titles.yaml`.
    #[serde(default)]
    pub exempt_titles: Vec<ExemptTitle>,
    /// By what foreign content is told, from `page-integrity.yaml`.
    #[serde(default)]
    pub page_integrity: PageIntegrity,
    /// Wrong forms of set phrases, from `grave-wording/` and `sensitive-slips/`.
    #[serde(skip)]
    pub phrases: Arc<Phrases>,
}

impl Lexicon {
    /// The term that is called so, by its standard name or an alias.
    pub fn standard(&self, name: &str) -> Option<&ColumnTerm> {
        self.term(name).or_else(|| self.columns.iter().find(|term| term.aliases.iter().any(|alias| alias == name)))
    }

    /// The part that the column of that standard name plays.
    pub fn role_of(&self, name: &str) -> Option<ColumnRole> {
        self.term(name)?.role
    }

    /// The term of that standard name.
    pub fn term(&self, name: &str) -> Option<&ColumnTerm> {
        self.columns.iter().find(|term| term.name == name)
    }

    /// The field of a publicity list of that kind whose name or alias is `label`.
    pub fn publicity_field(&self, kind: PublicityKind, label: &str) -> Option<&FieldTerm> {
        self.publicity_fields
            .iter()
            .filter(|field| field.of.is_empty() || field.of.contains(&kind))
            .find(|field| field.name == label || field.aliases.iter().any(|alias| alias == label))
    }
}

/// One field of a licence or penalty row (发改办财金〔2018〕424号) by its canonical name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldTerm {
    /// The canonical name, such as 行政许可决定文书号.
    pub name: String,
    /// The lists it belongs to; empty means both.
    #[serde(default)]
    pub of: Vec<PublicityKind>,
    /// Labels and codes (XK_WSH) that portals print instead.
    #[serde(default)]
    pub aliases: Vec<String>,
}

/// One column by its standard name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ColumnTerm {
    /// The standard name, such as 政府信息公开年报.
    pub name: String,
    /// Other names that are accepted.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Names near enough to be looked at by a person, never enough by themselves.
    #[serde(default)]
    pub weak: Vec<String>,
    /// Endings by which short names are near it: 三农动态.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stems: Vec<String>,
    /// Words in the titles of its rows or the names of its sub-columns. A column of a weak name most of whose rows hold
    /// one is this column; of two columns of the name, the one whose rows hold them.
    #[serde(default)]
    pub signs: Vec<String>,
    /// The part it plays: what its rows are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<ColumnRole>,
    /// Values of META ColumnType (国办发〔2017〕47号) that mean this column.
    #[serde(default)]
    pub types: Vec<String>,
    /// How often it must be updated; absent where no rule is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub freshness: Option<Freshness>,
    /// Kinds of units that must have it; empty means every kind.
    #[serde(default)]
    pub applies_to: Vec<UnitKind>,
    /// Kinds of units of which only some plans ask it: without the plan's word (`assigned`) a person decides.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub by_plan: Vec<UnitKind>,
    /// Other columns hang under it, so while it cannot be read none of them may be called missing.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub gateway: bool,
}

/// What a column holds, so that no code goes by the words of its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ColumnRole {
    /// 政策文件.
    Policy,
    /// 政策解读.
    Interpretation,
    /// 行政规范性文件: policy documents too.
    Normative,
    /// 政府信息公开年报.
    Report,
    /// 政府网站工作年度报表.
    SiteReport,
    /// 行政许可 of 双公示.
    Licence,
    /// 行政处罚 of 双公示.
    Penalty,
    /// 双公示: licences and penalties in one column.
    Publicity,
    /// 政府公报.
    Gazette,
    /// 政府信息公开指南.
    Guide,
    /// 政府信息公开制度.
    Rules,
    /// 法定主动公开内容: the leaves of 条例 articles 20 and 21 hang under it.
    Catalogue,
    /// 建议提案办理.
    Proposals,
    /// 重大行政决策.
    Decisions,
    /// 意见征集.
    Consultation,
    /// 结果反馈 of consultations.
    Feedback,
    /// Letters and messages with answers.
    MessageBoard,
    /// 政府工作报告落实.
    WorkReport,
    /// 专题专栏: campaigns hang under it, with 动态 of their own that end when the campaign does.
    Topics,
}

/// Freshness classes of 国办秘函〔2019〕19号; the windows themselves are data of the check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Freshness {
    /// 动态、要闻: two weeks.
    News,
    /// 通知公告、政策文件: six months.
    Notice,
    /// 人事、规划计划 and the like: one year.
    Yearly,
}

/// By what a title is known to be that of a policy.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyForms {
    /// What is done with a policy: 印发.
    pub issues: Vec<String>,
    pub forms: Vec<PolicyForm>,
    /// Words of names that are not in force yet: 征求意见稿.
    pub drafts: Vec<String>,
    /// Words of names that mostly concern the office alone: 印章.
    pub internal: Vec<String>,
}

/// A word by which names of policies end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyForm {
    pub form: String,
    /// Longer endings that are none: 征求意见.
    #[serde(default)]
    pub not: Vec<String>,
    /// Such a document lays down rules: what its name holds is what it rules, not what the office does.
    #[serde(default)]
    pub rule: bool,
}

/// A kind of document that needs no interpretation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExemptTitle {
    /// What people read, such as 人事任免.
    pub kind: String,
    /// Words in the title that show it, except inside the name of a rule (企业信用信息公示办法).
    #[serde(default)]
    pub words: Vec<String>,
    /// Words that show it only at the title's end, or where they say what is done (关于公示…).
    #[serde(default)]
    pub acts: Vec<String>,
    /// Parts of the issuer's name that show it, unless the unit's own name holds them too (documents of superior
    /// authorities that are only re-posted).
    #[serde(default)]
    pub issuers: Vec<String>,
}
