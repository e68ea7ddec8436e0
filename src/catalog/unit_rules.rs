//! What makes a list of units sound: each name means one unit, and columns and accounts belong to units of the list.

use std::collections::BTreeMap;

use super::rulebook_rules::{Defect, Findings};
use crate::model::{UnitList, Unnamed};

/// Everything that is wrong with a list of units.
pub fn defects(list: &UnitList) -> Vec<Defect> {
    let mut found = Findings::default();
    found.good_id("id", &list.id);
    let mut names: BTreeMap<&str, &str> = BTreeMap::new();
    for (number, class) in list.classes.iter().enumerate() {
        let at = format!("classes[{number}]");
        if list.classes[..number].iter().any(|other| other.class == class.class) {
            found.add(&format!("{at}.class"), format!("class {} stands twice", class.class), "join the two");
        }
        for (number, unit) in class.units.iter().enumerate() {
            let at = format!("{at}.units[{number}]");
            found.not_empty(&format!("{at}.name"), &unit.name);
            for name in std::iter::once(&unit.name).chain(&unit.aliases) {
                if let Some(other) = names.insert(name, &unit.name) {
                    let message = format!("{name} is a name of {other} already");
                    found.add(&at, message, "give each unit names of its own");
                }
            }
        }
    }
    if list.open {
        return found.into_defects();
    }
    let responsible = list.columns.iter().enumerate().flat_map(|(number, column)| {
        let units = column.units.iter().enumerate();
        units.map(move |(position, unit)| (format!("columns[{number}].units[{position}]"), unit))
    });
    let accounts =
        list.accounts.iter().enumerate().map(|(number, account)| (format!("accounts[{number}].unit"), &account.unit));
    for (field, unit) in responsible.chain(accounts) {
        let of_a_kind = |unnamed: &Unnamed| unnamed.short_name(list.place.as_deref(), unit).is_some();
        let listed = list.unnamed.as_ref().is_some_and(of_a_kind)
            || list
                .classes
                .iter()
                .any(|class| class.open || class.units.iter().any(|known| list.names_of(known).contains(unit)));
        if !listed {
            found.add(&field, format!("{unit} is no unit of the list"), "write the name as in classes");
        }
    }
    found.into_defects()
}
