//! What elements of a list show besides their texts: dates in attributes and scripts, prose, names of menus.

use std::sync::LazyLock;

use regex::Regex;

use super::{
    Atom,
    stamp::{self, Stamp},
};
use crate::{
    html::{Element, Go, Step},
    model::Region,
    observe::regions::named_region,
    text::{dates::Cell, pattern, tidy},
};

/// Letters below an element most of whose text is in no link; none for lists of links.
pub(super) fn prose_of(element: Element<'_>) -> Option<usize> {
    let (mut linked, mut all) = (0, 0);
    let mut depth = 0;
    element.walk(&mut |step| {
        match step {
            Step::Enter(element) => {
                if !element.is_seen() {
                    return Go::Over;
                }
                depth += usize::from(element.name() == "a");
            }
            Step::Leave(element) => depth -= usize::from(element.name() == "a"),
            Step::Text(text) => {
                let length = text.trim().chars().count();
                all += length;
                linked += if depth > 0 { length } else { 0 };
            }
        }
        Go::On
    });
    (linked * 2 < all).then_some(all)
}

/// The full date that an element states for a short or relative one it shows: `<time datetime=…>5天前</time>`.
pub(super) fn stated_date(element: Element<'_>, text: Option<&str>, atoms: &[Atom]) -> Option<Stamp> {
    let shown = text.filter(|text| text.chars().count() <= 20)?;
    let attribute = element.attr("datetime").or_else(|| element.attr("title"))?;
    let is_short = match atoms {
        [] => ["天前", "小时前", "分钟前", "昨天", "今天", "刚刚"].iter().any(|words| shown.contains(words)),
        [Atom::Date(Stamp { cell: Cell::MonthDay { .. }, .. })] => true,
        _ => false,
    };
    let stated = attribute.get(..19).unwrap_or(attribute).replacen('T', " ", 1);
    let stamp = *stamp::stamps(&stated, None).first().filter(|_| is_short)?;
    matches!(stamp.cell, Cell::Full { .. }).then_some(stamp)
}

/// The date that a script between the words of a row writes: `document.write("2023-05-06")`.
pub(super) fn written_date(script: Element<'_>) -> Option<Stamp> {
    const LONGEST: usize = 400;
    static LITERAL: LazyLock<Regex> = LazyLock::new(|| pattern(r#"["'>]\s*((?:20|19)\d\d[-/.年][^"'<]{3,20})["'<]"#));
    let is_in_row = || script.ancestors().take(4).any(|outer| matches!(outer.name(), "li" | "tr" | "dd" | "dt"));
    if script.attr("src").is_some() || !is_in_row() {
        return None;
    }
    let text = script.raw_text();
    if text.len() > LONGEST || !text.contains("document.write") {
        return None;
    }
    let mut dates = LITERAL.captures_iter(&text).flat_map(|captures| stamp::stamps(&captures[1], None));
    dates.next().filter(|_| dates.next().is_none())
}

/// The longest text below that is neither a date nor in a link: the title of a row whose link says 查看.
pub(super) fn longest_text(element: Element<'_>) -> Option<String> {
    let mut longest = String::new();
    element.walk(&mut |step| {
        match step {
            Step::Enter(inner) if !inner.is_seen() || inner.name() == "a" => return Go::Over,
            Step::Text(text) if text.trim().len() > longest.len() && stamp::stamps(text, None).is_empty() => {
                longest = tidy(text);
            }
            Step::Enter(_) | Step::Leave(_) | Step::Text(_) => {}
        }
        Go::On
    });
    (longest.chars().count() >= 4).then_some(longest)
}

/// `top`, `head`, `nav-list`: called like a menu, but not like a side bar or a footer.
pub(super) fn called_menu(element: Element<'_>) -> bool {
    !matches!(element.name(), "nav" | "header" | "aside")
        && element.handles().any(|handle| named_region(handle) == Some(Region::Menu) && !handle.contains("side"))
}
