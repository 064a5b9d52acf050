//! Signing in by a link that somebody who helps users has made. Looking at the page does not use it up.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::{StatusCode, header};
use axum::response::Response;
use serde::Deserialize;

use super::shell::redirect;
use crate::service::{ServiceError, sign_in_links};
use crate::web::Web;
use crate::web::error::Fault;
use crate::web::form::Form;
use crate::web::page::{Page, page};
use crate::web::reader::Reader;
use crate::web::session::{Area, session_cookie};
use crate::web::texts::Value;

/// The page behind a link.
#[derive(Template)]
#[template(path = "webmail/link.html")]
pub struct LinkPage {
    pub(super) p: Page,
    pub(super) heading: String,
    pub(super) text: String,
    /// The secret; none where the link is good no more.
    pub(super) key: Option<String>,
}

/// The secret of a link.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Key {
    key: String,
}

/// `GET /login/link?key=`.
pub async fn show(
    State(web): State<Web>,
    reader: Reader,
    Query(key): Query<Key>,
) -> Result<Response, Fault> {
    let texts = reader.texts;
    match sign_in_links::look(&web.service, &key.key) {
        Ok(address) => {
            let name = address.to_string();
            let heading = texts.with("link-title", &[("address", Value::Text(&name))]);
            let form = LinkPage {
                p: Page::of(&reader, &heading),
                heading,
                text: texts.get("link-text").into_owned(),
                key: Some(key.key),
            };
            Ok(page(StatusCode::OK, &form))
        }
        Err(ServiceError::NotFound(_)) => Ok(over(&reader)),
        Err(error) => Err(error.into()),
    }
}

fn over(reader: &Reader) -> Response {
    let texts = reader.texts;
    let heading = texts.get("link-over-title").into_owned();
    let text = texts.get("link-over-text").into_owned();
    let said = LinkPage {
        p: Page::of(reader, &heading),
        heading,
        text,
        key: None,
    };
    page(StatusCode::NOT_FOUND, &said)
}

/// `POST /login/link`.
pub async fn sign_in(
    State(web): State<Web>,
    reader: Reader,
    form: Form,
) -> Result<Response, Fault> {
    match sign_in_links::redeem(&web.service, form.get("key")).await {
        Ok(secret) => {
            let mut response = redirect(&web, "/mail/inbox", None);
            let cookie = session_cookie(&web, Area::Mail, &secret);
            response.headers_mut().append(header::SET_COOKIE, cookie);
            Ok(response)
        }
        Err(ServiceError::NotFound(_)) => Ok(over(&reader)),
        Err(error) => Err(error.into()),
    }
}
