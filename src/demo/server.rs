//! One loopback port that plays many portals, told apart by the Host header.
//! Serves what the portals' sheets say, keeps a log of requests, and stops cleanly.

use std::{
    collections::BTreeMap,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use axum::{
    Router,
    body::Body,
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header},
    response::Response,
};
use jiff::Timestamp;
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

use super::portals::{Answer, FixturePortal, Neighbour};
use crate::{fetch::Names, model::beijing_zone};

/// A running server. Dropping it stops it too, without waiting.
pub struct Server {
    address: SocketAddr,
    sites: Arc<Sites>,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<std::io::Result<()>>,
}

/// One request that reached the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    pub host: String,
    /// Path with query.
    pub target: String,
    /// The status that was answered.
    pub status: u16,
    pub user_agent: String,
    /// When it came in.
    pub at: Instant,
}

struct Sites {
    by_host: BTreeMap<String, FixturePortal>,
    /// Other hosts that pages link to.
    neighbours: BTreeMap<String, Neighbour>,
    log: Mutex<Vec<Request>>,
}

impl Server {
    /// Serves `portals` on a free port of 127.0.0.1.
    pub async fn start(portals: Vec<FixturePortal>) -> std::io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let neighbours = portals.iter().flat_map(|portal| portal.sheet.neighbours.clone()).collect();
        let by_host = portals.into_iter().map(|portal| (portal.sheet.host.to_ascii_lowercase(), portal)).collect();
        let sites = Arc::new(Sites { by_host, neighbours, log: Mutex::default() });
        let (stop, stopped) = oneshot::channel::<()>();
        let app = Router::new().fallback(serve).with_state(Arc::clone(&sites));
        let task = tokio::spawn(async move {
            let until_stopped = async move { drop(stopped.await) };
            axum::serve(listener, app).with_graceful_shutdown(until_stopped).await
        });
        Ok(Self { address, sites, stop: Some(stop), task })
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Every host name with the address that answers for it: the `resolve` of the HTTP client.
    pub fn resolve(&self) -> BTreeMap<String, SocketAddr> {
        let there = |(_, how): &(&String, &Neighbour)| **how != Neighbour::NoSuchName;
        let neighbours = self.sites.neighbours.iter().filter(there).map(|(host, _)| host);
        self.sites.by_host.keys().chain(neighbours).map(|host| (host.clone(), self.address)).collect()
    }

    /// Until when the certificates are valid that portals are stated to show.
    pub fn stated_certificates(&self) -> BTreeMap<String, Timestamp> {
        let until = |portal: &FixturePortal| {
            let until = portal.sheet.soundings.certificate_until?.to_zoned(beijing_zone()).ok()?;
            Some((portal.sheet.host.to_ascii_lowercase(), until.timestamp()))
        };
        self.sites.by_host.values().filter_map(until).collect()
    }

    /// What a name service says of all other host names: nothing, but for those that are known not to exist.
    pub fn names(&self) -> Names {
        let sites = Arc::clone(&self.sites);
        Names::scripted(move |host| {
            let kind = match sites.neighbours.get(host) {
                Some(Neighbour::NoSuchName) => std::io::ErrorKind::NotFound,
                _ => std::io::ErrorKind::TimedOut,
            };
            Err(std::io::Error::new(kind, format!("{host} is not served here")))
        })
    }

    /// All requests so far, in the order in which they were answered.
    pub fn requests(&self) -> Vec<Request> {
        self.sites.log.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Takes no further request, lets running ones end, and waits for that.
    pub async fn stop(mut self) -> std::io::Result<()> {
        drop(self.stop.take());
        (&mut self.task).await.map_err(std::io::Error::other)?
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(State(sites): State<Arc<Sites>>, uri: Uri, headers: HeaderMap) -> Response {
    let at = Instant::now();
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let host = text(header::HOST).split(':').next().unwrap_or_default().to_ascii_lowercase();
    let response = match sites.by_host.get(&host) {
        Some(portal) => answer(portal, &uri).await,
        None if sites.neighbours.contains_key(&host) => neighbour(sites.neighbours[&host], uri.path()),
        None => plain(StatusCode::MISDIRECTED_REQUEST, format!("no portal is served under the host {host:?}\n")),
    };
    let request = Request {
        host,
        target: uri.path_and_query().map(ToString::to_string).unwrap_or_default(),
        status: response.status().as_u16(),
        user_agent: text(header::USER_AGENT).to_owned(),
        at,
    };
    sites.log.lock().unwrap_or_else(PoisonError::into_inner).push(request);
    response
}

fn neighbour(how: Neighbour, path: &str) -> Response {
    let status = match how {
        Neighbour::Opens if path != "/robots.txt" => StatusCode::OK,
        Neighbour::Refuses => StatusCode::FORBIDDEN,
        _ => StatusCode::NOT_FOUND,
    };
    plain(status, status.to_string())
}

async fn answer(portal: &FixturePortal, uri: &Uri) -> Response {
    let plain_answer = Answer::default();
    let is_there = portal.file(uri.path()).is_some() || portal.is_folder(uri.path());
    let unknown = portal.sheet.defaults.unknown.as_ref().filter(|_| !is_there);
    let answer = portal.answer(uri.path(), uri.query()).or(unknown).unwrap_or(&plain_answer);
    let delay = answer.delay_ms.unwrap_or(portal.sheet.defaults.delay_ms);
    if delay > 0 {
        tokio::time::sleep(Duration::from_millis(delay)).await;
    }
    respond(portal, uri.path(), answer).unwrap_or_else(|fault| {
        plain(StatusCode::INTERNAL_SERVER_ERROR, format!("portal.yaml of {}: {fault}\n", portal.story))
    })
}

/// The answer to `path`. An error says what of the sheet cannot be served.
fn respond(portal: &FixturePortal, path: &str, answer: &Answer) -> Result<Response, String> {
    let folder_without_slash = portal.is_folder(path).then(|| format!("{path}/"));
    let location = answer.redirect_to.clone().or(folder_without_slash);
    let asked_file = match &answer.body_file {
        Some(name) => Some(portal.file(&format!("/{name}")).ok_or_else(|| format!("body_file {name} does not exist"))?),
        None => portal.file(path),
    };
    let status = answer.status.unwrap_or(match (&location, asked_file) {
        (Some(_), _) => 302,
        (None, Some(_)) => 200,
        (None, None) => 404,
    });
    let file = match status {
        300..400 => None,
        404 => asked_file.or_else(|| portal.file("/404.html")),
        _ => asked_file,
    };
    let (name, body) = file.unwrap_or_default();

    let defaults = &portal.sheet.defaults;
    let mut response = Response::new(Body::from(body.to_vec()));
    *response.status_mut() = StatusCode::from_u16(status).map_err(|_| format!("{status} is no HTTP status"))?;
    let mut put = |name: &str, value: &str| -> Result<(), String> {
        let name = HeaderName::try_from(name).map_err(|_| format!("{name:?} is no header name"))?;
        let value = HeaderValue::try_from(value).map_err(|_| format!("{value:?} is no value of {name}"))?;
        response.headers_mut().insert(name, value);
        Ok(())
    };
    put("Content-Type", &content_type(name, defaults.charset.as_deref()))?;
    if let Some(location) = &location {
        put("Location", location)?;
    }
    for (name, value) in defaults.headers.iter().chain(&answer.headers) {
        put(name, value)?;
    }
    Ok(response)
}

/// Content type by the file's ending, with the portal's charset for texts.
fn content_type(name: &str, charset: Option<&str>) -> String {
    let kind = match name.rsplit_once('.').map(|(_, ending)| ending) {
        Some("html" | "shtml" | "htm" | "jsp") | None => "text/html",
        Some("xml") => "text/xml",
        Some("css") => "text/css",
        Some("js") => "application/javascript",
        Some("json") => "application/json",
        Some("txt") => "text/plain",
        Some("pdf") => "application/pdf",
        Some("doc") => "application/msword",
        Some("png") => "image/png",
        Some("svg") => "image/svg+xml",
        Some(_) => "application/octet-stream",
    };
    match charset {
        Some(charset) if kind.starts_with("text/") => format!("{kind}; charset={charset}"),
        _ => kind.to_owned(),
    }
}

fn plain(status: StatusCode, text: String) -> Response {
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response
}
