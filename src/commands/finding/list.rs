//! `mingcha finding list`.

use clap::ValueEnum;
use comfy_table::Table;
use jiff::civil::Date;

use crate::{
    commands::{WrongInput, terminal},
    model::{Finding, FindingState},
    store::{FindingFilter, Log},
};

#[derive(clap::Args)]
pub struct Args {
    /// suspected, confirmed, notified, fix_claimed, fix_verified, dismissed or waived
    #[arg(long)]
    state: Option<String>,
    #[arg(long)]
    unit: Option<String>,
    /// Id of the check
    #[arg(long)]
    check: Option<String>,
    /// Id of the portal
    #[arg(long)]
    portal: Option<String>,
    /// Text that stands in message, subject, unit or address
    #[arg(long)]
    text: Option<String>,
    /// First seen on this day or later
    #[arg(long, value_name = "DATE")]
    from: Option<Date>,
    /// First seen on this day or earlier
    #[arg(long, value_name = "DATE")]
    to: Option<Date>,
    /// At most this many
    #[arg(long)]
    limit: Option<u32>,
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
}

/// How findings are written.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Table,
    Json,
}

pub async fn run(args: Args, log: &Log) -> anyhow::Result<()> {
    let state = args.state.as_deref().map(state_of).transpose()?;
    let filter = FindingFilter {
        state,
        unit: args.unit,
        check: args.check,
        portal: args.portal,
        text: args.text,
        from: args.from,
        to: args.to,
        limit: args.limit,
        offset: 0,
    };
    let findings = log.findings(&filter).await?;
    match args.format {
        Format::Json => terminal::say(serde_json::to_string_pretty(&findings)?)?,
        Format::Table => {
            terminal::say(table(&findings))?;
            terminal::say(format_args!("{} of {}", findings.len(), log.count_findings(&filter).await?))?;
        }
    }
    Ok(())
}

fn state_of(name: &str) -> Result<FindingState, WrongInput> {
    FindingState::from_name(name).ok_or_else(|| {
        let known: Vec<_> = FindingState::ALL.iter().map(|state| state.name()).collect();
        WrongInput(format!("--state {name:?} is none of {}", known.join(", ")))
    })
}

fn table(findings: &[Finding]) -> Table {
    let mut table = terminal::table(["编号", "状态", "首次发现", "单位", "检查项", "对象", "说明"]);
    for finding in findings {
        table.add_row([
            finding.id.clone(),
            finding.state.chinese().to_owned(),
            finding.first_seen.to_string(),
            finding.identity.unit.clone(),
            finding.identity.check.clone(),
            finding.subject.label.clone(),
            finding.message.clone(),
        ]);
    }
    table
}
