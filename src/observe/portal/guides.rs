//! Guides to government information: the page of the column, or the article its list leads to.

use std::collections::BTreeMap;

use super::{Night, addresses::document_key};
use crate::model::{ColumnFacts, ColumnRole, GuideFacts, ObservedPage};

pub(super) fn fold(night: &Night<'_>, columns: &[ColumnFacts]) -> Vec<GuideFacts> {
    let mut guides: BTreeMap<String, GuideFacts> = BTreeMap::new();
    for column in columns.iter().filter(|column| night.roles(column).any(|role| role == ColumnRole::Guide)) {
        let rows = column.entries.iter().map(|entry| entry.url.as_str());
        for page in std::iter::once(column.url.as_str()).chain(rows).filter_map(|url| night.page(url)) {
            let is_own = page.capture.final_url == column.url;
            if super::coverage::unreadable(page).is_none() && (is_own || is_titled(page)) {
                let guide = guide(page, column);
                guides.entry(guide.key.clone()).or_insert(guide);
            }
        }
    }
    guides.into_values().collect()
}

fn is_titled(page: &ObservedPage) -> bool {
    page.facts.title.as_ref().is_some_and(|title| title.contains("指南"))
}

fn guide(page: &ObservedPage, column: &ColumnFacts) -> GuideFacts {
    let facts = &page.facts;
    GuideFacts {
        key: document_key(&page.capture.final_url),
        url: page.capture.final_url.clone(),
        unit: column.units.first().cloned().unwrap_or_default(),
        contact: facts.contact.clone(),
        text_length: facts.main_text_length.max(facts.body_length),
        attachments: facts.documents.len(),
        capture: Some(page.capture.id.clone()),
    }
}
