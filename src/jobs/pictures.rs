//! Pictures of the pages that a night's faults point to, where there is a browser: people see at a glance what was wrong.
//! They are taken after everything is judged, from the answers as they are stored, and change no outcome; whatever fails
//! here costs a picture and never the night.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use anyhow::Context as _;
use tokio::time::Instant;

use crate::{
    evidence::Archive,
    fetch::Client,
    model::{Capture, ObservedPage, Outcome, RenderedPart, Verdict},
};

/// No further picture is begun after this, however many pages are left.
const LONGEST: Duration = Duration::from_secs(600);
/// A browser that failed so often is let alone for this night.
const MOST_FAILURES: usize = 3;

/// Takes the pictures and keeps them as evidence beside the answers; as many pages as the browser may still show of this
/// portal tonight.
pub(super) async fn of_faults(
    client: &Client,
    archive: &Archive,
    pages: &[ObservedPage],
    outcomes: &[Outcome],
) -> Vec<Capture> {
    let mut pictures = Vec::new();
    if client.settings().browser.is_none() {
        return pictures;
    }
    let begun = Instant::now();
    let mut failures = 0;
    for page in at_fault(pages, outcomes) {
        if failures == MOST_FAILURES || begun.elapsed() > LONGEST {
            break;
        }
        match picture(client, archive, page).await {
            Ok(picture) => pictures.extend(picture),
            Err(error) => {
                tracing::info!(url = page.url, "there is no picture of this page: {error:#}");
                failures += 1;
            }
        }
    }
    if !pictures.is_empty()
        && let Err(error) = archive.sync()
    {
        tracing::warn!("pictures may not survive a power cut: {error}");
    }
    pictures
}

/// The pages that failed outcomes point to, each once, in the order of the outcomes. What a browser had to show anyway has
/// its picture already.
fn at_fault<'a>(pages: &'a [ObservedPage], outcomes: &[Outcome]) -> Vec<&'a Capture> {
    let mut by_address: BTreeMap<&str, &Capture> = BTreeMap::new();
    for capture in pages.iter().map(|page| &page.capture).filter(|capture| can_be_shown(capture)) {
        by_address.entry(&capture.final_url).or_insert(capture);
        by_address.insert(&capture.url, capture);
    }
    let mut met = BTreeSet::new();
    let pointed_to = outcomes.iter().filter(|outcome| outcome.outcome == Verdict::Failed).filter_map(|outcome| {
        let addresses = outcome.url.iter().chain(outcome.evidence.first().map(|piece| &piece.url));
        addresses.into_iter().find_map(|address| by_address.get(address.as_str()).copied())
    });
    pointed_to.filter(|capture| met.insert(capture.id.as_str())).collect()
}

fn can_be_shown(capture: &Capture) -> bool {
    let is_html = capture.header("content-type").is_none_or(|kind| kind.to_ascii_lowercase().contains("html"));
    is_html && capture.status == 200 && capture.rendered.is_none()
}

/// The picture of one page; none where the browser took none.
async fn picture(client: &Client, archive: &Archive, page: &Capture) -> anyhow::Result<Option<Capture>> {
    let body = {
        let (archive, page) = (archive.clone(), page.clone());
        tokio::task::spawn_blocking(move || archive.read(&page)).await?.context("its body")?
    };
    let Some(rendering) = client.render(page, &body).await else { return Ok(None) };
    let made = client.rendered(page, rendering.map_err(anyhow::Error::msg)?);
    let is_picture =
        |capture: &Capture| capture.rendered.as_ref().is_some_and(|rendered| rendered.part == RenderedPart::Screenshot);
    let Some((mut picture, png)) = made.into_iter().find(|(capture, _)| is_picture(capture)) else { return Ok(None) };
    let archive = archive.clone();
    tokio::task::spawn_blocking(move || archive.write(&mut picture, &png).map(|()| Some(picture)))
        .await?
        .context("it cannot be kept")
}
