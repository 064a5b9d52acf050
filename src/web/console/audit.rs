//! The console's page of the audit log: who did what, when, why; looked through by time, person and object, and for
//! operators whether the chain holds.

use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::filters::href;
use super::frame::{Frame, refused, said_once};
use super::heads::Heads;
use super::views::{Field, Listing, Row, Table, cell, column};
use crate::panics;
use crate::service::audit::{self, Filter, Found};
use crate::service::sheet::Sheet;
use crate::service::sorting::{Start, cursor_name};
use crate::service::{Actor, ServiceError};
use crate::store::audit::AuditEntry;
use crate::web::Web;
use crate::web::error::Fault;
use crate::web::form::Form;
use crate::web::page::{FormError, Notice, page};
use crate::web::reader::Reader;
use crate::web::session::{Manager, Session};
use crate::web::texts::{Texts, Value};

const PATH: &str = "/console/audit";
/// Entries on one page.
const SHOWN: usize = 50;
/// Most entries of a file.
const FILE_MAX: usize = 10_000;
/// Pages of the log that are looked through for a file.
const FILE_PAGES_MAX: usize = 100;

/// What is looked for, as the form says it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Ask {
    who: String,
    action: String,
    subject: String,
    from: String,
    until: String,
    sort: String,
    before: String,
    after: String,
}

impl Ask {
    /// The days are the reader's; the last is looked through to its end.
    fn filter(&self, reader: &Reader) -> Result<Filter, ServiceError> {
        let day = |field, text: &str, after: i64| match text.trim() {
            "" => Ok(None),
            text => match reader.times.midnight(text, after) {
                Some(at) => Ok(Some(at)),
                None => Err(ServiceError::Invalid {
                    field,
                    text: "write a day as 2026-11-23".to_owned(),
                }),
            },
        };
        Ok(Filter {
            who: self.who.trim().to_owned(),
            action: self.action.trim().to_owned(),
            subject: self.subject.trim().to_owned(),
            from: day("from", &self.from, 0)?,
            until: day("until", &self.until, 1)?,
        })
    }

    fn start(&self) -> Result<Start<u64>, ServiceError> {
        audit::start(&self.sort, &self.before, &self.after)
    }

    fn sorted(&self, sort: &str) -> String {
        let sorted = Self {
            sort: sort.to_owned(),
            ..self.clone()
        };
        sorted.href(PATH, &[])
    }

    fn href(&self, path: &str, cursor: &[(&str, &str)]) -> String {
        let own = [
            ("who", &self.who),
            ("action", &self.action),
            ("subject", &self.subject),
            ("from", &self.from),
            ("until", &self.until),
            ("sort", &self.sort),
        ];
        href(path, own, cursor)
    }
}

/// `GET /console/audit`.
pub async fn show(
    State(web): State<Web>,
    reader: Reader,
    Manager(session): Manager,
    Query(ask): Query<Ask>,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let mut made = audit_page(&web, &reader, &session, &ask).await?;
    made.p = made.p.with_said(&reader, &headers);
    Ok(said_once(&web, page(made.p.status(), &made)))
}

/// `POST /console/audit`: verifies the chain.
pub async fn verify(
    State(web): State<Web>,
    reader: Reader,
    Manager(session): Manager,
    form: Form,
) -> Result<Response, Fault> {
    session.check(form.get("csrf"))?;
    let texts = reader.texts;
    let (service, actor) = (web.service.clone(), session.actor.clone());
    let verified = tokio::task::spawn_blocking(move || audit::verify(&service, &actor)).await;
    let verified = verified.map_err(|error| Fault::internal(&panics::how(&error)))?;
    let mut made = audit_page(&web, &reader, &session, &Ask::default()).await?;
    match verified {
        Ok(number) => {
            let values = [("count", Value::Number(number))];
            made.p.notice = Some(Notice::done(texts.with("audit-sound", &values)));
        }
        Err(ServiceError::Conflict(why)) => {
            made.p.errors = vec![FormError {
                field: None,
                text: texts.with("audit-damaged", &[("why", Value::Text(&why))]),
            }];
        }
        Err(error) => return Err(error.into()),
    }
    Ok(page(made.p.status(), &made))
}

async fn search(
    web: &Web,
    session: &Session,
    filter: Filter,
    start: Start<u64>,
    limit: usize,
) -> Result<Found, ServiceError> {
    let looking = web.service.walk(&session.actor, move |service, actor| {
        audit::search(service, actor, &filter, &start, limit)
    });
    looking.await
}

async fn audit_page(
    web: &Web,
    reader: &Reader,
    session: &Session,
    ask: &Ask,
) -> Result<Listing, Fault> {
    let texts = reader.texts;
    let start = ask.start().map_err(|_| Fault::NotFound)?;
    let found = match ask.filter(reader) {
        Ok(filter) => search(web, session, filter, start.clone(), SHOWN).await,
        Err(error) => Err(error),
    };
    let (found, errors) = match found {
        Ok(found) => (found, Vec::new()),
        Err(error) => {
            let shown = refused(texts, &error).ok_or(error)?;
            let nothing = Found {
                entries: Vec::new(),
                next: None,
            };
            (nothing, vec![shown])
        }
    };
    let heading = texts.get("audit-title").into_owned();
    let p = Frame::new(reader, session, &heading).with_errors(errors);
    let mut made = Listing::new(p, heading, PATH, ask.href(PATH, &[]));
    made.lines = vec![texts.get("audit-hint").into_owned()];
    if let Actor::Operator(_) = session.actor {
        let head = audit::head(&web.service, &session.actor)?;
        let values = [
            ("count", Value::Number(head.number)),
            ("hash", Value::Text(&head.hash)),
        ];
        made.lines.push(texts.with("audit-head", &values));
        made.order = Some(texts.get("audit-verify").into_owned());
    }
    let day = |name, key, value: &str| Field {
        kind: "date",
        ..Field::text(texts, name, key, value)
    };
    let heads = Heads {
        asked: &ask.sort,
        choices: &[("-at", "order-newest"), ("at", "order-oldest")],
    };
    made.fields = vec![
        Field::text(texts, "who", "audit-who", &ask.who),
        Field::text(texts, "action", "audit-action", &ask.action),
        Field::text(texts, "subject", "audit-subject", &ask.subject),
        day("from", "audit-from", &ask.from),
        day("until", "audit-until", &ask.until),
        heads.field(texts),
    ];
    made.csv_href = Some(ask.href("/console/audit.csv", &[]));
    let cursor = cursor_name(start.order);
    let next = found.next.map(|next| next.to_string());
    made.next_href = next.map(|next| ask.href(PATH, &[(cursor, &next)]));
    let mut table = table(reader, &found.entries);
    heads.put(&mut table, &[(0, "at")], &|sort| ask.sorted(sort));
    made.tables = vec![table];
    Ok(made)
}

fn table(reader: &Reader, entries: &[AuditEntry]) -> Table {
    let texts: &Texts = reader.texts;
    let row = |entry: &AuditEntry| {
        let event = &entry.event;
        let said = [event.why.as_str(), event.detail.as_str()];
        let said: Vec<&str> = said.into_iter().filter(|text| !text.is_empty()).collect();
        Row {
            name: format!(
                "{} {}",
                reader.times.day(event.at),
                reader.times.clock(event.at)
            ),
            evidence: (!said.is_empty()).then(|| said.join(" · ")),
            state: event.action.clone(),
            cells: vec![
                cell(texts, "audit-who", event.who.clone(), false),
                cell(texts, "audit-subject", event.subject.clone(), false),
                cell(texts, "audit-number", entry.number.to_string(), true),
            ],
            ..Row::default()
        }
    };
    Table {
        caption: texts.get("audit-title").into_owned(),
        columns: vec![
            column(texts, "audit-when", false),
            column(texts, "audit-action", false),
            column(texts, "audit-who", false),
            column(texts, "audit-subject", false),
            column(texts, "audit-number", true),
        ],
        rows: entries.iter().map(row).collect(),
        empty: entries
            .is_empty()
            .then(|| texts.get("audit-none").into_owned()),
    }
}

/// `GET /console/audit.csv`: at most [`FILE_MAX`] entries, as they are sorted.
pub async fn file(
    State(web): State<Web>,
    reader: Reader,
    Manager(session): Manager,
    Query(ask): Query<Ask>,
) -> Result<Response, Fault> {
    let filter = ask.filter(&reader)?;
    let mut sheet = Sheet::new("audit.csv", "number,at,who,action,subject,why,detail");
    let mut start = audit::start(&ask.sort, "", "")?;
    for _ in 0..FILE_PAGES_MAX {
        let limit = audit::PAGE_MAX.min(FILE_MAX - sheet.rows());
        let found = search(&web, &session, filter.clone(), start.clone(), limit).await?;
        found
            .entries
            .iter()
            .for_each(|entry| sheet.row(&line(entry)));
        start.after = found.next;
        if start.after.is_none() || sheet.rows() == FILE_MAX {
            break;
        }
    }
    Ok(sheet.into_parts().into_response())
}

fn line(entry: &AuditEntry) -> [String; 7] {
    let event = &entry.event;
    [
        entry.number.to_string(),
        event.at.to_string(),
        event.who.clone(),
        event.action.clone(),
        event.subject.clone(),
        event.why.clone(),
        event.detail.clone(),
    ]
}
