//! The contract of `score`: which entries count, which are errors and with which field, what the JSON looks like.

use std::sync::OnceLock;

use mingcha::{
    catalog::Catalog,
    model::{ScoreReport, ScoreSheet, Unit, UnitKind, score_sheet::BadEntry},
    score::{self, Options, cohort::Cohort, entries},
};
use rust_decimal::Decimal;

const B1: &str = "yuncheng-2022-b1";

fn catalog() -> &'static Catalog {
    static CATALOG: OnceLock<Catalog> = OnceLock::new();
    CATALOG.get_or_init(|| Catalog::load(None).unwrap_or_else(|problems| panic!("{problems}")))
}

/// Scores lines of JSON as the command does.
fn score_with(rulebook: &str, lines: &str, options: &Options<'_>) -> Result<ScoreReport, Vec<BadEntry>> {
    let book = catalog().rulebook(rulebook).unwrap();
    let parsed = entries::parse(lines);
    if !parsed.bad.is_empty() {
        return Err(parsed.bad);
    }
    score::score(book, catalog().units_of(book), &parsed.entries, &parsed.lines, options)
}

fn sheet(lines: &str) -> ScoreSheet {
    score_with(B1, lines, &Options::default()).unwrap().units.remove(0)
}

fn unit(name: &str, kind: UnitKind) -> Unit {
    Unit { name: name.into(), kind, aliases: vec![], paths: vec![], licences: false, penalties: false, founded: None }
}

/// The only bad line of a file, as `line field`.
fn blamed(lines: &str) -> String {
    let known = |check: &str| check == "column-stale" || check == "interpretation-late";
    let bad = score_with(B1, lines, &Options { known_check: Some(&known), ..Options::default() }).unwrap_err();
    assert_eq!(bad.len(), 1, "{bad:?}");
    format!("{} {}", bad[0].line, bad[0].field)
}

#[test]
fn what_fits_nothing_names_its_line_and_field() {
    assert_eq!(blamed("\n\n{\"unit\":\"市不存在局\",\"clause\":\"B1-01\"}"), "3 unit");
    assert_eq!(blamed(r#"{"unit":"盐湖区","clause":"B1-01"}"#), "1 unit");
    assert_eq!(blamed(r#"{"clause":"B1-01"}"#), "1 unit");
    assert_eq!(blamed(r#"{"unit":"市教育局"}"#), "1 clause");
    assert_eq!(blamed(r#"{"unit":"市教育局","clause":"B1-99"}"#), "1 clause");
    assert_eq!(blamed(r#"{"unit":"市教育局","clause":"B1-01","step":"nobody"}"#), "1 step");
    assert_eq!(blamed(r#"{"unit":"市教育局","clause":"B1-bonus"}"#), "1 step");
    assert_eq!(blamed(r#"{"unit":"市教育局","clause":"B1-05","date":"2021-12-31"}"#), "1 date");
    assert_eq!(blamed(r#"{"unit":"市教育局","clause":"B1-05","date":"2022-13-01"}"#), "1 date");
    assert_eq!(blamed(r#"{"unit":"市教育局","clause":"B1-05","count":-1}"#), "1 count");
    assert_eq!(blamed(r#"{"unit":"市教育局","clause":"B1-05","count":"两件"}"#), "1 count");
    assert_eq!(blamed(r#"{"unit":"市教育局","clause":"B1-05","cuont":1}"#), "1 cuont");
    assert_eq!(blamed(r#"{"unit":"市教育局","clause":"B1-12","numerator":1}"#), "1 denominator");
    assert_eq!(blamed(r#"{"unit":"市教育局","clause":"B1-12","count":1}"#), "1 numerator");
    assert_eq!(blamed(r#"{"unit":"市教育局","clause":"B1-12","numerator":3,"denominator":2}"#), "1 numerator");
    assert_eq!(blamed(r#"{"unit":"市教育局","clause":"B1-31"}"#), "1 level");
    assert_eq!(blamed(r#"{"unit":"市教育局","clause":"B1-31","level":"county"}"#), "1 level");
    assert_eq!(blamed(r#"{"unit":"市教育局","clause":"B1-31","level":"village"}"#), "1 level");
    assert_eq!(blamed(r#"{"unit":"市教育局","clause":"B1-major","step":"double"}"#), "1 value");
    assert_eq!(blamed(r#"{"unit":"市教育局","check":"no-such-check"}"#), "1 check");
    assert_eq!(blamed(r#"{"unit":"市审计局","clause":"B1-22","step":"good"}"#), "1 unit");
    assert_eq!(blamed(r#"{"unit":"市教育局","clause":"B1-bonus","level":"county"}"#), "1 level");
    assert_eq!(blamed(r#"{"unit":"市教育局","clause":"B1-05","#), "1 (line)");
}

#[test]
fn a_unit_of_another_class_is_assessed_only_where_it_is_named() {
    let named = sheet(r#"{"unit":"市住建局","clause":"B1-22"}"#);
    assert_eq!(named.clauses.iter().map(|row| row.clause.as_str()).collect::<Vec<_>>(), ["B1-22"]);
    assert_eq!((named.total, named.rank, named.pending.len()), (Decimal::from(99), None, 0));
    let misfit = |rulebook: &str, line: &str| {
        let bad = score_with(rulebook, line, &Options::default()).unwrap_err();
        format!("{}: {}", bad[0].field, bad[0].message)
    };
    assert_eq!(
        misfit(B1, r#"{"unit":"市住建局","clause":"B1-01"}"#),
        "unit: 市住建局 belongs to class B2 and is not named in B1-01; score it with yuncheng-2022-b2"
    );
    // The borrowed row names 市教育局 too, which has it in its own table.
    for row in ["B1-22", "B2-01"] {
        let line = format!(r#"{{"unit":"市教育局","clause":"{row}"}}"#);
        assert!(misfit("yuncheng-2022-b2", &line).contains("score it with yuncheng-2022-b1"));
    }
}

#[test]
fn an_office_scores_each_unit_with_the_table_of_its_class_alone() {
    let configured = [unit("市教育局", UnitKind::Department), unit("市住建局", UnitKind::Department)];
    for (rulebook, own) in [(B1, "市教育局"), ("yuncheng-2022-b2", "市住建局")] {
        let book = catalog().rulebook(rulebook).unwrap();
        assert_eq!(Cohort::of(book, catalog().units_of(book), &configured).units, [own]);
    }
}

#[test]
fn a_missing_step_is_asked_for_among_those_that_fit() {
    let message = |line: &str| score_with(B1, line, &Options::default()).unwrap_err()[0].message.clone();
    let several = message(r#"{"unit":"市教育局","clause":"B1-major","value":3}"#);
    assert!(several.contains("double") && several.contains("discretion") && !several.contains("serious"), "{several}");
    let none = message(r#"{"unit":"市教育局","clause":"B1-04","value":2}"#);
    assert!(none.contains("fit none of B1-04") && none.contains("made"), "{none}");
}

#[test]
fn nothing_is_scored_from_a_bad_file_unless_bad_lines_are_skipped() {
    let lines = "{\"unit\":\"市教育局\",\"clause\":\"B1-05\"}\n{\"unit\":\"市教育局\",\"clause\":\"B1-99\"}";
    assert!(score_with(B1, lines, &Options::default()).is_err());
    let report = score_with(B1, lines, &Options { skip_bad: true, ..Options::default() }).unwrap();
    assert_eq!(report.units[0].total, Decimal::from(98));
    assert_eq!(report.skipped.iter().map(|bad| bad.line).collect::<Vec<_>>(), [2]);
}

#[test]
fn a_known_check_without_a_price_costs_nothing_and_is_listed() {
    let known = |check: &str| check == "interpretation-late";
    let options = Options { known_check: Some(&known), ..Options::default() };
    let lines = r#"{"unit":"市教育局","check":"interpretation-late","subject":"document:/a","status":"confirmed"}"#;
    let report = score_with(B1, lines, &options).unwrap();
    assert_eq!(report.unpriced.len(), 1);
    let units: Vec<_> = report.units.iter().map(|sheet| (sheet.unit.as_str(), sheet.total, sheet.rank)).collect();
    assert_eq!(units, [("市教育局", Decimal::from(100), Some(1))], "the unit is scored and keeps every point");
    let guest = r#"{"unit":"市住建局","check":"interpretation-late","subject":"document:/a","status":"confirmed"}"#;
    let report = score_with(B1, guest, &options).unwrap();
    assert_eq!((report.unpriced.len(), report.units.len()), (1, 0), "a unit of another class is not scored for that");
}

#[test]
fn a_finding_passes_over_a_row_that_is_limited_to_other_units() {
    let others = |subject: &str| format!(r#"{{"unit":"市教育局","check":"decision-catalogue-missing"{subject}}}"#);
    for subject in ["", r#","subject":"content:重大行政决策事项目录""#] {
        // Even a caller that knows no checks: the rulebook names this one.
        let nobody = |_: &str| false;
        let options = Options { known_check: Some(&nobody), ..Options::default() };
        let report = score_with(B1, &others(subject), &options).unwrap();
        assert_eq!((report.units[0].total, report.unpriced.len()), (Decimal::from(100), 1), "{subject}");
        let own = others(subject).replace("市教育局", "市司法局");
        assert_eq!(sheet(&own).total, Decimal::from(98), "{subject}");
    }
    assert_eq!(blamed(r#"{"unit":"市教育局","clause":"B1-25","check":"decision-catalogue-missing"}"#), "1 unit");
}

#[test]
fn a_check_without_a_subject_counts_where_only_one_row_takes_it() {
    let total = |line: &str| score_with("linfen-2020-a", line, &Options::default()).map(|report| report.units[0].total);
    let ninety_nine = Ok(Decimal::from(99));
    assert_eq!(total(r#"{"unit":"尧都区","check":"required-column-missing"}"#), ninety_nine);
    assert_eq!(total(r#"{"unit":"尧都区","check":"required-column-missing column:政府信息公开指南"}"#), ninety_nine);
    let bad = score_with(B1, r#"{"unit":"市教育局","check":"required-column-missing"}"#, &Options::default());
    let bad = bad.unwrap_err().remove(0);
    assert_eq!(bad.field, "subject");
    assert!(bad.message.contains("B1-"), "{}", bad.message);
}

#[test]
fn a_missing_piece_told_twice_is_one() {
    let total = |lines: &str| score_with("linfen-2020-a", lines, &Options::default()).unwrap().units[0].total;
    let quarter = |name: &str, more: &str| format!(r#"{{"unit":"尧都区","clause":"A22","subject":"{name}"{more}}}"#);
    let twice = [quarter("第一季度", ""), quarter("第一季度", r#","date":"2020-07-01""#)].join("\n");
    assert_eq!(total(&twice), Decimal::from(98));
    let two = [quarter("第一季度", ""), quarter("第二季度", "")].join("\n");
    assert_eq!(total(&two), Decimal::from(96));
    let larger = [quarter("上半年", ""), quarter("上半年", r#","count":2"#)].join("\n");
    assert_eq!(total(&larger), Decimal::from(96));
}

#[test]
fn a_step_may_be_named_by_its_effect_or_left_out_where_one_is_meant() {
    assert_eq!(sheet(r#"{"unit":"市教育局","clause":"B1-05","date":"2022-05-01","count":2}"#).total, Decimal::from(96));
    assert_eq!(sheet(r#"{"unit":"市教育局","clause":"B1-22","step":"bonus"}"#).total, Decimal::from(101));
    assert_eq!(sheet(r#"{"unit":"市教育局","clause":"B1-22"}"#).total, Decimal::from(99));
    let ratio = sheet(r#"{"unit":"市教育局","clause":"B1-12","numerator":95,"denominator":100}"#);
    let row = ratio.clauses.iter().find(|row| row.clause == "B1-12").unwrap();
    assert_eq!(row.score, Decimal::new(19, 1));
}

#[test]
fn a_unit_is_called_as_its_entries_call_it() {
    assert_eq!(sheet(r#"{"unit":"运城市教育局","clause":"B1-05"}"#).unit, "运城市教育局");
    let both = "{\"unit\":\"运城市教育局\",\"clause\":\"B1-05\"}\n{\"unit\":\"市教育局\",\"clause\":\"B1-05\"}";
    assert_eq!(sheet(both).unit, "市教育局");
}

#[test]
fn all_units_of_the_class_can_be_scored_and_ranked() {
    let lines = r#"{"unit":"市教育局","clause":"B1-05"}"#;
    let report = score_with(B1, lines, &Options { whole_class: true, ..Options::default() }).unwrap();
    assert_eq!(report.units.len(), 25);
    let last = report.units.iter().find(|sheet| sheet.unit == "市教育局").unwrap();
    assert_eq!(last.rank, Some(25));
    assert_eq!(report.units.iter().filter(|sheet| sheet.rank == Some(1)).count(), 24);
}

#[test]
fn the_json_is_as_the_contract_says() {
    let lines = r#"{"unit":"市教育局","clause":"B1-05","count":1.5,"id":"e1","note":"说明","url":"http://a.example/","evidence":[{"k":1}]}"#;
    let report = score_with(B1, lines, &Options { include_flagged: true, ..Options::default() }).unwrap();
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!(json["rulebook"], B1);
    assert_eq!(json["period"], serde_json::json!({"from": "2022-01-01", "to": "2022-12-31"}));
    let unit = &json["units"][0];
    for (field, wanted) in [("total", "97"), ("full_mark", "100"), ("percent", "97"), ("provisional_total", "97")] {
        assert_eq!(unit[field], wanted, "{field}");
    }
    assert_eq!(unit["grade"], serde_json::Value::Null);
    assert_eq!(unit["rank"], 1);
    assert_eq!(unit["vetoed"], false);
    assert_eq!(unit["pending"], serde_json::json!(["B1-12", "B1-13", "B1-14"]));
    assert_eq!(unit["sections"][1], serde_json::json!({"name": "主动公开", "weight": "39", "score": "36"}));
    let row = unit["clauses"].as_array().unwrap().iter().find(|row| row["clause"] == "B1-05").unwrap();
    assert_eq!(row["deducted"], "3");
    assert_eq!(row["bonus"], "0");
    assert_eq!(row["score"], "3");
    let trace = &row["trace"][0];
    assert_eq!(trace["step"], "faulty");
    assert_eq!(trace["points"], "-3");
    assert_eq!(trace["entries"][0]["id"], "e1");
    assert_eq!(trace["entries"][0]["evidence"][0]["k"], 1);
    assert!(trace["reason"].as_str().unwrap().contains("1.5项，每项扣2分，共扣3分"), "{trace}");
}

#[test]
fn flagged_entries_are_shown_by_what_they_would_change() {
    let lines = r#"{"unit":"市教育局","check":"annual-report-late","subject":"report:2021","source":"crawl"}"#;
    let report = score_with(B1, lines, &Options { include_flagged: true, ..Options::default() }).unwrap();
    let sheet = &report.units[0];
    assert_eq!((sheet.total, sheet.provisional_total), (Decimal::from(100), Some(Decimal::from(98))));
    assert_eq!(sheet.flagged[0].clause, "B1-05");
    assert_eq!(sheet.flagged[0].points, Decimal::from(-2));
}

/// The total of each unit under 云和, in the plan's order.
fn totals(lines: &str) -> Vec<(String, Decimal)> {
    let report = score_with("yunhe-2022", lines, &Options::default()).unwrap();
    report.units.into_iter().map(|sheet| (sheet.unit, sheet.total)).collect()
}

#[test]
fn a_finding_counts_at_the_level_of_the_office_and_anything_else_must_name_one() {
    let finding = r#"{"unit":"县教育局","check":"column-stale","subject":"column:/a/"}"#;
    assert_eq!(totals(finding)[0].1, Decimal::from(99));
    let raised = r#"{"unit":"县教育局","check":"column-stale","subject":"column:/a/","level":"city"}"#;
    assert_eq!(totals(raised)[0].1, Decimal::from(98));
    let unnamed = r#"{"unit":"县教育局","clause":"08","subject":"column:/a/"}"#;
    let bad = score_with("yunhe-2022", unnamed, &Options::default()).unwrap_err();
    assert_eq!((bad.len(), bad[0].field.as_str()), (1, "level"));
}

#[test]
fn a_record_of_no_items_does_not_stand_for_another() {
    let notified = r#"{"unit":"县教育局","clause":"08","level":"county","subject":"/a"}"#;
    let nothing = r#"{"unit":"县教育局","clause":"02","level":"county","subject":"/a","count":0}"#;
    let alone = totals(notified);
    assert!(alone[0].1 < Decimal::from(100));
    assert_eq!(totals(&[notified, nothing].join("\n")), alone);
    let leak = |count: u8| format!(r#"{{"unit":"县教育局","clause":"V1","subject":"a","count":{count}}}"#);
    assert_eq!(totals(&[leak(0), leak(1)].join("\n"))[0].1, Decimal::ZERO);
}

#[test]
fn townships_need_no_listing_and_any_other_name_does() {
    let five_lost = |unit: &str| format!(r#"{{"unit":"{unit}","clause":"04"}}"#);
    for unit in ["石塘镇", "云和县赤石乡人民政府", "元和街道办事处", "县公安局(县交警大队)"]
    {
        assert_eq!(totals(&five_lost(unit)), [(unit.to_owned(), Decimal::from(95))]);
    }
    for (unit, hint) in
        [("县文旅局", "is it 县文广旅体局? "), ("教育局", "is it 县教育局? "), ("镇", ""), ("县外星局", "")]
    {
        let bad = score_with("yunhe-2022", &five_lost(unit), &Options::default()).unwrap_err();
        let message = format!("unknown unit {unit:?}; {hint}`mingcha rulebook units` lists the plan's units");
        assert_eq!((bad[0].field.as_str(), &bad[0].message), ("unit", &message));
    }
}

#[test]
fn a_misfit_says_what_would_fit() {
    let message = |line: &str| match score_with("yunhe-2022", line, &Options::default()) {
        Ok(report) => panic!("{report:?}"),
        Err(bad) => format!("{}: {}", bad[0].field, bad[0].message),
    };
    assert_eq!(
        message(r#"{"unit":"县教育局","clause":"01","level":"county"}"#),
        "level: county has no points in 01.notified; it takes province (省级) or city (市级)"
    );
    assert_eq!(
        message(r#"{"unit":"县教育局","clause":"17"}"#),
        "level: is missing; 17.adopted takes state (国家级) or province (省级)"
    );
    assert_eq!(
        message(r#"{"unit":"县教育局","clause":"20"}"#),
        "clause: yunhe-2022 has no clause \"20\"; `mingcha rulebook show yunhe-2022` lists them"
    );
    assert_eq!(
        message(r#"{"unit":"县教育局","clause":"01","level":"city","date":"2022/1/1"}"#),
        "date: \"2022/1/1\" is no date; write it as \"2017-03-01\""
    );
}

#[test]
fn of_two_places_delivered_on_one_day_the_worse_counts() {
    let lines = [
        r#"{"unit":"县教育局","clause":"07","rank":2,"date":"2022-12-31"}"#,
        r#"{"unit":"县教育局","clause":"07","rank":1,"date":"2022-12-31"}"#,
        r#"{"unit":"县教育局","clause":"07","rank":3,"date":"2022-06-30"}"#,
    ];
    assert_eq!(totals(&lines.join("\n")), [("县教育局".to_owned(), Decimal::from(97))]);
}

#[test]
fn what_happened_before_its_step_began_is_shown_with_the_reason() {
    let lines = r#"{"unit":"县教育局","clause":"13","date":"2022-07-31"}"#;
    let report = score_with("yunhe-2022", lines, &Options::default()).unwrap();
    let row = report.units[0].clauses.iter().find(|row| row.clause == "13").unwrap();
    assert_eq!(row.deducted, Decimal::ZERO);
    assert_eq!(row.trace[0].reason, "此项自2022-08-01起计，本条不计分");
    assert_eq!(row.trace[0].entries.len(), 1);
}

#[test]
fn an_average_replaces_only_the_rows_of_the_step_that_is_named() {
    let lines = [
        r#"{"unit":"甲镇","clause":"04"}"#,
        r#"{"unit":"甲镇","clause":"10"}"#,
        r#"{"unit":"乙镇","clause":"X1","step":"requests","not_applicable":true}"#,
    ];
    assert_eq!(
        totals(&lines.join("\n")),
        [("乙镇".to_owned(), Decimal::from(95)), ("甲镇".to_owned(), Decimal::from(90))]
    );
    let unnamed = r#"{"unit":"乙镇","clause":"X1","not_applicable":true}"#;
    let bad = score_with("yunhe-2022", unnamed, &Options::default()).unwrap_err();
    assert_eq!((bad.len(), bad[0].field.as_str()), (1, "step"));
    let applicable = r#"{"unit":"乙镇","clause":"X1","step":"requests"}"#;
    let bad = score_with("yunhe-2022", applicable, &Options::default()).unwrap_err();
    assert_eq!((bad.len(), bad[0].field.as_str()), (1, "not_applicable"));
}

#[test]
fn a_table_for_departments_and_townships_scores_both_kinds() {
    let office = [unit("崇头镇", UnitKind::Government), unit("县教育局", UnitKind::Department)];
    let book = catalog().rulebook("yunhe-2022").unwrap();
    assert_eq!(Cohort::of(book, catalog().units_of(book), &office).units, ["崇头镇", "县教育局"]);
    let departments = catalog().rulebook(B1).unwrap();
    assert_eq!(Cohort::of(departments, catalog().units_of(departments), &office).units, ["县教育局"]);
}

#[test]
fn the_commands_speak_json_and_exit_as_agreed() {
    let mingcha = |arguments: &[&str]| {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_mingcha")).args(arguments).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        (output.status.code(), text, String::from_utf8(output.stderr).unwrap())
    };
    let json = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();

    let (code, text, _) = mingcha(&["rulebook", "list", "--format", "json"]);
    assert_eq!((code, json(&text).as_array().unwrap().len()), (Some(0), 10));

    let (_, text, _) = mingcha(&["rulebook", "show", B1, "--format", "json"]);
    let shown = json(&text);
    assert_eq!(shown["sections"][1]["clauses"][0]["steps"][0]["effect"], "deduct");
    assert_eq!(shown["sections"][1]["clauses"][0]["steps"][0]["checks"][1], "annual-report-late");
    let reading = shown["readings"].as_array().unwrap().iter().find(|reading| reading["id"] == "Y5").unwrap();
    assert_eq!(reading["switch"], "--reading Y5=add|replace");

    let (_, text, _) = mingcha(&["rulebook", "schema"]);
    assert_eq!(json(&text)["title"], "Rulebook");

    let (code, _, error) = mingcha(&["rulebook", "show", "nowhere-2022"]);
    assert_eq!(code, Some(2));
    assert!(error.contains("there is no rulebook \"nowhere-2022\"; there are linfen-2020-a"), "{error}");

    let folder = tempfile::tempdir().unwrap();
    let entries = folder.path().join("entries.jsonl");
    std::fs::write(
        &entries,
        "{\"unit\":\"市教育局\",\"clause\":\"B1-05\"}\n{\"unit\":\"无\",\"clause\":\"B1-05\"}\n没有\n",
    )
    .unwrap();
    let entries = entries.display().to_string();
    let (code, _, error) = mingcha(&["score", "--rulebook", B1, "--entries", &entries]);
    assert_eq!(code, Some(2));
    assert!(error.contains(":2: unit: unknown unit") && error.contains(":3: (line)"), "{error}");
    let skipping = ["score", "--rulebook", B1, "--entries", &entries, "--skip-bad-lines", "--format", "json"];
    let (code, text, _) = mingcha(&skipping);
    assert_eq!((code, json(&text)["skipped"].as_array().unwrap().len()), (Some(0), 2));
    let (code, text, _) = mingcha(&["score", "--rulebook", B1, "--entries", &entries, "--skip-bad-lines"]);
    assert_eq!(code, Some(0));
    assert!(text.contains("1项，每项扣2分，共扣2分"), "{text}");

    let broken = folder.path().join("broken.yaml");
    std::fs::write(&broken, "id: x\ntitel: x\n").unwrap();
    let (code, text, error) = mingcha(&["rulebook", "validate", &broken.display().to_string(), "--format", "json"]);
    assert_eq!(code, Some(2));
    let found = json(&text);
    let told = found.as_array().unwrap().iter().find(|problem| problem["field"] == "titel").unwrap();
    assert_eq!((&told["line"], &told["column"]), (&2.into(), &1.into()));
    assert!(error.contains("broken.yaml:2:1: titel: unknown key titel (help: did you mean title?"), "{error}");
}
