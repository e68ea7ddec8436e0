//! Asking for a page only if it has changed (RFC 9110, 13): what an earlier answer left to ask with, and which headers
//! the page has when the portal says that it has not.

use jiff::{SignedDuration, Timestamp};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue, IF_MODIFIED_SINCE, IF_NONE_MATCH};
use url::Url;

use crate::model::Capture;

/// A page that calls itself changed within this time before it was sent is made anew for every visitor, or may have
/// changed once more within the same second (RFC 9110, 8.8.2.2): that date proves nothing.
const SETTLED: SignedDuration = SignedDuration::from_secs(60);

/// Longest value that is sent back.
const LONGEST: usize = 512;

/// An ETag that no page has, and a date before every page.
const NOBODYS_ETAG: &str = "\"mingcha-asks-whether-you-compare\"";
const NOBODYS_DATE: &str = "Mon, 01 Jan 1990 00:00:00 GMT";

/// What makes a request conditional.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Validators {
    /// The address that gave them; no other is asked with them.
    url: String,
    etag: Option<String>,
    modified: Option<String>,
}

impl Validators {
    /// What an answer left to ask with; none where it left nothing that can be relied on.
    pub fn of(capture: &Capture) -> Option<Self> {
        let usable = |value: &&str| {
            let plain = value.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ');
            !value.is_empty() && value.len() <= LONGEST && plain
        };
        let etag = capture.header("etag").map(str::trim).filter(usable).map(ToOwned::to_owned);
        let modified = capture.header("last-modified").map(str::trim).filter(usable).filter(|modified| {
            let sent = capture.header("date").and_then(moment).unwrap_or(capture.at);
            moment(modified).is_some_and(|modified| sent.duration_since(modified) >= SETTLED)
        });
        let modified = modified.map(ToOwned::to_owned);
        (etag.is_some() || modified.is_some()).then(|| Self { url: capture.final_url.clone(), etag, modified })
    }

    /// Validators that fit no page, for an address that has validators of its own: a server that compares sends the
    /// whole page, one that answers 304 to these would answer so to any.
    pub fn of_no_page(capture: &Capture) -> Option<Self> {
        Self::of(capture).map(|own| Self {
            etag: own.etag.map(|_| NOBODYS_ETAG.to_owned()),
            modified: own.modified.map(|_| NOBODYS_DATE.to_owned()),
            url: own.url,
        })
    }

    /// Whether a server that compares these would take the two for the same page.
    pub fn agree(&self, other: &Self) -> bool {
        match (&self.etag, &other.etag) {
            (Some(one), Some(other)) => one.trim_start_matches("W/") == other.trim_start_matches("W/"),
            (None, None) => self.modified.is_some() && self.modified == other.modified,
            _ => false,
        }
    }

    pub(super) fn are_of(&self, url: &Url) -> bool {
        self.url == url.as_str()
    }

    pub(super) fn headers(&self) -> HeaderMap {
        let pairs: [(HeaderName, &Option<String>); 2] =
            [(IF_NONE_MATCH, &self.etag), (IF_MODIFIED_SINCE, &self.modified)];
        let value = |text: &String| HeaderValue::from_str(text).ok();
        pairs.into_iter().filter_map(|(name, text)| Some((name, text.as_ref().and_then(value)?))).collect()
    }
}

/// The headers of a page that has not changed: those of the 304, and from the earlier answer what describes the page
/// itself, for some servers put a content type of their own making into a 304.
pub(super) fn renewed(answer: &[(String, String)], known: &[(String, String)]) -> Vec<(String, String)> {
    let describes = |name: &str| name.to_ascii_lowercase().starts_with("content-");
    let mut headers: Vec<(String, String)> = answer.iter().filter(|(name, _)| !describes(name)).cloned().collect();
    for (name, value) in known {
        let lasting = describes(name) || ["etag", "last-modified"].iter().any(|kept| name.eq_ignore_ascii_case(kept));
        if lasting && !headers.iter().any(|(own, _)| own.eq_ignore_ascii_case(name)) {
            headers.push((name.clone(), value.clone()));
        }
    }
    headers
}

fn moment(text: &str) -> Option<Timestamp> {
    Some(jiff::fmt::rfc2822::parse(text).ok()?.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn capture(headers: &[(&str, &str)]) -> Capture {
        Capture {
            id: String::new(),
            url: "http://x.gov.cn/".to_owned(),
            final_url: "http://x.gov.cn/".to_owned(),
            hops: Vec::new(),
            at: Timestamp::UNIX_EPOCH,
            status: 200,
            headers: headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
            sha256: String::new(),
            bytes: 0,
            truncated: false,
            attempts: 1,
            location: None,
            revisit: None,
            conditions: Vec::new(),
            old_tls: false,
            rendered: None,
        }
    }

    const DATE: (&str, &str) = ("date", "Tue, 18 Jan 2022 01:01:30 GMT");

    #[test]
    fn dates_that_prove_nothing_are_not_asked_with() {
        let of = |modified: &str| Validators::of(&capture(&[DATE, ("Last-Modified", modified)]));
        assert!(of("Mon, 17 Jan 2022 01:01:30 GMT").is_some());
        assert!(of("Tue, 18 Jan 2022 01:01:30 GMT").is_none(), "made for this visitor");
        assert!(of("Wed, 19 Jan 2022 01:01:30 GMT").is_none(), "in the future");
        assert!(of("yesterday").is_none());
        assert!(Validators::of(&capture(&[("etag", "")])).is_none());
        assert!(Validators::of(&capture(&[("etag", "W/\"a\"")])).is_some());
        assert!(Validators::of(&capture(&[("etag", "\"好\"")])).is_none());
    }

    #[test]
    fn validators_agree_where_a_server_would_answer_304() {
        let of = |headers: &[(&str, &str)]| Validators::of(&capture(headers)).unwrap();
        let (old, new) = ("Mon, 17 Jan 2022 01:01:30 GMT", "Mon, 17 Jan 2022 02:01:30 GMT");
        let etag = of(&[("etag", "\"a\"")]);
        assert!(etag.agree(&of(&[("etag", "W/\"a\"")])));
        assert!(!etag.agree(&of(&[("etag", "\"b\"")])));
        assert!(!etag.agree(&of(&[DATE, ("last-modified", old)])));
        assert!(of(&[DATE, ("last-modified", old)]).agree(&of(&[DATE, ("last-modified", old)])));
        assert!(!of(&[DATE, ("last-modified", old)]).agree(&of(&[DATE, ("last-modified", new)])));
    }

    #[test]
    fn a_304_does_not_change_what_describes_the_page() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let known = [pair("Content-Type", "text/html; charset=gbk"), pair("etag", "\"a\""), pair("set-cookie", "s=1")];
        let answer = [pair("content-type", "text/html"), pair("date", "now")];
        let expected = [pair("date", "now"), pair("Content-Type", "text/html; charset=gbk"), pair("etag", "\"a\"")];
        assert_eq!(renewed(&answer, &known), expected);
    }
}
