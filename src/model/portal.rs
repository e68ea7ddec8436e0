//! What is assessed and where it lives: units, portals, and staff's pins of columns.

use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::Window;

/// Government or department: the statutory duties differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum UnitKind {
    Government,
    Department,
}

impl fmt::Display for UnitKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            UnitKind::Government => "政府",
            UnitKind::Department => "部门",
        })
    }
}

/// An assessed government or department.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unit {
    /// The name on the plan's list.
    pub name: String,
    pub kind: UnitKind,
    /// Other names it publishes under.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Path prefixes of its columns on a portal shared with other units, such as `/bmxxgk/jyj/`.
    /// Empty: everything on the portal that no other unit claims.
    #[serde(default)]
    pub paths: Vec<String>,
    /// Issues licences (许可) and so owes a licence list.
    #[serde(default)]
    pub licences: bool,
    /// Issues penalties (处罚) and so owes a penalty list.
    #[serde(default)]
    pub penalties: bool,
    /// The day it was founded; no report is owed for earlier years.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub founded: Option<Date>,
}

/// A host that is crawled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Portal {
    /// Short, stable, used in identities: letters, digits and hyphens.
    pub id: String,
    pub name: String,
    /// The home page; empty where it is not known yet, and then the portal is not visited.
    #[serde(default)]
    pub url: String,
    pub units: Vec<Unit>,
    /// Columns that staff have pinned by hand; they win over discovery.
    #[serde(default)]
    pub columns: Vec<ColumnPin>,
    /// Most pages to read in a night.
    #[serde(default = "default_max_pages")]
    pub max_pages: usize,
    /// Requests a second, at most.
    #[serde(default = "default_rate")]
    pub rate: u32,
    /// Allow loopback and private addresses (a portal inside the office network).
    #[serde(default)]
    pub allow_private: bool,
    /// The hours in which it may be visited, where it has hours of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<Window>,
}

fn default_max_pages() -> usize {
    500
}

fn default_rate() -> u32 {
    1
}

impl Portal {
    /// Is there anything to visit?
    pub fn has_address(&self) -> bool {
        !self.url.is_empty()
    }

    /// The unit whose longest path prefix fits `path`; without one, the first unit that claims no path.
    pub fn unit_of_path(&self, path: &str) -> Option<&Unit> {
        let claimed = self
            .units
            .iter()
            .flat_map(|unit| unit.paths.iter().map(move |prefix| (prefix.len(), prefix, unit)))
            .filter(|(_, prefix, _)| path.starts_with(prefix.as_str()))
            .max_by_key(|(length, _, _)| *length)
            .map(|(_, _, unit)| unit);
        claimed.or_else(|| self.units.iter().find(|unit| unit.paths.is_empty()))
    }
}

/// A column mapped by staff.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ColumnPin {
    /// The standard name from the lexicon.
    pub name: String,
    pub url: String,
    /// Responsible units, the first one leads. Empty: the unit of the path.
    #[serde(default)]
    pub units: Vec<String>,
}
