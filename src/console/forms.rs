//! Forms and queries as handlers receive them; what cannot be read is answered in Chinese.

use axum::{
    Form,
    extract::{FromRequest, FromRequestParts, Query, Request},
    http::request::Parts,
};
use serde::de::DeserializeOwned;

use super::failure::Failure;

/// The fields of a form that was sent.
pub struct Sent<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Sent<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        match Form::from_request(request, state).await {
            Ok(Form(fields)) => Ok(Sent(fields)),
            Err(rejection) => {
                tracing::info!("console: form not understood: {rejection}");
                Err(Failure::Refused("表单内容不完整，或填写过长。请返回上一页检查后重新提交。".to_owned()))
            }
        }
    }
}

/// The query of an address.
pub struct Asked<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Asked<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        match Query::from_request_parts(parts, state).await {
            Ok(Query(fields)) => Ok(Asked(fields)),
            Err(_) => Err(Failure::Refused("地址中的查询条件无法识别。".to_owned())),
        }
    }
}
