//! `mingcha finding import FILE`: many manual findings and measures at once.

use std::path::PathBuf;

use jiff::Timestamp;

use super::Actor;
use crate::{
    commands::{entry_file, office::told, terminal},
    store::Log,
};

#[derive(clap::Args)]
pub struct Args {
    /// JSON Lines, one entry each; `-` reads standard input
    file: PathBuf,
    #[command(flatten)]
    actor: Actor,
}

pub async fn run(args: Args, log: &Log) -> anyhow::Result<()> {
    let entries = entry_file::read(&args.file)?;
    let imported = log.import_entries(entries, &args.actor.name(), Timestamp::now()).await.map_err(told)?;
    terminal::say(format_args!("added {}, already known {}", imported.added, imported.known))?;
    Ok(())
}
