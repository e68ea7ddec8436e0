//! Pages with faults get their picture, where there is a browser; nothing that is judged depends on it.

use std::{collections::BTreeSet, path::PathBuf, time::Duration};

use mingcha::{
    fetch::{Browser, BrowserSettings},
    jobs::{
        judge::judge_again,
        night::NightReport,
        thinning::{Rule, thin},
    },
    model::{RenderedPart, Verdict},
    store::StoredPage,
};

use crate::support::{
    site::{HOST, Site, Validation},
    warc::{files, read_strictly},
};

/// The pages that want a script.
const WITH_SCRIPT: [&str; 4] = ["/", "/zfxxgknb/", "/zcjd/", "/tzgg/"];

/// A portal whose columns hold documents of another kind, and one nothing at all.
async fn site(settings: Option<BrowserSettings>) -> Site {
    let mut site = Site::start(Validation::Etags).await;
    for path in WITH_SCRIPT {
        site.change(path, |page| page.replace("</body>", "<script src=\"/clock.js\"></script></body>"));
    }
    site.change("/zfxxgkzn/", |page| page.replace("<li><a href=\"/zfxxgkzn/t", "<!--").replace("</span></li>", "-->"));
    let settings = settings.map(|settings| BrowserSettings { timeout: Duration::from_secs(20), ..settings });
    site.tools.fetch.browser =
        settings.map(|settings| Browser::find(&settings).expect("chromium; run tests/run.sh, which installs it"));
    site
}

/// The addresses that failed outcomes name.
fn at_fault(report: &NightReport) -> BTreeSet<String> {
    let failed = report.outcomes.iter().filter(|outcome| outcome.outcome == Verdict::Failed);
    failed.filter_map(|outcome| outcome.url.clone().or(Some(outcome.evidence.first()?.url.clone()))).collect()
}

async fn pictures(site: &Site, report: &NightReport) -> Vec<StoredPage> {
    let captures = site.tools.log.captures_of(&report.run.id).await.unwrap();
    captures.into_iter().filter(|page| page.capture.rendered.is_some()).collect()
}

#[tokio::test]
async fn each_page_with_a_fault_gets_one_picture_and_nothing_else_changes() {
    let plain = site(None).await;
    let shown = site(Some(BrowserSettings::default())).await;
    let (unseen, report) = (plain.night(0).await, shown.night(0).await);
    assert_eq!(pictures(&plain, &unseen).await, []);
    let said = |report: &NightReport| -> Vec<_> {
        report.outcomes.iter().map(|said| (said.check.clone(), said.subject.clone(), said.outcome)).collect()
    };
    assert_eq!(said(&report), said(&unseen));

    let expected = at_fault(&report);
    assert!(expected.len() >= 2, "{expected:?}");
    let taken = pictures(&shown, &report).await;
    assert_eq!(taken.len(), expected.len(), "one a page");
    assert_eq!(taken.iter().map(|page| page.capture.url.clone()).collect::<BTreeSet<_>>(), expected);
    let captures = shown.tools.log.captures_of(&report.run.id).await.unwrap();
    for page in &taken {
        let rendered = page.capture.rendered.as_ref().unwrap();
        assert!(rendered.part == RenderedPart::Screenshot && !page.is_page);
        assert!(shown.tools.archive.read(&page.capture).unwrap().starts_with(b"\x89PNG"));
        let answer = captures.iter().find(|other| other.capture.id == rendered.of).unwrap();
        assert!(answer.is_page && answer.capture.url == page.capture.url);
        let beside = shown.tools.log.captures_rendered_with(answer).await.unwrap();
        assert_eq!(beside, std::slice::from_ref(page), "the console links it");
    }
    let records = read_strictly(&files(&shown.folder.path().join("evidence")));
    for record in records.iter().filter(|record| record.kind == "conversion") {
        let of = record.header("warc-refers-to");
        assert!(records.iter().any(|other| other.kind == "response" && other.header("warc-record-id") == of));
    }
    let asked = shown.server.log();
    let wanted = WITH_SCRIPT.iter().filter(|path| expected.contains(&format!("http://{HOST}{path}"))).count();
    assert!(wanted > 0, "{expected:?}");
    assert_eq!(asked.iter().filter(|seen| seen.path == "/clock.js").count(), wanted, "its answer is none that is kept");
    assert_eq!(report.run.load.requests, asked.len() as u64, "the scripts are in the load statement");

    let Site { tools, .. } = &shown;
    let again = judge_again(&tools.log, &tools.archive, &tools.catalog, &report.run.id).await.unwrap();
    assert_eq!((again.differences, again.outcomes), (Vec::new(), report.outcomes));
}

#[tokio::test]
async fn pictures_stay_as_long_as_their_pages() {
    let site = site(Some(BrowserSettings::default())).await;
    let first = site.night(0).await;
    let second = site.night(1).await;
    assert_eq!(pictures(&site, &second).await.len(), at_fault(&second).len(), "of unchanged pages too");
    let rule = Rule { nights: 1, finding_days: 0 };
    thin(&site.tools.log, &site.tools.archive, rule, "2022-11-18T00:30:00+08:00".parse().unwrap()).await.unwrap();
    let captures = site.tools.log.captures_of(&first.run.id).await.unwrap();
    let taken = pictures(&site, &first).await;
    for picture in &taken {
        let answer = captures.iter().find(|page| page.capture.id == picture.capture.answer()).unwrap();
        assert_eq!(picture.thinned, answer.thinned, "{}", picture.capture.url);
        assert_eq!(picture.thinned.is_none(), site.tools.archive.read(&picture.capture).is_ok());
    }
    assert!(taken.iter().any(|picture| picture.thinned.is_none()), "findings need theirs");
}

#[tokio::test]
async fn a_portal_gets_no_more_pictures_than_the_browser_may_show_pages() {
    let site = site(Some(BrowserSettings { max_pages: 1, ..BrowserSettings::default() })).await;
    let report = site.night(0).await;
    assert_eq!(pictures(&site, &report).await.len(), 1);
}

#[tokio::test]
async fn a_browser_that_cannot_start_costs_the_night_nothing() {
    let program = Some(PathBuf::from("/bin/false"));
    let site = site(Some(BrowserSettings { program, ..BrowserSettings::default() })).await;
    let report = site.night(0).await;
    assert!(at_fault(&report).len() >= 2);
    assert_eq!(pictures(&site, &report).await, []);
    assert_eq!(report.run.load.requests, site.server.log().len() as u64);
}
