//! Wrong forms of set phrases in a text. All lists of a night make one automaton; right forms and exceptions are in it
//! too, so that a wrong form inside a longer right one is never seen.

use std::fmt;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use serde::{Deserialize, Serialize};

use super::{
    normalise,
    sieve::{self, Sieve},
};

/// Letters of the text shown on either side.
const BESIDE: usize = 18;
/// So far around a wrong form the words are looked at that speak *about* it.
const NEAR: usize = 24;
/// An opening quotation mark stands at most so far before what it quotes.
const QUOTE: usize = 12;
/// Most faults told of one text; a page with more is of another kind.
const MOST: usize = 20;

/// What a wrong form counts as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WordList {
    /// 严重表述错误: names, titles and set phrases of party and state miswritten.
    #[default]
    GraveWording,
    /// 敏感表述: words that the rules on wording ask to avoid.
    SensitiveSlip,
}

/// One line of a word list (`checks/word-lists/grave-wording/`, `sensitive-slips/`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Phrase {
    pub right: String,
    pub wrong: Vec<String>,
    /// Longer texts in which the wrong form is right.
    #[serde(default)]
    pub unless: Vec<String>,
    /// Source or reason, for people.
    #[serde(default)]
    pub note: String,
}

/// Words near a wrong form that show that the text speaks about it and does not use it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mentions {
    /// Enough by themselves: 误写, 错别字.
    pub always: Vec<String>,
    /// Enough where the wrong form stands in quotation marks: 不得使用, 改为.
    pub quoted: Vec<String>,
}

/// A wrong form in a text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WordingFault {
    pub list: WordList,
    pub found: String,
    pub right: String,
    /// The words around it, without blanks.
    pub passage: String,
}

/// What a pattern of the automaton means.
#[derive(Clone, Copy, Debug)]
enum Meaning {
    Fine,
    /// The line and its list.
    Wrong(usize, WordList),
}

/// The fewest letters of a wrong form.
pub const LEAST_LETTERS: usize = sieve::LETTERS;

/// All lists, ready to search. Time linear to the text; most texts only pass the sieve.
#[derive(Clone, Default)]
pub struct Phrases {
    sieve: Sieve,
    search: Option<AhoCorasick>,
    meanings: Vec<Meaning>,
    rights: Vec<String>,
    mentions: Mentions,
}

impl Phrases {
    /// Builds the automaton; a moment's work for a few hundred lines.
    ///
    /// # Errors
    /// Where the lists together are too large for it.
    pub fn of(lines: &[(WordList, Phrase)], mentions: Mentions) -> Result<Self, String> {
        let mut patterns: Vec<String> = Vec::new();
        let mut meanings = Vec::new();
        for (line, (list, phrase)) in lines.iter().enumerate() {
            let fine = std::iter::once(&phrase.right).chain(&phrase.unless).map(|text| (text, Meaning::Fine));
            let wrong = phrase.wrong.iter().map(|text| (text, Meaning::Wrong(line, *list)));
            for (text, meaning) in fine.chain(wrong) {
                let text = normalise(text);
                if !text.is_empty() {
                    patterns.push(text);
                    meanings.push(meaning);
                }
            }
        }
        let rights: Vec<String> = lines.iter().map(|(_, phrase)| normalise(&phrase.right)).collect();
        let wrongs = patterns.iter().zip(&meanings).filter(|(_, meaning)| matches!(meaning, Meaning::Wrong(..)));
        let sieve = Sieve::of(wrongs.map(|(text, _)| text.as_str()), rights.iter().map(String::as_str));
        // The sieve lets few texts through, so what counts is that the automaton is small and quickly built.
        let search = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .build(&patterns)
            .map_err(|error| error.to_string())?;
        let rights = lines.iter().map(|(_, phrase)| phrase.right.clone()).collect();
        Ok(Self { sieve, search: (!patterns.is_empty()).then_some(search), meanings, rights, mentions })
    }

    /// The wrong forms in a text, each once.
    pub fn find(&self, text: &str) -> Vec<WordingFault> {
        let Some(search) = self.search.as_ref().filter(|_| self.sieve.may_hold(text)) else { return Vec::new() };
        let text = normalise(text);
        let mut found: Vec<WordingFault> = Vec::new();
        for hit in search.find_iter(&text) {
            let Some(Meaning::Wrong(line, list)) = self.meanings.get(hit.pattern().as_usize()).copied() else {
                continue;
            };
            let words = &text[hit.range()];
            let is_known = found.iter().any(|known| known.list == list && known.found == words);
            if is_known || self.is_mentioned(&text, hit.start(), hit.end()) {
                continue;
            }
            let right = self.rights.get(line).cloned().unwrap_or_default();
            let passage = around(&text, hit.start(), hit.end(), BESIDE).to_owned();
            found.push(WordingFault { list, found: words.to_owned(), right, passage });
            if found.len() == MOST {
                break;
            }
        }
        found
    }

    /// Whether the text speaks about the words instead of using them.
    fn is_mentioned(&self, text: &str, start: usize, end: usize) -> bool {
        let near = around(text, start, end, NEAR);
        let has = |words: &[String]| words.iter().any(|word| near.contains(word.as_str()));
        has(&self.mentions.always) || (is_quoted(&text[..start]) && has(&self.mentions.quoted))
    }
}

impl fmt::Debug for Phrases {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Phrases({} lines, {} patterns)", self.rights.len(), self.meanings.len())
    }
}

/// The text with so many letters before and after a range.
fn around(text: &str, start: usize, end: usize, letters: usize) -> &str {
    let from = text[..start].char_indices().rev().take(letters).last().map_or(start, |(at, _)| at);
    let to = text[end..].char_indices().nth(letters).map_or(text.len(), |(at, _)| end + at);
    &text[from..to]
}

/// Whether a quotation opens shortly before and is not closed again.
fn is_quoted(before: &str) -> bool {
    let last = before.chars().rev().take(QUOTE).find(|letter| "“”‘’「」『』\"".contains(*letter));
    last.is_some_and(|mark| "“‘「『\"".contains(mark))
}
