//! Who a site says it is: META and footer (国办发〔2017〕47号).

use std::sync::LazyLock;

use memchr::memmem;
use regex::{Captures, Regex};

use crate::{
    cms::Source,
    html::{Selector, selector},
    model::SiteIdentity,
    text::{normalise, pattern, tidy},
};

static ID_CODE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)标识(?:编?码|号)[^0-9a-z]{0,40}((?:bm|ct|sh|[a-z])?\d{8,10})\b"));
/// Where the label is missing: `site_code=…` of the 找错 entry and the script that writes it, which may have it as an
/// attribute (`<script id="_jiucuo_" sitecode='…'>`).
static FIND_ERROR: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?i)site_?code=([a-z]{0,2}\d{8,10})\b|<script\b[^>]{0,300}?\ssite_?code\s*=\s*["']?\s*([a-z]{0,2}\d{8,10})\b|_span_jiucuo[^0-9]{0,200}?([a-z]{0,2}\d{10})\b|\bLink\(\s*["']([a-z]{0,2}\d{8,10})["']"#,
    )
});
/// Both short names of a province where it has two (蜀 and 川, 黔 and 贵, 滇 and 云, 陇 and 甘, 秦 and 陕).
const PROVINCES: &str = "京津沪渝冀豫云滇辽黑湘皖鲁新苏浙赣鄂桂甘陇晋蒙陕秦吉闽贵黔粤青藏川蜀宁琼";
static ICP: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"(?i)[{PROVINCES}]\s?ICP\s?[备证]\s?(?:字)?\s?(?:第)?\s?\d{{5,10}}\s?号?(?:\s?[-—－–]\s?\d{{1,3}})?"
    ))
});
static POLICE: LazyLock<Regex> =
    LazyLock::new(|| pattern(&format!(r"[{PROVINCES}]?\s?公网安备\s*[:：]?\s*(?:第)?\s?(\d{{10,16}})\s?号?")));
static POLICE_LINK: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"recordcode=(\d{10,16})|beian\.mps\.gov\.cn[^\x22']{0,60}?code=(\d{10,16})"));
static CONAC: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)bszs\.conac\.cn/sitename\?method=show(?:&amp;|&)id=([0-9a-f]{16,40})|dcs\.conac\.cn/js/[^\x22'\s]{0,80}?id=([0-9a-f]{16,40})",
    )
});
static ORGANISER: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"主办(?:单位)?\s*[:：]\s*([^\s:：|｜,，;；。<>&]{3,40})"));

/// Beside the organiser, as footers have it.
static PHONE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"主办(?:单位)?\s*[:：][^。]+?(?:电话|联系方式|热线)\s*[:：]?\s*((?:0\d{2,3}\s*[-—－ ]?\s*)?\d{7,8})")
});

pub(super) fn read(source: &Source<'_>) -> SiteIdentity {
    let meta = source.page.meta();
    let stated =
        |name: &str| meta.get(name).map(|text| tidy(text)).filter(|text| !text.is_empty() && !is_directive(text));
    let visible = source.page.body().text();
    let visible = tidy(&visible);
    // Footers are often written by a script or commented templates; the source text is asked after the visible text.
    // Most pages say little of the site: a word that must stand there is looked for first, which costs next to nothing.
    let find = |form: &Regex, word: &str| {
        source.has(word).then(|| near(form, &visible, word).or_else(|| near(form, source.text, word))).flatten()
    };
    let in_source = |form: &Regex, words: &[&str]| {
        words.iter().any(|word| source.has(word)).then(|| first_group(form, source.text)).flatten()
    };
    let shown_code = code_after_label(&visible);
    let footer_code =
        shown_code.clone().or_else(|| Some(source.text).filter(|_| source.has("标识")).and_then(code_after_label));
    let meta_code = stated("siteidcode").map(|code| normalise(&code).to_lowercase()).filter(|code| is_code(code));
    SiteIdentity {
        name: stated("sitename"),
        domain: stated("sitedomain"),
        id_code: shown_code.or_else(|| meta_code.clone()).or_else(|| footer_code.clone()),
        icp: find(&ICP, "icp").map(|text| tidy(&text)),
        police: police(source, &visible),
        organiser: near(&ORGANISER, &visible, "主办").map(|text| organiser(&text)),
        conac: in_source(&CONAC, &["conac.cn/"]),
        find_error_code: in_source(&FIND_ERROR, &["sitecode", "site_code", "_span_jiucuo", "link("])
            .map(|code| code.to_lowercase()),
        sitemap: sitemap(source),
        phone: first_group(&PHONE, &visible),
        footer_code,
        meta_code,
    }
}

/// Template text that was never filled in.
pub(super) fn is_directive(text: &str) -> bool {
    text.contains("<$") || text.contains("{{") || text.contains("${") || text.contains("<%")
}

fn is_code(text: &str) -> bool {
    let digits = text.trim_start_matches(|letter: char| letter.is_ascii_alphabetic());
    text.len() - digits.len() <= 2
        && (8..=10).contains(&digits.len())
        && digits.bytes().all(|byte| byte.is_ascii_digit())
}

fn code_after_label(text: &str) -> Option<String> {
    near(&ID_CODE, text, "标识").map(|code| code.to_lowercase())
}

fn police(source: &Source<'_>, visible: &str) -> Option<String> {
    let shown =
        if source.has("公网安备") { POLICE.find(visible).or_else(|| POLICE.find(source.text)) } else { None };
    shown.map(|found| tidy(found.as_str())).or_else(|| {
        (source.has("recordcode=") || source.has("beian.mps.gov.cn"))
            .then(|| first_group(&POLICE_LINK, source.text))
            .flatten()
    })
}

/// [`first_group`] of a form whose matches all hold `word` (letters in lower case), with a province and a blank before
/// it at most. Looks around that word only: reading a whole page for each form costs more than everything else here.
fn near(form: &Regex, text: &str, word: &str) -> Option<String> {
    /// No match goes so far beyond its word.
    const AROUND: (usize, usize) = (16, 400);
    /// What is said more often than this is no footer.
    const MOST_PLACES: usize = 500;
    places(text, word).take(MOST_PLACES).find_map(|at| {
        let from = text.floor_char_boundary(at.saturating_sub(AROUND.0));
        let to = text.floor_char_boundary((at + AROUND.1).min(text.len()));
        let captures = form.captures(&text[from..to])?;
        // A match that begins later belongs to the word's next place, and may be cut here.
        let begins_here = captures.get(0).is_some_and(|whole| whole.start() <= at - from);
        begins_here.then(|| group_of(&captures)).flatten()
    })
}

/// Where a word stands in a text, whatever the case of ASCII letters.
pub(super) fn places<'t>(text: &'t str, word: &'t str) -> Box<dyn Iterator<Item = usize> + 't> {
    let (text, word) = (text.as_bytes(), word.as_bytes());
    match word.first() {
        Some(first) if word.is_ascii() => {
            let is_it =
                move |at: &usize| text.get(*at..at + word.len()).is_some_and(|found| found.eq_ignore_ascii_case(word));
            Box::new(memchr::memchr2_iter(first.to_ascii_lowercase(), first.to_ascii_uppercase(), text).filter(is_it))
        }
        _ => Box::new(memmem::find_iter(text, word)),
    }
}

/// The first group that took part, or the whole match where the form has none.
fn first_group(form: &Regex, text: &str) -> Option<String> {
    group_of(&form.captures(text)?)
}

fn group_of(captures: &Captures<'_>) -> Option<String> {
    let group = captures.iter().skip(1).flatten().next().or_else(|| captures.get(0))?;
    Some(group.as_str().to_owned())
}

/// `运城市人民政府办公室承办单位` without the label that follows it.
fn organiser(text: &str) -> String {
    let labels = [
        "承办",
        "协办",
        "版权所有",
        "地址",
        "电话",
        "联系",
        "技术支持",
        "技术保障",
        "网站标识",
        "网站支持",
        "维护",
        "邮编",
        "备案",
    ];
    let end = labels.iter().filter_map(|label| text.find(label)).filter(|at| *at > 0).min().unwrap_or(text.len());
    text[..end].to_owned()
}

fn sitemap(source: &Source<'_>) -> Option<String> {
    static LINKS: LazyLock<Selector> = LazyLock::new(|| selector("a[href]"));
    source.page.select(&LINKS).find_map(|link| {
        let text = normalise(&link.text_up_to(100)?);
        let title = link.attr("title").map(normalise).unwrap_or_default();
        let is_map = ["网站地图", "站点地图", "网站导航", "sitemap"].iter().any(|name| text == *name || title == *name);
        is_map.then(|| source.page.resolve(link.attr("href")?).map(String::from)).flatten()
    })
}
