//! Links of policies and interpretations to other hosts that, by their words, lead to the other side of the pair. The
//! page behind them is not ours to read, so their words are all that is known of it.

use std::collections::BTreeMap;

use super::addresses::{foreign_host, page_id};
use crate::{
    model::{Anchor, DocumentFacts, DocumentRole, OutwardLink, Region},
    text::normalise,
};

/// Links of one page that are kept.
const MOST: usize = 20;
/// A link that stands on more documents than this belongs to the template: it leads to a column, not to a document.
const MOST_DOCUMENTS: usize = 3;

/// Letters of a link that names no document.
const FEW_WORDS: usize = 8;

/// Words by which a policy page leads to its interpretation.
const INTERPRETS: [&str; 6] = ["解读", "图解", "一图读懂", "一图看懂", "答记者问", "政策问答"];
/// Words by which an interpretation leads to its policy.
const ISSUED: [&str; 12] =
    ["《", "原文", "文件", "通知", "公告", "意见", "办法", "方案", "规定", "措施", "条例", "细则"];

/// Of `anchors`, the links to other hosts whose words fit the role.
pub(super) fn links<'a>(
    portal: &str,
    role: DocumentRole,
    anchors: impl Iterator<Item = &'a Anchor>,
) -> Vec<OutwardLink> {
    let words: &[&str] = match role {
        DocumentRole::Policy => &INTERPRETS,
        DocumentRole::Interpretation => &ISSUED,
        DocumentRole::Other => return Vec::new(),
    };
    let mut found: Vec<OutwardLink> = Vec::new();
    for anchor in anchors {
        let said = normalise(&anchor.text);
        // A shortened text has its whole in the title.
        let titled = normalise(&anchor.title);
        let text = if titled.chars().count() > said.chars().count() { &anchor.title } else { &anchor.text };
        // Beside the text, a few words may be those of any page.
        if anchor.region == Region::Main && said.chars().count().max(titled.chars().count()) <= FEW_WORDS {
            continue;
        }
        let fits = words.iter().any(|word| said.contains(word) || titled.contains(word));
        if fits && foreign_host(portal, &anchor.url).is_some() && found.iter().all(|link| link.url != anchor.url) {
            found.push(OutwardLink { url: anchor.url.clone(), text: text.clone() });
        }
    }
    found.truncate(MOST);
    found
}

/// Takes out what stands on too many documents.
pub(super) fn without_templates(documents: &mut BTreeMap<String, DocumentFacts>) {
    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    for link in documents.values().flat_map(|document| &document.outward) {
        *times.entry(page_id(&link.url)).or_default() += 1;
    }
    for document in documents.values_mut() {
        document.outward.retain(|link| times.get(&page_id(&link.url)).is_none_or(|times| *times <= MOST_DOCUMENTS));
    }
}
