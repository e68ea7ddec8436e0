//! The browser as the rest of the program sees it: where it is found, what it may cost, what it makes of a page. Only a
//! program built with the feature `browser` has one; without it, such pages stay "needs a browser".

use std::{path::PathBuf, time::Duration};

use sha2::{Digest, Sha256};

use super::{Client, client::hex};
use crate::model::{Capture, Rendered, RenderedPart, whole_microseconds};

#[cfg(feature = "browser")]
pub use super::chromium::Browser;

/// How the browser is found, and what it may cost a portal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrowserSettings {
    /// The program; none: `chromium`, `chromium-browser` or `google-chrome`, whichever is on the PATH.
    pub program: Option<PathBuf>,
    /// Most pages of one portal a night; 0: no browser.
    pub max_pages: usize,
    /// For one page, all its scripts and data included.
    pub timeout: Duration,
}

impl Default for BrowserSettings {
    fn default() -> Self {
        Self { program: None, max_pages: 50, timeout: Duration::from_secs(60) }
    }
}

/// This program cannot use a browser.
#[cfg(not(feature = "browser"))]
#[derive(Clone, Copy, Debug)]
pub enum Browser {}

#[cfg(not(feature = "browser"))]
impl Browser {
    /// None: this program was built without the feature `browser`.
    pub fn find(settings: &BrowserSettings) -> Option<Self> {
        if settings.program.is_some() {
            tracing::warn!(
                "[browser] is configured, but this program was built without it: cargo build --features browser"
            );
        }
        None
    }

    #[expect(clippy::unused_async, reason = "as with a browser")]
    async fn render(&self, _: &Client, _: &Capture, _: &[u8]) -> Result<Rendering, String> {
        match *self {}
    }
}

/// A page after its scripts ran.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rendering {
    /// Where the page is now; scripts may have led elsewhere.
    pub url: String,
    /// The document as HTML in UTF-8, with its byte-order mark.
    pub html: Vec<u8>,
    /// True where it was longer than the limit of a body.
    pub truncated: bool,
    /// PNG.
    pub screenshot: Option<Vec<u8>>,
    /// False where the time ran out before everything was loaded.
    pub loaded: bool,
    /// What the scripts asked for and did not get: some of the addresses.
    pub missing: Vec<String>,
}

impl Client {
    /// Shows an answer in the browser, and reads the page that its scripts make of it. None where there is no browser.
    ///
    /// # Errors
    /// Where it could not be shown: why, in Chinese.
    pub async fn render(&self, answer: &Capture, body: &[u8]) -> Option<Result<Rendering, String>> {
        let browser = self.settings().browser.as_ref()?;
        Some(browser.render(self, answer, body).await)
    }

    /// What the browser made of an answer, as captures of their own: the document, then its picture if there is one.
    pub fn rendered(&self, answer: &Capture, rendering: Rendering) -> Vec<(Capture, Vec<u8>)> {
        let capture = |part, kind: &str, content: &[u8]| {
            let sha256 = hex(&Sha256::digest(content));
            Capture {
                id: self.capture_id(&format!("{}#{kind}", answer.url), &sha256),
                final_url: rendering.url.clone(),
                at: whole_microseconds(self.now()),
                headers: vec![("content-type".to_owned(), kind.to_owned())],
                sha256,
                bytes: content.len() as u64,
                truncated: part == RenderedPart::Page && rendering.truncated,
                location: None,
                revisit: None,
                rendered: Some(Rendered {
                    part,
                    of: answer.id.clone(),
                    of_at: answer.at,
                    loaded: rendering.loaded,
                    missing: rendering.missing.clone(),
                }),
                ..answer.clone()
            }
        };
        let mut made = vec![capture(RenderedPart::Page, "text/html; charset=utf-8", &rendering.html)];
        made.extend(rendering.screenshot.as_deref().map(|png| capture(RenderedPart::Screenshot, "image/png", png)));
        made.into_iter().zip(std::iter::once(rendering.html).chain(rendering.screenshot)).collect()
    }
}
