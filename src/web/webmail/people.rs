//! Names and addresses for the fields of recipients.

use axum::Json;
use axum::extract::{Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use crate::mail::Mailbox as Person;
use crate::service::mailbox_letter::as_typed;
use crate::service::people;
use crate::web::Web;
use crate::web::error::Fault;
use crate::web::session::User;

/// What was typed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Ask {
    q: String,
}

/// Somebody.
#[derive(Debug, Serialize)]
struct Offered {
    name: String,
    address: String,
    /// As it goes into the field.
    typed: String,
}

/// `GET /mail/people?q=`: those whose name or address begins so.
pub async fn find(
    State(web): State<Web>,
    User(session): User,
    Query(ask): Query<Ask>,
) -> Result<Response, Fault> {
    let found = people::find(&web.service, &session.actor, &ask.q)?;
    let offered: Vec<Offered> = found.iter().map(offered).collect();
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(offered)).into_response())
}

fn offered(person: &Person) -> Offered {
    Offered {
        name: person.name.clone().unwrap_or_default(),
        address: person.address.clone(),
        typed: as_typed(std::slice::from_ref(person)),
    }
}
