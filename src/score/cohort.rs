//! Whom an office scores: the units of its configuration, under the class the rulebook is for.
//!
//! A plan's list names the units of the city that issued it. Another office that scores with the same table has
//! units of its own; they join the list, as long as their kind is the one the table is for.

use std::collections::BTreeSet;

use super::roster::Roster;
use crate::model::{Entry, ListedUnit, Rulebook, Unit, UnitList};

/// The units an office scores with one rulebook.
#[derive(Clone, Debug, Default)]
pub struct Cohort {
    /// The plan's list with the office's own units.
    pub list: Option<UnitList>,
    /// Names as configured, in the order of the configuration.
    pub units: Vec<String>,
    /// Names of units that are scored with other tables.
    elsewhere: BTreeSet<String>,
}

impl Cohort {
    /// Those of `configured` that the rulebook's class is for. Units the plan lists under another class are left out.
    pub fn of<'a>(
        rulebook: &Rulebook,
        list: Option<&UnitList>,
        configured: impl IntoIterator<Item = &'a Unit>,
    ) -> Self {
        let roster = Roster::of(rulebook, list);
        let mut cohort = Self { list: list.cloned(), ..Self::default() };
        for other in list.iter().flat_map(|list| &list.classes).flat_map(|class| &class.units) {
            let names = list.map(|list| list.names_of(other)).unwrap_or_default();
            // Also those a clause of this table names: their own table borrows that clause.
            let here = |name: &String| roster.find(name).is_ok_and(|unit| roster.is_member(&unit));
            cohort.elsewhere.extend(names.into_iter().filter(|name| !here(name)));
        }
        let class = rulebook.units.as_ref().map(|units| units.class.as_str());
        let mut own =
            cohort.list.iter_mut().flat_map(|list| &mut list.classes).find(|group| Some(group.class.as_str()) == class);
        let mut seen = BTreeSet::new();
        for unit in configured.into_iter().filter(|unit| seen.insert(unit.name.clone())) {
            let names = std::iter::once(&unit.name).chain(&unit.aliases);
            let other_kind = own.as_ref().is_some_and(|group| !group.mixed && group.kind != unit.kind);
            if other_kind || cohort.elsewhere.contains(&unit.name) {
                cohort.elsewhere.extend(names.cloned());
                continue;
            }
            cohort.units.push(unit.name.clone());
            if let Some(group) = own.as_mut().filter(|_| roster.find(&unit.name).is_err()) {
                group.units.push(ListedUnit { name: unit.name.clone(), aliases: unit.aliases.clone() });
            }
        }
        cohort
    }

    /// Without the entries of units that are scored with other tables, which the log also holds. Those of units that
    /// nobody knows stay, so that the scorer tells of them.
    pub fn entries(&self, mut entries: Vec<Entry>) -> Vec<Entry> {
        entries.retain(|entry| !self.elsewhere.contains(entry.unit.trim()));
        entries
    }
}
