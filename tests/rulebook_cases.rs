//! Cases worked by hand from the plans (`fixtures/rulebooks/`): each comes out as written, and together they touch every
//! step and show what every switch changes. `rulebook_mutants` proves that they pin every number and rule.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use mingcha::{
    catalog::{Catalog, yaml},
    model::{Entry, Rulebook, ScoreReport, ScoreSheet, rulebook::Effect, score_sheet::AdjustmentKind},
    score::{self, Options},
};
use rust_decimal::Decimal;
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Fixture {
    pub rulebook: String,
    pub cases: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
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
    /// Points of its steps.
    #[serde(default)]
    steps: BTreeMap<String, Decimal>,
}

pub(crate) fn fixtures() -> Vec<Fixture> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/rulebooks");
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|item| item.unwrap().path()).collect();
    paths.retain(|path| path.is_file());
    paths.sort();
    paths.iter().map(|path| fixture(path)).collect()
}

pub(crate) fn fixture(path: &Path) -> Fixture {
    yaml::read(&path.display().to_string(), &fs::read_to_string(path).unwrap())
        .unwrap_or_else(|problem| panic!("{problem}"))
}

pub(crate) fn catalog() -> Catalog {
    Catalog::load(None).unwrap_or_else(|problems| panic!("{problems}"))
}

pub(crate) fn run(catalog: &Catalog, rulebook: &Rulebook, case: &Case) -> Result<ScoreReport, String> {
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
pub(crate) fn faults(report: &ScoreReport, case: &Case) -> Vec<String> {
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
            for (step, points) in &row.steps {
                let traces = found.trace.iter().filter(|trace| trace.step.as_ref() == Some(step));
                compare(format!("{unit} {id}.{step}"), number(*points), number(traces.map(|trace| trace.points).sum()));
            }
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
pub(crate) fn noticed(catalog: &Catalog, changed: &Rulebook, fixture: &Fixture) -> bool {
    let differs = |case: &Case| run(catalog, changed, case).map_or(true, |report| !faults(&report, case).is_empty());
    fixture.cases.iter().any(differs)
}

/// The same, asking first the cases that speak of row `id`: they are the likeliest to notice.
pub(crate) fn noticed_first_by(catalog: &Catalog, changed: &Rulebook, fixture: &Fixture, id: &str) -> bool {
    let differs = |case: &&Case| run(catalog, changed, case).map_or(true, |report| !faults(&report, case).is_empty());
    let speaks = |case: &&Case| case.entries.iter().any(|entry| entry.clause.as_deref() == Some(id));
    fixture.cases.iter().filter(speaks).any(|case| differs(&case))
        || fixture.cases.iter().filter(|case| !speaks(case)).any(|case| differs(&case))
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
