//! What of the rulebooks the checks see: every row to be seen on line has a check or a reason, every check a use, and the
//! page that tells of it is up to date.

use std::{collections::BTreeSet, fs, path::Path, process::Command};

use mingcha::{
    catalog::{Catalog, coverage},
    model::RuleCoverage,
    report::coverage_markdown,
};
use serde_json::Value;

fn covered() -> RuleCoverage {
    coverage::of(&Catalog::load(None).unwrap_or_else(|problems| panic!("{problems}")))
}

#[test]
fn every_row_to_be_seen_on_line_has_a_check_or_says_why_a_person_must_look() {
    let covered = covered();
    let mut open = Vec::new();
    for book in &covered.rulebooks {
        open.extend(book.clauses.iter().filter(|row| row.is_open()).map(|row| format!("{} {}", book.id, row.id)));
    }
    assert!(open.is_empty(), "neither checks: nor why_staff: {}", open.join(", "));
    let totals = covered.totals;
    assert_eq!(totals.crawl + totals.crawl_and_staff + totals.import + totals.staff, totals.clauses);
    // The ten plans have 402 rows; an inspector at a screen can see something of 194.
    assert!(totals.clauses >= 402 && totals.crawl + totals.crawl_and_staff >= 194, "{totals:?}");
}

#[test]
fn no_reason_stands_for_many_different_rows() {
    let mut said: BTreeSet<(String, String)> = BTreeSet::new();
    for book in covered().rulebooks {
        for row in book.clauses.into_iter().filter(|row| row.observable.on_line() && row.checks.is_empty()) {
            let why = row.why_staff.unwrap_or_default();
            assert!(why.chars().count() >= 20, "{} {}: {why}", book.id, row.id);
            assert!(said.insert((book.id.clone(), why)), "{} {}: the reason is another row's too", book.id, row.id);
        }
    }
}

#[test]
fn a_clue_is_no_feed_and_is_shown_as_a_clue() {
    let covered = covered();
    let book = covered.rulebooks.iter().find(|book| book.id == "linfen-2020-a").unwrap();
    let row = book.clauses.iter().find(|row| row.id == "A14").unwrap();
    // The row counts what a public account took over: the share on the portal costs nothing.
    assert!(row.checks.is_empty() && row.why_staff.is_some(), "{row:?}");
    assert_eq!(row.clues.iter().map(|clue| clue.id.as_str()).collect::<Vec<_>>(), ["interpretation-text-only-share"]);
    assert!(covered.unscored.iter().any(|check| check.id == "interpretation-text-only-share"));
    assert_eq!(
        Catalog::load(None).unwrap().rulebook("plan-2023-region").unwrap().clue_note("hidden-link"),
        "（R-06的线索）"
    );
    let (by_hand, clued) = (covered.totals.by_hand, covered.totals.clued);
    assert!(0 < clued && clued < by_hand, "{clued} of {by_hand}");
    let page = coverage_markdown::page(&covered).unwrap();
    assert!(page.contains("| 线索：非纯文字解读比例偏低 `interpretation-text-only-share` |"), "{page}");
}

#[test]
fn rulebooks_name_checks_that_exist_and_every_check_is_scored_or_says_why_not() {
    let covered = covered();
    for row in covered.rulebooks.iter().flat_map(|book| &book.clauses) {
        for check in row.checks.iter().chain(&row.clues) {
            assert!(!check.title.is_empty(), "{} names {}, which is no check", row.id, check.id);
        }
    }
    let baseless: Vec<&str> = covered
        .unscored
        .iter()
        .filter(|check| check.ground().trim().is_empty())
        .map(|check| check.id.as_str())
        .collect();
    assert!(
        baseless.is_empty(),
        "{baseless:?}: name them under checks: of a step in the rulebook of the plan they rest on, name the national \
         document under basis:, or say in unscored: why no row has points for them"
    );
}

#[test]
fn the_page_of_the_coverage_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("checks/rulebooks/COVERAGE.md");
    let stands = fs::read_to_string(path).unwrap();
    let page = coverage_markdown::page(&covered()).unwrap();
    let changed: Vec<&str> = page.lines().filter(|line| !stands.lines().any(|other| other == *line)).collect();
    assert!(
        stands == page,
        "checks/rulebooks/COVERAGE.md is out of date; write it again:\n  cargo run -- rulebook coverage --format markdown \
         > coverage.md; mv coverage.md checks/rulebooks/COVERAGE.md\n{}",
        changed.join("\n")
    );
}

#[test]
fn an_unscored_check_is_listed_with_its_national_documents_only() {
    let mut catalog = Catalog::load(None).unwrap_or_else(|problems| panic!("{problems}"));
    for step in catalog
        .rulebooks
        .iter_mut()
        .flat_map(|book| &mut book.sections)
        .flat_map(|section| &mut section.clauses)
        .flat_map(|clause| &mut clause.steps)
    {
        step.checks.retain(|feed| feed.check != "required-column-missing");
    }
    let covered = coverage::of(&catalog);
    let unscored: Vec<&str> = covered.unscored.iter().map(|check| check.id.as_str()).collect();
    assert!(unscored.contains(&"required-column-missing"), "{unscored:?}");
    let check = covered.unscored.iter().find(|check| check.id == "required-column-missing").unwrap();
    assert!(check.national_basis.iter().any(|document| document.contains("国务院令第711号")));
    assert!(!check.national_basis.iter().any(|document| document.contains("运城市")), "{:?}", check.national_basis);
    let page = coverage_markdown::page(&covered).unwrap();
    assert!(page.contains("## 不计分的检查项") && page.contains("| 必设栏目缺失 `required-column-missing` |"));
}

#[test]
fn the_command_shows_one_rulebook_or_all_in_three_forms() {
    let run = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mingcha"));
        command.args(["rulebook", "coverage"]).args(arguments).output().unwrap()
    };
    let one: Value = serde_json::from_slice(&run(&["yunhe-2022", "--format", "json"]).stdout).unwrap();
    assert_eq!(one["totals"]["clauses"], 25);
    let row = one["rulebooks"][0]["clauses"].as_array().unwrap().iter().find(|row| row["id"] == "02").unwrap();
    assert_eq!((&row["observable"], &row["checks"][0]["id"]), (&"crawl".into(), &"interpretation-late".into()));
    let all = String::from_utf8(run(&[]).stdout).unwrap();
    assert!(all.contains("共402行") && all.contains("（plan-2023-region）"), "{all}");
    let page = String::from_utf8(run(&["yunhe-2022", "--format", "markdown"]).stdout).unwrap();
    assert!(page.contains("## yunhe-2022") && !page.contains("## linfen-2020-a"));
    assert_eq!(run(&["yunhe"]).status.code(), Some(2));
}
