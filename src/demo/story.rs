//! The whole story on the fixture portals: a night on loopback, staff's verdicts, the score, the bulletin.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::Context;
use jiff::{Timestamp, civil::Date};

use super::{FixturePortal, Server, portals, staff};
use crate::{
    catalog::Catalog,
    evidence::Archive,
    fetch,
    jobs::{
        bulletin::RECTIFICATION_DAYS,
        bulletin_draft::{House, draft, scored},
        night::{Order, Stage, Tools, run_portal_night},
    },
    model::{Finding, Outcome, Portal, Quarter, RunState, ScoreReport, Verdict, beijing_date, rulebook::Rulebook},
    report::bulletin_html,
    store::{FindingFilter, Log},
};

/// The table the demo scores with.
pub const RULEBOOK: &str = "yuncheng-2022-b1";
const OFFICE: &str = "演示市政务公开领导小组办公室";
const USER_AGENT: &str = concat!("mingcha/", env!("CARGO_PKG_VERSION"), " (demo on loopback)");
/// Lies in a folder that a demo has made, so that no other folder is ever cleared.
const MARK: &str = ".mingcha-demo";

/// What the demo brought.
pub struct Story {
    pub night: Date,
    pub portals: Vec<PortalNight>,
    pub findings: Vec<Finding>,
    pub score: ScoreReport,
    pub rulebook: Rulebook,
    pub files: Vec<(&'static str, PathBuf)>,
}

/// One portal's night, held against its seeded faults.
pub struct PortalNight {
    pub name: String,
    pub cms: String,
    pub state: RunState,
    pub pages: usize,
    pub unread: usize,
    pub outcomes: usize,
    pub needs_review: usize,
    pub failed: usize,
    pub seeded: usize,
    /// Seeded faults that were not found, and failures that nobody seeded.
    pub missing: usize,
    pub extra: usize,
}

/// The folder cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{} holds other things; name an empty or a new folder with --out", .0.display())]
pub struct FolderTaken(PathBuf);

/// Runs the story and writes its files under `out`.
pub async fn tell(
    out: &Path,
    catalog: Arc<Catalog>,
    progress: &(dyn Fn(&Portal, Stage) + Sync),
    done: &dyn Fn(&PortalNight),
) -> anyhow::Result<Story> {
    prepare(out)?;
    let fixtures = portals::shown()?;
    let server = Server::start(fixtures.clone()).await.context("cannot serve the fixture portals on loopback")?;
    let yesterday = fixtures.iter().map(FixturePortal::yesterday).collect();
    let yesterday = Server::start(yesterday).await.context("cannot serve yesterday's portals on loopback")?;
    let log = Log::open(&out.join("log.db")).await?;
    let archive = Archive::open(&out.join("evidence"))?;
    let mut told = Vec::new();
    let mut as_of = Timestamp::UNIX_EPOCH;
    for fixture in &fixtures {
        let portal = &fixture.sheet.portal;
        let tools_at = |server, moment| Tools {
            log: log.clone(),
            archive: archive.clone(),
            catalog: catalog.clone(),
            fetch: fetch_settings_of(fixture, server, moment),
            canary: None,
        };
        as_of = fixture.as_of()?;
        for probe in fixture.probes()? {
            log.add_probe(&probe).await?;
        }
        // A fault of absence is raised when a second night sees it: the evening before is the first.
        let eve = as_of - jiff::SignedDuration::from_hours(24);
        let first = Order { portal, as_of: Some(eve), job: None };
        run_portal_night(&tools_at(&yesterday, eve), first, &|stage| progress(portal, stage)).await?;
        let tools = tools_at(&server, as_of);
        let order = Order { portal, as_of: Some(as_of), job: None };
        let night = run_portal_night(&tools, order, &|stage| progress(portal, stage)).await?;
        let night = night.with_context(|| format!("the night of {} was already done", portal.name))?;
        let night = PortalNight {
            cms: night.facts.cms.as_ref().map_or_else(|| "–".to_owned(), |cms| cms.name.clone()),
            state: night.run.state,
            pages: night.facts.coverage.visits.len(),
            unread: night.facts.coverage.not_measurable.len(),
            ..held_against(fixture, &night.outcomes)
        };
        done(&night);
        told.push(night);
    }
    server.stop().await?;
    yesterday.stop().await?;
    play_staff(&log, as_of).await?;
    let night = beijing_date(as_of);
    let portals: Vec<Portal> = fixtures.iter().map(|fixture| fixture.sheet.portal.clone()).collect();
    let house = house(&portals);
    let rulebook = catalog.rulebook(RULEBOOK).map_err(anyhow::Error::msg)?.clone();
    let score = scored(&log, &catalog, &house, &rulebook, rulebook.period).await?;
    let quarter = Quarter::of(night);
    let bulletin = draft(&log, &catalog, &house, quarter, night).await?;
    let findings = log.findings(&FindingFilter::default()).await?;
    let mut files = Vec::new();
    let mut write = |what, name: String, text: String| -> anyhow::Result<()> {
        let path = out.join(name);
        std::fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
        files.push((what, path));
        Ok(())
    };
    write("通报", format!("bulletin-{quarter}.html"), bulletin_html::render(&bulletin)?)?;
    write("得分与理由", "score.json".to_owned(), serde_json::to_string_pretty(&score)?)?;
    files.push(("日志库", out.join("log.db")));
    files.push(("证据（WARC）", out.join("evidence")));
    log.close().await;
    Ok(Story { night, portals: told, findings, score, rulebook, files })
}

/// How the fixture portals are asked: by name on loopback, with the pretended time on every capture.
pub fn fetch_settings(server: &Server, as_of: Timestamp) -> fetch::Settings {
    fetch::Settings {
        user_agent: USER_AGENT.to_owned(),
        resolve: server.resolve(),
        names: server.names(),
        stated_certificates: server.stated_certificates(),
        outward_links: 100,
        clock: Some(as_of),
        ..fetch::Settings::default()
    }
}

/// The same, with the ways into the network that the portal's sheet states.
pub fn fetch_settings_of(fixture: &FixturePortal, server: &Server, as_of: Timestamp) -> fetch::Settings {
    let has_uplink = fixture.sheet.soundings.ipv6_uplink;
    let ipv6 = if has_uplink { fetch::Uplink::sure() } else { fetch::Uplink::none() };
    fetch::Settings { ipv6, ..fetch_settings(server, as_of) }
}

/// The office that issues the demo's bulletin.
pub fn house(portals: &[Portal]) -> House {
    House {
        office: OFFICE.to_owned(),
        portals: portals.to_vec(),
        rulebook: RULEBOOK.to_owned(),
        rectification_days: RECTIFICATION_DAYS,
    }
}

/// An empty folder, or one of an earlier demo without its files.
fn prepare(out: &Path) -> anyhow::Result<()> {
    let mark = out.join(MARK);
    if out.is_dir() && !mark.exists() && out.read_dir()?.next().is_some() {
        return Err(FolderTaken(out.to_owned()).into());
    }
    if mark.exists() {
        std::fs::remove_dir_all(out).with_context(|| format!("cannot clear {}", out.display()))?;
    }
    std::fs::create_dir_all(out).with_context(|| format!("cannot make {}", out.display()))?;
    std::fs::write(&mark, "made by `mingcha demo`; cleared by the next one\n")?;
    Ok(())
}

fn held_against(fixture: &FixturePortal, outcomes: &[Outcome]) -> PortalNight {
    let of = |verdict| outcomes.iter().filter(move |outcome| outcome.outcome == verdict);
    let found: BTreeSet<(&str, &str, &str)> = of(Verdict::Failed)
        .map(|outcome| (outcome.check.as_str(), outcome.unit.as_str(), outcome.subject.key.as_str()))
        .collect();
    let seeded: BTreeSet<(&str, &str, &str)> = fixture
        .sheet
        .seeded
        .iter()
        .map(|fault| (fault.check.as_str(), fault.unit.as_str(), fault.subject.as_str()))
        .collect();
    PortalNight {
        name: fixture.sheet.portal.name.clone(),
        cms: String::new(),
        state: RunState::Done,
        pages: 0,
        unread: 0,
        outcomes: outcomes.len(),
        needs_review: of(Verdict::NeedsReview).count(),
        failed: found.len(),
        seeded: seeded.len(),
        missing: seeded.difference(&found).count(),
        extra: found.difference(&seeded).count(),
    }
}

async fn play_staff(log: &Log, at: Timestamp) -> anyhow::Result<()> {
    let staff = staff::load()?;
    for finding in log.findings(&FindingFilter::default()).await? {
        for verdict in staff.decisions.iter().filter(|verdict| verdict.is_about(&finding)) {
            log.decide(&finding.id, verdict.decision(), &staff.actor, &verdict.reason, at).await?;
        }
    }
    for entry in staff.entries {
        log.add_entry(entry, &staff.actor, at).await?;
    }
    Ok(())
}
