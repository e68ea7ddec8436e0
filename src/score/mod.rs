//! Pure arithmetic: rulebook + entries -> explained score. Same input, same output to the byte, whatever the order.
//!
//! The order of evaluation:
//!
//! 1. [`filing`], [`placing`]: each entry finds its unit, clause and step, or is an error with its field.
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
pub mod filing;
pub mod measured;
pub mod parallel;
pub mod placing;
pub mod plain_line;
pub mod ranking;
pub mod record;
pub mod roster;
pub mod step_score;
pub mod total;
pub mod units;
pub mod wording;
mod worth;

use crate::model::{
    Entry, EntryStatus, Rulebook, ScoreReport, ScoreSheet, UnitList,
    rulebook::Period,
    score_sheet::{BadEntry, FlaggedChange},
};
use filing::{Cabinet, Filed};
use parallel::Crew;
use placing::Book;
use record::{Record, Source};
use roster::Roster;
use units::Units;

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
    pub known_check: Option<&'a (dyn Fn(&str) -> bool + Sync)>,
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
    Ok(score_entries(rulebook, list, entries, lines, options)?.map_entries(Entry::from))
}

/// As [`score`], with the entries left where they are.
pub fn score_entries<'e>(
    rulebook: &Rulebook,
    list: Option<&UnitList>,
    entries: &'e [Entry],
    lines: &[usize],
    options: &Options<'_>,
) -> Result<ScoreReport<Source<'e>>, Vec<BadEntry>> {
    let cabinet = cabinet(rulebook, list, options);
    score_filed(&cabinet, vec![cabinet.file(entries, lines)], options)
}

/// Scores JSON Lines without holding the entries: the report points to their lines, which are read again when they
/// are shown. `pieces` are the parts of the text in their order, each of whole lines; they are read side by side.
pub fn score_lines<'e>(
    rulebook: &Rulebook,
    list: Option<&UnitList>,
    pieces: &[&'e str],
    options: &Options<'_>,
) -> Result<ScoreReport<Source<'e>>, Vec<BadEntry>> {
    let cabinet = cabinet(rulebook, list, options);
    let text: usize = pieces.iter().map(|piece| piece.len()).sum();
    let mut filed = Crew::for_bytes(text).each(pieces.to_vec(), |piece| cabinet.file_lines(piece));
    if filed.iter().any(Filed::has_bad) {
        let mut before = 0;
        for (filed, piece) in filed.iter_mut().zip(pieces) {
            filed.number_from(before);
            before += piece.lines().count();
        }
    }
    score_filed(&cabinet, filed, options)
}

fn cabinet<'b>(rulebook: &'b Rulebook, list: Option<&UnitList>, options: &Options<'b>) -> Cabinet<'b> {
    Cabinet {
        book: Book::of(rulebook),
        roster: Roster::of(rulebook, list),
        period: options.period.unwrap_or(rulebook.period),
        known_check: options.known_check.unwrap_or(&|_| false),
    }
}

/// Scores what was filed, or says what fits nothing.
fn score_filed<'e>(
    cabinet: &Cabinet<'_>,
    mut filed: Vec<Filed<'e>>,
    options: &Options<'_>,
) -> Result<ScoreReport<Source<'e>>, Vec<BadEntry>> {
    let unreadable = filed.iter().any(|filed| !filed.unreadable.is_empty());
    let mut bad: Vec<BadEntry> = filed.iter_mut().flat_map(Filed::take_bad).collect();
    bad.sort();
    let Cabinet { book, roster, .. } = cabinet;
    let mut units = Units::default();
    let mut unknown = Vec::new();
    for (number, name) in options.units.iter().enumerate() {
        match roster.find(name) {
            Ok(unit) => {
                units.add(&unit, Some(name));
            }
            Err(message) => unknown.push(BadEntry { line: number + 1, field: "--unit".into(), message }),
        }
    }
    // Bad lines of all kinds are told together, so that a file is mended in one go.
    if unreadable && !options.skip_bad {
        return Err(bad);
    }
    if !unknown.is_empty() {
        return Err(unknown);
    }
    if !bad.is_empty() && !options.skip_bad {
        return Err(bad);
    }
    if options.whole_class {
        for unit in roster.members() {
            units.add(unit, None);
        }
    }
    filed.iter().for_each(|filed| units.take(filed));

    let mut sheets = units.sheets(book, roster, &[EntryStatus::Confirmed]);
    if options.include_flagged {
        let provisional = units.sheets(book, roster, &[EntryStatus::Confirmed, EntryStatus::Flagged]);
        for (sheet, provisional) in sheets.iter_mut().zip(provisional) {
            sheet.provisional_total = Some(provisional.total);
            sheet.flagged = changes(sheet, &provisional);
        }
    }
    let mut unpriced: Vec<&Record<'_>> = filed.iter().flat_map(|filed| &filed.unpriced).collect();
    record::sort(&mut unpriced, |_| 0, |record| record);
    let report = ScoreReport {
        rulebook: book.rulebook.id.clone(),
        period: cabinet.period,
        switched: Vec::new(),
        units: sheets,
        unpriced: unpriced.into_iter().map(|record| record.source).collect(),
        skipped: bad,
    };
    // A million records also go faster side by side.
    drop(units);
    Crew::for_entries(filed.iter().map(|filed| filed.placed.len()).sum()).each(filed, drop);
    Ok(report)
}

/// What each clause would change by if the flagged entries were confirmed.
fn changes<'e>(sheet: &ScoreSheet<Source<'e>>, provisional: &ScoreSheet<Source<'e>>) -> Vec<FlaggedChange<Source<'e>>> {
    let mut changes = Vec::new();
    for (now, then) in sheet.clauses.iter().zip(&provisional.clauses) {
        let shown = then.trace.iter().flat_map(|trace| trace.entries.iter().copied());
        let entries: Vec<Source<'_>> = shown.filter(|entry| entry.status == EntryStatus::Flagged).collect();
        if !entries.is_empty() {
            let points = then.score + then.bonus - now.score - now.bonus;
            changes.push(FlaggedChange { clause: now.clause.clone(), points: wording::plain(points), entries });
        }
    }
    changes
}
