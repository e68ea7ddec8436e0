//! A visit as a whole: what is read, in which order, what it costs, and how it ends.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
    sync::Mutex,
    time::{Duration, Instant},
};

use mingcha::{
    crawl::{Limits, Progress, Visited, visit, visit_within},
    evidence::Archive,
    fetch::{Client, Settings},
    model::{Cause, ColumnPin, ColumnRole, ColumnTerm, Lexicon, Portal, Unit, UnitKind},
};

use crate::support::server::{Script, Seen, Server, Step, answer, page, redirect, status};

const HOST: &str = "www.heyuan.gov.cn";
const AS_OF: &str = "2022-11-16T02:00:00+08:00";

fn url(path: &str) -> String {
    format!("http://{HOST}{path}")
}

fn portal() -> Portal {
    let unit = Unit {
        name: "河源市人民政府".into(),
        kind: UnitKind::Government,
        aliases: Vec::new(),
        paths: Vec::new(),
        licences: false,
        penalties: false,
        founded: None,
    };
    Portal {
        id: "heyuan".into(),
        name: "河源市人民政府".into(),
        url: url("/"),
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

fn lexicon() -> Lexicon {
    let term = |name: &str, aliases: &[&str]| ColumnTerm {
        name: name.into(),
        aliases: aliases.iter().map(|alias| (*alias).to_owned()).collect(),
        role: match name {
            "政府信息公开年报" => Some(ColumnRole::Report),
            "政策解读" => Some(ColumnRole::Interpretation),
            _ => None,
        },
        ..ColumnTerm::default()
    };
    Lexicon {
        columns: vec![
            term("政府信息公开年报", &["政府信息公开工作年度报告"]),
            term("政策解读", &[]),
            term("通知公告", &["公示公告"]),
        ],
        ..Lexicon::default()
    }
}

fn settings(server: &Server) -> Settings {
    Settings {
        user_agent: "mingcha/0 (+tests)".to_owned(),
        rate_per_host: 10_000,
        head_timeout: Duration::from_secs(5),
        second_look_factor: 1,
        attempts: 1,
        first_pause: Duration::from_millis(10),
        longest_pause: Duration::from_millis(1000),
        resolve: BTreeMap::from([(HOST.to_owned(), server.address)]),
        clock: AS_OF.parse().ok(),
        ..Settings::default()
    }
}

async fn visited(server: &Server, portal: &Portal) -> Visited {
    visited_by(&Client::new(settings(server)).unwrap(), portal).await
}

async fn visited_by(client: &Client, portal: &Portal) -> Visited {
    visit(portal, &lexicon(), AS_OF.parse().unwrap(), client, None, &|_| ()).await
}

/// Paths of pages in the order of reading.
fn read(visited: &Visited) -> Vec<String> {
    visited.pages.iter().map(|page| page.capture.url.replace(&url(""), "")).collect()
}

fn causes(visited: &Visited) -> Vec<(String, Cause)> {
    visited.failures.iter().map(|failure| (failure.url.replace(&url(""), ""), failure.cause)).collect()
}

/// A front page: a menu with these links, and enough text to be a page.
fn front(links: &[(&str, &str)]) -> Script {
    page(html("河源市人民政府", links, &"欢迎访问河源市人民政府门户网站。".repeat(30)))
}

fn html(title: &str, links: &[(&str, &str)], body: &str) -> String {
    let mut menu = String::new();
    for (href, text) in links {
        let _ = write!(menu, "<li><a href=\"{href}\">{text}</a></li>");
    }
    format!(
        "<html><head><meta charset=\"utf-8\"><title>{title}</title></head><body><div class=\"nav\"><ul>{menu}</ul></div>\
         <div class=\"main\">{body}</div></body></html>"
    )
}

/// A list page with dated rows and, where given, a link to the next page.
fn list(name: &str, rows: &[(&str, &str, &str)], next: Option<&str>) -> Script {
    let mut body = String::from("<ul class=\"list\">");
    for (href, title, date) in rows {
        let _ = write!(body, "<li><a href=\"{href}\">{title}</a><span>{date}</span></li>");
    }
    body.push_str("</ul>");
    if let Some(next) = next {
        let _ = write!(body, "<div class=\"page\"><a href=\"{next}\">下一页</a></div>");
    }
    page(html(name, &[("/", "首页")], &body))
}

fn article(title: &str) -> Script {
    page(html(
        title,
        &[("/", "首页")],
        &format!(
            "<h1>{title}</h1><p>发布时间：2022-10-08</p><div id=\"UCAP-CONTENT\">{}</div>",
            "正文内容。".repeat(120)
        ),
    ))
}

fn not_found() -> Script {
    status(404, "<html><title>404</title><body>not found</body></html>")
}

/// Serves by path; everything unknown is an honest 404.
async fn serving(script: impl Fn(&Seen) -> Option<Script> + Send + Sync + 'static) -> Server {
    Server::start(move |seen| script(seen).unwrap_or_else(not_found)).await
}

// -- order --

async fn small_portal() -> Server {
    serving(|seen| {
        Some(match seen.path.as_str() {
            "/" => front(&[
                ("/rdzt/", "热点专题"),
                ("/zwgk/zcjd/", "政策解读"),
                ("/zwgk/", "政务公开"),
                ("/news/202211/t20221101_1.html", "要闻一则"),
            ]),
            "/zwgk/" => front(&[("/zwgk/zfxxgknb/", "政府信息公开年报"), ("/zwgk/tzgg/index.html", "通知公告")]),
            "/zwgk/zcjd/" => list(
                "政策解读",
                &[
                    ("./202210/t20221008_5.html", "《河源市养老服务办法》解读", "2022-10-08"),
                    ("./202001/t20200103_1.html", "旧解读", "2020-01-03"),
                ],
                Some("index_1.html"),
            ),
            "/zwgk/zfxxgknb/" => list(
                "政府信息公开年报",
                &[("./202203/t20220330_2.html", "河源市2021年政府信息公开工作年度报告", "2022-03-30")],
                None,
            ),
            "/zwgk/tzgg/index.html" => {
                list("通知公告", &[("./202211/t20221110_9.html", "关于停水的通知", "2022-11-10")], None)
            }
            path if path.ends_with("_5.html")
                || path.ends_with("_2.html")
                || path.ends_with("_9.html")
                || path.ends_with("_1.html") =>
            {
                article("河源市的一篇文章")
            }
            "/rdzt/" => front(&[("/", "首页")]),
            _ => return None,
        })
    })
    .await
}

#[tokio::test]
async fn what_checks_need_is_read_first_and_the_rest_after() {
    let server = small_portal().await;
    let visited = visited(&server, &portal()).await;
    let order = read(&visited);
    assert_eq!(order[..3], ["/", "/zwgk/zcjd/", "/zwgk/"], "the column of the lexicon, then the guide");
    let place =
        |path: &str| order.iter().position(|other| other == path).unwrap_or_else(|| panic!("{path} in {order:?}"));
    assert!(place("/zwgk/zfxxgknb/") < place("/zwgk/zcjd/202210/t20221008_5.html"));
    assert!(place("/zwgk/zcjd/202210/t20221008_5.html") < place("/rdzt/"), "documents of columns before other columns");
    assert!(place("/rdzt/") < place("/zwgk/zcjd/202001/t20200103_1.html"), "too old for any check");
    assert!(!visited.cut_short);
    let annual = visited.pages.iter().find(|page| page.capture.url == url("/zwgk/zfxxgknb/")).unwrap();
    assert_eq!(
        (annual.link_text.as_str(), annual.linked_from.as_deref(), annual.depth),
        ("政府信息公开年报", Some(url("/zwgk/").as_str()), 2)
    );
}

#[tokio::test]
async fn no_page_is_asked_for_twice() {
    let server = small_portal().await;
    visited(&server, &portal()).await;
    let paths = server.paths();
    let distinct: BTreeSet<&String> = paths.iter().collect();
    assert_eq!(paths.len(), distinct.len(), "{paths:?}");
}

#[tokio::test]
async fn timing_and_concurrency_do_not_decide_what_is_read() {
    let scripts = |jitter: u64| {
        serving(move |seen| {
            let number: u64 = seen.path.bytes().map(u64::from).sum();
            let mut script = match seen.path.as_str() {
                "/" => front(&[("/a/", "甲栏目"), ("/b/", "乙栏目"), ("/c/", "政策解读"), ("/d/", "通知公告")]),
                path if path.len() == 3 => front(&[
                    (&format!("{path}x/"), "一"),
                    (&format!("{path}y/"), "二"),
                    (&format!("{path}202211/t20221101_{number}.html"), "文"),
                ]),
                path if path.len() == 5 => front(&[("/z/", "终")]),
                path if path.ends_with(".html") => article("文章"),
                _ => return None,
            };
            script.insert(0, Step::Wait(Duration::from_millis(number * jitter % 17)));
            Some(script)
        })
    };
    let mut results = Vec::new();
    for jitter in [0, 5, 11] {
        let server = scripts(jitter).await;
        let client = Client::new(Settings { concurrency_per_host: 3, ..settings(&server) }).unwrap();
        let visited = visited_by(&client, &Portal { max_pages: 12, ..portal() }).await;
        assert_eq!(visited.pages.len() + visited.failures.len(), 12);
        results.push((read(&visited), causes(&visited)));
    }
    assert_eq!(results[0], results[1]);
    assert_eq!(results[0], results[2]);
}

#[tokio::test]
async fn pinned_columns_are_read_though_nothing_links_to_them() {
    let server = serving(|seen| match seen.path.as_str() {
        "/" => Some(front(&[])),
        "/hidden/list.htm" => Some(list("某某", &[("/x/202203/t20220330_2.html", "年度报告", "2022-03-30")], None)),
        "/x/202203/t20220330_2.html" => Some(article("报告")),
        _ => None,
    })
    .await;
    let pin =
        ColumnPin { name: "政府信息公开年报".into(), url: url("/hidden/list.htm"), ..ColumnPin::default() };
    let visited = visited(&server, &Portal { pins: vec![pin], ..portal() }).await;
    assert_eq!(read(&visited), ["/", "/hidden/list.htm", "/x/202203/t20220330_2.html"]);
}

#[tokio::test]
async fn lists_are_read_as_far_back_as_checks_look() {
    let server = serving(|seen| {
        let rows =
            |day: &'static str| [("/zcjd/202200/t1_1000.html", "一", day), ("/zcjd/202200/t1_1001.html", "二", day)];
        Some(match seen.path.as_str() {
            "/" => front(&[("/zcjd/", "政策解读")]),
            "/zcjd/" => list("政策解读", &rows("2022-11-01"), Some("index_1.html")),
            "/zcjd/index_1.html" => list("政策解读", &rows("2022-02-01"), Some("index_2.html")),
            "/zcjd/index_2.html" => list("政策解读", &rows("2020-02-01"), Some("index_3.html")),
            "/zcjd/index_3.html" => list("政策解读", &rows("2019-02-01"), None),
            _ => return None,
        })
    })
    .await;
    let visited = visited(&server, &Portal { max_pages: 6, ..portal() }).await;
    let order = read(&visited);
    assert_eq!(order[..4], ["/", "/zcjd/", "/zcjd/index_1.html", "/zcjd/index_2.html"], "{order:?}");
    assert!(!visited.cut_short, "{}", visited.note);
}

#[tokio::test]
async fn turning_the_pages_of_a_list_leads_no_deeper() {
    let server = serving(|seen| {
        let page: usize = match seen.path.as_str() {
            "/" => return Some(front(&[("/ywdt/", "县乡动态")])),
            "/ywdt/" => 0,
            path => path.strip_prefix("/ywdt/index_")?.strip_suffix(".html")?.parse().ok()?,
        };
        let next = format!("index_{}.html", page + 1);
        let document = format!("/doc/{}.html", 1000 + page);
        let title = format!("县里召开{}字号会议", char::from_u32('一' as u32 + u32::try_from(page).ok()?)?);
        Some(list(
            "县乡动态",
            &[(document.as_str(), title.as_str(), "2022-11-01")],
            (page < 30).then_some(next.as_str()),
        ))
    })
    .await;
    let visited = visited(&server, &Portal { max_pages: 60, ..portal() }).await;
    let order = read(&visited);
    assert!(order.iter().any(|path| path == "/ywdt/index_30.html"), "{order:?}");
}

// -- bounds --

#[tokio::test]
async fn a_budget_that_leaves_what_checks_need_cuts_the_visit_short() {
    let server = small_portal().await;
    let visited = visited(&server, &Portal { max_pages: 3, ..portal() }).await;
    assert_eq!(visited.pages.len(), 3);
    assert!(visited.cut_short);
    assert!(visited.note.starts_with("3页的限额已用完；检查所需的4个页面未读取"), "{}", visited.note);
}

#[tokio::test]
async fn a_calendar_without_end_ends() {
    let server = serving(|seen| {
        let (month, is_calendar) = match seen.path.strip_prefix("/cal?m=") {
            Some(month) => (month.parse::<u32>().unwrap_or(0), true),
            None => (0, seen.path == "/"),
        };
        is_calendar
            .then(|| front(&[(&format!("/cal?m={}", month + 1), "下月"), (&format!("/cal?m={}", month + 2), "后月")]))
    })
    .await;
    let client = Client::new(settings(&server)).unwrap();
    let portal = Portal { max_pages: 1000, ..portal() };
    let limits = Limits { barren: 2, ..Limits::of(&portal, &client) };
    let visited = visit_within(&limits, &portal, &lexicon(), AS_OF.parse().unwrap(), &client, None, &|_| ()).await;
    assert!(visited.pages.len() <= 6, "{} pages", visited.pages.len());
    assert!(!visited.cut_short, "{}", visited.note);
}

#[tokio::test]
async fn many_documents_of_one_shape_are_no_calendar() {
    let links: Vec<(String, String)> = (1000..1060).map(|n| (format!("/doc/{n}.html"), format!("文件{n}"))).collect();
    let server = serving(move |seen| {
        let links: Vec<(&str, &str)> = links.iter().map(|(href, text)| (href.as_str(), text.as_str())).collect();
        if seen.path == "/" {
            return Some(front(&links));
        }
        let number: usize = seen.path.strip_prefix("/doc/")?.strip_suffix(".html")?.parse().ok()?;
        let letter = char::from_u32('一' as u32 + u32::try_from(number).ok()?)?;
        Some(article(&format!("关于{letter}的通知")))
    })
    .await;
    let client = Client::new(settings(&server)).unwrap();
    let limits = Limits { barren: 2, ..Limits::of(&portal(), &client) };
    let visited = visit_within(&limits, &portal(), &lexicon(), AS_OF.parse().unwrap(), &client, None, &|_| ()).await;
    assert_eq!(visited.pages.len(), 61, "{}", visited.note);
}

#[tokio::test]
async fn growing_paths_and_session_ids_lead_nowhere() {
    let server = serving(|seen| {
        (seen.path == "/" || seen.path.starts_with("/a/")).then(|| {
            let deeper = format!("{}a/", seen.path);
            let session = format!("/a/;jsessionid={}", seen.path.len() * 77);
            front(&[(&deeper, "更深"), (&session, "会话"), ("/a/?", "查询")])
        })
    })
    .await;
    let visited = visited(&server, &portal()).await;
    assert_eq!(read(&visited), ["/", "/a/", "/a/a/"]);
}

#[tokio::test]
async fn the_time_of_a_visit_is_bounded() {
    let server = serving(|seen| {
        // What is no column of ours is no page: otherwise every page looks like the answer to a wrong address.
        if !seen.path.split('/').all(|part| part.is_empty() || (part.len() == 2 && part.starts_with('p'))) {
            return None;
        }
        let links: Vec<(String, String)> =
            (0..5).map(|n| (format!("{}p{n}/", seen.path), format!("栏目{n}"))).collect();
        let links: Vec<(&str, &str)> = links.iter().map(|(href, text)| (href.as_str(), text.as_str())).collect();
        let mut script = front(&links);
        script.insert(0, Step::Wait(Duration::from_millis(100)));
        Some(script)
    })
    .await;
    let client = Client::new(Settings { obey_robots: false, ..settings(&server) }).unwrap();
    let limits = Limits { wall_clock: Duration::from_secs(1), ..Limits::of(&portal(), &client) };
    let begun = Instant::now();
    let visited = visit_within(&limits, &portal(), &lexicon(), AS_OF.parse().unwrap(), &client, None, &|_| ()).await;
    // Every page leads to five more: without the bound the visit would go on to the page budget.
    assert!(begun.elapsed() < Duration::from_secs(15), "{:?}", begun.elapsed());
    let told = format!("{:?}: {} pages, {:?}", begun.elapsed(), visited.pages.len(), visited.failures);
    assert!(visited.note.contains("秒的限时已到"), "{:?} {told}", visited.note);
}

#[tokio::test]
async fn other_hosts_and_files_are_not_visited() {
    let server = serving(|seen| match seen.path.as_str() {
        "/" => Some(front(&[
            ("http://www.gov.cn/", "政策解读"),
            ("http://sub.heyuan.gov.cn/", "子站"),
            ("/a/P0202211.pdf", "附件"),
            ("javascript:void(0)", "脚本"),
            ("http://www.heyuan.gov.cn:8080/x/", "端口"),
        ])),
        _ => None,
    })
    .await;
    let visited = visited(&server, &portal()).await;
    assert_eq!(read(&visited), ["/"]);
    assert!(visited.failures.is_empty());
}

// -- what is not the portal speaking --

#[tokio::test]
async fn each_failure_is_named_and_its_body_kept() {
    let server = serving(|seen| {
        Some(match seen.path.as_str() {
            "/" => front(&[
                ("/gone/", "没有"),
                ("/forbidden/", "禁止"),
                ("/shield/", "防护"),
                ("/broken/", "故障"),
                ("/empty/", "空白"),
                ("/pdf/", "文件"),
                ("/login-first/", "登录"),
                ("/huge/", "巨大"),
                ("/slow/", "缓慢"),
                ("/shell/", "脚本"),
            ]),
            "/forbidden/" => status(403, "Forbidden"),
            "/shield/" => status(412, "<script>$_ts=window['$_ts'];</script>"),
            "/broken/" => status(500, "java.lang.NullPointerException"),
            "/empty/" => page(""),
            "/pdf/" => answer(200, "Content-Type: application/pdf\r\n", "%PDF"),
            "/login-first/" => redirect("/admin/login.jsp?from=x"),
            "/admin/login.jsp?from=x" => front(&[]),
            "/huge/" => page(" ".repeat(300_000)),
            "/slow/" => vec![Step::Wait(Duration::from_secs(5))],
            "/shell/" => page("<html><body><div id=\"app\"></div><script src=\"/a.js\"></script></body></html>"),
            _ => return None,
        })
    })
    .await;
    let impatient = Settings { max_bytes: 100_000, head_timeout: Duration::from_millis(500), ..settings(&server) };
    let client = Client::new(impatient).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let archive = Archive::open(folder.path()).unwrap();
    let visited = visit(&portal(), &lexicon(), AS_OF.parse().unwrap(), &client, Some(&archive), &|_| ()).await;
    assert_eq!(read(&visited), ["/"]);
    let expected = [
        ("/broken/", Cause::ServerError),
        ("/empty/", Cause::Truncated),
        ("/forbidden/", Cause::Forbidden),
        ("/gone/", Cause::NotFound),
        ("/huge/", Cause::TooLarge),
        ("/login-first/", Cause::Login),
        ("/pdf/", Cause::NotHtml),
        ("/shell/", Cause::NeedsBrowser),
        ("/shield/", Cause::BotShield),
        ("/slow/", Cause::Timeout),
    ];
    assert_eq!(causes(&visited), expected.map(|(path, cause)| (path.to_owned(), cause)));
    for failure in &visited.failures {
        assert_eq!(failure.linked_from.as_deref(), Some(url("/").as_str()));
        if let Some(id) = &failure.capture {
            let capture =
                visited.other_captures.iter().find(|capture| capture.id == *id).expect("the failure's capture");
            assert_eq!(archive.read(capture).unwrap().len() as u64, capture.bytes);
        }
    }
    let without: Vec<&str> = visited.failures.iter().filter(|f| f.capture.is_none()).map(|f| f.url.as_str()).collect();
    assert_eq!(without, [url("/slow/")], "only what gave no answer has no capture");
}

#[tokio::test]
async fn soft_404s_are_unmasked_by_an_address_that_cannot_exist() {
    let server = Server::start(|seen| match seen.path.as_str() {
        "/robots.txt" => not_found(),
        "/" => front(&[("/zwgk/", "政务公开"), ("/lost/", "政策解读")]),
        "/zwgk/" => front(&[("/", "首页")]),
        _ => page(html("河源市人民政府", &[], "很抱歉，内容正在建设")),
    })
    .await;
    let visited = visited(&server, &portal()).await;
    assert_eq!(read(&visited), ["/", "/zwgk/"]);
    assert_eq!(causes(&visited), [("/lost/".to_owned(), Cause::SoftNotFound)]);
}

#[tokio::test]
async fn being_sent_home_is_a_soft_404_too() {
    let server = Server::start(|seen| match seen.path.as_str() {
        "/robots.txt" => not_found(),
        "/" | "/index.html" => front(&[("/zwgk", "政务公开"), ("/lost/", "政策解读")]),
        "/zwgk" => redirect("/zwgk/"),
        "/zwgk/" => list("政务公开", &[("/a/1.html", "一", "2022-11-01"), ("/a/2.html", "二", "2022-11-01")], None),
        _ => redirect("/index.html"),
    })
    .await;
    let visited = visited(&server, &portal()).await;
    assert_eq!(read(&visited), ["/", "/zwgk"]);
    let lost: Vec<String> =
        causes(&visited).into_iter().map(|(path, cause)| format!("{path} {}", cause.name())).collect();
    assert_eq!(lost, ["/a/1.html soft_not_found", "/a/2.html soft_not_found", "/lost/ soft_not_found"]);
}

#[tokio::test]
async fn a_folder_that_is_not_found_is_tried_by_its_other_spelling() {
    let server = serving(|seen| match seen.path.as_str() {
        "/" => Some(front(&[("/zcjd/", "政策解读"), ("/zcjd/index.shtml", "政策解读")])),
        "/zcjd/index.shtml" => Some(list("政策解读", &[], None)),
        _ => None,
    })
    .await;
    let visited = visited(&server, &portal()).await;
    assert_eq!(read(&visited), ["/", "/zcjd/index.shtml"]);
    assert_eq!(causes(&visited), [("/zcjd/".to_owned(), Cause::NotFound)]);
}

#[tokio::test]
async fn a_front_page_that_only_points_on_is_followed() {
    let server = serving(|seen| match seen.path.as_str() {
        "/" => Some(page("<html><script>window.location.href='/sy/Index.shtml'</script></html>")),
        "/sy/Index.shtml" => Some(front(&[("/zcjd/", "政策解读")])),
        "/zcjd/" => Some(list("政策解读", &[], None)),
        _ => None,
    })
    .await;
    let visited = visited(&server, &portal()).await;
    assert_eq!(read(&visited), ["/", "/zcjd/"]);
    assert_eq!(visited.pages[0].capture.final_url, url("/sy/Index.shtml"));
}

// -- second looks and dead portals --

#[tokio::test]
async fn what_failed_in_passing_is_read_at_the_end_and_followed() {
    let server = serving(|seen| match (seen.path.as_str(), seen.before) {
        ("/", _) => Some(front(&[("/zcjd/", "政策解读"), ("/b/", "别的")])),
        ("/zcjd/", 0) => Some(vec![Step::Reset]),
        ("/zcjd/", _) => Some(list("政策解读", &[("/zcjd/202210/t20221008_5.html", "解读", "2022-10-08")], None)),
        ("/zcjd/202210/t20221008_5.html", _) => Some(article("解读")),
        ("/b/", 0) => Some(status(500, "")),
        ("/b/", _) => Some(status(503, "")),
        _ => None,
    })
    .await;
    let looks = Mutex::new(0);
    let client = Client::new(settings(&server)).unwrap();
    let visited = visit(&portal(), &lexicon(), AS_OF.parse().unwrap(), &client, None, &|event| {
        if let Progress::SecondLook { addresses } = event {
            *looks.lock().unwrap() += addresses;
        }
    })
    .await;
    assert_eq!(read(&visited), ["/", "/zcjd/", "/zcjd/202210/t20221008_5.html"]);
    assert_eq!(causes(&visited), [("/b/".to_owned(), Cause::ServerError)], "one second look, not more");
    assert_eq!(*looks.lock().unwrap(), 2);
    assert_eq!(server.paths().iter().filter(|path| *path == "/b/").count(), 2);
}

#[tokio::test]
async fn a_portal_that_falls_silent_is_left_alone() {
    let server = serving(|seen| {
        let links: Vec<(String, &str)> = (0..50).map(|n| (format!("/c{n}/"), "栏目")).collect();
        let links: Vec<(&str, &str)> = links.iter().map(|(href, text)| (href.as_str(), *text)).collect();
        Some(if seen.path == "/" {
            front(&links)
        } else if seen.path == "/robots.txt" {
            not_found()
        } else {
            vec![Step::Reset]
        })
    })
    .await;
    let visited = visited(&server, &portal()).await;
    assert_eq!(read(&visited), ["/"]);
    assert!(visited.cut_short);
    assert_eq!(visited.failures.len(), 8);
    assert!(visited.note.starts_with("连续8个页面访问失败，不再继续（连接中断："), "{}", visited.note);
    assert_eq!(server.paths().len(), 1 + 1 + 8, "home, probe, and no second looks");
}

#[tokio::test]
async fn an_unreadable_front_page_ends_the_visit() {
    let cases: Vec<(Script, Cause, usize)> = vec![
        (status(412, "<script>$_ts=window['$_ts'];</script>"), Cause::BotShield, 1),
        (vec![Step::Reset], Cause::Reset, 2),
        (not_found(), Cause::NotFound, 1),
        (page(html("系统维护", &[], "网站维护中，敬请谅解")), Cause::Maintenance, 1),
    ];
    for (script, cause, asked) in cases {
        let server = serving(move |seen| (seen.path == "/").then(|| script.clone())).await;
        let visited = visited(&server, &portal()).await;
        assert_eq!(causes(&visited), [("/".to_owned(), cause)]);
        assert!(visited.cut_short && visited.pages.is_empty());
        assert_eq!(server.paths().len(), asked, "{}", cause.name());
    }
}

#[tokio::test]
async fn a_portal_that_forbids_robots_is_not_visited() {
    let server = serving(|seen| {
        Some(if seen.path == "/robots.txt" { answer(200, "", "User-agent: *\nDisallow: /\n") } else { front(&[]) })
    })
    .await;
    let visited = visited(&server, &portal()).await;
    assert_eq!(causes(&visited), [("/".to_owned(), Cause::RobotsForbidden)]);
    assert!(server.paths().is_empty());
    assert!(visited.robots.is_some());
}

// -- evidence, load, progress --

#[tokio::test]
async fn every_page_is_in_the_evidence_and_the_load_is_what_the_portal_saw() {
    let server = small_portal().await;
    let folder = tempfile::tempdir().unwrap();
    let archive = Archive::open(folder.path()).unwrap().for_run("2022-11-16/heyuan").unwrap();
    let client = Client::new(Settings { rate_per_host: 40, ..settings(&server) }).unwrap();
    let events = Mutex::new(Vec::new());
    let visited = visit(&portal(), &lexicon(), AS_OF.parse().unwrap(), &client, Some(&archive), &|event| {
        events.lock().unwrap().push(event);
    })
    .await;
    for page in &visited.pages {
        assert_eq!(archive.read(&page.capture).unwrap().len() as u64, page.capture.bytes, "{}", page.capture.url);
        assert!(page.capture.at.to_string().starts_with("2022-11-15T18:"), "the pretended night");
    }
    assert_eq!(visited.load.requests, server.log().len() as u64);
    assert!(server.peak_rate() <= 40 && visited.load.peak_rate <= 40);
    let events = events.into_inner().unwrap();
    assert!(matches!(&events[0], Progress::Began { budget: 100, .. }));
    let Some(Progress::Ended { tally, cut_short: None, load }) = events.last() else { panic!("{:?}", events.last()) };
    assert_eq!((tally.read, tally.failed, *load), (visited.pages.len(), visited.failures.len(), visited.load));
}

#[tokio::test]
async fn evidence_that_cannot_be_kept_ends_the_visit() {
    let server = small_portal().await;
    let folder = tempfile::tempdir().unwrap();
    let archive = Archive::open(folder.path()).unwrap().for_run("blocked/run").unwrap();
    std::fs::write(folder.path().join("blocked"), "a file where a folder should be").unwrap();
    let client = Client::new(settings(&server)).unwrap();
    let visited = visit(&portal(), &lexicon(), AS_OF.parse().unwrap(), &client, Some(&archive), &|_| ()).await;
    assert!(visited.cut_short && visited.pages.is_empty());
    assert!(visited.note.starts_with("证据无法保存："), "{}", visited.note);
    assert_eq!(server.paths(), ["/"]);
}
