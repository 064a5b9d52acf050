//! The console's first page: how mailstores and domains stand.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

use super::domains::domains_table;
use super::frame::{Frame, said_once};
use super::views::{OverviewPage, Row, Table, cell, column};
use crate::clock::Timestamp;
use crate::route::Scope;
use crate::service::domains::{self, Filter};
use crate::service::overview::{self, MailstoreRow, UNMERGED_COUNTED_MAX};
use crate::service::sorting::Start;
use crate::store::access::Permission;
use crate::web::Web;
use crate::web::error::{Fault, form_encode};
use crate::web::page::page;
use crate::web::reader::Reader;
use crate::web::session::Manager;
use crate::web::texts::Texts;
use crate::web::when::When;

/// Domains shown; a page of their own has them all.
const DOMAINS_SHOWN: usize = 50;

/// `GET /console`.
pub async fn show(
    State(web): State<Web>,
    reader: Reader,
    Manager(session): Manager,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let texts = reader.texts;
    let service = &web.service;
    let mut made = OverviewPage {
        p: Frame::new(&reader, &session, &texts.get("menu-overview")).with_said(&reader, &headers),
        heading: String::new(),
        now: When::now(&reader.times),
        tables: Vec::new(),
        more: false,
    };
    let heading = match made.p.is_operator {
        true => "overview-operator",
        false => "overview-reseller",
    };
    made.heading = texts.get(heading).into_owned();
    if made.p.is_operator {
        let rows = service.look(&session.actor, overview::mailstores).await?;
        made.tables.push(mailstores_table(&reader, &rows));
    }
    let looking = service.look(&session.actor, |service, actor| {
        let filter = Filter::default();
        domains::list(service, actor, &filter, &Start::default(), DOMAINS_SHOWN)
    });
    let found = looking.await?;
    made.more = found.next.is_some();
    made.tables
        .push(domains_table(&reader, &found.domains, false));
    if session.actor.may(Permission::Failover).is_err() {
        let rows = made.tables.iter_mut().flat_map(|table| &mut table.rows);
        rows.for_each(|row| row.change_href = None);
    }
    Ok(said_once(&web, page(StatusCode::OK, &made)))
}

/// The form that changes a scope.
pub(super) fn change_href(scope: &Scope) -> String {
    format!("/console/change?scope={}", form_encode(&scope.to_string()))
}

fn mailstores_table(reader: &Reader, rows: &[MailstoreRow]) -> Table {
    let texts = reader.texts;
    let columns = ["mailstore", "state", "mode", "since", "changed-by"];
    let mut columns: Vec<_> = columns.map(|key| column(texts, key, false)).into();
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
            pick: None,
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
