//! TRS 拓尔思 WCM and 海云: `…/202201/t20220118_123.html`, list pages `index_1.html` written by a script call.

use std::sync::LazyLock;

use regex::Regex;
use url::Url;

use super::{Adapter, Clue, Source, paging};
use crate::{
    html::{Selector, selector},
    text::pattern,
};

pub struct Trs;

static ARTICLE: LazyLock<Regex> = LazyLock::new(|| pattern(r"t20\d{6}_\d+\.s?html?"));
/// `createPageHTML(12, 0, "index", "html")`, also as `createPage(…)`.
static CALL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r#"createPage(?:HTML)?\(\s*(\d{1,4})\s*,\s*(\d{1,4})\s*,\s*["']([\w-]{1,40})["']\s*,\s*["'](s?html?)["']"#)
});
/// `Pager({size:12, current:0, prefix:'index', suffix:'html'})`.
static PAGER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"Pager\(\s*\{\s*size\s*:\s*(\d{1,4})\s*,\s*current\s*:\s*(\d{1,4})\s*,\s*prefix\s*:\s*["']([\w-]{1,40})["']\s*,\s*suffix\s*:\s*["'](s?html?)["']"#,
    )
});
/// `var countPage = 12 … var currentPage = 0`, the opening of the script that TRS templates carry.
static COUNT: LazyLock<Regex> = LazyLock::new(|| pattern(r"countPage\s*=\s*(\d{1,4})\b"));
static CURRENT: LazyLock<Regex> = LazyLock::new(|| pattern(r"currentPage\s*=\s*(\d{1,4})\b"));

impl Adapter for Trs {
    fn name(&self) -> &'static str {
        "trs"
    }

    fn clues(&self, source: &Source<'_>) -> Vec<Clue> {
        [
            source.address(2, &ARTICLE),
            source.links(2, &ARTICLE, 2),
            source.mark(1, &["TRS_Editor", "trs_editor_view", "TRS_UEDITOR", "trs_paper_default"]),
            source.mark(1, &["createPageHTML("]),
            source.mark(1, &["/was5/web/", "/irs/front/search", "trswcm", "TRS WCM", "trs_web"]),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    fn body(&self) -> Option<&'static Selector> {
        static BODY: LazyLock<Selector> =
            LazyLock::new(|| selector(".TRS_Editor, .trs_editor_view, .TRS_UEDITOR, .trs_paper_default"));
        Some(&BODY)
    }

    fn next_pages(&self, source: &Source<'_>) -> Vec<Url> {
        for call in [&CALL, &PAGER] {
            // The function itself is often written out above its call; the last match is the call.
            if let Some(captures) = call.captures_iter(source.text).last() {
                let (Ok(total), Ok(current)) = (captures[1].parse::<usize>(), captures[2].parse::<usize>()) else {
                    continue;
                };
                return following(source.url, total, current, &captures[3], &captures[4]);
            }
        }
        if let (Some(count), Some(current)) = (COUNT.captures(source.text), CURRENT.captures(source.text))
            && let (Ok(total), Ok(current)) = (count[1].parse(), current[1].parse())
        {
            let name = source.url.path().rsplit('/').next().unwrap_or_default();
            let extension = name.rsplit_once('.').map_or("html", |(_, extension)| extension);
            return following(source.url, total, current, "index", extension);
        }
        paging::further(source)
    }
}

fn following(url: &Url, total: usize, current: usize, name: &str, extension: &str) -> Vec<Url> {
    (current + 1..total.min(current + 1 + paging::MOST_PAGES))
        .filter_map(|n| paging::numbered(url, name, n, extension))
        .collect()
}
