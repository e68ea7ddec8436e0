//! How much two texts share, by runs of five letters: linear in their length.

use std::collections::{HashMap, HashSet};

/// Letters of a run.
const RUN: usize = 5;

/// What two texts have in common.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Similarity {
    /// Runs in both as a share of the runs in either (Jaccard), percent, rounded down.
    pub percent: usize,
    /// The longest passage of the first text that stands in the second one too.
    pub passage: String,
}

/// Compares two texts by their letters: punctuation, blanks and numbers do not count.
pub fn similarity(one: &str, other: &str) -> Similarity {
    let (letters, others) = (letters(one), letters_only(other));
    let (runs, other_runs) = (runs(&letters.iter().map(|(_, letter)| *letter).collect::<Vec<_>>()), runs(&others));
    let (set, other_set): (HashSet<u128>, HashSet<u128>) =
        (runs.iter().copied().collect(), other_runs.iter().copied().collect());
    let shared = set.intersection(&other_set).count();
    let either = set.len() + other_set.len() - shared;
    let percent = (shared * 100).checked_div(either).unwrap_or(0);
    Similarity { percent, passage: passage(one, &letters, &runs, &other_runs) }
}

/// Letters that count when texts are compared: how long a text is in this measure.
pub fn letters_only(text: &str) -> Vec<char> {
    letters(text).into_iter().map(|(_, letter)| letter).collect()
}

/// How many letters a text has, and its runs of five.
pub(super) fn letter_runs(text: &str) -> (usize, Vec<u128>) {
    let letters = letters_only(text);
    (letters.len(), runs(&letters))
}

fn letters(text: &str) -> Vec<(usize, char)> {
    text.char_indices().filter(|(_, letter)| letter.is_alphabetic()).collect()
}

/// Every run of five letters as one number: a letter takes 21 bits.
fn runs(letters: &[char]) -> Vec<u128> {
    let run =
        |window: &[char]| window.iter().fold(0_u128, |number, letter| (number << 21) | u128::from(*letter as u32));
    letters.windows(RUN).map(run).collect()
}

/// The longest chain of runs that follow each other in both texts.
fn passage(text: &str, letters: &[(usize, char)], runs: &[u128], others: &[u128]) -> String {
    let mut places: HashMap<u128, usize> = HashMap::new();
    for (at, run) in others.iter().enumerate() {
        places.entry(*run).or_insert(at);
    }
    let (mut longest, mut begun, mut before) = (0..0, 0, None);
    for (at, run) in runs.iter().enumerate() {
        // A run that stands twice in the other text may go on after its second place.
        let goes_on = before.map(|place: usize| place + 1).filter(|place| others.get(*place) == Some(run));
        let place = goes_on.or_else(|| places.get(run).copied());
        if goes_on.is_none() {
            begun = at;
        }
        if place.is_some() && at + 1 - begun > longest.len() {
            longest = begun..at + 1;
        }
        before = place;
    }
    if longest.is_empty() {
        return String::new();
    }
    let (from, (last, letter)) = (letters[longest.start].0, letters[longest.end + RUN - 2]);
    text[from..last + letter.len_utf8()].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shared_passage_is_shown_as_written() {
        let found = similarity(
            "前言。今年，我们共办理申请12件，均按期办结。后话",
            "共办理申请7件，均按期办结！另有说明甲乙丙丁",
        );
        assert_eq!(found.passage, "共办理申请12件，均按期办结");
        assert!((30..60).contains(&found.percent), "{}", found.percent);
        assert_eq!(similarity("甲乙丙丁戊己", "甲乙丙丁戊己").percent, 100);
        assert_eq!(similarity("甲乙丙丁戊己", ""), Similarity::default());
    }
}
