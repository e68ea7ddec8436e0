//! The canary: a portal of ours with known faults that is visited inside each night. Only where all of them are found,
//! and no others, does the night count; otherwise something of ours has broken, and nothing is raised or closed.

use std::{collections::BTreeSet, sync::Arc};

use jiff::{Timestamp, civil::Date};
use tokio::sync::Mutex;

use super::night::judge_visit;
use crate::{
    catalog::Catalog,
    crawl, fetch,
    model::{CanaryNight, Outcome, Portal, Verdict, whole_microseconds},
    store::Log,
};

/// The portal and what must be found on it. Whoever makes it serves the portal as long as nights run.
#[derive(Debug)]
pub struct Canary {
    pub portal: Portal,
    /// The moment it is judged as of, always the same.
    pub as_of: Timestamp,
    /// Check, unit and subject key.
    pub seeded: BTreeSet<(String, String, String)>,
    /// The built-in rules: an office's own may well find other faults.
    pub catalog: Arc<Catalog>,
    /// How it is reached.
    pub fetch: fetch::Settings,
    /// One worker looks, the others wait for its word.
    pub turn: Mutex<()>,
}

impl Canary {
    /// Whether this night can be trusted, by what the canary shows; it is visited once a night.
    pub async fn look(&self, log: &Log, night: Date) -> anyhow::Result<CanaryNight> {
        let _turn = self.turn.lock().await;
        if let Some(known) = log.canary(night).await? {
            return Ok(known);
        }
        let client = fetch::Client::new(self.fetch.clone().for_portal(&self.portal))?;
        let visited = crawl::visit(&self.portal, &self.catalog.lexicon, self.as_of, &client, None, &|_| {}).await;
        let (_, outcomes) = judge_visit(&self.catalog, &self.portal, self.as_of, &visited);
        let canary = held_against(&self.seeded, &outcomes, night);
        if !canary.is_well() {
            tracing::error!(missing = ?canary.missing, extra = ?canary.extra, "the canary was misread: this night raises nothing");
        }
        log.record_canary(&canary, whole_microseconds(Timestamp::now())).await?;
        Ok(canary)
    }
}

/// What is missing from the seeded faults, and what is too much.
fn held_against(seeded: &BTreeSet<(String, String, String)>, outcomes: &[Outcome], night: Date) -> CanaryNight {
    let failed = outcomes.iter().filter(|outcome| outcome.outcome == Verdict::Failed);
    let found: BTreeSet<(String, String, String)> =
        failed.map(|outcome| (outcome.check.clone(), outcome.unit.clone(), outcome.subject.key.clone())).collect();
    let told = |faults: Vec<&(String, String, String)>| {
        faults.into_iter().map(|(check, unit, subject)| format!("{check} {unit} {subject}")).collect()
    };
    CanaryNight {
        night,
        missing: told(seeded.difference(&found).collect()),
        extra: told(found.difference(seeded).collect()),
    }
}
