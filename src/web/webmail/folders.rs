//! The page where folders are made, named and removed.

use askama::Template;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

use super::shell::{Shell, folder_id, folder_name, frame, redirect, respond, slug};
use crate::mail::Role;
use crate::service::folders::{self, FolderError, Known, Order, Problem};
use crate::web::Web;
use crate::web::error::Fault;
use crate::web::flash::Flash;
use crate::web::form::Form;
use crate::web::page::{FormError, Page};
use crate::web::reader::Reader;
use crate::web::session::{Session, User};
use crate::web::texts::{Texts, Value};

/// The page.
#[derive(Template)]
#[template(path = "webmail/folders.html")]
pub struct FoldersPage {
    pub(super) p: Page,
    pub(super) shell: Shell,
    pub(super) errors: Vec<FormError>,
    pub(super) name: String,
    pub(super) own: Vec<FolderRow>,
    pub(super) fixed: Vec<FolderRow>,
}

/// A folder on the page.
#[derive(Clone, Debug)]
pub struct FolderRow {
    pub(super) slug: String,
    pub(super) name: String,
    pub(super) at_home: String,
    pub(super) messages: u64,
    pub(super) change: String,
    pub(super) rename_label: String,
    pub(super) delete_label: String,
    pub(super) delete_text: String,
}

fn row(texts: &Texts, known: &Known) -> FolderRow {
    let name = folder_name(texts, &known.folder);
    let of = |key: &str| texts.with(key, &[("folder", Value::Text(&name))]);
    FolderRow {
        slug: slug(&known.folder),
        at_home: known.at_home.clone().unwrap_or_default(),
        messages: known.folder.total,
        change: of("folder-change"),
        rename_label: of("folder-rename-label"),
        delete_label: of("folder-delete-label"),
        delete_text: texts.with(
            "folder-delete-text",
            &[("count", Value::Number(known.folder.total))],
        ),
        name,
    }
}

/// `GET /mail/folders`.
pub async fn show(
    State(web): State<Web>,
    reader: Reader,
    User(session): User,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    page(&web, &reader, &session, &headers, None)
}

/// What was asked and could not be done.
struct Refused<'a> {
    field: &'static str,
    problem: Problem,
    name: &'a str,
}

fn page(
    web: &Web,
    reader: &Reader,
    session: &Session,
    headers: &HeaderMap,
    refused: Option<Refused<'_>>,
) -> Result<Response, Fault> {
    let known = folders::list(&web.service, &session.actor)?;
    let framed = frame(web, reader, session, headers, None)?;
    let texts = reader.texts;
    let rows = |own: bool| {
        known
            .iter()
            .filter(|known| known.folder.role.is_none() == own)
            .map(|known| row(texts, known))
            .collect()
    };
    let errors = refused.iter().map(|refused| FormError {
        field: Some(refused.field),
        text: texts.get(text_of(refused.problem)).into_owned(),
    });
    let page = FoldersPage {
        p: Page::of(reader, &texts.get("folders")),
        errors: errors.collect(),
        name: refused
            .as_ref()
            .filter(|refused| refused.field == "name")
            .map_or_else(String::new, |refused| refused.name.to_owned()),
        own: rows(true),
        fixed: rows(false),
        shell: framed.shell,
    };
    let mut response = respond(web, page.shell.notice.is_some(), &page);
    if refused.is_some() {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}

const fn text_of(problem: Problem) -> &'static str {
    match problem {
        Problem::Empty => "error-folder-empty",
        Problem::Name => "error-folder-name",
        Problem::Exists => "error-folder-exists",
        Problem::Many => "error-folder-many",
        Problem::Merged => "error-folder-merged",
        Problem::Inside => "error-folder-inside",
        Problem::Full => "error-folder-full",
    }
}

/// `POST /mail/folders`.
pub async fn post(
    State(web): State<Web>,
    reader: Reader,
    User(session): User,
    headers: HeaderMap,
    form: Form,
) -> Result<Response, Fault> {
    session.check(form.get("csrf"))?;
    let id = || {
        folder_id(form.get("folder"))
            .filter(|_| Role::from_slug(form.get("folder")).is_none())
            .ok_or(Fault::NotFound)
    };
    let name = form.get("name");
    let (order, done, field) = match form.get("action") {
        "create" => {
            let name = name.to_owned();
            (Order::Create { name }, "done-folder-created", "name")
        }
        "rename" => {
            let (id, name) = (id()?, name.to_owned());
            let order = Order::Rename { id, name };
            (order, "done-folder-renamed", "own-folders")
        }
        "delete" => {
            let order = Order::Delete { id: id()? };
            (order, "done-folder-deleted", "own-folders")
        }
        _ => return Err(Fault::Bad),
    };
    match folders::change(&web.service, &session.actor, order).await {
        Ok(()) => Ok(redirect(&web, "/mail/folders", Some(&Flash::new(done)))),
        Err(FolderError::Problem(problem)) => {
            let refused = Refused {
                field,
                problem,
                name,
            };
            page(&web, &reader, &session, &headers, Some(refused))
        }
        Err(FolderError::Service(error)) => Err(error.into()),
    }
}
