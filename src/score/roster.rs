//! Who is scored: the plan's units with all their names, and which of them a rulebook may speak of.

use std::collections::{BTreeSet, HashMap};

use crate::model::{Rulebook, UnitList, Unnamed, rulebook::Clause};

/// The units a rulebook can score.
pub struct Roster {
    /// Every accepted name, to the name on the list.
    names: HashMap<String, String>,
    /// Units of the rulebook's class, in the plan's order.
    members: Vec<String>,
    /// Where each stands in that order.
    positions: HashMap<String, usize>,
    /// Units of other classes that some clause names.
    guests: BTreeSet<String>,
    /// Class and rulebook of every listed unit.
    classes: HashMap<String, (String, String)>,
    /// Units of the class that the plan does not name, and the place they lie in.
    unnamed: Option<(Unnamed, Option<String>)>,
    /// Any other name is taken as it stands.
    open: bool,
}

impl Roster {
    /// `list` is the plan's list; without one every name is taken.
    pub fn of(rulebook: &Rulebook, list: Option<&UnitList>) -> Self {
        let mut roster = Self {
            names: HashMap::new(),
            members: Vec::new(),
            positions: HashMap::new(),
            guests: BTreeSet::new(),
            classes: HashMap::new(),
            unnamed: list.and_then(|list| Some((list.unnamed.clone()?, list.place.clone()))),
            open: list.is_none_or(|list| list.open),
        };
        let class = rulebook.units.as_ref().map(|units| units.class.as_str());
        let (Some(list), Some(class)) = (list, class) else { return roster };
        for group in &list.classes {
            for unit in &group.units {
                for name in list.names_of(unit) {
                    roster.names.entry(name).or_insert_with(|| unit.name.clone());
                }
                roster.classes.insert(unit.name.clone(), (group.class.clone(), group.rulebook.clone()));
                if group.class == class {
                    roster.positions.entry(unit.name.clone()).or_insert(roster.members.len());
                    roster.members.push(unit.name.clone());
                }
            }
            roster.open |= group.open && group.class == class;
        }
        // A name of its own beats another unit's alias.
        for name in list.classes.iter().flat_map(|group| &group.units).map(|unit| &unit.name) {
            roster.names.insert(name.clone(), name.clone());
        }
        // Borrowed clauses speak of this class alone: the others they name have them in their own table.
        let own = rulebook.sections.iter().flat_map(|section| &section.clauses);
        for name in own.flat_map(|clause| &clause.units) {
            let name = roster.listed(name);
            if roster.position(&name).is_none() {
                roster.guests.insert(name);
            }
        }
        roster
    }

    /// The unit of that name, or what is wrong with it.
    pub fn find(&self, name: &str) -> Result<String, String> {
        let wanted = fold(name);
        if wanted.is_empty() {
            return Err("is empty; every entry names its unit".into());
        }
        let listed = self.listed(&wanted);
        if self.position(&listed).is_some() || self.guests.contains(&listed) {
            return Ok(listed);
        }
        if let Some((class, rulebook)) = self.classes.get(&listed) {
            return Err(format!("{name} belongs to class {class}; score it with {rulebook}"));
        }
        if let Some((unnamed, place)) = &self.unnamed
            && let Some(short) = unnamed.short_name(place.as_deref(), &wanted)
        {
            return Ok(short.to_owned());
        }
        if self.open {
            return Ok(wanted);
        }
        let near = self.similar(&wanted);
        let guess = if near.is_empty() { String::new() } else { format!("is it {}? ", near.join(" or ")) };
        Err(format!("unknown unit {name:?}; {guess}`mingcha rulebook units` lists the plan's units"))
    }

    /// Listed names that are longer or shorter forms of this one: 教育局 and 县教育局, 县文旅局 and 县文广旅体局.
    fn similar(&self, wanted: &str) -> Vec<&str> {
        let listed = self.members.iter().chain(&self.guests).map(String::as_str);
        listed.filter(|name| holds(name, wanted) || holds(wanted, name)).take(3).collect()
    }

    /// Does a clause speak of this unit? One of another class is only assessed where it is named.
    pub fn concerns(&self, clause: &Clause, unit: &str) -> bool {
        self.names(clause, unit) || (clause.units.is_empty() && self.is_member(unit))
    }

    fn names(&self, clause: &Clause, unit: &str) -> bool {
        clause.units.iter().any(|name| self.listed(name) == unit)
    }

    /// Why a clause does not speak of a unit.
    pub fn unconcerned(&self, clause: &Clause, unit: &str) -> String {
        match self.classes.get(unit).filter(|_| clause.units.is_empty()) {
            Some((class, rulebook)) => {
                format!("{unit} belongs to class {class} and is not named in {}; score it with {rulebook}", clause.id)
            }
            None => format!("{} only assesses {}", clause.id, clause.units.join("、")),
        }
    }

    /// Units of the class, in the plan's order; empty where the plan lists none.
    pub fn members(&self) -> &[String] {
        &self.members
    }

    /// Its place in the plan's order.
    pub fn position(&self, unit: &str) -> Option<usize> {
        self.positions.get(unit).copied()
    }

    /// Is it ranked with the others?
    pub fn is_member(&self, unit: &str) -> bool {
        self.members.is_empty() || !self.guests.contains(unit)
    }

    fn listed(&self, name: &str) -> String {
        self.names.get(name).cloned().unwrap_or_else(|| name.to_owned())
    }
}

/// Does `long` have all letters of `short` in their order?
fn holds(long: &str, short: &str) -> bool {
    let mut letters = long.chars();
    short.chars().all(|wanted| letters.any(|letter| letter == wanted))
}

/// A name without spaces and with full-width brackets, as the plans print it.
fn fold(name: &str) -> String {
    name.chars()
        .filter(|letter| !letter.is_whitespace())
        .map(|letter| match letter {
            '(' => '（',
            ')' => '）',
            other => other,
        })
        .collect()
}
