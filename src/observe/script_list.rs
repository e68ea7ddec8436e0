//! Lists that only a script fills: the page shows the frame of a list and no entry. Such a page is no empty column. Read
//! with care, for a column that is empty must be called so: the frame must stand in the main part, be empty, and the page
//! itself must say that a script fills it.

use memchr::memmem;

use super::regions::named_region;
use crate::{
    cms::Source,
    html::Element,
    model::{PageFacts, PageKind},
    text::normalise,
};

/// More text in the main part is content of its own.
const LITTLE_TEXT: usize = 200;
/// Rows that are written once, for a library to repeat.
const REPEATED: [&str; 5] = ["v-for", "ng-repeat", "data-ng-repeat", "x-for", "ms-for"];
/// What a `div` that holds a list is called.
const LIST_NAMES: [&str; 5] = ["list", "news", "item", "rows", "result"];
const LOADING: [&str; 4] = ["加载中", "正在加载", "数据加载", "loading"];
/// The page says itself that there is nothing.
const NOTHING: [&str; 5] = ["暂无", "没有相关", "无相关", "没有找到", "无数据"];

pub(super) fn is_filled_by_script(source: &Source<'_>, facts: &PageFacts) -> bool {
    // A row that still shows its marks is one that nobody has filled in.
    let unfilled = facts.entries.iter().all(|entry| entry.title.contains("{{"));
    if facts.kind != PageKind::Column || !unfilled || facts.main_text_length > LITTLE_TEXT {
        return false;
    }
    let mut parts = source.page.body().descendants().filter(|part| part.is_seen() && stands_in_main_part(*part));
    parts.any(|part| is_template_row(part) || (is_empty_frame(part) && is_named_by_script(source, part)))
        && (unfilled_template(source) || !NOTHING.iter().any(|words| text_of(source).contains(words)))
}

pub(super) fn stands_in_main_part(part: Element<'_>) -> bool {
    !std::iter::once(part).chain(part.ancestors()).any(|around| {
        matches!(around.name(), "nav" | "header" | "footer" | "aside")
            || !around.is_seen()
            || around.handles().any(|handle| named_region(handle).is_some())
    })
}

fn is_template_row(part: Element<'_>) -> bool {
    REPEATED.iter().any(|mark| part.attr(mark).is_some())
        || (matches!(part.name(), "li" | "tr" | "dd") && part.text_up_to(1000).is_some_and(|text| text.contains("{{")))
}

/// Whether the page has rows that wait for a library; what it says beside them is for later too.
fn unfilled_template(source: &Source<'_>) -> bool {
    source.page.body().descendants().any(is_template_row)
}

/// A list, a table's body or a block called a list, with nothing in it but perhaps "loading".
fn is_empty_frame(part: Element<'_>) -> bool {
    let is_frame = match part.name() {
        "ul" | "ol" | "dl" | "tbody" => true,
        "div" | "table" => {
            part.handles().any(|handle| LIST_NAMES.iter().any(|name| handle.to_ascii_lowercase().contains(name)))
        }
        _ => false,
    };
    is_frame
        && !part.descendants().any(|inner| matches!(inner.name(), "a" | "img" | "iframe"))
        && part.text_up_to(40).is_some_and(|text| {
            let text = text.trim().to_lowercase();
            text.is_empty() || LOADING.iter().any(|words| text.contains(words))
        })
}

/// Whether a script of the page speaks of the block by its id or class, or the block itself says that it is loading.
fn is_named_by_script(source: &Source<'_>, part: Element<'_>) -> bool {
    let is_loading = part.text_up_to(40).is_some_and(|text| !text.trim().is_empty());
    let has = |words: String| memmem::find(source.text.as_bytes(), words.as_bytes()).is_some();
    let named = |mark: &str, handle: &str| {
        ["'", "\"", "`"]
            .iter()
            .any(|quote| ["'", "\"", "`", " "].iter().any(|end| has(format!("{quote}{mark}{handle}{end}"))))
    };
    is_loading
        || part.attr("id").is_some_and(|id| {
            !id.is_empty() && (named("#", id) || has(format!("ById('{id}'")) || has(format!("ById(\"{id}\"")))
        })
        || part.attr("class").into_iter().flat_map(str::split_whitespace).any(|class| named(".", class))
}

fn text_of(source: &Source<'_>) -> String {
    normalise(&source.page.body().text())
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::*;
    use crate::html::Page;

    fn is_filled(main: &str) -> bool {
        let text = format!(
            "<body><div class=\"nav\"><a href=/a>机构职能</a></div>{main}<div class=footer><ul id=links></ul></div></body>"
        );
        let url = Url::parse("http://www.heyuan.gov.cn/tzgg/").unwrap();
        let page = Page::parse(&text, &url);
        let facts = PageFacts { kind: PageKind::Column, ..PageFacts::default() };
        is_filled_by_script(&Source::new(&page, &text, &url), &facts)
    }

    #[test]
    fn a_frame_that_a_script_names_is_filled_by_it() {
        for main in [
            "<ul id=\"rows\"></ul><script>$('#rows').html(x)</script>",
            "<ul class=\"lst big\"><!-- here --></ul><script>fill(\".lst li\")</script>",
            "<table><tbody id=tb></tbody></table><script>document.getElementById('tb').innerHTML = y</script>",
            "<div class=\"news-list\">数据加载中…</div>",
            "<ul><li v-for=\"row in rows\"><a :href=\"row.url\">{{row.title}}</a></li></ul><p v-if=none>暂无数据</p>",
        ] {
            assert!(is_filled(main), "{main}");
        }
    }

    #[test]
    fn an_empty_list_is_empty() {
        for main in [
            "<ul id=\"rows\"></ul>",
            "<ul id=\"rows\"></ul><script>$('#weather').html(x)</script>",
            "<ul id=\"rows\"></ul><p>暂无信息</p><script>$('#rows').html(x)</script>",
            "<div id=\"weather\"></div><script>$('#weather').html(x)</script>",
            "<ul id=\"rows\"><li>本栏目内容已迁移</li></ul><script>$('#rows').show()</script>",
            "<p>本栏目</p><script>$('#links').html(x)</script>",
        ] {
            assert!(!is_filled(main), "{main}");
        }
    }
}
