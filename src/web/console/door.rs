//! The console's door: signing in as oneself or with a token, and out.

use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};

use super::account;
use super::frame::{Frame, said_once};
use super::views::LoginPage;
use crate::service::persons::own;
use crate::service::sign_in::{self as doors, SignInError};
use crate::service::{ClientAddress, ServiceError};
use crate::web::Web;
use crate::web::error::Fault;
use crate::web::form::Form;
use crate::web::page::{FormError, page};
use crate::web::reader::Reader;
use crate::web::session::{Area, Manager, Session, session_cookie};

/// `GET /console/login`.
pub async fn sign_in_page(
    State(web): State<Web>,
    reader: Reader,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    match Session::find(&web, Area::Console, &headers).await {
        Ok(_) => Ok(Redirect::to("/console").into_response()),
        Err(ServiceError::Unauthenticated) => {
            let mut made = login_page(&reader, "", None);
            made.p = made.p.with_said(&reader, &headers);
            Ok(said_once(&web, page(StatusCode::OK, &made)))
        }
        Err(error) => Err(error.into()),
    }
}

fn login_page(reader: &Reader, name: &str, error: Option<(&'static str, &str)>) -> LoginPage {
    let texts = reader.texts;
    let is_token_wrong = error.is_some_and(|(field, _)| field == "token");
    let error = error.map(|(field, key)| FormError {
        field: Some(field),
        text: texts.get(key).into_owned(),
    });
    LoginPage {
        p: Frame::outside(reader, &texts.get("console-sign-in"))
            .with_errors(error.into_iter().collect()),
        is_token_wrong,
        name: name.chars().take(254).collect(),
    }
}

/// `POST /console/login`.
pub async fn sign_in(
    State(web): State<Web>,
    reader: Reader,
    client: Option<Extension<ClientAddress>>,
    form: Form,
) -> Result<Response, Fault> {
    let name = form.get("name");
    let begun = match form.get("token") {
        "" => {
            let (password, code) = (form.get("password").to_owned(), form.get("code"));
            let client = account::client(client);
            own::sign_in(&web.service, &web.doors, name, password, code, client).await
        }
        token => match doors::console(&web.service, token).await {
            Err(ServiceError::Unauthenticated) => {
                let form = login_page(&reader, "", Some(("token", "error-token")));
                return Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &form));
            }
            begun => Ok(begun?),
        },
    };
    let refused = |status, key| {
        Ok(page(
            status,
            &login_page(&reader, name, Some(("name", key))),
        ))
    };
    let secret = match begun {
        Ok(secret) => secret,
        Err(SignInError::Wrong) => {
            return refused(StatusCode::UNPROCESSABLE_ENTITY, "error-person");
        }
        Err(SignInError::Limited(_) | SignInError::Busy(_)) => {
            return refused(StatusCode::TOO_MANY_REQUESTS, "error-sign-in-often");
        }
        Err(SignInError::Store(error)) => return Err(error.into()),
    };
    let mut response = Redirect::to("/console").into_response();
    let cookie = session_cookie(&web, Area::Console, &secret);
    response.headers_mut().append(header::SET_COOKIE, cookie);
    Ok(response)
}

/// `POST /console/logout`.
pub async fn sign_out(
    State(web): State<Web>,
    Manager(session): Manager,
    form: Form,
) -> Result<Response, Fault> {
    session.check(form.get("csrf"))?;
    doors::sign_out(&web.service, session.secret()).await?;
    let mut response = Redirect::to("/console/login").into_response();
    let cookie = session_cookie(&web, Area::Console, "");
    response.headers_mut().append(header::SET_COOKIE, cookie);
    Ok(response)
}
