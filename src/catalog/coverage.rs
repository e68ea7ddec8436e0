//! Which rows of the rulebooks the checks feed.

use std::collections::BTreeMap;

use super::Catalog;
use crate::{
    check::Definition,
    model::{
        RuleCoverage, Rulebook,
        rule_coverage::{ClauseCoverage, FeedingCheck, RulebookCoverage, UnscoredCheck},
        rulebook::{CheckRef, Clause},
    },
};

/// All rulebooks, and the checks that none of them scores.
pub fn of(catalog: &Catalog) -> RuleCoverage {
    let rulebooks: Vec<RulebookCoverage> =
        catalog.rulebooks.iter().map(|book| of_rulebook(book, &catalog.checks)).collect();
    let fed = |id: &str| {
        let mut clauses = rulebooks.iter().flat_map(|book| &book.clauses);
        clauses.any(|clause| clause.checks.iter().any(|check| check.id == id))
    };
    let unscored = catalog.checks.iter().filter(|check| !fed(&check.id)).map(unscored).collect();
    RuleCoverage::new(rulebooks, unscored)
}

/// One rulebook's own rows; those it borrows belong to the other.
pub fn of_rulebook(book: &Rulebook, checks: &[Definition]) -> RulebookCoverage {
    let clauses = book.sections.iter().flat_map(|section| &section.clauses);
    RulebookCoverage::new(&book.id, &book.title, clauses.map(|clause| of_clause(clause, checks)).collect())
}

fn of_clause(clause: &Clause, checks: &[Definition]) -> ClauseCoverage {
    ClauseCoverage {
        id: clause.id.clone(),
        title: clause.title.clone(),
        observable: clause.observable,
        checks: gathered(clause.steps.iter().flat_map(|step| &step.checks), checks),
        clues: gathered(&clause.clues, checks),
        why_staff: clause.why_staff.clone(),
    }
}

/// Each check once, with all its subjects.
fn gathered<'a>(feeds: impl IntoIterator<Item = &'a CheckRef>, checks: &[Definition]) -> Vec<FeedingCheck> {
    let mut subjects: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for feed in feeds {
        subjects.entry(&feed.check).or_default().extend(feed.subject.clone());
    }
    let title = |id: &str| {
        let check = checks.iter().find(|check| check.id == id);
        check.map(|check| check.title.clone()).unwrap_or_default()
    };
    let feeding = |(id, subjects): (&str, Vec<String>)| FeedingCheck { id: id.to_owned(), title: title(id), subjects };
    subjects.into_iter().map(feeding).collect()
}

fn unscored(check: &Definition) -> UnscoredCheck {
    let national = check.basis.iter().filter(|basis| basis.is_national());
    UnscoredCheck {
        id: check.id.clone(),
        title: check.title.clone(),
        why: check.unscored.clone(),
        national_basis: national.map(|basis| basis.document.clone()).collect(),
    }
}
