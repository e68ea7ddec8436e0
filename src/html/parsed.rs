//! The flat tree from the full parser's, for pages that only the full rules of HTML can make sense of.

use scraper::{ElementRef, Html};

use super::{
    MAX_DEPTH,
    tree::{NONE, Span, Tree},
};

/// Parses by all rules of HTML, and tells whether elements were left out. The text must have passed the gate, which bounds
/// the nesting; links that are never closed are opened again in every block and may still nest deeper.
pub(super) fn parse(text: &str) -> (Tree, bool) {
    let html = Html::parse_document(text);
    let mut tree = Tree::over(String::with_capacity(text.len()), text.len() / 40 + 8);
    let cut = copy(&mut tree, NONE, html.root_element(), 0);
    (tree, cut)
}

/// Below [`MAX_DEPTH`] only text is copied: whoever walks the tree may do so by recursion.
fn copy(tree: &mut Tree, parent: u32, element: ElementRef<'_>, depth: usize) -> bool {
    let value = element.value();
    let name = tree.add_words(value.name());
    let attributes: Vec<(Span, Span)> =
        value.attrs().map(|(name, words)| (tree.add_words(name), tree.add_words(words))).collect();
    let at = tree.push_element(parent, name, &attributes);
    if depth >= MAX_DEPTH {
        for text in element.text() {
            let words = tree.add_words(text);
            tree.add_text(at, words);
        }
        tree.close(at);
        return true;
    }
    let mut cut = false;
    for child in element.children() {
        if let Some(text) = child.value().as_text() {
            let words = tree.add_words(text);
            tree.add_text(at, words);
        } else if let Some(element) = ElementRef::wrap(child) {
            cut |= copy(tree, at, element, depth + 1);
        }
    }
    tree.close(at);
    cut
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_that_are_never_closed_nest_no_deeper_than_anything_else() {
        let text = "<div><span><p><a href=x>".repeat(5000);
        let (tree, cut) = parse(&crate::html::gate::pass(&text).0);
        let deepest = tree.nodes.iter().fold((0, Vec::new()), |(deepest, mut depths): (usize, Vec<usize>), node| {
            let depth = depths.get(node.parent as usize).map_or(0, |above| above + 1);
            depths.push(depth);
            (deepest.max(depth), depths)
        });
        assert!(cut && deepest.0 <= MAX_DEPTH + 1, "{} deep", deepest.0);
    }
}
