//! What `mingcha discover` proposes: the tree of a portal's columns, and which of them are the standard ones.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{ColumnPin, Freshness, MatchedBy};

/// The columns of one portal as one visit shows them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ColumnMap {
    /// The home page.
    pub portal: String,
    /// The day of the visit.
    pub as_of: Date,
    /// Whose columns are looked for.
    pub unit: String,
    /// What was inferred and from what, one Chinese sentence each.
    pub inferred: Vec<String>,
    /// Pages that were read.
    pub pages: usize,
    /// True where the visit ended before everything was read: what is missing may only be unread.
    pub cut_short: bool,
    /// Where the wanted columns are, in the order of the lexicon and for each the likeliest place first; pins of staff,
    /// expired ones too, stand among them.
    pub pins: Vec<ColumnPin>,
    /// Wanted columns of which nothing was seen.
    pub missing: Vec<MissingColumn>,
    /// All columns, as they hang under each other.
    pub tree: Vec<MappedColumn>,
}

/// A wanted column of which nothing was seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MissingColumn {
    pub name: String,
    /// An entry of such a name that only a script opens: a person must look.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scripted: Option<String>,
    /// Names on the portal that come nearest.
    #[serde(default)]
    pub nearest: Vec<String>,
}

/// A column in the tree.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MappedColumn {
    /// What the portal calls it.
    pub name: String,
    pub url: String,
    pub kind: ColumnKind,
    /// The standard column it surely is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standard: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub freshness: Option<Freshness>,
    /// Responsible units, the leading one first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub units: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub children: Vec<MappedColumn>,
}

/// What is to be found behind a column's name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ColumnKind {
    /// Rows.
    List,
    /// Further columns.
    Front,
    /// One text or file.
    Page,
    /// Nothing.
    #[default]
    Empty,
    /// Another site.
    Away,
    /// It could not be read.
    Unread,
}

/// How sure a proposal is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Confidence {
    /// Its name says so, and what it holds does not gainsay it.
    High,
    /// An alias, a META tag or its rows say so, or it could not be read.
    Medium,
    /// Only near, or another place has the better claim: a person must look.
    #[default]
    Review,
}

/// What discovery knows of a place it proposes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proposal {
    pub confidence: Confidence,
    /// By what it was recognised.
    pub grade: MatchedBy,
    /// The text that matched.
    pub text: String,
    /// What lies one level ahead, in Chinese: 12条信息，9条标题含“解读”.
    pub holds: String,
    /// Where its name was read.
    #[serde(default)]
    pub seen: Vec<NameSpot>,
}

/// A place where a column's name was read.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NameSpot {
    pub place: Place,
    /// The page it stands on.
    pub page: String,
    pub text: String,
}

/// The part of a portal in which a name was read, the most telling first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// The home page.
    Home,
    /// The site map.
    SiteMap,
    /// Menus, headers, side bars.
    Menu,
    /// Breadcrumbs.
    Crumb,
    /// META of the column's own page.
    Meta,
    #[default]
    Main,
}

impl Place {
    /// The word in tables and evidence.
    pub fn chinese(self) -> &'static str {
        match self {
            Place::Home => "首页",
            Place::SiteMap => "网站地图",
            Place::Menu => "菜单",
            Place::Crumb => "当前位置",
            Place::Meta => "META标签",
            Place::Main => "页面正文区",
        }
    }
}
