//! What a visit asks for beside the pages: an address that cannot exist, and where links lead.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    sync::Arc,
};

use mingcha::{
    catalog::Catalog,
    crawl::{Limits, Visited, visit_within},
    demo::{Server as Sites, portals, story},
    evidence::Archive,
    fetch::{Client, Names, Settings, Uplink},
    jobs::{
        judge::judge_again,
        night::{Order, Tools, judge_visit, run_portal_night},
    },
    model::{Cause, Certificate, Ipv6Look, Lexicon, LinkState, Nowhere, Portal, Verdict},
    store::Log,
};

use crate::support::{
    certificates::{Authority, Flaw},
    server::{Script, Seen, Server, Step, answer, page, redirect, status},
    site,
};

const HOME: &str = "www.heyuan.gov.cn";
const ABROAD: [&str; 5] = ["other.gov.cn", "gone.gov.cn", "refuses.gov.cn", "deaf.gov.cn", "closed-to-robots.gov.cn"];

fn portal() -> Portal {
    Portal { max_pages: 50, ..site::portal() }
}

fn settings(server: &Server) -> Settings {
    Settings {
        rate_per_host: 10_000,
        attempts: 1,
        resolve: ABROAD.iter().chain([&HOME]).map(|host| ((*host).to_owned(), server.address)).collect(),
        names: Names::scripted(|host| {
            let kind = if host.contains("closed") { io::ErrorKind::NotFound } else { io::ErrorKind::TimedOut };
            Err(io::Error::new(kind, "no address"))
        }),
        outward_links: 100,
        ..Settings::default()
    }
}

async fn visited(server: &Server, settings: Settings, limit: impl Fn(&mut Limits)) -> Visited {
    let visited = visited_at(&portal(), settings, limit).await;
    assert_eq!(visited.load.requests, server.log().len() as u64, "the load statement tells of every request");
    visited
}

async fn visited_at(portal: &Portal, settings: Settings, limit: impl Fn(&mut Limits)) -> Visited {
    let client = Client::new(settings).unwrap();
    let mut limits = Limits::of(portal, &client);
    limit(&mut limits);
    let as_of = "2022-11-16T02:00:00+08:00".parse().unwrap();
    visit_within(&limits, portal, &Lexicon::default(), as_of, &client, None, &|_| ()).await
}

fn states(visited: &Visited) -> BTreeMap<&str, LinkState> {
    visited.soundings.links.iter().map(|link| (link.url.as_str(), link.state)).collect()
}

fn front(links: &[&str]) -> Script {
    let links: String = links.iter().map(|url| format!("<p><a href='{url}'>链接到{url}</a></p>")).collect();
    let welcome = "欢迎访问河源市人民政府门户网站。".repeat(30);
    page(format!("<html><head><title>河源市人民政府</title></head><body><p>{welcome}</p>{links}</body></html>"))
}

const LINKS: [&str; 11] = [
    "/there.pdf",
    "/gone.doc",
    "/head-unknown.xls",
    "/page-instead.docx",
    "http://other.gov.cn/",
    "http://gone.gov.cn/x.html",
    "http://refuses.gov.cn/",
    "http://deaf.gov.cn/",
    "http://closed.gov.cn/",
    "http://unsure.gov.cn/",
    "http://closed-to-robots.gov.cn/x",
];

fn portal_and_others(seen: &Seen) -> Script {
    let head = seen.method == "HEAD";
    match (seen.host.as_str(), seen.path.as_str()) {
        ("closed-to-robots.gov.cn", "/robots.txt") => answer(200, "", "User-agent: *\nDisallow: /"),
        (_, "/robots.txt") => status(404, ""),
        (HOME, "/") => front(&LINKS),
        (HOME, "/there.pdf") => answer(200, "Content-Type: application/pdf\r\n", "%PDF-1.4"),
        (HOME, "/head-unknown.xls") if head => answer(405, "", ""),
        (HOME, "/head-unknown.xls") => answer(200, "Content-Type: application/vnd.ms-excel\r\n", "x"),
        (HOME, "/page-instead.docx") => page("<title>提示</title><p>您访问的页面不存在或已被删除</p>"),
        ("other.gov.cn", _) => page("<p>其他网站</p>"),
        ("refuses.gov.cn", _) => status(403, "拒绝访问"),
        ("deaf.gov.cn", _) if head => vec![Step::Reset],
        ("deaf.gov.cn", _) => page("<p>只认 GET</p>"),
        _ => status(404, "没有这个页面"),
    }
}

#[tokio::test]
async fn only_what_is_certainly_not_there_is_a_dead_link() {
    let server = Server::start(portal_and_others).await;
    let visited = visited(&server, settings(&server), |_| ()).await;
    let at_home = |path: &str| format!("http://{HOME}{path}");
    let undecided = |cause| LinkState::Undecided { cause };
    let wanted: BTreeMap<String, LinkState> = [
        (at_home("/there.pdf"), LinkState::Opens),
        (at_home("/gone.doc"), LinkState::Gone),
        (at_home("/head-unknown.xls"), LinkState::Opens),
        (at_home("/page-instead.docx"), undecided(Cause::SoftNotFound)),
        ("http://other.gov.cn/".to_owned(), LinkState::Opens),
        ("http://gone.gov.cn/x.html".to_owned(), LinkState::Gone),
        ("http://refuses.gov.cn/".to_owned(), undecided(Cause::Forbidden)),
        ("http://deaf.gov.cn/".to_owned(), LinkState::Opens),
        ("http://closed.gov.cn/".to_owned(), LinkState::NoSuchName),
        ("http://unsure.gov.cn/".to_owned(), undecided(Cause::Dns)),
        ("http://closed-to-robots.gov.cn/x".to_owned(), undecided(Cause::RobotsForbidden)),
    ]
    .into();
    let found: BTreeMap<String, LinkState> =
        states(&visited).into_iter().map(|(url, state)| (url.to_owned(), state)).collect();
    assert_eq!(found, wanted);
    let kept: BTreeSet<&String> = visited.other_captures.iter().map(|capture| &capture.id).collect();
    for link in visited.soundings.links.iter().filter(|link| link.state == LinkState::Gone) {
        assert!(kept.contains(link.capture.as_ref().unwrap()), "{}", link.url);
    }
    let asked = server.log();
    let whole = |path: &str| asked.iter().filter(|seen| seen.path == path && seen.method == "GET").count();
    assert_eq!(
        (whole("/there.pdf"), whole("/gone.doc")),
        (0, 1),
        "a head is enough, and no proof that nothing is there"
    );
    assert!(!asked.iter().any(|seen| seen.host == "closed-to-robots.gov.cn" && seen.path == "/x"));
}

#[tokio::test]
async fn a_night_without_a_name_service_buries_no_host() {
    let server = Server::start(|seen| match seen.path.as_str() {
        "/" => front(&["http://closed.gov.cn/", "http://closed-too.gov.cn/", "http://other.gov.cn/"]),
        _ => status(404, ""),
    })
    .await;
    let visited = visited(&server, settings(&server), |_| ()).await;
    let outage = LinkState::Undecided { cause: Cause::OurOutage };
    let states = states(&visited);
    assert_eq!((states["http://closed.gov.cn/"], states["http://closed-too.gov.cn/"]), (outage, outage));
}

#[tokio::test]
async fn links_have_a_budget_and_the_same_ones_come_first() {
    let server = Server::start(portal_and_others).await;
    let first = visited(&server, settings(&server), |limits| (limits.attachments, limits.outward_links) = (2, 1)).await;
    let urls: Vec<&str> = first.soundings.links.iter().map(|link| link.url.as_str()).collect();
    let at_home = format!("http://{HOME}");
    assert_eq!(urls, [&format!("{at_home}/there.pdf"), &format!("{at_home}/gone.doc"), "http://other.gov.cn/"]);
    let server = Server::start(portal_and_others).await;
    let alone = visited(&server, Settings { outward_links: 0, ..settings(&server) }, |_| ()).await;
    assert_eq!(alone.soundings.links.len(), 4);
    assert!(server.log().iter().all(|seen| seen.host == HOME), "nobody but the portal is asked");
}

/// What the portal says of an address that cannot exist.
async fn nowhere(answer: impl Fn(&Seen) -> Script + Send + Sync + 'static) -> Nowhere {
    let server = Server::start(move |seen| match (seen.host.as_str(), seen.path.as_str()) {
        (HOME, "/") => front(&[]),
        (_, "/robots.txt" | "/sitemap.xml") => status(404, ""),
        _ => answer(seen),
    })
    .await;
    visited(&server, settings(&server), |_| ()).await.soundings.nowhere.unwrap()
}

#[tokio::test]
async fn an_address_that_cannot_exist_is_asked_for() {
    let honest = nowhere(|_| status(404, "没有这个页面")).await;
    assert_eq!((honest.status, honest.cause), (404, Some(Cause::NotFound)));
    let worded = nowhere(|_| page("<title>提示</title><p>您访问的页面不存在</p>")).await;
    assert_eq!((worded.status, worded.cause, worded.home), (200, Some(Cause::SoftNotFound), false));
    let sent_home = nowhere(|_| redirect("/")).await;
    assert_eq!((sent_home.status, sent_home.cause, sent_home.home), (200, None, true));
    let same_as_home = nowhere(|_| front(&[])).await;
    assert!(same_as_home.home && same_as_home.final_url == same_as_home.url);
    let sent_to_404 =
        nowhere(|seen| if seen.path == "/404.html" { status(404, "") } else { redirect("/404.html") }).await;
    assert_eq!((sent_to_404.status, sent_to_404.cause), (404, Some(Cause::NotFound)));
    let abroad = nowhere(|seen| match seen.host.as_str() {
        HOME => redirect("http://other.gov.cn/tip"),
        _ => page(format!("<title>提示</title><p>{}</p>", "请稍后再来。".repeat(80))),
    })
    .await;
    assert!(abroad.elsewhere && abroad.cause.is_none());
    let shielded = nowhere(|_| page("<title>安全验证</title><p>请完成验证</p>")).await;
    assert_eq!(shielded.cause, Some(Cause::BotShield));
    let silent = nowhere(|_| vec![Step::Reset]).await;
    assert_eq!((silent.status, silent.cause), (0, Some(Cause::Reset)));
}

#[tokio::test]
async fn a_stored_night_says_the_same_again_without_asking_anybody() {
    let folder = tempfile::tempdir().unwrap();
    let catalog = Arc::new(Catalog::load(None).unwrap());
    let log = Log::open(&folder.path().join("log.db")).await.unwrap();
    let archive = Archive::open(&folder.path().join("evidence")).unwrap();
    let all = portals::load().unwrap();
    let mut failed = BTreeSet::new();
    for story in ["siteserver-county-reports", "ewb-county-columns"] {
        let fixture = all.iter().find(|portal| portal.story == story).unwrap();
        let server = Sites::start(vec![fixture.clone()]).await.unwrap();
        let as_of = fixture.as_of().unwrap();
        let fetch = story::fetch_settings(&server, as_of);
        let (log, archive, catalog) = (log.clone(), archive.clone(), Arc::clone(&catalog));
        let tools = Tools { log, archive, catalog, fetch, canary: None };
        let order = Order { portal: &fixture.sheet.portal, as_of: Some(as_of), job: None };
        let night = run_portal_night(&tools, order, &|_| {}).await.unwrap().unwrap();
        server.stop().await.unwrap();
        let again = judge_again(&tools.log, &tools.archive, &tools.catalog, &night.run.id).await.unwrap();
        assert_eq!((again.differences, again.changes), (Vec::new(), Vec::new()), "{story}");
        assert_eq!(again.outcomes, night.outcomes, "{story}");
        let faults = again.outcomes.into_iter().filter(|outcome| outcome.outcome == Verdict::Failed);
        failed.extend(faults.map(|outcome| outcome.check));
    }
    for check in ["attachment-dead", "outward-link-dead", "error-page-answers-200"] {
        assert!(failed.contains(check), "{check}: {failed:?}");
    }
}

/// What one check says of the visit on that night, Beijing time.
fn verdict(check: &str, portal: &Portal, night: &str, visited: &Visited) -> Verdict {
    let catalog = Catalog::load(None).unwrap();
    let as_of = format!("{night}T02:00:00+08:00").parse().unwrap();
    let (_, outcomes) = judge_visit(&catalog, portal, as_of, visited);
    outcomes.into_iter().find(|outcome| outcome.check == check).unwrap().outcome
}

#[tokio::test]
async fn a_certificate_is_worth_a_word_before_it_ends() {
    let authority = Authority::new("Authority of the tests");
    let server = Server::start_tls(authority.server(Flaw::Sound, HOME), |seen| match seen.path.as_str() {
        "/" => front(&[]),
        _ => status(404, ""),
    })
    .await;
    let portal = Portal { url: format!("https://{HOME}/"), ..portal() };
    let settings = Settings { authorities: vec![authority.der()], ..settings(&server) };
    let visited = visited_at(&portal, settings, |_| ()).await;
    let until = "2120-01-01T00:00:00Z".parse().unwrap();
    assert_eq!(visited.soundings.certificate, Some(Certificate { host: HOME.to_owned(), until }));
    let says = |night| verdict("certificate-near-expiry", &portal, night, &visited);
    assert_eq!([says("2119-12-02"), says("2119-12-03")], [Verdict::Passed, Verdict::NeedsReview]);
}

/// A home page whose name has these addresses, seen by somebody with that way into IPv6.
async fn over_ipv6(addresses: &'static [&'static str], uplink: Uplink) -> (Option<Ipv6Look>, Verdict) {
    let server = Server::start(|seen| match seen.path.as_str() {
        "/" => front(&["http://61.134.0.8/bszn/"]),
        _ => status(404, ""),
    })
    .await;
    let names = Names::scripted(|_| Ok(addresses.iter().map(|address| address.parse().unwrap()).collect()));
    let portal = Portal { url: format!("http://{HOME}:{}/", server.address.port()), ..portal() };
    let settings = Settings {
        names,
        resolve: BTreeMap::new(),
        allow_private: true,
        outward_links: 0,
        ipv6: uplink,
        ..settings(&server)
    };
    let visited = visited_at(&portal, settings, |_| ()).await;
    let verdict = verdict("ipv6-unsupported", &portal, "2022-11-16", &visited);
    (visited.soundings.ipv6, verdict)
}

#[tokio::test]
async fn a_portal_is_asked_over_ipv6_where_we_have_a_way_into_it() {
    let (look, verdict) = over_ipv6(&["127.0.0.1"], Uplink::none()).await;
    assert!(!look.unwrap().uplink);
    assert_eq!(verdict, Verdict::NotMeasurable(Cause::NoIpv6Uplink));

    let (look, verdict) = over_ipv6(&["127.0.0.1"], Uplink::sure()).await;
    assert!(!look.unwrap().has_address);
    assert_eq!(verdict, Verdict::Failed);

    // The IPv4 loopback by its IPv6 name, which every machine that speaks IPv6 at all understands.
    let (look, verdict) = over_ipv6(&["127.0.0.1", "::ffff:127.0.0.1"], Uplink::sure()).await;
    let look = look.unwrap();
    assert_eq!((look.has_address, look.status, look.cause), (true, 200, None), "{}", look.detail);
    assert_eq!(look.numbers, ["http://61.134.0.8/bszn/"]);
    assert_eq!(verdict, Verdict::NeedsReview, "a link of the home page leads to an IPv4 number");

    // Documentation addresses lead nowhere and may not be asked.
    let (look, verdict) = over_ipv6(&["127.0.0.1", "2001:db8::1"], Uplink::sure()).await;
    assert!(look.unwrap().has_address);
    assert_eq!(verdict, Verdict::NotMeasurable(Cause::PrivateAddress));
}

#[tokio::test]
async fn a_control_host_that_does_not_answer_over_ipv6_proves_no_uplink() {
    let (look, verdict) = over_ipv6(&["127.0.0.1"], Uplink::proven_by("http://control.gov.cn/")).await;
    assert!(!look.unwrap().uplink);
    assert_eq!(verdict, Verdict::NotMeasurable(Cause::NoIpv6Uplink));
}
