//! Pages: the address of the next one as a `Link` (RFC 8288).

use axum::Json;
use axum::http::header::{ACCEPT, LINK};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

/// Whether a whole list is asked for as a file.
pub(super) fn wants_csv(headers: &HeaderMap) -> bool {
    let accepted = headers.get(ACCEPT).and_then(|value| value.to_str().ok());
    accepted.is_some_and(|accepted| accepted.starts_with("text/csv"))
}

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

/// Where a page of a list starts that is in the order of its ids.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ById {
    /// The last id of the page before.
    after: Option<String>,
    /// Entries in a page; absent: all.
    limit: Option<usize>,
}

/// A page of `all`, which is in the order of its ids, with the address of the next.
pub(super) fn by_id<T: Serialize>(
    path: &str,
    asked: &ById,
    all: Vec<T>,
    id: impl Fn(&T) -> &str,
) -> Response {
    let is_behind = |one: &T| asked.after.as_deref().is_none_or(|after| id(one) > after);
    let mut page: Vec<T> = all.into_iter().filter(is_behind).collect();
    let limit = asked.limit.map(|limit| limit.max(1));
    let more = limit.is_some_and(|limit| page.len() > limit);
    page.truncate(limit.unwrap_or(usize::MAX));
    let next = page.last().filter(|_| more).map(|last| id(last).to_owned());
    let pairs = [("limit", limit.map(|limit| limit.to_string()))];
    linked(path, &pairs, "after", next.as_deref(), page)
}
