//! An office with one portal, one night and one flagged finding: what the console's tests start from.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicI64, Ordering},
};

use axum::Router;
use jiff::{SignedDuration, Timestamp, civil::Date};
use mingcha::{
    catalog::Catalog,
    console::{self, Services},
    evidence::Archive,
    jobs::{
        caution::Caution,
        fold::{Origin, fold},
    },
    model::{
        Capture, Evidence, Finding, JobRequest, Load, ObservedPage, Outcome, PageFacts, Portal, Run, RunState, Subject,
        Unit, UnitKind, Verdict, beijing_date,
    },
    store::{FindingFilter, Log},
};
use sha2::{Digest, Sha256};

pub const NAME: &str = "admin";
pub const PASSWORD: &str = "明察 2022 spring";
/// Argon2id of [`PASSWORD`] with the smallest cost, so that tests sign in at once.
const PASSWORD_HASH: &str =
    "$argon2id$v=19$m=8,t=1,p=1$Y29uc29sZSB0ZXN0cyAyMg$Uiz7in6x588XsaG/ePeac5g/JpmNJhLvAiCj8xcBH4w";

/// A unit on the list of the rulebook.
pub const UNIT: &str = "市教育局";
pub const RULEBOOK: &str = "yuncheng-2022-b1";
/// What a hostile portal may put into a title.
pub const HOSTILE: &str = "<script>alert('明察')</script>\"><img src=x onerror=alert(1)>";

/// The log, the evidence and the clock behind a console.
pub struct Office {
    _folder: tempfile::TempDir,
    pub log: Log,
    archive: Archive,
    now: Arc<AtomicI64>,
    asked: Arc<Mutex<Vec<JobRequest>>>,
}

impl Office {
    /// An office on the morning of 2022-06-15, with nothing in its log.
    pub async fn open() -> Self {
        let folder = tempfile::tempdir().expect("a folder for the log");
        let log = Log::open(&folder.path().join("log.db")).await.expect("a new log");
        let archive = Archive::open(&folder.path().join("evidence")).expect("an evidence folder");
        let now: Timestamp = "2022-06-15T01:00:00Z".parse().expect("a moment");
        Self { _folder: folder, log, archive, now: Arc::new(AtomicI64::new(now.as_second())), asked: Arc::default() }
    }

    pub fn now(&self) -> Timestamp {
        Timestamp::from_second(self.now.load(Ordering::SeqCst)).expect("a moment")
    }

    pub fn wait(&self, duration: SignedDuration) {
        self.now.fetch_add(duration.as_secs(), Ordering::SeqCst);
    }

    /// What the console asked the queue for.
    pub fn asked(&self) -> Vec<JobRequest> {
        self.asked.lock().expect("no test has panicked with it").clone()
    }

    pub fn console(&self) -> Router {
        let (now, asked) = (Arc::clone(&self.now), Arc::clone(&self.asked));
        console::app(Services {
            log: self.log.clone(),
            archive: self.archive.clone(),
            catalog: Arc::new(Catalog::load(None).expect("the built-in rules are sound")),
            portals: vec![portal()],
            rulebook: RULEBOOK.to_owned(),
            administrator: NAME.to_owned(),
            password_hash: PASSWORD_HASH.to_owned(),
            https: false,
            request_job: Box::new(move |request| {
                asked.lock().expect("no test has panicked with it").push(request);
                Box::pin(async { Ok(()) })
            }),
            draft_bulletin: Box::new(|quarter| {
                let material = mingcha::jobs::bulletin::Material { portals: vec![portal()], ..Default::default() };
                Box::pin(async move { Ok(mingcha::jobs::bulletin::assemble(quarter, &material)) })
            }),
            clock: Box::new(move || Timestamp::from_second(now.load(Ordering::SeqCst)).expect("a moment")),
        })
    }

    /// A night that finds the annual report of 2021 published late, with the page that proves it; gives the finding.
    pub async fn night_with_a_late_report(&self) -> Finding {
        let url = "http://jyj.heyuan.example/zwgk/zfxxgknb/t20220418_1.html";
        let body = format!("<html><head><title>{HOSTILE}</title></head><body>年度报告 2022-04-18</body></html>");
        let page = self.page(url, body.as_bytes());
        let capture = &page.capture;
        let outcome = Outcome {
            check: "annual-report-late".to_owned(),
            unit: UNIT.to_owned(),
            subject: Subject::new("report:2021", format!("2021年度报告{HOSTILE}")),
            outcome: Verdict::Failed,
            reason: "2021年度政府信息公开工作年度报告发布于2022-04-18，迟于1月31日".to_owned(),
            url: Some(url.to_owned()),
            evidence: vec![Evidence {
                url: url.to_owned(),
                capture: Some(capture.id.clone()),
                at: Some(capture.at),
                status: Some(200),
                sha256: Some(capture.sha256.clone()),
                text: format!("发布日期：2022-04-18 {HOSTILE}"),
                note: "页面上的发布日期".to_owned(),
            }],
        };
        self.night(beijing_date(self.now()), vec![page], vec![outcome]).await;
        let findings = self.log.findings(&FindingFilter::default()).await.expect("the log answers");
        findings.into_iter().next().expect("the fault was flagged")
    }

    async fn night(&self, night: Date, pages: Vec<ObservedPage>, outcomes: Vec<Outcome>) {
        let portal = portal();
        let started = self.now();
        let run = Run {
            id: format!("{night}/{}", portal.id),
            portal: portal.id.clone(),
            night,
            as_of: started,
            started,
            finished: Some(started + SignedDuration::from_mins(7)),
            state: RunState::Done,
            note: String::new(),
            load: Load { requests: 41, bytes: 1_850_000, peak_rate: 2 },
        };
        self.log.begin_run(&run, &portal, None).await.expect("the run begins");
        let mut writing = self.log.write_night().await.expect("the night is written");
        let latest = writing.latest_episodes(&portal.id).await.expect("the log answers");
        writing.pages(&run, &pages, &[], &[]).await.expect("pages are written");
        writing.outcomes(&run, &outcomes).await.expect("outcomes are written");
        let changes = fold(&latest, &outcomes, Origin { portal: &portal.id, run: &run.id, night }, &Caution::default());
        writing.changes(&run, &changes).await.expect("changes are written");
        writing.finish(&run, false).await.expect("the run ends");
    }

    fn page(&self, url: &str, body: &[u8]) -> ObservedPage {
        let sha256: String = Sha256::digest(body).iter().map(|byte| format!("{byte:02x}")).collect();
        let mut capture = Capture {
            id: sha256[..32].to_owned(),
            url: url.to_owned(),
            final_url: url.to_owned(),
            hops: Vec::new(),
            at: self.now(),
            status: 200,
            headers: vec![("content-type".to_owned(), "text/html; charset=utf-8".to_owned())],
            sha256,
            bytes: body.len() as u64,
            truncated: false,
            attempts: 1,
            location: None,
            revisit: None,
            conditions: Vec::new(),
            old_tls: false,
            rendered: None,
        };
        self.archive.write(&mut capture, body).expect("the capture is written");
        ObservedPage {
            capture,
            facts: PageFacts::default(),
            linked_from: Some("http://jyj.heyuan.example/zwgk/zfxxgknb/".to_owned()),
            link_text: "2021年度报告".to_owned(),
            depth: 3,
        }
    }
}

pub fn portal() -> Portal {
    Portal {
        id: "jyj".to_owned(),
        name: "河源市教育局网站".to_owned(),
        url: "http://jyj.heyuan.example/".to_owned(),
        units: vec![Unit {
            name: UNIT.to_owned(),
            kind: UnitKind::Department,
            aliases: Vec::new(),
            paths: Vec::new(),
            licences: false,
            penalties: false,
            founded: None,
        }],
        pins: Vec::new(),
        column_map: None,
        assigned: Vec::new(),
        attestations: Vec::new(),
        max_pages: 100,
        rate: 2,
        allow_private: false,

        window: None,
    }
}
