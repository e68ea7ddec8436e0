//! A step: one way to lose or gain points in a row, by one of the mechanisms of the plans.

use std::{collections::BTreeMap, fmt};

use jiff::civil::Date;
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Level;

/// One way to lose or gain points in a row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Short, unique within the row.
    pub id: String,
    /// What it is, in our own short Chinese words.
    pub title: String,
    pub effect: Effect,
    /// Points each time; for `percent-shortfall` and `count-shortfall` each missing point or piece.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<f64>")]
    pub points: Option<Decimal>,
    #[serde(default, skip_serializing_if = "Per::is_once")]
    pub per: Per,
    /// Counts only where an entry names this step; otherwise a row's ordinary step is meant.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub explicit: bool,
    /// Points by who notified, reported or adopted, instead of `points`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(with = "BTreeMap<Level, f64>")]
    pub levels: BTreeMap<Level, Decimal>,
    /// The level at which findings of our own checks count, since they name none: that of the office that confirms them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finding_level: Option<Level>,
    /// Counts only at this level and above (被市级以上……); entries without a level count, since whoever enters them
    /// has chosen the step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub least_level: Option<Level>,
    /// Counts only from this day on (此项通报从某月开始); entries without a date count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub since: Option<Date>,
    /// Points by the number of items, highest first, instead of `points`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tiers: Vec<Tier>,
    /// This step's points together, at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<f64>")]
    pub cap: Option<Decimal>,
    /// `tiered-ratio`: bands by rising ratio; the last has no `below`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bands: Vec<Band>,
    /// `percent-shortfall`: percent to reach; `count-shortfall`: pieces to reach; `veto`: more than so many.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<f64>")]
    pub threshold: Option<Decimal>,
    /// `percent-shortfall`: what is done with a part of a percentage point.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partial: Option<Partial>,
    /// `rank`: points of the first, and by how much each next place has less; never below `floor`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<f64>")]
    pub first: Option<Decimal>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<f64>")]
    pub interval: Option<Decimal>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<f64>")]
    pub floor: Option<Decimal>,
    /// `rank-deduct`: what the first, second, … lose.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "Vec<f64>")]
    pub by_place: Vec<Decimal>,
    /// `rank`, `rank-deduct` without imported ranks: which number comes first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<RankOrder>,
    /// `rank`, `rank-deduct`: the place after equal ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ties: Option<Ties>,
    /// `rank-deduct`: each `subject` of the entries, such as an account, has a place of its own, and its unit pays for all.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_subject: bool,
    /// `external`: points for one unit of the delivered score (0–100 into 10 points: 0.1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<f64>")]
    pub factor: Option<Decimal>,
    /// `average`: the clauses whose loss is replaced by the mean of the others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub clauses: Vec<String>,
    /// `average`: over whom the mean is taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peers: Option<Peers>,
    /// `bonus`: not given where one of these clauses cost anything.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unless: Vec<String>,
    /// `veto`: the total and the grade it leaves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consequence: Option<Consequence>,
    /// The elements that are looked for, where the plan lists them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub elements: Vec<String>,
    /// Checks whose findings count here: `annual-report-late`, or with a subject
    /// `required-column-missing column:建议提案办理` (a final `*` stands for any ending).
    #[serde(default)]
    pub checks: Vec<CheckRef>,
}

impl Step {
    /// The least that one event loses or gains here; `None` where no number is given.
    pub fn least_points(&self) -> Option<Decimal> {
        let tiers = self.tiers.iter().map(|tier| tier.points);
        self.points.into_iter().chain(self.levels.values().copied()).chain(tiers).min()
    }

    /// The level at which an entry counts here: its `own`, or for a `finding` of a check the step's.
    pub fn level_of(&self, own: Option<Level>, finding: bool) -> Option<Level> {
        own.or(self.finding_level.filter(|_| finding))
    }
}

/// The mechanisms of the plans.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// Lose `points`, once or each time, or by level.
    Deduct,
    /// Gain points on top of the weight.
    Bonus,
    /// Gain points up to the weight, from 0 (加完为止).
    Earn,
    /// Part of the weight: numerator ÷ denominator.
    Ratio,
    /// Part of the weight: 1 − numerator ÷ denominator.
    InverseRatio,
    /// The bad share decides by bands.
    TieredRatio,
    /// Each percentage point below the threshold costs `points`.
    PercentShortfall,
    /// Each piece below the threshold costs `points`.
    CountShortfall,
    /// The place among all units gives the points.
    Rank,
    /// The first places (most problems) lose points.
    RankDeduct,
    /// A score that another office delivers.
    External,
    /// A score that staff give, up to the weight.
    Manual,
    /// Met or not met; has no number of its own and costs the weight where one is given.
    Checklist,
    /// Deduct outside all caps (重大扣分).
    Major,
    /// 一票否决、直接归零.
    Veto,
    /// Units that have no such thing get the mean of the others.
    Average,
}

impl Effect {
    /// Needs a number before it can be scored.
    pub fn needs_measure(self) -> bool {
        matches!(
            self,
            Effect::Ratio
                | Effect::InverseRatio
                | Effect::TieredRatio
                | Effect::PercentShortfall
                | Effect::Rank
                | Effect::RankDeduct
                | Effect::External
                | Effect::Manual
        )
    }

    /// Read from `numerator` and `denominator`.
    pub fn takes_ratio(self) -> bool {
        matches!(self, Effect::Ratio | Effect::InverseRatio | Effect::TieredRatio | Effect::PercentShortfall)
    }

    /// The name in files, such as `inverse-ratio`.
    pub fn name(self) -> String {
        match serde_json::to_value(self) {
            Ok(serde_json::Value::String(name)) => name,
            _ => String::new(),
        }
    }
}

/// How often `points` count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Per {
    /// Once, however many entries.
    #[default]
    Once,
    /// For each item (每件、每项、每处).
    Item,
    /// Times the entry's `value`: the amount itself (酌情), or its double (双倍扣分).
    Value,
}

impl Per {
    fn is_once(&self) -> bool {
        *self == Per::Once
    }
}

/// `points` where there are at least `from` items.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Tier {
    #[schemars(with = "f64")]
    pub from: Decimal,
    #[schemars(with = "f64")]
    pub points: Decimal,
}

/// A band of a tiered ratio. Without `loses` the score is (1 − ratio) × weight; with it, weight − `loses`; with
/// `linear: true` beside `loses`, both are lost.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Band {
    /// The ratio is below this, 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<f64>")]
    pub below: Option<Decimal>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<f64>")]
    pub loses: Option<Decimal>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub linear: bool,
}

/// Parts of a percentage point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Partial {
    /// Only full points count.
    Floor,
    /// A begun point counts in full.
    Ceil,
    /// Parts count as parts.
    Linear,
}

/// Which measured number comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RankOrder {
    Fewest,
    Most,
}

/// Places after equal ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Ties {
    /// 1, 1, 3.
    Skip,
    /// 1, 1, 2.
    Dense,
}

/// Over whom a mean is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Peers {
    /// The units that have such a thing (the default).
    Applicable,
    /// All units; those without such a thing have lost nothing.
    All,
}

/// What a veto leaves.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Consequence {
    /// The total; absent: unchanged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<f64>")]
    pub total: Option<Decimal>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grade: Option<String>,
}

/// A check, and of which subjects its findings count here. Written as one text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, JsonSchema)]
#[schemars(with = "String")]
pub struct CheckRef {
    pub check: String,
    pub subject: Option<String>,
}

impl CheckRef {
    /// Do findings of `check` about `subject` count here? So do those of a later episode (`subject#2`).
    pub fn fits(&self, check: &str, subject: Option<&str>) -> bool {
        self.check == check
            && match (&self.subject, subject) {
                (None, _) => true,
                (Some(wanted), Some(subject)) => match wanted.strip_suffix('*') {
                    Some(beginning) => subject.starts_with(beginning),
                    None => subject.strip_prefix(wanted.as_str()).is_some_and(is_episode),
                },
                (Some(_), None) => false,
            }
    }
}

/// What follows a subject: nothing in its first episode, `#2` in the second.
fn is_episode(rest: &str) -> bool {
    let number = rest.strip_prefix('#');
    rest.is_empty()
        || number.is_some_and(|number| !number.is_empty() && number.bytes().all(|digit| digit.is_ascii_digit()))
}

impl fmt::Display for CheckRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.check)?;
        match &self.subject {
            Some(subject) => write!(f, " {subject}"),
            None => Ok(()),
        }
    }
}

impl Serialize for CheckRef {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for CheckRef {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Ok(match text.split_once(char::is_whitespace) {
            Some((check, subject)) => Self { check: check.to_owned(), subject: Some(subject.trim().to_owned()) },
            None => Self { check: text, subject: None },
        })
    }
}
