//! `mingcha score`: entries and a rulebook make an explained score.

mod table;

use std::path::{Path, PathBuf};

use clap::ValueEnum;
use jiff::civil::Date;

use super::{
    Ending, Global, WrongInput,
    office::{Office, catalog},
    terminal,
};
use crate::{
    catalog::Catalog,
    model::{Rulebook, UnitList, rulebook::Period, score_sheet::BadEntry},
    score::{
        self, Options,
        cohort::Cohort,
        entries::{self, Parsed},
    },
};

/// Score units with a rulebook; every point has its reason
#[derive(clap::Args)]
pub struct Args {
    /// Id of the rulebook; `mingcha rulebook list` shows them
    #[arg(long, value_name = "ID")]
    rulebook: String,
    /// Entries as JSON Lines; the log of the configuration where left out
    #[arg(long, value_name = "FILE.jsonl")]
    entries: Option<PathBuf>,
    /// First day that counts; the rulebook's own where left out
    #[arg(long, value_name = "DATE")]
    from: Option<Date>,
    /// Last day that counts
    #[arg(long, value_name = "DATE")]
    to: Option<Date>,
    /// Also show the total as if all flagged entries were confirmed
    #[arg(long)]
    include_flagged: bool,
    /// Leave out entries that fit nothing and list them, instead of scoring nothing
    #[arg(long)]
    skip_bad_lines: bool,
    /// Score this unit even without entries; may be repeated. Ranks and averages are taken over all scored units
    #[arg(long = "unit", value_name = "NAME")]
    units: Vec<String>,
    /// Score every unit on the plan's list, also those without entries
    #[arg(long)]
    all_units: bool,
    /// Read an ambiguous place differently, such as Y5=add; `mingcha rulebook show ID` lists the choices
    #[arg(long = "reading", value_name = "ID=OPTION")]
    readings: Vec<String>,
    /// A file of weights and other values laid over the rulebook
    #[arg(long, value_name = "FILE.yaml")]
    overlay: Option<PathBuf>,
    /// A folder of rules laid over the built-in ones
    #[arg(long, value_name = "DIR")]
    checks: Option<PathBuf>,
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Table,
    Json,
}

/// Where entries come from, and what that means for the scoring.
struct Source {
    /// What messages call it.
    name: String,
    parsed: Parsed,
    /// The log holds entries of all classes of units and for all rulebooks: what fits nothing here is listed,
    /// and stops nothing.
    skip_bad: bool,
    /// Units to be scored even without entries.
    units: Vec<String>,
    /// The plan's list of units; the log's is open to the office's own units.
    list: Option<UnitList>,
}

pub async fn run(args: Args, global: &Global) -> anyhow::Result<Ending> {
    if let Some(path) = &args.entries {
        let catalog = catalog(args.checks.as_deref())?;
        return score_and_print(from_file(path, &args, &catalog)?, &args, &catalog);
    }
    let office = Office::open(global)?;
    let catalog = catalog(args.checks.as_deref().or(office.settings.checks.as_deref()))?;
    score_and_print(from_log(&office, &args, &catalog).await?, &args, &catalog)
}

fn score_and_print(source: Source, args: &Args, catalog: &Catalog) -> anyhow::Result<Ending> {
    let Source { name, parsed, skip_bad, units, list } = source;
    let (rulebook, switched) = rulebook_of(args, catalog)?;
    if !parsed.bad.is_empty() && !skip_bad {
        // The bad lines of both kinds together, so that a file is mended in one go.
        let mut bad = parsed.bad;
        let period = Some(period_of(args, &rulebook)?);
        let known_check = |check: &str| catalog.check_ids.contains(check);
        let options = Options { period, known_check: Some(&known_check), ..Options::default() };
        if let Err(more) = score::score(&rulebook, list.as_ref(), &parsed.entries, &parsed.lines, &options) {
            bad.extend(more);
        }
        return Err(all_of(&name, bad).into());
    }
    let known_check = |check: &str| catalog.check_ids.contains(check);
    let options = Options {
        period: Some(period_of(args, &rulebook)?),
        include_flagged: args.include_flagged,
        skip_bad,
        units,
        whole_class: args.all_units,
        known_check: Some(&known_check),
    };
    let mut report = score::score(&rulebook, list.as_ref(), &parsed.entries, &parsed.lines, &options)
        .map_err(|bad| all_of(&name, bad))?;
    report.switched = switched;
    report.skipped.extend(parsed.bad);
    report.skipped.sort();
    match args.format {
        Format::Json => terminal::say(serde_json::to_string_pretty(&report)?)?,
        Format::Table => terminal::write(table::render(&rulebook, &report)?)?,
    }
    Ok(Ending::Done)
}

fn from_file(path: &Path, args: &Args, catalog: &Catalog) -> anyhow::Result<Source> {
    let (rulebook, _) = rulebook_of(args, catalog)?;
    Ok(Source {
        name: path.display().to_string(),
        parsed: entries::parse(&read(path)?),
        skip_bad: args.skip_bad_lines,
        units: args.units.clone(),
        list: catalog.units_of(&rulebook).cloned(),
    })
}

/// Findings and entries of the period; the configured units of the rulebook's class are scored whether or not
/// anything was found.
async fn from_log(office: &Office, args: &Args, catalog: &Catalog) -> anyhow::Result<Source> {
    let (rulebook, _) = rulebook_of(args, catalog)?;
    let period = period_of(args, &rulebook)?;
    let log = office.log().await?;
    let entries = log.scoring_entries(period.from, period.to).await?;
    log.close().await;
    let configured = office.settings.portals.iter().flat_map(|portal| &portal.units);
    let cohort = Cohort::of(&rulebook, catalog.units_of(&rulebook), configured);
    let entries = cohort.entries(entries);
    let mut units = args.units.clone();
    units.extend(cohort.units);
    Ok(Source {
        name: office.log_path().display().to_string(),
        parsed: Parsed { entries, ..Parsed::default() },
        skip_bad: true,
        units,
        list: cohort.list,
    })
}

/// The rulebook as read, with the readings switched and the overlay laid on.
fn rulebook_of(args: &Args, catalog: &Catalog) -> anyhow::Result<(Rulebook, Vec<String>)> {
    let mut rulebook = catalog.rulebook(&args.rulebook).map_err(WrongInput)?.clone();
    let mut switched = Vec::new();
    if let Some(path) = &args.overlay {
        let name = path.display().to_string();
        rulebook =
            catalog.overlay(&rulebook, &name, &read(path)?).map_err(|problems| WrongInput(problems.to_string()))?;
        switched.push(name);
    }
    for switch in &args.readings {
        let (id, option) = switch
            .split_once('=')
            .ok_or_else(|| WrongInput(format!("--reading {switch}: write ID=OPTION, such as Y5=add")))?;
        rulebook = rulebook.read_as(id, option).map_err(WrongInput)?;
        switched.push(switch.clone());
    }
    Ok((rulebook, switched))
}

fn period_of(args: &Args, rulebook: &Rulebook) -> anyhow::Result<Period> {
    let period = Period { from: args.from.unwrap_or(rulebook.period.from), to: args.to.unwrap_or(rulebook.period.to) };
    if period.from > period.to {
        return Err(WrongInput(format!("the period ends on {} before it begins on {}", period.to, period.from)).into());
    }
    Ok(period)
}

fn read(path: &Path) -> anyhow::Result<String> {
    let bytes = std::fs::read(path).map_err(|error| WrongInput(format!("cannot read {}: {error}", path.display())))?;
    Ok(String::from_utf8(bytes).map_err(|_| WrongInput(format!("{} is not UTF-8 text", path.display())))?)
}

fn all_of(name: &str, mut bad: Vec<BadEntry>) -> WrongInput {
    bad.sort();
    let lines: Vec<String> =
        bad.iter().map(|bad| format!("{name}:{}: {}: {}", bad.line, bad.field, bad.message)).collect();
    WrongInput(format!(
        "nothing was scored, since {} of the entries fit nothing; mend them, or leave them out with --skip-bad-lines\n{}",
        lines.len(),
        lines.join("\n")
    ))
}
