//! The console's page for the operator's words.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

use super::frame::{Frame, said_once};
use crate::service::ServiceError;
use crate::service::words::{self, NoticeView};
use crate::web::Web;
use crate::web::error::Fault;
use crate::web::flash::Flash;
use crate::web::form::Form;
use crate::web::page::{FormError, page};
use crate::web::reader::Reader;
use crate::web::session::{Manager, Session};
use crate::web::texts::Value;
use crate::web::webmail::shell::redirect;

/// The page.
#[derive(Template)]
#[template(path = "console/notices.html")]
pub struct NoticesPage {
    pub(super) p: Frame,
    pub(super) items: Vec<Item>,
}

/// The words for one mailstore, or for all.
#[derive(Clone, Debug)]
pub struct Item {
    pub(super) heading: String,
    pub(super) mailstore: String,
    pub(super) text: String,
    pub(super) updated: String,
}

/// `GET /console/notices`.
pub async fn show(
    State(web): State<Web>,
    reader: Reader,
    Manager(session): Manager,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let notices = words::list(&web.service, &session.actor)?;
    let mut made = notices_page(&reader, &session, &notices);
    made.p = made.p.with_said(&reader, &headers);
    Ok(said_once(&web, page(StatusCode::OK, &made)))
}

fn notices_page(reader: &Reader, session: &Session, notices: &[NoticeView]) -> NoticesPage {
    let texts = reader.texts;
    let item = |view: &NoticeView| Item {
        heading: match &view.mailstore {
            Some(name) => texts.with("notice-title-of", &[("name", Value::Text(name))]),
            None => texts.get("notice-everybody").into_owned(),
        },
        mailstore: view.mailstore.clone().unwrap_or_default(),
        text: view.text.clone(),
        updated: view.at.as_ref().map_or_else(String::new, |at| {
            let time = reader.times.text(at);
            texts.with("notice-updated", &[("time", Value::Text(&time))])
        }),
    };
    NoticesPage {
        p: Frame::new(reader, session, &texts.get("notice-title")),
        items: notices.iter().map(item).collect(),
    }
}

/// `POST /console/notices`.
pub async fn post(
    State(web): State<Web>,
    reader: Reader,
    Manager(session): Manager,
    form: Form,
) -> Result<Response, Fault> {
    session.check(form.get("csrf"))?;
    let mailstore = match form.get("mailstore") {
        "" => None,
        id => Some(id.parse().map_err(|_| Fault::NotFound)?),
    };
    let text = form.get("text");
    match words::set(&web.service, &session.actor, mailstore, text).await {
        Ok(view) => {
            let key = if view.text.is_empty() {
                "done-notice-cleared"
            } else {
                "done-notice-set"
            };
            Ok(redirect(&web, "/console/notices", Some(&Flash::new(key))))
        }
        Err(ServiceError::Invalid { .. }) => {
            let mut notices = words::list(&web.service, &session.actor)?;
            let named = form.get("mailstore");
            for view in &mut notices {
                if view.mailstore.as_deref().unwrap_or_default() == named {
                    view.text = text.to_owned();
                }
            }
            let error = FormError {
                field: None,
                text: reader.texts.get("error-notice").into_owned(),
            };
            let mut made = notices_page(&reader, &session, &notices);
            made.p.errors = vec![error];
            Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &made))
        }
        Err(error) => Err(error.into()),
    }
}
