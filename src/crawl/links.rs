//! Where links lead that were not followed: attached files, and pages on other hosts. The same ones first every night:
//! those of the home page, of lists, of the newest documents.
//!
//! Only "there is no such thing" is held against a link. Whatever else goes wrong may be between that host and us.

use std::{
    cmp::Reverse,
    collections::{BTreeSet, HashSet},
};

use futures_util::{StreamExt, stream};
use tokio::time::Instant;
use url::{Host, Url};

use super::{
    Limits, address,
    look::{Looker, is_page, read, trouble},
    probe::Probe,
};
use crate::{
    fetch::cause_of_answer,
    model::{
        Capture, Cause, Ipv6Look, LinkKind, LinkState, NotMeasurable, ObservedPage, PageKind, Region, SoundedLink,
        whole_microseconds,
    },
};

/// Hosts that are asked at the same time; each at its own pace.
const HOSTS_AT_ONCE: usize = 8;
/// Links written with an IPv4 number that are noted.
const NUMBERS: usize = 20;

/// A link to be asked for.
pub(super) struct Lead {
    url: Url,
    kind: LinkKind,
    text: String,
    page: String,
    /// True for another host than the portal's.
    abroad: bool,
}

/// The links of a visit's pages that are worth asking for. `failed` holds the addresses that were asked for in vain.
pub(super) fn choose(home: &Url, pages: &[ObservedPage], failed: &HashSet<&str>, limits: &Limits) -> Vec<Lead> {
    let mut ranked: Vec<&ObservedPage> = pages.iter().filter(|page| page.facts.cause.is_none()).collect();
    ranked.sort_by_key(|page| (rank(page), Reverse(page.facts.published), &page.capture.final_url));
    let mut seen: HashSet<u64> =
        failed.iter().filter_map(|url| address::canonical(url)).map(|url| address::identity(&url)).collect();
    let read = pages.iter().flat_map(|page| [&page.capture.url, &page.capture.final_url]);
    seen.extend(read.filter_map(|url| address::canonical(url)).map(|url| address::identity(&url)));
    let mut left = [limits.attachments, limits.outward_links];
    let mut chosen = Vec::new();
    for page in ranked {
        let files = page.facts.documents.iter().map(|file| (LinkKind::Attachment, &file.url, &file.title));
        let anchors = page.facts.anchors.iter().filter(|anchor| matters(page, anchor.region));
        let pages = anchors.map(|anchor| (LinkKind::Outward, &anchor.url, &anchor.text));
        for (kind, url, text) in files.chain(pages) {
            let Some(url) = address::canonical(url).filter(|url| !address::is_trap(url)) else { continue };
            let abroad = !address::is_of_portal(home, &url);
            let budget = &mut left[usize::from(abroad)];
            // Pages of the portal are followed, or left to another night.
            if *budget == 0 || !(abroad || kind == LinkKind::Attachment) || !seen.insert(address::identity(&url)) {
                continue;
            }
            *budget -= 1;
            chosen.push(Lead { url, kind, text: text.clone(), page: page.capture.final_url.clone(), abroad });
        }
    }
    chosen
}

/// How the home page answers over IPv6, with those of its links that only lead somewhere over IPv4.
pub(super) async fn over_ipv6(looker: &Looker<'_>, home: &str, page: Option<&ObservedPage>) -> Option<Ipv6Look> {
    let look = looker.client.over_ipv6(home).await?;
    let anchors = page.map_or(&[][..], |page| &page.facts.anchors);
    let is_number = |url: &&String| matches!(Url::parse(url).ok().as_ref().and_then(Url::host), Some(Host::Ipv4(_)));
    let numbers = anchors.iter().map(|anchor| &anchor.url).filter(is_number).take(NUMBERS).cloned().collect();
    Some(Ipv6Look { numbers, ..look })
}

/// Home page, lists, everything else.
fn rank(page: &ObservedPage) -> u8 {
    match page.facts.kind {
        _ if page.depth == 0 => 0,
        PageKind::Home | PageKind::Column => 1,
        _ => 2,
    }
}

/// Menus and footers stand on every page: they are looked at on the home page.
fn matters(page: &ObservedPage, region: Region) -> bool {
    page.depth == 0
        || match page.facts.kind {
            PageKind::Column => region == Region::Main,
            PageKind::Article | PageKind::Report => region == Region::Body,
            _ => false,
        }
}

/// Asks for all of them, as long as there is time; with the proofs that there is nothing.
pub(super) async fn sound(
    looker: &Looker<'_>,
    leads: Vec<Lead>,
    probe: Option<&Probe>,
    limits: &Limits,
    deadline: Instant,
) -> (Vec<SoundedLink>, Vec<Capture>) {
    let deadline = deadline.min(Instant::now() + limits.links_clock);
    let (abroad, own): (Vec<Lead>, Vec<Lead>) = leads.into_iter().partition(|lead| lead.abroad);
    let own = async {
        let mut asked = Vec::new();
        let mut failed_in_a_row = 0;
        for lead in own {
            if Instant::now() >= deadline || failed_in_a_row >= limits.dead_after {
                break;
            }
            let answer = ask(looker, lead, probe).await;
            let undecided = matches!(answer.0.state, LinkState::Undecided { .. });
            failed_in_a_row = if undecided { failed_in_a_row + 1 } else { 0 };
            asked.push(answer);
        }
        asked
    };
    let abroad = stream::iter(abroad)
        .map(|lead| async move { if Instant::now() < deadline { Some(ask(looker, lead, None).await) } else { None } })
        .buffered(HOSTS_AT_ONCE)
        .filter_map(|answer| async move { answer })
        .collect::<Vec<_>>();
    let (own, abroad) = tokio::join!(own, abroad);
    let (mut links, captures): (Vec<SoundedLink>, Vec<Option<Capture>>) = own.into_iter().chain(abroad).unzip();
    doubt_names(&mut links);
    (links, captures.into_iter().flatten().collect())
}

/// A night on which most names are unknown is one on which our own name service failed.
fn doubt_names(links: &mut [SoundedLink]) {
    let hosts = |test: fn(LinkState) -> bool| -> BTreeSet<String> {
        let found = links.iter().filter(|link| link.kind == LinkKind::Outward && test(link.state));
        found.filter_map(|link| Some(Url::parse(&link.url).ok()?.domain()?.to_owned())).collect()
    };
    let unknown = hosts(|state| state == LinkState::NoSuchName);
    let known = hosts(|state| matches!(state, LinkState::Opens | LinkState::Gone));
    if known.len() >= unknown.len() {
        return;
    }
    for link in links.iter_mut().filter(|link| link.state == LinkState::NoSuchName) {
        link.state = LinkState::Undecided { cause: Cause::OurOutage };
    }
}

async fn ask(looker: &Looker<'_>, lead: Lead, probe: Option<&Probe>) -> (SoundedLink, Option<Capture>) {
    let Lead { url, kind, text, page, .. } = lead;
    let url = url.to_string();
    let answer = looker.client.reach(&url).await;
    let at = Some(match &answer {
        Ok((capture, _)) => capture.at,
        Err(failure) => failure.at.map_or_else(|| looker.client.now(), whole_microseconds),
    });
    let link = SoundedLink { url, kind, text, page, at, ..SoundedLink::default() };
    let (capture, body) = match answer {
        Ok(answer) => answer,
        Err(failure) => return (unanswered(looker, link, failure).await, None),
    };
    let detail = format!("状态码{}", capture.status);
    match cause_of_answer(&capture) {
        None if kind == LinkKind::Attachment && is_page(&capture) => judge_page(looker, link, probe).await,
        None => (SoundedLink { state: LinkState::Opens, detail, ..link }, None),
        Some(Cause::NotFound) => {
            let facts = read(&capture, &body, &looker.lexicon);
            if facts.kind == PageKind::Block {
                let cause = facts.cause.unwrap_or(Cause::BotShield);
                return (SoundedLink { state: LinkState::Undecided { cause }, detail, ..link }, None);
            }
            proven(looker, SoundedLink { state: LinkState::Gone, detail, ..link }, capture, body).await
        }
        Some(cause) => (SoundedLink { state: LinkState::Undecided { cause }, detail, ..link }, None),
    }
}

/// Where a page is sent instead of a file, it may show the file, or say that there is none.
async fn judge_page(looker: &Looker<'_>, link: SoundedLink, probe: Option<&Probe>) -> (SoundedLink, Option<Capture>) {
    let (capture, body) = match looker.client.opening(&link.url).await {
        Ok(answer) => answer,
        Err(failure) => return (unanswered(looker, link, failure).await, None),
    };
    let facts = read(&capture, &body, &looker.lexicon);
    match trouble(&capture, &facts, probe) {
        Some((Cause::SoftNotFound, detail)) => {
            let state = LinkState::Undecided { cause: Cause::SoftNotFound };
            proven(looker, SoundedLink { state, detail, ..link }, capture, body).await
        }
        _ => (SoundedLink { detail: format!("状态码{}", capture.status), ..link }, None),
    }
}

async fn unanswered(looker: &Looker<'_>, link: SoundedLink, failure: NotMeasurable) -> SoundedLink {
    let unknown = failure.cause == Cause::Dns && looker.client.is_unknown_name(&link.url).await;
    let state = if unknown { LinkState::NoSuchName } else { LinkState::Undecided { cause: failure.cause } };
    SoundedLink { state, detail: failure.detail, ..link }
}

/// The link with its proof; what cannot be proven is not claimed.
async fn proven(
    looker: &Looker<'_>,
    link: SoundedLink,
    capture: Capture,
    body: Vec<u8>,
) -> (SoundedLink, Option<Capture>) {
    match looker.keep(capture, body).await {
        Some(capture) => (SoundedLink { capture: Some(capture.id.clone()), ..link }, Some(capture)),
        None => (SoundedLink { state: LinkState::Undecided { cause: Cause::OurOutage }, ..link }, None),
    }
}
