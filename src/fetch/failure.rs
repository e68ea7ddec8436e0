//! Every way in which a portal fails to answer has its own name.

use std::{error::Error, fmt, io};

use super::address_guard::AddressRefused;
use crate::model::{Capture, Cause};

/// Why no answer came.
#[derive(Clone, Debug)]
pub(super) struct Failure {
    pub(super) cause: Cause,
    pub(super) detail: String,
    /// False where the portal was not asked for the address at all, so that asking again at once is no use.
    pub(super) asked: bool,
}

impl Failure {
    pub(super) fn new(cause: Cause, detail: impl Into<String>) -> Self {
        Self { cause, detail: detail.into(), asked: true }
    }

    pub(super) fn unasked(cause: Cause, detail: impl Into<String>) -> Self {
        Self { asked: false, ..Self::new(cause, detail) }
    }

    /// Names an error from connecting up to the head of the answer.
    pub(super) fn of_request(error: &reqwest::Error) -> Self {
        let cause = match chain(error).find_map(name_of_link) {
            // A refused address comes through the resolver too, but is no fault of DNS.
            Some(Cause::PrivateAddress) => Cause::PrivateAddress,
            _ if error.is_dns() => Cause::Dns,
            Some(Cause::Timeout) | None if error.is_timeout() && error.is_connect() => Cause::ConnectTimeout,
            Some(cause) => cause,
            None if error.is_timeout() => Cause::Timeout,
            None => Cause::Other,
        };
        // OpenSSL says what is wrong with a certificate one link above the innermost.
        let certificate = chain(error).map(ToString::to_string).find(|link| link.contains("certificate verify failed"));
        Self::new(cause, certificate.unwrap_or_else(|| innermost(error)))
    }

    /// Names an error within the body, `read` bytes into it.
    pub(super) fn of_body(error: &reqwest::Error, read: usize) -> Self {
        let cause = match chain(error).find_map(name_of_link) {
            // hyper says so when the connection closes before Content-Length or the last chunk.
            Some(Cause::Reset) if says(error, "before message length") || says(error, "EOF during chunk") => {
                Cause::Truncated
            }
            Some(Cause::Timeout) => Cause::BodyTimeout,
            Some(cause) => cause,
            None if says(error, "chunk size") => Cause::MalformedHttp,
            None => Cause::Truncated,
        };
        Self::new(cause, format!("收到{read}字节后：{}", innermost(error)))
    }
}

impl From<AddressRefused> for Failure {
    fn from(refused: AddressRefused) -> Self {
        Self::new(Cause::PrivateAddress, refused.to_string())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.detail)
    }
}

/// The error and everything beneath it. `io::Error` hides the error it wraps from `source`, so it is opened by hand.
fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error| {
        let error: &'a (dyn Error + 'static) = *error;
        match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(inner) => Some(inner as &(dyn Error + 'static)),
            None => error.source(),
        }
    })
}

fn innermost(error: &(dyn Error + 'static)) -> String {
    chain(error).last().map_or_else(|| error.to_string(), ToString::to_string)
}

fn says(error: &(dyn Error + 'static), words: &str) -> bool {
    chain(error).any(|link| link.to_string().contains(words))
}

fn name_of_link(link: &(dyn Error + 'static)) -> Option<Cause> {
    if link.is::<AddressRefused>() {
        return Some(Cause::PrivateAddress);
    }
    if let Some(error) = link.downcast_ref::<rustls::Error>() {
        return Some(name_of_tls(error));
    }
    if let Some(error) = link.downcast_ref::<io::Error>() {
        return match error.kind() {
            // The server hung up on the handshake: it speaks another protocol, or only 国密.
            io::ErrorKind::UnexpectedEof if error.to_string().contains("tls handshake") => Some(Cause::Tls),
            io::ErrorKind::ConnectionRefused => Some(Cause::Refused),
            io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::BrokenPipe
            | io::ErrorKind::UnexpectedEof => Some(Cause::Reset),
            io::ErrorKind::TimedOut => Some(Cause::Timeout),
            io::ErrorKind::NetworkUnreachable | io::ErrorKind::NetworkDown => Some(Cause::OurOutage),
            _ => None,
        };
    }
    // hyper's own errors are private types; these words are pinned by tests/fetch.rs.
    let text = link.to_string();
    if text.contains("before message completed") || text.contains("before message length") {
        return Some(Cause::Reset);
    }
    if text.contains("message head is too large") {
        return Some(Cause::TooLarge);
    }
    // "invalid HTTP version parsed", "invalid content-length parsed", "unexpected transfer-encoding parsed" …
    text.ends_with(" parsed").then_some(Cause::MalformedHttp)
}

/// Why no secure connection came about.
fn name_of_tls(error: &rustls::Error) -> Cause {
    use rustls::{AlertDescription as Alert, CertificateError as Fault, Error, InvalidMessage};
    match error {
        Error::InvalidCertificate(fault) => match fault {
            Fault::Expired | Fault::ExpiredContext { .. } | Fault::NotValidYet | Fault::NotValidYetContext { .. } => {
                Cause::TlsExpired
            }
            Fault::NotValidForName | Fault::NotValidForNameContext { .. } => Cause::TlsWrongHost,
            Fault::UnknownIssuer | Fault::BadSignature => Cause::TlsUnknownIssuer,
            // How webpki, which rustls asks, calls a self-signed certificate that may sign others.
            Fault::Other(other) if other.to_string().contains("CaUsedAsEndEntity") => Cause::TlsUnknownIssuer,
            _ => Cause::Tls,
        },
        // A 国密 server answers with the version of TLCP (GB/T 38636-2020), 1.1, or refuses every method offered.
        Error::PeerIncompatible(_)
        | Error::InvalidMessage(InvalidMessage::UnknownProtocolVersion)
        | Error::AlertReceived(Alert::HandshakeFailure | Alert::ProtocolVersion | Alert::InsufficientSecurity) => {
            Cause::TlsNoCommonCipher
        }
        _ => Cause::Tls,
    }
}

/// Why an answer is not the page that was asked for, by its status and headers alone; `None` for a success.
/// Whether a success is really a shield, a login or an error page is for `observe` to see.
pub fn cause_of_answer(capture: &Capture) -> Option<Cause> {
    Some(match capture.status {
        200..=201 | 203 => return None,
        404 | 410 => Cause::NotFound,
        // 202, 412 and 521 are the first answers of the common bot shields (瑞数, 加速乐), never of a portal's page.
        202 | 412 | 521 => Cause::BotShield,
        401 | 403 | 451 => Cause::Forbidden,
        429 => Cause::Throttled,
        503 if capture.header("retry-after").is_some() => Cause::Throttled,
        400..=499 => Cause::ClientError,
        500..=599 => Cause::ServerError,
        _ => Cause::Other,
    })
}

/// Whether the trouble may be over by the end of the visit.
pub fn is_transient(cause: Cause) -> bool {
    matches!(
        cause,
        Cause::Dns
            | Cause::Refused
            | Cause::Reset
            | Cause::ConnectTimeout
            | Cause::Timeout
            | Cause::BodyTimeout
            | Cause::Throttled
            | Cause::ServerError
            | Cause::Truncated
            | Cause::OurOutage
    )
}
