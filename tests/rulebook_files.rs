//! Broken rulebooks: the finger on the spot, for every defect a file may have.

use mingcha::{
    catalog::{Catalog, Problem, rulebooks, yaml},
    model::Entry,
    score::{self, Options},
};

const SOUND: &str = "id: test
title: 试用细则
class: 部门
plan: { title: 试用方案, place: 附件1 }
period: { from: 2022-01-01, to: 2022-12-31 }
full_mark: 10
grades:
  - { name: 优秀, from: 9 }
  - { name: 合格, from: 6 }
sections:
  - name: 主动公开
    weight: 10
    clauses:
      - id: T1
        title: 年报
        weight: 6
        cap: 4
        steps:
          - { id: late, title: 年报超期, effect: deduct, points: 2, per: item, checks: [annual-report-late] }
      - id: T2
        title: 瞒报率
        weight: 4
        steps:
          - id: concealed
            title: 瞒报率
            effect: tiered-ratio
            bands: [{ below: 0.2 }, { below: 0.5, loses: 2 }, { loses: 4 }]
  - name: 加分项
    clauses:
      - id: T3
        title: 表彰
        bonus_cap: 5
        steps:
          - { id: award, title: 受表彰, effect: bonus, points: 3, per: item }
readings:
  - id: R1
    where: T1
    problem: 上限是否可改
    chosen: four
    options:
      four: { says: 上限4分 }
      six: { says: 上限6分, set: { T1.cap: 6 } }
";

fn problems(text: &str) -> Vec<Problem> {
    let checks = ["annual-report-late", "annual-report-missing"].map(str::to_owned).into();
    rulebooks::read("test.yaml", text, &checks, &[]).err().unwrap_or_default()
}

/// Exchanges `old` in the sound rulebook and tells `line:column field` of the only defect, and its message.
fn broken(old: &str, new: &str) -> (String, String) {
    assert_eq!(SOUND.matches(old).count(), 1, "{old:?} must stand once");
    let found = problems(&SOUND.replace(old, new));
    assert_eq!(found.len(), 1, "{found:#?}");
    (format!("{}:{} {}", found[0].line, found[0].column, found[0].field), found[0].message.clone())
}

fn place(old: &str, new: &str) -> String {
    broken(old, new).0
}

#[test]
fn the_sound_rulebook_is_sound() {
    assert_eq!(problems(SOUND), []);
}

#[test]
fn the_built_in_rules_are_sound() {
    if let Err(problems) = Catalog::load(None) {
        panic!("{problems}");
    }
}

#[test]
fn a_row_no_check_decides_alone_says_why_a_person_must_look() {
    let catalog = Catalog::load(None).unwrap_or_else(|problems| panic!("{problems}"));
    for id in ["plan-2023-region", "plan-2023-department", "yunhe-2022"] {
        for (_, clause) in catalog.rulebook(id).unwrap().clauses() {
            let decided = clause.steps.iter().all(|step| !step.checks.is_empty());
            assert!(decided || clause.why_staff.as_ref().is_some_and(|why| !why.is_empty()), "{id} {}", clause.id);
        }
    }
}

#[test]
fn an_unnamed_fault_is_not_charged_where_a_row_has_two_that_cost_differently() {
    let catalog = Catalog::load(None).unwrap_or_else(|problems| panic!("{problems}"));
    for (id, row) in [("plan-2023-region", "R-02"), ("plan-2023-department", "D-02")] {
        let entry = Entry { unit: "某单位".into(), clause: Some(row.into()), ..Entry::default() };
        let bad = score::score(catalog.rulebook(id).unwrap(), None, &[entry], &[], &Options::default()).unwrap_err();
        assert_eq!((bad.len(), bad[0].field.as_str()), (1, "step"), "{bad:?}");
    }
}

#[test]
fn weights_that_do_not_sum() {
    let (place, message) = broken("        weight: 4\n", "        weight: 3\n");
    assert_eq!(place, "12:13 sections[0].weight");
    assert!(message.contains("weighs 10, its rows sum to 9"), "{message}");
    let (place, message) = broken("full_mark: 10", "full_mark: 100");
    assert_eq!(place, "6:12 full_mark");
    assert!(message.contains("sum to 10, the full mark is 100"), "{message}");
}

#[test]
fn keys_that_mean_nothing_or_are_missing() {
    assert_eq!(place("        cap: 4", "        capp: 4"), "17:9 sections[0].clauses[0].capp");
    assert_eq!(place("title: 试用细则\n", ""), "1:1 ");
    assert_eq!(place("        title: 年报\n", ""), "14:9 sections[0].clauses[0]");
    assert_eq!(place("points: 2, per: item,", "points: 2, points: 3,"), "19:65 sections[0].clauses[0].steps[0].points");
    assert_eq!(
        place("effect: bonus, points: 3,", "effect: bonus, points: 3, threshold: 4,"),
        "34:75 sections[1].clauses[0].steps[0].threshold"
    );
    assert_eq!(place("        weight: 6", "        weight: 六"), "16:9 sections[0].clauses[0].weight");
    assert_eq!(place("effect: tiered-ratio", "effect: tiered"), "26:21 sections[0].clauses[1].steps[0].effect");
}

#[test]
fn things_that_stand_twice() {
    assert_eq!(place("id: T2", "id: T1"), "20:13 sections[0].clauses[1].id");
    assert_eq!(place("name: 加分项", "name: 主动公开"), "28:11 sections[1].name");
    let twice = "          - { id: award, title: 受表彰, effect: bonus, points: 3, per: item }\n";
    assert_eq!(place(twice, &twice.repeat(2)), "35:19 sections[1].clauses[0].steps[1].id");
}

#[test]
fn caps_without_points() {
    let (place, message) = broken("points: 2, per: item, checks: [annual-report-late]", "cap: 3");
    assert_eq!(place, "19:59 sections[0].clauses[0].steps[0].cap");
    assert!(message.contains("has a cap and no points"), "{message}");
    assert_eq!(self::place("effect: bonus,", "effect: major,"), "32:20 sections[1].clauses[0].bonus_cap");
    assert_eq!(self::place("        cap: 4", "        cap: 0"), "17:14 sections[0].clauses[0].cap");
    assert_eq!(self::place("        cap: 4", "        cap: -4"), "17:14 sections[0].clauses[0].cap");
}

#[test]
fn steps_that_are_never_reached() {
    assert_eq!(place("points: 2, per: item, ", ""), "19:13 sections[0].clauses[0].steps[0]");
    assert_eq!(place("below: 0.5", "below: 0.1"), "27:37 sections[0].clauses[1].steps[0].bands[1]");
    assert_eq!(place("name: 合格, from: 6", "name: 合格, from: 9"), "9:23 grades[1].from");
    assert_eq!(
        place("checks: [annual-report-late]", "checks: [annual-report-late, annual-report-late]"),
        "19:105 sections[0].clauses[0].steps[0].checks[1]"
    );
}

#[test]
fn unknown_checks_name_the_nearest() {
    let text = SOUND.replace("[annual-report-late]", "[annual-report-lat]");
    let found = problems(&text);
    assert_eq!((found[0].line, found[0].column), (19, 85));
    assert_eq!(found[0].help, "did you mean annual-report-late?");
}

#[test]
fn periods_that_are_none() {
    assert_eq!(place("to: 2022-12-31", "to: 2021-12-31"), "5:33 period.to");
    assert_eq!(place("to: 2022-12-31", "to: 2022-13-31"), "5:33 period.to");
}

#[test]
fn readings_that_lead_nowhere() {
    assert_eq!(place("chosen: four", "chosen: five"), "39:13 readings[0].chosen");
    assert_eq!(place("T1.cap: 6", "T9.cap: 6"), "42:31 readings[0].options.six.set");
    assert_eq!(place("T1.cap: 6", "T1.cap: 4"), "42:31 readings[0].options.six.set");
    let (place, message) = broken("T1.cap: 6", "T1.weight: 5");
    assert_eq!(place, "42:31 readings[0].options.six.set");
    assert!(message.contains("breaks the table"), "{message}");
}

#[test]
fn losses_in_a_section_without_weight() {
    let (place, _) = broken(
        "bonus, points: 3, per: item }",
        "bonus, points: 3, per: item }\n          - { id: x, title: 扣, effect: deduct, points: 1 }",
    );
    assert_eq!(place, "30:9 sections[1].clauses[0]");
}

#[test]
fn text_that_is_no_yaml() {
    let found = problems(&SOUND.replace("grades:\n", "grades: [\n"));
    assert_eq!(found.len(), 1);
    assert!(found[0].line >= 7, "{}", found[0]);
}

#[test]
fn a_units_file_with_a_wrong_key_names_its_place() {
    let text = "id: x\ntitle: x\nsource: x\nclases: []\n";
    let problem = yaml::read::<mingcha::model::UnitList>("units/x.yaml", text).unwrap_err();
    assert_eq!((problem.line, problem.column), (4, 1));
}

#[test]
fn points_by_level_need_a_level_for_findings() {
    let step = "points: 2, per: item, checks: [annual-report-late]";
    let (place, message) = broken(step, "levels: { city: 2 }, checks: [annual-report-late]");
    assert_eq!(place, "19:13 sections[0].clauses[0].steps[0]");
    assert!(message.contains("findings of its checks name no level"), "{message}");
    let at = "sections[0].clauses[0].steps[0].finding_level";
    let strange = "levels: { city: 2 }, finding_level: county, checks: [annual-report-late]";
    assert!(self::place(step, strange).ends_with(at));
    let idle = "levels: { city: 2 }, finding_level: city";
    assert!(self::place(step, idle).ends_with(at));
    let sound = "levels: { city: 2 }, finding_level: city, checks: [annual-report-late]";
    assert_eq!(problems(&SOUND.replace(step, sound)), []);
}

#[test]
fn a_step_begins_within_the_period() {
    let (old, new) = ("points: 2, per: item,", "points: 2, per: item, since: 2023-01-01,");
    assert!(place(old, new).ends_with("sections[0].clauses[0].steps[0].since"));
    assert_eq!(problems(&SOUND.replace(old, "points: 2, per: item, since: 2022-08-01,")), []);
}

#[test]
fn yunhe_lists_its_units_columns_and_accounts() {
    let catalog = Catalog::load(None).unwrap_or_else(|problems| panic!("{problems}"));
    let list = catalog.unit_lists.iter().find(|list| list.id == "yunhe-2022").unwrap();
    let units = &list.classes[0].units;
    assert_eq!((units.len(), list.columns.len(), list.accounts.len()), (33, 30, 10));
    let names: Vec<String> = units.iter().flat_map(|unit| list.names_of(unit)).collect();
    let responsible = list.columns.iter().flat_map(|column| &column.units);
    let strangers: Vec<&String> = responsible
        .chain(list.accounts.iter().map(|account| &account.unit))
        .filter(|name| !names.contains(name))
        .collect();
    // The only township the plan names; the others are open.
    assert_eq!(strangers, ["崇头镇"]);
    assert!(list.columns.iter().all(|column| !column.units.is_empty() || !column.groups.is_empty()));
    let shared: Vec<&str> =
        list.columns.iter().filter(|column| column.units.len() > 1).map(|column| column.name.as_str()).collect();
    assert_eq!(shared, ["城乡规划", "农村集体土地", "城市综合执法", "重大建设项目批准和实施", "“六稳”“六保”"]);
}

#[test]
fn the_ten_rulebooks_have_the_rows_of_their_plans() {
    let catalog = Catalog::load(None).unwrap_or_else(|problems| panic!("{problems}"));
    let rows: Vec<(&str, usize, String)> = catalog
        .rulebooks
        .iter()
        .map(|book| {
            let rows = book.sections.iter().map(|section| section.clauses.len()).sum();
            (book.id.as_str(), rows, book.weights_sum().normalize().to_string())
        })
        .collect();
    let wanted = [
        ("linfen-2020-a", 26, "100"),
        ("linfen-2020-b", 25, "100"),
        ("plan-2023-department", 24, "100"),
        ("plan-2023-region", 23, "100"),
        ("sanmenxia-2017-county", 75, "0"),
        ("sanmenxia-2017-department", 69, "0"),
        ("yuncheng-2022-a", 53, "100"),
        ("yuncheng-2022-b1", 45, "100"),
        ("yuncheng-2022-b2", 37, "95"),
        ("yunhe-2022", 25, "100"),
    ];
    assert_eq!(rows, wanted.map(|(id, rows, weights)| (id, rows, weights.to_owned())));
}

#[test]
fn the_lists_of_units_are_whole() {
    let catalog = Catalog::load(None).unwrap_or_else(|problems| panic!("{problems}"));
    let count = |list: &str, class: &str| {
        let list = catalog.unit_lists.iter().find(|found| found.id == list).unwrap();
        list.classes
            .iter()
            .filter(|found| class.is_empty() || found.class == class)
            .map(|found| found.units.len())
            .sum()
    };
    let found: [usize; 8] = [
        count("yuncheng-2022", "A"),
        count("yuncheng-2022", "B1"),
        count("yuncheng-2022", "B2"),
        count("linfen-2020", "A"),
        count("linfen-2020", "B"),
        count("yunhe-2022", ""),
        count("sanmenxia-2017", ""),
        catalog.unit_lists.iter().map(|list| list.columns.len() + list.accounts.len()).sum(),
    ];
    // 三门峡: 45 departments of 附件1, and 6 counties that the plan addresses without naming them.
    assert_eq!(found, [13, 25, 9, 17, 34, 33, 45 + 6, 30 + 10]);
}
