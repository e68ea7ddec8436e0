//! The only owner of the web framework; each page is a handler and its template side by side. No SQL, no judgement.
//!
//! Shows what the log holds, records what people decide, and asks for work by adding jobs. [`app`] builds the
//! whole console from [`Services`], so that tests ask it without a socket or a clock.

mod assets;
mod failure;
mod forms;
mod frame;
mod login;
mod throttle;

use std::sync::Arc;

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
use tower_http::{csrf::CsrfLayer, set_header::SetResponseHeaderLayer};
use tower_sessions::{
    Expiry, MemoryStore, SessionManagerLayer,
    cookie::{SameSite, time::Duration},
};

use failure::Failure;

/// A form has a page of text at most; anything larger is none of ours.
const LARGEST_FORM: usize = 64 * 1024;
/// Idle time after which people sign in again.
const SESSION_HOURS: i64 = 8;

/// No script, nothing from elsewhere, in nobody's frame. Captures and papers bring their own, stricter one.
const CONTENT_POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; frame-src 'self'; \
                              form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// What the console needs from the rest of the house, as plain values.
pub struct Services {
    /// The one person who may sign in.
    pub administrator: String,
    /// Argon2 hash of the password.
    pub password_hash: String,
    /// True where a proxy in front speaks TLS: the cookie then travels over TLS only.
    pub https: bool,
    /// What time it is.
    pub clock: Box<dyn Fn() -> Timestamp + Send + Sync>,
}

/// The console with all its routes and walls.
pub fn app(services: Services) -> Router {
    let session = SessionManagerLayer::new(MemoryStore::default())
        .with_name("mingcha")
        .with_http_only(true)
        .with_same_site(SameSite::Strict)
        .with_secure(services.https)
        .with_expiry(Expiry::OnInactivity(Duration::hours(SESSION_HOURS)));
    let foreign_forms =
        CsrfLayer::new().with_rejection_response(|_| Failure::ForeignForm.into_response());
    let inside = Router::new()
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

/// Sets a header where the handler has not set it itself.
fn answer_header(name: HeaderName, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
}
