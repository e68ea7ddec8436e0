//! `mingcha log`: prove that nothing was changed, carry entries out and in, state what portals had to bear.

mod load;

use std::path::PathBuf;

use anyhow::Context;
use clap::Subcommand;
use jiff::{Timestamp, civil::Date};

use super::{
    Ending, Global, entry_file,
    office::{Office, told},
    terminal,
};
use crate::store::Log;

/// The findings log: verify, export, import, load
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Find any later change: walk the seals, hold findings and entries against their events
    Verify,
    /// Write findings and entries as JSON Lines
    Export(Export),
    /// Read what `export` wrote; what the log already has is passed over
    Import(Import),
    /// What each portal had to bear on each night: requests, bytes, peak rate, robots.txt
    Load(load::Args),
}

#[derive(clap::Args)]
struct Export {
    /// First day; from the beginning where left out
    #[arg(long, value_name = "DATE")]
    from: Option<Date>,
    /// Last day; to the end where left out
    #[arg(long, value_name = "DATE")]
    to: Option<Date>,
    /// Write to this file instead of standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

#[derive(clap::Args)]
struct Import {
    /// JSON Lines; `-` reads standard input
    file: PathBuf,
}

pub async fn run(args: Args, global: &Global) -> anyhow::Result<Ending> {
    let log = Office::open(global)?.log().await?;
    let ending = match args.action {
        Action::Verify => verify(&log).await?,
        Action::Export(args) => export(args, &log).await?,
        Action::Import(args) => import(args, &log).await?,
        Action::Load(args) => load::run(args, &log).await?,
    };
    log.close().await;
    Ok(ending)
}

/// A log that was changed is a log that cannot be trusted: exit 3, every trace on a line.
async fn verify(log: &Log) -> anyhow::Result<Ending> {
    let verified = log.verify().await?;
    terminal::say(format_args!(
        "{} events, {} findings, {} entries; newest seal {}",
        verified.events, verified.findings, verified.entries, verified.last_seal
    ))?;
    for fault in &verified.faults {
        terminal::say(fault)?;
    }
    match verified.faults.len() {
        0 => {
            terminal::say("sound: nothing was changed")?;
            Ok(Ending::Done)
        }
        count => anyhow::bail!("the log was changed or is damaged in {count} places; restore it from a backup"),
    }
}

async fn export(args: Export, log: &Log) -> anyhow::Result<Ending> {
    let entries =
        log.scoring_entries(args.from.unwrap_or(Date::constant(1, 1, 1)), args.to.unwrap_or(Date::MAX)).await?;
    let mut text = String::new();
    for entry in &entries {
        text.push_str(&serde_json::to_string(entry)?);
        text.push('\n');
    }
    match args.out {
        Some(path) => {
            std::fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
            terminal::complain(format_args!("{} entries written to {}", entries.len(), path.display()));
        }
        None => terminal::write(text)?,
    }
    Ok(Ending::Done)
}

async fn import(args: Import, log: &Log) -> anyhow::Result<Ending> {
    let entries = entry_file::read(&args.file)?;
    let imported = log.import_entries(entries, "import", Timestamp::now()).await.map_err(told)?;
    terminal::say(format_args!("added {}, already known {}", imported.added, imported.known))?;
    Ok(Ending::Done)
}
