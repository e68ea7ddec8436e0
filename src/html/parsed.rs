//! The flat tree from the full parser's, for pages that only the full rules of HTML can make sense of.

use scraper::{ElementRef, Html};

use super::tree::{NONE, Span, Tree};

/// Parses by all rules of HTML. The text must have passed the gate, which bounds the nesting.
pub(super) fn parse(text: &str) -> Tree {
    let html = Html::parse_document(text);
    let mut tree = Tree::over(String::with_capacity(text.len()), text.len() / 40 + 8);
    copy(&mut tree, NONE, html.root_element());
    tree
}

fn copy(tree: &mut Tree, parent: u32, element: ElementRef<'_>) {
    let value = element.value();
    let name = tree.add_words(value.name());
    let attributes: Vec<(Span, Span)> =
        value.attrs().map(|(name, words)| (tree.add_words(name), tree.add_words(words))).collect();
    let at = tree.push_element(parent, name, &attributes);
    for child in element.children() {
        if let Some(text) = child.value().as_text() {
            let words = tree.add_words(text);
            tree.add_text(at, words);
        } else if let Some(element) = ElementRef::wrap(child) {
            copy(tree, at, element);
        }
    }
    tree.close(at);
}
