//! `mingcha extract FILE --url URL`: the facts of one saved page, for trying a page and for measuring.

use std::path::PathBuf;

use anyhow::Context;
use clap::ValueEnum;

use super::{Ending, Global, WrongInput, terminal};
use crate::{
    attachment,
    catalog::Catalog,
    model::PageFacts,
    observe::{self, PageInput},
};

/// Stands in for an address that is not known, as of pages found in a drawer.
const UNKNOWN_ADDRESS: &str = "http://address.invalid/unknown/page.html";

/// Page facts of a saved page, or of a report in a .docx, .xlsx or .pdf file
#[derive(clap::Args)]
pub struct Args {
    /// The saved page, as received
    file: PathBuf,
    /// The address it was saved from
    #[arg(long)]
    url: String,
    /// The Content-Type header it came with
    #[arg(long, value_name = "HEADER")]
    content_type: Option<String>,
    /// The day it was saved (YYYY-MM-DD): the latest a date without a year can mean
    #[arg(long, value_name = "DATE")]
    received: Option<jiff::civil::Date>,
    #[arg(long, value_enum, default_value = "json")]
    format: Format,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Json,
}

#[expect(clippy::unused_async, reason = "commands are awaited alike")]
pub async fn run(args: Args, _global: &Global) -> anyhow::Result<Ending> {
    let bytes = std::fs::read(&args.file)
        .map_err(|error| WrongInput(format!("cannot read {}: {error}", args.file.display())))?;
    let url = url::Url::parse(&args.url).or_else(|error| {
        tracing::warn!("--url {:?} is not an address ({error}): links are read against {UNKNOWN_ADDRESS}", args.url);
        url::Url::parse(UNKNOWN_ADDRESS)
    })?;
    let input = PageInput {
        url: url.as_str(),
        final_url: url.as_str(),
        status: 200,
        content_type: args.content_type.as_deref(),
        bytes: &bytes,
        received: args.received,
    };
    let lexicon = Catalog::words().context("the built-in rule files are broken")?;
    let facts = if attachment::is_file(&bytes) {
        let (source, paper) = attachment::read(&bytes)
            .map_err(|error| WrongInput(format!("cannot read {} as a report: {error}", args.file.display())))?;
        observe::file(url.as_str(), source, &paper)
    } else {
        observe::page(&input, &lexicon)
    };
    match args.format {
        Format::Json => terminal::say(serde_json::to_string_pretty(&shown(&facts)?)?)?,
    }
    Ok(Ending::Done)
}

/// The facts, and for a report how its sums stand.
fn shown(facts: &PageFacts) -> anyhow::Result<serde_json::Value> {
    let mut shown = serde_json::to_value(facts)?;
    if let Some(report) = &facts.report {
        shown["report"]["identities"] = serde_json::to_value(report.identities())?;
    }
    Ok(shown)
}
