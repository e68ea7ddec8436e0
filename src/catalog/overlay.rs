//! Overlays: files that give a rulebook numbers its plan leaves to later rules (实施细则), such as the weights of a
//! checklist. Every defect is shown in the overlay's own file, at the line that caused it.

use std::{collections::BTreeMap, sync::OnceLock};

use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    rulebook_rules::{Defect, Known, defects},
    shape::{self, Shaped},
    yaml::{self, Problem},
};
use crate::model::{
    Rulebook,
    rulebook::{Clause, Effect, Step},
};

/// An overlay as read from its file.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Overlay {
    /// The rulebook it is laid over.
    pub rulebook: String,
    /// Where the values come from: title, number and date of the rules. For readers of the file.
    pub source: String,
    /// What the weights sum to; the rulebook's own full mark (百分制: 100) where left out. Grades begin at the same
    /// share of it.
    #[serde(default)]
    #[schemars(with = "Option<f64>")]
    full_mark: Option<Decimal>,
    /// Weights of rows by their ids; a section then weighs what its rows sum to. Without a number the row stays as it
    /// is, so that a template can be filled in bit by bit.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, Option<f64>>")]
    weights: BTreeMap<String, Option<Decimal>>,
    /// Points of steps by `clause.step`, or by the clause where it has one step.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, Option<f64>>")]
    points: BTreeMap<String, Option<Decimal>>,
    /// Other values, named as in a reading's `set`: `S05.unmet.effect: deduct`.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, serde_json::Value>")]
    set: BTreeMap<String, serde_json::Value>,
}

/// A defect before its place in the file is looked up: field, message, help.
type Fault = (String, String, String);

impl Overlay {
    /// Reads the file without looking at any rulebook.
    pub fn read(name: &str, text: &str) -> Result<Self, Problem> {
        yaml::read(name, text)
    }

    /// The rulebook with these values, or everything that is wrong with them.
    fn lay_on(&self, book: &Rulebook, known: &Known<'_>) -> Result<Rulebook, Vec<Fault>> {
        let mut faults = Vec::new();
        let mut laid = book.clone();
        self.weigh(&mut laid, &mut faults);
        self.price(&mut laid, &mut faults);
        for (path, value) in &self.set {
            match laid.with_values(&BTreeMap::from([(path.clone(), value.clone())])) {
                Ok(changed) => laid = changed,
                Err(message) => {
                    faults.push((format!("set.{path}"), message, "correct the path or the value".to_owned()));
                }
            }
        }
        if faults.is_empty() {
            // Whether every switch of a reading still changes something is not the overlay's business.
            let table = Rulebook { readings: Vec::new(), ..laid.clone() };
            faults = defects(&table, known).into_iter().map(|defect| self.trace_back(&table, defect)).collect();
        }
        laid.overlay = Some(self.source.clone());
        if faults.is_empty() { Ok(laid) } else { Err(faults) }
    }

    fn weigh(&self, book: &mut Rulebook, faults: &mut Vec<Fault>) {
        if let Some(full_mark) = self.full_mark {
            rescale(book, full_mark);
        }
        if self.weights.values().all(Option::is_none) {
            return;
        }
        for (id, weight) in &self.weights {
            let row = book.sections.iter_mut().flat_map(|section| &mut section.clauses).find(|clause| clause.id == *id);
            let refused = match row {
                None => Some((format!("{} has no clause {id}", book.id), "write the id of a row")),
                Some(row) if !row.see.is_empty() => {
                    Some((format!("{id} only refers to {}", row.see.join(", ")), "weigh those rows instead"))
                }
                Some(row) if counts_beside_the_total(row) => {
                    Some((format!("{id} counts beside the total and takes no weight"), "give its steps points instead"))
                }
                Some(row) => match weight {
                    Some(weight) if *weight < Decimal::ZERO => {
                        Some((format!("{weight} is negative"), "write a weight of 0 or more"))
                    }
                    weight => {
                        row.weight = weight.or(row.weight);
                        None
                    }
                },
            };
            faults.extend(refused.map(|(message, help)| (format!("weights.{id}"), message, help.to_owned())));
        }
        for section in &mut book.sections {
            if section.clauses.iter().any(|clause| self.weights.get(&clause.id).is_some_and(Option::is_some)) {
                section.weight = Some(section.weights_sum());
            }
        }
        let sum = book.weights_sum().normalize();
        if sum != book.full_mark && faults.is_empty() {
            let field = if self.full_mark.is_some() { "full_mark" } else { "weights" };
            let message = format!("the weights sum to {sum}, the full mark is {}", book.full_mark.normalize());
            faults.push((field.into(), message, format!("correct a weight, or write full_mark: {sum}")));
        }
    }

    fn price(&self, book: &mut Rulebook, faults: &mut Vec<Fault>) {
        for (place, points) in &self.points {
            let (id, step) = place.split_once('.').map_or((place.as_str(), None), |(id, step)| (id, Some(step)));
            let row = book.sections.iter_mut().flat_map(|section| &mut section.clauses).find(|clause| clause.id == id);
            let (message, help) = match row {
                None => (format!("{} has no clause {id}", book.id), "write the id of a row".to_owned()),
                Some(row) => {
                    let known: Vec<String> = row.steps.iter().map(|step| format!("{id}.{}", step.id)).collect();
                    match pick(&mut row.steps, step) {
                        Some(step) => {
                            step.points = points.or(step.points);
                            continue;
                        }
                        None if known.is_empty() => (format!("{id} has no steps"), "take it out".to_owned()),
                        None if step.is_some() => {
                            (format!("there is no step {place}"), format!("write {}", known.join(" or ")))
                        }
                        None => (format!("{id} has several steps"), format!("write {}", known.join(" or "))),
                    }
                }
            };
            faults.push((format!("points.{place}"), message, help));
        }
    }

    /// The line of the overlay that makes the table unsound.
    fn trace_back(&self, book: &Rulebook, defect: Defect) -> Fault {
        let (clause, step) = place_of(book, &defect.field);
        let row = clause.map(|clause| clause.id.as_str()).unwrap_or_default();
        let step = step.map(|step| format!("{row}.{}", step.id)).unwrap_or_default();
        let root = defect.field.split(['.', '[']).next().unwrap_or_default();
        let of_set = |path: &&String| {
            let head = path.split('.').next().unwrap_or_default();
            if row.is_empty() { head.starts_with(root.trim_end_matches('s')) } else { head == row }
        };
        let field = if self.points.contains_key(&step) {
            format!("points.{step}")
        } else if self.points.contains_key(row) {
            format!("points.{row}")
        } else if let Some(path) = self.set.keys().find(of_set) {
            format!("set.{path}")
        } else if self.weights.contains_key(row) {
            format!("weights.{row}")
        } else if root == "full_mark" && self.full_mark.is_some() {
            root.to_owned()
        } else {
            "weights".to_owned()
        };
        (field, format!("leaves the rulebook unsound at {}: {}", defect.field, defect.message), defect.help)
    }
}

/// The JSON Schema of overlays.
pub fn schema() -> &'static serde_json::Value {
    static SCHEMA: OnceLock<serde_json::Value> = OnceLock::new();
    SCHEMA.get_or_init(|| schemars::schema_for!(Overlay).to_value())
}

/// The rulebook with an overlay laid on, or what is wrong with the overlay.
pub fn lay(book: &Rulebook, name: &str, text: &str, known: &Known<'_>) -> Result<Rulebook, Vec<Problem>> {
    let Shaped { value, problems, places, .. } = shape::read::<Overlay>(name, text, schema());
    let Some(overlay) = value.filter(|_| problems.is_empty()) else { return Err(problems) };
    if overlay.rulebook != book.id {
        let message = format!("is laid over {}, not over {}", overlay.rulebook, book.id);
        return Err(vec![places.problem(name, "rulebook", message, "use it with the rulebook it names")]);
    }
    overlay.lay_on(book, known).map_err(|faults| {
        let mut problems: Vec<Problem> =
            faults.into_iter().map(|(field, message, help)| places.problem(name, field, message, help)).collect();
        problems.sort();
        problems
    })
}

/// Another full mark: grades and the ceiling keep their share of it (百分制折算).
fn rescale(book: &mut Rulebook, full_mark: Decimal) {
    let old = std::mem::replace(&mut book.full_mark, full_mark);
    if old <= Decimal::ZERO || full_mark <= Decimal::ZERO {
        return;
    }
    let share = |points: Decimal| (points * full_mark / old).normalize();
    book.grades.iter_mut().for_each(|grade| grade.from = share(grade.from));
    book.bounds.ceiling = book.bounds.ceiling.map(share);
}

/// An overlay to fill in: every row that takes a weight and every step that takes points, with the figures there are.
pub fn template(book: &Rulebook) -> String {
    let figure = |figure: Option<Decimal>| figure.map(|found| found.normalize().to_string()).unwrap_or_default();
    let mut text = format!(
        "# 叠加文件：给《{}》{}的各项定分值。\n\
         #   mingcha rulebook validate --overlay 本文件\n\
         #   mingcha score --rulebook {} --overlay 本文件 --entries 记录.jsonl\n\
         # 冒号用半角，冒号后空一格再写数。空着的维持原样：没有分值的项只列达到与未达到。\n\
         rulebook: {}\n\
         source: 待填   # 分值的出处：文件名称、文号、日期\n\
         full_mark: {}   # 满分；各项分值合计必须等于它\n\n\
         weights:   # 各项的分值\n",
        book.plan.title,
        book.plan.place,
        book.id,
        book.id,
        book.full_mark.normalize()
    );
    for section in &book.sections {
        let rows: Vec<&Clause> =
            section.clauses.iter().filter(|row| row.see.is_empty() && !counts_beside_the_total(row)).collect();
        if !rows.is_empty() {
            text.push_str(&format!("  # {}\n", section.name));
        }
        for row in rows {
            text.push_str(&format!("  {}: {}   # {}\n", row.id, figure(row.weight), row.title));
        }
    }
    text.push_str("\npoints:   # 每次加减的分值\n");
    for (_, row) in book.clauses().filter(|(section, _)| section.is_some()) {
        for step in row.steps.iter().filter(|step| takes_points(step)) {
            text.push_str(&format!("  {}.{}: {}   # {}\n", row.id, step.id, figure(step.points), step.title));
        }
    }
    text
}

/// Counts occurrences at one figure each.
fn takes_points(step: &Step) -> bool {
    let counts = [Effect::Deduct, Effect::Bonus, Effect::Earn, Effect::Major];
    counts.contains(&step.effect) && step.levels.is_empty() && step.tiers.is_empty()
}

/// Rows that only add, or that lose on top of the total, are no part of the full mark.
fn counts_beside_the_total(row: &Clause) -> bool {
    let beside = [Effect::Bonus, Effect::Major, Effect::Veto, Effect::Average];
    row.outside || row.steps.iter().all(|step| beside.contains(&step.effect))
}

fn pick<'a>(steps: &'a mut [Step], wanted: Option<&str>) -> Option<&'a mut Step> {
    match (wanted, steps) {
        (Some(id), steps) => steps.iter_mut().find(|step| step.id == id),
        (None, [only]) => Some(only),
        (None, _) => None,
    }
}

/// Row and step of a field such as `sections[1].clauses[0].steps[2].points`.
fn place_of<'a>(book: &'a Rulebook, field: &str) -> (Option<&'a Clause>, Option<&'a Step>) {
    let number =
        |list: &str| -> Option<usize> { field.split_once(&format!("{list}["))?.1.split(']').next()?.parse().ok() };
    let section = number("sections").and_then(|number| book.sections.get(number));
    let clause = number("clauses").and_then(|number| section?.clauses.get(number));
    let step = number("steps").and_then(|number| clause?.steps.get(number));
    (clause, step)
}
