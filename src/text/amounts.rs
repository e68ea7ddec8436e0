//! Amounts of money as documents print them: 20000元, 2万元, ￥20,000.00. Exact: counted in millionths.

use super::fold_width;

/// The unit beside a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// None is printed.
    Unsaid,
    Yuan,
    /// 万元.
    TenThousandYuan,
}

/// A number with what stands beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Amount {
    /// The printed number, in millionths.
    pub millionths: u64,
    pub unit: Unit,
}

/// Millionths of one.
const ONE: u64 = 1_000_000;
/// Digits behind the point that are read.
const PLACES: u32 = 6;

impl Amount {
    /// The number as printed, whole parts only.
    pub fn whole(self) -> u64 {
        self.millionths / ONE
    }

    /// The sum in yuan, in millionths; none for a number without unit, or one beyond all bounds.
    pub fn in_yuan(self) -> Option<u64> {
        match self.unit {
            Unit::Unsaid => None,
            Unit::Yuan => Some(self.millionths),
            Unit::TenThousandYuan => self.millionths.checked_mul(10_000),
        }
    }
}

/// All numbers of a text, each with its unit. Numbers of more than twelve digits are no amounts and are left out.
pub fn find(text: &str) -> Vec<Amount> {
    let letters: Vec<char> = text.chars().map(fold_width).collect();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(letter) = letters.get(at) {
        if !letter.is_ascii_digit() {
            at += 1;
            continue;
        }
        let is_priced = letters[..at].iter().rev().find(|letter| !letter.is_whitespace());
        let is_priced = is_priced.is_some_and(|sign| matches!(sign, '¥' | '￥'));
        let (millionths, end) = number(&letters, at);
        let unit = match unit_at(&letters, end) {
            Unit::Unsaid if is_priced => Unit::Yuan,
            unit => unit,
        };
        found.extend(millionths.map(|millionths| Amount { millionths, unit }));
        at = end;
    }
    found
}

/// The number that begins here, and where it ends.
fn number(letters: &[char], start: usize) -> (Option<u64>, usize) {
    let mut at = start;
    let mut value: Option<u64> = Some(0);
    let mut behind: Option<u32> = None;
    while let Some(letter) = letters.get(at) {
        let before_digit = letters.get(at + 1).is_some_and(char::is_ascii_digit);
        match letter.to_digit(10) {
            Some(digit) => {
                if behind.is_none_or(|places| places < PLACES) {
                    value = value.and_then(|value| value.checked_mul(10)?.checked_add(u64::from(digit)));
                    value = value.filter(|value| *value < 1_000_000_000_000_000_000 / ONE);
                }
                behind = behind.map(|places| places + 1);
            }
            None if *letter == ',' && before_digit && behind.is_none() => {}
            None if *letter == '.' && before_digit && behind.is_none() => behind = Some(0),
            None => break,
        }
        at += 1;
    }
    let missing = PLACES - behind.unwrap_or(0).min(PLACES);
    (value.and_then(|value| value.checked_mul(10_u64.pow(missing))), at)
}

fn unit_at(letters: &[char], end: usize) -> Unit {
    let mut rest = letters[end..].iter().filter(|letter| !letter.is_whitespace());
    match (rest.next(), rest.next()) {
        (Some('元' | '圆'), _) => Unit::Yuan,
        (Some('万'), Some('元' | '圆')) => Unit::TenThousandYuan,
        _ => Unit::Unsaid,
    }
}
