//! The console's pages of outages: all of them, and one with its timeline while it goes on. A reseller sees when what
//! happened to the mailstores that its mailboxes are on; an operator also who decided what, and why.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::filters::href;
use super::frame::{Frame, Link};
use super::heads::Heads;
use super::views::{Listing, Row, Table, cell, column};
use crate::ids::OutageId;
use crate::service::outage::{self, OutageView};
use crate::service::sorting::cursor_name;
use crate::web::Web;
use crate::web::error::{Fault, form_encode};
use crate::web::page::page;
use crate::web::reader::Reader;
use crate::web::session::Manager;
use crate::web::texts::{Texts, Value};

const PATH: &str = "/console/outages";
/// Outages on one page.
const SHOWN: usize = 50;

/// One outage.
#[derive(Template)]
#[template(path = "console/outage.html")]
pub struct OutagePage {
    pub(super) p: Frame,
    pub(super) heading: String,
    pub(super) here: String,
    pub(super) state: String,
    pub(super) chip: &'static str,
    /// Whether it goes on.
    pub(super) live: bool,
    pub(super) links: Vec<Link>,
    pub(super) steps: Vec<Step>,
}

/// What happened at a time.
#[derive(Clone, Debug)]
pub struct Step {
    pub(super) machine: String,
    pub(super) at: String,
    pub(super) text: String,
    /// Who decided, and the evidence: in English, as the program itself says it.
    pub(super) detail: Option<String>,
}

/// Where a page starts.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Ask {
    sort: String,
    before: String,
    after: String,
}

/// `GET /console/outages`.
pub async fn list(
    State(web): State<Web>,
    reader: Reader,
    Manager(session): Manager,
    Query(ask): Query<Ask>,
) -> Result<Response, Fault> {
    let texts = reader.texts;
    let start = outage::start(&ask.sort, &ask.before, &ask.after).map_err(|_| Fault::NotFound)?;
    let found = outage::list(&web.service, &session.actor, &start, SHOWN).await?;
    let heading = texts.get("outages-title").into_owned();
    let p = Frame::new(&reader, &session, &heading);
    let own = [("sort", ask.sort.as_str())];
    let mut made = Listing::new(p, heading, PATH, href(PATH, own, &[]));
    let heads = Heads {
        asked: &ask.sort,
        choices: &[
            ("-activated_at", "order-newest"),
            ("activated_at", "order-oldest"),
        ],
    };
    made.fields = vec![heads.field(texts)];
    made.live = true;
    made.csv_href = Some(href("/console/outages.csv", own, &[]));
    let mut table = table(&reader, &found.outages);
    let sorted = |sort: &str| href(PATH, [("sort", sort)], &[]);
    heads.put(&mut table, &[(0, "activated_at")], &sorted);
    made.tables = vec![table];
    let cursor = cursor_name(start.order);
    made.next_href = found.next.map(|next| href(PATH, own, &[(cursor, &next)]));
    Ok(page(StatusCode::OK, &made))
}

/// `GET /console/outages.csv`.
pub async fn file(
    State(web): State<Web>,
    Manager(session): Manager,
    Query(ask): Query<Ask>,
) -> Result<Response, Fault> {
    let start = outage::start(&ask.sort, "", "")?;
    let file = outage::file(&web.service, &session.actor, start.order).await?;
    Ok(file.into_parts().into_response())
}

/// How an outage stands.
pub(super) fn state(texts: &Texts, view: &OutageView) -> (String, &'static str) {
    let (key, chip) = match (&view.returned_at, &view.merged_at) {
        (_, Some(_)) => ("merge-done", "chip-good"),
        (Some(_), None) => ("merge-running", "chip-busy"),
        (None, None) => ("state-active", "chip-warm"),
    };
    (texts.get(key).into_owned(), chip)
}

/// Outages with when they began and ended.
pub(super) fn table(reader: &Reader, outages: &[OutageView]) -> Table {
    let texts = reader.texts;
    let time = |at: &Option<String>| {
        at.as_ref()
            .map_or_else(|| "–".to_owned(), |at| reader.times.text(at))
    };
    let row = |view: &OutageView| {
        let (state, chip) = state(texts, view);
        Row {
            name: reader.times.text(&view.activated_at),
            state,
            chip,
            cells: vec![
                cell(texts, "mailstore", view.mailstore.clone(), false),
                cell(texts, "outage-returned", time(&view.returned_at), false),
                cell(texts, "merge-merged-at", time(&view.merged_at), false),
            ],
            change_href: Some(format!("{PATH}/{}", view.id)),
            ..Row::default()
        }
    };
    let keys = [
        "merge-outage",
        "state",
        "mailstore",
        "outage-returned",
        "merge-merged-at",
    ];
    Table {
        caption: texts.get("merge-outages").into_owned(),
        columns: keys.map(|key| column(texts, key, false)).into(),
        empty: outages
            .is_empty()
            .then(|| texts.get("merge-no-outage").into_owned()),
        rows: outages.iter().map(row).collect(),
    }
}

/// `GET /console/outages/{id}`.
pub async fn show(
    State(web): State<Web>,
    reader: Reader,
    Manager(session): Manager,
    Path(id): Path<String>,
) -> Result<Response, Fault> {
    let texts = reader.texts;
    let id: OutageId = id.parse().map_err(|_| Fault::NotFound)?;
    let view = outage::show(&web.service, &session.actor, id).await?;
    let heading = texts.with(
        "outage-heading",
        &[("mailstore", Value::Text(&view.mailstore))],
    );
    let p = Frame::new(&reader, &session, &heading);
    let (state, chip) = state(texts, &view);
    let link = |href: String, key: &str| Link {
        href,
        text: texts.get(key).into_owned(),
    };
    let mailstore = form_encode(&view.mailstore);
    let affected = format!("/console/mailboxes?mailstore={mailstore}&route=affected");
    let mut links = vec![link(affected, "outage-affected")];
    if p.is_operator {
        links.push(link(
            format!("/console/merges/outage/{id}"),
            "outage-receipts",
        ));
        let change = format!("/console/change?scope=mailstore:{mailstore}");
        links.push(link(change, "outage-change"));
    }
    let made = OutagePage {
        p,
        heading,
        here: format!("{PATH}/{id}"),
        state,
        chip,
        live: view.merged_at.is_none(),
        links,
        steps: steps(&reader, &view),
    };
    Ok(page(StatusCode::OK, &made))
}

/// The timeline, the newest first: what was decided, or what a reseller may know of it, and the merge's end.
fn steps(reader: &Reader, view: &OutageView) -> Vec<Step> {
    let texts = reader.texts;
    let step = |at: &String, text: String, detail: Option<String>| Step {
        machine: at.clone(),
        at: reader.times.text(at),
        text,
        detail,
    };
    let mut steps: Vec<Step> = match view.timeline.is_empty() {
        false => view
            .timeline
            .iter()
            .map(|decision| {
                let key = format!("verb-{}", decision.verb);
                let text = match texts.has(&key) {
                    true => texts.get(&key).into_owned(),
                    false => decision.verb.clone(),
                };
                step(&decision.at, text, Some(decision.text.clone()))
            })
            .collect(),
        true => {
            let began = step(
                &view.activated_at,
                texts.get("event-outage-began").into_owned(),
                None,
            );
            let returned = view
                .returned_at
                .as_ref()
                .map(|at| step(at, texts.get("event-outage-returned").into_owned(), None));
            [began].into_iter().chain(returned).collect()
        }
    };
    let merged = view.merged_at.as_ref();
    steps.extend(merged.map(|at| step(at, texts.get("event-merge-finished").into_owned(), None)));
    steps.reverse();
    steps
}
