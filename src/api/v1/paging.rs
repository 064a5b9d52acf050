//! Pages: the address of the next one as a `Link` (RFC 8288).

use axum::Json;
use axum::http::header::{ACCEPT, LINK};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

use crate::service::ServiceError;
use crate::service::sorting::short::Keys;

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

/// Where a page of a short list starts.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Short {
    /// How they are sorted: `created` (the oldest first) or another that is named where it is refused; `-created` the
    /// other way round.
    #[param(example = "-created")]
    sort: Option<String>,
    /// The cursor of the page before, of the same sort.
    after: Option<String>,
    /// Entries in a page; absent: all.
    limit: Option<usize>,
}

/// A page of a short list, with the address of the next.
pub(super) fn short<T: Serialize + 'static>(
    path: &str,
    asked: Short,
    all: Vec<T>,
    keys: &Keys<T>,
) -> Result<Response, ServiceError> {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let (sort, after) = (text(&asked.sort), text(&asked.after));
    let (page, next) = keys.page(all, &sort, &after, asked.limit)?;
    let limit = asked.limit.map(|limit| limit.max(1).to_string());
    let pairs = [("sort", asked.sort), ("limit", limit)];
    Ok(linked(path, &pairs, "after", next.as_deref(), page))
}
