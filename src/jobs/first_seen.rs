//! Joins a night with the memory of documents: what is noted goes to the log, what it tells goes to the checks.

use std::collections::BTreeMap;

use crate::{
    model::{Capture, Look, PortalFacts, Run, beijing_date},
    observe::{self, Noted},
    store::{Log, Memory},
};

/// The memory as the night found it.
#[derive(Clone, Debug, Default)]
pub(super) struct Past {
    memory: Memory,
    /// The newest looks at the portal's pages by address.
    looks: BTreeMap<String, Look>,
}

impl Past {
    /// `captures` are the newest usable ones of each address.
    pub(super) async fn of(log: &Log, portal: &str, captures: &[Capture]) -> anyhow::Result<Self> {
        let look = |capture: &Capture| Look {
            night: beijing_date(capture.at),
            at: Some(capture.at),
            url: capture.final_url.clone(),
            capture: Some(capture.id.clone()),
            sha256: capture.sha256.clone(),
        };
        let looks = captures.iter().map(|capture| (capture.final_url.clone(), look(capture))).collect();
        Ok(Self { memory: log.memory_of(portal).await?, looks })
    }

    /// Number of the newest sighting that was known.
    pub(super) fn newest(&self) -> i64 {
        self.memory.newest
    }

    /// Puts into the facts what the nights so far, this one included, tell; gives what this night adds.
    pub(super) fn tell(mut self, facts: &mut PortalFacts, run: &Run) -> Noted {
        let noted = observe::note(facts, run.night, &self.memory.remembered, &self.looks);
        self.memory.remembered.add(noted.sightings.iter().cloned());
        facts.history = Some(observe::history(facts, run.night, &self.memory.remembered));
        noted
    }
}

/// Puts into the facts of a stored night what it knew then.
pub(super) async fn tell_again(log: &Log, facts: &mut PortalFacts, run: &Run) -> anyhow::Result<()> {
    if let Some(remembered) = log.memory_after(&run.id).await? {
        facts.history = Some(observe::history(facts, run.night, &remembered));
    }
    Ok(())
}
