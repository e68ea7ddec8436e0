//! The fixture portals hang together: links resolve, texts decode, the ground truth speaks of what is there;
//! and the server plays them as their sheets say.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};

use mingcha::{
    demo::{FixturePortal, Server, portals, portals::Neighbour},
    fetch::{Client, Settings},
    model::UnitKind,
};
use regex::Regex;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use url::Url;

fn all() -> Vec<FixturePortal> {
    portals::load().expect("every portal.yaml reads")
}

fn is_page(name: &str) -> bool {
    [".html", ".shtml", ".htm"].iter().any(|ending| name.ends_with(ending))
}

/// The text of a file in the encoding of its site.
fn text<'a>(portal: &FixturePortal, bytes: &'a [u8]) -> Cow<'a, str> {
    let encoding = if portal.story.starts_with("gbk-") { encoding_rs::GBK } else { encoding_rs::UTF_8 };
    encoding.decode_without_bom_handling(bytes).0
}

/// Name and text of every page, without the bodies of error answers.
fn pages(portal: &FixturePortal) -> Vec<(&str, Cow<'_, str>)> {
    let bodies: BTreeSet<&str> = portal.sheet.paths.values().filter_map(|answer| answer.body_file.as_deref()).collect();
    portal
        .files
        .iter()
        .filter(|(name, _)| is_page(name) && !bodies.contains(name.as_str()))
        .map(|(name, bytes)| (name.as_str(), text(portal, bytes)))
        .collect()
}

/// Whether a request for `url` gets what the sheet or the site foresees.
fn is_foreseen(portal: &FixturePortal, url: &Url) -> bool {
    match portal.answer(url.path(), url.query()) {
        Some(answer) if answer.status.is_some_and(|status| status >= 400) => true,
        Some(answer) => match (&answer.redirect_to, &answer.body_file) {
            (Some(target), _) => is_foreseen(portal, &url.join(target).unwrap()),
            (None, Some(body)) => portal.file(&format!("/{body}")).is_some(),
            (None, None) => portal.file(url.path()).is_some(),
        },
        None => portal.file(url.path()).is_some(),
    }
}

#[test]
fn every_portal_has_a_host_of_its_own_on_one_night() {
    let portals = all();
    let hosts: BTreeSet<&str> = portals.iter().map(|portal| portal.sheet.host.as_str()).collect();
    let nights: BTreeSet<_> = portals.iter().map(|portal| portal.as_of().unwrap()).collect();
    assert_eq!((hosts.len(), nights.len()), (portals.len(), 1));
    assert_eq!(portals::shown().unwrap().len(), 6, "the demo shows six");
    for portal in &portals {
        let sheet = &portal.sheet;
        assert_eq!(sheet.portal.url, format!("http://{}/", sheet.host), "{}", portal.story);
        assert_eq!(sheet.portal.id, portal.story);
        assert!(portal.file("/").is_some(), "{} has a home page", portal.story);
    }
}

#[test]
fn every_internal_link_resolves() {
    let href = Regex::new(r#"(?i)href="([^"]*)""#).unwrap();
    let mut broken = BTreeSet::new();
    let mut seen = 0;
    for portal in all() {
        for (name, page) in pages(&portal) {
            let base = Url::parse(&format!("http://{}/{name}", portal.sheet.host)).unwrap();
            for link in href.captures_iter(&page) {
                let url = base.join(&link[1].replace("&amp;", "&")).unwrap();
                if url.host_str() == Some(portal.sheet.host.as_str()) {
                    seen += 1;
                    if !is_foreseen(&portal, &url) {
                        broken.insert(format!("{}: {name} -> {}", portal.story, &link[1]));
                    }
                }
            }
        }
        for path in portal.sheet.paths.keys() {
            let url = Url::parse(&format!("http://{}{path}", portal.sheet.host)).unwrap();
            if !is_foreseen(&portal, &url) {
                broken.insert(format!("{}: portal.yaml: {path}", portal.story));
            }
        }
    }
    assert!(seen > 1000, "only {seen} internal links: the pattern no longer fits the pages");
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn every_page_names_its_site() {
    for portal in all() {
        let meta = format!(r#"<meta name="SiteDomain" content="{}""#, portal.sheet.host);
        for (name, page) in pages(&portal) {
            assert!(page.contains(&meta), "{}: {name} lacks META SiteDomain", portal.story);
            assert!(page.contains("网站标识码："), "{}: {name} lacks the site code", portal.story);
        }
    }
}

#[test]
fn texts_are_in_the_encoding_of_their_site() {
    for portal in all() {
        let old = portal.story.starts_with("gbk-");
        for (name, bytes) in portal.files.iter().filter(|(name, _)| is_page(name)) {
            let place = format!("{}: {name}", portal.story);
            assert_eq!(std::str::from_utf8(bytes).is_ok(), !old, "{place}: UTF-8 or not");
            assert_eq!(old, text(&portal, bytes).contains("charset=gb2312"), "{place}: META charset");
            if old {
                let (_, _, garbled) = encoding_rs::GBK.decode(bytes);
                assert!(!garbled, "{place}: not GBK");
            }
        }
    }
}

#[test]
fn the_ground_truth_speaks_of_what_is_there() {
    for portal in all() {
        let texts: String = pages(&portal).into_iter().map(|(_, page)| page).collect();
        for fault in &portal.sheet.seeded {
            let place = format!("{}: {} {}", portal.story, fault.check, fault.subject);
            assert!(portal.sheet.portal.units.iter().any(|unit| unit.name == fault.unit), "{place}: no such unit");
            let (kind, key) = fault.subject.split_once(':').unwrap_or((&fault.subject, ""));
            let expected = match fault.check.as_str() {
                "required-column-missing" | "required-column-empty" | "required-column-leads-away" => "column",
                "column-stale" | "statutory-leaf-empty" | "column-outside-platform" => "column",
                check if check.starts_with("assigned-column-") || check.starts_with("guide-") => "column",
                check if check.starts_with("annual-report-") => "report",
                check if check.starts_with("site-report-") => "site-report",
                "dual-publicity-section-missing" | "dual-publicity-stale" => "publicity",
                check if check.starts_with("dual-publicity-") => "publicity-row",
                check if check.starts_with("interpretation-") || check.starts_with("policy-") => "document",
                "publication-over-20-working-days" | "consultation-result-missing" => "document",
                "document-date-changed" => "document",
                "ipv6-unsupported" => "ipv6",
                "expired-document-listed-as-valid" | "void-document-listed-as-valid" => "document",
                "gazette-issues-not-in-sequence" => "gazette",
                "home-page-stale" | "portal-often-unreachable" => "home",
                "domain-not-official" => "domain",
                "internal-link-dead" | "attachment-dead" | "outward-link-dead" => "links",
                "error-page-answers-200" => "error-page",
                "meta-tag-missing" => "meta",
                "site-codes-differ" | "footer-element-missing" => "footer",
                check if check.starts_with("message-") => "letter",
                _ => "content",
            };
            assert_eq!(kind, expected, "{place}: kind of subject");
            match kind {
                "document" => assert!(portal.file(key).is_some(), "{place}: no such page"),
                "column" if key.starts_with('/') => {
                    let page = portal.file(key).or_else(|| portal.file(&format!("{key}.html")));
                    assert!(page.is_some(), "{place}: no such column");
                }
                "publicity-row" => assert!(texts.contains(key), "{place}: no such row"),
                _ => {}
            }
        }
    }
}

#[test]
fn some_portals_have_no_fault() {
    let portals = all();
    let faultless: BTreeSet<&str> =
        portals.iter().filter(|portal| portal.sheet.seeded.is_empty()).map(|portal| portal.story.as_str()).collect();
    let unread = ["county-under-maintenance", "shielded-city-portal"];
    let sound = ["trs-county-government", "vsb-new-bureau"];
    assert_eq!(faultless, unread.into_iter().chain(sound).collect());
    let kinds: Vec<UnitKind> =
        portals.iter().flat_map(|portal| &portal.sheet.portal.units).map(|unit| unit.kind).collect();
    assert!(kinds.contains(&UnitKind::Government) && kinds.contains(&UnitKind::Department));
}

const SMALL: &str = "
portal: {id: small, name: 小站, url: 'http://www.small.example.gov.cn/', units: []}
host: www.small.example.gov.cn
as_of: 2022-11-16T02:00:00
defaults: {charset: gbk, headers: {Server: small}}
paths:
  /slow.htm: {delay_ms: 150}
  /gone.htm: {status: 410, body_file: gone.txt}
  /moved.htm: {redirect_to: /zwgk/}
  /lost.htm: {status: 404}
  /plain.htm: {headers: {Content-Type: text/html}}
  /list.jsp: {body_file: all.xml}
  '/list.jsp?column=7&page=2': {body_file: second.xml}
";

fn small() -> FixturePortal {
    let files = [
        ("index.htm", "home"),
        ("zwgk/index.shtml", "openness"),
        ("slow.htm", "slow"),
        ("plain.htm", "plain"),
        ("gone.txt", "gone"),
        ("404.html", "no such page"),
        ("all.xml", "all"),
        ("second.xml", "second"),
    ];
    let files = files.map(|(name, body)| (name.to_owned(), Cow::from(body.as_bytes())));
    FixturePortal::new("small", "portal.yaml", SMALL, BTreeMap::from(files)).unwrap()
}

/// One request by hand, so that the server is seen without the client's help.
async fn ask(server: &Server, host: &str, target: &str) -> (u16, String, String) {
    let mut stream = TcpStream::connect(server.address()).await.unwrap();
    let request = format!("GET {target} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: test\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head[9..12].parse().unwrap(), head.to_owned(), body.to_owned())
}

const HOST: &str = "www.small.example.gov.cn";

#[tokio::test]
async fn the_host_header_chooses_the_portal() {
    let server = Server::start([all(), vec![small()]].concat()).await.unwrap();
    let neighbours = all().into_iter().flat_map(|portal| portal.sheet.neighbours.into_values());
    let there = neighbours.filter(|how| *how != Neighbour::NoSuchName).count();
    assert_eq!(server.resolve().len(), all().len() + there + 1);
    assert!(server.address().ip().is_loopback());
    assert_eq!(ask(&server, HOST, "/").await.2, "home");
    assert_eq!(ask(&server, "WWW.Small.example.gov.cn:8080", "/").await.2, "home");
    assert!(ask(&server, "www.qinglan.example.gov.cn", "/").await.2.contains("青岚县人民政府"));
    assert_eq!(ask(&server, "elsewhere.example.gov.cn", "/").await.0, 421);
    let log = server.requests();
    assert_eq!(log.len(), 4);
    assert_eq!((log[0].host.as_str(), log[0].target.as_str(), log[0].status), (HOST, "/", 200));
    assert_eq!(log[0].user_agent, "test");
}

#[tokio::test]
async fn folders_unknown_paths_and_content_types() {
    let server = Server::start(vec![small()]).await.unwrap();
    let (status, head, body) = ask(&server, HOST, "/zwgk/").await;
    assert_eq!((status, body.as_str()), (200, "openness"));
    assert!(head.contains("content-type: text/html; charset=gbk") && head.contains("server: small"), "{head}");
    let (status, head, _) = ask(&server, HOST, "/zwgk").await;
    assert!(status == 302 && head.contains("location: /zwgk/"), "{head}");
    let (status, _, body) = ask(&server, HOST, "/nothing/here.htm").await;
    assert_eq!((status, body.as_str()), (404, "no such page"));
    let (_, head, _) = ask(&server, HOST, "/plain.htm").await;
    assert!(head.contains("content-type: text/html\r\n"), "{head}");
}

#[tokio::test]
async fn the_sheet_sets_status_delay_and_redirect() {
    let server = Server::start(vec![small()]).await.unwrap();
    let (status, head, body) = ask(&server, HOST, "/gone.htm").await;
    assert_eq!((status, body.as_str()), (410, "gone"));
    assert!(head.contains("content-type: text/plain"), "{head}");
    assert_eq!(ask(&server, HOST, "/lost.htm").await.2, "no such page");
    let (status, head, body) = ask(&server, HOST, "/moved.htm").await;
    assert!(status == 302 && head.contains("location: /zwgk/") && body.is_empty(), "{head}");
    let begun = Instant::now();
    assert_eq!(ask(&server, HOST, "/slow.htm").await.2, "slow");
    assert!(begun.elapsed() >= Duration::from_millis(150));
}

#[tokio::test]
async fn a_query_chooses_the_rule_with_most_fitting_parameters() {
    let server = Server::start(vec![small()]).await.unwrap();
    assert_eq!(ask(&server, HOST, "/list.jsp").await.2, "all");
    assert_eq!(ask(&server, HOST, "/list.jsp?column=8&page=2").await.2, "all");
    assert_eq!(ask(&server, HOST, "/list.jsp?page=2&unit=1&column=7").await.2, "second");
    let jcms = Server::start(all()).await.unwrap();
    let next = "/module/web/jpage/dataproxy.jsp?startrecord=16&endrecord=30&perpage=15&columnid=1501&unitid=301501";
    let (status, head, body) = ask(&jcms, "jyj.yunhu.example.gov.cn", next).await;
    assert!(status == 200 && head.contains("content-type: text/xml"), "{head}");
    assert_eq!(body.matches("<record>").count(), 2);
}

#[tokio::test]
async fn the_client_reaches_every_portal_by_its_own_address() {
    let server = Server::start(all()).await.unwrap();
    let client = Client::new(Settings { resolve: server.resolve(), rate_per_host: 50, ..Settings::default() }).unwrap();
    for portal in all().into_iter().filter(|portal| portal.answer("/", None).is_none()) {
        let (capture, body) = client.get(&portal.sheet.portal.url).await.unwrap();
        assert_eq!(capture.status, 200, "{}", portal.story);
        assert_eq!(Some(body.as_slice()), portal.file("/").map(|(_, bytes)| bytes), "{}", portal.story);
    }
}

#[tokio::test]
async fn a_stopped_server_takes_no_more_requests() {
    let server = Server::start(vec![small()]).await.unwrap();
    let address = server.address();
    assert_eq!(ask(&server, HOST, "/").await.0, 200);
    server.stop().await.unwrap();
    assert!(TcpStream::connect(address).await.is_err());
}

#[test]
fn a_broken_sheet_is_shown_with_its_place() {
    let problem = FixturePortal::new("small", "portal.yaml", &SMALL.replace("delay_ms", "delay"), BTreeMap::new());
    let problem = problem.unwrap_err();
    assert_eq!((problem.file.as_str(), problem.line), ("portal.yaml", 7));
}
