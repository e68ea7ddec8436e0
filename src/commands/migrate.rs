//! `mingcha migrate`: brings the log and the queue up to date and says where they stand.

use super::{Ending, Global, office::Office, terminal};

/// Create the log and the queue, or bring their tables up to date
#[derive(clap::Args)]
pub struct Args {}

pub async fn run(_args: Args, global: &Global) -> anyhow::Result<Ending> {
    let office = Office::open(global)?;
    let log = office.log().await?;
    terminal::say(format_args!("{}: version {}", office.log_path().display(), log.version().await?))?;
    office.queue().await?;
    log.close().await;
    Ok(Ending::Done)
}
