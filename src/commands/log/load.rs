//! `mingcha log load`: what each portal had to bear on each night, for whoever runs the portal.

use clap::ValueEnum;
use jiff::{SignedDuration, Timestamp, civil::Date};
use serde::Serialize;

use crate::{
    commands::{Ending, terminal},
    model::{Robots, RobotsVerdict, Window, beijing_time},
    store::{LoadStatement, Log, ProbeLoad},
};

/// Whose probes are told beside a visit.
const DAY: SignedDuration = SignedDuration::from_hours(24);

#[derive(clap::Args)]
pub struct Args {
    /// Id of a portal; all where left out
    #[arg(long, value_name = "ID")]
    portal: Option<String>,
    /// First night; from the beginning where left out
    #[arg(long, value_name = "DATE")]
    from: Option<Date>,
    /// Last night; to the newest where left out
    #[arg(long, value_name = "DATE")]
    to: Option<Date>,
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    Table,
    Json,
}

/// One visit, as JSON.
#[derive(Serialize)]
struct Line<'a> {
    run: &'a str,
    portal: &'a str,
    name: &'a str,
    night: Date,
    started: Timestamp,
    finished: Option<Timestamp>,
    state: &'static str,
    note: &'a str,
    requests: u64,
    /// Bytes of bodies.
    bytes: u64,
    /// Most requests in any one second.
    peak_rate: u32,
    /// Requests a second that the configuration allowed that night.
    allowed_rate: u32,
    /// Probes of the home page in the 24 hours before the visit, which are no part of it, with what they asked.
    probes: u64,
    probe_requests: u64,
    probe_bytes: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    window: Option<Window>,
    #[serde(skip_serializing_if = "Option::is_none")]
    robots: Option<&'a Robots>,
}

pub async fn run(args: Args, log: &Log) -> anyhow::Result<Ending> {
    let from = args.from.unwrap_or(Date::constant(1, 1, 1));
    let statements = log.load_statements(args.portal.as_deref(), from, args.to.unwrap_or(Date::MAX)).await?;
    let mut probed = Vec::with_capacity(statements.len());
    for LoadStatement { run, .. } in &statements {
        let day_before = run.started.saturating_sub(DAY).unwrap_or(run.started);
        probed.push(log.probe_load(&run.portal, day_before, run.started).await?);
    }
    let statements: Vec<(LoadStatement, ProbeLoad)> = statements.into_iter().zip(probed).collect();
    match args.format {
        Format::Table => table(&statements)?,
        Format::Json => {
            let lines: Vec<Line<'_>> = statements.iter().map(line).collect();
            terminal::say(serde_json::to_string_pretty(&lines)?)?;
        }
    }
    Ok(Ending::Done)
}

fn line((statement, probed): &(LoadStatement, ProbeLoad)) -> Line<'_> {
    let LoadStatement { run, portal, robots } = statement;
    Line {
        run: &run.id,
        portal: &run.portal,
        name: &portal.name,
        night: run.night,
        started: run.started,
        finished: run.finished,
        state: run.state.name(),
        note: &run.note,
        requests: run.load.requests,
        bytes: run.load.bytes,
        peak_rate: run.load.peak_rate,
        allowed_rate: portal.rate,
        probes: probed.probes,
        probe_requests: probed.requests,
        probe_bytes: probed.bytes,
        window: portal.window,
        robots: robots.as_ref(),
    }
}

fn table(statements: &[(LoadStatement, ProbeLoad)]) -> anyhow::Result<()> {
    let header = [
        "网站",
        "日期",
        "开始",
        "结束",
        "请求数",
        "字节数",
        "峰值（次/秒）",
        "限速（次/秒）",
        "前24小时首页监测（次）",
        "robots.txt",
        "状态",
    ];
    let mut table = terminal::table(header);
    for (LoadStatement { run, portal, robots }, probed) in statements {
        let time = |at: Timestamp| beijing_time(at).strftime("%H:%M:%S").to_string();
        table.add_row([
            portal.name.clone(),
            run.night.to_string(),
            time(run.started),
            run.finished.map(time).unwrap_or_default(),
            run.load.requests.to_string(),
            run.load.bytes.to_string(),
            run.load.peak_rate.to_string(),
            portal.rate.to_string(),
            probed.probes.to_string(),
            robots.as_ref().map(words).unwrap_or_default(),
            run.state.chinese().to_owned(),
        ]);
    }
    terminal::say(table)
}

fn words(robots: &Robots) -> String {
    let verdict = match &robots.verdict {
        RobotsVerdict::Read if robots.rules.is_empty() => "无限制".to_owned(),
        RobotsVerdict::Read => format!("遵守{}条规则", robots.rules.len()),
        RobotsVerdict::Absent => "未设置".to_owned(),
        RobotsVerdict::Unreachable { detail, .. } => format!("无法读取（{detail}）"),
    };
    match robots.skipped {
        0 => verdict,
        skipped => format!("{verdict}，未访问{skipped}个网址"),
    }
}
