//! Pages that only scripts can show: recognised, never judged without a browser, and judged as the browser shows them
//! where there is one.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use jiff::Timestamp;
use mingcha::{
    catalog::Catalog,
    evidence::Archive,
    fetch::{self, Browser, BrowserSettings},
    jobs::night::{NightReport, Order, Tools, run_portal_night},
    model::{Cause, Portal, RunState, Verdict},
    store::Log,
};

use crate::support::{
    server::{Script, Seen, Server, Step, answer, page},
    site::{HOST, portal},
    warc::{files, read_strictly},
};

const SHELL: &str = "<!DOCTYPE html><html><head><meta charset=\"utf-8\"><title>河源市人民政府</title></head>\
                     <body><div id=\"app\"></div><script src=\"/app.js\"></script></body></html>";
const COLUMNS: [(&str, &str); 8] = [
    ("tzgg", "通知公告"),
    ("zcjd", "政策解读"),
    ("zfxxgkzn", "政府信息公开指南"),
    ("zfxxgknb", "政府信息公开年报"),
    ("fgwj", "法规文件"),
    ("jgzn", "机构职能"),
    ("ldzc", "领导之窗"),
    ("hygq", "回应关切"),
];

/// Builds the home page; whoever its last line names is asked for things that are none of a portal's business.
fn app(forbidden: &str) -> String {
    let columns: Vec<String> = COLUMNS.iter().map(|(path, name)| format!("['{path}','{name}']")).collect();
    let columns = columns.join(",");
    format!(
        "document.getElementById('app').innerHTML = '<h1>河源市人民政府</h1><div class=\"nav\"><ul>' + [{columns}]\
         .map(c => '<li><a href=\"/' + c[0] + '/\">' + c[1] + '</a></li>').join('') + '</ul></div>\
         <p>河源市人民政府门户网站，主办单位：河源市人民政府办公室。本网站发布本市政务信息，提供网上办事服务，\
         听取公众意见。</p><img src=\"/big.png\">';\
         const there = '{forbidden}';\
         if (there) {{\
           fetch('http://' + there + '/fetch').catch(() => 0);\
           fetch('http://' + there + '/post', {{ method: 'POST', body: 'x', mode: 'no-cors' }}).catch(() => 0);\
           navigator.sendBeacon('http://' + there + '/beacon', 'x');\
           new Image().src = 'http://' + there + '/image';\
           try {{ new WebSocket('ws://' + there + '/socket'); }} catch (e) {{}}\
           try {{ new EventSource('http://' + there + '/events'); }} catch (e) {{}}\
           const frame = document.createElement('iframe'); frame.src = 'http://' + there + '/frame';\
           document.body.append(frame);\
           const work = new Blob([\"fetch('http://\" + there + \"/worker'); new WebSocket('ws://\" + there + \"/ws')\"]);\
           new Worker(URL.createObjectURL(work));\
           window.open('http://' + there + '/window');\
           const hint = document.createElement('link'); hint.rel = 'preconnect'; hint.href = 'http://' + there;\
           document.head.append(hint);\
         }}"
    )
}

/// A column whose rows come from `data`.
fn list(name: &str, data: &str) -> String {
    let menu: String = COLUMNS.iter().map(|(path, name)| format!("<li><a href=\"/{path}/\">{name}</a></li>")).collect();
    format!(
        "<html><head><meta charset=\"utf-8\"><title>{name}-河源市人民政府</title><meta name=\"ColumnName\" content=\"{name}\">\
         </head><body><div class=\"nav\"><ul>{menu}</ul></div><div class=\"main\"><h2>{name}</h2><ul id=\"rows\"></ul></div>\
         <script>fetch('{data}').then(a => a.json()).then(rows => {{ document.getElementById('rows').innerHTML = rows\
         .map(r => '<li><a href=\"' + r[0] + '\">' + r[1] + '</a><span>' + r[2] + '</span></li>').join(''); }});</script>\
         </body></html>"
    )
}

const ROWS: &str = "[[\"/tzgg/t20221101_1.html\",\"关于做好冬季供暖准备工作的通知\",\"2022-11-01\"],\
                    [\"/tzgg/t20221015_2.html\",\"关于开展安全生产检查的公告\",\"2022-10-15\"],\
                    [\"/tzgg/t20221008_3.html\",\"关于公布年度重点项目名单的通知\",\"2022-10-08\"]]";

fn serve(seen: &Seen, forbidden: &str) -> Script {
    let path = seen.path.split('?').next().unwrap();
    match path {
        "/" => page(SHELL),
        "/app.js" => answer(200, "Content-Type: application/javascript; charset=utf-8\r\n", app(forbidden)),
        "/tzgg/" => page(list("通知公告", "/rows.json")),
        "/rows.json" => answer(200, "Content-Type: application/json\r\n", ROWS),
        // Rows that can be had, and are none.
        "/zcjd/" => page(list("政策解读", "/none.json")),
        "/none.json" => answer(200, "Content-Type: application/json\r\n", "[]"),
        // Rows that cannot be had.
        "/fgwj/" => page(list("法规文件", "/broken.json")),
        "/broken.json" => answer(500, "", ""),
        // Never finishes.
        "/jgzn/" => page(list("机构职能", "/endless.json")),
        "/endless.json" => vec![Step::Wait(Duration::from_secs(60)), Step::Close],
        // Never lets go of its process.
        "/zfxxgkzn/" => page(list("政府信息公开指南", "/x.json").replace("fetch(", "while (true) {} fetch(")),
        path if path.starts_with("/tzgg/t") => page(
            "<html><head><meta name=\"ArticleTitle\" content=\"通知\"><meta name=\"PubDate\" content=\"2022-11-01 09:00\">\
             </head><body><h1>通知</h1><p>各县区人民政府，市直各部门：现将有关事项通知如下。请认真贯彻执行，并及时报送情况。</p></body></html>",
        ),
        _ => answer(404, "", ""),
    }
}

struct Shop {
    server: Server,
    /// Where no page may lead.
    forbidden: Server,
    tools: Tools,
    portal: Portal,
    folder: tempfile::TempDir,
}

impl Shop {
    async fn start(browser: Option<Browser>) -> Self {
        let forbidden = Server::start(|_| answer(200, "Access-Control-Allow-Origin: *\r\n", "secret")).await;
        let there = forbidden.address.to_string();
        let server = Server::start(move |seen| serve(seen, &there)).await;
        let folder = tempfile::tempdir().unwrap();
        let tools = Tools {
            log: Log::open(&folder.path().join("log.db")).await.unwrap(),
            archive: Archive::open(&folder.path().join("evidence")).unwrap(),
            catalog: Arc::new(Catalog::load(None).unwrap()),
            fetch: fetch::Settings {
                resolve: BTreeMap::from([(HOST.to_owned(), server.address)]),
                first_pause: Duration::from_millis(5),
                clock: Some(as_of()),
                concurrency_per_host: 4,
                browser,
                ..fetch::Settings::default()
            },
            canary: None,
        };
        Self { server, forbidden, tools, portal: portal(), folder }
    }

    async fn night(&self) -> NightReport {
        let order = Order { portal: &self.portal, as_of: Some(as_of()), job: None };
        run_portal_night(&self.tools, order, &|_| {}).await.unwrap().unwrap()
    }
}

fn as_of() -> Timestamp {
    "2022-11-16T02:00:00+08:00".parse().unwrap()
}

fn url(path: &str) -> String {
    format!("http://{HOST}{path}")
}

fn unmeasured(report: &NightReport) -> BTreeMap<String, Cause> {
    report.facts.coverage.not_measurable.iter().map(|failure| (failure.url.clone(), failure.cause)).collect()
}

#[tokio::test]
async fn without_a_browser_a_shell_is_not_measurable() {
    let shop = Shop::start(None).await;
    let report = shop.night().await;
    assert_eq!(unmeasured(&report)[&url("/")], Cause::NeedsBrowser);
    assert_eq!(report.run.state, RunState::Failed);
    assert!(report.outcomes.iter().all(|outcome| outcome.outcome != Verdict::Failed), "{:?}", report.outcomes);
    assert!(shop.server.paths().iter().all(|path| path != "/app.js"), "scripts are for browsers");
    assert_eq!(shop.forbidden.log().len(), 0);
    let records = read_strictly(&files(&shop.folder.path().join("evidence")));
    assert!(records.iter().all(|record| record.kind != "conversion"));
}

#[tokio::test]
async fn without_a_browser_a_list_that_scripts_fill_is_not_empty() {
    let mut shop = Shop::start(None).await;
    shop.portal.url = url("/tzgg/");
    let report = shop.night().await;
    let unmeasured = unmeasured(&report);
    assert_eq!(unmeasured[&url("/zcjd/")], Cause::NeedsBrowser, "its menu was read all the same");
    let about_columns = |outcome: &&mingcha::model::Outcome| outcome.check == "required-column-empty";
    assert!(report.outcomes.iter().filter(about_columns).all(|outcome| outcome.outcome != Verdict::Failed));
}

#[cfg(not(feature = "browser"))]
#[test]
fn a_program_without_the_feature_has_no_browser() {
    let settings = BrowserSettings { program: Some("/bin/sh".into()), ..BrowserSettings::default() };
    assert!(Browser::find(&settings).is_none());
}

#[cfg(feature = "browser")]
mod with_a_browser {
    use std::{
        collections::BTreeSet,
        path::{Path, PathBuf},
    };

    use mingcha::jobs::judge::judge_again;

    use super::*;
    use crate::support::warc::run_tool;

    fn browser(settings: BrowserSettings) -> Browser {
        let found = Browser::find(&BrowserSettings { timeout: Duration::from_secs(6), ..settings });
        found.expect("chromium; run tests/run.sh, which installs it")
    }

    #[tokio::test]
    async fn what_scripts_show_is_judged_and_kept_and_nothing_private_is_reached() {
        let shop = Shop::start(Some(browser(BrowserSettings::default()))).await;
        let report = shop.night().await;
        let seen = unmeasured(&report);
        assert!(!seen.contains_key(&url("/")), "{:?}", report.facts.coverage.not_measurable);
        assert!(!seen.contains_key(&url("/tzgg/")), "its rows came");
        assert!(!seen.contains_key(&url("/zcjd/")), "its rows came, and were none");
        for path in ["/fgwj/", "/jgzn/", "/zfxxgkzn/"] {
            assert_eq!(seen[&url(path)], Cause::NeedsBrowser, "{path}");
        }
        let list = report.facts.columns.iter().find(|column| column.url == url("/tzgg/")).unwrap();
        assert_eq!(list.entries.len(), 3, "{list:?}");
        let paths = shop.server.paths();
        assert!(paths.contains(&"/tzgg/t20221101_1.html".to_owned()), "what scripts show is followed: {paths:?}");
        let times = |path: &str| paths.iter().filter(|other| *other == path).count();
        assert_eq!((times("/"), times("/app.js"), times("/rows.json"), times("/big.png")), (1, 1, 1, 0));

        assert_eq!(shop.forbidden.log().len(), 0, "{:?}", shop.forbidden.log());
        let asked = shop.server.log();
        assert_eq!(report.run.load.requests, asked.len() as u64, "every request of the browser is in the statement");
        assert!(asked.iter().all(|seen| seen.user_agent.starts_with("mingcha/")));

        // Both captures and the picture.
        let captures = shop.tools.log.captures_of(&report.run.id).await.unwrap();
        let home = captures.iter().find(|page| page.is_page && page.capture.url == url("/")).unwrap();
        let of = home.capture.answer().to_owned();
        let sent = captures.iter().find(|page| page.capture.id == of).unwrap();
        assert_eq!(shop.tools.archive.read(&sent.capture).unwrap(), SHELL.as_bytes());
        let shown = String::from_utf8(shop.tools.archive.read(&home.capture).unwrap()).unwrap();
        assert!(shown.contains("政府信息公开年报</a>"), "{shown}");
        let beside = shop.tools.log.captures_rendered_with(sent).await.unwrap();
        assert_eq!(beside.len(), 2, "the document and its picture");
        let png = shop.tools.archive.read(&beside.iter().find(|other| !other.is_page).unwrap().capture).unwrap();
        assert!(png.starts_with(b"\x89PNG"));
        if let Ok(folder) = std::env::var("MINGCHA_TEST_PICTURES") {
            std::fs::write(Path::new(&folder).join("home.png"), &png).unwrap();
        }

        let files = files(&shop.folder.path().join("evidence"));
        let records = read_strictly(&files);
        let converted: Vec<_> = records.iter().filter(|record| record.kind == "conversion").collect();
        assert!(converted.len() >= 6);
        for record in converted {
            let of = record.header("warc-refers-to");
            assert!(records.iter().any(|other| other.kind == "response" && other.header("warc-record-id") == of));
        }
        if let Some(text) = run_tool("warcio", &["check", "-v"], &files) {
            assert!(text.contains("digest pass") && !text.contains("failed"), "{text}");
        }

        let again =
            judge_again(&shop.tools.log, &shop.tools.archive, &shop.tools.catalog, &report.run.id).await.unwrap();
        assert_eq!(again.differences, []);
        assert_eq!(again.outcomes, report.outcomes);

        // The next night knows the portal's own answers, and shows what scripts make of them tonight.
        let known = shop.tools.log.known_pages(&shop.portal.id).await.unwrap();
        assert!(known.iter().all(|capture| capture.rendered.is_none()));
        assert!(known.iter().any(|capture| capture.url == url("/")));

        // Whoever needs one of the three for a finding keeps them all.
        let mut thinning = shop.tools.log.begin_thinning().await.unwrap();
        let kept = BTreeSet::from([home.capture.id.clone()]);
        thinning.remove_captures(&report.run.id, &kept, jiff::civil::date(2023, 3, 1)).await.unwrap();
        thinning.commit().await.unwrap();
        let captures = shop.tools.log.captures_of(&report.run.id).await.unwrap();
        let left: Vec<_> = captures.iter().filter(|page| page.thinned.is_none()).collect();
        assert_eq!(left.len(), 3);
        assert!(left.iter().all(|page| page.capture.answer() == of));
    }

    /// Processes that carry the words in their command line.
    fn processes(words: &str) -> usize {
        let lines = std::fs::read_dir("/proc")
            .unwrap()
            .filter_map(|item| std::fs::read_to_string(item.ok()?.path().join("cmdline")).ok());
        lines.filter(|line| line.contains(words)).count()
    }

    async fn within(time: Duration, done: impl Fn() -> bool) -> bool {
        let until = tokio::time::Instant::now() + time;
        while !done() && tokio::time::Instant::now() < until {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        done()
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn the_browser_does_not_outlive_a_program_that_is_killed() {
        let server = Server::start(|seen| match seen.path.as_str() {
            "/" => page(SHELL),
            "/app.js" => vec![Step::Wait(Duration::from_secs(60)), Step::Close],
            _ => answer(404, "", ""),
        })
        .await;
        let folder = tempfile::tempdir().unwrap();
        let mut program = std::process::Command::new(env!("CARGO_BIN_EXE_mingcha"))
            .args(["audit", &format!("http://{}/", server.address), "--allow-private", "--rate", "50"])
            .args(["--outward-links", "0"])
            .env("TMPDIR", folder.path())
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        let mark = format!("mingcha-browser-{}-", program.id());
        let shown = within(Duration::from_secs(60), || server.paths().contains(&"/app.js".to_owned())).await;
        let running = processes(&mark);
        program.kill().unwrap();
        program.wait().unwrap();
        assert!(shown && running > 2, "the page was being shown: {running}");
        let gone = || processes(&mark) == 0 && std::fs::read_dir(folder.path()).unwrap().next().is_none();
        assert!(within(Duration::from_secs(20), gone).await, "{} processes are left", processes(&mark));
    }

    #[tokio::test]
    async fn a_portal_gets_so_many_pages_and_no_more() {
        let shop = Shop::start(Some(browser(BrowserSettings { max_pages: 2, ..BrowserSettings::default() }))).await;
        let report = shop.night().await;
        let captures = shop.tools.log.captures_of(&report.run.id).await.unwrap();
        let shown = captures.iter().filter(|page| page.is_page && page.capture.rendered.is_some()).count();
        assert_eq!(shown, 2);
        assert!(unmeasured(&report).values().filter(|cause| **cause == Cause::NeedsBrowser).count() >= 3);
    }

    #[tokio::test]
    async fn a_browser_that_cannot_start_is_no_browser() {
        let program = Some(PathBuf::from("/bin/false"));
        let found = Browser::find(&BrowserSettings { program, ..BrowserSettings::default() });
        let shop = Shop::start(found).await;
        let report = shop.night().await;
        let home = report.facts.coverage.not_measurable.iter().find(|failure| failure.url == url("/")).unwrap();
        assert_eq!(home.cause, Cause::NeedsBrowser);
        assert!(home.detail.contains("浏览器无法启动"), "{}", home.detail);
        let nowhere = BrowserSettings { program: Some("/no/such/browser".into()), ..BrowserSettings::default() };
        assert!(Browser::find(&nowhere).is_none());
    }
}
