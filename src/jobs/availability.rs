//! Joins a night with the probes of the week before it.

use crate::{
    model::{PortalFacts, Run},
    observe::{self, DAYS_OF_PROBES},
    store::Log,
};

/// Puts into the facts what the probes up to the night tell; `newest` is the number of the newest one it knows of.
pub(super) async fn tell(log: &Log, facts: &mut PortalFacts, run: &Run, newest: i64) -> anyhow::Result<()> {
    let from = observe::first_moment(run.as_of, DAYS_OF_PROBES);
    let probes = log.probes(&run.portal, from, run.as_of, newest).await?;
    facts.availability = (!probes.is_empty()).then(|| observe::availability(&probes, run.as_of, DAYS_OF_PROBES));
    Ok(())
}

/// Puts into the facts of a stored night what the probes told it then.
pub(super) async fn tell_again(log: &Log, facts: &mut PortalFacts, run: &Run) -> anyhow::Result<()> {
    match log.newest_probe_of(&run.id).await? {
        Some(newest) => tell(log, facts, run, newest).await,
        None => Ok(()),
    }
}
