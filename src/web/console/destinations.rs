//! The console's pages of who is told what happens: webhooks and contacts, each with its log.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

use super::filters::href;
use super::frame::{Frame, refused, said_once};
use super::heads::{Heads, ShortAsk, Sorts};
use super::views::{Column, column};
use crate::ids::DestinationId;
use crate::service::destinations::{
    self, AnnouncementView, CreatedDestination, DestinationChange, DestinationView, Kind,
    NewDestination,
};
use crate::service::{Actor, ServiceError};
use crate::store::events;
use crate::web::Web;
use crate::web::error::Fault;
use crate::web::flash::Flash;
use crate::web::form::Form;
use crate::web::page::{Choice, page};
use crate::web::reader::Reader;
use crate::web::session::{Manager, Session};
use crate::web::texts::{Texts, Value};
use crate::web::webmail::shell::redirect;

/// Webhooks or contacts on one page.
const SHOWN: usize = 200;
/// How they can be sorted.
const SORTS: &[(&str, &str)] = &[
    ("created", "order-oldest"),
    ("-created", "order-newest"),
    ("to", "order-addresses"),
    ("-to", "order-addresses-back"),
    ("label", "order-names"),
    ("-label", "order-names-back"),
];

/// Webhooks, or contacts.
#[derive(Template)]
#[template(path = "console/destinations.html")]
pub struct DestinationsPage {
    pub(super) p: Frame,
    pub(super) words: Words,
    pub(super) sorts: Sorts,
    pub(super) columns: Vec<Column>,
    pub(super) rows: Vec<Row>,
    pub(super) next_href: Option<String>,
    pub(super) draft: Draft,
}

/// One of them.
#[derive(Template)]
#[template(path = "console/destination.html")]
pub struct DestinationPage {
    pub(super) p: Frame,
    pub(super) words: Words,
    pub(super) row: Row,
    pub(super) draft: Draft,
    /// A secret that was just made: shown this once.
    pub(super) secret: Option<String>,
    pub(super) log: Vec<LogRow>,
}

/// What differs between webhooks and contacts.
#[derive(Clone, Debug)]
pub struct Words {
    pub(super) is_webhook: bool,
    pub(super) here: &'static str,
    pub(super) heading: String,
    pub(super) hint: String,
    pub(super) to: String,
    pub(super) to_hint: String,
    pub(super) none: String,
    pub(super) add: String,
}

/// One, as it is shown.
#[derive(Clone, Debug)]
pub struct Row {
    pub(super) href: String,
    pub(super) to: String,
    pub(super) label: String,
    pub(super) owner: String,
    pub(super) state: String,
    pub(super) chip: &'static str,
    pub(super) enabled: bool,
    /// What is to be known of it, each a sentence.
    pub(super) facts: Vec<String>,
}

/// What somebody is writing.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    pub(super) to: String,
    pub(super) label: String,
    pub(super) reseller: String,
    pub(super) events: Vec<Choice>,
}

/// One entry of a log.
#[derive(Clone, Debug)]
pub struct LogRow {
    pub(super) event: String,
    pub(super) written: String,
    pub(super) state: String,
    pub(super) chip: &'static str,
    pub(super) tries: u32,
    pub(super) last: Option<String>,
}

fn kind_of(name: &str) -> Result<Kind, Fault> {
    match name {
        "webhooks" => Ok(Kind::Webhook),
        "contacts" => Ok(Kind::Contact),
        _ => Err(Fault::NotFound),
    }
}

fn words(texts: &Texts, kind: Kind) -> Words {
    let get = |key: &str| texts.get(key).into_owned();
    match kind {
        Kind::Webhook => Words {
            is_webhook: true,
            here: "/console/announce/webhooks",
            heading: get("webhooks-title"),
            hint: get("webhooks-hint"),
            to: get("webhook-to"),
            to_hint: get("webhook-to-hint"),
            none: get("webhooks-none"),
            add: get("webhook-add"),
        },
        Kind::Contact => Words {
            is_webhook: false,
            here: "/console/announce/contacts",
            heading: get("contacts-title"),
            hint: get("contacts-hint"),
            to: get("contact-to"),
            to_hint: get("contact-to-hint"),
            none: get("contacts-none"),
            add: get("contact-add"),
        },
    }
}

/// Events to choose from: what resellers are never told is for operators.
fn event_choices(texts: &Texts, is_operator: bool, chosen: &[String]) -> Vec<Choice> {
    events::NAMES
        .into_iter()
        .filter(|name| is_operator || events::is_for_resellers(name))
        .map(|name| Choice {
            value: name.to_owned(),
            text: texts
                .get(&format!("event-{}", name.replace('.', "-")))
                .into_owned(),
            hint: name.to_owned(),
            selected: chosen.iter().any(|known| known == name),
        })
        .collect()
}

fn row(reader: &Reader, kind: Kind, view: &DestinationView) -> Row {
    let texts = reader.texts;
    let (key, chip) = match (view.enabled, &view.failing_since) {
        (false, _) => ("destination-off", ""),
        (true, Some(_)) => ("destination-failing", "chip-warm"),
        (true, None) => ("destination-on", "chip-good"),
    };
    let at = |key: &str, time: &Option<String>| {
        time.as_ref().map(|time| {
            let time = reader.times.text(time);
            texts.with(key, &[("time", Value::Text(&time))])
        })
    };
    let waiting = u64::try_from(view.waiting).unwrap_or(u64::MAX);
    let waits = (waiting > 0)
        .then(|| texts.with("destination-waiting", &[("count", Value::Number(waiting))]));
    let facts = [
        view.warning
            .is_some()
            .then(|| texts.get("contact-inside").into_owned()),
        view.why.clone(),
        at("destination-failing-since", &view.failing_since),
        waits,
        at("webhook-old-secret", &view.old_secret_until),
    ];
    Row {
        href: format!("{}/{}", words(texts, kind).here, view.id),
        to: view.to.clone(),
        label: view.label.clone(),
        owner: view.reseller.clone().unwrap_or_default(),
        state: texts.get(key).into_owned(),
        chip,
        enabled: view.enabled,
        facts: facts.into_iter().flatten().collect(),
    }
}

fn is_operator(session: &Session) -> bool {
    matches!(session.actor, Actor::Operator(_))
}

/// `GET /console/announce/{kind}`.
pub async fn list(
    State(web): State<Web>,
    reader: Reader,
    Manager(session): Manager,
    Path(kind): Path<String>,
    Query(ask): Query<ShortAsk>,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let kind = kind_of(&kind)?;
    let draft = Draft {
        events: event_choices(reader.texts, is_operator(&session), &[]),
        ..Draft::default()
    };
    let mut made = list_page(&web, &reader, &session, kind, (&ask, draft)).await?;
    made.p = made.p.with_said(&reader, &headers);
    Ok(said_once(&web, page(StatusCode::OK, &made)))
}

async fn list_page(
    web: &Web,
    reader: &Reader,
    session: &Session,
    kind: Kind,
    (ask, draft): (&ShortAsk, Draft),
) -> Result<DestinationsPage, Fault> {
    let texts = reader.texts;
    let words = words(texts, kind);
    let looking = web.service.look(&session.actor, move |service, actor| {
        destinations::list(service, actor, kind)
    });
    let all = looking.await?;
    let heads = Heads {
        asked: &ask.sort,
        choices: SORTS,
    };
    let shown = ask.page(texts, words.here, (&destinations::KEYS, &heads), all, SHOWN)?;
    let p = Frame::new(reader, session, &words.heading);
    let sorted = |sort: &str| href(words.here, [("sort", sort)], &[]);
    let to = Column {
        text: words.to.clone(),
        number: false,
        sort: None,
    };
    let label = column(texts, "destination-label", false);
    let mut columns = vec![
        heads.head(to, "to", &sorted),
        column(texts, "state", false),
        heads.head(label, "label", &sorted),
    ];
    columns.extend(p.is_operator.then(|| column(texts, "reseller", false)));
    let rows = shown.rows.iter().map(|view| row(reader, kind, view));
    Ok(DestinationsPage {
        p,
        sorts: shown.sorts,
        columns,
        rows: rows.collect(),
        next_href: shown.next_href,
        words,
        draft,
    })
}

/// `POST /console/announce/{kind}`: makes one.
pub async fn create(
    State(web): State<Web>,
    reader: Reader,
    Manager(session): Manager,
    Path(kind): Path<String>,
    form: Form,
) -> Result<Response, Fault> {
    session.check(form.get("csrf"))?;
    let kind = kind_of(&kind)?;
    let chosen: Vec<String> = form.all("event").map(str::to_owned).collect();
    let reseller = form.get("reseller").trim();
    let asked = (!reseller.is_empty()).then(|| reseller.parse());
    let made = match asked.transpose() {
        Ok(reseller) => {
            let new = NewDestination {
                to: form.get("to").to_owned(),
                events: chosen.clone(),
                label: form.get("label").to_owned(),
                reseller,
            };
            destinations::create(&web.service, &session.actor, kind, new).await
        }
        Err(error) => Err(ServiceError::Invalid {
            field: "reseller",
            text: format!("{error}"),
        }),
    };
    match made {
        Ok(created) => created_page(&web, &reader, &session, kind, created),
        Err(error) => {
            let shown = refused(reader.texts, &error).ok_or(error)?;
            let draft = Draft {
                to: form.get("to").to_owned(),
                label: form.get("label").to_owned(),
                reseller: reseller.to_owned(),
                events: event_choices(reader.texts, is_operator(&session), &chosen),
            };
            let mut made =
                list_page(&web, &reader, &session, kind, (&ShortAsk::default(), draft)).await?;
            made.p.errors = vec![shown];
            Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &made))
        }
    }
}

/// After one was made: a webhook's page with its secret, which no later page shows; else the list.
fn created_page(
    web: &Web,
    reader: &Reader,
    session: &Session,
    kind: Kind,
    created: CreatedDestination,
) -> Result<Response, Fault> {
    let here = words(reader.texts, kind).here;
    let Some(secret) = created.secret else {
        return Ok(redirect(web, here, Some(&Flash::new("done-destination"))));
    };
    let mut made = one_page(web, reader, session, kind, id_of(&created.id)?)?;
    made.secret = Some(secret);
    Ok(page(StatusCode::CREATED, &made))
}

fn id_of(text: &str) -> Result<DestinationId, Fault> {
    text.parse().map_err(|_| Fault::NotFound)
}

fn one_page(
    web: &Web,
    reader: &Reader,
    session: &Session,
    kind: Kind,
    id: DestinationId,
) -> Result<DestinationPage, Fault> {
    let (service, texts) = (&web.service, reader.texts);
    let view = destinations::show(service, &session.actor, kind, id)?;
    let log = destinations::log(service, &session.actor, kind, id)?;
    let draft = Draft {
        to: view.to.clone(),
        label: view.label.clone(),
        reseller: view.reseller.clone().unwrap_or_default(),
        events: event_choices(texts, is_operator(session), &view.events),
    };
    Ok(DestinationPage {
        p: Frame::new(reader, session, &view.to),
        words: words(texts, kind),
        row: row(reader, kind, &view),
        draft,
        secret: None,
        log: log
            .into_iter()
            .map(|entry| log_row(reader, entry))
            .collect(),
    })
}

fn log_row(reader: &Reader, entry: AnnouncementView) -> LogRow {
    let (key, chip) = match entry.state.as_str() {
        "told" => ("announcement-told", "chip-good"),
        "failed" => ("announcement-failed", "chip-warm"),
        _ => ("announcement-waiting", "chip-busy"),
    };
    LogRow {
        event: entry.event,
        written: reader.times.text(&entry.created),
        state: reader.texts.get(key).into_owned(),
        chip,
        tries: entry.attempts,
        last: entry.last,
    }
}

/// `GET /console/announce/{kind}/{id}`.
pub async fn show(
    State(web): State<Web>,
    reader: Reader,
    Manager(session): Manager,
    Path((kind, id)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let mut made = one_page(&web, &reader, &session, kind_of(&kind)?, id_of(&id)?)?;
    made.p = made.p.with_said(&reader, &headers);
    Ok(said_once(&web, page(StatusCode::OK, &made)))
}

/// `POST /console/announce/{kind}/{id}`: what its form's button says.
pub async fn act(
    State(web): State<Web>,
    reader: Reader,
    Manager(session): Manager,
    Path((kind, id)): Path<(String, String)>,
    form: Form,
) -> Result<Response, Fault> {
    session.check(form.get("csrf"))?;
    let (kind, id) = (kind_of(&kind)?, id_of(&id)?);
    let (service, actor) = (&web.service, &session.actor);
    let enabled = |enabled| DestinationChange {
        enabled: Some(enabled),
        ..DestinationChange::default()
    };
    let changed = match form.get("do") {
        "save" => {
            let change = DestinationChange {
                events: Some(form.all("event").map(str::to_owned).collect()),
                label: Some(form.get("label").to_owned()),
                enabled: None,
            };
            destinations::change(service, actor, kind, id, change)
                .await
                .map(|_| "done-destination-saved")
        }
        "on" => destinations::change(service, actor, kind, id, enabled(true))
            .await
            .map(|_| "done-destination-on"),
        "off" => destinations::change(service, actor, kind, id, enabled(false))
            .await
            .map(|_| "done-destination-off"),
        "test" => destinations::test(service, actor, kind, id)
            .await
            .map(|_| "done-destination-test"),
        "remove" => {
            destinations::remove(service, actor, kind, id).await?;
            let here = words(reader.texts, kind).here;
            return Ok(redirect(
                &web,
                here,
                Some(&Flash::new("done-destination-removed")),
            ));
        }
        "secret" if kind == Kind::Webhook => {
            let created = destinations::new_secret(service, actor, id).await?;
            return created_page(&web, &reader, &session, kind, created);
        }
        _ => return Err(Fault::Bad),
    };
    match changed {
        Ok(done) => {
            let here = format!("{}/{id}", words(reader.texts, kind).here);
            Ok(redirect(&web, &here, Some(&Flash::new(done))))
        }
        Err(error) => {
            let shown = refused(reader.texts, &error).ok_or(error)?;
            let mut made = one_page(&web, &reader, &session, kind, id)?;
            made.p.errors = vec![shown];
            Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &made))
        }
    }
}
