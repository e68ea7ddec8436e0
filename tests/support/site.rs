//! A small portal whose pages can be changed between nights, with an office that inspects it.

use std::{
    collections::BTreeMap,
    fmt::Write,
    hash::{DefaultHasher, Hash, Hasher},
    sync::{Arc, Mutex},
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use mingcha::{
    catalog::Catalog,
    evidence::Archive,
    fetch,
    jobs::night::{NightReport, Order, Tools, run_portal_night},
    model::{Portal, Unit, UnitKind},
    store::Log,
};

use super::server::{Script, Seen, Server, answer, redirect, status};

pub const HOST: &str = "www.heyuan.gov.cn";
const COLUMNS: [(&str, &str); 4] =
    [("zfxxgkzn", "政府信息公开指南"), ("zfxxgknb", "政府信息公开年报"), ("zcjd", "政策解读"), ("tzgg", "通知公告")];
const DOCUMENTS: usize = 8;

/// What the portal answers to conditional requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Validation {
    /// ETags of the content, compared.
    Etags,
    /// Neither ETag nor date.
    None,
    /// ETags, and "not modified" to whoever sends any.
    AlwaysUnchanged,
    /// The same ETag whatever the content is.
    FrozenEtags,
}

/// The pages by path; `=> /elsewhere/` is a redirect.
pub type Pages = Arc<Mutex<BTreeMap<String, String>>>;

pub struct Site {
    pub pages: Pages,
    pub server: Server,
    pub tools: Tools,
    pub portal: Portal,
    pub folder: tempfile::TempDir,
    first_night: Timestamp,
}

impl Site {
    pub async fn start(validation: Validation) -> Self {
        let pages: Pages = Arc::new(Mutex::new(pages()));
        let served = Arc::clone(&pages);
        let server = Server::start(move |seen| serve(&served.lock().unwrap(), validation, seen)).await;
        let folder = tempfile::tempdir().unwrap();
        let tools = Tools {
            log: Log::open(&folder.path().join("log.db")).await.unwrap(),
            archive: Archive::open(&folder.path().join("evidence")).unwrap(),
            catalog: Arc::new(Catalog::load(None).unwrap()),
            fetch: fetch::Settings {
                resolve: BTreeMap::from([(HOST.to_owned(), server.address)]),
                first_pause: Duration::from_millis(5),
                ..fetch::Settings::default()
            },
            canary: None,
        };
        let first_night = "2022-11-16T02:00:00+08:00".parse().unwrap();
        Self { pages, server, tools, portal: portal(), folder, first_night }
    }

    /// The night so many days after the first one.
    pub async fn night(&self, days: i64) -> NightReport {
        self.night_at(self.first_night + SignedDuration::from_hours(24 * days)).await
    }

    /// The night that begins at that moment.
    pub async fn night_at(&self, as_of: Timestamp) -> NightReport {
        let fetch = fetch::Settings { clock: Some(as_of), ..self.tools.fetch.clone() };
        let tools = Tools { fetch, ..self.tools.clone() };
        let order = Order { portal: &self.portal, as_of: Some(as_of), job: None };
        run_portal_night(&tools, order, &|_| {}).await.unwrap().unwrap()
    }

    pub fn change(&self, path: &str, edit: impl Fn(&str) -> String) {
        let mut pages = self.pages.lock().unwrap();
        let changed = edit(&pages[path]);
        pages.insert(path.to_owned(), changed);
    }
}

pub fn portal() -> Portal {
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
        url: format!("http://{HOST}/"),
        units: vec![unit],
        pins: Vec::new(),
        column_map: None,
        assigned: Vec::new(),
        attestations: Vec::new(),
        max_pages: 100,
        rate: 10_000,
        allow_private: false,

        window: None,
    }
}

/// A home page, lists and documents of about 20 KB each.
fn pages() -> BTreeMap<String, String> {
    let mut pages = BTreeMap::new();
    let mut menu = String::new();
    for (path, name) in COLUMNS {
        let _ = write!(menu, "<li><a href=\"/{path}/\">{name}</a></li>");
    }
    let page = |title: &str, body: &str| {
        format!(
            "<html><head><meta charset=\"utf-8\"><title>{title}</title></head><body><ul class=\"menu\">{menu}</ul>\
             {body}<!-- {} --></body></html>",
            "版面".repeat(3000)
        )
    };
    pages.insert("/".to_owned(), page("河源市人民政府", &"<p>欢迎访问河源市人民政府门户网站。</p>".repeat(20)));
    for (path, name) in COLUMNS {
        let mut rows = String::new();
        for number in 1..=DOCUMENTS {
            let (title, day) = (format!("关于第{number}号{name}事项的通知"), 10 + number);
            let _ = write!(
                rows,
                "<li><a href=\"/{path}/t202210{day}_{number}.html\">{title}</a><span>2022-10-{day}</span></li>"
            );
            let text = format!("<p>{name}第{number}号：各有关单位要认真落实。</p>").repeat(10);
            let article = format!("<h1>{title}</h1><div>发布时间：2022-10-{day}</div><div>{text}</div>");
            pages.insert(format!("/{path}/t202210{day}_{number}.html"), page(&title, &article));
        }
        pages.insert(format!("/{path}/"), page(name, &format!("<ul class=\"list\">{rows}</ul>")));
    }
    pages
}

fn serve(pages: &BTreeMap<String, String>, validation: Validation, seen: &Seen) -> Script {
    let Some(page) = pages.get(&seen.path) else { return status(404, "没有这个页面") };
    if let Some(target) = page.strip_prefix("=> ") {
        return redirect(target);
    }
    let etag = match validation {
        Validation::None => return answer(200, "Content-Type: text/html\r\n", page),
        Validation::FrozenEtags => "\"1\"".to_owned(),
        _ => {
            let mut hasher = DefaultHasher::new();
            page.hash(&mut hasher);
            format!("\"{:x}\"", hasher.finish())
        }
    };
    let asked = seen.header("if-none-match");
    let unchanged = asked == Some(&etag) || (asked.is_some() && validation == Validation::AlwaysUnchanged);
    if unchanged {
        // As many servers do: without content type, and with a length of nothing.
        return answer(304, &format!("ETag: {etag}\r\n"), "");
    }
    answer(200, &format!("Content-Type: text/html\r\nETag: {etag}\r\n"), page)
}
