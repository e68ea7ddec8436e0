//! `mingcha finding add`: one manual finding or measure.

use jiff::{Timestamp, civil::Date};
use rust_decimal::Decimal;

use super::Actor;
use crate::{
    commands::{WrongInput, office::told, terminal},
    model::{Entry, Level, beijing_date},
    store::Log,
};

#[derive(clap::Args)]
pub struct Args {
    /// Name of the unit
    #[arg(long)]
    unit: String,
    /// Clause of the rulebook where it counts
    #[arg(long, required_unless_present = "check", conflicts_with = "check")]
    clause: Option<String>,
    /// Step of the clause; may be left out where only one fits
    #[arg(long)]
    step: Option<String>,
    /// Instead of a clause: the check; the rulebook maps it
    #[arg(long)]
    check: Option<String>,
    /// When it occurred or was observed; today where left out
    #[arg(long, value_name = "DATE")]
    date: Option<Date>,
    /// Items
    #[arg(long)]
    count: Option<Decimal>,
    #[arg(long)]
    numerator: Option<Decimal>,
    #[arg(long)]
    denominator: Option<Decimal>,
    /// A score from elsewhere, in the unit its step declares
    #[arg(long)]
    value: Option<Decimal>,
    #[arg(long)]
    rank: Option<u32>,
    /// Who notified, reported or adopted: state, province, city or county
    #[arg(long)]
    level: Option<String>,
    /// What it is about; entries with the same subject are the same event
    #[arg(long)]
    subject: Option<String>,
    #[arg(long)]
    note: Option<String>,
    #[arg(long)]
    url: Option<String>,
    /// The unit has no such thing
    #[arg(long)]
    not_applicable: bool,
    #[command(flatten)]
    actor: Actor,
}

pub async fn run(args: Args, log: &Log) -> anyhow::Result<()> {
    let now = Timestamp::now();
    let level = args.level.as_deref().map(level_of).transpose()?;
    let entry = Entry {
        unit: args.unit,
        clause: args.clause,
        step: args.step,
        check: args.check,
        date: Some(args.date.unwrap_or_else(|| beijing_date(now))),
        count: args.count,
        numerator: args.numerator,
        denominator: args.denominator,
        value: args.value,
        rank: args.rank,
        level,
        subject: args.subject,
        not_applicable: args.not_applicable,
        note: args.note,
        url: args.url,
        ..Entry::default()
    };
    if entry.unit.trim().is_empty() {
        return Err(WrongInput("--unit is empty; name the unit as the plan does".into()).into());
    }
    if entry.count.is_some_and(|count| count.is_sign_negative() && !count.is_zero()) {
        return Err(WrongInput("--count is negative; write how many there were".into()).into());
    }
    let recorded = log.add_entry(entry, &args.actor.name(), now).await.map_err(told)?;
    terminal::say(recorded.entry.id.unwrap_or_default())
}

fn level_of(name: &str) -> Result<Level, WrongInput> {
    Level::from_name(name)
        .ok_or_else(|| WrongInput(format!("--level {name:?} is none of state, province, city, county")))
}
