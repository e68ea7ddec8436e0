//! Which of the changed entries moved a row: those of the unit in that row, else those that act on it from elsewhere.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Names, Stage,
    fates::{Fate, identity},
    wording,
};
use crate::model::{Entry, Rulebook, rulebook::Effect};

/// The changed entries of one step, by the rows in whose traces they stand before or after it.
pub struct Blame<'a> {
    fates: &'a [Fate<'a>],
    /// Row -> unit -> numbers of fates.
    by_row: BTreeMap<String, BTreeMap<String, BTreeSet<usize>>>,
    by_unit: BTreeMap<String, BTreeSet<usize>>,
}

impl<'a> Blame<'a> {
    pub fn of(fates: &'a [Fate<'a>], names: &Names<'_>, before: &Stage, after: &Stage) -> Self {
        let mut blame = Self { fates, by_row: BTreeMap::new(), by_unit: BTreeMap::new() };
        let mut by_identity: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (number, fate) in fates.iter().enumerate() {
            for entry in fate.versions() {
                by_identity.entry(identity(entry)).or_default().push(number);
                blame.by_unit.entry(names.of(&entry.unit)).or_default().insert(number);
            }
        }
        for (unit, sheet) in before.sheets.iter().chain(&after.sheets) {
            if !blame.by_unit.contains_key(unit) {
                continue;
            }
            for row in &sheet.clauses {
                let entries = row.trace.iter().flat_map(|trace| &trace.entries);
                let numbers = entries.filter_map(|entry| by_identity.get(&identity(entry))).flatten();
                for number in numbers {
                    let units = blame.by_row.entry(row.clause.clone()).or_default();
                    units.entry(unit.clone()).or_default().insert(*number);
                }
            }
        }
        blame
    }

    /// The sentence and the entries for a row of a unit.
    pub fn of_row(&self, unit: &str, clause: &str, book: &Rulebook) -> (String, Vec<Entry>) {
        let in_row = self.by_row.get(clause);
        let own = in_row.and_then(|units| units.get(unit)).cloned().unwrap_or_default();
        let others: BTreeSet<usize> = in_row
            .into_iter()
            .flatten()
            .filter(|(other, _)| *other != unit && depends_on_others(book, clause))
            .flat_map(|(_, numbers)| numbers.iter().copied())
            .collect();
        if !own.is_empty() {
            let also = match others.len() {
                0 => String::new(),
                count => format!("（名次或平均分还随其他单位的{count}条记录变动）"),
            };
            return (format!("{}{also}", self.say(&own)), self.entries(&own));
        }
        if !others.is_empty() {
            return (format!("其他单位的变化使名次或平均分变动：{}", self.say(&others)), self.entries(&others));
        }
        // Another row decides here: one event counts once, a bonus is given only where nothing was lost.
        match self.by_unit.get(unit) {
            Some(elsewhere) => (format!("其他指标的变化影响到本项：{}", self.say(elsewhere)), self.entries(elsewhere)),
            None => ("考核对象的增减影响到本项".to_owned(), Vec::new()),
        }
    }

    fn say(&self, numbers: &BTreeSet<usize>) -> String {
        let fates: Vec<&Fate<'_>> = numbers.iter().filter_map(|number| self.fates.get(*number)).collect();
        wording::fates(&fates)
    }

    fn entries(&self, numbers: &BTreeSet<usize>) -> Vec<Entry> {
        numbers.iter().filter_map(|number| self.fates.get(*number)).map(|fate| fate.entry().clone()).collect()
    }
}

/// Is the row ranked, or may a mean of other units stand in it?
fn depends_on_others(book: &Rulebook, clause: &str) -> bool {
    book.clauses().any(|(_, row)| {
        row.steps.iter().any(|step| match step.effect {
            Effect::Rank | Effect::RankDeduct => row.id == clause,
            Effect::Average => row.id == clause || step.clauses.iter().any(|id| id == clause),
            _ => false,
        })
    })
}
