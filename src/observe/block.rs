//! Pages that are not the portal speaking: shields, captchas, logins, maintenance, soft 404, script shells.
//! They are recognised and recorded, never judged and never got around.

use memchr::memmem;

use crate::{
    cms::Source,
    model::{Cause, PageKind},
    text::normalise,
};

/// Less visible text than this may be a shell or a notice.
const LITTLE_TEXT: usize = 400;

/// The kind of a page that must not be judged; none for all others.
pub(super) fn kind(source: &Source<'_>, status: u16, text_length: usize, rows: usize) -> Option<PageKind> {
    if shield(source, text_length) || matches!(status, 412 | 521) {
        return Some(PageKind::Block);
    }
    if text_length > LITTLE_TEXT {
        return None;
    }
    let words = words(source);
    if LOGIN.iter().chain(&MAINTENANCE).any(|mark| words.contains(mark)) && text_length < 200 {
        return Some(PageKind::Block);
    }
    if is_not_found(&words) {
        return Some(PageKind::Soft404);
    }
    (rows == 0 && is_shell(source, text_length)).then_some(PageKind::Shell)
}

/// Why the page must not be judged.
pub(super) fn cause(source: &Source<'_>, _status: u16, kind: PageKind) -> Option<Cause> {
    match kind {
        PageKind::Soft404 => Some(Cause::SoftNotFound),
        PageKind::Shell => Some(Cause::NeedsBrowser),
        PageKind::Block => {
            let words = words(source);
            if MAINTENANCE.iter().any(|mark| words.contains(mark)) {
                Some(Cause::Maintenance)
            } else if LOGIN.iter().any(|mark| words.contains(mark)) {
                Some(Cause::Login)
            } else {
                Some(Cause::BotShield)
            }
        }
        _ => None,
    }
}

const LOGIN: [&str; 4] = ["请先登录", "请登录后", "用户登录密码", "统一身份认证登录"];
const MAINTENANCE: [&str; 5] = ["系统维护中", "网站维护中", "正在维护", "网站升级维护", "系统升级中"];
const NOT_FOUND: [&str; 14] = [
    "页面不存在",
    "您访问的页面",
    "你访问的页面",
    "您要访问的页面",
    "找不到该页",
    "找不到页面",
    "页面找不到",
    "网页不存在",
    "页面没有找到",
    "页面未找到",
    "无法找到该页",
    "该信息不存在",
    "信息已被删除",
    "404notfound",
];

/// Visible words with those of `<title>`, for short pages.
fn words(source: &Source<'_>) -> String {
    let mut words = normalise(&source.page.title().unwrap_or_default());
    words.push_str(&normalise(&source.page.body().text()));
    words
}

fn is_not_found(words: &str) -> bool {
    NOT_FOUND.iter().any(|mark| words.contains(mark)) || words.starts_with("404")
}

/// 瑞数 (`$_ts`), 加速乐 (`__jsl_clearance`), captcha and firewall pages.
fn shield(source: &Source<'_>, text_length: usize) -> bool {
    let text = source.text;
    let has = |mark: &str| memmem::find(text.as_bytes(), mark.as_bytes()).is_some();
    if has("$_ts=window['$_ts']") || has("$_ts=window[\"$_ts\"]") || has("__jsl_clearance") {
        return text_length < LITTLE_TEXT;
    }
    if text_length >= LITTLE_TEXT {
        return false;
    }
    let marks = [
        "安全验证",
        "人机验证",
        "访问验证",
        "请输入验证码",
        "滑动验证",
        "请完成验证",
        "访问被拦截",
        "请求被拦截",
        "网站防火墙",
        "您的访问请求",
        "WAF",
        "访问过于频繁",
        "异常访问",
        "访问受限",
    ];
    let words = words(source);
    marks.iter().any(|mark| words.contains(&normalise(mark)))
}

/// Next to no text, but scripts: only a browser could show it. A frameset or a redirect is none.
fn is_shell(source: &Source<'_>, text_length: usize) -> bool {
    let scripts = source.page.root().descendants().filter(|element| element.name() == "script").count();
    let links = source.page.links().filter(|link| !link.element.text().trim().is_empty()).count();
    let mounts = ["id=\"app\"", "id=app", "id=\"root\"", "ng-app", "ng-view", "data-reactroot"];
    let mounted = mounts.iter().any(|mark| source.text.contains(mark));
    text_length < 60 && scripts > 0 && links < 4 || (mounted && text_length < 200 && links < 8)
}
