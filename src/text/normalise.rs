//! Bringing text into one form before it is compared or shown.

/// Full-width ASCII to half-width, as NFKC does; other characters as they are.
pub fn fold_width(letter: char) -> char {
    match letter {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(letter as u32 - 0xFEE0).unwrap_or(letter),
        '\u{3000}' => ' ',
        _ => letter,
    }
}

/// Characters that take no room: joiners, byte-order marks, soft hyphens.
fn is_invisible(letter: char) -> bool {
    matches!(letter, '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}' | '\u{00AD}' | '\u{202A}'..='\u{202E}')
}

/// For comparing: widths folded, lower case, without any white space or invisible characters.
pub fn normalise(text: &str) -> String {
    let mut normal = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            // Most letters by far: they have no case, no width and take room.
            '\u{4E00}'..='\u{9FFF}' => normal.push(letter),
            _ if is_invisible(letter) => {}
            _ => {
                let letter = fold_width(letter);
                if letter.is_ascii() {
                    if !letter.is_ascii_whitespace() && letter != '\u{b}' {
                        normal.push(letter.to_ascii_lowercase());
                    }
                } else if !letter.is_whitespace() {
                    normal.extend(letter.to_lowercase());
                }
            }
        }
    }
    normal
}

/// What [`normalise`] makes of one letter; none where it is taken out.
pub(super) fn normal_letter(letter: char) -> Option<char> {
    let letter = fold_width(letter);
    let is_taken_out = letter.is_whitespace() || is_invisible(letter);
    (!is_taken_out).then(|| letter.to_lowercase().next()).flatten()
}

/// For showing: runs of white space become one blank, the ends are trimmed, widths stay.
pub fn tidy(text: &str) -> String {
    // The first bytes of everything that could change; Chinese letters begin with others.
    let is_plain = |byte: u8| !matches!(byte, 0..=0x20 | 0xC2 | 0xE1 | 0xE2 | 0xE3 | 0xEF);
    if text.bytes().all(is_plain) {
        return text.to_owned();
    }
    let mut tidied = String::with_capacity(text.len());
    let mut gap = false;
    for letter in text.chars().filter(|letter| !is_invisible(*letter)) {
        if letter.is_whitespace() {
            gap = !tidied.is_empty();
        } else {
            if gap {
                tidied.push(' ');
                gap = false;
            }
            tidied.push(letter);
        }
    }
    tidied
}
