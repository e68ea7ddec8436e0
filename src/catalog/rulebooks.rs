//! Loads `checks/rulebooks/` and `checks/units/`, and puts the finger on what is wrong in them.

use std::{collections::BTreeSet, sync::OnceLock};

use super::{
    Files,
    rulebook_rules::{Defect, Findings, Known, defects},
    shape::{self, Shaped},
    unit_rules,
    yaml::{Places, Problem},
};
use crate::model::{Rulebook, UnitList, rulebook::Clause};

/// The lists of units.
pub fn load_units(files: &Files, problems: &mut Vec<Problem>) -> Vec<UnitList> {
    let mut lists: Vec<UnitList> = Vec::new();
    let schema = schemars::schema_for!(UnitList).to_value();
    for (name, text) in files.in_folder("units") {
        let Shaped { value, problems: found, places, .. } = shape::read::<UnitList>(name, text, &schema);
        let sound = found.is_empty();
        problems.extend(found);
        let Some(list) = value.filter(|_| sound) else { continue };
        problems.extend(unit_rules::defects(&list).into_iter().map(|defect| defect.placed(name, &places)));
        if lists.iter().any(|other| other.id == list.id) {
            let message = format!("list {} exists already", list.id);
            problems.push(places.problem(name, "id", message, "give it another id"));
        } else {
            lists.push(list);
        }
    }
    lists
}

/// All rulebooks, with what they borrow from each other filled in.
pub fn load(
    files: &Files,
    checks: &BTreeSet<String>,
    lists: &[UnitList],
    problems: &mut Vec<Problem>,
) -> Vec<Rulebook> {
    let known = Known { checks, lists };
    let mut books: Vec<(&str, Places, Rulebook)> = Vec::new();
    for (name, text) in files.in_folder("rulebooks") {
        let Examined { book, problems: found, places } = examine(name, text, &known);
        problems.extend(found);
        let Some(book) = book else { continue };
        problems.extend(misnamed(name, &book, &places));
        if books.iter().any(|(_, _, other)| other.id == book.id) {
            let message = format!("rulebook {} exists already", book.id);
            problems.push(places.problem(name, "id", message, "give it another id"));
        } else {
            books.push((name, places, book));
        }
    }
    let plain: Vec<Rulebook> = books.iter().map(|(_, _, book)| book.clone()).collect();
    for (name, places, book) in &mut books {
        problems.extend(borrow(book, &plain).into_iter().map(|defect| defect.placed(name, places)));
    }
    books.into_iter().map(|(_, _, book)| book).collect()
}

/// Reads one rulebook and finds it sound, or tells everything that is wrong with it. What it borrows is left open.
pub fn read(name: &str, text: &str, checks: &BTreeSet<String>, lists: &[UnitList]) -> Result<Rulebook, Vec<Problem>> {
    examine(name, text, &Known { checks, lists }).sound()
}

/// Reads one rulebook, with what it borrows from `others` filled in.
pub fn read_among(
    name: &str,
    text: &str,
    checks: &BTreeSet<String>,
    lists: &[UnitList],
    others: &[Rulebook],
) -> Result<Rulebook, Vec<Problem>> {
    let mut examined = examine(name, text, &Known { checks, lists });
    if let Some(book) = &mut examined.book {
        let found = borrow(book, others);
        let found = found.into_iter().filter(|_| !others.is_empty());
        examined.problems.extend(found.map(|defect| defect.placed(name, &examined.places)));
        examined.problems.extend(misnamed(name, book, &examined.places));
        examined.problems.sort();
    }
    examined.sound()
}

/// A rulebook as far as it can be read, with everything that is wrong with it.
struct Examined {
    book: Option<Rulebook>,
    problems: Vec<Problem>,
    places: Places,
}

impl Examined {
    fn sound(self) -> Result<Rulebook, Vec<Problem>> {
        match self.book {
            Some(book) if self.problems.is_empty() => Ok(book),
            _ => Err(self.problems),
        }
    }
}

fn examine(name: &str, text: &str, known: &Known<'_>) -> Examined {
    let Shaped { value: book, mut problems, damaged, places } = shape::read::<Rulebook>(name, text, schema());
    if let Some(book) = &book {
        let found = defects(book, known).into_iter().filter(|defect| !hangs_on(&defect.field, &damaged));
        problems.extend(found.map(|defect| defect.placed(name, &places)));
        problems.sort();
    }
    Examined { book, problems, places }
}

/// May a defect at `field` be no more than the echo of a stand-in at one of the `damaged` fields? Such a defect is not
/// told: it would send the reader to a place where nothing is wrong.
fn hangs_on(field: &str, damaged: &[String]) -> bool {
    damaged.iter().any(|damaged| {
        let around = damaged.rfind(['.', '[']).map_or("", |at| &damaged[..at]);
        let beside = field.strip_prefix(around).is_some_and(|rest| rest.matches(['.', '[']).count() <= 1);
        let below = field.strip_prefix(damaged.as_str()).is_some_and(|rest| rest.starts_with(['.', '[']));
        let measured = match damaged.split('.').next().unwrap_or_default() {
            "full_mark" => {
                is_sum(field)
                    || field.starts_with("bounds")
                    || field.starts_with("grades")
                    || field.ends_with("consequence.total")
            }
            "period" => field.ends_with(".since"),
            "grades" => field.ends_with("consequence.grade"),
            table if table.starts_with("sections") => {
                refers_to_rows(field) || (is_sum(field) && !damaged.contains(".steps["))
            }
            _ => false,
        };
        // A row whose steps cannot be read may name checks all the same.
        let unseen = field.strip_suffix(".observable").and_then(|row| damaged.strip_prefix(row));
        let unseen = unseen.is_some_and(|rest| rest.starts_with(".steps"));
        field == damaged || field == around || beside || below || measured || unseen
    })
}

fn is_sum(field: &str) -> bool {
    field == "full_mark" || field == "sections" || (field.starts_with("sections") && field.ends_with(".weight"))
}

/// Does a defect there speak of a row that a stand-in may hide?
fn refers_to_rows(field: &str) -> bool {
    let in_step = field.rsplit_once(".steps[").map_or("", |(_, rest)| rest);
    ["exclusive", "readings", "borrows"].iter().any(|list| field.starts_with(list))
        || in_step.contains(".clauses[")
        || in_step.contains(".unless[")
        || field.contains(".see[")
}

/// A file of a rules folder is found by its name.
fn misnamed(name: &str, book: &Rulebook, places: &Places) -> Option<Problem> {
    let (folder, file) = name.rsplit_once('/')?;
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    let in_rules = folder == "rulebooks" || folder.ends_with("/rulebooks");
    (in_rules && !book.id.is_empty() && stem != book.id).then(|| {
        let message = format!("the file is called {stem}, the rulebook {}", book.id);
        places.problem(name, "id", message, format!("write id: {stem}, or rename the file"))
    })
}

/// Fills `borrowed`; answers with what could not be found.
pub fn borrow(book: &mut Rulebook, all: &[Rulebook]) -> Vec<Defect> {
    let mut found = Findings::default();
    let mut borrowed: Vec<Clause> = Vec::new();
    for (number, borrow) in book.borrows.iter().enumerate() {
        let at = format!("borrows[{number}]");
        if borrow.rulebook == book.id {
            let help = "write the id of another rulebook";
            found.add(&format!("{at}.rulebook"), format!("{} borrows from itself", book.id), help);
            continue;
        }
        let Some(lender) = all.iter().find(|other| other.id == borrow.rulebook) else {
            let names: Vec<&str> = all.iter().map(|other| other.id.as_str()).collect();
            let message = format!("there is no rulebook {:?}", borrow.rulebook);
            found.add(&format!("{at}.rulebook"), message, format!("write one of {}", names.join(", ")));
            continue;
        };
        for (position, id) in borrow.clauses.iter().enumerate() {
            let field = format!("{at}.clauses[{position}]");
            let own = lender.sections.iter().flat_map(|section| &section.clauses).find(|clause| clause.id == *id);
            match own {
                None if lender.borrows.iter().any(|next| next.clauses.contains(id)) => {
                    let message = format!("{} borrows {id} itself, so the two go in a circle or a chain", lender.id);
                    found.add(&field, message, "borrow it from the rulebook where it stands");
                }
                None => {
                    let message = format!("{} has no clause {id}", lender.id);
                    found.add(&field, message, "write the id of a row of that rulebook");
                }
                Some(_) if borrowed.iter().any(|other| other.id == *id) || book.clause(id).is_some() => {
                    found.add(
                        &field,
                        format!("clause {id} stands twice"),
                        "borrow each row once, and none of its own id",
                    );
                }
                Some(clause) => borrowed.push(clause.clone()),
            }
        }
    }
    book.borrowed = borrowed;
    found.into_defects()
}

/// The JSON Schema of rulebook files.
pub fn schema() -> &'static serde_json::Value {
    static SCHEMA: OnceLock<serde_json::Value> = OnceLock::new();
    SCHEMA.get_or_init(|| schemars::schema_for!(Rulebook).to_value())
}
