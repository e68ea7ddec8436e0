//! What makes groups of steps and readings sound: they name what there is, and a switch changes something.

use std::collections::BTreeSet;

use super::rulebook_rules::{Defect, Findings, Known, defects};
use crate::model::{Rulebook, rulebook::Reading};

/// What is wrong with the groups of steps that share events.
pub fn groups(book: &Rulebook, found: &mut Findings) {
    let exists = |member: &str| match member.split_once('.') {
        Some((clause, step)) => book.clause(clause).is_some_and(|clause| clause.step(step).is_some()),
        None => book.clause(member).is_some(),
    };
    let mut ids = BTreeSet::new();
    for (number, group) in book.exclusive.iter().enumerate() {
        let at = format!("exclusive[{number}]");
        found.good_id(&format!("{at}.id"), &group.id);
        if !ids.insert(&group.id) {
            found.add(&format!("{at}.id"), format!("group {} stands twice", group.id), "give each its own id");
        }
        if group.members.is_empty() {
            found.add(
                &format!("{at}.members"),
                format!("group {} has no members", group.id),
                "write clause or clause.step",
            );
        }
        let mut seen = BTreeSet::new();
        for (position, member) in group.members.iter().enumerate() {
            let field = format!("{at}.members[{position}]");
            if !exists(member) {
                found.add(&field, format!("there is no {member}"), "write clause or clause.step");
            } else if !seen.insert(member.as_str())
                || member.split_once('.').is_some_and(|(row, _)| group.members.iter().any(|other| other == row))
            {
                found.add(&field, format!("{member} is a member already"), "name each step once");
            }
        }
    }
}

/// What is wrong with the ambiguous places and their switches.
pub fn readings(book: &Rulebook, known: &Known<'_>, found: &mut Findings) {
    let mut ids = BTreeSet::new();
    let mut before = None;
    for (number, reading) in book.readings.iter().enumerate() {
        let at = format!("readings[{number}]");
        found.good_id(&format!("{at}.id"), &reading.id);
        found.not_empty(&format!("{at}.where"), &reading.place);
        found.not_empty(&format!("{at}.problem"), &reading.problem);
        for (name, option) in &reading.options {
            found.not_empty(&format!("{at}.options.{name}.says"), &option.says);
        }
        if !ids.insert(&reading.id) {
            found.add(&format!("{at}.id"), format!("reading {} stands twice", reading.id), "give each its own id");
        }
        let before = before.get_or_insert_with(|| defects_without_readings(book, known));
        check_reading(book, reading, &at, known, before, found);
    }
}

fn check_reading(
    book: &Rulebook,
    reading: &Reading,
    at: &str,
    known: &Known<'_>,
    before: &[Defect],
    found: &mut Findings,
) {
    if reading.options.is_empty() {
        let message = format!("reading {} has no options", reading.id);
        found.add(&format!("{at}.options"), message, "write the chosen way to read it, and the others");
        return;
    }
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
                for defect in defects(&switched, known).into_iter().filter(|defect| !before.contains(defect)) {
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
