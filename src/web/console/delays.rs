//! The console's page of delay notices: after how long senders are told that their message is safe and not
//! read yet. Operators set it for all, resellers for their domains.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use serde::Deserialize;

use super::who;
use crate::service::delay_notices::{self, DelayNoticesChange, DelayNoticesView};
use crate::service::{Actor, ServiceError};
use crate::store::policies::PolicyScope;
use crate::web::Web;
use crate::web::error::{Fault, form_encode};
use crate::web::flash::Flash;
use crate::web::form::Form;
use crate::web::page::{Choice, FormError, Notice, Page, page};
use crate::web::reader::Reader;
use crate::web::session::{Manager, Session};
use crate::web::texts::{Texts, Value};
use crate::web::webmail::shell::redirect;

/// The times that are offered, in hours; what is set otherwise is offered too.
const HOURS: [u16; 8] = [1, 2, 4, 8, 12, 24, 48, 72];

/// The page.
#[derive(Template)]
#[template(path = "console/delays.html")]
pub struct DelaysPage {
    pub(super) p: Page,
    pub(super) who: Option<String>,
    pub(super) csrf: String,
    pub(super) notice: Option<Notice>,
    pub(super) errors: Vec<FormError>,
    pub(super) is_operator: bool,
    /// What was looked for.
    pub(super) q: String,
    /// Whether it is not there.
    pub(super) nothing: bool,
    pub(super) items: Vec<Item>,
}

/// What is set for some domains.
#[derive(Clone, Debug)]
pub struct Item {
    pub(super) heading: String,
    pub(super) scope: String,
    /// What holds.
    pub(super) now: String,
    pub(super) choices: Vec<Choice>,
    pub(super) reason: String,
}

/// What is looked for: a domain, or for operators a reseller.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Ask {
    q: String,
}

/// `GET /console/delays`.
pub async fn show(
    State(web): State<Web>,
    reader: Reader,
    Manager(session): Manager,
    headers: HeaderMap,
    Query(ask): Query<Ask>,
) -> Result<Response, Fault> {
    let mut made = delays_page(&web, &reader, &session, ask.q.trim())?;
    made.notice = Flash::read(&headers)
        .and_then(|said| said.notice(reader.texts, &session.csrf, "", |_| String::new()));
    let mut response = page(StatusCode::OK, &made);
    let forget = Flash::forget(&web);
    response.headers_mut().append(header::SET_COOKIE, forget);
    Ok(response)
}

fn delays_page(
    web: &Web,
    reader: &Reader,
    session: &Session,
    q: &str,
) -> Result<DelaysPage, Fault> {
    let texts = reader.texts;
    let own = match &session.actor {
        Actor::Reseller(id, _) => PolicyScope::Reseller(id.clone()),
        _ => PolicyScope::All,
    };
    let own = delay_notices::show(&web.service, &session.actor, &own)?;
    let found = match q {
        "" => None,
        q => find(web, &session.actor, q)?,
    };
    Ok(DelaysPage {
        p: Page::of(reader, &texts.get("delay-title")),
        who: Some(who(texts, &session.actor)),
        csrf: session.csrf.clone(),
        notice: None,
        errors: Vec::new(),
        is_operator: matches!(session.actor, Actor::Operator(_)),
        q: q.to_owned(),
        nothing: !q.is_empty() && found.is_none(),
        items: found
            .iter()
            .filter(|found| found.scope != own.scope)
            .chain([&own])
            .map(|view| item(texts, view))
            .collect(),
    })
}

/// What is set for the domain or reseller of that name, if the actor has such a one.
fn find(web: &Web, actor: &Actor, name: &str) -> Result<Option<DelayNoticesView>, Fault> {
    let scopes = [
        name.parse().ok().map(PolicyScope::Domain),
        name.parse().ok().map(PolicyScope::Reseller),
    ];
    for scope in scopes.into_iter().flatten() {
        match delay_notices::show(&web.service, actor, &scope) {
            Ok(view) => return Ok(Some(view)),
            Err(ServiceError::NotFound(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(None)
}

fn item(texts: &Texts, view: &DelayNoticesView) -> Item {
    let named = |key: &str, name: &str| texts.with(key, &[("name", Value::Text(name))]);
    let heading = match view.scope.split_once(':') {
        Some(("reseller", name)) => named("delay-of-reseller", name),
        Some((_, name)) => named("delay-of-domain", name),
        None => texts.get("delay-of-all").into_owned(),
    };
    let now = match view.hours {
        0 => texts.get("delay-now-never").into_owned(),
        hours => texts.with("delay-now", &[("hours", Value::Number(hours.into()))]),
    };
    Item {
        heading,
        scope: view.scope.clone(),
        now,
        choices: choices(texts, view.own_hours, view.scope != "all"),
        reason: String::new(),
    }
}

fn choices(texts: &Texts, set: Option<u16>, may_follow: bool) -> Vec<Choice> {
    let choice = |value: String, text: String, selected: bool| Choice {
        value,
        text,
        hint: String::new(),
        selected,
    };
    let mut choices = Vec::new();
    if may_follow {
        let follow = texts.get("delay-follow").into_owned();
        choices.push(choice(String::new(), follow, set.is_none()));
    }
    let never = texts.get("delay-never").into_owned();
    let is_never = set == Some(0) || (!may_follow && set.is_none());
    choices.push(choice("0".to_owned(), never, is_never));
    let mut hours: Vec<u16> = HOURS.into_iter().chain(set).filter(|at| *at > 0).collect();
    hours.sort_unstable();
    hours.dedup();
    for at in hours {
        let text = texts.with("delay-after", &[("hours", Value::Number(at.into()))]);
        choices.push(choice(at.to_string(), text, set == Some(at)));
    }
    choices
}

/// `POST /console/delays`.
pub async fn post(
    State(web): State<Web>,
    reader: Reader,
    Manager(session): Manager,
    form: Form,
) -> Result<Response, Fault> {
    session.check(form.get("csrf"))?;
    let posted = form.get("scope");
    let scope = delay_notices::scope_of(posted).ok_or(Fault::NotFound)?;
    let hours = match form.get("hours") {
        "" => None,
        hours => Some(hours.parse().map_err(|_| Fault::Bad)?),
    };
    let change = DelayNoticesChange {
        hours,
        reason: form.get("reason").to_owned(),
    };
    let q = form.get("q").trim();
    match delay_notices::set(&web.service, &session.actor, scope, &change).await {
        Ok(_) => {
            let here = format!("/console/delays?q={}", form_encode(q));
            Ok(redirect(&web, &here, Some(&Flash::new("done-delay"))))
        }
        Err(ServiceError::Invalid { field, .. }) => {
            let texts = reader.texts;
            let mut made = delays_page(&web, &reader, &session, q)?;
            let key = match field {
                "reason" => "error-reason",
                _ => "error-delay-hours",
            };
            made.errors = vec![FormError {
                field: None,
                text: texts.get(key).into_owned(),
            }];
            for item in made.items.iter_mut().filter(|item| item.scope == posted) {
                item.choices = choices(texts, hours, posted != "all");
                item.reason = form.get("reason").chars().take(500).collect();
            }
            Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &made))
        }
        Err(error) => Err(error.into()),
    }
}
