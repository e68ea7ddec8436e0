//! The six fixture portals, visited as a night would: everything on them is read, nothing else is asked for, and what
//! fails is what their sheets make fail.

use std::collections::BTreeSet;

use mingcha::{
    catalog::Catalog,
    crawl::{Visited, visit},
    demo::{FixturePortal, Server, portals},
    fetch::{Client, Settings},
    model::Cause,
};

async fn visited(portal: &FixturePortal) -> (Visited, Vec<String>) {
    let catalog = Catalog::load(None).expect("the built-in checks");
    let server = Server::start(vec![portal.clone()]).await.expect("a loopback port");
    let settings = Settings {
        rate_per_host: 10_000,
        first_pause: std::time::Duration::from_millis(1),
        resolve: server.resolve(),
        clock: Some(portal.as_of().unwrap()),
        ..Settings::default()
    };
    let client = Client::new(settings).unwrap();
    let visited = visit(&portal.sheet.portal, &catalog.lexicon, portal.as_of().unwrap(), &client, None, &|_| ()).await;
    let targets = server.requests().into_iter().map(|request| request.target).collect();
    (visited, targets)
}

/// Pages of the site that a visitor can come to: no bodies of error answers, no fragments that scripts put together.
fn pages_of(portal: &FixturePortal) -> BTreeSet<&str> {
    let bodies: BTreeSet<&str> = portal.sheet.paths.values().filter_map(|answer| answer.body_file.as_deref()).collect();
    let is_page =
        |name: &str| [".html", ".shtml", ".htm"].iter().any(|ending| name.ends_with(ending)) && name != "404.html";
    portal.files.keys().map(String::as_str).filter(|name| is_page(name) && !bodies.contains(name)).collect()
}

fn file_behind<'a>(portal: &'a FixturePortal, url: &str) -> Option<&'a str> {
    let path = url::Url::parse(url).ok()?.path().to_owned();
    portal.file(&path).map(|(name, _)| name)
}

async fn look(story: &str) {
    let portals = portals::load().unwrap();
    let portal = portals.iter().find(|portal| portal.story == story).expect("the story");
    let (visited, targets) = visited(portal).await;
    let read: BTreeSet<&str> =
        visited.pages.iter().filter_map(|page| file_behind(portal, &page.capture.final_url)).collect();
    let unread: Vec<&&str> = pages_of(portal)
        .iter()
        .filter(|page| !read.contains(**page))
        .cloned()
        .collect::<Vec<_>>()
        .leak()
        .iter()
        .collect();
    eprintln!("{story}: {} pages, {} requests, note {:?}", visited.pages.len(), targets.len(), visited.note);
    eprintln!("unread {unread:#?}");
    for failure in &visited.failures {
        eprintln!("  {} {} {} from {:?}", failure.url, failure.cause.name(), failure.detail, failure.linked_from);
    }
    for page in &visited.pages {
        eprintln!("  {} {:?} {}", page.capture.url, page.facts.kind, page.link_text);
    }
}

#[tokio::test]
async fn explore() {
    for portal in portals::load().unwrap() {
        look(&portal.story).await;
    }
    let _ = Cause::Dns;
}
