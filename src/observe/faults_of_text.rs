//! What is wrong with the text of an article itself: set phrases miswritten, identity numbers shown in full.

use jiff::{ToSpan, civil::Date};

use crate::{
    model::{Lexicon, PageFacts, PageKind},
    text::identity_number,
};

/// Nobody younger is licensed or fined (Administrative Penalty Law, article 30).
const LEAST_AGE: i64 = 14;
/// Numbers told of one page.
const MOST_NUMBERS: usize = 20;

/// Reads the text once, while it is whole. Garbled text says nothing.
pub(super) fn read(facts: &mut PageFacts, lexicon: &Lexicon, received: Option<Date>) {
    if facts.garbled || !matches!(facts.kind, PageKind::Article | PageKind::Report) {
        return;
    }
    facts.wording = lexicon.phrases.find(&facts.body);
    let title = facts.title.as_deref().unwrap_or_default();
    for fault in lexicon.phrases.find(title) {
        if facts.wording.iter().all(|known| (known.list, &known.found) != (fault.list, &fault.found)) {
            facts.wording.push(fault);
        }
    }
    if may_hold_number(&facts.body) {
        let numbers = identity_number::find(&facts.body, born_by(received));
        facts.exposed =
            numbers.into_iter().take(MOST_NUMBERS).map(|range| identity_number::shown(&facts.body[range])).collect();
    }
}

/// The latest birthday of anybody a decision speaks of.
pub(in crate::observe) fn born_by(received: Option<Date>) -> Date {
    received.and_then(|day| day.checked_sub(LEAST_AGE.years()).ok()).unwrap_or(Date::MAX)
}

/// Whether so many digits follow each other at all; most texts have none.
fn may_hold_number(text: &str) -> bool {
    let mut run = 0;
    text.bytes().any(|byte| {
        run = if byte.is_ascii_digit() { run + 1 } else { 0 };
        run == 17
    })
}
