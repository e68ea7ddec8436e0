//! One of the fixture portals as the canary of an office's nights: served on loopback as long as nights run.

use std::sync::Arc;

use anyhow::Context;
use tokio::sync::Mutex;

use super::{Server, portals, story::fetch_settings};
use crate::{catalog::Catalog, jobs::canary::Canary, model::Portal};

/// Stale and empty columns, reports and publicity lists with faults of their own: much that can break on a small portal.
const STORY: &str = "vsb-county-health";

/// Serves the canary. It can be looked at as long as the server lives.
pub async fn start() -> anyhow::Result<(Arc<Canary>, Server)> {
    let fixture = portals::load()?.into_iter().find(|portal| portal.story == STORY);
    let fixture = fixture.with_context(|| format!("there is no fixture portal {STORY} to be the canary"))?;
    let as_of = fixture.as_of()?;
    let server = Server::start(vec![fixture.clone()]).await.context("cannot serve the canary on loopback")?;
    let sheet = fixture.sheet;
    // Our own portal on loopback bears any rate.
    let portal = Portal { rate: 1000, ..sheet.portal };
    let seeded = sheet.seeded.into_iter().map(|fault| (fault.check, fault.unit, fault.subject)).collect();
    let canary = Canary {
        portal,
        as_of,
        seeded,
        catalog: Arc::new(Catalog::load(None).map_err(anyhow::Error::msg)?),
        fetch: fetch_settings(&server, as_of),
        turn: Mutex::new(()),
    };
    Ok((Arc::new(canary), server))
}
