//! Licences and penalties as portals print them: monthly articles with a table, pages of one record each, headings of
//! two lines, tables cut in parts.

use std::sync::LazyLock;

use jiff::civil::date;
use mingcha::{
    catalog::Catalog,
    model::{Capture, ObservedPage, Portal, PortalFacts, PublicityKind, PublicityList, Unit, UnitKind},
    observe::{self, PageInput},
};

static CATALOG: LazyLock<Catalog> = LazyLock::new(|| Catalog::load(None).unwrap());

const SITE: &str = "http://www.qinghe.example.gov.cn";
const HEADING: &str =
    "<tr><th>序号</th><th>行政相对人名称</th><th>行政许可决定文书号</th><th>许可内容</th><th>许可决定日期</th></tr>";

fn portal() -> Portal {
    let unit = Unit {
        name: "青河市教育局".into(),
        kind: UnitKind::Department,
        aliases: Vec::new(),
        paths: Vec::new(),
        licences: true,
        penalties: true,
        founded: None,
    };
    Portal {
        id: "qinghe".into(),
        name: "青河市教育局".into(),
        url: format!("{SITE}/"),
        units: vec![unit],
        pins: Vec::new(),
        column_map: None,
        assigned: Vec::new(),
        attestations: Vec::new(),
        max_pages: 500,
        rate: 1,
        allow_private: false,
        window: None,
    }
}

fn observed(path: &str, html: &str) -> ObservedPage {
    let url = format!("{SITE}{path}");
    let html = format!("<html><head><meta charset=utf-8>{html}</body></html>");
    let input = PageInput {
        url: &url,
        final_url: &url,
        status: 200,
        content_type: None,
        bytes: html.as_bytes(),
        received: Some(date(2022, 11, 16)),
    };
    let facts = observe::page(&input, &CATALOG.lexicon);
    let capture = Capture {
        id: path.to_owned(),
        url: url.clone(),
        final_url: url,
        hops: Vec::new(),
        at: "2022-11-16T02:00:00Z".parse().unwrap(),
        status: 200,
        headers: Vec::new(),
        sha256: String::new(),
        bytes: 0,
        truncated: false,
        attempts: 1,
        location: None,
        revisit: None,
        conditions: Vec::new(),
        old_tls: false,
        rendered: None,
    };
    ObservedPage { capture, facts, linked_from: None, link_text: String::new(), depth: 0 }
}

fn article(path: &str, title: &str, body: &str) -> ObservedPage {
    let head = format!(
        "<title>{title}</title><meta name=ArticleTitle content=\"{title}\"><meta name=PubDate content=\"2022-11-03 09:30\"></head><body>"
    );
    let crumbs = "<div class=location>当前位置：<a href=/>首页</a> &gt; <a href=/xk/>行政许可</a> &gt; 正文</div>";
    observed(
        path,
        &format!(
            "{head}{crumbs}<h1>{title}</h1><div class=info>发布时间：2022-11-03</div><div class=TRS_Editor>{body}</div>"
        ),
    )
}

fn column(rows: &str) -> ObservedPage {
    observed(
        "/xk/",
        &format!(
            "<title>行政许可-青河市教育局</title><meta name=ColumnName content=行政许可></head><body><h2>行政许可</h2><ul>{rows}</ul>"
        ),
    )
}

fn entry(path: &str, title: &str) -> String {
    format!("<li><a href=\"{path}\">{title}</a><span>2022-11-03</span></li>")
}

fn home() -> ObservedPage {
    observed(
        "/",
        "<title>青河市教育局</title></head><body><div class=nav><a href=/xk/>行政许可</a></div><p>欢迎访问</p>",
    )
}

fn fold(pages: &[ObservedPage]) -> PortalFacts {
    observe::portal(&portal(), &CATALOG.lexicon, pages, &[], false)
}

fn licences(facts: &PortalFacts) -> &PublicityList {
    let lists: Vec<_> = facts.publicity.iter().filter(|list| list.kind == PublicityKind::Licence).collect();
    assert_eq!(lists.len(), 1, "{lists:#?}");
    lists[0]
}

fn line(number: u32) -> String {
    format!(
        "<tr><td>{number}</td><td>青河市第{number}幼儿园</td><td>青教许〔2022〕{number}号</td><td>准予设立</td><td>2022-10-{:02}</td></tr>",
        number % 28 + 1
    )
}

#[test]
fn the_table_of_a_monthly_article_is_read_and_dated_by_the_article() {
    let table = format!(
        "<p>现将10月份行政许可信息公示如下：</p><table><tr><td colspan=5>2022年10月行政许可信息公示表</td></tr>{HEADING}{}{}</table>",
        line(1),
        line(2)
    );
    let title = "青河市教育局2022年10月行政许可信息公示";
    let list = column(&entry("/xk/202211/t20221103_1.html", title));
    let facts = fold(&[home(), list, article("/xk/202211/t20221103_1.html", title, &table)]);
    let list = licences(&facts);
    assert_eq!(list.column, "/xk/");
    let keys: Vec<&str> = list.rows.iter().map(|row| row.key.as_str()).collect();
    assert_eq!(keys, ["青教许〔2022〕1号", "青教许〔2022〕2号"]);
    assert_eq!(list.rows[0].decided, Some(date(2022, 10, 2)));
    assert_eq!(list.rows[0].published, Some(date(2022, 11, 3)), "the article's day is that of publication");
}

#[test]
fn pages_of_one_record_each_give_one_row_each() {
    let record = |number: u32| {
        format!(
            "<table><tr><td>行政相对人名称</td><td>青河市第{number}幼儿园</td><td>行政许可决定文书号</td><td>青教许〔2022〕{number}号</td></tr><tr><td>许可内容</td><td>准予设立</td><td>许可决定日期</td><td>2022年10月{number}日</td></tr><tr><td>许可机关</td><td colspan=3>青河市教育局</td></tr></table>"
        )
    };
    let path = |number: u32| format!("/xk/202211/t20221103_{number}.html");
    let title = |number: u32| format!("青河市第{number}幼儿园设立行政许可公示");
    let rows: String = (1..=4).map(|number| entry(&path(number), &title(number))).collect();
    let mut pages = vec![home(), column(&rows)];
    pages.extend((1..=4).map(|number| article(&path(number), &title(number), &record(number))));
    let facts = fold(&pages);
    let list = licences(&facts);
    assert_eq!(list.rows.len(), 4);
    assert!(list.rows.iter().all(|row| row.decided.is_some() && row.published.is_some() && row.fields.len() >= 5));
}

#[test]
fn several_records_in_one_article_stay_apart() {
    let record = |number: u32| {
        format!(
            "<table><tr><td>行政相对人名称</td><td>青河市第{number}幼儿园</td></tr><tr><td>行政许可决定文书号</td><td>青教许〔2022〕{number}号</td></tr><tr><td>许可内容</td><td>准予设立</td></tr><tr><td>许可决定日期</td><td>2022-10-0{number}</td></tr></table>"
        )
    };
    let title = "行政许可信息公示（第9期）";
    let body = format!("{}{}", record(1), record(2));
    let facts = fold(&[home(), column(&entry("/xk/t1.html", title)), article("/xk/t1.html", title, &body)]);
    let numbers: Vec<&str> = licences(&facts).rows.iter().map(|row| row.number.as_str()).collect();
    assert_eq!(numbers, ["青教许〔2022〕1号", "青教许〔2022〕2号"]);
}

#[test]
fn a_heading_of_two_lines_repeated_headings_and_a_table_in_two_parts() {
    let top = "<tr><th rowspan=2>序号</th><th rowspan=2>行政相对人名称</th><th rowspan=2>行政许可决定文书号</th><th rowspan=2>许可内容</th><th rowspan=2>许可决定日期</th><th colspan=2>有效期</th></tr><tr><th>有效期自</th><th>有效期至</th></tr>";
    let row = |number: u32| line(number).replace("</tr>", "<td>2022-10-01</td><td>2025-10-01</td></tr>");
    let body = format!("<table>{top}{}{top}{}</table><table>{}{}</table>", row(1), row(2), row(3), row(4));
    let title = "行政许可信息公示（第10期）";
    let facts = fold(&[home(), column(&entry("/xk/t1.html", title)), article("/xk/t1.html", title, &body)]);
    let list = licences(&facts);
    let keys: Vec<&str> = list.rows.iter().map(|row| row.key.as_str()).collect();
    assert_eq!(keys, ["青教许〔2022〕1号", "青教许〔2022〕2号", "青教许〔2022〕3号", "青教许〔2022〕4号"]);
    assert_eq!(list.rows[3].fields["有效期至"], "2025-10-01");
}

#[test]
fn an_identity_number_is_marked_and_never_passed_on() {
    let body = "<table><tr><td>行政相对人名称</td><td>乔某</td></tr><tr><td>行政许可决定文书号</td><td>青教许〔2022〕1号</td></tr><tr><td>证件号码</td><td>149928197502280011</td></tr><tr><td>许可内容</td><td>教师资格</td></tr><tr><td>许可决定日期</td><td>2022-10-01</td></tr></table>";
    let title = "行政许可信息公示（第11期）";
    let facts = fold(&[home(), column(&entry("/xk/t1.html", title)), article("/xk/t1.html", title, body)]);
    let row = &licences(&facts).rows[0];
    assert_eq!(row.exposed, ["证件号码"]);
    assert!(
        !serde_json::to_string(&facts).unwrap().contains("149928197502280011"),
        "what must not be shown is not kept"
    );
}

#[test]
fn nested_tables_and_tables_without_end_do_not_hurt() {
    let mut nest = String::new();
    for _ in 0..200 {
        nest.push_str("<table><tr><td>");
    }
    nest.push_str(&format!("<table>{HEADING}{}</table>", line(1)));
    let long: String = (1..2000).map(line).collect();
    let body = format!("<table>{HEADING}{long}");
    let title = "行政许可信息公示（第12期）";
    let pages = [
        home(),
        column(&entry("/xk/t1.html", title)),
        article("/xk/t1.html", title, &body),
        article("/xk/t2.html", title, &nest),
    ];
    let rows = fold(&pages).publicity.iter().map(|list| list.rows.len()).sum::<usize>();
    assert!(rows >= 1999, "{rows}");
}
