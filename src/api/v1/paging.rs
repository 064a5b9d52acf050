//! Pages: the address of the next one as a `Link` (RFC 8288).

use axum::Json;
use axum::http::HeaderValue;
use axum::http::header::LINK;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

/// A page with the address of the next, whose cursor goes under the name `cursor`.
pub(super) fn linked(
    path: &str,
    pairs: &[(&str, Option<String>)],
    cursor: &str,
    next: Option<&str>,
    page: impl Serialize,
) -> Response {
    let mut response = Json(page).into_response();
    if let Some(next) = next {
        let set = pairs
            .iter()
            .filter_map(|(name, value)| Some((*name, value.as_deref()?)));
        let query: String = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(set)
            .append_pair(cursor, next)
            .finish();
        let link = HeaderValue::try_from(format!("<{path}?{query}>; rel=\"next\"")).ok();
        response.headers_mut().extend(link.map(|link| (LINK, link)));
    }
    response
}
