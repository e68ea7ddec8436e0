//! `mingcha finding precision` and `quarantine`: how the checks do in the eyes of staff, and what is held back.

use clap::Subcommand;
use jiff::Timestamp;

use super::{super::terminal, Actor};
use crate::{
    model::{LEAST_VERDICTS, PRECISION_FLOOR},
    store::Log,
};

/// Staff's verdicts by check
#[derive(clap::Args)]
pub struct Precision {
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    Table,
    Json,
}

pub async fn precision(args: Precision, log: &Log) -> anyhow::Result<()> {
    let records = log.check_records().await?;
    if args.format == Format::Json {
        return terminal::say(serde_json::to_string_pretty(&records)?);
    }
    let mut table = terminal::table(["检查项", "确认", "排除", "准确率", "现状"]);
    for record in &records {
        let precision = record.precision().map_or_else(String::new, |percent| format!("{percent}%"));
        let standing = match record.only_advises() {
            true => format!("低于{PRECISION_FLOOR}%，只作提示"),
            false if record.judged() < LEAST_VERDICTS => format!("核查不足{LEAST_VERDICTS}条，暂不评定"),
            false => "正常".to_owned(),
        };
        table.add_row([
            record.check.clone(),
            record.confirmed.to_string(),
            record.dismissed.to_string(),
            precision,
            standing,
        ]);
    }
    terminal::say(table)
}

/// Checks that are held back since they changed on many portals in one night
#[derive(clap::Args)]
pub struct Quarantine {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// List what is held back
    List {
        /// Those that were lifted too
        #[arg(long)]
        all: bool,
    },
    /// Lift the quarantine of a check, with the reason: from the next night on it raises and closes findings again
    Lift {
        /// Id of the check
        check: String,
        /// Why it may be trusted
        #[arg(long)]
        reason: String,
        #[command(flatten)]
        actor: Actor,
    },
}

pub async fn quarantine(args: Quarantine, log: &Log) -> anyhow::Result<()> {
    match args.action {
        Action::List { all } => {
            let mut table = terminal::table(["检查项", "日期", "变化", "网站数", "现状"]);
            for held in log.quarantines(all).await? {
                table.add_row([
                    held.check.clone(),
                    held.night.to_string(),
                    if held.to_failing { "合格变为不合格" } else { "不合格变为合格" }.to_owned(),
                    held.portals.to_string(),
                    held.lifted.map_or_else(|| "暂缓认定".to_owned(), |(by, why)| format!("{by}已解除：{why}")),
                ]);
            }
            terminal::say(table)
        }
        Action::Lift { check, reason, actor } => {
            log.lift_quarantine(&check, &actor.name(), &reason, Timestamp::now()).await?;
            terminal::say(format_args!("{check}: 已解除暂缓认定"))
        }
    }
}
