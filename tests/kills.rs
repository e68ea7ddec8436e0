//! `kill -9` at many moments of a night of the real program: whoever goes on afterwards must end where an undisturbed
//! night ends, with nothing lost and nothing twice.
//!
//! `MINGCHA_KILLS` sets how many kills (12 without it), `MINGCHA_KILL_SEED` at which moments.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use flate2::bufread::MultiGzDecoder;
use mingcha::{
    demo::{
        portals::{self, FixturePortal},
        server::Server,
    },
    evidence::{Archive, Depot, Place},
    model::{Portal, RunState},
    store::{FindingFilter, Log},
};
use serde_json::{Value, json};

const PROGRAM: &str = env!("CARGO_BIN_EXE_mingcha");
const STORY: &str = "gbk-old-department";
const MOST_KILLS_OF_A_NIGHT: u64 = 4;

/// One portal of the fixtures, at an address the program reaches without a resolver.
async fn served() -> (Server, Portal) {
    let mut fixture: FixturePortal =
        portals::load().unwrap().into_iter().find(|fixture| fixture.story == STORY).unwrap();
    fixture.sheet.host = "127.0.0.1".to_owned();
    // A visit that lasts a while can be killed at more places.
    fixture.sheet.defaults.delay_ms = 10;
    let mut portal = fixture.sheet.portal.clone();
    let server = Server::start(vec![fixture]).await.unwrap();
    portal.url = format!("http://{}/", server.address());
    (server, portal)
}

/// An office of its own that watches the portal.
struct Office {
    folder: tempfile::TempDir,
    config: PathBuf,
    /// Where the evidence of ended nights goes, where it does not stay.
    store: Option<PathBuf>,
}

impl Office {
    fn new(portal: &Portal) -> Self {
        Self::with_settings(portal, "")
    }

    /// One that moves the evidence of ended nights into a store.
    fn with_store(portal: &Portal) -> Self {
        let office = Self::with_settings(portal, "[evidence]\nstore = 'store'\n");
        Self { store: Some(office.folder.path().join("store")), ..office }
    }

    fn with_settings(portal: &Portal, settings: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("mingcha.toml");
        let Portal { id, name, url, .. } = portal;
        let unit = &portal.units[0];
        let (kind, unit, owes) = (serde_json::to_value(unit.kind).unwrap(), &unit.name, unit.licences);
        let text = format!(
            "contact = 'office'\nrulebook = 'yuncheng-2022-b1'\n[crawl]\ncanary = false\noutward_links = 0\n{settings}[[portal]]\nid = '{id}'\nname = '{name}'\nurl = '{url}'\n\
             rate = 1000\nmax_pages = 30\nallow_private = true\n\
             units = [{{ name = '{unit}', kind = {kind}, licences = {owes}, penalties = {owes} }}]\n"
        );
        fs::write(&config, text).unwrap();
        Self { folder, config, store: None }
    }

    /// The night, as a program of its own.
    fn begin_night(&self) -> Child {
        let mut program = Command::new(PROGRAM);
        program.args(["crawl", "--as-of", "2022-11-16T02:00", "--config"]).arg(&self.config);
        program.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("the program starts")
    }

    fn whole_night(&self) {
        let output = self.begin_night().wait_with_output().expect("it ends");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    /// Moves what still lies here into the store.
    fn shelve(&self) {
        let output = Command::new(PROGRAM).args(["evidence", "shelve", "--config"]).arg(&self.config).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    fn archive(&self) -> Archive {
        let archive = Archive::open(&self.evidence()).unwrap();
        match &self.store {
            Some(store) => archive.with_depot(Depot::open(&Place::Folder(store.clone())).unwrap()),
            None => archive,
        }
    }

    fn evidence(&self) -> PathBuf {
        self.folder.path().join("mingcha-data/evidence")
    }

    /// Everything the night left, without the moments and places that may differ.
    async fn left(&self) -> Value {
        let log = Log::open(&self.folder.path().join("mingcha-data/log.db")).await.unwrap();
        let verified = log.verify().await.unwrap();
        assert_eq!(verified.faults, []);
        let runs = log.runs_of_night("2022-11-16".parse().unwrap()).await.unwrap();
        assert_eq!(runs.len(), 1, "one night is one run: {runs:?}");
        let run = &runs[0];
        assert!(matches!(run.state, RunState::Done | RunState::Partial), "{run:?}");
        let captures = log.captures_of(&run.id).await.unwrap();
        let archive = self.archive();
        for stored in &captures {
            archive.read(&stored.capture).unwrap();
        }
        let captures: Vec<Value> = captures
            .iter()
            .map(|stored| {
                let capture = serde_json::to_value(&stored.capture).unwrap();
                json!([capture, stored.is_page, stored.linked_from, stored.link_text, stored.depth])
            })
            .collect();
        let findings = log.findings(&FindingFilter::default()).await.unwrap();
        assert!(!findings.is_empty(), "the portal has faults");
        let events: Vec<Value> = log
            .events_of_night(run.night)
            .await
            .unwrap()
            .iter()
            .map(|event| serde_json::to_value(event).unwrap())
            .collect();
        let mut left = json!({
            "run": [run.id, run.state, run.note, run.load.requests, run.load.bytes],
            "captures": captures,
            "unread": log.unread_pages_of(&run.id).await.unwrap(),
            "outcomes": log.outcomes_of(&run.id).await.unwrap(),
            "findings": findings,
            "events": events,
        });
        forget_moments(&mut left);
        log.close().await;
        left
    }

    /// Every file of the evidence is whole records to its end, as the standard tools want it.
    fn assert_evidence_readable(&self) {
        let mut files = 0;
        let mut folders = vec![self.store.clone().unwrap_or_else(|| self.evidence())];
        while let Some(folder) = folders.pop() {
            for item in fs::read_dir(folder).unwrap() {
                let path = item.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    files += 1;
                    assert_readable(&path);
                }
            }
        }
        assert!(files > 0, "no evidence");
    }
}

fn assert_readable(path: &Path) {
    let mut records = MultiGzDecoder::new(io::BufReader::new(File::open(path).unwrap()));
    io::copy(&mut records, &mut io::sink()).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
}

/// Takes out when something was, where it lies, and what the server's clock said.
fn forget_moments(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields
                .retain(|name, _| !matches!(name.as_str(), "at" | "of_at" | "location" | "hash" | "previous" | "seal"));
            fields.values_mut().for_each(forget_moments);
        }
        Value::Array(items) => {
            items.retain(|item| !item.get(0).is_some_and(|name| name == "date"));
            items.iter_mut().for_each(forget_moments);
        }
        _ => {}
    }
}

/// Pseudo-random numbers that a seed repeats (xorshift64*).
struct Chance(u64);

impl Chance {
    fn up_to(&mut self, most: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 16) % (most + 1)
    }
}

fn from_environment(name: &str, usual: u64) -> u64 {
    std::env::var(name).map_or(usual, |text| text.parse().unwrap_or_else(|_| panic!("{name}={text:?} is no number")))
}

/// How long an undisturbed night takes to its last request, how many there are, and how long it goes on after that.
struct Undisturbed {
    requests: usize,
    reading: Duration,
    writing: Duration,
}

fn undisturbed(office: &Office, server: &Server) -> Undisturbed {
    let begun = Instant::now();
    office.whole_night();
    let ended = Instant::now();
    let requests = server.requests();
    let last = requests.last().expect("requests").at;
    Undisturbed { requests: requests.len(), reading: last - begun, writing: ended - last }
}

/// Kills the night at a moment of chance: half of them anywhere, half while the night is judged and written. False where
/// the night was over before.
async fn killed(office: &Office, server: &Server, usual: &Undisturbed, chance: &mut Chance) -> bool {
    let millis = |time: Duration| u64::try_from(time.as_millis()).unwrap();
    let before = server.requests().len();
    let mut program = office.begin_night();
    if chance.up_to(1) == 0 {
        tokio::time::sleep(Duration::from_millis(chance.up_to(millis(usual.reading)))).await;
    } else {
        let patience = Instant::now() + Duration::from_secs(120);
        while server.requests().len() < before + usual.requests
            && program.try_wait().unwrap().is_none()
            && Instant::now() < patience
        {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        tokio::time::sleep(Duration::from_millis(chance.up_to(millis(usual.writing)))).await;
    }
    program.kill().unwrap();
    !program.wait().unwrap().success()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_night_ends_like_an_undisturbed_one() {
    let (server, portal) = served().await;
    let office = Office::new(&portal);
    let usual = undisturbed(&office, &server);
    let expected = office.left().await;
    let seed = from_environment("MINGCHA_KILL_SEED", 20_221_116);
    let mut chance = Chance(seed.max(1));
    let (mut kills, mut hits, most) = (0, 0, from_environment("MINGCHA_KILLS", 12));
    while kills < most {
        let office = Office::new(&portal);
        let mut over = false;
        for _ in 0..=chance.up_to(MOST_KILLS_OF_A_NIGHT - 1) {
            over = !killed(&office, &server, &usual, &mut chance).await;
            kills += 1;
            hits += u64::from(!over);
            // A program that dies on its way out has done its night; another one would be a second run.
            over = over || is_over(&office).await;
            if over {
                break;
            }
        }
        if !over {
            office.whole_night();
        }
        let left = office.left().await;
        assert!(left == expected, "seed {seed}, after {kills} kills: {}", first_difference("", &expected, &left));
        office.assert_evidence_readable();
    }
    // On a loaded machine many a kill comes too late; those that met a night must be enough to say something.
    assert!(hits * 4 >= kills, "only {hits} of {kills} kills met a night that was still going on");
}

/// The store is filled after the night was written, which no second night would repeat: a kill there must cost nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_night_killed_on_its_way_into_the_store_loses_nothing() {
    let (server, portal) = served().await;
    let expected = {
        let office = Office::new(&portal);
        office.whole_night();
        office.left().await
    };
    let office = Office::with_store(&portal);
    let usual = undisturbed(&office, &server);
    let seed = from_environment("MINGCHA_KILL_SEED", 20_221_117);
    let mut chance = Chance(seed.max(1));
    for kill in 0..from_environment("MINGCHA_KILLS", 12) / 2 {
        let office = Office::with_store(&portal);
        let over = !killed(&office, &server, &usual, &mut chance).await || is_over(&office).await;
        if !over {
            office.whole_night();
        }
        office.shelve();
        let left = office.left().await;
        assert!(left == expected, "seed {seed}, kill {kill}: {}", first_difference("", &expected, &left));
        office.assert_evidence_readable();
        let here = office.evidence();
        assert!(!here.exists() || crate::support::warc::files(&here).is_empty(), "all of it went into the store");
    }
}

/// Killed after everything was written: the night needs nobody to go on.
async fn is_over(office: &Office) -> bool {
    let path = office.folder.path().join("mingcha-data/log.db");
    if !path.exists() {
        return false;
    }
    let log = Log::open(&path).await.unwrap();
    let runs = log.runs_of_night("2022-11-16".parse().unwrap()).await.unwrap();
    log.close().await;
    runs.iter().any(|run| run.state != RunState::Running)
}

fn first_difference(place: &str, one: &Value, other: &Value) -> String {
    match (one, other) {
        (Value::Object(a), Value::Object(b)) if a.len() == b.len() => {
            let differs = a.iter().find(|(name, value)| b.get(*name) != Some(value));
            differs.map_or_else(String::new, |(name, value)| {
                first_difference(&format!("{place}.{name}"), value, b.get(name).unwrap_or(&Value::Null))
            })
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            let differs = a.iter().zip(b).enumerate().find(|(_, (a, b))| a != b);
            differs.map_or_else(String::new, |(number, (a, b))| first_difference(&format!("{place}[{number}]"), a, b))
        }
        _ => format!("{place}: {one} became {other}"),
    }
}
