//! Further pages of a list, as far as links on the page itself show them.

use std::sync::LazyLock;

use regex::Regex;
use url::Url;

use super::Source;
use crate::text::{normalise, pattern};

/// Nobody reads further in a night; a counter that says more is not believed.
pub const MOST_PAGES: usize = 200;

static PAGE_NUMBER: LazyLock<Regex> = LazyLock::new(|| pattern(r"^\[?第?(\d{1,3})页?\]?$"));

/// `createPageHTML('page_div', 10, 1, 'list', 'shtml', 149)`: all pages, this one counted from 1, name and ending of the
/// files; page 2 is `list_2.shtml`.
static CALL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"createPageHTML\(\s*["'][\w-]{1,40}["']\s*,\s*(\d{1,4})\s*,\s*(\d{1,4})\s*,\s*["']([\w-]{1,40})["']\s*,\s*["'](s?html?)["']"#,
    )
});

/// Further pages as the page says: by a call of its script (开普 and others), else by its links.
pub fn further(source: &Source<'_>) -> Vec<Url> {
    let call = CALL.captures_iter(source.text).last();
    let numbers = call.as_ref().and_then(|call| Some((call[1].parse().ok()?, call[2].parse::<usize>().ok()?)));
    match (call, numbers) {
        (Some(call), Some((total, current))) => {
            (current + 1..=MOST_PAGES.min(total)).filter_map(|n| numbered(source.url, &call[3], n, &call[4])).collect()
        }
        _ => by_links(source),
    }
}

/// Pages that the page links to by 下一页 or by number, in order of their number; the page itself left out.
pub fn by_links(source: &Source<'_>) -> Vec<Url> {
    let mut next = None;
    let mut numbered: Vec<(usize, Url)> = Vec::new();
    for link in source.page.links() {
        let Some(text) = link.element.text_up_to(40) else { continue };
        if !text.contains(|letter: char| matches!(letter, '页' | '下' | 'n' | 'N') || letter.is_numeric()) {
            continue;
        }
        let text = normalise(&text);
        let is_next = matches!(
            text.trim_matches(['>', '›', '»', '[', ']', '→']),
            "下一页" | "下页" | "后一页" | "下1页" | "nextpage" | "next"
        );
        let number = PAGE_NUMBER.captures(&text).and_then(|captures| captures[1].parse().ok());
        if !is_next && number.is_none() {
            continue;
        }
        let Some(url) = source.page.resolve(link.href).filter(|url| is_sibling(source.url, url)) else { continue };
        if is_next {
            next.get_or_insert(url);
        } else if let Some(number) = number {
            numbered.push((number, url));
        }
    }
    numbered.sort_by_key(|(number, _)| *number);
    let mut pages: Vec<Url> = Vec::new();
    for url in next.into_iter().chain(numbered.into_iter().map(|(_, url)| url)) {
        if !pages.contains(&url) && pages.len() < MOST_PAGES {
            pages.push(url);
        }
    }
    pages
}

/// A further page of a list lies on the same host, beside or below the list itself.
fn is_sibling(own: &Url, other: &Url) -> bool {
    let stem = |url: &Url| {
        let path = url.path();
        let folder = path.rfind('/').map_or(path, |slash| &path[..=slash]);
        folder.to_owned()
    };
    let own_name = own.path().rsplit('/').next().unwrap_or_default().split('.').next().unwrap_or_default();
    own.host_str() == other.host_str()
        && own != other
        && (stem(own) == stem(other)
            || stem(other) == format!("{}{own_name}/", stem(own))
            || stem(own).starts_with(&stem(other)))
}

/// `index.html` with number `n` in the manner of `index_n.html`, beside the page itself.
pub fn numbered(url: &Url, name: &str, n: usize, extension: &str) -> Option<Url> {
    let file = if n == 0 { format!("{name}.{extension}") } else { format!("{name}_{n}.{extension}") };
    url.join(&file).ok()
}
