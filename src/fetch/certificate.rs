//! Until when the certificates of the hosts that were asked are valid.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use jiff::Timestamp;
use reqwest::tls::TlsInfo;
use url::Url;
use x509_parser::parse_x509_certificate;

use super::Client;
use crate::model::Certificate;

/// By host name, as the first answer over TLS showed it.
#[derive(Default)]
pub(super) struct Certificates {
    until: Mutex<BTreeMap<String, Timestamp>>,
}

impl Certificates {
    /// Notes the certificate of whoever sent the answer.
    pub(super) fn note(&self, url: &Url, response: &reqwest::Response) {
        let Some(host) = url.host_str().filter(|_| url.scheme() == "https") else { return };
        let mut known = self.until.lock().unwrap_or_else(PoisonError::into_inner);
        if known.contains_key(host) {
            return;
        }
        let der = response.extensions().get::<TlsInfo>().and_then(TlsInfo::peer_certificate);
        if let Some(until) = der.and_then(end_of_validity) {
            known.insert(host.to_owned(), until);
        }
    }
}

/// notAfter of a certificate in DER.
fn end_of_validity(der: &[u8]) -> Option<Timestamp> {
    let (_, certificate) = parse_x509_certificate(der).ok()?;
    Timestamp::from_second(certificate.validity().not_after.timestamp()).ok()
}

impl Client {
    /// The certificate that the address's host showed, or is stated to have shown; none where it was not asked over TLS.
    pub fn certificate(&self, url: &str) -> Option<Certificate> {
        let url = Url::parse(url).ok()?;
        let host = url.host_str()?;
        if let Some(until) = self.settings().stated_certificates.get(host) {
            return Some(Certificate { host: host.to_owned(), until: *until });
        }
        let host = Some(host).filter(|_| url.scheme() == "https")?;
        let until = *self.certificates.until.lock().unwrap_or_else(PoisonError::into_inner).get(host)?;
        Some(Certificate { host: host.to_owned(), until })
    }
}
