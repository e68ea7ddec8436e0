//! 开普 UCAP / CMSPRO: `/doc/2024/05/15/448911.shtml`, article text in `#UCAP-CONTENT`.

use std::sync::LazyLock;

use regex::Regex;

use super::{Adapter, Clue, Source};
use crate::{
    html::{Selector, selector},
    text::pattern,
};

pub struct Ucap;

static ARTICLE: LazyLock<Regex> = LazyLock::new(|| pattern(r"/doc/\d{4}/\d{2}/\d{2}/\d+\.shtml"));
static COLUMN: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"/c10\d{4}/[\w./]*(?:common_list|list)\.shtml|/c1\d{5}/\d{6}/[0-9a-f]{32}\.shtml"));

impl Adapter for Ucap {
    fn name(&self) -> &'static str {
        "ucap"
    }

    fn clues(&self, source: &Source<'_>) -> Vec<Clue> {
        [
            source.address(2, &ARTICLE),
            source.links(2, &ARTICLE, 2),
            source.address(2, &COLUMN),
            source.links(2, &COLUMN, 2),
            source.mark(2, &["UCAP-CONTENT", "<UCAPTITLE", "<UCAPCONTENT", "CMSPRO_", "ucap-"]),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    fn body(&self) -> Option<&'static Selector> {
        static BODY: LazyLock<Selector> =
            LazyLock::new(|| selector("#UCAP-CONTENT, ucapcontent, #info_content, .pages_content"));
        Some(&BODY)
    }
}
