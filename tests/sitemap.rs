//! Sitemaps: what no link leads to is read when there is room, after everything that links lead to.

use std::{collections::BTreeMap, io::Write};

use flate2::{Compression, write::GzEncoder};
use mingcha::{
    crawl::{Visited, visit},
    fetch::{Client, Settings},
    model::{Lexicon, Portal},
};

use crate::support::{
    server::{Script, Seen, Server, answer, page, status},
    site::{HOST, Site, Validation, portal},
};

const AS_OF: &str = "2022-11-16T02:00:00+08:00";

fn url(path: &str) -> String {
    format!("http://{HOST}{path}")
}

fn urlset(paths: &[&str]) -> String {
    let entry = |path: &&str| format!("<url><loc>{}</loc></url>", url(path).replace('&', "&amp;"));
    format!("<?xml version=\"1.0\"?><urlset>{}</urlset>", paths.iter().map(entry).collect::<String>())
}

async fn visited(server: &Server, max_pages: usize) -> Visited {
    let settings = Settings {
        rate_per_host: 10_000,
        resolve: BTreeMap::from([(HOST.to_owned(), server.address)]),
        clock: AS_OF.parse().ok(),
        ..Settings::default()
    };
    let client = Client::new(settings).unwrap();
    let portal = Portal { max_pages, ..portal() };
    visit(&portal, &Lexicon::default(), AS_OF.parse().unwrap(), &client, None, &|_| ()).await
}

/// A home page with two links, and whatever the sitemaps list; every page has a text of its own.
fn serve(seen: &Seen, files: &BTreeMap<&str, (&str, Vec<u8>)>) -> Script {
    if let Some((kind, body)) = files.get(seen.path.as_str()) {
        return answer(200, &format!("Content-Type: {kind}\r\n"), body);
    }
    match seen.path.as_str() {
        "/" => page("<title>河源市</title><a href=\"/linked/\">栏目</a><a href=\"/t20221111_1.html\">文章</a>"),
        path if path.contains("gone") || path.ends_with(".txt") || path.len() > 30 => status(404, "没有"),
        path => page(format!("<title>{path}</title><h1>{path}</h1><p>这是{path}的正文，内容各不相同。</p>")),
    }
}

fn read(visited: &Visited) -> Vec<String> {
    visited.pages.iter().map(|page| page.capture.url.replace(&url(""), "")).collect()
}

#[tokio::test]
async fn the_usual_sitemap_is_read_and_its_pages_come_after_those_with_links() {
    let listed = ["/t20221111_2.html", "/hidden/", "/linked/", "/", "/a.pdf", "/search?q=1&p=2"];
    let elsewhere = "<url><loc>http://www.elsewhere.example/x/</loc></url></urlset>";
    let sitemap = urlset(&listed).replace("</urlset>", elsewhere).into_bytes();
    let files = BTreeMap::from([("/sitemap.xml", ("text/xml", sitemap))]);
    let server = Server::start(move |seen| serve(seen, &files)).await;
    let visited = visited(&server, 50).await;
    assert_eq!(
        read(&visited),
        ["/", "/linked/", "/hidden/", "/search?q=1&p=2", "/t20221111_1.html", "/t20221111_2.html"],
        "columns before documents, links before the sitemap"
    );
    let hidden = visited.pages.iter().find(|page| page.capture.url.ends_with("/hidden/")).unwrap();
    assert_eq!(hidden.linked_from.as_deref(), Some(url("/sitemap.xml").as_str()));
    assert!(visited.failures.is_empty(), "{:?}", visited.failures);
}

#[tokio::test]
async fn robots_txt_names_sitemaps_and_indexes_name_more_packed_or_not() {
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(urlset(&["/packed/"]).as_bytes()).unwrap();
    let index = format!(
        "<sitemapindex><sitemap><loc>{}</loc></sitemap><sitemap><loc>{}</loc></sitemap></sitemapindex>",
        url("/map-1.xml.gz"),
        url("/index.xml")
    );
    let robots = format!("User-agent: *\nDisallow:\nSitemap: {}\n", url("/index.xml"));
    let files = BTreeMap::from([
        ("/robots.txt", ("text/plain", robots.into_bytes())),
        ("/index.xml", ("application/xml", index.into_bytes())),
        ("/map-1.xml.gz", ("application/x-gzip", packed.finish().unwrap())),
    ]);
    let server = Server::start(move |seen| serve(seen, &files)).await;
    let visited = visited(&server, 300).await;
    assert!(read(&visited).contains(&"/packed/".to_owned()), "{:?}", read(&visited));
    let asked = server.log();
    assert_eq!(
        asked.iter().filter(|seen| seen.path == "/index.xml").count(),
        1,
        "an index that names itself is no trap"
    );
    assert!(asked.iter().all(|seen| seen.path != "/sitemap.xml"), "robots.txt has said where they are");
}

#[tokio::test]
async fn a_sitemap_never_takes_more_than_the_budget_and_never_the_place_of_a_link() {
    let paths: Vec<String> = (0..5000).map(|number| format!("/t2022{number:04}.html")).collect();
    let sitemap = urlset(&paths.iter().map(String::as_str).collect::<Vec<_>>()).into_bytes();
    let files = BTreeMap::from([("/sitemap.xml", ("text/xml", sitemap))]);
    let server = Server::start(move |seen| serve(seen, &files)).await;
    let visited = visited(&server, 10).await;
    let pages = read(&visited);
    assert_eq!(pages.len(), 10);
    assert_eq!(pages[..3], ["/", "/linked/", "/t20221111_1.html"]);
    assert!(server.log().len() <= 13, "ten pages, robots.txt, the probe and the sitemap");
    assert!(!visited.cut_short, "nothing that checks need was left out: {}", visited.note);
}

#[tokio::test]
async fn an_index_leads_to_so_many_sitemaps_and_no_more() {
    fn index_of(places: &[String]) -> String {
        let entries: String =
            places.iter().map(|path| format!("<sitemap><loc>{}</loc></sitemap>", url(path))).collect();
        format!("<sitemapindex>{entries}</sitemapindex>")
    }
    /// Fifty sitemaps.
    fn wide(path: &str) -> Option<String> {
        match path {
            "/sitemap.xml" => Some(index_of(&(0..50).map(|number| format!("/map-{number}.xml")).collect::<Vec<_>>())),
            path => path.starts_with("/map-").then(|| urlset(&[&path.replace("/map-", "/page-").replace(".xml", "/")])),
        }
    }
    /// Two more indexes, each time.
    fn deep(path: &str) -> Option<String> {
        let stem = path.strip_suffix(".xml")?;
        Some(index_of(&[format!("{stem}a.xml"), format!("{stem}b.xml")]))
    }
    for (budget, most) in [(50, 1), (300, 3), (2_000, 8)] {
        let server = Server::start(move |seen| match wide(&seen.path) {
            Some(text) => answer(200, "Content-Type: text/xml\r\n", text),
            None => serve(seen, &BTreeMap::new()),
        })
        .await;
        let pages = read(&visited(&server, budget).await);
        let files = |server: &Server| server.log().iter().filter(|seen| seen.path.ends_with(".xml")).count();
        assert_eq!(files(&server), most, "{budget} pages");
        let listed: Vec<_> = pages.iter().filter(|page| page.starts_with("/page-")).collect();
        assert_eq!(listed.len(), most - 1, "what the files list is read: {pages:?}");
        let server = Server::start(move |seen| match deep(&seen.path) {
            Some(text) => answer(200, "Content-Type: text/xml\r\n", text),
            None => serve(seen, &BTreeMap::new()),
        })
        .await;
        visited(&server, budget).await;
        assert_eq!(files(&server), most, "{budget} pages");
    }
}

#[tokio::test]
async fn pages_and_errors_in_the_place_of_a_sitemap_are_none() {
    let files = BTreeMap::from([("/sitemap.xml", ("text/html", b"<html><loc>/x/</loc>".to_vec()))]);
    let server = Server::start(move |seen| serve(seen, &files)).await;
    assert_eq!(read(&visited(&server, 50).await).len(), 3);
}

#[tokio::test]
async fn a_sitemap_that_has_not_changed_is_not_sent_again() {
    let site = Site::start(Validation::Etags).await;
    let sitemap = urlset(&["/tzgg/t20221018_8.html", "/older/"]);
    site.pages.lock().unwrap().insert("/sitemap.xml".into(), sitemap);
    let older = site.pages.lock().unwrap()["/zcjd/t20221011_1.html"].replace("第1号", "第0号");
    site.pages.lock().unwrap().insert("/older/".into(), older);
    let first = site.night(0).await;
    let before = site.server.log().len();
    let second = site.night(1).await;
    assert_eq!(first.facts.coverage.visits.len(), second.facts.coverage.visits.len());
    let log = site.server.log();
    let again = log[before..].iter().find(|seen| seen.path == "/sitemap.xml").unwrap();
    assert!(again.header("if-none-match").is_some());
    assert!(log[before..].iter().any(|seen| seen.path == "/older/"), "what it lists is still known");
}
