//! How the HTTP client is set up: whom it trusts, and what it puts up with.

use std::{
    sync::{Arc, Once},
    time::Duration,
};

use reqwest::Certificate;

use super::{Settings, address_guard::AddressGuard};

/// Most headers of an answer; hyper bounds their size to about 400 KiB.
const MOST_HEADERS: usize = 200;

/// The client for the usual way. `system_certificates`: trusts the authorities of the system too.
pub(super) fn build(
    settings: &Settings,
    guard: &AddressGuard,
    system_certificates: bool,
) -> Result<reqwest::Client, reqwest::Error> {
    static PROVIDER: Once = Once::new();
    PROVIDER.call_once(|| {
        // An error says only that the program installed one already.
        drop(rustls::crypto::ring::default_provider().install_default());
    });
    let builder = builder(settings, guard)?.tls_backend_rustls();
    if system_certificates { builder.build() } else { builder.tls_certs_only(authorities(settings)?).build() }
}

/// What both ways have in common.
pub(super) fn builder(settings: &Settings, guard: &AddressGuard) -> Result<reqwest::ClientBuilder, reqwest::Error> {
    let builder = reqwest::Client::builder()
        .user_agent(&settings.user_agent)
        .dns_resolver(Arc::new(guard.clone()))
        // A proxy of the environment would see, and could answer, every request; and it resolves names unguarded.
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .tls_info(true)
        // One or two kept connections a host gain nothing from HTTP/2, which has its own ways of getting stuck.
        .http1_only()
        .http1_max_headers(MOST_HEADERS)
        .http1_ignore_invalid_headers_in_responses(true)
        .http1_allow_obsolete_multiline_headers_in_responses(true)
        .http1_allow_spaces_after_header_name_in_responses(true)
        .connect_timeout(settings.connect_timeout)
        .pool_max_idle_per_host(settings.concurrency_per_host.max(1))
        .pool_idle_timeout(Duration::from_secs(20));
    Ok(builder.tls_certs_merge(authorities(settings)?))
}

fn authorities(settings: &Settings) -> Result<Vec<Certificate>, reqwest::Error> {
    settings.authorities.iter().map(|der| Certificate::from_der(der)).collect()
}
