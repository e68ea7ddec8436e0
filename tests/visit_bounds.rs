//! What a visit keeps in memory is bounded, whatever a portal offers; where a bound is met, something may be missing.

use std::{collections::BTreeMap, fmt::Write, net::SocketAddr};

use mingcha::{
    crawl::{Limits, Visited, visit_within},
    fetch::{Client, Settings},
    model::{Cause, ColumnRole, ColumnTerm, Lexicon, PageFacts, Portal},
    observe::{self, PageInput},
};

use crate::support::{
    server::{Script, Seen, Server, answer, page, status},
    site::{HOST, portal},
};

const AS_OF: &str = "2022-11-16T02:00:00+08:00";

fn settings(address: SocketAddr) -> Settings {
    Settings {
        rate_per_host: 10_000,
        attempts: 1,
        resolve: BTreeMap::from([(HOST.to_owned(), address)]),
        clock: AS_OF.parse().ok(),
        ..Settings::default()
    }
}

/// A lexicon that needs every column called 政府信息公开年报.
fn lexicon() -> Lexicon {
    let term =
        ColumnTerm { name: "政府信息公开年报".into(), role: Some(ColumnRole::Report), ..ColumnTerm::default() };
    Lexicon { columns: vec![term], ..Lexicon::default() }
}

async fn visited(
    serve: impl Fn(&Seen) -> Script + Send + Sync + 'static,
    bound: impl Fn(&mut Limits),
    bent: impl Fn(&mut Settings),
) -> Visited {
    let server = Server::start(serve).await;
    let mut settings = settings(server.address);
    bent(&mut settings);
    let client = Client::new(settings).unwrap();
    let portal = Portal { max_pages: 30, ..portal() };
    let mut limits = Limits::of(&portal, &client);
    bound(&mut limits);
    visit_within(&limits, &portal, &lexicon(), AS_OF.parse().unwrap(), &client, None, &|_| ()).await
}

fn links(count: usize, text: &str, of: &str) -> String {
    (0..count).fold(String::new(), |mut page, number| {
        write!(page, "<a href=\"/{of}/{number}/\">{text}</a> ").unwrap();
        page
    })
}

#[tokio::test]
async fn more_columns_than_may_wait_are_not_kept_and_the_visit_is_not_whole() {
    let serve = |seen: &Seen| match seen.path.as_str() {
        "/" => page(format!("<title>河源市</title>{}", links(300, "政府信息公开年报", "nb"))),
        path if path.starts_with("/nb/") => page(format!("<title>年报{path}</title><p>第{path}个栏目</p>")),
        _ => status(404, ""),
    };
    let visited = visited(serve, |limits| limits.waiting = 50, |_| ()).await;
    assert!(visited.cut_short, "{}", visited.note);
    // 300 offered: 50 could wait, of which 29 were read before the pages were used up.
    assert!(visited.note.contains("检查所需的271个页面未读取"), "{}", visited.note);
}

#[tokio::test]
async fn a_portal_that_makes_up_links_without_end_is_left() {
    let serve = |seen: &Seen| match seen.path.as_str() {
        path if path == "/" || path.matches('/').count() == 3 => {
            let own = format!("x{}", path.replace('/', ""));
            page(format!("<title>河源市{path}</title><p>页面{path}</p>{}", links(60, &format!("栏目{own}"), &own)))
        }
        _ => status(404, ""),
    };
    let visited = visited(serve, |limits| limits.links = 200, |_| ()).await;
    assert!(visited.cut_short && visited.note.contains("超过200个不同的链接"), "{}", visited.note);
    assert_eq!(visited.pages.len(), 4, "sixty links a page");
}

#[test]
fn a_page_with_too_many_links_is_not_judged() {
    let read = |count: usize| -> PageFacts {
        let text = format!("<html><body>{}</body></html>", links(count, "栏目", "a"));
        let input = PageInput {
            url: "http://www.heyuan.gov.cn/",
            final_url: "http://www.heyuan.gov.cn/",
            status: 200,
            content_type: Some("text/html; charset=utf-8"),
            bytes: text.as_bytes(),
            received: None,
        };
        observe::page(&input, &Lexicon::default())
    };
    assert_eq!((read(5_000).cause, read(5_000).anchors.len()), (None, 5_000));
    assert_eq!((read(5_001).cause, read(5_001).anchors.len()), (Some(Cause::TooLarge), 5_000));
}

#[tokio::test]
async fn half_a_line_of_robots_txt_forbids_nothing() {
    // Sent as a type that is no page, and longer than is read: the last line is cut behind its first slash.
    let whole = "User-agent: *\nDisallow: /secret\nDisallow: /x\n";
    let rules = format!("{whole}{}\nDisallow: /nosuchplace\n", "#".repeat(200));
    let cut = rules.find("/nosuch").unwrap() + 1;
    let serve = move |seen: &Seen| match seen.path.as_str() {
        "/robots.txt" => answer(200, "Content-Type: application/octet-stream\r\n", &rules),
        "/" => page("<title>河源市</title><a href=\"/secret/\">内部</a><a href=\"/open/\">公开</a>"),
        "/open/" => page("<title>公开</title><p>公开的内容</p>"),
        _ => status(404, ""),
    };
    let visited = visited(serve, |_| (), |settings| settings.max_bytes = cut as u64).await;
    let read: Vec<&str> = visited.pages.iter().map(|page| page.capture.url.as_str()).collect();
    assert_eq!(read, ["http://www.heyuan.gov.cn/", "http://www.heyuan.gov.cn/open/"], "{:?}", visited.failures);
    assert_eq!(visited.failures[0].cause, Cause::RobotsForbidden);
}

#[tokio::test]
async fn heads_that_would_fill_the_log_are_no_answers() {
    let long =
        |bytes: usize| (0..bytes / 1000).fold(String::new(), |head, n| format!("{head}X-{n}: {}\r\n", "x".repeat(992)));
    let heads = [long(60_000), long(70_000)];
    let serve = move |seen: &Seen| match seen.path.as_str() {
        "/" => page("<title>河源市</title><a href=\"/long/\">长</a><a href=\"/longer/\">更长</a>"),
        "/long/" => answer(200, &heads[0], "<title>长</title><p>内容</p>"),
        "/longer/" => answer(200, &heads[1], "<title>更长</title><p>内容</p>"),
        _ => status(404, ""),
    };
    let visited = visited(serve, |_| (), |_| ()).await;
    assert_eq!(visited.pages.len(), 2, "{:?}", visited.failures);
    assert_eq!(visited.failures.len(), 1);
    assert_eq!(visited.failures[0].cause, Cause::MalformedHttp);
}

#[tokio::test]
async fn lists_whose_rows_are_called_alike_are_turned_to_their_end() {
    let serve = |seen: &Seen| {
        let path = seen.path.as_str();
        let number = |before: &str, after: &str| path.strip_prefix(before)?.strip_suffix(after)?.parse::<usize>().ok();
        let list = |at: usize| {
            let row = |n: usize| {
                let day = 28 - n % 28;
                format!("<li><a href=\"/gb/2022/{n}.html\">县政府公报第{n}期</a><span>2022-10-{day:02}</span></li>")
            };
            let rows: String = (at * 5..at * 5 + 5).map(row).collect();
            let next =
                if at < 11 { format!("<a href=\"/gb/index_{}.html\">下一页</a>", at + 1) } else { String::new() };
            page(format!("<title>公报</title><div class=\"main\"><ul class=\"list\">{rows}</ul>{next}</div>"))
        };
        match (path, number("/gb/index_", ".html"), number("/gb/2022/", ".html")) {
            ("/", ..) => page("<title>河源市</title><a href=\"/gb/index_0.html\">公报</a>"),
            (_, Some(at), _) => list(at),
            (.., Some(n)) => page(format!("<title>县政府公报第{n}期</title><h1>县政府公报第{n}期</h1><p>第{n}期</p>")),
            _ => status(404, ""),
        }
    };
    let visited = visited(serve, |limits| (limits.pages, limits.barren) = (200, 3), |_| ()).await;
    let lists = visited.pages.iter().filter(|page| page.capture.url.contains("index_")).count();
    assert_eq!(lists, 12, "{}", visited.note);
}
