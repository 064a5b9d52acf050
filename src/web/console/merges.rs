//! The merge in the console: progress and orders for operators, receipts for them and for resellers.
//!
//! Without JavaScript: a link refreshes, and with `live=1` the page does so by itself.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::frame::{Frame, Link};
use super::outages;
use super::views::{Row, Table, cell, column};
use crate::ids::{DomainName, MailstoreId};
use crate::service::domains;
use crate::service::merge::{self, BlockedView, MailstoreMergeView, MergeView};
use crate::service::merge_orders::{self, MergeAction, MergeOrder};
use crate::service::merge_receipt::{self, ReceiptList, ReceiptView};
use crate::service::outage;
use crate::service::sorting::Start;
use crate::service::{Actor, ServiceError};
use crate::web::Web;
use crate::web::error::{Fault, form_encode};
use crate::web::form::Form;
use crate::web::page::{FormError, ok, page};
use crate::web::reader::Reader;
use crate::web::session::{Manager, Session};
use crate::web::texts::{Texts, Value};
use crate::web::webmail::receipt::lines;

/// Outages listed.
const OUTAGES_SHOWN: usize = 20;
/// Blocked mailboxes listed.
const BLOCKED_SHOWN: usize = 100;
/// Receipts of one page.
const RECEIPTS_SHOWN: usize = 50;

/// The merge as a whole.
#[derive(Template)]
#[template(path = "console/merges.html")]
pub struct MergesPage {
    pub(super) p: Frame,
    pub(super) live: bool,
    pub(super) summary: String,
    pub(super) mailstores: Vec<String>,
    pub(super) reason: String,
    pub(super) tables: Vec<Table>,
    /// How many more mailboxes wait than are listed, if there are any.
    pub(super) unlisted: Option<String>,
    pub(super) links: Vec<Link>,
}

/// Receipts of an outage or a domain.
#[derive(Template)]
#[template(path = "console/receipts.html")]
pub struct ReceiptsPage {
    pub(super) p: Frame,
    pub(super) live: bool,
    pub(super) heading: String,
    pub(super) lines: Vec<String>,
    pub(super) tables: Vec<Table>,
    pub(super) next_href: Option<String>,
}

/// How a page is asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Ask {
    live: String,
    after: String,
}

impl Ask {
    fn is_live(&self) -> bool {
        self.live == "1"
    }
}

/// `GET /console/merges`.
pub async fn overview(
    State(web): State<Web>,
    reader: Reader,
    Manager(session): Manager,
    Query(ask): Query<Ask>,
) -> Result<Response, Fault> {
    let made = merges_page(&web, &reader, &session, ask.is_live(), None, "").await?;
    Ok(ok(&made))
}

async fn merges_page(
    web: &Web,
    reader: &Reader,
    session: &Session,
    live: bool,
    error: Option<FormError>,
    reason: &str,
) -> Result<MergesPage, Fault> {
    let texts = reader.texts;
    let mut made = MergesPage {
        p: Frame::new(reader, session, &texts.get("merges-title"))
            .with_errors(error.into_iter().collect()),
        live,
        summary: String::new(),
        mailstores: Vec::new(),
        reason: reason.chars().take(500).collect(),
        tables: Vec::new(),
        unlisted: None,
        links: Vec::new(),
    };
    if let Actor::Reseller(..) = session.actor {
        let looking = web.service.look(&session.actor, |service, actor| {
            let filter = domains::Filter::default();
            domains::list(
                service,
                actor,
                &filter,
                &Start::default(),
                domains::PAGE_MAX,
            )
        });
        let found = looking.await?;
        let link = |domain: domains::DomainView| Link {
            href: format!("/console/merges/domain/{}", domain.domain),
            text: domain.domain,
        };
        made.links = found.domains.into_iter().map(link).collect();
        made.summary = texts.get("merges-reseller").into_owned();
        return Ok(made);
    }
    let view = web.service.look(&session.actor, merge::status).await?;
    let outages = outage::list(
        &web.service,
        &session.actor,
        &outage::start("", "", "")?,
        OUTAGES_SHOWN,
    )
    .await?;
    let numbers = [
        ("count", Value::Number(view.unmerged)),
        ("mailboxes", Value::Number(view.mailboxes)),
    ];
    made.summary = texts.with("merges-summary", &numbers);
    made.mailstores = view
        .mailstores
        .iter()
        .map(|m| m.mailstore.clone())
        .collect();
    made.tables.push(mailstores(texts, &view.mailstores));
    if !view.blocked.is_empty() {
        made.tables.push(blocked(reader, &view.blocked));
        made.unlisted = unlisted(texts, &view);
    }
    let mut table = outages::table(reader, &outages.outages);
    for (row, outage) in table.rows.iter_mut().zip(&outages.outages) {
        row.change_href = Some(format!("/console/merges/outage/{}", outage.id));
    }
    made.tables.push(table);
    Ok(made)
}

fn mailstores(texts: &Texts, views: &[MailstoreMergeView]) -> Table {
    let row = |view: &MailstoreMergeView| {
        let (state, chip) = match (view.paused, view.open, view.down) {
            (true, ..) => ("merge-paused", "chip-warm"),
            (_, false, _) => ("merge-closed", ""),
            (_, _, true) => ("merge-down", "chip-warm"),
            _ if view.unmerged > 0 => ("merge-running", "chip-busy"),
            _ => ("merge-done", "chip-good"),
        };
        let places = [
            ("running", Value::Number(view.running)),
            ("allowed", Value::Number(view.allowed)),
            ("ceiling", Value::Number(view.ceiling)),
        ];
        let ordered = view.ordered_by.as_ref().zip(view.reason.as_ref());
        Row {
            name: view.mailstore.clone(),
            evidence: ordered.map(|(by, reason)| {
                let speed = texts.get(&format!("merge-speed-{}", view.speed));
                format!("{speed} · {by}: {reason}")
            }),
            state: texts.get(state).into_owned(),
            chip,
            cells: vec![
                cell(texts, "held", view.unmerged.to_string(), true),
                cell(texts, "merge-mailboxes", view.mailboxes.to_string(), true),
                cell(
                    texts,
                    "merge-places",
                    texts.with("merge-places-of", &places),
                    false,
                ),
            ],
            ..Row::default()
        }
    };
    Table {
        caption: texts.get("mailstores-caption").into_owned(),
        columns: vec![
            column(texts, "mailstore", false),
            column(texts, "state", false),
            column(texts, "held", true),
            column(texts, "merge-mailboxes", true),
            column(texts, "merge-places", false),
        ],
        empty: views
            .is_empty()
            .then(|| texts.get("none-mailstores").into_owned()),
        rows: views.iter().map(row).collect(),
    }
}

fn unlisted(texts: &Texts, view: &MergeView) -> Option<String> {
    let cut = view.blocked.len().saturating_sub(BLOCKED_SHOWN) as u64;
    let count = cut + view.blocked_unlisted;
    let values = [("count", Value::Number(count))];
    (count > 0).then(|| texts.with("merge-blocked-more", &values))
}

fn blocked(reader: &Reader, blocked: &[BlockedView]) -> Table {
    let texts = reader.texts;
    let row = |view: &BlockedView| {
        let reason = view.reason.as_str().unwrap_or_default();
        let export = view.export.clone().unwrap_or_default();
        Row {
            name: view.mailbox.clone().unwrap_or_else(|| "–".to_owned()),
            evidence: Some(format!("{} · {export}", view.detail)),
            state: reason.to_owned(),
            chip: "chip-warm",
            cells: vec![
                cell(texts, "mailstore", view.mailstore.clone(), false),
                cell(texts, "held", view.unmerged.to_string(), true),
                cell(
                    texts,
                    "merge-next",
                    reader.times.text(&view.next_attempt_at),
                    false,
                ),
            ],
            ..Row::default()
        }
    };
    Table {
        caption: texts.get("merge-blocked").into_owned(),
        columns: vec![
            column(texts, "merge-mailbox", false),
            column(texts, "state", false),
            column(texts, "mailstore", false),
            column(texts, "held", true),
            column(texts, "merge-next", false),
        ],
        rows: blocked.iter().take(BLOCKED_SHOWN).map(row).collect(),
        empty: None,
    }
}

/// `POST /console/merges`: an order about a mailstore.
pub async fn order(
    State(web): State<Web>,
    reader: Reader,
    Manager(session): Manager,
    form: Form,
) -> Result<Response, Fault> {
    session.check(form.get("csrf"))?;
    let action = match form.get("action") {
        "run" => MergeAction::Run,
        "pause" => MergeAction::Pause,
        "resume" => MergeAction::Resume,
        "slow" => MergeAction::Slow,
        "hurry" => MergeAction::Hurry,
        _ => return Err(Fault::Bad),
    };
    let id: MailstoreId = form.get("mailstore").parse().map_err(|_| Fault::NotFound)?;
    let order = MergeOrder {
        action,
        reason: form.get("reason").to_owned(),
        driver: None,
    };
    match merge_orders::order(&web.service, &session.actor, &id, order).await {
        Ok(_) => Ok(Redirect::to("/console/merges").into_response()),
        Err(ServiceError::Invalid { .. }) => {
            let error = FormError {
                field: Some("reason"),
                text: reader.texts.get("error-reason").into_owned(),
            };
            let reason = form.get("reason");
            let made = merges_page(&web, &reader, &session, false, Some(error), reason).await?;
            Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &made))
        }
        Err(error) => Err(error.into()),
    }
}

/// `GET /console/merges/outage/{id}`.
pub async fn outage(
    State(web): State<Web>,
    reader: Reader,
    Manager(session): Manager,
    Path(id): Path<String>,
    Query(ask): Query<Ask>,
) -> Result<Response, Fault> {
    let texts = reader.texts;
    let outage = id.parse().map_err(|_| Fault::NotFound)?;
    let looking = web.service.look(&session.actor, move |service, actor| {
        merge_receipt::of_outage(service, actor, outage)
    });
    let summary = looking.await?;
    let state = merge::mailstore(
        &web.service,
        &session.actor,
        &summary.mailstore.parse().map_err(|_| Fault::NotFound)?,
    );
    let after = ask.after.parse().ok();
    let looking = web.service.look(&session.actor, move |service, actor| {
        merge_receipt::list(service, actor, outage, after, RECEIPTS_SHOWN)
    });
    let list = looking.await?;
    let heading = texts.with(
        "merge-outage-heading",
        &[("mailstore", Value::Text(&summary.mailstore))],
    );
    let mut said = vec![texts.with(
        "merge-outage-mailboxes",
        &[("count", Value::Number(summary.mailboxes))],
    )];
    said.extend(lines(texts, &summary.counts));
    // A mailstore that was taken out of the configuration still has its receipts.
    if let Ok(state) = state
        && summary.merged_at.is_none()
    {
        let count = [("count", Value::Number(state.unmerged))];
        said.push(texts.with("merge-outage-left", &count));
    }
    let next = list.next.as_ref();
    let next_href = next.map(|next| format!("/console/merges/outage/{id}?after={next}"));
    Ok(ok(&ReceiptsPage {
        p: Frame::new(&reader, &session, &heading),
        live: ask.is_live(),
        heading,
        lines: said,
        tables: vec![receipts(&reader, &list)],
        next_href,
    }))
}

/// `GET /console/merges/domain/{domain}`.
pub async fn domain(
    State(web): State<Web>,
    reader: Reader,
    Manager(session): Manager,
    Path(domain): Path<String>,
    Query(ask): Query<Ask>,
) -> Result<Response, Fault> {
    let texts = reader.texts;
    let name: DomainName = domain.parse().map_err(|_| Fault::NotFound)?;
    let after = ask.after.parse().ok();
    let list = merge_receipt::of_domain(
        &web.service,
        &session.actor,
        &name,
        after.as_ref(),
        RECEIPTS_SHOWN,
    )?;
    let heading = texts.with("change-domain", &[("name", Value::Text(name.as_str()))]);
    let next_href = list.next.as_ref().map(|next| {
        let next = form_encode(next);
        format!("/console/merges/domain/{name}?after={next}")
    });
    Ok(ok(&ReceiptsPage {
        p: Frame::new(&reader, &session, &heading),
        live: ask.is_live(),
        heading,
        lines: vec![texts.get("merge-domain-text").into_owned()],
        tables: vec![receipts(&reader, &list)],
        next_href,
    }))
}

fn receipts(reader: &Reader, list: &ReceiptList) -> Table {
    let texts = reader.texts;
    let row = |receipt: &ReceiptView| {
        let counts = &receipt.counts;
        let standing = texts.get(&format!("standing-{}", receipt.standing));
        let folders: Vec<String> = receipt
            .folders
            .iter()
            .filter(|folder| folder.messages > 0)
            .map(|folder| {
                format!(
                    "{}: {} (UIDVALIDITY {}, UIDNEXT {} → {})",
                    folder.name,
                    folder.messages,
                    folder.uid_validity,
                    folder.uid_next_before,
                    folder.uid_next_after
                )
            })
            .collect();
        Row {
            name: receipt.mailbox.clone(),
            evidence: Some(folders.join(" · ")).filter(|text| !text.is_empty()),
            state: standing.into_owned(),
            chip: match receipt.standing.as_str() {
                "verified" => "chip-good",
                _ => "chip-busy",
            },
            cells: vec![
                cell(
                    texts,
                    "receipt-col-received",
                    counts.received.to_string(),
                    true,
                ),
                cell(texts, "receipt-col-sent", counts.sent.to_string(), true),
                cell(texts, "receipt-col-drafts", counts.drafts.to_string(), true),
                cell(
                    texts,
                    "receipt-col-found",
                    counts.duplicates_avoided.to_string(),
                    true,
                ),
                cell(
                    texts,
                    "merge-merged-at",
                    reader.times.text(&receipt.verified_at),
                    false,
                ),
            ],
            ..Row::default()
        }
    };
    Table {
        caption: texts.get("receipts-caption").into_owned(),
        columns: vec![
            column(texts, "merge-mailbox", false),
            column(texts, "state", false),
            column(texts, "receipt-col-received", true),
            column(texts, "receipt-col-sent", true),
            column(texts, "receipt-col-drafts", true),
            column(texts, "receipt-col-found", true),
            column(texts, "merge-merged-at", false),
        ],
        empty: list
            .receipts
            .is_empty()
            .then(|| texts.get("receipts-none").into_owned()),
        rows: list.receipts.iter().map(row).collect(),
    }
}
