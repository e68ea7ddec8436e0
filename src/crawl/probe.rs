//! Soft 404s: what does the portal answer for an address that cannot exist? Whatever answers the same, does not exist.

use sha2::{Digest, Sha256};
use url::Url;

use crate::model::{Capture, PageFacts, PageKind};

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
