//! The assessed units of a plan (`checks/units/<id>.yaml`): names, classes and the other names they go by.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::UnitKind;

/// The units of one plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UnitList {
    pub id: String,
    pub title: String,
    /// The plan and the place in it.
    pub source: String,
    /// The city; `市教育局` is then also known as `运城市教育局`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// Endings that may follow a name without meaning another unit, such as 人民政府.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub endings: Vec<String>,
    /// True where the plan assesses more units than it names (各乡镇、街道): unknown names are then taken.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub open: bool,
    /// Units the plan assesses without naming them, known by what they are (各乡镇、街道).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unnamed: Option<Unnamed>,
    pub classes: Vec<UnitClass>,
    /// Columns the plan gives to responsible units: several columns a unit, several units a column.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<ListedColumn>,
    /// New-media accounts (政务新媒体) the plan watches.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accounts: Vec<ListedAccount>,
}

/// Units that a plan assesses without naming them: any name of such a kind is taken, no other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Unnamed {
    /// How their names end: 乡, 镇, 街道.
    pub kinds: Vec<String>,
    /// What may follow without meaning another unit: 人民政府, 办事处.
    #[serde(default)]
    pub endings: Vec<String>,
}

impl Unnamed {
    /// The short name, by which 云和县崇头镇人民政府 and 崇头镇 are one unit; none for a name of another kind.
    pub fn short_name<'n>(&self, place: Option<&str>, name: &'n str) -> Option<&'n str> {
        let local = place.and_then(|place| name.strip_prefix(place)).unwrap_or(name);
        let short = self.endings.iter().find_map(|ending| local.strip_suffix(ending.as_str())).unwrap_or(local);
        let of_a_kind = |kind: &String| short.strip_suffix(kind.as_str()).is_some_and(|own| !own.is_empty());
        self.kinds.iter().any(of_a_kind).then_some(short)
    }
}

/// A column with those who answer for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListedColumn {
    /// In the plan's words: 重点领域, 政务专栏.
    pub kind: String,
    pub name: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// The first one leads.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub units: Vec<String>,
    /// Those the plan names only together: 各乡镇（街道）.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
}

/// A new-media account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListedAccount {
    /// In the plan's words: 微信订阅号, 抖音.
    pub kind: String,
    pub name: String,
    /// The unit that answers for it.
    pub unit: String,
    /// The part of the unit that runs it, where the plan names one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub office: Option<String>,
}

/// Units scored with one table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UnitClass {
    pub class: String,
    /// The rulebook that scores them.
    pub rulebook: String,
    #[schemars(with = "String")]
    pub kind: UnitKind,
    /// True where the plan assesses a class without naming all its units (各县（市、区）): unknown names are then taken.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub open: bool,
    /// True where the table also scores units of the other kind (乡镇政府 beside 部门).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub mixed: bool,
    pub units: Vec<ListedUnit>,
}

/// One unit of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListedUnit {
    pub name: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
}

impl UnitList {
    /// All names of a unit: its own, its aliases, each with the city's full name and the list's endings.
    pub fn names_of(&self, unit: &ListedUnit) -> Vec<String> {
        let mut names = Vec::new();
        for name in std::iter::once(&unit.name).chain(&unit.aliases) {
            names.push(name.clone());
            if let Some(place) = &self.place {
                let last = place.chars().last().map(String::from).unwrap_or_default();
                match name.strip_prefix(&last) {
                    Some(rest) => names.push(format!("{place}{rest}")),
                    None => names.push(format!("{place}{name}")),
                }
            }
        }
        let endings = names.iter().flat_map(|name| self.endings.iter().map(move |ending| format!("{name}{ending}")));
        let endings: Vec<String> = endings.collect();
        names.extend(endings);
        names
    }
}
