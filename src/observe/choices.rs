//! What a page lets its readers choose by: selections, search fields and rows of filters in its own part. By-element
//! search (按要素查找) of an openness catalogue is told by them.

use crate::{
    html::{Element, Page},
    text::tidy,
};

/// More is no help to anybody.
const MOST: usize = 12;
/// Letters of a label.
const LONGEST: usize = 16;
/// Elements by which catalogues of openness are searched (基层政务公开标准目录), as labels of filters have them.
const ELEMENTS: [&str; 22] = [
    "公开事项",
    "事项名称",
    "事项分类",
    "一级事项",
    "二级事项",
    "公开主体",
    "公开层级",
    "公开时限",
    "公开方式",
    "公开对象",
    "公开渠道",
    "公开依据",
    "公开领域",
    "试点领域",
    "领域",
    "要素",
    "主题",
    "责任单位",
    "责任主体",
    "所属领域",
    "所属层级",
    "公开内容",
];

/// Labels of what can be chosen by, each once; a field without a label of its own goes by its placeholder.
pub(super) fn read(page: &Page) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for element in page.body().descendants() {
        let Some(label) = choice(element).map(|label| tidy(&label)) else { continue };
        let label: String = label.trim_matches([':', '：', ' ']).chars().take(LONGEST).collect();
        if !label.is_empty() && found.len() < MOST && !found.contains(&label) {
            found.push(label);
        }
    }
    found
}

fn choice(element: Element<'_>) -> Option<String> {
    match element.name() {
        "select" => {
            let first = element.children().find(|child| child.name() == "option");
            Some(element.attr("name").filter(|name| !name.is_ascii()).map_or_else(
                || first.map(Element::text).filter(|text| !text.trim().is_empty()).unwrap_or("下拉选项".to_owned()),
                ToOwned::to_owned,
            ))
        }
        "input" if is_text(element) => {
            let says = element.attr("placeholder").or_else(|| element.attr("title")).or_else(|| element.attr("value"));
            Some(says.filter(|words| !words.trim().is_empty()).unwrap_or("输入框").to_owned())
        }
        // A cell of the catalogue's own table is a heading, not a filter.
        "label" | "dt" | "span" | "b" | "strong" | "em" | "li" | "div" | "p" if is_filter(element) => {
            element.text_up_to(LONGEST * 4)
        }
        _ => None,
    }
}

fn is_text(input: Element<'_>) -> bool {
    input.attr("type").is_none_or(|kind| matches!(kind.to_ascii_lowercase().as_str(), "text" | "search" | ""))
}

/// A label that names an element, with several values to choose from beside it, and in no table.
fn is_filter(label: Element<'_>) -> bool {
    let Some(text) = label.text_up_to(LONGEST * 4) else { return false };
    let name = tidy(&text);
    let name = name.trim_matches([':', '：', ' ', '按']);
    if !ELEMENTS.contains(&name) || label.ancestors().any(|outer| outer.name() == "table") {
        return false;
    }
    let links = |element: Element<'_>| element.descendants().filter(|inner| inner.name() == "a").take(2).count();
    links(label) == 0 && label.parent().is_some_and(|row| links(row) == 2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use url::Url;

    fn choices(body: &str) -> Vec<String> {
        let url = Url::parse("http://www.heyuan.gov.cn/jczwgk/").unwrap();
        read(&Page::parse(&format!("<html><body>{body}</body></html>"), &url))
    }

    #[test]
    fn selections_fields_and_rows_of_filters_are_choices() {
        assert_eq!(choices("<select><option>请选择领域</option><option>义务教育</option></select>"), ["请选择领域"]);
        assert_eq!(choices("<form><input placeholder='事项名称'><input type=submit value=查询></form>"), ["事项名称"]);
        assert_eq!(
            choices("<dl><dt>公开领域：</dt><dd><a href=/1>义务教育</a><a href=/2>户籍管理</a></dd></dl>"),
            ["公开领域"]
        );
    }

    #[test]
    fn headings_of_the_catalogue_are_none() {
        for body in [
            "<table><tr><td><span>公开主体</span></td><td><a href=/1>甲</a><a href=/2>乙</a></td></tr></table>",
            "<ul><li><a href=/1>义务教育</a></li><li><a href=/2>户籍管理</a></li></ul>",
            "<div><span>公开时限：</span>20个工作日</div>",
        ] {
            assert!(choices(body).is_empty(), "{body}");
        }
    }
}
