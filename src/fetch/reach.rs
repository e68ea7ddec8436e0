//! Whether there is anything at an address: asked for as cheaply as servers allow, and once.

use url::Url;

use super::{Client, Patience, client::Asking, failure::cause_of_answer};
use crate::model::{Capture, Cause, NotMeasurable};

impl Client {
    /// Asks for the head of an address alone; for its opening too where that says no, for many servers mean nothing by
    /// what they answer to HEAD.
    ///
    /// # Errors
    /// As [`Client::get`].
    pub async fn reach(&self, url: &str) -> Result<(Capture, Vec<u8>), NotMeasurable> {
        let head = self.ask_for(url, Patience::Once, Asking::Head).await;
        let is_to_blame = match &head {
            Ok((capture, _)) => !matches!(cause_of_answer(capture), None | Some(Cause::Throttled)),
            // Servers that do not know HEAD hang up on it.
            Err(failure) => matches!(failure.cause, Cause::Reset | Cause::MalformedHttp | Cause::Truncated),
        };
        if is_to_blame { self.opening(url).await } else { head }
    }

    /// Asks for an address, and reads no more of the answer than shows what it is.
    ///
    /// # Errors
    /// As [`Client::get`].
    pub async fn opening(&self, url: &str) -> Result<(Capture, Vec<u8>), NotMeasurable> {
        self.ask_for(url, Patience::Once, Asking::Opening).await
    }

    /// Whether it is certain that the host's name does not exist: not merely that it could not be found out.
    pub async fn is_unknown_name(&self, url: &str) -> bool {
        match Url::parse(url).ok().as_ref().and_then(Url::domain) {
            Some(host) => self.guard.is_unknown(host).await,
            None => false,
        }
    }
}
