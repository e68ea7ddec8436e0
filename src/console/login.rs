//! Signing in and out: one administrator, an argon2 hash from the settings, a session cookie.

use std::{net::SocketAddr, sync::Arc};

use askama::Template;
use axum::{
    extract::{ConnectInfo, Extension, FromRequestParts, Request, State},
    http::{StatusCode, request::Parts},
    middleware::Next,
    response::{Html, IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use tower_sessions::Session;

use super::{
    Services,
    failure::Failure,
    forms::{Asked, Sent},
    throttle::Throttle,
};

/// The session's word that the administrator has signed in.
const SIGNED_IN: &str = "administrator";

/// Whoever is signed in; put into the request by [`required`].
#[derive(Clone)]
pub struct Administrator(pub String);

#[derive(Template)]
#[template(path = "console/login.html")]
struct Page {
    refusal: Option<String>,
    next: String,
}

#[derive(Deserialize)]
pub struct Wanted {
    #[serde(default)]
    next: String,
}

#[derive(Deserialize)]
pub struct Credentials {
    name: String,
    password: String,
    #[serde(default)]
    next: String,
}

/// The address a request came from; tests ask without a socket.
pub struct Peer(String);

impl<S: Sync> FromRequestParts<S> for Peer {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let address = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        Ok(Peer(address.map_or_else(String::new, |ConnectInfo(address)| address.ip().to_string())))
    }
}

/// `GET /login`.
pub async fn show(Asked(wanted): Asked<Wanted>) -> Result<Response, Failure> {
    page(StatusCode::OK, None, wanted.next)
}

/// `POST /login`.
pub async fn enter(
    State(services): State<Arc<Services>>,
    Extension(throttle): Extension<Arc<Throttle>>,
    Peer(address): Peer,
    session: Session,
    Sent(given): Sent<Credentials>,
) -> Result<Response, Failure> {
    if let Err(minutes) = throttle.take(&address, (services.clock)()) {
        let refusal = format!("尝试次数过多，请 {minutes} 分钟后再试。");
        return page(StatusCode::TOO_MANY_REQUESTS, Some(refusal), given.next);
    }
    // The hash is computed even for a wrong name: the time taken tells nothing about names.
    let (password, hash) = (given.password, services.password_hash.clone());
    let fits = tokio::task::spawn_blocking(move || password_auth::verify_password(password, &hash).is_ok()).await?;
    if !fits || given.name != services.administrator {
        return page(StatusCode::UNAUTHORIZED, Some("用户名或密码不正确。".to_owned()), given.next);
    }
    throttle.forget(&address);
    session.cycle_id().await?;
    session.insert(SIGNED_IN, &services.administrator).await?;
    Ok(Redirect::to(own_path(&given.next)).into_response())
}

/// `POST /logout`.
pub async fn leave(session: Session) -> Result<Redirect, Failure> {
    session.flush().await?;
    Ok(Redirect::to("/login"))
}

/// Sends everyone who has not signed in to the login page.
pub async fn required(session: Session, mut request: Request, next: Next) -> Result<Response, Failure> {
    match session.get::<String>(SIGNED_IN).await? {
        Some(name) => {
            request.extensions_mut().insert(Administrator(name));
            Ok(next.run(request).await)
        }
        None => {
            let wanted = if request.method() == "GET" { request.uri().path() } else { "/" };
            let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("next", wanted).finish();
            Ok(Redirect::to(&format!("/login?{query}")).into_response())
        }
    }
}

fn page(status: StatusCode, refusal: Option<String>, next: String) -> Result<Response, Failure> {
    Ok((status, Html(Page { refusal, next }.render()?)).into_response())
}

/// `wanted` where it is a path of this console, else the first page: a link to the login page must not lead
/// people to another site.
fn own_path(wanted: &str) -> &str {
    // Browsers read a backslash as `/` and drop tabs and line ends, so only plain letters may stand there.
    let is_plain = wanted.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    let is_own = is_plain && wanted.starts_with('/') && !wanted.starts_with("//");
    if is_own { wanted } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::own_path;

    #[test]
    fn the_way_back_stays_in_the_house() {
        assert_eq!(own_path("/findings/1a2b"), "/findings/1a2b");
        for foreign in ["https://evil.example/", "//evil.example/", "/\\evil.example", "", "/\t/evil.example"] {
            assert_eq!(own_path(foreign), "/", "{foreign:?}");
        }
    }
}
