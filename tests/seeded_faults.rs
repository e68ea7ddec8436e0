//! Each fixture portal, visited over loopback, yields exactly its seeded faults: none missing, none extra.

use std::{collections::BTreeSet, sync::Arc};

use jiff::{SignedDuration, Timestamp};
use mingcha::{
    catalog::Catalog,
    demo::{FixturePortal, SeededFault, Server, portals, story},
    evidence::Archive,
    fetch::Settings,
    jobs::night::{NightReport, Order, Tools, run_portal_night},
    model::{Cause, Outcome, Verdict},
    store::Log,
};

/// Check, unit and subject key.
type Fault = (String, String, String);

async fn night_of(fixture: &FixturePortal) -> NightReport {
    let folder = tempfile::tempdir().unwrap();
    let as_of = fixture.as_of().unwrap();
    let tools = Tools {
        log: Log::open(&folder.path().join("log.db")).await.unwrap(),
        archive: Archive::open(&folder.path().join("evidence")).unwrap(),
        catalog: Arc::new(Catalog::load(None).unwrap()),
        fetch: Settings::default(),
        canary: None,
    };
    for probe in fixture.probes().unwrap() {
        tools.log.add_probe(&probe).await.unwrap();
    }
    if fixture.has_changed() {
        let eve = as_of - SignedDuration::from_hours(24);
        visit(&tools, &fixture.yesterday(), eve).await;
    }
    visit(&tools, fixture, as_of).await
}

async fn visit(tools: &Tools, fixture: &FixturePortal, as_of: Timestamp) -> NightReport {
    let server = Server::start(vec![fixture.clone()]).await.unwrap();
    let tools = Tools { fetch: story::fetch_settings_of(fixture, &server, as_of), ..tools.clone() };
    let order = Order { portal: &fixture.sheet.portal, as_of: Some(as_of), job: None };
    let report = run_portal_night(&tools, order, &|_| {}).await.unwrap().unwrap();
    server.stop().await.unwrap();
    report
}

/// Fewest stories.
const STORIES: usize = 12;

/// Checks that never fail anybody, but put what they suspect before a person: asked of every story.
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
    let for_review = seeded(&fixture.sheet.for_review);
    let named = for_review.iter().map(|(check, ..)| check.as_str());
    let silent = fixture.sheet.silent.iter().map(String::as_str);
    let asked: BTreeSet<&str> = named.chain(silent).chain(SUSPECTING).collect();
    let suspected = with(&report.outcomes, Verdict::NeedsReview);
    let suspected: BTreeSet<Fault> =
        suspected.into_iter().filter(|(check, ..)| asked.contains(check.as_str())).collect();
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
    assert_eq!(for_review, suspected, "{story}: what a person must look at");
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

#[tokio::test]
async fn ewb_county_columns() {
    yields_exactly_its_faults("ewb-county-columns").await;
}

#[tokio::test]
async fn jpaas_district_platform() {
    yields_exactly_its_faults("jpaas-district-platform").await;
}

#[tokio::test]
async fn siteserver_county_reports() {
    yields_exactly_its_faults("siteserver-county-reports").await;
}

#[tokio::test]
async fn trs_market_publicity() {
    yields_exactly_its_faults("trs-market-publicity").await;
}

#[tokio::test]
async fn jcms_county_wording() {
    yields_exactly_its_faults("jcms-county-wording").await;
}

#[tokio::test]
async fn ucap_district_timeliness() {
    yields_exactly_its_faults("ucap-district-timeliness").await;
}

#[tokio::test]
async fn gkmlpt_district_documents() {
    yields_exactly_its_faults("gkmlpt-district-documents").await;
}

#[tokio::test]
async fn vsb_county_participation() {
    yields_exactly_its_faults("vsb-county-participation").await;
}

#[tokio::test]
async fn vsb_new_bureau() {
    yields_exactly_its_faults("vsb-new-bureau").await;
}

/// A portal behind a shield, or out of service, is not blamed for what nobody could read.
async fn nothing_is_claimed_of(story: &str, cause: Cause) {
    let all = portals::load().unwrap();
    let report = night_of(all.iter().find(|portal| portal.story == story).unwrap()).await;
    let claimed: Vec<_> = report
        .outcomes
        .iter()
        .filter(|outcome| !matches!(outcome.outcome, Verdict::NotMeasurable(_) | Verdict::NotApplicable))
        // The ending of its domain can be told without reading anything.
        .filter(|outcome| outcome.outcome != Verdict::Passed || outcome.check != "domain-not-official")
        .map(|outcome| format!("{} {}: {:?} {}", outcome.check, outcome.subject.key, outcome.outcome, outcome.reason))
        .collect();
    assert!(claimed.is_empty(), "{story}: {claimed:#?}");
    let unmeasured = with(&report.outcomes, Verdict::NotMeasurable(cause));
    assert!(unmeasured.iter().any(|(check, ..)| check == "required-column-missing"), "{story}: {unmeasured:#?}");
}

#[tokio::test]
async fn shielded_city_portal() {
    yields_exactly_its_faults("shielded-city-portal").await;
    nothing_is_claimed_of("shielded-city-portal", Cause::BotShield).await;
}

#[tokio::test]
async fn county_under_maintenance() {
    yields_exactly_its_faults("county-under-maintenance").await;
    nothing_is_claimed_of("county-under-maintenance", Cause::Maintenance).await;
}

#[test]
fn every_check_speaks_in_some_story() {
    let portals = portals::load().unwrap();
    assert!(portals.len() >= STORIES, "only {} stories", portals.len());
    let told: BTreeSet<&str> = portals
        .iter()
        .flat_map(|portal| portal.sheet.seeded.iter().chain(&portal.sheet.for_review))
        .map(|fault| fault.check.as_str())
        .collect();
    let catalog = Catalog::load(None).unwrap();
    let checks: BTreeSet<&str> = catalog.checks.iter().map(|check| check.id.as_str()).collect();
    let silent: Vec<&&str> = checks.difference(&told).collect();
    assert!(silent.is_empty(), "no story has their fault: {silent:#?}");
    let silent = portals.iter().flat_map(|portal| portal.sheet.silent.iter().map(String::as_str));
    let named: BTreeSet<&str> = told.iter().copied().chain(silent).collect();
    let unknown: Vec<&&str> = named.difference(&checks).collect();
    assert!(unknown.is_empty(), "no such checks: {unknown:?}");
}

#[test]
fn every_fixture_portal_is_asked_here() {
    let told = include_str!("seeded_faults.rs");
    for portal in portals::load().unwrap() {
        assert!(told.contains(&format!("(\"{}\")", portal.story)), "{} has no test here", portal.story);
    }
}
