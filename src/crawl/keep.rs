//! What a visit remembers of a page once it has been followed: little, for a portal may have fifty thousand.
//! Pure: a stored night that is judged again is thinned the same way.

use std::{collections::HashSet, sync::Arc};

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
        for anchor in &mut facts.anchors {
            match self.anchors.get(anchor) {
                Some(known) => *anchor = Arc::clone(known),
                None => {
                    self.anchors.insert(Arc::clone(anchor));
                }
            }
        }
        facts.anchors.shrink_to_fit();
        facts.meta.retain(|name, _| name == "columnname");
        if let Some(cms) = &mut facts.cms {
            cms.evidence.truncate(1);
        }
        let is_article = matches!(facts.kind, PageKind::Article | PageKind::Report);
        if is_article && !DECISIONS.iter().any(|word| facts.body.contains(word)) {
            facts.body.truncate(facts.body.floor_char_boundary(OPENING));
        }
        facts.body.shrink_to_fit();
        facts.entries.shrink_to_fit();
        facts.dates.shrink_to_fit();
    }
}
