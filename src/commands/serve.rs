//! `mingcha serve`: the console, the schedule and a worker in one process.

use std::{sync::Arc, time::Duration};

use anyhow::Context;
use jiff::Timestamp;
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
    sync::watch,
};

use super::{Ending, Global, WrongInput, office::Office, terminal};
use crate::{
    config::Settings,
    console::{self, Services},
    jobs::{
        bulletin_draft::{self, House},
        night::Tools,
        probe_slots,
        queue::{Queue, Workers},
        schedule::{self, Schedule},
        thinning, worker,
    },
    model::beijing_date,
};

/// How long open pages are waited for at the end.
const LAST_ANSWERS: Duration = Duration::from_secs(5);

/// Run the console, the nightly schedule and a worker in one process
#[derive(clap::Args)]
pub struct Args {}

pub async fn run(_: Args, global: &Global) -> anyhow::Result<Ending> {
    let office = Office::open(global)?;
    let settings = &office.settings;
    let schedule: Schedule = settings.schedule.parse().map_err(|error| WrongInput(format!("{error}")))?;
    let portals: Vec<String> = office.portals_to_visit(&[])?.iter().map(|portal| portal.id.clone()).collect();
    let password_hash = password_hash(settings)?;
    let (tools, canary) = office.tools_with_canary().await?;
    tools.catalog.rulebook(&settings.rulebook).map_err(WrongInput)?;
    let queue = office.queue().await?;
    let listen = &settings.console.listen;
    let listener = TcpListener::bind(listen)
        .await
        .with_context(|| format!("cannot listen on {listen}; change `listen` under [console], or end what holds it"))?;

    let console = console::app(services(settings, &tools, &queue, password_hash));
    let prober = office.prober(&tools);
    let slots = prober.slots;
    let nights = worker::portal_nights(tools.clone(), settings.portals.clone());
    let work = worker::with_probes(nights, prober, settings.portals.clone());
    let probed = if settings.probes.per_day == 0 { &[][..] } else { &portals[..] };
    let last = tools.log.latest_runs().await?.iter().map(|run| run.started).max();
    let address = listener.local_addr().context("the console has no address")?;
    terminal::say(format_args!(
        "console: http://{address}/  nights: {} (Beijing time)  portals: {}",
        schedule.line(),
        portals.len()
    ))?;
    if portals.len() < settings.portals.len() {
        let waiting = settings.portals.len() - portals.len();
        terminal::say(format_args!("{waiting} portals have no address yet and are not visited"))?;
    }

    let (tell, told) = watch::channel(false);
    let until_told = async {
        tokio::select! {
            signal = asked_to_end() => tracing::info!("ending on {}: visits under way are finished or given back", signal?),
            () = schedule::keep(&schedule, &portals, &queue, last) => {}
            () = probe_slots::keep(slots, probed, &queue, &tools.log, office.keep_probes()) => {}
            () = thinning::keep(&tools.log, &tools.archive, office.evidence_rule()) => {}
        }
        tell.send_replace(true);
        Ok(())
    };
    let answering = async {
        tokio::select! {
            ended = console::serve(listener, console, stopped(told.clone())) => ended.context("the console cannot go on"),
            () = last_answers(told.clone()) => Ok(()),
        }
    };
    tokio::try_join!(until_told, answering, queue.work(Workers::default(), work, stopped(told.clone())))?;
    if let Some(server) = canary {
        server.stop().await?;
    }
    tools.log.close().await;
    Ok(Ending::Done)
}

fn password_hash(settings: &Settings) -> anyhow::Result<String> {
    let given = settings.console.password_hash.clone().ok_or_else(|| {
        WrongInput(
            "the console has no password; run `mingcha password`, and put what it prints into the configuration:\n\
             [console]\npassword_hash = \"$argon2id$…\""
                .to_owned(),
        )
    })?;
    if password_auth::is_hash_obsolete(&given).is_err() {
        return Err(WrongInput(
            "console.password_hash is no hash that can be checked; put in what `mingcha password` prints".to_owned(),
        )
        .into());
    }
    Ok(given)
}

fn services(settings: &Settings, tools: &Tools, queue: &Queue, password_hash: String) -> Services {
    let house = Arc::new(House {
        office: settings.bulletin.office.clone(),
        portals: settings.portals.clone(),
        rulebook: settings.rulebook.clone(),
        rectification_days: settings.bulletin.rectification_days,
    });
    let (queue, drafting) = (queue.clone(), tools.clone());
    Services {
        log: tools.log.clone(),
        archive: tools.archive.clone(),
        catalog: Arc::clone(&tools.catalog),
        portals: settings.portals.clone(),
        rulebook: settings.rulebook.clone(),
        administrator: settings.console.administrator.clone(),
        password_hash,
        https: settings.console.https,
        request_job: Box::new(move |request| {
            let queue = queue.clone();
            Box::pin(async move { queue.push(&request).await })
        }),
        draft_bulletin: Box::new(move |quarter| {
            let (tools, house) = (drafting.clone(), Arc::clone(&house));
            Box::pin(async move {
                let today = beijing_date(Timestamp::now());
                bulletin_draft::draft(&tools.log, &tools.catalog, &house, quarter, today).await
            })
        }),
        clock: Box::new(Timestamp::now),
    }
}

/// Resolves once the program is told to end.
async fn stopped(mut told: watch::Receiver<bool>) {
    // An error means that the teller is gone, which is an end as well.
    let _ = told.wait_for(|ended| *ended).await;
}

/// Resolves when pages that are still open after the end are waited for no longer.
async fn last_answers(told: watch::Receiver<bool>) {
    stopped(told).await;
    tokio::time::sleep(LAST_ANSWERS).await;
}

/// Waits for SIGINT or SIGTERM, and names it.
async fn asked_to_end() -> anyhow::Result<&'static str> {
    let mut interrupt = signal(SignalKind::interrupt()).context("cannot listen for SIGINT")?;
    let mut terminate = signal(SignalKind::terminate()).context("cannot listen for SIGTERM")?;
    Ok(tokio::select! {
        _ = interrupt.recv() => "SIGINT",
        _ = terminate.recv() => "SIGTERM",
    })
}
