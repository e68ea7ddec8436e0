//! The units of a score with their entries, scored together: places and averages depend on all of them.

use std::collections::{BTreeSet, HashMap};

use rust_decimal::Decimal;

use super::{
    average,
    clause::{self, Around, Rows},
    events::{self, Events},
    filing::Filed,
    parallel::Crew,
    placing::Book,
    ranking::{self, Ranked},
    record::{Placed, Record, Source},
    roster::Roster,
    total,
};
use crate::model::{
    EntryStatus, ScoreSheet,
    rulebook::{Effect, Ties},
};

/// Sheets of all units, in the plan's order where it has one, else by name.
pub type Sheets<'e> = Vec<ScoreSheet<Source<'e>>>;

/// The units that are scored.
#[derive(Default)]
pub struct Units<'r, 'e> {
    units: Vec<Unit<'r, 'e>>,
    /// Their numbers in it by their names.
    numbers: HashMap<String, usize>,
    entries: usize,
}

struct Unit<'r, 'e> {
    name: String,
    /// Names under which it was spoken of.
    called: BTreeSet<String>,
    /// Its entries, a part from each piece of the file.
    placed: Vec<&'r [Placed<'e>]>,
}

impl<'r, 'e> Units<'r, 'e> {
    /// A unit that is scored whether or not it has entries, and the name under which it was asked for.
    pub fn add(&mut self, unit: &str, called: Option<&str>) -> usize {
        let number = self.numbers.get(unit).copied().unwrap_or_else(|| {
            self.numbers.insert(unit.to_owned(), self.units.len());
            self.units.push(Unit { name: unit.to_owned(), called: BTreeSet::new(), placed: Vec::new() });
            self.units.len() - 1
        });
        if let Some(name) = called {
            self.units[number].called.insert(name.to_owned());
        }
        number
    }

    /// Gives every unit its entries.
    pub fn take(&mut self, filed: &'r Filed<'e>) {
        let mut number_of = |name: &super::filing::Name| match &name.unit {
            Ok(unit) if name.scored => self.add(unit, Some(&name.called)),
            _ => usize::MAX,
        };
        let numbers: Vec<usize> = filed.names.iter().map(&mut number_of).collect();
        for placed in filed.placed.chunk_by(|a, b| a.name == b.name) {
            self.units[numbers[placed[0].name as usize]].placed.push(placed);
        }
        self.entries += filed.placed.len();
    }

    /// Scores all units with the entries of these states.
    pub fn sheets(&self, book: &Book<'_>, roster: &Roster, states: &[EntryStatus]) -> Sheets<'e> {
        let crew = Crew::for_entries(self.entries);
        let mut units: Vec<&Unit<'r, 'e>> = self.units.iter().collect();
        let order = |unit: &Unit<'_, '_>| roster.position(&unit.name).unwrap_or(usize::MAX);
        units.sort_by(|a, b| (order(a), &a.name).cmp(&(order(b), &b.name)));

        let members: Vec<bool> = units.iter().map(|unit| roster.is_member(&unit.name)).collect();
        let cohort = Cohort { book, members };
        let events = crew.each(units.clone(), |unit| {
            let placed = unit.placed.iter().copied().flatten();
            events::split(book, placed.filter(|one| states.contains(&one.record.source.status)).collect())
        });
        let ranked = cohort.ranked(&events);
        let numbered: Vec<(usize, &Unit<'r, 'e>)> = units.iter().copied().enumerate().collect();
        let mut rows = crew.each(numbered, |(number, unit)| {
            let around = Around { book, events: &events[number], unit: number, ranked: &ranked };
            (0_u16..)
                .zip(&book.clauses)
                .map(|(row, (_, rule))| roster.concerns(rule, &unit.name).then(|| clause::score(row, &around)))
                .collect()
        });
        let sentences = cohort.average(&events, &mut rows);

        let parts = units.into_iter().zip(rows).zip(sentences).collect();
        let mut sheets = crew
            .each(parts, |((unit, rows), sentences)| total::sheet(book, unit.shown_as().to_owned(), rows, sentences));
        if book.rulebook.weighted() {
            cohort.rank(&mut sheets);
        }
        sheets
    }
}

impl Unit<'_, '_> {
    /// The name its entries use; the list's where they use several.
    fn shown_as(&self) -> &str {
        match self.called.first() {
            Some(only) if self.called.len() == 1 => only,
            _ => &self.name,
        }
    }
}

/// What all units have to do with each other; each goes by its number.
struct Cohort<'a> {
    book: &'a Book<'a>,
    /// Is it ranked with the others, or a guest of another class?
    members: Vec<bool>,
}

impl Cohort<'_> {
    /// The places of all units in each ranking step.
    fn ranked(&self, events: &[Events<'_, '_>]) -> Vec<Ranked> {
        let ranking = |effect| matches!(effect, Effect::Rank | Effect::RankDeduct);
        let mut all = Vec::new();
        for (clause, step_number, step) in self.book.steps(|step| ranking(step.effect)) {
            let cohort: Vec<(usize, Vec<&Record<'_>>)> = events
                .iter()
                .enumerate()
                .filter(|(unit, _)| self.members[*unit])
                .map(|(unit, events)| (unit, events.of_step(clause, step_number)))
                .collect();
            let found = ranking::places(step, &cohort);
            let known = !found.is_empty();
            let mut places = vec![Vec::new(); events.len()];
            for (unit, own) in found {
                places[unit] = own;
            }
            all.push(Ranked { clause, step: step_number, places, known });
        }
        all
    }

    /// Replaces rows by means; answers with the clause and sentence of each replacement, by unit.
    fn average<'e>(&self, events: &[Events<'_, 'e>], rows: &mut [Rows<'e>]) -> Vec<Vec<(String, String)>> {
        let mut sentences = vec![Vec::new(); events.len()];
        for group in average::groups(self.book) {
            let absences: Vec<Vec<Source<'_>>> = events.iter().map(|events| group.absences(events)).collect();
            if absences.iter().all(Vec::is_empty) {
                continue;
            }
            let members = || (0..events.len()).filter(|unit| self.members[*unit]);
            let peers: Vec<&Rows<'_>> =
                members().filter(|unit| absences[*unit].is_empty()).map(|unit| &rows[unit]).collect();
            let absent = members().filter(|unit| !absences[*unit].is_empty()).count();
            let mean = group.mean(self.book, &peers, absent);
            for ((absences, rows), sentences) in absences.iter().zip(rows.iter_mut()).zip(&mut sentences) {
                if !absences.is_empty() {
                    sentences.push((group.home(self.book).to_owned(), group.replace(rows, &mean, absences)));
                }
            }
        }
        sentences
    }

    /// Places by total, the highest first; equal totals share one. Guests of other classes have none.
    fn rank(&self, sheets: &mut Sheets<'_>) {
        let mut totals: Vec<(usize, Decimal)> = sheets
            .iter()
            .enumerate()
            .filter(|(unit, _)| self.members[*unit])
            .map(|(unit, sheet)| (unit, sheet.total))
            .collect();
        totals.sort_by(|(_, a), (_, b)| b.cmp(a));
        for (unit, place) in ranking::number_places(&totals, Ties::Skip) {
            sheets[unit].rank = Some(place);
        }
    }
}
