//! `mingcha judge`: judges a stored night again, under the same rules or others. Writes nothing.

use std::path::PathBuf;

use super::{
    Ending, Global,
    office::{Office, catalog, told},
    terminal,
};
use crate::{
    jobs::judge::{Difference, judge_again},
    model::Outcome,
    store::LogError,
};

/// Judge a stored night again from its captures and show what differs
#[derive(clap::Args)]
pub struct Args {
    /// Id of the run, such as 2022-11-16/jyj
    #[arg(long, value_name = "ID")]
    run: String,
    /// Rules of this folder instead of those the night was judged with
    #[arg(long, value_name = "DIR")]
    checks: Option<PathBuf>,
    /// Write all outcomes as JSON
    #[arg(long)]
    json: bool,
}

pub async fn run(args: Args, global: &Global) -> anyhow::Result<Ending> {
    let office = Office::open(global)?;
    let catalog = match &args.checks {
        Some(folder) => catalog(Some(folder))?,
        None => office.catalog()?,
    };
    let log = office.log().await?;
    let judged = judge_again(&log, &office.archive()?, &catalog, &args.run).await;
    log.close().await;
    let judged = judged.map_err(|error| match error.downcast::<LogError>() {
        Ok(error) => told(error),
        Err(error) => error,
    })?;
    if args.json {
        terminal::say(serde_json::to_string_pretty(&judged.outcomes)?)?;
        return Ok(Ending::Done);
    }
    for difference in &judged.differences {
        match difference {
            Difference::Added(now) => terminal::say(format_args!("+ {}", line(now)))?,
            Difference::Gone(then) => terminal::say(format_args!("- {}", line(then)))?,
            Difference::Changed { then, now } => {
                terminal::say(format_args!("- {}\n+ {}", line(then), line(now)))?;
            }
        }
    }
    terminal::say(format_args!(
        "{}: {} outcomes, {} differ from that night",
        judged.run.id,
        judged.outcomes.len(),
        judged.differences.len()
    ))?;
    Ok(Ending::Done)
}

fn line(outcome: &Outcome) -> String {
    format!("{} {} {} {}：{}", outcome.check, outcome.unit, outcome.subject.label, outcome.outcome, outcome.reason)
}
