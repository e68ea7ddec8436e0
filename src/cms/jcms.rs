//! 大汉 jcms: `/col/col123/index.html`, `/art/2022/1/18/art_123_456.html`; lists stand in CDATA sections of a
//! `<script type="text/xml"><datastore>`, further pages come from `dataproxy.jsp` in the same form. Disclosure
//! directories (信息公开目录) ask for their rows by POST at `/module/xxgk/search.jsp`; a visit does not post, and such a
//! list is left to a browser, never called empty.

use std::sync::LazyLock;

use regex::Regex;
use url::Url;

use super::{Adapter, Clue, Source, paging};
use crate::{
    html::{self, Selector, selector},
    text::pattern,
};

pub struct Jcms;

static ARTICLE: LazyLock<Regex> = LazyLock::new(|| pattern(r"/art/\d{4}/\d{1,2}/\d{1,2}/art_\d+_\d+\.html"));
static COLUMN: LazyLock<Regex> = LazyLock::new(|| pattern(r"/col/col\d+/"));
static PROXY: LazyLock<Regex> =
    LazyLock::new(|| pattern(r#"["'](/module/[^"'<>\s]{0,80}dataproxy\.jsp\?[^"'<>\s]{1,400})["']"#));
static TOTAL_RECORD: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)totalRecord\s*[:=]\s*['\x22]?(\d{1,7})|<totalrecord>(\d{1,7})</totalrecord>"));
static PER_PAGE: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)perPage\s*[:=]\s*['\x22]?(\d{1,4})"));
static START_RECORD: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)startrecord=(\d{1,7})"));
static PROXY_URL: LazyLock<Regex> =
    LazyLock::new(|| pattern(r#"(?i)proxyUrl\s*[:=]\s*["'](/module/[^"']{0,80}dataproxy\.jsp)["']"#));
static PARAMETER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?i)\b(columnid|unitid|webid|appid|path|webname|permissiontype|sourceContentType|col)\s*[:=]\s*["']?([^"',&\s}<>]{1,80})"#,
    )
});

impl Adapter for Jcms {
    fn name(&self) -> &'static str {
        "jcms"
    }

    fn clues(&self, source: &Source<'_>) -> Vec<Clue> {
        [
            source.address(2, &ARTICLE).or_else(|| source.address(2, &COLUMN)),
            source.links(1, &ARTICLE, 2),
            source.links(1, &COLUMN, 2),
            source.mark(2, &["/module/web/jpage/", "/module/jpage/", "morecolumndataproxy.jsp", "/module/xxgk/"]),
            source.mark(1, &["<datastore>"]),
            source.mark(1, &["大汉版通", "hanweb", "/jcms/"]),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    fn body(&self) -> Option<&'static Selector> {
        static BODY: LazyLock<Selector> =
            LazyLock::new(|| selector("#zoom, .bt_content, .art_con, .article-conter, .main-fl-conter"));
        Some(&BODY)
    }

    fn hidden_list(&self, source: &Source<'_>) -> Option<String> {
        let start = source.text.find("<recordset").or_else(|| source.text.find("<datastore"))?;
        let records = html::character_data(&source.text[start..]);
        (!records.trim().is_empty()).then_some(records)
    }

    fn asks_in_vain(&self, source: &Source<'_>) -> bool {
        source.has("/module/xxgk/search.jsp")
    }

    fn next_pages(&self, source: &Source<'_>) -> Vec<Url> {
        let Some((total, each)) = extent(source.text) else { return paging::further(source) };
        // Servers cut a long answer short; what they send at a time is what may be asked for.
        let sent = source.text.matches("<record>").count();
        let each = if sent > 0 && sent < each && sent < total { sent } else { each };
        let Some(proxy) = proxy(source) else { return paging::further(source) };
        // A page of the list shows the first records, or those from the record its own address names.
        let start: usize = START_RECORD
            .captures(source.url.query().unwrap_or_default())
            .and_then(|captures| captures[1].parse().ok())
            .unwrap_or(1);
        (1..=paging::MOST_PAGES)
            .map(|step| start + step * each)
            .take_while(|first| *first <= total)
            .map(|first| {
                let mut url = proxy.clone();
                let kept: Vec<(String, String)> = url
                    .query_pairs()
                    .filter(|(name, _)| {
                        !["startrecord", "endrecord", "perpage", "page"].contains(&name.to_lowercase().as_str())
                    })
                    .map(|(name, value)| (name.into_owned(), value.into_owned()))
                    .collect();
                url.query_pairs_mut()
                    .clear()
                    // Some servers obey the records, some only the page.
                    .append_pair("startrecord", &first.to_string())
                    .append_pair("endrecord", &(first + each - 1).min(total).to_string())
                    .append_pair("perpage", &each.to_string())
                    .append_pair("page", &(first.div_euclid(each) + 1).to_string())
                    .extend_pairs(kept);
                url
            })
            .collect()
    }
}

/// All records of the list, and how many are asked for at a time.
pub(super) fn extent(text: &str) -> Option<(usize, usize)> {
    let captures = TOTAL_RECORD.captures(text)?;
    let total = captures.get(1).or_else(|| captures.get(2))?.as_str().parse().ok()?;
    let each = match PER_PAGE.captures(text) {
        Some(captures) => captures[1].parse().ok()?,
        None => text.matches("<record>").count(),
    };
    (each > 0).then_some((total, each))
}

/// The address that answers with more records: written out in the page, or put together from its parameters.
fn proxy(source: &Source<'_>) -> Option<Url> {
    if source.url.path().contains("dataproxy.jsp") {
        return Some(source.url.clone());
    }
    if let Some(captures) = PROXY.captures(source.text) {
        return source.url.join(&captures[1].replace("&amp;", "&")).ok();
    }
    let mut url = source.url.join(PROXY_URL.captures(source.text)?.get(1)?.as_str()).ok()?;
    for captures in PARAMETER.captures_iter(source.text) {
        let name = captures[1].to_lowercase();
        if !url.query_pairs().any(|(known, _)| known == name) {
            url.query_pairs_mut().append_pair(&name, &captures[2]);
        }
    }
    Some(url)
}
