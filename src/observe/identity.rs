//! Who a site says it is: META and footer (国办发〔2017〕47号).

use std::{borrow::Cow, sync::LazyLock};

use memchr::memmem;
use regex::{Captures, Regex};

use super::{organiser, scripted};
use crate::{
    cms::Source,
    html::Element,
    model::SiteIdentity,
    text::{fold_width, normalise, pattern, tidy},
};

static ID_CODE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?i)(?:标识|识别)(?:编?码|号)[^0-9a-z]{0,40}((?:bm|ct|sh|[a-z])?\d(?:[- ]?\d){7,9})(?-u:\b)")
});
/// Where the label is missing: `site_code=…` of the 找错 entry and the script that writes it, which may have it as an
/// attribute (`<script id="_jiucuo_" sitecode='…'>`).
static FIND_ERROR: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?i)site_?code=([a-z]{0,2}\d{8,10})\b|<script\b[^>]{0,300}?\ssite_?code\s*=\s*["']?\s*([a-z]{0,2}\d{8,10})\b|_span_jiucuo[^0-9]{0,200}?([a-z]{0,2}\d{10})\b|\bLink\(\s*["']([a-z]{0,2}\d{8,10})["']"#,
    )
});
/// Both short names of a province where it has two (蜀 and 川, 黔 and 贵, 滇 and 云, 陇 and 甘, 秦 and 陕).
const PROVINCES: &str = "京津沪渝冀豫云滇辽黑湘皖鲁新苏浙赣鄂桂甘陇晋蒙陕秦吉闽贵黔粤青藏川蜀宁琼";
/// 蜀ICP备05003371号-1, with blanks, brackets or 案 in it.
static ICP: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"(?i)[{PROVINCES}]\s?ICP\s?[备证]\s?案?\s?(?:字)?\s?(?:第)?\s?[(（]?\s?\d{{5,10}}\s?[)）]?(?:\s?[-—－–]\s?\d{{1,3}})?\s?号?(?:\s?[-—－–]\s?\d{{1,3}})?"
    ))
});
static POLICE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(r"[{PROVINCES}]?\s?公网安备\s*案?\s*号?\s*[:：(（]?\s*(?:第)?\s?(\d(?: ?\d){{9,15}})\s?号?"))
});
/// The number without its usual words: 公安机关备案号：51082202000012, 公安联网备案.
static POLICE_NUMBER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"公安(?:机关|部门)?(?:国际)?(?:互?联网|网)?备案(?:编|序)?号?码?\s*[:：(（]?\s*(\d{13,14})(?-u:\b)")
});
static POLICE_LINK: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"recordcode=(\d{10,16})|beian\.mps\.gov\.cn[^\x22']{0,60}?code=(\d{10,16})"));
static CONAC: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)bszs\.conac\.cn/sitename\?method=show(?:&amp;|&)id=([0-9a-f]{16,40})|dcs\.conac\.cn/js/[^\x22'\s]{0,80}?id=([0-9a-f]{16,40})|dcs\.conac\.cn/js/(?:[0-9a-z]{1,12}/){0,8}(ca\d{12,30})\.js",
    )
});
/// A telephone number with its label, as footers have it.
static PHONE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?:电话|联系方式|热线)\s*[:：]?\s*((?:[(（]\s?0\d{2,3}\s?[)）]\s*[-—－–]?\s*|0\d{2,3}\s*[-—－–]{0,2}\s*)?\d{7,8})(?-u:\b)",
    )
});

pub(super) fn read(source: &Source<'_>) -> SiteIdentity {
    let meta = source.page.meta();
    let stated =
        |name: &str| meta.get(name).map(|text| tidy(text)).filter(|text| !text.is_empty() && !is_directive(text));
    let visible = tidy(&source.page.body().text());
    let visible = in_usual_width(&visible);
    let written = written(source);
    // Footers are often written by a script or commented templates; the source text is asked after the visible text.
    // Most pages say little of the site: a word that must stand there is looked for first, which costs next to nothing.
    let find = |form: &Regex, word: &str| {
        near(form, &visible, word)
            .or_else(|| near(form, &written, word))
            .or_else(|| source.has(word).then(|| near(form, source.text, word)).flatten())
    };
    let in_source = |form: &Regex, words: &[&str]| {
        words.iter().any(|word| source.has(word)).then(|| first_group(form, source.text)).flatten()
    };
    let shown_code = code_after_label(&visible).or_else(|| code_after_label(&written));
    let footer_code =
        shown_code.clone().or_else(|| Some(source.text).filter(|_| source.has("标识")).and_then(code_after_label));
    let meta_code = stated("siteidcode").map(|code| normalise(&code).to_lowercase()).filter(|code| is_code(code));
    SiteIdentity {
        name: stated("sitename"),
        domain: stated("sitedomain"),
        id_code: shown_code.or_else(|| meta_code.clone()).or_else(|| footer_code.clone()),
        icp: find(&ICP, "icp").map(|text| tidy(&text)),
        police: police(source, &visible, &written),
        organiser: organiser::read(&visible).or_else(|| organiser::read(&written)),
        conac: in_source(&CONAC, &["conac.cn/"]).map(|id| id.to_uppercase()),
        find_error_code: in_source(&FIND_ERROR, &["sitecode", "site_code", "_span_jiucuo", "link("])
            .map(|code| code.to_lowercase()),
        sitemap: sitemap(source),
        phone: phone(&visible).or_else(|| phone(&written)),
        footer_code,
        meta_code,
    }
}

/// The text with figures and Latin letters of full width as usual ones; codes are written so here and there.
fn in_usual_width(text: &str) -> Cow<'_, str> {
    let is_wide = |letter: char| ('０'..='ｚ').contains(&letter) && letter.is_alphanumeric();
    if !text.contains(is_wide) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().map(|letter| if is_wide(letter) { fold_width(letter) } else { letter }).collect())
}

/// What the page's own scripts write into it, as far as it may be a footer, without its tags.
fn written(source: &Source<'_>) -> String {
    /// Longer scripts are libraries.
    const LONGEST: usize = 60_000;
    const WORDS: [&str; 4] = ["主办", "标识码", "ICP", "网安备"];
    static TAG: LazyLock<Regex> = LazyLock::new(|| pattern(r"<[^<>]{0,400}>|&nbsp;|%3C[^%]{0,400}%3E"));
    let mut written = String::new();
    if !source.has("document.write") {
        return written;
    }
    for script in source.page.root().descendants().filter(|element| element.name() == "script") {
        let text = script.raw_text();
        let speaks =
            text.len() <= LONGEST && text.contains("document.write") && WORDS.iter().any(|word| text.contains(word));
        if speaks && written.len() <= LONGEST {
            let text = text.replace("\\/", "/").replace("\\\"", "'");
            written.push_str(&tidy(&TAG.replace_all(&text, " ")));
            written.push('\n');
        }
    }
    written
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
    let code = near(&ID_CODE, text, "标识").or_else(|| near(&ID_CODE, text, "识别"))?;
    Some(code.replace(['-', ' '], "").to_lowercase())
}

fn police(source: &Source<'_>, visible: &str, written: &str) -> Option<String> {
    let whole = |text: &str| POLICE.find(text).map(|found| tidy(found.as_str()));
    let shown =
        [visible, written].into_iter().find_map(|text| text.contains("公网安备").then(|| whole(text)).flatten());
    shown
        .or_else(|| source.has("公网安备").then(|| whole(source.text)).flatten())
        .or_else(|| near(&POLICE_NUMBER, visible, "公安"))
        .or_else(|| near(&POLICE_NUMBER, written, "公安"))
        .or_else(|| {
            (source.has("recordcode=") || source.has("beian.mps.gov.cn"))
                .then(|| first_group(&POLICE_LINK, source.text))
                .flatten()
        })
}

/// The telephone number among what a footer says of its site; those of the article above it are not meant.
fn phone(text: &str) -> Option<String> {
    /// So far (bytes) after the first of what only footers say a number may stand, and so far before it.
    const AROUND: (usize, usize) = (250, 700);
    static FOOTER: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?i)主\s?办\s?(?:单\s?位)?\s*[:：]|主办\s|(?:网站|政府)?标识(?:编?码|号)|[\u4e00-\u9fff]ICP\s?[备证]|公网安备|版权所有",
        )
    });
    let signs: Vec<usize> = FOOTER.find_iter(text).take(200).map(|sign| sign.start()).collect();
    let after = |at: &usize| {
        let end = text.floor_char_boundary((at + AROUND.1).min(text.len()));
        first_group(&PHONE, &text[*at..end])
    };
    let before = |at: &usize| {
        let from = text.floor_char_boundary(at.saturating_sub(AROUND.0));
        first_group(&PHONE, &text[from..*at])
    };
    // Where several places sound like a footer, the last one is it.
    signs.iter().find_map(after).or_else(|| signs.last().and_then(before))
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

fn sitemap(source: &Source<'_>) -> Option<String> {
    const NAMES: [&str; 5] = ["网站地图", "站点地图", "网站导航", "站点导航", "sitemap"];
    let is_map = |text: &str| NAMES.contains(&normalise(text).trim_matches(['[', ']', '|', '>', '·']));
    source.page.body().descendants().filter(|element| matches!(element.name(), "a" | "area")).find_map(|link| {
        let says = |element: Element<'_>| ["title", "alt"].iter().any(|name| element.attr(name).is_some_and(is_map));
        let text = link.text_up_to(100)?;
        let is_meant = is_map(&text) || says(link) || (text.trim().is_empty() && link.descendants().take(4).any(says));
        is_meant.then(|| scripted::target(source.page, link).map(String::from)).flatten()
    })
}
