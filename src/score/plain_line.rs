//! Reads lines as programs write them: one flat object, texts without escapes, whole numbers. That is most of a log,
//! and three times as fast as reading JSON of any kind. Whatever else a line holds is left to serde_json, so that
//! there is one judge of what a line says: a plain line means here what it means there, to the letter.

use std::borrow::Cow;

use rust_decimal::Decimal;

use crate::model::{Entry, EntrySource, EntryStatus, Level, Text};

/// The entry on a line.
pub fn read<'a>(line: &'a str) -> serde_json::Result<Entry<Text<'a>>> {
    let mut entry = Entry::default();
    match fill(&mut entry, line) {
        Some(()) => Ok(entry),
        None => serde_json::from_str(line),
    }
}

/// Reads a plain line into an empty entry; none where it is not plain.
fn fill<'a>(entry: &mut Entry<Text<'a>>, line: &'a str) -> Option<()> {
    let mut rest = Rest { line, at: 0 };
    let (mut unit, mut not_applicable) = (None, None);
    rest.skip(b'{')?;
    loop {
        let field = rest.text()?;
        rest.skip(b':')?;
        // As bytes they are told apart letter by letter, which is quicker than whole texts one after the other.
        match field.as_bytes() {
            b"unit" => put(&mut unit, rest.own_text()?)?,
            b"clause" => put(&mut entry.clause, rest.own_text()?)?,
            b"step" => put(&mut entry.step, rest.own_text()?)?,
            b"check" => put(&mut entry.check, rest.own_text()?)?,
            b"date" => put(&mut entry.date, rest.text()?.parse().ok()?)?,
            b"count" => put(&mut entry.count, Decimal::from(rest.whole_number()?))?,
            b"numerator" => put(&mut entry.numerator, Decimal::from(rest.whole_number()?))?,
            b"denominator" => put(&mut entry.denominator, Decimal::from(rest.whole_number()?))?,
            b"value" => put(&mut entry.value, Decimal::from(rest.whole_number()?))?,
            b"rank" => put(&mut entry.rank, u32::try_from(rest.whole_number()?).ok()?)?,
            b"level" => put(&mut entry.level, Level::from_name(rest.text()?)?)?,
            b"subject" => put(&mut entry.subject, rest.own_text()?)?,
            b"status" => put(&mut entry.status, EntryStatus::from_name(rest.text()?)?)?,
            b"source" => put(&mut entry.source, EntrySource::from_name(rest.text()?)?)?,
            b"not_applicable" => put(&mut not_applicable, rest.truth()?)?,
            b"id" => put(&mut entry.id, rest.own_text()?)?,
            b"note" => put(&mut entry.note, rest.own_text()?)?,
            b"url" => put(&mut entry.url, rest.own_text()?)?,
            _ => return None,
        }
        match rest.next()? {
            b',' => {}
            b'}' => break,
            _ => return None,
        }
    }
    entry.unit = unit?;
    entry.not_applicable = not_applicable.unwrap_or_default();
    (rest.at == line.len()).then_some(())
}

/// Fills a field; one that stands twice is a fault, which serde_json words.
fn put<T>(field: &mut Option<T>, value: T) -> Option<()> {
    field.replace(value).is_none().then_some(())
}

/// What is still to be read of a line.
struct Rest<'a> {
    line: &'a str,
    at: usize,
}

impl<'a> Rest<'a> {
    /// The next byte that is no space, behind which reading goes on.
    fn next(&mut self) -> Option<u8> {
        loop {
            let byte = *self.line.as_bytes().get(self.at)?;
            self.at += 1;
            if byte != b' ' {
                return Some(byte);
            }
        }
    }

    fn skip(&mut self, wanted: u8) -> Option<()> {
        (self.next()? == wanted).then_some(())
    }

    /// A text in quotes, without escapes.
    fn text(&mut self) -> Option<&'a str> {
        self.skip(b'"')?;
        let from = self.at;
        let bytes = self.line.as_bytes();
        while !ENDS[usize::from(*bytes.get(self.at)?)] {
            self.at += 1;
        }
        let text = self.line.get(from..self.at)?;
        self.skip(b'"')?;
        Some(text)
    }

    fn own_text(&mut self) -> Option<Text<'a>> {
        self.text().map(|text| Text(Cow::Borrowed(text)))
    }

    /// A number of at most 15 digits and nothing else.
    fn whole_number(&mut self) -> Option<u64> {
        let first = self.next()?;
        let mut number = u64::from(digit(first)?);
        let from = self.at;
        while let Some(more) = self.line.as_bytes().get(self.at).copied().and_then(digit) {
            number = number.checked_mul(10)?.checked_add(u64::from(more))?;
            self.at += 1;
        }
        let digits = 1 + self.at - from;
        (digits <= 15 && (digits == 1 || first != b'0')).then_some(number)
    }

    fn truth(&mut self) -> Option<bool> {
        self.next()?;
        self.at -= 1;
        let rest = self.line.get(self.at..)?;
        let (value, word) = if rest.starts_with("true") { (true, "true") } else { (false, "false") };
        rest.strip_prefix(word)?;
        self.at += word.len();
        Some(value)
    }
}

fn digit(byte: u8) -> Option<u8> {
    byte.is_ascii_digit().then(|| byte - b'0')
}

/// Bytes at which a plain text ends, or is found not to be one.
const ENDS: [bool; 256] = {
    let mut ends = [false; 256];
    let mut control = 0;
    while control < 0x20 {
        ends[control] = true;
        control += 1;
    }
    ends[b'"' as usize] = true;
    ends[b'\\' as usize] = true;
    ends
};
