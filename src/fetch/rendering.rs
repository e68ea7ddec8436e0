//! One page in the browser: its own answer is given to it from what the client already received, and whatever its
//! scripts ask for is asked for by the client. Bounded in time, requests and bytes.

use std::{
    collections::HashMap,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use base64::{Engine, prelude::BASE64_STANDARD};
use chromiumoxide::{
    Page,
    cdp::{
        browser_protocol::{
            browser::{SetDownloadBehaviorBehavior, SetDownloadBehaviorParams},
            emulation::{SetDeviceMetricsOverrideParams, SetUserAgentOverrideParams},
            fetch::{self, EventRequestPaused, FailRequestParams, FulfillRequestParams, HeaderEntry, RequestPattern},
            network::{ErrorReason, ResourceType, SetBypassServiceWorkerParams},
            page::{
                AddScriptToEvaluateOnNewDocumentParams, CaptureScreenshotFormat, CaptureScreenshotParams,
                EventJavascriptDialogOpening, EventLoadEventFired, HandleJavaScriptDialogParams, NavigateParams,
                StopLoadingParams, Viewport,
            },
            target::{CreateBrowserContextParams, CreateTargetParams},
        },
        js_protocol::runtime::EvaluateParams,
    },
    error::CdpError,
};
use futures_util::{StreamExt, stream::FuturesUnordered};
use reqwest::{
    Method,
    header::{HeaderMap, HeaderName, HeaderValue},
};
use tokio::time::{Instant, sleep_until, timeout, timeout_at};
use url::Url;

use super::{
    Client, Rendering,
    chromium::{Browser, Running},
    client::ScriptRequest,
};
use crate::model::Capture;

/// The page has loaded once its scripts have asked for nothing for so long.
const QUIET: Duration = Duration::from_millis(800);
/// For reading the document and taking its picture, and for putting it away.
const READING: Duration = Duration::from_secs(10);
/// What one page may ask for; a portal's own pages ask for less than half.
const MOST_REQUESTS: usize = 60;
/// Words that a script may send.
const LONGEST_POST: usize = 64 * 1024;
/// Bytes of scripts and styles kept for the other pages of the visit.
const MOST_KEPT: usize = 32 * 1024 * 1024;
/// Missing addresses that are named.
const MOST_NAMED: usize = 10;
/// Of the picture, in CSS pixels.
const WIDTH: u32 = 1280;
const TALLEST: f64 = 4000.0;

/// Takes from the page what would speak past the interception.
const SILENCE: &str =
    "for (const name of ['RTCPeerConnection', 'webkitRTCPeerConnection', 'WebTransport']) delete window[name];";

/// What the browser did for one visit.
#[derive(Default)]
pub(super) struct Desk {
    pages: AtomicUsize,
    kept: Mutex<Kept>,
}

/// Scripts and styles by address: a portal is asked for its libraries once a night.
#[derive(Default)]
struct Kept {
    answers: HashMap<String, Served>,
    bytes: usize,
}

#[derive(Clone)]
struct Served {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

/// How a request of a page ended.
enum Fate {
    /// Served from what was there, or of no interest.
    Settled,
    /// The portal was asked.
    Served,
    Missing(String),
}

impl Browser {
    /// Shows an answer and reads the page that its scripts make of it.
    pub(super) async fn render(&self, client: &Client, answer: &Capture, body: &[u8]) -> Result<Rendering, String> {
        let most = self.settings.max_pages;
        if client.desk.pages.fetch_add(1, Ordering::Relaxed) >= most {
            return Err(format!("浏览器渲染的限额（{most}页）已用完"));
        }
        let running = self.running().await?;
        let deadline = Instant::now() + self.settings.timeout;
        let rendering = in_context(&running, client, answer, body, deadline).await;
        running.linger();
        rendering
    }
}

/// Shows the page among nobody else's cookies.
async fn in_context(
    running: &Running,
    client: &Client,
    answer: &Capture,
    body: &[u8],
    deadline: Instant,
) -> Result<Rendering, String> {
    let context = CreateBrowserContextParams::builder().dispose_on_detach(true).build();
    let context = timeout(READING, running.connection.create_browser_context(context)).await;
    let context = context.map_err(|_| "浏览器没有响应".to_owned())?.map_err(told)?;
    let showing = async {
        let mut target = CreateTargetParams::new("about:blank");
        target.browser_context_id = Some(context.clone());
        let mut downloads = SetDownloadBehaviorParams::new(SetDownloadBehaviorBehavior::Deny);
        downloads.browser_context_id = Some(context.clone());
        running.connection.execute(downloads).await?;
        let page = running.connection.new_page(target).await?;
        Showing { client, answer, body, page, asked: AtomicUsize::new(0) }.show(deadline).await
    };
    let rendering = timeout_at(deadline + READING, showing).await;
    // Ends its scripts too, however busy they are.
    if timeout(READING, running.connection.dispose_browser_context(context)).await.is_err() {
        tracing::warn!(url = answer.url, "the browser did not put a page away in time");
    }
    rendering.map_err(|_| "浏览器未能在限时内显示页面".to_owned())?.map_err(told)
}

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn told(error: CdpError) -> String {
    format!("浏览器未能显示页面：{error}")
}

struct Showing<'a> {
    client: &'a Client,
    answer: &'a Capture,
    body: &'a [u8],
    page: Page,
    asked: AtomicUsize,
}

impl Showing<'_> {
    async fn show(&self, deadline: Instant) -> Result<Rendering, CdpError> {
        let page = &self.page;
        let mut requests = page.event_listener::<EventRequestPaused>().await?;
        let mut loads = page.event_listener::<EventLoadEventFired>().await?;
        let mut dialogs = page.event_listener::<EventJavascriptDialogOpening>().await?;
        page.execute(
            fetch::EnableParams::builder().pattern(RequestPattern::builder().url_pattern("*").build()).build(),
        )
        .await?;
        page.execute(SetBypassServiceWorkerParams::new(true)).await?;
        page.execute(SetUserAgentOverrideParams::new(&self.client.settings().user_agent)).await?;
        page.execute(SetDeviceMetricsOverrideParams::new(WIDTH, 1024, 1.0, false)).await?;
        page.execute(AddScriptToEvaluateOnNewDocumentParams::new(SILENCE)).await?;

        let mut answering = FuturesUnordered::new();
        let mut going = std::pin::pin!(page.execute(NavigateParams::new(&self.answer.final_url)));
        let (mut gone, mut loaded, mut missing) = (false, false, Vec::new());
        let mut quiet_since = Instant::now();
        let ended = loop {
            // Whatever is still asked for may change the page.
            let quiet = if loaded && answering.is_empty() { quiet_since + QUIET } else { deadline };
            tokio::select! {
                result = &mut going, if !gone => {
                    result?;
                    gone = true;
                }
                Some(request) = requests.next() => answering.push(self.answer(request)),
                Some(fate) = answering.next() => match fate {
                    Fate::Settled => {}
                    Fate::Served => quiet_since = Instant::now(),
                    Fate::Missing(url) => {
                        quiet_since = Instant::now();
                        missing.push(url);
                    }
                },
                Some(_) = loads.next() => (loaded, quiet_since) = (true, Instant::now()),
                Some(_) = dialogs.next() => {
                    page.execute(HandleJavaScriptDialogParams::new(false)).await?;
                }
                () = sleep_until(quiet.min(deadline)) => break Instant::now() < deadline,
            }
        };
        if !ended {
            // Fails where the page is too busy to be stopped; it is put away all the same.
            let _ = timeout(Duration::from_secs(1), page.execute(StopLoadingParams::default())).await;
        }
        missing.sort();
        missing.dedup();
        missing.truncate(MOST_NAMED);
        self.read(ended, missing).await
    }

    async fn read(&self, loaded: bool, missing: Vec<String>) -> Result<Rendering, CdpError> {
        let most = usize::try_from(self.client.settings().max_bytes).unwrap_or(usize::MAX);
        let script = format!(
            "(() => {{ const kind = document.doctype; const root = document.documentElement; return {{ \
             url: location.href, height: root.scrollHeight, \
             html: ((kind ? '<!DOCTYPE ' + kind.name + '>\\n' : '') + root.outerHTML).slice(0, {most}) }} }})()"
        );
        let mut evaluate = EvaluateParams::new(script);
        evaluate.return_by_value = Some(true);
        let read = self.page.execute(evaluate).await?;
        let value = read.result.result.value.unwrap_or_default();
        let text = |name: &str| value.get(name).and_then(serde_json::Value::as_str).unwrap_or_default();
        let mut url = Url::parse(text("url")).map_err(|error| CdpError::msg(error.to_string()))?;
        url.set_fragment(None);
        if !matches!(url.scheme(), "http" | "https") {
            return Err(CdpError::msg(format!("停在 {url}")));
        }
        // A mark, because the META of a page in GBK stays as it was while the text no longer is.
        let mut html = format!("\u{FEFF}{}", text("html"));
        let truncated = html.len() > most;
        html.truncate(html.floor_char_boundary(most));
        let height = value.get("height").and_then(serde_json::Value::as_f64).unwrap_or_default();
        let screenshot = timeout(READING / 2, self.screenshot(height)).await.ok().and_then(Result::ok);
        Ok(Rendering { url: url.into(), html: html.into_bytes(), truncated, screenshot, loaded, missing })
    }

    async fn screenshot(&self, height: f64) -> Result<Vec<u8>, CdpError> {
        let clip =
            Viewport { x: 0.0, y: 0.0, width: f64::from(WIDTH), height: height.clamp(600.0, TALLEST), scale: 1.0 };
        let picture = CaptureScreenshotParams {
            format: Some(CaptureScreenshotFormat::Png),
            clip: Some(clip),
            capture_beyond_viewport: Some(true),
            ..CaptureScreenshotParams::default()
        };
        let picture = self.page.execute(picture).await?;
        let data: &str = picture.result.data.as_ref();
        BASE64_STANDARD.decode(data).map_err(|error| CdpError::msg(error.to_string()))
    }

    /// Answers a request of the page, or refuses it.
    async fn answer(&self, event: std::sync::Arc<EventRequestPaused>) -> Fate {
        let url = &event.request.url;
        let is_this_page = event.resource_type == ResourceType::Document && *url == self.address();
        let (served, fate) = if is_this_page {
            let own =
                Served { status: self.answer.status, headers: self.answer.headers.clone(), body: self.body.to_vec() };
            (Some(own), Fate::Settled)
        } else if let Some(kept) = self.kept(&event) {
            (Some(kept), Fate::Settled)
        } else if !is_needed(&event.resource_type) {
            (None, Fate::Settled)
        } else {
            match self.ask(&event).await {
                Ok(served) => (Some(served), Fate::Served),
                Err(why) => {
                    tracing::debug!(url, page = self.answer.url, "not had for the browser: {why}");
                    // The look of a page is no part of what it says.
                    let matters = event.resource_type != ResourceType::Stylesheet;
                    (None, if matters { Fate::Missing(url.clone()) } else { Fate::Settled })
                }
            }
        };
        // A page that has gone meanwhile wants no answer.
        let id = event.request_id.clone();
        let _ = match served {
            Some(served) => self.page.execute(fulfilment(id, &served)).await.map(drop),
            None => self.page.execute(FailRequestParams::new(id, ErrorReason::ConnectionRefused)).await.map(drop),
        };
        fate
    }

    /// The address of the page, as the browser words it in requests.
    fn address(&self) -> String {
        self.answer.final_url.split('#').next().unwrap_or_default().to_owned()
    }

    fn kept(&self, event: &EventRequestPaused) -> Option<Served> {
        let kept = self.client.desk.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.answers.get(&event.request.url).filter(|_| is_kept(event)).cloned()
    }

    async fn ask(&self, event: &EventRequestPaused) -> Result<Served, String> {
        if self.asked.fetch_add(1, Ordering::Relaxed) >= MOST_REQUESTS {
            return Err(format!("more than {MOST_REQUESTS} requests of one page"));
        }
        let request = request(event)?;
        let answer = self.client.get_for_script(&request).await.map_err(|failure| failure.to_string())?;
        if answer.truncated {
            return Err(format!("more than {} bytes", answer.body.len()));
        }
        let is_document = event.resource_type == ResourceType::Document;
        let served = if is_document && answer.url != request.url {
            // The browser has to know where it was led, for the links of the page. It comes back for the page itself.
            let there = answer.url.to_string();
            self.keep(&there, Served { status: answer.status, headers: answer.headers, body: answer.body });
            Served { status: 302, headers: vec![("location".to_owned(), there)], body: Vec::new() }
        } else {
            let served = Served { status: answer.status, headers: answer.headers, body: answer.body };
            if is_kept(event) && served.status == 200 {
                self.keep(&event.request.url, served.clone());
            }
            served
        };
        match served.status {
            400.. if !is_document => Err(format!("status {}", served.status)),
            _ => Ok(served),
        }
    }

    fn keep(&self, url: &str, served: Served) {
        let mut kept = self.client.desk.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.bytes + served.body.len() <= MOST_KEPT {
            kept.bytes += served.body.len();
            kept.answers.insert(url.to_owned(), served);
        }
    }
}

/// Pictures, sounds and fonts say nothing that is read; sockets and beacons are no reading.
fn is_needed(kind: &ResourceType) -> bool {
    matches!(
        kind,
        ResourceType::Document
            | ResourceType::Stylesheet
            | ResourceType::Script
            | ResourceType::Xhr
            | ResourceType::Fetch
    )
}

/// What other pages of the visit may have from the first one that asked; data is asked for anew.
fn is_kept(event: &EventRequestPaused) -> bool {
    event.request.method == "GET"
        && matches!(event.resource_type, ResourceType::Script | ResourceType::Stylesheet | ResourceType::Document)
}

/// The request as our client sends it: in our own name, and only for reading.
fn request(event: &EventRequestPaused) -> Result<ScriptRequest, String> {
    let method = match event.request.method.as_str() {
        "GET" => Method::GET,
        // Many lists are asked for by POST.
        "POST" => Method::POST,
        other => return Err(format!("method {other}")),
    };
    let url = Url::parse(&event.request.url).map_err(|error| error.to_string())?;
    let mut body = Vec::new();
    for piece in event.request.post_data_entries.iter().flatten().filter_map(|piece| piece.bytes.as_ref()) {
        let piece: &str = piece.as_ref();
        body.extend(BASE64_STANDARD.decode(piece).map_err(|error| error.to_string())?);
    }
    if body.len() > LONGEST_POST {
        return Err(format!("{} bytes to send", body.len()));
    }
    let mut headers = HeaderMap::new();
    for (name, value) in event.request.headers.inner().as_object().into_iter().flatten() {
        let own = ["host", "user-agent", "accept-encoding", "content-length", "connection"];
        let lower = name.to_ascii_lowercase();
        if own.contains(&lower.as_str()) || lower.starts_with("sec-") {
            continue;
        }
        let value = value.as_str().and_then(|value| HeaderValue::from_str(value).ok());
        if let (Ok(name), Some(value)) = (HeaderName::from_bytes(lower.as_bytes()), value) {
            headers.insert(name, value);
        }
    }
    Ok(ScriptRequest { method, url, headers, body })
}

fn fulfilment(id: fetch::RequestId, served: &Served) -> FulfillRequestParams {
    // The body is no longer packed as these say.
    let transfer = ["content-encoding", "content-length", "transfer-encoding", "connection", "keep-alive", "alt-svc"];
    let plain = |value: &str| value.bytes().all(|byte| byte == b'\t' || (b' '..=b'~').contains(&byte));
    let headers = served
        .headers
        .iter()
        .filter(|(name, value)| plain(value) && !transfer.iter().any(|own| name.eq_ignore_ascii_case(own)))
        .map(|(name, value)| HeaderEntry { name: name.clone(), value: value.clone() });
    let mut fulfilment = FulfillRequestParams::new(id, i64::from(served.status));
    fulfilment.response_headers = Some(headers.collect());
    fulfilment.body = Some(BASE64_STANDARD.encode(&served.body).into());
    fulfilment
}
