//! Scoring a file of entries: the pieces it is read in, the threads that read them, and the JSON that is written in
//! parts, all leave no trace in the result.

use std::{fmt::Write, fs, process::Stdio};

use mingcha::{
    catalog::Catalog,
    commands::entry_file::EntryFile,
    model::{Entry, ScoreReport, Text, score_sheet::BadEntry},
    report::score_json,
    score::{self, Options, entries, plain_line, record::Source},
};

const LINFEN: &str = "linfen-2020-a";

fn scored<'e>(
    catalog: &Catalog,
    pieces: &[&'e str],
    options: &Options<'_>,
) -> Result<ScoreReport<Source<'e>>, Vec<BadEntry>> {
    score::score_lines(catalog.rulebook(LINFEN).unwrap(), None, pieces, options)
}

fn catalog() -> Catalog {
    Catalog::load(None).unwrap_or_else(|problems| panic!("{problems}"))
}

/// Entries enough for several threads, of as many units as several blocks of JSON.
fn many_lines() -> String {
    let mut text = String::new();
    for number in 0..21_000 {
        let (unit, day) = (number * 7 % 40, number % 28 + 1);
        let says = match number % 50 {
            0 => r#""clause":"A24","step":"no-site","not_applicable":true"#.to_owned(),
            1..10 => format!(r#""clause":"A24","step":"place","value":{unit}"#),
            _ => format!(r#""clause":"A0{}","count":{}"#, if number % 2 == 0 { 1 } else { 4 }, number % 4),
        };
        let unit = if number % 50 == 0 { 3 } else { unit };
        writeln!(text, r#"{{"unit":"单位{unit}",{says},"date":"2020-05-{day:02}","id":"{number}"}}"#).unwrap();
    }
    text
}

#[test]
fn threads_and_pieces_change_nothing() {
    let (catalog, text) = (catalog(), many_lines());
    let options = Options { skip_bad: true, ..Options::default() };
    let parsed = entries::parse(&text);
    let book = catalog.rulebook(LINFEN).unwrap();
    let whole = score::score(book, None, &parsed.entries, &parsed.lines, &options).unwrap();
    assert!(whole.units.len() > 20 && whole.skipped.len() < 2_000, "{} skipped", whole.skipped.len());
    assert!(whole.units.iter().any(|sheet| sheet.adjustments.iter().any(|one| one.reason.contains("平均"))));

    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let pieces: Vec<String> = lines.chunks(1_700).map(<[&str]>::concat).collect();
    let pieces: Vec<&str> = pieces.iter().map(String::as_str).collect();
    let mut written = Vec::new();
    score_json::write(&scored(&catalog, &pieces, &options).unwrap(), &mut written).unwrap();
    assert!(String::from_utf8(written).unwrap() == serde_json::to_string_pretty(&whole).unwrap() + "\n");
}

/// Lines near the border between those read quickly and those left to serde_json.
const LINES: &[&str] = &[
    r#"{"unit":"甲","clause":"A01","step":"s","check":"c","date":"2020-05-01","subject":"s","id":"i","note":"n","url":"u"}"#,
    r#"{ "unit" : "甲" , "count" : 12 , "numerator":0,"denominator":7,"value":100,"rank":3 }"#,
    r#"{"unit":"甲","level":"city","status":"waived","source":"import","not_applicable":true}"#,
    r#"{"unit":"甲","not_applicable":false,"not_applicable":false}"#,
    r#"{"unit":"甲","unit":"乙"}"#,
    r#"{"unit":"甲","clause":null,"count":null}"#,
    r#"{"unit":"甲","count":1.5}"#,
    r#"{"unit":"甲","count":"2.50"}"#,
    r#"{"unit":"甲","count":1e2}"#,
    r#"{"unit":"甲","count":-1}"#,
    r#"{"unit":"甲","count":01}"#,
    r#"{"unit":"甲","count":0}"#,
    r#"{"unit":"甲","count":123456789012345678}"#,
    r#"{"unit":"甲","rank":4294967296}"#,
    r#"{"unit":"甲","rank":0}"#,
    r#"{"unit":"甲","date":"2020-13-01"}"#,
    r#"{"unit":"甲","date":"20200501"}"#,
    r#"{"unit":"甲","date":"2020-05-01T00:00"}"#,
    r#"{"unit":"甲","level":"village"}"#,
    r#"{"unit":"甲","note":"a\"b\u4e2d\n"}"#,
    "{\"unit\":\"甲\",\"note\":\"a\tb\"}",
    "{\"unit\":\t\"甲\"}",
    r#"{"unit":"甲","evidence":[{"a":1.0}]}"#,
    r#"{"unit":"甲","cuont":1}"#,
    r#"{"unit":"甲",}"#,
    r#"{"unit":"甲"} x"#,
    r#"{"unit":"甲""#,
    r#"{"unit":"甲"}}"#,
    r#"{"clause":"A01"}"#,
    r#"{"unit":1}"#,
    r#"{"unit":"甲","not_applicable":tru}"#,
    r#"{"unit":"甲","not_applicable":"true"}"#,
    "{}",
    "[]",
    "没有",
];

#[test]
fn a_plain_line_says_the_same_to_both_readers() {
    for line in LINES {
        // Cut anywhere and with anything in the place of a byte.
        let bytes = line.as_bytes();
        let cut = (0..=bytes.len()).map(|end| bytes[..end].to_vec());
        let spoilt = (0..bytes.len()).flat_map(|at| {
            [b'"', b'\\', b',', b'0', b' ', b'}', b'x'].map(|byte| {
                let mut line = bytes.to_vec();
                line[at] = byte;
                line
            })
        });
        for text in cut.chain(spoilt).filter_map(|line| String::from_utf8(line).ok()) {
            let slow: Result<Entry<Text<'_>>, _> = serde_json::from_str(&text);
            let quick = plain_line::read(&text);
            assert_eq!(quick.map_err(|error| error.to_string()), slow.map_err(|error| error.to_string()), "{text}");
        }
    }
}

#[test]
fn bad_lines_of_all_pieces_are_numbered_through_and_told_together() {
    let good = r#"{"unit":"甲县","clause":"A01"}"#;
    let first = format!("\u{feff}{good}\r\n\n没有\n");
    let second = format!("{good}\n{{\"unit\":\"甲县\",\"clause\":\"A99\"}}\n{{\"unit\":1}}");
    let bad = scored(&catalog(), &[&first, &second], &Options::default()).unwrap_err();
    let told: Vec<String> = bad.iter().map(|bad| format!("{} {}", bad.line, bad.field)).collect();
    assert_eq!(told, ["3 (line)", "5 clause", "6 unit"]);
}

#[test]
fn a_report_without_units_is_written_whole() {
    let catalog = catalog();
    let report = scored(&catalog, &["没有\n"], &Options { skip_bad: true, ..Options::default() }).unwrap();
    let mut written = Vec::new();
    score_json::write(&report, &mut written).unwrap();
    assert_eq!(String::from_utf8(written).unwrap(), serde_json::to_string_pretty(&report).unwrap() + "\n");
}

#[test]
fn a_long_file_comes_in_pieces_of_whole_lines() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("entries.jsonl");
    let text: String = (0..80_000).map(|number| format!("第{number}行{}\n", "。".repeat(number % 80))).collect();
    fs::write(&path, &text).unwrap();
    let file = EntryFile::read(&path).unwrap();
    let pieces = file.pieces().unwrap();
    assert!(pieces.len() > 1, "{} bytes in one piece", text.len());
    assert!(pieces.iter().all(|piece| piece.ends_with('\n')));
    assert!(pieces.concat() == text);

    fs::write(&path, b"{\"unit\":\"\xff\"}").unwrap();
    let error = EntryFile::read(&path).unwrap().pieces().unwrap_err().to_string();
    assert!(error.contains("entries.jsonl:1:10") && error.contains("save the file as UTF-8"), "{error}");
}

#[test]
fn entries_may_come_from_standard_input() {
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_mingcha"))
        .args(["score", "--rulebook", "yunhe-2022", "--entries", "-", "--format", "json"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let entry = r#"{"unit":"县教育局","clause":"10"}"#;
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), entry.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(json["units"][0]["unit"], "县教育局");
}
