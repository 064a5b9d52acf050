//! The console's page of the notices policy: after how long senders are told that their message is safe and not
//! read yet, and whether users are told of outages. Operators set it for all, resellers for their domains.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::Deserialize;

use super::delay_words::{self, Words};
use super::frame::{Frame, said_once};
use crate::service::delay_notices::{self, DelayNoticesChange, DelayNoticesView};
use crate::service::user_notices::{self, UserNotices, UserNoticesChange, UserNoticesView};
use crate::service::{Actor, ServiceError};
use crate::store::policies::PolicyScope;
use crate::web::Web;
use crate::web::error::{Fault, form_encode};
use crate::web::flash::Flash;
use crate::web::form::Form;
use crate::web::page::{Choice, FormError, page};
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
    pub(super) p: Frame,
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
    pub(super) words: Words,
    pub(super) users: Users,
}

/// What is set for users.
#[derive(Clone, Debug)]
pub struct Users {
    /// What holds.
    pub(super) now: String,
    pub(super) choices: Vec<Choice>,
    pub(super) languages: Vec<Choice>,
    pub(super) reason: String,
}

/// What is set for a scope.
struct Found {
    senders: DelayNoticesView,
    users: UserNoticesView,
}

impl Found {
    fn of(web: &Web, actor: &Actor, scope: &PolicyScope) -> Result<Self, ServiceError> {
        Ok(Self {
            senders: delay_notices::show(&web.service, actor, scope)?,
            users: user_notices::show(&web.service, actor, scope)?,
        })
    }
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
    made.p = made.p.with_said(&reader, &headers);
    Ok(said_once(&web, page(StatusCode::OK, &made)))
}

pub(super) fn delays_page(
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
    let own = Found::of(web, &session.actor, &own)?;
    let found = match q {
        "" => None,
        q => find(web, &session.actor, q)?,
    };
    Ok(DelaysPage {
        p: Frame::new(reader, session, &texts.get("delay-title")),
        q: q.to_owned(),
        nothing: !q.is_empty() && found.is_none(),
        items: found
            .iter()
            .filter(|found| found.senders.scope != own.senders.scope)
            .chain([&own])
            .map(|found| item(texts, found))
            .collect(),
    })
}

/// What is set for the domain or reseller of that name, if the actor has such a one.
fn find(web: &Web, actor: &Actor, name: &str) -> Result<Option<Found>, Fault> {
    let scopes = [
        name.parse().ok().map(PolicyScope::Domain),
        name.parse().ok().map(PolicyScope::Reseller),
    ];
    for scope in scopes.into_iter().flatten() {
        match Found::of(web, actor, &scope) {
            Ok(view) => return Ok(Some(view)),
            Err(ServiceError::NotFound(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(None)
}

fn item(texts: &Texts, found: &Found) -> Item {
    let view = &found.senders;
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
        words: Words::of(texts, view),
        users: users(texts, &found.users),
    }
}

pub(super) fn choice(value: &str, text: String, selected: bool) -> Choice {
    Choice {
        value: value.to_owned(),
        text,
        hint: String::new(),
        selected,
    }
}

/// How what is set for users is written in the form: whether they are told, and whether with a link.
fn told(set: Option<&UserNotices>) -> &'static str {
    match set {
        None => "",
        Some(UserNotices { tell: false, .. }) => "no",
        Some(UserNotices { link: false, .. }) => "yes",
        Some(_) => "link",
    }
}

fn users(texts: &Texts, view: &UserNoticesView) -> Users {
    let may_follow = view.scope != "all";
    let set = match (told(view.own.as_ref()), may_follow) {
        ("", false) => "no",
        (set, _) => set,
    };
    let follow = may_follow.then_some(("", "delay-follow"));
    let ways = [
        ("no", "delay-never"),
        ("yes", "users-yes"),
        ("link", "users-link"),
    ];
    let choices = follow.into_iter().chain(ways);
    let language = &view.own.as_ref().unwrap_or(&view.holds).language;
    let languages = Texts::all().iter().map(|one| {
        let name = one.get("language-name").into_owned();
        choice(one.lang, name, one.lang == language)
    });
    let now = match told(Some(&view.holds)) {
        "no" => texts.get("users-now-never").into_owned(),
        way => {
            let now = texts.get(match way {
                "link" => "users-now-link",
                _ => "users-now",
            });
            now.into_owned()
        }
    };
    Users {
        now,
        choices: choices
            .map(|(value, key)| choice(value, texts.get(key).into_owned(), value == set))
            .collect(),
        languages: languages.collect(),
        reason: String::new(),
    }
}

fn choices(texts: &Texts, set: Option<u16>, may_follow: bool) -> Vec<Choice> {
    let mut choices = Vec::new();
    if may_follow {
        let follow = texts.get("delay-follow").into_owned();
        choices.push(choice("", follow, set.is_none()));
    }
    let never = texts.get("delay-never").into_owned();
    let is_never = set == Some(0) || (!may_follow && set.is_none());
    choices.push(choice("0", never, is_never));
    let mut hours: Vec<u16> = HOURS.into_iter().chain(set).filter(|at| *at > 0).collect();
    hours.sort_unstable();
    hours.dedup();
    for at in hours {
        let text = texts.with("delay-after", &[("hours", Value::Number(at.into()))]);
        choices.push(choice(&at.to_string(), text, set == Some(at)));
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
    let scope = delay_notices::scope_of(form.get("scope")).ok_or(Fault::NotFound)?;
    let set = match form.get("what") {
        "words" if form.get("do") == "preview" => {
            let made = delay_words::preview(&web, &reader, &session, &form)?;
            return Ok(page(made.p.status(), &made));
        }
        "words" => delay_words::set(&web, &session.actor, scope, &form).await,
        "users" => set_users(&web, &session.actor, scope, &form).await,
        _ => set_senders(&web, &session.actor, scope, &form).await,
    };
    let q = form.get("q").trim();
    match set {
        Ok(()) => {
            let here = format!("/console/delays?q={}", form_encode(q));
            Ok(redirect(&web, &here, Some(&Flash::new("done-delay"))))
        }
        Err(Refused::Form(key)) => {
            let text = reader.texts.get(key).into_owned();
            let made = refused(&web, &reader, &session, &form, text)?;
            Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &made))
        }
        Err(Refused::Words(why)) => {
            let text = delay_words::refusal(reader.texts, &why);
            let made = refused(&web, &reader, &session, &form, text)?;
            Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &made))
        }
        Err(Refused::Fault(fault)) => Err(fault),
    }
}

/// Why nothing was set.
pub(super) enum Refused {
    /// The words; why.
    Words(String),
    /// Something in the form; the key of the sentence that says what.
    Form(&'static str),
    Fault(Fault),
}

impl From<ServiceError> for Refused {
    fn from(error: ServiceError) -> Self {
        match error {
            ServiceError::Invalid {
                field: "reason", ..
            } => Self::Form("error-reason"),
            ServiceError::Invalid {
                field: "words",
                text,
            } => Self::Words(text),
            ServiceError::Invalid { .. } => Self::Form("error-delay-hours"),
            ServiceError::Conflict(_) => Self::Form("error-users-sender"),
            error => Self::Fault(error.into()),
        }
    }
}

async fn set_senders(
    web: &Web,
    actor: &Actor,
    scope: PolicyScope,
    form: &Form,
) -> Result<(), Refused> {
    let change = DelayNoticesChange {
        words: None,
        hours: hours(form).map_err(Refused::Fault)?,
        reason: form.get("reason").to_owned(),
    };
    delay_notices::set(&web.service, actor, scope, &change).await?;
    Ok(())
}

fn hours(form: &Form) -> Result<Option<u16>, Fault> {
    match form.get("hours") {
        "" => Ok(None),
        hours => Ok(Some(hours.parse().map_err(|_| Fault::Bad)?)),
    }
}

async fn set_users(
    web: &Web,
    actor: &Actor,
    scope: PolicyScope,
    form: &Form,
) -> Result<(), Refused> {
    let tell = form.get("tell");
    let change = UserNoticesChange {
        tell: (!tell.is_empty()).then_some(tell != "no"),
        link: tell == "link",
        language: form.get("language").to_owned(),
        reason: form.get("reason").to_owned(),
    };
    user_notices::set(&web.service, actor, scope, &change).await?;
    Ok(())
}

/// The page with what was entered, and what is wrong with it.
fn refused(
    web: &Web,
    reader: &Reader,
    session: &Session,
    form: &Form,
    text: String,
) -> Result<DelaysPage, Fault> {
    let texts = reader.texts;
    let mut made = delays_page(web, reader, session, form.get("q").trim())?;
    made.p.errors = vec![FormError { field: None, text }];
    let scope = form.get("scope");
    let reason: String = form.get("reason").chars().take(500).collect();
    for item in made.items.iter_mut().filter(|item| item.scope == scope) {
        if form.get("what") == "words" {
            item.words.posted(form);
        } else if form.get("what") == "users" {
            for (choices, name) in [
                (&mut item.users.choices, "tell"),
                (&mut item.users.languages, "language"),
            ] {
                for one in choices {
                    one.selected = one.value == form.get(name);
                }
            }
            item.users.reason = reason.clone();
        } else {
            item.choices = choices(texts, hours(form)?, scope != "all");
            item.reason = reason.clone();
        }
    }
    Ok(made)
}
