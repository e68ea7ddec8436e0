//! Documents: article pages that were read, and rows of policy and interpretation columns that were not.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::{
    Night,
    addresses::{document_key, page_id, path_of},
    outward,
};
use crate::{
    model::{
        Anchor, ColumnFacts, ColumnRole, DateMeaning, DateSource, DocumentFacts, DocumentRole, ListEntry, ObservedPage,
        PageKind, Region,
    },
    observe::mentions,
    text::normalise,
};

pub(super) fn fold(night: &Night<'_>, columns: &[ColumnFacts]) -> Vec<DocumentFacts> {
    let places = Places::of(night, columns);
    let mut documents: BTreeMap<String, DocumentFacts> = BTreeMap::new();
    for page in night.readable().filter(|page| matches!(page.facts.kind, PageKind::Article | PageKind::Report)) {
        let document = read(night, page, &places);
        documents.entry(document.key.clone()).or_insert(document);
    }
    for column in columns {
        let role = places.role_of(&column.key);
        if role == DocumentRole::Other {
            continue;
        }
        for entry in column.entries.iter().filter(|entry| !entry.url.is_empty()) {
            if super::addresses::foreign_host(&night.portal.url, &entry.url).is_none()
                && !known(night, &documents, entry)
            {
                let document = unread(night, entry, column, role);
                documents.entry(document.key.clone()).or_insert(document);
            }
        }
    }
    outward::without_templates(&mut documents);
    documents.into_values().collect()
}

fn known(night: &Night<'_>, documents: &BTreeMap<String, DocumentFacts>, entry: &ListEntry) -> bool {
    let key =
        night.page(&entry.url).map_or_else(|| document_key(&entry.url), |page| document_key(&page.capture.final_url));
    documents.contains_key(&key)
}

/// Which columns list an address.
pub(super) struct Places<'a> {
    night: &'a Night<'a>,
    columns: &'a [ColumnFacts],
    listed: BTreeMap<String, Vec<usize>>,
    /// The day that the first list with one tells of an address.
    days: BTreeMap<String, Date>,
}

impl<'a> Places<'a> {
    pub(super) fn of(night: &'a Night<'a>, columns: &'a [ColumnFacts]) -> Self {
        let mut listed: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        let mut days = BTreeMap::new();
        for (at, column) in columns.iter().enumerate() {
            for entry in column.entries.iter().filter(|entry| !entry.url.is_empty()) {
                let id = page_id(&entry.url);
                if let Some(moment) = entry.date {
                    days.entry(id.clone()).or_insert(moment.date);
                }
                listed.entry(id).or_default().push(at);
            }
        }
        Self { night, columns, listed, days }
    }

    /// Columns whose lists lead to one of the addresses; without any, the columns whose path the address lies under.
    pub(super) fn of_page(&self, urls: &[&str]) -> Vec<&'a ColumnFacts> {
        let mut at: BTreeSet<usize> = BTreeSet::new();
        for url in urls {
            at.extend(self.listed.get(&page_id(url)).into_iter().flatten());
        }
        if at.is_empty() {
            let path = urls.last().map(|url| path_of(url)).unwrap_or_default();
            let under = |column: &&ColumnFacts| {
                column.key.ends_with('/') && column.key.len() > 1 && path.starts_with(&column.key)
            };
            return self.columns.iter().filter(under).max_by_key(|column| column.key.len()).into_iter().collect();
        }
        at.into_iter().filter_map(|at| self.columns.get(at)).collect()
    }

    /// The role of a column, its own or that of the nearest column it hangs under.
    pub(super) fn role_of(&self, key: &str) -> DocumentRole {
        self.up_from(key)
            .map(|column| own_role(self.night, column))
            .find(|role| *role != DocumentRole::Other)
            .unwrap_or_default()
    }

    /// A column and those it hangs under, nearest first.
    pub(super) fn up_from(&self, key: &str) -> impl Iterator<Item = &'a ColumnFacts> {
        let find = |key: &str| self.columns.iter().find(|column| column.key == key);
        // Chains are short; the bound guards against facts that go round in a circle.
        std::iter::successors(find(key), move |column| column.parent.as_deref().and_then(find)).take(12)
    }
}

/// Policy or interpretation, by the standard name the column fits.
fn own_role(night: &Night<'_>, column: &ColumnFacts) -> DocumentRole {
    let roles: Vec<ColumnRole> = night.roles(column).collect();
    if roles.contains(&ColumnRole::Interpretation) {
        return DocumentRole::Interpretation;
    }
    let is_policy = roles.iter().any(|role| matches!(role, ColumnRole::Policy | ColumnRole::Normative));
    if is_policy { DocumentRole::Policy } else { DocumentRole::Other }
}

/// Where a document may stand in several columns, the one that gives it a role counts.
fn place<'a>(places: &Places<'a>, urls: &[&str]) -> (Option<&'a ColumnFacts>, DocumentRole) {
    let columns = places.of_page(urls);
    let ranked = columns.into_iter().map(|column| (column, places.role_of(&column.key)));
    let rank = |role: DocumentRole| match role {
        DocumentRole::Interpretation => 2,
        DocumentRole::Policy => 1,
        DocumentRole::Other => 0,
    };
    // Of equals the deeper column, then the first by key, so that the order of pages cannot matter.
    let best = ranked.max_by(|a, b| {
        (rank(a.1), a.0.path.len()).cmp(&(rank(b.1), b.0.path.len())).then_with(|| b.0.key.cmp(&a.0.key))
    });
    best.map_or((None, DocumentRole::Other), |(column, role)| (Some(column), role))
}

fn read(night: &Night<'_>, page: &ObservedPage, places: &Places<'_>) -> DocumentFacts {
    let facts = &page.facts;
    let url = &page.capture.final_url;
    let (column, role) = place(places, &[&page.capture.url, url]);
    let title = facts.title.clone().unwrap_or_default();
    let key = document_key(url);
    let role = role_with_title(role, &title);
    let links = links(page);
    let outward = outward::links(&night.portal.url, role, linking(page, &links));
    DocumentFacts {
        unit: unit(night, column, &key),
        column: column.map(|column| column.key.clone()).unwrap_or_default(),
        role,
        number: facts.number.clone(),
        issuer: facts.issuer.clone(),
        published: facts.published,
        written: facts.dates.iter().find(|claim| claim.meaning == DateMeaning::Written).map(|claim| claim.value),
        claimed: claimed(page, places),
        body: facts.body_digest.clone(),
        links,
        outward,
        mentions: facts.mentions.clone(),
        read: true,
        unread_cause: None,
        wording: facts.wording.clone(),
        exposed: facts.exposed.clone(),
        particulars: facts.particulars.clone(),
        capture: Some(page.capture.id.clone()),
        key,
        url: url.clone(),
        title,
    }
}

/// The days a page and the list that leads to it claim for its publication, the first of each place.
fn claimed(page: &ObservedPage, places: &Places<'_>) -> BTreeMap<DateSource, Date> {
    let mut claimed = BTreeMap::new();
    for claim in page.facts.dates.iter().filter(|claim| claim.meaning == DateMeaning::Published) {
        claimed.entry(claim.source).or_insert(claim.value.date);
    }
    let urls = [&page.capture.url, &page.capture.final_url];
    if let Some(day) = urls.into_iter().find_map(|url| places.days.get(&page_id(url))) {
        claimed.insert(DateSource::List, *day);
    }
    claimed
}

/// A page that calls itself an interpretation is one, even in a column of policies.
fn role_with_title(role: DocumentRole, title: &str) -> DocumentRole {
    let bare = normalise(title);
    let interprets = ["解读", "图解", "一图读懂", "答记者问", "政策问答"].iter().any(|word| bare.contains(word));
    if role == DocumentRole::Policy && interprets { DocumentRole::Interpretation } else { role }
}

fn unit(night: &Night<'_>, column: Option<&ColumnFacts>, path: &str) -> String {
    let by_column = column.and_then(|column| column.units.first().cloned());
    by_column.or_else(|| night.portal.unit_of_path(path).map(|unit| unit.name.clone())).unwrap_or_default()
}

/// Links in the text and in "related" blocks, and those beside the text that are no list rows.
fn links(page: &ObservedPage) -> Vec<String> {
    let rows: BTreeSet<&str> = page.facts.entries.iter().map(|entry| entry.url.as_str()).collect();
    let mut links: Vec<String> = Vec::new();
    for anchor in &page.facts.anchors {
        let counts = match anchor.region {
            Region::Body | Region::Related => true,
            Region::Main => !rows.contains(anchor.url.as_str()),
            Region::Menu | Region::Crumb | Region::Footer | Region::Hidden => false,
        };
        if counts && anchor.url != page.capture.final_url && !links.contains(&anchor.url) {
            links.push(anchor.url.clone());
        }
    }
    links
}

/// The anchors behind those links.
fn linking<'a>(page: &'a ObservedPage, links: &'a [String]) -> impl Iterator<Item = &'a Anchor> {
    let anchors = page.facts.anchors.iter().map(AsRef::as_ref);
    anchors.filter(|anchor: &&Anchor| is_of_document(anchor.region) && links.contains(&anchor.url))
}

/// Whether links there may be a document's own: in menus they are those of every page.
fn is_of_document(region: Region) -> bool {
    matches!(region, Region::Body | Region::Related | Region::Main)
}

fn unread(night: &Night<'_>, entry: &ListEntry, column: &ColumnFacts, role: DocumentRole) -> DocumentFacts {
    let key = document_key(&entry.url);
    let page_cause = night.page(&entry.url).and_then(super::coverage::unreadable);
    DocumentFacts {
        unit: unit(night, Some(column), &key),
        column: column.key.clone(),
        role: role_with_title(role, &entry.title),
        published: entry.date,
        claimed: entry.date.map(|moment| (DateSource::List, moment.date)).into_iter().collect(),
        mentions: mentions::read(&entry.title, ""),
        read: false,
        unread_cause: night.failure(&entry.url).map(|failure| failure.cause).or(page_cause),
        key,
        url: entry.url.clone(),
        title: entry.title.clone(),
        ..DocumentFacts::default()
    }
}
