//! What of each rulebook the checks see, and why a person must look at the rest.

use serde::Serialize;

use super::rulebook::Observable;

/// Rulebook by rulebook, row by row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RuleCoverage {
    pub rulebooks: Vec<RulebookCoverage>,
    /// Checks that no rulebook scores.
    pub unscored: Vec<UnscoredCheck>,
    pub totals: CoverageTotals,
}

/// One rulebook's rows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RulebookCoverage {
    pub id: String,
    pub title: String,
    pub clauses: Vec<ClauseCoverage>,
    pub totals: CoverageTotals,
}

/// One row: what sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ClauseCoverage {
    pub id: String,
    pub title: String,
    pub observable: Observable,
    /// In order of their ids.
    pub checks: Vec<FeedingCheck>,
    /// Checks whose findings are clues for those who judge the row, and cost nothing of themselves.
    pub clues: Vec<FeedingCheck>,
    /// Why a person must look, in Chinese.
    pub why_staff: Option<String>,
}

/// A check whose findings count in a row, or are a clue to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FeedingCheck {
    pub id: String,
    /// Chinese; empty where there is no such check.
    pub title: String,
    /// The subjects that count here, as the rulebook writes them; empty: all.
    pub subjects: Vec<String>,
}

/// A check that finds faults which cost no points anywhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UnscoredCheck {
    pub id: String,
    pub title: String,
    /// Why, in Chinese, where the check says so itself.
    pub why: Option<String>,
    /// The national documents it rests on; a check has these, or says why.
    pub national_basis: Vec<String>,
}

/// Numbers of rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CoverageTotals {
    pub clauses: usize,
    pub crawl: usize,
    pub crawl_and_staff: usize,
    pub import: usize,
    pub staff: usize,
    /// Rows that a check feeds.
    pub checked: usize,
    /// Rows to be seen on line that no check feeds, with the reason why a person must look.
    pub by_hand: usize,
    /// Those of `by_hand` to which checks give clues.
    pub clued: usize,
    /// Rows to be seen on line with neither; a sound rulebook has none.
    pub open: usize,
}

impl RuleCoverage {
    pub fn new(rulebooks: Vec<RulebookCoverage>, unscored: Vec<UnscoredCheck>) -> Self {
        let totals = CoverageTotals::of(rulebooks.iter().flat_map(|book| &book.clauses));
        Self { rulebooks, unscored, totals }
    }
}

impl RulebookCoverage {
    pub fn new(id: &str, title: &str, clauses: Vec<ClauseCoverage>) -> Self {
        let totals = CoverageTotals::of(&clauses);
        Self { id: id.to_owned(), title: title.to_owned(), clauses, totals }
    }
}

impl UnscoredCheck {
    /// Why it is there although no row has points for it.
    pub fn ground(&self) -> String {
        self.why.clone().unwrap_or_else(|| self.national_basis.join("；"))
    }
}

impl FeedingCheck {
    /// The subjects as readers know them: `column:政策解读` is 政策解读.
    pub fn subject_names(&self) -> Vec<&str> {
        self.subjects.iter().map(|subject| subject.split_once(':').map_or(subject.as_str(), |(_, name)| name)).collect()
    }
}

impl ClauseCoverage {
    /// To be seen on line, but neither does a check look nor is it said why a person must.
    pub fn is_open(&self) -> bool {
        self.observable.on_line() && self.checks.is_empty() && self.why_staff.is_none()
    }
}

impl CoverageTotals {
    fn of<'a>(clauses: impl IntoIterator<Item = &'a ClauseCoverage>) -> Self {
        let mut totals = Self::default();
        for clause in clauses {
            totals.clauses += 1;
            match clause.observable {
                Observable::Crawl => totals.crawl += 1,
                Observable::CrawlAndStaff => totals.crawl_and_staff += 1,
                Observable::Import => totals.import += 1,
                Observable::Staff => totals.staff += 1,
            }
            totals.checked += usize::from(!clause.checks.is_empty());
            totals.open += usize::from(clause.is_open());
            let by_hand = clause.observable.on_line() && clause.checks.is_empty() && !clause.is_open();
            totals.by_hand += usize::from(by_hand);
            totals.clued += usize::from(by_hand && !clause.clues.is_empty());
        }
        totals
    }
}
