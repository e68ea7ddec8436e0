//! The difference between two scorings by cause: every change of points, in its place, from what, by which entries.
//!
//! The way from the earlier scoring to the later one is gone in steps of one cause each, and everybody is scored again
//! after each: first the rulebook (with the earlier switches, as far as it knows them), then each reading that is
//! switched differently, then what entries say (new ones as they are, known ones with their earlier status), last the
//! decisions on entries. The changes of each step are its cause's; since the steps join the two scorings without a
//! gap, the sum of all lines is the difference of the totals, exactly.

mod blame;
mod fates;
mod wording;

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::{Options, roster::Roster, score, wording::plain};
use crate::model::{
    Entry, Rulebook, ScoreReport, ScoreSheet, UnitList,
    rulebook::Period,
    score_difference::{DifferenceCause, DifferenceLine, ScoreDifference, Scoring, Standing, UnitDifference},
    score_parts::Place,
    score_sheet::{BadEntry, Trace},
};
use blame::Blame;
use fates::{Fate, fates};

/// One of two scorings: what is scored, and by what.
#[derive(Clone, Copy)]
pub struct Side<'a> {
    /// With its overlay, without switches.
    pub rulebook: &'a Rulebook,
    /// Readings to switch, in order: id and option.
    pub readings: &'a [(String, String)],
    pub list: Option<&'a UnitList>,
    pub entries: &'a [Entry],
    /// Places of the entries in their file, for messages.
    pub lines: &'a [usize],
    pub options: &'a Options<'a>,
}

impl Side<'_> {
    fn period(&self) -> Period {
        self.options.period.unwrap_or(self.rulebook.period)
    }
}

/// Why there is no difference to tell.
#[derive(Debug, PartialEq, Eq)]
pub enum NoDifference {
    /// A switch that the rulebook of its side does not have.
    Reading(String),
    /// Entries that fit nothing in the earlier scoring.
    Before(Vec<BadEntry>),
    /// Entries that fit nothing in the later scoring.
    After(Vec<BadEntry>),
}

/// The difference of `after` to `before`, both as [`score`] scores them; flagged entries play no part.
pub fn difference(before: &Side<'_>, after: &Side<'_>) -> Result<ScoreDifference, NoDifference> {
    let first_book = switched(before).map_err(NoDifference::Reading)?;
    let last_book = switched(after).map_err(NoDifference::Reading)?;
    let first = scored(before, &first_book, before.options).map_err(NoDifference::Before)?;
    let last = scored(after, &last_book, after.options).map_err(NoDifference::After)?;

    let fates = fates(in_period(before), in_period(after));
    let roster = Roster::of(after.rulebook, after.list);
    let names = Names { now: &roster, then: &Roster::of(before.rulebook, before.list) };
    // Earlier entries under the later rulebook, and later entries with their earlier status.
    let earlier = Side { rulebook: after.rulebook, list: after.list, ..*before };
    let undecided = Side { entries: &fates.undecided, lines: &[], ..*after };

    let mut turns = Vec::new();
    let another_book = before.rulebook != after.rulebook || before.list != after.list;
    let kept = switched_where_known(after.rulebook, before.readings);
    if another_book {
        turns.push(Turn { cause: DifferenceCause::Rulebook, reading: None, book: kept.clone(), side: &earlier });
    }
    for (reading, book) in switches(before, after, kept, &last_book) {
        turns.push(Turn { cause: DifferenceCause::Reading, reading, book, side: &earlier });
    }
    for (cause, changed) in [(DifferenceCause::Entries, &fates.said), (DifferenceCause::Decision, &fates.decided)] {
        if !changed.is_empty() {
            turns.push(Turn { cause, reading: None, book: last_book.clone(), side: &undecided });
        }
    }

    let mut lines: BTreeMap<String, Vec<DifferenceLine>> = BTreeMap::new();
    let mut standing = names.stage(first_book.clone(), first.clone());
    let count = turns.len();
    for (number, turn) in turns.into_iter().enumerate() {
        let report = if number + 1 == count {
            last.clone()
        } else {
            let cohort = if turn.cause == DifferenceCause::Entries { &last } else { &first };
            let known = cohort.units.iter().filter_map(|sheet| roster.find(&sheet.unit).ok());
            let options = Options {
                period: Some(if turn.cause == DifferenceCause::Entries { after.period() } else { before.period() }),
                skip_bad: true,
                units: known.collect(),
                whole_class: after.options.whole_class,
                known_check: after.options.known_check,
                ..Options::default()
            };
            // On the way, entries that fit nothing are left out as part of the step; all units are known.
            scored(turn.side, &turn.book, &options).map_err(NoDifference::After)?
        };
        let next = names.stage(turn.book, report);
        let changed: &[Fate<'_>] = match turn.cause {
            DifferenceCause::Entries => &fates.said,
            DifferenceCause::Decision => &fates.decided,
            DifferenceCause::Rulebook | DifferenceCause::Reading => &[],
        };
        let step = StepTaken {
            cause: turn.cause,
            reading: turn.reading,
            blame: Blame::of(changed, &names, &standing, &next),
            before: &standing,
            after: &next,
        };
        for unit in next.sheets.keys().filter(|unit| standing.sheets.contains_key(*unit)) {
            lines.entry(unit.clone()).or_default().extend(step.lines(unit));
        }
        standing = next;
    }
    let units = units(&names, &first, &last, lines);
    Ok(ScoreDifference { before: scoring(before), after: scoring(after), units })
}

/// One cause to be brought in.
struct Turn<'a> {
    cause: DifferenceCause,
    reading: Option<String>,
    book: Rulebook,
    side: &'a Side<'a>,
}

/// A scoring on the way, its sheets by the units' listed names.
struct Stage {
    book: Rulebook,
    sheets: BTreeMap<String, ScoreSheet>,
}

/// A unit has one name in a difference, however its entries call it.
struct Names<'a> {
    now: &'a Roster,
    then: &'a Roster,
}

impl Names<'_> {
    fn of(&self, unit: &str) -> String {
        self.now.find(unit).or_else(|_| self.then.find(unit)).unwrap_or_else(|_| unit.to_owned())
    }

    fn stage(&self, book: Rulebook, report: ScoreReport) -> Stage {
        let sheets = report.units.into_iter().map(|sheet| (self.of(&sheet.unit), sheet)).collect();
        Stage { book, sheets }
    }
}

/// A cause brought in: the scorings before and after it.
struct StepTaken<'a> {
    cause: DifferenceCause,
    reading: Option<String>,
    blame: Blame<'a>,
    before: &'a Stage,
    after: &'a Stage,
}

impl StepTaken<'_> {
    /// Every place of a unit where this cause changed points.
    fn lines(&self, unit: &str) -> Vec<DifferenceLine> {
        let (Some(before), Some(after)) = (self.before.sheets.get(unit), self.after.sheets.get(unit)) else {
            return Vec::new();
        };
        let (old, new) = (before.parts(&self.before.book), after.parts(&self.after.book));
        let gone = old.iter().filter(|(place, _)| !new.iter().any(|(other, _)| other == place));
        let mut lines: Vec<DifferenceLine> = Vec::new();
        for (place, _) in new.iter().chain(gone) {
            let points =
                |parts: &[(Place, Decimal)]| parts.iter().find(|(at, _)| at == place).map(|(_, points)| *points);
            let (was, is) = (points(&old), points(&new));
            let change = plain(is.unwrap_or_default() - was.unwrap_or_default());
            if change.is_zero() {
                continue;
            }
            let (why, entries) = self.why(unit, (before, after), place, &lines);
            let (clause, section) = match place {
                Place::Clause(id) => {
                    (Some(id.clone()), section_of(&self.after.book, id).or_else(|| section_of(&self.before.book, id)))
                }
                Place::Section(name) => (None, Some(name.clone())),
                Place::Total => (None, None),
            };
            lines.push(DifferenceLine {
                cause: self.cause,
                reading: self.reading.clone(),
                clause,
                section,
                points: change,
                entries,
                reason: format!("{why}，{}", wording::moved(place, was, is)),
            });
        }
        lines
    }

    /// Why points of a place changed, and the entries behind it. `told` are the unit's lines of rows so far.
    fn why(
        &self,
        unit: &str,
        (before, after): (&ScoreSheet, &ScoreSheet),
        place: &Place,
        told: &[DifferenceLine],
    ) -> (String, Vec<Entry>) {
        let bound = wording::bound(before, after, place);
        let by_table = match self.cause {
            DifferenceCause::Rulebook => Some(wording::rulebook(&self.before.book, &self.after.book, place)),
            DifferenceCause::Reading => {
                let id = self.reading.as_deref().and_then(|switch| switch.split('=').next()).unwrap_or_default();
                Some(wording::reading(&self.before.book, &self.after.book, id))
            }
            DifferenceCause::Entries | DifferenceCause::Decision => None,
        };
        match (by_table, place) {
            (Some(table), Place::Clause(id)) => {
                (table, costing(after, id).or_else(|| costing(before, id)).unwrap_or_default())
            }
            (Some(table), _) => (bound.map_or(table.clone(), |bound| format!("{table}；{bound}")), Vec::new()),
            (None, Place::Clause(id)) => self.blame.of_row(unit, id, &self.after.book),
            (None, _) => {
                let inside = |line: &&DifferenceLine| match place {
                    Place::Section(name) => line.section.as_ref() == Some(name),
                    _ => true,
                };
                let mut entries: Vec<Entry> = Vec::new();
                for entry in told.iter().filter(inside).flat_map(|line| &line.entries) {
                    if !entries.contains(entry) {
                        entries.push(entry.clone());
                    }
                }
                (bound.unwrap_or_else(|| "各项得分变化后的限额调整".to_owned()), entries)
            }
        }
    }
}

/// The entries by which a row gains or loses points.
fn costing(sheet: &ScoreSheet, clause: &str) -> Option<Vec<Entry>> {
    let row = sheet.clauses.iter().find(|row| row.clause == clause)?;
    let costs = |trace: &&Trace| !trace.points.is_zero();
    let entries: Vec<Entry> = row.trace.iter().filter(costs).flat_map(|trace| &trace.entries).cloned().collect();
    (!entries.is_empty()).then_some(entries)
}

fn section_of(book: &Rulebook, clause: &str) -> Option<String> {
    let has = |section: &&crate::model::rulebook::Section| section.clauses.iter().any(|row| row.id == clause);
    book.sections.iter().find(has).map(|section| section.name.clone())
}

fn in_period<'a>(side: &Side<'a>) -> impl Iterator<Item = &'a Entry> + Clone {
    let period = side.period();
    side.entries.iter().filter(move |entry| entry.date.is_none_or(|date| period.contains(date)))
}

fn scored(side: &Side<'_>, book: &Rulebook, options: &Options<'_>) -> Result<ScoreReport, Vec<BadEntry>> {
    score(book, side.list, side.entries, side.lines, options)
}

fn switched(side: &Side<'_>) -> Result<Rulebook, String> {
    let mut book = side.rulebook.clone();
    for (id, option) in side.readings {
        book = book.read_as(id, option)?;
    }
    Ok(book)
}

/// The switches of another version, as far as this rulebook has them.
fn switched_where_known(rulebook: &Rulebook, readings: &[(String, String)]) -> Rulebook {
    let mut book = rulebook.clone();
    for (id, option) in readings {
        book = book.read_as(id, option).unwrap_or(book);
    }
    book
}

/// The rulebook after each switch of a reading, from `kept` (the earlier switches) to `last` (the later ones).
fn switches(before: &Side<'_>, after: &Side<'_>, kept: Rulebook, last: &Rulebook) -> Vec<(Option<String>, Rulebook)> {
    if kept == *last {
        return Vec::new();
    }
    let chosen = |book: &Rulebook, id: &str| {
        book.readings.iter().find(|reading| reading.id == id).map(|reading| reading.chosen.clone())
    };
    let mut current = before.readings.to_vec();
    let mut books = Vec::new();
    for reading in &after.rulebook.readings {
        let Some(option) =
            chosen(last, &reading.id).filter(|option| chosen(&kept, &reading.id).as_ref() != Some(option))
        else {
            continue;
        };
        current.retain(|(id, _)| *id != reading.id);
        current.extend(after.readings.iter().filter(|(id, _)| *id == reading.id).cloned());
        books.push((Some(format!("{}={option}", reading.id)), switched_where_known(after.rulebook, &current)));
    }
    // Whatever the order of switches does, the last one arrives where the later scoring stands.
    match books.last_mut() {
        Some((_, book)) => book.clone_from(last),
        None => books.push((None, last.clone())),
    }
    books
}

fn scoring(side: &Side<'_>) -> Scoring {
    Scoring {
        rulebook: side.rulebook.id.clone(),
        period: side.period(),
        switched: side.readings.iter().map(|(id, option)| format!("{id}={option}")).collect(),
    }
}

/// The units of either scoring that stand differently, in the order of the later one.
fn units(
    names: &Names<'_>,
    first: &ScoreReport,
    last: &ScoreReport,
    mut lines: BTreeMap<String, Vec<DifferenceLine>>,
) -> Vec<UnitDifference> {
    let by_name = |report: &ScoreReport| -> BTreeMap<String, Standing> {
        report.units.iter().map(|sheet| (names.of(&sheet.unit), standing(sheet))).collect()
    };
    let (before, after) = (by_name(first), by_name(last));
    let gone = first.units.iter().filter(|sheet| !after.contains_key(&names.of(&sheet.unit)));
    let mut units = Vec::new();
    for sheet in last.units.iter().chain(gone) {
        let name = names.of(&sheet.unit);
        let (before, after) = (before.get(&name).cloned(), after.get(&name).cloned());
        let difference = before.as_ref().zip(after.as_ref()).map(|(before, after)| plain(after.total - before.total));
        let lines = difference.and_then(|_| lines.remove(&name)).unwrap_or_default();
        if difference.is_some() && lines.is_empty() {
            continue;
        }
        let of_cause = |cause| plain(lines.iter().filter(|line| line.cause == cause).map(|line| line.points).sum());
        let causes = DifferenceCause::ALL.into_iter().map(|cause| (cause, of_cause(cause))).collect();
        units.push(UnitDifference { unit: sheet.unit.clone(), before, after, difference, causes, lines });
    }
    units
}

fn standing(sheet: &ScoreSheet) -> Standing {
    Standing { total: sheet.total, percent: sheet.percent, grade: sheet.grade.clone(), rank: sheet.rank }
}
