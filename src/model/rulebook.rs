//! A rulebook: one scoring table of a plan as data (`checks/rulebooks/<id>.yaml`).
//!
//! Points are decimals: unquoted numbers in YAML, strings in JSON. Every mechanism of the plans is an [`Effect`] of a
//! [`Step`] with a few parameters; nothing here knows a city.

use jiff::civil::Date;
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use super::{
    reading::{Reading, ReadingOption},
    step::{Band, CheckRef, Consequence, Effect, Partial, Peers, Per, RankOrder, Step, Tier, Ties},
};

/// One scoring table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rulebook {
    /// The name of the file, such as `yuncheng-2022-b1`.
    pub id: String,
    pub title: String,
    /// The class of units it scores, in the plan's words: A类, 部门版.
    pub class: String,
    pub plan: Plan,
    /// The assessed time; entries outside it are errors.
    pub period: Period,
    /// 满分.
    #[schemars(with = "f64")]
    pub full_mark: Decimal,
    /// The plan leaves weights and points to rules of implementation (实施细则) that an overlay supplies: until then a
    /// row is only met or not met, a step without points is only recorded, and there is no grade and no ranking.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub open_figures: bool,
    /// The list of units in `checks/units/`; without one any name is taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub units: Option<UnitsOf>,
    #[serde(default)]
    pub bounds: Bounds,
    /// Decimal places to which ratios and averages are rounded, half away from zero.
    #[serde(default = "four")]
    pub places: u32,
    /// 等次, best first; empty where the plan names no thresholds.
    #[serde(default)]
    pub grades: Vec<Grade>,
    pub sections: Vec<Section>,
    /// 取最高、不重复计分: steps that share events.
    #[serde(default)]
    pub exclusive: Vec<Exclusive>,
    /// Clauses of another class's table that name units of this class; they count on top of the total.
    #[serde(default)]
    pub borrows: Vec<Borrow>,
    /// Filled when the catalog is loaded: the borrowed clauses themselves.
    #[serde(default, skip_deserializing, skip_serializing_if = "Vec::is_empty")]
    pub borrowed: Vec<Clause>,
    /// Where the values laid over it come from; not part of the file.
    #[serde(skip)]
    pub overlay: Option<String>,
    /// Every place where the text is ambiguous, with the reading chosen.
    #[serde(default)]
    pub readings: Vec<Reading>,
}

fn four() -> u32 {
    4
}

/// The issued plan a rulebook comes from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    pub title: String,
    /// 文号.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub issued: Option<Date>,
    /// Where in the plan the table stands.
    pub place: String,
}

/// First and last day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Period {
    #[schemars(with = "String", extend("format" = "date"))]
    pub from: Date,
    #[schemars(with = "String", extend("format" = "date"))]
    pub to: Date,
}

impl Period {
    pub fn contains(&self, date: Date) -> bool {
        self.from <= date && date <= self.to
    }
}

/// Where the assessed units are listed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UnitsOf {
    /// Id of a file in `checks/units/`.
    pub list: String,
    /// The class in it.
    pub class: String,
}

/// How far losses and gains may go where a row says nothing itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Bounds {
    /// May a row lose more than its weight where it has no cap of its own?
    pub clause: Bound,
    /// May a section lose more than its weight?
    pub section: Bound,
    /// The total never falls below.
    #[schemars(with = "Option<f64>")]
    pub floor: Option<Decimal>,
    /// The total never rises above (加分后总分超过100分的，按100分计).
    #[schemars(with = "Option<f64>")]
    pub ceiling: Option<Decimal>,
    /// When the ceiling is applied.
    pub ceiling_applies: CeilingApplies,
    /// All bonus points together, at most.
    #[schemars(with = "Option<f64>")]
    pub bonus: Option<Decimal>,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            clause: Bound::Weight,
            section: Bound::Weight,
            floor: Some(Decimal::ZERO),
            ceiling: None,
            ceiling_applies: CeilingApplies::Last,
            bonus: None,
        }
    }
}

/// What bounds a loss.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Bound {
    /// Never more than the weight.
    Weight,
    /// No bound: the score may fall below zero.
    None,
}

/// Whether major deductions come off the raw sum or off the sum already cut at the ceiling.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CeilingApplies {
    /// After everything.
    Last,
    /// After bonuses, before major deductions.
    BeforeMajor,
}

/// A grade and the total it begins at: with [80, 90) and [60, 80) decimals leave no gap.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Grade {
    pub name: String,
    #[schemars(with = "f64")]
    pub from: Decimal,
}

/// 一级指标.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Section {
    pub name: String,
    /// Absent for sections of bonuses and major deductions.
    #[serde(default)]
    #[schemars(with = "Option<f64>")]
    pub weight: Option<Decimal>,
    /// Bonus points of this section, at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<f64>")]
    pub bonus_cap: Option<Decimal>,
    pub clauses: Vec<Clause>,
}

/// A row of the table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Clause {
    pub id: String,
    /// 三级指标.
    pub title: String,
    /// 二级指标.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// 赋分; absent for rows that only add, or that share their section's weight.
    #[serde(default)]
    #[schemars(with = "Option<f64>")]
    pub weight: Option<Decimal>,
    /// 扣分上限 of the row; may be above or below the weight.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<f64>")]
    pub cap: Option<Decimal>,
    /// 加分上限 of the row.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<f64>")]
    pub bonus_cap: Option<Decimal>,
    /// 考核方式, in the plan's words; empty where the cell is empty.
    #[serde(default)]
    pub mode: String,
    /// Who decides, where the plan names somebody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_by: Option<String>,
    #[serde(default)]
    pub observable: Observable,
    /// Why a person must look, where no check decides the row alone: what is looked at, where, and what a machine
    /// cannot tell; a Chinese sentence. A row to be seen on line has checks, or this, or both.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why_staff: Option<String>,
    /// Checks whose findings a person weighs when judging the row, written as in [`Step::checks`]. They cost nothing of
    /// themselves: the row counts what another office notified or measured, or only gives points, or wants more than
    /// the check sees.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub clues: Vec<CheckRef>,
    /// Where in the plan the row stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// The row only refers to these rows (见“政务服务”) and has no steps and no score of its own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub see: Vec<String>,
    /// Only these units, whatever their class; empty: every unit of the class.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub units: Vec<String>,
    /// Losses count on top of the total instead of within the section's weight (倒扣分).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub outside: bool,
    pub steps: Vec<Step>,
}

/// What the crawl can say about a row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Observable {
    /// The crawl can decide it alone (a person still confirms).
    Crawl,
    /// The crawl finds candidates, staff judge.
    CrawlAndStaff,
    /// Computed from numbers that somebody delivers.
    Import,
    /// Not to be seen on a portal.
    #[default]
    Staff,
}

impl Observable {
    /// Is there anything to be seen on a portal?
    pub fn on_line(self) -> bool {
        matches!(self, Self::Crawl | Self::CrawlAndStaff)
    }

    /// In few Chinese words.
    pub fn chinese(self) -> &'static str {
        match self {
            Self::Crawl => "网上判定",
            Self::CrawlAndStaff => "网上发现",
            Self::Import => "数据导入",
            Self::Staff => "线下查看",
        }
    }
}

/// Steps that may speak of the same event, which counts once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Exclusive {
    pub id: String,
    /// The plan's words: 取最高，不重复计分.
    pub title: String,
    /// `clause` or `clause.step`.
    pub members: Vec<String>,
    /// What makes entries one event.
    pub by: ExclusiveBy,
    #[serde(default)]
    pub keep: Keep,
}

/// What makes entries one event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ExclusiveBy {
    /// The same `subject` of the same unit.
    Subject,
    /// The unit: of all entries only one counts.
    Unit,
    /// Nothing: each entry counts, even with the same subject.
    Entry,
}

/// Which of the entries of one event counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Keep {
    /// The one worth most.
    #[default]
    Highest,
    /// The one of the member named first.
    First,
}

/// Clauses taken from another class's table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Borrow {
    pub rulebook: String,
    pub clauses: Vec<String>,
}

impl Rulebook {
    /// Every clause with its section's number; borrowed ones have none.
    pub fn clauses(&self) -> impl Iterator<Item = (Option<usize>, &Clause)> {
        let own = self
            .sections
            .iter()
            .enumerate()
            .flat_map(|(number, section)| section.clauses.iter().map(move |clause| (Some(number), clause)));
        own.chain(self.borrowed.iter().map(|clause| (None, clause)))
    }

    /// What an office has changed in the table as the file has it: an overlay, and readings by their switches.
    pub fn changes(&self) -> Vec<String> {
        let switched = self.readings.iter().filter(|reading| reading.switched);
        let switches = switched.map(|reading| format!("{}={}", reading.id, reading.chosen));
        self.overlay.iter().cloned().chain(switches).collect()
    }

    /// To which rows findings of `check` are a clue, for readers: “（A14的线索）”; empty where to none.
    pub fn clue_note(&self, check: &str) -> String {
        let has_clue = |clause: &&Clause| clause.clues.iter().any(|clue| clue.check == check);
        let rows: Vec<&str> =
            self.clauses().map(|(_, clause)| clause).filter(has_clue).map(|clause| clause.id.as_str()).collect();
        if rows.is_empty() { String::new() } else { format!("（{}的线索）", rows.join("、")) }
    }

    pub fn clause(&self, id: &str) -> Option<&Clause> {
        self.clauses().map(|(_, clause)| clause).find(|clause| clause.id == id)
    }

    /// Are there weights to score by? Without any, rows are only met or not met.
    pub fn weighted(&self) -> bool {
        self.sections.iter().any(|section| section.weight.is_some())
    }

    /// Sum of the rows' weights; of the sections' where rows have none.
    pub fn weights_sum(&self) -> Decimal {
        self.sections.iter().map(Section::weights_sum).sum()
    }
}

impl Section {
    /// Sum of the rows' weights; the section's own where no row has one.
    pub fn weights_sum(&self) -> Decimal {
        if self.clauses.iter().any(|clause| clause.weight.is_some()) {
            self.clauses.iter().filter_map(|clause| clause.weight).sum()
        } else {
            self.weight.unwrap_or_default()
        }
    }
}

impl Clause {
    pub fn step(&self, id: &str) -> Option<&Step> {
        self.steps.iter().find(|step| step.id == id)
    }
}
