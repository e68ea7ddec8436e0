//! HTML as it is, without any knowledge of portals: parse once behind a gate, select, walk, visible text, links,
//! tables. The only owner of the HTML parser.

#[cfg(test)]
mod agreement;
mod build;
mod element;
mod gate;
mod names;
mod page;
mod parsed;
mod selector;
mod table;
mod tokens;
mod tree;

pub use element::{Element, Go, Step};
pub use gate::{MAX_DEPTH, MAX_TEXT, opening, within_limit};
pub use page::{Link, Page};
pub use selector::{Selector, selector};
pub use table::{Grid, grid};

/// The character data inside `<![CDATA[…]]>` sections of `source`, joined by line breaks.
/// Portals hide whole lists in such sections of a script (大汉 jcms).
pub fn character_data(source: &str) -> String {
    let mut found = String::new();
    for part in source.split("<![CDATA[").skip(1) {
        if let Some(end) = part.find("]]>") {
            found.push_str(&part[..end]);
            found.push('\n');
        }
    }
    found
}
