//! What makes a rulebook sound: every defect with its field, what is wrong and what to do.

use std::collections::BTreeSet;

use rust_decimal::Decimal;

use super::step_rules;
use crate::model::{
    Rulebook, UnitList,
    rulebook::{Clause, Effect, Reading, Section},
};

/// A defect of a rulebook, before its place in the file is looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Defect {
    /// Such as `sections[1].clauses[0].cap`.
    pub field: String,
    pub message: String,
    pub help: String,
}

/// What a rulebook refers to outside itself.
pub struct Known<'a> {
    /// Ids of all checks; empty where none are loaded, and then none is unknown.
    pub checks: &'a BTreeSet<String>,
    pub lists: &'a [UnitList],
}

/// Everything that is wrong with a rulebook.
pub fn defects(book: &Rulebook, known: &Known<'_>) -> Vec<Defect> {
    let mut found = Findings::default();
    head(book, known, &mut found);
    let mut clause_ids = BTreeSet::new();
    let mut section_names = BTreeSet::new();
    for (number, section) in book.sections.iter().enumerate() {
        let at = format!("sections[{number}]");
        if !section_names.insert(&section.name) {
            found.add(
                &format!("{at}.name"),
                format!("section {:?} stands twice", section.name),
                "give each its own name",
            );
        }
        check_section(section, &at, &mut found);
        for (number, clause) in section.clauses.iter().enumerate() {
            let at = format!("{at}.clauses[{number}]");
            if !clause_ids.insert(&clause.id) {
                found.add(
                    &format!("{at}.id"),
                    format!("clause {} stands twice", clause.id),
                    "give each row its own id",
                );
            }
            check_clause(book, section, clause, &at, known, &mut found);
        }
    }
    check_feeds(book, &mut found);
    check_groups(book, &mut found);
    let mut reading_ids = BTreeSet::new();
    for (number, reading) in book.readings.iter().enumerate() {
        let at = format!("readings[{number}]");
        if !reading_ids.insert(&reading.id) {
            found.add(&format!("{at}.id"), format!("reading {} stands twice", reading.id), "give each its own id");
        }
        check_reading(book, reading, &at, known, &mut found);
    }
    found.list
}

/// Collects defects.
#[derive(Default)]
pub struct Findings {
    list: Vec<Defect>,
}

impl Findings {
    pub fn add(&mut self, field: &str, message: impl Into<String>, help: impl Into<String>) {
        self.list.push(Defect { field: field.to_owned(), message: message.into(), help: help.into() });
    }

    /// A number that must not be negative.
    pub fn not_negative(&mut self, field: &str, number: Option<Decimal>) {
        if let Some(number) = number.filter(|number| *number < Decimal::ZERO) {
            self.add(field, format!("{number} is negative"), "write losses and gains as positive numbers");
        }
    }

    /// A cap that must leave something.
    pub fn above_zero(&mut self, field: &str, number: Option<Decimal>) {
        if let Some(number) = number.filter(|number| *number <= Decimal::ZERO) {
            self.add(field, format!("{number} leaves nothing"), "write a number above 0, or take the key out");
        }
    }
}

fn head(book: &Rulebook, known: &Known<'_>, found: &mut Findings) {
    if book.period.from > book.period.to {
        let message = format!("the period ends on {} before it begins on {}", book.period.to, book.period.from);
        found.add("period.to", message, "write the earlier day as from");
    }
    if book.full_mark <= Decimal::ZERO {
        found.add("full_mark", format!("{} is no full mark", book.full_mark), "write a number above 0");
    }
    let weights: Decimal = book.sections.iter().filter_map(|section| section.weight).sum();
    let has_weights = book.sections.iter().any(|section| section.weight.is_some());
    if has_weights && weights != book.full_mark {
        found.add(
            "full_mark",
            format!("the sections' weights sum to {weights}, the full mark is {}", book.full_mark),
            "correct the weight of a section or the full mark",
        );
    }
    if !has_weights && !book.open_figures {
        found.add(
            "sections",
            "no section has a weight, so nothing can be scored",
            "give weights, or write open_figures: true where the plan leaves them to an overlay",
        );
    }
    for pair in 1..book.grades.len() {
        if book.grades[pair].from >= book.grades[pair - 1].from {
            let grade = &book.grades[pair];
            found.add(
                &format!("grades[{pair}].from"),
                format!("grade {} begins at {} and is never reached", grade.name, grade.from),
                "list the grades from the best to the worst",
            );
        }
    }
    if let Some(units) = &book.units {
        match known.lists.iter().find(|list| list.id == units.list) {
            None => found.add(
                "units.list",
                format!("there is no list of units {:?}", units.list),
                "name a file of checks/units without its ending",
            ),
            Some(list) if !list.classes.iter().any(|class| class.class == units.class) => found.add(
                "units.class",
                format!("list {} has no class {:?}", list.id, units.class),
                format!(
                    "it has {}",
                    list.classes.iter().map(|class| class.class.as_str()).collect::<Vec<_>>().join(", ")
                ),
            ),
            Some(_) => {}
        }
    }
}

fn check_section(section: &Section, at: &str, found: &mut Findings) {
    found.not_negative(&format!("{at}.weight"), section.weight);
    found.above_zero(&format!("{at}.bonus_cap"), section.bonus_cap);
    let weighted = section.clauses.iter().any(|clause| clause.weight.is_some());
    let sum: Decimal = section.clauses.iter().filter_map(|clause| clause.weight).sum();
    match section.weight {
        Some(weight) if weighted && weight != sum => found.add(
            &format!("{at}.weight"),
            format!("section {} weighs {weight}, its rows sum to {sum}", section.name),
            "correct the weight of a row or of the section",
        ),
        None if weighted => found.add(
            at,
            format!("section {} has rows with weights and no weight itself", section.name),
            format!("add weight: {sum}"),
        ),
        _ => {}
    }
    let gains = section.clauses.iter().flat_map(|clause| &clause.steps).any(|step| step.effect == Effect::Bonus);
    if section.bonus_cap.is_some() && !gains {
        found.add(&format!("{at}.bonus_cap"), "caps bonus points that no row gives", "add a bonus step or take it out");
    }
    if section.clauses.is_empty() {
        found.add(&format!("{at}.clauses"), format!("section {} has no rows", section.name), "add a row");
    }
}

fn check_clause(
    book: &Rulebook,
    section: &Section,
    clause: &Clause,
    at: &str,
    known: &Known<'_>,
    found: &mut Findings,
) {
    found.not_negative(&format!("{at}.weight"), clause.weight);
    found.above_zero(&format!("{at}.cap"), clause.cap);
    found.above_zero(&format!("{at}.bonus_cap"), clause.bonus_cap);
    let any = |wanted: &[Effect]| clause.steps.iter().any(|step| wanted.contains(&step.effect));
    let losing = [Effect::Deduct, Effect::PercentShortfall, Effect::CountShortfall, Effect::RankDeduct];
    if clause.cap.is_some() && !any(&losing) {
        found.add(&format!("{at}.cap"), "caps a loss, but no step loses points", "add a deduct step or take it out");
    }
    if clause.bonus_cap.is_some() && !any(&[Effect::Bonus]) {
        found.add(
            &format!("{at}.bonus_cap"),
            "caps bonus points that no step gives",
            "add a bonus step or take it out",
        );
    }
    if any(&losing) && section.weight.is_none() && !clause.outside {
        found.add(
            at,
            format!("{} loses points in a section without weight, so nothing is lost", clause.id),
            "give the section a weight, or write outside: true for points lost on top of the total",
        );
    }
    check_reference(book, clause, at, found);
    if clause.steps.is_empty() && clause.see.is_empty() {
        found.add(&format!("{at}.steps"), format!("{} has no step", clause.id), "add a step");
    }
    let mut ids = BTreeSet::new();
    for (number, step) in clause.steps.iter().enumerate() {
        let at = format!("{at}.steps[{number}]");
        if !ids.insert(&step.id) {
            found.add(
                &format!("{at}.id"),
                format!("step {} stands twice in {}", step.id, clause.id),
                "give each its own id",
            );
        }
        step_rules::check(book, clause, step, &at, known, found);
    }
    let Some(list) = book.units.as_ref().and_then(|units| known.lists.iter().find(|list| list.id == units.list)) else {
        return;
    };
    for (number, name) in clause.units.iter().enumerate() {
        let mut all = list.classes.iter().flat_map(|class| &class.units);
        let open = list.open || list.classes.iter().any(|class| class.open);
        let of_a_kind = list.unnamed.as_ref().and_then(|kinds| kinds.short_name(list.place.as_deref(), name));
        if !open && of_a_kind.is_none() && !all.any(|unit| list.names_of(unit).contains(name)) {
            found.add(
                &format!("{at}.units[{number}]"),
                format!("list {} has no unit {name}", list.id),
                "write the name as in the list",
            );
        }
    }
}

/// A row that refers to others has nothing of its own.
fn check_reference(book: &Rulebook, clause: &Clause, at: &str, found: &mut Findings) {
    for (number, id) in clause.see.iter().enumerate() {
        if *id == clause.id || book.clause(id).is_none_or(|other| !other.see.is_empty()) {
            found.add(
                &format!("{at}.see[{number}]"),
                format!("{id} is no row with a score of its own"),
                "write the id of a scored row",
            );
        }
    }
    if !clause.see.is_empty() && (!clause.steps.is_empty() || clause.weight.is_some()) {
        let message = format!("{} refers to other rows and cannot be scored itself", clause.id);
        found.add(&format!("{at}.see"), message, "take out its weight and steps, or see");
    }
}

/// A check whose findings an earlier step takes never reaches a later one.
fn check_feeds(book: &Rulebook, found: &mut Findings) {
    let mut earlier: Vec<(&crate::model::rulebook::CheckRef, String)> = Vec::new();
    for (section_number, section) in book.sections.iter().enumerate() {
        for (clause_number, clause) in section.clauses.iter().enumerate() {
            for (step_number, step) in clause.steps.iter().enumerate() {
                for (number, feed) in step.checks.iter().enumerate() {
                    let name = format!("{}.{}", clause.id, step.id);
                    if let Some((_, taker)) = earlier.iter().find(|(before, _)| {
                        before.check == feed.check
                            && (before.subject.is_none()
                                || feed.subject.as_ref().is_some_and(|subject| before.fits(&feed.check, Some(subject))))
                    }) {
                        let field = format!(
                            "sections[{section_number}].clauses[{clause_number}].steps[{step_number}].checks[{number}]"
                        );
                        found.add(
                            &field,
                            format!("findings of {feed} never come here, {taker} takes them"),
                            "name each check in one step, or part them by subject",
                        );
                    }
                    earlier.push((feed, name));
                }
            }
        }
    }
}

fn check_groups(book: &Rulebook, found: &mut Findings) {
    let exists = |member: &str| match member.split_once('.') {
        Some((clause, step)) => book.clause(clause).is_some_and(|clause| clause.step(step).is_some()),
        None => book.clause(member).is_some(),
    };
    for (number, group) in book.exclusive.iter().enumerate() {
        for (position, member) in group.members.iter().enumerate() {
            if !exists(member) {
                found.add(
                    &format!("exclusive[{number}].members[{position}]"),
                    format!("there is no {member}"),
                    "write clause or clause.step",
                );
            }
        }
    }
}

fn check_reading(book: &Rulebook, reading: &Reading, at: &str, known: &Known<'_>, found: &mut Findings) {
    let Some(chosen) = reading.options.get(&reading.chosen) else {
        let options: Vec<&str> = reading.options.keys().map(String::as_str).collect();
        found.add(
            &format!("{at}.chosen"),
            format!("reading {} has no option {:?}", reading.id, reading.chosen),
            format!("choose one of {}", options.join(", ")),
        );
        return;
    };
    if !chosen.set.is_empty() {
        found.add(
            &format!("{at}.options.{}.set", reading.chosen),
            "the chosen option changes the table",
            "write the table as chosen, and the changes into the other options",
        );
    }
    for (name, option) in &reading.options {
        let field = format!("{at}.options.{name}.set");
        match book.with_values(&option.set) {
            Err(message) => found.add(&field, message, "correct the path or the value"),
            Ok(_) if option.set.is_empty() => {}
            Ok(mut switched) => {
                if switched == *book {
                    found.add(&field, "changes nothing", "correct the value or take the option out");
                }
                switched.readings.clear();
                for defect in defects(&switched, known) {
                    if defects_without_readings(book, known).contains(&defect) {
                        continue;
                    }
                    found.add(&field, format!("breaks the table: {}: {}", defect.field, defect.message), defect.help);
                }
            }
        }
    }
}

fn defects_without_readings(book: &Rulebook, known: &Known<'_>) -> Vec<Defect> {
    let mut plain = book.clone();
    plain.readings.clear();
    defects(&plain, known)
}
