//! The console's page before many domains or mailboxes are switched: what was chosen is counted and shown, and nothing
//! is done yet. Then the order becomes a job.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::frame::Frame;
use super::overrides::name_of;
use super::{domains, mailboxes};
use crate::route::Scope;
use crate::service::ServiceError;
use crate::service::failover::FailoverAction;
use crate::service::jobs::matching::{self, Matching};
use crate::service::jobs::{self, JobPreview, JobView, NewJob, UNCOUNTED_MAX};
use crate::store::access::Permission;
use crate::web::Web;
use crate::web::error::Fault;
use crate::web::flash::Flash;
use crate::web::form::Form;
use crate::web::page::{Choice, FormError, page};
use crate::web::reader::Reader;
use crate::web::session::{Manager, Session};
use crate::web::texts::{Texts, Value};
use crate::web::webmail::shell::redirect;

/// Domains and mailboxes that are named; the rest is counted.
const NAMED: usize = 20;
/// Longest list of what was chosen on a page.
const CHOSEN_MAX: usize = 500;
/// When a setting can be made to end, in hours.
const ENDS_HOURS: [u64; 7] = [1, 4, 8, 24, 48, 72, 168];

/// The page.
#[derive(Template)]
#[template(path = "console/bulk.html")]
pub struct BulkPage {
    pub(super) p: Frame,
    pub(super) heading: String,
    pub(super) names: Vec<String>,
    /// How many more there are than are named.
    pub(super) more: String,
    pub(super) unknown: Vec<String>,
    pub(super) hidden: Vec<(String, String)>,
    pub(super) choices: Vec<Choice>,
    pub(super) ends: Vec<Choice>,
    pub(super) reason: String,
    /// How the number is asked for; empty where it need not be said.
    pub(super) count_label: String,
    /// Whether there is anything to be switched.
    pub(super) is_any: bool,
}

/// What was chosen.
enum Chosen {
    These(Vec<Scope>),
    All(Matching),
}

impl Chosen {
    fn of(form: &Form) -> Result<Self, ServiceError> {
        if form.get("all").is_empty() {
            let ids = form.all("id").take(CHOSEN_MAX);
            let scopes = ids.filter_map(|id| id.parse().ok());
            return Ok(Self::These(scopes.collect()));
        }
        let get = |name: &str| form.get(name).to_owned();
        match form.get("of") {
            "mailboxes" => {
                let ask = mailboxes::Ask {
                    mailstore: get("mailstore"),
                    domain: get("domain"),
                    reseller: get("reseller"),
                    route: get("route"),
                    ..mailboxes::Ask::default()
                };
                Ok(Self::All(Matching::Mailboxes(ask.filter()?)))
            }
            "domains" => {
                let ask = domains::Ask {
                    name: get("name"),
                    reseller: get("reseller"),
                    state: get("state"),
                    ..domains::Ask::default()
                };
                Ok(Self::All(Matching::Domains(ask.filter()?)))
            }
            _ => Err(ServiceError::NotFound("such a list")),
        }
    }

    async fn look(&self, web: &Web, session: &Session) -> Result<JobPreview, ServiceError> {
        let (service, actor) = (&web.service, &session.actor);
        match self {
            Self::These(scopes) => jobs::preview(service, actor, scopes.clone()).await,
            Self::All(of) => matching::preview(service, actor, of).await,
        }
    }

    async fn order(
        self,
        web: &Web,
        session: &Session,
        new: NewJob,
    ) -> Result<JobView, ServiceError> {
        let (service, actor) = (&web.service, &session.actor);
        match self {
            Self::These(scopes) => jobs::create(service, actor, NewJob { scopes, ..new }).await,
            Self::All(of) => matching::create(service, actor, &of, new).await,
        }
    }
}

/// `POST /console/bulk`: shows what an order would concern.
pub async fn show(
    State(web): State<Web>,
    reader: Reader,
    Manager(session): Manager,
    form: Form,
) -> Result<Response, Fault> {
    session.check(form.get("csrf"))?;
    session.actor.may(Permission::Failover)?;
    let made = bulk_page(&web, &reader, &session, &form, None).await?;
    Ok(page(made.p.status(), &made))
}

/// `POST /console/jobs`: orders it.
pub async fn order(
    State(web): State<Web>,
    reader: Reader,
    Manager(session): Manager,
    form: Form,
) -> Result<Response, Fault> {
    session.check(form.get("csrf"))?;
    session.actor.may(Permission::Failover)?;
    let error = match ordered(&web, &session, &form).await {
        Ok(job) => {
            let here = format!("/console/jobs/{}", job.id);
            return Ok(redirect(&web, &here, Some(&Flash::new("done-job"))));
        }
        Err(ServiceError::Invalid { field, text }) => {
            let texts = reader.texts;
            let (field, text) = match field {
                "reason" => ("reason", texts.get("error-reason").into_owned()),
                "count" => ("count", texts.get("error-count").into_owned()),
                "action" => ("action-auto", texts.get("error-action").into_owned()),
                _ => {
                    let values = [("why", Value::Text(&text))];
                    ("reason", texts.with("error-refused", &values))
                }
            };
            FormError {
                field: Some(field),
                text,
            }
        }
        Err(error) => return Err(error.into()),
    };
    let made = bulk_page(&web, &reader, &session, &form, Some(error)).await?;
    Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &made))
}

async fn ordered(web: &Web, session: &Session, form: &Form) -> Result<JobView, ServiceError> {
    let action = match form.get("action") {
        "auto" => FailoverAction::Auto,
        "pin-standby" => FailoverAction::PinStandby,
        "pin-primary" => FailoverAction::PinPrimary,
        "queue" => FailoverAction::Queue,
        _ => {
            return Err(ServiceError::Invalid {
                field: "action",
                text: "choose one".to_owned(),
            });
        }
    };
    let count: String = form
        .get("count")
        .chars()
        .filter(char::is_ascii_digit)
        .collect();
    let new = NewJob {
        scopes: Vec::new(),
        action,
        reason: form.get("reason").to_owned(),
        expires_in_secs: ends_in_secs(form, action),
        count: count.parse().ok(),
    };
    Chosen::of(form)?.order(web, session, new).await
}

/// When what is set ends by itself; what is removed has no end.
pub(super) fn ends_in_secs(form: &Form, action: FailoverAction) -> Option<u64> {
    let hours: u64 = form.get("ends").parse().ok()?;
    let is_offered = ENDS_HOURS.contains(&hours) && action != FailoverAction::Auto;
    is_offered.then_some(hours * 3600)
}

/// When what is set can be made to end.
pub(super) fn ends(texts: &Texts, chosen: &str) -> Vec<Choice> {
    let never = Choice {
        text: texts.get("overrides-never").into_owned(),
        selected: chosen.is_empty(),
        ..Choice::default()
    };
    let after = ENDS_HOURS.into_iter().map(|hours| Choice {
        value: hours.to_string(),
        text: texts.with("ends-in-hours", &[("hours", Value::Number(hours))]),
        hint: String::new(),
        selected: chosen == hours.to_string(),
    });
    std::iter::once(never).chain(after).collect()
}

/// The names of a form's fields that say what was chosen.
const CHOICE_FIELDS: [&str; 9] = [
    "of",
    "all",
    "id",
    "name",
    "reseller",
    "state",
    "mailstore",
    "domain",
    "route",
];

async fn bulk_page(
    web: &Web,
    reader: &Reader,
    session: &Session,
    form: &Form,
    error: Option<FormError>,
) -> Result<BulkPage, Fault> {
    let texts = reader.texts;
    let looked = match Chosen::of(form) {
        Ok(Chosen::These(scopes)) if scopes.is_empty() => Err(ServiceError::Invalid {
            field: "scopes",
            text: texts.get("bulk-nothing").into_owned(),
        }),
        Ok(chosen) => chosen.look(web, session).await,
        Err(error) => Err(error),
    };
    let (looked, errors) = match looked {
        Ok(looked) => (looked, error.into_iter().collect()),
        Err(ServiceError::Invalid { text, .. }) => {
            let values = [("why", Value::Text(&text))];
            let error = FormError {
                field: None,
                text: texts.with("error-refused", &values),
            };
            let nothing = JobPreview {
                mailboxes: 0,
                scopes: 0,
                unknown: Vec::new(),
            };
            (nothing, vec![error])
        }
        Err(error) => return Err(error.into()),
    };
    let heading = texts.with("bulk-title", &[("count", Value::Number(looked.mailboxes))]);
    let named: Vec<String> = match form.get("all") {
        "" => form
            .all("id")
            .take(NAMED)
            .map(|id| name_of(texts, id))
            .collect(),
        _ => Vec::new(),
    };
    let more = u64::from(looked.scopes).saturating_sub(named.len() as u64);
    let hidden = form.fields().iter();
    let hidden = hidden.filter(|(name, _)| CHOICE_FIELDS.contains(&name.as_str()));
    Ok(BulkPage {
        p: Frame::new(reader, session, &heading).with_errors(errors),
        heading,
        more: match (more, named.is_empty()) {
            (0, _) => String::new(),
            (more, true) => texts.with("bulk-matching", &[("count", Value::Number(more))]),
            (more, false) => texts.with("bulk-more", &[("count", Value::Number(more))]),
        },
        names: named,
        unknown: looked.unknown.into_iter().take(NAMED).collect(),
        hidden: hidden.cloned().collect(),
        choices: choices(texts, form.get("action")),
        ends: ends(texts, form.get("ends")),
        reason: form.get("reason").chars().take(500).collect(),
        count_label: match looked.mailboxes > UNCOUNTED_MAX {
            true => {
                let values = [("count", Value::Number(looked.mailboxes))];
                texts.with("bulk-count", &values)
            }
            false => String::new(),
        },
        is_any: looked.scopes > 0,
    })
}

fn choices(texts: &Texts, chosen: &str) -> Vec<Choice> {
    let choice = |(value, key): (&str, &str)| Choice {
        value: value.to_owned(),
        text: texts.get(&format!("action-{key}")).into_owned(),
        hint: texts.get(&format!("action-{key}-hint")).into_owned(),
        selected: chosen == value,
    };
    [
        ("auto", "follow"),
        ("pin-standby", "standby"),
        ("pin-primary", "primary"),
        ("queue", "queue"),
    ]
    .map(choice)
    .into()
}
