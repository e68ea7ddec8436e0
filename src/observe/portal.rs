//! Folds the pages of a night into the facts of a portal.

use crate::model::{Lexicon, NotMeasurable, ObservedPage, Portal, PortalFacts};

/// Everything the checks read of a portal: pure, and independent of the order in which pages were read.
pub fn portal(
    portal: &Portal,
    _lexicon: &Lexicon,
    _pages: &[ObservedPage],
    _failures: &[NotMeasurable],
    _cut_short: bool,
) -> PortalFacts {
    PortalFacts { portal: portal.id.clone(), url: portal.url.clone(), ..PortalFacts::default() }
}
