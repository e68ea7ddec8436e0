//! Visits one portal now and proposes the map of its columns, without log or configuration.

use std::collections::BTreeSet;

use super::{
    audit::{HomeUnread, Request, portal_of},
    portal_owner::owner,
};
use crate::{
    catalog::Catalog,
    crawl::{self, Progress},
    fetch::Client,
    model::{ColumnMap, ColumnPin, Portal, UnitKind, beijing_date},
    observe,
};

/// Crawls, observes and maps. `kept` are the pins of an earlier map that staff went over: those in force are honoured,
/// and all stay in the new map.
pub async fn discover(
    request: &Request,
    kept: &[ColumnPin],
    catalog: &Catalog,
    client: &Client,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<ColumnMap, HomeUnread> {
    let host = request.url.host_str().unwrap_or_default().to_owned();
    let today = beijing_date(request.as_of);
    let mut portal = Portal { pins: kept.to_vec(), ..portal_of(request, &host) }.on(today);
    // Whether files are there says nothing of columns.
    let limits = crawl::Limits { attachments: 0, ..crawl::Limits::of(&portal, client) };
    let lexicon = &catalog.lexicon;
    let visited = crawl::visit_within(&limits, &portal, lexicon, request.as_of, client, None, progress).await;
    let fold = |portal: &Portal| {
        observe::portal(portal, &catalog.lexicon, &visited.pages, &visited.failures, visited.cut_short)
    };
    let facts = fold(&portal);
    if facts.coverage.home_unread {
        let home = visited.failures.iter().find(|failure| failure.url == portal.url).or(visited.failures.first());
        return Err(HomeUnread::new(&request.url, home));
    }
    // Facts name the unit they belong to, and only they tell which unit that is: fold a second time.
    let owner = owner(&request.given, &facts, &host);
    portal.units = vec![owner.unit.clone()];
    let facts = fold(&portal);
    let wanted = wanted(catalog, owner.unit.kind);
    let map = observe::column_map(&portal, &catalog.lexicon, &facts, &wanted, &signed(kept), today);
    Ok(ColumnMap { inferred: owner.inferred, ..map })
}

/// The columns that any check asks of such a unit.
pub fn wanted(catalog: &Catalog, kind: UnitKind) -> Vec<&str> {
    let asked: BTreeSet<&str> = catalog.checks.iter().flat_map(|check| check.rule.columns()).collect();
    let terms = catalog.lexicon.columns.iter().filter(|term| asked.contains(term.name.as_str()));
    let owed = terms.filter(|term| term.applies_to.is_empty() || term.applies_to.contains(&kind));
    owed.map(|term| term.name.as_str()).collect()
}

/// Proposals that nobody signed are made anew.
fn signed(pins: &[ColumnPin]) -> Vec<ColumnPin> {
    pins.iter().filter(|pin| pin.proposed.is_none() || pin.by.is_some()).cloned().collect()
}
