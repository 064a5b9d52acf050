//! Errors as the API shows them: RFC 9457 problem documents. The only place where they become so.

use axum::extract::rejection::{BytesRejection, JsonRejection, PathRejection, QueryRejection};
use axum::extract::{FromRequest, Request};
use axum::http::header::{CONTENT_TYPE, ETAG, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::service::ServiceError;
use crate::store::StoreError;

/// What went wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// Names the kind of problem, `urn:lifeboat:problem:…`; the same text means the same kind.
    #[serde(rename = "type")]
    #[schema(value_type = String)]
    pub kind: Box<str>,
    /// The kind, in words.
    #[schema(value_type = String)]
    pub title: Box<str>,
    /// The HTTP status.
    pub status: u16,
    /// This problem, in words, with what to do.
    pub detail: String,
    /// The part of the request that is wrong.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub field: Option<String>,
    /// For 412: the entity tag that it has now.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[schema(value_type = Option<String>)]
    pub etag: Option<Box<str>>,
    /// For 412: all of it as it is now, as GET shows it; absent where there is nothing any more.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[schema(value_type = Option<Object>)]
    pub current: Option<Box<serde_json::Value>>,
    #[serde(skip)]
    retry_after_secs: Option<u32>,
}

impl Problem {
    /// A problem of this kind.
    pub fn new(status: u16, kind: &str, title: &str, detail: String) -> Self {
        Self {
            kind: format!("urn:lifeboat:problem:{kind}").into(),
            title: title.into(),
            status,
            detail,
            field: None,
            etag: None,
            current: None,
            retry_after_secs: None,
        }
    }
}

impl From<ServiceError> for Problem {
    fn from(error: ServiceError) -> Self {
        let detail = error.to_string();
        match error {
            ServiceError::Unauthenticated => Self::new(
                401,
                "unauthenticated",
                "Not signed in",
                "send a token that is valid: Authorization: Bearer …".to_owned(),
            ),
            ServiceError::NotFound(_) => Self::new(404, "not-found", "Not found", detail),
            ServiceError::Forbidden(_) => Self::new(403, "forbidden", "Not allowed", detail),
            ServiceError::Invalid { field, .. } => Self {
                field: Some(field.to_owned()),
                ..Self::new(422, "invalid", "Not valid", detail)
            },
            ServiceError::Conflict(_) => Self::new(409, "conflict", "Not possible now", detail),
            ServiceError::ReadOnly => Self::new(409, "read-only", "Read-only", detail),
            ServiceError::Stale { etag, current } => Self {
                etag: (!etag.is_empty()).then(|| etag.into()),
                current: Some(current).filter(|current| !current.is_null()),
                ..Self::new(412, "stale", "Changed meanwhile", detail)
            },
            ServiceError::Limited { retry_after } => Self {
                retry_after_secs: Some(
                    u32::try_from(retry_after.as_secs().max(1)).unwrap_or(u32::MAX),
                ),
                ..Self::new(429, "limited", "Too many requests", detail)
            },
            ServiceError::Unavailable(_) => Self {
                retry_after_secs: Some(5),
                ..Self::new(503, "unavailable", "Not available", detail)
            },
            ServiceError::Store(error) => store(&error),
        }
    }
}

/// The store's trouble: logged here, told in general terms.
fn store(error: &StoreError) -> Problem {
    match error {
        StoreError::Missing(_) => Problem::new(404, "not-found", "Not found", error.to_string()),
        StoreError::Conflict(_) => {
            Problem::new(409, "conflict", "Not possible now", error.to_string())
        }
        _ => {
            tracing::error!(%error, "a request failed because of the store");
            Problem {
                retry_after_secs: Some(5),
                ..Problem::new(
                    503,
                    "store",
                    "The store has a problem",
                    "the store has a problem; the server's log says which".to_owned(),
                )
            }
        }
    }
}

impl From<JsonRejection> for Problem {
    fn from(rejection: JsonRejection) -> Self {
        let status = rejection.status().as_u16();
        Self::new(status, "malformed", "Not understood", rejection.body_text())
    }
}

impl From<PathRejection> for Problem {
    fn from(rejection: PathRejection) -> Self {
        Self::new(404, "not-found", "Not found", rejection.body_text())
    }
}

impl From<QueryRejection> for Problem {
    fn from(rejection: QueryRejection) -> Self {
        Self::new(422, "malformed", "Not understood", rejection.body_text())
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let etag = self.etag.as_deref().and_then(quoted);
        let retry_after = self.retry_after_secs.map(HeaderValue::from);
        let mut response = (status, axum::Json(self)).into_response();
        let headers = response.headers_mut();
        headers.insert(
            CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        headers.extend(etag.map(|etag| (ETAG, etag)));
        headers.extend(retry_after.map(|after| (RETRY_AFTER, after)));
        response
    }
}

/// An entity tag as a header has it.
pub fn quoted(etag: &str) -> Option<HeaderValue> {
    HeaderValue::from_str(&format!("\"{etag}\"")).ok()
}

impl From<BytesRejection> for Problem {
    fn from(rejection: BytesRejection) -> Self {
        let status = rejection.status().as_u16();
        Self::new(status, "malformed", "Not understood", rejection.body_text())
    }
}

/// A JSON object whose mistakes are problems.
pub struct Body<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let request = Request::from_parts(parts.clone(), body);
        let bytes = Bytes::from_request(request, state).await?;
        let is_object = bytes.trim_ascii_start().starts_with(b"{");
        let request = Request::from_parts(parts, axum::body::Body::from(bytes));
        let axum::Json(value) = axum::Json::from_request(request, state).await?;
        // serde takes a list for an object too, its fields in their order.
        match is_object {
            true => Ok(Self(value)),
            false => Err(Self::Rejection::new(
                422,
                "malformed",
                "Not understood",
                "send a JSON object".to_owned(),
            )),
        }
    }
}

/// A query string whose mistakes are problems.
#[derive(axum::extract::FromRequestParts)]
#[from_request(via(axum::extract::Query), rejection(Problem))]
pub struct Query<T>(pub T);

/// Path segments whose mistakes are problems.
#[derive(axum::extract::FromRequestParts)]
#[from_request(via(axum::extract::Path), rejection(Problem))]
pub struct Path<T>(pub T);
