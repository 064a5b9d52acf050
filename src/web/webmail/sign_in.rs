//! Signing in and out.

use askama::Template;

use axum::Extension;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use std::net::{IpAddr, Ipv4Addr};

use super::shell::{door_banner, redirect};
use super::{compose, posting};
use crate::service::sign_in::{self, SignInError};
use crate::service::{ClientAddress, ServiceError, profile, sign_in_links};
use crate::web::Web;
use crate::web::error::{Fault, form_encode};
use crate::web::flash::Flash;
use crate::web::form::Form;
use crate::web::page::{Banner, FormError, Notice, Page, page};
use crate::web::reader::{Reader, language_cookie, zone_cookie};
use crate::web::session::{Area, Session, local_path, secret, session_cookie};
use crate::web::texts::Texts;

/// The sign-in page.
#[derive(Template)]
#[template(path = "webmail/login.html")]
pub struct LoginPage {
    pub(super) p: Page,
    pub(super) heading: String,
    pub(super) banner: Option<Banner>,
    pub(super) notice: Option<Notice>,
    pub(super) errors: Vec<FormError>,
    pub(super) next: String,
    pub(super) address: String,
    pub(super) kept: Vec<Kept>,
    pub(super) languages: Vec<Language>,
    /// Whether a link to sign in can be asked for.
    pub(super) has_links: bool,
}

/// A language that the page can be read in.
#[derive(Clone, Debug)]
pub struct Language {
    pub(super) lang: &'static str,
    pub(super) name: String,
    /// Where the page is in it; none for the language that it is in.
    pub(super) href: Option<String>,
}

/// The languages, for a page that leads to `next`.
fn languages(current: &Texts, next: &str) -> Vec<Language> {
    Texts::all()
        .iter()
        .map(|texts| Language {
            lang: texts.lang,
            name: texts.get("language-name").into_owned(),
            href: (texts.lang != current.lang).then(|| {
                let language = format!("/login?language={}", texts.lang);
                if next.is_empty() {
                    language
                } else {
                    format!("{language}&next={}", form_encode(next))
                }
            }),
        })
        .collect()
}

/// A field of a form that was being sent when the session ended.
#[derive(Clone, Debug)]
pub struct Kept {
    pub(super) name: String,
    pub(super) value: String,
}

/// In front of the names of fields that a sign-in carries along.
const KEPT_PREFIX: &str = "kept-";
/// Fields of the compose form that are carried along.
const KEPT_FIELDS: &[&str] = &[
    "key", "draft", "reply", "forward", "back", "from", "to", "cc", "bcc", "subject", "body",
    "tell", "format", "html", "keep",
];

/// How the page is asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Ask {
    next: Option<String>,
    language: String,
}

impl LoginPage {
    fn new(web: &Web, reader: &Reader, heading: &str) -> Result<Self, Fault> {
        let texts = reader.texts;
        Ok(Self {
            p: Page::of(reader, &texts.get(heading)),
            heading: texts.get(heading).into_owned(),
            banner: door_banner(web, reader)?,
            notice: None,
            errors: Vec::new(),
            next: String::new(),
            address: String::new(),
            kept: Vec::new(),
            languages: Vec::new(),
            has_links: sign_in_links::are_mailed(&web.service),
        })
    }
}

/// `GET /login`.
pub async fn show(
    State(web): State<Web>,
    reader: Reader,
    Query(ask): Query<Ask>,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let next = ask.next.as_deref().and_then(local_path);
    match Session::find(&web, Area::Mail, &headers).await {
        Ok(_) => return Ok(Redirect::to(next.unwrap_or("/mail/inbox")).into_response()),
        Err(ServiceError::Unauthenticated) => {}
        Err(error) => return Err(error.into()),
    }
    let chosen = Texts::of(&ask.language);
    let reader = match chosen {
        Some(chosen) => reader.in_language(chosen),
        None => reader,
    };
    let texts = reader.texts;
    let said = Flash::read(&headers);
    let signed_out = said.and_then(|said| said.notice(texts, "", "", |_| String::new()));
    let was_here = secret(&web, Area::Mail, &headers).is_some();
    let notice = signed_out.or_else(|| {
        let key = why_here(ask.next.as_deref(), was_here)?;
        Some(Notice::info(texts.get(key).into_owned()))
    });
    let form = LoginPage {
        notice,
        next: next.unwrap_or_default().to_owned(),
        languages: languages(texts, next.unwrap_or_default()),
        ..LoginPage::new(&web, &reader, "sign-in-title")?
    };
    let mut response = page(StatusCode::OK, &form);
    if let Some(chosen) = chosen {
        let cookie = language_cookie(&web, chosen.lang);
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    let forget = Flash::forget(&web);
    response.headers_mut().append(header::SET_COOKIE, forget);
    Ok(response)
}

/// What somebody is told who was led here, by the page that was asked for (empty: something was to be done)
/// and whether the browser still has the key of a session. Nothing to who just came to sign in.
fn why_here(next: Option<&str>, was_here: bool) -> Option<&'static str> {
    match (next?, was_here) {
        ("", _) => Some("sign-in-ended-undone"),
        (_, true) => Some("sign-in-ended"),
        ("/mail/inbox", false) => None,
        (_, false) => Some("sign-in-first"),
    }
}

/// The sign-in page for somebody whose session ended while a message was being written: it keeps
/// what was written.
pub(super) fn again(web: &Web, reader: &Reader, form: &Form) -> Result<Response, Fault> {
    let texts = reader.texts;
    let kept: Vec<Kept> = form
        .fields()
        .iter()
        .filter(|(name, _)| KEPT_FIELDS.contains(&name.as_str()))
        .map(|(name, value)| Kept {
            name: format!("{KEPT_PREFIX}{name}"),
            value: value.clone(),
        })
        .collect();
    let text = format!(
        "{} {}",
        texts.get("sign-in-again"),
        texts.get("sign-in-again-files")
    );
    let form = LoginPage {
        notice: Some(Notice::info(text)),
        kept,
        ..LoginPage::new(web, reader, "sign-in-again-title")?
    };
    Ok(page(StatusCode::OK, &form))
}

/// `POST /login`.
pub async fn sign_in(
    State(web): State<Web>,
    reader: Reader,
    client: Option<Extension<ClientAddress>>,
    form: Form,
) -> Result<Response, Fault> {
    let (address, password) = (form.get("address").trim(), form.get("password"));
    let client = client
        .and_then(|Extension(ClientAddress(address))| address)
        .unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST));
    let signed_in = if address.is_empty() || password.is_empty() {
        Err(None)
    } else {
        sign_in::user(
            &web.service,
            &web.doors,
            address,
            password.to_owned(),
            client,
        )
        .await
        .map_err(Some)
    };
    match signed_in {
        Ok(secret) => welcome(&web, &reader, &form, &secret).await,
        Err(error) => refused(&web, &reader, &form, error),
    }
}

async fn welcome(web: &Web, reader: &Reader, form: &Form, secret: &str) -> Result<Response, Fault> {
    let cookie = session_cookie(web, Area::Mail, secret);
    let session = Session::of_secret(web, secret).await?;
    let profile = profile::get(&web.service, &session.actor)?;
    let kept = form.without_prefix(KEPT_PREFIX);
    let mut response = if kept.fields().is_empty() {
        let next = local_path(form.get("next")).unwrap_or("/mail/inbox");
        redirect(web, next, None)
    } else {
        let letter = compose::letter_of(&kept);
        posting::again(web, reader, &session, &HeaderMap::new(), letter).await?
    };
    response.headers_mut().append(header::SET_COOKIE, cookie);
    // What was chosen in another browser holds here too; what was never chosen stays as it is here.
    for (is_set, cookie) in [
        (&profile.language, language_cookie(web, &profile.language)),
        (&profile.zone, zone_cookie(web, &profile.zone)),
    ] {
        if !is_set.is_empty() {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
    }
    Ok(response)
}

fn refused(
    web: &Web,
    reader: &Reader,
    form: &Form,
    error: Option<SignInError>,
) -> Result<Response, Fault> {
    let texts = reader.texts;
    let next = local_path(form.get("next")).unwrap_or_default();
    let (status, key) = match error {
        None => (StatusCode::UNPROCESSABLE_ENTITY, "error-sign-in-empty"),
        Some(SignInError::Wrong) => (StatusCode::UNPROCESSABLE_ENTITY, "error-sign-in"),
        Some(SignInError::Limited(_) | SignInError::Busy(_)) => {
            (StatusCode::TOO_MANY_REQUESTS, "error-sign-in-often")
        }
        Some(SignInError::Store(error)) => return Err(error.into()),
    };
    let kept: Vec<Kept> = form
        .fields()
        .iter()
        .filter(|(name, _)| name.starts_with(KEPT_PREFIX))
        .map(|(name, value)| Kept {
            name: name.clone(),
            value: value.clone(),
        })
        .collect();
    let form = LoginPage {
        errors: vec![FormError {
            field: Some("address"),
            text: texts.get(key).into_owned(),
        }],
        languages: if kept.is_empty() {
            languages(texts, next)
        } else {
            // Another page would lose what is kept on this one.
            Vec::new()
        },
        next: next.to_owned(),
        address: form.get("address").chars().take(254).collect(),
        kept,
        ..LoginPage::new(web, reader, "sign-in-title")?
    };
    Ok(page(status, &form))
}

/// `POST /logout`.
pub async fn sign_out(
    State(web): State<Web>,
    headers: HeaderMap,
    form: Form,
) -> Result<Response, Fault> {
    match Session::find(&web, Area::Mail, &headers).await {
        Ok(session) => {
            session.check(form.get("csrf"))?;
            sign_in::sign_out(&web.service, session.secret()).await?;
        }
        Err(ServiceError::Unauthenticated) => {}
        Err(error) => return Err(error.into()),
    }
    let mut response = redirect(&web, "/login", Some(&Flash::new("done-signed-out")));
    let cookie = session_cookie(&web, Area::Mail, "");
    let headers = response.headers_mut();
    headers.append(header::SET_COOKIE, cookie);
    headers.insert(
        HeaderName::from_static("clear-site-data"),
        // The copies of what was being written, too.
        HeaderValue::from_static("\"cache\", \"storage\""),
    );
    Ok(response)
}
