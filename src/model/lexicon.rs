//! The names by which portals call a column, loaded from `checks/word-lists/columns.yaml`.

use serde::{Deserialize, Serialize};

use super::UnitKind;

/// All known columns.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Lexicon {
    pub columns: Vec<ColumnTerm>,
    /// Fields of 双公示 rows, from `checks/word-lists/publicity-fields.yaml`.
    #[serde(default)]
    pub publicity_fields: Vec<FieldTerm>,
}

impl Lexicon {
    /// The term of that standard name.
    pub fn term(&self, name: &str) -> Option<&ColumnTerm> {
        self.columns.iter().find(|term| term.name == name)
    }
}

/// One field of a licence or penalty row (发改办财金〔2018〕424号) by its canonical name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldTerm {
    /// The canonical name, such as 决定文书号.
    pub name: String,
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
