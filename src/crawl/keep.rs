//! What a visit remembers of a page once it has been followed: little, for a portal may have fifty thousand.
//! Pure: a stored night that is judged again is thinned the same way.

use std::{
    collections::{BTreeMap, HashSet},
    hash::Hash,
    sync::Arc,
};

use crate::model::{Anchor, Cause, CmsMatch, ColumnMeta, PageFacts, PageKind, SiteIdentity};

/// Makes the facts of a visit's pages small. Menus and footers stand on every page: what they say is kept once.
#[derive(Default)]
pub struct Keeper {
    anchors: HashSet<Arc<Anchor>>,
    sites: HashSet<Arc<SiteIdentity>>,
    columns: HashSet<Arc<ColumnMeta>>,
    systems: HashSet<Arc<CmsMatch>>,
}

impl Keeper {
    /// Drops what nothing after the visit reads.
    pub fn keep(&mut self, facts: &mut PageFacts) {
        self.share(&mut facts.anchors);
        self.thin(facts);
    }

    /// Links that differ in address, words or place.
    pub(super) fn links(&self) -> usize {
        self.anchors.len()
    }

    /// Equal links of all pages become one, so that they can be told by their place in memory.
    pub(super) fn share(&mut self, anchors: &mut Vec<Arc<Anchor>>) {
        for anchor in anchors.iter_mut() {
            share(&mut self.anchors, anchor);
        }
        anchors.shrink_to_fit();
    }

    /// Drops all that is no link.
    pub(super) fn thin(&mut self, facts: &mut PageFacts) {
        // An article's META names the column it belongs to, which is asked of lists alone.
        if matches!(facts.kind, PageKind::Article | PageKind::Report) {
            facts.meta = BTreeMap::new();
        }
        facts.meta.retain(|name, _| name == "columnname");
        share(&mut self.sites, &mut facts.site);
        share(&mut self.columns, &mut facts.column);
        if let Some(cms) = &mut facts.cms {
            if cms.evidence.len() > 1 {
                Arc::make_mut(cms).evidence.truncate(1);
            }
            share(&mut self.systems, cms);
        }
        if facts.cause == Some(Cause::TooLarge) {
            // Nothing is judged of it, and where it leads was taken in.
            facts.anchors = Vec::new();
            facts.entries = Vec::new();
        }
        // What they say was read with the page.
        facts.body = String::new();
        facts.tables = Vec::new();
        facts.letters.shrink_to_fit();
        facts.entries.shrink_to_fit();
        facts.disagreement = Vec::new();
        for claim in &mut facts.dates {
            claim.text = String::new();
        }
        facts.dates.shrink_to_fit();
    }
}

/// Takes the equal one that is known already.
fn share<T: Eq + Hash>(known: &mut HashSet<Arc<T>>, own: &mut Arc<T>) {
    match known.get(own) {
        Some(one) => *own = Arc::clone(one),
        None => {
            known.insert(Arc::clone(own));
        }
    }
}
