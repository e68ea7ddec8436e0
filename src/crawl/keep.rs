//! What a visit remembers of a page once it has been followed: little, for a portal may have fifty thousand.
//! Pure: a stored night that is judged again is thinned the same way.

use std::{
    collections::{BTreeMap, HashSet},
    sync::Arc,
};

use crate::model::{Anchor, PageFacts, PageKind};

/// Bytes of an article's text that are kept; the fold reads titles in its opening.
const OPENING: usize = 1600;
/// Texts with these words may be decisions of licence or penalty, which are read to the end.
const DECISIONS: [&str; 4] = ["许可", "处罚", "相对人", "决定书"];

/// Makes the facts of a visit's pages small. Menus stand on every page: their links are kept once.
#[derive(Default)]
pub struct Keeper {
    anchors: HashSet<Arc<Anchor>>,
}

impl Keeper {
    /// Drops what nothing after the visit reads.
    pub fn keep(&mut self, facts: &mut PageFacts) {
        self.share(&mut facts.anchors);
        Self::thin(facts);
    }

    /// Equal links of all pages become one, so that they can be told by their place in memory.
    pub(super) fn share(&mut self, anchors: &mut Vec<Arc<Anchor>>) {
        for anchor in anchors.iter_mut() {
            match self.anchors.get(anchor) {
                Some(known) => *anchor = Arc::clone(known),
                None => {
                    self.anchors.insert(Arc::clone(anchor));
                }
            }
        }
        anchors.shrink_to_fit();
    }

    /// Drops all that is no link.
    pub(super) fn thin(facts: &mut PageFacts) {
        let is_article = matches!(facts.kind, PageKind::Article | PageKind::Report);
        // An article's META names the column it belongs to, which is asked of lists alone.
        if is_article {
            facts.meta = BTreeMap::new();
        }
        facts.meta.retain(|name, _| name == "columnname");
        if let Some(cms) = &mut facts.cms {
            cms.evidence.truncate(1);
        }
        if is_article && !DECISIONS.iter().any(|word| facts.body.contains(word)) {
            facts.body.truncate(facts.body.floor_char_boundary(OPENING));
        }
        facts.body.shrink_to_fit();
        facts.entries.shrink_to_fit();
        facts.dates.shrink_to_fit();
    }
}
