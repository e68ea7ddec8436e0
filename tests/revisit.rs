//! A portal visited again: what has not changed is not transferred and yet observed, and no server's mistake about that
//! goes unnoticed.

use std::{fs, path::Path};

use mingcha::{
    jobs::{
        judge::judge_again,
        night::{NightReport, Tools},
    },
    model::{Capture, EventKind, Outcome, RunState, Sameness},
};

use crate::support::site::{Site, Validation};

/// What the checks said, without the captures that prove it, the count of days since and that of documents compared.
fn said(report: &NightReport) -> Vec<(String, String, String, String)> {
    let said = |outcome: &Outcome| {
        let word = format!("{:?}", outcome.outcome);
        let reason = outcome.reason.split("，距今").next().unwrap_or_default();
        // What looks back a year begins on another day each night.
        let reason = reason.split_once("以来").map_or(reason, |(_, said)| said).to_owned();
        (outcome.check.clone(), outcome.subject.key.clone(), word, reason)
    };
    report.outcomes.iter().filter(|outcome| outcome.subject.key != "documents").map(said).collect()
}

async fn captures(site: &Site, report: &NightReport) -> Vec<Capture> {
    let stored = site.tools.log.captures_of(&report.run.id).await.unwrap();
    stored.into_iter().filter(|page| page.is_page).map(|page| page.capture).collect()
}

fn sameness(capture: &Capture) -> Option<Sameness> {
    capture.revisit.as_ref().map(|revisit| revisit.sameness)
}

async fn distrust(site: &Site) -> bool {
    site.tools.log.was_distrusted_since("heyuan", "2022-11-16".parse().unwrap()).await.unwrap()
}

fn evidence_bytes(folder: &Path) -> u64 {
    fs::read_dir(folder).unwrap().map(|file| file.unwrap().metadata().unwrap().len()).sum()
}

#[tokio::test]
async fn a_second_night_on_an_unchanged_portal_transfers_less_than_a_tenth() {
    let site = Site::start(Validation::Etags).await;
    let first = site.night(0).await;
    let first_bytes = site.server.sent();
    let second = site.night(1).await;
    let second_bytes = site.server.sent() - first_bytes;
    assert!(first.facts.coverage.visits.len() > 30, "{:?}", first.run);
    assert!(second_bytes * 10 < first_bytes, "{second_bytes} after {first_bytes}");
    assert!(second.run.load.bytes * 10 < first.run.load.bytes, "{:?} after {:?}", second.run.load, first.run.load);

    assert_eq!(said(&first), said(&second));
    assert_eq!(second.run.state, first.run.state);
    let events = second.changes.iter().filter_map(|change| change.event);
    assert_eq!(events.filter(|event| *event != EventKind::Raised).count(), 0, "nothing but the second look happened");
    let (before, after) = (captures(&site, &first).await, captures(&site, &second).await);
    assert_eq!(
        before.iter().map(|page| (&page.url, &page.sha256)).collect::<Vec<_>>(),
        after.iter().map(|page| (&page.url, &page.sha256)).collect::<Vec<_>>(),
        "the same pages in the same order"
    );
    assert!(before.iter().all(|page| page.revisit.is_none()));
    let unsent = after.iter().filter(|page| sameness(page) == Some(Sameness::NotModified)).count();
    assert!(unsent > 30 && unsent < after.len(), "{unsent} of {}: a sample is always fetched whole", after.len());
    for (before, after) in before.iter().zip(&after) {
        assert_eq!(after.location, before.location, "the body lies where the first night put it");
        assert_ne!(after.id, before.id);
        assert_eq!(after.status, 200);
        assert_eq!(after.header("content-type"), Some("text/html"));
        assert_eq!(site.tools.archive.read(after).unwrap(), site.tools.archive.read(before).unwrap());
        assert_eq!(after.source(), (before.id.as_str(), before.at));
    }
    assert!(!distrust(&site).await);
}

#[tokio::test]
async fn either_night_judged_again_offline_says_the_same_to_the_byte() {
    let site = Site::start(Validation::Etags).await;
    let nights = [site.night(0).await, site.night(1).await, site.night(2).await];
    let Site { tools, server, folder: _folder, .. } = site;
    drop(server);
    let Tools { log, archive, catalog, .. } = &tools;
    for night in nights {
        let judged = judge_again(log, archive, catalog, &night.run.id).await.unwrap();
        assert_eq!(judged.differences, [], "{}", night.run.id);
        let text = |outcomes: &Vec<Outcome>| serde_json::to_string(outcomes).unwrap();
        assert_eq!(text(&judged.outcomes), text(&night.outcomes));
    }
}

#[tokio::test]
async fn what_has_changed_is_seen_and_what_it_links_to_is_read() {
    let site = Site::start(Validation::Etags).await;
    site.night(0).await;
    let page = site.pages.lock().unwrap()["/tzgg/t20221011_1.html"].replace("第1号", "第9号");
    site.pages.lock().unwrap().insert("/tzgg/t20221116_9.html".into(), page);
    site.change("/tzgg/", |list| {
        let row = "<li><a href=\"/tzgg/t20221116_9.html\">关于第9号事项的通知</a><span>2022-11-16</span></li>";
        list.replacen("<ul class=\"list\">", &format!("<ul class=\"list\">{row}"), 1)
    });
    let second = site.night(1).await;
    let pages = captures(&site, &second).await;
    let of = |path: &str| pages.iter().find(|page| page.url.ends_with(path)).map(sameness);
    assert_eq!(of("/tzgg/"), Some(None), "a new body");
    assert_eq!(of("/tzgg/t20221116_9.html"), Some(None), "the new document");
    assert_eq!(of("/tzgg/t20221011_1.html"), Some(Some(Sameness::NotModified)));

    let third = site.night(2).await;
    let pages = captures(&site, &third).await;
    let list = pages.iter().find(|page| page.url.ends_with("/tzgg/")).unwrap();
    assert!(list.location.as_deref().unwrap().starts_with("2022-11-17/"), "the newest body counts: {list:?}");
}

#[tokio::test]
async fn bodies_sent_again_are_not_stored_again() {
    let site = Site::start(Validation::None).await;
    let first = site.night(0).await;
    let second = site.night(1).await;
    assert_eq!(said(&first), said(&second));
    let pages = captures(&site, &second).await;
    assert!(pages.iter().all(|page| sameness(page) == Some(Sameness::SamePayload)), "{pages:#?}");
    let size = |night: &str| evidence_bytes(&site.folder.path().join("evidence").join(night).join("heyuan"));
    let (first_size, second_size) = (size("2022-11-16"), size("2022-11-17"));
    assert!(second_size < first_size, "{second_size} after {first_size}");
    let judged = judge_again(&site.tools.log, &site.tools.archive, &site.tools.catalog, &second.run.id).await.unwrap();
    assert_eq!(judged.differences, []);
}

#[tokio::test]
async fn a_server_that_calls_everything_unchanged_is_seen_through_at_once() {
    let site = Site::start(Validation::AlwaysUnchanged).await;
    site.night(0).await;
    site.change("/zcjd/", |page| page.replace("第1号", "第一号"));
    site.change("/zcjd/t20221018_8.html", |page| page.replace("认真落实", "抓好落实"));
    let second = site.night(1).await;
    assert!(distrust(&site).await);
    let pages = captures(&site, &second).await;
    assert!(pages.iter().all(|page| sameness(page) != Some(Sameness::NotModified)), "{pages:#?}");
    for path in ["/zcjd/", "/zcjd/t20221018_8.html"] {
        let page = pages.iter().find(|page| page.url.ends_with(path)).unwrap();
        assert_eq!(sameness(page), None, "{path} was read whole: {page:?}");
    }
    let asked = site.server.log().len();
    site.night(2).await;
    let conditional = site.server.log()[asked..].iter().filter(|seen| seen.header("if-none-match").is_some()).count();
    assert_eq!(conditional, 0, "nor is it believed the next night");
}

#[tokio::test]
async fn a_server_whose_etags_stand_still_is_seen_through_by_the_sample() {
    let site = Site::start(Validation::FrozenEtags).await;
    site.night(0).await;
    // The home page is always in the sample here; the change that matters is on another page.
    site.change("/", |page| page.replacen("欢迎访问", "欢迎来到", 1));
    site.change("/zcjd/", |page| page.replace("第1号", "第一号"));
    let second = site.night(1).await;
    assert!(distrust(&site).await);
    let pages = captures(&site, &second).await;
    let changed: Vec<&str> = pages.iter().filter(|page| page.revisit.is_none()).map(|page| page.url.as_str()).collect();
    assert_eq!(changed, ["http://www.heyuan.gov.cn/", "http://www.heyuan.gov.cn/zcjd/"]);
    let urls: Vec<&str> = pages.iter().map(|page| page.url.as_str()).collect();
    let mut once = urls.clone();
    once.sort_unstable();
    once.dedup();
    assert_eq!(once.len(), urls.len(), "what is read again is there once");
}

#[tokio::test]
async fn a_mistake_that_shows_late_in_the_visit_is_mended_in_the_same_night() {
    let site = Site::start(Validation::FrozenEtags).await;
    // Too long for the sample: the home page is the first to be asked for with its true ETag.
    site.change("/", |page| format!("{page}{}", " ".repeat(100_000)));
    let first = site.night(0).await;
    site.change("/", |page| page.replacen("欢迎访问", "欢迎来到", 1));
    for list in ["/zfxxgkzn/", "/zfxxgknb/", "/zcjd/", "/tzgg/"] {
        site.change(list, |page| page.replace("第1号", "第一号"));
    }
    let second = site.night(1).await;
    assert!(distrust(&site).await);
    assert_eq!(second.facts.coverage.visits.len(), first.facts.coverage.visits.len());
    let pages = captures(&site, &second).await;
    assert!(pages.iter().all(|page| sameness(page) != Some(Sameness::NotModified)), "{pages:#?}");
    let seen = site.server.log();
    let asked: Vec<_> = seen.iter().filter(|seen| seen.path == "/").map(|seen| seen.header("if-none-match")).collect();
    assert_eq!(asked, [None, Some("\"1\""), None], "it was believed, and read again");
}

#[tokio::test]
async fn lists_are_fetched_whole_again_within_a_week() {
    let site = Site::start(Validation::Etags).await;
    site.night(0).await;
    site.night(7).await;
    let last = site.tools.log.captures_of("2022-11-23/heyuan").await.unwrap();
    let week = "2022-11-16T12:00:00+08:00".parse().unwrap();
    for page in last.iter().filter(|page| page.is_page && page.capture.url.ends_with('/')) {
        assert!(page.capture.received() > week, "{:?}", page.capture);
    }
    assert!(last.iter().any(|page| page.is_page && page.capture.received() < week), "documents are not");
}

#[tokio::test]
async fn a_page_whose_stored_body_is_gone_is_fetched_again() {
    let site = Site::start(Validation::Etags).await;
    let first = site.night(0).await;
    fs::remove_dir_all(site.folder.path().join("evidence/2022-11-16")).unwrap();
    let second = site.night(1).await;
    assert_eq!(second.run.state, RunState::Done);
    assert_eq!(said(&first), said(&second));
}
