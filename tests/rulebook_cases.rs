//! Cases worked by hand from the plans (`fixtures/rulebooks/`): each comes out as written, together they touch every
//! step, and no number of a rulebook can be changed without a case noticing.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use mingcha::{
    catalog::{Catalog, yaml},
    model::{
        Entry, Level, Rulebook, ScoreReport, ScoreSheet,
        rulebook::{Effect, Per},
        score_sheet::AdjustmentKind,
    },
    score::{self, Options},
};
use rust_decimal::Decimal;
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fixture {
    rulebook: String,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    /// The arithmetic, for readers.
    #[serde(rename = "because")]
    _because: String,
    #[serde(default)]
    units: Vec<String>,
    #[serde(default)]
    readings: Vec<String>,
    /// Text of an overlay file.
    #[serde(default)]
    overlay: Option<String>,
    /// Instead of its text: a file of `fixtures/rulebooks/overlays/`.
    #[serde(default)]
    overlay_file: Option<String>,
    #[serde(default)]
    flagged: bool,
    #[serde(default)]
    entries: Vec<Entry>,
    expect: BTreeMap<String, Expect>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expect {
    total: Decimal,
    #[serde(default)]
    percent: Option<Decimal>,
    #[serde(default)]
    rank: Option<u32>,
    #[serde(default)]
    grade: Option<String>,
    #[serde(default)]
    vetoed: bool,
    #[serde(default)]
    provisional: Option<Decimal>,
    #[serde(default)]
    pending: Option<Vec<String>>,
    /// Rows of a checklist that are not met.
    #[serde(default)]
    unmet: Option<Vec<String>>,
    /// Has neither grade nor place.
    #[serde(default)]
    ungraded: bool,
    #[serde(default)]
    sections: BTreeMap<String, Decimal>,
    #[serde(default)]
    clauses: BTreeMap<String, Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    #[serde(default)]
    lost: Decimal,
    #[serde(default)]
    gained: Decimal,
    #[serde(default)]
    left: Option<Decimal>,
}

fn fixtures() -> Vec<Fixture> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/rulebooks");
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|item| item.unwrap().path()).collect();
    paths.retain(|path| path.is_file());
    paths.sort();
    let read = |path: &Path| {
        yaml::read(&path.display().to_string(), &fs::read_to_string(path).unwrap())
            .unwrap_or_else(|problem| panic!("{problem}"))
    };
    paths.iter().map(|path| read(path)).collect()
}

fn catalog() -> Catalog {
    Catalog::load(None).unwrap_or_else(|problems| panic!("{problems}"))
}

fn run(catalog: &Catalog, rulebook: &Rulebook, case: &Case) -> Result<ScoreReport, String> {
    let mut book = rulebook.clone();
    let of_file = case.overlay_file.as_ref().map(|name| overlay_text(name));
    if let Some(overlay) = case.overlay.as_ref().or(of_file.as_ref()) {
        book = catalog.overlay(&book, "overlay", overlay).map_err(|problems| problems.to_string())?;
    }
    for switch in &case.readings {
        let (id, option) = switch.split_once('=').expect("ID=OPTION");
        book = book.read_as(id, option)?;
    }
    let options = Options {
        include_flagged: case.flagged,
        units: case.units.clone(),
        known_check: Some(&|_| true),
        ..Options::default()
    };
    score::score(&book, catalog.units_of(&book), &case.entries, &[], &options)
        .map_err(|bad| bad.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
}

fn overlay_text(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/rulebooks/overlays");
    fs::read_to_string(folder.join(name)).unwrap()
}

/// What does not come out as written.
fn faults(report: &ScoreReport, case: &Case) -> Vec<String> {
    let mut faults = Vec::new();
    let mut compare = |what: String, wanted: String, found: String| {
        if wanted != found {
            faults.push(format!("{}: {what}: worked out {wanted}, scored {found}", case.name));
        }
    };
    if report.units.len() != case.expect.len() {
        compare("units".into(), case.expect.len().to_string(), report.units.len().to_string());
    }
    for (unit, expect) in &case.expect {
        let Some(sheet) = report.units.iter().find(|sheet| sheet.unit == *unit) else {
            compare(unit.clone(), "a score".into(), "none".into());
            continue;
        };
        let number = |number: Decimal| number.normalize().to_string();
        compare(format!("{unit} total"), number(expect.total), number(sheet.total));
        compare(format!("{unit} vetoed"), expect.vetoed.to_string(), sheet.vetoed.to_string());
        if let Some(percent) = expect.percent {
            compare(format!("{unit} percent"), number(percent), number(sheet.percent));
        }
        if let Some(rank) = expect.rank {
            compare(format!("{unit} rank"), format!("{:?}", Some(rank)), format!("{:?}", sheet.rank));
        }
        if let Some(grade) = &expect.grade {
            compare(format!("{unit} grade"), format!("{:?}", Some(grade)), format!("{:?}", sheet.grade.as_ref()));
        }
        if let Some(provisional) = expect.provisional {
            let found = sheet.provisional_total.map(number).unwrap_or_default();
            compare(format!("{unit} provisional"), number(provisional), found);
        }
        if let Some(pending) = &expect.pending {
            compare(format!("{unit} pending"), pending.join(" "), sheet.pending.join(" "));
        }
        if let Some(unmet) = &expect.unmet {
            compare(format!("{unit} unmet"), unmet.join(" "), sheet.unmet.join(" "));
        }
        if expect.ungraded {
            let found = format!("{:?} {:?}", sheet.grade, sheet.rank);
            compare(format!("{unit} grade and rank"), "None None".into(), found);
        }
        for (name, score) in &expect.sections {
            let found = sheet.sections.iter().find(|section| section.name == *name).map(|section| section.score);
            compare(format!("{unit} {name}"), number(*score), found.map(number).unwrap_or_default());
        }
        for (id, row) in &expect.clauses {
            let Some(found) = sheet.clauses.iter().find(|clause| clause.clause == *id) else {
                compare(format!("{unit} {id}"), "a row".into(), "none".into());
                continue;
            };
            compare(format!("{unit} {id} lost"), number(row.lost), number(found.deducted));
            compare(format!("{unit} {id} gained"), number(row.gained), number(found.bonus));
            if let Some(left) = row.left {
                compare(format!("{unit} {id} left"), number(left), number(found.score));
            }
        }
    }
    faults
}

#[test]
fn every_case_comes_out_as_worked_by_hand() {
    let catalog = catalog();
    let mut all = Vec::new();
    for fixture in fixtures() {
        let rulebook = catalog.rulebook(&fixture.rulebook).unwrap();
        for case in &fixture.cases {
            match run(&catalog, rulebook, case) {
                Ok(report) => {
                    all.extend(faults(&report, case).into_iter().map(|fault| format!("{}: {fault}", fixture.rulebook)))
                }
                Err(error) => all.push(format!("{}: {}: {error}", fixture.rulebook, case.name)),
            }
        }
    }
    assert!(all.is_empty(), "{}", all.join("\n"));
}

#[test]
fn every_rulebook_has_ten_cases_that_touch_every_step() {
    let catalog = catalog();
    let fixtures = fixtures();
    let mut missing = Vec::new();
    for rulebook in &catalog.rulebooks {
        let cases: Vec<&Case> = fixtures
            .iter()
            .filter(|fixture| fixture.rulebook == rulebook.id)
            .flat_map(|fixture| &fixture.cases)
            .collect();
        if cases.len() < 10 {
            missing.push(format!("{}: {} cases", rulebook.id, cases.len()));
        }
        let mut touched = BTreeSet::new();
        for case in cases {
            if let Ok(report) = run(&catalog, rulebook, case) {
                report.units.iter().for_each(|sheet| touched.extend(steps_touched(rulebook, sheet)));
            }
        }
        for (_, clause) in rulebook.clauses() {
            for step in &clause.steps {
                let name = format!("{}.{}", clause.id, step.id);
                if !touched.contains(&name) {
                    missing.push(format!("{} {name}", rulebook.id));
                }
            }
        }
    }
    assert!(missing.is_empty(), "no case touches:\n{}", missing.join("\n"));
}

/// Steps that entries have acted on.
fn steps_touched(rulebook: &Rulebook, sheet: &ScoreSheet) -> Vec<String> {
    let mut touched = Vec::new();
    for clause in &sheet.clauses {
        for trace in clause.trace.iter().filter(|trace| !trace.entries.is_empty()) {
            if let Some(step) = &trace.step {
                touched.push(format!("{}.{step}", clause.clause));
            }
        }
    }
    for adjustment in sheet.adjustments.iter().filter(|adjustment| adjustment.kind == AdjustmentKind::Average) {
        let clause =
            adjustment.clause.as_ref().and_then(|id| rulebook.clause(id)).expect("an average names its clause");
        for step in clause.steps.iter().filter(|step| step.effect == Effect::Average) {
            if adjustment.reason.starts_with(&step.title) {
                touched.push(format!("{}.{}", clause.id, step.id));
            }
        }
    }
    touched
}

/// Does any case come out otherwise?
fn noticed(catalog: &Catalog, changed: &Rulebook, fixture: &Fixture) -> bool {
    let differs = |case: &Case| run(catalog, changed, case).map_or(true, |report| !faults(&report, case).is_empty());
    fixture.cases.iter().any(differs)
}

#[test]
fn no_number_of_a_rulebook_can_change_unnoticed() {
    let catalog = catalog();
    let mut unnoticed = Vec::new();
    for fixture in fixtures() {
        let rulebook = catalog.rulebook(&fixture.rulebook).unwrap();
        let mut tree = serde_json::to_value(rulebook).unwrap();
        tree.as_object_mut().unwrap().remove("borrowed");
        let mut spots = Vec::new();
        for part in ["sections", "bounds", "grades"] {
            numbers(&tree[part], &format!("/{part}"), &mut spots);
        }
        for spot in spots {
            let old: Decimal = tree.pointer(&spot).and_then(Value::as_str).unwrap().parse().unwrap();
            let changes = [Decimal::new(1, 1), Decimal::new(-1, 1)].into_iter().any(|step| {
                let mut changed = tree.clone();
                *changed.pointer_mut(&spot).unwrap() = Value::String((old + step).to_string());
                let mut changed: Rulebook = serde_json::from_value(changed).unwrap();
                changed.borrowed.clone_from(&rulebook.borrowed);
                noticed(&catalog, &changed, &fixture)
            });
            if !changes {
                unnoticed.push(format!("{} {}", fixture.rulebook, named(&tree, &spot)));
            }
        }
    }
    assert!(unnoticed.is_empty(), "{} numbers:\n{}", unnoticed.len(), unnoticed.join("\n"));
}

#[test]
fn no_rule_of_a_rulebook_can_change_unnoticed() {
    let catalog = catalog();
    let mut unnoticed = Vec::new();
    for fixture in fixtures() {
        let rulebook = catalog.rulebook(&fixture.rulebook).unwrap();
        let mut changes: Vec<(String, Rulebook)> = Vec::new();
        let mut change = |name: String, edit: &dyn Fn(&mut Rulebook)| {
            let mut changed = rulebook.clone();
            edit(&mut changed);
            changes.push((name, changed));
        };
        for (section, _) in rulebook.sections.iter().enumerate() {
            for (clause, row) in rulebook.sections[section].clauses.iter().enumerate() {
                if row.outside {
                    change(format!("{} outside", row.id), &|book| {
                        book.sections[section].clauses[clause].outside = false
                    });
                }
                for (step, rule) in row.steps.iter().enumerate() {
                    let counts = matches!(rule.effect, Effect::Deduct | Effect::Bonus | Effect::Earn | Effect::Major);
                    // Where one item already reaches the row's cap, once and each time are the same.
                    let full_at_once = row.cap.is_some_and(|cap| rule.points.is_some_and(|points| points >= cap));
                    if counts && rule.tiers.is_empty() && !full_at_once {
                        let other = if rule.per == Per::Once { Per::Item } else { Per::Once };
                        change(format!("{}.{} per", row.id, rule.id), &|book| {
                            book.sections[section].clauses[clause].steps[step].per = other;
                        });
                    }
                    if rule.since.is_some() {
                        change(format!("{}.{} since", row.id, rule.id), &|book| {
                            book.sections[section].clauses[clause].steps[step].since = None;
                        });
                    }
                    if let Some(least) = rule.least_level {
                        for other in [None, Some(Level::Province)].into_iter().filter(|other| *other != Some(least)) {
                            change(format!("{}.{} least_level", row.id, rule.id), &|book| {
                                book.sections[section].clauses[clause].steps[step].least_level = other;
                            });
                        }
                    }
                    for level in rule.levels.keys().filter(|level| rule.finding_level.is_some_and(|own| own != **level))
                    {
                        change(format!("{}.{} finding_level", row.id, rule.id), &|book| {
                            book.sections[section].clauses[clause].steps[step].finding_level = Some(*level);
                        });
                    }
                    if !rule.unless.is_empty() {
                        change(format!("{}.{} unless", row.id, rule.id), &|book| {
                            book.sections[section].clauses[clause].steps[step].unless.clear();
                        });
                    }
                }
            }
        }
        for (number, group) in rulebook.exclusive.iter().enumerate() {
            change(format!("exclusive {}", group.id), &|book| {
                book.exclusive.remove(number);
            });
        }
        for (name, changed) in changes {
            if !noticed(&catalog, &changed, &fixture) {
                unnoticed.push(format!("{} {name}", rulebook.id));
            }
        }
    }
    assert!(unnoticed.is_empty(), "{} rules:\n{}", unnoticed.len(), unnoticed.join("\n"));
}

/// Pointers to all decimals, which are texts in JSON.
fn numbers(node: &Value, at: &str, spots: &mut Vec<String>) {
    match node {
        Value::Object(map) => map.iter().for_each(|(key, value)| numbers(value, &format!("{at}/{key}"), spots)),
        Value::Array(list) => {
            list.iter().enumerate().for_each(|(n, value)| numbers(value, &format!("{at}/{n}"), spots))
        }
        // Ids of rows may look like numbers, and so may lists of them.
        Value::String(_)
            if ["/id", "/clauses", "/unless"]
                .iter()
                .any(|key| at.trim_end_matches(char::is_numeric).trim_end_matches('/').ends_with(key)) => {}
        Value::String(text) if text.parse::<Decimal>().is_ok() => spots.push(at.to_owned()),
        _ => {}
    }
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

#[test]
fn every_switch_of_a_reading_changes_some_worked_case() {
    let catalog = catalog();
    let mut idle = Vec::new();
    for fixture in fixtures() {
        let rulebook = catalog.rulebook(&fixture.rulebook).unwrap();
        for reading in &rulebook.readings {
            for (name, _) in reading.options.iter().filter(|(_, option)| !option.set.is_empty()) {
                let switched = rulebook.read_as(&reading.id, name).unwrap();
                let moves = fixture.cases.iter().any(|case| {
                    let plain = |case: &Case| {
                        case.readings.iter().all(|switch| !switch.starts_with(&format!("{}=", reading.id)))
                    };
                    plain(case) && run(&catalog, &switched, case) != run(&catalog, rulebook, case)
                });
                if !moves {
                    idle.push(format!("{} {}={name}", rulebook.id, reading.id));
                }
            }
        }
    }
    assert!(idle.is_empty(), "no case shows what these change:\n{}", idle.join("\n"));
}
