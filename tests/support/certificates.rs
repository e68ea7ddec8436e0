//! An authority of our own, and servers whose certificates are wrong in one way each.

use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair, date_time_ymd,
};
use serde::Deserialize;
use tokio_rustls::rustls::{
    ServerConfig,
    crypto::ring,
    pki_types::{CertificateDer, PrivatePkcs8KeyDer},
};

/// What is wrong with a server's TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Flaw {
    /// Nothing.
    Sound,
    Expired,
    NotYetValid,
    WrongHost,
    /// Signed by an authority nobody knows.
    UnknownIssuer,
    /// Signed by itself, and allowed to sign others.
    SelfSigned,
    /// Takes the connection and never shakes hands.
    Silent,
}

/// An authority that the client is told to trust.
pub struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
}

impl Authority {
    pub fn new(name: &str) -> Self {
        let mut params = CertificateParams::new(Vec::new()).expect("parameters");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, name);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().expect("a key")).expect("a certificate");
        Self { issuer }
    }

    pub fn der(&self) -> Vec<u8> {
        self.issuer.der().to_vec()
    }

    /// The TLS set-up of a server for `host`.
    pub fn server(&self, flaw: Flaw, host: &str) -> Arc<ServerConfig> {
        let key = KeyPair::generate().expect("a key");
        let name = if flaw == Flaw::WrongHost { "www.qinghe.gov.cn" } else { host };
        let mut params = CertificateParams::new(vec![name.to_owned()]).expect("parameters");
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        (params.not_before, params.not_after) = match flaw {
            Flaw::Expired => (date_time_ymd(2019, 1, 1), date_time_ymd(2020, 1, 1)),
            Flaw::NotYetValid => (date_time_ymd(2120, 1, 1), date_time_ymd(2121, 1, 1)),
            _ => (date_time_ymd(2019, 1, 1), date_time_ymd(2120, 1, 1)),
        };
        let certificate = match flaw {
            Flaw::SelfSigned => {
                params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
                params.self_signed(&key)
            }
            Flaw::UnknownIssuer => params.signed_by(&key, &Authority::new("Nobody's authority").issuer),
            _ => params.signed_by(&key, &self.issuer),
        };
        let chain = vec![CertificateDer::from(certificate.expect("a certificate").der().to_vec())];
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("TLS 1.2 and 1.3")
            .with_no_client_auth()
            .with_single_cert(chain, PrivatePkcs8KeyDer::from(key.serialize_der()).into())
            .expect("a certificate and its key");
        Arc::new(config)
    }
}
