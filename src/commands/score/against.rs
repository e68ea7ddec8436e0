//! `mingcha score --against-…`: this score held against another one, every change of points with its cause.

use std::{
    fmt::{self, Write},
    path::PathBuf,
};

use comfy_table::CellAlignment;
use jiff::{
    Timestamp,
    civil::{Date, time},
};

use super::{Args, Format, Source, emit, period_of, readings_of, table::signed, table_of};
use crate::{
    catalog::Catalog,
    commands::{Ending, WrongInput, crawl, terminal},
    model::{
        beijing_zone,
        score_difference::{DifferenceCause, ScoreDifference, Standing, UnitDifference},
        score_sheet::BadEntry,
    },
    score::{
        Options,
        difference::{NoDifference, Side, difference},
        entries::Parsed,
    },
};

/// The other scoring. What is not named is as in this one.
#[derive(Clone, Default, clap::Args)]
#[command(next_help_heading = "Difference to an earlier score, by cause (what is not named is as above)")]
pub struct Against {
    /// The earlier entries as JSON Lines
    #[arg(long, value_name = "FILE.jsonl", conflicts_with = "against_as_of")]
    against_entries: Option<PathBuf>,
    /// The log as it was known then, such as the day a bulletin was issued
    #[arg(long, value_name = "WHEN", value_parser = moment)]
    against_as_of: Option<Timestamp>,
    /// The earlier rulebook: an id, or a file with an earlier version
    #[arg(long, value_name = "ID|FILE")]
    against_rulebook: Option<String>,
    /// The earlier overlay
    #[arg(long, value_name = "FILE.yaml")]
    against_overlay: Option<PathBuf>,
    /// Another reading then; may be repeated
    #[arg(long = "against-reading", value_name = "ID=OPTION")]
    against_readings: Vec<String>,
    /// First day that counted then
    #[arg(long, value_name = "DATE")]
    against_from: Option<Date>,
    /// Last day that counted then
    #[arg(long, value_name = "DATE")]
    against_to: Option<Date>,
}

impl Against {
    pub fn is_asked(&self) -> bool {
        self.against_entries.is_some()
            || self.against_as_of.is_some()
            || self.against_rulebook.is_some()
            || self.against_overlay.is_some()
            || !self.against_readings.is_empty()
            || self.against_from.is_some()
            || self.against_to.is_some()
    }

    /// The arguments that would have scored the other side; none where nobody asks for a difference.
    pub fn earlier(&self, args: &Args) -> Option<Args> {
        if !self.is_asked() {
            return None;
        }
        let other = self.clone();
        let mut earlier = Args { against: Self::default(), ..args.clone() };
        if other.against_entries.is_some() || other.against_as_of.is_some() {
            (earlier.entries, earlier.as_of) = (other.against_entries, other.against_as_of);
        }
        if let Some(rulebook) = other.against_rulebook {
            earlier.rulebook = rulebook;
        }
        earlier.overlay = other.against_overlay.or(earlier.overlay);
        let id_of = |switch: &str| switch.split('=').next().map(str::to_owned);
        let replaced: Vec<_> = other.against_readings.iter().map(|switch| id_of(switch)).collect();
        earlier.readings.retain(|switch| !replaced.contains(&id_of(switch)));
        earlier.readings.extend(other.against_readings);
        earlier.from = other.against_from.or(earlier.from);
        earlier.to = other.against_to.or(earlier.to);
        Some(earlier)
    }
}

/// A moment in the life of the log; a bare date means the end of that day in Beijing.
pub fn moment(text: &str) -> Result<Timestamp, String> {
    match text.parse::<Date>() {
        Ok(day) if !text.contains(['T', 't', ' ']) => {
            let end = day.to_datetime(time(23, 59, 59, 999_999_999)).to_zoned(beijing_zone());
            end.map(|end| end.timestamp()).map_err(|error| error.to_string())
        }
        _ => crawl::moment(text),
    }
}

/// Scores both sides and writes what lies between them.
pub fn print_difference(
    (earlier, before): (&Args, &Source),
    (args, after): (&Args, &Source),
    catalog: &Catalog,
) -> anyhow::Result<Ending> {
    let known_check = |check: &str| catalog.check_ids.contains(check);
    let (old_entries, new_entries) = (before.entries.parsed()?, after.entries.parsed()?);
    let options = |args: &Args, source: &Source, parsed: &Parsed| {
        if !parsed.bad.is_empty() && !source.skip_bad {
            return Err(super::all_of(&source.name, parsed.bad.clone()).into());
        }
        anyhow::Ok(Options {
            period: Some(period_of(args, &table_of(args, catalog)?)?),
            skip_bad: source.skip_bad,
            units: source.units.clone(),
            whole_class: args.all_units,
            known_check: Some(&known_check),
            ..Options::default()
        })
    };
    let (old_options, new_options) = (options(earlier, before, &old_entries)?, options(args, after, &new_entries)?);
    let (old_table, new_table) = (table_of(earlier, catalog)?, table_of(args, catalog)?);
    let (old_readings, new_readings) = (readings_of(earlier)?, readings_of(args)?);
    let old = Side {
        rulebook: &old_table,
        readings: &old_readings,
        list: before.list.as_ref(),
        entries: &old_entries.entries,
        lines: &old_entries.lines,
        options: &old_options,
    };
    let new = Side {
        rulebook: &new_table,
        readings: &new_readings,
        list: after.list.as_ref(),
        entries: &new_entries.entries,
        lines: &new_entries.lines,
        options: &new_options,
    };
    let bad = |source: &Source, bad: Vec<BadEntry>| super::all_of(&source.name, bad);
    let found = difference(&old, &new).map_err(|none| match none {
        NoDifference::Reading(message) => WrongInput(message),
        NoDifference::Before(entries) => bad(before, entries),
        NoDifference::After(entries) => bad(after, entries),
    })?;
    let title = |clause: &str| {
        let row = new_table.clause(clause).or_else(|| old_table.clause(clause));
        row.map(|row| row.title.clone()).unwrap_or_default()
    };
    let written = match args.format {
        Format::Json => format!("{}\n", serde_json::to_string_pretty(&found)?),
        Format::Table | Format::Xlsx => render(&found, &title)?,
    };
    emit::write(args, written.as_bytes())?;
    Ok(Ending::Done)
}

/// The units that stand differently, then every change of their points.
fn render(found: &ScoreDifference, title: &dyn Fn(&str) -> String) -> Result<String, fmt::Error> {
    let mut text = String::new();
    for (name, scoring) in [("原", &found.before), ("现", &found.after)] {
        let switched = scoring.switched.iter().map(|switch| format!("　{switch}")).collect::<String>();
        let period = scoring.period;
        writeln!(text, "{name}：{}　{} 至 {}{switched}", scoring.rulebook, period.from, period.to)?;
    }
    if found.units.is_empty() {
        writeln!(text, "各单位得分没有变化")?;
        return Ok(text);
    }
    let causes = DifferenceCause::ALL.map(DifferenceCause::chinese);
    let mut table = terminal::table(["单位", "原得分", "现得分", "变化"].into_iter().chain(causes));
    for unit in &found.units {
        let total = |standing: &Option<Standing>| standing.as_ref().map_or("—".to_owned(), |at| at.total.to_string());
        let mut row = vec![unit.unit.clone(), total(&unit.before), total(&unit.after)];
        row.push(unit.difference.map_or("—".to_owned(), signed));
        row.extend(unit.causes.values().map(|points| if points.is_zero() { String::new() } else { signed(*points) }));
        table.add_row(row);
    }
    table.column_iter_mut().skip(1).for_each(|column| column.set_cell_alignment(CellAlignment::Right));
    writeln!(text, "{table}")?;
    for unit in &found.units {
        lines(&mut text, unit, title)?;
    }
    Ok(text)
}

fn lines(text: &mut String, unit: &UnitDifference, title: &dyn Fn(&str) -> String) -> fmt::Result {
    match (&unit.before, &unit.after) {
        (None, _) => return writeln!(text, "\n{}　原未列入评分", unit.unit),
        (_, None) => return writeln!(text, "\n{}　现未列入评分", unit.unit),
        (Some(before), Some(after)) => writeln!(text, "\n{}　{}分 → {}分", unit.unit, before.total, after.total)?,
    }
    for line in &unit.lines {
        let place = match (&line.clause, &line.section) {
            (Some(clause), _) => format!("{clause} {}", title(clause)),
            (None, Some(section)) => section.clone(),
            (None, None) => "总分".to_owned(),
        };
        writeln!(text, "  {:>6}  [{}] {place}：{}", signed(line.points), line.cause.chinese(), line.reason)?;
    }
    Ok(())
}
