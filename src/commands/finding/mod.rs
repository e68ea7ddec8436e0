//! `mingcha finding`: list and show findings and entries, decide on them, add and import entries.

mod add;
mod decide;
mod import;
mod list;
mod quality;
mod show;

use clap::Subcommand;

use super::{Ending, Global, office::Office};

/// Findings and manual entries: list, show, decide, add, import
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// List findings, the newest first
    List(list::Args),
    /// Show one finding or entry with everything that happened to it
    Show(show::Args),
    /// Confirm that a finding is a fault
    Confirm(decide::Confirm),
    /// Dismiss a finding that is none, with the reason
    Dismiss(decide::Dismiss),
    /// Do not count a finding up to a day, with the ground
    Waive(decide::Waive),
    /// Add one manual finding or measure
    Add(Box<add::Args>),
    /// Add a file of manual findings and measures (JSON Lines)
    Import(import::Args),
    /// How often staff confirmed what each check said
    Precision(quality::Precision),
    /// Checks that are held back under suspicion
    Quarantine(quality::Quarantine),
}

pub async fn run(args: Args, global: &Global) -> anyhow::Result<Ending> {
    let log = Office::open(global)?.log().await?;
    match args.action {
        Action::List(args) => list::run(args, &log).await?,
        Action::Show(args) => show::run(args, &log).await?,
        Action::Confirm(args) => decide::run(args.into(), &log).await?,
        Action::Dismiss(args) => decide::run(args.into(), &log).await?,
        Action::Waive(args) => decide::run(args.into(), &log).await?,
        Action::Add(args) => add::run(*args, &log).await?,
        Action::Import(args) => import::run(args, &log).await?,
        Action::Precision(args) => quality::precision(args, &log).await?,
        Action::Quarantine(args) => quality::quarantine(args, &log).await?,
    }
    log.close().await;
    Ok(Ending::Done)
}

/// Who acts, as the log will name them.
#[derive(clap::Args)]
struct Actor {
    /// Who decides or records, as it will stand in the log; the login name where left out
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
}

impl Actor {
    fn name(&self) -> String {
        let login = || ["USER", "LOGNAME"].iter().find_map(|name| std::env::var(name).ok());
        self.by.clone().or_else(login).filter(|name| !name.trim().is_empty()).unwrap_or_else(|| "staff".to_owned())
    }
}
