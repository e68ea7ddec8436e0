//! Retention by rule: what no finding needs goes after some nights, and nothing that is needed goes with it.

use std::collections::BTreeSet;

use jiff::Timestamp;
use mingcha::{
    jobs::{
        judge::judge_again,
        night::Tools,
        thinning::{Rule, preview, thin},
    },
    model::{Run, RunState, Sameness},
    store::{FindingFilter, StoredPage},
};

use crate::support::{
    site::{Site, Validation},
    warc::{files, read_strictly},
};

/// One night is kept whole; findings for as long as they are open.
const RULE: Rule = Rule { nights: 1, finding_days: 0 };

/// The morning after the third night.
fn fourth_day() -> Timestamp {
    "2022-11-19T00:30:00+08:00".parse().unwrap()
}

/// Three nights; on the second, two documents and a list are new.
async fn three_nights() -> Site {
    let site = Site::start(Validation::Etags).await;
    site.night(0).await;
    for path in ["/tzgg/", "/tzgg/t20221011_1.html", "/zcjd/t20221012_2.html"] {
        site.change(path, |page| page.replace("通知", "通报"));
    }
    site.night(1).await;
    site.night(2).await;
    site
}

async fn captures(site: &Site, run: &str) -> Vec<StoredPage> {
    site.tools.log.captures_of(run).await.unwrap()
}

async fn captures_of_findings(site: &Site) -> BTreeSet<String> {
    let findings = site.tools.log.findings(&FindingFilter::default()).await.unwrap();
    findings.into_iter().flat_map(|finding| finding.evidence).filter_map(|piece| piece.capture).collect()
}

#[tokio::test]
async fn what_no_finding_needs_goes_and_the_log_says_so() {
    let site = three_nights().await;
    let Tools { log, archive, catalog, .. } = &site.tools;
    let folder = site.folder.path().join("evidence");
    let before = files(&folder);
    let foreseen = preview(log, archive, RULE, fourth_day()).await.unwrap();
    assert_eq!(files(&folder), before);
    assert!(captures(&site, "2022-11-16/heyuan").await.iter().all(|page| page.thinned.is_none()), "nothing yet");

    let removed = thin(log, archive, RULE, fourth_day()).await.unwrap();
    assert_eq!(removed.captures, foreseen.captures);
    assert!(removed.runs == 2 && removed.bytes > 0 && removed.bytes >= foreseen.bytes, "{removed:?}");
    read_strictly(&files(&folder));

    let needed = captures_of_findings(&site).await;
    assert!(!needed.is_empty());
    let mut found = BTreeSet::new();
    for run in ["2022-11-16/heyuan", "2022-11-17/heyuan", "2022-11-18/heyuan"] {
        for page in captures(&site, run).await {
            if page.thinned.is_some() {
                assert!(page.capture.location.is_none() && !needed.contains(&page.capture.id), "{page:?}");
                assert_ne!(run, "2022-11-18/heyuan", "the last night is kept whole");
            } else {
                archive.read(&page.capture).unwrap();
                found.insert(page.capture.id);
            }
        }
    }
    assert!(needed.is_subset(&found), "the evidence of findings can be read");
    let old = captures(&site, "2022-11-16/heyuan").await;
    let gone: Vec<_> = old.iter().filter_map(|page| page.thinned).collect();
    assert!(!gone.is_empty(), "what changed since, and what no finding shows, is no longer needed");
    assert!(gone.iter().all(|day| day.to_string() == "2022-11-19"));

    let judged = judge_again(log, archive, catalog, "2022-11-18/heyuan").await.unwrap();
    assert_eq!(judged.differences, [], "the kept night rests on bodies of the first one, and is whole");
    let error = judge_again(log, archive, catalog, "2022-11-16/heyuan").await.unwrap_err().to_string();
    assert_eq!(
        error,
        "run 2022-11-16/heyuan cannot be judged again: its captures were removed by the rule of retention on 2022-11-19"
    );
    assert_eq!(log.verify().await.unwrap().faults, []);

    let again = thin(log, archive, RULE, fourth_day()).await.unwrap();
    assert_eq!((again.captures, again.bytes, again.runs), (0, 0, 0), "once is enough");
}

#[tokio::test]
async fn the_next_night_finds_the_bodies_where_they_went() {
    let site = three_nights().await;
    thin(&site.tools.log, &site.tools.archive, RULE, fourth_day()).await.unwrap();
    let fourth = site.night(3).await;
    let pages = captures(&site, &fourth.run.id).await;
    let unsent = pages.iter().filter_map(|page| page.capture.revisit.as_ref());
    assert!(unsent.filter(|revisit| revisit.sameness == Sameness::NotModified).count() > 30);
    for page in &pages {
        site.tools.archive.read(&page.capture).unwrap();
    }
    thin(&site.tools.log, &site.tools.archive, RULE, "2022-11-20T00:30:00+08:00".parse().unwrap()).await.unwrap();
    let judged = judge_again(&site.tools.log, &site.tools.archive, &site.tools.catalog, &fourth.run.id).await.unwrap();
    assert_eq!(judged.differences, []);
    read_strictly(&files(&site.folder.path().join("evidence")));
}

#[tokio::test]
async fn a_portal_that_is_being_visited_is_left_alone() {
    let site = three_nights().await;
    let log = &site.tools.log;
    let run = log.run("2022-11-18/heyuan").await.unwrap().unwrap();
    let started = "2022-11-19T00:10:00+08:00".parse().unwrap();
    let night = "2022-11-19".parse().unwrap();
    let running = Run { id: "2022-11-19/heyuan".into(), night, started, state: RunState::Running, ..run };
    log.begin_run(&running, &site.portal, None).await.unwrap();
    let removed = thin(log, &site.tools.archive, RULE, fourth_day()).await.unwrap();
    assert_eq!((removed.captures, removed.passed_over), (0, 2));
    let later = "2022-11-20T09:00:00+08:00".parse().unwrap();
    let removed = thin(log, &site.tools.archive, RULE, later).await.unwrap();
    assert!(removed.captures > 0, "a visit of yesterday that never ended holds nothing up");
}

#[tokio::test]
async fn files_that_nothing_refers_to_go() {
    let site = three_nights().await;
    let orphan = site.folder.path().join("evidence/2022-11-16/heyuan/2022-11-16-heyuan-00009.warc.gz");
    std::fs::write(&orphan, b"left by a kill").unwrap();
    thin(&site.tools.log, &site.tools.archive, RULE, fourth_day()).await.unwrap();
    assert!(!orphan.exists());
}
