//! Pure arithmetic: rulebook + entries -> explained score. Same input, same output to the byte, whatever the order.
//!
//! The order of evaluation:
//!
//! 1. [`placing`]: each entry finds its unit, clause and step, or is an error with its field.
//! 2. [`events`]: of several entries on one event only one counts.
//! 3. [`clause`]: steps ([`counted`], [`measured`], [`ranking`]) make losses and gains; then the row's caps.
//! 4. [`average`]: second pass, units without such a thing get the mean of the others.
//! 5. [`total`]: sections within their bounds, bonuses, major deductions, ceiling and floor, vetoes, grade.
//! 6. Ranking of totals within the class.
//!
//! Points lost lie within the weights; bonuses and major deductions are adjustments beside them:
//! total = sum of the sections' scores + sum of the adjustments' points.

pub mod average;
pub mod clause;
pub mod cohort;
pub mod counted;
pub mod difference;
pub mod entries;
pub mod events;
pub mod measured;
pub mod placing;
pub mod ranking;
pub mod roster;
pub mod step_score;
pub mod total;
pub mod wording;
mod worth;

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use crate::model::{
    Entry, EntryStatus, Rulebook, ScoreReport, ScoreSheet, UnitList,
    rulebook::{Effect, Period, Ties},
    score_sheet::{BadEntry, FlaggedChange},
};
use clause::{Around, RowScore};
use placing::{Book, Place, Placed, What};
use roster::Roster;

/// How to score.
#[derive(Default)]
pub struct Options<'a> {
    /// Another period than the rulebook's.
    pub period: Option<Period>,
    /// Also say what the flagged entries would change.
    pub include_flagged: bool,
    /// Leave out entries that fit nothing and list them, instead of scoring nothing.
    pub skip_bad: bool,
    /// Whom to score besides the units that have entries; names as in entries.
    pub units: Vec<String>,
    /// Score every unit of the class, entries or not.
    pub whole_class: bool,
    /// Whether a check exists at all; findings of a known check that the rulebook does not price cost nothing.
    pub known_check: Option<&'a dyn Fn(&str) -> bool>,
}

/// Scores `entries`. `lines` are their places in a file, for messages; where absent their numbers count.
/// The units are those with entries, those in the options, and with `whole_class` all of the class.
pub fn score(
    rulebook: &Rulebook,
    list: Option<&UnitList>,
    entries: &[Entry],
    lines: &[usize],
    options: &Options<'_>,
) -> Result<ScoreReport, Vec<BadEntry>> {
    let book = Book::of(rulebook);
    let roster = Roster::of(rulebook, list);
    let period = options.period.unwrap_or(rulebook.period);
    let known_check = options.known_check.unwrap_or(&|_| false);

    let mut bad = Vec::new();
    let mut unpriced = Vec::new();
    let mut units = Units::default();
    for (number, name) in options.units.iter().enumerate() {
        match roster.find(name) {
            Ok(unit) => units.add(&unit, Some(name)),
            Err(message) => bad.push(BadEntry { line: number + 1, field: "--unit".into(), message }),
        }
    }
    if options.whole_class {
        roster.members().iter().for_each(|unit| units.add(unit, None));
    }
    if !bad.is_empty() {
        return Err(bad);
    }
    for (number, entry) in entries.iter().enumerate() {
        match book.place(entry, &roster, period, known_check) {
            Ok(Place::Here { unit, placed }) => units.put(unit, entry, placed),
            Ok(Place::Unpriced { unit }) => {
                // A unit of which only such things are known keeps every point, and is ranked with the others.
                if roster.is_member(&unit) {
                    units.add(&unit, Some(entry.unit.trim()));
                }
                unpriced.push(entry.clone());
            }
            Err(misfit) => bad.push(BadEntry {
                line: lines.get(number).copied().unwrap_or(number + 1),
                field: misfit.field.to_owned(),
                message: misfit.message,
            }),
        }
    }
    if !bad.is_empty() && !options.skip_bad {
        return Err(bad);
    }
    unpriced.sort_by(events::canonical);

    let mut sheets = units.sheets(&book, &roster, &[EntryStatus::Confirmed]);
    if options.include_flagged {
        let provisional = units.sheets(&book, &roster, &[EntryStatus::Confirmed, EntryStatus::Flagged]);
        for (sheet, provisional) in sheets.iter_mut().zip(provisional) {
            sheet.provisional_total = Some(provisional.total);
            sheet.flagged = changes(sheet, &provisional);
        }
    }
    Ok(ScoreReport {
        rulebook: rulebook.id.clone(),
        period,
        switched: Vec::new(),
        units: sheets,
        unpriced,
        skipped: bad,
    })
}

/// The units that are scored, in the plan's order where it has one, with their entries.
#[derive(Default)]
struct Units<'e> {
    entries: BTreeMap<String, Vec<Placed<'e>>>,
    /// Names under which each unit was spoken of.
    called: BTreeMap<String, BTreeSet<String>>,
}

impl<'e> Units<'e> {
    fn add(&mut self, unit: &str, called: Option<&str>) {
        self.entries.entry(unit.to_owned()).or_default();
        if let Some(name) = called {
            self.called.entry(unit.to_owned()).or_default().insert(name.to_owned());
        }
    }

    fn put(&mut self, unit: String, entry: &Entry, placed: Placed<'e>) {
        self.add(&unit, Some(entry.unit.trim()));
        self.entries.entry(unit).or_default().push(placed);
    }

    /// Scores all units with the entries of these states.
    fn sheets(&self, book: &Book<'_>, roster: &Roster, states: &[EntryStatus]) -> Vec<ScoreSheet> {
        let order = |unit: &String| roster.members().iter().position(|member| member == unit).unwrap_or(usize::MAX);
        let mut names: Vec<&String> = self.entries.keys().collect();
        names.sort_by_key(|unit| (order(unit), (*unit).clone()));

        let mut counting = Vec::new();
        for unit in &names {
            let mut placed: Vec<Placed<'e>> =
                self.entries[*unit].iter().filter(|one| states.contains(&one.entry.status())).copied().collect();
            placed.sort_by(|a, b| events::canonical(a.entry, b.entry));
            counting.push((unit.as_str(), events::split(book, placed)));
        }
        let places = places(book, roster, &counting);
        let mut rows: Vec<BTreeMap<usize, RowScore>> =
            counting.iter().map(|(unit, events)| rows_of(book, roster, unit, events, &places)).collect();
        let averages = average_pass(book, roster, &counting, &mut rows);

        let mut sheets = Vec::new();
        for (((unit, _), rows), averages) in counting.iter().zip(rows).zip(averages) {
            let mut sheet = total::sheet(book, unit, rows, averages);
            if let Some(called) = self.called.get(*unit)
                && called.len() == 1
            {
                sheet.unit = called.iter().cloned().collect();
            }
            sheets.push((*unit, sheet));
        }
        if book.rulebook.weighted() {
            rank(roster, &mut sheets);
        }
        sheets.into_iter().map(|(_, sheet)| sheet).collect()
    }
}

type Counting<'a, 'e> = [(&'a str, events::Events<'e>)];

/// Places of each unit in each ranking step: (clause, step) -> unit -> places.
type Places<'a> = BTreeMap<(usize, usize), BTreeMap<&'a str, Vec<u32>>>;

fn places<'a>(book: &Book<'_>, roster: &Roster, counting: &'a Counting<'a, '_>) -> Places<'a> {
    let mut places = Places::new();
    for (number, (_, clause)) in book.clauses.iter().enumerate() {
        for (step_number, step) in clause.steps.iter().enumerate() {
            if !matches!(step.effect, Effect::Rank | Effect::RankDeduct) {
                continue;
            }
            let mut cohort: BTreeMap<&str, Vec<&Entry>> = BTreeMap::new();
            for (unit, events) in counting.iter().filter(|(unit, _)| roster.is_member(unit)) {
                let own =
                    events.counted.iter().filter(|one| one.clause == number && one.what == What::Step(step_number));
                cohort.insert(unit, own.map(|one| one.entry).collect());
            }
            places.insert((number, step_number), ranking::places(step, &cohort));
        }
    }
    places
}

/// Every row that concerns the unit.
fn rows_of(
    book: &Book<'_>,
    roster: &Roster,
    unit: &str,
    events: &events::Events<'_>,
    places: &Places<'_>,
) -> BTreeMap<usize, RowScore> {
    let mut by_clause: BTreeMap<usize, Vec<Placed<'_>>> = BTreeMap::new();
    for one in &events.counted {
        by_clause.entry(one.clause).or_default().push(*one);
    }
    let losing = by_clause
        .iter()
        .filter(|(number, entries)| entries.iter().any(|one| costs(book, **number, one)))
        .map(|(number, _)| book.clauses[*number].1.id.clone())
        .collect();
    let mut rows = BTreeMap::new();
    for (number, (_, clause)) in book.clauses.iter().enumerate() {
        if !roster.concerns(clause, unit) {
            continue;
        }
        let own_places = places
            .iter()
            .filter(|((at, _), _)| *at == number)
            .map(|((_, step), by_unit)| (*step, (by_unit.get(unit).cloned().unwrap_or_default(), !by_unit.is_empty())))
            .collect();
        let repeated: Vec<_> = events.repeated.iter().filter(|(one, _)| one.clause == number).cloned().collect();
        let around = Around { rulebook: book.rulebook, losing: &losing, places: &own_places };
        let entries = by_clause.get(&number).map(Vec::as_slice).unwrap_or_default();
        rows.insert(number, clause::score(clause, entries, &repeated, &around));
    }
    rows
}

fn costs(book: &Book<'_>, clause: usize, one: &Placed<'_>) -> bool {
    let clause = book.clauses[clause].1;
    match one.what {
        What::Step(step) => {
            let step = &clause.steps[step];
            matches!(step.effect, Effect::Deduct | Effect::Major) && !worth::worth(clause, step, one.entry).is_zero()
        }
        What::NotApplicable => false,
    }
}

/// Replaces rows by means; answers with the clause and sentence of each replacement, by unit.
fn average_pass(
    book: &Book<'_>,
    roster: &Roster,
    counting: &Counting<'_, '_>,
    rows: &mut [BTreeMap<usize, RowScore>],
) -> Vec<Vec<(String, String)>> {
    let mut sentences = vec![Vec::new(); counting.len()];
    for (home, step_number, step, clauses) in average::groups(book) {
        let absences: Vec<Vec<&Entry>> = counting
            .iter()
            .map(|(_, events)| average::absences(&events.counted, home, step_number, &clauses))
            .collect();
        if absences.iter().all(Vec::is_empty) {
            continue;
        }
        let peers: Vec<&BTreeMap<usize, RowScore>> = counting
            .iter()
            .zip(&absences)
            .zip(rows.iter())
            .filter(|(((unit, _), absences), _)| absences.is_empty() && roster.is_member(unit))
            .map(|(_, rows)| rows)
            .collect();
        let absent = counting
            .iter()
            .zip(&absences)
            .filter(|((unit, _), absences)| !absences.is_empty() && roster.is_member(unit))
            .count();
        let mean = average::mean(book, step, clauses, &peers, absent, book.rulebook.places);
        for ((absences, rows), sentences) in absences.iter().zip(rows.iter_mut()).zip(&mut sentences) {
            if !absences.is_empty() {
                sentences.push((book.clauses[home].1.id.clone(), average::replace(rows, &mean, absences)));
            }
        }
    }
    sentences
}

/// Places by total, the highest first; equal totals share one. Guests of other classes have none.
fn rank(roster: &Roster, sheets: &mut [(&str, ScoreSheet)]) {
    let mut totals: Vec<(&str, Decimal)> =
        sheets.iter().filter(|(unit, _)| roster.is_member(unit)).map(|(unit, sheet)| (*unit, sheet.total)).collect();
    totals.sort_by(|(_, a), (_, b)| b.cmp(a));
    let places = ranking::number_places(&totals, Ties::Skip);
    for (unit, sheet) in sheets.iter_mut() {
        sheet.rank = places.get(unit).copied();
    }
}

/// What each clause would change by if the flagged entries were confirmed.
fn changes(sheet: &ScoreSheet, provisional: &ScoreSheet) -> Vec<FlaggedChange> {
    let mut changes = Vec::new();
    for (now, then) in sheet.clauses.iter().zip(&provisional.clauses) {
        let entries: Vec<Entry> = then
            .trace
            .iter()
            .flat_map(|trace| &trace.entries)
            .filter(|entry| entry.status() == EntryStatus::Flagged)
            .cloned()
            .collect();
        if !entries.is_empty() {
            let points = then.score + then.bonus - now.score - now.bonus;
            changes.push(FlaggedChange { clause: now.clause.clone(), points: wording::plain(points), entries });
        }
    }
    changes
}
