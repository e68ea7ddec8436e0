//! `mingcha finding show ID`.

use serde_json::json;

use super::list::Format;
use crate::{
    commands::{WrongInput, terminal},
    model::{Event, Finding, RecordedEntry, beijing_time},
    store::Log,
};

#[derive(clap::Args)]
pub struct Args {
    /// Id of a finding or an entry
    id: String,
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
}

pub async fn run(args: Args, log: &Log) -> anyhow::Result<()> {
    let events = log.events_of(&args.id).await?;
    if let Some(finding) = log.finding(&args.id).await? {
        match args.format {
            Format::Json => {
                terminal::say(serde_json::to_string_pretty(&json!({ "finding": finding, "events": events }))?)?;
            }
            Format::Table => print_finding(&finding)?,
        }
    } else if let Some(entry) = log.entry(&args.id).await? {
        match args.format {
            Format::Json => {
                terminal::say(serde_json::to_string_pretty(&json!({ "entry": entry, "events": events }))?)?;
            }
            Format::Table => print_entry(&entry)?,
        }
    } else {
        return Err(WrongInput(format!("there is no finding or entry {:?} in the log", args.id)).into());
    }
    if args.format == Format::Table {
        print_events(&events)?;
    }
    Ok(())
}

fn print_finding(finding: &Finding) -> anyhow::Result<()> {
    terminal::say(format_args!("{}  {}（第{}次）", finding.id, finding.state.chinese(), finding.episode))?;
    terminal::say(format_args!("单位：{}", finding.identity.unit))?;
    terminal::say(format_args!("检查项：{}", finding.identity.check))?;
    terminal::say(format_args!("对象：{}（{}）", finding.subject.label, finding.subject.key))?;
    terminal::say(format_args!("说明：{}", finding.message))?;
    if let Some(url) = &finding.url {
        terminal::say(format_args!("网址：{url}"))?;
    }
    terminal::say(format_args!(
        "首次发现：{}  最近发现：{}  最近检查：{}",
        finding.first_seen, finding.last_seen, finding.last_measured
    ))?;
    if let Some(until) = finding.waived_until {
        terminal::say(format_args!("豁免至：{until}"))?;
    }
    for evidence in &finding.evidence {
        terminal::say(format_args!("证据：{} {} {}", evidence.url, evidence.note, evidence.text))?;
    }
    Ok(())
}

fn print_entry(recorded: &RecordedEntry) -> anyhow::Result<()> {
    terminal::say(serde_json::to_string_pretty(&recorded.entry)?)?;
    terminal::say(format_args!("录入：{}，{}", recorded.recorded_by, beijing_time(recorded.recorded_at)))?;
    Ok(())
}

fn print_events(events: &[Event]) -> anyhow::Result<()> {
    for event in events {
        let reason = if event.reason.is_empty() { String::new() } else { format!("：{}", event.reason) };
        terminal::say(format_args!("{}  {}  {}{reason}", beijing_time(event.at), event.kind.chinese(), event.actor))?;
    }
    Ok(())
}
