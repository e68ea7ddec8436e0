//! What makes a rulebook sound: every defect with its field, what is wrong and what to do.

use std::collections::BTreeSet;

use rust_decimal::Decimal;

use super::{
    head_rules, reading_rules, step_rules,
    yaml::{Places, Problem},
};
use crate::model::{
    Rulebook, UnitList,
    rulebook::{Clause, Effect, Per, Section, Step},
};

/// A defect of a rulebook, before its place in the file is looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Defect {
    /// Such as `sections[1].clauses[0].cap`.
    pub field: String,
    pub message: String,
    pub help: String,
}

impl Defect {
    /// As it is shown, at the line and column of its field.
    pub fn placed(self, file: &str, places: &Places) -> Problem {
        places.problem(file, self.field, self.message, self.help)
    }
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
    head_rules::check(book, known, &mut found);
    let mut clause_ids = BTreeSet::new();
    let mut section_names = BTreeSet::new();
    for (number, section) in book.sections.iter().enumerate() {
        let at = format!("sections[{number}]");
        found.not_empty(&format!("{at}.name"), &section.name);
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
    reading_rules::groups(book, &mut found);
    reading_rules::readings(book, known, &mut found);
    found.list
}

/// Collects defects.
#[derive(Default)]
pub struct Findings {
    list: Vec<Defect>,
}

impl Findings {
    pub fn into_defects(self) -> Vec<Defect> {
        self.list
    }

    pub fn add(&mut self, field: &str, message: impl Into<String>, help: impl Into<String>) {
        self.list.push(Defect { field: field.to_owned(), message: message.into(), help: help.into() });
    }

    /// An id that commands, entries and switches can name: `clause.step`, `ID=OPTION`.
    pub fn good_id(&mut self, field: &str, id: &str) {
        let good = |letter: char| letter.is_alphanumeric() || letter == '-' || letter == '_';
        if id.is_empty() || !id.chars().all(good) {
            self.add(field, format!("{id:?} is no id"), "write letters, digits and hyphens, without spaces and dots");
        }
    }

    /// A text that must say something.
    pub fn not_empty(&mut self, field: &str, text: &str) {
        if text.trim().is_empty() {
            self.add(field, "is empty", "write what readers of the scores will see");
        }
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
            &format!("{at}.weight"),
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
    found.good_id(&format!("{at}.id"), &clause.id);
    found.not_empty(&format!("{at}.title"), &clause.title);
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
    check_seen(clause, at, found);
    check_clues(clause, at, known, found);
    check_caps(clause, at, found);
    // A weighted row from which nothing is lost and to which nothing is earned always keeps its weight.
    let beside = [Effect::Bonus, Effect::Major, Effect::Veto, Effect::Average];
    if clause.weight.is_some()
        && !clause.steps.is_empty()
        && clause.steps.iter().all(|step| beside.contains(&step.effect))
    {
        found.add(
            &format!("{at}.weight"),
            format!("{} has a weight that no step loses or earns", clause.id),
            "add the step that loses it, or take the weight out",
        );
    }
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
        if clause.units[..number].contains(name) {
            let message = format!("unit {name} stands twice");
            found.add(&format!("{at}.units[{number}]"), message, "name each unit once");
        }
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

/// A row to be seen on line has a check that looks, or says why a person must.
fn check_seen(clause: &Clause, at: &str, found: &mut Findings) {
    if let Some(why) = &clause.why_staff {
        found.not_empty(&format!("{at}.why_staff"), why);
    } else if clause.observable.on_line() && clause.steps.iter().all(|step| step.checks.is_empty()) {
        found.add(
            &format!("{at}.observable"),
            format!("{} is to be seen on line, but no check looks at it", clause.id),
            "name a check under checks: of a step, or say in why_staff: why a person must look",
        );
    }
}

/// A clue is a check there is, and one that does not cost points in the same row.
fn check_clues(clause: &Clause, at: &str, known: &Known<'_>, found: &mut Findings) {
    for (number, clue) in clause.clues.iter().enumerate() {
        let field = format!("{at}.clues[{number}]");
        step_rules::check_exists(clue, known, &field, found);
        if clause.clues[..number].contains(clue) {
            found.add(&field, format!("clue {clue} stands twice"), "name each check once");
        }
        if clause.steps.iter().any(|step| step.checks.contains(clue)) {
            let message = format!("findings of {clue} cost points in {}, they are no mere clue", clause.id);
            found.add(&field, message, "name it under checks: of a step, or under clues:");
        }
    }
}

/// Caps of the row that cut off even the smallest of its steps: then no step ever counts in full.
fn check_caps(clause: &Clause, at: &str, found: &mut Findings) {
    let least = |wanted: &[Effect]| {
        let steps = clause.steps.iter().filter(|step| wanted.contains(&step.effect) && step.per != Per::Value);
        steps.filter_map(Step::least_points).min()
    };
    let caps = [
        ("cap", clause.cap, least(&[Effect::Deduct, Effect::PercentShortfall, Effect::CountShortfall])),
        ("bonus_cap", clause.bonus_cap, least(&[Effect::Bonus])),
    ];
    for (key, cap, least) in caps {
        if let (Some(cap), Some(least)) = (cap, least)
            && cap > Decimal::ZERO
            && cap < least
        {
            found.add(
                &format!("{at}.{key}"),
                format!("{} is capped at {cap}, below its smallest step of {least}", clause.id),
                "raise the cap or lower the points",
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
