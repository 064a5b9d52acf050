//! Pictures that lie elsewhere: blocked, until the reader asks for those of a message or of a sender.
//!
//! Then they come through us, under addresses that only the reader's own session can make: this is no proxy
//! for anybody else, and no link in a mail can ask for them.

use axum::body::Body;
use axum::extract::{Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::shell::redirect;
use crate::ids::StandbyId;
use crate::mail::sanitize::{ImageLinks, RemoteImages};
use crate::service::images::{ImageError, Wanted};
use crate::service::{Actor, ServiceError, mailbox, profile};
use crate::store::messages::MessageRecord;
use crate::web::Web;
use crate::web::error::{Fault, form_encode};
use crate::web::flash::Flash;
use crate::web::form::Form;
use crate::web::security::FILES;
use crate::web::session::{Purpose, Session, User, local_path};

/// What becomes of a message's pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pictures {
    /// They cannot be fetched here at all.
    Off,
    /// They can be asked for.
    Blocked,
    /// They are shown.
    Shown,
}

/// What becomes of the pictures of a message that was asked for with `token`.
///
/// # Errors
/// When the store fails.
pub(super) fn pictures(
    web: &Web,
    session: &Session,
    message: &MessageRecord,
    token: &str,
) -> Result<Pictures, Fault> {
    if !web.service.config.get().http.image_proxy {
        return Ok(Pictures::Off);
    }
    if session.has_signed(Purpose::Pictures, &message.id.to_string(), token) {
        return Ok(Pictures::Shown);
    }
    let from = message.summary.from.as_ref();
    let profile = profile::get(&web.service, &session.actor)?;
    let is_known = from.is_some_and(|from| profile.shows_images_from(&from.address));
    Ok(if is_known {
        Pictures::Shown
    } else {
        Pictures::Blocked
    })
}

/// What the sanitiser does with pictures.
pub(super) fn remote(session: &Session, pictures: Pictures) -> RemoteImages {
    if pictures != Pictures::Shown {
        return RemoteImages::Blocked;
    }
    let session = session.clone();
    RemoteImages::Via(ImageLinks::new(move |url| {
        let token = session.sign(Purpose::Picture, url);
        format!("/mail/image?s={token}&u={}", form_encode(url))
    }))
}

/// A picture elsewhere.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    s: String,
    u: String,
}

/// `GET /mail/image`: a picture from elsewhere, for who was shown the message.
pub async fn fetch(
    State(web): State<Web>,
    User(session): User,
    Query(asked): Query<Asked>,
) -> Result<Response, Fault> {
    let config = web.service.config.get();
    if !config.http.image_proxy || !session.has_signed(Purpose::Picture, &asked.u, &asked.s) {
        return Err(Fault::NotFound);
    }
    let Actor::User(reader, _) = session.actor else {
        return Err(Fault::NotFound);
    };
    let wanted = Wanted {
        url: &asked.u,
        via: config.http.image_proxy_via.as_ref(),
        reader,
    };
    let image = match web.images.fetch(wanted).await {
        Ok(image) => image,
        Err(error) => {
            let status = match error {
                ImageError::Refused => StatusCode::FORBIDDEN,
                ImageError::Unreachable => StatusCode::BAD_GATEWAY,
                ImageError::NotAnImage => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            };
            return Ok((status, [(header::CONTENT_SECURITY_POLICY, FILES)]).into_response());
        }
    };
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static(image.content_type),
        ),
        (header::CONTENT_SECURITY_POLICY, FILES),
        (
            header::REFERRER_POLICY,
            HeaderValue::from_static("no-referrer"),
        ),
        (
            header::CACHE_CONTROL,
            HeaderValue::from_static("private, max-age=86400"),
        ),
    ];
    Ok((headers, Body::from(image.bytes)).into_response())
}

/// `POST /mail/images`: from now on the pictures of a message's sender are shown.
pub async fn always(
    State(web): State<Web>,
    User(session): User,
    form: Form,
) -> Result<Response, Fault> {
    session.check(form.get("csrf"))?;
    let back = local_path(form.get("back")).unwrap_or("/mail/inbox");
    let id: StandbyId = form.get("id").parse().map_err(|_| Fault::NotFound)?;
    let message = mailbox::open(&web.service, &session.actor, id)?.message;
    let from = message.summary.from.unwrap_or_default();
    let done = profile::show_images_from(&web.service, &session.actor, &from.address).await;
    let key = match done {
        Ok(_) => "done-images",
        Err(ServiceError::Invalid { .. }) => "done-images-not",
        Err(error) => return Err(error.into()),
    };
    Ok(redirect(&web, back, Some(&Flash::new(key))))
}
