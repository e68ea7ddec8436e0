//! The gate before the tree: the builder's time grows with the square of the nesting, so hostile or broken
//! nesting is taken out of the text first, and text that is too long is cut. One pass, no tree.

use std::{borrow::Cow, collections::HashMap};

/// Elements nested deeper lose their tags; their text stays.
pub const MAX_DEPTH: usize = 256;
/// Most bytes of text that are parsed: with the tags, what keeps any page below fifty milliseconds. The largest honest
/// pages (word-processor exports) have about 0.5 MB.
pub const MAX_TEXT: usize = 768 * 1024;
/// Most tags that are parsed. Honest pages have a few thousand, the largest eight.
const MAX_TAGS: usize = 18_000;
/// A tag with more attributes is dropped: each is compared with all others. Honest tags have a dozen.
pub(super) const MAX_ATTRIBUTES: usize = 100;
/// Formatting elements left open are opened again in every following block; more than this many are dropped.
const MAX_FORMATTING: usize = 12;

const VOID: [&str; 14] =
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"];
/// (`a` is not among them: a new one closes the one before.)
const FORMATTING: [&str; 12] = ["b", "big", "code", "em", "font", "i", "s", "small", "strike", "strong", "tt", "u"];
/// Their end tag may be left out: a new one closes the one before.
const CLOSED_BY_NEXT: [&str; 10] = ["li", "p", "option", "td", "th", "tr", "dt", "dd", "tbody", "optgroup"];
/// Their content is not markup.
const RAW: [&str; 7] = ["script", "style", "textarea", "title", "xmp", "noframes", "iframe"];

/// The text to parse, and whether links or text may be missing from it. (A formatting tag too many is no loss.)
pub(super) fn pass(text: &str) -> (Cow<'_, str>, bool) {
    let whole = text.len();
    let text = within_limit(text);
    let cut = text.len() < whole;
    let mut gate =
        Gate { kept: String::new(), copied: 0, open: Vec::new(), counts: HashMap::new(), formatting: 0, lost: false };
    let finished = gate.scan(text);
    let changed = gate.copied > 0 || !gate.kept.is_empty();
    if !changed {
        return (Cow::Borrowed(&text[..finished]), cut || finished < text.len());
    }
    gate.kept.push_str(&text[gate.copied.min(finished)..finished]);
    (Cow::Owned(gate.kept), cut || finished < text.len() || gate.lost)
}

/// The opening of a text, at most [`MAX_TEXT`] bytes.
pub fn within_limit(text: &str) -> &str {
    &text[..text.floor_char_boundary(MAX_TEXT)]
}

/// The opening of a page's bytes, at most [`MAX_TEXT`] of them, and whether that is all. Cut before a tag: in every
/// encoding of portals the sign stands for nothing else, so no letter is halved.
pub fn opening(bytes: &[u8]) -> (&[u8], bool) {
    let Some(opening) = bytes.get(..MAX_TEXT).filter(|_| bytes.len() > MAX_TEXT) else { return (bytes, true) };
    let end = opening.iter().rposition(|byte| *byte == b'<').filter(|at| *at > 0);
    (&opening[..end.unwrap_or(MAX_TEXT)], false)
}

struct Gate<'t> {
    /// What is kept up to `copied`; empty until the first tag is dropped.
    kept: String,
    copied: usize,
    open: Vec<&'t str>,
    /// How many elements of a name are open, so that stray end tags cost nothing.
    counts: HashMap<&'t str, usize>,
    formatting: usize,
    /// A tag that could mean something lay too deep.
    lost: bool,
}

impl<'t> Gate<'t> {
    /// Scans to the end or to the tag budget; returns how far.
    fn scan(&mut self, text: &'t str) -> usize {
        let bytes = text.as_bytes();
        let mut tags = 0;
        let mut at = 0;
        while let Some(start) = find(bytes, b'<', at) {
            let Some(next) = bytes.get(start + 1) else { break };
            if *next == b'!' {
                at = if text[start..].starts_with("<!--") {
                    text[start + 4..].find("-->").map_or(bytes.len(), |found| start + 4 + found + 3)
                } else {
                    find(bytes, b'>', start).map_or(bytes.len(), |found| found + 1)
                };
                continue;
            }
            let closing = *next == b'/';
            let name_start = start + 1 + usize::from(closing);
            let name = name_at(text, name_start);
            if name.is_empty() {
                at = start + 1;
                continue;
            }
            tags += 1;
            if tags > MAX_TAGS {
                return start;
            }
            let (end, words) = tag_end(bytes, name_start);
            at = end;
            if words > MAX_ATTRIBUTES {
                self.drop(text, start, end);
                self.lost |= !closing;
                continue;
            }
            if closing {
                self.close(name);
            } else if !self.admit(name) {
                self.drop(text, start, end);
            } else if RAW.iter().any(|raw| raw.eq_ignore_ascii_case(name)) {
                at = raw_end(text, end, name);
            }
        }
        text.len()
    }

    /// Leaves a tag out of what is kept.
    fn drop(&mut self, text: &str, start: usize, end: usize) {
        self.kept.push_str(&text[self.copied..start]);
        self.copied = end;
    }

    /// Notes an opened element; false where it must be dropped.
    fn admit(&mut self, name: &'t str) -> bool {
        let is = |list: &[&str]| list.iter().any(|item| item.eq_ignore_ascii_case(name));
        if is(&VOID) || is(&RAW) {
            return true;
        }
        if is(&CLOSED_BY_NEXT) && self.close_open_one(name) {
            return true;
        }
        // A new link closes the one before, wherever that was opened.
        if name.eq_ignore_ascii_case("a")
            && let Some(at) = self.open.iter().rposition(|open| open.eq_ignore_ascii_case("a"))
        {
            let before = self.open.remove(at);
            self.open.push(before);
            return true;
        }
        let formatting = is(&FORMATTING);
        self.lost |= self.open.len() >= MAX_DEPTH && !formatting;
        if self.open.len() >= MAX_DEPTH || (formatting && self.formatting >= MAX_FORMATTING) {
            return false;
        }
        self.formatting += usize::from(formatting);
        self.open.push(name);
        *self.counts.entry(name).or_default() += 1;
        true
    }

    /// A new list item, cell or paragraph stands in the place of the one still open in the same list, row or block.
    fn close_open_one(&mut self, name: &'t str) -> bool {
        const HOLDS: [&str; 6] = ["ul", "ol", "dl", "table", "select", "body"];
        for (at, open) in self.open.iter().enumerate().rev() {
            if open.eq_ignore_ascii_case(name) {
                for closed in self.open.split_off(at + 1) {
                    if let Some(count) = self.counts.get_mut(closed) {
                        *count = count.saturating_sub(1);
                    }
                }
                return true;
            }
            if HOLDS.iter().any(|holder| holder.eq_ignore_ascii_case(open)) {
                return false;
            }
        }
        false
    }

    fn close(&mut self, name: &str) {
        if self.counts.get(name).copied().unwrap_or(0) == 0 {
            return;
        }
        while let Some(last) = self.open.pop() {
            if let Some(count) = self.counts.get_mut(last) {
                *count = count.saturating_sub(1);
            }
            let formatting = FORMATTING.iter().any(|item| item.eq_ignore_ascii_case(last));
            if last == name {
                self.formatting -= usize::from(formatting).min(self.formatting);
                return;
            }
            // A formatting element left open inside stays alive for the builder, so it goes on counting.
        }
    }
}

fn find(bytes: &[u8], byte: u8, from: usize) -> Option<usize> {
    bytes.get(from..)?.iter().position(|found| *found == byte).map(|found| found + from)
}

fn name_at(text: &str, start: usize) -> &str {
    let rest = &text.as_bytes()[start.min(text.len())..];
    if !rest.first().is_some_and(u8::is_ascii_alphabetic) {
        return "";
    }
    let length = rest.iter().position(|byte| !(byte.is_ascii_alphanumeric() || *byte == b':' || *byte == b'-'));
    &text[start..start + length.unwrap_or(rest.len())]
}

/// The place after the `>` of a tag, and how many words it has after its name; quoted values may hold both.
fn tag_end(bytes: &[u8], from: usize) -> (usize, usize) {
    let mut quote = None;
    let (mut before, mut words, mut in_word) = (0, 0, true);
    for (at, byte) in bytes.iter().enumerate().skip(from) {
        // A slash parts attributes as white space does.
        let parts = quote.is_none() && (byte.is_ascii_whitespace() || (*byte == b'/' && before != b'='));
        words += usize::from(!parts && !in_word);
        in_word = !parts;
        match (quote, *byte) {
            (Some(open), byte) if open == byte => {
                quote = None;
                in_word = false;
            }
            (Some(_), _) => {}
            (None, b'>') => return (at + 1, words),
            // A quote opens a value only after an equals sign; elsewhere it is a slip.
            (None, b'"' | b'\'') if before == b'=' => quote = Some(*byte),
            _ => {}
        }
        if !byte.is_ascii_whitespace() {
            before = *byte;
        }
    }
    (bytes.len(), words)
}

/// The place of the end tag of an element whose content is no markup.
fn raw_end(text: &str, from: usize, name: &str) -> usize {
    let mut at = from;
    while let Some(found) = text[at..].find("</") {
        let start = at + found;
        if name_at(text, start + 2).eq_ignore_ascii_case(name) {
            return start;
        }
        at = start + 2;
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_of_a_thousand_attributes_is_dropped_and_its_text_stays() {
        for parting in [" ", "", "/"] {
            let attributes: Vec<String> = (0..1000).map(|number| format!("x{number}=\"y\"")).collect();
            let text = format!("<p>甲<a {}>乙</a><b class=\"a b c d\" id='x'>丙</b>", attributes.join(parting));
            assert_eq!(
                pass(&text),
                (Cow::Borrowed("<p>甲乙</a><b class=\"a b c d\" id='x'>丙</b>"), true),
                "{parting:?}"
            );
        }
        let honest = format!("<p style=\"{}\" title='a > b' data-x=1>甲", "a: b; ".repeat(500));
        assert_eq!(pass(&honest), (Cow::Borrowed(honest.as_str()), false));
    }
}
