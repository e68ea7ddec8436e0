//! What a page shows beside its contents: required META tags, elements of the footer, and what it takes from elsewhere
//! (scripts, frames, links that no reader sees).

use std::sync::LazyLock;

use regex::Regex;
use url::Url;

use super::identity::{is_directive, places};
use crate::{
    cms::Source,
    html::{Element, Go, Step},
    model::{FooterSigns, META_TAGS, PageFacts, PageIntegrity, PageKind, PageSigns, TagState},
    text::{pattern, tidy},
};

/// Of one kind, so much is enough to show.
const MOST: usize = 10;
/// Letters of a title or a link's words that are kept.
const LONGEST: usize = 80;

pub(super) fn read(source: &Source<'_>, facts: &PageFacts, known: &PageIntegrity) -> PageSigns {
    let mut signs = PageSigns {
        whole: source.has("<head") || source.has("<html"),
        footer: footer(source, facts),
        ..PageSigns::default()
    };
    let meta = source.page.meta();
    for (state, (_, name)) in signs.tags.iter_mut().zip(META_TAGS) {
        *state = match meta.get(&name.to_ascii_lowercase()) {
            None => TagState::Absent,
            Some(value) if value.trim().is_empty() || is_directive(value) => TagState::Empty,
            Some(_) => TagState::Filled,
        };
    }
    let title: Option<String> = source.page.title().map(|title| tidy(&title).chars().take(LONGEST).collect());
    signs.suspicious_title = title.clone().filter(|title| known.suspicion(title).is_some());
    signs.home_title = title.filter(|_| facts.kind == PageKind::Home);
    let outside = Outside { own: source.url.host_str().unwrap_or_default(), known };
    // How the blocks around hide what is in them, the innermost last.
    let mut around: Vec<Option<Hiding>> = Vec::new();
    source.page.root().walk(&mut |step| {
        match step {
            Step::Enter(element) => {
                match element.name() {
                    "script" => note(&mut signs.scripts, element, source, &outside),
                    // A frame beside contents of the page's own is a map or a film.
                    "iframe" | "frame" if facts.main_text_length < LITTLE_TEXT => {
                        note(&mut signs.frames, element, source, &outside);
                    }
                    _ => {}
                }
                let hiding = hiding(element).max(around.last().copied().flatten());
                if let Some(hiding) = hiding.filter(|_| element.name() == "a") {
                    dark_link(&mut signs.dark_links, element, hiding, source, &outside);
                }
                around.push(hiding);
            }
            Step::Leave(_) => {
                around.pop();
            }
            Step::Text(_) => {}
        }
        Go::On
    });
    for anchor in &facts.anchors {
        let suspicious = known.suspicion(&anchor.text).is_some();
        if suspicious && signs.dark_links.len() < MOST && Url::parse(&anchor.url).is_ok_and(|url| outside.holds(&url)) {
            push(&mut signs.dark_links, told(&anchor.text, &anchor.url));
        }
    }
    signs
}

/// Less of its own than this, and the frame is what the page shows.
const LITTLE_TEXT: usize = 100;

/// Names that templates give to footers.
const FOOTER_NAMES: [&str; 6] = ["foot", "bottom", "copyright", "dibu", "yejiao", "banquan"];

/// Whether a script, an include or a frame writes a part of the page that is called like a footer.
fn has_written_footer(source: &Source<'_>) -> bool {
    /// Words that write, and how many bytes before and after them the name is looked for.
    const WRITERS: [(&str, usize, usize); 5] =
        [("#include", 0, 160), (".load(", 0, 160), (".html(", 40, 0), (".append(", 40, 0), ("innerhtml", 40, 0)];
    /// A script that writes more often than this builds the whole page.
    const MOST_PLACES: usize = 200;
    let is_named = |text: &str| {
        let text = text.to_ascii_lowercase();
        FOOTER_NAMES.iter().any(|name| text.contains(name))
    };
    if !FOOTER_NAMES.iter().any(|name| source.has(name)) {
        return false;
    }
    let writes = |(word, before, after): (&str, usize, usize)| {
        source.has(word)
            && places(source.text, word).take(MOST_PLACES).any(|at| {
                let from = source.text.floor_char_boundary(at.saturating_sub(before));
                let to = source.text.floor_char_boundary((at + after).min(source.text.len()).max(at));
                is_named(&source.text[from..to])
            })
    };
    let from_elsewhere = |element: Element<'_>| {
        matches!(element.name(), "script" | "iframe" | "frame") && element.attr("src").is_some_and(is_named)
    };
    WRITERS.into_iter().any(writes) || source.page.root().descendants().any(from_elsewhere)
}

fn footer(source: &Source<'_>, facts: &PageFacts) -> FooterSigns {
    let has = |words: &[&str]| words.iter().any(|word| source.has(word));
    FooterSigns {
        party_mark: facts.site.conac.is_some() || has(&["conac.cn", "党政机关网站标识"]),
        find_error: facts.site.find_error_code.is_some() || has(&["找错", "jiucuo"]),
        organiser: facts.site.organiser.is_some() || has(&["主办单位", "主办：", "主办:"]),
        contact: facts.site.phone.is_some() || has(&["联系我们", "联系电话", "联系方式", "电话：", "电话:", "热线"]),
        site_map: facts.site.sitemap.is_some() || has(&["网站地图", "站点地图"]),
        police: facts.site.police.is_some() || has(&["公网安备", "公安备案", "beian.gov.cn", "beian.mps.gov.cn"]),
        scripted: has_written_footer(source),
    }
}

/// What is outside of the page's own site.
struct Outside<'a> {
    own: &'a str,
    known: &'a PageIntegrity,
}

impl Outside<'_> {
    fn holds(&self, url: &Url) -> bool {
        let Some(host) = url.host_str() else { return false };
        site_of(host) != site_of(self.own) && !self.known.trusts(host)
    }
}

/// The part of a host name that is one owner's: the last two labels, three under `com.cn` and its kin.
fn site_of(host: &str) -> &str {
    const SECOND_LEVEL: [&str; 6] = ["com", "net", "org", "gov", "edu", "ac"];
    if host.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        return host;
    }
    let mut dots = host.rmatch_indices('.').map(|(at, _)| at).skip(1);
    let after = |at: Option<usize>| at.map_or(host, |at| &host[at + 1..]);
    let two = after(dots.next());
    let is_shared = two.strip_suffix(".cn").is_some_and(|label| SECOND_LEVEL.contains(&label));
    if is_shared { after(dots.next()) } else { two }
}

fn note(found: &mut Vec<String>, element: Element<'_>, source: &Source<'_>, outside: &Outside<'_>) {
    let url = element.attr("src").and_then(|src| source.page.resolve(src)).filter(|url| outside.holds(url));
    if let Some(host) = url.as_ref().and_then(Url::host_str) {
        push(found, host.to_owned());
    }
}

fn push(found: &mut Vec<String>, what: String) {
    if found.len() < MOST && !found.contains(&what) {
        found.push(what);
    }
}

/// How markup keeps a block from readers.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Hiding {
    /// As menus and tabs are hidden until they are asked for.
    Usual,
    /// Out of the screen, or too small to be seen: nothing is ever shown so.
    Trick,
}

static TRICK: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?:left|top|right|text-indent|margin-left|margin-top):-\d{3,}|font-size:0(?:px|;|$)|(?:^|;)height:[01]px;(?:.*;)?overflow:hidden|overflow:hidden;(?:.*;)?height:[01]px|(?:^|;)width:[01]px;(?:.*;)?overflow:hidden",
    )
});

fn hiding(element: Element<'_>) -> Option<Hiding> {
    let tiny = |name: &str| element.attr(name).is_some_and(|size| matches!(size.trim(), "0" | "1" | "0px" | "1px"));
    if element.name() == "marquee" && (tiny("height") || tiny("width")) {
        return Some(Hiding::Trick);
    }
    let Some(style) = element.attr("style") else {
        return element.attr("hidden").map(|_| Hiding::Usual);
    };
    let style: String = style.chars().filter(|letter| !letter.is_whitespace()).collect::<String>().to_ascii_lowercase();
    match () {
        () if TRICK.is_match(&style) => Some(Hiding::Trick),
        () if style.contains("display:none") || style.contains("visibility:hidden") => Some(Hiding::Usual),
        () => None,
    }
}

fn dark_link(found: &mut Vec<String>, link: Element<'_>, hiding: Hiding, source: &Source<'_>, outside: &Outside<'_>) {
    let url = link.attr("href").and_then(|href| source.page.resolve(href)).filter(|url| outside.holds(url));
    let Some(url) = url.filter(|_| found.len() < MOST) else { return };
    let words = tidy(&link.text());
    if hiding == Hiding::Trick || outside.known.suspicion(&words).is_some() {
        push(found, told(&words, url.as_str()));
    }
}

fn told(words: &str, url: &str) -> String {
    let words: String = words.chars().take(LONGEST).collect();
    let url: String = url.chars().take(2 * LONGEST).collect();
    format!("{words}（{url}）")
}

#[cfg(test)]
mod tests {
    use super::site_of;

    #[test]
    fn a_site_is_what_one_owner_registered() {
        assert_eq!(site_of("www.qinghe.gov.cn"), "qinghe.gov.cn");
        assert_eq!(site_of("qinghe.gov.cn"), "qinghe.gov.cn");
        assert_eq!(site_of("jyj.qinghe.gov.cn"), "qinghe.gov.cn");
        assert_eq!(site_of("a.b.example.com"), "example.com");
        assert_eq!(site_of("10.1.2.3"), "10.1.2.3");
        assert_eq!(site_of("localhost"), "localhost");
    }
}
