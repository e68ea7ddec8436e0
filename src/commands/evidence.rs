//! `mingcha evidence`: what is kept of the captures, and how long.

use clap::Subcommand;
use jiff::Timestamp;

use super::{Ending, Global, WrongInput, office::Office, terminal};
use crate::jobs::{shelving, thinning};

/// The stored captures: remove what the rule no longer keeps
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Remove captures older than `[evidence] keep_nights` that no finding needs; `mingcha serve` does so every day
    Thin(Thin),
    /// Put the files of ended nights into the `[evidence] store` now; every night does so when it ends
    Shelve,
}

#[derive(clap::Args)]
struct Thin {
    /// Say what would be removed, and remove nothing
    #[arg(long)]
    dry_run: bool,
}

pub async fn run(args: Args, global: &Global) -> anyhow::Result<Ending> {
    let office = Office::open(global)?;
    match args.action {
        Action::Thin(args) => thin(&args, &office).await,
        Action::Shelve => shelve(&office).await,
    }
}

async fn shelve(office: &Office) -> anyhow::Result<Ending> {
    let archive = office.archive()?;
    if archive.depot().is_none() {
        let message = "the configuration names no store of evidence; add `store` to [evidence]";
        return Err(WrongInput(message.to_owned()).into());
    }
    let log = office.log().await?;
    let shelved = shelving::shelve_all(&log, &archive).await;
    log.close().await;
    let shelved = shelved?;
    terminal::say(format_args!("{} files put into the store, {} bytes", shelved.files, shelved.bytes))?;
    Ok(Ending::Done)
}

async fn thin(args: &Thin, office: &Office) -> anyhow::Result<Ending> {
    let rule = office.evidence_rule();
    let (log, archive, now) = (office.log().await?, office.archive()?, Timestamp::now());
    let removed = match args.dry_run {
        true => thinning::preview(&log, &archive, rule, now).await?,
        false => thinning::thin(&log, &archive, rule, now).await?,
    };
    log.close().await;
    let bytes = if args.dry_run { format!("at least {}", removed.bytes) } else { removed.bytes.to_string() };
    terminal::say(format_args!(
        "{} captures of {} runs {}, {bytes} bytes freed; nights of the last {} days and the evidence of findings are kept",
        removed.captures,
        removed.runs,
        if args.dry_run { "would be removed" } else { "removed" },
        rule.nights,
    ))?;
    if removed.passed_over > 0 {
        terminal::say(format_args!("{} runs passed over: their portals are being visited now", removed.passed_over))?;
    }
    Ok(Ending::Done)
}
