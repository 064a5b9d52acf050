//! The console's page of mailboxes by where their mail goes: exactly which are affected, and all of them as CSV.

use askama::Template;
use axum::body::Body;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use url::form_urlencoded::Serializer;

use super::destinations::refused;
use super::who;
use crate::service::listing::{self, Cursor, Filter, csv};
use crate::service::mailboxes::{MailboxPage, MailboxView};
use crate::service::{Actor, ServiceError};
use crate::web::Web;
use crate::web::error::Fault;
use crate::web::page::{Choice, FormError, Page, page};
use crate::web::reader::Reader;
use crate::web::session::{Manager, Session};
use crate::web::texts::{Texts, Value};

/// Rows on one page.
const SHOWN: usize = 50;

/// The page.
#[derive(Template)]
#[template(path = "console/mailboxes.html")]
pub struct MailboxesPage {
    pub(super) p: Page,
    pub(super) who: Option<String>,
    pub(super) csrf: String,
    pub(super) errors: Vec<FormError>,
    pub(super) is_operator: bool,
    pub(super) mailstore: String,
    pub(super) domain: String,
    pub(super) reseller: String,
    pub(super) routes: Vec<Choice>,
    pub(super) rows: Vec<Row>,
    pub(super) csv_href: String,
    pub(super) next_href: Option<String>,
}

/// A mailbox.
#[derive(Clone, Debug)]
pub struct Row {
    pub(super) address: String,
    pub(super) href: String,
    pub(super) state: String,
    pub(super) chip: &'static str,
    pub(super) level: String,
    pub(super) since: String,
    pub(super) mailstore: String,
    pub(super) reseller: String,
    pub(super) unmerged: u64,
}

/// What is asked for, as the form says it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Ask {
    mailstore: String,
    domain: String,
    reseller: String,
    route: String,
    after: String,
}

/// A text that may be left empty.
fn said<T: std::str::FromStr<Err: std::fmt::Display>>(
    field: &'static str,
    text: &str,
) -> Result<Option<T>, ServiceError> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let invalid = |error: T::Err| ServiceError::Invalid {
        field,
        text: error.to_string(),
    };
    text.parse().map(Some).map_err(invalid)
}

impl Ask {
    fn filter(&self) -> Result<Filter, ServiceError> {
        Ok(Filter {
            mailstore: said("mailstore", &self.mailstore)?,
            domain: said("domain", &self.domain)?,
            reseller: said("reseller", &self.reseller)?,
            route: match self.route.as_str() {
                "" => None,
                route => Some(route.parse()?),
            },
        })
    }
}

fn href(path: &str, filter: &Filter, after: Option<&str>) -> String {
    let mut query = Serializer::new(String::new());
    query.extend_pairs(filter.pairs());
    query.extend_pairs(after.map(|after| ("after", after)));
    format!("{path}?{}", query.finish())
}

/// `GET /console/mailboxes`.
pub async fn show(
    State(web): State<Web>,
    reader: Reader,
    Manager(session): Manager,
    Query(ask): Query<Ask>,
) -> Result<Response, Fault> {
    let found = ask.filter().and_then(|filter| {
        let after: Option<Cursor> = said("after", &ask.after)?;
        let service = &web.service;
        let page = listing::list(service, &session.actor, &filter, after.as_ref(), SHOWN)?;
        Ok((filter, page))
    });
    match found {
        Ok((filter, found)) => {
            let made = mailboxes_page(&reader, &session, &ask, &filter, found);
            Ok(page(StatusCode::OK, &made))
        }
        Err(error) => {
            let shown = refused(reader.texts, &error).ok_or(error)?;
            let empty = MailboxPage {
                mailboxes: Vec::new(),
                next: None,
            };
            let mut made = mailboxes_page(&reader, &session, &ask, &Filter::default(), empty);
            made.errors = vec![shown];
            Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &made))
        }
    }
}

/// `GET /console/mailboxes.csv`.
pub async fn file(
    State(web): State<Web>,
    Manager(session): Manager,
    Query(ask): Query<Ask>,
) -> Result<Response, Fault> {
    let lines = csv::lines(web.service, session.actor.clone(), ask.filter()?)?;
    Ok((csv::HEADERS, Body::from_stream(lines)).into_response())
}

fn mailboxes_page(
    reader: &Reader,
    session: &Session,
    ask: &Ask,
    filter: &Filter,
    found: MailboxPage,
) -> MailboxesPage {
    let texts = reader.texts;
    let next = found.next.as_deref();
    MailboxesPage {
        p: Page::of(reader, &texts.get("mailboxes-title")),
        who: Some(who(texts, &session.actor)),
        csrf: session.csrf.clone(),
        errors: Vec::new(),
        is_operator: matches!(session.actor, Actor::Operator(_)),
        mailstore: ask.mailstore.trim().to_owned(),
        domain: ask.domain.trim().to_owned(),
        reseller: ask.reseller.trim().to_owned(),
        routes: routes(texts, &ask.route),
        rows: found.mailboxes.iter().map(|m| row(reader, m)).collect(),
        csv_href: href("/console/mailboxes.csv", filter, None),
        next_href: next.map(|next| href("/console/mailboxes", filter, Some(next))),
    }
}

fn routes(texts: &Texts, chosen: &str) -> Vec<Choice> {
    let choice = |(value, key): (&str, &str)| Choice {
        value: value.to_owned(),
        text: texts.get(key).into_owned(),
        hint: String::new(),
        selected: value == chosen,
    };
    [
        ("", "mailboxes-any"),
        ("affected", "mailboxes-affected"),
        ("standby", "mailboxes-standby"),
        ("queue", "mailboxes-queue"),
        ("primary", "mailboxes-primary"),
    ]
    .into_iter()
    .map(choice)
    .collect()
}

fn row(reader: &Reader, mailbox: &MailboxView) -> Row {
    let texts = reader.texts;
    let (state, chip) = match mailbox.route.as_str() {
        "standby" => ("mailboxes-standby", "chip-warm"),
        "queue" => ("mailboxes-queue", "chip-busy"),
        "primary" => ("mailboxes-primary", "chip-good"),
        _ => ("mailboxes-unknown", ""),
    };
    let level = match mailbox.level.as_str() {
        "mailbox" => "mailboxes-by-mailbox",
        "domain" => "mailboxes-by-domain",
        "mailstore" => "mailboxes-by-mailstore",
        "safety" => "mailboxes-by-safety",
        "raising" => "mailboxes-by-raising",
        _ => "mailboxes-by-nothing",
    };
    let time = |key: &str, at: &Option<String>| {
        at.as_ref().map(|at| {
            let time = reader.times.text(at);
            texts.with(key, &[("time", Value::Text(&time))])
        })
    };
    let times = [
        time("mailboxes-since", &mailbox.since),
        time("mailboxes-until", &mailbox.until),
    ];
    let times: Vec<String> = times.into_iter().flatten().collect();
    let scope = Serializer::new(String::new())
        .append_pair("scope", &format!("mailbox:{}", mailbox.address))
        .finish();
    Row {
        address: mailbox.address.clone(),
        href: format!("/console/change?{scope}"),
        state: texts.get(state).into_owned(),
        chip,
        level: texts.get(level).into_owned(),
        since: times.join(" "),
        mailstore: mailbox.mailstore.clone(),
        reseller: mailbox.reseller.clone().unwrap_or_else(|| "–".to_owned()),
        unmerged: mailbox.unmerged,
    }
}
