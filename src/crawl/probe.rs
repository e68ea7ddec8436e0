//! Soft 404s: what does the portal answer for an address that cannot exist? Whatever answers the same, does not exist;
//! and an answer that pretends success is a fault of its own.

use sha2::{Digest, Sha256};
use url::Url;

use super::{address, look::trouble};
use crate::model::{Capture, NotMeasurable, Nowhere, PageFacts, PageKind};

/// Pages longer than this are never taken for an error page by likeness alone.
const LONGEST_ERROR_PAGE: usize = 1500;

/// The portal's answer to an address that cannot exist, where it pretended success.
pub(super) struct Probe {
    final_url: String,
    redirected: bool,
    sha256: String,
    title: Option<String>,
    text_length: usize,
}

/// An address that looks like chance and is always the same for a portal, so that its log can be read.
pub(super) fn address(home: &Url) -> Option<String> {
    let digest = Sha256::digest(format!("soft 404 probe of {}", home.host_str().unwrap_or_default()));
    let name: String = digest.iter().take(10).map(|byte| format!("{byte:02x}")).collect();
    home.join(&format!("/{name}.html")).ok().map(String::from)
}

/// What the portal said of an address that cannot exist. `home_sha256` is the digest of its home page.
pub(super) fn nowhere(home: &Url, home_sha256: Option<&str>, capture: &Capture, facts: &PageFacts) -> Nowhere {
    let answered = address::canonical(&capture.final_url);
    let is = |test: fn(&Url, &Url) -> bool| answered.as_ref().is_some_and(|url| test(home, url));
    Nowhere {
        url: capture.url.clone(),
        final_url: capture.final_url.clone(),
        status: capture.status,
        cause: trouble(capture, facts, None).map(|(cause, _)| cause),
        home: is(|home, url| address::identity(home) == address::identity(url))
            || home_sha256 == Some(capture.sha256.as_str()),
        elsewhere: !is(address::is_of_portal),
        title: facts.title.clone().unwrap_or_default(),
        at: Some(capture.at),
        capture: Some(capture.id.clone()),
    }
}

/// The same where there was no answer.
pub(super) fn unanswered(failure: NotMeasurable) -> Nowhere {
    Nowhere { url: failure.url, cause: Some(failure.cause), at: failure.at, ..Nowhere::default() }
}

impl Probe {
    /// `None` where the portal answers honestly.
    pub(super) fn new(capture: &Capture, facts: &PageFacts) -> Option<Self> {
        (200..300).contains(&capture.status).then(|| Self {
            final_url: capture.final_url.clone(),
            redirected: !capture.hops.is_empty(),
            sha256: capture.sha256.clone(),
            title: facts.title.clone(),
            text_length: if facts.kind == PageKind::Home { usize::MAX } else { facts.text_length },
        })
    }

    /// Whether the page is the portal's way of saying that there is none. Not to be asked of the home page itself,
    /// to which many portals send whoever lost the way.
    pub(super) fn unmasks(&self, capture: &Capture, facts: &PageFacts) -> bool {
        let sent_to_same_place = self.redirected && !capture.hops.is_empty() && capture.final_url == self.final_url;
        let like = self.title == facts.title
            && facts.text_length.abs_diff(self.text_length) <= self.text_length / 50
            && facts.text_length <= LONGEST_ERROR_PAGE;
        capture.sha256 == self.sha256 || sent_to_same_place || like
    }
}
