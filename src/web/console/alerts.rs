//! The console's page of alerts: what is critical now, and taking it on.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

use super::frame::{Frame, said_once};
use crate::service::ServiceError;
use crate::service::alerts::{self, AlertView};
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
#[template(path = "console/alerts.html")]
pub struct AlertsPage {
    pub(super) p: Frame,
    pub(super) items: Vec<Item>,
}

/// An alert that is open.
#[derive(Clone, Debug)]
pub struct Item {
    pub(super) name: String,
    pub(super) text: String,
    pub(super) since: String,
    /// Who has taken it on, and what they said; empty: nobody.
    pub(super) taken: String,
}

/// `GET /console/alerts`.
pub async fn show(
    State(web): State<Web>,
    reader: Reader,
    Manager(session): Manager,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let open = alerts::list(&web.service, &session.actor)?;
    let mut made = alerts_page(&reader, &session, open);
    made.p = made.p.with_said(&reader, &headers);
    Ok(said_once(&web, page(StatusCode::OK, &made)))
}

fn alerts_page(reader: &Reader, session: &Session, open: Vec<AlertView>) -> AlertsPage {
    let texts = reader.texts;
    let item = |alert: AlertView| {
        let time = reader.times.text(&alert.raised_at);
        let told = u64::from(alert.told);
        let values = [("time", Value::Text(&time)), ("count", Value::Number(told))];
        let taken = alert.acknowledged_by.map(|by| {
            let note = alert.note.unwrap_or_default();
            let values = [("name", Value::Text(&by)), ("note", Value::Text(&note))];
            texts.with("alert-taken", &values)
        });
        Item {
            name: alert.name,
            text: alert.text,
            since: texts.with("alert-since", &values),
            taken: taken.unwrap_or_default(),
        }
    };
    AlertsPage {
        p: Frame::new(reader, session, &texts.get("alerts-title")),
        items: open.into_iter().map(item).collect(),
    }
}

/// `POST /console/alerts`.
pub async fn post(
    State(web): State<Web>,
    reader: Reader,
    Manager(session): Manager,
    form: Form,
) -> Result<Response, Fault> {
    session.check(form.get("csrf"))?;
    let (name, note) = (form.get("name"), form.get("note"));
    match alerts::acknowledge(&web.service, &session.actor, name, note).await {
        Ok(_) => {
            let flash = Flash::new("done-alert");
            Ok(redirect(&web, "/console/alerts", Some(&flash)))
        }
        Err(ServiceError::Invalid { .. }) => {
            let open = alerts::list(&web.service, &session.actor)?;
            let error = FormError {
                field: None,
                text: reader.texts.get("error-alert").into_owned(),
            };
            let mut made = alerts_page(&reader, &session, open);
            made.p.errors = vec![error];
            Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &made))
        }
        Err(error) => Err(error.into()),
    }
}
