//! `mingcha evidence`: what is kept of the captures, and how long.

use clap::Subcommand;
use jiff::Timestamp;

use super::{Ending, Global, office::Office, terminal};
use crate::jobs::thinning;

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
}

#[derive(clap::Args)]
struct Thin {
    /// Say what would be removed, and remove nothing
    #[arg(long)]
    dry_run: bool,
}

pub async fn run(args: Args, global: &Global) -> anyhow::Result<Ending> {
    let Action::Thin(args) = args.action;
    let office = Office::open(global)?;
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
