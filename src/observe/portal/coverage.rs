//! What was looked at, and what could not be.

use std::collections::BTreeSet;

use super::{
    Night,
    addresses::{foreign_host, page_id},
};
use crate::{
    model::{Cause, Coverage, NotMeasurable, ObservedPage, PageKind, Region, ScriptedEntry, Visit},
    text::tidy,
};

/// A menu name is short; longer link texts are titles.
const LONGEST_NAME: usize = 24;

/// Why nothing may be judged from a page that did answer.
pub(super) fn unreadable(page: &ObservedPage) -> Option<Cause> {
    match page.capture.status {
        404 | 410 => return Some(Cause::NotFound),
        401 | 403 | 451 => return Some(Cause::Forbidden),
        429 => return Some(Cause::Throttled),
        500.. => return Some(Cause::ServerError),
        400.. if page.facts.cause.is_none() => return Some(Cause::ClientError),
        _ => {}
    }
    page.facts.cause.or_else(|| page.facts.garbled.then_some(Cause::Garbled))
}

pub(super) fn fold(night: &Night<'_>, cut_short: bool) -> Coverage {
    let mut not_measurable: Vec<NotMeasurable> = night.failures.to_vec();
    for page in &night.pages {
        if let Some(cause) = night.unreadable(page) {
            not_measurable.push(NotMeasurable {
                url: page.capture.url.clone(),
                cause,
                detail: page.facts.title.clone().unwrap_or_default(),
                attempts: page.capture.attempts,
                at: Some(page.capture.at),
                capture: Some(page.capture.id.clone()),
                linked_from: page.linked_from.clone(),
            });
        }
    }
    not_measurable.sort_by(|a, b| (&a.url, a.cause).cmp(&(&b.url, b.cause)));
    not_measurable.dedup_by(|a, b| a.url == b.url && a.cause == b.cause);
    Coverage {
        visits: visits(night),
        menus: menus(night),
        not_measurable,
        scripted: scripted(night),
        home_unread: night.home().is_none_or(|page| unreadable(page).is_some()),
        cut_short,
    }
}

/// Entries named like a column that are without an address, or that only a script shows and that lead to other hosts: a
/// person must open them.
fn scripted(night: &Night<'_>) -> Vec<ScriptedEntry> {
    let mut entries = BTreeSet::new();
    for page in night.readable() {
        let away =
            page.facts.anchors.iter().filter(|anchor| {
                anchor.region == Region::Hidden && foreign_host(&night.portal.url, &anchor.url).is_some()
            });
        let texts = page.facts.scripted.iter().chain(away.map(|anchor| &anchor.text));
        for text in texts.filter(|text| text.chars().count() <= LONGEST_NAME) {
            for term in night.standard.surely(text) {
                let page = page.capture.final_url.clone();
                entries.insert(ScriptedEntry { term: term.name.clone(), text: text.clone(), page });
            }
        }
    }
    entries.into_iter().collect()
}

fn visits(night: &Night<'_>) -> Vec<Visit> {
    let mut seen = BTreeSet::new();
    night
        .pages
        .iter()
        .filter(|page| seen.insert(page_id(&page.capture.url)))
        .map(|page| Visit {
            url: page.capture.url.clone(),
            final_url: page.capture.final_url.clone(),
            at: Some(page.capture.at),
            status: page.capture.status,
            sha256: page.capture.sha256.clone(),
            capture: page.capture.id.clone(),
            kind: page.facts.kind,
            title: page.facts.title.clone().unwrap_or_default(),
        })
        .collect()
}

/// The pages that the portal offers as its site map.
pub(super) fn site_maps(night: &Night<'_>) -> BTreeSet<String> {
    night.pages.iter().filter_map(|page| page.facts.site.sitemap.as_deref().map(page_id)).collect()
}

/// Names in menus and crumbs, and all short link texts of the home page and of site maps.
fn menus(night: &Night<'_>) -> Vec<String> {
    let mut names: BTreeSet<String> = BTreeSet::new();
    let site_maps = site_maps(night);
    for page in night.readable() {
        let whole = page.facts.kind == PageKind::Home || site_maps.contains(&page_id(&page.capture.final_url));
        for anchor in &page.facts.anchors {
            let counts = whole || matches!(anchor.region, Region::Menu | Region::Crumb | Region::Hidden);
            let name = tidy(&anchor.text);
            if counts && !name.is_empty() && name.chars().count() <= LONGEST_NAME {
                names.insert(name);
            }
        }
    }
    names.into_iter().collect()
}
