//! One WARC 1.1 record as one gzip member, out and in. (ISO 28500:2017; the text of the standard is at
//! iipc.github.io/warc-specifications.)
//!
//! The stored body is the decoded one: what the browser of an inspector would have shown. Headers that describe the
//! transfer and would now be wrong are kept under another name (`X-Archive-Orig-…`, as other crawlers do).

use std::{
    fmt::Write as _,
    io::{self, BufRead, BufReader, Read, Write as _},
};

use flate2::{Compression, bufread::GzDecoder, write::GzEncoder};
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::model::Capture;

/// Headers that describe the body as it was transferred, not as it is stored.
const TRANSFER_HEADERS: &[&str] = &["content-encoding", "content-length", "transfer-encoding"];

/// The record that begins every file: who wrote it and how to read it.
pub(super) fn info(file_name: &str, at: Timestamp) -> Vec<u8> {
    let block = format!(
        "software: mingcha/{}\r\nformat: WARC File Format 1.1\r\n\
         conformsTo: http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/\r\n",
        env!("CARGO_PKG_VERSION")
    );
    let mut head = String::from("WARC/1.1\r\nWARC-Type: warcinfo\r\n");
    let _ = write!(head, "WARC-Date: {at}\r\nWARC-Filename: {file_name}\r\n");
    let _ = write!(head, "WARC-Record-ID: {}\r\n", record_id(&[file_name, &at.to_string()]));
    let _ = write!(head, "Content-Type: application/warc-fields\r\nContent-Length: {}\r\n\r\n", block.len());
    member(&[head.as_bytes(), block.as_bytes(), b"\r\n\r\n"])
}

/// A response record.
pub(super) fn response(capture: &Capture, body: &[u8]) -> Vec<u8> {
    let mut http = format!("HTTP/1.1 {} {}\r\n", capture.status, reason(capture.status));
    for (name, value) in &capture.headers {
        let orig = if TRANSFER_HEADERS.contains(&name.to_ascii_lowercase().as_str()) { "X-Archive-Orig-" } else { "" };
        let _ = write!(http, "{orig}{name}: {}\r\n", one_line(value));
    }
    let _ = write!(http, "Content-Length: {}\r\n\r\n", body.len());
    let mut block = Sha256::new();
    block.update(http.as_bytes());
    block.update(body);

    let mut head = String::from("WARC/1.1\r\nWARC-Type: response\r\n");
    let _ = write!(head, "WARC-Target-URI: {}\r\n", one_line(&capture.final_url));
    let _ = write!(head, "WARC-Date: {}\r\n", capture.at);
    let _ = write!(head, "WARC-Record-ID: {}\r\n", record_id(&[&capture.id, &capture.at.to_string()]));
    let _ = write!(head, "WARC-Block-Digest: sha256:{}\r\n", base32(&block.finalize()));
    let _ = write!(head, "WARC-Payload-Digest: sha256:{}\r\n", base32(&Sha256::digest(body)));
    if capture.truncated {
        head.push_str("WARC-Truncated: length\r\n");
    }
    let _ = write!(head, "Content-Type: application/http; msgtype=response\r\n");
    let _ = write!(head, "Content-Length: {}\r\n\r\n", http.len() + body.len());
    member(&[head.as_bytes(), http.as_bytes(), body, b"\r\n\r\n"])
}

/// The body of the response record that begins here.
pub(super) fn body_of_response(input: impl BufRead, longest: u64) -> io::Result<Vec<u8>> {
    let mut record = BufReader::new(GzDecoder::new(input).take(longest));
    let version = line(&mut record)?;
    if version != "WARC/1.1" {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "no WARC/1.1 record begins here"));
    }
    let block = length_in_headers(&mut record)?;
    let mut block = record.take(block);
    line(&mut block)?; // the status line
    let length = length_in_headers(&mut block)?;
    let mut body = Vec::new();
    if block.read_to_end(&mut body)? as u64 != length {
        return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the record ends before its body does"));
    }
    Ok(body)
}

/// Reads headers up to the empty line; gives the last `Content-Length` (the one this module wrote).
fn length_in_headers(input: &mut impl BufRead) -> io::Result<u64> {
    let mut length = None;
    loop {
        let header = line(input)?;
        if header.is_empty() {
            return length.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "the record states no length"));
        }
        if let Some((name, value)) = header.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().ok();
        }
    }
}

fn line(input: &mut impl BufRead) -> io::Result<String> {
    let mut bytes = Vec::new();
    if input.read_until(b'\n', &mut bytes)? == 0 {
        return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the record ends within its headers"));
    }
    Ok(String::from_utf8_lossy(&bytes).trim_end_matches(['\r', '\n']).to_owned())
}

/// One gzip member: it can be read alone, from its offset. Level 1 costs a third of the usual level's time and a quarter
/// more room.
fn member(parts: &[&[u8]]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    let written = parts.iter().try_for_each(|part| encoder.write_all(part)).and_then(|()| encoder.finish());
    // Writing to memory cannot fail.
    written.unwrap_or_default()
}

/// A UUID (version 8, RFC 9562) made from a digest: equal records get equal ids.
fn record_id(parts: &[&str]) -> String {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update(part);
    }
    let mut id = hex(&digest.finalize()[..16]);
    id.replace_range(12..13, "8");
    id.replace_range(16..17, "8");
    format!("<urn:uuid:{}-{}-{}-{}-{}>", &id[..8], &id[8..12], &id[12..16], &id[16..20], &id[20..])
}

/// A header value may not begin another header.
fn one_line(text: &str) -> String {
    text.replace(['\r', '\n'], " ")
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        403 => "Forbidden",
        404 => "Not Found",
        412 => "Precondition Failed",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        503 => "Service Unavailable",
        _ => "",
    }
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// RFC 4648, as the standard tools expect digests.
fn base32(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut text = String::with_capacity(bytes.len().div_ceil(5) * 8);
    for group in bytes.chunks(5) {
        let mut bits = [0_u8; 8];
        bits[3..3 + group.len()].copy_from_slice(group);
        let bits = u64::from_be_bytes(bits);
        let letters = (group.len() * 8).div_ceil(5);
        for position in 0..8 {
            let value = usize::try_from((bits >> (35 - 5 * position)) & 31).unwrap_or(0);
            text.push(if position < letters { char::from(ALPHABET[value]) } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base32_is_that_of_the_rfc() {
        let cases = [("", ""), ("f", "MY======"), ("fo", "MZXQ===="), ("foobar", "MZXW6YTBOI======")];
        for (plain, coded) in cases {
            assert_eq!(base32(plain.as_bytes()), coded);
        }
    }
}
