//! The console's page for operators that moves domains to another reseller: what goes along first, then the order with
//! its reason and, for many, their number.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::filters::{href, said};
use super::frame::{Frame, refused};
use super::overrides::name_of;
use crate::service::domain_moves::{self, DomainMoveView, NewDomainMove};
use crate::service::jobs::UNCOUNTED_MAX;
use crate::service::{Actor, ServiceError};
use crate::web::Web;
use crate::web::error::Fault;
use crate::web::flash::Flash;
use crate::web::form::Form;
use crate::web::page::{FormError, page};
use crate::web::reader::Reader;
use crate::web::session::{Manager, Session};
use crate::web::texts::{Texts, Value};
use crate::web::webmail::shell::redirect;

pub(super) const PATH: &str = "/console/domain-moves";
/// Settings that are named.
const NAMED: usize = 50;

/// The page.
#[derive(Template)]
#[template(path = "console/domain_move.html")]
pub struct MovePage {
    pub(super) p: Frame,
    pub(super) domains: String,
    pub(super) from: String,
    pub(super) to: String,
    pub(super) reason: String,
    /// What would go along.
    pub(super) looked: Option<Looked>,
}

/// What would go along, in words.
#[derive(Clone, Debug)]
pub struct Looked {
    pub(super) summary: String,
    pub(super) mailboxes: String,
    pub(super) deleted: String,
    pub(super) settings: Vec<String>,
    /// What to type where they are many; empty: nothing.
    pub(super) count_label: String,
}

/// What the form begins with.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Ask {
    domains: String,
    from: String,
    to: String,
}

/// `GET /console/domain-moves`.
pub async fn show(
    reader: Reader,
    Manager(session): Manager,
    Query(ask): Query<Ask>,
) -> Result<Response, Fault> {
    let made = move_page(&reader, &session, ask)?;
    Ok(page(StatusCode::OK, &made))
}

fn move_page(reader: &Reader, session: &Session, ask: Ask) -> Result<MovePage, Fault> {
    let (Actor::Operator(_) | Actor::System(_)) = &session.actor else {
        return Err(Fault::NotFound);
    };
    let short = |text: String, most: usize| text.trim().chars().take(most).collect();
    Ok(MovePage {
        p: Frame::new(reader, session, &reader.texts.get("domain-move-title")),
        domains: short(ask.domains, 8_000),
        from: short(ask.from, 64),
        to: short(ask.to, 64),
        reason: String::new(),
        looked: None,
    })
}

/// What a form orders; a name that is none is told.
fn ordered(form: &Form) -> Result<NewDomainMove, ServiceError> {
    let names = form.get("domains").split([' ', ',', '\n', '\r', '\t']);
    let mut domains = Vec::new();
    for name in names {
        domains.extend(said("domains", name)?);
    }
    let count: String = form
        .get("count")
        .chars()
        .filter(char::is_ascii_digit)
        .collect();
    Ok(NewDomainMove {
        domains,
        from: said("from", form.get("from"))?,
        to: said("to", form.get("to"))?,
        reason: form.get("reason").to_owned(),
        count: count.parse().ok(),
    })
}

/// `POST /console/domain-moves`: shows what goes along (`look`), or does it (`move`).
pub async fn post(
    State(web): State<Web>,
    reader: Reader,
    Manager(session): Manager,
    form: Form,
) -> Result<Response, Fault> {
    session.check(form.get("csrf"))?;
    let text = |name| form.get(name).to_owned();
    let (domains, from, to) = (text("domains"), text("from"), text("to"));
    let mut made = move_page(&reader, &session, Ask { domains, from, to })?;
    made.reason = form.get("reason").chars().take(500).collect();
    let (service, texts) = (&web.service, reader.texts);
    let looked = match ordered(&form) {
        Ok(new) => domain_moves::preview(service, &session.actor, new.clone())
            .await
            .map(|looked| (new, looked)),
        Err(error) => Err(error),
    };
    let (mut new, looked) = match looked {
        Ok(looked) => looked,
        Err(error) => return wrong(texts, made, error),
    };
    made.looked = Some(shown(texts, &looked));
    if form.get("do") != "move" {
        return Ok(page(StatusCode::OK, &made));
    }
    // Few need not be counted, and many are what was typed, or nothing moves.
    new.count = match looked.mailboxes > UNCOUNTED_MAX {
        true => Some(new.count.unwrap_or_default()),
        false => None,
    };
    match domain_moves::create(service, &session.actor, new).await {
        Ok(moved) => {
            let owner = moved.to.unwrap_or_default();
            let there = href("/console/domains", [("reseller", owner)], &[]);
            Ok(redirect(
                &web,
                &there,
                Some(&Flash::new("done-domains-moved")),
            ))
        }
        Err(error) => wrong(texts, made, error),
    }
}

/// The page again with what is wrong, at its field.
fn wrong(texts: &Texts, mut made: MovePage, error: ServiceError) -> Result<Response, Fault> {
    let shown = match &error {
        ServiceError::Invalid {
            field: "reason", ..
        } => Some(FormError {
            field: Some("reason"),
            text: texts.get("error-reason").into_owned(),
        }),
        ServiceError::Invalid { field: "count", .. } => Some(FormError {
            field: Some("count"),
            text: texts.get("error-count").into_owned(),
        }),
        ServiceError::NotFound(what) => Some(FormError {
            field: Some("domains"),
            text: texts.with(
                "error-refused",
                &[("why", Value::Text(&format!("there is no {what}")))],
            ),
        }),
        error => refused(texts, error),
    };
    made.p.errors = vec![shown.ok_or(error)?];
    Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &made))
}

fn shown(texts: &Texts, looked: &DomainMoveView) -> Looked {
    let operator = texts.get("domain-move-operator").into_owned();
    let from = looked.from.as_ref().unwrap_or(&operator);
    let to = looked.to.as_ref().unwrap_or(&operator);
    let domains = looked.domains.join(", ");
    let summary = [
        ("from", Value::Text(from)),
        ("to", Value::Text(to)),
        ("domains", Value::Text(&domains)),
    ];
    let counted = |key, count| texts.with(key, &[("count", Value::Number(count))]);
    let ended = &looked.settings_ended;
    let mut settings: Vec<String> = ended
        .iter()
        .take(NAMED)
        .map(|one| name_of(texts, one))
        .collect();
    if ended.len() > NAMED {
        settings.push(counted("domain-move-more", (ended.len() - NAMED) as u64));
    }
    Looked {
        summary: texts.with("domain-move-summary", &summary),
        mailboxes: counted("domain-move-mailboxes", looked.mailboxes),
        deleted: counted("domain-move-deleted", looked.deleted_mailboxes),
        settings,
        count_label: match looked.mailboxes > UNCOUNTED_MAX {
            true => counted("bulk-count", looked.mailboxes),
            false => String::new(),
        },
    }
}
