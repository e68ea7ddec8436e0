//! The only owner of the web framework; each page is a handler and its template side by side. No SQL, no judgement.
//!
//! Shows what the log holds, records what people decide, and asks for work by adding jobs. [`app`] builds the
//! whole console from [`Services`], so that tests ask it without a socket or a clock.

mod assets;
mod bulletins;
mod capture;
mod checks;
mod entries;
mod entry;
mod entry_form;
mod events;
mod explanation;
mod failure;
mod finding;
mod findings;
mod forms;
mod frame;
mod login;
mod nights;
mod scores;
mod scoring;
mod throttle;

use std::{net::SocketAddr, sync::Arc};

use axum::{
    Extension, Router,
    extract::DefaultBodyLimit,
    http::{HeaderName, HeaderValue, header},
    middleware::from_fn,
    response::IntoResponse,
    routing::{get, post},
};
use futures_util::future::BoxFuture;
use jiff::Timestamp;
use tokio::net::TcpListener;
use tower_http::{csrf::CsrfLayer, set_header::SetResponseHeaderLayer};
use tower_sessions::{
    Expiry, MemoryStore, SessionManagerLayer,
    cookie::{SameSite, time::Duration},
};

use crate::{
    catalog::Catalog,
    evidence::Archive,
    model::{Bulletin, Finding, FindingState, JobRequest, Outcome, Portal, Quarter, Verdict},
    store::Log,
};
use failure::Failure;

/// A form has a page of text at most; anything larger is none of ours.
const LARGEST_FORM: usize = 64 * 1024;
/// Idle time after which people sign in again.
const SESSION_HOURS: i64 = 8;

/// No script, nothing from elsewhere, in nobody's frame. Captures and papers bring their own, stricter one.
const CONTENT_POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; frame-src 'self'; \
                              form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Puts a portal's night on the queue.
pub type RequestJob = Box<dyn Fn(JobRequest) -> BoxFuture<'static, anyhow::Result<()>> + Send + Sync>;
/// Assembles a quarter's bulletin from the log.
pub type DraftBulletin = Box<dyn Fn(Quarter) -> BoxFuture<'static, anyhow::Result<Bulletin>> + Send + Sync>;

/// What the console needs from the rest of the house, as plain values.
pub struct Services {
    pub log: Log,
    pub archive: Archive,
    pub catalog: Arc<Catalog>,
    pub portals: Vec<Portal>,
    /// Id of the rulebook that scores.
    pub rulebook: String,
    /// The one person who may sign in.
    pub administrator: String,
    /// Argon2 hash of the password.
    pub password_hash: String,
    /// True where a proxy in front speaks TLS: the cookie then travels over TLS only.
    pub https: bool,
    pub request_job: RequestJob,
    pub draft_bulletin: DraftBulletin,
    /// What time it is.
    pub clock: Box<dyn Fn() -> Timestamp + Send + Sync>,
}

/// The words of a check, filled in for one finding.
struct CheckWords {
    title: String,
    basis: String,
    fix: String,
}

impl Services {
    /// The portal's name; its id where it is no longer configured.
    fn portal_name<'a>(&'a self, id: &'a str) -> &'a str {
        self.portals.iter().find(|portal| portal.id == id).map_or(id, |portal| &portal.name)
    }

    /// Every configured unit once, in the order of the configuration.
    fn unit_names(&self) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for unit in self.portals.iter().flat_map(|portal| &portal.units) {
            if !names.contains(&unit.name) {
                names.push(unit.name.clone());
            }
        }
        names
    }

    /// The check's title; its id where the catalog no longer has it.
    fn check_title<'a>(&'a self, id: &'a str) -> &'a str {
        self.catalog.checks.iter().find(|check| check.id == id).map_or(id, |check| &check.title)
    }

    fn check_words(&self, finding: &Finding) -> CheckWords {
        let title = self.check_title(&finding.identity.check).to_owned();
        let Some(check) = self.catalog.checks.iter().find(|check| check.id == finding.identity.check) else {
            return CheckWords { title, basis: String::new(), fix: String::new() };
        };
        let outcome = Outcome {
            check: finding.identity.check.clone(),
            unit: finding.identity.unit.clone(),
            subject: finding.subject.clone(),
            outcome: Verdict::Failed,
            reason: finding.message.clone(),
            url: finding.url.clone(),
            evidence: Vec::new(),
        };
        CheckWords { title, basis: check.basis_line(), fix: check.fix_for(&outcome) }
    }

    /// Findings that wait for a decision, and questions that wait for an answer.
    async fn waiting(&self) -> Result<(u64, u64), Failure> {
        let counts = self.log.counts().await?.findings;
        let of = |state| counts.get(&state).copied().unwrap_or_default();
        Ok((of(FindingState::Suspected), of(FindingState::Question)))
    }
}

/// The console with all its routes and walls.
pub fn app(services: Services) -> Router {
    let session = SessionManagerLayer::new(MemoryStore::default())
        .with_name("mingcha")
        .with_http_only(true)
        .with_same_site(SameSite::Strict)
        .with_secure(services.https)
        .with_expiry(Expiry::OnInactivity(Duration::hours(SESSION_HOURS)));
    let foreign_forms = CsrfLayer::new().with_rejection_response(|_| Failure::ForeignForm.into_response());
    let inside = Router::new()
        .route("/", get(nights::show))
        .route("/nights", post(nights::ask))
        .route("/nights/unread", get(nights::unread))
        .route("/findings", get(findings::show))
        .route("/findings/{id}", get(finding::show))
        .route("/findings/{id}/confirm", post(finding::confirm))
        .route("/findings/{id}/dismiss", post(finding::dismiss))
        .route("/findings/{id}/waive", post(finding::waive))
        .route("/captures/{id}", get(capture::show))
        .route("/captures/{id}/body", get(capture::body))
        .route("/captures/{id}/source", get(capture::source))
        .route("/entries", get(entries::show).post(entry_form::add))
        .route("/entries/new", get(entry_form::blank))
        .route("/entries/{id}", get(entry::show))
        .route("/entries/{id}/dismiss", post(entry::dismiss))
        .route("/scores", get(scores::show))
        .route("/scores/unit", get(explanation::show))
        .route("/checks", get(checks::show))
        .route("/checks/{id}/lift", post(checks::lift))
        .route("/bulletins", get(bulletins::show))
        .route("/bulletins/{quarter}/paper", get(bulletins::paper))
        .route("/logout", post(login::leave))
        .route_layer(from_fn(login::required));
    Router::new()
        .merge(inside)
        .route("/login", get(login::show).post(login::enter))
        .route("/assets/{name}", get(assets::show))
        .fallback(|| async { Failure::NotFound })
        .method_not_allowed_fallback(|| async { Failure::NotFound })
        .with_state(Arc::new(services))
        .layer(Extension(Arc::<throttle::Throttle>::default()))
        .layer(session)
        .layer(DefaultBodyLimit::max(LARGEST_FORM))
        .layer(foreign_forms)
        .layer(answer_header(header::CONTENT_SECURITY_POLICY, CONTENT_POLICY))
        .layer(answer_header(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        // Not `no-referrer`: over plain HTTP the Origin of our own forms is what tells them from foreign ones.
        .layer(answer_header(header::REFERRER_POLICY, "same-origin"))
        .layer(answer_header(HeaderName::from_static("cross-origin-opener-policy"), "same-origin"))
        .layer(answer_header(header::CACHE_CONTROL, "no-store"))
}

/// Answers on `listener` until `stop` resolves, then finishes what is under way.
pub async fn serve(
    listener: TcpListener,
    console: Router,
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let console = console.into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, console).with_graceful_shutdown(stop).await
}

/// Sets a header where the handler has not set it itself.
fn answer_header(name: HeaderName, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
}
