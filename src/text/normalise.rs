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
    // What stays as it is is taken over in one piece.
    let (mut kept, mut at) = (0, 0);
    while let Some(byte) = text.as_bytes().get(at) {
        match byte {
            // Chinese letters, most by far: they have no case, no width and take room.
            0xE4..=0xE9 => at += 3,
            0x21..=0x40 | 0x5B..=0x7E => at += 1,
            _ => {
                normal.push_str(&text[kept..at]);
                let Some(letter) = text[at..].chars().next() else { break };
                push_normal(&mut normal, letter);
                at += letter.len_utf8();
                kept = at;
            }
        }
    }
    normal.push_str(&text[kept..]);
    normal
}

fn push_normal(normal: &mut String, letter: char) {
    if is_invisible(letter) {
        return;
    }
    let letter = fold_width(letter);
    if letter.is_ascii() {
        if !letter.is_ascii_whitespace() && letter != '\u{b}' {
            normal.push(letter.to_ascii_lowercase());
        }
    } else if !letter.is_whitespace() {
        normal.extend(letter.to_lowercase());
    }
}

/// What [`normalise`] makes of one letter; none where it is taken out.
pub(super) fn normal_letter(letter: char) -> Option<char> {
    let letter = fold_width(letter);
    let is_taken_out = letter.is_whitespace() || is_invisible(letter);
    (!is_taken_out).then(|| letter.to_lowercase().next()).flatten()
}

/// For showing: runs of white space become one blank, the ends are trimmed, widths stay.
pub fn tidy(text: &str) -> String {
    let mut tidied = String::with_capacity(text.len());
    // What stays as it is is taken over in one piece; `gap` tells of white space before it.
    let (mut kept, mut at, mut gap) = (0, 0, false);
    let mut take_over = |from: usize, to: usize, gap: bool| {
        if from < to {
            if gap && !tidied.is_empty() {
                tidied.push(' ');
            }
            tidied.push_str(&text[from..to]);
        }
        from < to
    };
    loop {
        at += text.as_bytes()[at..].iter().take_while(|byte| !MAY_GO[usize::from(**byte)]).count();
        let Some(letter) = text[at..].chars().next() else { break };
        let next = at + letter.len_utf8();
        if letter.is_whitespace() || is_invisible(letter) {
            gap &= !take_over(kept, at, gap);
            gap |= letter.is_whitespace();
            kept = next;
        }
        at = next;
    }
    take_over(kept, text.len(), gap);
    tidied
}

/// How many characters a reader sees: all but white space.
pub fn letters(text: &str) -> usize {
    let (mut blanks, mut at) = (0, 0);
    loop {
        at += text.as_bytes()[at..].iter().take_while(|byte| !MAY_GO[usize::from(**byte)]).count();
        let Some(letter) = text[at..].chars().next() else { break };
        blanks += usize::from(letter.is_whitespace());
        at += letter.len_utf8();
    }
    text.chars().count() - blanks
}

/// The first bytes of all letters that [`tidy`] takes out; most Chinese letters begin with others.
const MAY_GO: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = matches!(byte, 0..=0x20 | 0xC2 | 0xE1 | 0xE2 | 0xE3 | 0xEF);
        byte += 1;
    }
    table
};

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn tidied_letter_by_letter(text: &str) -> String {
        let shown: String = text.chars().filter(|letter| !is_invisible(*letter)).collect();
        shown.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    fn normalised_letter_by_letter(text: &str) -> String {
        let mut normal = String::new();
        text.chars().for_each(|letter| push_normal(&mut normal, letter));
        normal
    }

    proptest! {
        #[test]
        fn whole_pieces_are_the_same_as_letter_by_letter(text in r"[ \n\u{3000}\u{A0}\u{200B}\u{FEFF}政务公开。，ａＡ1a\PC]{0,40}") {
            prop_assert_eq!(tidy(&text), tidied_letter_by_letter(&text));
            prop_assert_eq!(normalise(&text), normalised_letter_by_letter(&text));
            prop_assert_eq!(letters(&text), text.chars().filter(|letter| !letter.is_whitespace()).count());
        }
    }
}
