//! A parsed page: the tree, its base address, META, links.

use std::{borrow::Cow, cell::OnceCell, collections::BTreeMap};

use url::Url;

use super::{Element, Selector, build, gate, parsed, tree::Tree};

/// A link whose address could be read.
#[derive(Clone, Copy, Debug)]
pub struct Link<'p> {
    pub element: Element<'p>,
    pub href: &'p str,
}

/// A page, parsed once. Lives on one thread; facts are taken from it and it is dropped.
pub struct Page {
    tree: Tree,
    base: Url,
    /// Links or text may be missing: too long, too deep, too many tags.
    pub cut: bool,
    meta: OnceCell<BTreeMap<String, String>>,
}

impl Page {
    /// Parses `text`; relative addresses are resolved against `base`, or against `<base href>` where the page has one.
    pub fn parse(text: &str, base: &Url) -> Self {
        let built = if text.len() <= gate::MAX_TEXT { build::build(text).ok() } else { None };
        let (tree, cut) = built.map_or_else(|| Self::by_all_rules(text), |tree| (tree, false));
        let mut page = Self { tree, base: base.clone(), cut, meta: OnceCell::new() };
        let stated = page.root().descendants().find(|element| element.name() == "base").and_then(|element| {
            let href = element.attr("href")?.trim();
            // A base on the disk of the author's own machine is a slip.
            base.join(href).ok().filter(|joined| joined.scheme().starts_with("http") && !href.is_empty())
        });
        if let Some(stated) = stated {
            page.base = stated;
        }
        page
    }

    /// Any text at all, by the full parser behind the gate.
    fn by_all_rules(text: &str) -> (Tree, bool) {
        // The parser writes a complaint about each null character, and drops it.
        let text = if text.contains('\0') { Cow::Owned(text.replace('\0', "")) } else { Cow::Borrowed(text) };
        let (text, cut) = gate::pass(&text);
        let (tree, deep) = parsed::parse(&text);
        (tree, cut || deep)
    }

    /// The `<html>` element.
    pub fn root(&self) -> Element<'_> {
        Element::root(&self.tree)
    }

    /// The `<body>` element, or the root where there is none (framesets).
    pub fn body(&self) -> Element<'_> {
        self.root().children().find(|element| element.name() == "body").unwrap_or_else(|| self.root())
    }

    pub fn base(&self) -> &Url {
        &self.base
    }

    pub fn select<'s>(&self, selector: &'s Selector) -> impl Iterator<Item = Element<'_>> + use<'_, 's> {
        self.root().select(selector)
    }

    pub fn first(&self, selector: &Selector) -> Option<Element<'_>> {
        self.root().select(selector).next()
    }

    /// Text of `<title>`, as written.
    pub fn title(&self) -> Option<String> {
        self.root().descendants().find(|element| element.name() == "title").map(Element::raw_text)
    }

    /// META by lower-case name (or property, or http-equiv) to trimmed content; the first one with content counts.
    pub fn meta(&self) -> &BTreeMap<String, String> {
        self.meta.get_or_init(|| {
            let mut found: BTreeMap<String, String> = BTreeMap::new();
            for element in self.root().descendants().filter(|element| element.name() == "meta") {
                let name =
                    element.attr("name").or_else(|| element.attr("property")).or_else(|| element.attr("http-equiv"));
                let (Some(name), Some(content)) = (name, element.attr("content")) else { continue };
                let name = name.trim().to_lowercase();
                if found.get(&name).is_none_or(String::is_empty) {
                    found.insert(name, content.trim().to_owned());
                }
            }
            found
        })
    }

    /// The absolute address of `href`; none for scripts, mail, anchors within the page and unreadable ones.
    pub fn resolve(&self, href: &str) -> Option<Url> {
        let href = href.trim();
        if href.is_empty() || href.starts_with('#') {
            return None;
        }
        let mut url = self.base.join(href).ok()?;
        if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
            return None;
        }
        url.set_fragment(None);
        Some(url)
    }

    /// All `<a href>` and `<area href>`, in document order.
    pub fn links(&self) -> impl Iterator<Item = Link<'_>> {
        self.root()
            .descendants()
            .filter(|element| matches!(element.name(), "a" | "area"))
            .filter_map(|element| element.attr("href").map(|href| Link { element, href }))
    }
}
