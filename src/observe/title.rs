//! The title of a page: what the reader sees as its heading, with META and `<title>` as witnesses.

use std::{collections::BTreeMap, sync::LazyLock};

use regex::Regex;

use super::{
    dateline,
    document::{below, is_label},
    identity::is_directive,
    lines::{Line, may_begin},
    signature::is_organ,
};
use crate::{
    html::{Element, Page, Selector, selector},
    text::{dates, normalise, pattern, tidy},
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
        r"\s*[（(\[【]?\s*(?:(?:发布|发文|更新)?(?:时间|日期)\s*[:：]?\s*)?(?:19|20)\d\d[-/.年]\d{1,2}[-/.月]\d{1,2}日?(?:\s*\d{1,2}:\d{2}(?::\d{2})?)?\s*(?:来源[:：].{0,40})?[)）\]】]?\s*$|\s*(?:分享到|来源)\s*[:：].{0,60}$",
    )
});

/// The beginning of a line of day and source.
static INFO: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^[\[【(（]?\s*(?:[^：:，。]{0,6}(?:来源|时间|日期|作者|浏览|点击|阅读|字号|字体|编辑|机构)(?:次数|数|量)?\s*[\]】]?\s*[:：]|(?:19|20)\d\d[-/.年]\d{1,2}[-/.月]\d{1,2}日?(?:[^\p{Han}]|$)|分享到|\[?打印|[\p{Han}]{1,8}[〔\[]\d{4}[〕\]]\d{1,5}号$)",
    )
});
/// 更多>> at the end of a block's heading.
static MORE: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)\s*[>》\[+]*\s*(?:更多|more)\S{0,8}$"));

/// What else of a page bears witness to its title.
pub(super) struct Witness<'w, 'p> {
    /// The heading above the line that tells day and source.
    heading: Option<String>,
    /// Names of the site and of the columns above the page, normalised.
    names: Vec<String>,
    lines: &'w [Line<'p>],
}

impl<'w, 'p> Witness<'w, 'p> {
    /// `names` are those of the site and of the columns above the page.
    pub(super) fn new<'n>(lines: &'w [Line<'p>], names: impl Iterator<Item = &'n String>) -> Self {
        let names: Vec<String> = names.map(|name| normalise(name)).collect();
        let heading = dateline::heading(lines, &names).map(|text| without_tail(&text));
        Self { heading, names, lines }
    }

    fn is_name(&self, text: &str) -> bool {
        let bare = normalise(text);
        self.names.contains(&bare)
    }

    /// The heading that an article has of its own, other than this name of a site or column, or than a word in its place.
    fn better_than(&self, text: &str, tag: Option<&str>) -> Option<&String> {
        /// Letters of a heading of an article, and the most of a word for a kind of page (公告, 正文).
        const OWN: usize = 8;
        const WORD: usize = 6;
        let heading = self.heading.as_ref().filter(|heading| !self.is_name(heading))?;
        let is_word = text.chars().count() <= WORD && heading.chars().count() >= OWN && !heading.contains(text);
        let (bare, whole) = (normalise(heading), tag.map(normalise).unwrap_or_default());
        let is_part = || bare.len() > normalise(text).len() && (is_organ(text) || whole.contains(&bare));
        (self.is_name(text) || is_word || is_part()).then_some(heading)
    }

    /// Whether one of the lines outside links says this, normalised.
    fn shows(&self, bare: &str) -> bool {
        let mut lines = self.lines.iter().filter(|line| !line.in_link && may_begin(&line.text, bare));
        lines.any(|line| normalise(&line.text) == bare)
    }
}

/// The title, or none where the page has none of its own.
pub(super) fn read(
    page: &Page,
    meta: &BTreeMap<String, String>,
    body: Option<Element<'_>>,
    witness: &Witness<'_, '_>,
) -> Option<String> {
    let stated = meta.get("articletitle").map(|text| plain(text)).filter(|text| is_title(text));
    let tag = page.title().map(|text| plain(&text)).filter(|text| !text.is_empty() && !is_directive(text));
    if let Some(stated) = stated {
        let better = witness.better_than(&stated, tag.as_deref()).cloned();
        return better.or_else(|| shown_form_of(page, &stated, witness)).or(Some(stated));
    }
    let within = heading_within(page, tag.as_deref(), witness);
    let within = within.map(|text| witness.better_than(&text, tag.as_deref()).cloned().unwrap_or(text));
    within
        .or_else(|| row_of_attributes(witness.lines))
        .or_else(|| witness.heading.clone().filter(|text| !witness.is_name(text)))
        .or_else(|| heading_before(page, body))
        .or_else(|| tag.as_deref().map(without_site))
}

/// Markup that was saved into the field, and blanks, taken out.
fn plain(text: &str) -> String {
    let text = text.replace("&nbsp;", " ").replace("&amp;", "&").replace("&quot;", "\"");
    if text.contains('<') { tidy(&TAGS.replace_all(&text, "")) } else { tidy(&text) }
}

fn is_title(text: &str) -> bool {
    !text.is_empty() && !is_directive(text) && text.chars().any(char::is_alphanumeric)
}

/// META may be cut, or carry the site's name before or after it; the heading on the page then is the better form.
fn shown_form_of(page: &Page, stated: &str, witness: &Witness<'_, '_>) -> Option<String> {
    /// Letters of a beginning that are no chance.
    const STEM: usize = 10;
    let bare = normalise(stated);
    let stem = bare.trim_end_matches(['.', '…']).to_owned();
    let is_cut = stem != bare;
    let is_begun = |shown: &str| shown.starts_with(&stem) && shown.len() > stem.len() && shown.chars().count() < 150;
    if let Some(heading) = &witness.heading
        && stem.chars().count() >= STEM
        && is_begun(&normalise(heading))
    {
        return Some(heading.clone());
    }
    let has_site = SEPARATORS.iter().any(|mark| stated.contains(mark));
    if !is_cut && (!has_site || witness.shows(&bare)) {
        return None;
    }
    let is_all_but_site = |shown: &str| {
        let rest = bare.strip_suffix(shown).or_else(|| bare.strip_prefix(shown)).filter(|rest| !rest.is_empty());
        let parted = |rest: &str| rest.ends_with(['—', '_', '|', '-']) || rest.starts_with(['—', '_', '|', '-']);
        rest.is_some_and(|rest| {
            let name = rest.trim_matches(['—', '_', '|', '-', '–']);
            parted(rest) && (looks_like_site(name) || witness.is_name(name))
        })
    };
    page.select(&ANY).filter_map(own_words).find(|text| {
        let shown = normalise(text);
        (is_cut && is_begun(&shown)) || (has_site && shown.chars().count() >= 6 && is_all_but_site(&shown))
    })
}

/// Text of an element small enough to be a title, without the day, source and tools that stand below or behind it.
fn own_words(element: Element<'_>) -> Option<String> {
    let text = element.text_up_to(900)?;
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let first = lines.next()?;
    let lines = std::iter::once(first).chain(lines.take_while(|line| !INFO.is_match(line)));
    let text = tidy(&lines.collect::<Vec<_>>().join(" "));
    Some(without_tail(&text)).filter(|text| !text.is_empty())
}

/// A heading without the day, source and links on that stand behind it in the same line.
fn without_tail(text: &str) -> String {
    let text = TAIL.replace(text, "");
    let text = MORE.replace(&text, "");
    text.trim().trim_start_matches("标题：").trim().to_owned()
}

/// The longest heading-like text that `<title>` begins with.
fn heading_within(page: &Page, tag: Option<&str>, witness: &Witness<'_, '_>) -> Option<String> {
    let tag = tag?;
    let whole = normalise(tag);
    let mut best: Option<(String, String)> = None;
    for text in page.select(&HEADING).chain(page.select(&TITLED)).filter_map(own_words) {
        let bare = normalise(&text);
        if bare.chars().count() >= 4
            && whole.starts_with(&bare)
            && best.as_ref().is_none_or(|(_, longest)| longest.len() < bare.len())
        {
            best = Some((text, bare));
        }
    }
    let Some((text, bare)) = best else { return word_within(page, tag).or_else(|| line_within(tag, witness)) };
    // What the heading alone lacks: a second title in a line of its own (…发展 / ——某市开展…), or a date that belongs
    // to the title and not to the line below.
    let rest = whole.strip_prefix(&bare).unwrap_or_default();
    let is_second = |line: &Line<'_>| {
        !line.in_link && line.text.starts_with("——") && rest.starts_with(normalise(&line.text).as_str())
    };
    if rest.starts_with("——")
        && let Some(second) = witness.lines.iter().find(|line| is_second(line))
    {
        return Some(format!("{text}{}", second.text));
    }
    let longer = line_within(tag, witness).filter(|line| line.starts_with(&text) && !dates::find(line).is_empty());
    Some(longer.unwrap_or(text))
}

/// A heading of a word or two that is all of `<title>` before its first mark: 公告.
fn word_within(page: &Page, tag: &str) -> Option<String> {
    let first =
        tag.split(is_separator).next().map(str::trim).filter(|first| (2..4).contains(&first.chars().count()))?;
    page.select(&HEADING).filter_map(own_words).find(|text| text == first)
}

/// The longest line of the page that `<title>` begins with, up to a mark that parts titles from columns and sites.
fn line_within(tag: &str, witness: &Witness<'_, '_>) -> Option<String> {
    /// Letters of a line that is no chance.
    const LEAST: usize = 6;
    let ends = tag.char_indices().filter(|(_, letter)| is_separator(*letter)).map(|(at, _)| at);
    let openings: Vec<String> = ends.chain([tag.len()]).map(|end| normalise(&tag[..end])).collect();
    let longest = openings.last()?;
    let shown = witness.lines.iter().filter(|line| !line.in_link && may_begin(&line.text, longest));
    shown
        .filter(|line| line.length() >= LEAST)
        .map(|line| (line, normalise(&line.text)))
        .filter(|(_, bare)| bare.chars().count() >= LEAST && openings.contains(bare))
        .max_by_key(|(_, bare)| bare.len())
        .map(|(line, _)| line.text.clone())
}

/// 标题 or 名称 of the attribute table of a policy page, or of a letter.
pub(super) fn row_of_attributes(lines: &[Line<'_>]) -> Option<String> {
    const LABELS: [&str; 15] = [
        "标题",
        "名称",
        "信息名称",
        "文件名称",
        "公文名称",
        "信息标题",
        "文件标题",
        "公文标题",
        "文章标题",
        "来信标题",
        "信件标题",
        "来信主题",
        "信件主题",
        "留言标题",
        "留言主题",
    ];
    /// Letters of a title.
    const TITLE: std::ops::Range<usize> = 4..200;
    lines.iter().enumerate().filter(|(_, line)| !line.in_link).find_map(|(at, line)| {
        let (label, value) = line.text.split_once(['：', ':']).unwrap_or((&line.text, ""));
        // With blanks set between its letters a label is as long as this.
        if label.len() > 40 || !label.contains(['题', '称']) {
            return None;
        }
        let bare = normalise(label);
        if !LABELS.contains(&bare.trim_matches(|letter: char| !letter.is_alphanumeric())) {
            return None;
        }
        let value = match value.trim() {
            "" => {
                let next = lines.get(at + 1)?;
                let beside = Some(next).filter(|next| !is_label(next.block)).map(|next| next.text.clone());
                beside.or_else(|| below(line.block)?.text_up_to(900).map(|text| tidy(&text)))?
            }
            value => value.to_owned(),
        };
        TITLE.contains(&value.chars().count()).then_some(value)
    })
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

/// What parts titles from columns and sites in `<title>`, the surer marks first.
const SEPARATORS: [&str; 8] = ["_", "--", "——", " - ", "|", "-", "—", "–"];

fn is_separator(letter: char) -> bool {
    letter.is_whitespace() || matches!(letter, '_' | '-' | '—' | '–' | '|' | '｜' | '>' | '<' | '·')
}

fn looks_like_site(text: &str) -> bool {
    const ENDS: [&str; 10] = ["网", "政府", "局", "厅", "委", "办公室", "中心", "平台", "委员会", "站"];
    let text = text.trim();
    ENDS.iter().any(|end| text.ends_with(end)) || ["网站", "门户", "政府网"].iter().any(|mark| text.contains(mark))
}

/// `标题_栏目_站名`, `标题-站名`, `标题 | 站名` to the title alone. Titles hold hyphens themselves (1-4月): of a
/// hyphen only what comes after the last ones goes.
fn without_site(tag: &str) -> String {
    /// Letters of a column's name (工作动态).
    const LONGEST_COLUMN: usize = 4;
    for separator in SEPARATORS {
        let parts: Vec<&str> = tag.split(separator).collect();
        let holds_it = matches!(separator, "-" | "—" | "–" | "——");
        let mut after = parts.iter().skip(if holds_it { parts.len().max(2) - 1 } else { 1 });
        if !after.any(|part| looks_like_site(part)) {
            continue;
        }
        let mut kept = if holds_it { parts.len() - 1 } else { 1 };
        while holds_it && kept > 1 && parts[kept - 1].trim().chars().count() <= LONGEST_COLUMN {
            kept -= 1;
        }
        let length = parts[..kept].iter().map(|part| part.len() + separator.len()).sum::<usize>() - separator.len();
        let first = tag[..length].trim();
        if first.chars().count() >= 4 {
            return first.to_owned();
        }
    }
    tag.to_owned()
}
