//! "TrueCMS" of Jiangsu and Shanghai: lists `/sgaj/zcfg/zcfg.html` whose first rows wait hidden in `#initData` for the
//! script `jpage`, which asks for more at `…/TrueCMS/messageController/getMessage.do?startrecord=…`. The answer is JSON
//! with the same records as 大汉's in its `result`. Servers send at most 10 to 50 records at a time; some want a Referer,
//! and then the rows are left to a browser.

use std::sync::LazyLock;

use regex::Regex;
use url::Url;

use super::{Adapter, Clue, Source, jcms, paging};
use crate::text::pattern;

pub struct TrueCms;

/// Records that every server sends at a time.
const EACH: usize = 10;
const ANSWERS: &str = "/messagecontroller/getmessage.do";

static PROXY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?i)proxyUrl\s*:\s*["']((?:https?://[^"'/\s]{1,80})?/[\w/-]{0,80}/messageController/getMessage\.do)["']"#,
    )
});
static COLUMN: LazyLock<Regex> = LazyLock::new(|| pattern(r#"(?i)columnId\s*:\s*["']([\w-]{1,80})["']"#));
/// `/hmsgtj/xzxk/content/<guid>.html`.
static ARTICLE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"/content/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\.html"));

impl Adapter for TrueCms {
    fn name(&self) -> &'static str {
        "truecms"
    }

    fn clues(&self, source: &Source<'_>) -> Vec<Clue> {
        [
            source.mark(3, &[ANSWERS]),
            source.address(2, &ARTICLE),
            source.links(2, &ARTICLE, 2),
            source.mark(1, &["/TrueCMS/"]),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// The rows that the script would show first.
    fn hidden_list(&self, source: &Source<'_>) -> Option<String> {
        static OPENS: LazyLock<Regex> =
            LazyLock::new(|| pattern(r#"(?i)<(?:div|ul)[^<>]*\bid\s*=\s*["']initData["'][^<>]*>"#));
        let rows = &source.text[OPENS.find(source.text)?.end()..];
        let end = ["</div", "<script"].iter().filter_map(|end| rows.find(end)).min().unwrap_or(rows.len());
        rows[..end].contains("<a ").then(|| rows[..end].to_owned())
    }

    fn rows_elsewhere(&self, source: &Source<'_>) -> Option<Url> {
        window(source, 1)
    }

    fn next_pages(&self, source: &Source<'_>) -> Vec<Url> {
        let is_answer = source.url.path().to_ascii_lowercase().ends_with(ANSWERS);
        let total = match &source.answer {
            Some(answer) if is_answer => answer.total,
            _ => jcms::extent(source.text).map(|(total, _)| total),
        };
        let Some(total) = total else { return paging::further(source) };
        let next = match &source.answer {
            Some(answer) if is_answer && answer.rows > 0 => first_record(source.url) + answer.rows,
            Some(_) => return Vec::new(),
            None => 1 + self.hidden_list(source).map_or(0, |rows| rows.matches("<a ").count()),
        };
        (0..paging::MOST_PAGES)
            .map(|step| next + step * EACH)
            .take_while(|first| *first <= total)
            .filter_map(|first| window(source, first))
            .collect()
    }
}

/// The address that answers with the records from `first` on.
fn window(source: &Source<'_>, first: usize) -> Option<Url> {
    let (mut url, column) = if source.url.path().to_ascii_lowercase().ends_with(ANSWERS) {
        let column = source.url.query_pairs().find(|(name, _)| name == "columnId")?.1.into_owned();
        (source.url.clone(), column)
    } else {
        let proxy = source.url.join(PROXY.captures(source.text)?.get(1)?.as_str()).ok()?;
        // Templates carry the name of the machine they were written on.
        let own = source.url.join(proxy.path()).ok()?;
        (own, COLUMN.captures(source.text)?[1].to_owned())
    };
    url.query_pairs_mut()
        .clear()
        .append_pair("startrecord", &first.to_string())
        .append_pair("endrecord", &(first + EACH - 1).to_string())
        .append_pair("perpage", &EACH.to_string())
        .append_pair("columnId", &column);
    Some(url)
}

fn first_record(url: &Url) -> usize {
    url.query_pairs().find(|(name, _)| name == "startrecord").and_then(|(_, first)| first.parse().ok()).unwrap_or(1)
}
