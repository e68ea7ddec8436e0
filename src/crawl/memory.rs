//! What earlier nights saw of the portal, and how far its word is taken that a page has not changed since.
//!
//! Known pages are asked for with their ETag and Last-Modified; on a 304 the stored body counts as received. Servers can
//! be wrong about that, and a column that looks unchanged for ever would be called stale. So:
//!
//! * Every night a sample is fetched whole: the home page and lists, those longest unseen first, as many as fit into a
//!   twentieth of the known bytes. They are asked for with validators that fit no page, so that a server that answers 304
//!   to everything shows itself at once.
//! * Every list is fetched whole again after 4 to 7 nights, every other page after 28 to 31, spread by address.
//! * A server that is found wrong (304 where nothing can match, or another body under the same ETag or date) is not
//!   believed for the rest of the visit: what was taken on its word this night is read again, and the log keeps the reason
//!   so that the next nights ask for everything whole.

use std::{
    collections::{HashMap, HashSet},
    sync::OnceLock,
};

use jiff::{SignedDuration, Timestamp};
use url::Url;

use super::address;
use crate::{
    fetch::Validators,
    model::{Capture, Sameness},
};

/// One part in so many of the known bytes is fetched whole as a sample.
const SAMPLE_SHARE: u64 = 20;
/// Nights after which a list, and any other page, is fetched whole again; up to [`SPREAD`] less, by address.
const LIST_NIGHTS: i64 = 7;
const PAGE_NIGHTS: i64 = 31;
const SPREAD: i64 = 4;

/// Headers that the next night asks with, or that say what the body is.
const KEPT_HEADERS: &[&str] = &["content-type", "content-language", "date", "etag", "last-modified"];

/// The pages of earlier nights.
#[derive(Debug, Default)]
pub struct Memory {
    /// Newest capture by the address that was asked for.
    known: HashMap<String, Capture>,
    /// Addresses that are fetched whole this night.
    whole: HashSet<String>,
    /// An earlier night held something against the portal's word.
    warned: bool,
    /// What this night holds against it.
    distrust: OnceLock<String>,
}

/// How a known page is asked for.
#[derive(Debug)]
pub(super) enum Question {
    Whole,
    /// With validators that fit no page.
    Trick(Validators),
    IfChanged(Validators),
}

impl Question {
    pub(super) fn validators(&self) -> Option<&Validators> {
        match self {
            Question::Whole => None,
            Question::Trick(validators) | Question::IfChanged(validators) => Some(validators),
        }
    }
}

impl Memory {
    /// From the newest usable capture of each address (a page with status 200, whole, its body in the archive). `now` is
    /// the beginning of the visit; `warned` where an earlier night held something against the portal's word.
    pub fn new(captures: Vec<Capture>, home: &str, now: Timestamp, warned: bool) -> Self {
        let mut memory = Self { warned, ..Self::default() };
        for mut capture in captures {
            capture.headers.retain(|(name, _)| KEPT_HEADERS.iter().any(|kept| name.eq_ignore_ascii_case(kept)));
            memory.known.insert(capture.url.clone(), capture);
        }
        memory.whole = memory.sample(home);
        memory.whole.extend(memory.known.values().filter(|known| is_due(known, now)).map(|known| known.url.clone()));
        memory
    }

    /// The home page and the lists longest unseen, as far as they fit into their share of the bytes.
    fn sample(&self, home: &str) -> HashSet<String> {
        let home = address::canonical(home).map(String::from);
        let mut room = self.known.values().map(|known| known.bytes).sum::<u64>() / SAMPLE_SHARE;
        let mut lists: Vec<&Capture> = self.known.values().filter(|known| is_list(&known.url)).collect();
        lists
            .sort_by_key(|known| (Some(&known.url) != home.as_ref(), known.received(), spread(&known.url), &known.url));
        let fits = |known: &&Capture| {
            let fits = known.bytes <= room;
            room -= if fits { known.bytes } else { 0 };
            fits
        };
        lists.into_iter().filter(fits).map(|known| known.url.clone()).collect()
    }

    pub(super) fn known(&self, url: &str) -> Option<&Capture> {
        self.known.get(url)
    }

    pub(super) fn question(&self, known: &Capture) -> Question {
        if self.warned || self.distrusted().is_some() {
            return Question::Whole;
        }
        let question = if self.whole.contains(&known.url) {
            Validators::of_no_page(known).map(Question::Trick)
        } else {
            Validators::of(known).map(Question::IfChanged)
        };
        question.unwrap_or(Question::Whole)
    }

    /// Holds a whole answer against the known one: whether it has the same body. A portal that vouched for another body
    /// is not believed from now on.
    pub(super) fn compare(&self, answer: &Capture, known: &Capture) -> Option<Sameness> {
        if answer.status != known.status || answer.final_url != known.final_url || answer.truncated {
            return None;
        }
        if answer.sha256 == known.sha256 {
            return Some(Sameness::SamePayload);
        }
        let vouched = match (Validators::of(answer), Validators::of(known)) {
            (Some(now), Some(then)) => now.agree(&then),
            _ => false,
        };
        if vouched {
            self.distrust(format!("{} 内容已变，ETag 或 Last-Modified 却未变", answer.url));
        }
        None
    }

    pub(super) fn distrust(&self, why: String) {
        // The first reason is as good as any.
        let _ = self.distrust.set(why);
    }

    /// What was found this night.
    pub(super) fn distrusted(&self) -> Option<&str> {
        self.distrust.get().map(String::as_str)
    }
}

fn is_due(known: &Capture, now: Timestamp) -> bool {
    let nights = if is_list(&known.url) { LIST_NIGHTS } else { PAGE_NIGHTS } - spread(&known.url);
    // Nights begin a little earlier or later each time.
    now.duration_since(known.received()) >= SignedDuration::from_hours(nights * 24 - 12)
}

fn is_list(url: &str) -> bool {
    Url::parse(url).is_ok_and(|url| address::looks_like_column(&url))
}

/// 0 to 3, the same every night.
fn spread(url: &str) -> i64 {
    url.bytes().map(i64::from).sum::<i64>() % SPREAD
}
