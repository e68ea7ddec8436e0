//! Judges a stored night again, from its captures: the same rules give the same outcomes to the byte, other
//! rules show what they would have said. Writes nothing.

use std::collections::BTreeMap;

use anyhow::Context as _;

use super::{
    availability, first_seen,
    fold::{Origin, fold},
    neighbours,
    night::{judge_facts, observe_visit, standing_caution},
};
use crate::{
    catalog::Catalog,
    crawl::{self, Visited},
    evidence::Archive,
    model::{Change, ObservedPage, Outcome, Run, beijing_date},
    store::{Log, StoredVisit},
};

/// A stored night under the rules of today.
#[derive(Clone, Debug)]
pub struct Rejudged {
    pub run: Run,
    pub outcomes: Vec<Outcome>,
    /// Where they differ from what was said that night, by check, unit and subject.
    pub differences: Vec<Difference>,
    /// What would become of the findings if this were written now; nothing under the same rules.
    pub changes: Vec<Change>,
}

/// One outcome that is not what it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Difference {
    /// Said now, not then.
    Added(Outcome),
    /// Said then, not now.
    Gone(Outcome),
    Changed {
        then: Outcome,
        now: Outcome,
    },
}

/// Judges the run again under the rules of `catalog`.
pub async fn judge_again(log: &Log, archive: &Archive, catalog: &Catalog, run: &str) -> anyhow::Result<Rejudged> {
    let stored = log.visit(run).await?;
    if stored.run.finished.is_none() {
        anyhow::bail!("run {run} has not ended: there is nothing yet to judge again");
    }
    let then = log.outcomes_of(run).await?;
    let visited = read_again(&stored, archive, catalog)?;
    let portal = stored.portal.on(beijing_date(stored.run.as_of));
    let mut facts = observe_visit(catalog, &portal, &visited);
    first_seen::tell_again(log, &mut facts, &stored.run).await?;
    availability::tell_again(log, &mut facts, &stored.run).await?;
    neighbours::tell_again(log, &mut facts, &stored.run).await?;
    let outcomes = judge_facts(catalog, &portal, stored.run.as_of, &facts);
    let latest = log.latest_episodes(&stored.run.portal).await?;
    let origin = Origin { portal: &stored.run.portal, run: &stored.run.id, night: stored.run.night };
    let changes = fold(&latest, &outcomes, origin, &standing_caution(log, catalog).await?);
    Ok(Rejudged { differences: differences(&then, &outcomes), run: stored.run, outcomes, changes })
}

/// The visit as it was, its pages read again from the evidence.
fn read_again(stored: &StoredVisit, archive: &Archive, catalog: &Catalog) -> anyhow::Result<Visited> {
    let mut pages = Vec::with_capacity(stored.pages.len());
    let mut keeper = crawl::Keeper::default();
    for page in &stored.pages {
        if let Some(day) = page.thinned {
            anyhow::bail!(
                "run {} cannot be judged again: its captures were removed by the rule of retention on {day}",
                stored.run.id
            );
        }
        let body = archive
            .read(&page.capture)
            .with_context(|| format!("run {} cannot be judged again: {}", stored.run.id, page.capture.url))?;
        let mut facts = crawl::read(&page.capture, &body, &catalog.lexicon);
        keeper.keep(&mut facts);
        pages.push(ObservedPage {
            facts,
            capture: page.capture.clone(),
            linked_from: page.linked_from.clone(),
            link_text: page.link_text.clone(),
            depth: page.depth,
        });
    }
    Ok(Visited {
        pages,
        failures: stored.failures.clone(),
        cut_short: stored.cut_short,
        soundings: stored.soundings.clone(),
        ..Visited::default()
    })
}

/// Check, unit and subject: what makes two outcomes speak of the same thing.
type Key<'a> = (&'a str, &'a str, &'a str);

fn by_key(outcomes: &[Outcome]) -> BTreeMap<Key<'_>, &Outcome> {
    outcomes
        .iter()
        .map(|outcome| ((outcome.check.as_str(), outcome.unit.as_str(), outcome.subject.key.as_str()), outcome))
        .collect()
}

fn differences(then: &[Outcome], now: &[Outcome]) -> Vec<Difference> {
    let (then, now) = (by_key(then), by_key(now));
    let mut keys: Vec<_> = then.keys().chain(now.keys()).copied().collect();
    keys.sort_unstable();
    keys.dedup();
    keys.into_iter()
        .filter_map(|key| match (then.get(&key), now.get(&key)) {
            (Some(then), Some(now)) if then == now => None,
            (Some(then), Some(now)) => Some(Difference::Changed { then: (*then).clone(), now: (*now).clone() }),
            (Some(then), None) => Some(Difference::Gone((*then).clone())),
            (None, Some(now)) => Some(Difference::Added((*now).clone())),
            (None, None) => None,
        })
        .collect()
}
