//! The title of a page: what the reader sees as its heading, with META and `<title>` as witnesses.

use std::{collections::BTreeMap, sync::LazyLock};

use regex::Regex;

use super::identity::is_directive;
use crate::{
    html::{Element, Page, Selector, selector},
    text::{normalise, pattern, tidy},
};

/// Whatever may hold a title when nothing calls itself one.
static ANY: LazyLock<Selector> = LazyLock::new(|| selector("h1, h2, h3, h4, ucaptitle, td, div, p, span, font"));
static HEADING: LazyLock<Selector> = LazyLock::new(|| selector("h1, h2, h3, h4, ucaptitle"));
/// Elements that call themselves titles.
static TITLED: LazyLock<Selector> = LazyLock::new(|| {
    selector(
        "[class*=title], [class*=Title], [id*=title], [id*=Title], [class*=tit], [id*=tit], [class*=biaoti], [id*=biaoti], [class=bt]",
    )
});
static TAGS: LazyLock<Regex> = LazyLock::new(|| pattern(r"<[^>]{0,2000}>"));
/// Labels and dates that stand inside a heading element but are no part of the title.
static TAIL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\s*[（(\[【]?\s*(?:(?:发布|发文|更新)?(?:时间|日期)\s*[:：]?\s*)?(?:19|20)\d\d[-/.年]\d{1,2}[-/.月]\d{1,2}日?(?:\s*\d{1,2}:\d{2}(?::\d{2})?)?\s*(?:来源[:：].{0,40})?[)）\]】]?\s*$",
    )
});

/// 更多>> at the end of a block's heading.
static MORE: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)\s*[>》\[+]*\s*(?:更多|more)\S{0,8}$"));

/// The title, or none where the page has none of its own.
pub(super) fn read(page: &Page, meta: &BTreeMap<String, String>, body: Option<Element<'_>>) -> Option<String> {
    let stated = meta.get("articletitle").map(|text| plain(text)).filter(|text| is_title(text));
    let tag = page.title().map(|text| plain(&text)).filter(|text| !text.is_empty() && !is_directive(text));
    if let Some(stated) = stated {
        return Some(shown_form_of(page, &stated).unwrap_or(stated));
    }
    let heading = heading_within(page, tag.as_deref()).or_else(|| row_of_attributes(page));
    heading.or_else(|| heading_before(page, body)).or_else(|| tag.as_deref().map(without_site))
}

/// Markup that was saved into the field, and blanks, taken out.
fn plain(text: &str) -> String {
    let text = text.replace("&nbsp;", " ").replace("&amp;", "&").replace("&quot;", "\"");
    if text.contains('<') { tidy(&TAGS.replace_all(&text, "")) } else { tidy(&text) }
}

fn is_title(text: &str) -> bool {
    !text.is_empty() && !is_directive(text) && text.chars().any(char::is_alphanumeric)
}

/// META may be cut or carry the site's name in front; the heading on the page then is the better form.
fn shown_form_of(page: &Page, stated: &str) -> Option<String> {
    let bare = normalise(stated);
    let stem = bare.trim_end_matches(['.', '…']).to_owned();
    let is_cut = stem != bare;
    let has_site = ["——", "_", "|"].iter().any(|mark| stated.contains(mark));
    if !is_cut && !has_site {
        return None;
    }
    page.select(&ANY).filter_map(own_words).find(|text| {
        let shown = normalise(text);
        let long = shown.chars().count() >= 6;
        (is_cut && shown.starts_with(&stem) && shown.len() > stem.len() && shown.chars().count() < 150)
            || (has_site && long && shown != bare && bare.ends_with(&shown))
    })
}

/// Text of an element small enough to be a title; children that stand on a line of their own are left out.
fn own_words(element: Element<'_>) -> Option<String> {
    let text = tidy(&element.text_up_to(900)?);
    let text = TAIL.replace(&text, "");
    let text = MORE.replace(&text, "");
    let text = text.trim().trim_start_matches("标题：").trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// The longest heading-like text that `<title>` contains.
fn heading_within(page: &Page, tag: Option<&str>) -> Option<String> {
    let whole = normalise(tag?);
    let mut best: Option<String> = None;
    for text in page.select(&HEADING).chain(page.select(&TITLED)).filter_map(own_words) {
        let bare = normalise(&text);
        if bare.chars().count() >= 4
            && whole.starts_with(&bare)
            && best.as_ref().is_none_or(|best| normalise(best).len() < bare.len())
        {
            best = Some(text);
        }
    }
    best.or_else(|| {
        // Any small element that says the opening of `<title>` before the site's name.
        let first = without_site(tag?);
        let bare = normalise(&first);
        if bare.chars().count() < 6 {
            return None;
        }
        page.body().select(&ANY).filter_map(own_words).find(|text| normalise(text) == bare)
    })
}

/// 标题 or 名称 of the attribute table of a policy page.
fn row_of_attributes(page: &Page) -> Option<String> {
    static LABELS: LazyLock<Selector> = LazyLock::new(|| selector("td, th, dt, li, span"));
    for label in page.select(&LABELS).take(400) {
        let Some(text) = label.text_up_to(60) else { continue };
        let bare = normalise(&text);
        if matches!(bare.trim_end_matches(':'), "标题" | "名称" | "信息名称" | "文件名称" | "公文名称")
        {
            let value = label.following().next().and_then(|cell| cell.text_up_to(900)).map(|text| tidy(&text))?;
            if value.chars().count() >= 4 && value.chars().count() < 200 {
                return Some(value);
            }
        }
    }
    None
}

/// Without help from `<title>`: the first real heading with enough words, before or inside the article text.
fn heading_before(page: &Page, body: Option<Element<'_>>) -> Option<String> {
    let enough = |text: &String| (4..120).contains(&text.chars().count());
    let by = |name: &'static str| {
        page.body()
            .descendants()
            .filter(move |element| element.name() == name && !is_of_the_site(*element))
            .filter_map(own_words)
            .find(enough)
    };
    if body.is_none() {
        // A page without an article: its only heading names it; of several none does.
        let own = page.select(&HEADING).filter(|element| !is_of_the_site(*element));
        let headings: Vec<String> = own.filter_map(own_words).filter(enough).take(2).collect();
        return if let [only] = headings.as_slice() { Some(only.clone()) } else { by("h1") };
    }
    let titled = || page.select(&TITLED).filter_map(own_words).find(|text| text.chars().count() >= 8 && enough(text));
    by("h1").or_else(titled).or_else(|| by("h2")).or_else(|| by("h3"))
}

/// The name of the site in its header, a menu's or footer's heading, or a heading that is a link.
fn is_of_the_site(heading: Element<'_>) -> bool {
    let marks = ["logo", "header", "footer", "nav", "menu"];
    let is_marked = |element: Element<'_>| {
        matches!(element.name(), "header" | "footer" | "nav" | "a")
            || element.handles().any(|handle| marks.contains(&handle.to_ascii_lowercase().as_str()))
    };
    is_marked(heading) || heading.ancestors().any(is_marked) || heading.children().any(|child| child.name() == "a")
}

/// `标题_栏目_站名`, `标题-站名`, `标题 | 站名` to the title alone.
fn without_site(tag: &str) -> String {
    let separators = ["_", "--", "——", " - ", "|", "-", "—"];
    for separator in separators {
        if let Some((first, rest)) = tag.split_once(separator) {
            let first = first.trim();
            let looks_like_site = |text: &str| {
                ["网", "政府", "局", "厅", "委", "门户", "办公室", "中心"].iter().any(|mark| text.contains(mark))
            };
            if first.chars().count() >= 4 && looks_like_site(rest) {
                return first.to_owned();
            }
        }
    }
    tag.to_owned()
}
