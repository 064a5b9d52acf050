//! The console's pages of jobs: what was ordered for many at once, how far it is, and taking it back.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::filters::href;
use super::frame::{Frame, refused, said_once};
use super::heads::Heads;
use super::overrides::name_of;
use super::views::{Listing, Row, Table, cell, column};
use crate::ids::JobId;
use crate::service::jobs::finding::{self, Filter};
use crate::service::jobs::{self, JobItemView, JobUndo, JobView};
use crate::service::sorting::cursor_name;
use crate::service::{Actor, ServiceError};
use crate::store::access::Permission;
use crate::web::Web;
use crate::web::error::Fault;
use crate::web::flash::Flash;
use crate::web::form::Form;
use crate::web::page::{FormError, page};
use crate::web::reader::Reader;
use crate::web::session::{Manager, Session};
use crate::web::texts::{Texts, Value};
use crate::web::webmail::shell::redirect;

const PATH: &str = "/console/jobs";
/// Jobs on one page.
const SHOWN: usize = 50;
/// Parts of a job on one page.
const ITEMS_SHOWN: usize = 100;

/// One job.
#[derive(Template)]
#[template(path = "console/job.html")]
pub struct JobPage {
    pub(super) p: Frame,
    pub(super) heading: String,
    pub(super) here: String,
    pub(super) state: String,
    pub(super) chip: &'static str,
    /// How far it is.
    pub(super) progress: String,
    pub(super) done: u32,
    pub(super) total: u32,
    pub(super) lines: Vec<String>,
    pub(super) undoes: Option<String>,
    pub(super) undone_by: Option<String>,
    pub(super) tables: Vec<Table>,
    pub(super) next_href: Option<String>,
    /// Whether it goes on.
    pub(super) live: bool,
    pub(super) may_undo: bool,
    pub(super) reason: String,
}

/// Where a page starts.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Ask {
    sort: String,
    before: String,
    after: String,
    from: u32,
}

/// `GET /console/jobs`.
pub async fn list(
    State(web): State<Web>,
    reader: Reader,
    Manager(session): Manager,
    Query(ask): Query<Ask>,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let texts = reader.texts;
    let start = finding::start(&ask.sort, &ask.before, &ask.after).map_err(|_| Fault::NotFound)?;
    let order = start.order;
    let looking = web.service.walk(&session.actor, move |service, actor| {
        finding::find(service, actor, &Filter::default(), &start, SHOWN)
    });
    let (found, next) = looking.await?;
    let heading = texts.get("jobs-title").into_owned();
    let p = Frame::new(&reader, &session, &heading).with_said(&reader, &headers);
    let is_operator = p.is_operator;
    let own = [("sort", ask.sort.as_str())];
    let mut made = Listing::new(p, heading, PATH, href(PATH, own, &[]));
    let heads = Heads {
        asked: &ask.sort,
        choices: &[("-created", "order-newest"), ("created", "order-oldest")],
    };
    made.fields = vec![heads.field(texts)];
    made.csv_href = Some(href("/console/jobs.csv", own, &[]));
    made.lines = vec![texts.get("jobs-hint").into_owned()];
    made.live = true;
    let next = next.map(|id| id.to_string());
    made.next_href = next.map(|next| href(PATH, own, &[(cursor_name(order), &next)]));
    let keys = ["job-ordered", "state", "job-task", "changed-by"];
    let mut columns: Vec<_> = keys.map(|key| column(texts, key, false)).into();
    if is_operator {
        columns.push(column(texts, "reseller", false));
    }
    columns.extend([
        column(texts, "job-parts", true),
        column(texts, "job-failed", true),
    ]);
    let mut table = Table {
        caption: texts.get("jobs-title").into_owned(),
        columns,
        rows: found
            .iter()
            .map(|job| row(&reader, job, is_operator))
            .collect(),
        empty: found
            .is_empty()
            .then(|| texts.get("jobs-none").into_owned()),
    };
    let sorted = |sort: &str| href(PATH, [("sort", sort)], &[]);
    heads.put(&mut table, &[(0, "created")], &sorted);
    made.tables = vec![table];
    Ok(said_once(&web, page(made.p.status(), &made)))
}

/// `GET /console/jobs.csv`.
pub async fn file(
    State(web): State<Web>,
    Manager(session): Manager,
    Query(ask): Query<Ask>,
) -> Result<Response, Fault> {
    let order = finding::start(&ask.sort, "", "")?.order;
    let file = web.service.walk(&session.actor, move |service, actor| {
        finding::file(service, actor, &Filter::default(), order)
    });
    Ok(file.await?.into_parts().into_response())
}

/// How a job stands.
fn state(texts: &Texts, job: &JobView) -> (String, &'static str) {
    let (key, chip) = match (&job.ended, job.failed, &job.undone_by) {
        (None, ..) => ("job-running", "chip-busy"),
        (_, _, Some(_)) => ("job-undone", ""),
        (Some(_), 0, _) => ("job-done", "chip-good"),
        (Some(_), ..) => ("job-partly", "chip-warm"),
    };
    (texts.get(key).into_owned(), chip)
}

/// What it sets.
fn task(texts: &Texts, job: &JobView) -> String {
    let key = match job.task.as_str() {
        "undo" => "job-task-undo".to_owned(),
        setting => format!("override-{setting}"),
    };
    texts.get(&key).into_owned()
}

fn row(reader: &Reader, job: &JobView, with_owner: bool) -> Row {
    let texts = reader.texts;
    let (state, chip) = state(texts, job);
    let mut cells = vec![
        cell(texts, "job-task", task(texts, job), false),
        cell(texts, "changed-by", job.by.clone(), false),
    ];
    if with_owner {
        let owner = job.reseller.clone().unwrap_or_else(|| "–".to_owned());
        cells.push(cell(texts, "reseller", owner, false));
    }
    cells.push(cell(texts, "job-parts", job.total.to_string(), true));
    cells.push(cell(texts, "job-failed", job.failed.to_string(), true));
    Row {
        name: reader.times.text(&job.created),
        evidence: Some(job.reason.clone()),
        state,
        chip,
        cells,
        change_href: Some(format!("{PATH}/{}", job.id)),
        pick: None,
    }
}

fn id_of(text: &str) -> Result<JobId, Fault> {
    text.parse().map_err(|_| Fault::NotFound)
}

/// `GET /console/jobs/{id}`.
pub async fn show(
    State(web): State<Web>,
    reader: Reader,
    Manager(session): Manager,
    Path(id): Path<String>,
    Query(ask): Query<Ask>,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let mut made = job_page(&web, &reader, &session, id_of(&id)?, ask.from)?;
    made.p = made.p.with_said(&reader, &headers);
    Ok(said_once(&web, page(made.p.status(), &made)))
}

fn job_page(
    web: &Web,
    reader: &Reader,
    session: &Session,
    id: JobId,
    from: u32,
) -> Result<JobPage, Fault> {
    let (service, texts) = (&web.service, reader.texts);
    let job = jobs::show(service, &session.actor, id)?;
    let items = jobs::items(service, &session.actor, id, from, ITEMS_SHOWN)?;
    let heading = texts.with("job-title", &[("task", Value::Text(&task(texts, &job)))]);
    let (state, chip) = state(texts, &job);
    let here = format!("{PATH}/{id}");
    let numbers = [
        ("done", Value::Number(job.looked_at.into())),
        ("total", Value::Number(job.total.into())),
        ("failed", Value::Number(job.failed.into())),
    ];
    let own = match &session.actor {
        Actor::Reseller(reseller, _) => Some(reseller.as_str()),
        _ => None,
    };
    let is_own = job.reseller.as_deref() == own;
    let may = session.actor.may(Permission::Failover).is_ok() && is_own;
    let href = |id: &String| format!("{PATH}/{id}");
    Ok(JobPage {
        p: Frame::new(reader, session, &heading),
        heading,
        state,
        chip,
        progress: texts.with("job-progress", &numbers),
        done: job.looked_at,
        total: job.total,
        lines: lines(reader, &job),
        undoes: job.undoes.as_ref().map(href),
        undone_by: job.undone_by.as_ref().map(href),
        tables: vec![items_table(texts, &items.items)],
        next_href: items.next.map(|next| format!("{here}?from={next}")),
        live: job.ended.is_none(),
        may_undo: may && job.ended.is_some() && job.undone_by.is_none() && job.undoes.is_none(),
        reason: String::new(),
        here,
    })
}

/// Who ordered it, why, and when it ended.
fn lines(reader: &Reader, job: &JobView) -> Vec<String> {
    let texts = reader.texts;
    let created = reader.times.text(&job.created);
    let by = match &job.reseller {
        Some(reseller) => format!("{}, {reseller}", job.by),
        None => job.by.clone(),
    };
    let ordered = [
        ("time", Value::Text(&created)),
        ("name", Value::Text(&by)),
        ("why", Value::Text(&job.reason)),
    ];
    let mut lines = vec![texts.with("job-line", &ordered)];
    lines.extend(job.ended.as_ref().map(|ended| {
        let time = reader.times.text(ended);
        texts.with("job-ended", &[("time", Value::Text(&time))])
    }));
    lines
}

fn items_table(texts: &Texts, items: &[JobItemView]) -> Table {
    let row = |item: &JobItemView| {
        let (key, chip) = match item.state.as_str() {
            "done" => ("job-item-done", "chip-good"),
            "failed" => ("job-item-failed", "chip-warm"),
            _ => ("job-item-waiting", "chip-busy"),
        };
        let before = match item.state.as_str() {
            "done" => {
                let before = item.before.as_deref().unwrap_or("follow");
                texts.get(&format!("override-{before}")).into_owned()
            }
            _ => "–".to_owned(),
        };
        Row {
            name: name_of(texts, &item.scope),
            evidence: item.why.clone(),
            state: texts.get(key).into_owned(),
            chip,
            cells: vec![cell(texts, "job-before", before, false)],
            change_href: None,
            pick: None,
        }
    };
    Table {
        caption: texts.get("job-parts").into_owned(),
        columns: ["override-of", "state", "job-before"]
            .map(|key| column(texts, key, false))
            .into(),
        rows: items.iter().map(row).collect(),
        empty: None,
    }
}

/// `POST /console/jobs/{id}`: takes it back.
pub async fn undo(
    State(web): State<Web>,
    reader: Reader,
    Manager(session): Manager,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Fault> {
    session.check(form.get("csrf"))?;
    let id = id_of(&id)?;
    let order = JobUndo {
        reason: form.get("reason").to_owned(),
    };
    let error = match jobs::undo(&web.service, &session.actor, id, &order).await {
        Ok(job) => {
            let here = format!("{PATH}/{}", job.id);
            return Ok(redirect(&web, &here, Some(&Flash::new("done-job"))));
        }
        Err(ServiceError::Invalid { .. }) => FormError {
            field: Some("reason"),
            text: reader.texts.get("error-reason").into_owned(),
        },
        Err(error) => refused(reader.texts, &error).ok_or(error)?,
    };
    let mut made = job_page(&web, &reader, &session, id, 0)?;
    made.reason = form.get("reason").chars().take(500).collect();
    made.p.errors = vec![error];
    Ok(page(made.p.status(), &made))
}
