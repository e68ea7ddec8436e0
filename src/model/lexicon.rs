//! The words by which portals call things, loaded from `checks/word-lists/`.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{PublicityKind, UnitKind};
use crate::text::phrases::Phrases;

/// All known columns, fields of publicity lists, and kinds of documents that need no interpretation.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Lexicon {
    pub columns: Vec<ColumnTerm>,
    /// Fields of 双公示 rows, from `publicity-fields.yaml`.
    #[serde(default)]
    pub publicity_fields: Vec<FieldTerm>,
    /// From `exempt-titles.yaml`.
    #[serde(default)]
    pub exempt_titles: Vec<ExemptTitle>,
    /// Wrong forms of set phrases, from `grave-wording/` and `sensitive-slips/`.
    #[serde(skip)]
    pub phrases: Arc<Phrases>,
}

impl Lexicon {
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
    /// Values of META ColumnType (国办发〔2017〕47号) that mean this column.
    #[serde(default)]
    pub types: Vec<String>,
    /// How often it must be updated; absent where no rule is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub freshness: Option<Freshness>,
    /// Kinds of units that must have it; empty means every kind.
    #[serde(default)]
    pub applies_to: Vec<UnitKind>,
    /// Other columns hang under it, so while it cannot be read none of them may be called missing.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub gateway: bool,
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

/// A kind of document that needs no interpretation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExemptTitle {
    /// What people read, such as 人事任免.
    pub kind: String,
    /// Words in the title that show it.
    #[serde(default)]
    pub words: Vec<String>,
    /// Parts of the issuer's name that show it, unless the unit's own name holds them too (documents of superior
    /// authorities that are only re-posted).
    #[serde(default)]
    pub issuers: Vec<String>,
}
