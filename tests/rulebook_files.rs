//! The rulebooks and lists of units as they stand: sound, whole, and with the rows of their plans.

use mingcha::{
    catalog::{Catalog, yaml},
    model::Entry,
    score::{self, Options},
};

#[test]
fn the_built_in_rules_are_sound() {
    if let Err(problems) = Catalog::load(None) {
        panic!("{problems}");
    }
}

#[test]
fn a_row_no_check_decides_alone_says_why_a_person_must_look() {
    let catalog = Catalog::load(None).unwrap_or_else(|problems| panic!("{problems}"));
    for id in [
        "plan-2023-region",
        "plan-2023-department",
        "yunhe-2022",
        "yuncheng-2022-a",
        "yuncheng-2022-b1",
        "yuncheng-2022-b2",
    ] {
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
fn a_units_file_with_a_wrong_key_names_its_place() {
    let text = "id: x\ntitle: x\nsource: x\nclases: []\n";
    let problem = yaml::read::<mingcha::model::UnitList>("units/x.yaml", text).unwrap_err();
    assert_eq!((problem.line, problem.column), (4, 1));
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
    let rows: Vec<(&str, usize, String)> = catalog
        .rulebooks
        .iter()
        .filter(|book| wanted.iter().any(|(id, ..)| *id == book.id))
        .map(|book| {
            let rows = book.sections.iter().map(|section| section.clauses.len()).sum();
            (book.id.as_str(), rows, book.weights_sum().normalize().to_string())
        })
        .collect();
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
