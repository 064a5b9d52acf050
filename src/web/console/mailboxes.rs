//! The console's page of mailboxes by where their mail goes: exactly which are affected, to be switched singly or many
//! at once, and all of them as CSV.

use axum::body::Body;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::domains::pick;
use super::filters::{href, other_choice, said};
use super::frame::{Frame, refused, said_once};
use super::heads::Heads;
use super::overview::change_href;
use super::views::{Bulk, Field, Listing, Row, Table, cell, column};
use crate::route::Scope;
use crate::service::ServiceError;
use crate::service::listing::{self, Filter, Sort, Start, csv};
use crate::service::mailboxes::{MailboxPage, MailboxView};
use crate::store::access::Permission;
use crate::web::Web;
use crate::web::error::Fault;
use crate::web::page::page;
use crate::web::reader::Reader;
use crate::web::session::Manager;
use crate::web::texts::{Texts, Value};

const PATH: &str = "/console/mailboxes";
/// Rows on one page.
const SHOWN: usize = 50;

/// What is asked for, as the form says it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Ask {
    pub(super) mailstore: String,
    pub(super) domain: String,
    pub(super) reseller: String,
    pub(super) route: String,
    pub(super) sort: String,
    pub(super) after: String,
    pub(super) select: String,
}

impl Ask {
    /// The filter that it means.
    pub(super) fn filter(&self) -> Result<Filter, ServiceError> {
        Ok(Filter {
            mailstore: said("mailstore", &self.mailstore)?,
            domain: said("domain", &self.domain)?,
            reseller: said("reseller", &self.reseller)?,
            route: match self.route.as_str() {
                "" => None,
                route => Some(route.parse()?),
            },
            ..Filter::default()
        })
    }

    /// An address with what is looked for and how it is sorted.
    fn href(&self, path: &str, filter: &Filter, more: &[(&str, &str)]) -> String {
        let mut all = vec![("sort", self.sort.as_str())];
        all.extend_from_slice(more);
        href(path, filter.pairs(), &all)
    }
}

/// `GET /console/mailboxes`.
pub async fn show(
    State(web): State<Web>,
    reader: Reader,
    Manager(session): Manager,
    Query(ask): Query<Ask>,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let texts = reader.texts;
    let asked = ask.clone();
    let looking = web.service.look(&session.actor, move |service, actor| {
        let filter = asked.filter()?;
        let start = Start::read(Sort::read(&asked.sort)?, &asked.after)?;
        let page = listing::list(service, actor, &filter, &start, SHOWN)?;
        Ok((filter, page))
    });
    let (filter, found, errors) = match looking.await {
        Ok((filter, found)) => (filter, found, Vec::new()),
        Err(error) => {
            let shown = refused(texts, &error).ok_or(error)?;
            let empty = MailboxPage {
                mailboxes: Vec::new(),
                next: None,
            };
            (Filter::default(), empty, vec![shown])
        }
    };
    let heading = texts.get("mailboxes-title").into_owned();
    let p = Frame::new(&reader, &session, &heading)
        .with_said(&reader, &headers)
        .with_errors(errors);
    let may_switch = session.actor.may(Permission::Failover).is_ok();
    let is_operator = p.is_operator;
    let mut made = Listing::new(p, heading, PATH, ask.href(PATH, &filter, &[]));
    let heads = Heads {
        asked: &ask.sort,
        choices: &[
            ("mailstore", "order-mailstores"),
            ("-mailstore", "order-mailstores-back"),
            ("address", "order-addresses"),
            ("-address", "order-addresses-back"),
        ],
    };
    made.fields = fields(texts, &ask, is_operator);
    made.fields.push(heads.field(texts));
    made.csv_href = Some(ask.href("/console/mailboxes.csv", &filter, &[]));
    let mut table = mailboxes_table(&reader, &found.mailboxes, is_operator);
    let sorted = |sort: &str| href(PATH, filter.pairs(), &[("sort", sort)]);
    heads.put(&mut table, &[(0, "address"), (3, "mailstore")], &sorted);
    if may_switch && !found.mailboxes.is_empty() {
        for row in &mut table.rows {
            let value = format!("mailbox:{}", row.name);
            row.pick = Some(pick(texts, &value, &row.name, &ask.select));
        }
        made.bulk = Some(bulk(texts, &ask, &filter));
    } else {
        table.rows.iter_mut().for_each(|row| row.change_href = None);
    }
    made.tables = vec![table];
    made.next_href = found
        .next
        .map(|next| ask.href(PATH, &filter, &[("after", &next)]));
    Ok(said_once(&web, page(made.p.status(), &made)))
}

/// `GET /console/mailboxes.csv`.
pub async fn file(
    State(web): State<Web>,
    Manager(session): Manager,
    Query(ask): Query<Ask>,
) -> Result<Response, Fault> {
    let lines = csv::lines(
        web.service,
        session.actor.clone(),
        ask.filter()?,
        Sort::read(&ask.sort)?,
    )?;
    Ok((csv::HEADERS, Body::from_stream(lines)).into_response())
}

fn bulk(texts: &Texts, ask: &Ask, filter: &Filter) -> Bulk {
    let mut hidden = vec![("of", "mailboxes".to_owned())];
    hidden.extend(filter.pairs());
    let select = other_choice(&ask.select);
    Bulk {
        hidden,
        select_href: ask.href(PATH, filter, &[("after", &ask.after), ("select", select)]),
        select: texts.get("bulk-page").into_owned(),
        all: texts.get("bulk-all-mailboxes").into_owned(),
    }
}

fn fields(texts: &Texts, ask: &Ask, is_operator: bool) -> Vec<Field> {
    let routes = [
        ("", "mailboxes-any"),
        ("affected", "mailboxes-affected"),
        ("standby", "mailboxes-standby"),
        ("queue", "mailboxes-queue"),
        ("primary", "mailboxes-primary"),
    ];
    let mut fields = vec![
        Field::choice(texts, "route", "mailboxes-route", &ask.route, &routes),
        Field::text(texts, "domain", "mailboxes-domain", &ask.domain),
        Field::text(texts, "mailstore", "mailboxes-mailstore", &ask.mailstore),
    ];
    if is_operator {
        fields.push(Field::text(texts, "reseller", "reseller", &ask.reseller));
    }
    fields
}

/// The text of what decided where mail goes.
pub(super) fn level_key(level: &str) -> &'static str {
    match level {
        "mailbox" => "mailboxes-by-mailbox",
        "domain" => "mailboxes-by-domain",
        "mailstore" => "mailboxes-by-mailstore",
        "safety" => "mailboxes-by-safety",
        "raising" => "mailboxes-by-raising",
        _ => "mailboxes-by-nothing",
    }
}

fn mailboxes_table(reader: &Reader, mailboxes: &[MailboxView], with_owner: bool) -> Table {
    let texts = reader.texts;
    let mut columns: Vec<_> = [
        "mailboxes-address",
        "state",
        "mailboxes-by",
        "mailboxes-mailstore",
    ]
    .map(|key| column(texts, key, false))
    .into();
    if with_owner {
        columns.push(column(texts, "reseller", false));
    }
    columns.push(column(texts, "mailboxes-unmerged", true));
    Table {
        caption: texts.get("mailboxes-title").into_owned(),
        columns,
        rows: mailboxes
            .iter()
            .map(|mailbox| row(reader, mailbox, with_owner))
            .collect(),
        empty: mailboxes
            .is_empty()
            .then(|| texts.get("mailboxes-none").into_owned()),
    }
}

fn row(reader: &Reader, mailbox: &MailboxView, with_owner: bool) -> Row {
    let texts = reader.texts;
    let (state, chip) = match mailbox.route.as_str() {
        "standby" => ("mailboxes-standby", "chip-warm"),
        "queue" => ("mailboxes-queue", "chip-busy"),
        "primary" => ("mailboxes-primary", "chip-good"),
        _ => ("mailboxes-unknown", ""),
    };
    let level = texts.get(level_key(&mailbox.level)).into_owned();
    let time = |key: &str, at: &Option<String>| {
        at.as_ref().map(|at| {
            let time = reader.times.text(at);
            texts.with(key, &[("time", Value::Text(&time))])
        })
    };
    let by = mailbox.by.as_deref().map(|by| match by {
        "lifeboat" => texts.get("product").into_owned(),
        "operator" => texts.get("mailboxes-by-operator").into_owned(),
        reseller => reseller.to_owned(),
    });
    let said = [
        time("mailboxes-since", &mailbox.since),
        by.map(|by| texts.with("change-by", &[("name", Value::Text(&by))])),
        time("mailboxes-until", &mailbox.until),
        time("mailbox-signed-in", &mailbox.signed_in_at),
    ];
    let level = said.into_iter().flatten().fold(level, |text, part| {
        // Each but the first is a sentence.
        format!("{}. {part}", text.trim_end_matches('.'))
    });
    let mut cells = vec![
        cell(texts, "mailboxes-by", level, false),
        cell(
            texts,
            "mailboxes-mailstore",
            mailbox.mailstore.clone(),
            false,
        ),
    ];
    if with_owner {
        let owner = mailbox.reseller.clone().unwrap_or_else(|| "–".to_owned());
        cells.push(cell(texts, "reseller", owner, false));
    }
    cells.push(cell(
        texts,
        "mailboxes-unmerged",
        mailbox.unmerged.to_string(),
        true,
    ));
    let scope = mailbox.address.parse().ok().map(Scope::Mailbox);
    Row {
        name: mailbox.address.clone(),
        evidence: None,
        state: texts.get(state).into_owned(),
        chip,
        cells,
        change_href: scope.as_ref().map(change_href),
        pick: None,
    }
}
