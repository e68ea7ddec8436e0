//! What is assessed and where it lives: units, portals, and staff's pins of columns.

use std::{fmt, path::PathBuf};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{Attestation, Proposal, Window};

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
    #[serde(default, alias = "columns")]
    pub pins: Vec<ColumnPin>,
    /// A file with further pins, as `mingcha discover --format yaml` writes it and staff sign it. Only the
    /// configuration reads it; what it pins stands in `pins` then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column_map: Option<PathBuf>,
    /// Columns that the plan wants on this portal, with the units that answer for them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub assigned: Vec<AssignedColumn>,
    /// What units have declared: that for a time there was nothing to publish.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attestations: Vec<Attestation>,
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

    /// The portal as staff had pinned it on that day: without pins that are not signed, not yet or no longer in force.
    pub fn on(&self, day: Date) -> Self {
        let pins = self.pins.iter().filter(|pin| pin.is_in_force(day)).cloned().collect();
        Self { pins, ..self.clone() }
    }

    /// The units of this portal that answer for a column the plan assigns, the leading one first; none where the plan
    /// does not name the column. A column assigned to nobody in particular is everybody's.
    pub fn assigned_to(&self, column: &str) -> Option<Vec<&Unit>> {
        let assigned = self.assigned.iter().find(|assigned| assigned.name == column)?;
        let is_of = |unit: &Unit, name: &String| unit.name == *name || unit.aliases.contains(name);
        let named = assigned.units.iter().filter_map(|name| self.units.iter().find(|unit| is_of(unit, name)));
        Some(if assigned.units.is_empty() { self.units.iter().collect() } else { named.collect() })
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

/// A column that a plan gives to responsible units (such as the 30 of 云政办发〔2022〕48号 附件3).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AssignedColumn {
    /// The standard name from the lexicon.
    pub name: String,
    /// Who answers for it, the first one leads. Empty: every unit of the portal for itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub units: Vec<String>,
}

/// A column mapped by staff.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ColumnPin {
    /// The standard name from the lexicon.
    pub name: String,
    pub url: String,
    /// Responsible units, the first one leads. Empty: the unit of the path.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub units: Vec<String>,
    /// Who says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// The first day it holds; absent: it always has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Date>,
    /// The last day it holds; absent: until further notice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
    /// Why, for those who read it in the evidence.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// What discovery knows of it. With it, the pin is only a proposal until somebody signs it with `by`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proposed: Option<Proposal>,
}

impl ColumnPin {
    /// Whether it holds on that day.
    pub fn is_in_force(&self, day: Date) -> bool {
        let signed = self.proposed.is_none() || self.by.as_ref().is_some_and(|by| !by.trim().is_empty());
        signed && self.from.is_none_or(|from| from <= day) && self.until.is_none_or(|until| day <= until)
    }

    /// Who pinned it since when and why, in Chinese, for evidence.
    pub fn says(&self) -> String {
        let by = self.by.as_deref().filter(|by| !by.trim().is_empty()).unwrap_or("工作人员");
        let from = self.from.map(|day| format!("自{day}起")).unwrap_or_default();
        let until = self.until.map(|day| format!("至{day}止")).unwrap_or_default();
        let note = if self.note.is_empty() { String::new() } else { format!("：{}", self.note) };
        format!("由{by}{from}{until}指定{note}")
    }
}
