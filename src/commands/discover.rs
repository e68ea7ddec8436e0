//! `mingcha discover URL`: proposes the map of a portal's columns, for staff to look over and sign.

use std::path::PathBuf;

use clap::ValueEnum;
use comfy_table::{Cell, Color, ContentArrangement, Table, presets};
use jiff::civil::Date;

use super::{
    Ending, Global, WrongInput,
    audit::{Kind, home_page, moment, plain, progress_bar, show},
    terminal,
};
use crate::{
    catalog::{Catalog, pins},
    fetch,
    jobs::{audit::Request, discover::discover, portal_owner::Given},
    model::{ColumnMap, ColumnPin, Confidence, MappedColumn, UnitKind},
    report::column_map_yaml::{confidence, grade, render},
};

/// Propose the column map of a portal: which column is which, how sure that is, and where it was seen
#[derive(clap::Args)]
pub struct Args {
    /// Home page of the portal; http:// is assumed where no scheme is given
    url: String,
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
    /// An earlier map that staff went over; its signed pins are honoured and kept
    #[arg(long, value_name = "FILE")]
    pins: Option<PathBuf>,
    /// Day that counts as today (YYYY-MM-DD, Beijing) [default: today]
    #[arg(long, value_name = "DATE")]
    as_of: Option<Date>,
    /// Name of the unit whose columns they are [default: read from the portal]
    #[arg(long, value_name = "NAME")]
    unit: Option<String>,
    /// Which columns it owes [default: inferred, and said why]
    #[arg(long, value_enum)]
    kind: Option<Kind>,
    /// Most pages to read
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=2000))]
    max_pages: u32,
    /// Requests a second, at most
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..=50))]
    rate: u32,
    /// Allow loopback and private addresses
    #[arg(long)]
    allow_private: bool,
    /// Take the word lists and checks from this folder
    #[arg(long, value_name = "DIR")]
    checks: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Table,
    Yaml,
}

pub async fn run(args: Args, _global: &Global) -> anyhow::Result<Ending> {
    let request = Request {
        url: home_page(&args.url)?,
        as_of: moment(args.as_of)?,
        given: Given { unit: args.unit.clone(), kind: args.kind.map(UnitKind::from) },
        max_pages: usize::try_from(args.max_pages)?,
        rate: args.rate,
        allow_private: args.allow_private,
    };
    let catalog = Catalog::load(args.checks.as_deref())?;
    let kept = kept_pins(args.pins.as_deref(), &catalog)?;
    let client = fetch::Client::new(fetch::Settings {
        rate_per_host: args.rate,
        allow_private: args.allow_private,
        ..fetch::Settings::default()
    })?;
    let bar = progress_bar();
    let result = discover(&request, &kept, &catalog, &client, &|step| show(&bar, step)).await;
    bar.finish_and_clear();
    let map = result?;
    match args.format {
        Format::Table => terminal::write(table(&map))?,
        Format::Yaml => terminal::write(render(&map))?,
    }
    Ok(Ending::Done)
}

fn kept_pins(file: Option<&std::path::Path>, catalog: &Catalog) -> Result<Vec<ColumnPin>, WrongInput> {
    let Some(path) = file else { return Ok(Vec::new()) };
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path)
        .map_err(|error| WrongInput(format!("cannot read {name}: {error}; name a column map with --pins FILE")))?;
    let pins = pins::read(&name, &text).map_err(|problem| WrongInput(problem.to_string()))?;
    match pins.iter().find(|pin| catalog.lexicon.term(&pin.name).is_none()) {
        Some(pin) => Err(WrongInput(format!("{name}: {:?} is no standard name of word-lists/columns.yaml", pin.name))),
        None => Ok(pins),
    }
}

/// The map for a terminal.
fn table(map: &ColumnMap) -> String {
    let sure = |wanted: Confidence| {
        map.pins.iter().filter(|pin| pin.proposed.as_ref().is_some_and(|own| own.confidence == wanted)).count()
    };
    let mut text = format!("{}  {}\n检查日 {}　读取页面 {}\n", plain(&map.unit), map.portal, map.as_of, map.pages);
    for sentence in &map.inferred {
        text.push_str(&format!("· {}\n", plain(sentence)));
    }
    if map.cut_short {
        text.push_str("· 未读完全部需要的页面（--max-pages 可提高限额），未见的栏目可能只是没有读到\n");
    }
    text.push_str(&format!("\n{}\n", places(map)));
    if !map.missing.is_empty() {
        text.push_str("\n未见的栏目：\n");
        for missing in &map.missing {
            let near: Vec<String> = missing.nearest.iter().map(|name| plain(name)).collect();
            let near = match &missing.scripted {
                Some(entry) => format!("（入口“{}”只能由脚本打开，请人工查看）", plain(entry)),
                None if near.is_empty() => String::new(),
                None => format!("（相近名称：{}）", near.join("、")),
            };
            text.push_str(&format!("· {}{near}\n", missing.name));
        }
    }
    text.push_str("\n全站栏目：\n");
    for column in &map.tree {
        branch(&mut text, column, 0);
    }
    text.push_str(&format!(
        "\n可信 {}　较可信 {}　待核对 {}　未见 {}\n",
        sure(Confidence::High),
        sure(Confidence::Medium),
        sure(Confidence::Review),
        map.missing.len()
    ));
    text
}

fn places(map: &ColumnMap) -> Table {
    let mut table = Table::new();
    table.load_style(presets::UTF8_FULL_CONDENSED).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(["应设栏目", "把握", "依据", "位置"]);
    for pin in &map.pins {
        let (sure, why) = match &pin.proposed {
            Some(proposed) => {
                let seen: Vec<&str> = proposed.seen.iter().map(|sighting| sighting.place.chinese()).collect();
                let mut places = seen;
                places.dedup();
                let why = format!(
                    "{}“{}”\n{}\n见于{}",
                    grade(proposed.grade),
                    plain(&proposed.text),
                    plain(&proposed.holds),
                    if places.is_empty() { "页面本身".to_owned() } else { places.join("、") }
                );
                (confidence(proposed.confidence), why)
            }
            None if pin.is_in_force(map.as_of) => ("人工指定", pin.says()),
            None => ("指定已过期或未到期", pin.says()),
        };
        let colour = match pin.proposed.as_ref().map(|proposed| proposed.confidence) {
            Some(Confidence::Review) => Color::Yellow,
            _ => Color::Green,
        };
        table.add_row([Cell::new(&pin.name), Cell::new(sure).fg(colour), Cell::new(why), Cell::new(plain(&pin.url))]);
    }
    table
}

fn branch(text: &mut String, column: &MappedColumn, depth: usize) {
    let standard = match &column.standard {
        Some(standard) if *standard != column.name => format!(" = {standard}"),
        _ => String::new(),
    };
    text.push_str(&format!("{}{}{standard}  {}\n", "  ".repeat(depth + 1), plain(&column.name), plain(&column.url)));
    for child in &column.children {
        branch(text, child, depth + 1);
    }
}
