//! A portal that misbehaves as a file of `fixtures/hostile/` says, and what the file says must come of it.

use std::{
    collections::BTreeMap,
    fs,
    io::Write,
    path::Path,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use mingcha::catalog::yaml;
use serde::Deserialize;

use super::{
    certificates::{Authority, Flaw},
    server::{Script, Seen, Server, Step},
};

pub const HOST: &str = "www.chengwan.gov.cn";

/// One file: what the server does, and what it must lead to.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Behaviour {
    /// For readers.
    pub does: String,
    #[serde(default)]
    pub listens: Listens,
    /// More entries in the menu of the home page: address and text.
    #[serde(default)]
    menu: BTreeMap<String, String>,
    /// What is answered instead of the honest portal's pages. A path that ends in `*` stands for all that begin so; an exact one
    /// wins, then the longest.
    #[serde(default)]
    paths: BTreeMap<String, Rule>,
    #[serde(default)]
    pub client: Client,
    pub gives: Gives,
}

/// How the server is reached.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Listens {
    #[default]
    Plain,
    Tls(Flaw),
    /// TLS is asked for, and these bytes (hexadecimal) are answered.
    RawTls(String),
    /// The same, by the version of the client's words: those of TLS, and those of TLCP (1.1).
    RawByVersion {
        tls: String,
        tlcp: String,
    },
    /// Nobody listens on the port.
    Refusing,
    /// The name has no address.
    Nameless,
    /// The name's address is public when first asked for, and this computer's afterwards.
    Rebinding,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    /// What the first request for the path gets, where it differs.
    #[serde(default)]
    first: Vec<Action>,
    always: Vec<Action>,
}

/// In texts, `{n}` is the number the path ends in and `{n+1}`, `{n+2}` those after it, `{path}` the path, and `{serial}`
/// a number that never comes again.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Action {
    Answer(Answer),
    /// These very bytes.
    Send(String),
    WaitMs(u64),
    Drip {
        text: String,
        every_ms: u64,
    },
    ForEver(String),
    Reset,
    Close,
}

#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Answer {
    status: u16,
    headers: Vec<String>,
    body: Body,
    /// A Content-Length that differs from the truth.
    stated_length: Option<usize>,
}

impl Default for Answer {
    fn default() -> Self {
        Self { status: 200, headers: Vec::new(), body: Body::Text(String::new()), stated_length: None }
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Body {
    Text(String),
    /// A page of the portal with its usual frame.
    Page {
        title: String,
        #[serde(default)]
        links: BTreeMap<String, String>,
        #[serde(default)]
        text: String,
    },
    /// The honest list of annual reports.
    Reports,
    /// `before`, then `text` many times (`{i}` counts), then `after`.
    Repeat {
        #[serde(default)]
        before: String,
        text: String,
        times: usize,
        #[serde(default)]
        after: String,
    },
    Gzip(Packed),
    Brotli(Packed),
    Gbk(Box<Body>),
}

/// Bytes that take long to make are made once.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
struct Packed {
    body: Box<Body>,
    #[serde(skip)]
    bytes: OnceLock<Vec<u8>>,
}

/// How the visitor differs from the usual.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Client {
    pub attempts: Option<u32>,
    pub max_bytes: Option<u64>,
    pub max_pages: Option<usize>,
    pub rate: Option<u32>,
}

/// What must come of it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gives {
    /// All addresses that could not be read, with their causes.
    #[serde(default)]
    pub causes: BTreeMap<String, String>,
    /// What is said of them must contain this.
    #[serde(default)]
    pub details: BTreeMap<String, String>,
    /// Pages that must be among those that were read.
    #[serde(default)]
    pub read: Vec<String>,
    /// Whether the visit ended before it could say what is absent.
    #[serde(default)]
    pub cut_short: bool,
    /// What the visit's note must contain; absent: the note must be empty.
    pub note: Option<String>,
    /// The outcome of `annual-report-missing` for the report of 2021, which is there. Never `failed`.
    pub report: String,
    /// The outcome of `required-column-missing` for the column of annual reports, which is there.
    pub column: String,
    #[serde(default = "few_requests")]
    pub most_requests: u64,
    #[serde(default = "few_bytes")]
    pub most_bytes: u64,
    #[serde(default = "few_seconds")]
    pub most_seconds: u64,
    #[serde(default)]
    pub least_seconds: u64,
}

fn few_requests() -> u64 {
    12
}

fn few_bytes() -> u64 {
    1_000_000
}

fn few_seconds() -> u64 {
    30
}

/// All files, by name.
pub fn load() -> BTreeMap<String, Behaviour> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/hostile");
    let files = fs::read_dir(folder).expect("the folder of behaviours").map(|item| item.expect("an entry").path());
    files
        .filter(|path| path.extension().is_some_and(|ending| ending == "yaml"))
        .map(|path| {
            let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
            let text = fs::read_to_string(&path).expect("a text");
            let behaviour = yaml::read(&name, &text).unwrap_or_else(|problem| panic!("{problem}"));
            (name, behaviour)
        })
        .collect()
}

impl Behaviour {
    /// Begins to misbehave.
    pub async fn start(self: &Arc<Self>, authority: &Authority) -> Server {
        let behaviour = Arc::clone(self);
        let serial = AtomicUsize::new(1);
        for rule in self.paths.values() {
            // Whatever takes long to make is made before somebody waits for it.
            rule.always.iter().for_each(|action| drop(action.script(&str::to_owned)));
        }
        let answer = move |seen: &Seen| behaviour.answer(seen, serial.fetch_add(1, Ordering::Relaxed));
        match &self.listens {
            Listens::Tls(Flaw::Silent) => Server::start_raw(|_| vec![Step::Wait(Duration::from_secs(60))]).await,
            Listens::Tls(flaw) => Server::start_tls(authority.server(*flaw, HOST), answer).await,
            Listens::RawTls(hex) => raw_server(bytes_of(hex), bytes_of(hex)).await,
            Listens::RawByVersion { tls, tlcp } => raw_server(bytes_of(tls), bytes_of(tlcp)).await,
            _ => Server::start(answer).await,
        }
    }

    pub fn home(&self) -> String {
        let scheme = if self.is_over_tls() { "https" } else { "http" };
        format!("{scheme}://{HOST}/")
    }

    pub fn is_over_tls(&self) -> bool {
        matches!(self.listens, Listens::Tls(_) | Listens::RawTls(_) | Listens::RawByVersion { .. })
    }

    fn answer(&self, seen: &Seen, serial: usize) -> Script {
        let fits = |rule: &str| rule.strip_suffix('*').map_or(rule == seen.path, |begin| seen.path.starts_with(begin));
        let rule =
            self.paths.iter().filter(|(rule, _)| fits(rule)).max_by_key(|(rule, _)| (!rule.ends_with('*'), rule.len()));
        let fill = |text: &str| filled(text, &seen.path, serial);
        match rule {
            Some((_, rule)) => {
                let first = seen.before == 0 && !rule.first.is_empty();
                let actions = if first { &rule.first } else { &rule.always };
                actions.iter().flat_map(|action| action.script(&fill)).collect()
            }
            None => {
                Answer { status: self.honest_status(&seen.path), body: self.honest(&seen.path), ..Answer::default() }
                    .script(&fill)
            }
        }
    }

    fn honest_status(&self, path: &str) -> u16 {
        if matches!(path, "/" | "/zfxxgknb/" | "/zfxxgknb/202201/t20220118_21.html") { 200 } else { 404 }
    }

    /// A small portal that has nothing to hide: a home page, the column of annual reports, the report of 2021.
    fn honest(&self, path: &str) -> Body {
        let page = |title: &str, links: BTreeMap<String, String>, text: String| Body::Page {
            title: title.to_owned(),
            links,
            text,
        };
        match path {
            "/" => {
                let mut links = self.menu.clone();
                links.insert("/zfxxgknb/".to_owned(), "政府信息公开年报".to_owned());
                page("澄湾市教育局", links, "欢迎访问澄湾市教育局网站，这里发布本市教育工作信息。".repeat(20))
            }
            "/zfxxgknb/" => Body::Reports,
            "/zfxxgknb/202201/t20220118_21.html" => page(
                "澄湾市教育局2021年政府信息公开工作年度报告",
                BTreeMap::from([("/".to_owned(), "首页".to_owned())]),
                format!(
                    "<h1>澄湾市教育局2021年政府信息公开工作年度报告</h1><p>发布时间：2022-01-18</p><p>{}</p>",
                    "主动公开政府信息情况良好。".repeat(60)
                ),
            ),
            _ => Body::Text("<html><head><title>404</title></head><body>404 not found</body></html>".to_owned()),
        }
    }
}

impl Action {
    fn script(&self, fill: &dyn Fn(&str) -> String) -> Script {
        match self {
            Action::Answer(answer) => answer.script(fill),
            Action::Send(text) => vec![Step::Send(fill(text).into_bytes())],
            Action::WaitMs(time) => vec![Step::Wait(Duration::from_millis(*time))],
            Action::Drip { text, every_ms } => {
                let drop = [Step::Send(text.clone().into_bytes()), Step::Wait(Duration::from_millis(*every_ms))];
                drop.into_iter().cycle().take(20_000 / usize::try_from(*every_ms).expect("a short time")).collect()
            }
            Action::ForEver(text) => vec![Step::ForEver(text.clone().into_bytes().repeat(1000))],
            Action::Reset => vec![Step::Reset],
            Action::Close => vec![Step::Close],
        }
    }
}

impl Answer {
    fn script(&self, fill: &dyn Fn(&str) -> String) -> Script {
        let body = self.body.bytes(fill);
        let mut head = format!("HTTP/1.1 {} X\r\n", self.status);
        let names = |name: &str| self.headers.iter().any(|header| header.to_ascii_lowercase().starts_with(name));
        if !names("content-type:") {
            head.push_str("Content-Type: text/html; charset=utf-8\r\n");
        }
        for header in &self.headers {
            head.push_str(&fill(header));
            head.push_str("\r\n");
        }
        if !names("transfer-encoding:") && !names("content-length:") {
            head.push_str(&format!("Content-Length: {}\r\n", self.stated_length.unwrap_or(body.len())));
        }
        head.push_str("\r\n");
        vec![Step::Send([head.into_bytes(), body].concat())]
    }
}

impl Body {
    fn bytes(&self, fill: &dyn Fn(&str) -> String) -> Vec<u8> {
        match self {
            Body::Text(text) => fill(text).into_bytes(),
            Body::Page { title, links, text } => {
                let menu: String =
                    links.iter().map(|(href, text)| format!("<li><a href=\"{href}\">{text}</a></li>")).collect();
                fill(&format!(
                    "<html><head><title>{title}</title></head><body><div class=\"nav\"><ul>{menu}</ul></div>\
                     <div class=\"main\">{text}</div></body></html>"
                ))
                .into_bytes()
            }
            Body::Reports => {
                let row = |year: u32| {
                    let next = year + 1;
                    format!(
                        "<li><a href=\"/zfxxgknb/{next}01/t{next}0118_21.html\">澄湾市教育局{year}年政府信息公开工作年度报告</a>\
                         <span>{next}-01-18</span></li>"
                    )
                };
                let list = format!("<ul class=\"list\">{}</ul>", row(2021));
                let links = BTreeMap::from([("/".to_owned(), "首页".to_owned())]);
                Body::Page { title: "政府信息公开年报".to_owned(), links, text: list }.bytes(fill)
            }
            Body::Repeat { before, text, times, after } => {
                let mut all = before.clone();
                for i in 0..*times {
                    all.push_str(&text.replace("{i}", &i.to_string()));
                }
                all.push_str(after);
                all.into_bytes()
            }
            Body::Gzip(inner) => inner.once(|bytes| {
                let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
                packed.write_all(bytes).expect("memory");
                packed.finish().expect("memory")
            }),
            Body::Brotli(inner) => inner.once(|mut bytes| {
                let settings = brotli::enc::BrotliEncoderParams { quality: 3, ..Default::default() };
                let mut packed = Vec::new();
                brotli::BrotliCompress(&mut bytes, &mut packed, &settings).expect("memory");
                packed
            }),
            Body::Gbk(inner) => {
                encoding_rs::GBK.encode(&String::from_utf8(inner.bytes(fill)).expect("text")).0.into_owned()
            }
        }
    }
}

impl Packed {
    fn once(&self, pack: impl FnOnce(&[u8]) -> Vec<u8>) -> Vec<u8> {
        self.bytes.get_or_init(|| pack(&self.body.bytes(&str::to_owned))).clone()
    }
}

fn filled(text: &str, path: &str, serial: usize) -> String {
    if !text.contains('{') {
        return text.to_owned();
    }
    let digits = path.rsplit(|letter: char| !letter.is_ascii_digit()).next().unwrap_or_default();
    let n: u64 = digits.parse().unwrap_or(0);
    [("{n}", n), ("{n+1}", n + 1), ("{n+2}", n + 2)]
        .iter()
        .fold(text.to_owned(), |text, (mark, number)| text.replace(mark, &number.to_string()))
        .replace("{path}", path)
        .replace("{serial}", &serial.to_string())
}

/// Answers the words of TLS, or those of TLCP, and hangs up.
async fn raw_server(tls: Vec<u8>, tlcp: Vec<u8>) -> Server {
    Server::start_raw(move |words| {
        let answer = if words.get(1..3) == Some(&[1, 1]) { &tlcp } else { &tls };
        vec![Step::Send(answer.clone()), Step::Wait(Duration::from_millis(200)), Step::Close]
    })
    .await
}

fn bytes_of(hex: &str) -> Vec<u8> {
    hex.split_whitespace().map(|byte| u8::from_str_radix(byte, 16).expect("hexadecimal bytes")).collect()
}
