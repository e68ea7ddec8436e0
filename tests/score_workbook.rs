//! The score as an Excel workbook, read back.

use std::io::{Cursor, Read};

use calamine::{Data, Reader, Xlsx};
use mingcha::{
    catalog::Catalog,
    model::ScoreReport,
    report::score_xlsx,
    score::{self, Options, entries},
};
use rust_decimal::Decimal;

const B1: &str = "yuncheng-2022-b1";
const LINES: &str = r#"{"unit":"市教育局","clause":"B1-05","id":"e1","note":"=年报逾期","date":"2022-03-05","count":4}
{"unit":"市教育局","clause":"B1-22","step":"good","id":"e2"}
{"unit":"市教育局","clause":"B1-16","status":"flagged"}
{"unit":"市民政局","clause":"B1-12","numerator":95,"denominator":100}
{"unit":"市民政局","check":"interpretation-late","subject":"document:/a","status":"confirmed"}
{"unit":"市民政局","clause":"B1-99"}"#;

fn scored(rulebook: &str, lines: &str) -> (ScoreReport, Vec<u8>) {
    let catalog = Catalog::load(None).unwrap_or_else(|problems| panic!("{problems}"));
    let book = catalog.rulebook(rulebook).unwrap();
    let parsed = entries::parse(lines);
    let known = |check: &str| catalog.check_ids.contains(check);
    let options = Options { include_flagged: true, skip_bad: true, known_check: Some(&known), ..Options::default() };
    let report = score::score(book, catalog.units_of(book), &parsed.entries, &parsed.lines, &options).unwrap();
    let bytes = score_xlsx::render(book, &report).unwrap();
    (report, bytes)
}

/// A sheet's rows below its title.
fn rows(bytes: &[u8], sheet: &str) -> Vec<Vec<Data>> {
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
    let range = workbook.worksheet_range(sheet).unwrap();
    range.rows().skip(1).map(<[Data]>::to_vec).collect()
}

fn text(cell: &Data) -> String {
    match cell {
        Data::Empty => String::new(),
        Data::String(text) => text.clone(),
        Data::Float(number) => number.to_string(),
        other => panic!("{other:?}"),
    }
}

/// The cell under a heading.
fn under<'r>(rows: &'r [Vec<Data>], header: usize, heading: &str, row: usize) -> &'r Data {
    let column = rows[header].iter().position(|cell| text(cell) == heading);
    &rows[row][column.unwrap_or_else(|| panic!("no {heading} in {:?}", rows[header]))]
}

fn decimal(cell: &Data) -> Decimal {
    match cell {
        Data::Float(number) => number.to_string().parse().unwrap(),
        Data::Empty => Decimal::ZERO,
        other => panic!("{other:?} is no number"),
    }
}

fn part(bytes: &[u8], name: &str) -> String {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut content = String::new();
    archive.by_name(name).unwrap().read_to_string(&mut content).unwrap();
    content
}

#[test]
fn totals_are_numbers_and_the_sum_of_what_stands_beside_them() {
    let (report, bytes) = scored(B1, LINES);
    let totals = rows(&bytes, "总分表");
    for (number, sheet) in report.units.iter().enumerate() {
        let cell = |heading: &str| under(&totals, 0, heading, number + 1);
        assert_eq!(text(cell("单位")), sheet.unit);
        assert_eq!(decimal(cell("总分")), sheet.total);
        assert_eq!(decimal(cell("含待核查的总分")), sheet.provisional_total.unwrap());
        assert_eq!(decimal(cell("得分率")) * Decimal::ONE_HUNDRED, sheet.percent);
        assert_eq!(decimal(cell("名次")), Decimal::from(sheet.rank.unwrap()));
        let first = totals[0].iter().position(|cell| text(cell).starts_with("组织领导")).unwrap();
        let last = totals[0].iter().position(|cell| text(cell) == "加分及其他调整").unwrap();
        let sum: Decimal = totals[number + 1][first..=last].iter().map(decimal).sum();
        assert_eq!(sum, sheet.total);
    }
    assert!(text(under(&totals, 0, "待补数据", 1)).starts_with("B1-12 “双公示”数据报送合规率\n"));
}

#[test]
fn each_line_of_the_rows_adds_up_to_the_total() {
    let (report, bytes) = scored(B1, LINES);
    let lines = rows(&bytes, "指标得分");
    assert_eq!(text(&lines[1][0]), "编号");
    for (number, sheet) in report.units.iter().enumerate() {
        let (total, points) = lines[number + 4].split_last().unwrap();
        assert_eq!(decimal(total), sheet.total);
        assert_eq!(points[1..].iter().map(decimal).sum::<Decimal>(), sheet.total);
        assert_eq!(
            decimal(under(&lines, 1, "B1-12", number + 4)),
            sheet.clauses.iter().find(|row| row.clause == "B1-12").unwrap().score
        );
    }
}

#[test]
fn every_reason_stands_with_its_entries() {
    let (_, bytes) = scored(B1, LINES);
    let reasons = rows(&bytes, "扣分明细");
    let cell = |heading: &str, row: usize| text(under(&reasons, 0, heading, row));
    assert_eq!((cell("单位", 1), cell("编号", 1), cell("分值", 1)), ("市教育局".into(), "B1-05".into(), "-8".into()));
    assert_eq!(cell("一级指标", 1), "主动公开");
    assert!(cell("说明", 1).ends_with("4项，每项扣2分，共扣8分"));
    assert_eq!(cell("记录", 1), "2022-03-05 =年报逾期（e1）", "what looks like a formula stays text");
    assert_eq!((cell("扣（加）分项", 2), cell("分值", 2)), ("本项上限".into(), "2".into()));
    let notes = rows(&bytes, "说明");
    let said = |what: &str| -> Vec<String> {
        notes.iter().filter(|row| text(&row[0]) == what).map(|row| text(&row[1])).collect()
    };
    assert_eq!(said("编号"), [B1]);
    assert_eq!(said("评分期"), ["2022-01-01 至 2022-12-31"]);
    assert!(said("读法 Y5")[0].contains("替代公式") && said("读法 Y5")[0].ends_with("（Y5=replace）"));
    assert_eq!(said("本表不计分的检查结果"), ["interpretation-late 1条"]);
    assert_eq!(said("未采用的记录").len(), 1);
}

#[test]
fn a_decimal_that_excel_cannot_hold_stays_exact_as_text() {
    let (report, bytes) = scored(B1, r#"{"unit":"市教育局","clause":"B1-05","count":"0.12345678901234567"}"#);
    assert_eq!(report.units[0].total.to_string(), "99.75308642197530866");
    let totals = rows(&bytes, "总分表");
    assert_eq!(under(&totals, 0, "总分", 1), &Data::String("99.75308642197530866".into()));
    let (_, bytes) = scored(B1, r#"{"unit":"市教育局","clause":"B1-05","count":0.05}"#);
    assert_eq!(under(&rows(&bytes, "总分表"), 0, "总分", 1), &Data::Float(99.9));
    assert!(part(&bytes, "xl/styles.xml").contains("formatCode=\"0.0\""), "shown with the decimals it has");
}

#[test]
fn a_checklist_without_weights_has_no_points() {
    let (report, bytes) = scored("sanmenxia-2017-county", "");
    assert!(report.units.is_empty());
    let unit = format!("{{\"unit\":\"义马市\",\"clause\":\"{}\"}}", "nothing");
    let (_, empty) = scored("sanmenxia-2017-county", &unit);
    assert_eq!(rows(&bytes, "总分表").len(), 1);
    assert!(rows(&empty, "说明").iter().any(|row| text(&row[1]).starts_with("方案未定各项分值")));
}

#[test]
fn pages_print_on_a4_across_with_their_header() {
    let (_, bytes) = scored(B1, LINES);
    let book = part(&bytes, "xl/workbook.xml");
    assert!(
        book.contains("_xlnm.Print_Titles")
            && book.contains("总分表!$1:$2")
            && book.contains("指标得分!$A:$A,指标得分!$1:$5"),
        "{book}"
    );
    for number in 1..=4 {
        let sheet = part(&bytes, &format!("xl/worksheets/sheet{number}.xml"));
        assert!(sheet.contains("paperSize=\"9\"") && sheet.contains("orientation=\"landscape\""));
        assert!(sheet.contains("state=\"frozen\""));
    }
    let widths = part(&bytes, "xl/worksheets/sheet1.xml");
    assert!(widths.contains("<cols>"), "{widths}");
}

#[test]
fn the_same_score_gives_the_same_bytes() {
    let (_, bytes) = scored(B1, LINES);
    let turned: Vec<&str> = LINES.lines().rev().filter(|line| !line.contains("B1-99")).collect();
    let kept: Vec<&str> = LINES.lines().filter(|line| !line.contains("B1-99")).collect();
    assert_eq!(scored(B1, LINES).1, bytes);
    assert_eq!(scored(B1, &turned.join("\n")).1, scored(B1, &kept.join("\n")).1);
    assert!(part(&bytes, "docProps/core.xml").contains("2022-12-31T00:00:00Z"));
}

#[test]
fn the_command_writes_it_to_a_file_or_a_pipe() {
    let folder = tempfile::tempdir().unwrap();
    let entries = folder.path().join("entries.jsonl");
    std::fs::write(&entries, LINES).unwrap();
    let (entries, out) = (entries.display().to_string(), folder.path().join("score.xlsx"));
    let score = ["score", "--rulebook", B1, "--entries", &entries, "--skip-bad-lines", "--format", "xlsx"];
    let run = |more: &[&str]| {
        std::process::Command::new(env!("CARGO_BIN_EXE_mingcha")).args([&score[..], more].concat()).output().unwrap()
    };
    let written = run(&["--out", &out.display().to_string()]);
    assert!(written.status.success() && written.stdout.is_empty(), "{written:?}");
    let piped = run(&[]);
    assert!(piped.status.success());
    assert_eq!(piped.stdout, std::fs::read(&out).unwrap());
    assert_eq!(text(&rows(&piped.stdout, "总分表")[1][1]), "市教育局");

    let nowhere = run(&["--out", &folder.path().join("no/such/folder.xlsx").display().to_string()]);
    assert_eq!(nowhere.status.code(), Some(3));
    let difference = run(&["--against-entries", &entries]);
    assert_eq!(difference.status.code(), Some(2));
}
