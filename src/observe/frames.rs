//! Lists that stand on a page of their own, shown in a frame: the page around it is no empty column.

use url::Url;

use super::script_list::stands_in_main_part;
use crate::{cms::Source, html::Element};

/// Lower frames are headers, footers, counters and the weather; a list of few rows is taller.
const LEAST_HEIGHT: u32 = 150;

/// The page of the same host that the tallest place of the main part shows, where there is one such frame only.
pub(super) fn list(source: &Source<'_>) -> Option<Url> {
    let frames = source.page.root().descendants().filter(|element| matches!(element.name(), "iframe" | "frame"));
    let mut lists = frames.filter(|frame| is_tall(*frame) && stands_in_main_part(*frame)).filter_map(|frame| {
        let url = source.page.resolve(frame.attr("src")?)?;
        (url.host_str() == source.url.host_str() && url != *source.url).then_some(url)
    });
    let only = lists.next()?;
    lists.next().is_none().then_some(only)
}

/// Frames without a height of their own grow with their page.
fn is_tall(frame: Element<'_>) -> bool {
    let style = frame.attr("style").unwrap_or_default();
    let styled = style.split(';').filter_map(|rule| rule.split_once(':')).find(|(name, _)| name.trim() == "height");
    let height = styled.map(|(_, value)| value).or_else(|| frame.attr("height")).unwrap_or_default().trim();
    let digits: String = height.chars().take_while(char::is_ascii_digit).collect();
    digits.is_empty() || height.ends_with('%') || digits.parse().is_ok_and(|height: u32| height >= LEAST_HEIGHT)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::html::Page;

    #[test]
    fn the_frame_of_a_list_is_told_from_others() {
        for (frames, found) in [
            ("<iframe src=list_1.html width=100% onload=grow()></iframe>", Some("/tzgg/list_1.html")),
            ("<div id=main><iframe src=/l.html height=600></iframe></div>", Some("/l.html")),
            ("<iframe src=/l.html style='width:1px;height:430px'></iframe>", Some("/l.html")),
            ("<iframe src=/head.html height=134></iframe>", None),
            ("<iframe src=/head.html style='height: 40px'></iframe>", None),
            ("<div class=footer><iframe src=/foot.html></iframe></div>", None),
            ("<iframe src=/visit.jsp style='display:none'></iframe>", None),
            ("<iframe src=http://map.example.com/ height=600></iframe>", None),
            ("<iframe src='javascript:;' height=600></iframe>", None),
            ("<iframe src=/a.html></iframe><iframe src=/b.html></iframe>", None),
        ] {
            let text = format!("<body><div class=nav><a href=/>首页</a></div>{frames}</body>");
            let url = Url::parse("http://www.heyuan.gov.cn/tzgg/").unwrap();
            let page = Page::parse(&text, &url);
            let list = list(&Source::new(&page, &text, &url)).map(|url| url.path().to_owned());
            assert_eq!(list.as_deref(), found, "{frames}");
        }
    }
}
