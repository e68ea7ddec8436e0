//! A province's year: 3,000 units x 50 clauses x 1,000,000 entries from a JSON Lines file, scored with ranks and
//! averages, beside DuckDB's plain `SELECT ... GROUP BY` over the same file.
//!
//! `cargo bench --bench score` prints the table of the README. Each way is measured in processes of its own, [`RUNS`]
//! times in turn with the others, and the median counts; the file is warm in the page cache for all.
//!
//! * `scored` is [`score::score_lines`] with reading the file: totals, clauses, ranks, averages and every reason;
//!   the entries of a reason stand in it as lines of the file and are read again only when somebody looks.
//! * `scored and written` is the command `mingcha score --format json > FILE` from its start to its end: also loads
//!   the rules and writes all of it, with every entry under the reason it counts for.
//! * `DuckDB` adds up `count` by unit and clause, with the columns declared, without its start. It needs a Python
//!   that has the package `duckdb`: `MINGCHA_BENCH_PYTHON`, else `python3`; without it the row is missing.
//!
//! Without `--bench`, as `cargo test --all-targets` calls it, a small year is scored once and looked at.

#![expect(clippy::expect_used, clippy::print_stdout, reason = "it prints its table, and stops where it cannot measure")]

use std::{
    env,
    fs::{self, File},
    io::{BufWriter, Write},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use mingcha::{
    catalog::Catalog,
    commands::entry_file::EntryFile,
    model::{ScoreReport, score_sheet::AdjustmentKind},
    report::score_json,
    score::{self, Options, record::Source},
};

const RULEBOOK: &str = "province";
const CLAUSES: usize = 50;
const RUNS: usize = 5;

/// How much is scored.
struct Size {
    units: usize,
    entries: usize,
}

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["scored", folder] => scored_alone(Path::new(folder)),
        ref given if given.contains(&"--bench") && !given.contains(&"--test") => {
            measure(&Size { units: 3_000, entries: 1_000_000 });
        }
        _ => try_out(&Size { units: 60, entries: 10_000 }),
    }
}

/// Scores a small year and looks whether everything is there.
fn try_out(size: &Size) {
    let folder = tempfile::tempdir().expect("a folder");
    write_year(folder.path(), size);
    let catalog = catalog(folder.path());
    let file = EntryFile::read(&entries_in(folder.path())).expect("entries");
    let report = scored(&catalog, &file);
    assert_eq!(report.units.len(), size.units);
    assert!(report.units.iter().all(|sheet| sheet.rank.is_some() && sheet.clauses.len() == CLAUSES));
    assert!(report.units.iter().flat_map(|sheet| &sheet.adjustments).any(|one| one.kind == AdjustmentKind::Average));
    let mut json = Vec::new();
    score_json::write(&report, &mut json).expect("JSON");
    let read: ScoreReport = serde_json::from_slice(&json).expect("a report");
    let shown = read.units.iter().flat_map(|sheet| &sheet.clauses).flat_map(|clause| &clause.trace);
    assert!(shown.map(|trace| trace.entries.len()).sum::<usize>() > size.entries * 9 / 10);
    println!("scored {} entries of {} units", size.entries, size.units);
}

fn measure(size: &Size) {
    let folder = tempfile::tempdir().expect("a folder");
    write_year(folder.path(), size);
    let megabytes = |path: &Path| fs::metadata(path).map_or(0, |about| about.len()) / 1_000_000;
    let entries = entries_in(folder.path());
    let out = folder.path().join("score.json");
    println!(
        "{} units x {CLAUSES} clauses x {} entries, {} MB of JSON Lines, {} processors; median of {RUNS}",
        size.units,
        size.entries,
        megabytes(&entries),
        thread::available_parallelism().map_or(1, usize::from),
    );
    let mut runs: [Vec<Run>; 3] = Default::default();
    for _ in 0..RUNS {
        runs[0].push(run_scored(folder.path()));
        runs[1].push(run_command(folder.path(), &out));
        runs[2].extend(run_duckdb(&entries));
    }
    let written = format!("scored and written, {} MB of JSON", megabytes(&out));
    let names = ["scored", &written, "DuckDB, SELECT ... GROUP BY"];
    let yardstick = median(&mut runs[2]);
    println!("{:<40} {:>8} {:>12} {:>10} {:>10}", "", "seconds", "entries/s", "peak MB", "x DuckDB");
    for (name, runs) in names.iter().zip(&mut runs) {
        let Some(run) = median(runs) else {
            println!("{name}: not measured, no Python with the package duckdb");
            continue;
        };
        let against = yardstick.map(|other| format!("{:.2}", run.seconds / other.seconds)).unwrap_or_default();
        let pace = size.entries as f64 / run.seconds;
        println!("{name:<40} {:>8.2} {pace:>12.0} {:>10} {against:>10}", run.seconds, run.peak_kilobytes / 1000);
    }
}

/// One measured run.
#[derive(Clone, Copy)]
struct Run {
    seconds: f64,
    peak_kilobytes: u64,
}

/// The run with the median time and the highest peak of all.
fn median(runs: &mut [Run]) -> Option<Run> {
    runs.sort_by(|a, b| a.seconds.total_cmp(&b.seconds));
    let peak_kilobytes = runs.iter().map(|run| run.peak_kilobytes).max()?;
    Some(Run { peak_kilobytes, ..*runs.get(runs.len() / 2)? })
}

/// This program again, in a process of its own.
fn run_scored(folder: &Path) -> Run {
    let mut command = Command::new(env::current_exe().expect("this program"));
    run_of(&said(command.arg("scored").arg(folder)).expect("a run"))
}

/// What [`run_scored`] starts.
fn scored_alone(folder: &Path) {
    let catalog = catalog(folder);
    let start = Instant::now();
    let file = EntryFile::read(&entries_in(folder)).expect("entries");
    let report = scored(&catalog, &file);
    let seconds = start.elapsed().as_secs_f64();
    assert!(report.units.iter().all(|sheet| sheet.rank.is_some()));
    println!("{seconds} {}", peak_of("self").unwrap_or_default());
}

fn run_command(folder: &Path, out: &Path) -> Run {
    let start = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_mingcha"))
        .args(["score", "--format", "json", "--rulebook", RULEBOOK, "--checks"])
        .arg(rules_in(folder))
        .arg("--entries")
        .arg(entries_in(folder))
        .stdout(File::create(out).expect("a file to write to"))
        .spawn()
        .expect("mingcha");
    let mut peak_kilobytes = 0;
    let ended = loop {
        // The mark only rises; the last look before the end comes at most this much too early.
        peak_kilobytes = peak_of(&child.id().to_string()).unwrap_or(peak_kilobytes);
        if let Some(ended) = child.try_wait().expect("mingcha") {
            break ended;
        }
        thread::sleep(Duration::from_millis(2));
    };
    assert!(ended.success(), "{ended}");
    Run { seconds: start.elapsed().as_secs_f64(), peak_kilobytes }
}

fn run_duckdb(entries: &Path) -> Option<Run> {
    let python = env::var("MINGCHA_BENCH_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/duckdb_group_by.py");
    said(Command::new(python).arg(script).arg(entries)).map(|said| run_of(&said))
}

fn said(command: &mut Command) -> Option<String> {
    let output = command.stderr(Stdio::null()).output().ok().filter(|output| output.status.success())?;
    String::from_utf8(output.stdout).ok()
}

/// Seconds and kilobytes as the measured programs print them.
fn run_of(said: &str) -> Run {
    let (seconds, peak) = said.trim().split_once(' ').expect("two numbers");
    Run { seconds: seconds.parse().expect("seconds"), peak_kilobytes: peak.parse().expect("kilobytes") }
}

/// The most memory a living process has had at once, in kilobytes.
fn peak_of(process: &str) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let mark = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    mark.trim().trim_end_matches(" kB").parse().ok()
}

fn scored<'e>(catalog: &Catalog, file: &'e EntryFile) -> ScoreReport<Source<'e>> {
    let rulebook = catalog.rulebook(RULEBOOK).expect("the rulebook");
    let pieces = file.pieces().expect("text");
    let options = Options { whole_class: true, ..Options::default() };
    score::score_lines(rulebook, catalog.units_of(rulebook), &pieces, &options).expect("entries that fit")
}

fn catalog(folder: &Path) -> Catalog {
    Catalog::load(Some(&rules_in(folder))).unwrap_or_else(|problems| panic!("{problems}"))
}

fn rules_in(folder: &Path) -> PathBuf {
    folder.join("checks")
}

fn entries_in(folder: &Path) -> PathBuf {
    folder.join("entries.jsonl")
}

/// Rules, units and entries, always the same.
fn write_year(folder: &Path, size: &Size) {
    for (part, text) in [("rulebooks", rulebook()), ("units", unit_list(size.units))] {
        let folder = rules_in(folder).join(part);
        fs::create_dir_all(&folder).expect("a folder");
        fs::write(folder.join(format!("{RULEBOOK}.yaml")), text).expect("rules");
    }
    let mut out = BufWriter::new(File::create(entries_in(folder)).expect("a file"));
    let mut dice = Dice(2026);
    for number in 0..size.entries {
        writeln!(out, "{}", entry(number, size.units, &mut dice)).expect("an entry");
    }
    out.flush().expect("entries");
}

/// Five sections of ten rows, two points each, with every kind of step that depends on entries or on the cohort.
fn rulebook() -> String {
    let mut text = format!(
        "id: {RULEBOOK}\ntitle: 测速细则\nclass: 全部\nplan: {{ title: 测速方案, place: 附件1 }}\n\
         period: {{ from: 2026-01-01, to: 2026-12-31 }}\nfull_mark: 100\nunits: {{ list: {RULEBOOK}, class: 全部 }}\n\
         grades:\n  - {{ name: 优秀, from: 90 }}\n  - {{ name: 合格, from: 60 }}\n  - {{ name: 不合格, from: 0 }}\nsections:\n"
    );
    for number in 1..=CLAUSES {
        if number % 10 == 1 {
            text.push_str(&format!("  - name: 指标{}\n    weight: 20\n    clauses:\n", number / 10 + 1));
        }
        let bonus_cap = if number % 10 == 4 { ", bonus_cap: 1" } else { "" };
        text.push_str(&format!("      - {{ id: P{number:02}, title: 第{number}项, weight: 2{bonus_cap}, steps: ["));
        text.push_str(match number % 10 {
            0 => "{ id: share, title: 合规率, effect: ratio }",
            1 => "{ id: place, title: 问题数排名, effect: rank, first: 2, interval: 0.0005, floor: 0, order: fewest }",
            2 => {
                "{ id: missing, title: 未公开, effect: deduct, points: 1, explicit: true }, \
                  { id: late, title: 公开逾期, effect: deduct, points: 0.05, per: item }"
            }
            3 => {
                "{ id: notified, title: 被通报, effect: deduct, per: item, cap: 1.5, \
                  levels: { province: 0.2, city: 0.1, county: 0.05 } }"
            }
            4 => {
                "{ id: praised, title: 受表彰, effect: bonus, points: 0.05, per: item }, \
                  { id: missed, title: 未报送, effect: deduct, points: 0.1, per: item }"
            }
            5 => "{ id: survey, title: 第三方评估, effect: external, factor: 0.02 }",
            6 => "{ id: done, title: 完成任务, effect: earn, points: 0.1, per: item }",
            7 => {
                "{ id: faulty, title: 内容不规范, effect: deduct, points: 0.02, per: item }, \
                  { id: none, title: 无此业务, effect: average, clauses: [P07, P08, P21] }"
            }
            _ => "{ id: faulty, title: 内容不规范, effect: deduct, points: 0.02, per: item, cap: 1.5 }",
        });
        text.push_str("] }\n");
    }
    text
}

fn unit_list(units: usize) -> String {
    let mut text = format!(
        "id: {RULEBOOK}\ntitle: 测速名单\nsource: 测速方案\nclasses:\n  - class: 全部\n    rulebook: {RULEBOOK}\n    \
         kind: department\n    units:\n"
    );
    (0..units).for_each(|unit| text.push_str(&format!("      - name: {}\n", unit_name(unit))));
    text
}

fn unit_name(unit: usize) -> String {
    format!("测试县第{unit:04}局")
}

/// One line of the file, as long as those of a real log.
fn entry(number: usize, units: usize, dice: &mut Dice) -> String {
    let unit = unit_name(dice.below(units));
    let row = dice.below(CLAUSES) + 1;
    let says = match row % 10 {
        0 => format!(r#""numerator":{},"denominator":40"#, 30 + dice.below(11)),
        2 if dice.below(20) == 0 => r#""step":"missing""#.to_owned(),
        3 => format!(r#""level":"{}""#, ["province", "city", "county"][dice.below(3)]),
        4 => format!(r#""step":"{}","count":1"#, ["praised", "missed"][dice.below(2)]),
        5 => format!(r#""value":{}"#, 60 + dice.below(41)),
        7 if dice.below(200) == 0 => r#""step":"none","not_applicable":true"#.to_owned(),
        _ => format!(r#""count":{}"#, 1 + dice.below(3)),
    };
    let status = if dice.below(20) == 0 { "flagged" } else { "confirmed" };
    let (month, day) = (1 + dice.below(12), 1 + dice.below(28));
    let subject = dice.below(20_000);
    format!(
        r#"{{"unit":"{unit}","clause":"P{row:02}",{says},"date":"2026-{month:02}-{day:02}","subject":"column:/zwgk/{subject}/","status":"{status}","source":"staff","id":"R{number:07}","note":"第{number}次检查记录"}}"#
    )
}

/// The same numbers on every machine (SplitMix64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) % bound as u64) as usize
    }
}
