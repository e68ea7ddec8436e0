//! The markup of a page as tags and texts, in one pass, without a tree. Follows the tokenizer of the HTML standard
//! (WHATWG, 13.2.5) for what well-made pages hold, and gives up ([`Unusual`]) on the rest, which the full parser reads.

use memchr::{memchr, memchr2, memmem};

use super::{
    gate,
    tree::{Span, Tree},
};

/// The page needs the full rules of HTML.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unusual;

/// A piece of markup.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// `<name …>`; its attributes are in [`Tokens::attributes`].
    Open { name: Span },
    /// `</name>`
    Close { name: Span },
    /// Character references resolved.
    Text {
        words: Span,
        /// Nothing but white space.
        blank: bool,
    },
}

/// Reads the buffer of a tree from front to back; resolved words are added behind it.
pub(super) struct Tokens {
    at: usize,
    end: usize,
    /// Of the tag opened last; of several of one name the first.
    pub(super) attributes: Vec<(Span, Span)>,
}

impl Tokens {
    pub(super) fn of(tree: &Tree) -> Self {
        Self { at: 0, end: tree.buffer().len(), attributes: Vec::new() }
    }

    /// The next piece; none at the end.
    pub(super) fn next(&mut self, tree: &mut Tree) -> Result<Option<Token>, Unusual> {
        while self.at < self.end {
            let bytes = self.rest(tree);
            if bytes[0] != b'<' {
                let length = self.text_length(bytes)?;
                return self.text(tree, length).map(Some);
            }
            match bytes.get(1) {
                Some(letter) if letter.is_ascii_alphabetic() => return self.open(tree).map(Some),
                Some(b'/') => match bytes.get(2) {
                    Some(letter) if letter.is_ascii_alphabetic() => return self.close(tree).map(Some),
                    _ => return Err(Unusual),
                },
                Some(b'!') => self.at += comment_length(bytes)?,
                Some(b'?') => self.at += memchr(b'>', bytes).ok_or(Unusual)? + 1,
                // A less-than sign in the text.
                _ => {
                    let length = 1 + self.text_length(&bytes[1..])?;
                    return self.text(tree, length).map(Some);
                }
            }
        }
        Ok(None)
    }

    /// Everything up to the end tag of `name`, which is passed over, as it stands (script, style …) or with character
    /// references resolved (`title`). None where it is empty.
    pub(super) fn raw(&mut self, tree: &mut Tree, name: &str, resolve: bool) -> Result<Option<Span>, Unusual> {
        let bytes = self.rest(tree);
        let mut from = 0;
        let length = loop {
            let start = from + memmem::find(&bytes[from..], b"</").ok_or(Unusual)?;
            let after = start + 2 + name.len();
            let named = bytes.get(start + 2..after).is_some_and(|found| found.eq_ignore_ascii_case(name.as_bytes()));
            match bytes.get(after) {
                Some(b'>') if named => break start,
                Some(b' ' | b'\t' | b'\n' | b'/') if named => return Err(Unusual),
                _ => from = start + 2,
            }
        };
        if name == "script" && memmem::find(&bytes[..length], b"<!--").is_some() {
            let inner = bytes[..length].to_ascii_lowercase();
            if memmem::find(&inner, b"<script").is_some() {
                return Err(Unusual);
            }
        }
        let words = Span::new(self.at..self.at + length);
        self.at += length + 2 + name.len() + 1;
        if length == 0 {
            return Ok(None);
        }
        if resolve { resolved(tree, words, false).map(Some) } else { Ok(Some(words)) }
    }

    fn rest<'t>(&self, tree: &'t Tree) -> &'t [u8] {
        &tree.buffer().as_bytes()[self.at..self.end]
    }

    /// Bytes of text before the next tag or comment.
    fn text_length(&self, bytes: &[u8]) -> Result<usize, Unusual> {
        let mut from = 0;
        loop {
            let Some(found) = memchr(b'<', &bytes[from..]) else { return Ok(bytes.len()) };
            let start = from + found;
            match bytes.get(start + 1) {
                Some(b'/' | b'!' | b'?') => return Ok(start),
                Some(letter) if letter.is_ascii_alphabetic() => return Ok(start),
                _ => from = start + 1,
            }
        }
    }

    fn text(&mut self, tree: &mut Tree, length: usize) -> Result<Token, Unusual> {
        let words = Span::new(self.at..self.at + length);
        self.at += length;
        let words = resolved(tree, words, false)?;
        let blank = tree.words(words).bytes().all(|byte| matches!(byte, b' ' | b'\t' | b'\n' | 0x0c));
        Ok(Token::Text { words, blank })
    }

    fn close(&mut self, tree: &mut Tree) -> Result<Token, Unusual> {
        self.at += 2;
        let name = self.name(tree)?;
        // White space may follow the name; attributes of an end tag mean nothing but tell of a slip.
        let bytes = self.rest(tree);
        let blanks = bytes.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        if bytes.get(blanks) != Some(&b'>') {
            return Err(Unusual);
        }
        self.at += blanks + 1;
        Ok(Token::Close { name })
    }

    fn open(&mut self, tree: &mut Tree) -> Result<Token, Unusual> {
        self.at += 1;
        let name = self.name(tree)?;
        self.attributes.clear();
        while self.attribute(tree)? {}
        Ok(Token::Open { name })
    }

    /// The name of a tag, in lower case.
    fn name(&mut self, tree: &mut Tree) -> Result<Span, Unusual> {
        let bytes = self.rest(tree);
        let length =
            bytes.iter().position(|byte| matches!(byte, b'\t' | b'\n' | 0x0c | b' ' | b'/' | b'>')).ok_or(Unusual)?;
        let span = Span::new(self.at..self.at + length);
        self.at += length;
        Ok(lower_case(tree, span))
    }

    /// One attribute, or the end of the tag (false).
    fn attribute(&mut self, tree: &mut Tree) -> Result<bool, Unusual> {
        let bytes = self.rest(tree);
        let mut at =
            bytes.iter().position(|byte| !matches!(byte, b'\t' | b'\n' | 0x0c | b' ' | b'/')).ok_or(Unusual)?;
        if bytes[at] == b'>' {
            self.at += at + 1;
            return Ok(false);
        }
        let start = at;
        // An equals sign in front belongs to the name.
        at += 1;
        at += bytes[at..]
            .iter()
            .position(|byte| matches!(byte, b'\t' | b'\n' | 0x0c | b' ' | b'/' | b'>' | b'='))
            .ok_or(Unusual)?;
        let name = Span::new(self.at + start..self.at + at);
        let blank = |byte: &u8| matches!(byte, b'\t' | b'\n' | 0x0c | b' ');
        let blanks = bytes[at..].iter().take_while(|byte| blank(byte)).count();
        let mut value = Span::new(self.at..self.at);
        if bytes.get(at + blanks) == Some(&b'=') {
            at += blanks + 1;
            at += bytes[at..].iter().take_while(|byte| blank(byte)).count();
            match bytes.get(at) {
                Some(quote @ (b'"' | b'\'')) => {
                    let length = memchr(*quote, &bytes[at + 1..]).ok_or(Unusual)?;
                    value = Span::new(self.at + at + 1..self.at + at + 1 + length);
                    at += length + 2;
                }
                Some(b'>') => {}
                Some(_) => {
                    let length = bytes[at..].iter().position(|byte| blank(byte) || *byte == b'>').ok_or(Unusual)?;
                    value = Span::new(self.at + at..self.at + at + length);
                    at += length;
                }
                None => return Err(Unusual),
            }
        }
        self.at += at;
        let name = lower_case(tree, name);
        let value = resolved(tree, value, true)?;
        let known = self.attributes.iter().any(|(other, _)| tree.words(*other) == tree.words(name));
        if !known {
            self.attributes.push((name, value));
        }
        if self.attributes.len() > gate::MAX_ATTRIBUTES { Err(Unusual) } else { Ok(true) }
    }
}

/// Bytes of a comment, a document type or what passes for a comment.
fn comment_length(bytes: &[u8]) -> Result<usize, Unusual> {
    if !bytes.starts_with(b"<!--") {
        return Ok(memchr(b'>', bytes).ok_or(Unusual)? + 1);
    }
    let inner = &bytes[4..];
    let length = memmem::find(inner, b"-->").ok_or(Unusual)?;
    let odd = inner.starts_with(b">") || inner.starts_with(b"->") || memmem::find(&inner[..length], b"--!>").is_some();
    if odd { Err(Unusual) } else { Ok(4 + length + 3) }
}

fn lower_case(tree: &mut Tree, span: Span) -> Span {
    if tree.words(span).bytes().any(|byte| byte.is_ascii_uppercase()) {
        let lower = tree.words(span).to_ascii_lowercase();
        tree.add_words(&lower)
    } else {
        span
    }
}

/// Character references by their names that well-made pages use; all others are left to the full parser.
const NAMED: [(&str, &str); 32] = [
    ("nbsp", "\u{a0}"),
    ("amp", "&"),
    ("lt", "<"),
    ("gt", ">"),
    ("quot", "\""),
    ("apos", "'"),
    ("ldquo", "“"),
    ("rdquo", "”"),
    ("lsquo", "‘"),
    ("rsquo", "’"),
    ("hellip", "…"),
    ("mdash", "—"),
    ("ndash", "–"),
    ("middot", "·"),
    ("bull", "•"),
    ("copy", "©"),
    ("reg", "®"),
    ("laquo", "«"),
    ("raquo", "»"),
    ("lsaquo", "‹"),
    ("rsaquo", "›"),
    ("times", "×"),
    ("divide", "÷"),
    ("emsp", "\u{2003}"),
    ("ensp", "\u{2002}"),
    ("thinsp", "\u{2009}"),
    ("yen", "¥"),
    ("deg", "°"),
    ("permil", "‰"),
    ("sect", "§"),
    ("uarr", "↑"),
    ("darr", "↓"),
];

/// The words with character references resolved.
fn resolved(tree: &mut Tree, span: Span, in_attribute: bool) -> Result<Span, Unusual> {
    let words = tree.words(span);
    let Some(mut next) = memchr(b'&', words.as_bytes()) else { return Ok(span) };
    let mut clean = String::with_capacity(words.len());
    let mut rest = words;
    loop {
        clean.push_str(&rest[..next]);
        rest = &rest[next + 1..];
        let length = rest.bytes().take_while(u8::is_ascii_alphanumeric).count();
        let (name, behind) = (&rest[..length], rest[length..].bytes().next());
        if rest.starts_with('#') {
            let (letter, used) = numbered(&rest[1..]).ok_or(Unusual)?;
            clean.push(letter);
            rest = &rest[1 + used..];
        } else if length > 0 && behind == Some(b';') {
            let (_, letter) = NAMED.iter().find(|(known, _)| *known == name).ok_or(Unusual)?;
            clean.push_str(letter);
            rest = &rest[length + 1..];
        } else if length == 0 || (in_attribute && behind == Some(b'=')) {
            // An ampersand, as in the query of an address.
            clean.push('&');
        } else {
            return Err(Unusual);
        }
        match memchr(b'&', rest.as_bytes()) {
            Some(found) => next = found,
            None => break,
        }
    }
    clean.push_str(rest);
    Ok(tree.add_words(&clean))
}

/// `160;` or `xA0;` after `&#`: the letter, and the bytes it took. Only plain letters in full form.
fn numbered(text: &str) -> Option<(char, usize)> {
    let end = memchr2(b';', b'&', text.as_bytes()).filter(|end| (1..=8).contains(end))?;
    if text.as_bytes().get(end) != Some(&b';') {
        return None;
    }
    let number = match text[..end].strip_prefix(['x', 'X']) {
        Some(hex) if hex.bytes().all(|byte| byte.is_ascii_hexdigit()) => u32::from_str_radix(hex, 16).ok()?,
        None if text[..end].bytes().all(|byte| byte.is_ascii_digit()) => text[..end].parse().ok()?,
        _ => return None,
    };
    let letter = char::from_u32(number)?;
    // Control characters have rules of their own.
    (number >= 0xa0 || (0x20..0x7f).contains(&number)).then_some((letter, end + 1))
}
