//! What was sent and is not out of the house yet: taking it back, stopping it, looking how it goes.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;

use super::shell::{Shell, frame, redirect, respond};
use crate::ids::{QueueId, StandbyId};
use crate::service::outbox::{self, OutboxItem, Standing, Stopped, TakenBack};
use crate::web::Web;
use crate::web::error::Fault;
use crate::web::flash::Flash;
use crate::web::form::Form;
use crate::web::page::Page;
use crate::web::reader::Reader;
use crate::web::session::{User, local_path};
use crate::web::texts::Value;

/// Recipients that are named of one message.
const MISSING_SHOWN_MAX: usize = 10;

/// The page.
#[derive(Template)]
#[template(path = "webmail/outbox.html")]
pub struct OutboxPage {
    pub(super) p: Page,
    pub(super) shell: Shell,
    pub(super) items: Vec<Item>,
}

/// A message on the page.
#[derive(Clone, Debug)]
pub struct Item {
    pub(super) id: String,
    pub(super) subject: String,
    pub(super) href: Option<String>,
    pub(super) state: String,
    pub(super) failed: bool,
    pub(super) missing: Vec<Missing>,
    pub(super) action: Option<Action>,
}

/// Somebody who has not got it.
#[derive(Clone, Debug)]
pub struct Missing {
    pub(super) address: String,
    pub(super) said: Option<String>,
}

/// What can be done about a message.
#[derive(Clone, Debug)]
pub struct Action {
    pub(super) path: String,
    pub(super) text: String,
}

/// `GET /mail/outbox`.
pub async fn show(
    State(web): State<Web>,
    reader: Reader,
    User(session): User,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let mut framed = frame(&web, &reader, &session, &headers, None)?;
    for link in &mut framed.shell.folders {
        link.current = link.href == "/mail/outbox";
    }
    let said = framed.shell.notice.is_some();
    let found = outbox::outbox(&web.service, &session.actor)?;
    let title = reader.texts.get("outbox");
    framed.shell.here = title.clone().into_owned();
    let page = OutboxPage {
        p: Page::of(&reader, &title),
        shell: framed.shell,
        items: found.iter().map(|item| in_words(&reader, item)).collect(),
    };
    Ok(respond(&web, said, &page))
}

fn in_words(reader: &Reader, item: &OutboxItem) -> Item {
    let texts = reader.texts;
    let timed = |key: &str, at, count: u32| {
        let time = reader.times.date_time(at);
        let values = [
            ("time", Value::Text(&time)),
            ("count", Value::Number(count.into())),
        ];
        texts.with(key, &values)
    };
    let state = match item.standing {
        Standing::Held { until } => timed("outbox-held", until, 0),
        Standing::Waiting { due, attempts: 0 } => timed("outbox-waiting", due, 0),
        Standing::Waiting { due, attempts } => timed("outbox-again", due, attempts),
        Standing::Sending => texts.get("outbox-sending").into_owned(),
        Standing::Paused => texts.get("outbox-paused").into_owned(),
        Standing::Failed { at } => timed("outbox-failed", at, 0),
    };
    let action = |path: &str, key: &str| Action {
        path: format!("/mail/outbox/{}/{path}", item.id),
        text: texts.get(key).into_owned(),
    };
    let subject = match item.subject.as_str() {
        "" => texts.get("no-subject").into_owned(),
        subject => subject.to_owned(),
    };
    Item {
        id: item.id.to_string(),
        subject,
        href: item.copy.map(|copy| format!("/mail/sent/{copy}")),
        state,
        failed: matches!(item.standing, Standing::Failed { .. }),
        missing: item
            .missing
            .iter()
            .take(MISSING_SHOWN_MAX)
            .map(|(address, said)| Missing {
                address: address.clone(),
                said: said.clone(),
            })
            .collect(),
        action: match item.standing {
            Standing::Held { .. } => Some(action("undo", "undo")),
            Standing::Waiting { .. } | Standing::Paused => Some(action("stop", "outbox-stop")),
            Standing::Sending | Standing::Failed { .. } => None,
        },
    }
}

/// `POST /mail/outbox/{id}/undo`: takes back what was just sent, and opens it again.
pub async fn undo(
    State(web): State<Web>,
    User(session): User,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Fault> {
    session.check(form.get("csrf"))?;
    let id: QueueId = id.parse().map_err(|_| Fault::NotFound)?;
    let back = local_path(form.get("back")).unwrap_or("/mail/inbox");
    Ok(
        match outbox::take_back(&web.service, &session.actor, id).await? {
            TakenBack::Draft(draft) => open_draft(&web, draft),
            TakenBack::TooLate => redirect(&web, back, Some(&Flash::new("done-undo-late"))),
        },
    )
}

fn open_draft(web: &Web, draft: StandbyId) -> Response {
    let to = format!("/mail/compose?draft={draft}");
    redirect(web, &to, Some(&Flash::new("done-unsent")))
}

/// `POST /mail/outbox/{id}/stop`: tries a message no further.
pub async fn stop(
    State(web): State<Web>,
    User(session): User,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Fault> {
    session.check(form.get("csrf"))?;
    let id: QueueId = id.parse().map_err(|_| Fault::NotFound)?;
    let again = |copy: Option<StandbyId>, key: &str| {
        let to = copy.map_or("/mail/outbox".to_owned(), |copy| {
            format!("/mail/compose?again={copy}")
        });
        redirect(&web, &to, Some(&Flash::new(key)))
    };
    Ok(
        match outbox::stop(&web.service, &session.actor, id).await? {
            Stopped::Draft(draft) => open_draft(&web, draft),
            Stopped::Unsent(copy) => again(copy, "done-stopped"),
            Stopped::Partly(copy) => again(copy, "done-stopped-partly"),
            Stopped::TooLate => {
                let flash = Flash::new("done-undo-late");
                redirect(&web, "/mail/outbox", Some(&flash))
            }
        },
    )
}
