//! 新点 Epoint WebBuilder: classes `ewb-…`, articles `/003/003002/20220118/<guid>.html`. Disclosure lists
//! (`/dynamic/zwgk/govInfoPub.html?categorynum=003002`) are asked for by POST at
//! `<project>/rest/lightfrontaction/getgovinfolist` with `categorynum`, `deptcode`, `pageIndex` (from 0), `pageSize` and a
//! `siteGuid` that stands in a script of the portal. A visit does not post: such a list is left to a browser, and never
//! called empty. An answer of that kind is read all the same.

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
/// The frame of a list, by its own address and where menus lead to it.
static DYNAMIC: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)/dynamic/[\w/.-]*(?:govinfopub|openlist|infolist)[\w.-]*\.html"));

impl Adapter for Ewb {
    fn name(&self) -> &'static str {
        "ewb"
    }

    fn clues(&self, source: &Source<'_>) -> Vec<Clue> {
        let asked = source.url.path().contains("/rest/lightfrontaction/");
        [
            asked.then(|| Clue { weight: 3, text: format!("address has {}", source.url.path()) }),
            source.address(2, &ARTICLE),
            source.links(2, &ARTICLE, 2),
            source.address(2, &DYNAMIC).or_else(|| source.links(1, &DYNAMIC, 2)),
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

    fn asks_in_vain(&self, source: &Source<'_>) -> bool {
        let is_chosen = source.url.path().contains("/dynamic/") && source.url.query().is_some();
        is_chosen || DYNAMIC.is_match(source.url.path()) || source.has("getgovinfolist")
    }
}
