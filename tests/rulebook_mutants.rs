//! No number, word or list of a rulebook that the scorer reads can be changed without a worked case noticing.
//!
//! Each rulebook is taken as JSON; every value that scores is changed in turn, one at a time, and the cases of
//! `fixtures/rulebooks/` are worked again with the changed table.

use std::collections::BTreeMap;

use mingcha::{
    catalog::{Catalog, rulebooks},
    model::{
        Rulebook,
        rulebook::{CheckRef, ExclusiveBy, Per},
    },
};
use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::rulebook_cases::{Fixture, catalog, fixtures, noticed, noticed_first_by};

/// Keys that are for readers, or that lead to what another test pins.
const SILENT: &[&str] = &[
    "id",
    "title",
    "group",
    "mode",
    "decided_by",
    "place",
    "plan",
    "class",
    "why_staff",
    "clues",
    "name",
    "elements",
    "observable",
    "readings",
    "units",
    "period",
    "full_mark",
    "borrowed",
    "see",
];

/// A changed value: where, and the whole table with the change; where there are two tables, one must be noticed.
type Mutant = (String, Vec<Value>);

fn tree_of(book: &Rulebook) -> Value {
    let mut tree = serde_json::to_value(book).unwrap();
    tree.as_object_mut().unwrap().remove("borrowed");
    tree
}

/// Every change of one value of the table.
fn mutants(tree: &Value) -> Vec<Mutant> {
    let mut spots = Vec::new();
    collect(tree, "", &mut spots);
    let mut found = Vec::new();
    for spot in spots {
        let old = tree.pointer(&spot).unwrap();
        for (what, values) in changes(&spot, old) {
            let tables = values.into_iter().map(|new| {
                let mut changed = tree.clone();
                *changed.pointer_mut(&spot).unwrap() = new;
                changed
            });
            found.push((format!("{} {what}", named(tree, &spot)), tables.collect()));
        }
    }
    found
}

/// Pointers to all values that score: leaves and lists.
fn collect(node: &Value, at: &str, spots: &mut Vec<String>) {
    match node {
        Value::Object(map) => {
            for (key, value) in map.iter().filter(|(key, _)| !SILENT.contains(&key.as_str())) {
                collect(value, &format!("{at}/{key}"), spots);
            }
        }
        Value::Array(list) => {
            spots.push(at.to_owned());
            for (number, value) in list.iter().enumerate() {
                collect(value, &format!("{at}/{number}"), spots);
            }
        }
        _ => spots.push(at.to_owned()),
    }
}

/// What else may stand there.
fn changes(spot: &str, old: &Value) -> Vec<(String, Vec<Value>)> {
    let key = spot.rsplit('/').find(|part| part.parse::<usize>().is_err()).unwrap_or_default();
    match old {
        Value::Bool(value) => vec![("the other way".into(), vec![json!(!value)])],
        Value::Number(number) => {
            let number = number.as_u64().unwrap();
            [number + 1, number - 1].map(|other| (format!("as {other}"), vec![json!(other)])).to_vec()
        }
        // Members and rows are taken out of their lists, below.
        Value::String(_) if ["checks", "members", "clauses", "unless"].contains(&key) => vec![],
        Value::String(text) => match text.parse::<Decimal>() {
            // Up, or down where a bound above it hides that.
            Ok(number) => {
                let moved = [number + Decimal::new(1, 1), number - Decimal::new(1, 1)];
                vec![("moved".into(), moved.map(|number| json!(number.to_string())).to_vec())]
            }
            Err(_) => words(key, text),
        },
        Value::Array(list) => (0..list.len())
            .map(|number| {
                let mut shorter = list.clone();
                shorter.remove(number);
                (format!("without {}", label(&list[number])), vec![json!(shorter)])
            })
            .collect(),
        _ => vec![],
    }
}

/// The other words an enumeration allows; for days and grades, another one.
fn words(key: &str, text: &str) -> Vec<(String, Vec<Value>)> {
    let others: &[&str] = match key {
        "per" => &["once", "item", "value"],
        "clause" | "section" => &["weight", "none"],
        "ceiling_applies" => &["last", "before-major"],
        "by" => &["subject", "unit", "entry"],
        "keep" => &["highest", "first"],
        "partial" => &["floor", "ceil", "linear"],
        "order" => &["fewest", "most"],
        "ties" => &["skip", "dense"],
        "peers" => &["applicable", "all"],
        "finding_level" => &["state", "province", "city", "county"],
        "effect" => {
            // One of the same family, which takes the same keys.
            match text {
                "deduct" => &["bonus", "major"],
                "bonus" => &["deduct", "major"],
                "major" => &["deduct", "bonus"],
                "earn" => &["deduct"],
                "ratio" => &["inverse-ratio"],
                "inverse-ratio" => &["ratio"],
                _ => &[],
            }
        }
        "least_level" => {
            return vec![("left out".into(), vec![Value::Null]), ("as province".into(), vec![json!("province")])];
        }
        "since" => return vec![("left out".into(), vec![Value::Null])],
        "grade" => return vec![("another".into(), vec![json!("另一等次")])],
        "rulebook" => &[],
        _ => panic!("{key}: {text} is a word this test does not know; say what else may stand there"),
    };
    others.iter().filter(|other| **other != text).map(|other| (format!("as {other}"), vec![json!(other)])).collect()
}

fn label(node: &Value) -> String {
    let inner = ["id", "name", "rulebook", "from", "below", "loses"].iter().find_map(|key| node.get(key));
    inner.unwrap_or(node).to_string()
}

/// A pointer with the ids of the rows on its way.
fn named(tree: &Value, spot: &str) -> String {
    let mut name = String::new();
    let mut way = String::new();
    for part in spot.split('/').skip(1) {
        way = format!("{way}/{part}");
        let node = tree.pointer(&way).unwrap();
        let label = node.get("id").or_else(|| node.get("name")).and_then(Value::as_str).unwrap_or(part);
        name = format!("{name}/{label}");
    }
    name
}

/// Changes that no entry can show, each with its reason.
fn is_silent(book: &Rulebook, name: &str) -> Option<&'static str> {
    let steps = || book.clauses().flat_map(|(_, clause)| &clause.steps);
    let any = |effects: &[&str]| steps().any(|step| effects.contains(&step.effect.name().as_str()));
    let of_clause = |part: &str| book.clauses().find(|(_, clause)| name.contains(&format!("/{}{part}", clause.id)));
    let rounds = ["ratio", "inverse-ratio", "tiered-ratio", "percent-shortfall", "average", "external", "manual"];
    if name.starts_with("/places ") && !any(&rounds) {
        return Some("nothing of it is rounded");
    }
    if name.starts_with("/bounds/ceiling_applies ") && (book.bounds.ceiling.is_none() || !any(&["major"])) {
        return Some("without a ceiling, or without major deductions, the two are one");
    }
    if name.starts_with("/open_figures ") {
        return Some("only the validator reads it");
    }
    if name.starts_with("/bounds/clause ") && book.clauses().all(|(_, clause)| clause.weight.is_none()) {
        return Some("a row without a weight has no bound");
    }
    if name.starts_with("/bounds/") && ["yuncheng-2022-b1", "yuncheng-2022-b2"].contains(&book.id.as_str()) {
        return Some("no row of it can lose more than its weight, and so no section");
    }
    if name.starts_with("/bounds/section ") && !book.weighted() {
        return Some("rows that an overlay weighs stay within their own weights");
    }
    let single = book.exclusive.iter().find(|group| name.starts_with(&format!("/exclusive/{}/keep ", group.id)));
    if single.is_some_and(|group| group.members.len() == 1 || group.by == ExclusiveBy::Entry) {
        return Some("one member has no first one, and where every entry counts none is kept before another");
    }
    if name.contains("/clauses without ")
        && book.clauses().any(|(_, row)| !row.see.is_empty() && name.ends_with(&format!("{:?}", row.id)))
    {
        return Some("a row that refers to others takes no entry; the tests of checklists pin it");
    }
    if name.ends_with("/effect as major") && of_clause("/").is_some_and(|(_, clause)| clause.outside) {
        return Some("what counts outside the section is lost on top of the total either way");
    }
    if name.ends_with("/all-counties/explicit the other way") {
        return Some("an entry that names no step means a loss, and this is a bonus");
    }
    None
}

/// Does a case notice, or can the table not even be read any more?
fn caught(catalog: &Catalog, book: &Rulebook, changed: Value, fixture: &Fixture, name: &str) -> bool {
    let Ok(mut changed) = serde_json::from_value::<Rulebook>(changed) else { return true };
    rulebooks::borrow(&mut changed, &catalog.rulebooks);
    let row = book.clauses().find(|(_, clause)| name.contains(&format!("/clauses/{}", clause.id)));
    let row = row.map_or("", |(_, clause)| clause.id.as_str());
    changed != *book && noticed_first_by(catalog, &changed, fixture, row)
}

#[test]
fn no_value_of_a_rulebook_can_change_unnoticed() {
    let catalog = catalog();
    let mut unnoticed = Vec::new();
    for fixture in fixtures() {
        let book = catalog.rulebook(&fixture.rulebook).unwrap();
        let tree = tree_of(book);
        for (name, tables) in mutants(&tree) {
            let seen = || tables.into_iter().any(|changed| caught(&catalog, book, changed, &fixture, &name));
            if is_silent(book, &name).is_none() && !seen() {
                unnoticed.push(format!("{} {name}", fixture.rulebook));
            }
        }
    }
    assert!(unnoticed.is_empty(), "{} changes:\n{}", unnoticed.len(), unnoticed.join("\n"));
}

#[test]
fn no_check_can_feed_another_step_unnoticed() {
    let catalog = catalog();
    let mut unnoticed = Vec::new();
    let mut feeds = 0;
    for fixture in fixtures() {
        let book = catalog.rulebook(&fixture.rulebook).unwrap();
        let mut takers: BTreeMap<(usize, usize, usize), Vec<CheckRef>> = BTreeMap::new();
        for (s, section) in book.sections.iter().enumerate() {
            for (c, clause) in section.clauses.iter().enumerate().filter(|(_, clause)| clause.see.is_empty()) {
                for (step, found) in clause.steps.iter().enumerate() {
                    takers.insert((s, c, step), found.checks.clone());
                }
            }
        }
        let places: Vec<_> = takers.keys().copied().collect();
        for (number, place) in places.iter().enumerate() {
            // To the step before and the one after; a step that is never meant as such loses nothing.
            let others =
                [number.checked_sub(1), Some(number + 1)].into_iter().flatten().filter_map(|at| places.get(at));
            for feed in &takers[place] {
                feeds += 1;
                for other in others.clone() {
                    let mut changed = book.clone();
                    let (s, c, n) = *place;
                    changed.sections[s].clauses[c].steps[n].checks.retain(|known| known != feed);
                    let (s, c, n) = *other;
                    changed.sections[s].clauses[c].steps[n].checks.push(feed.clone());
                    if !noticed(&catalog, &changed, &fixture) {
                        let to = &book.sections[s].clauses[c];
                        unnoticed.push(format!("{} {feed} to {}.{}", book.id, to.id, to.steps[n].id));
                    }
                }
            }
        }
    }
    assert!(feeds > 200, "{feeds}");
    assert!(unnoticed.is_empty(), "{} feeds:\n{}", unnoticed.len(), unnoticed.join("\n"));
}

/// `per: once` is the default and not written, so that the other changes never meet it.
#[test]
fn no_step_can_count_oftener_unnoticed() {
    let catalog = catalog();
    let mut unnoticed = Vec::new();
    for fixture in fixtures() {
        let book = catalog.rulebook(&fixture.rulebook).unwrap();
        for (s, section) in book.sections.iter().enumerate() {
            for (c, clause) in section.clauses.iter().enumerate() {
                for (n, step) in clause.steps.iter().enumerate() {
                    // Where one item already reaches the cap, once and each time are the same.
                    let reached =
                        |cap: Option<Decimal>| cap.is_some_and(|cap| step.points.is_some_and(|points| points >= cap));
                    let counts = step.points.is_some() || !step.levels.is_empty();
                    let family = ["deduct", "bonus", "earn", "major"].contains(&step.effect.name().as_str());
                    if !family || !counts || step.per != Per::Once || reached(clause.cap) || reached(step.cap) {
                        continue;
                    }
                    let mut changed = book.clone();
                    changed.sections[s].clauses[c].steps[n].per = Per::Item;
                    if !noticed(&catalog, &changed, &fixture) {
                        unnoticed.push(format!("{} {}.{}", book.id, clause.id, step.id));
                    }
                }
            }
        }
    }
    assert!(unnoticed.is_empty(), "{} steps:\n{}", unnoticed.len(), unnoticed.join("\n"));
}
