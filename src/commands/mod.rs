//! One file a subcommand. Each has its `Args` and a `run`; this file only lists and calls them.

mod audit;
mod bulletin;
mod crawl;
mod demo;
mod discover;
pub mod entry_file;
mod evidence;
mod extract;
mod finding;
mod init;
mod judge;
mod log;
mod migrate;
mod office;
mod password;
mod probe;
mod rulebook;
mod score;
mod serve;
mod terminal;

use std::{path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand, ValueEnum};

/// Nightly on-line inspection and scoring of government openness (政务公开考核).
#[derive(Parser)]
#[command(name = "mingcha", version, about, max_term_width = 100)]
pub struct Arguments {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

/// What every command takes.
#[derive(clap::Args)]
pub struct Global {
    /// Configuration file (TOML); commands that need none run without
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// How log lines are written to standard error
    #[arg(long, global = true, value_enum, default_value = "text")]
    pub log_format: LogFormat,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    Text,
    Json,
}

#[derive(Subcommand)]
enum Command {
    Audit(audit::Args),
    Bulletin(bulletin::Args),
    Crawl(crawl::Args),
    Demo(demo::Args),
    Discover(discover::Args),
    Judge(judge::Args),
    Evidence(evidence::Args),
    Extract(extract::Args),
    Finding(finding::Args),
    Init(init::Args),
    Log(log::Args),
    Migrate(migrate::Args),
    Password(password::Args),
    Probe(probe::Args),
    Serve(serve::Args),
    Rulebook(rulebook::Args),
    Score(score::Args),
}

/// How a command ended; the numbers are part of the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// 0: done.
    Done,
    /// 1: faults found, where asked for with `--fail-on`.
    FaultsFound,
}

/// Marks an error as wrong input (exit 2) rather than something that could not be done (exit 3).
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct WrongInput(pub String);

/// Parses the arguments, runs the command, and says in one message what went wrong.
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    start_logging(arguments.global.log_format);
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            terminal::complain(format_args!("error: cannot start the runtime: {error}"));
            return ExitCode::from(3);
        }
    };
    match runtime.block_on(dispatch(arguments)) {
        Ok(Ending::Done) => ExitCode::SUCCESS,
        Ok(Ending::FaultsFound) => ExitCode::from(1),
        Err(error) => {
            terminal::complain(format_args!("error: {error:#}"));
            ExitCode::from(if error.chain().any(|cause| cause.is::<WrongInput>()) { 2 } else { 3 })
        }
    }
}

async fn dispatch(arguments: Arguments) -> anyhow::Result<Ending> {
    let global = &arguments.global;
    match arguments.command {
        Command::Audit(args) => audit::run(args, global).await,
        Command::Bulletin(args) => bulletin::run(args, global).await,
        Command::Crawl(args) => crawl::run(args, global).await,
        Command::Demo(args) => demo::run(args, global).await,
        Command::Discover(args) => discover::run(args, global).await,
        Command::Judge(args) => judge::run(args, global).await,
        Command::Evidence(args) => evidence::run(args, global).await,
        Command::Extract(args) => extract::run(args, global).await,
        Command::Finding(args) => finding::run(args, global).await,
        Command::Init(args) => init::run(args, global).await,
        Command::Log(args) => log::run(args, global).await,
        Command::Migrate(args) => migrate::run(args, global).await,
        Command::Password(args) => password::run(args, global).await,
        Command::Probe(args) => probe::run(args, global).await,
        Command::Serve(args) => serve::run(args, global).await,
        Command::Rulebook(args) => rulebook::run(args, global).await,
        Command::Score(args) => score::run(args, global).await,
    }
}

fn start_logging(format: LogFormat) {
    let filter = tracing_subscriber::EnvFilter::try_from_env("MINGCHA_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn,mingcha=info"));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match format {
        LogFormat::Text => builder.with_target(false).init(),
        LogFormat::Json => builder.json().init(),
    }
}
