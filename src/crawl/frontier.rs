//! What is still to be read, in order: by interest, then by discovery. Remembers everything it ever took in, so that no
//! page is asked for twice.

use std::collections::{BTreeMap, HashMap};

use url::Url;

use super::{address, interest::Interest};

/// An address to be read.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    pub(super) url: Url,
    pub(super) interest: Interest,
    /// Text of the link that led here.
    pub(super) text: String,
    /// The page the link stood on.
    pub(super) from: Option<String>,
    /// Clicks from the home page.
    pub(super) depth: u32,
    /// The column of the lexicon that the address belongs to, as far as is known before reading.
    pub(super) column: Option<Belonging>,
}

/// To which column of the lexicon, and to which of the portal's columns of that name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Belonging {
    /// Place in the lexicon.
    pub(super) term: usize,
    /// Identity of the column's first page.
    pub(super) group: u64,
}

pub(super) struct Frontier {
    queue: BTreeMap<(Interest, u64), Wanted>,
    /// Everything ever taken in; with its place in the queue while it waits there.
    seen: HashMap<u64, Option<(Interest, u64)>>,
    /// Another spelling of an address that was taken in (`/zwgk/` and `/zwgk/index.html`).
    spellings: HashMap<u64, Url>,
    /// How many pages of a shape brought nothing new.
    barren: HashMap<u64, usize>,
    counter: u64,
    most_waiting: usize,
    most_barren: usize,
    /// Addresses that were let go because too much was waiting or their shape had proven barren.
    pub(super) dropped: usize,
    /// Those of them that checks need: a portal that offers so many is not read whole.
    needed_dropped: usize,
}

/// So many addresses are remembered for each that may wait; beyond that a portal only makes them up.
const SEEN_FOR_EACH_WAITING: usize = 20;

impl Frontier {
    pub(super) fn new(most_waiting: usize, most_barren: usize) -> Self {
        Self {
            queue: BTreeMap::new(),
            seen: HashMap::new(),
            spellings: HashMap::new(),
            barren: HashMap::new(),
            counter: 0,
            most_waiting,
            most_barren,
            dropped: 0,
            needed_dropped: 0,
        }
    }

    /// Takes an address in, or moves it forward where it turns out to be more interesting. True where it is new.
    pub(super) fn offer(&mut self, wanted: Wanted) -> bool {
        let identity = address::identity(&wanted.url);
        // A link that readers see says better where an address came from than one that they do not.
        if let Some(Some(place)) = self.seen.get(&identity)
            && let Some(known) =
                self.queue.get_mut(place).filter(|known| known.from.is_none() && known.url == wanted.url)
        {
            known.from.clone_from(&wanted.from);
        }
        match self.seen.get(&identity).copied() {
            Some(Some(place)) if wanted.interest < place.0 => {
                if let Some(mut known) = self.queue.remove(&place) {
                    let place = (wanted.interest, place.1);
                    known.interest = wanted.interest;
                    known.column = wanted.column.or(known.column);
                    self.queue.insert(place, known);
                    self.seen.insert(identity, Some(place));
                }
                false
            }
            Some(place) => {
                // Only the spelling of a page that is not read yet, or has just been, can still be of use.
                let known = place.and_then(|place| self.queue.get(&place)).map(|known| &known.url);
                if known.is_none_or(|known| known.path() != wanted.url.path())
                    && self.spellings.len() < self.most_waiting
                {
                    self.spellings.entry(identity).or_insert(wanted.url);
                }
                false
            }
            None => self.take_in(identity, wanted),
        }
    }

    fn take_in(&mut self, identity: u64, wanted: Wanted) -> bool {
        if !wanted.interest.is_needed() && self.is_barren(&wanted.url) || !self.has_room_for(wanted.interest) {
            self.let_go(wanted.interest);
            if self.seen.len() < self.most_waiting.saturating_mul(SEEN_FOR_EACH_WAITING) {
                self.seen.insert(identity, None);
            }
            return false;
        }
        let place = (wanted.interest, self.counter);
        self.counter += 1;
        self.seen.insert(identity, Some(place));
        self.queue.insert(place, wanted);
        true
    }

    /// Whether there is room; where too much waits, the least interesting address makes room for a more interesting one.
    fn has_room_for(&mut self, interest: Interest) -> bool {
        if self.seen.len() >= self.most_waiting.saturating_mul(SEEN_FOR_EACH_WAITING) {
            return false;
        }
        if self.queue.len() < self.most_waiting {
            return true;
        }
        let Some(((least, _), last)) = self.queue.last_key_value().map(|(place, last)| (*place, last.url.clone()))
        else {
            return false;
        };
        if least <= interest {
            return false;
        }
        self.queue.pop_last();
        self.seen.insert(address::identity(&last), None);
        self.let_go(least);
        true
    }

    fn let_go(&mut self, interest: Interest) {
        if interest.is_needed() {
            self.needed_dropped += 1;
        } else {
            self.dropped += 1;
        }
    }

    /// The most interesting address.
    pub(super) fn next(&mut self) -> Option<Wanted> {
        loop {
            let (_, wanted) = self.queue.pop_first()?;
            self.seen.insert(address::identity(&wanted.url), None);
            if wanted.interest.is_needed() || !self.is_barren(&wanted.url) {
                return Some(wanted);
            }
            self.dropped += 1;
        }
    }

    /// Whether nothing waits that a list or a menu led to.
    pub(super) fn is_down_to_the_rest(&self) -> bool {
        self.queue.first_key_value().is_none_or(|((interest, _), _)| *interest == Interest::Rest)
    }

    /// A page of that address brought nothing new. After a number of those, nothing of its shape is read any more unless
    /// checks need it: so an endless calendar ends, while a thousand documents of one shape are read.
    pub(super) fn note_barren(&mut self, url: &Url) {
        *self.barren.entry(address::shape(url)).or_default() += 1;
    }

    fn is_barren(&self, url: &Url) -> bool {
        self.barren.get(&address::shape(url)).is_some_and(|pages| *pages >= self.most_barren)
    }

    pub(super) fn has_seen(&self, url: &Url) -> bool {
        self.seen.contains_key(&address::identity(url))
    }

    /// Marks an address as read that did not come from here (the target of a redirect); gives it back where it waited.
    pub(super) fn mark_read(&mut self, url: &Url) -> Option<Wanted> {
        let place = self.seen.insert(address::identity(url), None)??;
        self.queue.remove(&place)
    }

    /// Takes in an address whose identity was read already: the other spelling of one that was not found.
    pub(super) fn requeue(&mut self, wanted: Wanted) {
        let place = (wanted.interest, self.counter);
        self.counter += 1;
        self.queue.insert(place, wanted);
    }

    /// The other spelling of an address that was not found, once.
    pub(super) fn other_spelling(&mut self, url: &Url) -> Option<Url> {
        self.spellings.remove(&address::identity(url)).filter(|other| other != url)
    }

    pub(super) fn waiting(&self) -> usize {
        self.queue.len()
    }

    /// How many of the addresses that wait, or were let go, checks need.
    pub(super) fn needed(&self) -> usize {
        self.needed_waiting() + self.needed_dropped
    }

    /// How many of the waiting addresses no check needs.
    pub(super) fn others(&self) -> usize {
        self.queue.len() - self.needed_waiting()
    }

    fn needed_waiting(&self) -> usize {
        self.queue.keys().take_while(|(interest, _)| interest.is_needed()).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(number: usize, interest: Interest) -> Wanted {
        let url = Url::parse(&format!("http://www.heyuan.gov.cn/x{number}/")).expect("an address");
        Wanted { url, interest, text: String::new(), from: None, depth: 1, column: None }
    }

    #[test]
    fn addresses_that_a_portal_makes_up_are_not_remembered_without_end() {
        let mut frontier = Frontier::new(5, 20);
        for number in 0..1_000 {
            frontier.offer(wanted(number, Interest::Rest));
        }
        assert_eq!(frontier.waiting(), 5);
        assert_eq!(frontier.seen.len(), 5 * SEEN_FOR_EACH_WAITING);
        assert_eq!((frontier.dropped, frontier.needed()), (995, 0));
        // Once so many are known, even what checks need is let go, and is counted as left out.
        let taken_in = frontier.offer(wanted(1_000, Interest::Home));
        assert!(!taken_in && frontier.needed() == 1, "the visit is not whole");
        assert_eq!(frontier.seen.len(), 5 * SEEN_FOR_EACH_WAITING);
    }
}
