//! `mingcha demo --serve`: the console over the demo's log, with the fixture portals still answering behind it.

use std::{net::SocketAddr, path::Path, sync::Arc, time::Instant};

use anyhow::Context;
use jiff::{SignedDuration, Timestamp};
use tokio::net::TcpListener;

use crate::{
    catalog::Catalog,
    commands::{WrongInput, terminal},
    console::{self, Services},
    demo::{FixturePortal, Server, portals, story},
    evidence::Archive,
    jobs::{
        bulletin_draft,
        night::{Order, Tools, run_portal_night},
    },
    model::{JobRequest, Portal, beijing_date},
    store::Log,
};

const ADMINISTRATOR: &str = "admin";
/// Known to every reader of the source: the desk shows invented portals only.
const PASSWORD: &str = "mingcha-demo";

/// Serves until the program is interrupted. The clock goes on from the pretended night.
pub async fn serve(address: SocketAddr, out: &Path, catalog: Arc<Catalog>) -> anyhow::Result<()> {
    let listener = TcpListener::bind(address)
        .await
        .map_err(|error| WrongInput(format!("cannot listen on {address} ({error}); give another --serve ADDR")))?;
    let address = listener.local_addr()?;
    let fixtures = portals::shown()?;
    let portals_server = Server::start(fixtures.clone()).await.context("cannot serve the fixture portals")?;
    let pretended = fixtures.iter().map(FixturePortal::as_of).collect::<Result<Vec<_>, _>>()?;
    let began = Instant::now();
    let night = pretended.into_iter().max().unwrap_or_else(Timestamp::now);
    let clock = move || night.saturating_add(SignedDuration::try_from(began.elapsed()).unwrap_or_default());
    let clock = move || clock().unwrap_or(night);
    let tools = Tools {
        log: Log::open(&out.join("log.db")).await?,
        archive: Archive::open(&out.join("evidence"))?,
        catalog,
        fetch: story::fetch_settings(&portals_server, night),
        canary: None,
    };
    let portals: Vec<Portal> = fixtures.into_iter().map(|fixture| fixture.sheet.portal).collect();
    terminal::say(format_args!(
        "\n控制台：http://{address}/  用户名 {ADMINISTRATOR}  密码 {PASSWORD}  （Ctrl-C 结束）"
    ))?;
    let app = console::app(services(&tools, portals, clock));
    let interrupted = async {
        // Without a signal to wait for, the console ends with the process.
        let _ = tokio::signal::ctrl_c().await;
    };
    console::serve(listener, app, interrupted).await.context("the console cannot go on")?;
    tools.log.close().await;
    portals_server.stop().await?;
    Ok(())
}

fn services(
    tools: &Tools,
    portals: Vec<Portal>,
    clock: impl Fn() -> Timestamp + Send + Sync + Copy + 'static,
) -> Services {
    let house = Arc::new(story::house(&portals));
    let (visiting, visited, drafting) = (tools.clone(), Arc::new(portals.clone()), tools.clone());
    Services {
        log: tools.log.clone(),
        archive: tools.archive.clone(),
        catalog: Arc::clone(&tools.catalog),
        portals,
        rulebook: story::RULEBOOK.to_owned(),
        administrator: ADMINISTRATOR.to_owned(),
        password_hash: password_auth::generate_hash(PASSWORD),
        https: false,
        request_job: Box::new(move |request| {
            tokio::spawn(visit_again(visiting.clone(), Arc::clone(&visited), request));
            Box::pin(async { Ok(()) })
        }),
        draft_bulletin: Box::new(move |quarter| {
            let (tools, house) = (drafting.clone(), Arc::clone(&house));
            Box::pin(async move {
                bulletin_draft::draft(&tools.log, &tools.catalog, &house, quarter, beijing_date(clock())).await
            })
        }),
        clock: Box::new(clock),
    }
}

async fn visit_again(tools: Tools, portals: Arc<Vec<Portal>>, request: JobRequest) {
    let Some(portal) = portals.iter().find(|portal| portal.id == request.portal) else { return };
    let order = Order { portal, as_of: request.as_of, job: None };
    if let Err(error) = run_portal_night(&tools, order, &|_| {}).await {
        tracing::error!(portal = portal.id, "the visit failed: {error:#}");
    }
}
