//! The console's page for those who help users sign in.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::frame::Frame;
use crate::ids::Address;
use crate::service::ServiceError;
use crate::service::sign_in_links::{self, SignInLink};
use crate::store::access::Permission;
use crate::web::Web;
use crate::web::error::Fault;
use crate::web::form::Form;
use crate::web::page::{FormError, page};
use crate::web::reader::Reader;
use crate::web::session::{Manager, Session};
use crate::web::texts::Value;

/// The page.
#[derive(Template)]
#[template(path = "console/help.html")]
pub struct HelpPage {
    pub(super) p: Frame,
    pub(super) address: String,
    /// What is said of a link, and the link.
    pub(super) made: Option<(String, String)>,
}

fn help_page(reader: &Reader, session: &Session) -> HelpPage {
    let texts = reader.texts;
    HelpPage {
        p: Frame::new(reader, session, &texts.get("help-link-title")),
        address: String::new(),
        made: None,
    }
}

/// `GET /console/help`.
pub async fn show(reader: Reader, Manager(session): Manager) -> Result<Response, Fault> {
    session.actor.may(Permission::SignInLinks)?;
    Ok(page(StatusCode::OK, &help_page(&reader, &session)))
}

/// `POST /console/help`.
pub async fn post(
    State(web): State<Web>,
    reader: Reader,
    Manager(session): Manager,
    form: Form,
) -> Result<Response, Fault> {
    session.check(form.get("csrf"))?;
    let texts = reader.texts;
    let text = form.get("address").trim();
    let made = match text.parse::<Address>() {
        Ok(address) => sign_in_links::create(&web.service, &session.actor, &address).await,
        Err(_) => session
            .actor
            .may(Permission::SignInLinks)
            .and(Err(ServiceError::NotFound("such mailbox"))),
    };
    let view = help_page(&reader, &session);
    match made {
        Ok(SignInLink { mailbox, link, .. }) => {
            let said = texts.with("help-link-made", &[("address", Value::Text(&mailbox))]);
            let made = Some((said, link));
            Ok(page(StatusCode::OK, &HelpPage { made, ..view }))
        }
        Err(ServiceError::NotFound(_)) => {
            let mut made = HelpPage {
                address: text.chars().take(254).collect(),
                ..view
            };
            made.p.errors = vec![FormError {
                field: Some("address"),
                text: texts.get("error-help-link").into_owned(),
            }];
            Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &made))
        }
        Err(error) => Err(error.into()),
    }
}
