//! 大汉 JPaaS, the successor of jcms: lists are filled by a JSON call, so a list page is a shell without a browser.

use std::sync::LazyLock;

use regex::Regex;

use super::{Adapter, Clue, Source};
use crate::text::pattern;

pub struct Jpaas;

static ARTICLE: LazyLock<Regex> = LazyLock::new(|| pattern(r"/art/\d{4}/art_[0-9a-f]{32}\.html"));

impl Adapter for Jpaas {
    fn name(&self) -> &'static str {
        "jpaas"
    }

    fn clues(&self, source: &Source<'_>) -> Vec<Clue> {
        [
            source.address(3, &ARTICLE),
            source.links(2, &ARTICLE, 2),
            source.mark(3, &["jpaas-publish-server", "jpaas-jags-server", "jpaas-"]),
            source.mark(1, &["bulidstatic", "search-front-server"]),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}
