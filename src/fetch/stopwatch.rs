//! How long an answer took: what a person who opens the page waits, not what we wait until it is our turn to ask.

use std::time::Duration;

use super::{Client, Patience, client::Asking};
use crate::model::{Capture, NotMeasurable};

/// Times of an answer, from asking; its redirects are part of both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Took {
    /// To the first byte of the answer that was no redirect.
    pub first_byte: Duration,
    /// To its last byte.
    pub whole: Duration,
}

impl Took {
    /// The same for whoever waited through redirects first.
    pub(super) fn after(self, redirects: Duration) -> Self {
        Self { first_byte: redirects + self.first_byte, whole: redirects + self.whole }
    }
}

impl Client {
    /// Asks for an address with the usual patience, and says how long the answer took.
    ///
    /// # Errors
    /// As [`Client::get`].
    pub async fn get_timed(&self, url: &str) -> Result<(Capture, Vec<u8>, Took), NotMeasurable> {
        self.ask_timed(url, Patience::Usual, Asking::Plainly).await
    }
}
