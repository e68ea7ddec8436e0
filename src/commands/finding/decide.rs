//! `mingcha finding confirm|dismiss|waive ID`: a person's decision on a finding or an entry.

use jiff::{Timestamp, civil::Date};

use super::Actor;
use crate::{
    commands::{office::told, terminal},
    model::Decision,
    store::Log,
};

#[derive(clap::Args)]
pub struct Confirm {
    /// Id of a finding or an entry
    id: String,
    #[arg(long, default_value = "")]
    reason: String,
    #[command(flatten)]
    actor: Actor,
}

#[derive(clap::Args)]
pub struct Dismiss {
    /// Id of a finding or an entry
    id: String,
    #[arg(long)]
    reason: String,
    #[command(flatten)]
    actor: Actor,
}

#[derive(clap::Args)]
pub struct Waive {
    /// Id of a finding or an entry
    id: String,
    /// The last day of the waiver
    #[arg(long, value_name = "DATE")]
    until: Date,
    /// The ground of the waiver
    #[arg(long)]
    reason: String,
    #[command(flatten)]
    actor: Actor,
}

/// Any of the three.
pub struct Args {
    id: String,
    decision: Decision,
    reason: String,
    actor: Actor,
}

impl From<Confirm> for Args {
    fn from(args: Confirm) -> Self {
        Args { id: args.id, decision: Decision::Confirm, reason: args.reason, actor: args.actor }
    }
}

impl From<Dismiss> for Args {
    fn from(args: Dismiss) -> Self {
        Args { id: args.id, decision: Decision::Dismiss, reason: args.reason, actor: args.actor }
    }
}

impl From<Waive> for Args {
    fn from(args: Waive) -> Self {
        Args { id: args.id, decision: Decision::Waive { until: args.until }, reason: args.reason, actor: args.actor }
    }
}

pub async fn run(args: Args, log: &Log) -> anyhow::Result<()> {
    let Args { id, decision, reason, actor } = args;
    let (actor, now) = (actor.name(), Timestamp::now());
    let is_entry = log.finding(&id).await?.is_none() && log.entry(&id).await?.is_some();
    let event = decision.event().chinese();
    if is_entry {
        log.decide_entry(&id, decision, &actor, &reason, now).await.map_err(told)?;
        terminal::say(format_args!("{id}: {event}"))?;
    } else {
        let finding = log.decide(&id, decision, &actor, &reason, now).await.map_err(told)?;
        terminal::say(format_args!("{id}: {event} → {}", finding.state.chinese()))?;
    }
    Ok(())
}
