//! The console's page that says where a message is: for operators, and for resellers of their domains.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::frame::Frame;
use crate::service::ServiceError;
use crate::service::trace::{self, JourneyView, RecipientView};
use crate::web::Web;
use crate::web::error::Fault;
use crate::web::page::page;
use crate::web::reader::Reader;
use crate::web::session::Manager;
use crate::web::texts::Value;

/// The page.
#[derive(Template)]
#[template(path = "console/trace.html")]
pub struct TracePage {
    pub(super) p: Frame,
    pub(super) q: String,
    pub(super) nothing: bool,
    pub(super) journeys: Vec<Journey>,
}

/// A message.
#[derive(Clone, Debug)]
pub struct Journey {
    pub(super) heading: String,
    pub(super) names: Vec<String>,
    pub(super) recipients: Vec<Way>,
}

/// A message's way to one recipient.
#[derive(Clone, Debug)]
pub struct Way {
    pub(super) address: String,
    pub(super) state: String,
    pub(super) steps: Vec<Step>,
}

/// One step of it.
#[derive(Clone, Debug)]
pub struct Step {
    pub(super) at: String,
    pub(super) text: String,
}

/// What is looked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Ask {
    q: String,
}

/// `GET /console/trace`.
pub async fn show(
    State(web): State<Web>,
    reader: Reader,
    Manager(session): Manager,
    Query(ask): Query<Ask>,
) -> Result<Response, Fault> {
    let texts = reader.texts;
    let mut made = TracePage {
        p: Frame::new(&reader, &session, &texts.get("trace-title")),
        q: ask.q.trim().to_owned(),
        nothing: false,
        journeys: Vec::new(),
    };
    if made.q.is_empty() {
        return Ok(page(StatusCode::OK, &made));
    }
    let asked = made.q.clone();
    let tracing = web.service.walk(&session.actor, move |service, actor| {
        trace::trace(service, actor, &asked)
    });
    match tracing.await {
        Ok(found) => {
            made.nothing = found.journeys.is_empty();
            made.journeys = found
                .journeys
                .iter()
                .map(|journey| view(&reader, journey))
                .collect();
        }
        Err(ServiceError::NotFound(_) | ServiceError::Invalid { .. }) => made.nothing = true,
        Err(error) => return Err(error.into()),
    }
    Ok(page(StatusCode::OK, &made))
}

fn view(reader: &Reader, journey: &JourneyView) -> Journey {
    let texts = reader.texts;
    let at = reader.times.text(&journey.at);
    let from = journey.reverse_path.as_deref().unwrap_or("<>");
    let key = match journey.kind.as_str() {
        "sent" => "trace-sent",
        _ => "trace-received",
    };
    let values = [("time", Value::Text(&at)), ("from", Value::Text(from))];
    let message_id = journey
        .message_id
        .as_ref()
        .map(|id| format!("Message-ID: <{id}>"));
    let mx = journey
        .mx_queue_id
        .as_ref()
        .map(|id| texts.with("trace-mx-queue-id", &[("id", Value::Text(id))]));
    let own = texts.with("trace-id", &[("id", Value::Text(&journey.id))]);
    Journey {
        heading: texts.with(key, &values),
        names: message_id.into_iter().chain(mx).chain([own]).collect(),
        recipients: journey
            .recipients
            .iter()
            .map(|to| way(reader, to))
            .collect(),
    }
}

fn way(reader: &Reader, to: &RecipientView) -> Way {
    let now = reader.texts.get("trace-now");
    Way {
        address: to.address.clone(),
        state: state(reader, &to.state),
        steps: to
            .steps
            .iter()
            .map(|step| Step {
                at: match &step.at {
                    Some(at) => reader.times.text(at),
                    None => now.clone().into_owned(),
                },
                text: step.text.clone(),
            })
            .collect(),
    }
}

fn state(reader: &Reader, name: &str) -> String {
    let key = match name {
        "standby" => "trace-state-standby",
        "merged" => "trace-state-merged",
        "moved" => "trace-state-moved",
        "purged" => "trace-state-purged",
        "unknown-mailbox" => "trace-state-unknown-mailbox",
        "queued" => "trace-state-queued",
        "relayed" => "trace-state-relayed",
        "failed" => "trace-state-failed",
        "cancelled" => "trace-state-cancelled",
        "held" => "trace-state-held",
        other => return other.to_owned(),
    };
    reader.texts.get(key).into_owned()
}
