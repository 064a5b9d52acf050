//! Sessions in the browser: cookies, the token in every form, and who is signed in.
//!
//! Webmail and console have cookies of their own: being signed in to one opens nothing of the other.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, header};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

use super::Web;
use super::error::Fault;
use crate::service::{Actor, ServiceError, sign_in};

/// A cookie's value, if the browser sent it.
pub fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value)
}

/// Which part of the site a session opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Area {
    /// Webmail.
    Mail,
    /// The console.
    Console,
}

impl Area {
    const fn cookie(self, is_https: bool) -> &'static str {
        match (self, is_https) {
            (Self::Mail, true) => "__Host-lifeboat",
            (Self::Mail, false) => "lifeboat",
            (Self::Console, true) => "__Secure-lifeboat-console",
            (Self::Console, false) => "lifeboat-console",
        }
    }

    const fn path(self) -> &'static str {
        match self {
            Self::Mail => "/",
            Self::Console => "/console",
        }
    }
}

/// A `Set-Cookie` value. `max_age_secs` none: until the browser is closed.
pub fn set_cookie(
    web: &Web,
    name: &str,
    value: &str,
    path: &str,
    max_age_secs: Option<u32>,
) -> HeaderValue {
    use std::fmt::Write as _;
    let mut text = format!("{name}={value}; Path={path}; HttpOnly; SameSite=Lax");
    if let Some(secs) = max_age_secs {
        let _ = write!(text, "; Max-Age={secs}");
    }
    if web.is_https() {
        text.push_str("; Secure");
    }
    HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static(""))
}

/// The cookie that carries a session's secret; an empty secret takes it away.
pub fn session_cookie(web: &Web, area: Area, secret: &str) -> HeaderValue {
    let name = area.cookie(web.is_https());
    let max_age = secret.is_empty().then_some(0);
    set_cookie(web, name, secret, area.path(), max_age)
}

/// The secret of the session that the browser has.
pub fn secret<'h>(web: &Web, area: Area, headers: &'h HeaderMap) -> Option<&'h str> {
    cookie(headers, area.cookie(web.is_https())).filter(|secret| !secret.is_empty())
}

/// The token that forms of a session carry: only who knows the session's secret can make it.
pub fn csrf_token(secret: &str) -> String {
    signed(secret, b"lifeboat form", "")
}

/// What only who knows the session's secret can make of `text`, for one purpose.
fn signed(secret: &str, purpose: &[u8], text: &str) -> String {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else {
        // HMAC takes keys of any length.
        return String::new();
    };
    mac.update(purpose);
    mac.update(text.as_bytes());
    URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
}

/// What a token of a session is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To fetch the picture at an address.
    Picture,
    /// To see the pictures of the message with an id.
    Pictures,
}

impl Purpose {
    const fn label(self) -> &'static [u8] {
        match self {
            Self::Picture => b"lifeboat picture at ",
            Self::Pictures => b"lifeboat pictures of ",
        }
    }
}

/// A signed-in session of one area.
#[derive(Clone, Debug)]
pub struct Session {
    /// Who.
    pub actor: Actor,
    /// For the forms of this session.
    pub csrf: String,
    secret: String,
}

impl Session {
    /// The session that the browser has.
    ///
    /// # Errors
    /// [`ServiceError::Unauthenticated`] if it has none that is good; when the store fails.
    pub async fn find(web: &Web, area: Area, headers: &HeaderMap) -> Result<Self, ServiceError> {
        let secret = secret(web, area, headers).ok_or(ServiceError::Unauthenticated)?;
        let session = Self::of_secret(web, secret).await?;
        let fits = match session.actor {
            Actor::User(..) => area == Area::Mail,
            Actor::Operator(_) | Actor::Reseller(..) => area == Area::Console,
            Actor::Agent(..) | Actor::Router(_) | Actor::System(_) => false,
        };
        if fits {
            Ok(session)
        } else {
            Err(ServiceError::Unauthenticated)
        }
    }

    /// The session that has just begun with this secret.
    ///
    /// # Errors
    /// As [`Self::find`].
    pub async fn of_secret(web: &Web, secret: &str) -> Result<Self, ServiceError> {
        let actor = sign_in::recognise(&web.service, secret).await?;
        Ok(Self {
            actor,
            csrf: csrf_token(secret),
            secret: secret.to_owned(),
        })
    }

    /// Whether a form's token is this session's.
    ///
    /// # Errors
    /// [`Fault::Forbidden`] if it is not.
    pub fn check(&self, token: &str) -> Result<(), Fault> {
        let same: bool = self.csrf.as_bytes().ct_eq(token.as_bytes()).into();
        if same { Ok(()) } else { Err(Fault::Forbidden) }
    }

    /// A token that allows this session, and no other, something about `text`: to fetch a picture from
    /// there, to see a message's pictures. `purpose` keeps one kind of token from passing for another; none
    /// is the beginning of another.
    pub fn sign(&self, purpose: Purpose, text: &str) -> String {
        signed(&self.secret, purpose.label(), text)
    }

    /// Whether a token is what [`Self::sign`] makes.
    pub fn has_signed(&self, purpose: Purpose, text: &str, token: &str) -> bool {
        let own = self.sign(purpose, text);
        !own.is_empty() && bool::from(own.as_bytes().ct_eq(token.as_bytes()))
    }

    /// Its secret, to end it.
    pub fn secret(&self) -> &str {
        &self.secret
    }
}

/// A signed-in user. Where nobody is signed in, the request ends at the sign-in page.
#[derive(Clone, Debug)]
pub struct User(pub Session);

impl FromRequestParts<Web> for User {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Fault> {
        match Session::find(web, Area::Mail, &parts.headers).await {
            Ok(session) => Ok(Self(session)),
            Err(ServiceError::Unauthenticated) => Err(Fault::SignIn {
                next: next_of(parts),
            }),
            Err(error) => Err(error.into()),
        }
    }
}

/// Somebody signed in to the console.
#[derive(Clone, Debug)]
pub struct Manager(pub Session);

impl FromRequestParts<Web> for Manager {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Fault> {
        match Session::find(web, Area::Console, &parts.headers).await {
            Ok(session) => Ok(Self(session)),
            Err(ServiceError::Unauthenticated) => Err(Fault::ConsoleSignIn),
            Err(error) => Err(error.into()),
        }
    }
}

/// Where to go on after signing in: the page that was asked for, if it was only to be read.
fn next_of(parts: &Parts) -> Option<String> {
    let path = parts.uri.path_and_query()?.as_str();
    (parts.method == Method::GET).then(|| path.to_owned())
}

/// A path on this site under `/mail`, if `text` is one: never another site.
pub fn local_path(text: &str) -> Option<&str> {
    let fits = text.len() <= 1024
        && text.bytes().all(|b| b.is_ascii_graphic() && b != b'\\')
        && !text.contains("//")
        && !text.contains("..");
    (fits && (text == "/mail" || text.starts_with("/mail/"))).then_some(text)
}

#[cfg(test)]
mod tests;
