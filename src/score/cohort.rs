//! Whom an office scores: the units of its configuration, under the class the rulebook is for.
//!
//! A plan's list names the units of the city that issued it. Another office that scores with the same table has
//! units of its own; they are taken as they stand, as long as their kind is the one the table is for.

use std::collections::BTreeSet;

use super::roster::Roster;
use crate::model::{Entry, Rulebook, Unit, UnitList};

/// The units an office scores with one rulebook.
#[derive(Clone, Debug, Default)]
pub struct Cohort {
    /// The plan's list, open to the office's own units.
    pub list: Option<UnitList>,
    /// Names as configured, in the order of the configuration.
    pub units: Vec<String>,
}

impl Cohort {
    /// Those of `configured` that the rulebook's class is for. Units the plan lists under another class are left out.
    pub fn of<'a>(
        rulebook: &Rulebook,
        list: Option<&UnitList>,
        configured: impl IntoIterator<Item = &'a Unit>,
    ) -> Self {
        let open = list.map(|list| UnitList { open: true, ..list.clone() });
        let roster = Roster::of(rulebook, open.as_ref());
        let class = rulebook.units.as_ref().map(|units| units.class.as_str());
        let kind = list
            .and_then(|list| list.classes.iter().find(|group| Some(group.class.as_str()) == class))
            .filter(|group| !group.mixed)
            .map(|group| group.kind);
        let mut seen = BTreeSet::new();
        let units = configured
            .into_iter()
            .filter(|unit| kind.is_none_or(|kind| unit.kind == kind))
            .filter(|unit| roster.find(&unit.name).is_ok() && seen.insert(unit.name.clone()))
            .map(|unit| unit.name.clone())
            .collect();
        Self { list: open, units }
    }

    /// The entries that speak of its units; the log also holds those of units scored with other tables.
    pub fn entries(&self, mut entries: Vec<Entry>) -> Vec<Entry> {
        entries.retain(|entry| self.units.contains(&entry.unit));
        entries
    }
}
