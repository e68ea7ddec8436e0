//! One stored response, and why a page could not be looked at.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// One response of a portal as it was received: the proof behind facts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Capture {
    /// Stable within the log: the first 32 hex digits of the digest over run, URL and the body's digest.
    pub id: String,
    /// The address that was asked for.
    pub url: String,
    /// The address that answered, after redirects.
    pub final_url: String,
    /// Redirects on the way, first to last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hops: Vec<Hop>,
    pub at: Timestamp,
    pub status: u16,
    pub headers: Vec<(String, String)>,
    /// SHA-256 of the decoded body, lower-case hex.
    pub sha256: String,
    /// Length of the decoded body in bytes.
    pub bytes: u64,
    /// True where the body was cut at the size limit.
    #[serde(default)]
    pub truncated: bool,
    /// How many times the address was asked before this answer.
    pub attempts: u32,
    /// Where the record lies in the evidence store (`file:offset`), once written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// Where the body is that of an earlier capture: `location` is then the place of that capture's record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revisit: Option<Revisit>,
    /// What the request said beside what every request says (If-None-Match …); on its way to the evidence, not kept in the
    /// log.
    #[serde(skip)]
    pub conditions: Vec<(String, String)>,
    /// True where the server answered only to a way of securing the connection that is out of date.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub old_tls: bool,
    /// Where this was not sent by the portal but made by a browser from what was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rendered: Option<Rendered>,
}

impl Capture {
    /// The first header of that name, without regard to case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The capture that brought the body, and when: an earlier one where this is a revisit.
    pub fn source(&self) -> (&str, Timestamp) {
        self.revisit.as_ref().map_or((&self.id, self.at), |revisit| (&revisit.of, revisit.of_at))
    }

    /// Id of the portal's own answer: this one, or the one that a browser made this of.
    pub fn answer(&self) -> &str {
        self.rendered.as_ref().map_or(&self.id, |rendered| &rendered.of)
    }

    /// When the portal last sent the whole body.
    pub fn received(&self) -> Timestamp {
        self.revisit.as_ref().map_or(self.at, |revisit| revisit.received)
    }
}

/// An answer with the body of an earlier one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revisit {
    pub sameness: Sameness,
    /// Id of the capture that brought the body.
    pub of: String,
    /// When that capture was made.
    pub of_at: Timestamp,
    /// When the portal last sent the whole body, stored anew or not.
    pub received: Timestamp,
    /// Where this night's own record lies (`file:offset`), once written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
}

/// How it is known that the body is the earlier one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sameness {
    /// The portal said so (304).
    NotModified,
    /// It was sent again, and has the same digest.
    SamePayload,
}

impl Sameness {
    pub fn chinese(self) -> &'static str {
        match self {
            Sameness::NotModified => "网站答复“未修改”（304）",
            Sameness::SamePayload => "网站再次发来，内容相同",
        }
    }
}

/// What a browser made of an answer that shows nothing, or an empty list, without its scripts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rendered {
    pub part: RenderedPart,
    /// Id of the capture of the answer, and when that was made.
    pub of: String,
    pub of_at: Timestamp,
    /// False where the time ran out before the page had loaded.
    pub loaded: bool,
    /// What its scripts asked for and did not get: some of the addresses.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RenderedPart {
    /// The document after its scripts ran, as HTML.
    Page,
    /// Its picture.
    Screenshot,
}

impl RenderedPart {
    pub fn chinese(self) -> &'static str {
        match self {
            RenderedPart::Page => "浏览器渲染后的页面",
            RenderedPart::Screenshot => "浏览器中的页面截图",
        }
    }
}

/// One redirect.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Hop {
    pub url: String,
    pub status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<(String, String)>,
    /// The short page that sent its reader on, where no header did; on its way to the evidence, not kept in the log.
    #[serde(skip)]
    pub body: Vec<u8>,
    /// As in [`Capture::conditions`].
    #[serde(skip)]
    pub conditions: Vec<(String, String)>,
}

/// Why something could not be looked at. Never a fault of the portal by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    Dns,
    Refused,
    Reset,
    /// No secure connection, and none of the five reasons below.
    Tls,
    /// The certificate is no longer valid, or not yet.
    TlsExpired,
    TlsWrongHost,
    /// Self-signed, or signed by an authority this computer does not trust.
    TlsUnknownIssuer,
    /// The server offers only what we do not speak: methods given up long ago, above all.
    TlsNoCommonCipher,
    /// The server refuses TLS and answers TLCP (GB/T 38636-2020): it is for 国密 browsers alone.
    TlsGuomiOnly,
    /// No connection in time, handshakes included.
    ConnectTimeout,
    /// Connected and asked, and no answer began in time.
    Timeout,
    /// The answer began and did not end in time.
    BodyTimeout,
    TooManyRedirects,
    /// 404 or 410: the address is gone.
    NotFound,
    /// 401, 403 or 451.
    Forbidden,
    /// 429, or 503 with Retry-After.
    Throttled,
    /// Any other 4xx.
    ClientError,
    /// 5xx.
    ServerError,
    /// 412/202/521 of a bot shield, or a captcha page.
    BotShield,
    Login,
    Maintenance,
    SoftNotFound,
    /// A script shell: only a browser could show it.
    NeedsBrowser,
    Garbled,
    TooLarge,
    Truncated,
    NotHtml,
    /// The server answers, but not in HTTP.
    MalformedHttp,
    /// No http(s) address, or longer than any server takes.
    BadAddress,
    RobotsForbidden,
    /// The hours in which the portal may be visited are over.
    OutsideHours,
    PrivateAddress,
    Budget,
    /// The home page was not opened often enough, or not on enough days, to say how often it fails.
    TooFewProbes,
    /// Our own network or machine.
    OurOutage,
    /// Our own network reaches nobody over IPv6.
    NoIpv6Uplink,
    Other,
}

impl Cause {
    /// The name in files, such as `bot_shield`.
    pub fn name(self) -> String {
        match serde_json::to_value(self) {
            Ok(serde_json::Value::String(name)) => name,
            _ => String::new(),
        }
    }

    /// The cause of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        serde_json::from_value(serde_json::Value::String(name.to_owned())).ok()
    }

    /// The cause in the words of the console and the bulletin.
    pub fn chinese(self) -> &'static str {
        match self {
            Cause::Dns => "域名无法解析",
            Cause::Refused => "连接被拒绝",
            Cause::Reset => "连接中断",
            Cause::Tls => "安全连接失败",
            Cause::TlsExpired => "安全证书不在有效期内",
            Cause::TlsWrongHost => "安全证书与域名不符",
            Cause::TlsUnknownIssuer => "安全证书颁发者不受信任",
            Cause::TlsNoCommonCipher => "加密方式不兼容（或已过时）",
            Cause::TlsGuomiOnly => "仅支持国密协议",
            Cause::ConnectTimeout => "连接超时",
            Cause::Timeout => "等待响应超时",
            Cause::BodyTimeout => "传输超时",
            Cause::TooManyRedirects => "跳转次数过多",
            Cause::NotFound => "页面不存在",
            Cause::Forbidden => "拒绝访问",
            Cause::Throttled => "访问频率受限",
            Cause::ClientError => "请求未被接受",
            Cause::ServerError => "服务器错误",
            Cause::BotShield => "被安全防护拦截",
            Cause::Login => "需要登录",
            Cause::Maintenance => "网站维护中",
            Cause::SoftNotFound => "页面实为“不存在”提示",
            Cause::NeedsBrowser => "页面需浏览器渲染",
            Cause::Garbled => "页面乱码",
            Cause::TooLarge => "页面过大",
            Cause::Truncated => "页面不完整",
            Cause::NotHtml => "不是网页",
            Cause::MalformedHttp => "响应不符合HTTP规范",
            Cause::BadAddress => "网址无效",
            Cause::RobotsForbidden => "网站声明不允许抓取",
            Cause::OutsideHours => "不在允许访问的时段",
            Cause::PrivateAddress => "指向内网地址",
            Cause::Budget => "超出本次检查的页面限额",
            Cause::TooFewProbes => "监测次数不足",
            Cause::OurOutage => "检查方网络中断",
            Cause::NoIpv6Uplink => "检查方网络不通IPv6",
            Cause::Other => "其他原因未能检查",
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.chinese())
    }
}

/// A page that could not be looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotMeasurable {
    pub url: String,
    pub cause: Cause,
    /// What was seen, for people: a status, an error text.
    #[serde(default)]
    pub detail: String,
    #[serde(default)]
    pub attempts: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capture: Option<String>,
    /// Where the link to it stood.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub linked_from: Option<String>,
}
