//! The client: puts the steps of one request together.

use std::{collections::HashMap, num::NonZeroU32, sync::Arc, time::Duration};

use jiff::Timestamp;
use reqwest::{
    Method,
    header::{HeaderMap, HeaderName, HeaderValue},
};
use sha2::{Digest, Sha256};
use tokio::{
    sync::Mutex,
    time::{Instant, timeout},
};
use url::Url;

use super::{
    Settings,
    address_guard::{AddressGuard, Private},
    body,
    certificate::Certificates,
    clock::Clock,
    failure::{Failure, is_transient},
    http,
    ledger::Ledger,
    old_tls::{self, OldTls},
    redirect, retry,
    robots::{self, HostRules, RobotsAccess, RobotsRecord},
    stopwatch::Took,
    throttle::{Manners, Throttle, Turn},
    tlcp,
    validators::{self, Validators},
};
use crate::model::{Capture, Cause, Hop, Load, NotMeasurable, Revisit, Sameness, whole_microseconds};

/// Longest address that is asked for; the limit of many servers, and of sense.
const LONGEST_URL: usize = 2083;
/// Longest head of an answer, in bytes: it is kept with every capture.
const LONGEST_HEAD: usize = 64 * 1024;
/// What reqwest asks for with these features; pinned by tests/warc.rs.
const ENCODINGS: &str = "gzip,deflate,br";

/// How long an address is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Patience {
    /// The usual limits, several attempts.
    Usual,
    /// The second look at the end of a visit: one attempt with longer limits.
    Longer,
    /// The usual limits, one attempt.
    Once,
}

/// The client could not be made.
#[derive(Debug, thiserror::Error)]
#[error("the HTTP client cannot start: {0}")]
pub struct Unusable(#[source] reqwest::Error);

/// Asks portals for addresses. Cheap to share by reference; one client for one visit.
pub struct Client {
    settings: Settings,
    http: reqwest::Client,
    old_tls: OldTls,
    pub(super) guard: AddressGuard,
    throttle: Throttle,
    /// Who speaks 国密 where TLS fails.
    pub(super) tlcp: tlcp::Hosts,
    pub(super) certificates: Certificates,
    ledger: Ledger,
    clock: Clock,
    /// By address of the robots.txt.
    rules: Mutex<HashMap<String, RulesCell>>,
    /// What the browser did for this visit.
    #[cfg(feature = "browser")]
    pub(super) desk: super::rendering::Desk,
}

/// The rules of one host; locked while its robots.txt is asked for, so that it is asked for once.
type RulesCell = Arc<Mutex<Option<Arc<HostRules>>>>;

/// An answer, wherever redirects led.
pub(super) struct Answer {
    pub(super) url: Url,
    pub(super) hops: Vec<Hop>,
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
    pub(super) truncated: bool,
    at: Timestamp,
    /// The pause the portal asks for.
    pause: Option<Duration>,
    /// What the request said beside what every request says.
    conditions: Vec<(String, String)>,
    old_tls: bool,
    took: Took,
}

/// How an address is asked for.
#[derive(Clone, Copy)]
pub(super) enum Asking<'a> {
    /// As a page.
    Plainly,
    /// As a page, unless it still is what the validators say.
    IfChanged(&'a Validators),
    /// For the head of the answer alone.
    Head,
    /// As a page, for the beginning of the answer.
    Opening,
    /// As a script of a page asks for it, in a browser.
    #[cfg_attr(not(feature = "browser"), expect(dead_code, reason = "scripts run in a browser only"))]
    ForScript(&'a ScriptRequest),
}

/// What a script of a page asks for.
pub(super) struct ScriptRequest {
    pub(super) method: Method,
    pub(super) url: Url,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

impl Client {
    /// # Errors
    /// Where the TLS or DNS machinery of this computer cannot be set up.
    pub fn new(settings: Settings) -> Result<Self, Unusable> {
        let private = Private::of(settings.allow_private, settings.private_around.as_deref());
        let guard = AddressGuard::new(&settings.resolve, settings.names.clone(), private);
        let rate = at_least_one(settings.rate_per_host);
        let manners = Manners {
            rate,
            rate_per_machine: settings.rate_per_machine.map_or(rate, at_least_one),
            slots: settings.concurrency_per_host,
            longest_pause: settings.longest_pause,
        };
        let http = http::build(&settings, &guard, true).or_else(|error| {
            // A machine without CA certificates can still visit http portals; https ones then fail with their own cause.
            tracing::warn!("no system certificates could be loaded ({error}); every https portal will be unreadable");
            http::build(&settings, &guard, false)
        });
        Ok(Self {
            http: http.map_err(Unusable)?,
            old_tls: OldTls::default(),
            guard,
            throttle: Throttle::new(manners, settings.politeness.clone()),
            tlcp: tlcp::Hosts::default(),
            certificates: Certificates::default(),
            ledger: Ledger::default(),
            clock: Clock::starting_at(settings.clock),
            rules: Mutex::new(HashMap::new()),
            #[cfg(feature = "browser")]
            desk: super::rendering::Desk::default(),
            settings,
        })
    }

    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// What this client has asked of portals so far.
    pub fn load(&self) -> Load {
        self.ledger.load()
    }

    /// What every request says, as it goes over the wire; the host follows.
    pub fn request_headers(&self) -> Vec<(String, String)> {
        let pairs = [("accept", "*/*"), ("user-agent", &self.settings.user_agent), ("accept-encoding", ENCODINGS)];
        pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec()
    }

    /// The time captures would carry now.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Asks for an address with the usual patience.
    ///
    /// # Errors
    /// Where no answer could be had, with its cause. An answer of any status is an answer: see
    /// [`super::cause_of_answer`].
    pub async fn get(&self, url: &str) -> Result<(Capture, Vec<u8>), NotMeasurable> {
        self.get_with(url, Patience::Usual).await
    }

    /// Asks for an address.
    ///
    /// # Errors
    /// As [`Client::get`].
    pub async fn get_with(&self, url: &str, patience: Patience) -> Result<(Capture, Vec<u8>), NotMeasurable> {
        self.get_if_changed(url, patience, None).await
    }

    /// Asks for an address, unless it still is what the validators say: then the answer has status 304 and no body.
    ///
    /// # Errors
    /// As [`Client::get`].
    pub async fn get_if_changed(
        &self,
        url: &str,
        patience: Patience,
        since: Option<&Validators>,
    ) -> Result<(Capture, Vec<u8>), NotMeasurable> {
        self.ask_for(url, patience, since.map_or(Asking::Plainly, Asking::IfChanged)).await
    }

    /// Asks for an address in one of the ways there are.
    pub(super) async fn ask_for(
        &self,
        url: &str,
        patience: Patience,
        asking: Asking<'_>,
    ) -> Result<(Capture, Vec<u8>), NotMeasurable> {
        self.ask_timed(url, patience, asking).await.map(|(capture, body, _)| (capture, body))
    }

    /// The same, with the time it took.
    pub(super) async fn ask_timed(
        &self,
        url: &str,
        patience: Patience,
        asking: Asking<'_>,
    ) -> Result<(Capture, Vec<u8>, Took), NotMeasurable> {
        let (answer, attempts) = match Url::parse(url) {
            Ok(parsed) => self.ask_repeatedly(&parsed, patience, self.settings.obey_robots, asking).await,
            Err(error) => (Err(Failure::new(Cause::BadAddress, format!("不是有效的网址：{error}"))), 0),
        };
        match answer {
            Ok(answer) => {
                let took = answer.took;
                let (capture, body) = self.capture(url, answer, attempts);
                Ok((capture, body, took))
            }
            Err(failure) => Err(NotMeasurable {
                url: url.to_owned(),
                cause: failure.cause,
                detail: failure.detail,
                attempts,
                at: Some(self.clock.now()),
                capture: None,
                linked_from: None,
            }),
        }
    }

    /// Asks for what a script of a page wants: once, under all the rules that hold for pages.
    #[cfg(feature = "browser")]
    pub(super) async fn get_for_script(&self, request: &ScriptRequest) -> Result<Answer, Failure> {
        let asking = Asking::ForScript(request);
        let answer = Box::pin(self.follow(&request.url, Patience::Usual, self.settings.obey_robots, asking)).await;
        if let Ok(Answer { url, pause: Some(pause), .. }) = &answer {
            // The next page or script would meet the same trouble.
            self.throttle.pause(url.host_str().unwrap_or_default(), *pause);
        }
        answer
    }

    /// What robots.txt of that address's host said, where it was asked for.
    pub async fn robots(&self, url: &str) -> Option<RobotsRecord> {
        let file = robots::file_of(&Url::parse(url).ok()?)?;
        let cell = Arc::clone(self.rules.lock().await.get(file.as_str())?);
        let known = cell.lock().await;
        known.as_ref().map(|rules| rules.record.clone())
    }

    /// Asks, and asks again where the trouble may pass by itself; says how many times it asked.
    async fn ask_repeatedly(
        &self,
        url: &Url,
        patience: Patience,
        obey_robots: bool,
        asking: Asking<'_>,
    ) -> (Result<Answer, Failure>, u32) {
        let most = if patience == Patience::Usual { self.settings.attempts.max(1) } else { 1 };
        let mut attempt = 1;
        loop {
            let answer = Box::pin(self.follow(url, patience, obey_robots, asking)).await;
            let (host, asked_pause, again) = match &answer {
                Ok(answer) => (answer.url.host_str(), answer.pause, retry::may_pass(answer.status)),
                Err(failure) => (url.host_str(), None, failure.asked && is_transient(failure.cause)),
            };
            if !again {
                return (answer, attempt);
            }
            let pause = asked_pause.unwrap_or_else(|| retry::back_off(self.settings.first_pause, attempt + 1));
            let last = attempt >= most || pause > self.settings.longest_pause;
            if !last || asked_pause.is_some() {
                // The whole host rests: the next address would meet the same trouble.
                self.throttle.pause(host.unwrap_or_default(), pause);
            }
            if last {
                return (answer, attempt);
            }
            attempt += 1;
        }
    }

    /// Asks once, and follows redirects.
    async fn follow(
        &self,
        start: &Url,
        patience: Patience,
        obey_robots: bool,
        asking: Asking<'_>,
    ) -> Result<Answer, Failure> {
        let mut url = start.clone();
        url.set_fragment(None);
        let (mut hops, mut spent): (Vec<Hop>, Duration) = Default::default();
        loop {
            self.check(&url)?;
            if obey_robots && let Some(rules) = self.host_rules(&url, patience).await {
                rules.permit(&url)?;
            }
            let (mut answer, next) = match self.ask(&url, patience, asking).await {
                Ok(answered) => answered,
                Err(failure) => return Err(self.named_anew(failure, &url, patience).await),
            };
            let circle =
                next.as_ref().is_some_and(|next| *next == url || hops.iter().any(|hop| hop.url == next.as_str()));
            let Some(next) = next else {
                (answer.hops, answer.took) = (hops, answer.took.after(spent));
                return Ok(answer);
            };
            spent += answer.took.whole;
            hops.push(Hop {
                url: url.to_string(),
                status: answer.status,
                at: Some(whole_microseconds(answer.at)),
                headers: answer.headers,
                body: answer.body,
                conditions: answer.conditions,
            });
            if circle || hops.len() > self.settings.max_redirects {
                let what = if circle { "循环跳转" } else { "跳转次数过多" };
                return Err(Failure::new(Cause::TooManyRedirects, format!("{what}：{} → {next}", way(&hops))));
            }
            url = next;
        }
    }

    fn check(&self, url: &Url) -> Result<(), Failure> {
        if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
            return Err(Failure::new(Cause::BadAddress, format!("{url} 不是 http(s) 网址")));
        }
        if url.as_str().len() > LONGEST_URL {
            return Err(Failure::new(Cause::BadAddress, format!("网址过长（{}字节）", url.as_str().len())));
        }
        Ok(self.guard.check_literal(url)?)
    }

    /// One request, without following: the answer, and where it redirects to. An old server is asked once more in the
    /// old way.
    async fn ask(&self, url: &Url, patience: Patience, asking: Asking<'_>) -> Result<(Answer, Option<Url>), Failure> {
        let first = if self.old_tls.is_needed_by(url) {
            None
        } else {
            match self.ask_through(&self.http, url, patience, asking).await {
                Err(failure) if OldTls::may_help(&failure) => Some(failure),
                answer => return answer,
            }
        };
        let old_way = self.old_tls.client(|| http::builder(&self.settings, &self.guard).ok());
        let second = match old_way {
            Some(http) => Box::pin(self.ask_through(&http, url, patience, asking)).await,
            None => return Err(first.unwrap_or_else(|| Failure::new(Cause::TlsNoCommonCipher, "OpenSSL 无法使用"))),
        };
        match (second, first) {
            (Ok((answer, next)), _) => {
                self.old_tls.remember(url);
                Ok((Answer { old_tls: true, ..answer }, next))
            }
            (Err(second), Some(first)) => Err(old_tls::worse_of(first, second)),
            (Err(second), None) => Err(second),
        }
    }

    pub(super) async fn ask_through(
        &self,
        http: &reqwest::Client,
        url: &Url,
        patience: Patience,
        asking: Asking<'_>,
    ) -> Result<(Answer, Option<Url>), Failure> {
        let factor = self.factor(patience);
        let head_timeout = self.settings.head_timeout * factor;
        let mut turn = self.turn(url, patience).await?;
        let at = self.clock.now();
        let begun = Instant::now();
        let mut conditions = Vec::new();
        let request = match asking {
            Asking::IfChanged(since) if since.are_of(url) => {
                let headers = since.headers();
                conditions = plain(&headers);
                http.get(url.clone()).headers(headers)
            }
            // Wherever it redirects to gets neither its words nor its cookies.
            Asking::ForScript(script) if script.url == *url => http
                .request(script.method.clone(), url.clone())
                .headers(script.headers.clone())
                .body(script.body.clone()),
            Asking::Head => http.head(url.clone()),
            _ => http.get(url.clone()),
        };
        let sent = timeout(head_timeout, request.send()).await;
        turn.answered(match &sent {
            Ok(Ok(response)) => retry::is_overload(response.status().as_u16()),
            Ok(Err(error)) => error.is_timeout(),
            Err(_) => true,
        });
        let first_byte = begun.elapsed();
        let mut response = match sent {
            Ok(Ok(response)) => response,
            Ok(Err(error)) => return Err(Failure::of_request(&error)),
            Err(_) => {
                return Err(Failure::new(Cause::Timeout, format!("{}毫秒内没有响应", head_timeout.as_millis())));
            }
        };
        self.certificates.note(url, &response);
        let status = response.status().as_u16();
        let head: usize = response.headers().iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
        if head > LONGEST_HEAD {
            return Err(Failure::new(Cause::MalformedHttp, format!("响应头有{head}字节，超过{LONGEST_HEAD}字节")));
        }
        let next = redirect::target(url, status, response.headers());
        let headers = plain(response.headers());
        let pause = retry::may_pass(status).then(|| retry::asked_pause(response.headers(), Timestamp::now())).flatten();
        let (body, truncated) = if next.is_some() {
            (Vec::new(), false)
        } else {
            let bytes = match asking {
                Asking::ForScript(_) => self.settings.max_bytes,
                Asking::Head | Asking::Opening => body::SNIFF_BYTES,
                Asking::Plainly | Asking::IfChanged(_) => body::most_bytes(url, &headers, self.settings.max_bytes),
            };
            let limits = body::Limits {
                bytes,
                idle: self.settings.idle_timeout * factor,
                deadline: begun + self.settings.total_timeout * factor,
            };
            body::read(&mut response, &limits, &self.ledger).await?
        };
        let took = Took { first_byte, whole: begun.elapsed() };
        let next = next.or_else(|| redirect::signpost(url, status, &body));
        let (url, hops, old_tls) = (url.clone(), Vec::new(), false);
        let answer = Answer { url, hops, status, headers, body, truncated, at, pause, conditions, old_tls, took };
        Ok((answer, next))
    }

    /// How many times the usual limits hold.
    pub(super) fn factor(&self, patience: Patience) -> u32 {
        if patience == Patience::Longer { self.settings.second_look_factor.max(1) } else { 1 }
    }

    /// Waits until the portal may be asked, and enters the request in the load statement.
    pub(super) async fn turn(&self, url: &Url, patience: Patience) -> Result<Turn, Failure> {
        let machine = self.guard.machine_of(url, self.settings.connect_timeout * self.factor(patience)).await?;
        let turn = self.throttle.turn(url.host_str().unwrap_or_default(), machine).await.map_err(|too_long| {
            let detail = format!("网站要求暂停访问{}秒", too_long.0.as_secs());
            Failure::unasked(Cause::Throttled, detail)
        })?;
        // Asked last: waiting for the turn may have taken us there.
        if let Some(window) = self.settings.window.filter(|window| !window.contains(self.clock.now())) {
            return Err(Failure::unasked(Cause::OutsideHours, format!("该网站只在{window}（北京时间）访问")));
        }
        self.ledger.request();
        Ok(turn)
    }

    /// The rules of the host, read once; an unreachable file is tried again on a second look.
    async fn host_rules(&self, url: &Url, patience: Patience) -> Option<Arc<HostRules>> {
        let file = robots::file_of(url)?;
        let cell = Arc::clone(self.rules.lock().await.entry(file.to_string()).or_default());
        let mut known = cell.lock().await;
        if let Some(rules) = known.as_ref() {
            let unreachable = matches!(rules.record.access, RobotsAccess::Unreachable { .. });
            if !(unreachable && patience == Patience::Longer) {
                return Some(Arc::clone(rules));
            }
        }
        let (answer, _) = self.ask_repeatedly(&file, patience, false, Asking::Plainly).await;
        let answer = answer.map(|answer| {
            let whole = if answer.truncated { answer.body.iter().rposition(|byte| *byte == b'\n') } else { None };
            // Half a line would forbid or allow what was never meant.
            let end = whole.unwrap_or(answer.body.len());
            (answer.status, answer.body[..end].to_vec())
        });
        let rules = Arc::new(HostRules::new(&file, answer, &self.settings.user_agent));
        if let Some(delay) = rules.record.crawl_delay {
            let host = file.host_str().unwrap_or_default();
            self.throttle.slow_down_to(host, delay.min(self.settings.longest_crawl_delay));
        }
        *known = Some(Arc::clone(&rules));
        Some(rules)
    }

    pub(super) fn capture(&self, url: &str, answer: Answer, attempts: u32) -> (Capture, Vec<u8>) {
        let sha256 = hex(&Sha256::digest(&answer.body));
        let capture = Capture {
            id: self.capture_id(url, &sha256),
            url: url.to_owned(),
            final_url: answer.url.to_string(),
            hops: answer.hops,
            // As exact as the log keeps it: records of the evidence refer to each other by this moment.
            at: whole_microseconds(answer.at),
            status: answer.status,
            headers: answer.headers,
            sha256,
            bytes: answer.body.len() as u64,
            truncated: answer.truncated,
            attempts,
            location: None,
            revisit: None,
            conditions: answer.conditions,
            old_tls: answer.old_tls,
            rendered: None,
        };
        (capture, answer.body)
    }

    /// The page of an earlier night as seen this night: `answer` said that it has not changed.
    pub fn unchanged(&self, answer: &Capture, known: &Capture) -> Capture {
        let (of, of_at) = known.source();
        let revisit = Revisit {
            sameness: Sameness::NotModified,
            of: of.to_owned(),
            of_at,
            received: known.received(),
            location: None,
        };
        Capture {
            id: self.capture_id(&answer.url, &known.sha256),
            status: known.status,
            headers: validators::renewed(&answer.headers, &known.headers),
            sha256: known.sha256.clone(),
            bytes: known.bytes,
            truncated: known.truncated,
            location: known.location.clone(),
            revisit: Some(revisit),
            ..answer.clone()
        }
    }

    pub(super) fn capture_id(&self, url: &str, sha256: &str) -> String {
        let mut identity = Sha256::new();
        for part in [&self.settings.run, url, sha256] {
            identity.update((part.len() as u64).to_be_bytes());
            identity.update(part);
        }
        let mut id = hex(&identity.finalize());
        id.truncate(32);
        id
    }
}

fn plain(headers: &HeaderMap) -> Vec<(String, String)> {
    let pair = |(name, value): (&HeaderName, &HeaderValue)| {
        (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
    };
    headers.iter().map(pair).collect()
}

fn at_least_one(rate: u32) -> NonZeroU32 {
    NonZeroU32::new(rate).unwrap_or(NonZeroU32::MIN)
}

fn way(hops: &[Hop]) -> String {
    hops.iter().map(|hop| hop.url.as_str()).collect::<Vec<_>>().join(" → ")
}

pub(super) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = bytes.iter().flat_map(|byte| [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
    digits.map(char::from).collect()
}
