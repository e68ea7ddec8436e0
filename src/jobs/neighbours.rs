//! Joins a night with the nights on the office's other portals: what it leaves to them, and what it takes from them.

use jiff::ToSpan;

use crate::{
    model::{KnownDocument, NeighbourPortal, Portal, PortalFacts, Run, RunState},
    observe,
    store::Log,
};

/// What was seen of another portal longer ago says nothing of today.
const DAYS: i64 = 31;

/// Puts into the facts what the log knows of other portals; gives the runs that tell it.
pub(super) async fn tell(log: &Log, facts: &mut PortalFacts, run: &Run) -> anyhow::Result<Vec<String>> {
    let known = log.neighbours_before(run, run.night.saturating_sub(DAYS.days())).await?;
    let runs = known.iter().map(|portal| portal.run.clone()).collect();
    put(log, facts, known).await?;
    Ok(runs)
}

/// Puts into the facts of a stored night what it knew then.
pub(super) async fn tell_again(log: &Log, facts: &mut PortalFacts, run: &Run) -> anyhow::Result<()> {
    match log.neighbours_of(&run.id).await? {
        Some(known) => put(log, facts, known).await,
        None => Ok(()),
    }
}

async fn put(log: &Log, facts: &mut PortalFacts, known: Vec<NeighbourPortal>) -> anyhow::Result<()> {
    let mut neighbours = observe::neighbours(facts, known);
    let portals = neighbours.iter_mut().flat_map(|neighbours| &mut neighbours.portals);
    for portal in portals.filter(|portal| !portal.documents.is_empty()) {
        let pages = log.pages_of(&portal.run).await?;
        for document in &mut portal.documents {
            document.capture = pages.get(&document.url).cloned();
        }
    }
    facts.neighbours = neighbours;
    Ok(())
}

/// What the night leaves to the nights on other portals; none where nothing could be read.
pub(super) async fn left(
    log: &Log,
    facts: &PortalFacts,
    portal: &Portal,
    run: &Run,
) -> anyhow::Result<Option<Vec<KnownDocument>>> {
    let seen = observe::known(facts, portal, run.night);
    Ok(match run.state {
        RunState::Running | RunState::Failed => None,
        RunState::Done => Some(seen),
        RunState::Partial => Some(observe::known_with(seen, log.known_documents(&portal.id).await?, run.night)),
    })
}
