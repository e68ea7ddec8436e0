//! A page as a flat tree: nodes in document order, so that what is below a node are its next neighbours. All words
//! lie in one buffer. Filled by [`super::build`] or from the tree of the full parser ([`super::parsed`]).

use std::ops::Range;

use super::names;

/// A place in the buffer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Span {
    start: u32,
    end: u32,
}

impl Span {
    pub(super) fn new(range: Range<usize>) -> Self {
        // Texts are cut far below 4 GiB before they come here ([`super::MAX_TEXT`]).
        let place = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Self { start: place(range.start), end: place(range.end) }
    }

    fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// A name in one number, so that most names are told apart without looking at the words: the first seven bytes and the
/// length.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Key(u64);

/// Names up to this length are told wholly by their key.
const WHOLE: usize = 7;

impl Key {
    #[inline]
    pub(super) fn of(words: &str) -> Self {
        let mut packed = words.len().min(0xff) as u64;
        for byte in words.as_bytes().iter().take(WHOLE) {
            packed = packed << 8 | u64::from(*byte);
        }
        Self(packed)
    }
}

/// An attribute of an element.
#[derive(Clone, Copy, Debug)]
pub(super) struct Attribute {
    key: Key,
    pub(super) name: Span,
    pub(super) value: Span,
}

/// No node.
pub(super) const NONE: u32 = u32::MAX;

#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    /// An element with its name and its attributes in [`Tree::attributes`].
    Element {
        name: Span,
        first: u32,
        count: u32,
    },
    Text(Span),
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    pub(super) kind: Kind,
    pub(super) parent: u32,
    /// Sibling before this one.
    pub(super) before: u32,
    /// Sibling after this one.
    pub(super) after: u32,
    /// The node after everything below this one.
    pub(super) end: u32,
    /// The last node directly below; while a tree is built.
    last: u32,
    /// What a reader notices of an element, worked out once: every walk asks.
    pub(super) look: Look,
    /// The element's name.
    pub(super) key: Key,
}

/// How an element shows.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Look {
    /// Nobody sees it or anything in it, as far as the markup itself says.
    pub(super) unseen: bool,
    /// It stands in the line; all others break it.
    pub(super) inline: bool,
}

impl Look {
    fn of(name: &str, style: Option<&str>) -> Self {
        let hidden = style.is_some_and(|style| {
            style.len() < 2000 && (style.contains("isplay") || style.contains("ISPLAY")) && {
                let bare: String = style.chars().filter(|letter| !letter.is_whitespace()).collect();
                bare.to_ascii_lowercase().contains("display:none")
            }
        });
        Self { unseen: hidden || names::is_unseen(name), inline: names::is_inline(name) }
    }
}

/// Elements and texts of one page. The first node is the `html` element.
#[derive(Debug, Default)]
pub(super) struct Tree {
    buffer: String,
    pub(super) nodes: Vec<Node>,
    attributes: Vec<Attribute>,
}

impl Tree {
    /// A tree whose words lie in `buffer`, with room for `nodes`.
    pub(super) fn over(buffer: String, nodes: usize) -> Self {
        Self { buffer, nodes: Vec::with_capacity(nodes), attributes: Vec::with_capacity(nodes) }
    }

    pub(super) fn buffer(&self) -> &str {
        &self.buffer
    }

    pub(super) fn words(&self, span: Span) -> &str {
        self.buffer.get(span.range()).unwrap_or_default()
    }

    /// Words that stand nowhere in the buffer yet.
    pub(super) fn add_words(&mut self, words: &str) -> Span {
        let start = self.buffer.len();
        self.buffer.push_str(words);
        Span::new(start..self.buffer.len())
    }

    pub(super) fn attributes(&self, at: u32) -> &[Attribute] {
        match self.node(at).map(|node| node.kind) {
            Some(Kind::Element { first, count, .. }) => {
                self.attributes.get(first as usize..(first + count) as usize).unwrap_or_default()
            }
            _ => &[],
        }
    }

    /// The value of an attribute of the element at a place.
    #[inline]
    pub(super) fn attribute(&self, at: u32, name: &str) -> Option<&str> {
        let key = Key::of(name);
        let is_it = |own: &&Attribute| own.key == key && (name.len() <= WHOLE || self.words(own.name) == name);
        Some(self.words(self.attributes(at).iter().find(is_it)?.value))
    }

    /// Whether the element at a place is called so.
    #[inline]
    pub(super) fn is_called(&self, at: u32, name: &str) -> bool {
        self.node(at).is_some_and(|node| {
            node.key == Key::of(name)
                && matches!(node.kind, Kind::Element { name: own, .. } if name.len() <= WHOLE || self.words(own) == name)
        })
    }

    pub(super) fn node(&self, at: u32) -> Option<&Node> {
        self.nodes.get(at as usize)
    }

    /// Appends an element below `parent` ([`NONE`] for the first); it ends where the next node begins until
    /// [`Tree::close`] is told otherwise.
    pub(super) fn push_element(&mut self, parent: u32, name: Span, attributes: &[(Span, Span)]) -> u32 {
        let first = u32::try_from(self.attributes.len()).unwrap_or(u32::MAX);
        let keyed = attributes.iter().map(|(name, value)| {
            let key = Key::of(self.buffer.get(name.range()).unwrap_or_default());
            Attribute { key, name: *name, value: *value }
        });
        self.attributes.extend(keyed);
        let count = u32::try_from(attributes.len()).unwrap_or(0);
        let style =
            attributes.iter().find(|(name, _)| self.words(*name) == "style").map(|(_, style)| self.words(*style));
        let look = Look::of(self.words(name), style);
        let key = Key::of(self.words(name));
        self.push(parent, Kind::Element { name, first, count }, look, key)
    }

    pub(super) fn push_text(&mut self, parent: u32, words: Span) -> u32 {
        self.push(parent, Kind::Text(words), Look::default(), Key::default())
    }

    /// Continues the text that was appended last, where the new words follow it below the same parent; else a new one.
    pub(super) fn add_text(&mut self, parent: u32, words: Span) {
        let at = self.nodes.len().wrapping_sub(1);
        if let Some(node) = self.nodes.get(at)
            && node.parent == parent
            && let Kind::Text(own) = node.kind
        {
            let joined = if own.end == words.start {
                Span { start: own.start, end: words.end }
            } else {
                let both = [self.words(own), self.words(words)].concat();
                self.add_words(&both)
            };
            if let Some(node) = self.nodes.get_mut(at) {
                node.kind = Kind::Text(joined);
            }
            return;
        }
        self.push_text(parent, words);
    }

    fn push(&mut self, parent: u32, kind: Kind, look: Look, key: Key) -> u32 {
        let at = u32::try_from(self.nodes.len()).unwrap_or(NONE);
        let mut before = NONE;
        if let Some(above) = self.nodes.get_mut(parent as usize) {
            before = std::mem::replace(&mut above.last, at);
        }
        if let Some(sibling) = self.nodes.get_mut(before as usize) {
            sibling.after = at;
        }
        self.nodes.push(Node { kind, parent, before, after: NONE, end: at + 1, last: NONE, look, key });
        at
    }

    /// Nothing more comes below this node.
    pub(super) fn close(&mut self, at: u32) {
        let end = u32::try_from(self.nodes.len()).unwrap_or(NONE);
        if let Some(node) = self.nodes.get_mut(at as usize) {
            node.end = end;
        }
    }
}
