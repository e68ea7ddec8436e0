//! A portal's night as a whole: written once, repeated after a kill, judged again to the byte.

use std::{
    path::Path,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use jiff::Timestamp;
use mingcha::{
    catalog::Catalog,
    crawl::Progress,
    demo::{portals, server::Server},
    evidence::Archive,
    fetch,
    jobs::{
        judge::judge_again,
        night::{NightReport, Order, Stage, Tools, run_portal_night},
        queue::{Queue, Workers},
        worker::portal_nights,
    },
    model::{Decision, FindingState, JobKind, JobRequest, Portal, RunState, Verdict},
    store::{FindingFilter, Log},
};

/// A portal of the fixtures on loopback, with an office that inspects it.
struct Office {
    tools: Tools,
    portal: Portal,
    as_of: Timestamp,
    folder: tempfile::TempDir,
    _server: Server,
}

impl Office {
    async fn new() -> Self {
        let story = "gbk-old-department";
        let fixtures = portals::load().unwrap();
        let fixture = fixtures.into_iter().find(|fixture| fixture.story == story).unwrap();
        let portal = Portal { rate: 10_000, ..fixture.sheet.portal.clone() };
        let as_of = fixture.as_of().unwrap();
        let server = Server::start(vec![fixture]).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let tools = tools(folder.path(), &server, as_of).await;
        Self { tools, portal, as_of, folder, _server: server }
    }

    async fn night(&self, job: Option<&str>) -> Option<NightReport> {
        self.night_as_of(self.as_of, job).await
    }

    async fn night_as_of(&self, as_of: Timestamp, job: Option<&str>) -> Option<NightReport> {
        let order = Order { portal: &self.portal, as_of: Some(as_of), job };
        run_portal_night(&self.tools, order, &|_| {}).await.unwrap()
    }

    /// A night that is killed after so many pages.
    async fn killed_night(&self, pages: usize) {
        let (enough, reached) = tokio::sync::oneshot::channel();
        let enough = Mutex::new(Some(enough));
        let tell = |stage| {
            if let Stage::Visiting(Progress::Read { tally, .. }) = stage
                && tally.read >= pages
                && let Some(enough) = enough.lock().unwrap().take()
            {
                enough.send(()).unwrap();
            }
        };
        let order = Order { portal: &self.portal, as_of: Some(self.as_of), job: None };
        tokio::select! {
            report = run_portal_night(&self.tools, order, &tell) => panic!("not killed: {report:?}"),
            () = async { reached.await.unwrap() } => {}
        }
    }

    async fn findings(&self) -> Vec<mingcha::model::Finding> {
        self.tools.log.findings(&FindingFilter::default()).await.unwrap()
    }
}

async fn tools(folder: &Path, server: &Server, as_of: Timestamp) -> Tools {
    Tools {
        log: Log::open(&folder.join("log.db")).await.unwrap(),
        archive: Archive::open(&folder.join("evidence")).unwrap(),
        catalog: Arc::new(Catalog::load(None).unwrap()),
        fetch: fetch::Settings {
            resolve: server.resolve(),
            clock: Some(as_of),
            first_pause: Duration::from_millis(5),
            ..fetch::Settings::default()
        },
        canary: None,
    }
}

/// How many outcomes name a fault or ask a person: each opens a finding.
fn spoken_up(report: &NightReport) -> usize {
    let speaks = |verdict| matches!(verdict, Verdict::Failed | Verdict::NeedsReview);
    report.outcomes.iter().filter(|outcome| speaks(outcome.outcome)).count()
}

#[tokio::test]
async fn a_night_is_written_whole() {
    let office = Office::new().await;
    let report = office.night(None).await.unwrap();
    assert_eq!(report.run.id, "2022-11-16/gbk-old-department");
    assert!(matches!(report.run.state, RunState::Done | RunState::Partial), "{:?}", report.run);
    assert!(report.run.load.requests > 5);

    let log = &office.tools.log;
    assert_eq!(log.run(&report.run.id).await.unwrap().unwrap(), report.run);
    assert_eq!(log.outcomes_of(&report.run.id).await.unwrap(), report.outcomes);
    let captures = log.captures_of(&report.run.id).await.unwrap();
    assert!(captures.len() > 5);
    for capture in &captures {
        office.tools.archive.read(&capture.capture).unwrap();
    }
    assert!(report.outcomes.iter().any(|outcome| outcome.outcome == Verdict::Failed), "the portal has seeded faults");
    let spoken = spoken_up(&report);
    assert_eq!(office.findings().await.len(), spoken);
    assert_eq!(report.changes.len(), spoken);
    assert_eq!(log.verify().await.unwrap().faults, []);
}

#[tokio::test]
async fn the_same_night_twice_opens_nothing_twice() {
    let office = Office::new().await;
    office.night(None).await.unwrap();
    let before = office.findings().await;
    let again = office.night(None).await.unwrap();
    assert_eq!(again.run.id, "2022-11-16/gbk-old-department+2");
    assert_eq!(again.changes, []);
    assert_eq!(office.findings().await, before);
}

#[tokio::test]
async fn what_people_decided_outlives_the_next_night() {
    let office = Office::new().await;
    office.night(None).await.unwrap();
    let finding = office.findings().await.remove(0);
    office.tools.log.decide(&finding.id, Decision::Dismiss, "王芳", "误报", office.as_of).await.unwrap();
    let next = office.night_as_of(office.as_of + jiff::SignedDuration::from_hours(24), None).await.unwrap();
    assert_eq!(next.run.id, "2022-11-17/gbk-old-department");
    let dismissed = office.tools.log.finding(&finding.id).await.unwrap().unwrap();
    assert_eq!((dismissed.state, dismissed.reason.as_str()), (FindingState::Dismissed, "误报"));
    assert!(dismissed.last_measured > finding.last_measured);
}

#[tokio::test]
async fn a_killed_night_is_repeated_in_its_own_run() {
    let office = Office::new().await;
    office.killed_night(3).await;
    let log = &office.tools.log;
    let running = log.running_runs(&office.portal.id).await.unwrap();
    assert_eq!(running.len(), 1);
    assert!(office.findings().await.is_empty());
    let Tools { archive, catalog, .. } = &office.tools;
    let refused = judge_again(log, archive, catalog, &running[0].id).await.unwrap_err().to_string();
    assert_eq!(refused, format!("run {} has not ended: there is nothing yet to judge again", running[0].id));

    let report = office.night(None).await.unwrap();
    assert_eq!(report.run.id, running[0].id);
    assert_eq!(log.runs_of_night(report.run.night).await.unwrap().len(), 1);
    assert_eq!(office.findings().await.len(), spoken_up(&report));

    let whole = Office::new().await.night(None).await.unwrap();
    assert_eq!(report.outcomes.len(), whole.outcomes.len(), "a repeated night sees what a whole one sees");
}

#[tokio::test]
async fn a_night_killed_before_midnight_is_closed_by_the_next_one() {
    let office = Office::new().await;
    office.killed_night(3).await;
    let next = office.night_as_of(office.as_of + jiff::SignedDuration::from_hours(24), None).await.unwrap();
    let killed = office.tools.log.run("2022-11-16/gbk-old-department").await.unwrap().unwrap();
    assert_eq!((killed.state, killed.note.as_str()), (RunState::Failed, "中断，未完成"));
    assert_eq!(next.run.night.to_string(), "2022-11-17");
}

#[tokio::test]
async fn a_stored_night_judged_again_says_the_same_to_the_byte() {
    let office = Office::new().await;
    let report = office.night(None).await.unwrap();
    let Tools { log, archive, catalog, .. } = &office.tools;
    let judged = judge_again(log, archive, catalog, &report.run.id).await.unwrap();
    assert_eq!(judged.differences, []);
    assert_eq!(judged.changes, []);
    let text = |outcomes| serde_json::to_string(outcomes).unwrap();
    assert_eq!(text(&judged.outcomes), text(&report.outcomes));

    let fewer = Catalog { checks: catalog.checks[1..].to_vec(), ..(**catalog).clone() };
    let judged = judge_again(log, archive, &fewer, &report.run.id).await.unwrap();
    assert!(!judged.differences.is_empty(), "other rules say something else");
    assert_eq!(log.outcomes_of(&report.run.id).await.unwrap(), report.outcomes, "and nothing is written");

    let error = judge_again(log, archive, catalog, "2022-11-16/nobody").await.unwrap_err();
    assert_eq!(error.to_string(), "there is no run \"2022-11-16/nobody\" in the log");
}

#[tokio::test]
async fn a_job_does_its_night_once() {
    let office = Office::new().await;
    let queue = Queue::open(&office.folder.path().join("queue.db")).await.unwrap();
    let request = JobRequest {
        kind: JobKind::Night,
        portal: office.portal.id.clone(),
        tick: office.as_of,
        as_of: Some(office.as_of),
        asked_by: "schedule".into(),
    };
    queue.push(&JobRequest { portal: "gone".into(), ..request.clone() }).await.unwrap();
    queue.push(&request).await.unwrap();
    let (end, ended) = tokio::sync::oneshot::channel::<()>();
    let work = portal_nights(office.tools.clone(), vec![office.portal.clone()]);
    let stop = async {
        let _ = ended.await;
    };
    let working = tokio::spawn({
        let queue = queue.clone();
        async move { queue.work(Workers::default(), work, stop).await }
    });
    let log = &office.tools.log;
    let deadline = Instant::now() + Duration::from_secs(60);
    while log.run_of_job(&request.key()).await.unwrap().is_none_or(|run| run.state == RunState::Running) {
        assert!(Instant::now() < deadline, "the job is done in time");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    end.send(()).unwrap();
    working.await.unwrap().unwrap();
    assert!(!office.findings().await.is_empty());
    assert!(office.night(Some(&request.key())).await.is_none(), "a job that comes again finds its night done");
    assert_eq!(log.nights(9).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_portal_is_not_visited_twice_at_once() {
    let office = Office::new().await;
    let hold = office.tools.archive.hold(&office.portal.id).unwrap().expect("nobody visits it");
    assert!(office.tools.archive.hold(&office.portal.id).unwrap().is_none(), "one at a time");
    assert!(office.night(None).await.is_none(), "another visit is under way");
    assert_eq!(office.tools.log.running_runs(&office.portal.id).await.unwrap(), []);
    drop(hold);
    assert!(office.night(None).await.is_some());
}
