//! Where an answer sends us on to. Redirects are followed by hand, so that every hop passes the robots, address and
//! rate rules and is kept as evidence.

use reqwest::header::{HeaderMap, LOCATION};
use url::Url;

/// A page that only sends its reader on is no longer than this.
const LONGEST_SIGNPOST: usize = 2048;

/// The address a redirect names; `None` where the answer is no redirect or names nothing usable.
pub(super) fn target(url: &Url, status: u16, headers: &HeaderMap) -> Option<Url> {
    if !matches!(status, 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    // Old servers put raw UTF-8 or GBK bytes here; the lossy reading is right for the former.
    let location = String::from_utf8_lossy(headers.get(LOCATION)?.as_bytes()).into_owned();
    join(url, &location)
}

/// The address that a short page without links sends its reader on to, by META refresh or by `location.href = "…"`.
/// Many old home pages are nothing else.
pub(super) fn signpost(url: &Url, status: u16, body: &[u8]) -> Option<Url> {
    if status != 200 || body.len() > LONGEST_SIGNPOST {
        return None;
    }
    let text = String::from_utf8_lossy(body);
    // ASCII lowering keeps every byte in its place, so that offsets hold in both.
    let low = text.to_ascii_lowercase();
    // A page that sets a cookie first is a shield that wants proof of a browser; that is recorded, not answered.
    if ["<a ", "<form", "cookie"].iter().any(|mark| low.contains(mark)) {
        return None;
    }
    let next = join(url, by_meta(&text, &low).or_else(|| by_script(&text, &low))?)?;
    (next != *url).then_some(next)
}

fn by_meta<'a>(text: &'a str, low: &str) -> Option<&'a str> {
    let tag =
        low.find("http-equiv").filter(|at| low[*at..].chars().take(24).collect::<String>().contains("refresh"))?;
    let end = tag + low[tag..].find('>')?;
    let begin = tag + low[tag..end].find("url=")? + "url=".len();
    let address = text[begin..end].trim_start_matches(['\'', '"', ' ']);
    address.split(['\'', '"', ' ']).next().filter(|address| !address.is_empty())
}

fn by_script<'a>(text: &'a str, low: &str) -> Option<&'a str> {
    let at = low.find("location")?;
    // Whoever builds an address of parts, or mentions several, is no plain signpost.
    if low[at + "location".len()..].contains("location") {
        return None;
    }
    let begin = at + low[at..].find(['\'', '"'])? + 1;
    let between = &low[at + "location".len()..begin - 1];
    if !matches!(between.replace(' ', "").as_str(), "=" | ".href=" | ".replace(" | ".assign(") {
        return None;
    }
    let rest = &text[begin..];
    let end = rest.find(['\'', '"'])?;
    let follows = rest[end + 1..].trim_start();
    (!follows.starts_with('+')).then_some(&rest[..end])
}

fn join(url: &Url, address: &str) -> Option<Url> {
    let mut next = url.join(address.trim()).ok()?;
    next.set_fragment(None);
    Some(next)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent_to(body: &str) -> Option<String> {
        let url = Url::parse("http://www.heyuan.gov.cn/a/").ok()?;
        signpost(&url, 200, body.as_bytes()).map(String::from)
    }

    #[test]
    fn signposts_are_read() {
        let cases = [
            (r#"<meta http-equiv="refresh" content="0;url=index.html">"#, "http://www.heyuan.gov.cn/a/index.html"),
            (r#"<META HTTP-EQUIV=Refresh CONTENT='0; URL=/zwgk/' />"#, "http://www.heyuan.gov.cn/zwgk/"),
            (r#"<meta http-equiv=refresh content=0;url=/zwgk>"#, "http://www.heyuan.gov.cn/zwgk"),
            (r#"<script>window.location.href = "./Home.shtml";</script>"#, "http://www.heyuan.gov.cn/a/Home.shtml"),
            ("<title>跳转</title><script>location.replace('/b/')</script>", "http://www.heyuan.gov.cn/b/"),
        ];
        for (body, expected) in cases {
            assert_eq!(sent_to(body).as_deref(), Some(expected), "{body}");
        }
    }

    #[test]
    fn other_pages_are_none() {
        for body in [
            "<a href='/x'>x</a><script>location.href='/y'</script>",
            "<script>location.href = '/y?' + Math.random();</script>",
            "<script>if (window.location.protocol != 'https:') {}</script>",
            "<script>var back = location.href; top.location = '/y';</script>",
            r#"<meta http-equiv="refresh" content="30">"#,
            "<script>document.cookie='c=1';location.href='/y'</script>",
            "<p>location of the office: \"3 Main Street\"</p>",
        ] {
            assert_eq!(sent_to(body), None, "{body}");
        }
    }
}
