//! A portal's night from end to end: visit, observe, judge, fold, write. All of it is written in one transaction.
//!
//! A night that is killed on the way leaves a run that is still `running`; whoever begins the same night again
//! takes that run over and repeats the visit. What has ended is never written twice.

use std::sync::Arc;

use anyhow::Context as _;
use jiff::{Timestamp, ToSpan};

use super::{
    availability,
    canary::Canary,
    caution::{Caution, below_the_floor, mass_flips},
    first_seen::Past,
    fold::{Origin, fold},
    neighbours, pictures, shelving,
};
use crate::{
    catalog::Catalog,
    check::{Context, judge},
    crawl::{self, Memory, Visited},
    evidence::Archive,
    fetch::{self, RobotsAccess},
    model::{
        Capture, Cause, Change, KnownDocument, Load, Outcome, Portal, PortalFacts, Robots, RobotsVerdict, Run,
        RunState, Verdict, beijing_date, whole_microseconds,
    },
    observe,
    store::Log,
};

/// So long a portal that was wrong about what has changed is asked for everything whole.
const NIGHTS_OF_DISTRUST: i32 = 30;

/// What every night needs.
#[derive(Clone)]
pub struct Tools {
    pub log: Log,
    pub archive: Archive,
    pub catalog: Arc<Catalog>,
    /// How portals are asked; the portal's own settings are laid over it.
    pub fetch: fetch::Settings,
    /// The portal with known faults that is read inside each night, where one is kept.
    pub canary: Option<Arc<Canary>>,
}

/// One night to be done.
#[derive(Clone, Copy, Debug)]
pub struct Order<'a> {
    pub portal: &'a Portal,
    /// Judge as of this moment instead of now.
    pub as_of: Option<Timestamp>,
    /// Key of the job that asks, so that the job run again finds its own run.
    pub job: Option<&'a str>,
}

/// What a night tells while it goes on.
#[derive(Clone, Debug)]
pub enum Stage {
    /// The run begins; `again` where it is taken over from a process that died.
    Began {
        run: Run,
        again: bool,
    },
    Visiting(crawl::Progress),
    /// The visit is over.
    Judging {
        pages: usize,
        failures: usize,
    },
    Written {
        changes: usize,
    },
}

/// What a night brought.
#[derive(Clone, Debug)]
pub struct NightReport {
    pub run: Run,
    pub facts: PortalFacts,
    pub outcomes: Vec<Outcome>,
    /// What became of the findings.
    pub changes: Vec<Change>,
}

/// Does one portal's night. None where the job's run has already ended, or another visit to the portal is under way: two
/// at once would ask it twice as fast as it was promised.
pub async fn run_portal_night(
    tools: &Tools,
    order: Order<'_>,
    progress: &(dyn Fn(Stage) + Sync),
) -> anyhow::Result<Option<NightReport>> {
    let Some(_hold) = tools.archive.hold(&order.portal.id)? else {
        tracing::warn!(
            portal = order.portal.id,
            "another visit to this portal is under way: it is not visited twice at once"
        );
        return Ok(None);
    };
    let Some((mut run, again)) = begin(tools, order).await? else { return Ok(None) };
    let portal = &order.portal.on(beijing_date(run.as_of));
    progress(Stage::Began { run: run.clone(), again });

    let settings = fetch::Settings { run: run.id.clone(), ..tools.fetch.clone() }.for_portal(portal);
    let about = vec![
        ("isPartOf", run.id.clone()),
        ("robots", if settings.obey_robots { "obey" } else { "ignore" }.to_owned()),
        ("http-header-user-agent", settings.user_agent.clone()),
    ];
    let client = fetch::Client::new(settings)?;
    let known = tools.log.known_pages(&portal.id).await?;
    let past = Past::of(&tools.log, &portal.id, &known).await?;
    let archive = tools.archive.for_run(&run.id)?.about(about).asking_with(&client.request_headers());
    let mut visited = {
        let tell = |step| progress(Stage::Visiting(step));
        let lexicon = &tools.catalog.lexicon;
        let memory = remember(&tools.log, portal, &run, known, client.now()).await?;
        exact_moments(crawl::visit_again(portal, lexicon, run.as_of, &client, &archive, memory, &tell).await)
    };
    progress(Stage::Judging { pages: visited.pages.len(), failures: visited.failures.len() });
    let mut facts = observe_visit(&tools.catalog, portal, &visited);
    let newest = past.newest();
    let noted = past.tell(&mut facts, &run);
    let newest_probe = tools.log.newest_probe().await?;
    availability::tell(&tools.log, &mut facts, &run, newest_probe).await?;
    let neighbours_known = neighbours::tell(&tools.log, &mut facts, &run).await?;
    let outcomes = judge_facts(&tools.catalog, portal, run.as_of, &facts);
    visited.other_captures.extend(pictures::of_faults(&client, &archive, &visited.pages, &outcomes).await);

    run.finished = Some(whole_microseconds(client.now()));
    run.state = match (facts.coverage.home_unread, visited.cut_short) {
        (true, _) => RunState::Failed,
        (false, true) => RunState::Partial,
        (false, false) => RunState::Done,
    };
    run.note.clone_from(&visited.note);
    // With what the scripts of pictured pages asked for.
    run.load = client.load();
    let caution = caution(tools, &run).await?;
    let left = neighbours::left(&tools.log, &facts, portal, &run).await?;
    let adds = Adds { newest, noted, newest_probe, neighbours_known, left };
    let changes = write(&tools.log, &run, &visited, &adds, &outcomes, caution).await?;
    progress(Stage::Written { changes: changes.len() });
    shelving::after_night(&tools.log, &tools.archive, &run.id).await;
    Ok(Some(NightReport { run, facts, outcomes, changes }))
}

/// What earlier nights saw of the portal. Once it gave a wrong answer about what has changed, it is not asked again for a
/// while.
async fn remember(
    log: &Log,
    portal: &Portal,
    run: &Run,
    known: Vec<Capture>,
    now: Timestamp,
) -> anyhow::Result<Memory> {
    let since = run.night.saturating_sub(NIGHTS_OF_DISTRUST.days());
    let warned = log.was_distrusted_since(&portal.id, since).await?;
    Ok(Memory::new(known, &portal.url, now, warned))
}

/// What keeps this night from raising faults at once.
pub(super) async fn standing_caution(log: &Log, catalog: &Catalog) -> anyhow::Result<Caution> {
    let quarantined = log.quarantines(false).await?.into_iter().map(|quarantine| quarantine.check).collect();
    let advice = below_the_floor(&log.check_records().await?);
    Ok(Caution { quarantined, advice, ..Caution::of_checks(&catalog.checks) })
}

async fn caution(tools: &Tools, run: &Run) -> anyhow::Result<Caution> {
    let night_in_doubt = match &tools.canary {
        Some(canary) => !canary.look(&tools.log, run.night).await?.is_well(),
        None => false,
    };
    Ok(Caution { night_in_doubt, ..standing_caution(&tools.log, &tools.catalog).await? })
}

/// Facts and outcomes of a visit of which nothing earlier is remembered. Pure.
pub fn judge_visit(
    catalog: &Catalog,
    portal: &Portal,
    as_of: Timestamp,
    visited: &Visited,
) -> (PortalFacts, Vec<Outcome>) {
    let portal = &portal.on(beijing_date(as_of));
    let facts = observe_visit(catalog, portal, visited);
    let outcomes = judge_facts(catalog, portal, as_of, &facts);
    (facts, outcomes)
}

/// Facts of a visit, live or from the log, without what earlier nights tell. Pure.
pub(super) fn observe_visit(catalog: &Catalog, portal: &Portal, visited: &Visited) -> PortalFacts {
    let facts = observe::portal(portal, &catalog.lexicon, &visited.pages, &visited.failures, visited.cut_short);
    PortalFacts { soundings: visited.soundings.clone(), ..facts }
}

/// What the checks say of the facts. Pure.
pub(super) fn judge_facts(catalog: &Catalog, portal: &Portal, as_of: Timestamp, facts: &PortalFacts) -> Vec<Outcome> {
    let context =
        Context { portal, as_of: beijing_date(as_of), calendar: &catalog.calendar, lexicon: &catalog.lexicon };
    one_each(judge(&catalog.checks, facts, &context))
}

/// Begins a run or takes over the one that was killed; true where it was. None where the job's run has ended.
async fn begin(tools: &Tools, order: Order<'_>) -> anyhow::Result<Option<(Run, bool)>> {
    let log = &tools.log;
    let now = whole_microseconds(tools.fetch.clock.unwrap_or_else(Timestamp::now));
    let as_of = order.as_of.map_or(now, whole_microseconds);
    let night = beijing_date(as_of);
    if let Some(job) = order.job
        && let Some(run) = log.run_of_job(job).await?
        && run.state != RunState::Running
    {
        tracing::info!(run = run.id, "this night is already done");
        return Ok(None);
    }
    let mut unfinished = None;
    for run in log.running_runs(&order.portal.id).await? {
        if run.night == night && unfinished.is_none() {
            unfinished = Some(run);
        } else if run.night < night {
            let note = "中断，未完成".to_owned();
            log.abandon_run(&Run { state: RunState::Failed, finished: Some(now), note, ..run }).await?;
        }
    }
    let run = match unfinished {
        Some(killed) => {
            let run = Run { started: now, note: "中断后重新检查".to_owned(), ..killed };
            log.take_over_run(&run, order.portal, order.job).await?;
            return Ok(Some((run, true)));
        }
        None => Run {
            id: log.next_run_id(night, &order.portal.id).await?,
            portal: order.portal.id.clone(),
            night,
            as_of,
            started: now,
            finished: None,
            state: RunState::Running,
            note: String::new(),
            load: Load::default(),
        },
    };
    log.begin_run(&run, order.portal, order.job).await?;
    Ok(Some((run, false)))
}

/// What a night knew of other nights, and what it adds for later ones.
struct Adds {
    /// Number of the newest sighting that was known.
    newest: i64,
    noted: observe::Noted,
    newest_probe: i64,
    /// Runs on other portals.
    neighbours_known: Vec<String>,
    left: Option<Vec<KnownDocument>>,
}

/// Everything the night brought, at once.
async fn write(
    log: &Log,
    run: &Run,
    visited: &Visited,
    adds: &Adds,
    outcomes: &[Outcome],
    mut caution: Caution,
) -> anyhow::Result<Vec<Change>> {
    let mut night = log.write_night().await?;
    night.pages(run, &visited.pages, &visited.other_captures, &visited.failures).await?;
    if let Some(robots) = robots(visited) {
        night.robots(run, &robots).await?;
    }
    if let Some(why) = &visited.distrust {
        night.distrust(run, why).await?;
    }
    night.soundings(run, &visited.soundings).await?;
    night.documents_seen(run, adds.newest, &adds.noted.sightings, &adds.noted.readings).await?;
    night.probes_known(run, adds.newest_probe).await?;
    night.neighbours(run, &adds.neighbours_known, adds.left.as_deref()).await?;
    night.outcomes(run, outcomes).await?;
    let (flips, portals) = night.flips(run).await?;
    for flip in mass_flips(flips, portals) {
        if night.quarantine(run, &flip).await? {
            caution.quarantined.insert(flip.check);
        }
    }
    let latest = night.latest_episodes(&run.portal).await?;
    let origin = Origin { portal: &run.portal, run: &run.id, night: run.night };
    let changes = fold(&latest, outcomes, origin, &caution);
    night.changes(run, &changes).await?;
    night.finish(run, visited.cut_short).await.with_context(|| format!("cannot write the night {}", run.id))?;
    Ok(changes)
}

/// What robots.txt said, and what it made of the visit.
fn robots(visited: &Visited) -> Option<Robots> {
    let record = visited.robots.clone()?;
    let verdict = match record.access {
        RobotsAccess::Read => RobotsVerdict::Read,
        RobotsAccess::Absent { .. } => RobotsVerdict::Absent,
        RobotsAccess::Unreachable { cause, detail } => RobotsVerdict::Unreachable { cause, detail },
    };
    let skipped = visited.failures.iter().filter(|failure| failure.cause == Cause::RobotsForbidden).count();
    Some(Robots {
        url: record.url,
        verdict,
        status: record.status,
        sha256: record.sha256,
        rules: record.rules,
        crawl_delay_ms: record.crawl_delay.map(|delay| u64::try_from(delay.as_millis()).unwrap_or(u64::MAX)),
        sitemaps: record.sitemaps,
        skipped: skipped as u64,
    })
}

/// Moments as the log keeps them, so that judging again from the log gives the same to the byte.
fn exact_moments(mut visited: Visited) -> Visited {
    for capture in visited.pages.iter_mut().map(|page| &mut page.capture).chain(&mut visited.other_captures) {
        capture.at = whole_microseconds(capture.at);
    }
    for failure in &mut visited.failures {
        failure.at = failure.at.map(whole_microseconds);
    }
    visited
}

/// Checks promise one outcome for each check, unit and subject. Where one breaks the promise the night is not
/// lost: the failed one is kept, and the slip is told.
fn one_each(outcomes: Vec<Outcome>) -> Vec<Outcome> {
    let mut kept: Vec<Outcome> = Vec::with_capacity(outcomes.len());
    for outcome in outcomes {
        let same = |other: &&mut Outcome| {
            other.check == outcome.check && other.unit == outcome.unit && other.subject.key == outcome.subject.key
        };
        // Outcomes come sorted, so that equals are neighbours.
        match kept.last_mut().filter(same) {
            Some(other) => {
                tracing::error!(check = outcome.check, subject = outcome.subject.key, "two outcomes for one subject");
                if outcome.outcome == Verdict::Failed && other.outcome != Verdict::Failed {
                    *other = outcome;
                }
            }
            None => kept.push(outcome),
        }
    }
    kept
}
