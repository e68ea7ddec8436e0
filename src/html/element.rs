//! One element of a parsed page, and walking below it.

use std::hash::{Hash, Hasher};

use super::{
    Selector, names,
    tree::{Kind, NONE, Node, Tree},
};

/// An element of a page. Cheap to copy; equal only to itself.
#[derive(Clone, Copy, Debug)]
pub struct Element<'p> {
    tree: &'p Tree,
    at: u32,
}

impl PartialEq for Element<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.at == other.at && std::ptr::eq(self.tree, other.tree)
    }
}

impl Eq for Element<'_> {}

impl Hash for Element<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.at.hash(state);
    }
}

/// A step of a walk through a part of a page, in document order.
pub enum Step<'p> {
    /// An element begins; after [`Go::Over`] its content is passed over and no `Leave` follows.
    Enter(Element<'p>),
    Text(&'p str),
    Leave(Element<'p>),
}

/// How a walk goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Go {
    On,
    /// Not into this element.
    Over,
    /// Enough seen.
    Stop,
}

impl<'p> Element<'p> {
    /// The `html` element of a tree.
    pub(super) fn root(tree: &'p Tree) -> Self {
        Self { tree, at: 0 }
    }

    fn node(self) -> Option<&'p Node> {
        self.tree.node(self.at)
    }

    /// The element at a place of the same tree, where there is one and it is no text.
    fn element_at(self, at: u32) -> Option<Self> {
        let is_element = matches!(self.tree.node(at)?.kind, Kind::Element { .. });
        is_element.then_some(Self { at, ..self })
    }

    /// Tag name in lower case.
    pub fn name(self) -> &'p str {
        match self.node().map(|node| node.kind) {
            Some(Kind::Element { name, .. }) => self.tree.words(name),
            _ => "",
        }
    }

    #[inline]
    pub fn attr(self, name: &str) -> Option<&'p str> {
        self.tree.attribute(self.at, name)
    }

    /// Whether it has this tag name, in lower case.
    pub fn is(self, name: &str) -> bool {
        self.tree.is_called(self.at, name)
    }

    /// `id` and `class` together, for guessing what a block is from how it is called.
    pub fn handles(self) -> impl Iterator<Item = &'p str> {
        self.attr("id").into_iter().chain(self.attr("class").into_iter().flat_map(str::split_whitespace))
    }

    pub fn parent(self) -> Option<Self> {
        self.element_at(self.node()?.parent)
    }

    /// Parent, its parent and so on.
    pub fn ancestors(self) -> impl Iterator<Item = Self> {
        std::iter::successors(self.parent(), |element| element.parent())
    }

    /// Nodes directly below, texts included.
    fn nodes_below(self) -> impl Iterator<Item = u32> {
        let first = self.node().filter(|node| node.end > self.at + 1).map(|_| self.at + 1);
        std::iter::successors(first, move |at| self.tree.node(*at).map(|node| node.after).filter(|at| *at != NONE))
    }

    pub fn children(self) -> impl Iterator<Item = Self> {
        self.nodes_below().filter_map(move |at| self.element_at(at))
    }

    /// All elements below, in document order.
    pub fn descendants(self) -> impl Iterator<Item = Self> {
        let end = self.node().map_or(self.at, |node| node.end);
        (self.at + 1..end).filter_map(move |at| self.element_at(at))
    }

    /// Whether `other` lies somewhere below.
    pub fn holds(self, other: Self) -> bool {
        other.at > self.at && self.node().is_some_and(|node| other.at < node.end)
    }

    /// Elements after this one under the same parent.
    pub fn following(self) -> impl Iterator<Item = Self> {
        self.siblings(|node| node.after)
    }

    /// Elements before this one under the same parent, nearest first.
    pub fn preceding(self) -> impl Iterator<Item = Self> {
        self.siblings(|node| node.before)
    }

    fn siblings(self, next: impl Fn(&Node) -> u32) -> impl Iterator<Item = Self> {
        let step = move |at: u32| self.tree.node(at).map(&next).filter(|at| *at != NONE);
        std::iter::successors(step(self.at), move |at| step(*at)).filter_map(move |at| self.element_at(at))
    }

    /// Elements below that match, in document order.
    pub fn select<'s>(self, selector: &'s Selector) -> impl Iterator<Item = Self> + use<'p, 's> {
        self.descendants().filter(|element| selector.matches(*element))
    }

    pub fn matches(self, selector: &Selector) -> bool {
        selector.matches(self)
    }

    /// Walks everything below in document order, until told to stop; answers whether it was.
    pub fn walk(self, visit: &mut impl FnMut(Step<'p>) -> Go) -> bool {
        let nodes = self.tree.nodes.as_slice();
        let element = |at: u32| Self { at, ..self };
        let end_of = |at: u32| nodes.get(at as usize).map_or(at, |node| node.end);
        let end = end_of(self.at);
        // The innermost element that was entered and not left, and where it ends.
        let (mut open, mut open_end) = (self.at, end);
        let mut at = self.at + 1;
        loop {
            while at >= open_end && open != self.at {
                if visit(Step::Leave(element(open))) == Go::Stop {
                    return true;
                }
                open = nodes.get(open as usize).map_or(self.at, |node| node.parent);
                open_end = end_of(open);
            }
            let Some(node) = nodes.get(at as usize).filter(|_| at < end) else { return false };
            match node.kind {
                Kind::Text(words) => {
                    if visit(Step::Text(self.tree.words(words))) == Go::Stop {
                        return true;
                    }
                    at += 1;
                }
                Kind::Element { .. } => match visit(Step::Enter(element(at))) {
                    Go::On => {
                        (open, open_end) = (at, node.end);
                        at += 1;
                    }
                    Go::Over => at = node.end,
                    Go::Stop => return true,
                },
            }
        }
    }

    /// Whether a reader sees it, as far as the markup itself says.
    pub fn is_seen(self) -> bool {
        self.node().is_some_and(|node| !node.look.unseen)
    }

    /// Whether the markup hides it until a script shows it, as drop-down menus and tabs are hidden.
    pub fn is_hidden(self) -> bool {
        !self.is_seen() && !names::is_unseen(self.name())
    }

    /// Breaks the line before and after itself.
    pub fn is_block(self) -> bool {
        self.node().is_none_or(|node| !node.look.inline)
    }

    /// All text below as it stands, seen or not.
    pub fn raw_text(self) -> String {
        let mut text = String::new();
        self.walk(&mut |step| {
            if let Step::Text(piece) = step {
                text.push_str(piece);
            }
            Go::On
        });
        text
    }

    /// Visible text as written; blocks are parted by line breaks.
    pub fn text(self) -> String {
        self.text_up_to(usize::MAX).unwrap_or_default()
    }

    /// The same for a text of at most `most` bytes, blanks at the ends not counted; none if there is more.
    /// Reads no further than it must, so that asking every element of a page stays cheap.
    pub fn text_up_to(self, most: usize) -> Option<String> {
        let mut text = String::new();
        let stopped = self.walk(&mut |step| {
            match step {
                Step::Enter(element) if !element.is_seen() => return Go::Over,
                Step::Enter(element) | Step::Leave(element) => {
                    if element.is_block() && !text.is_empty() && !text.ends_with('\n') {
                        text.push('\n');
                    }
                }
                Step::Text(piece) if text.is_empty() => text.push_str(piece.trim_start()),
                Step::Text(piece) => text.push_str(piece),
            }
            // Blanks of the markup may double a short text; a margin keeps the answer right.
            if text.len() / 2 > most && text.trim_end().len() > most { Go::Stop } else { Go::On }
        });
        (!stopped && text.trim_end().len() <= most).then_some(text)
    }
}
