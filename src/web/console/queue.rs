//! The console's page of the outgoing queue: what waits, and hold, release, retry, drop.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::Deserialize;

use super::filters::href;
use super::frame::{Frame, said_once};
use super::heads::Heads;
use super::views::{Column, Field, column};
use crate::service::ServiceError;
use crate::service::queue::{
    self, Filter, QueueAction, QueueChange, QueueEntryView, QueueOrder, QueueView, StateName,
};
use crate::web::Web;
use crate::web::error::Fault;
use crate::web::flash::Flash;
use crate::web::form::Form;
use crate::web::page::{Choice, FormError, page};
use crate::web::reader::Reader;
use crate::web::session::{Manager, Session};
use crate::web::texts::{Texts, Value};
use crate::web::webmail::shell::redirect;

/// Entries on one page.
const SHOWN: usize = 50;
/// Orders for many that one click carries out; each is for at most 500 entries.
const ROUNDS_MAX: usize = 20;

/// The page.
#[derive(Template)]
#[template(path = "console/queue.html")]
pub struct QueuePage {
    pub(super) p: Frame,
    pub(super) here: String,
    pub(super) sender: String,
    pub(super) state: String,
    pub(super) all_of: String,
    pub(super) states: Vec<Choice>,
    pub(super) sorts: Field,
    pub(super) columns: Vec<Column>,
    pub(super) sort: String,
    pub(super) rows: Vec<QueueRow>,
    pub(super) next_href: Option<String>,
    pub(super) actions: Vec<Choice>,
    pub(super) reason: String,
}

/// One entry.
#[derive(Clone, Debug)]
pub struct QueueRow {
    pub(super) id: String,
    pub(super) sender: String,
    pub(super) to: String,
    pub(super) state: String,
    pub(super) chip: &'static str,
    pub(super) sent: String,
    pub(super) tries: String,
    pub(super) next: String,
    pub(super) said: Option<String>,
}

/// What is asked for.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Ask {
    sender: String,
    state: String,
    sort: String,
    after: String,
}

impl Ask {
    fn filter(&self) -> Filter {
        Filter {
            state: StateName::of(&self.state),
            sender: Some(self.sender.trim().to_owned()).filter(|sender| !sender.is_empty()),
        }
    }

    fn href(&self, after: Option<&str>) -> String {
        let own = [
            ("sender", &self.sender),
            ("state", &self.state),
            ("sort", &self.sort),
        ];
        href(
            "/console/queue",
            own,
            &[("after", after.unwrap_or_default())],
        )
    }
}

/// `GET /console/queue`.
pub async fn show(
    State(web): State<Web>,
    reader: Reader,
    Manager(session): Manager,
    headers: HeaderMap,
    Query(ask): Query<Ask>,
) -> Result<Response, Fault> {
    let mut made = queue_page(&web, &reader, &session, &ask).await?;
    made.p = made.p.with_said(&reader, &headers);
    Ok(said_once(&web, page(made.p.status(), &made)))
}

async fn queue_page(
    web: &Web,
    reader: &Reader,
    session: &Session,
    ask: &Ask,
) -> Result<QueuePage, Fault> {
    let texts = reader.texts;
    let start = queue::start(&ask.sort, &ask.after).map_err(|_| Fault::NotFound)?;
    let filter = ask.filter();
    let looking = web.service.look(&session.actor, move |service, actor| {
        queue::list(service, actor, &filter, &start, SHOWN)
    });
    let found = looking.await;
    let heads = Heads {
        asked: &ask.sort,
        choices: &[
            ("created_at", "order-oldest"),
            ("-created_at", "order-newest"),
        ],
    };
    let sorted = |sort: &str| {
        let sorted = Ask {
            sort: sort.to_owned(),
            ..ask.clone()
        };
        sorted.href(None)
    };
    let (found, errors) = match found {
        Ok(found) => (found, Vec::new()),
        Err(ServiceError::Invalid { .. }) => {
            let empty = QueueView {
                entries: Vec::new(),
                next: None,
            };
            let error = FormError {
                field: Some("sender"),
                text: texts.get("error-queue-sender").into_owned(),
            };
            (empty, vec![error])
        }
        Err(error) => return Err(error.into()),
    };
    let sender = ask.sender.trim();
    Ok(QueuePage {
        p: Frame::new(reader, session, &texts.get("queue-title")).with_errors(errors),
        here: ask.href(None),
        sender: sender.to_owned(),
        state: ask.state.clone(),
        all_of: texts.with("queue-all-of", &[("sender", Value::Text(sender))]),
        states: states(texts, ask.filter().state),
        sorts: heads.field(texts),
        columns: columns(texts, &heads, &sorted),
        sort: ask.sort.clone(),
        rows: found
            .entries
            .iter()
            .map(|entry| row(reader, entry))
            .collect(),
        next_href: found.next.map(|next| ask.href(Some(&next))),
        actions: actions(texts, ""),
        reason: String::new(),
    })
}

fn columns(texts: &Texts, heads: &Heads, href: &dyn Fn(&str) -> String) -> Vec<Column> {
    let sent = column(texts, "queue-sent", false);
    vec![
        column(texts, "queue-sender", false),
        column(texts, "state", false),
        column(texts, "to", false),
        heads.head(sent, "created_at", href),
        column(texts, "queue-tries", true),
        column(texts, "queue-next", false),
    ]
}

fn states(texts: &Texts, chosen: Option<StateName>) -> Vec<Choice> {
    let any = Choice {
        value: String::new(),
        text: texts.get("queue-any").into_owned(),
        hint: String::new(),
        selected: chosen.is_none(),
    };
    let named = StateName::ALL.into_iter().map(|state| Choice {
        value: state.as_str().to_owned(),
        text: texts.get(state_key(state)).into_owned(),
        hint: String::new(),
        selected: chosen == Some(state),
    });
    std::iter::once(any).chain(named).collect()
}

const fn state_key(state: StateName) -> &'static str {
    match state {
        StateName::Queued => "queue-queued",
        StateName::Sending => "queue-sending",
        StateName::Held => "queue-held",
    }
}

fn actions(texts: &Texts, chosen: &str) -> Vec<Choice> {
    QueueAction::ALL
        .into_iter()
        .map(|action| Choice {
            value: action.as_str().to_owned(),
            text: texts
                .get(match action {
                    QueueAction::Hold => "queue-action-hold",
                    QueueAction::Release => "queue-action-release",
                    QueueAction::Retry => "queue-action-retry",
                    QueueAction::Drop => "queue-action-drop",
                })
                .into_owned(),
            hint: String::new(),
            selected: action.as_str() == chosen,
        })
        .collect()
}

fn row(reader: &Reader, entry: &QueueEntryView) -> QueueRow {
    let texts = reader.texts;
    let waiting: Vec<_> = entry
        .recipients
        .iter()
        .filter(|to| to.state == "pending")
        .collect();
    let first = waiting.first().map_or("–", |to| to.address.as_str());
    let more = u64::try_from(waiting.len().saturating_sub(1)).unwrap_or(u64::MAX);
    QueueRow {
        id: entry.id.clone(),
        sender: entry.sender.clone(),
        to: match more {
            0 => first.to_owned(),
            more => {
                let values = [
                    ("first", Value::Text(first)),
                    ("count", Value::Number(more)),
                ];
                texts.with("queue-to-more", &values)
            }
        },
        state: texts.get(state_key(entry.state)).into_owned(),
        chip: match entry.state {
            StateName::Queued => "chip-good",
            StateName::Sending => "chip-busy",
            StateName::Held => "chip-warm",
        },
        sent: reader.times.text(&entry.created_at),
        tries: entry.attempts.to_string(),
        next: match &entry.due {
            Some(due) => reader.times.text(due),
            None => "–".to_owned(),
        },
        said: entry
            .reason
            .clone()
            .or_else(|| waiting.iter().find_map(|to| to.said.clone())),
    }
}

/// `POST /console/queue`.
pub async fn order(
    State(web): State<Web>,
    reader: Reader,
    Manager(session): Manager,
    form: Form,
) -> Result<Response, Fault> {
    session.check(form.get("csrf"))?;
    let ask = Ask {
        sender: form.get("sender").to_owned(),
        state: form.get("state").to_owned(),
        sort: form.get("sort").to_owned(),
        after: String::new(),
    };
    let action = QueueAction::of(form.get("action")).ok_or(Fault::Bad)?;
    let change = QueueChange {
        action,
        reason: form.get("reason").to_owned(),
        quiet: false,
    };
    match carry_out(&web, &session, &form, &ask, change).await {
        Ok(changed) => {
            let said = Flash {
                count: changed,
                ..Flash::new("done-queue")
            };
            Ok(redirect(&web, &ask.href(None), Some(&said)))
        }
        Err(ServiceError::Invalid { field, .. }) => {
            let key = match field {
                "reason" => "error-reason",
                _ => "error-queue-sender",
            };
            let mut made = queue_page(&web, &reader, &session, &ask).await?;
            made.p.errors = vec![FormError {
                field: Some(if field == "reason" {
                    "reason"
                } else {
                    "sender"
                }),
                text: reader.texts.get(key).into_owned(),
            }];
            made.actions = actions(reader.texts, action.as_str());
            made.reason = form.get("reason").chars().take(500).collect();
            Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &made))
        }
        Err(error) => Err(error.into()),
    }
}

/// For all of a sender, or those that were chosen; how many were changed.
async fn carry_out(
    web: &Web,
    session: &Session,
    form: &Form,
    ask: &Ask,
    change: QueueChange,
) -> Result<u64, ServiceError> {
    let mut changed = 0;
    if !form.get("all").is_empty() {
        let filter = ask.filter();
        let mut order = QueueOrder {
            sender: filter.sender.unwrap_or_default(),
            state: filter.state,
            after: None,
            change,
        };
        for _ in 0..ROUNDS_MAX {
            let done = queue::change_all(&web.service, &session.actor, &order).await?;
            changed += done.changed;
            order.after = done.next;
            if order.after.is_none() {
                break;
            }
        }
    } else {
        for id in form.all("id").take(SHOWN) {
            let Ok(id) = queue::cursor(id) else { continue };
            match queue::change(&web.service, &session.actor, id, &change).await {
                Ok(done) => changed += done.changed,
                // It was finished, or changed by somebody else, since the page was made.
                Err(ServiceError::Conflict(_) | ServiceError::NotFound(_)) => {}
                Err(error) => return Err(error),
            }
        }
    }
    Ok(u64::try_from(changed).unwrap_or(u64::MAX))
}
