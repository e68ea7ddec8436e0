//! The checks: every example of every file holds, what is true of all kinds holds for any facts.

use std::collections::BTreeSet;

use mingcha::{
    catalog::Catalog,
    model::{Portal, Unit, UnitKind},
};

mod files;
mod kinds;
mod unread;

fn catalog() -> Catalog {
    Catalog::load(None).unwrap_or_else(|problems| panic!("{problems}"))
}

fn unit(name: &str, kind: UnitKind) -> Unit {
    Unit {
        name: name.into(),
        kind,
        aliases: Vec::new(),
        paths: Vec::new(),
        licences: true,
        penalties: true,
        founded: None,
    }
}

fn portal(units: Vec<Unit>) -> Portal {
    Portal {
        id: "qinghe".into(),
        name: "青河市".into(),
        url: "http://www.example.gov.cn/".into(),
        units,
        pins: Vec::new(),
        column_map: None,
        assigned: Vec::new(),
        attestations: Vec::new(),
        max_pages: 500,
        rate: 1,
        allow_private: false,

        window: None,
    }
}

#[test]
fn every_example_gives_its_outcome() {
    let catalog = catalog();
    let mismatches: Vec<String> = catalog
        .checks
        .iter()
        .flat_map(|check| {
            let examples = check.examples.iter();
            examples.filter_map(|example| {
                Some(format!("{}: {}", check.id, example.mismatch(check, &catalog.lexicon, &catalog.calendar)?))
            })
        })
        .collect();
    assert!(mismatches.is_empty(), "{}", mismatches.join("\n"));
}

#[test]
fn every_check_shows_when_it_passes_speaks_up_and_holds_back() {
    for check in catalog().checks {
        let shown: BTreeSet<String> =
            check.examples.iter().map(|example| serde_json::to_string(&example.outcome).expect("plain")).collect();
        let shows = |words: &[&str]| shown.iter().any(|outcome| words.iter().any(|word| outcome.contains(word)));
        assert!(shows(&["passed"]), "{} shows no case that passes", check.id);
        assert!(shows(&["failed", "needs_review"]), "{} shows no case in which it speaks up", check.id);
        assert!(shows(&["not_applicable", "not_measurable"]), "{} shows no case in which it holds back", check.id);
        let unsure = shows(&["needs_review", "not_measurable"]);
        assert!(unsure, "{} shows no case in which it leaves the decision open", check.id);
    }
}

#[test]
fn the_checks_of_the_spine_are_all_there() {
    let ids: Vec<String> = catalog().checks.into_iter().map(|check| check.id).collect();
    for id in [
        "annual-report-late",
        "annual-report-misplaced",
        "annual-report-missing",
        "column-stale",
        "dual-publicity-fields-missing",
        "dual-publicity-late",
        "dual-publicity-section-missing",
        "dual-publicity-stale",
        "interpretation-late",
        "interpretation-not-linked-back",
        "policy-not-linked-to-interpretation",
        "policy-without-interpretation",
        "required-column-empty",
        "required-column-leads-away",
        "required-column-missing",
    ] {
        assert!(ids.iter().any(|known| known == id), "{id} is missing from {ids:?}");
    }
}
