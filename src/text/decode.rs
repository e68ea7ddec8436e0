//! From bytes to text: byte-order mark, HTTP header, META, UTF-8 validity, statistical detection, in that order.
//! Old portals contradict themselves (header utf-8, page GBK); the bytes then decide, and the contradiction is kept.

use std::{cell::LazyCell, sync::LazyLock};

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{BIG5, Encoding, GB18030, GBK, UTF_8, WINDOWS_1252};
use memchr::memmem;
use regex::bytes::Regex;

/// META is looked for in the first bytes only, as browsers do (they read 1024; portals put scripts before it).
const PRESCAN_BYTES: usize = 4096;
/// Detection is slow, and more than this teaches it nothing: bytes read from the first foreign one on.
const DETECTION_BYTES: usize = 4096;
/// So many multi-byte characters of valid UTF-8 are never GBK by chance.
const CONCLUSIVE_CHARACTERS: usize = 12;
/// A page with more than one unreadable character in so many foreign ones is garbled.
const GARBLED_SHARE: usize = 200;

/// A page's text and how it was decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded {
    pub text: String,
    /// WHATWG name in lower case; every label of the GB family reads `gb18030`.
    pub charset: String,
    /// The text could not be read cleanly; nothing about wording or absence may be said from it.
    pub garbled: bool,
    /// What contradicted what, where header, META and bytes disagree.
    pub contradiction: Option<String>,
}

/// One attempt at reading the bytes.
struct Attempt {
    encoding: &'static Encoding,
    text: String,
    /// Unreadable places, a cut last character not counted.
    faults: usize,
}

/// Decodes a page. `content_type` is the HTTP header as received.
pub fn decode(bytes: &[u8], content_type: Option<&str>) -> Decoded {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return finish(attempt(encoding, bytes.get(mark..).unwrap_or_default()), None);
    }
    let header = content_type.and_then(header_charset);
    let meta = meta_charset(bytes);
    let declared = [("header", header), ("META", meta)];
    let disagreement = match (header, meta) {
        (Some(header), Some(meta)) if header != meta => {
            Some(format!("header says {}, META says {}", name(header), name(meta)))
        }
        _ => None,
    };
    let conclusive = LazyCell::new(|| is_conclusive_utf8(bytes));
    let mut rejected = disagreement.clone();
    let mut best: Option<Attempt> = None;
    for (source, encoding) in declared.into_iter().filter_map(|(source, found)| found.map(|found| (source, found))) {
        if encoding != UTF_8 && *conclusive {
            rejected = Some(format!("{source} says {}, the bytes are utf-8", name(encoding)));
            continue;
        }
        if encoding == WINDOWS_1252 && !bytes.is_ascii() {
            // Every byte is a letter of Western Europe, so it would be believed; editors write it into Chinese pages.
            rejected.get_or_insert_with(|| format!("{source} says {}, the bytes are not", name(encoding)));
            continue;
        }
        let read = attempt(encoding, bytes);
        if read.faults == 0 {
            return finish(read, rejected);
        }
        rejected.get_or_insert_with(|| format!("{source} says {}, the bytes are not", name(encoding)));
        if best.as_ref().is_none_or(|best| read.faults < best.faults) {
            best = Some(read);
        }
    }
    let guessed = attempt(if std::str::from_utf8(bytes).is_ok() { UTF_8 } else { detect(bytes) }, bytes);
    match best {
        Some(best) if best.faults <= guessed.faults => finish(best, disagreement),
        _ => finish(guessed, rejected),
    }
}

fn attempt(encoding: &'static Encoding, bytes: &[u8]) -> Attempt {
    let (text, _) = encoding.decode_without_bom_handling(bytes);
    let unreadable = memmem::find_iter(text.as_bytes(), "\u{FFFD}".as_bytes()).count();
    let cut_at_end = text.trim_end().ends_with('\u{FFFD}');
    let faults = unreadable - usize::from(cut_at_end);
    Attempt { encoding, text: text.into_owned(), faults }
}

fn finish(attempt: Attempt, contradiction: Option<String>) -> Decoded {
    let too_many_faults = || {
        let foreign = attempt.text.chars().filter(|letter| !letter.is_ascii()).count();
        attempt.faults * GARBLED_SHARE > foreign.max(GARBLED_SHARE)
    };
    let garbled = (attempt.faults > 0 && too_many_faults()) || is_twice_encoded(&attempt.text);
    Decoded { text: attempt.text, charset: name(attempt.encoding), garbled, contradiction }
}

fn name(encoding: &'static Encoding) -> String {
    encoding.name().to_ascii_lowercase()
}

/// Labels gb2312, gbk and gb18030 are one family; GB18030 reads them all.
fn by_label(label: &[u8]) -> Option<&'static Encoding> {
    let encoding = Encoding::for_label(label)?;
    Some(if encoding == GBK { GB18030 } else { encoding })
}

fn header_charset(content_type: &str) -> Option<&'static Encoding> {
    let lower = content_type.to_ascii_lowercase();
    let (_, value) = lower.split_once("charset=")?;
    by_label(value.split(';').next()?.trim().trim_matches(['"', '\'']).as_bytes())
}

#[expect(clippy::expect_used, reason = "a literal pattern, touched by the first test")]
static META_CHARSET: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"(?i-u)<meta[^>]{0,200}?charset\s*=\s*["']?\s*([a-z0-9_-]{2,20})"#).expect("a well-formed pattern")
});

/// The encoding named in the opening bytes. A META that can be read as ASCII cannot be UTF-16: then UTF-8 is meant.
fn meta_charset(bytes: &[u8]) -> Option<&'static Encoding> {
    let opening = bytes.get(..PRESCAN_BYTES).unwrap_or(bytes);
    let label = META_CHARSET.captures(opening)?.get(1)?.as_bytes();
    let encoding = by_label(label)?;
    Some(if encoding.name().starts_with("UTF-16") { UTF_8 } else { encoding })
}

/// Valid UTF-8 with enough multi-byte characters to exclude chance, whatever header and META say.
fn is_conclusive_utf8(bytes: &[u8]) -> bool {
    let readable = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        // A last character cut off by a size limit does not speak against UTF-8.
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(bytes.get(..error.valid_up_to()).unwrap_or_default()).unwrap_or_default()
        }
        Err(_) => return false,
    };
    readable.chars().filter(|letter| !letter.is_ascii()).nth(CONCLUSIVE_CHARACTERS).is_some()
}

fn detect(bytes: &[u8]) -> &'static Encoding {
    let start = bytes.iter().position(|byte| !byte.is_ascii()).unwrap_or(0);
    let sample = bytes.get(start..).unwrap_or_default();
    let sample = sample.get(..DETECTION_BYTES).unwrap_or(sample);
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(sample, sample.len() + start == bytes.len());
    match detector.guess(Some(b"cn"), Utf8Detection::Allow) {
        encoding if encoding == GBK => GB18030,
        encoding if encoding == UTF_8 || encoding == BIG5 => encoding,
        // On a Chinese portal a Western or Japanese guess is a sample too small; GB18030 reads most.
        _ => GB18030,
    }
}

/// Text that was decoded wrongly before it was stored: 锟斤拷, or UTF-8 read as Latin-1 (ä¸­å›½).
fn is_twice_encoded(text: &str) -> bool {
    if memmem::find_iter(text.as_bytes(), "锟斤拷").count() >= 3 {
        return true;
    }
    // Such letters begin with this byte in UTF-8; few of them, and nothing needs to be counted.
    if memchr::memchr_iter(0xC3, text.as_bytes()).count() <= 40 {
        return false;
    }
    let (mut latin, mut chinese) = (0_usize, 0_usize);
    for letter in text.chars() {
        match letter {
            '\u{00C0}'..='\u{00FF}' => latin += 1,
            '\u{4E00}'..='\u{9FFF}' => chinese += 1,
            _ => {}
        }
    }
    latin > 40 && latin > chinese
}
