//! What a portal has to bear, by its own log: never more than the configured rate in any second, whatever happens.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    time::{Duration, Instant},
};

use futures_util::future::join_all;
use mingcha::{
    crawl::{Limits, visit_within},
    fetch::{Client, Patience, Politeness, Settings},
    model::{Lexicon, Portal, Unit, UnitKind},
};

use crate::support::server::{Script, Seen, Server, Step, answer, page, redirect, status};

const RATE: u32 = 8;
const HOSTS: [&str; 3] = ["www.chengwan.gov.cn", "jyj.chengwan.gov.cn", "wjw.chengwan.gov.cn"];

fn settings(address: SocketAddr) -> Settings {
    Settings {
        user_agent: "mingcha/0 (+tests)".to_owned(),
        rate_per_host: RATE,
        head_timeout: Duration::from_secs(5),
        second_look_factor: 1,
        attempts: 3,
        first_pause: Duration::from_millis(1),
        longest_pause: Duration::from_secs(5),
        resolve: HOSTS.iter().map(|host| ((*host).to_owned(), address)).collect(),
        ..Settings::default()
    }
}

/// Everything that makes a client ask more than once: redirects, passing trouble, resets, a slow head.
fn restless(seen: &Seen) -> Script {
    let number: usize = seen.path.trim_start_matches(|letter: char| !letter.is_ascii_digit()).parse().unwrap_or(0);
    match (number % 5, seen.before) {
        _ if seen.path == "/robots.txt" => status(404, ""),
        (1, 0) => redirect(&format!("/to/{number}0")),
        (2, 0) => status(502, ""),
        (3, 0) => vec![Step::Reset],
        (4, _) => [vec![Step::Wait(Duration::from_millis(150))], page("late")].concat(),
        _ => page("ok"),
    }
}

async fn ask_all(client: &Client, host: &str, pages: std::ops::Range<usize>, patience: Patience) {
    let addresses: Vec<String> = pages.map(|number| format!("http://{host}/{number}")).collect();
    // What fails has failed in its own way; here only the asking counts.
    drop(join_all(addresses.iter().map(|address| client.get_with(address, patience))).await);
}

fn assert_polite(server: &Server, least_requests: usize) {
    let asked = server.log().len();
    assert!(asked >= least_requests, "only {asked} requests: nothing is shown");
    assert!(server.peak_rate() <= RATE as usize, "{} of {asked} requests within one second", server.peak_rate());
}

#[tokio::test(flavor = "multi_thread")]
async fn redirects_repetitions_resets_and_robots_count() {
    let server = Server::start(restless).await;
    let client = Client::new(settings(server.address)).unwrap();
    ask_all(&client, HOSTS[0], 0..15, Patience::Usual).await;
    ask_all(&client, HOSTS[0], 0..3, Patience::Longer).await;
    assert_polite(&server, 25);
    assert!(client.load().peak_rate <= RATE);
}

#[tokio::test(flavor = "multi_thread")]
async fn several_requests_at_a_time_do_not_add_up() {
    let server = Server::start(restless).await;
    let client = Client::new(Settings { concurrency_per_host: 4, ..settings(server.address) }).unwrap();
    ask_all(&client, HOSTS[0], 0..20, Patience::Usual).await;
    assert_polite(&server, 25);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_portals_on_one_machine_share_its_patience() {
    let server = Server::start(restless).await;
    let client = Client::new(Settings { concurrency_per_host: 2, ..settings(server.address) }).unwrap();
    join_all(HOSTS.map(|host| ask_all(&client, host, 0..6, Patience::Usual))).await;
    assert_polite(&server, 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn visits_of_one_program_mind_each_other() {
    let server = Server::start(restless).await;
    let shared = settings(server.address);
    let clients: Vec<Client> = HOSTS.iter().map(|_| Client::new(shared.clone()).unwrap()).collect();
    join_all(clients.iter().zip(HOSTS).map(|(client, host)| ask_all(client, host, 0..6, Patience::Usual))).await;
    drop(clients);
    // The next visit begins right behind the last one.
    let next = Client::new(shared).unwrap();
    ask_all(&next, HOSTS[0], 6..9, Patience::Usual).await;
    assert_polite(&server, 24);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_slower_of_two_portals_sets_the_pace_of_their_machine() {
    let server = Server::start(|_| page("ok")).await;
    let politeness = Politeness::default();
    let client = |rate| {
        let politeness = politeness.clone();
        let settings = Settings { rate_per_host: rate, obey_robots: false, politeness, ..settings(server.address) };
        Client::new(settings).unwrap()
    };
    let (slow, fast) = (client(4), client(1000));
    let (slow, fast) =
        (ask_all(&slow, HOSTS[0], 0..4, Patience::Usual), ask_all(&fast, HOSTS[1], 0..8, Patience::Usual));
    tokio::join!(slow, fast);
    assert_eq!(server.log().len(), 12);
    // The fast one may have begun alone.
    let late: Vec<Instant> = server.log().iter().skip(2).map(|seen| seen.at).collect();
    assert!(late[late.len() - 1].duration_since(late[0]) >= Duration::from_secs(2), "{late:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_may_be_given_a_rate_of_its_own() {
    let server = Server::start(|_| page("ok")).await;
    let settings = Settings {
        rate_per_host: 2,
        rate_per_machine: Some(1000),
        concurrency_per_host: 3,
        obey_robots: false,
        ..settings(server.address)
    };
    let client = Client::new(settings).unwrap();
    join_all(HOSTS.map(|host| ask_all(&client, host, 0..4, Patience::Usual))).await;
    let log = server.log();
    for host in HOSTS {
        let times: Vec<Instant> = log.iter().filter(|seen| seen.host == host).map(|seen| seen.at).collect();
        let fullest = times.windows(3).map(|three| three[2] - three[0]).min().unwrap();
        assert!(fullest >= Duration::from_secs(1), "{host}: three requests in {fullest:?}");
    }
    assert!(server.peak_rate() > 2, "the machine bears what its portals may be asked together");
}

/// A visit with its probe, its trap, its failures and its second looks, two requests at a time.
#[tokio::test(flavor = "multi_thread")]
async fn a_whole_visit_keeps_the_rate() {
    let server = Server::start(|seen| {
        if seen.path == "/" {
            let links: String = (0..12).map(|n| format!("<a href=\"/c{n}/\">栏目{n}</a>")).collect();
            return page(format!("<html><title>澄湾市教育局</title><body>{links}</body></html>"));
        }
        match (seen.path.as_str(), seen.before) {
            ("/robots.txt", _) => status(404, ""),
            ("/c1/" | "/c2/", 0) => vec![Step::Reset],
            ("/c3/", 0) => answer(429, "Retry-After: 0\r\n", ""),
            ("/c4/", _) => redirect("/c5/"),
            ("/c6/" | "/c7/", _) => status(500, ""),
            (path, _) if path.starts_with("/c") => page(format!(
                "<html><title>{path}</title><body><a href=\"/\">首页</a><p>{}</p></body></html>",
                path.repeat(50)
            )),
            _ => status(404, ""),
        }
    })
    .await;
    let client = Client::new(Settings { concurrency_per_host: 2, attempts: 1, ..settings(server.address) }).unwrap();
    let unit = Unit {
        name: "澄湾市教育局".into(),
        kind: UnitKind::Department,
        aliases: Vec::new(),
        paths: Vec::new(),
        licences: false,
        penalties: false,
        founded: None,
    };
    let portal = Portal {
        id: "chengwan-jyj".into(),
        name: "澄湾市教育局".into(),
        url: format!("http://{}/", HOSTS[0]),
        units: vec![unit],
        pins: Vec::new(),
        column_map: None,
        assigned: Vec::new(),
        attestations: Vec::new(),
        max_pages: 40,
        rate: RATE,
        allow_private: false,
        window: None,
    };
    let limits = Limits { second_look_pause: Duration::from_millis(1), ..Limits::of(&portal, &client) };
    let as_of = "2022-11-16T02:00:00+08:00".parse().unwrap();
    let visited = visit_within(&limits, &portal, &Lexicon::default(), as_of, &client, None, &|_| ()).await;
    assert_polite(&server, 18);
    let seen: BTreeMap<String, usize> = server.log().into_iter().fold(BTreeMap::new(), |mut counts, seen| {
        *counts.entry(seen.path).or_default() += 1;
        counts
    });
    assert_eq!((seen["/c1/"], seen["/c6/"], seen["/robots.txt"]), (2, 2, 1), "second looks were taken: {seen:?}");
    assert_eq!(visited.load.requests, server.log().len() as u64);
    assert!(visited.load.peak_rate <= RATE);
}
