//! "Nothing happened" by unit and period: what it answers, what it never does, and that a night judged again says the same.

use jiff::civil::{Date, date};
use mingcha::{
    catalog::{Catalog, attestations},
    check::{Context, judge},
    jobs::judge::judge_again,
    model::{Attestation, Outcome, Portal, PortalFacts, Verdict},
};

use crate::support::site::{self, Site, Validation};

fn catalog() -> Catalog {
    Catalog::load(None).unwrap_or_else(|problems| panic!("{problems}"))
}

fn attestation(checks: &[&str], columns: &[&str]) -> Attestation {
    let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    Attestation {
        unit: "河源市人民政府".into(),
        checks: owned(checks),
        columns: owned(columns),
        from: date(2022, 10, 1),
        to: date(2022, 12, 31),
        by: "市政府办公室".into(),
        on: date(2022, 10, 8),
        says: "没有行政处罚决定。".into(),
    }
}

/// A portal whose licence and penalty lists have had nothing new for half a year.
fn said(attested: Vec<Attestation>, on: Date, check: &str, subject: &str) -> Outcome {
    let catalog = catalog();
    let mut portal = Portal { attestations: attested, ..site::portal() };
    portal.units[0].licences = true;
    portal.units[0].penalties = true;
    let facts: PortalFacts = serde_json::from_value(serde_json::json!({
        "url": "http://www.heyuan.gov.cn/",
        "publicity": [
            {"kind": "licence", "column": "/xk/", "rows": [{"key": "甲", "published": "2022-05-18"}]},
            {"kind": "penalty", "column": "/cf/", "rows": [{"key": "乙", "published": "2022-05-18"}]},
        ],
    }))
    .unwrap();
    let context = Context { portal: &portal, as_of: on, calendar: &catalog.calendar, lexicon: &catalog.lexicon };
    let outcomes = judge(&catalog.checks, &facts, &context);
    let same = |outcome: &&Outcome| outcome.check == check && outcome.subject.key == subject;
    outcomes.iter().find(same).unwrap_or_else(|| panic!("{check} says nothing of {subject}")).clone()
}

#[test]
fn a_lack_that_the_unit_has_declared_is_no_fault_in_that_time() {
    let (check, penalty) = ("dual-publicity-stale", "publicity:penalty");
    let within = date(2022, 11, 16);
    assert_eq!(said(vec![], within, check, penalty).outcome, Verdict::Failed);
    let outcome = said(vec![attestation(&[check], &["行政处罚公示"])], within, check, penalty);
    assert_eq!(outcome.outcome, Verdict::NotApplicable);
    let told =
        "市政府办公室2022-10-08声明河源市人民政府2022-10-01至2022-12-31“没有行政处罚决定”，不作为问题；系统所见：";
    assert!(outcome.reason.starts_with(told) && outcome.reason.contains("182天"), "{}", outcome.reason);
    assert_eq!(outcome.url, said(vec![], within, check, penalty).url, "what was seen stays with it");

    let by_column = vec![attestation(&[], &["行政处罚公示"])];
    assert_eq!(said(by_column.clone(), within, check, penalty).outcome, Verdict::NotApplicable);
    assert_eq!(said(by_column.clone(), within, check, "publicity:licence").outcome, Verdict::Failed, "another list");
    for (on, outcome) in [
        (date(2022, 9, 30), Verdict::Failed),
        (date(2022, 10, 1), Verdict::NotApplicable),
        (date(2022, 12, 31), Verdict::NotApplicable),
        (date(2023, 1, 1), Verdict::Failed),
    ] {
        assert_eq!(said(by_column.clone(), on, check, penalty).outcome, outcome, "{on}");
    }
    let mut stranger = by_column;
    stranger[0].unit = "河源市教育局".into();
    assert_eq!(said(stranger, within, check, penalty).outcome, Verdict::Failed, "another unit's word");
}

#[test]
fn no_declaration_answers_a_fault_in_what_is_published() {
    let catalog = catalog();
    let of_columns: Vec<&str> = catalog
        .checks
        .iter()
        .filter(|check| check.yields_to_silence())
        .map(|check| check.id.as_str())
        .filter(|id| id.contains("missing") || id.contains("late") || id.contains("code"))
        .collect();
    assert!(!of_columns.contains(&"required-column-missing"), "{of_columns:?}");
    let portal = Portal { attestations: vec![attestation(&["dual-publicity-bad-credit-code"], &[])], ..site::portal() };
    let fault = attestations::fault(&portal, &catalog.checks, &catalog.lexicon).unwrap();
    assert!(fault.contains("does not answer it, only ") && fault.contains("dual-publicity-stale"), "{fault}");
    // Without naming checks it speaks of the column, and still does not stand for a section that is not there.
    let section =
        said(vec![attestation(&[], &["通知公告"])], date(2022, 11, 16), "required-column-missing", "column:通知公告");
    assert_ne!(section.outcome, Verdict::NotApplicable, "{}", section.reason);
}

#[test]
fn what_an_attestation_names_must_exist() {
    let catalog = catalog();
    let fault = |attestation: Attestation| {
        let portal = Portal { attestations: vec![attestation], ..site::portal() };
        attestations::fault(&portal, &catalog.checks, &catalog.lexicon)
    };
    assert_eq!(fault(attestation(&["dual-publicity-stale", "column-stale"], &["行政处罚公示"])), None);
    let unknown = fault(attestation(&["no-such-check"], &[])).unwrap();
    assert!(unknown.contains("attestation 1") && unknown.contains("no-such-check"), "{unknown}");
    assert!(fault(attestation(&[], &["没有这个栏目"])).unwrap().contains("没有这个栏目"));
    assert_eq!(attestation(&[], &[]).fault().unwrap().0, "checks");
    let silent = Attestation { says: " ".into(), ..attestation(&["column-stale"], &[]) };
    assert_eq!(silent.fault().unwrap().0, "says");
}

#[tokio::test]
async fn a_night_judged_again_knows_what_was_declared_then() {
    let mut site = Site::start(Validation::Etags).await;
    let on = |outcomes: &[Outcome]| {
        let stale =
            outcomes.iter().find(|outcome| outcome.check == "column-stale" && outcome.subject.label == "通知公告");
        stale.unwrap().outcome
    };
    let summer = "2023-08-16T02:00:00+08:00".parse().unwrap();
    site.portal.attestations = vec![Attestation {
        from: date(2023, 1, 1),
        to: date(2023, 12, 31),
        ..attestation(&["column-stale"], &["通知公告"])
    }];
    let night = site.night_at(summer).await;
    assert_eq!(on(&night.outcomes), Verdict::NotApplicable);
    // Nobody asks the configuration of today: it stands with the run.
    site.portal.attestations.clear();
    let tools = &site.tools;
    let judged = judge_again(&tools.log, &tools.archive, &tools.catalog, &night.run.id).await.unwrap();
    assert_eq!(judged.differences, []);
    let plain = site.night_at("2023-08-17T02:00:00+08:00".parse().unwrap()).await;
    assert_eq!(on(&plain.outcomes), Verdict::Failed);
}
