//! Retention by rule: after so many nights, captures that no finding needs lose their records. What a finding needs is
//! kept, and so is every body that a kept capture shares; the log says of each removed capture that it was removed.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use anyhow::Context as _;
use jiff::{Timestamp, ToSpan, civil::Date};

use crate::{
    evidence::Archive,
    model::{Run, beijing_date},
    store::{Log, Thinning},
};

/// What is kept, and how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Nights whose captures are kept whole.
    pub nights: u32,
    /// Days for which the captures of a finding are kept after the last thing that happened to it. Those of open
    /// findings are kept for ever.
    pub finding_days: u32,
}

/// What was removed, or would be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Removed {
    pub runs: usize,
    pub captures: u64,
    pub bytes: u64,
    /// Runs that were left alone because their portal is being visited.
    pub passed_over: usize,
}

/// Between two rounds of the service.
const ROUND: Duration = Duration::from_secs(24 * 3600);
/// The first round of the service waits until everything else has begun.
const FIRST_ROUND: Duration = Duration::from_secs(600);

/// Thins once a day; ends only by being dropped.
pub async fn keep(log: &Log, archive: &Archive, rule: Rule) {
    tokio::time::sleep(FIRST_ROUND).await;
    loop {
        match thin(log, archive, rule, Timestamp::now()).await {
            Ok(removed) if removed.captures > 0 => {
                tracing::info!(captures = removed.captures, bytes = removed.bytes, "evidence thinned by rule");
            }
            Ok(_) => {}
            Err(error) => tracing::error!("the evidence could not be thinned, and is tried again: {error:#}"),
        }
        tokio::time::sleep(ROUND).await;
    }
}

/// Removes what the rule no longer keeps.
pub async fn thin(log: &Log, archive: &Archive, rule: Rule, now: Timestamp) -> anyhow::Result<Removed> {
    let today = beijing_date(now);
    let (runs, kept) = plan(log, rule, today).await?;
    let inventory = inventory(archive).await?;
    let mut removed = Removed::default();
    for run in runs {
        let mut thinning = log.begin_thinning().await?;
        if thinning.is_visited(&run.portal, now).await? {
            removed.passed_over += 1;
            continue;
        }
        let captures = thinning.remove_captures(&run.id, &kept, today).await?;
        let before = thinning.records_kept(&run.id).await?;
        let needed = thinning.needed_places(&run.id).await?;
        let mut moved = BTreeMap::new();
        let mut spare = Vec::new();
        let mut freed = 0;
        for (file, bytes) in files_of(&inventory, &run) {
            let of_file = offsets(&needed, file);
            if of_file.is_empty() {
                freed += bytes;
                spare.push(file);
            } else if before != Some(needed.len()) {
                let (archive, name) = (archive.clone(), file.to_owned());
                let thinned = tokio::task::spawn_blocking(move || archive.thin(&name, &of_file, now))
                    .await?
                    .with_context(|| format!("run {} cannot be thinned", run.id))?;
                if let Some(thinned) = thinned {
                    freed += thinned.before.saturating_sub(thinned.after);
                    moved.extend(thinned.moved);
                    spare.push(file);
                }
            }
        }
        thinning.moved(&run.id, needed.len(), &moved).await?;
        thinning.commit().await?;
        for file in &spare {
            archive.remove(file)?;
        }
        removed.add(captures, freed);
    }
    let mut thinning = log.begin_thinning().await?;
    let rows = thinning.remove_known_documents(first_kept(rule, today), today).await?;
    thinning.commit().await?;
    tracing::debug!(rows, "known documents of nights that are no longer kept were removed");
    Ok(removed)
}

/// What the rule would remove now. Nothing is changed.
pub async fn preview(log: &Log, archive: &Archive, rule: Rule, now: Timestamp) -> anyhow::Result<Removed> {
    let today = beijing_date(now);
    let (runs, kept) = plan(log, rule, today).await?;
    let inventory = inventory(archive).await?;
    // Never committed.
    let mut thinning = log.begin_thinning().await?;
    let mut removed = Removed::default();
    for run in runs {
        if thinning.is_visited(&run.portal, now).await? {
            removed.passed_over += 1;
            continue;
        }
        let captures = thinning.remove_captures(&run.id, &kept, today).await?;
        let bytes = spare_bytes(&mut thinning, &inventory, &run).await?;
        removed.add(captures, bytes);
    }
    Ok(removed)
}

/// Bytes of files that would go whole; what rewriting the others would free is known only by doing it.
async fn spare_bytes(thinning: &mut Thinning, inventory: &Inventory, run: &Run) -> anyhow::Result<u64> {
    let needed = thinning.needed_places(&run.id).await?;
    let spare = files_of(inventory, run).filter(|(file, _)| offsets(&needed, file).is_empty());
    Ok(spare.map(|(_, bytes)| bytes).sum())
}

/// All files of the evidence with their bytes. Asked for once: a bucket tells all its files as quickly as those of one run.
type Inventory = BTreeMap<String, u64>;

async fn inventory(archive: &Archive) -> anyhow::Result<Inventory> {
    let archive = archive.clone();
    Ok(tokio::task::spawn_blocking(move || archive.inventory()).await??)
}

fn files_of<'a>(inventory: &'a Inventory, run: &Run) -> impl Iterator<Item = (&'a str, u64)> {
    let folder = format!("{}/", run.id);
    let of_run = inventory.range(folder.clone()..).take_while(move |(file, _)| file.starts_with(&folder));
    of_run.map(|(file, bytes)| (file.as_str(), *bytes))
}

/// The first night whose captures are kept whole.
fn first_kept(rule: Rule, today: Date) -> Date {
    days_before(today, rule.nights)
}

fn days_before(today: Date, days: u32) -> Date {
    today.saturating_sub(i64::from(days).days())
}

/// The runs that are old enough, and the captures that are kept all the same.
async fn plan(log: &Log, rule: Rule, today: Date) -> anyhow::Result<(Vec<Run>, BTreeSet<String>)> {
    let runs = log.runs_before(first_kept(rule, today)).await?;
    let kept = log.captures_of_findings(days_before(today, rule.finding_days)).await?;
    Ok((runs, kept))
}

/// Offsets of the needed places within a file.
fn offsets(needed: &BTreeSet<String>, file: &str) -> BTreeSet<u64> {
    let of_file = |place: &String| place.strip_prefix(file)?.strip_prefix(':')?.parse().ok();
    needed.iter().filter_map(of_file).collect()
}

impl Removed {
    fn add(&mut self, captures: u64, bytes: u64) {
        self.runs += usize::from(captures > 0 || bytes > 0);
        self.captures += captures;
        self.bytes += bytes;
    }
}
