//! One element of a parsed page, and walking below it.

use std::hash::{Hash, Hasher};

use scraper::ElementRef;

use super::Selector;

/// Elements whose content nobody sees.
const UNSEEN: [&str; 8] = ["script", "style", "noscript", "template", "head", "title", "textarea", "select"];
/// Elements that stand in the line; all others break it.
const INLINE: [&str; 21] = [
    "a", "abbr", "b", "big", "bdo", "cite", "code", "em", "font", "i", "ins", "label", "nobr", "s", "small", "span",
    "strong", "sub", "sup", "u", "wbr",
];

/// An element of a page. Cheap to copy; equal only to itself.
#[derive(Clone, Copy, Debug)]
pub struct Element<'p>(pub(super) ElementRef<'p>);

impl PartialEq for Element<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.0.id() == other.0.id()
    }
}

impl Eq for Element<'_> {}

impl Hash for Element<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.id().hash(state);
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
    /// Tag name in lower case.
    pub fn name(self) -> &'p str {
        self.0.value().name()
    }

    pub fn attr(self, name: &str) -> Option<&'p str> {
        self.0.value().attr(name)
    }

    /// `id` and `class` together, for guessing what a block is from how it is called.
    pub fn handles(self) -> impl Iterator<Item = &'p str> {
        self.attr("id").into_iter().chain(self.attr("class").into_iter().flat_map(str::split_whitespace))
    }

    pub fn parent(self) -> Option<Self> {
        self.0.parent().and_then(ElementRef::wrap).map(Self)
    }

    /// Parent, its parent and so on.
    pub fn ancestors(self) -> impl Iterator<Item = Self> {
        std::iter::successors(self.parent(), |element| element.parent())
    }

    pub fn children(self) -> impl Iterator<Item = Self> {
        self.0.child_elements().map(Self)
    }

    /// All elements below, in document order.
    pub fn descendants(self) -> impl Iterator<Item = Self> {
        self.0.descendent_elements().map(Self)
    }

    /// Elements after this one under the same parent.
    pub fn following(self) -> impl Iterator<Item = Self> {
        self.0.next_siblings().filter_map(ElementRef::wrap).map(Self)
    }

    /// Elements before this one under the same parent, nearest first.
    pub fn preceding(self) -> impl Iterator<Item = Self> {
        self.0.prev_siblings().filter_map(ElementRef::wrap).map(Self)
    }

    pub fn select<'s>(self, selector: &'s Selector) -> impl Iterator<Item = Self> + use<'p, 's> {
        self.0.select(&selector.0).map(Self)
    }

    pub fn matches(self, selector: &Selector) -> bool {
        selector.0.matches(&self.0)
    }

    /// Walks everything below in document order, until told to stop; answers whether it was.
    pub fn walk(self, visit: &mut dyn FnMut(Step<'p>) -> Go) -> bool {
        for child in self.0.children() {
            let mut go = Go::On;
            if let Some(text) = child.value().as_text() {
                go = visit(Step::Text(text));
            } else if let Some(element) = ElementRef::wrap(child).map(Self) {
                go = visit(Step::Enter(element));
                if go == Go::On {
                    if element.walk(visit) {
                        return true;
                    }
                    go = visit(Step::Leave(element));
                }
            }
            if go == Go::Stop {
                return true;
            }
        }
        false
    }

    /// Whether a reader sees it, as far as the markup itself says.
    pub fn is_seen(self) -> bool {
        if UNSEEN.contains(&self.name()) {
            return false;
        }
        match self.attr("style") {
            Some(style) if style.len() < 2000 => {
                let bare: String = style.chars().filter(|letter| !letter.is_whitespace()).collect();
                !bare.to_ascii_lowercase().contains("display:none")
            }
            _ => true,
        }
    }

    /// Breaks the line before and after itself.
    pub fn is_block(self) -> bool {
        !INLINE.contains(&self.name())
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
