//! Puts the evidence of ended nights into the store, where there is one. A night stands whether that works or not: what
//! could not be put there stays in the local folder, is told, and goes with the next night.

use anyhow::Context as _;

use crate::{
    evidence::{Archive, Shelved},
    model::RunState,
    store::Log,
};

/// After a night: its own files, and what earlier nights could not put there.
pub async fn after_night(log: &Log, archive: &Archive, run: &str) {
    if archive.depot().is_none() {
        return;
    }
    let shelved = match shelve_run(archive, run).await {
        Ok(_) => shelve_all(log, archive).await,
        Err(error) => Err(error),
    };
    if let Err(error) = shelved {
        tracing::warn!(
            run,
            "the evidence of this night stands in the local folder, and goes into the store with the next one: {error:#}"
        );
    }
}

/// The files of all ended runs.
///
/// # Errors
/// Where the store, the disk or the log refuses; what is not in the store is in the local folder still.
pub async fn shelve_all(log: &Log, archive: &Archive) -> anyhow::Result<Shelved> {
    let mut all = Shelved::default();
    for run in archive.spooled()? {
        // A run that is under way, or that another log knows, is left alone.
        let ended = log.run(&run).await?.is_some_and(|run| run.state != RunState::Running);
        if ended {
            let shelved = shelve_run(archive, &run).await?;
            all.files += shelved.files;
            all.bytes += shelved.bytes;
        }
    }
    Ok(all)
}

async fn shelve_run(archive: &Archive, run: &str) -> anyhow::Result<Shelved> {
    let (archive, id) = (archive.clone(), run.to_owned());
    let shelved = tokio::task::spawn_blocking(move || archive.shelve(&id)).await?;
    shelved.with_context(|| format!("the files of run {run}"))
}
