//! The console's pages for oneself: choosing a password by a link, changing it, a second factor.

use askama::Template;
use axum::Extension;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use qrcodegen::{QrCode, QrCodeEcc};
use serde::Deserialize;
use std::fmt::Write as _;
use std::net::{IpAddr, Ipv4Addr};

use super::frame::{Frame, said_once};
use crate::service::persons::own::{self, Account, Wish};
use crate::service::{ClientAddress, ServiceError};
use crate::web::Web;
use crate::web::error::Fault;
use crate::web::flash::Flash;
use crate::web::form::Form;
use crate::web::page::{FormError, page};
use crate::web::reader::Reader;
use crate::web::session::{Area, Manager, Session, session_cookie};
use crate::web::texts::{Texts, Value};
use crate::web::webmail::shell::redirect;

const PATH: &str = "/console/account";
/// Light modules around the picture (ISO/IEC 18004 asks for four).
const QUIET: i32 = 4;

/// The page of one's own account.
#[derive(Template)]
#[template(path = "console/account.html")]
pub struct AccountPage {
    pub(super) p: Frame,
    pub(super) line: String,
    pub(super) sign_in: String,
    pub(super) second: Option<String>,
    pub(super) setup: Option<Setup>,
    pub(super) codes: Vec<String>,
}

/// What an app is set up with.
#[derive(Clone, Debug)]
pub struct Setup {
    pub(super) key: String,
    pub(super) picture: Option<Picture>,
}

/// A QR code.
#[derive(Clone, Debug)]
pub struct Picture {
    /// Modules along a side, with the quiet ones.
    pub(super) size: i32,
    /// The dark ones, as a path of an SVG.
    pub(super) path: String,
}

/// The page behind a link.
#[derive(Template)]
#[template(path = "console/welcome.html")]
pub struct WelcomePage {
    pub(super) p: Frame,
    pub(super) heading: String,
    pub(super) text: String,
    pub(super) sign_in: String,
    pub(super) key: String,
}

/// The secret of a link.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Key {
    key: String,
}

/// Where a request came from, for the limits of guessing.
pub(super) fn client(known: Option<Extension<ClientAddress>>) -> IpAddr {
    known
        .and_then(|Extension(ClientAddress(address))| address)
        .unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST))
}

/// `GET /console/welcome?key=`.
pub async fn welcome(
    State(web): State<Web>,
    reader: Reader,
    Query(key): Query<Key>,
) -> Result<Response, Fault> {
    welcome_page(&web, &reader, &key.key, None)
}

fn welcome_page(
    web: &Web,
    reader: &Reader,
    key: &str,
    error: Option<&str>,
) -> Result<Response, Fault> {
    let texts = reader.texts;
    let person = own::invited(&web.service, key)?;
    let heading = texts.with("welcome-title", &[("name", Value::Text(&person.name))]);
    let error = error.map(|key| FormError {
        field: Some("new"),
        text: texts.get(key).into_owned(),
    });
    let status = match error {
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        None => StatusCode::OK,
    };
    let values = [("address", Value::Text(&person.sign_in))];
    let view = WelcomePage {
        p: Frame::outside(reader, &heading).with_errors(error.into_iter().collect()),
        text: texts.with("welcome-text", &values),
        heading,
        sign_in: person.sign_in,
        key: key.to_owned(),
    };
    // The address holds the secret; it is told to no other site (`security::headers`).
    Ok(page(status, &view))
}

/// `POST /console/welcome`.
pub async fn choose(State(web): State<Web>, reader: Reader, form: Form) -> Result<Response, Fault> {
    let (key, password) = (form.get("key"), form.get("new").to_owned());
    match own::choose(&web.service, &web.doors, key, password).await {
        Ok(()) => {
            let flash = Flash::new("done-password");
            Ok(redirect(&web, "/console/login", Some(&flash)))
        }
        Err(ServiceError::Invalid { .. }) => {
            welcome_page(&web, &reader, key, Some("error-new-password"))
        }
        Err(error) => Err(error.into()),
    }
}

/// `GET /console/account`.
pub async fn show(
    State(web): State<Web>,
    reader: Reader,
    Manager(session): Manager,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let account = own::account(&web.service, &session.actor)?;
    let mut made = account_page(&reader, &session, account);
    made.p = made.p.with_said(&reader, &headers);
    Ok(said_once(&web, page(StatusCode::OK, &made)))
}

fn account_page(reader: &Reader, session: &Session, account: Account) -> AccountPage {
    let texts = reader.texts;
    let role = texts.get(&format!("role-{}", account.view.access.as_str()));
    let values = [
        ("name", Value::Text(&account.view.name)),
        ("address", Value::Text(&account.view.sign_in)),
        ("role", Value::Text(&role)),
    ];
    let left = account.recovery_left as u64;
    AccountPage {
        p: Frame::new(reader, session, &texts.get("account-title")),
        line: texts.with("account-line", &values),
        sign_in: account.view.sign_in.clone(),
        second: account
            .view
            .has_second_factor
            .then(|| texts.with("account-second-on", &[("count", Value::Number(left))])),
        setup: account.setup.map(|(key, uri)| Setup {
            key: grouped(&key),
            picture: picture(&uri),
        }),
        codes: Vec::new(),
    }
}

/// In groups of four, as one reads it aloud.
fn grouped(key: &str) -> String {
    let mut text = String::new();
    for (at, c) in key.chars().enumerate() {
        if at > 0 && at % 4 == 0 {
            text.push(' ');
        }
        text.push(c);
    }
    text
}

fn picture(text: &str) -> Option<Picture> {
    let code = QrCode::encode_text(text, QrCodeEcc::Medium).ok()?;
    let mut path = String::new();
    for y in 0..code.size() {
        for x in (0..code.size()).filter(|x| code.get_module(*x, y)) {
            let _ = write!(path, "M{} {}h1v1h-1z", x + QUIET, y + QUIET);
        }
    }
    Some(Picture {
        size: code.size() + 2 * QUIET,
        path,
    })
}

/// `POST /console/account`.
pub async fn post(
    State(web): State<Web>,
    reader: Reader,
    Manager(session): Manager,
    known: Option<Extension<ClientAddress>>,
    form: Form,
) -> Result<Response, Fault> {
    session.check(form.get("csrf"))?;
    let (wish, ends) = match form.get("do") {
        "password" => (Wish::Password(form.get("new").to_owned()), true),
        "setup" => (Wish::SetUp, false),
        "confirm" => (Wish::Confirm(form.get("code").to_owned()), false),
        "remove" => (Wish::Remove, true),
        _ => return Err(Fault::NotFound),
    };
    // Each form has a field of its own for the password as it is.
    let field = match &wish {
        Wish::Password(_) => "current",
        Wish::SetUp => "current-setup",
        Wish::Confirm(_) => "code",
        Wish::Remove => "current-remove",
    };
    let password = form.get("current").to_owned();
    let client = client(known);
    let done = own::change(
        &web.service,
        &web.doors,
        &session.actor,
        client,
        password,
        session.secret(),
        wish,
    )
    .await;
    match done {
        Ok(_) if ends => {
            let mut response = redirect(
                &web,
                "/console/login",
                Some(&Flash::new("done-account-again")),
            );
            let cookie = session_cookie(&web, Area::Console, "");
            response.headers_mut().append(header::SET_COOKIE, cookie);
            Ok(response)
        }
        Ok(codes) if codes.is_empty() => Ok(redirect(&web, PATH, None)),
        Ok(codes) => {
            let account = own::account(&web.service, &session.actor)?;
            let view = account_page(&reader, &session, account);
            Ok(page(StatusCode::OK, &AccountPage { codes, ..view }))
        }
        Err(error) => {
            let texts = reader.texts;
            let (field, key) = wrong(field, &error).ok_or(error)?;
            refused(&web, &reader, &session, field, texts, key)
        }
    }
}

/// Which field a mistake is about, and what is said of it.
fn wrong(field: &'static str, error: &ServiceError) -> Option<(&'static str, &'static str)> {
    match error {
        ServiceError::Invalid { field: at, .. } => Some(match *at {
            "current" => (field, "error-current"),
            "code" => ("code", "error-code"),
            _ => ("new", "error-new-password"),
        }),
        ServiceError::Limited { .. } => Some((field, "error-sign-in-often")),
        _ => None,
    }
}

fn refused(
    web: &Web,
    reader: &Reader,
    session: &Session,
    field: &'static str,
    texts: &Texts,
    key: &str,
) -> Result<Response, Fault> {
    let account = own::account(&web.service, &session.actor)?;
    let errors = vec![FormError {
        field: Some(field),
        text: texts.get(key).into_owned(),
    }];
    let mut made = account_page(reader, session, account);
    made.p.errors = errors;
    Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &made))
}
