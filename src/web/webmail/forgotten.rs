//! Asking for a link to sign in, for those whose password is not known here. The answer tells nobody whether a
//! mailbox is there.

use std::net::{IpAddr, Ipv4Addr};

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::shell::redirect;
use crate::ids::Address;
use crate::service::{ClientAddress, sign_in_links};
use crate::web::Web;
use crate::web::error::Fault;
use crate::web::flash::Flash;
use crate::web::form::Form;
use crate::web::page::{FormError, Page, page};
use crate::web::reader::Reader;

/// The page.
#[derive(Template)]
#[template(path = "webmail/forgotten.html")]
pub struct ForgottenPage {
    pub(super) p: Page,
    pub(super) errors: Vec<FormError>,
    pub(super) address: String,
}

impl ForgottenPage {
    fn new(reader: &Reader) -> Self {
        Self {
            p: Page::of(reader, &reader.texts.get("forgotten-title")),
            errors: Vec::new(),
            address: String::new(),
        }
    }
}

/// `GET /login/forgotten`.
pub async fn show(State(web): State<Web>, reader: Reader) -> Result<Response, Fault> {
    match sign_in_links::are_mailed(&web.service) {
        true => Ok(page(StatusCode::OK, &ForgottenPage::new(&reader))),
        false => Err(Fault::NotFound),
    }
}

/// `POST /login/forgotten`.
pub async fn ask(
    State(web): State<Web>,
    reader: Reader,
    client: Option<Extension<ClientAddress>>,
    form: Form,
) -> Result<Response, Fault> {
    if !sign_in_links::are_mailed(&web.service) {
        return Err(Fault::NotFound);
    }
    let client = client
        .and_then(|Extension(ClientAddress(address))| address)
        .unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST));
    let (status, key) = match form.get("address").trim().parse::<Address>() {
        Err(_) => (StatusCode::UNPROCESSABLE_ENTITY, "error-forgotten-address"),
        Ok(address) => {
            let language = reader.texts.lang.parse().unwrap_or_default();
            match sign_in_links::ask(&web.service, &web.links, address, client, language) {
                Ok(()) => {
                    let said = Flash::new("done-forgotten");
                    return Ok(redirect(&web, "/login", Some(&said)));
                }
                Err(_) => (StatusCode::TOO_MANY_REQUESTS, "error-sign-in-often"),
            }
        }
    };
    let made = ForgottenPage {
        errors: vec![FormError {
            field: Some("address"),
            text: reader.texts.get(key).into_owned(),
        }],
        address: form.get("address").chars().take(254).collect(),
        ..ForgottenPage::new(&reader)
    };
    Ok(page(status, &made))
}
