//! Where an answer sends us on to. Redirects are followed by hand, so that every hop passes the robots, address and
//! rate rules and is kept as evidence.

use reqwest::header::{HeaderMap, LOCATION};
use url::Url;

/// The address a redirect names; `None` where the answer is no redirect or names nothing usable.
pub(super) fn target(url: &Url, status: u16, headers: &HeaderMap) -> Option<Url> {
    if !matches!(status, 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    // Old servers put raw UTF-8 or GBK bytes here; the lossy reading is right for the former.
    let location = String::from_utf8_lossy(headers.get(LOCATION)?.as_bytes()).into_owned();
    let mut next = url.join(location.trim()).ok()?;
    next.set_fragment(None);
    Some(next)
}
