//! What a worker does with a job: finds the portal in the settings and does its night, or probes its home page.

use std::sync::Arc;

use futures_util::FutureExt;

use super::{
    night::{Order, Stage, Tools, run_portal_night},
    probe::Prober,
    queue::Work,
};
use crate::model::{JobKind, JobRequest, Portal};

/// The work of all jobs, for [`super::queue::Queue::work`].
pub fn portal_nights(tools: Tools, portals: Vec<Portal>) -> Work {
    let (tools, portals) = (Arc::new(tools), Arc::new(portals));
    Arc::new(move |request| {
        let (tools, portals) = (Arc::clone(&tools), Arc::clone(&portals));
        async move { one_night(&tools, &portals, &request).await }.boxed()
    })
}

/// Probes of home pages, and all other jobs as `nights` does them.
pub fn with_probes(nights: Work, prober: Prober, portals: Vec<Portal>) -> Work {
    let (prober, portals) = (Arc::new(prober), Arc::new(portals));
    Arc::new(move |request| match request.kind {
        JobKind::Night => nights(request),
        JobKind::Probe => {
            let (prober, portals) = (Arc::clone(&prober), Arc::clone(&portals));
            async move { one_probe(&prober, &portals, &request).await }.boxed()
        }
    })
}

async fn one_probe(prober: &Prober, portals: &[Portal], request: &JobRequest) -> anyhow::Result<()> {
    let Some(portal) = portals.iter().find(|portal| portal.id == request.portal) else { return Ok(()) };
    if let Some(probe) = prober.keep_to(portal, request.tick).await? {
        tracing::debug!(portal = probe.portal, result = ?probe.result(), cause = ?probe.cause, "home page probed");
    }
    Ok(())
}

async fn one_night(tools: &Tools, portals: &[Portal], request: &JobRequest) -> anyhow::Result<()> {
    let Some(portal) = portals.iter().find(|portal| portal.id == request.portal) else {
        // Taken out of the settings since it was queued: nothing to do, and nothing to try again.
        tracing::warn!(portal = request.portal, "a visit is queued to a portal that is not in the settings");
        return Ok(());
    };
    let key = request.key();
    let order = Order { portal, as_of: request.as_of, job: Some(&key) };
    let report = run_portal_night(tools, order, &tell).await?;
    if let Some(report) = report {
        tracing::info!(
            run = report.run.id,
            state = report.run.state.name(),
            pages = report.facts.coverage.visits.len(),
            changes = report.changes.len(),
            "night done"
        );
    }
    Ok(())
}

fn tell(stage: Stage) {
    match stage {
        Stage::Began { run, again } => tracing::info!(run = run.id, again, "night begins"),
        Stage::Visiting(step) => tracing::debug!(?step, "visiting"),
        Stage::Judging { pages, failures } => tracing::debug!(pages, failures, "judging"),
        Stage::Written { changes } => tracing::debug!(changes, "written"),
    }
}
