//! Files attached to pages (Word, Excel, PDF with a text layer) as paragraphs and tables. The only owner of their readers.
//!
//! Files are strangers' work: what they unpack to, how many pages and cells they have and how deep they nest is bounded,
//! and a reader that panics has only failed to read.

mod pdf;
mod word;
mod workbook;

use std::{
    io::{Cursor, Read},
    panic::catch_unwind,
};

use zip::ZipArchive;

use crate::model::{Paper, ReportSource};

/// Most bytes that all parts of a zipped file may unpack to.
const MOST_UNPACKED: u64 = 48 * 1024 * 1024;
/// Most parts of a zipped file.
const MOST_PARTS: usize = 2000;

/// Why a file could not be read; its text is for the log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    #[error("the file is neither .docx nor .xlsx nor .pdf")]
    OtherFormat,
    #[error("the file is broken: {0}")]
    Broken(String),
    #[error("the file unpacks to more than {MOST_UNPACKED} bytes")]
    Bomb,
    #[error("the file is encrypted")]
    Encrypted,
    #[error("the reader broke down over the file")]
    Panicked,
}

/// Some systems put a few bytes in front of a PDF file.
const HEAD: usize = 1024;

/// Whether the bytes begin like a file that is read here, whatever type it was sent as.
pub fn is_file(bytes: &[u8]) -> bool {
    is_pdf(bytes) || bytes.starts_with(ZIPPED)
}

const ZIPPED: &[u8] = b"PK\x03\x04";

fn is_pdf(bytes: &[u8]) -> bool {
    bytes[..bytes.len().min(HEAD)].windows(5).any(|part| part == b"%PDF-")
}

/// Reads a file by what it is, whatever its name says.
pub fn read(bytes: &[u8]) -> Result<(ReportSource, Paper), Unreadable> {
    catch_unwind(|| read_unguarded(bytes)).unwrap_or(Err(Unreadable::Panicked))
}

fn read_unguarded(bytes: &[u8]) -> Result<(ReportSource, Paper), Unreadable> {
    if is_pdf(bytes) {
        return pdf::read(bytes).map(|paper| (ReportSource::Pdf, paper));
    }
    if !bytes.starts_with(ZIPPED) {
        return Err(Unreadable::OtherFormat);
    }
    let mut parts = open(bytes)?;
    if let Some(document) = part(&mut parts, "word/document.xml")? {
        return word::read(&document).map(|paper| (ReportSource::Word, paper));
    }
    if parts.index_for_name("xl/workbook.xml").is_some() {
        return workbook::read(bytes).map(|paper| (ReportSource::Workbook, paper));
    }
    Err(Unreadable::OtherFormat)
}

type Parts<'a> = ZipArchive<Cursor<&'a [u8]>>;

/// Opens a zipped file after unpacking all of it once into nothing: what its directory says of sizes may be a lie.
fn open(bytes: &[u8]) -> Result<Parts<'_>, Unreadable> {
    let mut parts = ZipArchive::new(Cursor::new(bytes)).map_err(broken)?;
    if parts.len() > MOST_PARTS {
        return Err(Unreadable::Bomb);
    }
    let mut left = MOST_UNPACKED;
    for number in 0..parts.len() {
        let part = parts.by_index(number).map_err(broken)?;
        left -= std::io::copy(&mut part.take(left), &mut std::io::sink()).map_err(broken)?;
        if left == 0 {
            return Err(Unreadable::Bomb);
        }
    }
    Ok(parts)
}

fn part(parts: &mut Parts<'_>, name: &str) -> Result<Option<String>, Unreadable> {
    if parts.index_for_name(name).is_none() {
        return Ok(None);
    }
    let mut text = Vec::new();
    parts.by_name(name).map_err(broken)?.take(MOST_UNPACKED).read_to_end(&mut text).map_err(broken)?;
    Ok(Some(String::from_utf8_lossy(&text).into_owned()))
}

fn broken(error: impl std::fmt::Display) -> Unreadable {
    Unreadable::Broken(error.to_string())
}
