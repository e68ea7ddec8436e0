//! A portal that misbehaves in every way of `fixtures/hostile/`: each must cost bounded time, bytes and requests, get its
//! own name, end the visit with the right note, and never be taken for absence.

use std::{
    collections::BTreeMap,
    fmt::Write,
    io,
    net::{IpAddr, Ipv4Addr},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use futures_util::{StreamExt, stream};
use mingcha::{
    catalog::Catalog,
    crawl::{Limits, Visited, visit_within},
    fetch::{self, Names},
    jobs::night::judge_visit,
    model::{Outcome, Portal, Unit, UnitKind},
};

use crate::support::{
    certificates::Authority,
    hostile::{Behaviour, HOST, Listens, load},
    server::Server,
};

const AS_OF: &str = "2022-11-16T02:00:00+08:00";
/// Some behaviours keep a core busy; others must not be late for it.
const AT_A_TIME: usize = 8;

/// Everything wrong with what came of a behaviour.
#[derive(Default)]
struct Faults(String);

impl Faults {
    fn check(&mut self, holds: bool, told: impl FnOnce() -> String) {
        if !holds {
            let _ = write!(self.0, "\n    {}", told());
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_behaviour_gives_what_its_file_says() {
    let behaviours = load();
    assert!(behaviours.len() >= 30, "{} behaviours", behaviours.len());
    let (catalog, authority) =
        (Arc::new(Catalog::load(None).unwrap()), Arc::new(Authority::new("Chengwan test authority")));
    let only = std::env::var("MINGCHA_HOSTILE").unwrap_or_default();
    let tried = behaviours.into_iter().filter(|(name, _)| name.contains(&only)).map(|(name, behaviour)| {
        let (catalog, authority) = (Arc::clone(&catalog), Arc::clone(&authority));
        // A task each, so that one that computes does not hold up the clocks of the others.
        tokio::spawn(async move {
            let behaviour = Arc::new(behaviour);
            let faults = tried(&behaviour, &catalog, &authority).await;
            (!faults.0.is_empty()).then(|| format!("{name} ({}):{}\n", behaviour.does, faults.0))
        })
    });
    let faults: Vec<Option<String>> =
        stream::iter(tried).buffer_unordered(AT_A_TIME).map(|tried| tried.unwrap()).collect().await;
    let faults: String = faults.into_iter().flatten().collect();
    assert!(faults.is_empty(), "\n{faults}");
}

async fn tried(behaviour: &Arc<Behaviour>, catalog: &Catalog, authority: &Authority) -> Faults {
    let server = behaviour.start(authority).await;
    let client = fetch::Client::new(settings(behaviour, &server, authority)).unwrap();
    let portal = portal(behaviour);
    let limits = Limits {
        second_look_pause: Duration::from_millis(20),
        wall_clock: Duration::from_secs(60),
        ..Limits::of(&portal, &client)
    };
    let begun = Instant::now();
    let lexicon = &catalog.lexicon;
    let as_of = AS_OF.parse().unwrap();
    let visited = visit_within(&limits, &portal, lexicon, as_of, &client, None, &|_| ()).await;
    let took = begun.elapsed();
    let (_, outcomes) = judge_visit(catalog, &portal, as_of, &visited);

    let mut faults = Faults::default();
    compare(&mut faults, behaviour, &visited, &outcomes);
    if !faults.0.is_empty() {
        for page in &visited.pages {
            let (facts, bytes) = (&page.facts, page.capture.bytes);
            let rows = facts.entries.len();
            faults.check(false, || {
                format!("read {} {:?} {:?}: {bytes} bytes, {rows} rows", page.capture.url, facts.title, facts.kind)
            });
        }
    }
    let gives = &behaviour.gives;
    let load = visited.load;
    let log = server.log();
    faults.check(behaviour.is_over_tls() || load.requests == log.len() as u64 || log.is_empty(), || {
        format!("the load says {} requests, the server saw {}", load.requests, log.len())
    });
    faults.check(load.requests <= gives.most_requests, || format!("{} requests", load.requests));
    faults.check(load.bytes <= gives.most_bytes, || format!("{} bytes", load.bytes));
    faults.check(took.as_secs() <= gives.most_seconds, || format!("took {took:?}"));
    faults.check(took.as_secs() >= gives.least_seconds, || format!("took only {took:?}"));
    if matches!(behaviour.listens, Listens::Rebinding) {
        faults.check(log.is_empty(), || "the machine inside was asked".to_owned());
    }
    faults
}

/// Impatient, so that waiting takes a second instead of minutes.
fn settings(behaviour: &Behaviour, server: &Server, authority: &Authority) -> fetch::Settings {
    let mut settings = fetch::Settings {
        user_agent: "mingcha/0 (+tests)".to_owned(),
        rate_per_host: behaviour.client.rate.unwrap_or(10_000),
        connect_timeout: Duration::from_millis(1200),
        head_timeout: Duration::from_millis(2000),
        idle_timeout: Duration::from_millis(1000),
        total_timeout: Duration::from_millis(3000),
        second_look_factor: 1,
        attempts: behaviour.client.attempts.unwrap_or(1),
        first_pause: Duration::from_millis(10),
        longest_pause: Duration::from_millis(2500),
        max_bytes: behaviour.client.max_bytes.unwrap_or(200_000),
        authorities: vec![authority.der()],
        clock: AS_OF.parse().ok(),
        ..fetch::Settings::default()
    };
    match behaviour.listens {
        Listens::Nameless => {
            settings.names =
                Names::scripted(|host| Err(io::Error::new(io::ErrorKind::NotFound, format!("no address for {host}"))));
        }
        Listens::Rebinding => {
            let asked = AtomicUsize::new(0);
            settings.names = Names::scripted(move |_| {
                let first = asked.fetch_add(1, Ordering::Relaxed) == 0;
                Ok(vec![IpAddr::V4(if first { Ipv4Addr::new(1, 2, 4, 8) } else { Ipv4Addr::LOCALHOST })])
            });
        }
        Listens::Refusing => {
            let unused = std::net::TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
            settings.resolve = BTreeMap::from([(HOST.to_owned(), unused.unwrap())]);
        }
        _ => settings.resolve = BTreeMap::from([(HOST.to_owned(), server.address)]),
    }
    settings
}

fn portal(behaviour: &Behaviour) -> Portal {
    let unit = Unit {
        name: "澄湾市教育局".into(),
        kind: UnitKind::Department,
        aliases: Vec::new(),
        paths: Vec::new(),
        licences: false,
        penalties: false,
        founded: None,
    };
    Portal {
        id: "chengwan-jyj".into(),
        name: "澄湾市教育局".into(),
        url: behaviour.home(),
        units: vec![unit],
        pins: Vec::new(),
        column_map: None,
        assigned: Vec::new(),
        attestations: Vec::new(),
        max_pages: behaviour.client.max_pages.unwrap_or(100),
        rate: 1,
        allow_private: false,
        window: None,
    }
}

fn compare(faults: &mut Faults, behaviour: &Behaviour, visited: &Visited, outcomes: &[Outcome]) {
    let gives = &behaviour.gives;
    let home = behaviour.home();
    let path = |url: &str| url.strip_prefix(&home).map_or_else(|| url.to_owned(), |path| format!("/{path}"));
    let causes: BTreeMap<String, String> =
        visited.failures.iter().map(|failure| (path(&failure.url), failure.cause.name())).collect();
    let details: BTreeMap<String, &str> =
        visited.failures.iter().map(|failure| (path(&failure.url), failure.detail.as_str())).collect();
    faults.check(causes == gives.causes, || format!("causes {causes:?} ({details:?})"));
    for (page, says) in &gives.details {
        faults.check(details.get(page).is_some_and(|detail| detail.contains(says.as_str())), || {
            format!("of {page} is said {:?}, not {says:?}", details.get(page))
        });
    }
    let read: Vec<String> = visited.pages.iter().map(|page| path(&page.capture.url)).collect();
    for page in &gives.read {
        faults.check(read.contains(page), || format!("{page} is not among the pages read: {read:?}"));
    }
    faults.check(visited.cut_short == gives.cut_short, || format!("cut short: {}", visited.cut_short));
    let note = &visited.note;
    faults.check(
        gives.note.as_ref().map_or(note.is_empty(), |says| !says.is_empty() && note.contains(says.as_str())),
        || format!("note {note:?}"),
    );
    for (check, subject, expected) in [
        ("annual-report-missing", "report:2021", &gives.report),
        ("required-column-missing", "column:政府信息公开年报", &gives.column),
    ] {
        let found = outcomes.iter().find(|outcome| outcome.check == check && outcome.subject.key == subject);
        let says = found.map(|found| serde_json::to_value(found.outcome).unwrap());
        let says = says.as_ref().and_then(|says| says.as_str()).unwrap_or("nothing");
        faults.check(says == expected, || format!("{check} says {says}: {:?}", found.map(|found| &found.reason)));
        faults.check(expected != "failed", || format!("{check} may not expect failed: what is there is not absent"));
    }
}

/// What makes the others worth something: where the column is truly absent, the same visit says so.
#[tokio::test]
async fn true_absence_is_seen() {
    let text = "does: it has no column of annual reports\npaths: {/: {always: [{answer: {body: {page: {title: 澄湾市教育局, \
                links: {/a/: 机构职能, /b/: 工作动态, /c/: 通知公告, /d/: 政策文件, /e/: 领导信息}}}}}]}}\n\
                gives: {report: failed, column: failed}";
    let behaviour: Arc<Behaviour> = Arc::new(mingcha::catalog::yaml::read("absence", text).unwrap());
    let catalog = Catalog::load(None).unwrap();
    let faults = tried(&behaviour, &catalog, &Authority::new("Chengwan test authority")).await;
    assert!(!faults.0.contains("says"), "{}", faults.0);
}
