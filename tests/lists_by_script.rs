//! Lists that a page's script asks for: from the frame of the list to its rows, in a visit and in the facts of a portal.

use std::{collections::BTreeMap, path::Path, sync::LazyLock};

use mingcha::{
    catalog::Catalog,
    crawl::{Visited, visit},
    fetch::{Client, Settings},
    model::{Cause, ColumnState, Lexicon, PageFacts, PageKind, Portal, PortalFacts, Unit, UnitKind},
    observe::{self, PageInput},
};

use crate::support::server::{Script, Server, answer, page, status};

const HOST: &str = "www.qinghe.example.gov.cn";
const AS_OF: &str = "2022-11-16T02:00:00+08:00";
const UNIT: &str = "/api-gateway/jpaas-publish-server/front/page/build/unit";

static LEXICON: LazyLock<Lexicon> = LazyLock::new(|| Catalog::load(None).unwrap().lexicon);

fn fixture(name: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/cms").join(name)).unwrap()
}

fn read(name: &str, path: &str) -> PageFacts {
    let (bytes, url) = (fixture(name), format!("http://{HOST}{path}"));
    let received = Some("2022-11-16".parse().unwrap());
    let input =
        PageInput { url: &url, final_url: &url, status: 200, content_type: None, bytes: bytes.as_bytes(), received };
    observe::page(&input, &LEXICON)
}

fn rows(facts: &PageFacts) -> Vec<(&str, String)> {
    let day = |date: Option<mingcha::model::Moment>| date.map(|date| date.date.to_string()).unwrap_or_default();
    facts.entries.iter().map(|entry| (entry.title.as_str(), day(entry.date))).collect()
}

fn asked(address: &str, name: &str) -> String {
    let url = url::Url::parse(address).unwrap();
    url.query_pairs().find(|(own, _)| own == name).map(|(_, value)| value.into_owned()).unwrap_or_default()
}

#[test]
fn the_frame_of_a_jpaas_list_says_where_its_rows_are() {
    let facts = read("jpaas/list.html", "/xwfb/szyw/");
    assert_eq!((facts.kind, facts.cause), (PageKind::Column, Some(Cause::NeedsBrowser)), "not an empty column");
    assert_eq!(facts.cms.as_ref().unwrap().name, "jpaas");
    let address = facts.rows_at.unwrap();
    assert_eq!(facts.next_pages, std::slice::from_ref(&address));
    assert!(address.starts_with(&format!("http://{HOST}{UNIT}?")), "{address}");
    assert_eq!(asked(&address, "tagId"), "信息列表", "not the part with the menu");
    assert_eq!(asked(&address, "paramJson"), r#"{"pageNo":1,"pageSize":15}"#);
    assert_eq!(asked(&address, "editType"), "", "what is null is not asked");
}

#[test]
fn parts_that_cannot_be_told_apart_are_left_to_a_browser() {
    let page = fixture("jpaas/list.html").replace("信息列表", "正文区").replace("顶部导航", "侧栏区");
    let url = format!("http://{HOST}/xwfb/szyw/");
    let input = PageInput {
        url: &url,
        final_url: &url,
        status: 200,
        content_type: None,
        bytes: page.as_bytes(),
        received: None,
    };
    let facts = observe::page(&input, &LEXICON);
    assert_eq!((facts.kind, facts.cause, facts.rows_at), (PageKind::Shell, Some(Cause::NeedsBrowser), None));
}

#[test]
fn a_directory_that_is_asked_for_by_post_is_not_called_empty() {
    let page = "<html><head><title>信息公开目录</title></head><body><div class=nav><a href=/>首页</a><a href=/zwgk/>政务公开</a>\
        <a href=/col/col7/index.html>机构职能</a><a href=/col/col8/index.html>政策文件</a><a href=/col/col9/index.html>财政信息</a></div>\
        <form name=searchform action='/module/xxgk/search.jsp?divid=div23' method=post></form><div id=div23></div></body></html>";
    let url = format!("http://{HOST}/col/col23/index.html");
    let input = PageInput {
        url: &url,
        final_url: &url,
        status: 200,
        content_type: None,
        bytes: page.as_bytes(),
        received: None,
    };
    let facts = observe::page(&input, &LEXICON);
    assert_eq!(facts.cms.as_ref().unwrap().name, "jcms");
    assert_eq!((facts.kind, facts.cause), (PageKind::Column, Some(Cause::NeedsBrowser)));
}

#[test]
fn the_first_page_of_a_jpaas_list_may_be_written_into_the_page() {
    let facts = read("jpaas/written.html", "/xwfb/tzgg/index.html");
    assert_eq!((facts.entries.len(), facts.cause, facts.rows_at), (2, None, None));
    assert_eq!(asked(&facts.next_pages[0], "paramJson"), r#"{"pageNo":1,"pageSize":15}"#, "it may be another block");
    assert_eq!(asked(&facts.next_pages[0], "tagId"), "ajax分页");
}

#[test]
fn answers_to_scripts_are_lists() {
    let facts =
        read("jpaas/unit.json", &format!("{UNIT}?webId=7&paramJson=%7B%22pageNo%22%3A1%2C%22pageSize%22%3A2%7D"));
    assert_eq!((facts.kind, facts.cause), (PageKind::Column, None));
    assert_eq!(
        rows(&facts),
        [("全市重点项目推进会召开", "2022-11-14".to_owned()), ("政务服务大厅延长服务时间", "2022-11-02".to_owned())]
    );
    assert_eq!(asked(&facts.next_pages[0], "paramJson"), r#"{"pageNo":2,"pageSize":2}"#, "a full answer goes on");
    assert_eq!(asked(&facts.next_pages[0], "webId"), "7");
    assert!(facts.anchors.iter().all(|anchor| anchor.url.contains("/art/2022/art_")), "{:?}", facts.anchors);

    let facts = read("gkmlpt/articles.json", "/gkmlpt/api/all/2972?page=2&sid=755031");
    assert_eq!(
        rows(&facts),
        [
            ("青澜市2022年度行政规范性文件清理结果公告", "2022-11-14".to_owned()),
            ("青澜市城市更新办法实施细则", "2022-10-28".to_owned())
        ],
        "the day that is shown counts, not that of the record"
    );
    assert_eq!(facts.next_pages, [format!("http://{HOST}/gkmlpt/api/all/2972?page=3&sid=755031")], "230 rows");

    let facts = read("ewb/getgovinfolist.json", "/EWB-FRONT/rest/lightfrontaction/getgovinfolist");
    assert_eq!(facts.cms.as_ref().unwrap().name, "ewb");
    assert_eq!(rows(&facts).len(), 2);
    assert_eq!(facts.entries[0].date.unwrap().date.to_string(), "2022-11-11");
}

#[test]
fn the_lists_of_gkmlpt_are_told_apart_though_a_fragment_names_them() {
    let facts = read("gkmlpt/index.html", "/gkmlpt/index");
    let address = format!("http://{HOST}/gkmlpt/api/all/2972?page=1&sid=755031");
    assert_eq!((facts.kind, facts.rows_at), (PageKind::Column, Some(address)));
    let menu = "<div class=nav><a href='/gkmlpt/index#2972'>规范性文件</a><a href='/gkmlpt/index#2973'>政策解读</a>\
        <a href='/gkmlpt/index'>公开目录</a></div>";
    let url = format!("http://{HOST}/");
    let input = PageInput {
        url: &url,
        final_url: &url,
        status: 200,
        content_type: None,
        bytes: menu.as_bytes(),
        received: None,
    };
    let links: Vec<String> = observe::page(&input, &LEXICON).anchors.iter().map(|link| link.url.clone()).collect();
    assert_eq!(
        links,
        ["gkmlpt/api/all/2972", "gkmlpt/api/all/2973", "gkmlpt/index"].map(|path| format!("{url}{path}"))
    );
}

#[test]
fn lists_of_epoint_that_are_asked_for_by_post_are_left_to_a_browser() {
    let path = "/dynamic/zwgk/govInfoPub.html?categorynum=003002";
    let facts = read("ewb/govInfoPub.html", path);
    assert_eq!(facts.cms.as_ref().unwrap().name, "ewb");
    assert_eq!((facts.kind, facts.cause, facts.entries.len()), (PageKind::Column, Some(Cause::NeedsBrowser), 0));
    // A page of the same system with a list that is empty is empty.
    let page = fixture("ewb/govInfoPub.html").replace("govInfoPub.js", "menu.js");
    let url = format!("http://{HOST}/003/003002/secondpage.html");
    let input = PageInput {
        url: &url,
        final_url: &url,
        status: 200,
        content_type: None,
        bytes: page.as_bytes(),
        received: None,
    };
    assert_eq!(observe::page(&input, &LEXICON).cause, None);
}

#[test]
fn pages_of_ucap_are_counted_from_one() {
    let facts = read("ucap/list.html", "/zwgk/tzgg/list.shtml");
    assert_eq!((facts.kind, facts.cms.as_ref().unwrap().name.as_str()), (PageKind::Column, "ucap"));
    let next = |numbers: std::ops::RangeInclusive<u32>| {
        numbers.map(|number| format!("http://{HOST}/zwgk/tzgg/list_{number}.shtml")).collect::<Vec<_>>()
    };
    assert_eq!(facts.next_pages, next(2..=4));
    let page = fixture("ucap/list.html").replace("'page_div', 4, 1", "'page_div', 4, 3");
    let url = format!("http://{HOST}/zwgk/tzgg/list_3.shtml");
    let input = PageInput {
        url: &url,
        final_url: &url,
        status: 200,
        content_type: None,
        bytes: page.as_bytes(),
        received: None,
    };
    assert_eq!(observe::page(&input, &LEXICON).next_pages, next(4..=4));
}

#[test]
fn the_first_rows_of_truecms_wait_hidden_and_the_rest_is_asked_for_in_small_windows() {
    let facts = read("truecms/list.html", "/sgaj/zcfg/zcfg.html");
    assert_eq!((facts.kind, facts.cms.as_ref().unwrap().name.as_str()), (PageKind::Column, "truecms"));
    assert_eq!(
        rows(&facts),
        [("养犬管理办法", "2022-11-08".to_owned()), ("电动自行车登记规定", "2022-10-12".to_owned())]
    );
    let next = &facts.next_pages;
    assert!(next[0].starts_with(&format!("http://{HOST}/TrueCMS/messageController/getMessage.do?")), "{}", next[0]);
    let window = |address: &String| (asked(address, "startrecord"), asked(address, "endrecord"));
    let own = |first: &str, last: &str| (first.to_owned(), last.to_owned());
    assert_eq!(next.iter().map(window).collect::<Vec<_>>(), [own("3", "12"), own("13", "22")]);
    assert_eq!(asked(&next[0], "columnId"), "754f6db5-d294-46d5-b25c-da3a86d102cd");

    let facts = read("truecms/getMessage.json", next[1].strip_prefix(&format!("http://{HOST}")).unwrap());
    assert_eq!(facts.kind, PageKind::Column);
    assert_eq!(rows(&facts)[0], ("居住证申领办法", "2022-09-30".to_owned()));
    assert_eq!(asked(&facts.next_pages[0], "startrecord"), "15", "two records were sent, the 13th and the 14th");

    let page = fixture("truecms/list.html").replace("id=\"initData\"", "id=\"other\"");
    let url = format!("http://{HOST}/sgaj/zcfg/zcfg.html");
    let input = PageInput {
        url: &url,
        final_url: &url,
        status: 200,
        content_type: None,
        bytes: page.as_bytes(),
        received: None,
    };
    let facts = observe::page(&input, &LEXICON);
    assert_eq!(facts.cause, Some(Cause::NeedsBrowser), "until the rows are there");
    assert_eq!(asked(&facts.rows_at.unwrap(), "startrecord"), "1");
}

#[test]
fn a_proxy_of_jcms_that_sends_less_than_was_asked_for_is_asked_for_less() {
    let cut = fixture("jcms/dataproxy.xml").replace("<datastore>", "<datastore><!-- perPage:4 -->");
    let url = format!("http://{HOST}/module/web/jpage/dataproxy.jsp?startrecord=1&endrecord=4&perpage=4&columnid=23");
    let input = PageInput {
        url: &url,
        final_url: &url,
        status: 200,
        content_type: None,
        bytes: cut.as_bytes(),
        received: None,
    };
    let next = observe::page(&input, &LEXICON).next_pages;
    let window = |address: &String| (asked(address, "startrecord"), asked(address, "perpage"), asked(address, "page"));
    let own = |first: &str, page: &str| (first.to_owned(), "2".to_owned(), page.to_owned());
    assert_eq!(next.iter().map(window).collect::<Vec<_>>(), [own("3", "2"), own("5", "3")]);
}

// -- a night --

fn portal(path: &str) -> Portal {
    let unit = Unit {
        name: "青禾市人民政府".into(),
        kind: UnitKind::Government,
        aliases: Vec::new(),
        paths: vec![path.to_owned()],
        licences: false,
        penalties: false,
        founded: None,
    };
    Portal {
        id: "qinghe".into(),
        name: "青禾市人民政府".into(),
        url: format!("http://{HOST}/"),
        units: vec![unit],
        pins: Vec::new(),
        column_map: None,
        assigned: Vec::new(),
        attestations: Vec::new(),
        max_pages: 100,
        rate: 1,
        allow_private: false,
        window: None,
    }
}

async fn night(path: &str, answers: impl Fn(&str) -> Option<Script> + Send + Sync + 'static) -> (Visited, PortalFacts) {
    let server = Server::start(move |seen| {
        answers(&seen.path).unwrap_or_else(|| status(404, "<html><body>404 页面不存在</body></html>"))
    })
    .await;
    let settings = Settings {
        user_agent: "mingcha/0 (+tests)".to_owned(),
        rate_per_host: 10_000,
        attempts: 1,
        resolve: BTreeMap::from([(HOST.to_owned(), server.address)]),
        clock: AS_OF.parse().ok(),
        ..Settings::default()
    };
    let client = Client::new(settings).unwrap();
    let portal = portal(path);
    let visited = visit(&portal, &LEXICON, AS_OF.parse().unwrap(), &client, None, &|_| ()).await;
    let facts = observe::portal(&portal, &LEXICON, &visited.pages, &visited.failures, visited.cut_short);
    (visited, facts)
}

fn front(link: &str) -> Script {
    let text = "欢迎访问青禾市人民政府门户网站。".repeat(30);
    page(format!(
        "<html><head><title>青禾市人民政府</title></head><body><div class=nav>{link}</div><p>{text}</p></body></html>"
    ))
}

fn json(text: impl AsRef<str>) -> Script {
    answer(200, "Content-Type: application/json;charset=UTF-8\r\n", text.as_ref())
}

/// A page of fifteen rows, the newest of the day given.
fn unit_of(first: usize, month: u32, count: usize) -> String {
    let rows: String = (0..count)
        .map(|row| {
            let n = first + row;
            format!("<li><a href='/zwgk/tzgg/art/2022/art_{n:032x}.html'>第{n}号公告的标题</a><span>2022-{month:02}-01</span></li>")
        })
        .collect();
    serde_json::json!({ "success": true, "data": { "html": format!("<ul>{rows}</ul>") } }).to_string()
}

#[tokio::test]
async fn a_night_reads_the_rows_of_a_jpaas_column_page_by_page() {
    let (visited, facts) = night("/zwgk/", |path| match path {
        "/" => Some(front("<a href=/zwgk/tzgg/index.html>通知公告</a>")),
        "/zwgk/tzgg/index.html" => Some(page(fixture("jpaas/list.html").replace("要闻", "通知公告"))),
        path if path.starts_with(UNIT) && path.contains("%22pageNo%22%3A1") => Some(json(unit_of(100, 11, 15))),
        path if path.starts_with(UNIT) && path.contains("%22pageNo%22%3A2") => Some(json(unit_of(200, 10, 4))),
        _ => None,
    })
    .await;
    let column = facts.columns.iter().find(|column| column.name == "通知公告").unwrap();
    assert_eq!(column.state, ColumnState::Read, "{:?}", visited.failures);
    assert_eq!((column.entries.len(), column.pages_read), (19, 3), "{:?}", column.entries);
    assert_eq!(column.entries[0].title, "第100号公告的标题");
    assert_eq!(column.entries[18].date.unwrap().to_string(), "2022-10-01");
    assert!(column.url.ends_with("/zwgk/tzgg/index.html"), "{}", column.url);
    assert!(
        facts.coverage.not_measurable.iter().all(|failure| failure.cause == Cause::NotFound),
        "{:?}",
        facts.coverage
    );
}

#[tokio::test]
async fn a_column_whose_rows_were_refused_is_not_empty() {
    for refusal in [status(500, "error"), json(r#"{"success":false,"code":"403"}"#), json(r#"{"data":{"html":""}}"#)] {
        let (_, facts) = night("/zwgk/", move |path| match path {
            "/" => Some(front("<a href=/zwgk/tzgg/index.html>通知公告</a>")),
            "/zwgk/tzgg/index.html" => Some(page(fixture("jpaas/list.html").replace("要闻", "通知公告"))),
            path if path.starts_with(UNIT) => Some(refusal.clone()),
            _ => None,
        })
        .await;
        let column = facts.columns.iter().find(|column| column.name == "通知公告").unwrap();
        assert_eq!(column.state, ColumnState::Unreadable { cause: Cause::NeedsBrowser });
    }
}

#[tokio::test]
async fn a_night_reads_the_lists_of_gkmlpt() {
    let (_, facts) = night("/", |path| match path {
        "/" => Some(front("<a href='/gkmlpt/index#2972'>通知公告</a><a href='/gkmlpt/index#2973'>政策解读</a>")),
        "/gkmlpt/api/all/2972" => Some(json(fixture("gkmlpt/articles.json").replace("230", "102"))),
        "/gkmlpt/api/all/2972?page=2" => Some(json(
            r#"{"articles":[{"title":"去年的一份公告","url":"/gkmlpt/content/0/1/post_11.html","date":1620000000}],"total":102}"#,
        )),
        "/gkmlpt/api/all/2973" => Some(json(r#"{"articles":[],"total":0}"#)),
        _ => None,
    })
    .await;
    let column = |name: &str| facts.columns.iter().find(|column| column.name == name).unwrap();
    assert_eq!(column("通知公告").entries.len(), 3, "{:?}", column("通知公告"));
    assert_eq!(column("通知公告").entries[2].date.unwrap().date.to_string(), "2021-05-03");
    assert_eq!((column("政策解读").state.clone(), column("政策解读").entries.len()), (ColumnState::Read, 0));
}

#[tokio::test]
async fn a_night_reads_a_platform_that_counts_its_pages_from_zero() {
    let rows = r#"{"articles":[{"title":"关于公开征求意见的通告","url":"/gkmlpt/content/0/2/post_21.html","date":1668000000}],"total":1}"#;
    let (_, facts) = night("/", move |path| match path {
        "/" => Some(front("<a href='/gkmlpt/index#2972'>通知公告</a><a href='/gkmlpt/index#2973'>政策解读</a>")),
        "/gkmlpt/api/all/2972" | "/gkmlpt/api/all/2973" => Some(json(r#"{"articles":[],"total":1}"#)),
        "/gkmlpt/api/all/2972?page=0" => Some(json(rows)),
        _ => None,
    })
    .await;
    let column = |name: &str| facts.columns.iter().find(|column| column.name == name).unwrap();
    assert_eq!(column("通知公告").entries.len(), 1, "{:?}", column("通知公告"));
    let unread = ColumnState::Unreadable { cause: Cause::NeedsBrowser };
    assert_eq!(column("政策解读").state, unread, "one row that nobody has seen is no empty list");
}
