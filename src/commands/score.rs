//! `mingcha score`: entries and a rulebook make an explained score.

mod against;
mod emit;
mod table;

use std::path::{Path, PathBuf};

use clap::ValueEnum;
use jiff::{Timestamp, civil::Date};

use super::{
    Ending, Global, WrongInput,
    entry_file::EntryFile,
    office::{Office, catalog, text_file},
};
use crate::{
    catalog::Catalog,
    model::{Entry, Rulebook, UnitList, rulebook::Period, score_sheet::BadEntry},
    report::{score_json, score_xlsx},
    score::{
        self, Options,
        cohort::Cohort,
        entries::{self, Parsed},
    },
};

/// Score units with a rulebook; every point has its reason
#[derive(Clone, clap::Args)]
pub struct Args {
    /// Id of the rulebook, or a file that holds one; `mingcha rulebook list` shows the ids
    #[arg(long, value_name = "ID")]
    rulebook: String,
    /// Entries as JSON Lines, `-` for standard input; the log of the configuration where left out
    #[arg(long, value_name = "FILE.jsonl")]
    entries: Option<PathBuf>,
    /// Score the log as it was known then: a Beijing date (with that whole day), or date and time
    #[arg(long, value_name = "WHEN", value_parser = against::moment, conflicts_with = "entries")]
    as_of: Option<Timestamp>,
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
    /// xlsx is a workbook for Excel
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
    /// Write to this file instead of standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    against: against::Against,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Table,
    Json,
    Xlsx,
}

/// Where entries come from, and what that means for the scoring.
struct Source {
    /// What messages call it.
    name: String,
    entries: Entries,
    /// The log holds entries of all classes of units and for all rulebooks: what fits nothing here is listed,
    /// and stops nothing.
    skip_bad: bool,
    /// Units to be scored even without entries.
    units: Vec<String>,
    /// The plan's list of units; the log's is open to the office's own units.
    list: Option<UnitList>,
}

/// The entries as they come.
enum Entries {
    File(EntryFile),
    Log(Vec<Entry>),
}

impl Entries {
    /// All of them in memory.
    fn parsed(&self) -> anyhow::Result<Parsed> {
        match self {
            Entries::File(file) => Ok(entries::parse(file.text()?)),
            Entries::Log(entries) => Ok(Parsed { entries: entries.clone(), ..Parsed::default() }),
        }
    }
}

pub async fn run(args: Args, global: &Global) -> anyhow::Result<Ending> {
    emit::check(&args)?;
    let earlier = args.against.earlier(&args);
    let reads_log = args.entries.is_none() || earlier.as_ref().is_some_and(|earlier| earlier.entries.is_none());
    let office = reads_log.then(|| Office::open(global)).transpose()?;
    let checks = args.checks.as_deref();
    let catalog = match &office {
        Some(office) => office.catalog_from(checks.or(office.settings.checks.as_deref()))?,
        None => catalog(checks)?,
    };
    let source = source_of(&args, office.as_ref(), &catalog).await?;
    match earlier {
        None => score_and_print(source, &args, &catalog),
        Some(earlier) => {
            let before = source_of(&earlier, office.as_ref(), &catalog).await?;
            against::print_difference((&earlier, &before), (&args, &source), &catalog)
        }
    }
}

fn score_and_print(source: Source, args: &Args, catalog: &Catalog) -> anyhow::Result<Ending> {
    let Source { name, entries, skip_bad, units, list } = source;
    let (rulebook, switched) = rulebook_of(args, catalog)?;
    let known_check = |check: &str| catalog.check_ids.contains(check);
    let options = Options {
        period: Some(period_of(args, &rulebook)?),
        include_flagged: args.include_flagged,
        skip_bad,
        units,
        whole_class: args.all_units,
        known_check: Some(&known_check),
    };
    let scored = match &entries {
        Entries::File(file) => score::score_lines(&rulebook, list.as_ref(), &file.pieces()?, &options),
        Entries::Log(entries) => score::score_entries(&rulebook, list.as_ref(), entries, &[], &options),
    };
    let mut report = scored.map_err(|bad| all_of(&name, bad))?;
    report.switched = switched;
    match args.format {
        Format::Json => emit::write_with(args, |out| score_json::write(&report, out))?,
        Format::Table => emit::write(args, table::render(&rulebook, &report)?.as_bytes())?,
        Format::Xlsx => emit::write(args, &score_xlsx::render(&rulebook, &report.map_entries(Entry::from))?)?,
    }
    Ok(Ending::Done)
}

/// The entries of a file or of the log. Where an office is open, its configured units of the rulebook's class are
/// scored whether or not anything was found.
async fn source_of(args: &Args, office: Option<&Office>, catalog: &Catalog) -> anyhow::Result<Source> {
    let (rulebook, _) = rulebook_of(args, catalog)?;
    let list = catalog.units_of(&rulebook);
    let cohort = office.map(|office| {
        let configured = office.settings.portals.iter().flat_map(|portal| &portal.units);
        Cohort::of(&rulebook, list, configured)
    });
    let (name, entries) = match (&args.entries, office) {
        (None, Some(office)) => {
            let entries = logged(office, period_of(args, &rulebook)?, args.as_of).await?;
            let entries = cohort.as_ref().map_or_else(Vec::new, |cohort| cohort.entries(entries));
            (office.log_path().display().to_string(), Entries::Log(entries))
        }
        (Some(path), _) => (path.display().to_string(), Entries::File(EntryFile::read(path)?)),
        (None, None) => return Err(WrongInput("name the entries with --entries FILE.jsonl".into()).into()),
    };
    let mut units = args.units.clone();
    units.extend(cohort.iter().flat_map(|cohort| cohort.units.clone()));
    Ok(Source {
        name,
        entries,
        skip_bad: args.entries.is_none() || args.skip_bad_lines,
        units,
        list: cohort.map_or_else(|| list.cloned(), |cohort| cohort.list),
    })
}

/// Findings and entries of the period, as they are or as they were known at a moment.
async fn logged(office: &Office, period: Period, as_of: Option<Timestamp>) -> anyhow::Result<Vec<Entry>> {
    let log = office.log().await?;
    let entries = match as_of {
        Some(at) => log.scoring_entries_as_of(period.from, period.to, at).await?,
        None => log.scoring_entries(period.from, period.to).await?,
    };
    log.close().await;
    Ok(entries)
}

/// The rulebook with the overlay laid on and the readings switched; and what was switched.
fn rulebook_of(args: &Args, catalog: &Catalog) -> anyhow::Result<(Rulebook, Vec<String>)> {
    let mut rulebook = table_of(args, catalog)?;
    let mut switched = catalog.rulebook(&args.rulebook).map(Rulebook::changes).unwrap_or_default();
    switched.extend(args.overlay.iter().map(|path| path.display().to_string()));
    for (id, option) in readings_of(args)? {
        rulebook = rulebook.read_as(&id, &option).map_err(WrongInput)?;
        switched.push(format!("{id}={option}"));
    }
    Ok((rulebook, switched))
}

/// The rulebook with its overlay; no reading is switched.
fn table_of(args: &Args, catalog: &Catalog) -> anyhow::Result<Rulebook> {
    let named = Path::new(&args.rulebook);
    let rulebook = match catalog.rulebook(&args.rulebook) {
        Ok(rulebook) => rulebook.clone(),
        Err(_) if named.is_file() => catalog
            .rulebook_file(&args.rulebook, &text_file(named)?)
            .map_err(|problems| WrongInput(problems.to_string()))?,
        Err(unknown) => return Err(WrongInput(unknown).into()),
    };
    let Some(path) = &args.overlay else { return Ok(rulebook) };
    let laid = catalog.overlay(&rulebook, &path.display().to_string(), &text_file(path)?);
    Ok(laid.map_err(|problems| WrongInput(problems.to_string()))?)
}

/// The readings to switch: id and option.
fn readings_of(args: &Args) -> anyhow::Result<Vec<(String, String)>> {
    let pair = |switch: &String| {
        let (id, option) = switch
            .split_once('=')
            .ok_or_else(|| WrongInput(format!("--reading {switch}: write ID=OPTION, such as Y5=add")))?;
        Ok((id.to_owned(), option.to_owned()))
    };
    args.readings.iter().map(pair).collect()
}

fn period_of(args: &Args, rulebook: &Rulebook) -> anyhow::Result<Period> {
    let period = Period { from: args.from.unwrap_or(rulebook.period.from), to: args.to.unwrap_or(rulebook.period.to) };
    if period.from > period.to {
        return Err(WrongInput(format!("the period ends on {} before it begins on {}", period.to, period.from)).into());
    }
    Ok(period)
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
