//! Compiles the patterns that are written in the source.

use regex::Regex;

/// The compiled form of a pattern literal of ours. Patterns run in time linear to the text.
///
/// # Panics
/// On a malformed literal, which the first test that touches it shows.
#[expect(clippy::expect_used, reason = "the literals are ours; a wrong one fails the first test that touches it")]
pub fn pattern(literal: &str) -> Regex {
    Regex::new(literal).expect("a well-formed pattern literal")
}
