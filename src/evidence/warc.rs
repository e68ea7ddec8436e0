//! One WARC 1.1 record as one gzip member, out and in. (ISO 28500:2017; the text of the standard is at
//! iipc.github.io/warc-specifications.)
//!
//! The stored body is the decoded one: what the browser of an inspector would have shown. Headers that describe the
//! transfer and would now be wrong are kept under another name (`X-Archive-Orig-…`, as other crawlers do).

use std::{
    cell::RefCell,
    fmt::Write as _,
    io::{self, BufRead, BufReader, Read},
};

use flate2::{Compress, Compression, Crc, FlushCompress, Status, bufread::GzDecoder};
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::model::{Capture, Rendered, RenderedPart, Revisit, Sameness};

/// Headers that describe the body as it was transferred, not as it is stored.
const TRANSFER_HEADERS: &[&str] = &["content-encoding", "content-length", "transfer-encoding"];

/// The record that begins every file: who wrote it and how to read it.
pub(super) fn info<S: AsRef<str>>(file_name: &str, at: Timestamp, about: &[(S, String)]) -> Vec<u8> {
    let mut block = format!(
        "software: mingcha/{}\r\nformat: WARC File Format 1.1\r\n\
         conformsTo: http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/\r\n",
        env!("CARGO_PKG_VERSION")
    );
    for (name, value) in about {
        let _ = write!(block, "{}: {}\r\n", name.as_ref(), one_line(value));
    }
    let mut head = String::from("WARC/1.1\r\nWARC-Type: warcinfo\r\n");
    let _ = write!(head, "WARC-Date: {at}\r\nWARC-Filename: {file_name}\r\n");
    let _ = write!(head, "WARC-Record-ID: {}\r\n", record_id(&[file_name, &at.to_string(), &block]));
    let _ = write!(head, "WARC-Block-Digest: sha256:{}\r\n", base32(&Sha256::digest(&block)));
    let _ = write!(head, "Content-Type: application/warc-fields\r\nContent-Length: {}\r\n\r\n", block.len());
    member(&[head.as_bytes(), block.as_bytes(), b"\r\n\r\n"])
}

/// A response record.
pub(super) fn response(capture: &Capture, body: &[u8]) -> Vec<u8> {
    let http = http_head(capture.status, &capture.headers, Some(body.len() as u64));
    let id = record_id(&[&capture.id, &capture.at.to_string()]);
    let mut head = record_head("response", &id, &capture.final_url, capture.at, &payload_digest(capture, body));
    if capture.truncated {
        head.push_str("WARC-Truncated: length\r\n");
    }
    seal(head, &http, body)
}

/// What a browser made of an answer (ISO 28500, 6.8: an alternative version of another record's content). Replay tools
/// go on showing the answer itself, and run its scripts where they can.
pub(super) fn conversion(capture: &Capture, rendered: &Rendered, content: &[u8]) -> Vec<u8> {
    let id = record_id(&[&capture.id, &capture.at.to_string()]);
    let url = match rendered.part {
        RenderedPart::Page => capture.final_url.clone(),
        RenderedPart::Screenshot => format!("urn:screenshot:{}", capture.final_url),
    };
    let digest = payload_digest(capture, content);
    let mut head = record_head("conversion", &id, &url, capture.at, &digest);
    let _ = write!(head, "WARC-Refers-To: {}\r\n", record_id(&[&rendered.of, &rendered.of_at.to_string()]));
    if capture.truncated || !rendered.loaded {
        head.push_str(if capture.truncated { "WARC-Truncated: length\r\n" } else { "WARC-Truncated: time\r\n" });
    }
    let _ = write!(head, "WARC-Block-Digest: sha256:{}\r\n", base32(&digest));
    let kind = one_line(capture.header("content-type").unwrap_or("application/octet-stream"));
    let _ = write!(head, "Content-Type: {kind}\r\nContent-Length: {}\r\n\r\n", content.len());
    member(&[head.as_bytes(), content, b"\r\n\r\n"])
}

/// The record of a redirect on the way to the answer; none where only its address and status are known.
pub(super) fn hop(capture: &Capture, place: usize) -> Option<Vec<u8>> {
    let hop = capture.hops.get(place)?;
    let at = hop.at?;
    let id = record_id(&[&capture.id, &capture.at.to_string(), "hop", &place.to_string()]);
    let mut head = record_head("response", &id, &hop.url, at, &Sha256::digest(&hop.body));
    let _ = write!(head, "WARC-Concurrent-To: {}\r\n", record_id(&[&capture.id, &capture.at.to_string()]));
    let http = http_head(hop.status, &hop.headers, Some(hop.body.len() as u64));
    Some(seal(head, &http, &hop.body))
}

/// The request that a capture answers.
pub(super) fn request(capture: &Capture, asking: &str) -> Vec<u8> {
    let moment = capture.at.to_string();
    let answers = [record_id(&[&capture.id, &moment])];
    let id = record_id(&[&capture.id, &moment, "request"]);
    asked(&id, &answers, &capture.final_url, capture.at, asking, &capture.conditions)
}

/// The request that a redirect on the way answers. It stays as long as the capture does, which is named first.
pub(super) fn request_of_hop(capture: &Capture, place: usize, asking: &str) -> Vec<u8> {
    let Some(hop) = capture.hops.get(place) else { return Vec::new() };
    let (moment, number) = (capture.at.to_string(), place.to_string());
    let answers = [record_id(&[&capture.id, &moment]), record_id(&[&capture.id, &moment, "hop", &number])];
    let id = record_id(&[&capture.id, &moment, "hop", &number, "request"]);
    asked(&id, &answers, &hop.url, hop.at.unwrap_or(capture.at), asking, &hop.conditions)
}

/// A request record. Too short to be worth a compressor's time: it is stored as it is.
fn asked(
    id: &str,
    answers: &[String],
    url: &str,
    at: Timestamp,
    asking: &str,
    conditions: &[(String, String)],
) -> Vec<u8> {
    // "http", "", host and port, path and query; fragments are cut off before anything is asked.
    let mut parts = url.splitn(4, '/').skip(2);
    let (host, path) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let block = format!("GET /{path} HTTP/1.1\r\n{}{asking}host: {host}\r\n\r\n", lines(conditions));
    let mut head = String::with_capacity(640);
    let _ = write!(head, "WARC/1.1\r\nWARC-Type: request\r\nWARC-Target-URI: {}\r\n", one_line(url));
    let _ = write!(head, "WARC-Date: {at}\r\nWARC-Record-ID: {id}\r\n");
    for answer in answers {
        let _ = write!(head, "WARC-Concurrent-To: {answer}\r\n");
    }
    let _ = write!(head, "WARC-Block-Digest: sha256:{}\r\n", base32(&Sha256::digest(&block)));
    let _ = write!(head, "Content-Type: application/http; msgtype=request\r\n");
    let _ = write!(head, "Content-Length: {}\r\n\r\n{block}\r\n\r\n", block.len());
    stored_member(head.as_bytes())
}

/// Headers as lines.
pub(super) fn lines(headers: &[(String, String)]) -> String {
    headers.iter().fold(String::new(), |mut lines, (name, value)| {
        let _ = write!(lines, "{name}: {}\r\n", one_line(value));
        lines
    })
}

/// The records that say that the body is the one of an earlier response record; `answer` is what was sent this time.
///
/// Replay tools show a revisit with the headers it holds, and a 304 as nothing at all. So a "not modified" holds no
/// headers, is shown as the earlier answer, and what was really sent stands in a metadata record beside it.
pub(super) fn revisit(capture: &Capture, revisit: &Revisit, answer: &Capture) -> Vec<u8> {
    let id = record_id(&[&capture.id, &capture.at.to_string()]);
    let mut head = record_head("revisit", &id, &capture.final_url, capture.at, &payload_digest(capture, b""));
    let (profile, http) = match revisit.sameness {
        Sameness::NotModified => ("server-not-modified", String::new()),
        Sameness::SamePayload => {
            ("identical-payload-digest", http_head(answer.status, &answer.headers, Some(capture.bytes)))
        }
    };
    let _ = write!(head, "WARC-Profile: http://netpreserve.org/warc/1.1/revisit/{profile}\r\n");
    let _ = write!(head, "WARC-Refers-To: {}\r\n", record_id(&[&revisit.of, &revisit.of_at.to_string()]));
    let _ = write!(head, "WARC-Refers-To-Target-URI: {}\r\n", one_line(&capture.final_url));
    let _ = write!(head, "WARC-Refers-To-Date: {}\r\n", revisit.of_at);
    let mut records = seal(head, &http, b"");
    if revisit.sameness == Sameness::NotModified {
        records.extend(answer_in_words(&id, capture.at, answer));
    }
    records
}

/// Status and headers of an answer as a metadata record about another record.
fn answer_in_words(about: &str, at: Timestamp, answer: &Capture) -> Vec<u8> {
    let mut block = format!("http-status: {}\r\n", answer.status);
    for (name, value) in &answer.headers {
        let _ = write!(block, "http-header-{name}: {}\r\n", one_line(value));
    }
    let mut head = format!("WARC/1.1\r\nWARC-Type: metadata\r\nWARC-Date: {at}\r\n");
    let _ = write!(head, "WARC-Record-ID: {}\r\nWARC-Refers-To: {about}\r\n", record_id(&[about, "answer"]));
    let _ = write!(head, "WARC-Block-Digest: sha256:{}\r\n", base32(&Sha256::digest(&block)));
    let _ = write!(head, "Content-Type: application/warc-fields\r\nContent-Length: {}\r\n\r\n", block.len());
    member(&[head.as_bytes(), block.as_bytes(), b"\r\n\r\n"])
}

/// Status line and headers as they were sent; the length is that of the stored body.
fn http_head(status: u16, headers: &[(String, String)], length: Option<u64>) -> String {
    let mut http = format!("HTTP/1.1 {status} {}\r\n", reason(status));
    for (name, value) in headers {
        let orig = if TRANSFER_HEADERS.contains(&name.to_ascii_lowercase().as_str()) { "X-Archive-Orig-" } else { "" };
        let _ = write!(http, "{orig}{name}: {}\r\n", one_line(value));
    }
    if let Some(length) = length {
        let _ = write!(http, "Content-Length: {length}\r\n");
    }
    http.push_str("\r\n");
    http
}

/// What the records of answers begin with.
fn record_head(kind: &str, id: &str, url: &str, at: Timestamp, payload_digest: &[u8]) -> String {
    let mut head = format!("WARC/1.1\r\nWARC-Type: {kind}\r\n");
    let _ = write!(head, "WARC-Target-URI: {}\r\n", one_line(url));
    let _ = write!(head, "WARC-Date: {at}\r\nWARC-Record-ID: {id}\r\n");
    let _ = write!(head, "WARC-Payload-Digest: sha256:{}\r\n", base32(payload_digest));
    head
}

/// The digest of a capture's body; the client took it already.
fn payload_digest(capture: &Capture, body: &[u8]) -> Vec<u8> {
    unhex(&capture.sha256).unwrap_or_else(|| Sha256::digest(body).to_vec())
}

/// Completes a record of an answer: the digest and the length of its block, and the block.
fn seal(mut head: String, http: &str, body: &[u8]) -> Vec<u8> {
    let mut block = Sha256::new();
    block.update(http.as_bytes());
    block.update(body);
    let _ = write!(head, "WARC-Block-Digest: sha256:{}\r\n", base32(&block.finalize()));
    let _ = write!(head, "Content-Type: application/http; msgtype=response\r\n");
    let _ = write!(head, "Content-Length: {}\r\n\r\n", http.len() + body.len());
    member(&[head.as_bytes(), http.as_bytes(), body, b"\r\n\r\n"])
}

/// The body of the response or conversion record that begins here.
pub(super) fn body(input: impl BufRead, longest: u64) -> io::Result<Vec<u8>> {
    let mut record = BufReader::new(GzDecoder::new(input).take(longest));
    let version = line(&mut record)?;
    if version != "WARC/1.1" {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "no WARC/1.1 record begins here"));
    }
    let (block, kind) = length_and_type(&mut record)?;
    let mut block = record.take(block);
    let length = if kind.starts_with("application/http") {
        line(&mut block)?; // the status line
        length_and_type(&mut block)?.0
    } else {
        block.limit()
    };
    let mut body = Vec::new();
    if block.read_to_end(&mut body)? as u64 != length {
        return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the record ends before its body does"));
    }
    Ok(body)
}

/// What a record is, and which it belongs to.
pub(super) struct Heading {
    pub(super) id: String,
    /// The record it was written for: the answer after a redirect, the revisit that a metadata record explains.
    pub(super) beside: Option<String>,
    /// The fields of a warcinfo record that describe the visit; none for other records.
    pub(super) about: Option<Vec<(String, String)>>,
}

/// Fields of a warcinfo record that every file has by itself.
const OWN_FIELDS: &[&str] = &["software", "format", "conformsTo"];

/// Reads the headers of a record, and the block of a warcinfo.
pub(super) fn heading(record: &mut impl BufRead) -> io::Result<Heading> {
    if line(record)? != "WARC/1.1" {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "no WARC/1.1 record begins here"));
    }
    let headers = fields(record)?;
    let header =
        |name: &str| headers.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value.clone());
    let kind = header("WARC-Type").unwrap_or_default();
    let beside = header("WARC-Concurrent-To").or_else(|| header("WARC-Refers-To").filter(|_| kind == "metadata"));
    let about = if kind == "warcinfo" {
        let mut about = fields(record)?;
        about.retain(|(name, _)| !OWN_FIELDS.contains(&name.as_str()));
        Some(about)
    } else {
        None
    };
    Ok(Heading { id: header("WARC-Record-ID").unwrap_or_default(), beside, about })
}

/// Fields up to the empty line.
fn fields(input: &mut impl BufRead) -> io::Result<Vec<(String, String)>> {
    let mut fields = Vec::new();
    loop {
        let line = line(input)?;
        if line.is_empty() {
            return Ok(fields);
        }
        if let Some((name, value)) = line.split_once(':') {
            fields.push((name.to_owned(), value.trim().to_owned()));
        }
    }
}

/// Reads headers up to the empty line; gives the last `Content-Length` and `Content-Type` (those this module wrote).
fn length_and_type(input: &mut impl BufRead) -> io::Result<(u64, String)> {
    let headers = fields(input)?;
    let last = |name: &str| headers.iter().rfind(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value);
    let length = last("content-length").and_then(|length| length.parse().ok());
    let length = length.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "the record states no length"))?;
    Ok((length, last("content-type").cloned().unwrap_or_default()))
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
    thread_local! {
        /// Setting up a compressor costs as much as compressing a page, so each thread keeps its own.
        static COMPRESSOR: RefCell<Compress> = RefCell::new(Compress::new_gzip(Compression::fast(), 15));
    }
    COMPRESSOR.with_borrow_mut(|compressor| {
        compressor.reset();
        let length: usize = parts.iter().map(|part| part.len()).sum();
        let mut packed = Vec::with_capacity(length / 3 + 256);
        for (number, part) in parts.iter().enumerate() {
            let flush = if number + 1 == parts.len() { FlushCompress::Finish } else { FlushCompress::None };
            pack(compressor, part, flush, &mut packed);
        }
        packed
    })
}

/// A gzip member that holds a short record as it is (RFC 1951, 3.2.4; RFC 1952, 2.3).
fn stored_member(record: &[u8]) -> Vec<u8> {
    const HEAD: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    const ONLY_BLOCK_STORED: u8 = 1;
    let Ok(length) = u16::try_from(record.len()) else { return member(&[record]) };
    let mut sum = Crc::new();
    sum.update(record);
    let mut packed = Vec::with_capacity(record.len() + 23);
    packed.extend(HEAD);
    packed.push(ONLY_BLOCK_STORED);
    packed.extend(length.to_le_bytes());
    packed.extend((!length).to_le_bytes());
    packed.extend_from_slice(record);
    packed.extend(sum.sum().to_le_bytes());
    packed.extend(u32::from(length).to_le_bytes());
    packed
}

/// Compresses one part; the last one with `Finish`.
fn pack(compressor: &mut Compress, part: &[u8], flush: FlushCompress, packed: &mut Vec<u8>) {
    let begun = compressor.total_in();
    loop {
        let taken = usize::try_from(compressor.total_in() - begun).unwrap_or(part.len());
        packed.reserve(4096);
        // Compressing to memory cannot fail; what did not fit is taken up with more room.
        match compressor.compress_vec(part.get(taken..).unwrap_or_default(), packed, flush) {
            Ok(Status::StreamEnd) | Err(_) => return,
            Ok(_) => {
                let all = usize::try_from(compressor.total_in() - begun).unwrap_or(part.len()) == part.len();
                if all && !matches!(flush, FlushCompress::Finish) {
                    return;
                }
            }
        }
    }
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
        301 => "Moved Permanently",
        302 => "Found",
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
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = bytes.iter().flat_map(|byte| [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
    digits.map(char::from).collect()
}

/// The bytes of a SHA-256 in hexadecimal.
fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let bytes: Option<Vec<u8>> =
        text.as_bytes().chunks(2).map(|pair| Some(digit(*pair.first()?)? << 4 | digit(*pair.get(1)?)?)).collect();
    bytes.filter(|bytes| bytes.len() == 32)
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
