//! The console's form that switches a mailstore, a domain or a mailbox.

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::bulk::{ends, ends_in_secs};
use super::frame::Frame;
use super::mailboxes::level_key;
use super::views::ChangePage;
use crate::route::Scope;
use crate::service::ServiceError;
use crate::service::failover::{self, FailoverAction, FailoverChange, FailoverView};
use crate::service::mailboxes::{self, MailboxView};
use crate::web::Web;
use crate::web::error::Fault;
use crate::web::flash::Flash;
use crate::web::form::Form;
use crate::web::page::{Choice, FormError, ok, page};
use crate::web::reader::Reader;
use crate::web::session::{Manager, Session};
use crate::web::texts::{Texts, Value};
use crate::web::webmail::shell::redirect;

/// Which scope is to be changed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Ask {
    scope: String,
}

/// `GET /console/change?scope=`.
pub async fn show(
    State(web): State<Web>,
    reader: Reader,
    Manager(session): Manager,
    Query(ask): Query<Ask>,
) -> Result<Response, Fault> {
    let scope: Scope = ask.scope.parse().map_err(|_| Fault::NotFound)?;
    let view = failover::show(&web.service, &session.actor, &scope)?;
    let mut form = change_page(&reader, &session, &scope, &view, &Form::default(), None);
    if let Scope::Mailbox(address) = &scope {
        let mailbox = mailboxes::show(&web.service, &session.actor, address)?;
        form.found.push(signed_in(&reader, &mailbox));
    }
    Ok(ok(&form))
}

/// When the user was here last.
fn signed_in(reader: &Reader, mailbox: &MailboxView) -> String {
    match &mailbox.signed_in_at {
        Some(at) => {
            let time = reader.times.text(at);
            let values = [("time", Value::Text(&time))];
            reader.texts.with("mailbox-signed-in", &values)
        }
        None => reader.texts.get("mailbox-never-signed-in").into_owned(),
    }
}

/// What can be ordered, by the level of the scope: value of the form, key of the text.
fn actions(scope: &Scope) -> &'static [(&'static str, &'static str)] {
    match scope {
        Scope::Mailstore(_) => &[
            ("activate", "activate"),
            ("return", "return"),
            ("auto", "auto"),
            ("pin-primary", "pin-primary"),
            ("pin-standby", "pin-standby"),
            ("queue", "queue"),
        ],
        Scope::Domain(_) | Scope::Mailbox(_) => &[
            ("auto", "follow"),
            ("pin-standby", "standby"),
            ("pin-primary", "primary"),
            ("queue", "queue"),
        ],
    }
}

/// What can be ordered as things stand.
fn choices(scope: &Scope, view: &FailoverView) -> Vec<(&'static str, &'static str)> {
    let mut choices = actions(scope).to_vec();
    let offered = view.finding.iter().flat_map(|finding| &finding.choices);
    for offer in offered {
        choices.extend(match offer.name.as_str() {
            "return-restored" => Some(("return-restored", "return-restored")),
            "return-accept" => Some(("return-accept", "return-accept")),
            _ => None,
        });
    }
    choices
}

/// What the guard found, what clients would see, and how far the raising of UIDs is.
fn found(texts: &Texts, view: &FailoverView) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(finding) = &view.finding {
        let values = [("found", Value::Text(&finding.found))];
        lines.push(texts.with("guard-found", &values));
        let clients = texts.get(&format!("guard-clients-{}", finding.verdict));
        lines.push(clients.into_owned());
    }
    let Some(raising) = &view.raising else {
        return lines;
    };
    lines.push(match (raising.done, raising.total) {
        (Some(done), Some(total)) => {
            let [done, total] = [done, total].map(|count| count.to_string());
            let blocked = raising.blocked.len().to_string();
            let values = [
                ("done", Value::Text(&done)),
                ("total", Value::Text(&total)),
                ("blocked", Value::Text(&blocked)),
            ];
            texts.with("raising-progress", &values)
        }
        _ => texts.get("raising-counting").into_owned(),
    });
    if let Some(why) = &raising.trouble {
        lines.push(texts.with("raising-trouble", &[("why", Value::Text(why))]));
    }
    for blocked in raising.blocked.iter().take(BLOCKED_SHOWN) {
        let values = [
            ("mailbox", Value::Text(&blocked.mailbox)),
            ("why", Value::Text(&blocked.why)),
        ];
        lines.push(texts.with("raising-blocked", &values));
    }
    lines
}

/// Mailboxes that wait and are named on a page.
const BLOCKED_SHOWN: usize = 50;

fn change_page(
    reader: &Reader,
    session: &Session,
    scope: &Scope,
    view: &FailoverView,
    form: &Form,
    error: Option<FormError>,
) -> ChangePage {
    let texts = reader.texts;
    let (heading, name) = match scope {
        Scope::Mailstore(id) => ("change-mailstore", id.to_string()),
        Scope::Domain(name) => ("change-domain", name.to_string()),
        Scope::Mailbox(address) => ("change-mailbox", address.to_string()),
    };
    let heading = texts.with(heading, &[("name", Value::Text(&name))]);
    let choice = |(value, key): &(&str, &str)| Choice {
        value: (*value).to_owned(),
        text: texts.get(&format!("action-{key}")).into_owned(),
        hint: texts.get(&format!("action-{key}-hint")).into_owned(),
        selected: form.get("action") == *value,
    };
    let last = view.decisions.last();
    ChangePage {
        p: Frame::new(reader, session, &heading).with_errors(error.into_iter().collect()),
        state_line: state_line(reader, view),
        etag: view.etag.clone(),
        ends: match scope {
            Scope::Mailstore(_) => Vec::new(),
            Scope::Domain(_) | Scope::Mailbox(_) => ends(texts, form.get("ends")),
        },
        evidence: view
            .needs
            .clone()
            .or_else(|| view.reason.clone())
            .or_else(|| last.map(|decision| decision.text.clone())),
        found: found(texts, view),
        scope: scope.to_string(),
        choices: choices(scope, view).iter().map(choice).collect(),
        reason: form.get("reason").chars().take(500).collect(),
        heading,
    }
}

/// How it stands: the state of a mailstore; of others what is set, where mail goes, and what decides that.
fn state_line(reader: &Reader, view: &FailoverView) -> String {
    let texts = reader.texts;
    if let Some(state) = &view.state {
        let state = texts.get(&format!("state-{state}"));
        let mode = texts.get(&format!("mode-{}", view.mode));
        let values = [("state", Value::Text(&state)), ("mode", Value::Text(&mode))];
        return texts.with("change-state", &values);
    }
    let setting = texts.get(&format!("override-{}", view.mode));
    let set = texts.with("change-override", &[("setting", Value::Text(&setting))]);
    let by = view.author.as_ref().map(|author| {
        let values = [("name", Value::Text(author))];
        texts.with("change-by", &values)
    });
    let until = view.expires_at.as_ref().map(|end| {
        let time = reader.times.text(end);
        texts.with("mailboxes-until", &[("time", Value::Text(&time))])
    });
    let goes = view.route.as_ref().zip(view.level.as_ref());
    let goes = goes.map(|(route, level)| {
        let route = texts.get(&format!("mailboxes-{route}"));
        let level = texts.get(level_key(level));
        let values = [
            ("route", Value::Text(&route)),
            ("level", Value::Text(&level)),
        ];
        texts.with("change-effective", &values)
    });
    let parts = [Some(set), by, until, goes];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    parts.join(" ")
}

/// `POST /console/failover`.
pub async fn apply(
    State(web): State<Web>,
    reader: Reader,
    Manager(session): Manager,
    form: Form,
) -> Result<Response, Fault> {
    session.check(form.get("csrf"))?;
    let scope: Scope = form.get("scope").parse().map_err(|_| Fault::NotFound)?;
    let view = failover::show(&web.service, &session.actor, &scope)?;
    let texts = reader.texts;
    let refused = |field, text: String| {
        let error = FormError {
            field: Some(field),
            text,
        };
        let form = change_page(&reader, &session, &scope, &view, &form, Some(error));
        page(StatusCode::UNPROCESSABLE_ENTITY, &form)
    };
    let known = choices(&scope, &view);
    let found = known.iter().find(|(value, _)| *value == form.get("action"));
    let Some((action, key)) = found.and_then(|(value, key)| Some((action(value)?, key))) else {
        let first = known.first().map_or("reason", |_| "action-auto");
        return Ok(refused(first, texts.get("error-action").into_owned()));
    };
    let order = FailoverChange {
        action,
        reason: form.get("reason").to_owned(),
        accept_changed_mailstore: *key == "return-accept",
        restored: *key == "return-restored",
        expires_in_secs: match scope {
            Scope::Mailstore(_) => None,
            Scope::Domain(_) | Scope::Mailbox(_) => ends_in_secs(&form, action),
        },
    };
    // As the page showed it, where it said so.
    let seen = Some(form.get("etag")).filter(|etag| !etag.is_empty());
    match failover::change(&web.service, &session.actor, &scope, order, seen).await {
        Ok(_) => {
            let flash = Flash {
                folder: (*key).to_owned(),
                ..Flash::new("done-change")
            };
            Ok(redirect(&web, "/console", Some(&flash)))
        }
        Err(ServiceError::Invalid {
            field: "reason", ..
        }) => Ok(refused("reason", texts.get("error-reason").into_owned())),
        Err(ServiceError::Stale { .. }) => {
            Ok(refused("reason", texts.get("error-stale").into_owned()))
        }
        Err(
            error @ (ServiceError::Invalid { .. }
            | ServiceError::Conflict(_)
            | ServiceError::Unavailable(_)),
        ) => Ok(refused("reason", error.to_string())),
        Err(error) => Err(error.into()),
    }
}

fn action(value: &str) -> Option<FailoverAction> {
    Some(match value {
        "activate" => FailoverAction::Activate,
        "return" | "return-restored" | "return-accept" => FailoverAction::Return,
        "auto" => FailoverAction::Auto,
        "pin-primary" => FailoverAction::PinPrimary,
        "pin-standby" => FailoverAction::PinStandby,
        "queue" => FailoverAction::Queue,
        _ => return None,
    })
}
