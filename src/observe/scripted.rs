//! Addresses that only scripts know: what a click handler opens, and menus that a script writes into the page.

use std::sync::LazyLock;

use memchr::memmem;
use regex::Regex;
use url::Url;

use crate::{
    html::{Element, Page},
    text::{pattern, tidy},
};

/// The name of a column is short; longer link texts are titles.
const LONGEST_NAME: usize = 24;
/// More entries are no menu but data.
const MOST_ENTRIES: usize = 400;
/// Longer scripts are libraries or data.
const LONGEST_SCRIPT: usize = 200_000;

/// An entry of a menu that a script writes.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub text: String,
    /// None: not even the script says plainly where it leads.
    pub url: Option<Url>,
}

/// Where a link leads: by `href`, else by what a click on it opens.
pub(super) fn target(page: &Page, element: Element<'_>) -> Option<Url> {
    let href = element.attr("href").unwrap_or_default();
    page.resolve(href)
        .or_else(|| opened(page, href.trim().strip_prefix("javascript:")?))
        .or_else(|| clicked(page, element))
}

/// What a click on the element opens, as far as its own attributes say.
pub(super) fn clicked(page: &Page, element: Element<'_>) -> Option<Url> {
    let stated = || ["data-href", "data-url", "data-link"].iter().find_map(|name| page.resolve(element.attr(name)?));
    element.attr("onclick").and_then(|script| opened(page, script)).or_else(stated)
}

/// `location.href='/zwgk/'`, `window.open("…")`, `go('/zwgk/')`; nothing where the address is put together.
fn opened(page: &Page, script: &str) -> Option<Url> {
    static OPENS: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r#"(?i)(?:\blocation(?:\.href)?\s*=|\blocation\.(?:assign|replace)\s*\(|\bopen\s*\(|^\s*(?:return\s+)?[\w$.]+\()\s*['"]([^'"<>\s]+)['"]\s*([+]?)"#,
        )
    });
    let captures = OPENS.captures(script)?;
    let address = &captures[1];
    // What stands in the brackets of any function may be anything but the way to a page.
    let is_way = address.contains('/') || address.ends_with(".html") || address.ends_with(".htm");
    (captures[2].is_empty() && is_way).then(|| page.resolve(address)).flatten()
}

/// Entries of menus that are no links: those that the page's own scripts write, as markup or as a list of names with
/// addresses, and those of a choice that leads to a page of the same host.
pub(super) fn menus(page: &Page) -> Vec<Entry> {
    static MARKUP: LazyLock<Regex> =
        LazyLock::new(|| pattern(r#"(?i)<a\s[^<>]*?\bhref\s*=\s*\\?["']([^"'\\<>\s]+)\\?["'][^<>]*>([^<>]+)<"#));
    static NAME: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r#"(?i)["']?\b\w*(?:name|title|text|label|mc)["']?\s*:\s*["']([^"'<>{}\\]{2,80})["']"#)
    });
    static ADDRESS: LazyLock<Regex> =
        LazyLock::new(|| pattern(r#"(?i)["']?\b\w*(?:url|href|link|path)["']?\s*:\s*["']([^"'<>{}\s]+)["']"#));
    let mut entries: Vec<Entry> = Vec::new();
    let mut add = |text: &str, address: &str| {
        let text = tidy(text);
        if is_name(&text) && entries.len() < MOST_ENTRIES {
            entries.push(Entry { text, url: page.resolve(&address.replace("\\/", "/")) });
        }
    };
    for option in page.root().descendants().filter(|element| element.name() == "option") {
        let leads = |value: &&str| value.contains('/') || value.ends_with(".html") || value.ends_with(".htm");
        let is_own = |url: Url| url.host_str() == page.base().host_str();
        if let Some(value) = option.attr("value").filter(leads)
            && page.resolve(value).is_some_and(is_own)
        {
            add(&option.raw_text(), value);
        }
    }
    for script in page.root().descendants().filter(|element| element.name() == "script") {
        if script.attr("src").is_some() || script.attr("type").is_some_and(|kind| kind.contains("xml")) {
            continue;
        }
        let text = script.raw_text();
        let has = |word: &str| memmem::find(text.as_bytes(), word.as_bytes()).is_some();
        if text.len() > LONGEST_SCRIPT {
            continue;
        }
        if has("<a ") {
            for captures in MARKUP.captures_iter(&text) {
                add(&captures[2], &captures[1]);
            }
        }
        if has(":") && ["rl", "ref", "ink", "ath", "RL"].into_iter().any(has) {
            for object in text.split(['{', '}']).filter(|object| object.contains(':')) {
                if let (Some(name), Some(address)) = (NAME.captures(object), ADDRESS.captures(object)) {
                    add(&name[1], &address[1]);
                }
            }
        }
    }
    entries
}

/// A short Chinese text without marks of a template.
fn is_name(text: &str) -> bool {
    let letters = text.chars().count();
    (2..=LONGEST_NAME).contains(&letters)
        && text.chars().any(|letter| ('\u{4e00}'..='\u{9fff}').contains(&letter))
        && !text.contains(['\'', '"', '+', '$', '{', '}', ';', '='])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::html::Page;

    fn page(text: &str) -> Page {
        Page::parse(text, &Url::parse("http://www.heyuan.gov.cn/zwgk/index.html").unwrap())
    }

    #[test]
    fn a_click_leads_where_its_handler_says() {
        for (markup, leads_to) in [
            ("<a href=\"javascript:;\" onclick=\"window.open('/gkzn/')\">", Some("/gkzn/")),
            ("<a href='#' onclick='location.href=\"nb/index.html\"'>", Some("/zwgk/nb/index.html")),
            ("<a href=\"javascript:window.location='../gkml/'\">", Some("/gkml/")),
            ("<a href=\"javascript:void(0)\" onclick=\"goTo('/zc/list.html')\">", Some("/zc/list.html")),
            ("<a href=\"javascript:void(0)\" data-href=\"/zc/\">", Some("/zc/")),
            ("<a href=\"/a/\" onclick=\"window.open('/b/')\">", Some("/a/")),
            ("<a href=\"javascript:;\" onclick=\"window.open('/x?id=' + id)\">", None),
            ("<a href=\"javascript:;\" onclick=\"show('tab1')\">", None),
            ("<a href=\"javascript:;\" onclick=\"AddFavorite('本站',location.href)\">", None),
            ("<a href=\"javascript:;\">", None),
        ] {
            let page = page(&format!("<body>{markup}政策文件</a></body>"));
            let link = page.body().descendants().find(|element| element.name() == "a").unwrap();
            let found = target(&page, link).map(|url| url.path().to_owned());
            assert_eq!(found.as_deref(), leads_to, "{markup}");
        }
    }

    #[test]
    fn choices_that_lead_to_pages_of_the_site_are_entries() {
        let page = page(
            "<body><select onchange=\"location.href=this.value\"><option value=''>栏目导航</option>\
             <option value='/zwgk/zcwj/'>政策文件</option><option value='nb.html'>信息公开年报</option>\
             <option value='http://www.shanxi.example.gov.cn/'>省政府网站</option><option value='3'>第三类</option></select></body>",
        );
        let found: Vec<(String, Option<String>)> =
            menus(&page).into_iter().map(|entry| (entry.text, entry.url.map(|url| url.path().to_owned()))).collect();
        let of = |text: &str, path: &str| (text.to_owned(), Some(path.to_owned()));
        assert_eq!(found, [of("政策文件", "/zwgk/zcwj/"), of("信息公开年报", "/zwgk/nb.html")]);
    }

    #[test]
    fn menus_in_scripts_are_read() {
        let page = page(
            "<body><script>document.write('<li><a class=x href=\"/zwgk/zn/\">信息公开指南</a></li>');\
             document.write('<a href=\"javascript:;\">依申请公开</a>');\
             document.write(\"<a href='\" + url + \"'>\" + name + \"</a>\");\
             var menu = [{id:1,name:'政务公开',url:'/zwgk/',children:[{\"menuName\":\"政策文件\",\"menuUrl\":\"\\/zwgk\\/zcwj\\/\"}]},\
             {name:'main',url:'/main.css'}];</script>\
             <script type='text/xml'><a href='/x.html'>行</a></script></body>",
        );
        let found: Vec<(String, Option<String>)> =
            menus(&page).into_iter().map(|entry| (entry.text, entry.url.map(|url| url.path().to_owned()))).collect();
        let of = |text: &str, url: Option<&str>| (text.to_owned(), url.map(ToOwned::to_owned));
        assert_eq!(
            found,
            [
                of("信息公开指南", Some("/zwgk/zn/")),
                of("依申请公开", None),
                of("政务公开", Some("/zwgk/")),
                of("政策文件", Some("/zwgk/zcwj/")),
            ]
        );
    }
}
