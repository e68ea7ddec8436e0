//! HTML as it is, without any knowledge of portals: parse once behind a gate, select, walk, visible text, links,
//! tables. The only owner of the HTML parser.

mod element;
mod gate;
mod page;
mod table;

pub use element::{Element, Go, Step};
pub use gate::{MAX_DEPTH, MAX_TEXT, within_limit};
pub use page::{Link, Page, Selector, selector};
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
