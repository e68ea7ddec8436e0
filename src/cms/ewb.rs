//! 新点 Epoint WebBuilder: classes `ewb-…`, disclosure lists by a REST call, so some list pages are shells.

use std::sync::LazyLock;

use regex::Regex;

use super::{Adapter, Clue, Source};
use crate::{
    html::{Selector, selector},
    text::pattern,
};

pub struct Ewb;

/// `/003/003002/20220118/<guid>.html`.
static ARTICLE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"/20\d{6}/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\.html"));

impl Adapter for Ewb {
    fn name(&self) -> &'static str {
        "ewb"
    }

    fn clues(&self, source: &Source<'_>) -> Vec<Clue> {
        [
            source.address(2, &ARTICLE),
            source.links(2, &ARTICLE, 2),
            source.mark(2, &["class=\"ewb-", "EWB-FRONT", "EpointWebBuilder", "lightfrontaction"]),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    fn body(&self) -> Option<&'static Selector> {
        static BODY: LazyLock<Selector> =
            LazyLock::new(|| selector(".ewb-article-info, .ewb-info-bd, .ewb-article-content, .infocontent"));
        Some(&BODY)
    }
}
