//! Probes of home pages on loopback, with a pretended clock: what counts, what does not, and who makes them.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use futures_util::FutureExt;
use jiff::{SignedDuration, Timestamp};
use mingcha::{
    jobs::{
        judge::judge_again,
        probe::Prober,
        probe_slots::Slots,
        queue::{Queue, Work, Workers},
        worker,
    },
    model::{Cause, JobKind, JobRequest, Outcome, Portal, Probe, ProbeResult, Verdict},
    store::Log,
};

use crate::support::{
    server::{Script, Server, Step, page, redirect, status},
    site::{HOST, Site, Validation, portal},
};

const CONTROL: &str = "control.example";
const PER_DAY: u32 = 24;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// An address at which nobody listens.
async fn nowhere() -> SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    listener.local_addr().unwrap()
}

/// What stands where a prober looks.
#[derive(Clone, Copy)]
struct Net {
    portal: SocketAddr,
    control: SocketAddr,
}

fn prober(site: &Site, net: Net, now: Timestamp) -> Prober {
    let mut fetch = site.tools.fetch.clone();
    fetch.resolve = BTreeMap::from([(HOST.to_owned(), net.portal), (CONTROL.to_owned(), net.control)]);
    fetch.clock = Some(now);
    Prober {
        log: site.tools.log.clone(),
        catalog: Arc::clone(&site.tools.catalog),
        fetch,
        slots: Slots::new(PER_DAY),
        limit: Duration::from_secs(15),
        control: vec![format!("http://{CONTROL}/")],
    }
}

/// The probe that the plan wants at this moment.
async fn scheduled(prober: &Prober, now: Timestamp) -> Option<Probe> {
    let tick = prober.slots.current(&portal().id, now);
    prober.keep_to(&portal(), tick).await.unwrap()
}

async fn somewhere() -> Server {
    Server::start(|_| page("<html><body>对照网站</body></html>")).await
}

fn of<'a>(outcomes: &'a [Outcome], check: &str) -> &'a Outcome {
    outcomes.iter().find(|outcome| outcome.check == check && outcome.subject.key == "home").unwrap()
}

/// A probe as the log keeps it, so many hours and a half before `until`.
fn stored(until: Timestamp, hours: i64, result: ProbeResult) -> Probe {
    let moment = until - SignedDuration::from_mins(60 * hours + 30);
    let failed = result != ProbeResult::Opened;
    Probe {
        portal: portal().id,
        slot: moment,
        at: moment,
        url: portal().url,
        cause: failed.then_some(Cause::Timeout),
        detail: String::new(),
        status: None,
        first_byte_ms: None,
        whole_ms: (!failed).then_some(500),
        control: failed.then_some(result == ProbeResult::Unopened),
        requests: 1,
        bytes: 100,
    }
}

const NIGHT: &str = "2022-11-16T02:00:00+08:00";

/// Probes before a night, one an hour; the numbered ones, from the newest back, are as told.
async fn week(site: &Site, night: Timestamp, failed: &[i64], own_outages: &[i64], hours: i64) {
    for hour in 0..hours {
        let result = match hour {
            hour if failed.contains(&hour) => ProbeResult::Unopened,
            hour if own_outages.contains(&hour) => ProbeResult::OwnOutage,
            _ => ProbeResult::Opened,
        };
        assert!(site.tools.log.add_probe(&stored(night, hour, result)).await.unwrap());
    }
}

/// So many months after the first night: far from the probes of any other.
fn later(months: i64) -> Timestamp {
    at(NIGHT) + SignedDuration::from_hours(24 * 30 * months)
}

#[tokio::test]
async fn a_portal_that_is_down_for_six_percent_of_the_week_fails() {
    let site = Site::start(Validation::None).await;
    let (control, gone) = (somewhere().await, nowhere().await);
    let (well, down) =
        (Net { portal: site.server.address, control: control.address }, Net { portal: gone, control: control.address });
    // Six days as the log has them with five failures, and a day hour by hour with six more: 11 of 168.
    for hours in 24..7 * 24 {
        let result = if (100..105).contains(&hours) { ProbeResult::Unopened } else { ProbeResult::Opened };
        site.tools.log.add_probe(&stored(at(NIGHT), hours, result)).await.unwrap();
    }
    for hours in (0..24).rev() {
        let now = stored(at(NIGHT), hours, ProbeResult::Opened).at;
        let (net, wanted) =
            if (6..12).contains(&hours) { (down, ProbeResult::Unopened) } else { (well, ProbeResult::Opened) };
        let probe = scheduled(&prober(&site, net, now), now).await.unwrap();
        assert_eq!((probe.at >= now, probe.result()), (true, wanted), "{probe:?}");
    }
    assert_eq!(control.log().len(), 6, "control hosts are asked only about a failure");
    let report = site.night(0).await;
    let outcome = of(&report.outcomes, "portal-often-unreachable");
    assert_eq!(outcome.outcome, Verdict::Failed, "{}", outcome.reason);
    assert!(outcome.reason.contains("间隔性访问168次，打不开11次，占6.5%，超过（含）5%"), "{}", outcome.reason);
    let told: String = outcome.evidence.iter().map(|evidence| evidence.text.as_str()).collect::<Vec<_>>().join("、");
    let causes = (told.matches("等待响应超时").count(), told.matches("连接被拒绝").count());
    assert_eq!(causes, (5, 6), "each failed time is told: {told}");
    assert!(told.contains("11-15 14:30连接被拒绝"), "{told}");
    assert_eq!(of(&report.outcomes, "home-page-slow").outcome, Verdict::Passed);

    // What comes later changes nothing of what the night knew.
    let before = at(NIGHT) - SignedDuration::from_mins(10);
    let late = Probe { slot: before, at: before, ..stored(at(NIGHT), 0, ProbeResult::Unopened) };
    assert!(site.tools.log.add_probe(&late).await.unwrap());
    let tools = &site.tools;
    let judged = judge_again(&tools.log, &tools.archive, &tools.catalog, &report.run.id).await.unwrap();
    assert!(judged.differences.is_empty() && judged.changes.is_empty(), "{:?}", judged.differences);
    assert_eq!(judged.outcomes, report.outcomes);
}

#[tokio::test]
async fn our_own_outages_do_not_count() {
    let site = Site::start(Validation::None).await;
    let (control, gone) = (somewhere().await, nowhere().await);
    let now = at(NIGHT) - SignedDuration::from_hours(1);
    let probe = scheduled(&prober(&site, Net { portal: gone, control: gone }, now), now).await.unwrap();
    assert_eq!((probe.result(), probe.control), (ProbeResult::OwnOutage, Some(false)));
    let next = now + SignedDuration::from_hours(1);
    let lonely = Prober { control: Vec::new(), ..prober(&site, Net { portal: gone, control: gone }, next) };
    let probe = scheduled(&lonely, next).await.unwrap();
    assert_eq!(probe.result(), ProbeResult::Undecided, "nobody can tell whose fault it was");
    // One control host that answers suffices, whatever it says.
    let refusing = Server::start(|_| status(403, "禁止访问")).await;
    let next = next + SignedDuration::from_hours(1);
    let mut two = prober(&site, Net { portal: gone, control: gone }, next);
    two.fetch.resolve.insert("second.example".to_owned(), refusing.address);
    two.control.push("http://second.example/".to_owned());
    assert_eq!(scheduled(&two, next).await.unwrap().result(), ProbeResult::Unopened);
    drop(control);

    // Eleven failures of a week, of which four were ours: 7 of 164.
    week(&site, later(1), &[3, 40, 41, 80, 81, 120, 121], &[60, 61, 62, 63], 168).await;
    let outcomes = site.night_at(later(1)).await.outcomes;
    let outcome = of(&outcomes, "portal-often-unreachable");
    assert_eq!(outcome.outcome, Verdict::Passed, "{}", outcome.reason);
    assert!(
        outcome.reason.ends_with("访问164次，打不开7次，占4.2%，不到5%；另有检查方网络中断4次，不计入"),
        "{}",
        outcome.reason
    );
}

#[tokio::test]
async fn the_share_is_exact_and_too_few_probes_say_nothing() {
    let eight: Vec<i64> = (20..24).chain(70..74).collect();
    let site = Site::start(Validation::None).await;
    // 19号: 超过（含）5%. Eight of 160 are exactly that; eight of 161 are less.
    for (months, own_outages, wanted) in [(1, 8, Verdict::Failed), (2, 7, Verdict::Passed)] {
        let ours: Vec<i64> = (0..own_outages).map(|number| number * 21 + 5).collect();
        week(&site, later(months), &eight, &ours, 168).await;
        let outcomes = site.night_at(later(months)).await.outcomes;
        let outcome = of(&outcomes, "portal-often-unreachable");
        assert_eq!(outcome.outcome, wanted, "{}", outcome.reason);
    }
    // Six days are no week, and a day of our own outage is no day of watching.
    let outage: Vec<i64> = (48..53).collect();
    let few = [(3, 144, &[][..], Cause::TooFewProbes), (4, 168, &outage[..], Cause::OurOutage)];
    for (months, hours, own_outages, cause) in few {
        week(&site, later(months), &eight, own_outages, hours).await;
        let outcomes = site.night_at(later(months)).await.outcomes;
        for check in ["portal-often-unreachable", "home-page-slow"] {
            assert_eq!(of(&outcomes, check).outcome, Verdict::NotMeasurable(cause), "{check}");
        }
    }
}

#[tokio::test]
async fn a_portal_that_never_answered_is_put_before_a_person() {
    let site = Site::start(Validation::None).await;
    week(&site, at(NIGHT), &(0..168).collect::<Vec<_>>(), &[], 168).await;
    let outcomes = site.night(0).await.outcomes;
    let outcome = of(&outcomes, "portal-often-unreachable");
    assert_eq!(outcome.outcome, Verdict::NeedsReview, "{}", outcome.reason);
}

#[tokio::test]
async fn a_probe_is_one_honest_request() {
    let answers: [(Script, ProbeResult); 4] = [
        (status(502, "Bad Gateway"), ProbeResult::Unopened),
        (status(503, "<title>系统维护</title>网站正在维护，暂停服务"), ProbeResult::Undecided),
        (status(412, "<script>$_ts=window['$_ts'];</script>"), ProbeResult::Undecided),
        (page("<html><body>首页</body></html>"), ProbeResult::Opened),
    ];
    let (site, control) = (Site::start(Validation::None).await, somewhere().await);
    for (hour, (script, wanted)) in (0..).zip(answers) {
        let server = Server::start(move |_| script.clone()).await;
        let now = at(NIGHT) + SignedDuration::from_hours(hour);
        let prober = prober(&site, Net { portal: server.address, control: control.address }, now);
        let probe = scheduled(&prober, now).await.unwrap();
        assert_eq!(probe.result(), wanted, "{probe:?}");
        let seen = server.log();
        assert_eq!(
            seen.iter().map(|seen| seen.path.as_str()).collect::<Vec<_>>(),
            ["/"],
            "asked once, and for nothing else"
        );
        assert!(seen[0].user_agent.starts_with("mingcha/"), "{}", seen[0].user_agent);
        assert_eq!((probe.requests, probe.whole_ms.is_some()), (1, true));
    }
}

#[tokio::test]
async fn what_takes_longer_than_the_limit_did_not_open() {
    type Answer = fn(&str) -> Script;
    let trickle = |_: &str| {
        let head = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 4000\r\n\r\n".to_owned();
        let mut script = vec![Step::Send(head.into_bytes())];
        script.extend((0..40).flat_map(|_| [Step::Send(vec![b' '; 100]), Step::Wait(Duration::from_millis(50))]));
        script
    };
    // Each step is quick enough; the person who waits waits for both.
    let in_two_steps = |path: &str| {
        let then = if path == "/" { redirect("/index/") } else { page("<html>首页</html>") };
        [vec![Step::Wait(Duration::from_millis(250))], then].concat()
    };
    let silent = |_: &str| vec![Step::Wait(Duration::from_secs(5)), Step::Close];
    let scripts: [(Answer, Cause); 3] =
        [(silent, Cause::Timeout), (trickle, Cause::BodyTimeout), (in_two_steps, Cause::Timeout)];
    let limit = Duration::from_millis(400);
    let (site, control) = (Site::start(Validation::None).await, somewhere().await);
    for (hour, (script, cause)) in (0..).zip(scripts) {
        let server = Server::start(move |seen| script(&seen.path)).await;
        let now = at(NIGHT) + SignedDuration::from_hours(hour);
        let prober = prober(&site, Net { portal: server.address, control: control.address }, now);
        let probe = scheduled(&Prober { limit, ..prober }, now).await.unwrap();
        assert_eq!((probe.cause, probe.result()), (Some(cause), ProbeResult::Unopened), "{probe:?}");
    }
}

#[tokio::test]
async fn two_workers_do_not_probe_twice() {
    let (site, control) = (Site::start(Validation::None).await, somewhere().await);
    let server =
        Server::start(|_| [vec![Step::Wait(Duration::from_millis(200))], page("<html>首页</html>")].concat()).await;
    let net = Net { portal: server.address, control: control.address };
    let now = at(NIGHT);
    let other_log = Log::open(&site.folder.path().join("log.db")).await.unwrap();
    let (one, other) = (prober(&site, net, now), Prober { log: other_log, ..prober(&site, net, now) });
    let (one, other) = tokio::join!(scheduled(&one, now), scheduled(&other, now));
    assert!(one.is_some() != other.is_some());
    let soon = now + SignedDuration::from_mins(2);
    assert!(scheduled(&prober(&site, net, soon), soon).await.is_none(), "its slot is filled");
    assert_eq!(server.log().len(), 1);
    let next = now + SignedDuration::from_hours(1);
    let stale = prober(&site, net, next).slots.current(&portal().id, now);
    assert!(prober(&site, net, next).keep_to(&portal(), stale).await.unwrap().is_none(), "its time is over");
    assert!(scheduled(&prober(&site, net, next), next).await.is_some());
}

#[tokio::test]
async fn the_turn_of_a_killed_worker_is_taken_over() {
    let (site, control) = (Site::start(Validation::None).await, somewhere().await);
    let net = Net { portal: site.server.address, control: control.address };
    let slots = Slots::new(PER_DAY);
    let tick = slots.current(&portal().id, at(NIGHT));
    let log = &site.tools.log;
    assert!(log.take_probe_turn(&portal().id, tick, tick, slots.spacing()).await.unwrap());
    let soon = tick + SignedDuration::from_mins(1);
    assert!(scheduled(&prober(&site, net, soon), soon).await.is_none(), "somebody is at it");
    let later = tick + SignedDuration::from_mins(6);
    assert!(scheduled(&prober(&site, net, later), later).await.is_some());
}

#[tokio::test]
async fn asking_by_hand_counts_once_a_slot_and_never_close_to_another() {
    let (site, control) = (Site::start(Validation::None).await, somewhere().await);
    let net = Net { portal: site.server.address, control: control.address };
    let tick = Slots::new(PER_DAY).current(&portal().id, at(NIGHT));
    let mut counted = Vec::new();
    for minute in [1, 20, 59, 61, 90] {
        let now = tick + SignedDuration::from_mins(minute);
        let attempt = prober(&site, net, now).now_and_here(&portal()).await.unwrap();
        assert_eq!(attempt.probe.result(), ProbeResult::Opened);
        counted.push(attempt.counts);
    }
    assert_eq!(counted, [true, false, false, true, false]);
    assert_eq!(site.tools.log.newest_probe().await.unwrap(), 2);
}

#[tokio::test]
async fn a_probe_does_not_wait_behind_a_long_night() {
    let (site, control) = (Site::start(Validation::None).await, somewhere().await);
    let queue = Queue::open(&site.folder.path().join("queue.db")).await.unwrap();
    let now = Timestamp::now();
    let net = Net { portal: site.server.address, control: control.address };
    let mut prober = prober(&site, net, now);
    prober.fetch.clock = None;
    let request = |kind, portal: &str, tick| JobRequest {
        kind,
        portal: portal.to_owned(),
        tick,
        as_of: None,
        asked_by: "schedule".to_owned(),
    };
    let tick = prober.slots.current(&portal().id, now);
    queue.push(&request(JobKind::Night, "long", now)).await.unwrap();
    for _ in 0..2 {
        queue.push(&request(JobKind::Probe, &portal().id, tick)).await.unwrap();
    }
    let (begun, mut night) = tokio::sync::mpsc::unbounded_channel();
    let nights: Work = Arc::new(move |request| {
        begun.send(request.portal).unwrap();
        std::future::pending().boxed()
    });
    let work = worker::with_probes(nights, prober.clone(), vec![Portal { id: portal().id, ..portal() }]);
    let workers =
        Workers { at_once: 1, look: Duration::from_millis(20), farewell: Duration::ZERO, ..Workers::default() };
    let (end, ended) = tokio::sync::oneshot::channel::<()>();
    let working = tokio::spawn({
        let queue = queue.clone();
        async move { queue.work(workers, work, ended.map(|_| ())).await }
    });
    assert_eq!(night.recv().await.as_deref(), Some("long"));
    let deadline = Instant::now() + Duration::from_secs(60);
    // An hour may end between the push and the work; then its probe is not made up for, and the next one is asked for.
    while site.tools.log.newest_probe().await.unwrap() == 0 {
        assert!(Instant::now() < deadline, "the probe is made in time");
        let tick = prober.slots.current(&portal().id, Timestamp::now());
        queue.push(&request(JobKind::Probe, &portal().id, tick)).await.unwrap();
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    queue.forget_done().await.unwrap();
    end.send(()).unwrap();
    working.await.unwrap().unwrap();
    assert_eq!(site.server.log().len(), 1);
}

#[tokio::test]
async fn old_probes_are_removed_and_their_load_is_told() {
    let site = Site::start(Validation::None).await;
    week(&site, at(NIGHT), &[], &[], 200).await;
    let log = &site.tools.log;
    let day = SignedDuration::from_hours(24);
    let load = log.probe_load(&portal().id, at(NIGHT) - day, at(NIGHT)).await.unwrap();
    assert_eq!((load.probes, load.requests, load.bytes), (24, 24, 2400));
    assert_eq!(log.remove_probes_before(at(NIGHT) - day - day).await.unwrap(), 200 - 48);
    let left = log.probes(&portal().id, Timestamp::MIN, at(NIGHT), i64::MAX).await.unwrap();
    assert_eq!(left.len(), 48);
    assert_eq!(left.last().unwrap(), &stored(at(NIGHT), 0, ProbeResult::Opened), "as it was written");
}

#[test]
fn the_command_probes_once_a_slot_and_reports() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let server = runtime.block_on(somewhere());
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("mingcha.toml");
    let (up, gone) = (server.address, runtime.block_on(nowhere()));
    let portal = |id: &str, address: SocketAddr| {
        format!(
            "[[portal]]\nid = '{id}'\nname = '{id}'\nurl = 'http://{address}/'\nallow_private = true\n\
             units = [{{ name = '{id}', kind = 'department' }}]\n"
        )
    };
    let text = format!(
        "contact = 'office'\nrulebook = 'yuncheng-2022-b1'\n[probes]\ncontrol = ['http://{up}/control']\n{}{}",
        portal("up", up),
        portal("down", gone)
    );
    std::fs::write(&config, text).unwrap();
    let told = |arguments: &[&str]| -> serde_json::Value {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_mingcha"))
            .args(["probe", "--format", "json", "--config"])
            .arg(&config)
            .args(arguments)
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    };
    let probes = told(&[]);
    let of = |probe: &serde_json::Value| (probe["result"].clone(), probe["control"].clone(), probe["counts"].clone());
    assert_eq!(of(&probes[0]), ("opened".into(), serde_json::Value::Null, true.into()));
    assert_eq!(of(&probes[1]), ("unopened".into(), true.into(), true.into()));
    assert_eq!(probes[1]["cause"], "refused");
    assert_eq!(told(&["--portal", "up"])[0]["counts"], false, "its slot has a probe, or one was made a moment ago");
    let report = told(&["--report", "--days", "2"]);
    assert_eq!(report[0]["counted"], 1);
    assert_eq!(report[1]["unopened"][0]["cause"], "refused");
    assert_eq!(report[1]["per_day"], serde_json::json!([0, 1]));
}
