//! `mingcha crawl`: one night now.

use indicatif::ProgressBar;
use jiff::{Timestamp, civil::DateTime};

use super::{Ending, Global, office::Office, terminal};
use crate::{
    crawl::Progress,
    jobs::night::{NightReport, Order, Stage, run_portal_night},
    model::{EventKind, Portal, RunState, Verdict, beijing_zone},
};

/// Visit portals now, judge them, and write what was found into the log
#[derive(clap::Args)]
pub struct Args {
    /// Id of a portal of the configuration; may be given several times; all where left out
    #[arg(long = "portal", value_name = "ID")]
    portals: Vec<String>,
    /// Judge as of this moment (Beijing time, such as 2022-11-16T02:00) instead of now
    #[arg(long, value_name = "DATETIME", value_parser = moment)]
    as_of: Option<Timestamp>,
}

/// A moment with its offset, or a Beijing date and time; a bare date is its midnight.
pub(super) fn moment(text: &str) -> Result<Timestamp, String> {
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(at);
    }
    let local: DateTime =
        text.parse().map_err(|_| format!("{text:?} is no date and time; write 2022-11-16T02:00 or 2022-11-16"))?;
    local.to_zoned(beijing_zone()).map(|zoned| zoned.timestamp()).map_err(|error| error.to_string())
}

pub async fn run(args: Args, global: &Global) -> anyhow::Result<Ending> {
    let office = Office::open(global)?;
    let portals = office.portals_to_visit(&args.portals)?;
    let (tools, canary) = office.tools_with_canary().await?;
    let mut table = terminal::table(["网站", "检查", "页面", "未能检查", "发现问题", "新增", "整改合格", "说明"]);
    let mut unread = Vec::new();
    for portal in portals {
        let bar = terminal::page_counter().with_prefix(portal.name.clone());
        let order = Order { portal, as_of: args.as_of, job: None };
        let report = run_portal_night(&tools, order, &|stage| show(&bar, &stage)).await?;
        bar.finish_and_clear();
        if let Some(report) = report {
            table.add_row(row(portal, &report));
            if report.run.state == RunState::Failed {
                unread.push(portal.id.clone());
            }
        }
    }
    terminal::say(table)?;
    let waiting = office.settings.portals.iter().filter(|portal| !portal.has_address()).count();
    if args.portals.is_empty() && waiting > 0 {
        terminal::say(format_args!("{waiting} 个网站尚未填写网址（url），未访问"))?;
    }
    if let Some(server) = canary {
        server.stop().await?;
    }
    tools.log.close().await;
    if unread.is_empty() {
        return Ok(Ending::Done);
    }
    anyhow::bail!("could not be read: {}; nothing was concluded about them", unread.join(", "))
}

fn show(bar: &ProgressBar, stage: &Stage) {
    match stage {
        Stage::Visiting(Progress::Read { url, title, tally, .. }) => {
            bar.set_position(u64::try_from(tally.read).unwrap_or(u64::MAX));
            bar.set_message(title.clone().unwrap_or_else(|| url.clone()));
        }
        Stage::Visiting(Progress::SecondLook { addresses }) => bar.set_message(format!("再次访问 {addresses} 个网址")),
        Stage::Visiting(Progress::Links { addresses }) => bar.set_message(format!("查验 {addresses} 个链接")),
        Stage::Judging { .. } => bar.set_message("判定"),
        _ => {}
    }
}

fn row(portal: &Portal, report: &NightReport) -> [String; 8] {
    let failed = report.outcomes.iter().filter(|outcome| outcome.outcome == Verdict::Failed).count();
    let events = |kinds: &[EventKind]| {
        let of_kind = |kind| report.changes.iter().filter(|change| change.event == Some(kind)).count();
        kinds.iter().map(|kind| of_kind(*kind)).sum::<usize>().to_string()
    };
    [
        portal.name.clone(),
        report.run.state.chinese().to_owned(),
        report.facts.coverage.visits.len().to_string(),
        report.facts.coverage.not_measurable.len().to_string(),
        failed.to_string(),
        events(&[EventKind::Opened, EventKind::Reopened, EventKind::Raised]),
        events(&[EventKind::Closed]),
        report.run.note.clone(),
    ]
}
