//! Which part of a page a link stands in: menu, crumbs, article text, related block, footer or the rest.

use std::{cell::RefCell, collections::HashMap, sync::Arc};

use super::{scripted, tail::Tail};
use crate::{
    cms::{self, Adapter},
    html::{Element, Go, Page, Selector, Step},
    model::{Anchor, Region},
    text::{dates, letters, normalise, tidy},
};

/// Bytes of text of a block that is clicked like a link.
const LONGEST_CLICK: usize = 120;
/// Less text is not an article; a body chosen by its class may still be this short when it holds pictures or files.
const LEAST_BODY: usize = 20;
/// An unnamed block is the article only with this much.
const LEAST_UNNAMED_BODY: usize = 80;
/// What an article must have to say where its title and date show that it is one: 未收到意见和建议。
const LEAST_SHORT_BODY: usize = 8;

/// Links and crumbs of a page, read in one walk.
pub(super) struct Map {
    pub anchors: Vec<Arc<Anchor>>,
    /// Texts of links without an address.
    pub scripted: Vec<String>,
    /// Texts of the breadcrumb line, outermost first.
    pub crumbs: Vec<String>,
    /// Characters of visible text, white space left out.
    pub text_length: usize,
    /// The same without menus, crumbs, footer, and the words of links outside the article text.
    pub main_text_length: usize,
}

impl Map {
    pub(super) fn of(page: &Page, body: Option<Element<'_>>) -> Self {
        let mut map =
            Self { anchors: Vec::new(), scripted: Vec::new(), crumbs: Vec::new(), text_length: 0, main_text_length: 0 };
        let mut regions = vec![Region::Main];
        let mut crumb_text = String::new();
        let mut in_link = 0_usize;
        let mut tail = Tail::default();
        page.body().walk(&mut |step| {
            let current = regions.last().copied().unwrap_or_default();
            match step {
                Step::Enter(element) => {
                    if !element.is_seen() {
                        // Menus that fold down and tabs wait unseen; what is hidden in a text or a footer is none.
                        if element.is_hidden() && matches!(current, Region::Main | Region::Menu | Region::Crumb) {
                            map.take_hidden(page, element);
                        }
                        return Go::Over;
                    }
                    let region = region_of(element, current, body);
                    in_link += usize::from(element.name() == "a");
                    map.take(page, element, region);
                    if region == Region::Crumb && crumb_text.len() < 600 {
                        crumb_text.push('>');
                    }
                    regions.push(region);
                }
                Step::Leave(element) => {
                    in_link -= usize::from(element.name() == "a");
                    regions.pop();
                    if current == Region::Crumb && crumb_text.len() < 600 {
                        crumb_text.push('>');
                    }
                }
                Step::Text(text) => {
                    let length = letters(text);
                    map.text_length += length;
                    let counted =
                        if current == Region::Body || (current == Region::Main && in_link == 0) { length } else { 0 };
                    map.main_text_length += counted;
                    if current == Region::Main {
                        // The link that the text stands in was taken when it began.
                        tail.add(text, counted, map.anchors.len().saturating_sub(usize::from(in_link > 0)));
                    }
                    if current == Region::Crumb && crumb_text.len() < 600 {
                        crumb_text.push_str(text);
                    }
                }
            }
            Go::On
        });
        if let Some(footer) = tail.footer() {
            map.main_text_length -= footer.counted;
            for anchor in &mut map.anchors[footer.links..] {
                if anchor.region == Region::Main {
                    *anchor = Arc::new(Anchor { region: Region::Footer, ..Anchor::clone(anchor) });
                }
            }
        }
        map.crumbs = crumbs_of(&crumb_text);
        for entry in scripted::menus(page) {
            match entry.url {
                Some(url) => {
                    let anchor =
                        Anchor { text: entry.text, title: String::new(), url: url.into(), region: Region::Hidden };
                    map.anchors.push(Arc::new(anchor));
                }
                None => map.scripted.push(entry.text),
            }
        }
        map
    }

    /// A link, or anything else that opens a page when clicked.
    fn take(&mut self, page: &Page, element: Element<'_>, region: Region) {
        let (target, is_link) = match element.name() {
            "a" | "area" => (scripted::target(page, element), true),
            "frame" => (element.attr("src").and_then(|src| page.resolve(src)), false),
            _ if element.attr("onclick").is_some() && region != Region::Body => {
                let target = scripted::clicked(page, element).filter(|_| element.text_up_to(LONGEST_CLICK).is_some());
                if target.is_none() && is_tab(element) {
                    self.scripted.push(words_of(element));
                }
                (target, false)
            }
            "li" | "span" | "dd" | "div" | "td" if region != Region::Body => {
                if element.parent().is_some_and(holds_tabs) && is_tab(element) {
                    self.scripted.push(words_of(element));
                }
                return;
            }
            _ => return,
        };
        match target {
            Some(url) => {
                let text = words_of(element);
                let mut title = element.attr("title").map(tidy).unwrap_or_default();
                if leads_on(&text) && (title.is_empty() || leads_on(&title)) {
                    title = heading_beside(element, &text).unwrap_or(title);
                }
                self.anchors.push(Arc::new(Anchor { text, title, url: url.into(), region }));
            }
            None if is_link => self.scripted.push(words_of(element)),
            None => {}
        }
    }

    /// The links of a block that the markup hides.
    fn take_hidden(&mut self, page: &Page, block: Element<'_>) {
        for link in std::iter::once(block).chain(block.descendants()).filter(|element| element.name() == "a") {
            self.take(page, link, Region::Hidden);
        }
    }
}

/// A short name without a link: what opens when it is clicked, only a script knows.
fn is_tab(element: Element<'_>) -> bool {
    const LETTERS: std::ops::RangeInclusive<usize> = 4..=14;
    element.text_up_to(60).is_some_and(|text| LETTERS.contains(&text.trim().chars().count()))
        && !element.descendants().any(|inner| matches!(inner.name(), "a" | "img" | "input"))
}

/// `tab`, `tabs`, `tab-hd`, `news_tab`: a row of names over blocks that take turns.
fn holds_tabs(element: Element<'_>) -> bool {
    element.handles().any(|handle| {
        let handle = handle.to_ascii_lowercase();
        handle.contains("tab") && !handle.contains("table")
    })
}

/// 更多 in its many forms.
pub(super) fn leads_on(text: &str) -> bool {
    if text.len() > 30 {
        return false;
    }
    let bare = normalise(text);
    let bare = bare.trim_matches(|letter: char| ">+»›[]().…·-".contains(letter));
    matches!(bare, "更多" | "more" | "查看更多" | "更多信息" | "点击更多" | "更多内容")
}

/// The heading that stands with a link 更多 in a block of their own: the name of the list it leads to.
fn heading_beside(link: Element<'_>, words: &str) -> Option<String> {
    /// Letters of a heading.
    const LONGEST: usize = 12;
    for outer in link.ancestors().take(2) {
        if outer.descendants().filter(|inner| inner.name() == "a").take(2).count() > 1 {
            return None;
        }
        let text = tidy(&outer.text_up_to(100)?).replacen(words, "", 1);
        match text.trim().chars().count() {
            0 => {}
            1..=LONGEST => return Some(text.trim().to_owned()),
            _ => return None,
        }
    }
    None
}

/// What a link says, by words or by its picture.
fn words_of(element: Element<'_>) -> String {
    let text = tidy(&element.text());
    if !text.is_empty() {
        return text;
    }
    let mut pictures = std::iter::once(element).chain(element.descendants());
    pictures.find_map(|picture| picture.attr("alt").map(tidy).filter(|text| !text.is_empty())).unwrap_or_default()
}

/// The region an element opens, given the one around it.
fn region_of(element: Element<'_>, around: Region, body: Option<Element<'_>>) -> Region {
    if body == Some(element) {
        return Region::Body;
    }
    // Menus, footers and bodies keep what is inside; only the rest is told apart further.
    if !matches!(around, Region::Main | Region::Menu | Region::Body) || matches!(element.name(), "a" | "html" | "body")
    {
        return around;
    }
    let holds_body = || body.is_some_and(|body| element.holds(body));
    let named = match element.name() {
        "footer" => Some(Region::Footer),
        "nav" | "header" | "aside" => Some(Region::Menu),
        _ => element.handles().find_map(named_region),
    };
    let found =
        named.or_else(|| spoken_region(element)).filter(|region| *region != Region::Crumb || is_crumb_line(element));
    match found {
        Some(Region::Menu | Region::Footer | Region::Related) if holds_body() => around,
        Some(Region::Menu | Region::Footer | Region::Crumb) if around == Region::Body => around,
        Some(found) => found,
        None => around,
    }
}

/// What an id or class says about its block. The same ones come again on every page of a portal.
pub(super) fn named_region(handle: &str) -> Option<Region> {
    /// So many are remembered before all are forgotten.
    const MOST_HANDLES: usize = 5000;
    thread_local! {
        static KNOWN: RefCell<HashMap<String, Option<Region>>> = RefCell::default();
    }
    KNOWN.with_borrow_mut(|known| {
        if let Some(region) = known.get(handle) {
            return *region;
        }
        if known.len() >= MOST_HANDLES {
            known.clear();
        }
        let region = region_called(handle);
        known.insert(handle.to_owned(), region);
        region
    })
}

fn region_called(handle: &str) -> Option<Region> {
    let handle = handle.to_ascii_lowercase();
    let has = |marks: &[&str]| marks.iter().any(|mark| handle.contains(mark));
    let is = |marks: &[&str]| marks.contains(&handle.as_str());
    if has(&["footer", "copyright", "friendlink", "yqlj", "youlink"]) || is(&["foot", "bottom", "foot_box", "footbox"])
    {
        Some(Region::Footer)
    } else if has(&["crumb", "position", "dqwz", "weizhi", "mianbao", "curmbs", "currentpos", "dangqian"])
        || is(&["location", "place", "curpos", "wz", "pos", "sitepath", "path", "address"])
    {
        Some(Region::Crumb)
    } else if has(&["related", "relate", "xgjd", "xgwj", "xgyd", "xgwz", "xgzc", "xgxx", "xglj", "xgnews"]) {
        Some(Region::Related)
    } else if has(&[
        "menu", "navbar", "topnav", "mainnav", "header", "sidebar", "sidenav", "leftnav", "subnav", "topbar",
    ]) || is(&[
        "nav",
        "top",
        "head",
        "banner",
        "navigation",
        "nav-box",
        "navbox",
        "dh",
        "daohang",
        "lnav",
        "left_nav",
    ]) || handle.starts_with("nav_")
        || handle.starts_with("nav-")
        || handle.ends_with("_nav")
        || handle.ends_with("-nav")
    {
        Some(Region::Menu)
    } else {
        None
    }
}

const CRUMB: [&str; 6] = ["当前位置", "您的位置", "您现在的位置", "您当前的位置", "所在位置", "您所在的位置"];

/// What the opening words of a block say about it. Only small blocks are asked.
fn spoken_region(element: Element<'_>) -> Option<Region> {
    const RELATED: [&str; 9] =
        ["相关解读", "相关文件", "相关政策", "相关文档", "关联解读", "关联文件", "政策原文", "解读链接", "相关链接"];
    if !matches!(element.name(), "div" | "p" | "td" | "span" | "dl" | "ul" | "li" | "section" | "h3" | "h4" | "em") {
        return None;
    }
    let opening = opening_words(element)?;
    if CRUMB.iter().any(|words| opening.starts_with(words)) {
        return Some(Region::Crumb);
    }
    if RELATED.iter().any(|words| opening.starts_with(words)) && opening.chars().count() <= 12 {
        return Some(Region::Related);
    }
    None
}

/// Breadcrumbs are one short line without dates, and show a way; a class named `location` may hold the whole page.
fn is_crumb_line(element: Element<'_>) -> bool {
    let Some(text) = element.text_up_to(900) else { return false };
    let shows_way = |text: &str| ["首页", "主页", ">", "›", "»", "＞", "→"].iter().any(|mark| text.contains(mark));
    // A short page may stand whole in one block; the way is the inner block that begins like one.
    let is_way = |inner: Element<'_>| {
        inner.is_block()
            && inner.is_seen()
            && begins_crumbs(inner)
            && inner.text_up_to(900).is_some_and(|text| shows_way(&text))
    };
    (shows_way(&text) || text.contains("位置")) && !element.children().any(is_way) && dates::find(&text).is_empty()
}

fn begins_crumbs(element: Element<'_>) -> bool {
    opening_words(element).is_some_and(|opening| CRUMB.iter().any(|words| opening.starts_with(words)))
}

/// The first words inside an element that are not white space, when they come soon.
fn opening_words(element: Element<'_>) -> Option<String> {
    let mut opening = None;
    let mut steps = 0;
    element.walk(&mut |step| {
        steps += 1;
        if opening.is_some() || steps > 8 {
            return Go::Stop;
        }
        match step {
            Step::Enter(element) if !element.is_seen() => return Go::Over,
            Step::Enter(_) | Step::Leave(_) => {}
            Step::Text(text) => {
                let text = text.trim_start();
                if text.is_empty() {
                    return Go::On;
                }
                // Only these begin what is looked for; most texts are told by their first letter.
                if !text.starts_with(|letter| "当您所相关政解".contains(letter)) && !text.starts_with(is_taken_out)
                {
                    return Go::Stop;
                }
                let words: String = text.chars().take(40).collect();
                let words = normalise(&words);
                if !words.is_empty() {
                    opening = Some(words);
                }
            }
        }
        Go::On
    });
    opening
}

/// Characters that normalising takes out or changes.
fn is_taken_out(letter: char) -> bool {
    !letter.is_alphanumeric()
}

/// A step of breadcrumbs this long is the article's title.
const LONGEST_STEP: usize = 30;
/// Words in breadcrumbs that are no columns.
#[rustfmt::skip]
const NO_STEPS: [&str; 28] = [
    "首页", "网站首页", "主页", "home", "index", "正文", "内容", "详细内容", "内容详情", "列表", "位置", "当前位置", "当前的位置", "您的位置",
    "你的位置", "所在位置", "当前所在位置", "您现在的位置", "您当前的位置", "您所在的位置", "您现在所在的位置", "现在位置",
    "第一页", "上一页", "下一页", "最后一页", "尾页", "更多",
];

/// `当前位置：首页 > 政务公开 > 年报` to its steps, without the home page and the word before it.
fn crumbs_of(text: &str) -> Vec<String> {
    let mut crumbs: Vec<String> = Vec::new();
    for piece in text.split(['>', '›', '»', '＞', '→', '/', '|', '\n', '➤']) {
        let piece = tidy(piece);
        let piece = piece.trim_matches(|letter: char| letter.is_whitespace() || ":：・·-—<".contains(letter));
        let bare = normalise(piece);
        let bare = bare.rsplit(':').next().unwrap_or_default();
        let is_word = bare.is_empty() || NO_STEPS.contains(&bare) || bare.chars().count() > LONGEST_STEP;
        if !is_word && crumbs.last().is_none_or(|last| last != piece) && crumbs.len() < 12 {
            let piece = piece.rsplit(['：', ':']).next().unwrap_or(piece);
            crumbs.push(piece.trim().to_owned());
        }
    }
    crumbs
}

/// The element with the article text: the system's own, a usual one, or the one with most paragraphs of text.
pub(super) fn body<'p>(page: &'p Page, adapter: &dyn Adapter) -> Option<Element<'p>> {
    adapter
        .body()
        .and_then(|selector| fullest(page, selector))
        .or_else(|| fullest(page, cms::usual_bodies()))
        .or_else(|| densest(page, LEAST_UNNAMED_BODY, |_| true))
        .or_else(|| broken(page))
}

/// Of the elements that match, the one with most text; none if none has enough.
fn fullest<'p>(page: &'p Page, selector: &Selector) -> Option<Element<'p>> {
    let mut best: Option<(usize, Element<'p>)> = None;
    for element in page.select(selector).take(40) {
        let length = prose_length(element);
        // Of two within each other the inner one is the article, where the outer one has the heading before it.
        let is_better = best.is_none_or(|(most, other)| {
            length > most || (other.holds(element) && length * 2 >= most && has_text_before(other, element))
        });
        if is_better {
            best = Some((length, element));
        }
    }
    let (length, element) = best?;
    let has_media = || element.descendants().any(|inner| matches!(inner.name(), "img" | "video" | "iframe" | "table"));
    (length >= LEAST_BODY || (length > 0 && has_media())).then_some(element)
}

/// Whether words outside links stand in an element before one that it holds.
fn has_text_before(outer: Element<'_>, inner: Element<'_>) -> bool {
    /// Letters of a heading.
    const LEAST: usize = 4;
    let mut length = 0;
    outer.walk(&mut |step| {
        match step {
            Step::Enter(element) if element == inner => return Go::Stop,
            Step::Enter(element) if !element.is_seen() || element.name() == "a" => return Go::Over,
            Step::Enter(_) | Step::Leave(_) => {}
            Step::Text(text) => length += letters(text),
        }
        Go::On
    });
    length >= LEAST
}

/// Characters outside links.
fn prose_length(element: Element<'_>) -> usize {
    let mut length = 0;
    element.walk(&mut |step| {
        match step {
            Step::Enter(inner) if !inner.is_seen() || inner.name() == "a" => return Go::Over,
            Step::Enter(_) | Step::Leave(_) => {}
            Step::Text(text) => length += letters(text),
        }
        Go::On
    });
    length
}

/// The text of a page that is an article by its title and date: a notice of two lines, in a block with any name.
pub(super) fn short_body(page: &Page) -> Option<Element<'_>> {
    densest(page, LEAST_SHORT_BODY, |element| {
        let mut around = std::iter::once(element).chain(element.ancestors());
        let is_told = |outer: Element<'_>| {
            matches!(outer.name(), "nav" | "header" | "footer" | "aside")
                || outer.handles().find_map(named_region).is_some()
        };
        let is_footer = || ["主办单位", "版权所有", "ICP备"].iter().any(|mark| element.text().contains(mark));
        !around.any(is_told) && !is_footer()
    })
}

/// In a footer, or a short text with what only footers say.
fn is_footer(element: Element<'_>) -> bool {
    /// Bytes of a footer.
    const LONGEST: usize = 1800;
    let is_named = |outer: Element<'_>| {
        outer.name() == "footer" || outer.handles().any(|handle| named_region(handle) == Some(Region::Footer))
    };
    std::iter::once(element).chain(element.ancestors()).any(is_named)
        || element
            .text_up_to(LONGEST)
            .is_some_and(|text| ["版权所有", "ICP备", "网站标识码"].iter().any(|mark| text.contains(mark)))
}

/// Where no element holds paragraphs: the one that directly holds most sentences parted by line breaks, as on pages
/// written by hand.
fn broken(page: &Page) -> Option<Element<'_>> {
    let mut best: Option<(usize, Element<'_>)> = None;
    for element in page.body().descendants() {
        let may_be = matches!(element.name(), "div" | "td" | "article" | "section" | "font" | "span" | "center");
        if !may_be || !element.children().any(|child| child.name() == "br") {
            continue;
        }
        let (mut length, mut has_sentence) = (0, false);
        element.walk(&mut |step| {
            match step {
                Step::Enter(inner) if !inner.is_seen() || inner.name() == "a" => return Go::Over,
                Step::Enter(inner) if inner.is_block() && inner.name() != "br" => return Go::Over,
                Step::Enter(_) | Step::Leave(_) => {}
                Step::Text(text) => {
                    length += letters(text);
                    has_sentence |= text.contains('。');
                }
            }
            Go::On
        });
        if has_sentence && length > best.map_or(LEAST_UNNAMED_BODY, |(most, _)| most) && !is_footer(element) {
            best = Some((length, element));
        }
    }
    best.map(|(_, element)| element)
}

/// The element that directly holds most paragraphs of prose, more than so many letters.
fn densest<'p>(page: &'p Page, least: usize, may_be: impl Fn(Element<'p>) -> bool) -> Option<Element<'p>> {
    let mut best: Option<(usize, Element<'_>)> = None;
    for element in page.body().descendants() {
        if !matches!(element.name(), "div" | "td" | "article" | "section" | "font" | "span" | "center" | "ul") {
            continue;
        }
        let length: usize = element.children().filter(|child| child.name() == "p").map(prose_length).sum();
        if length > best.map_or(least, |(most, _)| most) && may_be(element) {
            best = Some((length, element));
        }
    }
    best.map(|(_, element)| element)
}
