//! `mingcha rulebook`: what rulebooks there are, what stands in them, and whether a file is sound.

mod coverage;
mod validate;

use std::{
    fmt::Write,
    path::{Path, PathBuf},
};

use clap::{Subcommand, ValueEnum};
use serde::Serialize;

use super::{Ending, Global, WrongInput, office::text_file, terminal};
use crate::{
    catalog::{Catalog, overlay, rulebooks},
    model::{Rulebook, rulebook::Step},
};

/// List, show and validate rulebooks
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// All rulebooks
    List(Shown),
    /// One rulebook with its rows, steps and readings
    Show {
        id: String,
        /// A file of weights and other values laid over the rulebook
        #[arg(long, value_name = "FILE.yaml")]
        overlay: Option<PathBuf>,
        #[command(flatten)]
        shown: Shown,
    },
    /// The units on a rulebook's list, with the columns and new-media accounts they answer for
    Units {
        id: String,
        #[command(flatten)]
        shown: Shown,
    },
    /// Which checks feed which rows, and why a person must look at the others
    Coverage {
        /// One rulebook; all of them where it is left out
        id: Option<String>,
        /// A folder of rules laid over the built-in ones
        #[arg(long, value_name = "DIR")]
        checks: Option<PathBuf>,
        #[arg(long, value_enum, default_value = "table")]
        format: coverage::Form,
    },
    /// Say everything that is wrong with a rulebook file, a folder of them, or the built-in ones
    Validate {
        path: Option<PathBuf>,
        /// Also say what is wrong with a file of weights and other values laid over the rulebook it names
        #[arg(long, value_name = "FILE.yaml")]
        overlay: Option<PathBuf>,
        #[command(flatten)]
        shown: Shown,
    },
    /// A template to fill in: an overlay with every weight and figure of a rulebook, or the blanks its plan leaves
    Overlay {
        id: String,
        /// A folder of rules laid over the built-in ones
        #[arg(long, value_name = "DIR")]
        checks: Option<PathBuf>,
    },
    /// The JSON Schema of rulebook files, or of overlays, for editors
    Schema {
        /// Of the files of weights and other values that are laid over a rulebook
        #[arg(long)]
        overlay: bool,
        #[arg(long, value_enum, default_value = "json")]
        format: Format,
    },
}

#[derive(clap::Args)]
struct Shown {
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

#[expect(clippy::unused_async, reason = "commands await")]
pub async fn run(args: Args, _global: &Global) -> anyhow::Result<Ending> {
    match args.what {
        What::List(shown) => list(&catalog(&shown)?, shown.format)?,
        What::Show { id, overlay, shown } => {
            let catalog = catalog(&shown)?;
            let book = catalog.rulebook(&id).map_err(WrongInput)?;
            match overlay {
                None => show(book, shown.format)?,
                Some(path) => show(&overlaid(&catalog, book, &path)?, shown.format)?,
            }
        }
        What::Coverage { id, checks, format } => coverage::run(id.as_deref(), &load(checks.as_deref())?, format)?,
        What::Units { id, shown } => units(&catalog(&shown)?, &id, shown.format)?,
        What::Validate { path, overlay, shown } => validate::run(path.as_deref(), overlay.as_deref(), &shown)?,
        What::Overlay { id, checks } => {
            let catalog = load(checks.as_deref())?;
            terminal::say(overlay::template(catalog.rulebook(&id).map_err(WrongInput)?).trim_end())?;
        }
        What::Schema { overlay, format: _ } => {
            let schema = if overlay { overlay::schema() } else { rulebooks::schema() };
            terminal::say(serde_json::to_string_pretty(schema)?)?;
        }
    }
    Ok(Ending::Done)
}

fn catalog(shown: &Shown) -> Result<Catalog, WrongInput> {
    load(shown.checks.as_deref())
}

fn load(checks: Option<&Path>) -> Result<Catalog, WrongInput> {
    Catalog::load(checks).map_err(|problems| WrongInput(problems.to_string()))
}

/// A line of `rulebook list`.
#[derive(Serialize)]
struct Listed<'a> {
    id: &'a str,
    title: &'a str,
    class: &'a str,
    full_mark: rust_decimal::Decimal,
    weights_sum: rust_decimal::Decimal,
    clauses: usize,
}

fn list(catalog: &Catalog, format: Format) -> anyhow::Result<()> {
    let rows: Vec<Listed<'_>> = catalog
        .rulebooks
        .iter()
        .map(|book| Listed {
            id: &book.id,
            title: &book.title,
            class: &book.class,
            full_mark: book.full_mark.normalize(),
            weights_sum: book.weights_sum().normalize(),
            clauses: book.sections.iter().map(|section| section.clauses.len()).sum(),
        })
        .collect();
    if format == Format::Json {
        return terminal::say(serde_json::to_string_pretty(&rows)?);
    }
    let mut table = terminal::table(["编号", "名称", "类别", "满分", "权重合计", "行数"]);
    for row in rows {
        table.add_row([
            row.id.to_owned(),
            row.title.to_owned(),
            row.class.to_owned(),
            row.full_mark.to_string(),
            row.weights_sum.to_string(),
            row.clauses.to_string(),
        ]);
    }
    terminal::say(table)
}

fn show(book: &Rulebook, format: Format) -> anyhow::Result<()> {
    if format == Format::Json {
        return terminal::say(serde_json::to_string_pretty(&with_switches(book)?)?);
    }
    let mut text = String::new();
    writeln!(text, "{}（{}）", book.title, book.id)?;
    writeln!(text, "{}　{}　{}", book.plan.title, book.plan.number.as_deref().unwrap_or_default(), book.plan.place)?;
    writeln!(text, "考核期 {} 至 {}　满分 {}", book.period.from, book.period.to, book.full_mark)?;
    if !book.weighted() {
        writeln!(text, "方案未定各项分值：只列达到与未达到，用 --overlay 给出分值后才计总分、等次和名次")?;
        writeln!(text, "叠加文件的模板：mingcha rulebook overlay {}", book.id)?;
    }
    writeln!(text)?;
    for section in &book.sections {
        writeln!(
            text,
            "{}{}",
            section.name,
            section.weight.map(|weight| format!("（{weight}分）")).unwrap_or_default()
        )?;
        for clause in &section.clauses {
            let weight = clause.weight.map(|weight| format!("  {weight}分")).unwrap_or_default();
            writeln!(text, "  {}  {}{weight}", clause.id, clause.title)?;
            if !clause.see.is_empty() {
                writeln!(text, "      见 {}", clause.see.join("、"))?;
            }
            for step in &clause.steps {
                writeln!(text, "      {}", step_line(step))?;
            }
            if !clause.clues.is_empty() {
                let clues: Vec<String> = clause.clues.iter().map(ToString::to_string).collect();
                writeln!(text, "      线索（不直接计分）：{}", clues.join("、"))?;
            }
            if let Some(why) = &clause.why_staff {
                writeln!(text, "      须人工查看：{why}")?;
            }
        }
    }
    writeln!(text, "\n歧义之处的读法（score --reading 编号=读法 可改）")?;
    for reading in &book.readings {
        writeln!(text, "  {}  {}：{}", reading.id, reading.place, reading.problem)?;
        for (name, option) in &reading.options {
            writeln!(text, "      {} {name}：{}", if *name == reading.chosen { "●" } else { "○" }, option.says)?;
        }
    }
    terminal::write(text)
}

/// The rulebook as JSON; each reading also says itself what is read and how to switch it.
fn with_switches(book: &Rulebook) -> anyhow::Result<serde_json::Value> {
    let mut shown = serde_json::to_value(book)?;
    for (number, reading) in book.readings.iter().enumerate() {
        let says = reading.options.get(&reading.chosen).map(|option| option.says.as_str()).unwrap_or_default();
        let options: Vec<&str> = reading.options.keys().map(String::as_str).collect();
        let place = &mut shown["readings"][number];
        place["reading"] = says.into();
        place["switch"] = format!("--reading {}={}", reading.id, options.join("|")).into();
    }
    Ok(shown)
}

fn step_line(step: &Step) -> String {
    let mut line = format!("{} [{}] {}", step.id, step.effect.name(), step.title);
    if let Some(points) = step.points {
        line.push_str(&format!("　{points}分"));
    }
    if !step.levels.is_empty() {
        let points: Vec<String> =
            step.levels.iter().map(|(level, points)| format!("{}{points}分", level.chinese())).collect();
        line.push_str(&format!("　{}", points.join("、")));
    }
    if !step.tiers.is_empty() {
        let tiers: Vec<String> =
            step.tiers.iter().map(|tier| format!("{}件以上（含）{}分", tier.from, tier.points)).collect();
        line.push_str(&format!("　{}", tiers.join("、")));
    }
    if !step.by_place.is_empty() {
        let places: Vec<String> =
            (1..).zip(&step.by_place).map(|(place, points)| format!("第{place}名{points}分")).collect();
        line.push_str(&format!("　{}", places.join("、")));
    }
    if let Some(since) = step.since {
        line.push_str(&format!("　自{since}起"));
    }
    if let Some(least) = step.least_level {
        line.push_str(&format!("　只计{}以上", least.chinese()));
    }
    if let Some(cap) = step.cap {
        line.push_str(&format!("　上限{cap}分"));
    }
    if !step.checks.is_empty() {
        let checks: Vec<String> = step.checks.iter().map(ToString::to_string).collect();
        line.push_str(&format!("　← {}", checks.join("; ")));
    }
    line
}

fn units(catalog: &Catalog, id: &str, format: Format) -> anyhow::Result<()> {
    let book = catalog.rulebook(id).map_err(WrongInput)?;
    let Some(list) = catalog.units_of(book) else {
        return Err(WrongInput(format!("the plan of {id} names no units; any name is taken")).into());
    };
    let class = book.units.as_ref().map(|units| units.class.as_str()).unwrap_or_default();
    let mut list = list.clone();
    list.classes.retain(|found| found.class == class);
    if format == Format::Json {
        return terminal::say(serde_json::to_string_pretty(&list)?);
    }
    let mut text = String::new();
    for unit in list.classes.iter().flat_map(|found| &found.units) {
        let aliases =
            if unit.aliases.is_empty() { String::new() } else { format!("（{}）", unit.aliases.join("、")) };
        writeln!(text, "{}{aliases}", unit.name)?;
    }
    if !list.columns.is_empty() {
        let mut columns = terminal::table(["栏目类型", "栏目名称", "责任单位"]);
        for column in &list.columns {
            let responsible: Vec<&str> = column.units.iter().chain(&column.groups).map(String::as_str).collect();
            columns.add_row([&column.kind, &column.name, &responsible.join("、")]);
        }
        writeln!(text, "\n{columns}")?;
    }
    if !list.accounts.is_empty() {
        let mut accounts = terminal::table(["新媒体类型", "新媒体名称", "责任单位"]);
        for account in &list.accounts {
            let office = account.office.as_ref().map(|office| format!("（{office}）")).unwrap_or_default();
            accounts.add_row([&account.kind, &account.name, &format!("{}{office}", account.unit)]);
        }
        writeln!(text, "\n{accounts}")?;
    }
    terminal::write(text)
}

fn overlaid(catalog: &Catalog, book: &Rulebook, path: &Path) -> anyhow::Result<Rulebook> {
    let laid = catalog.overlay(book, &path.display().to_string(), &text_file(path)?);
    Ok(laid.map_err(|problems| WrongInput(problems.to_string()))?)
}
