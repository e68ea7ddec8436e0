//! Addresses: what makes two of them the same page, which belong to the portal, which lead to no page, which are traps.

use std::hash::{DefaultHasher, Hash, Hasher};

use url::Url;

/// Names that a server shows for a folder.
const INDEX_FILES: &[&str] = &["index", "default"];

/// Endings of files that are no pages. What is not listed is asked for, and then known by its content type.
const FILES: &[&str] = &[
    "pdf", "doc", "docx", "wps", "xls", "xlsx", "et", "ppt", "pptx", "ofd", "rtf", "csv", "zip", "rar", "7z", "gz",
    "tar", "exe", "apk", "jpg", "jpeg", "png", "gif", "bmp", "webp", "svg", "ico", "tif", "tiff", "mp3", "wav", "mp4",
    "avi", "wmv", "flv", "mov", "mkv", "swf", "m3u8", "css", "js", "json", "woff", "woff2", "ttf", "eot", "map",
];

/// Query parameters that name the visitor, not the page.
const VISITOR_PARAMETERS: &[&str] =
    &["jsessionid", "phpsessid", "sessionid", "session_id", "utm_source", "utm_medium", "utm_campaign", "spm"];

const LONGEST: usize = 1000;
const MOST_SEGMENTS: usize = 16;
/// The list proxy of jcms takes a dozen.
const MOST_PARAMETERS: usize = 16;

/// The address as it is asked for: without fragment and session ids. Case is kept: Linux portals tell `/A` from `/a`.
pub(super) fn canonical(text: &str) -> Option<Url> {
    let mut url = Url::parse(text).ok()?;
    if !matches!(url.scheme(), "http" | "https") {
        return None;
    }
    url.set_fragment(None);
    if let Some(at) = url.path().to_ascii_lowercase().find(";jsessionid=") {
        let path = url.path()[..at].to_owned();
        url.set_path(&path);
    }
    if let Some(query) = url.query() {
        let keeps = |part: &&str| {
            let name = part.split('=').next().unwrap_or_default().to_ascii_lowercase();
            !part.is_empty() && !VISITOR_PARAMETERS.contains(&name.as_str()) && !name.starts_with("aspsessionid")
        };
        let kept: Vec<&str> = query.split('&').filter(keeps).collect();
        let kept = (!kept.is_empty()).then(|| kept.join("&"));
        url.set_query(kept.as_deref());
    }
    Some(url)
}

/// The same for addresses of the same page: the scheme and a leading `www.` do not count, nor does the name of an index
/// file. (Lists link to themselves as `/zwgk/` and `/zwgk/index.html`; which one is asked for is whichever comes first,
/// and the other one where that is not found.)
pub(super) fn identity(url: &Url) -> u64 {
    let mut hasher = DefaultHasher::new();
    bare_host(url).hash(&mut hasher);
    url.port().hash(&mut hasher);
    let path = url.path();
    match path.rsplit_once('/') {
        Some((folder, file)) if is_index(file) && url.query().is_none() => (folder, "").hash(&mut hasher),
        Some((folder, file)) => (folder, file).hash(&mut hasher),
        None => path.hash(&mut hasher),
    }
    url.query().hash(&mut hasher);
    hasher.finish()
}

fn is_index(file: &str) -> bool {
    file.split_once('.').is_some_and(|(stem, _)| INDEX_FILES.contains(&stem.to_ascii_lowercase().as_str()))
}

fn bare_host(url: &Url) -> &str {
    let host = url.host_str().unwrap_or_default();
    host.strip_prefix("www.").unwrap_or(host)
}

/// Whether `url` lies on the portal whose home page is `home`.
pub(super) fn is_of_portal(home: &Url, url: &Url) -> bool {
    bare_host(home) == bare_host(url) && home.port() == url.port()
}

/// Whether the address can be a page at all, going by its ending.
pub(super) fn may_be_page(url: &Url) -> bool {
    let file = url.path().rsplit('/').next().unwrap_or_default();
    match file.rsplit_once('.') {
        Some((_, ending)) => !FILES.contains(&ending.to_ascii_lowercase().as_str()),
        None => true,
    }
}

/// Addresses that grow without end: the same folder again and again, ever more parameters.
pub(super) fn is_trap(url: &Url) -> bool {
    let segments: Vec<&str> = url.path().split('/').filter(|segment| !segment.is_empty()).collect();
    let repeated = segments.iter().any(|segment| segments.iter().filter(|other| *other == segment).count() > 2);
    let parameters = url.query().map_or(0, |query| query.split('&').count());
    url.as_str().len() > LONGEST || segments.len() > MOST_SEGMENTS || repeated || parameters > MOST_PARAMETERS
}

/// Whether the address looks like a list rather than a document: a folder, an index file, a name without a number.
pub(super) fn looks_like_column(url: &Url) -> bool {
    let file = url.path().rsplit('/').next().unwrap_or_default();
    let stem = file.split('.').next().unwrap_or_default();
    let digits = stem.bytes().filter(u8::is_ascii_digit).count();
    stem.is_empty() || is_index(file) || digits < 4
}

/// The form of an address: digits as `N`, values of parameters left out. A calendar has many addresses and one shape.
pub(super) fn shape(url: &Url) -> u64 {
    let mut hasher = DefaultHasher::new();
    let mut in_digits = false;
    for letter in url.path().bytes() {
        let digit = letter.is_ascii_digit();
        if !(digit && in_digits) {
            (if digit { b'N' } else { letter }).hash(&mut hasher);
        }
        in_digits = digit;
    }
    let mut names: Vec<&str> =
        url.query().unwrap_or_default().split('&').map(|part| part.split('=').next().unwrap_or_default()).collect();
    names.sort_unstable();
    names.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> Option<String> {
        canonical(text).map(String::from)
    }

    fn same(one: &str, other: &str) -> bool {
        canonical(one).map(|url| identity(&url)) == canonical(other).map(|url| identity(&url))
    }

    fn check(text: &str, test: fn(&Url) -> bool) -> bool {
        canonical(text).is_some_and(|url| test(&url))
    }

    #[test]
    fn session_ids_and_fragments_go_and_everything_else_stays() {
        let cases = [
            ("http://x.gov.cn/A/b.jsp;JSESSIONID=F0?id=1&JSESSIONID=2#top", Some("http://x.gov.cn/A/b.jsp?id=1")),
            ("http://x.gov.cn/l?b=2&a=1&sid=30", Some("http://x.gov.cn/l?b=2&a=1&sid=30")),
            ("http://x.gov.cn/l?utm_source=wx", Some("http://x.gov.cn/l")),
            ("javascript:;", None),
            ("mailto:a@x.gov.cn", None),
        ];
        for (text, expected) in cases {
            assert_eq!(address(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn spellings_of_one_page_are_one_page() {
        assert!(same("http://www.x.gov.cn/zwgk/", "https://x.gov.cn/zwgk/index.html#a"));
        assert!(same("http://x.gov.cn", "http://x.gov.cn/default.shtml"));
        assert!(!same("http://x.gov.cn/zwgk/", "http://x.gov.cn/zwgk"));
        assert!(!same("http://x.gov.cn/Zwgk/", "http://x.gov.cn/zwgk/"));
        assert!(!same("http://x.gov.cn/zwgk/index_1.html", "http://x.gov.cn/zwgk/"));
        assert!(!same("http://x.gov.cn/index.jsp?id=1", "http://x.gov.cn/index.jsp?id=2"));
    }

    #[test]
    fn growing_addresses_are_traps() {
        for text in [
            "http://x/a/b/a/b/a/",
            "http://x/l?a&b&c&d&e&f&g&h&i&j&k&l&m&n&o&p&q",
            &format!("http://x/{}", "a".repeat(1000)),
        ] {
            assert!(check(text, is_trap), "{text}");
        }
        for text in ["http://x/zwgk/zwgk/index.html", "http://x/art/2022/1/18/art_123_456.html"] {
            assert!(!check(text, is_trap), "{text}");
        }
    }

    #[test]
    fn columns_are_told_from_documents_by_address() {
        for text in [
            "http://x/zwgk/",
            "http://x/col/col1229381708/index.html",
            "http://x/zwgk/tzgg.htm",
            "http://x/zfxxgk/2021.htm",
        ] {
            assert_eq!(check(text, looks_like_column), text != "http://x/zfxxgk/2021.htm", "{text}");
        }
        for text in [
            "http://x/202201/t20220118_123.html",
            "http://x/art/2022/1/18/art_1229381708_48.html",
            "http://x/doc/448911.shtml",
        ] {
            assert!(!check(text, looks_like_column), "{text}");
        }
    }

    #[test]
    fn a_calendar_has_one_shape() {
        let shape_of = |text: &str| canonical(text).map(|url| shape(&url));
        assert_eq!(shape_of("http://x/cal?y=2022&m=1"), shape_of("http://x/cal?m=12&y=2023"));
        assert_eq!(shape_of("http://x/a/12/3.html"), shape_of("http://x/a/4/567.html"));
        assert_ne!(shape_of("http://x/a/12/3.html"), shape_of("http://x/b/12/3.html"));
    }

    #[test]
    fn files_are_no_pages() {
        assert!(!check("http://x/a/P020220118.PDF", may_be_page));
        assert!(check("http://x/a/b.jsp?file=a.pdf", may_be_page));
    }
}
