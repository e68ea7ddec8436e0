//! What a portal has to bear and when: the load statement of a night, robots.txt in the log, and the hours of visits.

use std::collections::BTreeSet;

use jiff::civil::Date;
use mingcha::{
    model::{Cause, Robots, RobotsVerdict, RunState, Verdict},
    store::LoadStatement,
};
use sha2::{Digest, Sha256};

use crate::support::site::{Site, Validation};

async fn statement(site: &Site) -> LoadStatement {
    let all = site.tools.log.load_statements(Some("heyuan"), Date::MIN, Date::MAX).await.unwrap();
    all.into_iter().next().expect("a visit is in the log")
}

#[tokio::test]
async fn the_statement_says_what_the_portal_itself_saw() {
    let mut site = Site::start(Validation::Etags).await;
    site.portal.rate = 100;
    site.night(0).await;
    let statement = statement(&site).await;
    assert_eq!(statement.run.load.requests, site.server.log().len() as u64);
    assert!(statement.run.load.bytes < site.server.sent(), "bodies without heads");
    assert!(statement.run.load.bytes > site.server.sent() * 9 / 10);
    assert!(statement.run.load.peak_rate as usize <= 100, "{:?}", statement.run.load);
    assert_eq!(statement.portal.rate, 100);
    let robots = statement.robots.unwrap();
    assert_eq!((robots.verdict, robots.status, robots.skipped), (RobotsVerdict::Absent, Some(404), 0));
    let none = site.tools.log.load_statements(Some("other"), Date::MIN, Date::MAX).await.unwrap();
    assert_eq!(none, []);
}

#[tokio::test]
async fn robots_txt_is_in_the_log_with_what_it_kept_us_from() {
    let site = Site::start(Validation::Etags).await;
    let text = "User-agent: *\nDisallow: /zcjd/\nAllow: /zcjd/open/\n\nUser-agent: other\nDisallow: /\n";
    site.pages.lock().unwrap().insert("/robots.txt".into(), text.into());
    site.night(0).await;
    let robots = statement(&site).await.robots.unwrap();
    let sha256: String = Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect();
    let mut rules = robots.rules.clone();
    rules.sort();
    assert_eq!(rules, ["Allow: /zcjd/open/", "Disallow: /zcjd/"]);
    let expected = Robots {
        url: "http://www.heyuan.gov.cn/robots.txt".into(),
        verdict: RobotsVerdict::Read,
        status: Some(200),
        sha256: Some(sha256),
        rules: robots.rules.clone(),
        crawl_delay_ms: None,
        sitemaps: Vec::new(),
        skipped: 1,
    };
    assert_eq!(robots, expected);
    assert!(site.server.log().iter().all(|seen| !seen.path.starts_with("/zcjd/")));
}

#[tokio::test]
async fn a_visit_that_meets_the_end_of_its_hours_ends_as_partial_and_raises_no_absence() {
    let mut site = Site::start(Validation::Etags).await;
    site.portal.window = Some("22:00-06:00".parse().unwrap());
    site.portal.rate = 8;
    let report = site.night_at("2022-11-16T05:59:57+08:00".parse().unwrap()).await;
    assert_eq!(report.run.state, RunState::Partial, "{:?}", report.run);
    assert!(report.run.note.contains("只在22:00-06:00（北京时间）访问"), "{}", report.run.note);
    let asked = site.server.log().len();
    assert!((2..=26).contains(&asked), "{asked} requests in three seconds");
    assert_eq!(report.run.load.requests, asked as u64);
    let unread = site.tools.log.unread_pages_of(&report.run.id).await.unwrap();
    assert!(unread.iter().any(|page| page.cause == Cause::OutsideHours), "{unread:?}");
    let checks = site.tools.catalog.checks.iter();
    let absence: BTreeSet<&str> = checks.filter(|check| check.two_nights).map(|check| check.id.as_str()).collect();
    assert!(absence.contains("required-column-missing"));
    let missing: Vec<_> = report
        .outcomes
        .iter()
        // What a page that was read to its end lacks (a tag, a telephone number) is no absence of the portal.
        .filter(|outcome| absence.contains(outcome.check.as_str()) && outcome.outcome == Verdict::Failed)
        .collect();
    assert!(missing.is_empty(), "{missing:#?}");
}

#[tokio::test]
async fn outside_its_hours_a_portal_is_not_asked_for_anything() {
    let mut site = Site::start(Validation::Etags).await;
    site.tools.fetch.window = Some("22:00-06:00".parse().unwrap());
    let report = site.night_at("2022-11-16T12:00:00+08:00".parse().unwrap()).await;
    assert_eq!(site.server.log().len(), 0, "not even for robots.txt");
    assert_eq!(report.run.state, RunState::Failed);
    assert!(report.run.note.contains("22:00-06:00"), "{}", report.run.note);
    assert!(report.outcomes.iter().all(|outcome| outcome.outcome != Verdict::Failed));
    site.portal.window = Some("08:00-18:00".parse().unwrap());
    let report = site.night_at("2022-11-16T12:30:00+08:00".parse().unwrap()).await;
    assert_eq!(report.run.state, RunState::Done, "the hours of the portal come before those of the office");
}
