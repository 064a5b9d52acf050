//! The console: states and overrides, for operators and for resellers.

use axum::Extension;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::Web;
use super::error::{Fault, form_encode};
use super::flash::Flash;
use super::form::Form;
use super::page::{Choice, FormError, Notice, Page, ok, page};
use super::reader::Reader;
use super::session::{Area, Manager, Session, session_cookie};
use super::texts::{Texts, Value};
use crate::clock::Timestamp;
use crate::route::Scope;
use crate::service::failover::{self, FailoverAction, FailoverChange, FailoverView};
use crate::service::overview::{
    self, Effective, MailstoreRow, ScopeRow, UNMERGED_COUNTED_MAX, setting_name,
};
use crate::service::persons::own;
use crate::service::sign_in::{self as doors, SignInError};
use crate::service::{Actor, ClientAddress, Means, ServiceError};
use crate::store::access::Permission;

pub mod account;
pub mod alerts;
pub mod brand;
pub mod delays;
pub mod destinations;
pub mod help;
pub mod mailboxes;
pub mod merges;
pub mod notices;
pub mod ops;
pub mod people;
pub mod queue;
pub mod trace;
pub mod views;

use views::{Cell, ChangePage, Column, LoginPage, OverviewPage, Row, Table};

/// `GET /console/login`.
pub async fn sign_in_page(
    State(web): State<Web>,
    reader: Reader,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    match Session::find(&web, Area::Console, &headers).await {
        Ok(_) => Ok(Redirect::to("/console").into_response()),
        Err(ServiceError::Unauthenticated) => {
            let said = Flash::read(&headers)
                .and_then(|said| said.notice(reader.texts, "", "", |_| String::new()));
            let form = login_page(&reader, "", None);
            let mut response = ok(&LoginPage {
                notice: said,
                ..form
            });
            let forget = Flash::forget(&web);
            response.headers_mut().append(header::SET_COOKIE, forget);
            Ok(response)
        }
        Err(error) => Err(error.into()),
    }
}

fn login_page(reader: &Reader, name: &str, error: Option<(&'static str, &str)>) -> LoginPage {
    let texts = reader.texts;
    LoginPage {
        p: Page::of(reader, &texts.get("console-sign-in")),
        who: None,
        csrf: String::new(),
        notice: None,
        is_token_wrong: error.is_some_and(|(field, _)| field == "token"),
        errors: error
            .map(|(field, key)| FormError {
                field: Some(field),
                text: texts.get(key).into_owned(),
            })
            .into_iter()
            .collect(),
        name: name.chars().take(254).collect(),
    }
}

/// `POST /console/login`.
pub async fn sign_in(
    State(web): State<Web>,
    reader: Reader,
    client: Option<Extension<ClientAddress>>,
    form: Form,
) -> Result<Response, Fault> {
    let name = form.get("name");
    let begun = match form.get("token") {
        "" => {
            let (password, code) = (form.get("password").to_owned(), form.get("code"));
            let client = account::client(client);
            own::sign_in(&web.service, &web.doors, name, password, code, client).await
        }
        token => match doors::console(&web.service, token).await {
            Err(ServiceError::Unauthenticated) => {
                let form = login_page(&reader, "", Some(("token", "error-token")));
                return Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &form));
            }
            begun => Ok(begun?),
        },
    };
    let refused = |status, key| {
        Ok(page(
            status,
            &login_page(&reader, name, Some(("name", key))),
        ))
    };
    let secret = match begun {
        Ok(secret) => secret,
        Err(SignInError::Wrong) => {
            return refused(StatusCode::UNPROCESSABLE_ENTITY, "error-person");
        }
        Err(SignInError::Limited(_) | SignInError::Busy(_)) => {
            return refused(StatusCode::TOO_MANY_REQUESTS, "error-sign-in-often");
        }
        Err(SignInError::Store(error)) => return Err(error.into()),
    };
    let mut response = Redirect::to("/console").into_response();
    let cookie = session_cookie(&web, Area::Console, &secret);
    response.headers_mut().append(header::SET_COOKIE, cookie);
    Ok(response)
}

/// `POST /console/logout`.
pub async fn sign_out(
    State(web): State<Web>,
    Manager(session): Manager,
    form: Form,
) -> Result<Response, Fault> {
    session.check(form.get("csrf"))?;
    doors::sign_out(&web.service, session.secret()).await?;
    let mut response = Redirect::to("/console/login").into_response();
    let cookie = session_cookie(&web, Area::Console, "");
    response.headers_mut().append(header::SET_COOKIE, cookie);
    Ok(response)
}

/// Who is signed in, for the head of the page.
fn who(texts: &Texts, actor: &Actor) -> String {
    match actor {
        Actor::Operator(by) => texts.with("who-operator", &[("name", Value::Text(short(by)))]),
        Actor::Reseller(id, by) => {
            let name = match by.person {
                Some(_) => format!("{id}, {}", short(by)),
                None => id.to_string(),
            };
            texts.with("who-reseller", &[("name", Value::Text(&name))])
        }
        Actor::User(..) | Actor::Agent(..) | Actor::Router(_) | Actor::System(_) => String::new(),
    }
}

/// A person by what it signs in as, a token by its label, or else by the start of its id.
fn short(by: &Means) -> &str {
    const START: usize = "token 01234567".len();
    match by.name.split_once(", ") {
        _ if by.person.is_some() => &by.name,
        Some((_, label)) => label,
        None => by.name.get(..START).unwrap_or(&by.name),
    }
}

/// `GET /console`.
pub async fn overview(
    State(web): State<Web>,
    reader: Reader,
    Manager(session): Manager,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let texts = reader.texts;
    let is_operator = matches!(session.actor, Actor::Operator(_));
    let mut tables = Vec::new();
    if is_operator {
        let rows = overview::mailstores(&web.service, &session.actor)?;
        tables.push(mailstores_table(&reader, &rows));
    }
    let rows = overview::domains(&web.service, &session.actor)?;
    tables.push(domains_table(&reader, &rows));
    if session.actor.may(Permission::Failover).is_err() {
        let rows = tables.iter_mut().flat_map(|table| &mut table.rows);
        rows.for_each(|row| row.change_href = None);
    }
    let is_person = match &session.actor {
        Actor::Operator(means) | Actor::Reseller(_, means) => means.person.is_some(),
        _ => false,
    };
    let heading = if is_operator {
        "overview-operator"
    } else {
        "overview-reseller"
    };
    let heading = texts.get(heading).into_owned();
    let now = reader.times.now();
    let said = Flash::read(&headers);
    let notice = said.filter(|said| said.key == "done-change").map(|said| {
        let what = texts.get(&format!("action-{}", said.folder)).into_owned();
        Notice::done(texts.with("done-change", &[("what", Value::Text(&what))]))
    });
    let mut response = ok(&OverviewPage {
        p: Page::of(&reader, &heading),
        who: Some(who(texts, &session.actor)),
        csrf: session.csrf,
        heading,
        now: super::when::When {
            machine: now.to_string(),
            text: reader.times.clock(now),
        },
        notice,
        tables,
        is_operator,
        may_help: session.actor.may(Permission::SignInLinks).is_ok(),
        may_people: session.actor.may(Permission::People).is_ok(),
        is_person,
    });
    let forget = Flash::forget(&web);
    response.headers_mut().append(header::SET_COOKIE, forget);
    Ok(response)
}

fn column(texts: &Texts, key: &str, number: bool) -> Column {
    Column {
        text: texts.get(key).into_owned(),
        number,
    }
}

fn cell(texts: &Texts, key: &str, text: String, number: bool) -> Cell {
    Cell {
        label: texts.get(key).into_owned(),
        text,
        number,
    }
}

fn change_href(scope: &Scope) -> String {
    format!("/console/change?scope={}", form_encode(&scope.to_string()))
}

fn mailstores_table(reader: &Reader, rows: &[MailstoreRow]) -> Table {
    let texts = reader.texts;
    let columns = ["mailstore", "state", "mode", "since", "changed-by"];
    let mut columns: Vec<Column> = columns.map(|key| column(texts, key, false)).into();
    columns.push(column(texts, "held", true));
    let time =
        |at: Option<Timestamp>| at.map_or_else(|| "–".to_owned(), |at| reader.times.since(at));
    let row = |row: &MailstoreRow| {
        let mode = texts.get(&format!("mode-{}", row.mode)).into_owned();
        let unmerged = if row.unmerged >= UNMERGED_COUNTED_MAX {
            format!("{UNMERGED_COUNTED_MAX}+")
        } else {
            row.unmerged.to_string()
        };
        Row {
            name: row.id.to_string(),
            evidence: row.evidence.clone(),
            state: texts.get(&format!("state-{}", row.state)).into_owned(),
            chip: match row.state {
                "active" => "chip-warm",
                "suspected" | "returning" => "chip-busy",
                _ => "chip-good",
            },
            cells: vec![
                cell(texts, "mode", mode, false),
                cell(texts, "since", time(row.since), false),
                cell(texts, "changed-by", by(texts, row.by.as_deref()), false),
                cell(texts, "held", unmerged, true),
            ],
            change_href: Some(change_href(&Scope::Mailstore(row.id.clone()))),
        }
    };
    Table {
        caption: texts.get("mailstores-caption").into_owned(),
        columns,
        empty: rows
            .is_empty()
            .then(|| texts.get("none-mailstores").into_owned()),
        rows: rows.iter().map(row).collect(),
    }
}

fn by(texts: &Texts, name: Option<&str>) -> String {
    name.map_or_else(|| texts.get("product").into_owned(), str::to_owned)
}

fn effective(texts: &Texts, effective: Effective) -> (String, &'static str) {
    let (key, chip) = match effective {
        Effective::Primary => ("effective-primary", "chip-good"),
        Effective::Standby => ("effective-standby", "chip-warm"),
        Effective::Partly => ("effective-partly", "chip-busy"),
        Effective::Queue => ("effective-queue", "chip-busy"),
        Effective::Empty => ("effective-empty", ""),
    };
    (texts.get(key).into_owned(), chip)
}

fn domains_table(reader: &Reader, rows: &[ScopeRow]) -> Table {
    let texts = reader.texts;
    let columns = ["domain", "state", "override", "changed-by", "mailstore"];
    let row = |row: &ScopeRow| {
        let (state, chip) = effective(texts, row.effective);
        let setting = row.setting.as_ref();
        let said = setting_name(setting.map(|setting| setting.setting));
        let mailstores: Vec<&str> = row.mailstores.iter().map(AsRef::as_ref).collect();
        let author = setting.map_or_else(|| "–".to_owned(), |setting| setting.author.to_string());
        Row {
            name: match &row.scope {
                Scope::Domain(name) => name.to_string(),
                Scope::Mailbox(name) => name.to_string(),
                Scope::Mailstore(name) => name.to_string(),
            },
            evidence: setting.map(|setting| setting.reason.clone()),
            state,
            chip,
            cells: vec![
                cell(
                    texts,
                    "override",
                    texts.get(&format!("override-{said}")).into_owned(),
                    false,
                ),
                cell(texts, "changed-by", author, false),
                cell(texts, "mailstore", mailstores.join(", "), false),
            ],
            change_href: Some(change_href(&row.scope)),
        }
    };
    Table {
        caption: texts.get("domains-caption").into_owned(),
        columns: columns.map(|key| column(texts, key, false)).into(),
        empty: rows
            .is_empty()
            .then(|| texts.get("none-domains").into_owned()),
        rows: rows.iter().map(row).collect(),
    }
}

/// Which scope is to be changed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Ask {
    scope: String,
}

/// `GET /console/change?scope=`.
pub async fn change(
    State(web): State<Web>,
    reader: Reader,
    Manager(session): Manager,
    Query(ask): Query<Ask>,
) -> Result<Response, Fault> {
    let scope: Scope = ask.scope.parse().map_err(|_| Fault::NotFound)?;
    let view = failover::show(&web.service, &session.actor, &scope)?;
    let form = change_page(&reader, &session, &scope, &view, &Form::default(), None);
    Ok(ok(&form))
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
        p: Page::of(reader, &heading),
        who: Some(who(texts, &session.actor)),
        csrf: session.csrf.clone(),
        errors: error.into_iter().collect(),
        state_line: state_line(texts, view),
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

fn state_line(texts: &Texts, view: &FailoverView) -> String {
    if let Some(state) = &view.state {
        let state = texts.get(&format!("state-{state}"));
        let mode = texts.get(&format!("mode-{}", view.mode));
        let values = [("state", Value::Text(&state)), ("mode", Value::Text(&mode))];
        return texts.with("change-state", &values);
    }
    let setting = texts.get(&format!("override-{}", view.mode));
    texts.with("change-override", &[("setting", Value::Text(&setting))])
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
        expires_in_secs: None,
    };
    match failover::change(&web.service, &session.actor, &scope, order, None).await {
        Ok(_) => {
            let flash = Flash {
                folder: (*key).to_owned(),
                ..Flash::new("done-change")
            };
            Ok(super::webmail::shell::redirect(
                &web,
                "/console",
                Some(&flash),
            ))
        }
        Err(ServiceError::Invalid {
            field: "reason", ..
        }) => Ok(refused("reason", texts.get("error-reason").into_owned())),
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
