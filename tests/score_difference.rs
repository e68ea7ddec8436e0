//! The difference of two scorings: every change has its cause, and together they are the difference, exactly.

use std::sync::OnceLock;

use mingcha::{
    catalog::Catalog,
    model::{
        Entry, EntryStatus, Rulebook, ScoreReport,
        score_difference::{DifferenceCause, DifferenceLine, ScoreDifference, UnitDifference},
    },
    score::{
        self, Options,
        difference::{NoDifference, Side, difference},
        entries,
    },
};
use proptest::{collection::vec, prelude::*, sample::Index};
use rust_decimal::Decimal;

use crate::score_properties::{Seed, books, entry, seed};

const B1: &str = "yuncheng-2022-b1";

fn catalog() -> &'static Catalog {
    static CATALOG: OnceLock<Catalog> = OnceLock::new();
    CATALOG.get_or_init(|| Catalog::load(None).unwrap_or_else(|problems| panic!("{problems}")))
}

/// One side of a comparison, owned.
struct Scored {
    rulebook: Rulebook,
    readings: Vec<(String, String)>,
    entries: Vec<Entry>,
}

impl Scored {
    /// Lines of JSON under a built-in rulebook.
    fn of(rulebook: &str, lines: &str) -> Self {
        let parsed = entries::parse(lines);
        assert_eq!(parsed.bad, []);
        Self { rulebook: catalog().rulebook(rulebook).unwrap().clone(), readings: Vec::new(), entries: parsed.entries }
    }

    fn read(mut self, id: &str, option: &str) -> Self {
        self.readings.push((id.into(), option.into()));
        self
    }

    fn side<'a>(&'a self, options: &'a Options<'a>) -> Side<'a> {
        let list = catalog().units_of(&self.rulebook);
        Side { rulebook: &self.rulebook, readings: &self.readings, list, entries: &self.entries, lines: &[], options }
    }

    fn report(&self) -> ScoreReport {
        let read = |book: Rulebook, (id, option): &(String, String)| book.read_as(id, option).unwrap();
        let book = self.readings.iter().fold(self.rulebook.clone(), read);
        score::score(&book, catalog().units_of(&self.rulebook), &self.entries, &[], &lenient()).unwrap()
    }
}

/// Some readings take steps away, and with them the places of entries.
fn lenient() -> Options<'static> {
    Options { skip_bad: true, ..Options::default() }
}

fn between(before: &Scored, after: &Scored) -> ScoreDifference {
    let options = lenient();
    difference(&before.side(&options), &after.side(&options)).unwrap()
}

/// The only unit that changed.
fn only(found: ScoreDifference) -> UnitDifference {
    assert_eq!(found.units.len(), 1, "{found:#?}");
    found.units.into_iter().next().unwrap()
}

/// `cause clause points` of each line.
fn told(unit: &UnitDifference) -> Vec<String> {
    let line = |line: &DifferenceLine| {
        let place = line.clause.as_ref().or(line.section.as_ref()).map_or("总分", |place| place);
        format!("{:?} {place} {}", line.cause, line.points)
    };
    unit.lines.iter().map(line).collect()
}

#[test]
fn entries_and_decisions_are_told_apart_by_the_id() {
    let before = r#"{"unit":"市教育局","clause":"B1-05","id":"e1","note":"年报逾期"}
        {"unit":"市教育局","clause":"B1-05","id":"e2","note":"栏目空白","status":"flagged"}
        {"unit":"市教育局","clause":"B1-16","id":"e3"}"#;
    let after = r#"{"unit":"市教育局","clause":"B1-22","step":"good","id":"e4","note":"经验推广"}
        {"unit":"市教育局","clause":"B1-05","id":"e2","note":"栏目空白","status":"confirmed"}
        {"unit":"市教育局","clause":"B1-05","id":"e1","note":"年报逾期","count":1.5}"#;
    let unit = only(between(&Scored::of(B1, before), &Scored::of(B1, after)));
    let entries: Vec<(&DifferenceLine, Vec<&str>)> = unit
        .lines
        .iter()
        .map(|line| (line, line.entries.iter().filter_map(|entry| entry.id.as_deref()).collect()))
        .collect();
    let (changed, ids) = &entries[0];
    assert_eq!(
        (changed.cause, changed.clause.as_deref(), changed.points),
        (DifferenceCause::Entries, Some("B1-05"), Decimal::NEGATIVE_ONE)
    );
    assert_eq!(*ids, ["e1"]);
    assert_eq!(changed.reason, "更改记录1条：“年报逾期”（e1） 数量1→1.5，本项由4分变为3分");
    let decided = entries.iter().find(|(line, _)| line.cause == DifferenceCause::Decision).unwrap();
    assert_eq!((decided.0.points, decided.1.as_slice()), (Decimal::from(-2), &["e2"][..]));
    assert_eq!(decided.0.reason, "核查结论改变1条：“栏目空白”（e2）由待核查改为已确认，本项由3分变为1分");
    let removed = entries.iter().find(|(line, _)| line.clause.as_deref() == Some("B1-16")).unwrap();
    assert_eq!(removed.1, ["e3"]);
    assert!(removed.0.points > Decimal::ZERO && removed.0.reason.starts_with("撤去记录1条：e3，"), "{:?}", removed.0);
    assert_eq!(unit.causes[&DifferenceCause::Decision], Decimal::from(-2));
    assert_eq!(unit.causes[&DifferenceCause::Rulebook], Decimal::ZERO);
}

#[test]
fn without_an_id_an_entry_is_the_same_where_only_its_status_differs() {
    let lines = |status: &str| {
        format!("{{\"unit\":\"市教育局\",\"clause\":\"B1-05\",\"subject\":\"年报\",\"status\":\"{status}\"}}")
    };
    let (before, after) = (Scored::of(B1, &lines("confirmed")), Scored::of(B1, &lines("waived")));
    assert_eq!(told(&only(between(&before, &after))), ["Decision B1-05 2"]);
}

#[test]
fn another_version_of_the_rulebook_says_what_changed_in_the_row() {
    let lines = r#"{"unit":"市教育局","clause":"B1-05","id":"e1","count":2}"#;
    let (mut before, after) = (Scored::of(B1, lines), Scored::of(B1, lines));
    let section = before.rulebook.sections.iter_mut().find(|section| section.name == "主动公开").unwrap();
    section.weight = section.weight.map(|weight| weight - Decimal::ONE);
    let row = section.clauses.iter_mut().find(|row| row.id == "B1-05").unwrap();
    row.weight = row.weight.map(|weight| weight - Decimal::ONE);
    row.steps[0].points = Some(Decimal::ONE);
    let unit = only(between(&before, &after));
    // The weight grew by 1 and two items cost 2 instead of 1 each.
    assert_eq!(told(&unit), ["Rulebook B1-05 -1"]);
    let reason = &unit.lines[0].reason;
    assert!(reason.starts_with("细则改动：赋分由5分改为6分、“") && reason.contains("由1分改为2分"), "{reason}");
    assert_eq!(unit.lines[0].entries[0].id.as_deref(), Some("e1"));
}

#[test]
fn each_reading_switched_differently_has_lines_of_its_own() {
    let lines = r#"{"unit":"市教育局","clause":"B1-14","step":"concealed","numerator":30,"denominator":100}
        {"unit":"市教育局","clause":"B1-16","count":3}"#;
    let (before, after) =
        (Scored::of(B1, lines).read("Y5", "replace"), Scored::of(B1, lines).read("Y5", "add").read("Y7", "once"));
    let unit = only(between(&before, &after));
    let switches: Vec<&str> = unit.lines.iter().filter_map(|line| line.reading.as_deref()).collect();
    assert_eq!(switches, ["Y5=add", "Y7=once"], "{unit:#?}");
    assert!(unit.lines.iter().all(|line| line.cause == DifferenceCause::Reading));
    assert!(unit.lines[0].reason.starts_with("Y5的读法由“替代公式"), "{}", unit.lines[0].reason);
    // To name the reading that the rulebook has chosen changes nothing.
    assert_eq!(between(&Scored::of(B1, lines), &before).units, []);
}

#[test]
fn a_switch_nobody_knows_and_entries_that_fit_nothing_are_told_by_side() {
    let (good, options) = (Scored::of(B1, r#"{"unit":"市教育局","clause":"B1-05"}"#), Options::default());
    let unknown = Scored::of(B1, "").read("Z9", "add");
    assert!(matches!(difference(&good.side(&options), &unknown.side(&options)), Err(NoDifference::Reading(_))));
    let bad = Scored::of(B1, r#"{"unit":"市教育局","clause":"B1-99"}"#);
    let blamed = |found: Result<ScoreDifference, NoDifference>| match found {
        Err(NoDifference::Before(bad)) => format!("before {}", bad[0].field),
        Err(NoDifference::After(bad)) => format!("after {}", bad[0].field),
        other => panic!("{other:?}"),
    };
    assert_eq!(blamed(difference(&bad.side(&options), &good.side(&options))), "before clause");
    assert_eq!(blamed(difference(&good.side(&options), &bad.side(&options))), "after clause");
}

#[test]
fn a_unit_scored_on_one_side_only_has_no_difference() {
    let (one, other) = (r#"{"unit":"市教育局","clause":"B1-05"}"#, r#"{"unit":"市民政局","clause":"B1-05"}"#);
    let found = between(&Scored::of(B1, one), &Scored::of(B1, other));
    let sides: Vec<_> =
        found.units.iter().map(|unit| (unit.before.is_some(), unit.after.is_some(), unit.difference)).collect();
    assert_eq!(sides, [(false, true, None), (true, false, None)]);
}

#[test]
fn a_unit_has_one_name_however_its_entries_call_it() {
    let before = Scored::of(B1, r#"{"unit":"运城市教育局","clause":"B1-05","id":"e1"}"#);
    let after = Scored::of(B1, r#"{"unit":"市教育局","clause":"B1-05","id":"e1","count":2}"#);
    assert_eq!(told(&only(between(&before, &after))), ["Entries B1-05 -2"]);
}

#[test]
fn what_other_units_do_to_a_mean_is_laid_to_their_entries() {
    let book = "yunhe-2022";
    let both = r#"{"unit":"甲镇","clause":"04","id":"a1"}
        {"unit":"乙镇","clause":"X1","step":"requests","not_applicable":true,"id":"b1"}"#;
    let more = format!("{both}\n{{\"unit\":\"甲镇\",\"clause\":\"04\",\"id\":\"a2\"}}");
    let found = between(&Scored::of(book, both), &Scored::of(book, &more));
    let other = found.units.iter().find(|unit| unit.unit == "乙镇").unwrap_or_else(|| panic!("{found:#?}"));
    assert!(other.lines[0].reason.contains("其他单位"), "{other:#?}");
    assert_eq!(other.lines[0].entries[0].id.as_deref(), Some("a2"));
}

#[test]
fn another_period_brings_and_takes_entries() {
    let dated = |date: &str| format!("{{\"unit\":\"市教育局\",\"clause\":\"B1-05\",\"date\":\"{date}\"}}\n");
    let all = Scored::of(B1, &(dated("2022-03-01") + &dated("2022-08-01") + &dated("2022-09-01")));
    let half = |from: &str, to: &str| Options {
        period: Some(mingcha::model::rulebook::Period { from: from.parse().unwrap(), to: to.parse().unwrap() }),
        skip_bad: true,
        ..Options::default()
    };
    let (first, second) = (half("2022-01-01", "2022-06-30"), half("2022-07-01", "2022-12-31"));
    let found = difference(&all.side(&first), &all.side(&second)).unwrap();
    assert_eq!(told(&only(found)), ["Entries B1-05 -2"]);
}

/// What happens to an entry between two scorings.
#[derive(Clone, Debug)]
enum Turn {
    Stays,
    Goes,
    Comes,
    Counts(u32),
    Decided(EntryStatus),
    Both(u32, EntryStatus),
}

fn turn() -> impl Strategy<Value = Turn> {
    let status = || prop_oneof![Just(EntryStatus::Flagged), Just(EntryStatus::Dismissed), Just(EntryStatus::Confirmed)];
    prop_oneof![
        Just(Turn::Stays),
        Just(Turn::Goes),
        Just(Turn::Comes),
        (0..5_u32).prop_map(Turn::Counts),
        status().prop_map(Turn::Decided),
        (0..5_u32, status()).prop_map(|(count, status)| Turn::Both(count, status)),
    ]
}

/// Both sets of entries; with ids, or known by what they say.
fn both(book: &Rulebook, seeds: &[(Seed, Turn)], with_ids: bool) -> (Vec<Entry>, Vec<Entry>) {
    let (mut before, mut after) = (Vec::new(), Vec::new());
    for (number, (seed, turn)) in seeds.iter().enumerate() {
        let old = Entry { id: with_ids.then(|| format!("e{number}")), ..entry(book, seed) };
        let mut new = old.clone();
        if let Turn::Counts(count) | Turn::Both(count, _) = turn {
            new.count = Some(Decimal::from(*count));
        }
        if let Turn::Decided(status) | Turn::Both(_, status) = turn {
            new.status = Some(*status);
        }
        if !matches!(turn, Turn::Comes) {
            before.push(old);
        }
        if !matches!(turn, Turn::Goes) {
            after.push(new);
        }
    }
    (before, after)
}

/// The rulebook with one row's weight and points other than they are.
fn amended(book: &Rulebook, which: &Index) -> Rulebook {
    let mut book = book.clone();
    let mut rows: Vec<_> = book.sections.iter_mut().flat_map(|section| &mut section.clauses).collect();
    let row = which.get_mut(&mut rows);
    row.weight = row.weight.map(|weight| weight + Decimal::ONE);
    row.steps.iter_mut().for_each(|step| step.points = step.points.map(|points| points * Decimal::TWO));
    book
}

/// Some reading's option.
fn some_reading(book: &Rulebook, which: &Index, option: &Index) -> Vec<(String, String)> {
    let reading = which.get(&book.readings);
    let options: Vec<&String> = reading.options.keys().collect();
    vec![(reading.id.clone(), (*option.get(&options)).clone())]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_lines_are_the_difference_exactly(
        seeds in vec((seed(), turn()), 1..20),
        row in proptest::option::of(any::<Index>()),
        readings in any::<[Index; 4]>(),
        with_ids in any::<bool>(),
    ) {
        for book in books() {
            let (before, after) = both(book, &seeds, with_ids);
            let earlier = row.as_ref().map_or_else(|| book.clone(), |row| amended(book, row));
            let before = Scored { readings: some_reading(&earlier, &readings[0], &readings[1]), rulebook: earlier, entries: before };
            let after = Scored { readings: some_reading(book, &readings[2], &readings[3]), rulebook: book.clone(), entries: after };
            let found = between(&before, &after);
            let (first, last) = (before.report(), after.report());
            for sheet in &last.units {
                let Some(then) = first.units.iter().find(|then| then.unit == sheet.unit) else { continue };
                let Some(unit) = found.units.iter().find(|unit| unit.unit == sheet.unit) else {
                    prop_assert_eq!(then.total, sheet.total, "{}", &book.id);
                    continue;
                };
                let sum: Decimal = unit.lines.iter().map(|line| line.points).sum();
                prop_assert_eq!(sum, sheet.total - then.total, "{}", &book.id);
                prop_assert_eq!(unit.difference, Some(sum), "{}", &book.id);
                prop_assert_eq!(unit.causes.values().sum::<Decimal>(), sum, "{}", &book.id);
                prop_assert!(unit.lines.iter().all(|line| !line.points.is_zero() && !line.reason.is_empty()));
            }
        }
    }

    #[test]
    fn the_order_of_entries_changes_nothing(seeds in vec((seed(), turn()), 1..20), by in any::<Index>()) {
        for book in books() {
            let (before, after) = both(book, &seeds, true);
            let side = |entries| Scored { rulebook: book.clone(), readings: Vec::new(), entries };
            let found = between(&side(before.clone()), &side(after.clone()));
            let turned = |mut entries: Vec<Entry>| {
                entries.reverse();
                let by = if entries.is_empty() { 0 } else { by.index(entries.len()) };
                entries.rotate_left(by);
                side(entries)
            };
            prop_assert_eq!(found, between(&turned(before), &turned(after)), "{}", &book.id);
        }
    }

    #[test]
    fn between_equals_there_is_nothing(seeds in vec(seed(), 0..20), with_ids in any::<bool>()) {
        for book in books() {
            let seeds: Vec<(Seed, Turn)> = seeds.iter().map(|seed| (seed.clone(), Turn::Stays)).collect();
            let (before, after) = both(book, &seeds, with_ids);
            let side = |entries| Scored { rulebook: book.clone(), readings: Vec::new(), entries };
            prop_assert_eq!(between(&side(before), &side(after)).units, Vec::new(), "{}", &book.id);
        }
    }
}

#[test]
fn the_command_compares_files_rulebooks_and_readings() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let old = write("old.jsonl", "{\"unit\":\"市教育局\",\"clause\":\"B1-05\",\"id\":\"e1\"}\n");
    let new = write("new.jsonl", "{\"unit\":\"市教育局\",\"clause\":\"B1-05\",\"id\":\"e1\",\"count\":2}\n");
    let bad = write("bad.jsonl", "{\"unit\":\"市教育局\",\"clause\":\"B1-99\"}\n");
    let yaml = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/checks/rulebooks/yuncheng-2022-b1.yaml"))
        .unwrap();
    let step = yaml.find("id: B1-05").and_then(|row| Some(row + yaml[row..].find("points: 2")?)).unwrap();
    let earlier = write("earlier.yaml", &format!("{}points: 3{}", &yaml[..step], &yaml[step + "points: 2".len()..]));
    let mingcha = |more: &[&str]| {
        let score = ["score", "--rulebook", B1, "--entries", &new];
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_mingcha"))
            .current_dir(folder.path())
            .args([&score[..], more].concat())
            .output()
            .unwrap();
        let (out, told) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
        (output.status.code(), out, told)
    };
    let json = |more: &[&str]| {
        let (code, text, told) = mingcha(&[more, &["--format", "json"]].concat());
        assert_eq!(code, Some(0), "{told}");
        serde_json::from_str::<serde_json::Value>(&text).unwrap()
    };
    let found = json(&["--against-entries", &old]);
    let unit = &found["units"][0];
    assert_eq!((&unit["before"]["total"], &unit["after"]["total"]), (&"98".into(), &"96".into()));
    assert_eq!((&unit["difference"], &unit["causes"]["entries"]), (&"-2".into(), &"-2".into()));
    assert_eq!(unit["lines"][0]["entries"][0]["id"], "e1");

    // Two items cost 3 each, 6 together; then 2 each.
    let found = json(&["--against-rulebook", &earlier]);
    assert_eq!(found["units"][0]["causes"]["rulebook"], "2");
    let both = json(&["--against-rulebook", &earlier, "--against-entries", &old]);
    let causes = &both["units"][0]["causes"];
    assert_eq!((&causes["rulebook"], &causes["entries"]), (&"1".into(), &"-2".into()));
    assert_eq!(json(&["--reading", "Y5=add", "--against-reading", "Y5=replace"])["units"], serde_json::json!([]));

    let (code, text, _) = mingcha(&["--against-entries", &old]);
    assert_eq!(code, Some(0));
    assert!(text.contains("[记录] B1-05") && text.contains("数量1→2，本项由4分变为2分"), "{text}");
    for (arguments, told) in [
        (&["--against-entries", bad.as_str()][..], "bad.jsonl:1: clause"),
        (&["--against-reading", "Z9=add"], "has no reading \"Z9\""),
        (&["--against-rulebook", "nowhere"], "there is no rulebook \"nowhere\""),
        (&["--against-entries", "missing.jsonl"], "cannot read missing.jsonl"),
        (&["--against-from", "2023-01-01"], "the period ends on 2022-12-31 before it begins"),
        (&["--against-as-of", "2022-06-30"], "cannot read the configuration"),
        (&["--against-as-of", "soon"], "write 2022-11-16T02:00"),
        (&["--against-as-of", "2022-06-30", "--against-entries", old.as_str()], "cannot be used with"),
    ] {
        let (code, _, error) = mingcha(arguments);
        assert_eq!(code, Some(2), "{arguments:?}: {error}");
        assert!(error.contains(told), "{arguments:?}: {error}");
    }
}
