//! The fixture portals, visited as a night would: everything on them is read, what fails is what their sheets make fail,
//! and no address is asked for twice.

use std::{collections::BTreeSet, time::Duration};

use mingcha::{
    catalog::Catalog,
    crawl::{Visited, visit},
    demo::{FixturePortal, Server, portals},
    fetch::{Client, Settings},
};

/// Visits the portal; gives what was brought home and the addresses that the portal saw.
async fn visited(portal: &FixturePortal) -> (Visited, Vec<String>) {
    let lexicon = Catalog::load(None).expect("the built-in checks").lexicon;
    let server = Server::start(vec![portal.clone()]).await.expect("a loopback port");
    let as_of = portal.as_of().unwrap();
    let settings = Settings {
        rate_per_host: 10_000,
        first_pause: Duration::from_millis(1),
        resolve: server.resolve(),
        clock: Some(as_of),
        ..Settings::default()
    };
    let client = Client::new(settings).unwrap();
    let visited = visit(&portal.sheet.portal, &lexicon, as_of, &client, None, &|_| ()).await;
    // Wherever the portal sends whoever lost the way.
    let lost = portal.sheet.defaults.unknown.as_ref().and_then(|unknown| unknown.redirect_to.clone());
    let targets = server.requests().into_iter().map(|request| request.target);
    (visited, targets.filter(|target| Some(target) != lost.as_ref()).collect())
}

/// Pages of the site that a visitor can come to: no bodies of special answers, not the page that says 404.
fn pages_of(portal: &FixturePortal) -> BTreeSet<String> {
    let bodies: BTreeSet<&str> = portal.sheet.paths.values().filter_map(|answer| answer.body_file.as_deref()).collect();
    let is_page = |name: &str| [".html", ".shtml", ".htm"].iter().any(|ending| name.ends_with(ending));
    let names = portal.files.keys().filter(|name| is_page(name) && *name != "404.html");
    names.filter(|name| !bodies.contains(name.as_str())).cloned().collect()
}

fn path(url: &str) -> String {
    url::Url::parse(url).expect("an absolute address").path().to_owned()
}

/// Visits the story; `broken` are the paths that its sheet makes fail.
async fn everything_is_read_but(story: &str, broken: &[&str]) {
    let portals = portals::load().expect("every portal.yaml reads");
    let portal = portals.iter().find(|portal| portal.story == story).expect("the story is there");
    let (visited, targets) = visited(portal).await;

    assert!(!visited.cut_short, "{}", visited.note);
    let failed: Vec<String> = visited.failures.iter().map(|failure| path(&failure.url)).collect();
    assert_eq!(failed, broken, "{:#?}", visited.failures);

    let file = |url: &str| portal.file(&path(url)).map(|(name, _)| name.to_owned());
    let urls = visited.pages.iter().map(|page| page.capture.final_url.as_str());
    let failed = visited.failures.iter().map(|failure| failure.url.as_str());
    let looked_at: BTreeSet<String> = urls.chain(failed).filter_map(file).collect();
    let missed: Vec<String> = pages_of(portal).difference(&looked_at).cloned().collect();
    assert!(missed.is_empty(), "never looked at: {missed:#?}");

    // Broken addresses get their second look; nothing else is asked for twice.
    let distinct: BTreeSet<&String> = targets.iter().collect();
    let again = targets.len() - distinct.len();
    assert!(again <= broken.len(), "{again} addresses were asked for again");
}

#[tokio::test]
async fn trs() {
    everything_is_read_but("trs-county-government", &[]).await;
}

#[tokio::test]
async fn jcms_with_its_list_proxy() {
    everything_is_read_but("jcms-district-education", &[]).await;
}

#[tokio::test]
async fn vsb_with_a_broken_page() {
    everything_is_read_but("vsb-county-health", &["/info/1012/1123.htm"]).await;
}

#[tokio::test]
async fn ucap_with_a_shielded_page() {
    everything_is_read_but("ucap-city-government", &["/doc/2022/07/12/448095.shtml"]).await;
}

#[tokio::test]
async fn an_old_portal_in_gbk() {
    everything_is_read_but("gbk-old-department", &[]).await;
}

#[tokio::test]
async fn a_portal_that_several_units_share() {
    everything_is_read_but("shared-city-portal", &[]).await;
}

#[tokio::test]
async fn the_stories_of_one_subject_each() {
    let stories = ["ewb-county-columns", "jpaas-district-platform", "trs-market-publicity"];
    for story in stories.into_iter().chain(["ucap-district-timeliness", "vsb-new-bureau"]) {
        everything_is_read_but(story, &[]).await;
    }
    everything_is_read_but("jcms-county-wording", &["/art/2022/11/4/art_4101_21126.html"]).await;
}
