//! What was added to the user's usual mailbox, in plain words.

use askama::Template;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;

use super::shell::{Shell, frame, respond};
use crate::service::merge_receipt::{self, CountsView, ReceiptView};
use crate::web::Web;
use crate::web::error::Fault;
use crate::web::page::Page;
use crate::web::reader::Reader;
use crate::web::session::User;
use crate::web::texts::{Texts, Value};

/// Most receipts on the page: the newest.
const SHOWN_MAX: usize = 10;

/// The page.
#[derive(Template)]
#[template(path = "webmail/receipt.html")]
pub struct ReceiptPage {
    pub(super) p: Page,
    pub(super) shell: Shell,
    pub(super) receipts: Vec<Receipt>,
    /// Address of the usual webmail, once it is back.
    pub(super) home: Option<String>,
}

/// One receipt in words.
#[derive(Clone, Debug)]
pub struct Receipt {
    pub(super) heading: String,
    pub(super) lines: Vec<String>,
    pub(super) checked: String,
    pub(super) folders: Vec<Folder>,
    pub(super) digest: String,
}

/// A folder of a receipt.
#[derive(Clone, Debug)]
pub struct Folder {
    pub(super) name: String,
    pub(super) messages: String,
    pub(super) detail: String,
}

/// `GET /mail/receipt`.
pub async fn show(
    State(web): State<Web>,
    reader: Reader,
    User(session): User,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let framed = frame(&web, &reader, &session, &headers, None)?;
    let said = framed.shell.notice.is_some();
    let address = framed.overview.address;
    let found = merge_receipt::of_mailbox(&web.service, &session.actor, &address)?;
    let receipts = found.iter().take(SHOWN_MAX);
    let page = ReceiptPage {
        p: Page::of(&reader, &reader.texts.get("receipt-title")),
        home: framed.shell.banner.as_ref().and_then(|b| b.home.clone()),
        shell: framed.shell,
        receipts: receipts.map(|receipt| in_words(&reader, receipt)).collect(),
    };
    Ok(respond(&web, said, &page))
}

fn in_words(reader: &Reader, receipt: &ReceiptView) -> Receipt {
    let texts = reader.texts;
    let when = reader.times.text(&receipt.verified_at);
    let checked = match receipt.standing.as_str() {
        "verified" => "receipt-checked",
        _ => "receipt-provisional",
    };
    Receipt {
        heading: texts.with("receipt-heading", &[("time", Value::Text(&when))]),
        lines: lines(texts, &receipt.counts),
        checked: texts.get(checked).into_owned(),
        folders: receipt
            .folders
            .iter()
            .filter(|folder| folder.messages > 0)
            .map(|folder| Folder {
                name: folder.name.clone(),
                messages: folder.messages.to_string(),
                detail: texts.with(
                    "receipt-uids",
                    &[
                        ("validity", Value::Text(&folder.uid_validity.to_string())),
                        ("before", Value::Text(&folder.uid_next_before.to_string())),
                        ("after", Value::Text(&folder.uid_next_after.to_string())),
                    ],
                ),
            })
            .collect(),
        digest: receipt.digest.clone(),
    }
}

/// What was added, one sentence for each kind that there is.
pub(in crate::web) fn lines(texts: &Texts, counts: &CountsView) -> Vec<String> {
    [
        (counts.received, "receipt-received"),
        (counts.sent, "receipt-sent"),
        (counts.drafts, "receipt-drafts"),
        (counts.notices, "receipt-notices"),
        (counts.moved, "receipt-moved"),
        (counts.deleted, "receipt-deleted"),
        (counts.duplicates_avoided, "receipt-found"),
        (counts.gone, "receipt-gone"),
    ]
    .into_iter()
    .filter(|(count, _)| *count > 0)
    .map(|(count, key)| texts.with(key, &[("count", Value::Number(count))]))
    .collect()
}
