//! `mingcha bulletin 2026-Q3`: draws up a quarter's bulletin from the log.

use std::path::PathBuf;

use anyhow::Context;
use clap::ValueEnum;
use jiff::{Timestamp, civil::Date};

use super::{Ending, Global, WrongInput, office::Office, terminal};
use crate::{
    jobs::bulletin_draft::{House, draft},
    model::{Quarter, beijing_date},
    report::{bulletin_html, bulletin_json},
};

/// Draw up a quarter's bulletin (通报) from the log
#[derive(clap::Args)]
pub struct Args {
    /// The quarter, such as 2026-Q3
    quarter: Quarter,
    #[arg(long, value_enum, default_value = "html")]
    format: Format,
    /// Folder to write bulletin-QUARTER.FORMAT into [default: standard output]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Day it is drawn up (YYYY-MM-DD, Beijing); the deadline counts from it [default: today]
    #[arg(long, value_name = "DATE")]
    as_of: Option<Date>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Html,
    Json,
}

impl Format {
    fn extension(self) -> &'static str {
        match self {
            Format::Html => "html",
            Format::Json => "json",
        }
    }
}

pub async fn run(args: Args, global: &Global) -> anyhow::Result<Ending> {
    let drawn_up = args.as_of.unwrap_or_else(|| beijing_date(Timestamp::now()));
    if args.quarter.from() > drawn_up {
        return Err(WrongInput(format!("{} has not begun by {drawn_up}", args.quarter)).into());
    }
    let office = Office::open(global)?;
    let settings = &office.settings;
    let catalog = office.catalog()?;
    let house = House {
        office: settings.bulletin.office.clone(),
        portals: settings.portals.clone(),
        rulebook: settings.rulebook.clone(),
        rectification_days: settings.bulletin.rectification_days,
    };
    let bulletin = draft(&office.log().await?, &catalog, &house, args.quarter, drawn_up).await?;
    let text = match args.format {
        Format::Html => bulletin_html::render(&bulletin)?,
        Format::Json => bulletin_json::render(&bulletin)?,
    };
    match args.out {
        None => terminal::write(text)?,
        Some(folder) => {
            let path = folder.join(format!("bulletin-{}.{}", args.quarter, args.format.extension()));
            std::fs::create_dir_all(&folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
            std::fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
            terminal::say(path.display())?;
        }
    }
    Ok(Ending::Done)
}
