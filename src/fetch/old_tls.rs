//! Old servers secure connections only in ways that rustls has given up (TLS 1.2 with RSA key exchange, above all). With
//! the cargo feature `native-tls` they are asked once more through the system's OpenSSL; that they need it is a fact about
//! them, and is kept with each answer. Without the feature the failure keeps its name.

use std::{
    collections::HashSet,
    sync::{Mutex, PoisonError},
};

use url::Url;

use super::failure::Failure;
use crate::model::Cause;

/// The second way to ask, and who needs it.
#[derive(Default)]
pub(super) struct OldTls {
    /// Made when the first portal needs it.
    client: Mutex<Option<reqwest::Client>>,
    /// `host:port`, known to need it from now on.
    hosts: Mutex<HashSet<String>>,
}

impl OldTls {
    /// Whether the failure is one that the second way may get round.
    pub(super) fn may_help(failure: &Failure) -> bool {
        cfg!(feature = "native-tls") && failure.cause == Cause::TlsNoCommonCipher
    }

    pub(super) fn is_needed_by(&self, url: &Url) -> bool {
        cfg!(feature = "native-tls")
            && url.scheme() == "https"
            && self.hosts.lock().unwrap_or_else(PoisonError::into_inner).contains(&key(url))
    }

    pub(super) fn remember(&self, url: &Url) {
        self.hosts.lock().unwrap_or_else(PoisonError::into_inner).insert(key(url));
    }

    /// The client that goes the second way; none where it cannot be made.
    pub(super) fn client(&self, builder: impl FnOnce() -> Option<reqwest::ClientBuilder>) -> Option<reqwest::Client> {
        let mut client = self.client.lock().unwrap_or_else(PoisonError::into_inner);
        if client.is_none() {
            *client = builder().and_then(through_openssl);
        }
        client.clone()
    }
}

/// What is told where the second way failed too: the certificate where that is what OpenSSL minds, and otherwise the first
/// failure, for the second one says no more.
pub(super) fn worse_of(first: Failure, second: Failure) -> Failure {
    const FAULTS: [(&str, Cause); 5] = [
        ("expired", Cause::TlsExpired),
        ("not yet valid", Cause::TlsExpired),
        ("ostname mismatch", Cause::TlsWrongHost),
        ("IP address mismatch", Cause::TlsWrongHost),
        ("certificate verify failed", Cause::TlsUnknownIssuer),
    ];
    match second.cause {
        // OpenSSL's errors carry no types, only these words.
        Cause::Other | Cause::Tls => match FAULTS.iter().find(|(words, _)| second.detail.contains(words)) {
            Some((_, cause)) => Failure { cause: *cause, ..second },
            None => first,
        },
        _ => second,
    }
}

fn key(url: &Url) -> String {
    format!("{}:{}", url.host_str().unwrap_or_default(), url.port_or_known_default().unwrap_or_default())
}

#[cfg(feature = "native-tls")]
fn through_openssl(builder: reqwest::ClientBuilder) -> Option<reqwest::Client> {
    let client = builder.tls_backend_native().tls_version_min(reqwest::tls::Version::TLS_1_0).build();
    client.inspect_err(|error| tracing::warn!("OpenSSL cannot be used for old servers: {error}")).ok()
}

#[cfg(not(feature = "native-tls"))]
fn through_openssl(_: reqwest::ClientBuilder) -> Option<reqwest::Client> {
    None
}
