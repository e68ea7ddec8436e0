//! A quick "certainly not": whether a text may hold one of many phrases at all. Of every phrase three letters are kept,
//! those at the slip if it has one; most texts pass through without a thorough search.

use std::collections::BTreeSet;

use super::normalise::normal_letter;

/// Letters that are kept of a phrase, and the least a phrase may have.
pub const LETTERS: usize = 3;
/// Bits of the table that is asked first; 8 KB stay in the nearest cache.
const BITS: u32 = 16;
/// Bits of one letter: the largest scalar value has 21.
const LETTER_BITS: u32 = 21;
const MASK: u64 = (1 << (LETTER_BITS * 3)) - 1;

/// The kept letters of all phrases.
#[derive(Clone, Default)]
pub struct Sieve {
    table: Vec<u64>,
    keys: Vec<u64>,
}

impl Sieve {
    /// Of normalised phrases; `usual` are phrases that stand in many texts, whose letters tell nothing.
    /// Phrases of fewer than three letters cannot be kept.
    pub fn of<'a>(phrases: impl Iterator<Item = &'a str>, usual: impl Iterator<Item = &'a str>) -> Self {
        let usual: BTreeSet<u64> = usual.flat_map(keys_of).collect();
        let mut sieve = Self { table: vec![0; 1 << (BITS - 6)], keys: Vec::new() };
        for phrase in phrases {
            let keys = keys_of(phrase);
            let telling: Vec<u64> = keys.iter().copied().filter(|key| !usual.contains(key)).collect();
            let kept = if telling.is_empty() { &keys } else { &telling };
            // In the middle of a slip fewer other words meet than at its ends.
            sieve.keys.extend(kept.get(kept.len() / 2));
        }
        sieve.keys.sort_unstable();
        sieve.keys.dedup();
        for key in &sieve.keys {
            let bit = place(*key);
            if let Some(word) = sieve.table.get_mut(bit >> 6) {
                *word |= 1 << (bit & 63);
            }
        }
        sieve
    }

    /// False only where no phrase stands in the text, however it is spaced and whatever its widths.
    pub fn may_hold(&self, text: &str) -> bool {
        let mut key = 0;
        for letter in text.chars() {
            let letter = match letter {
                '\u{4E00}'..='\u{9FFF}' => letter,
                _ => match normal_letter(letter) {
                    Some(letter) => letter,
                    None => continue,
                },
            };
            key = next(key, letter);
            let bit = place(key);
            let is_in_table = self.table.get(bit >> 6).is_some_and(|word| word >> (bit & 63) & 1 == 1);
            if is_in_table && self.keys.binary_search(&key).is_ok() {
                return true;
            }
        }
        false
    }
}

fn next(key: u64, letter: char) -> u64 {
    (key << LETTER_BITS | u64::from(letter)) & MASK
}

fn keys_of(phrase: &str) -> Vec<u64> {
    let mut key = 0;
    let keys = phrase.chars().map(|letter| {
        key = next(key, letter);
        key
    });
    keys.skip(LETTERS - 1).collect()
}

fn place(key: u64) -> usize {
    // Fibonacci hashing: the high bits of the product depend on all letters.
    (key.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (64 - BITS)) as usize
}
