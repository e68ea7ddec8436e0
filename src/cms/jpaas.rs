//! 大汉 JPaaS, the successor of jcms: lists are parts of a page that a script asks for one by one, at
//! `…/jpaas-publish-server/front/page/build/unit`; the answer is JSON with the markup of the part in `data.html`. What
//! to ask for stands in the attribute `queryData` of the script, in single quotes. The first page of a list is often
//! written into the page itself; further ones always come this way, and obey `paramJson` alone. A page with several such
//! parts is left to a browser, unless one alone is called like a list.

use std::{collections::BTreeMap, sync::LazyLock};

use regex::Regex;
use url::Url;

use super::{Adapter, Clue, Source, paging};
use crate::{
    html::{Selector, selector},
    text::pattern,
};

pub struct Jpaas;

const UNIT: &str = "/api-gateway/jpaas-publish-server/front/page/build/unit";
/// Rows a page; what the system's own templates ask for.
const EACH: usize = 15;
/// What templates call the part of a page that is its list.
const LIST_TAGS: [&str; 6] = ["列表", "分页", "右侧内容", "信息内容", "list", "page"];

static ARTICLE: LazyLock<Regex> = LazyLock::new(|| pattern(r"/art/\d{4}/art_[0-9a-f]{32}\.html"));
static PAGE_NUMBER: LazyLock<Regex> = LazyLock::new(|| pattern(r#""pageNo"\s*:\s*"?(\d{1,4})"#));
static PAGE_SIZE: LazyLock<Regex> = LazyLock::new(|| pattern(r#""pageSize"\s*:\s*"?(\d{1,4})"#));

impl Adapter for Jpaas {
    fn name(&self) -> &'static str {
        "jpaas"
    }

    fn clues(&self, source: &Source<'_>) -> Vec<Clue> {
        let asked = source.url.path().contains("/jpaas-publish-server/");
        [
            asked.then(|| Clue { weight: 3, text: format!("address has {}", source.url.path()) }),
            source.address(3, &ARTICLE),
            source.links(2, &ARTICLE, 2),
            source.mark(3, &["jpaas-publish-server", "jpaas-jags-server", "jpaas-"]),
            source.mark(1, &["bulidstatic", "search-front-server"]),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    fn rows_elsewhere(&self, source: &Source<'_>) -> Option<Url> {
        list_part(source).map(|part| numbered(part, 1, EACH))
    }

    fn next_pages(&self, source: &Source<'_>) -> Vec<Url> {
        let Some(answer) = &source.answer else {
            let by_links = paging::by_links(source);
            // The first page is asked for too: what stands on the page itself may be another block than its list.
            return if by_links.is_empty() { self.rows_elsewhere(source).into_iter().collect() } else { by_links };
        };
        let asked = |wanted: &Regex| {
            let (_, asked) = source.url.query_pairs().find(|(name, _)| name == "paramJson")?;
            wanted.captures(&asked)?[1].parse::<usize>().ok()
        };
        let (page, each) = (asked(&PAGE_NUMBER).unwrap_or(1), asked(&PAGE_SIZE).unwrap_or(EACH));
        // The answer does not say how long the list is; a page that is not full is the last.
        let goes_on = answer.rows >= each && page < paging::MOST_PAGES;
        goes_on.then(|| numbered(source.url.clone(), page + 1, each)).into_iter().collect()
    }
}

/// The question for the list of a column; none where several parts may be meant.
fn list_part(source: &Source<'_>) -> Option<Url> {
    static PARTS: LazyLock<Selector> = LazyLock::new(|| selector("script[querydata]"));
    if !source.text.contains("build/unit") {
        return None;
    }
    let mut parts: Vec<(String, Url)> = Vec::new();
    for script in source.page.select(&PARTS) {
        let Some(asked) = script.attr("querydata") else { continue };
        let Ok(asked) = serde_json::from_str::<BTreeMap<String, String>>(&asked.replace('\'', "\"")) else { continue };
        if asked.get("pageType").is_none_or(|kind| kind != "column") {
            continue;
        }
        let Ok(mut url) = source.url.join(script.attr("url").unwrap_or(UNIT)) else { continue };
        url.query_pairs_mut().extend_pairs(asked.iter().filter(|(_, value)| *value != "null"));
        parts.push((asked.get("tagId").cloned().unwrap_or_default(), url));
    }
    let is_list = |(tag, _): &(String, Url)| LIST_TAGS.iter().any(|name| tag.to_ascii_lowercase().contains(name));
    if parts.len() > 1 {
        parts.retain(is_list);
    }
    parts.pop().filter(|_| parts.is_empty()).map(|(_, url)| url)
}

/// The question for one page of the list.
fn numbered(mut url: Url, page: usize, each: usize) -> Url {
    let kept: Vec<(String, String)> = url
        .query_pairs()
        .filter(|(name, _)| name != "paramJson")
        .map(|(n, v)| (n.into_owned(), v.into_owned()))
        .collect();
    let asked = format!("{{\"pageNo\":{page},\"pageSize\":{each}}}");
    url.query_pairs_mut().clear().extend_pairs(kept).append_pair("paramJson", &asked);
    url
}
