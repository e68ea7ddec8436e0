//! Finds for each entry the unit, clause and step where it counts, or says which field fits nothing.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::roster::Roster;
use crate::model::{
    Entry, Rulebook,
    rulebook::{Clause, Effect, Per, Period, Step},
};

/// An entry in its place. Numbers point into [`Book::clauses`] and the clause's steps.
#[derive(Clone, Copy, Debug)]
pub struct Placed<'a> {
    pub entry: &'a Entry,
    pub clause: usize,
    pub what: What,
}

/// What an entry says of its clause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    Step(usize),
    /// The unit has no such thing.
    NotApplicable,
}

/// Where an entry counts.
#[derive(Debug)]
pub enum Place<'a> {
    Here {
        unit: String,
        placed: Placed<'a>,
    },
    /// Its check costs nothing under this rulebook.
    Unpriced {
        unit: String,
    },
}

/// The field of an entry that fits nothing, and why.
#[derive(Debug, PartialEq, Eq)]
pub struct Misfit {
    pub field: &'static str,
    pub message: String,
}

fn misfit<T>(field: &'static str, message: impl Into<String>) -> Result<T, Misfit> {
    Err(Misfit { field, message: message.into() })
}

/// A rulebook with its clauses in a row, for quick finding.
pub struct Book<'a> {
    pub rulebook: &'a Rulebook,
    pub clauses: Vec<(Option<usize>, &'a Clause)>,
    by_id: BTreeMap<String, usize>,
}

impl<'a> Book<'a> {
    pub fn of(rulebook: &'a Rulebook) -> Self {
        let clauses: Vec<_> = rulebook.clauses().collect();
        let by_id =
            clauses.iter().enumerate().map(|(number, (_, clause))| (clause.id.to_lowercase(), number)).collect();
        Self { rulebook, clauses, by_id }
    }

    pub fn number_of(&self, id: &str) -> Option<usize> {
        self.by_id.get(&id.trim().to_lowercase()).copied()
    }

    /// Where `entry` counts. `known_check` says whether a check of that name exists at all.
    pub fn place<'e>(
        &self,
        entry: &'e Entry,
        roster: &Roster,
        period: Period,
        known_check: &dyn Fn(&str) -> bool,
    ) -> Result<Place<'e>, Misfit> {
        let unit = roster.find(&entry.unit).or_else(|message| misfit("unit", message))?;
        numbers_are_sound(entry)?;
        if let Some(date) = entry.date
            && !period.contains(date)
        {
            return misfit("date", format!("{date} lies outside the period {} to {}", period.from, period.to));
        }
        let Some((clause, step)) = self.clause_of(entry, known_check)? else { return Ok(Place::Unpriced { unit }) };
        let row = self.clauses[clause].1;
        if !row.see.is_empty() {
            return misfit("clause", format!("{} only refers to {}; name the row there", row.id, row.see.join(", ")));
        }
        if !roster.concerns(row, &unit) {
            return misfit("unit", roster.unconcerned(row, &unit));
        }
        let only_averages = row.steps.iter().all(|step| step.effect == Effect::Average);
        let what = match step {
            Some(step) => What::Step(step),
            None if entry.not_applicable && entry.step.is_none() && !only_averages => What::NotApplicable,
            None => What::Step(step_of(row, entry)?),
        };
        if let What::Step(step) = what
            && !entry.not_applicable
        {
            fields_suit(row, &row.steps[step], entry)?;
        }
        Ok(Place::Here {
            unit,
            placed: Placed {
                entry,
                clause,
                what: if entry.not_applicable { self.not_applicable(clause, what) } else { what },
            },
        })
    }

    /// An average step keeps its own place, since it says which clauses are meant.
    fn not_applicable(&self, clause: usize, what: What) -> What {
        match what {
            What::Step(step) if self.clauses[clause].1.steps[step].effect == Effect::Average => what,
            _ => What::NotApplicable,
        }
    }

    /// Clause, and step where the check names one; none where nothing is priced.
    fn clause_of(
        &self,
        entry: &Entry,
        known_check: &dyn Fn(&str) -> bool,
    ) -> Result<Option<(usize, Option<usize>)>, Misfit> {
        if let Some(id) = &entry.clause {
            return match self.number_of(id) {
                Some(number) => Ok(Some((number, self.step_fed_by_check(number, entry)))),
                None => {
                    let book = &self.rulebook.id;
                    misfit("clause", format!("{book} has no clause {id:?}; `mingcha rulebook show {book}` lists them"))
                }
            };
        }
        let Some((check, subject)) = finding_of(entry) else {
            return misfit("clause", "is missing; name the clause or the check");
        };
        for number in 0..self.clauses.len() {
            if let Some(step) = self.step_fed_by_check(number, entry) {
                return Ok(Some((number, Some(step))));
            }
        }
        if subject.is_none()
            && let Some(place) = self.only_step_of(check)?
        {
            return Ok(Some(place));
        }
        if known_check(check) { Ok(None) } else { misfit("check", format!("unknown check {check:?}")) }
    }

    /// The step that takes findings of `check` about some subjects, for an entry that names none.
    fn only_step_of(&self, check: &str) -> Result<Option<(usize, Option<usize>)>, Misfit> {
        let takes = |step: &Step| step.checks.iter().any(|known| known.check == check);
        let places: Vec<(usize, Option<usize>)> = (0..self.clauses.len())
            .filter_map(|number| self.clauses[number].1.steps.iter().position(takes).map(|step| (number, Some(step))))
            .collect();
        match places[..] {
            [] => Ok(None),
            [only] => Ok(Some(only)),
            _ => {
                let ids: Vec<&str> = places.iter().map(|(number, _)| self.clauses[*number].1.id.as_str()).collect();
                let several = ids.join(", ");
                misfit("subject", format!("is missing; {check} counts in {several}, depending on the subject"))
            }
        }
    }

    /// The step of a clause that takes the findings of the entry's check; a step the entry names itself wins.
    fn step_fed_by_check(&self, clause: usize, entry: &Entry) -> Option<usize> {
        let (check, subject) = finding_of(entry).filter(|_| entry.step.is_none())?;
        let feeds = |step: &Step| step.checks.iter().any(|known| known.fits(check, subject));
        self.clauses[clause].1.steps.iter().position(feeds)
    }
}

/// The check and the subject an entry names. `rulebook show` prints them as one text, and so may an entry.
fn finding_of(entry: &Entry) -> Option<(&str, Option<&str>)> {
    let check = entry.check.as_deref()?.trim();
    match (check.split_once(' '), entry.subject.as_deref()) {
        (Some((check, subject)), None) => Some((check, Some(subject.trim()))),
        (_, subject) => Some((check, subject)),
    }
}

fn numbers_are_sound(entry: &Entry) -> Result<(), Misfit> {
    let numbers = [
        ("count", entry.count),
        ("numerator", entry.numerator),
        ("denominator", entry.denominator),
        ("value", entry.value),
    ];
    for (field, number) in numbers {
        if let Some(number) = number.filter(|number| number.is_sign_negative() && !number.is_zero()) {
            return misfit(field, format!("{number} is negative"));
        }
    }
    if entry.rank == Some(0) {
        return misfit("rank", "0 is no place; the first is 1");
    }
    Ok(())
}

/// The step an entry means: the one it names, or the only one its fields fit.
fn step_of(clause: &Clause, entry: &Entry) -> Result<usize, Misfit> {
    let steps = &clause.steps;
    let named = |step: &Step| format!("{} ({})", step.id, step.title);
    let listed = || steps.iter().map(named).collect::<Vec<_>>().join(", ");
    if let Some(wanted) = &entry.step {
        if let Some(number) = steps.iter().position(|step| step.id == *wanted) {
            return Ok(number);
        }
        let by_effect = only_one(steps, |step| step.effect.name() == *wanted);
        let unknown = || misfit("step", format!("{} has no step {wanted:?}; it has {}", clause.id, listed()));
        return by_effect.only.map_or_else(unknown, Ok);
    }
    if let [_] = steps[..] {
        return Ok(0);
    }
    for fits in preferences(entry) {
        let fitting = only_one(steps, &fits);
        if let Some(number) = fitting.only {
            return Ok(number);
        }
        if fitting.any {
            // A level of no points is told as such where only one step goes by levels.
            let by_level = only_one(steps, |step| !step.levels.is_empty());
            if let Some(number) = by_level.only.filter(|_| entry.level.is_some()) {
                return Ok(number);
            }
            let several: Vec<String> = steps.iter().filter(|step| fits(step)).map(named).collect();
            return misfit(
                "step",
                format!("is needed, since {} has several that fit: {}", clause.id, several.join(", ")),
            );
        }
    }
    misfit("step", format!("is needed, since the other fields fit none of {}: {}", clause.id, listed()))
}

/// The steps that fit: is there any, and is one of them alone meant?
struct Fitting {
    any: bool,
    only: Option<usize>,
}

/// One step alone, or the only ordinary one beside steps that must be named.
fn only_one(steps: &[Step], fits: impl Fn(&Step) -> bool) -> Fitting {
    let found: Vec<usize> = (0..steps.len()).filter(|number| fits(&steps[*number])).collect();
    let ordinary: Vec<usize> = found.iter().copied().filter(|number| !steps[*number].explicit).collect();
    let only = match (&found[..], &ordinary[..]) {
        ([number], _) | (_, [number]) => Some(*number),
        _ => None,
    };
    Fitting { any: !found.is_empty(), only }
}

type Fits = Box<dyn Fn(&Step) -> bool>;

/// What kind of step the fields of an entry speak of, the surest first.
fn preferences(entry: &Entry) -> Vec<Fits> {
    let mut wanted: Vec<Fits> = Vec::new();
    if entry.rank.is_some() {
        wanted.push(Box::new(|step| matches!(step.effect, Effect::Rank | Effect::RankDeduct)));
    }
    if entry.numerator.is_some() || entry.denominator.is_some() {
        wanted.push(Box::new(|step| step.effect.takes_ratio()));
        wanted.push(Box::new(|step| step.effect == Effect::CountShortfall));
    }
    if entry.value.is_some() {
        wanted.push(Box::new(|step| matches!(step.effect, Effect::External | Effect::Manual)));
        wanted.push(Box::new(|step| step.per == Per::Value));
        wanted.push(Box::new(|step| matches!(step.effect, Effect::Rank | Effect::RankDeduct)));
    }
    if let Some(level) = entry.level {
        wanted.push(Box::new(move |step| step.levels.contains_key(&level)));
    }
    if wanted.is_empty() || (entry.level.is_some() && entry.value.is_none()) {
        wanted.push(Box::new(|step| {
            step.per != Per::Value
                && matches!(
                    step.effect,
                    Effect::Deduct | Effect::CountShortfall | Effect::Checklist | Effect::Major | Effect::Veto
                )
        }));
        wanted.push(Box::new(|step| step.per != Per::Value && matches!(step.effect, Effect::Bonus | Effect::Earn)));
        wanted.push(Box::new(|step| matches!(step.effect, Effect::Rank | Effect::RankDeduct)));
    }
    wanted
}

/// Does the entry carry what the step computes with?
fn fields_suit(clause: &Clause, step: &Step, entry: &Entry) -> Result<(), Misfit> {
    let name = format!("{}.{}", clause.id, step.id);
    if step.effect.takes_ratio() {
        return match (entry.numerator, entry.denominator) {
            (None, _) => misfit("numerator", format!("is missing; {name} needs numerator and denominator")),
            (_, None) => misfit("denominator", format!("is missing; {name} needs numerator and denominator")),
            (Some(part), Some(whole)) if part > whole => {
                misfit("numerator", format!("{part} is more than the denominator {whole}"))
            }
            _ => Ok(()),
        };
    }
    match step.effect {
        Effect::External | Effect::Manual if entry.value.is_none() => {
            misfit("value", format!("is missing; {name} takes a score as value"))
        }
        Effect::Rank | Effect::RankDeduct if entry.rank.is_none() && entry.value.is_none() && entry.count.is_none() => {
            misfit("rank", format!("is missing; {name} takes a rank, or a number to be ranked as value or count"))
        }
        Effect::Average => {
            misfit("not_applicable", format!("is missing; {name} takes entries with not_applicable: true"))
        }
        _ if step.per == Per::Value && entry.value.is_none() => {
            misfit("value", format!("is missing; {name} takes the points as value"))
        }
        _ if !step.levels.is_empty() => match step.level_of(entry) {
            None => misfit("level", format!("is missing; {name} takes {}", levels_of(step))),
            Some(level) if !step.levels.contains_key(&level) => {
                misfit("level", format!("{} has no points in {name}; it takes {}", level.name(), levels_of(step)))
            }
            Some(_) => Ok(()),
        },
        _ => Ok(()),
    }
}

/// The levels that have points, such as `province (省级) or city (市级)`.
fn levels_of(step: &Step) -> String {
    let names: Vec<String> =
        step.levels.keys().map(|level| format!("{} ({})", level.name(), level.chinese())).collect();
    names.join(" or ")
}

/// Items of an entry; 1 where nothing is said.
pub fn count_of(entry: &Entry) -> Decimal {
    entry.count.unwrap_or(Decimal::ONE)
}
