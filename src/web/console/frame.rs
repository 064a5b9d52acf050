//! What every page of the console has: who is signed in, the menu of what they have any business with, the
//! token of the forms, what was just done, and what a form got wrong.

use std::ops::Deref;

use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;

use crate::service::{Actor, Means, ServiceError};
use crate::store::access::Permission;
use crate::web::Web;
use crate::web::flash::Flash;
use crate::web::page::{FormError, Notice, Page};
use crate::web::reader::Reader;
use crate::web::session::Session;
use crate::web::texts::{Texts, Value};

/// A page of the console: what any page has, and what the console adds.
#[derive(Clone, Debug)]
pub struct Frame {
    page: Page,
    /// Who is signed in; none on the pages before that.
    pub(super) who: Option<String>,
    /// Token of the session, for forms.
    pub(super) csrf: String,
    /// What was just done.
    pub(super) notice: Option<Notice>,
    /// What a form got wrong.
    pub(super) errors: Vec<FormError>,
    /// Where one can go, in groups.
    pub(super) menu: Vec<Group>,
    /// Whether the reader is an operator.
    pub(super) is_operator: bool,
}

impl Deref for Frame {
    type Target = Page;

    fn deref(&self) -> &Page {
        &self.page
    }
}

impl Frame {
    /// A page for somebody who is signed in.
    pub(super) fn new(reader: &Reader, session: &Session, title: &str) -> Self {
        Self {
            who: Some(who(reader.texts, &session.actor)),
            csrf: session.csrf.clone(),
            menu: menu(reader.texts, &session.actor),
            is_operator: matches!(session.actor, Actor::Operator(_)),
            ..Self::outside(reader, title)
        }
    }

    /// A page for nobody in particular.
    pub(super) fn outside(reader: &Reader, title: &str) -> Self {
        Self {
            page: Page::of(reader, title),
            who: None,
            csrf: String::new(),
            notice: None,
            errors: Vec::new(),
            menu: Vec::new(),
            is_operator: false,
        }
    }

    /// The page again, with what the form got wrong.
    #[must_use]
    pub(super) fn with_errors(self, errors: Vec<FormError>) -> Self {
        Self { errors, ..self }
    }

    /// The page with what was just done; the answer goes through [`said_once`].
    #[must_use]
    pub(super) fn with_said(mut self, reader: &Reader, headers: &HeaderMap) -> Self {
        let said = Flash::read(headers);
        let named = |slug: &str| reader.texts.get(&format!("action-{slug}")).into_owned();
        let notice = said.and_then(|said| said.notice(reader.texts, &self.csrf, "", named));
        self.notice = notice.or(self.notice);
        self
    }

    /// 200, or 422 where a form got something wrong.
    pub(super) fn status(&self) -> StatusCode {
        match self.errors.is_empty() {
            true => StatusCode::OK,
            false => StatusCode::UNPROCESSABLE_ENTITY,
        }
    }
}

/// Makes what a page said of what was just done be said once.
pub(super) fn said_once(web: &Web, mut response: Response) -> Response {
    let forget = Flash::forget(web);
    response.headers_mut().append(header::SET_COOKIE, forget);
    response
}

/// What the service refused, at the field it is about; none for what is no mistake of the form.
pub(super) fn refused(texts: &Texts, error: &ServiceError) -> Option<FormError> {
    let (field, why) = match error {
        ServiceError::Invalid { field, text } => (Some(*field), text),
        ServiceError::Conflict(text) => (None, text),
        _ => return None,
    };
    Some(FormError {
        field,
        text: texts.with("error-refused", &[("why", Value::Text(why))]),
    })
}

/// Who is signed in, for the head of the page.
fn who(texts: &Texts, actor: &Actor) -> String {
    match actor {
        Actor::Operator(by) => texts.with("who-operator", &[("name", Value::Text(short(by)))]),
        Actor::Reseller(id, by) => {
            let name = match by.person {
                Some(_) => format!("{id}, {}", short(by)),
                None => id.to_string(),
            };
            texts.with("who-reseller", &[("name", Value::Text(&name))])
        }
        Actor::User(..) | Actor::Agent(..) | Actor::Router(_) | Actor::System(_) => String::new(),
    }
}

/// A person by what it signs in as, a token by its label, or else by the start of its id.
fn short(by: &Means) -> &str {
    const START: usize = "token 01234567".len();
    match by.name.split_once(", ") {
        _ if by.person.is_some() => &by.name,
        Some((_, label)) => label,
        None => by.name.get(..START).unwrap_or(&by.name),
    }
}

/// A group of the menu.
#[derive(Clone, Debug)]
pub struct Group {
    pub(super) title: String,
    pub(super) links: Vec<Link>,
}

/// A link.
#[derive(Clone, Debug)]
pub struct Link {
    pub(super) href: String,
    pub(super) text: String,
}

/// Who has any business with a page.
#[derive(Clone, Copy)]
enum For {
    All,
    Operators,
    /// Whoever may do this.
    May(Permission),
    /// Who signed in as oneself, and not with a token.
    People,
}

impl For {
    fn is(self, actor: &Actor) -> bool {
        match self {
            Self::All => true,
            Self::Operators => matches!(actor, Actor::Operator(_)),
            Self::May(permission) => actor.may(permission).is_ok(),
            Self::People => match actor {
                Actor::Operator(means) | Actor::Reseller(_, means) => means.person.is_some(),
                _ => false,
            },
        }
    }
}

/// Address, key of the name, and for whom.
type Entry = (&'static str, &'static str, For);

/// Every page that stands in the menu.
const MENU: [(&str, &[Entry]); 5] = [
    (
        "menu-now",
        &[
            ("/console", "menu-overview", For::All),
            ("/console/ops", "ops-title", For::Operators),
            ("/console/parts", "parts-title", For::Operators),
            ("/console/alerts", "alerts-title", For::Operators),
            ("/console/outages", "outages-title", For::All),
            ("/console/merges", "merges-title", For::All),
        ],
    ),
    (
        "menu-directory",
        &[
            ("/console/domains", "domains-title", For::All),
            (
                "/console/mailboxes?route=affected",
                "mailboxes-title",
                For::All,
            ),
            ("/console/overrides", "overrides-title", For::All),
            ("/console/jobs", "jobs-title", For::All),
            ("/console/resellers", "resellers-title", For::Operators),
        ],
    ),
    (
        "menu-mail",
        &[
            ("/console/trace", "trace-title", For::All),
            ("/console/queue", "queue-title", For::Operators),
        ],
    ),
    (
        "menu-telling",
        &[
            ("/console/notices", "notice-title", For::Operators),
            ("/console/delays", "delay-title", For::All),
            ("/console/announce/webhooks", "webhooks-title", For::All),
            ("/console/announce/contacts", "contacts-title", For::All),
            ("/console/brand", "brand-title", For::All),
        ],
    ),
    (
        "menu-access",
        &[
            (
                "/console/help",
                "help-link-title",
                For::May(Permission::SignInLinks),
            ),
            (
                "/console/people",
                "people-title",
                For::May(Permission::People),
            ),
            (
                "/console/tokens",
                "tokens-title",
                For::May(Permission::Tokens),
            ),
            ("/console/audit", "audit-title", For::May(Permission::Audit)),
            ("/console/account", "account-title", For::People),
        ],
    ),
];

/// What the actor has any business with.
fn menu(texts: &Texts, actor: &Actor) -> Vec<Group> {
    let link = |(href, key, _): &Entry| Link {
        href: (*href).to_owned(),
        text: texts.get(key).into_owned(),
    };
    let group = |(key, entries): &(&str, &[Entry])| Group {
        title: texts.get(key).into_owned(),
        links: entries
            .iter()
            .filter(|(.., whose)| whose.is(actor))
            .map(link)
            .collect(),
    };
    let mut groups: Vec<Group> = MENU.iter().map(group).collect();
    groups.retain(|group| !group.links.is_empty());
    groups
}
