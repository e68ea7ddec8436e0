//! What makes the head of a rulebook sound: period, full mark, bounds, grades and the list of units.

use std::collections::BTreeSet;

use rust_decimal::Decimal;

use super::rulebook_rules::{Findings, Known};
use crate::model::{
    Rulebook,
    rulebook::{CeilingApplies, Effect},
};

/// What is wrong with everything above the sections.
pub fn check(book: &Rulebook, known: &Known<'_>, found: &mut Findings) {
    words(book, found);
    bounds(book, found);
    grades(book, found);
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

fn words(book: &Rulebook, found: &mut Findings) {
    found.good_id("id", &book.id);
    for (field, text) in [
        ("title", &book.title),
        ("class", &book.class),
        ("plan.title", &book.plan.title),
        ("plan.place", &book.plan.place),
    ] {
        found.not_empty(field, text);
    }
    const MOST_PLACES: u32 = 10;
    if book.places > MOST_PLACES {
        let message = format!("{} decimal places are more than {MOST_PLACES}", book.places);
        found.add("places", message, "write how many places ratios and averages are rounded to, such as 4");
    }
}

/// Bounds of the total that leave no room, or that bound nothing.
fn bounds(book: &Rulebook, found: &mut Findings) {
    let bounds = &book.bounds;
    let any = |wanted: Effect| book.clauses().flat_map(|(_, row)| &row.steps).any(|step| step.effect == wanted);
    if let Some(ceiling) = bounds.ceiling.filter(|ceiling| *ceiling < book.full_mark) {
        let message = format!("the ceiling {ceiling} lies below the full mark {}", book.full_mark);
        found.add("bounds.ceiling", message, "write a ceiling of at least the full mark, or take it out");
    }
    if let Some(floor) = bounds.floor.filter(|floor| *floor >= book.full_mark) {
        let message = format!("the floor {floor} leaves nothing below the full mark {}", book.full_mark);
        found.add("bounds.floor", message, "write 0, or null where a total may fall below 0");
    }
    found.above_zero("bounds.bonus", bounds.bonus);
    if bounds.bonus.is_some() && !any(Effect::Bonus) {
        found.add("bounds.bonus", "caps bonus points that no row gives", "add a bonus step or take it out");
    }
    if bounds.ceiling_applies == CeilingApplies::BeforeMajor && bounds.ceiling.is_none() {
        found.add("bounds.ceiling_applies", "there is no ceiling to apply", "add ceiling, or take it out");
    }
}

/// Grades that no total gets, and totals that get no grade.
fn grades(book: &Rulebook, found: &mut Findings) {
    let mut names = BTreeSet::new();
    for (number, grade) in book.grades.iter().enumerate() {
        found.not_empty(&format!("grades[{number}].name"), &grade.name);
        if !names.insert(&grade.name) {
            let message = format!("grade {} stands twice", grade.name);
            found.add(&format!("grades[{number}].name"), message, "give each its own name");
        }
        let most = book.bounds.ceiling.unwrap_or(book.full_mark);
        if grade.from > most {
            let message = format!("grade {} begins at {}, and no total goes above {most}", grade.name, grade.from);
            found.add(&format!("grades[{number}].from"), message, "write a total that can be reached");
        }
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
    let lowest = book.bounds.floor.unwrap_or_default();
    if let Some(last) = book.grades.last().filter(|last| last.from > lowest) {
        let message = format!("totals from {lowest} up to {} have no grade", last.from);
        let field = format!("grades[{}].from", book.grades.len() - 1);
        found.add(&field, message, format!("add the grade that begins at {lowest}"));
    }
}
