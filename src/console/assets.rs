//! The style sheets and the mark of the console, compiled in.

use axum::{
    extract::Path,
    http::header,
    response::{IntoResponse, Response},
};
use rust_embed::RustEmbed;

use super::failure::Failure;

#[derive(RustEmbed)]
#[folder = "src/console/assets/"]
#[include = "*.css"]
#[include = "*.svg"]
struct Assets;

/// `GET /assets/{name}`: one embedded file.
pub async fn show(Path(name): Path<String>) -> Result<Response, Failure> {
    let file = Assets::get(&name).ok_or(Failure::NotFound)?;
    let kind = if name.ends_with(".svg") { "image/svg+xml" } else { "text/css; charset=utf-8" };
    // An hour: a new version of the program is seen the same day, and pages stay quick.
    let headers = [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "max-age=3600")];
    Ok((headers, file.data.into_owned()).into_response())
}
