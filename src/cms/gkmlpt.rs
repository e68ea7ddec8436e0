//! Guangdong's NFCMS and its disclosure platform gkmlpt: `/gkmlpt/content/0/508/post_508890.html`, `post_<id>.html`;
//! the platform's lists come as JSON, so they are shells without a browser.

use std::sync::LazyLock;

use regex::Regex;

use super::{Adapter, Clue, Source};
use crate::{
    html::{Selector, selector},
    text::pattern,
};

pub struct Gkmlpt;

static ARTICLE: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?:^|/)m?post_\d+\.html"));

impl Adapter for Gkmlpt {
    fn name(&self) -> &'static str {
        "gkmlpt"
    }

    fn clues(&self, source: &Source<'_>) -> Vec<Clue> {
        [
            source.address(2, &ARTICLE),
            source.links(2, &ARTICLE, 2),
            source.mark(2, &["NFCMS_POST_ID", "NFCMS"]),
            source.mark(2, &["/gkmlpt/"]),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    fn body(&self) -> Option<&'static Selector> {
        static BODY: LazyLock<Selector> = LazyLock::new(|| selector(".article-content, .zw, .content-content"));
        Some(&BODY)
    }
}
