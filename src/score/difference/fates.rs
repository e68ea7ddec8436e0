//! What became of each entry between two sets: added, removed, changed in what it says, or decided by a person.
//!
//! An entry is the same one where its `id` is; without ids, where everything but the status is.

use std::collections::BTreeMap;

use crate::model::{Entry, EntryStatus};

/// One entry that is not as it was.
#[derive(Clone, Copy, Debug)]
pub enum Fate<'e> {
    Added(&'e Entry),
    Removed(&'e Entry),
    /// It says something else; its status is told apart, as [`Fate::Decided`].
    Changed {
        before: &'e Entry,
        after: &'e Entry,
    },
    Decided {
        before: &'e Entry,
        after: &'e Entry,
    },
}

impl<'e> Fate<'e> {
    /// As it is now; as it was where it is gone.
    pub fn entry(&self) -> &'e Entry {
        match self {
            Fate::Added(entry) | Fate::Removed(entry) => entry,
            Fate::Changed { after, .. } | Fate::Decided { after, .. } => after,
        }
    }

    /// As it was and as it is.
    pub fn versions(&self) -> impl Iterator<Item = &'e Entry> {
        let (before, after) = match *self {
            Fate::Added(entry) => (None, Some(entry)),
            Fate::Removed(entry) => (Some(entry), None),
            Fate::Changed { before, after } | Fate::Decided { before, after } => (Some(before), Some(after)),
        };
        before.into_iter().chain(after)
    }
}

/// The way from one set of entries to another, in two steps.
#[derive(Debug, Default)]
pub struct Fates<'e> {
    /// Added, removed and changed ones.
    pub said: Vec<Fate<'e>>,
    pub decided: Vec<Fate<'e>>,
    /// The later entries, each with the status it had before; made only where there are decisions.
    pub undecided: Vec<Entry>,
}

/// Holds the later entries against the earlier ones; the order of either does not matter.
pub fn fates<'e>(before: impl Iterator<Item = &'e Entry>, after: impl Iterator<Item = &'e Entry> + Clone) -> Fates<'e> {
    let mut groups: BTreeMap<String, (Vec<&Entry>, Vec<&Entry>)> = BTreeMap::new();
    before.for_each(|entry| groups.entry(identity(entry)).or_default().0.push(entry));
    after.clone().for_each(|entry| groups.entry(identity(entry)).or_default().1.push(entry));

    let mut fates = Fates::default();
    // By address, since nothing else tells equal entries apart.
    let mut earlier_status: BTreeMap<*const Entry, EntryStatus> = BTreeMap::new();
    for (before, after) in groups.into_values() {
        for pair in pairs(before, after) {
            match pair {
                (None, Some(entry)) => fates.said.push(Fate::Added(entry)),
                (Some(entry), None) => fates.said.push(Fate::Removed(entry)),
                (Some(before), Some(after)) if before == after => {}
                (Some(before), Some(after)) => {
                    if said(before) != said(after) {
                        fates.said.push(Fate::Changed { before, after });
                    }
                    if before.status() != after.status() {
                        fates.decided.push(Fate::Decided { before, after });
                        earlier_status.insert(after, before.status());
                    }
                }
                (None, None) => {}
            }
        }
    }
    if !fates.decided.is_empty() {
        let as_before = |entry: &Entry| match earlier_status.get(&std::ptr::from_ref(entry)) {
            Some(status) => Entry { status: Some(*status), ..entry.clone() },
            None => entry.clone(),
        };
        fates.undecided = after.map(as_before).collect();
    }
    fates
}

type Pair<'e> = (Option<&'e Entry>, Option<&'e Entry>);

/// Pairs entries of one identity: first those that are quite equal, then those that say the same, then the rest.
fn pairs<'e>(mut before: Vec<&'e Entry>, mut after: Vec<&'e Entry>) -> Vec<Pair<'e>> {
    if before.len() == 1 && after.len() == 1 {
        return vec![(before.pop(), after.pop())];
    }
    let key = |entry: &&Entry| (text(entry), entry.status());
    before.sort_by_cached_key(key);
    after.sort_by_cached_key(key);
    let mut pairs = Vec::new();
    let equal: [fn(&Entry, &Entry) -> bool; 3] =
        [|a, b| said(a) == said(b) && a.status() == b.status(), |a, b| said(a) == said(b), |_, _| true];
    for equal in equal {
        before.retain(|old| match after.iter().position(|new| equal(old, new)) {
            Some(at) => {
                pairs.push((Some(*old), Some(after.remove(at))));
                false
            }
            None => true,
        });
    }
    pairs.extend(before.into_iter().map(|entry| (Some(entry), None)));
    pairs.extend(after.into_iter().map(|entry| (None, Some(entry))));
    pairs
}

/// What makes two entries the same one.
pub fn identity(entry: &Entry) -> String {
    match &entry.id {
        Some(id) => format!("#{id}"),
        None => text(&Entry { status: None, ..entry.clone() }),
    }
}

fn text(entry: &Entry) -> String {
    serde_json::to_string(entry).unwrap_or_default()
}

/// What the scorer reads of it besides its status; notes and evidence cost nothing.
fn said(entry: &Entry) -> Entry {
    let (note, url, evidence) = (None, None, None);
    Entry { status: None, source: None, note, url, evidence, ..entry.clone() }
}
