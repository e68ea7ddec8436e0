//! What holds for every rulebook and any entries: caps, order, sums, and that mercy never costs points.

use std::sync::OnceLock;

use mingcha::{
    catalog::Catalog,
    model::{
        Entry, EntryStatus, Level, Rulebook, ScoreReport, ScoreSheet,
        rulebook::{Bound, Effect, Keep},
    },
    report::score_json,
    score::{self, Options},
};
use proptest::{collection::vec, prelude::*, sample::Index};
use rust_decimal::Decimal;

const UNITS: [&str; 3] = ["甲", "乙", "丙"];

pub fn books() -> &'static [Rulebook] {
    static BOOKS: OnceLock<Vec<Rulebook>> = OnceLock::new();
    BOOKS.get_or_init(load)
}

fn load() -> Vec<Rulebook> {
    let catalog = Catalog::load(None).unwrap_or_else(|problems| panic!("{problems}"));
    let mut books = catalog.rulebooks;
    for book in &mut books {
        // Any three names, so that the same entries suit every rulebook.
        book.units = None;
        for clause in book.sections.iter_mut().flat_map(|section| &mut section.clauses).chain(&mut book.borrowed) {
            clause.units.clear();
        }
    }
    books
}

/// What an entry is made from; it is fitted to a step of the rulebook at hand.
#[derive(Clone, Debug)]
pub struct Seed {
    unit: usize,
    step: Index,
    count: u32,
    part: u32,
    whole: u32,
    value: u32,
    rank: u32,
    subject: Option<u8>,
    level: Index,
}

pub fn seed() -> impl Strategy<Value = Seed> {
    let numbers = (0..5_u32, 0..40_u32, 0..40_u32, 0..1200_u32, 1..5_u32);
    (0..UNITS.len(), any::<Index>(), numbers, proptest::option::of(0..3_u8), any::<Index>()).prop_map(
        |(unit, step, (count, part, more, value, rank), subject, level)| Seed {
            unit,
            step,
            count,
            part,
            whole: part + more,
            value,
            rank,
            subject,
            level,
        },
    )
}

pub fn entry(book: &Rulebook, seed: &Seed) -> Entry {
    let steps: Vec<_> =
        book.clauses().flat_map(|(_, clause)| clause.steps.iter().map(move |step| (clause, step))).collect();
    let (clause, step) = steps[seed.step.index(steps.len())];
    let levels: Vec<Level> = step.levels.keys().copied().collect();
    let ratio = step.effect.takes_ratio() || step.effect == Effect::CountShortfall;
    Entry {
        unit: UNITS[seed.unit].into(),
        clause: Some(clause.id.clone()),
        step: Some(step.id.clone()),
        count: Some(Decimal::from(seed.count)),
        numerator: ratio.then(|| Decimal::from(seed.part)),
        denominator: ratio.then(|| Decimal::from(seed.whole)),
        value: Some(Decimal::new(seed.value.into(), 2)),
        rank: matches!(step.effect, Effect::Rank | Effect::RankDeduct).then_some(seed.rank),
        level: (!levels.is_empty()).then(|| levels[seed.level.index(levels.len())]),
        subject: seed.subject.map(|subject| format!("事项{subject}")),
        not_applicable: step.effect == Effect::Average,
        ..Entry::default()
    }
}

fn score(book: &Rulebook, entries: &[Entry]) -> ScoreReport {
    score::score(book, None, entries, &[], &Options::default()).unwrap_or_else(|bad| panic!("{}: {bad:?}", book.id))
}

fn sum_of_parts(sheet: &ScoreSheet) -> Decimal {
    let sections: Decimal = sheet.sections.iter().map(|section| section.score).sum();
    let adjustments: Decimal = sheet.adjustments.iter().map(|adjustment| adjustment.points).sum();
    sections + adjustments
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_total_is_the_sum_of_its_parts(seeds in vec(seed(), 0..25)) {
        for book in books() {
            let entries: Vec<Entry> = seeds.iter().map(|seed| entry(book, seed)).collect();
            for sheet in score(book, &entries).units {
                prop_assert_eq!(sheet.total, sum_of_parts(&sheet), "{}", book.id);
            }
        }
    }

    #[test]
    fn no_cap_is_exceeded(seeds in vec(seed(), 0..25)) {
        for book in books() {
            let entries: Vec<Entry> = seeds.iter().map(|seed| entry(book, seed)).collect();
            for sheet in score(book, &entries).units {
                for row in &sheet.clauses {
                    let clause = book.clause(&row.clause).unwrap();
                    let averaged = row.trace.iter().all(|trace| trace.step.is_none());
                    let major = clause.steps.iter().any(|step| step.effect == Effect::Major);
                    if let Some(cap) = clause.cap.filter(|_| !averaged) {
                        prop_assert!(row.deducted <= cap, "{} {} lost {}", book.id, row.clause, row.deducted);
                    }
                    if let Some(weight) = clause.weight.filter(|_| book.bounds.clause == Bound::Weight && !major && !averaged) {
                        prop_assert!(row.deducted <= weight, "{} {} lost {}", book.id, row.clause, row.deducted);
                    }
                    if let Some(cap) = clause.bonus_cap {
                        prop_assert!(row.bonus <= cap, "{} {} gained {}", book.id, row.clause, row.bonus);
                    }
                }
                if book.bounds.section == Bound::Weight {
                    for section in &sheet.sections {
                        prop_assert!(section.score >= Decimal::ZERO, "{} {}", book.id, section.name);
                    }
                }
                if let Some(floor) = book.bounds.floor {
                    prop_assert!(sheet.total >= floor, "{} {}", book.id, sheet.total);
                }
                if let Some(ceiling) = book.bounds.ceiling {
                    prop_assert!(sheet.total <= ceiling, "{} {}", book.id, sheet.total);
                }
            }
        }
    }

    #[test]
    fn the_order_of_entries_means_nothing(seeds in vec(seed(), 2..20), turn in any::<Index>()) {
        for book in books() {
            let entries: Vec<Entry> = seeds.iter().map(|seed| entry(book, seed)).collect();
            let mut turned: Vec<Entry> = entries.iter().rev().cloned().collect();
            let length = turned.len();
            turned.rotate_left(turn.index(length));
            let one = serde_json::to_string(&score(book, &entries)).unwrap();
            let other = serde_json::to_string(&score(book, &turned)).unwrap();
            prop_assert_eq!(one, other, "{}", book.id);
        }
    }

    #[test]
    fn lines_in_pieces_score_as_entries_in_memory(seeds in vec(seed(), 1..25), cuts in vec(any::<Index>(), 0..4)) {
        for book in books() {
            let mut entries: Vec<Entry> = seeds.iter().map(|seed| entry(book, seed)).collect();
            for (number, entry) in entries.iter_mut().enumerate() {
                let states = [None, Some(EntryStatus::Confirmed), Some(EntryStatus::Flagged), Some(EntryStatus::Waived)];
                entry.status = states[number % 4];
                entry.note = Some(format!("第{number}条 \"原文\"\n\\"));
                entry.evidence = (number % 3 == 0).then(|| serde_json::json!([{"z": 1e3, "a": [null, "\u{2028}"]}]));
            }
            let lines: Vec<String> = entries.iter().map(|entry| serde_json::to_string(entry).unwrap() + "\n").collect();
            let mut ends: Vec<usize> = cuts.iter().map(|cut| cut.index(lines.len() + 1)).chain([0, lines.len()]).collect();
            ends.sort();
            let pieces: Vec<String> = ends.windows(2).map(|ends| lines[ends[0]..ends[1]].concat()).collect();
            let pieces: Vec<&str> = pieces.iter().map(String::as_str).collect();

            let options = Options { include_flagged: true, ..Options::default() };
            let whole = score::score(book, None, &entries, &[], &options).unwrap();
            let mut written = Vec::new();
            score_json::write(&score::score_lines(book, None, &pieces, &options).unwrap(), &mut written).unwrap();
            let wanted = serde_json::to_string_pretty(&whole).unwrap() + "\n";
            prop_assert_eq!(String::from_utf8(written).unwrap(), wanted, "{}", book.id);
        }
    }

    #[test]
    fn dismissing_a_deduction_never_lowers_a_score(seeds in vec(seed(), 1..20), which in any::<Index>()) {
        for book in books() {
            let only_deductions = |entry: &Entry| {
                let clause = book.clause(entry.clause.as_deref().unwrap()).unwrap();
                matches!(clause.step(entry.step.as_deref().unwrap()).unwrap().effect, Effect::Deduct | Effect::Major | Effect::Veto)
            };
            // A plan may say which of two rows takes an event, whatever they cost (云和: 已在政策解读中扣分的，平台建设不再扣):
            // without its record there the other row takes it, which may be dearer.
            let by_precedence = |entry: &Entry| {
                let groups = book.exclusive.iter().filter(|group| group.keep == Keep::First);
                groups.flat_map(|group| &group.members).any(|member| {
                    let row = member.split('.').next();
                    row == entry.clause.as_deref()
                })
            };
            let mut entries: Vec<Entry> = seeds
                .iter()
                .map(|seed| entry(book, seed))
                .filter(|entry| only_deductions(entry) && !by_precedence(entry))
                .collect();
            if entries.is_empty() {
                continue;
            }
            let before = score(book, &entries);
            let number = which.index(entries.len());
            entries[number].status = Some(EntryStatus::Dismissed);
            let unit = entries[number].unit.clone();
            let after = score(book, &entries);
            let total = |report: &ScoreReport| report.units.iter().find(|sheet| sheet.unit == unit).unwrap().total;
            prop_assert!(total(&after) >= total(&before), "{}", book.id);
        }
    }
}
