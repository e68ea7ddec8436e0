//! How a request fails: the page a person sees, and the one log line where the fault was ours.

use askama::Template;
use axum::{
    http::StatusCode,
    response::{Html, IntoResponse, Response},
};

/// Why a page cannot be shown.
#[derive(Debug)]
pub enum Failure {
    /// 404.
    NotFound,
    /// 403: a form that was sent by another site.
    ForeignForm,
    /// 422: what was sent cannot be accepted, with the reason in Chinese.
    Refused(String),
    /// 500: our fault; the cause goes to the log, never to the page.
    Ours(anyhow::Error),
}

impl<E: Into<anyhow::Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Failure::Ours(error.into())
    }
}

#[derive(Template)]
#[template(path = "console/failure.html")]
struct Page<'a> {
    title: &'a str,
    advice: &'a str,
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let (status, title, advice) = match &self {
            Failure::NotFound => (StatusCode::NOT_FOUND, "没有这个页面", "地址可能有误，或者内容已不存在。"),
            Failure::ForeignForm => {
                (StatusCode::FORBIDDEN, "请求未被接受", "该请求来自其他网站。请回到本系统页面重新操作。")
            }
            Failure::Refused(reason) => (StatusCode::UNPROCESSABLE_ENTITY, "提交的内容无法接受", reason.as_str()),
            Failure::Ours(error) => {
                tracing::error!("console: {error:#}");
                (
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "系统出错了",
                    "本次操作没有完成，原因已写入日志。请稍后再试，或联系管理员。",
                )
            }
        };
        let body = Page { title, advice }.render().unwrap_or_else(|_| title.to_owned());
        (status, Html(body)).into_response()
    }
}
