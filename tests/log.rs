//! The log: what is written comes back, events cannot be changed unseen, entries and decisions.

use std::path::Path;

use jiff::{Timestamp, civil::date};
use mingcha::{
    jobs::{
        caution::Caution,
        fold::{Origin, fold},
    },
    model::{
        Capture, Cause, Decision, Entry, EntrySource, EntryStatus, EventKind, Evidence, Finding, FindingState, Hop,
        Level, Load, NotMeasurable, ObservedPage, Outcome, PageFacts, Portal, Revisit, Run, RunState, Sameness,
        Subject, Unit, UnitKind, Verdict,
    },
    store::{EntryFilter, Fault, FindingFilter, Imported, Log, LogError},
};
use sqlx::Executor;

struct Office {
    log: Log,
    folder: tempfile::TempDir,
}

impl Office {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let log = Log::open(&folder.path().join("log.db")).await.unwrap();
        Self { log, folder }
    }

    /// Changes the file behind the log's back.
    async fn tamper(&self, sql: &'static str) -> Result<(), sqlx::Error> {
        tamper(&self.folder.path().join("log.db"), sql).await
    }
}

async fn tamper(path: &Path, sql: &'static str) -> Result<(), sqlx::Error> {
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path);
    let pool = sqlx::SqlitePool::connect_with(options).await?;
    let result = pool.execute(sql).await;
    pool.close().await;
    result.map(|_| ())
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn portal() -> Portal {
    Portal {
        id: "jyj".into(),
        name: "河源市教育局".into(),
        url: "http://jyj.heyuan.gov.cn/".into(),
        units: vec![Unit {
            name: "市教育局".into(),
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
        max_pages: 500,
        rate: 1,
        allow_private: false,

        window: None,
    }
}

fn run_of(night: jiff::civil::Date) -> Run {
    let started = at(&format!("{night}T01:30:00.123456+08"));
    Run {
        id: format!("{night}/jyj"),
        portal: "jyj".into(),
        night,
        as_of: started,
        started,
        finished: None,
        state: RunState::Running,
        note: String::new(),
        load: Load::default(),
    }
}

fn done(run: &Run) -> Run {
    Run {
        finished: Some(run.started + jiff::SignedDuration::from_mins(7)),
        state: RunState::Done,
        load: Load { requests: 42, bytes: 123_456, peak_rate: 1 },
        ..run.clone()
    }
}

fn outcome(subject: &str, verdict: Verdict) -> Outcome {
    Outcome {
        check: "annual-report-late".into(),
        unit: "市教育局".into(),
        subject: Subject::new(subject, "2021年度报告"),
        outcome: verdict,
        reason: "发布于2022-02-10，晚于1月31日".into(),
        url: Some("http://jyj.heyuan.gov.cn/1.html".into()),
        evidence: vec![Evidence {
            url: "http://jyj.heyuan.gov.cn/1.html".into(),
            at: Some(at("2022-03-01T01:31:00.000001+08")),
            text: "发布时间：2022-02-10".into(),
            ..Evidence::default()
        }],
    }
}

fn page(url: &str) -> ObservedPage {
    ObservedPage {
        capture: Capture {
            id: format!("id of {url}"),
            url: url.into(),
            final_url: url.into(),
            hops: vec![Hop { url: "http://old.heyuan.gov.cn/".into(), status: 301, ..Hop::default() }],
            at: at("2022-03-01T01:31:00.5+08"),
            status: 200,
            headers: vec![("Content-Type".into(), "text/html; charset=gbk".into())],
            sha256: "00".into(),
            bytes: 12,
            truncated: false,
            attempts: 2,
            location: Some("pages-00001.warc.gz:17".into()),
            rendered: None,
            revisit: Some(Revisit {
                sameness: Sameness::NotModified,
                of: "earlier".into(),
                of_at: at("2022-02-28T01:31:00.5+08"),
                received: at("2022-02-28T01:31:00.5+08"),
                location: Some("pages-00001.warc.gz:99".into()),
            }),
            conditions: Vec::new(),
            old_tls: true,
        },
        facts: PageFacts::default(),
        linked_from: Some("http://jyj.heyuan.gov.cn/".into()),
        link_text: "政府信息公开年报".into(),
        depth: 3,
    }
}

fn unread() -> NotMeasurable {
    NotMeasurable {
        url: "http://jyj.heyuan.gov.cn/2.html".into(),
        cause: Cause::BotShield,
        detail: "412".into(),
        attempts: 3,
        at: Some(at("2022-03-01T01:32:00+08")),
        capture: Some("c2".into()),
        linked_from: None,
    }
}

/// A whole night with these outcomes; returns how many findings changed.
async fn night(log: &Log, night: jiff::civil::Date, outcomes: &[Outcome]) -> usize {
    let run = run_of(night);
    log.begin_run(&run, &portal(), None).await.unwrap();
    finish(log, &run, outcomes).await.unwrap()
}

async fn finish(log: &Log, run: &Run, outcomes: &[Outcome]) -> Result<usize, LogError> {
    let mut writing = log.write_night().await?;
    let run = done(run);
    let shield = Capture { id: "c2".into(), status: 412, ..page("http://jyj.heyuan.gov.cn/2.html").capture };
    writing.pages(&run, &[page("http://jyj.heyuan.gov.cn/1.html")], &[shield], &[unread()]).await?;
    writing.outcomes(&run, outcomes).await?;
    let latest = writing.latest_episodes("jyj").await?;
    let changes =
        fold(&latest, outcomes, Origin { portal: "jyj", run: &run.id, night: run.night }, &Caution::default());
    writing.changes(&run, &changes).await?;
    writing.finish(&run, true).await?;
    Ok(changes.len())
}

async fn only_finding(log: &Log) -> Finding {
    let mut findings = log.findings(&FindingFilter::default()).await.unwrap();
    assert_eq!(findings.len(), 1);
    findings.remove(0)
}

#[tokio::test]
async fn a_night_comes_back_as_it_was_written() {
    let office = Office::new().await;
    let log = &office.log;
    let outcomes = [
        outcome("report:2021", Verdict::Failed),
        outcome("report:2020", Verdict::NotMeasurable(Cause::Timeout)),
        outcome("report:2019", Verdict::Passed),
    ];
    night(log, date(2022, 3, 1), &outcomes).await;

    let run = done(&run_of(date(2022, 3, 1)));
    let expected = std::slice::from_ref(&run);
    assert_eq!(log.latest_runs().await.unwrap(), expected);
    assert_eq!(log.runs_of_night(date(2022, 3, 1)).await.unwrap(), expected);
    assert_eq!(log.runs_of_portal("jyj", 5).await.unwrap(), expected);
    assert_eq!(log.nights(5).await.unwrap(), [date(2022, 3, 1)]);
    assert_eq!(log.outcomes_of(&run.id).await.unwrap(), outcomes);

    let visit = log.visit(&run.id).await.unwrap();
    let seen = page("http://jyj.heyuan.gov.cn/1.html");
    assert_eq!((visit.portal, visit.run, visit.cut_short), (portal(), run, true));
    assert_eq!(visit.failures, [unread()]);
    assert_eq!(visit.pages.len(), 1, "what is no page is not judged");
    assert_eq!(visit.pages[0].capture, seen.capture);
    assert_eq!(log.captures_of("2022-03-01/jyj").await.unwrap().len(), 2);
    assert!(!log.capture("c2").await.unwrap().unwrap().is_page);
    assert_eq!((visit.pages[0].linked_from.clone(), visit.pages[0].depth), (seen.linked_from, 3));
    let by_id = log.capture("id of http://jyj.heyuan.gov.cn/1.html").await.unwrap().unwrap();
    assert_eq!(by_id, visit.pages[0]);

    let summary = log.night_summary(date(2022, 3, 1)).await.unwrap();
    assert_eq!(
        summary.outcomes,
        [(Verdict::Failed, 1), (Verdict::NotMeasurable(Cause::Timeout), 1), (Verdict::Passed, 1)]
    );
    let counts = log.counts().await.unwrap();
    assert_eq!(counts.findings[&FindingState::Suspected], 1);
    assert_eq!(counts.suspected_by_unit["市教育局"], 1);
    assert_eq!((counts.runs, counts.last_night), (1, Some(date(2022, 3, 1))));
}

#[tokio::test]
async fn the_same_night_twice_changes_nothing() {
    let office = Office::new().await;
    let outcomes = [outcome("report:2021", Verdict::Failed), outcome("report:2020", Verdict::Passed)];
    assert_eq!(night(&office.log, date(2022, 3, 1), &outcomes).await, 1);
    let before = only_finding(&office.log).await;
    let again = Run { id: "2022-03-01/jyj+2".into(), ..run_of(date(2022, 3, 1)) };
    office.log.begin_run(&again, &portal(), None).await.unwrap();
    assert_eq!(finish(&office.log, &again, &outcomes).await.unwrap(), 0);
    assert_eq!(only_finding(&office.log).await, before);
    assert_eq!(office.log.events_of(&before.id).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_finding_lives_through_its_episodes() {
    let office = Office::new().await;
    let log = &office.log;
    let failed = [outcome("report:2021", Verdict::Failed)];
    let passed = [outcome("report:2021", Verdict::Passed)];
    night(log, date(2022, 3, 1), &failed).await;
    let first = only_finding(log).await;
    let decided =
        log.decide(&first.id, Decision::Confirm, "王芳", " 属实 ", at("2022-03-01T09:00:00+08")).await.unwrap();
    assert_eq!((decided.state, decided.confirmed, decided.reason.as_str()), (FindingState::Confirmed, true, "属实"));
    night(log, date(2022, 3, 2), &passed).await;
    night(log, date(2022, 3, 3), &failed).await;

    let episodes = log.episodes(&first.identity).await.unwrap();
    let states: Vec<_> = episodes.iter().map(|finding| (finding.episode, finding.state, finding.confirmed)).collect();
    assert_eq!(states, [(1, FindingState::FixVerified, true), (2, FindingState::Suspected, false)]);
    let events = log.events_of(&first.id).await.unwrap();
    let told: Vec<_> = events.iter().map(|event| (event.kind, event.actor.as_str(), event.night)).collect();
    assert_eq!(
        told,
        [
            (EventKind::Opened, "crawl", date(2022, 3, 1)),
            (EventKind::Confirmed, "王芳", date(2022, 3, 1)),
            (EventKind::Closed, "crawl", date(2022, 3, 2)),
        ]
    );
    assert_eq!(log.events_of(&episodes[1].id).await.unwrap()[0].kind, EventKind::Reopened);
    let known = async |moment: &str| {
        let entries = log.scoring_entries_as_of(date(2022, 1, 1), date(2022, 12, 31), at(moment)).await.unwrap();
        entries.iter().map(Entry::status).collect::<Vec<_>>()
    };
    assert_eq!(known("2022-03-01T00:00:00+08").await, []);
    assert_eq!(known("2022-03-01T08:59:59+08").await, [EntryStatus::Flagged]);
    assert_eq!(known("2022-03-01T09:00:00+08").await, [EntryStatus::Confirmed]);
    assert_eq!(known("2022-03-04T00:00:00+08").await, [EntryStatus::Confirmed, EntryStatus::Flagged]);
    assert_eq!(log.events_of_night(date(2022, 3, 1)).await.unwrap().len(), 2);
    assert_eq!(log.verify().await.unwrap().faults, []);
}

#[tokio::test]
async fn findings_are_listed_by_filter() {
    let office = Office::new().await;
    let log = &office.log;
    let other = Outcome { unit: "市民政局".into(), ..outcome("report:2021", Verdict::Failed) };
    night(log, date(2022, 3, 1), &[outcome("report:2021", Verdict::Failed), other]).await;
    night(log, date(2022, 3, 2), &[outcome("report:2020", Verdict::Failed)]).await;
    let count = async |filter: FindingFilter| {
        let listed = log.findings(&filter).await.unwrap().len();
        assert_eq!(log.count_findings(&filter).await.unwrap(), listed as u64);
        listed
    };
    let any = FindingFilter::default;
    assert_eq!(count(any()).await, 3);
    assert_eq!(count(FindingFilter { unit: Some("市民政局".into()), ..any() }).await, 1);
    assert_eq!(count(FindingFilter { state: Some(FindingState::Confirmed), ..any() }).await, 0);
    assert_eq!(count(FindingFilter { check: Some("annual-report-late".into()), ..any() }).await, 3);
    assert_eq!(count(FindingFilter { portal: Some("mzj".into()), ..any() }).await, 0);
    assert_eq!(count(FindingFilter { text: Some("1月31日".into()), ..any() }).await, 3);
    assert_eq!(count(FindingFilter { text: Some("民政".into()), ..any() }).await, 1);
    assert_eq!(count(FindingFilter { text: Some("%".into()), ..any() }).await, 0, "no wildcard");
    assert_eq!(count(FindingFilter { text: Some(String::new()), ..any() }).await, 3);
    assert_eq!(count(FindingFilter { from: Some(date(2022, 3, 2)), ..any() }).await, 1);
    assert_eq!(count(FindingFilter { to: Some(date(2022, 3, 1)), ..any() }).await, 2);
    let page = log.findings(&FindingFilter { limit: Some(1), offset: 1, ..any() }).await.unwrap();
    assert_eq!(page[0].first_seen, date(2022, 3, 1), "newest first");
}

#[tokio::test]
async fn decisions_that_cannot_be_taken_change_nothing() {
    let office = Office::new().await;
    let log = &office.log;
    night(log, date(2022, 3, 1), &[outcome("report:2021", Verdict::Failed)]).await;
    let finding = only_finding(log).await;
    let now = at("2022-03-01T09:00:00+08");
    let refused = log.decide(&finding.id, Decision::Dismiss, "王芳", "", now).await.unwrap_err();
    assert_eq!(refused.to_string(), format!("{}: a reason is needed", finding.id));
    let unknown = log.decide("nothing", Decision::Confirm, "王芳", "", now).await.unwrap_err();
    assert_eq!(unknown.to_string(), "there is no finding \"nothing\" in the log");
    assert!(refused.is_wrong_input() && unknown.is_wrong_input());
    assert_eq!(only_finding(log).await, finding);
    assert_eq!(log.events_of(&finding.id).await.unwrap().len(), 1);
}

fn entry() -> Entry {
    Entry {
        unit: "市教育局".into(),
        clause: Some("yc22-b1-17".into()),
        date: Some(date(2022, 3, 5)),
        count: Some("2.50".parse().unwrap()),
        numerator: Some("0.3333333333333333333333333333".parse().unwrap()),
        rank: Some(3),
        level: Some(Level::Province),
        note: Some("电话抽查无人接听".into()),
        evidence: Some(serde_json::json!({ "photo": "1.jpg" })),
        ..Entry::default()
    }
}

#[tokio::test]
async fn entries_come_back_exactly() {
    let office = Office::new().await;
    let log = &office.log;
    let now = at("2022-03-06T10:00:00.123456789+08");
    let recorded = log.add_entry(entry(), "李伟", now).await.unwrap();
    let id = recorded.entry.id.clone().unwrap();
    assert_eq!(recorded.entry.status, Some(EntryStatus::Confirmed));
    assert_eq!(recorded.entry.source, Some(EntrySource::Staff));
    assert_eq!(log.entry(&id).await.unwrap().unwrap(), recorded);
    assert_eq!(recorded.entry.count.unwrap().to_string(), "2.50");

    let twice = log.add_entry(entry(), "李伟", now).await.unwrap();
    assert_ne!(twice.entry.id, recorded.entry.id, "what a person enters twice happened twice");

    let waive = Decision::Waive { until: date(2022, 6, 30) };
    let waived = log.decide_entry(&id, waive, "王芳", "系统升级", now).await.unwrap();
    assert_eq!((waived.entry.status(), waived.waived_until), (EntryStatus::Waived, Some(date(2022, 6, 30))));
    let kinds: Vec<_> = log.events_of(&id).await.unwrap().into_iter().map(|event| event.kind).collect();
    assert_eq!(kinds, [EventKind::Recorded, EventKind::Waived]);
    let listed = log.entries(&EntryFilter { status: Some(EntryStatus::Waived), ..EntryFilter::default() }).await;
    assert_eq!(listed.unwrap(), [waived]);
    assert_eq!(log.verify().await.unwrap().faults, []);
}

#[tokio::test]
async fn an_import_brings_every_line_once() {
    let office = Office::new().await;
    let log = &office.log;
    let now = at("2022-03-06T10:00:00+08");
    let named = Entry { id: Some("call-17".into()), ..entry() };
    let lines = vec![entry(), entry(), named.clone()];
    assert_eq!(log.import_entries(lines.clone(), "李伟", now).await.unwrap(), Imported { added: 3, known: 0 });
    log.decide_entry("call-17", Decision::Dismiss, "王芳", "已接听", now).await.unwrap();
    assert_eq!(log.import_entries(lines, "李伟", now).await.unwrap(), Imported { added: 0, known: 3 });
    assert_eq!(log.entry("call-17").await.unwrap().unwrap().entry.status(), EntryStatus::Dismissed);

    let other = Entry { note: Some("另一件事".into()), ..named };
    let error = log.import_entries(vec![Entry { unit: "市民政局".into(), ..entry() }, other], "李伟", now).await;
    assert!(matches!(error, Err(LogError::EntryDiffers { id }) if id == "call-17"));
    assert_eq!(log.entries(&EntryFilter::default()).await.unwrap().len(), 3, "all of a file or nothing");
}

#[tokio::test]
async fn the_scorer_gets_findings_and_entries_of_the_period() {
    let office = Office::new().await;
    let log = &office.log;
    night(log, date(2022, 3, 1), &[outcome("report:2021", Verdict::Failed)]).await;
    night(log, date(2022, 4, 1), &[outcome("report:2020", Verdict::Failed)]).await;
    let now = at("2022-04-01T10:00:00+08");
    log.add_entry(entry(), "李伟", now).await.unwrap();
    log.add_entry(Entry { date: None, ..entry() }, "李伟", now).await.unwrap();
    log.add_entry(Entry { date: Some(date(2022, 4, 2)), ..entry() }, "李伟", now).await.unwrap();

    let first_quarter = log.scoring_entries(date(2022, 1, 1), date(2022, 3, 31)).await.unwrap();
    let told: Vec<_> = first_quarter.iter().map(|entry| (entry.source.unwrap(), entry.date, entry.status())).collect();
    assert_eq!(
        told,
        [
            (EntrySource::Crawl, Some(date(2022, 3, 1)), EntryStatus::Flagged),
            (EntrySource::Staff, None, EntryStatus::Confirmed),
            (EntrySource::Staff, Some(date(2022, 3, 5)), EntryStatus::Confirmed),
        ]
    );
    assert_eq!(first_quarter[0].check.as_deref(), Some("annual-report-late"));

    let again = log.import_entries(log.scoring_entries(date(2022, 1, 1), date(2022, 12, 31)).await.unwrap(), "x", now);
    assert_eq!(again.await.unwrap().added, 0, "a log's own export brings it nothing");
}

#[tokio::test]
async fn events_refuse_to_be_changed() {
    let office = Office::new().await;
    night(&office.log, date(2022, 3, 1), &[outcome("report:2021", Verdict::Failed)]).await;
    for sql in ["UPDATE events SET actor = 'x'", "DELETE FROM events", "UPDATE events SET seal = seal"] {
        let error = office.tamper(sql).await.unwrap_err().to_string();
        assert!(error.contains("append-only"), "{sql}: {error}");
    }
}

/// SQL behind the log's back, and the fault it must show as.
type LateChange = (&'static str, fn(&Fault) -> bool);

#[tokio::test]
async fn verify_finds_every_later_change() {
    let late_changes: [LateChange; 8] = [
        ("DROP TRIGGER events_are_never_changed; UPDATE events SET actor = '王芳' WHERE number = 1", |fault| {
            *fault == Fault::SealBroken(1)
        }),
        (
            "DROP TRIGGER events_are_never_changed; UPDATE events SET at = '2022-01-01T00:00:00.000000Z' WHERE number = 2",
            |fault| *fault == Fault::SealBroken(2),
        ),
        ("DROP TRIGGER events_are_never_removed; DELETE FROM events WHERE number = 2", |fault| {
            *fault == Fault::ChainBroken(3)
        }),
        ("DROP TRIGGER events_are_never_removed; DELETE FROM events WHERE number = 4", |fault| {
            matches!(fault, Fault::Differs { what: "entry", .. })
        }),
        ("UPDATE findings SET state = 'dismissed'", |fault| matches!(fault, Fault::Differs { what: "finding", .. })),
        ("UPDATE findings SET first_seen = '2022-02-01'", |fault| {
            matches!(fault, Fault::Differs { what: "finding", .. })
        }),
        ("UPDATE entries SET count = '9'", |fault| matches!(fault, Fault::Differs { what: "entry", .. })),
        ("DELETE FROM findings", |fault| matches!(fault, Fault::Gone { what: "finding", .. })),
    ];
    for (sql, expected) in late_changes {
        let office = Office::new().await;
        let log = &office.log;
        night(log, date(2022, 3, 1), &[outcome("report:2021", Verdict::Failed)]).await;
        let id = only_finding(log).await.id;
        log.decide(&id, Decision::Confirm, "王芳", "", at("2022-03-01T09:00:00+08")).await.unwrap();
        night(log, date(2022, 3, 2), &[outcome("report:2021", Verdict::Passed)]).await;
        log.add_entry(entry(), "李伟", at("2022-03-06T10:00:00+08")).await.unwrap();
        let sound = log.verify().await.unwrap();
        assert_eq!((sound.faults, sound.events, sound.findings, sound.entries), (Vec::new(), 4, 1, 1));
        office.tamper(sql).await.unwrap();
        let faults = log.verify().await.unwrap().faults;
        assert!(faults.iter().any(expected), "{sql}: {faults:?}");
    }
}

#[tokio::test]
async fn a_night_killed_before_its_end_leaves_no_trace_but_its_run() {
    let office = Office::new().await;
    let log = &office.log;
    let run = run_of(date(2022, 3, 1));
    let outcomes = [outcome("report:2021", Verdict::Failed)];
    log.begin_run(&run, &portal(), Some("jyj:1")).await.unwrap();
    let mut writing = log.write_night().await.unwrap();
    writing.outcomes(&run, &outcomes).await.unwrap();
    let changes = fold(&[], &outcomes, Origin { portal: "jyj", run: &run.id, night: run.night }, &Caution::default());
    writing.changes(&run, &changes).await.unwrap();
    drop(writing);

    assert_eq!(log.running_runs("jyj").await.unwrap(), std::slice::from_ref(&run));
    assert_eq!(log.run_of_job("jyj:1").await.unwrap().unwrap().id, run.id);
    assert_eq!(log.counts().await.unwrap().findings[&FindingState::Suspected], 0);

    let again = Run { started: run.started + jiff::SignedDuration::from_hours(1), ..run.clone() };
    log.take_over_run(&again, &portal(), None).await.unwrap();
    let late = finish(log, &run, &outcomes).await.unwrap_err();
    assert!(matches!(late, LogError::TakenOver(_)), "who lost the run writes nothing: {late}");
    assert_eq!(log.counts().await.unwrap().findings[&FindingState::Suspected], 0);
    assert_eq!(finish(log, &again, &outcomes).await.unwrap(), 1);
    assert_eq!(log.run(&run.id).await.unwrap().unwrap().state, RunState::Done);
    assert!(log.take_over_run(&again, &portal(), None).await.is_err(), "what has ended is not taken over");
}

#[tokio::test]
async fn what_is_no_log_is_refused_with_advice() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.db");
    std::fs::write(&path, "这不是数据库".repeat(200)).unwrap();
    let error = Log::open(&path).await.unwrap_err().to_string();
    assert!(error.contains("log.db is damaged or no log of mingcha"), "{error}");

    let missing = folder.path().join("no-such-folder").join("log.db");
    let error = Log::open(&missing).await.unwrap_err().to_string();
    assert!(error.starts_with("cannot open the log") && error.contains("check the path"), "{error}");
}

#[tokio::test]
async fn a_truncated_log_is_told_and_not_made_worse() {
    let office = Office::new().await;
    for day in 1..=20 {
        let outcomes: Vec<_> = (0..30).map(|number| outcome(&format!("report:{number}"), Verdict::Failed)).collect();
        night(&office.log, date(2022, 3, day), &outcomes).await;
    }
    let path = office.folder.path().join("log.db");
    office.log.close().await;
    let whole = std::fs::read(&path).unwrap();
    std::fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    let told = match Log::open(&path).await {
        Err(error) => error.to_string(),
        Ok(log) => match log.verify().await {
            Err(error) => error.to_string(),
            Ok(verified) => format!("{:?}", verified.faults),
        },
    };
    assert!(told.contains("damaged") || told.contains("File("), "{told}");
}
