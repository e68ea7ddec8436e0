//! What a night leaves to the other portals' nights, and what it takes from them: policy documents and interpretations,
//! so that a pair whose sides stand on two portals is seen.

use std::collections::{BTreeSet, HashMap, HashSet};

use jiff::{ToSpan, civil::Date};

use super::portal::page_id;
use crate::{
    model::{DocumentFacts, DocumentRole, KnownDocument, NeighbourPortal, Neighbours, Portal, PortalFacts, Unit},
    text::{
        document_name::{NEAR, Name, essence, quoted},
        normalise,
    },
};

/// Documents older than this many months pair with nothing that is still looked at.
const MONTHS: i32 = 18;
/// Documents that are known of one portal, the newest ones.
pub const MOST_KNOWN: usize = 1_000;
/// Names that share fewer pairs of neighbouring letters have nothing in common.
const LEAST_SHARED: usize = 4;
/// Percent by which a name may fall short of likeness here: pairs are counted once only, and the checks decide.
const MARGIN: usize = 10;
/// Links that are known of one document.
const MOST_LINKS: usize = 50;

/// What the log keeps of a night for the other portals, sorted by address.
pub fn known(facts: &PortalFacts, portal: &Portal, night: Date) -> Vec<KnownDocument> {
    let parts = || facts.documents.iter().filter(|document| document.role != DocumentRole::Other);
    let own: HashSet<String> = parts().map(|document| page(&document.url)).collect();
    let home = host(&portal.url);
    let unit_of = |document: &DocumentFacts| {
        let named = |unit: &&Unit| unit.name == document.unit;
        portal.units.iter().find(named).or_else(|| portal.unit_of_path(&document.key))
    };
    let document = |document: &DocumentFacts| {
        let leads_on = |link: &&String| host(link) != home || own.contains(&page(link));
        let unit = unit_of(document);
        KnownDocument {
            url: document.url.clone(),
            title: document.title.clone(),
            unit: unit.map(|unit| unit.name.clone()).unwrap_or_default(),
            unit_kind: unit.map(|unit| unit.kind),
            role: document.role,
            number: document.number.clone(),
            issuer: document.issuer.clone(),
            published: document.published,
            links: document.links.iter().filter(leads_on).take(MOST_LINKS).cloned().collect(),
            mentions: document.mentions.clone(),
            read: document.read,
            form: document.particulars.as_ref().and_then(|particulars| particulars.form),
            capture: None,
        }
    };
    newest(parts().map(document).collect(), night)
}

/// What is known after a night that was cut short: what it saw, and of what it did not come to, what was known before.
pub fn known_with(mut seen: Vec<KnownDocument>, before: Vec<KnownDocument>, night: Date) -> Vec<KnownDocument> {
    let pages: HashSet<String> = seen.iter().map(|document| page(&document.url)).collect();
    seen.extend(before.into_iter().filter(|document| !pages.contains(&page(&document.url))));
    newest(seen, night)
}

fn newest(mut documents: Vec<KnownDocument>, night: Date) -> Vec<KnownDocument> {
    let first = night.saturating_sub(MONTHS.months());
    let day = |document: &KnownDocument| document.published.map(|moment| moment.date);
    documents.retain(|document| day(document).is_none_or(|day| day >= first));
    documents.sort_by(|a, b| day(b).cmp(&day(a)).then_with(|| a.url.cmp(&b.url)));
    documents.truncate(MOST_KNOWN);
    documents.sort_by(|a, b| a.url.cmp(&b.url));
    documents.dedup_by(|a, b| a.url == b.url);
    documents
}

/// Of what the log knows of other portals, what may have to do with the documents of this one.
pub fn neighbours(facts: &PortalFacts, known: Vec<NeighbourPortal>) -> Option<Neighbours> {
    let own = Own::of(facts);
    let portals: Vec<NeighbourPortal> = known
        .into_iter()
        .map(|mut portal| {
            let explains = |document: &&KnownDocument| document.role == DocumentRole::Interpretation;
            portal.interpretations = portal.documents.iter().filter(explains).count();
            portal.documents.retain(|document| own.has_to_do_with(document));
            portal
        })
        .collect();
    (!portals.is_empty()).then_some(Neighbours { portals })
}

/// The documents of this portal by all that others may have in common with them.
struct Own {
    pages: HashSet<String>,
    links: HashSet<String>,
    numbers: HashSet<String>,
    names: Vec<Name>,
    /// Different pairs of letters of each name.
    lengths: Vec<usize>,
    /// Names by their essence.
    exact: HashSet<String>,
    /// Names by each pair of neighbouring letters in them.
    by_pair: HashMap<(char, char), Vec<usize>>,
}

impl Own {
    fn of(facts: &PortalFacts) -> Self {
        let documents = || facts.documents.iter().filter(|document| document.role != DocumentRole::Other);
        let names: BTreeSet<(String, String)> = documents()
            .flat_map(|document| names(&document.title, &document.mentions))
            .map(|name| (name.essence, name.full))
            .collect();
        let names: Vec<Name> = names.into_iter().map(|(essence, full)| Name { full, essence }).collect();
        let mut by_pair: HashMap<(char, char), Vec<usize>> = HashMap::new();
        for (number, name) in names.iter().enumerate() {
            for pair in pairs(&name.essence) {
                by_pair.entry(pair).or_default().push(number);
            }
        }
        Self {
            pages: documents().map(|document| page(&document.url)).collect(),
            links: documents().flat_map(|document| &document.links).map(|link| page(link)).collect(),
            numbers: documents().filter_map(|document| document.number.as_deref()).map(normalise).collect(),
            lengths: names.iter().map(|name| pairs(&name.essence).len()).collect(),
            exact: names.iter().map(|name| name.essence.clone()).collect(),
            names,
            by_pair,
        }
    }

    fn has_to_do_with(&self, document: &KnownDocument) -> bool {
        let numbered = |number: &str| self.numbers.contains(&normalise(number));
        let title = normalise(&document.title);
        document.number.as_deref().is_some_and(numbered)
            || self.links.contains(&page(&document.url))
            || document.links.iter().any(|link| self.pages.contains(&page(link)))
            || names(&title, &document.mentions).any(|name| self.is_named_like(&name.essence))
            || self.numbers.iter().any(|number| title.contains(number.as_str()))
    }

    /// Whether a name here is the same, holds it, stands in it or resembles it.
    fn is_named_like(&self, name: &str) -> bool {
        if self.exact.contains(name) {
            return true;
        }
        let pairs = pairs(name);
        // How many pairs each name here shares with it; few of them share any.
        let mut shared = vec![0_usize; self.names.len()];
        for number in pairs.iter().filter_map(|pair| self.by_pair.get(pair)).flatten() {
            shared[*number] += 1;
        }
        shared.iter().enumerate().filter(|(_, count)| **count >= LEAST_SHARED).any(|(number, count)| {
            let (other, own) = (&self.names[number], self.lengths[number]);
            let is_near = 200 * count >= (NEAR - MARGIN) * (pairs.len() + own);
            is_near || (*count >= pairs.len().min(own) && other.shares(name))
        })
    }
}

/// The names that a document bears or mentions.
fn names<'a>(title: &'a str, mentions: &'a [String]) -> impl Iterator<Item = Name> + 'a {
    let full = normalise(title);
    let inner: Vec<String> = quoted(&full).map(str::to_owned).collect();
    let named = std::iter::once(full).chain(inner).chain(mentions.iter().map(|mention| normalise(mention)));
    named.map(|full| Name { essence: essence(&full), full })
}

fn pairs(text: &str) -> BTreeSet<(char, char)> {
    text.chars().zip(text.chars().skip(1)).collect()
}

/// The address as an identity: however it was linked.
fn page(url: &str) -> String {
    page_id(url).trim_end_matches('/').to_owned()
}

fn host(url: &str) -> String {
    page(url).split('/').next().unwrap_or_default().to_owned()
}
