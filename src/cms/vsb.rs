//! 博达 webber / VSB: `/info/1019/123.htm`, lists `xxx.htm`; further pages are `xxx/<n>.htm`, numbered downwards
//! (with M pages, page 2 is `xxx/<M-1>.htm` and the last is `xxx/1.htm`).

use std::sync::LazyLock;

use regex::Regex;
use url::Url;

use super::{Adapter, Clue, Source, paging};
use crate::{
    html::{Selector, selector},
    text::pattern,
};

pub struct Vsb;

static ARTICLE: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?:^|/)info/\d{3,5}/\d+\.htm\b"));
/// `xxx/12.htm`, the form of a further page.
static FURTHER: LazyLock<Regex> = LazyLock::new(|| pattern(r"^(.*/)([^/]+)/(\d{1,4})\.htm$"));
static FIRST: LazyLock<Regex> = LazyLock::new(|| pattern(r"^(.*/)([^/]+)\.htm$"));
/// `共123条 1/12`.
static COUNT: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"共\s*\d+\s*条(?:\s|&nbsp;|<[^>]{0,200}>)*(\d{1,4})\s*/\s*(\d{1,4})"));

impl Adapter for Vsb {
    fn name(&self) -> &'static str {
        "vsb"
    }

    fn clues(&self, source: &Source<'_>) -> Vec<Clue> {
        [
            source.address(2, &ARTICLE),
            source.links(2, &ARTICLE, 3),
            source.mark(2, &["/__local/", "_vsl/", "_sitegray", "/system/resource/js/"]),
            source.mark(2, &["id=\"vsb_content", "v_news_content", "\"line_u", "vsbscreen", "vsb_temp"]),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    fn body(&self) -> Option<&'static Selector> {
        static BODY: LazyLock<Selector> = LazyLock::new(|| selector("[id^=vsb_content], .v_news_content"));
        Some(&BODY)
    }

    fn next_pages(&self, source: &Source<'_>) -> Vec<Url> {
        let path = source.url.path();
        let count = COUNT
            .captures(source.text)
            .and_then(|captures| Some((captures[1].parse::<usize>().ok()?, captures[2].parse::<usize>().ok()?)));
        let Some((current, total)) = count else { return paging::by_links(source) };
        // The folder of further pages is named after the list; a further page lies in it already.
        let folder = match (FURTHER.captures(path), FIRST.captures(path)) {
            (Some(captures), _) if current > 1 => format!("{}{}/", &captures[1], &captures[2]),
            (_, Some(captures)) => format!("{}{}/", &captures[1], &captures[2]),
            _ => return paging::by_links(source),
        };
        (current + 1..=total.min(current + paging::MOST_PAGES))
            .filter_map(|page| source.url.join(&format!("{folder}{}.htm", total - page + 1)).ok())
            .collect()
    }
}
