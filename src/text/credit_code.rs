//! The unified social credit code 统一社会信用代码 (GB 32100-2015), checked by its own arithmetic: no register is asked.

use std::fmt;

use super::normalise;

/// The alphabet, each letter standing for its place: no I, O, S, V, Z.
const LETTERS: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
const LENGTH: usize = 18;
/// Weights of the inner code 主体标识码 (GB 11714), letters 9 to 16.
const INNER_WEIGHTS: [u32; 8] = [3, 7, 9, 10, 5, 8, 4, 2];
/// What stands in a cell that says nothing.
const NOTHING: [&str; 8] = ["", "-", "--", "—", "——", "/", "\\", "无"];
/// A shorter run of letters beside Chinese words is no code.
const LEAST_CODE: usize = 8;

/// What a cell holds where a credit code belongs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CreditCode {
    Right {
        /// Whether the inner code's own check digit agrees too. Only a hint: codes handed out in earlier years may not.
        inner: bool,
    },
    Wrong(Fault),
    /// A registration number of 13 or 15 digits, or an organisation code of 9: from before 2015, not to be checked.
    Older,
    /// Part of it is hidden with `*`.
    Masked,
    Blank,
}

/// Why a code cannot be one that was handed out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// So many letters instead of 18.
    Length(usize),
    /// A letter that no code has.
    Letter(char),
    /// The last letter is not the one the others give.
    Check { printed: char, reckoned: char },
    /// A spreadsheet made a rounded number of it, such as 9.11408E+17.
    Rounded,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Length(length) => write!(f, "应为18位，实为{length}位"),
            Fault::Letter(letter) => write!(f, "含有代码不使用的字符“{letter}”"),
            Fault::Check { printed, reckoned } => {
                write!(f, "校验位不符：末位应为“{reckoned}”，实为“{printed}”")
            }
            Fault::Rounded => f.write_str("被表格软件改成了科学计数法"),
        }
    }
}

/// Reads a cell. Widths, blanks, hyphens and lower case are put right first; of several codes a wrong one counts.
pub fn read(cell: &str) -> CreditCode {
    let text = normalise(cell).to_uppercase();
    if NOTHING.contains(&text.as_str()) {
        return CreditCode::Blank;
    }
    if text.contains('*') || text.contains("XXXX") || text.contains('×') {
        return CreditCode::Masked;
    }
    if is_rounded(&text) {
        return CreditCode::Wrong(Fault::Rounded);
    }
    let text = text.replace('-', "");
    if text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return judge(&text);
    }
    let codes = text.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|run| run.len() >= LEAST_CODE);
    let mut read = CreditCode::Blank;
    for code in codes.map(judge) {
        match code {
            CreditCode::Wrong(_) => return code,
            _ if read == CreditCode::Blank => read = code,
            _ => {}
        }
    }
    read
}

/// The last letter that belongs to the first 17; none where they hold a letter that no code has.
pub fn check_letter(first: &str) -> Option<char> {
    let mut weight = 1;
    let mut sum = 0;
    for letter in first.bytes() {
        sum += value(letter)? * weight;
        weight = weight * 3 % 31;
    }
    let rest = (31 - sum % 31) % 31;
    LETTERS.get(rest as usize).map(|letter| char::from(*letter))
}

fn judge(code: &str) -> CreditCode {
    match code.len() {
        13 | 15 if code.bytes().all(|byte| byte.is_ascii_digit()) => return CreditCode::Older,
        9 => return CreditCode::Older,
        LENGTH => {}
        other => return CreditCode::Wrong(Fault::Length(other)),
    }
    if let Some(strange) = code.bytes().find(|letter| value(*letter).is_none()) {
        return CreditCode::Wrong(Fault::Letter(char::from(strange)));
    }
    let (first, last) = code.split_at(LENGTH - 1);
    let printed = last.chars().next().unwrap_or_default();
    match check_letter(first) {
        Some(reckoned) if reckoned != printed => CreditCode::Wrong(Fault::Check { printed, reckoned }),
        _ => CreditCode::Right { inner: inner_agrees(code.as_bytes()) },
    }
}

fn value(letter: u8) -> Option<u32> {
    LETTERS.iter().position(|known| *known == letter).and_then(|place| u32::try_from(place).ok())
}

/// The check digit of the inner code: weights from the left, 10 written X, 11 written 0. Its letters run from A = 10.
fn inner_agrees(code: &[u8]) -> bool {
    let inner = |letter: u8| char::from(letter).to_digit(36);
    let Some((body, check)) = code.get(8..16).zip(code.get(16)) else { return false };
    let sum: Option<u32> = body.iter().zip(INNER_WEIGHTS).map(|(letter, weight)| Some(inner(*letter)? * weight)).sum();
    let wanted = match sum.map(|sum| 11 - sum % 11) {
        Some(10) => b'X',
        Some(11) => b'0',
        Some(digit) => b'0' + u8::try_from(digit).unwrap_or_default(),
        None => return false,
    };
    *check == wanted
}

/// `9.11408E+17`.
fn is_rounded(text: &str) -> bool {
    let Some((number, power)) = text.split_once("E+") else { return false };
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    is_number(number) && is_number(power)
}
