//! The console's page of resellers, for operators: what each has, and how much of it is affected.

use std::cmp::Reverse;

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::filters::href;
use super::frame::Frame;
use super::views::{Column, Field, Listing, Row, Sort, Table, cell, column};
use crate::service::resellers::{self, ResellerView};
use crate::web::Web;
use crate::web::error::{Fault, form_encode};
use crate::web::page::page;
use crate::web::reader::Reader;
use crate::web::session::Manager;

const PATH: &str = "/console/resellers";
/// Resellers on one page.
const SHOWN: usize = 100;

/// In which order, from where on.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Ask {
    sort: String,
    from: usize,
}

/// `GET /console/resellers`.
pub async fn show(
    State(web): State<Web>,
    reader: Reader,
    Manager(session): Manager,
    Query(ask): Query<Ask>,
) -> Result<Response, Fault> {
    let texts = reader.texts;
    let mut found = resellers::list(&web.service, &session.actor).await?;
    match ask.sort.as_str() {
        "mailboxes" => found.sort_by_key(|one| Reverse(one.mailboxes)),
        "affected" => found.sort_by_key(|one| Reverse(one.on_affected_mailstores)),
        _ => {}
    }
    let heading = texts.get("resellers-title").into_owned();
    let p = Frame::new(&reader, &session, &heading);
    let sort = form_encode(&ask.sort);
    let mut made = Listing::new(p, heading, PATH, format!("{PATH}?sort={sort}"));
    made.lines = vec![texts.get("resellers-hint").into_owned()];
    let orders = [
        ("", "resellers-by-name"),
        ("mailboxes", "resellers-by-mailboxes"),
        ("affected", "resellers-by-affected"),
    ];
    made.fields = vec![Field::choice(
        texts,
        "sort",
        "resellers-sort",
        &ask.sort,
        &orders,
    )];
    let end = ask.from.saturating_add(SHOWN);
    made.next_href = (found.len() > end).then(|| format!("{PATH}?sort={sort}&from={end}"));
    let shown: Vec<_> = found.iter().skip(ask.from).take(SHOWN).collect();
    made.tables = vec![table(&reader, &shown, &ask.sort)];
    Ok(page(StatusCode::OK, &made))
}

fn table(reader: &Reader, found: &[&ResellerView], sorted_by: &str) -> Table {
    let texts = reader.texts;
    let by = |name: &str, key, number, way| {
        // What is unknown is sorted as what nobody asked for.
        let is_known = matches!(sorted_by, "mailboxes" | "affected");
        let is_now = name == if is_known { sorted_by } else { "" };
        Column {
            sort: Some(Sort {
                href: href(PATH, [("sort", name)], &[]),
                now: if is_now { way } else { "none" },
            }),
            ..column(texts, key, number)
        }
    };
    let row = |one: &&ResellerView| {
        let (key, chip) = match (one.on_affected_mailstores, one.mailboxes) {
            (0, _) => ("reseller-well", "chip-good"),
            (affected, all) if affected == all => ("reseller-affected", "chip-warm"),
            _ => ("reseller-partly", "chip-busy"),
        };
        let named = one.id.as_ref();
        Row {
            name: named.map_or_else(|| texts.get("reseller-none").into_owned(), Clone::clone),
            state: texts.get(key).into_owned(),
            chip,
            cells: vec![
                cell(texts, "mailboxes-title", one.mailboxes.to_string(), true),
                cell(
                    texts,
                    "reseller-on-affected",
                    one.on_affected_mailstores.to_string(),
                    true,
                ),
                cell(texts, "domains-title", one.domains.to_string(), true),
                cell(texts, "mailstore", one.mailstores.join(", "), false),
            ],
            change_href: named.map(|id| format!("/console/domains?reseller={}", form_encode(id))),
            ..Row::default()
        }
    };
    Table {
        caption: texts.get("resellers-title").into_owned(),
        columns: vec![
            by("", "reseller", false, "ascending"),
            column(texts, "state", false),
            by("mailboxes", "mailboxes-title", true, "descending"),
            by("affected", "reseller-on-affected", true, "descending"),
            column(texts, "domains-title", true),
            column(texts, "mailstore", false),
        ],
        rows: found.iter().map(row).collect(),
        empty: found
            .is_empty()
            .then(|| texts.get("resellers-none").into_owned()),
    }
}
