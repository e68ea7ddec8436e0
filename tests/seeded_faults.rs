//! Each fixture portal, visited over loopback, yields exactly its seeded faults: none missing, none extra.

use std::{collections::BTreeSet, sync::Arc};

use mingcha::{
    catalog::Catalog,
    demo::{FixturePortal, SeededFault, Server, portals},
    evidence::Archive,
    fetch,
    jobs::night::{NightReport, Order, Tools, run_portal_night},
    model::{Outcome, Verdict},
    store::Log,
};

/// Check, unit and subject key.
type Fault = (String, String, String);

async fn night_of(fixture: &FixturePortal) -> NightReport {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(vec![fixture.clone()]).await.unwrap();
    let as_of = fixture.as_of().unwrap();
    let tools = Tools {
        log: Log::open(&folder.path().join("log.db")).await.unwrap(),
        archive: Archive::open(&folder.path().join("evidence")).unwrap(),
        catalog: Arc::new(Catalog::load(None).unwrap()),
        fetch: fetch::Settings { resolve: server.resolve(), clock: Some(as_of), ..fetch::Settings::default() },
        canary: None,
    };
    let order = Order { portal: &fixture.sheet.portal, as_of: Some(as_of), job: None };
    let report = run_portal_night(&tools, order, &|_| {}).await.unwrap().unwrap();
    server.stop().await.unwrap();
    report
}

/// Checks that never fail anybody, but put what they suspect before a person.
const SUSPECTING: [&str; 2] = ["grave-wording", "sensitive-slip"];

fn with(outcomes: &[Outcome], verdict: Verdict) -> BTreeSet<Fault> {
    outcomes
        .iter()
        .filter(|outcome| outcome.outcome == verdict)
        .map(|outcome| (outcome.check.clone(), outcome.unit.clone(), outcome.subject.key.clone()))
        .collect()
}

fn seeded(faults: &[SeededFault]) -> BTreeSet<Fault> {
    faults.iter().map(|fault| (fault.check.clone(), fault.unit.clone(), fault.subject.clone())).collect()
}

async fn yields_exactly_its_faults(story: &str) {
    let all = portals::load().unwrap();
    let fixture = all.iter().find(|portal| portal.story == story).unwrap();
    let report = night_of(fixture).await;
    let (found, wanted) = (with(&report.outcomes, Verdict::Failed), seeded(&fixture.sheet.seeded));
    let suspected = with(&report.outcomes, Verdict::NeedsReview);
    let suspected = suspected.into_iter().filter(|(check, ..)| SUSPECTING.contains(&check.as_str())).collect();
    assert_eq!(seeded(&fixture.sheet.for_review), suspected, "{story}: what a person must look at");
    let missing: Vec<_> = wanted.difference(&found).collect();
    let extra: Vec<_> = report
        .outcomes
        .iter()
        .filter(|outcome| outcome.outcome == Verdict::Failed)
        .filter(|outcome| !wanted.contains(&(outcome.check.clone(), outcome.unit.clone(), outcome.subject.key.clone())))
        .map(|outcome| format!("{} {} {}: {}", outcome.check, outcome.unit, outcome.subject.key, outcome.reason))
        .collect();
    let unread: Vec<_> =
        report.facts.coverage.not_measurable.iter().map(|gap| (gap.url.as_str(), gap.cause, &gap.detail)).collect();
    assert!(
        missing.is_empty() && extra.is_empty(),
        "{story}\nmissing: {missing:#?}\nextra: {extra:#?}\nunread: {unread:?}\ncut short: {}\ncolumns: {:#?}",
        report.facts.coverage.cut_short,
        report
            .facts
            .columns
            .iter()
            .map(|column| (&column.key, &column.name, column.entries.len(), &column.units))
            .collect::<Vec<_>>()
    );
}

#[tokio::test]
async fn trs_county_government_is_faultless() {
    yields_exactly_its_faults("trs-county-government").await;
}

#[tokio::test]
async fn jcms_district_education() {
    yields_exactly_its_faults("jcms-district-education").await;
}

#[tokio::test]
async fn vsb_county_health() {
    yields_exactly_its_faults("vsb-county-health").await;
}

#[tokio::test]
async fn ucap_city_government() {
    yields_exactly_its_faults("ucap-city-government").await;
}

#[tokio::test]
async fn gbk_old_department() {
    yields_exactly_its_faults("gbk-old-department").await;
}

#[tokio::test]
async fn shared_city_portal() {
    yields_exactly_its_faults("shared-city-portal").await;
}

#[test]
fn every_fixture_portal_is_asked_here() {
    let told = include_str!("seeded_faults.rs");
    for portal in portals::load().unwrap() {
        assert!(told.contains(&format!("(\"{}\")", portal.story)), "{} has no test here", portal.story);
    }
}
