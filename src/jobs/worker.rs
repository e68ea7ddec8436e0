//! What a worker does with a job: finds the portal in the settings and does its night.

use std::sync::Arc;

use futures_util::FutureExt;

use super::{
    night::{Order, Stage, Tools, run_portal_night},
    queue::Work,
};
use crate::model::{JobRequest, Portal};

/// The work of all jobs, for [`super::queue::Queue::work`].
pub fn portal_nights(tools: Tools, portals: Vec<Portal>) -> Work {
    let (tools, portals) = (Arc::new(tools), Arc::new(portals));
    Arc::new(move |request| {
        let (tools, portals) = (Arc::clone(&tools), Arc::clone(&portals));
        async move { one_night(&tools, &portals, &request).await }.boxed()
    })
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
