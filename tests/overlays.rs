//! Overlays: files that weigh a checklist later, and the finger on the spot where they are wrong.

use std::{fs, path::Path, sync::OnceLock};

use mingcha::{
    catalog::{Catalog, Problem, overlay::template},
    model::Rulebook,
};
use rust_decimal::Decimal;

const SOUND: &str = "rulebook: sanmenxia-2017-department
source: 试用细则
full_mark: 10
weights:
  S01: 4
  S34: 6
points:
  S77.leader: 2
set:
  S34.unmet.effect: deduct
  S34.unmet.points: 1.5
  S34.unmet.per: item
";

fn catalog() -> &'static Catalog {
    static CATALOG: OnceLock<Catalog> = OnceLock::new();
    CATALOG.get_or_init(|| Catalog::load(None).unwrap_or_else(|problems| panic!("{problems}")))
}

fn lay(text: &str) -> Result<Rulebook, Vec<Problem>> {
    let book = catalog().rulebook("sanmenxia-2017-department").unwrap();
    catalog().overlay(book, "weights.yaml", text).map_err(|problems| problems.0)
}

/// Exchanges `old` in the sound overlay and tells `line:column field` of the only defect, and its message.
fn broken(old: &str, new: &str) -> (String, String) {
    assert_eq!(SOUND.matches(old).count(), 1, "{old:?} must stand once");
    let found = lay(&SOUND.replace(old, new)).unwrap_err();
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!(found[0].file, "weights.yaml");
    (format!("{}:{} {}", found[0].line, found[0].column, found[0].field), found[0].message.clone())
}

#[test]
fn a_sound_overlay_weighs_rows_sections_and_steps() {
    let book = lay(SOUND).unwrap();
    assert!(book.weighted());
    assert_eq!((book.full_mark, book.weights_sum()), (Decimal::TEN, Decimal::TEN));
    let weight = |name: &str| book.sections.iter().find(|section| section.name == name).unwrap().weight;
    assert_eq!(weight("组织领导"), Some(Decimal::from(4)));
    assert_eq!(weight("政务服务"), None);
    let points = |clause: &str, step: &str| book.clause(clause).unwrap().step(step).unwrap().points;
    assert_eq!(points("S77", "leader"), Some(Decimal::TWO));
    assert_eq!(points("S34", "unmet"), Some(Decimal::new(15, 1)));
}

#[test]
fn the_examples_are_sound_and_make_a_hundred() {
    for id in ["sanmenxia-2017-department", "sanmenxia-2017-county"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("fixtures/rulebooks/overlays/{id}.yaml"));
        let book = catalog().rulebook(id).unwrap();
        assert!(!book.weighted());
        let laid = catalog().overlay(book, id, &fs::read_to_string(path).unwrap()).unwrap();
        assert_eq!(laid.weights_sum(), Decimal::ONE_HUNDRED, "{id}");
        for (_, clause) in laid.clauses().filter(|(_, clause)| clause.see.is_empty()) {
            let priced = clause.steps.iter().all(|step| step.points.is_some() || step.consequence.is_some());
            assert!(clause.weight.is_some() || priced, "{id} {} has no number", clause.id);
        }
    }
}

#[test]
fn weights_must_make_the_full_mark() {
    let (place, message) = broken("  S34: 6", "  S34: 5");
    assert_eq!(place, "3:12 full_mark");
    assert!(message.contains("sum to 9, the full mark is 10"), "{message}");
    // Without a full mark of its own the plan's 百分制 holds.
    let (place, message) = broken("full_mark: 10\n", "");
    assert_eq!(place, "4:3 weights");
    assert!(message.contains("the full mark is 100"), "{message}");
}

#[test]
fn rows_that_take_no_weight() {
    assert_eq!(broken("  S34: 6", "  S99: 6").0, "6:8 weights.S99");
    let (place, message) = broken("  S34: 6", "  S34: 6\n  S15: 1");
    assert_eq!(place, "7:8 weights.S15");
    assert!(message.contains("S42"), "{message}");
    for beside in ["S77", "S78", "S79"] {
        let (place, message) = broken("  S34: 6", &format!("  S34: 6\n  {beside}: 1"));
        assert_eq!(place, format!("7:8 weights.{beside}"));
        assert!(message.contains("beside the total"), "{message}");
    }
    assert_eq!(broken("  S01: 4\n  S34: 6", "  S01: -4\n  S34: 14").0, "5:8 weights.S01");
}

#[test]
fn steps_and_values_that_lead_nowhere() {
    assert_eq!(broken("S77.leader: 2", "S77.mayor: 2").0, "8:14 points.S77.mayor");
    assert_eq!(broken("S77.leader: 2", "S77: 2").0, "8:8 points.S77");
    assert_eq!(broken("S77.leader: 2", "S77.leader: -2").0, "8:15 points.S77.leader");
    assert_eq!(broken("S34.unmet.per: item", "S34.done.per: item").0, "12:17 set.S34.done.per");
    // Of what an external step must not have, the row has more than one thing.
    let external = lay(&SOUND.replace("S34.unmet.effect: deduct", "S34.unmet.effect: external")).unwrap_err();
    assert!(external.iter().all(|problem| problem.field.starts_with("set.S34.unmet.")), "{external:#?}");
    assert!(external.iter().any(|problem| problem.field == "set.S34.unmet.effect"), "{external:#?}");
}

#[test]
fn the_template_of_every_rulebook_is_sound_and_changes_nothing() {
    for book in &catalog().rulebooks {
        let text = template(book);
        let laid = catalog().overlay(book, "template.yaml", &text).unwrap_or_else(|problems| panic!("{problems}"));
        let mut sections = laid.sections.iter().zip(&book.sections);
        assert!(sections.all(|(laid, section)| laid.clauses == section.clauses), "{}", book.id);
        assert_eq!((laid.full_mark, &laid.grades), (book.full_mark, &book.grades), "{}", book.id);
        for (_, row) in book.clauses().filter(|(section, row)| section.is_some() && row.weight.is_some()) {
            assert!(text.contains(&format!("  {}: {}   #", row.id, row.weight.unwrap().normalize())), "{}", row.id);
        }
    }
}

#[test]
fn a_template_filled_in_for_some_rows_weighs_those() {
    let text = template(catalog().rulebook("sanmenxia-2017-department").unwrap());
    for refers in ["  S15:", "  S29:", "  S77:", "  S79:", "S79.falsified"] {
        assert!(!text.contains(refers), "{refers}");
    }
    let filled = text
        .replace("full_mark: 100", "full_mark: 20")
        .replace("  S01: ", "  S01: 12.5")
        .replace("  S76: ", "  S76: 7.5")
        .replace("  S78.duty: ", "  S78.duty: 0.2");
    let book = lay(&filled).unwrap();
    assert_eq!(book.weights_sum(), Decimal::from(20));
    assert_eq!(book.clause("S78").unwrap().step("duty").unwrap().points, Some(Decimal::new(2, 1)));
    assert_eq!(book.sections.iter().filter(|section| section.weight.is_some()).count(), 2);
    // 百分制: 90, 80, 60 of a hundred.
    let grades: Vec<Decimal> = book.grades.iter().map(|grade| grade.from).collect();
    assert_eq!(grades, [18, 16, 12, 0].map(Decimal::from));
}

#[test]
fn points_of_a_checklist_row_lie_within_its_weight() {
    for (points, place) in [("S02: 1", "9:8 points.S02"), ("S01.unmet: 5", "9:14 points.S01.unmet")] {
        let (found, message) = broken("  S77.leader: 2", &format!("  S77.leader: 2\n  {points}"));
        assert_eq!(found, place);
        assert!(message.contains("a row that weighs at least its points"), "{message}");
    }
    let part = lay(&SOUND.replace("  S77.leader: 2", "  S77.leader: 2\n  S01: 3")).unwrap();
    assert_eq!(part.clause("S01").unwrap().steps[0].points, Some(Decimal::from(3)));
}

#[test]
fn mistakes_of_writing_are_told_in_plain_words() {
    let help = |old: &str, new: &str| {
        let found = lay(&SOUND.replace(old, new)).unwrap_err();
        format!("{}:{} {} ({})", found[0].line, found[0].column, found[0].message, found[0].help)
    };
    assert_eq!(help("  S34: 6", "  S34: 6分"), "6:8 \"6分\" is no number (write digits only, such as 2 or 0.5)");
    assert_eq!(help("  S34: 6", "  S01: 6"), "6:3 key S01 stands twice, first in line 5 (keep one of the two)");
    assert!(help("  S34: 6", "  S34：6").ends_with("(after a key write a half-width colon and a space, `: `)"));
    assert!(help("S77.leader: 2", "S77: 2").ends_with("(write S77.report or S77.leader or S77.notice)"));
    assert!(help("S77.leader: 2", "S79: 2").starts_with("8:8 "));
    assert!(help(SOUND, "\n").contains("is empty"));
}

#[test]
fn files_that_are_no_overlay_of_this_rulebook() {
    assert_eq!(broken("rulebook: sanmenxia-2017-department", "rulebook: sanmenxia-2017-county").0, "1:11 rulebook");
    assert_eq!(broken("weights:", "wieghts:").0, "4:1 wieghts");
    assert_eq!(broken("  S34: 6", "  S01: 6").0.split(' ').next(), Some("6:3"));
    assert_eq!(broken("  S34: 6", "  S34: 六").0.split(' ').next(), Some("6:8"));
    assert!(broken("source: 试用细则\n", "").1.contains("source"));
}
