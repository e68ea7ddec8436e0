//! `mingcha probe`: is each home page open now, and how often was it in the last days?

use clap::ValueEnum;
use jiff::Timestamp;
use serde::Serialize;

use super::{Ending, Global, WrongInput, office::Office, terminal};
use crate::{
    jobs::probe::Attempt,
    model::{Availability, Portal, Probe, ProbeResult, beijing_time},
    observe,
    store::Log,
};

/// Open every portal's home page once, or report on the probes of the last days
///
/// `mingcha serve` probes by itself. Where it does not run, a cron line with this command once an hour does the same. A probe
/// counts where the plan of the day still lacks one.
#[derive(clap::Args)]
pub struct Args {
    /// Id of a portal of the configuration; may be given several times; all where left out
    #[arg(long = "portal", value_name = "ID")]
    portals: Vec<String>,
    /// Ask nothing; tell what the probes in the log say
    #[arg(long)]
    report: bool,
    /// Days of the report
    #[arg(long, value_name = "DAYS", default_value = "7", requires = "report", value_parser = clap::value_parser!(u16).range(1..=400))]
    days: u16,
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    Table,
    Json,
}

/// One probe, as JSON.
#[derive(Serialize)]
struct Line<'a> {
    #[serde(flatten)]
    probe: &'a Probe,
    name: &'a str,
    result: ProbeResult,
    counts: bool,
}

/// One portal's days, as JSON.
#[derive(Serialize)]
struct Report<'a> {
    portal: &'a str,
    name: &'a str,
    counted: u32,
    #[serde(flatten)]
    availability: &'a Availability,
}

pub async fn run(args: Args, global: &Global) -> anyhow::Result<Ending> {
    let office = Office::open(global)?;
    let portals = office.portals_to_visit(&args.portals)?;
    if args.report {
        let log = office.log().await?;
        report(&log, &portals, usize::from(args.days), args.format).await?;
        log.close().await;
        return Ok(Ending::Done);
    }
    if office.settings.probes.per_day == 0 {
        return Err(
            WrongInput("probes are switched off; set per_day under [probes] to 24, or leave it out".into()).into()
        );
    }
    let tools = office.tools().await?;
    let prober = office.prober(&tools);
    let mut attempts = Vec::new();
    for portal in portals {
        attempts.push((portal, prober.now_and_here(portal).await?));
    }
    match args.format {
        Format::Table => probes_table(&attempts)?,
        Format::Json => {
            let line = |(portal, attempt): &(&Portal, Attempt)| {
                let Attempt { probe, counts } = attempt;
                serde_json::to_value(Line { probe, name: &portal.name, result: probe.result(), counts: *counts })
            };
            let lines = attempts.iter().map(line).collect::<Result<Vec<_>, _>>()?;
            terminal::say(serde_json::to_string_pretty(&lines)?)?;
        }
    }
    tools.log.close().await;
    Ok(Ending::Done)
}

fn probes_table(attempts: &[(&Portal, Attempt)]) -> anyhow::Result<()> {
    let mut table =
        terminal::table(["网站", "时间", "结果", "首字节（毫秒）", "打开（毫秒）", "对照网站", "说明", "计入"]);
    for (portal, Attempt { probe, counts }) in attempts {
        let number = |value: Option<u32>| value.map(|value| value.to_string()).unwrap_or_default();
        table.add_row([
            portal.name.clone(),
            minute(probe.at),
            probe.result().chinese().to_owned(),
            number(probe.first_byte_ms),
            number(probe.whole_ms),
            probe.control.map(|there| if there { "能打开" } else { "打不开" }).unwrap_or_default().to_owned(),
            why(probe),
            if *counts { "是" } else { "否" }.to_owned(),
        ]);
    }
    terminal::say(table)
}

async fn report(log: &Log, portals: &[&Portal], days: usize, format: Format) -> anyhow::Result<()> {
    let until = Timestamp::now();
    let from = observe::first_moment(until, days);
    let mut told = Vec::new();
    for portal in portals {
        let probes = log.probes(&portal.id, from, until, i64::MAX).await?;
        told.push((portal, observe::availability(&probes, until, days)));
    }
    if let Format::Json = format {
        let reports: Vec<Report<'_>> = told
            .iter()
            .map(|(portal, availability)| Report {
                portal: &portal.id,
                name: &portal.name,
                counted: availability.counted(),
                availability,
            })
            .collect();
        return terminal::say(serde_json::to_string_pretty(&reports)?);
    }
    let mut table = terminal::table([
        "网站",
        "有效访问",
        "打不开",
        "占比",
        "不计入",
        "中位数（毫秒）",
        "最慢（毫秒）",
        "打不开的时间",
    ]);
    for (portal, week) in told {
        let number = |value: Option<u32>| value.map(|value| value.to_string()).unwrap_or_default();
        let tenths = (week.unopened.len() as u64 * 1000).checked_div(u64::from(week.counted()));
        let times: Vec<String> =
            week.unopened.iter().map(|probe| format!("{}{}", minute(probe.at), probe.cause)).collect();
        table.add_row([
            portal.name.clone(),
            week.counted().to_string(),
            week.unopened.len().to_string(),
            tenths.map(|tenths| format!("{}.{}%", tenths / 10, tenths % 10)).unwrap_or_default(),
            week.left_out().to_string(),
            number(week.median_ms),
            number(week.slowest_ms),
            times.join("\n"),
        ]);
    }
    terminal::say(table)
}

fn why(probe: &Probe) -> String {
    match (probe.cause, probe.detail.as_str()) {
        (None, _) => String::new(),
        (Some(cause), "") => cause.to_string(),
        (Some(cause), detail) => format!("{cause}（{detail}）"),
    }
}

fn minute(at: Timestamp) -> String {
    beijing_time(at).strftime("%m-%d %H:%M").to_string()
}
