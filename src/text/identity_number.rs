//! Resident identity numbers 公民身份号码 (GB 11643-1999) that stand in a text in full. Only what passes region, birth
//! day and check digit counts, so that case numbers and accounts raise no alarm; what is hidden with `*` is none.

use std::ops::Range;

use jiff::civil::Date;

use super::fold_width;

const LENGTH: usize = 18;
const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
/// The last letter by the weighted sum modulo 11.
const CHECK: &[u8; 11] = b"10X98765432";
/// First two digits: provinces (GB/T 2260).
const PROVINCES: [u8; 34] = [
    11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 41, 42, 43, 44, 45, 46, 50, 51, 52, 53, 54, 61, 62, 63,
    64, 65, 71, 81, 82,
];
/// A number that goes on before or after one of these is a longer one: a project code, an address.
const JOINTS: [char; 4] = ['-', '_', '/', '.'];
/// Letters left to see: enough to find the place on the page, too few to know the person.
const SHOWN: usize = 3;

/// Where identity numbers stand, as byte ranges. Nobody is held to be born after `born_by`: serial numbers that begin
/// with region and date speak of recent days, persons who are licensed or fined were born long before.
pub fn find(text: &str, born_by: Date) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut run = Vec::with_capacity(LENGTH);
    let (mut start, mut before, mut previous) = (0, None, None);
    for (at, letter) in text.char_indices().chain([(text.len(), '\n')]) {
        let folded = fold_width(letter);
        if folded.is_ascii_alphanumeric() {
            if run.is_empty() {
                (start, before) = (at, previous);
            }
            // A longer run is something else; one letter more than enough shows it.
            if run.len() <= LENGTH {
                run.push(folded.to_ascii_uppercase() as u8);
            }
        } else if !run.is_empty() {
            let goes_on = before.is_some_and(|joint| JOINTS.contains(&joint)) || matches!(folded, '-' | '_');
            if !goes_on && is_identity_number(&run, born_by) {
                found.push(start..at);
            }
            run.clear();
        }
        previous = Some(folded);
    }
    found
}

/// The text with every identity number hidden but for its first three digits; none where it has none.
pub fn masked(text: &str, born_by: Date) -> Option<String> {
    let found = find(text, born_by);
    let last = found.last()?.end;
    let mut masked = String::with_capacity(text.len());
    let mut from = 0;
    for range in &found {
        masked.push_str(&text[from..range.start]);
        masked.push_str(&shown(&text[range.clone()]));
        from = range.end;
    }
    masked.push_str(&text[last..]);
    Some(masked)
}

/// A number as it may be shown to staff.
pub fn shown(number: &str) -> String {
    let first: String = number.chars().take(SHOWN).map(fold_width).collect();
    first + &"*".repeat(LENGTH - SHOWN)
}

fn is_identity_number(run: &[u8], born_by: Date) -> bool {
    let (Ok(letters), true) = (<[u8; LENGTH]>::try_from(run), run.len() == LENGTH) else { return false };
    let [digits @ .., last] = letters;
    if !digits.iter().all(u8::is_ascii_digit) {
        return false;
    }
    let number =
        |range: Range<usize>| digits[range].iter().fold(0_i16, |sum, digit| sum * 10 + i16::from(digit - b'0'));
    let province = (digits[0] - b'0') * 10 + (digits[1] - b'0');
    let birth = (number(6..10), i8::try_from(number(10..12)), i8::try_from(number(12..14)));
    let (year, Ok(month), Ok(day)) = birth else { return false };
    let is_birth = Date::new(year, month, day).is_ok_and(|day| (1900..).contains(&day.year()) && day <= born_by);
    if !PROVINCES.contains(&province) || !is_birth {
        return false;
    }
    let sum: u32 = digits.iter().zip(WEIGHTS).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    CHECK.get((sum % 11) as usize) == Some(&last)
}
