//! How much of a body is read: up to a number of bytes counted after decompression, so that neither an endless body nor
//! a decompression bomb costs more than the limit; never longer silent than the idle limit; never past the deadline.

use std::time::Duration;

use tokio::time::{Instant, timeout_at};
use url::Url;

use super::{failure::Failure, ledger::Ledger};
use crate::model::Cause;

/// As much is read of what is no page, for evidence.
pub(super) const SNIFF_BYTES: u64 = 64 * 1024;

pub(super) struct Limits {
    pub(super) bytes: u64,
    pub(super) idle: Duration,
    pub(super) deadline: Instant,
}

/// Reads the body; the flag is true where it was cut at the limit.
pub(super) async fn read(
    response: &mut reqwest::Response,
    limits: &Limits,
    ledger: &Ledger,
) -> Result<(Vec<u8>, bool), Failure> {
    let mut body = Vec::new();
    loop {
        let idle_until = Instant::now() + limits.idle;
        let chunk = match timeout_at(idle_until.min(limits.deadline), response.chunk()).await {
            Ok(Ok(Some(chunk))) => chunk,
            Ok(Ok(None)) => return Ok((body, false)),
            Ok(Err(error)) => return Err(Failure::of_body(&error, body.len())),
            Err(_) => {
                let stage = if idle_until <= limits.deadline { "服务器不再发送" } else { "传输过慢" };
                return Err(Failure::new(Cause::BodyTimeout, format!("收到{}字节后{stage}", body.len())));
            }
        };
        ledger.received(chunk.len());
        let room = usize::try_from(limits.bytes).unwrap_or(usize::MAX) - body.len();
        if chunk.len() > room {
            body.extend_from_slice(&chunk[..room]);
            return Ok((body, true));
        }
        body.extend_from_slice(&chunk);
    }
}

/// As much is read of an answer of that kind.
pub(super) fn most_bytes(url: &Url, headers: &[(String, String)], most: u64) -> u64 {
    if may_be_page(headers) || is_read_whole(url) { most } else { SNIFF_BYTES }
}

/// A file of a kind that is read for what it says, whatever type it is sent as; asked for by its name only.
fn is_read_whole(url: &Url) -> bool {
    let path = url.path().to_ascii_lowercase();
    path == "/robots.txt" || [".pdf", ".docx", ".xlsx"].iter().any(|ending| path.ends_with(ending))
}

fn may_be_page(headers: &[(String, String)]) -> bool {
    match headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-type")) {
        Some((_, kind)) => {
            let kind = kind.to_ascii_lowercase();
            kind.starts_with("text/")
                || kind.contains("html")
                || kind.contains("xml")
                || kind.contains("json")
                || kind.contains("gzip")
        }
        None => true,
    }
}
