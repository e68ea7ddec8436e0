//! What keeps findings fair: a second night, questions to staff, quarantine, the canary, the record of each check.

use std::{collections::BTreeSet, sync::Arc};

use jiff::{Timestamp, civil::Date, civil::date};
use mingcha::{
    catalog::Catalog,
    demo::canary,
    jobs::{
        canary::Canary,
        caution::{Caution, Manner, below_the_floor, mass_flips},
        fold::{Origin, fold},
    },
    model::{
        CanaryNight, Change, CheckRecord, Decision, EventKind, Finding, FindingState, Flip, Load, Outcome, Portal, Run,
        RunState, Subject, Unit, UnitKind, Verdict,
    },
    store::{FindingFilter, Log},
};

const CHECK: &str = "required-column-missing";

fn outcome(verdict: Verdict) -> Outcome {
    Outcome {
        check: CHECK.into(),
        unit: "市教育局".into(),
        subject: Subject::new("column:政策解读", "政策解读"),
        outcome: verdict,
        reason: "未设“政策解读”".into(),
        url: None,
        evidence: Vec::new(),
    }
}

fn origin(night: Date) -> Origin<'static> {
    Origin { portal: "jyj", run: "run", night }
}

fn night(number: i8) -> Date {
    date(2022, 3, number)
}

fn one(changes: Vec<Change>) -> Change {
    let [change] = changes.try_into().expect("one change");
    change
}

fn two_nights() -> Caution {
    Caution { two_nights: BTreeSet::from([CHECK.to_owned()]), ..Caution::default() }
}

fn held() -> Caution {
    Caution { quarantined: BTreeSet::from([CHECK.to_owned()]), ..Caution::default() }
}

fn after(known: &Finding, verdict: Verdict, on: Date, caution: &Caution) -> Vec<Change> {
    fold(std::slice::from_ref(known), &[outcome(verdict)], origin(on), caution)
}

#[test]
fn absence_is_raised_by_the_second_night_that_sees_it() {
    let first = one(fold(&[], &[outcome(Verdict::Failed)], origin(night(1)), &two_nights()));
    assert_eq!((first.finding.state, first.event), (FindingState::Awaiting, Some(EventKind::Noticed)));
    assert!(!first.finding.state.stands(), "no scorer and no bulletin reads it");
    let second = one(after(&first.finding, Verdict::Failed, night(2), &two_nights()));
    assert_eq!((second.finding.state, second.event), (FindingState::Suspected, Some(EventKind::Raised)));
    assert_eq!((second.finding.first_seen, &second.finding.id), (night(1), &first.finding.id));
    let same_night = after(&first.finding, Verdict::Failed, night(1), &two_nights());
    assert_eq!(same_night, [], "the same night twice is one look");
    let unmeasured =
        after(&first.finding, Verdict::NotMeasurable(mingcha::model::Cause::Timeout), night(2), &two_nights());
    assert_eq!(unmeasured, [], "a night that could not look neither raises nor withdraws it");
    let gone = one(after(&first.finding, Verdict::Passed, night(2), &two_nights()));
    assert_eq!(gone.finding.state, FindingState::Withdrawn);
    let back = one(after(&gone.finding, Verdict::Failed, night(3), &two_nights()));
    assert_eq!((back.finding.state, back.finding.episode), (FindingState::Awaiting, 2), "it begins from the front");
}

#[test]
fn a_check_that_is_held_back_raises_and_closes_nothing() {
    let noticed = one(fold(&[], &[outcome(Verdict::Failed)], origin(night(1)), &held())).finding;
    assert_eq!(noticed.state, FindingState::Awaiting);
    let again = one(after(&noticed, Verdict::Failed, night(2), &held()));
    assert_eq!((again.finding.state, again.event), (FindingState::Awaiting, None));
    assert_eq!(after(&again.finding, Verdict::Passed, night(3), &held()), []);
    let in_doubt = Caution { night_in_doubt: true, ..Caution::default() };
    let open = Finding { state: FindingState::Suspected, ..noticed.clone() };
    assert_eq!(after(&open, Verdict::Passed, night(2), &in_doubt), [], "a night in doubt closes nothing");
    let lifted = one(after(&again.finding, Verdict::Failed, night(3), &Caution::default()));
    assert_eq!(lifted.finding.state, FindingState::Suspected);
}

#[test]
fn a_check_that_staff_mostly_dismiss_only_asks() {
    let record = |confirmed, dismissed| CheckRecord { check: CHECK.into(), confirmed, dismissed };
    assert!(below_the_floor(&[record(15, 4)]).is_empty(), "nineteen verdicts say too little");
    assert!(below_the_floor(&[record(16, 4)]).is_empty(), "80 percent is not below the floor");
    let fallen = below_the_floor(&[record(15, 5)]);
    assert_eq!(fallen, BTreeSet::from([CHECK.to_owned()]));
    let caution = Caution { advice: fallen, ..two_nights() };
    let asked = one(fold(&[], &[outcome(Verdict::Failed)], origin(night(1)), &caution));
    assert_eq!((asked.finding.state, asked.event), (FindingState::Question, Some(EventKind::Asked)));
    let again = one(after(&asked.finding, Verdict::Failed, night(2), &caution));
    assert_eq!(again.finding.state, FindingState::Question, "it stays a question until a person has spoken");
    let confirmed = again.finding.decided(Decision::Confirm, "", night(3)).unwrap().finding;
    assert_eq!((confirmed.state, confirmed.confirmed), (FindingState::Confirmed, true));
    assert_eq!(record(0, 0).precision(), None);
}

#[test]
fn a_mass_is_three_portals_and_a_fifth_of_them() {
    let flip = |portals| Flip { check: CHECK.into(), to_failing: true, portals };
    let is_mass = |portals, of| !mass_flips(vec![flip(portals)], of).is_empty();
    assert!(!is_mass(2, 4));
    assert!(is_mass(3, 15));
    assert!(!is_mass(3, 16));
    assert!(is_mass(10, 50));
}

fn portal(id: &str) -> Portal {
    let unit = Unit {
        name: "市教育局".into(),
        kind: UnitKind::Department,
        aliases: Vec::new(),
        paths: Vec::new(),
        licences: false,
        penalties: false,
        founded: None,
    };
    let text = format!(r#"{{"id": "{id}", "name": "{id}", "url": "http://{id}.example/", "units": []}}"#);
    Portal { units: vec![unit], ..serde_json::from_str(&text).unwrap() }
}

/// One portal's night as `jobs::night` writes it, with this one outcome.
async fn write(log: &Log, id: &str, on: Date, verdict: Verdict) {
    let started = on.to_zoned(jiff::tz::TimeZone::UTC).unwrap().timestamp();
    let run = Run {
        id: format!("{on}/{id}"),
        portal: id.into(),
        night: on,
        as_of: started,
        started,
        finished: Some(started),
        state: RunState::Done,
        note: String::new(),
        load: Load::default(),
    };
    log.begin_run(&run, &portal(id), None).await.unwrap();
    let mut writing = log.write_night().await.unwrap();
    let outcomes = [outcome(verdict)];
    writing.outcomes(&run, &outcomes).await.unwrap();
    let mut caution = Caution::default();
    caution.quarantined.extend(log.quarantines(false).await.unwrap().into_iter().map(|held| held.check));
    let (flips, portals) = writing.flips(&run).await.unwrap();
    for flip in mass_flips(flips, portals) {
        if writing.quarantine(&run, &flip).await.unwrap() {
            caution.quarantined.insert(flip.check);
        }
    }
    let latest = writing.latest_episodes(id).await.unwrap();
    let changes = fold(&latest, &outcomes, Origin { portal: id, run: &run.id, night: on }, &caution);
    writing.changes(&run, &changes).await.unwrap();
    writing.finish(&run, false).await.unwrap();
}

async fn states(log: &Log) -> Vec<FindingState> {
    let mut findings = log.findings(&FindingFilter::default()).await.unwrap();
    findings.sort_by(|a, b| a.identity.portal.cmp(&b.identity.portal));
    findings.into_iter().map(|finding| finding.state).collect()
}

#[tokio::test]
async fn a_check_that_turns_on_many_portals_at_once_is_put_in_quarantine() {
    let folder = tempfile::tempdir().unwrap();
    let log = Log::open(&folder.path().join("log.db")).await.unwrap();
    let portals = ["a", "b", "c", "d"];
    for id in portals {
        write(&log, id, night(1), Verdict::Passed).await;
    }
    write(&log, "a", night(2), Verdict::Failed).await;
    write(&log, "b", night(2), Verdict::Failed).await;
    assert_eq!(states(&log).await, [FindingState::Suspected; 2], "two portals are no mass");
    assert_eq!(log.quarantines(false).await.unwrap(), []);
    write(&log, "c", night(2), Verdict::Failed).await;
    write(&log, "d", night(2), Verdict::Failed).await;
    assert_eq!(states(&log).await, [FindingState::Awaiting; 4], "what was raised tonight is taken back");
    let standing = log.quarantines(false).await.unwrap();
    assert_eq!((standing.len(), standing[0].portals, standing[0].to_failing), (1, 4, true));
    assert_eq!(log.verify().await.unwrap().faults, []);

    write(&log, "a", night(3), Verdict::Failed).await;
    assert_eq!(states(&log).await, [FindingState::Awaiting; 4], "the quarantine stands until a person lifts it");
    let at: Timestamp = "2022-03-03T08:00:00Z".parse().unwrap();
    log.lift_quarantine(CHECK, "王敏", "抽查属实", at).await.unwrap();
    assert!(log.lift_quarantine(CHECK, "王敏", "再次", at).await.is_err(), "there is nothing left to lift");
    assert_eq!(log.quarantines(true).await.unwrap()[0].lifted, Some(("王敏".into(), "抽查属实".into())));
    write(&log, "b", night(4), Verdict::Failed).await;
    assert_eq!(states(&log).await[1], FindingState::Suspected);
}

#[tokio::test]
async fn faults_that_vanish_on_many_portals_at_once_stay_open() {
    let folder = tempfile::tempdir().unwrap();
    let log = Log::open(&folder.path().join("log.db")).await.unwrap();
    for id in ["a", "b", "c"] {
        write(&log, id, night(1), Verdict::Failed).await;
    }
    for id in ["a", "b", "c"] {
        write(&log, id, night(2), Verdict::Passed).await;
    }
    assert_eq!(states(&log).await, [FindingState::Suspected; 3]);
    assert!(!log.quarantines(false).await.unwrap()[0].to_failing);
    assert_eq!(log.verify().await.unwrap().faults, []);
}

#[tokio::test]
async fn the_record_of_a_check_counts_what_staff_decided() {
    let folder = tempfile::tempdir().unwrap();
    let log = Log::open(&folder.path().join("log.db")).await.unwrap();
    for id in ["a", "b"] {
        write(&log, id, night(1), Verdict::Failed).await;
    }
    let ids: Vec<String> =
        log.findings(&FindingFilter::default()).await.unwrap().into_iter().map(|finding| finding.id).collect();
    let at: Timestamp = "2022-03-03T08:00:00Z".parse().unwrap();
    log.decide(&ids[0], Decision::Confirm, "王敏", "", at).await.unwrap();
    log.decide(&ids[1], Decision::Dismiss, "王敏", "栏目在别处", at).await.unwrap();
    let records = log.check_records().await.unwrap();
    assert_eq!(records, [CheckRecord { check: CHECK.into(), confirmed: 1, dismissed: 1 }]);
    assert_eq!(records[0].precision(), Some(50));
}

#[tokio::test]
async fn the_canary_is_read_right_and_a_misreading_puts_the_night_in_doubt() {
    let folder = tempfile::tempdir().unwrap();
    let log = Log::open(&folder.path().join("log.db")).await.unwrap();
    let (canary, server) = canary::start().await.unwrap();
    let seen = canary.look(&log, night(1)).await.unwrap();
    assert_eq!((&seen.missing, &seen.extra), (&vec![], &vec![]));
    assert_eq!(log.canary(night(1)).await.unwrap(), Some(seen));
    // Rules under which one of its faults cannot be seen stand for code of ours that broke.
    let mut blind = Catalog::load(None).unwrap();
    blind.checks.retain(|check| check.id != "required-column-empty");
    let broken = Canary {
        portal: canary.portal.clone(),
        as_of: canary.as_of,
        seeded: canary.seeded.clone(),
        catalog: Arc::new(blind),
        fetch: canary.fetch.clone(),
        turn: tokio::sync::Mutex::new(()),
    };
    let seen = broken.look(&log, night(2)).await.unwrap();
    assert!(!seen.is_well());
    assert!(seen.missing.iter().any(|fault| fault.starts_with("required-column-empty")), "{seen:?}");
    let known: CanaryNight = canary.look(&log, night(2)).await.unwrap();
    assert_eq!(known, seen, "the first word on a night stands");
    server.stop().await.unwrap();
}

#[test]
fn checks_of_absence_say_that_they_want_two_nights() {
    let caution = Caution::of_checks(&Catalog::load(None).unwrap().checks);
    assert_eq!(caution.manner("required-column-missing"), Manner::SecondNight);
    assert_eq!(caution.manner("annual-report-missing"), Manner::SecondNight);
    assert_eq!(caution.manner("annual-report-late"), Manner::AtOnce);
}
