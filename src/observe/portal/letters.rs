//! Letters of the portal's message boards, from their lists and from their own pages.

use std::collections::{BTreeMap, BTreeSet};

use super::{Night, addresses::page_id};
use crate::model::{ColumnFacts, ColumnRole, LetterFacts};

pub(super) fn fold(night: &Night<'_>, columns: &[ColumnFacts]) -> Vec<LetterFacts> {
    let boards = columns.iter().filter(|column| night.roles(column).any(|role| role == ColumnRole::MessageBoard));
    let mut places: BTreeSet<String> = BTreeSet::new();
    for board in boards {
        places.insert(page_id(&board.url));
        places.extend(board.entries.iter().map(|entry| page_id(&entry.url)));
    }
    let mut letters: BTreeMap<String, LetterFacts> = BTreeMap::new();
    for page in night.readable() {
        let is_of_board = |url: &str| places.contains(&page_id(url));
        let led_from_board = page.linked_from.as_deref().is_some_and(is_of_board);
        if !led_from_board && !is_of_board(&page.capture.final_url) && !is_of_board(&page.capture.url) {
            continue;
        }
        for letter in &page.facts.letters {
            let url = letter.url.clone().unwrap_or_else(|| page.capture.final_url.clone());
            // Without a page of its own, a letter is told by its words and its day.
            let own = letter.url.is_some() || page.facts.letters.len() == 1;
            let key = if own { place(&url) } else { format!("{}·{}", letter.asked, letter.title) };
            let known = letters.entry(key.clone()).or_insert_with(|| LetterFacts {
                key,
                url,
                title: letter.title.clone(),
                asked: Some(letter.asked),
                ..LetterFacts::default()
            });
            // A list and the letter's own page complete each other; what speaks for the unit counts.
            known.answered = known.answered.or(letter.answered);
            known.said_open |= letter.said_open;
            known.said_closed |= letter.said_closed;
        }
    }
    letters.into_values().collect()
}

/// The address without scheme and host: message boards tell their letters by a number in the query.
fn place(url: &str) -> String {
    url.splitn(4, '/').nth(3).map(|rest| format!("/{rest}")).unwrap_or_default()
}
