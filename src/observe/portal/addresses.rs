//! Addresses as identities: of pages, and of columns whose index file and page number do not count.

use std::sync::LazyLock;

use regex::Regex;
use url::Url;

use crate::text::pattern;

/// The same page under `http` and `https`, with and without `www.`, fragment or index file.
pub(in crate::observe) fn page_id(url: &str) -> String {
    let Ok(parsed) = Url::parse(url) else { return url.to_owned() };
    let query = parsed.query().map(|query| format!("?{query}")).unwrap_or_default();
    format!("{}{}{query}", bare_host(&parsed), without_index(parsed.path()))
}

/// Host in lower case without `www.`.
pub(super) fn bare_host(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default().to_ascii_lowercase();
    host.strip_prefix("www.").unwrap_or(&host).to_owned()
}

/// Key of a column: the path without the index file, `/zwgk/nb/`; a list that is a file keeps its name without
/// extension, `/gzdt`; a query stays where it chooses the column.
pub(super) fn column_key(url: &str) -> String {
    let Ok(parsed) = Url::parse(url) else { return url.to_owned() };
    let path = without_index(parsed.path());
    let path = path.rsplit_once('.').filter(|(_, ending)| is_ending(ending)).map_or(path, |(stem, _)| stem);
    match parsed.query().filter(|query| !query.is_empty()) {
        Some(query) => format!("{path}?{query}"),
        None => path.to_owned(),
    }
}

/// The key of the list that a numbered key continues: `/gg/index_3` is of `/gg/`, `/gzdt/2` of `/gzdt`, `/18287_48` of
/// `/18287`. None for keys without a page number.
pub(super) fn list_of_numbered(key: &str) -> Option<String> {
    static NUMBERED: LazyLock<Regex> = LazyLock::new(|| pattern(r"^(.*/)index_\d{1,4}$|^(.+)[_/]\d{1,4}$"));
    let captures = NUMBERED.captures(key)?;
    captures.get(1).or_else(|| captures.get(2)).map(|stem| stem.as_str().to_owned())
}

fn without_index(path: &str) -> &str {
    const NAMES: [&str; 6] = ["index", "default", "Index", "Default", "list", "main"];
    let Some((folder, file)) = path.rsplit_once('/') else { return path };
    let is_index = file.split_once('.').is_some_and(|(stem, ending)| NAMES.contains(&stem) && is_ending(ending));
    if is_index { &path[..=folder.len()] } else { path }
}

/// Endings of files that are pages.
fn is_ending(ending: &str) -> bool {
    matches!(ending, "html" | "htm" | "shtml" | "shtm" | "jsp" | "php" | "asp" | "aspx" | "do")
}

/// Path of an address, without host and query.
pub(in crate::observe) fn path_of(url: &str) -> String {
    Url::parse(url).map(|url| url.path().to_owned()).unwrap_or_default()
}

/// Key of a document: the path, and the query where the address has one. Portals without static pages tell their articles
/// apart by the query alone: `show.asp?id=7`.
pub(in crate::observe) fn document_key(url: &str) -> String {
    let Ok(url) = Url::parse(url) else { return String::new() };
    match url.query().filter(|query| !query.is_empty()) {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    }
}

/// The host when it is another one than the portal's. A sub-domain of the portal is another host: another unit's site.
pub(super) fn foreign_host(portal: &str, url: &str) -> Option<String> {
    let (own, other) = (Url::parse(portal).ok()?, Url::parse(url).ok()?);
    (bare_host(&own) != bare_host(&other)).then(|| bare_host(&other))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn index_files_and_extensions_are_no_part_of_a_key() {
        for (url, key) in [
            ("http://a.example.gov.cn/zwgk/nb/index.html", "/zwgk/nb/"),
            ("http://a.example.gov.cn/zwgk/nb/", "/zwgk/nb/"),
            ("http://a.example.gov.cn/col/col123/index.html", "/col/col123/"),
            ("http://a.example.gov.cn/gzdt.htm", "/gzdt"),
            ("http://a.example.gov.cn/list.jsp?id=7", "/?id=7"),
        ] {
            assert_eq!(column_key(url), key, "{url}");
        }
    }

    #[test]
    fn numbered_keys_continue_a_list() {
        assert_eq!(list_of_numbered("/gg/index_3").as_deref(), Some("/gg/"));
        assert_eq!(list_of_numbered("/gzdt/2").as_deref(), Some("/gzdt"));
        assert_eq!(list_of_numbered("/channels/18287_48").as_deref(), Some("/channels/18287"));
        assert_eq!(list_of_numbered("/gg/"), None);
    }

    #[test]
    fn www_and_scheme_make_no_other_page() {
        assert_eq!(page_id("http://www.a.gov.cn/x/index.html#top"), page_id("https://a.gov.cn/x/"));
    }
}
