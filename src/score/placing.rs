//! Finds for each entry the unit, clause and step where it counts, or says which field fits nothing.

use std::{collections::HashMap, ops::Deref};

use super::{
    record::{Place, What},
    roster::Roster,
};
use crate::model::{
    Entry, Level, Rulebook,
    rulebook::{Clause, Effect, Exclusive, ExclusiveBy, Per, Period, Step},
};

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
    /// Clauses by their ids, as written and in lower case.
    by_id: HashMap<String, u16>,
    pub groups: Vec<Group<'a>>,
}

/// Steps that may speak of the same event, found by their numbers.
pub struct Group<'a> {
    pub rule: &'a Exclusive,
    /// Clause and step, to the position of the member that names them.
    members: HashMap<(u16, u16), usize>,
}

impl Group<'_> {
    /// Which member of the group an entry belongs to.
    pub fn position(&self, place: Place) -> Option<usize> {
        match place.what {
            What::Step(step) => self.members.get(&(place.clause, step)).copied(),
            What::NotApplicable => None,
        }
    }
}

impl<'a> Book<'a> {
    pub fn of(rulebook: &'a Rulebook) -> Self {
        let clauses: Vec<_> = rulebook.clauses().collect();
        let numbered = || (0_u16..).zip(&clauses).map(|(number, (_, clause))| (number, *clause));
        let mut by_id: HashMap<String, u16> =
            numbered().map(|(number, clause)| (clause.id.to_lowercase(), number)).collect();
        for (_, clause) in numbered() {
            if let Some(number) = by_id.get(&clause.id.to_lowercase()).copied() {
                by_id.insert(clause.id.clone(), number);
            }
        }
        let group = |rule: &'a Exclusive| {
            let mut members = HashMap::new();
            for (number, clause) in numbered() {
                for (step_number, step) in (0_u16..).zip(&clause.steps) {
                    let names = |member: &String| match member.split_once('.') {
                        Some((id, wanted)) => clause.id == id && step.id == wanted,
                        None => clause.id == *member,
                    };
                    if let Some(position) = rule.members.iter().position(names) {
                        members.insert((number, step_number), position);
                    }
                }
            }
            Group { rule, members }
        };
        let groups = rulebook.exclusive.iter().map(group).collect();
        Self { rulebook, by_id, groups, clauses }
    }

    pub fn number_of(&self, id: &str) -> Option<u16> {
        self.by_id.get(id).or_else(|| self.by_id.get(&id.trim().to_lowercase())).copied()
    }

    pub fn clause(&self, number: u16) -> &'a Clause {
        self.clauses[usize::from(number)].1
    }

    /// The step a place names, with its clause.
    pub fn step(&self, place: Place) -> Option<(&'a Clause, &'a Step)> {
        let clause = self.clause(place.clause);
        match place.what {
            What::Step(step) => Some((clause, &clause.steps[usize::from(step)])),
            What::NotApplicable => None,
        }
    }

    /// Clause and step of every step that `wanted` picks.
    pub fn steps(&self, wanted: impl Fn(&Step) -> bool) -> Vec<(u16, u16, &'a Step)> {
        let mut found = Vec::new();
        for (number, (_, clause)) in (0_u16..).zip(&self.clauses) {
            let steps = (0_u16..).zip(&clause.steps).filter(|(_, step)| wanted(step));
            found.extend(steps.map(|(step_number, step)| (number, step_number, step)));
        }
        found
    }

    /// Does the rulebook say that every entry of this place counts, even with the same subject?
    pub fn each_counts(&self, place: Place) -> bool {
        self.groups.iter().any(|group| group.rule.by == ExclusiveBy::Entry && group.position(place).is_some())
    }

    /// Where an entry of `unit` counts; nowhere, where its check costs nothing under this rulebook.
    /// `known_check` says whether a check of that name exists at all.
    pub fn place<S: Deref<Target = str>>(
        &self,
        entry: &Entry<S>,
        unit: &str,
        roster: &Roster,
        period: Period,
        known_check: &dyn Fn(&str) -> bool,
    ) -> Result<Option<Place>, Misfit> {
        numbers_are_sound(entry)?;
        if let Some(date) = entry.date
            && !period.contains(date)
        {
            return misfit("date", format!("{date} lies outside the period {} to {}", period.from, period.to));
        }
        let speaks_of = |number: u16| {
            let row = self.clause(number);
            row.units.is_empty() || roster.concerns(row, unit)
        };
        let Some((clause, step)) = self.clause_of(entry, &speaks_of, known_check)? else { return Ok(None) };
        let row = self.clause(clause);
        if !row.see.is_empty() {
            return misfit("clause", format!("{} only refers to {}; name the row there", row.id, row.see.join(", ")));
        }
        if !roster.concerns(row, unit) {
            return misfit("unit", roster.unconcerned(row, unit));
        }
        let only_averages = row.steps.iter().all(|step| step.effect == Effect::Average);
        let what = match step {
            Some(step) => What::Step(step),
            None if entry.not_applicable && entry.step.is_none() && !only_averages => What::NotApplicable,
            None => What::Step(step_of(row, entry)?),
        };
        let place = Place { clause, what };
        let Some((clause, step)) = self.step(place) else { return Ok(Some(place)) };
        if !entry.not_applicable {
            fields_suit(clause, step, entry)?;
            return Ok(Some(place));
        }
        // An average step keeps its own place, since it says which clauses are meant.
        let what = if step.effect == Effect::Average { what } else { What::NotApplicable };
        Ok(Some(Place { what, ..place }))
    }

    /// Clause, and step where the check names one; none where nothing is priced. Checks look at every unit, and so a
    /// finding passes over the rows that are limited to other units than its own; `speaks_of` says which are not.
    fn clause_of<S: Deref<Target = str>>(
        &self,
        entry: &Entry<S>,
        speaks_of: &dyn Fn(u16) -> bool,
        known_check: &dyn Fn(&str) -> bool,
    ) -> Result<Option<(u16, Option<u16>)>, Misfit> {
        if let Some(id) = entry.clause.as_deref() {
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
        let mut passed_over = false;
        for (number, _) in (0_u16..).zip(&self.clauses) {
            match self.step_fed_by_check(number, entry) {
                Some(step) if speaks_of(number) => return Ok(Some((number, Some(step)))),
                found => passed_over |= found.is_some(),
            }
        }
        if subject.is_none()
            && let Some(place) = self.only_step_of(check, speaks_of)?
        {
            return Ok(Some(place));
        }
        if passed_over || known_check(check) { Ok(None) } else { misfit("check", format!("unknown check {check:?}")) }
    }

    /// The step that takes findings of `check` about some subjects, for an entry that names none.
    fn only_step_of(&self, check: &str, speaks_of: &dyn Fn(u16) -> bool) -> Result<Option<(u16, Option<u16>)>, Misfit> {
        let takes = |step: &Step| step.checks.iter().any(|known| known.check == check);
        let places: Vec<(u16, Option<u16>)> = (0_u16..)
            .zip(&self.clauses)
            .filter(|(number, _)| speaks_of(*number))
            .filter_map(|(number, (_, clause))| Some((number, Some(number_where(&clause.steps, takes)?))))
            .collect();
        match places[..] {
            [] => Ok(None),
            [only] => Ok(Some(only)),
            _ => {
                let ids: Vec<&str> = places.iter().map(|(number, _)| self.clause(*number).id.as_str()).collect();
                let several = ids.join(", ");
                misfit("subject", format!("is missing; {check} counts in {several}, depending on the subject"))
            }
        }
    }

    /// The step of a clause that takes the findings of the entry's check; a step the entry names itself wins.
    fn step_fed_by_check<S: Deref<Target = str>>(&self, clause: u16, entry: &Entry<S>) -> Option<u16> {
        let (check, subject) = finding_of(entry).filter(|_| entry.step.is_none())?;
        let feeds = |step: &Step| step.checks.iter().any(|known| known.fits(check, subject));
        number_where(&self.clause(clause).steps, feeds)
    }
}

/// The check and the subject an entry names. `rulebook show` prints them as one text, and so may an entry.
fn finding_of<S: Deref<Target = str>>(entry: &Entry<S>) -> Option<(&str, Option<&str>)> {
    let check = entry.check.as_deref()?.trim();
    match (check.split_once(' '), entry.subject.as_deref()) {
        (Some((check, subject)), None) => Some((check, Some(subject.trim()))),
        (_, subject) => Some((check, subject)),
    }
}

/// The first step that `wanted` picks.
fn number_where(steps: &[Step], wanted: impl Fn(&Step) -> bool) -> Option<u16> {
    (0_u16..).zip(steps).find(|(_, step)| wanted(step)).map(|(number, _)| number)
}

fn numbers_are_sound<S>(entry: &Entry<S>) -> Result<(), Misfit> {
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
fn step_of<S: Deref<Target = str>>(clause: &Clause, entry: &Entry<S>) -> Result<u16, Misfit> {
    let steps = &clause.steps;
    let named = |step: &Step| format!("{} ({})", step.id, step.title);
    let listed = || steps.iter().map(named).collect::<Vec<_>>().join(", ");
    if let Some(wanted) = entry.step.as_deref() {
        if let Some(number) = number_where(steps, |step| step.id == wanted) {
            return Ok(number);
        }
        let by_effect = only_one(steps, |step| step.effect.name() == wanted);
        let unknown = || misfit("step", format!("{} has no step {wanted:?}; it has {}", clause.id, listed()));
        return by_effect.only.map_or_else(unknown, Ok);
    }
    if let [_] = steps[..] {
        return Ok(0);
    }
    for meant in meanings(entry) {
        let fitting = only_one(steps, |step| meant.fits(step));
        if let Some(number) = fitting.only {
            return Ok(number);
        }
        if fitting.any {
            // A level of no points is told as such where only one step goes by levels.
            let by_level = only_one(steps, |step| !step.levels.is_empty());
            if let Some(number) = by_level.only.filter(|_| entry.level.is_some()) {
                return Ok(number);
            }
            let several: Vec<String> = steps.iter().filter(|step| meant.fits(step)).map(named).collect();
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
    only: Option<u16>,
}

/// One step alone, or the only ordinary one beside steps that must be named.
fn only_one(steps: &[Step], fits: impl Fn(&Step) -> bool) -> Fitting {
    let found = || (0_u16..).zip(steps).filter(|(_, step)| fits(step));
    let only = alone(found()).or_else(|| alone(found().filter(|(_, step)| !step.explicit)));
    Fitting { any: found().next().is_some(), only }
}

fn alone<'s>(mut found: impl Iterator<Item = (u16, &'s Step)>) -> Option<u16> {
    let (number, _) = found.next()?;
    found.next().is_none().then_some(number)
}

/// What kind of step the fields of an entry speak of.
#[derive(Clone, Copy)]
enum Meaning {
    Place,
    Share,
    Pieces,
    GivenScore,
    Amount,
    AtLevel(Option<Level>),
    Loss,
    Gain,
}

impl Meaning {
    fn fits(self, step: &Step) -> bool {
        match self {
            Meaning::Place => matches!(step.effect, Effect::Rank | Effect::RankDeduct),
            Meaning::Share => step.effect.takes_ratio(),
            Meaning::Pieces => step.effect == Effect::CountShortfall,
            Meaning::GivenScore => matches!(step.effect, Effect::External | Effect::Manual),
            Meaning::Amount => step.per == Per::Value,
            Meaning::AtLevel(level) => level.is_some_and(|level| step.levels.contains_key(&level)),
            Meaning::Loss => {
                step.per != Per::Value
                    && matches!(
                        step.effect,
                        Effect::Deduct | Effect::CountShortfall | Effect::Checklist | Effect::Major | Effect::Veto
                    )
            }
            Meaning::Gain => step.per != Per::Value && matches!(step.effect, Effect::Bonus | Effect::Earn),
        }
    }
}

/// What the fields of an entry may mean, the surest first.
fn meanings<S>(entry: &Entry<S>) -> impl Iterator<Item = Meaning> + use<S> {
    let rank = entry.rank.is_some();
    let share = entry.numerator.is_some() || entry.denominator.is_some();
    let value = entry.value.is_some();
    let level = entry.level.is_some();
    let plain = if level { !value } else { !(rank || share || value) };
    let said = [
        (rank, Meaning::Place),
        (share, Meaning::Share),
        (share, Meaning::Pieces),
        (value, Meaning::GivenScore),
        (value, Meaning::Amount),
        (value, Meaning::Place),
        (level, Meaning::AtLevel(entry.level)),
        (plain, Meaning::Loss),
        (plain, Meaning::Gain),
        (plain, Meaning::Place),
    ];
    said.into_iter().filter(|(said, _)| *said).map(|(_, meaning)| meaning)
}

/// Does the entry carry what the step computes with?
fn fields_suit<S>(clause: &Clause, step: &Step, entry: &Entry<S>) -> Result<(), Misfit> {
    let name = || format!("{}.{}", clause.id, step.id);
    if step.effect.takes_ratio() {
        return match (entry.numerator, entry.denominator) {
            (None, _) => misfit("numerator", format!("is missing; {} needs numerator and denominator", name())),
            (_, None) => misfit("denominator", format!("is missing; {} needs numerator and denominator", name())),
            (Some(part), Some(whole)) if part > whole => {
                misfit("numerator", format!("{part} is more than the denominator {whole}"))
            }
            _ => Ok(()),
        };
    }
    match step.effect {
        Effect::External | Effect::Manual if entry.value.is_none() => {
            misfit("value", format!("is missing; {} takes a score as value", name()))
        }
        Effect::Rank | Effect::RankDeduct if entry.rank.is_none() && entry.value.is_none() && entry.count.is_none() => {
            misfit("rank", format!("is missing; {} takes a rank, or a number to be ranked as value or count", name()))
        }
        Effect::Average => {
            misfit("not_applicable", format!("is missing; {} takes entries with not_applicable: true", name()))
        }
        _ if step.per == Per::Value && entry.value.is_none() => {
            misfit("value", format!("is missing; {} takes the points as value", name()))
        }
        _ if !step.levels.is_empty() => match step.level_of(entry.level, entry.check.is_some()) {
            None => misfit("level", format!("is missing; {} takes {}", name(), levels_of(step))),
            Some(level) if !step.levels.contains_key(&level) => {
                misfit("level", format!("{} has no points in {}; it takes {}", level.name(), name(), levels_of(step)))
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
