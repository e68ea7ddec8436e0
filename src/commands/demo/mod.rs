//! `mingcha demo`: the whole story on the built-in fixture portals.

mod desk;
mod summary;

use std::{net::SocketAddr, path::PathBuf, sync::Arc, time::Instant};

use super::{Ending, Global, WrongInput, office, terminal};
use crate::{crawl::Progress, demo::story, jobs::night::Stage, model::Portal};

/// Show everything once: six built-in portals on loopback, a night, verdicts, scores, a bulletin
#[derive(clap::Args)]
pub struct Args {
    /// Folder for the log, the evidence, the score and the bulletin
    #[arg(long, value_name = "DIR", default_value = "demo-out")]
    out: PathBuf,
    /// Afterwards keep the console open over the demo's log, such as 127.0.0.1:8080
    #[arg(long, value_name = "ADDR")]
    serve: Option<SocketAddr>,
}

pub async fn run(args: Args, _global: &Global) -> anyhow::Result<Ending> {
    let began = Instant::now();
    let catalog = Arc::new(office::catalog(None)?);
    terminal::say("明察演示：六个虚构网站只在本机回环地址上，不访问外部网络。")?;
    let bar = terminal::page_counter();
    let show = |portal: &Portal, stage: Stage| match stage {
        Stage::Began { .. } => bar.set_prefix(portal.name.clone()),
        Stage::Visiting(Progress::Read { url, title, tally, .. }) => {
            bar.set_position(u64::try_from(tally.read).unwrap_or(u64::MAX));
            bar.set_message(title.unwrap_or(url));
        }
        Stage::Judging { .. } => bar.set_message("判定"),
        _ => {}
    };
    // A line that cannot be written is told of at the end, where the summary cannot be written either.
    let done = |night: &story::PortalNight| drop(bar.suspend(|| terminal::say(summary::portal_line(night))));
    let told = story::tell(&args.out, catalog.clone(), &show, &done).await;
    bar.finish_and_clear();
    let told = told.map_err(|error| match error.downcast_ref::<story::FolderTaken>() {
        Some(taken) => WrongInput(taken.to_string()).into(),
        None => error,
    })?;
    terminal::write(summary::render(&told, &catalog))?;
    terminal::say(format_args!(
        "\n用时 {:.1} 秒。用浏览器打开通报即可阅读；每条问题的网页快照都在证据目录里。",
        began.elapsed().as_secs_f64()
    ))?;
    if let Some(address) = args.serve {
        desk::serve(address, &args.out, catalog).await?;
    }
    Ok(Ending::Done)
}
