//! The console's page of people: who may sign in, and as what.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

use super::frame::{Frame, said_once};
use super::heads::{Heads, ShortAsk, Sorts};
use crate::ids::PersonId;
use crate::service::persons::{
    self, InvitationOrder, Invited, NewPerson, PersonChange, PersonView,
};
use crate::service::{Actor, ServiceError};
use crate::store::access::Access;
use crate::web::Web;
use crate::web::error::Fault;
use crate::web::flash::Flash;
use crate::web::form::Form;
use crate::web::page::{Choice, FormError, page};
use crate::web::reader::Reader;
use crate::web::session::{Manager, Session};
use crate::web::texts::{Texts, Value};
use crate::web::webmail::shell::redirect;

const PATH: &str = "/console/people";
/// People on one page.
const SHOWN: usize = 100;
/// How they can be sorted.
const SORTS: &[(&str, &str)] = &[
    ("created", "order-oldest"),
    ("-created", "order-newest"),
    ("name", "order-names"),
    ("-name", "order-names-back"),
    ("sign_in", "order-addresses"),
    ("-sign_in", "order-addresses-back"),
];

/// The page.
#[derive(Template)]
#[template(path = "console/people.html")]
pub struct PeoplePage {
    pub(super) p: Frame,
    pub(super) link: Option<Link>,
    pub(super) sorts: Sorts,
    pub(super) people: Vec<Item>,
    pub(super) next_href: Option<String>,
    pub(super) name: String,
    pub(super) sign_in: String,
    pub(super) reseller: String,
    pub(super) roles: Vec<Choice>,
}

/// A link that was made, to be handed on.
#[derive(Clone, Debug)]
pub struct Link {
    pub(super) title: String,
    pub(super) text: String,
    pub(super) address: String,
}

/// One person.
#[derive(Clone, Debug)]
pub struct Item {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) sign_in: String,
    pub(super) whose: Option<String>,
    pub(super) state: String,
    pub(super) roles: Vec<Choice>,
}

/// `GET /console/people`.
pub async fn show(
    State(web): State<Web>,
    reader: Reader,
    Manager(session): Manager,
    Query(ask): Query<ShortAsk>,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let mut made = people_page(&web, &reader, &session, &Form::default(), &ask).await?;
    made.p = made.p.with_said(&reader, &headers);
    Ok(said_once(&web, page(StatusCode::OK, &made)))
}

fn roles(texts: &Texts, chosen: Option<Access>) -> Vec<Choice> {
    let choice = |access: Access| Choice {
        value: access.as_str().to_owned(),
        text: texts.get(&format!("role-{}", access.as_str())).into_owned(),
        hint: texts
            .get(&format!("role-{}-hint", access.as_str()))
            .into_owned(),
        selected: Some(access) == chosen,
    };
    Access::ALL.into_iter().map(choice).collect()
}

fn item(texts: &Texts, reader: &Reader, view: &PersonView) -> Item {
    let state = match (view.has_password, &view.invited_until, &view.signed_in_at) {
        (true, _, Some(at)) => {
            let time = reader.times.text(at);
            texts.with("person-signed-in", &[("time", Value::Text(&time))])
        }
        (true, _, None) => texts.get("person-never").into_owned(),
        (false, Some(until), _) => {
            let time = reader.times.text(until);
            texts.with("person-invited", &[("time", Value::Text(&time))])
        }
        (false, None, _) => texts.get("person-link-over").into_owned(),
    };
    let second = match view.has_second_factor {
        true => texts.get("person-second-on"),
        false => texts.get("person-second-off"),
    };
    Item {
        id: view.id.clone(),
        name: view.name.clone(),
        sign_in: view.sign_in.clone(),
        whose: view
            .reseller
            .as_ref()
            .map(|id| texts.with("who-reseller", &[("name", Value::Text(id))])),
        state: format!("{state} {second}"),
        roles: roles(texts, Some(view.access)),
    }
}

async fn people_page(
    web: &Web,
    reader: &Reader,
    session: &Session,
    form: &Form,
    ask: &ShortAsk,
) -> Result<PeoplePage, Fault> {
    let texts = reader.texts;
    let all = web.service.look(&session.actor, persons::list).await?;
    let heads = Heads {
        asked: &ask.sort,
        choices: SORTS,
    };
    let shown = ask.page(texts, PATH, (&persons::KEYS, &heads), all, SHOWN)?;
    Ok(PeoplePage {
        p: Frame::new(reader, session, &texts.get("people-title")),
        link: None,
        sorts: shown.sorts,
        people: shown
            .rows
            .iter()
            .map(|one| item(texts, reader, one))
            .collect(),
        next_href: shown.next_href,
        name: form.get("name").chars().take(200).collect(),
        sign_in: form.get("sign_in").chars().take(400).collect(),
        reseller: form.get("reseller").chars().take(100).collect(),
        roles: roles(texts, Access::named(form.get("access"))),
    })
}

/// `POST /console/people`.
pub async fn post(
    State(web): State<Web>,
    reader: Reader,
    Manager(session): Manager,
    form: Form,
) -> Result<Response, Fault> {
    session.check(form.get("csrf"))?;
    match ordered(&web, &session.actor, &form).await {
        Ok(Done::Said(key)) => Ok(redirect(&web, PATH, Some(&Flash::new(key)))),
        Ok(Done::Link(invited)) => {
            let texts = reader.texts;
            let name = [("name", Value::Text(&invited.person.name))];
            let link = Link {
                title: texts.with("person-link-title", &name),
                text: texts.with("person-link-text", &name),
                address: invited.link,
            };
            let view = people_page(
                &web,
                &reader,
                &session,
                &Form::default(),
                &ShortAsk::default(),
            )
            .await?;
            let link = Some(link);
            Ok(page(StatusCode::OK, &PeoplePage { link, ..view }))
        }
        Err(ServiceError::Invalid { field, text }) => {
            let field = ["name", "sign_in", "access", "reseller"]
                .into_iter()
                .find(|known| *known == field);
            refused(&web, &reader, &session, &form, field, text).await
        }
        Err(ServiceError::Conflict(text)) => {
            refused(&web, &reader, &session, &form, None, text).await
        }
        Err(error) => Err(error.into()),
    }
}

async fn refused(
    web: &Web,
    reader: &Reader,
    session: &Session,
    form: &Form,
    field: Option<&'static str>,
    text: String,
) -> Result<Response, Fault> {
    let mut made = people_page(web, reader, session, form, &ShortAsk::default()).await?;
    made.p.errors = vec![FormError { field, text }];
    Ok(page(made.p.status(), &made))
}

enum Done {
    Said(&'static str),
    Link(Invited),
}

async fn ordered(web: &Web, actor: &Actor, form: &Form) -> Result<Done, ServiceError> {
    let service = &web.service;
    let access = || {
        Access::named(form.get("access")).ok_or(ServiceError::Invalid {
            field: "access",
            text: "owner, admin, read-only or help-desk".into(),
        })
    };
    let id = || {
        let id = form.get("id").parse::<PersonId>();
        id.map_err(|_| ServiceError::NotFound("such person"))
    };
    let invite = async |remove_second_factor| {
        let order = InvitationOrder {
            remove_second_factor,
        };
        let invited = persons::invite_again(service, actor, id()?, order).await?;
        Ok(Done::Link(invited))
    };
    match form.get("do") {
        "add" => {
            let reseller = match form.get("reseller").trim() {
                "" => None,
                text => Some(text.parse().map_err(|_| ServiceError::Invalid {
                    field: "reseller",
                    text: "this is no id of a reseller".into(),
                })?),
            };
            let new = NewPerson {
                name: form.get("name").to_owned(),
                sign_in: form.get("sign_in").to_owned(),
                access: access()?,
                reseller,
            };
            Ok(Done::Link(persons::create(service, actor, new).await?))
        }
        "role" => {
            let change = PersonChange {
                access: Some(access()?),
                ..PersonChange::default()
            };
            persons::change(service, actor, id()?, change).await?;
            Ok(Done::Said("done-person-changed"))
        }
        "invite" => invite(false).await,
        "reset" => invite(true).await,
        "remove" => {
            persons::remove(service, actor, id()?).await?;
            Ok(Done::Said("done-person-removed"))
        }
        _ => Err(ServiceError::NotFound("such an order")),
    }
}
