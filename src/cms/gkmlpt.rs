//! Guangdong's NFCMS and its disclosure platform gkmlpt: `/gkmlpt/content/0/508/post_508890.html`, `post_<id>.html`.
//! The platform's lists are named by a fragment, `/gkmlpt/index#2972`, and come as JSON from
//! `/gkmlpt/api/all/2972?page=1&sid=755031`, a hundred rows at a time; most servers do without the `sid`.

use std::{borrow::Cow, sync::LazyLock};

use memchr::memmem;
use regex::Regex;
use url::Url;

use super::{Adapter, Clue, Source, paging};
use crate::{
    html::{Selector, selector},
    text::pattern,
};

pub struct Gkmlpt;

/// Rows of a full answer.
const EACH: usize = 100;
const BY_FRAGMENT: &str = "/gkmlpt/index#";
const BY_ADDRESS: &str = "/gkmlpt/api/all/";

static ARTICLE: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?:^|/)m?post_\d+\.html"));
static SITE: LazyLock<Regex> = LazyLock::new(|| pattern(r#"\bSID["']?\s*[:=]\s*["']?(\d{1,12})"#));
static ASKED: LazyLock<Regex> = LazyLock::new(|| pattern(r"gkmlpt/api/all/(\d{1,9})\b"));

impl Adapter for Gkmlpt {
    fn name(&self) -> &'static str {
        "gkmlpt"
    }

    fn clues(&self, source: &Source<'_>) -> Vec<Clue> {
        let asked = source.url.path().contains(BY_ADDRESS);
        [
            asked.then(|| Clue { weight: 3, text: format!("address has {BY_ADDRESS}") }),
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

    fn rows_elsewhere(&self, source: &Source<'_>) -> Option<Url> {
        let category = ASKED.captures(source.text)?;
        let platform = source.url.path().find("/gkmlpt/").map(|at| &source.url.path()[..at])?;
        let mut url = source.url.join(&format!("{platform}{BY_ADDRESS}{}", &category[1])).ok()?;
        url.query_pairs_mut().append_pair("page", "1");
        if let Some(site) = SITE.captures(source.text) {
            url.query_pairs_mut().append_pair("sid", &site[1]);
        }
        Some(url)
    }

    fn next_pages(&self, source: &Source<'_>) -> Vec<Url> {
        let Some(answer) = source.answer.as_ref().filter(|answer| answer.is_list()) else {
            return paging::further(source);
        };
        let asked = |name: &str| source.url.query_pairs().find(|(own, _)| own == name).map(|(_, value)| value);
        let page: usize = asked("page").and_then(|page| page.parse().ok()).unwrap_or(1);
        // Whoever does not say how many rows there are sends full answers until the last.
        let last = answer.total.map_or(page + usize::from(answer.rows >= EACH), |total| total.div_ceil(EACH));
        let last = if answer.rows == 0 { page } else { last };
        // Most servers count pages from 1. Where no rows come of a list that has some, this one may count from 0.
        let before = (page > 0 && answer.lacks_rows()).then_some(0);
        let site = asked("sid");
        before
            .into_iter()
            .chain(page + 1..=last.min(page + paging::MOST_PAGES))
            .map(|page| {
                let mut url = source.url.clone();
                url.query_pairs_mut().clear().append_pair("page", &page.to_string());
                if let Some(site) = &site {
                    url.query_pairs_mut().append_pair("sid", site);
                }
                url
            })
            .collect()
    }
}

/// The text with the platform's lists linked by the addresses that answer with their rows: a fragment is never sent, so
/// by it all lists would be one page.
pub(super) fn with_addresses_of_lists(text: &str) -> Cow<'_, str> {
    if memmem::find(text.as_bytes(), BY_FRAGMENT.as_bytes()).is_none() {
        return Cow::Borrowed(text);
    }
    static LINK: LazyLock<Regex> = LazyLock::new(|| pattern(r"/gkmlpt/index#/?(\d{1,9})"));
    LINK.replace_all(text, format!("{BY_ADDRESS}$1"))
}
