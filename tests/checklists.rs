//! Tables without figures (三门峡): rows are met or not met, what has no number moves none, and nothing is graded.

use std::sync::OnceLock;

use mingcha::{
    catalog::{Catalog, Problem, rulebooks},
    jobs::bulletin_score::{manual_findings, unit_scores},
    model::{Entry, ScoreReport, score_sheet::BadEntry},
    score::{self, Options, entries},
};

const SOUND: &str = "id: test
title: 试用清单
class: 部门
plan: { title: 试用办法, place: 附件2 }
period: { from: 2017-01-01, to: 2017-12-31 }
full_mark: 100
open_figures: true
sections:
  - name: 组织领导
    clauses:
      - id: T1
        title: 听取汇报
        steps:
          - { id: unmet, title: 未听取汇报, effect: checklist }
      - id: T2
        title: 汇报制度
        see: [T1]
        steps: []
  - name: 特别项
    clauses:
      - id: T3
        title: 表扬
        steps:
          - { id: praise, title: 通报表扬, effect: bonus, per: item }
";

fn problems(text: &str) -> Vec<Problem> {
    rulebooks::read("test.yaml", text, &["annual-report-late".to_owned()].into(), &[]).err().unwrap_or_default()
}

/// Exchanges `old` in the sound rulebook and tells `line:column field` of the only defect.
fn broken(old: &str, new: &str) -> String {
    assert_eq!(SOUND.matches(old).count(), 1, "{old:?} must stand once");
    let found = problems(&SOUND.replace(old, new));
    assert_eq!(found.len(), 1, "{found:#?}");
    format!("{}:{} {}", found[0].line, found[0].column, found[0].field)
}

#[test]
fn a_table_without_figures_must_say_so() {
    assert_eq!(problems(SOUND), []);
    let found = problems(&SOUND.replace("open_figures: true\n", ""));
    let fields: Vec<&str> = found.iter().map(|problem| problem.field.as_str()).collect();
    assert_eq!(fields, ["sections", "sections[1].clauses[0].steps[0].points"], "{found:#?}");
    assert_eq!(
        broken("effect: bonus, per: item", "effect: bonus, cap: 2"),
        "24:60 sections[1].clauses[0].steps[0].cap"
    );
}

#[test]
fn a_row_that_refers_to_others_has_nothing_of_its_own() {
    assert_eq!(broken("see: [T1]", "see: [T9]"), "17:15 sections[0].clauses[1].see[0]");
    assert_eq!(broken("see: [T1]", "see: [T2]"), "17:15 sections[0].clauses[1].see[0]");
    assert_eq!(broken("        see: [T1]\n", ""), "17:16 sections[0].clauses[1].steps");
    let step = "steps: [{ id: unmet, title: 无制度, effect: checklist }]";
    assert_eq!(broken("steps: []", step), "17:14 sections[0].clauses[1].see");
}

fn catalog() -> &'static Catalog {
    static CATALOG: OnceLock<Catalog> = OnceLock::new();
    CATALOG.get_or_init(|| Catalog::load(None).unwrap_or_else(|problems| panic!("{problems}")))
}

fn score(rulebook: &str, lines: &str) -> Result<ScoreReport, Vec<BadEntry>> {
    let book = catalog().rulebook(rulebook).unwrap();
    let parsed = entries::parse(lines);
    score::score(book, catalog().units_of(book), &parsed.entries, &parsed.lines, &Options::default())
}

#[test]
fn the_report_names_unmet_rows_and_gives_no_points_grade_or_place() {
    let report = score("sanmenxia-2017-department", r#"{"unit":"市教育局","clause":"s04","note":"权重3%"}"#).unwrap();
    let json = serde_json::to_value(&report).unwrap();
    let unit = &json["units"][0];
    assert_eq!(unit["unmet"], serde_json::json!(["S04"]));
    assert_eq!((&unit["total"], &unit["grade"], &unit["rank"]), (&"0".into(), &().into(), &().into()));
    let row = unit["clauses"].as_array().unwrap().iter().find(|row| row["clause"] == "S04").unwrap();
    assert_eq!((&row["deducted"], &row["weight"]), (&"0".into(), &().into()));
    assert_eq!(row["trace"][0]["entries"][0]["note"], "权重3%");
    let book = catalog().rulebook("sanmenxia-2017-department").unwrap();
    assert!(unit_scores(&report, book).is_empty(), "a bulletin prints no score");
    let entry = Entry { date: "2017-05-04".parse().ok(), ..report.units[0].clauses[3].trace[0].entries[0].clone() };
    let mut dated = report.clone();
    dated.units[0].clauses[3].trace[0].entries = vec![entry];
    assert_eq!(manual_findings(&dated, book)[0].clause, "S04");
    assert!(row["trace"][0]["reason"].as_str().unwrap().ends_with("未达到要求，方案未定分值"), "{row}");
}

#[test]
fn a_row_that_only_refers_names_the_rows_meant() {
    for (rulebook, unit) in [("sanmenxia-2017-department", "市教育局"), ("sanmenxia-2017-county", "湖滨区")] {
        for (row, meant) in [("S15", "refers to S42, S43, S44;"), ("S29", "refers to S45, S46, S47;")] {
            let bad = score(rulebook, &format!(r#"{{"unit":"{unit}","clause":"{row}"}}"#)).unwrap_err();
            assert_eq!(bad[0].field, "clause");
            assert!(bad[0].message.contains(meant), "{}", bad[0]);
        }
    }
}

#[test]
fn departments_are_those_of_the_list_and_counties_any() {
    let entry = |unit: &str| format!(r#"{{"unit":"{unit}","clause":"S01"}}"#);
    for known in ["市教育局", "教育局", "三门峡市教育局", "市卫生和计划生育委员会"] {
        assert!(score("sanmenxia-2017-department", &entry(known)).is_ok(), "{known}");
    }
    for unknown in ["市广播局", "湖滨区"] {
        assert!(score("sanmenxia-2017-department", &entry(unknown)).is_err(), "{unknown}");
    }
    for known in ["湖滨区", "三门峡市湖滨区人民政府", "城乡一体化示范区"] {
        assert!(score("sanmenxia-2017-county", &entry(known)).is_ok(), "{known}");
    }
    assert!(score("sanmenxia-2017-county", &entry("市教育局")).is_err());
}

#[test]
fn a_row_both_unmet_and_without_its_matter_shows_both_records() {
    let lines = "{\"unit\":\"市教育局\",\"clause\":\"S45\",\"not_applicable\":true}\n{\"unit\":\"市教育局\",\"clause\":\"S45\"}";
    let report = score("sanmenxia-2017-department", lines).unwrap();
    let row = report.units[0].clauses.iter().find(|row| row.clause == "S45").unwrap();
    let reasons: Vec<(&str, usize)> =
        row.trace.iter().map(|trace| (trace.reason.as_str(), trace.entries.len())).collect();
    assert_eq!(reasons, [("该单位无此项内容，本项不适用", 1), ("与“无此项内容”的记录相矛盾，本条不计分，请核实", 1)]);
    assert!(report.units[0].unmet.is_empty());
}

#[test]
fn numbers_and_dates_that_are_none_say_what_to_write() {
    let bad = |field: &str| {
        let parsed = entries::parse(&format!("{{\"unit\":\"市教育局\",\"clause\":\"S01\",{field}}}"));
        (parsed.bad[0].field.clone(), parsed.bad[0].message.clone())
    };
    let says = |field: &str, message: &str| (field.to_owned(), message.to_owned());
    assert_eq!(bad("\"count\":\"两次\""), says("count", "\"两次\" is no number; write digits such as 2 or 0.5"));
    assert_eq!(bad("\"rank\":1.5"), says("rank", "1.5 is no place; write a whole number from 1"));
    for date in ["\"2017/3/1\"", "\"2017-02-30\"", "\"3月1日\"", "20170301"] {
        let wanted = format!("{date} is no date; write it as \"2017-03-01\"");
        assert_eq!(bad(&format!("\"date\":{date}")), says("date", &wanted));
    }
}
