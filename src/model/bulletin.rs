//! The quarter's report 通报, as plain data: every format prints this and nothing else.
//!
//! Only findings that a person has confirmed are named; flagged ones are counted as 待核查. Every
//! figure carries its denominator, every statement about a unit the ids of the findings behind it.

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::{Cause, FindingState, Quarter, UnitKind, Verdict};

/// One bulletin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bulletin {
    pub quarter: Quarter,
    /// First day spoken of.
    pub from: Date,
    /// Last day spoken of: the end of the quarter, or the day of drawing up where that is earlier.
    pub to: Date,
    /// The day it was drawn up; becomes the day of issue.
    pub drawn_up: Date,
    /// The office that issues it.
    pub office: String,
    pub title: String,
    pub scope: Scope,
    pub totals: Totals,
    /// Most confirmed findings first.
    pub problems: Vec<ProblemClass>,
    /// Units in the order of their rank, then as configured.
    pub units: Vec<UnitResult>,
    /// Clauses that wait for a number; they keep their full weight until it comes.
    pub pending: Vec<PendingMeasure>,
    /// What could not be looked at, and why.
    pub unmeasured: Vec<Unmeasured>,
    pub rectification: Rectification,
    pub method: Method,
    /// Every confirmed finding, numbered from 1: the annex that sentences cite.
    pub findings: Vec<NamedFinding>,
}

/// So many of so many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    pub done: usize,
    pub of: usize,
}

impl Share {
    pub fn new(done: usize, of: usize) -> Self {
        Self { done, of }
    }

    /// Percent with one decimal, half up; nothing of nothing has no share.
    pub fn percent(self) -> Option<Decimal> {
        let whole = Decimal::from(self.of);
        (self.of > 0).then(|| {
            (Decimal::from(self.done) * Decimal::ONE_HUNDRED / whole)
                .round_dp_with_strategy(1, rust_decimal::RoundingStrategy::MidpointAwayFromZero)
        })
    }
}

/// What was looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scope {
    /// Portals visited with success, of those to be watched.
    pub portals: Share,
    /// Units of which at least one check could be decided, of those to be assessed.
    pub units: Share,
    /// Nights on which at least one portal was visited.
    pub nights: usize,
    /// Columns whose content could be judged on the latest visits, of those that had to be.
    pub columns: Share,
    /// Pages read on the latest visits, of those asked for.
    pub pages: Share,
    /// Check items in use.
    pub checks: usize,
    pub looks: Looks,
}

/// Outcomes of the latest visit of each portal, by what they say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Looks {
    pub passed: usize,
    pub failed: usize,
    pub needs_review: usize,
    pub not_applicable: usize,
    pub not_measurable: usize,
}

impl Looks {
    /// One outcome.
    pub fn of(verdict: Verdict) -> Self {
        let mut looks = Self::default();
        match verdict {
            Verdict::Passed => looks.passed = 1,
            Verdict::Failed => looks.failed = 1,
            Verdict::NeedsReview => looks.needs_review = 1,
            Verdict::NotApplicable => looks.not_applicable = 1,
            Verdict::NotMeasurable(_) => looks.not_measurable = 1,
        }
        looks
    }

    /// Those in which the check could say right or wrong.
    pub fn decided(self) -> usize {
        self.passed + self.failed
    }

    /// Those that had a subject to look at, whether or not it could be seen.
    pub fn applicable(self) -> usize {
        self.decided() + self.needs_review + self.not_measurable
    }

    pub fn add(&mut self, other: Looks) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.needs_review += other.needs_review;
        self.not_applicable += other.not_applicable;
        self.not_measurable += other.not_measurable;
    }
}

/// Findings of the quarter by where they stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// Confirmed by a person, mended ones included.
    pub confirmed: usize,
    /// Of these, a later visit has seen mended.
    pub fixed: usize,
    /// Flagged by the machine, not yet looked at by a person.
    pub suspected: usize,
    /// Flagged, and gone before a person looked: never a proven fault.
    pub gone_unreviewed: usize,
    pub waived: usize,
    pub dismissed: usize,
    /// Confirmed earlier, and not seen again in this quarter nor found mended: neither repeated nor closed.
    pub carried_over: usize,
    /// Findings about units that are assessed no longer.
    pub out_of_scope: usize,
    /// Units without a confirmed finding, of the units measured.
    pub clean_units: Share,
}

/// All findings of one check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProblemClass {
    pub check: String,
    /// What the fault is called.
    pub title: String,
    /// The rule it breaks.
    pub basis: String,
    /// How it is mended.
    pub fix: String,
    pub confirmed: usize,
    pub suspected: usize,
    /// Subjects the check could decide on the latest visits, of those it applies to.
    pub checked: Share,
    /// One statement for each unit, units in the order of the unit table.
    pub statements: Vec<Statement>,
}

/// What is said of one unit, and on which findings it rests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    pub unit: String,
    /// The things concerned, as people call them.
    pub subjects: Vec<String>,
    /// Numbers in [`Bulletin::findings`].
    pub numbers: Vec<usize>,
    /// Ids of the findings in the log.
    pub findings: Vec<String>,
}

/// One confirmed finding in the annex.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedFinding {
    /// From 1.
    pub number: usize,
    /// Id in the log.
    pub id: String,
    pub unit: String,
    /// Name of the portal.
    pub portal: String,
    pub check: String,
    pub check_title: String,
    pub subject: String,
    pub message: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    pub first_seen: Date,
    pub last_seen: Date,
    pub state: FindingState,
}

/// A row of the unit table. What is flagged and not yet looked at by a person is counted for the whole
/// quarter only: a bulletin holds nothing unproven against a unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnitResult {
    pub unit: String,
    pub kind: UnitKind,
    /// Names of the portals it publishes on.
    pub portals: Vec<String>,
    /// False where no check could be decided for it: its columns say nothing about it.
    pub measured: bool,
    pub confirmed: usize,
    pub fixed: usize,
    pub waived: usize,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<UnitScore>,
}

/// What the scorer says of a unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnitScore {
    /// The class of units that are ranked together.
    pub class: String,
    pub total: Decimal,
    pub full_mark: Decimal,
    pub percent: Decimal,
    pub grade: Option<String>,
    /// Within the class.
    pub rank: Option<u32>,
    /// Clauses that wait for a number.
    pub pending: usize,
}

/// A clause that waits for a number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingMeasure {
    pub clause: String,
    pub title: String,
    /// Units for which it is missing.
    pub units: Vec<String>,
}

/// What could not be looked at on one portal for one reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unmeasured {
    /// Name of the portal.
    pub portal: String,
    /// Absent where the portal was never visited.
    pub cause: Option<Cause>,
    /// Pages concerned; 0 where the whole portal is.
    pub pages: usize,
    /// A few of them.
    pub examples: Vec<String>,
    /// What the latest attempt said, where the whole portal is concerned.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// The duty to mend.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rectification {
    pub working_days: u32,
    /// The last day, counted from the day of drawing up; unknown where the holidays of that year are not yet known.
    pub deadline: Option<Date>,
}

/// By what rules the figures were made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Method {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rulebook: Option<String>,
    /// The plan's own name.
    pub title: String,
    /// Where values laid over the plan's table come from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overlay: Option<String>,
    /// Places where the plan is ambiguous and the reading that was chosen.
    pub readings: Vec<MethodReading>,
}

/// One ambiguity and how it was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MethodReading {
    pub place: String,
    pub problem: String,
    pub reading: String,
    /// How another reading is chosen: `Y9=literal`.
    pub switch: String,
    /// The office reads it otherwise than the table does by itself.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub switched: bool,
}
