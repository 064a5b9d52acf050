//! Whether users are told of outages at the address at which they are reached when the platform is down: set
//! by the operator for all, by a reseller for its domains or one of them; and how far telling came.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::delay_notices::{check, text};
use super::{Actor, Service, ServiceError, reason};
use crate::store::access::Permission;
use crate::store::policies::{self, Language, PolicyScope, UserPolicy};
use crate::store::told::{self, TellingStage};
use crate::store::{ReadTx, audit};

/// Whether users are told, and how.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UserNotices {
    /// Whether they are told that their usual mail is out, and that it is back.
    pub tell: bool,
    /// Whether the letter says where to ask for a link to sign in without a password.
    pub link: bool,
    /// The language of who has not chosen one: `en`, `de`, `fr`, `es` or `ar`.
    pub language: String,
}

fn usual_language() -> String {
    Language::default().as_str().to_owned()
}

/// What is set, and what holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UserNoticesView {
    /// For whom: `all`, `reseller:ID` or `domain:NAME`.
    pub scope: String,
    /// What is set here; absent: as the wider scope says.
    pub own: Option<UserNotices>,
    /// What holds here.
    pub holds: UserNotices,
}

/// What is to be set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UserNoticesChange {
    /// Whether users are told that their usual mail is out, and that it is back; absent: as the wider scope
    /// says.
    #[serde(default)]
    pub tell: Option<bool>,
    /// Whether the letter says where to ask for a link to sign in without a password.
    #[serde(default)]
    pub link: bool,
    /// The language of who has not chosen one: `en`, `de`, `fr`, `es` or `ar`.
    #[serde(default = "usual_language")]
    pub language: String,
    /// Why, for the audit log.
    pub reason: String,
}

/// How far the users of a mailstore were told of its last outage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TellingView {
    /// The mailstore.
    pub mailstore: String,
    /// The outage.
    pub outage: String,
    /// Up to which mailbox, in order of domain and local part; absent before the first and after the last.
    pub behind: Option<String>,
    /// Whether all had their turn.
    pub all: bool,
    /// How many were told that their usual mail is out.
    pub told: u64,
    /// How many could not be: no address is known, or it is out as well.
    pub unreachable: u64,
    /// How many were told that it is back.
    pub told_back: u64,
}

fn view_of(policy: UserPolicy) -> UserNotices {
    match policy {
        UserPolicy::Off => UserNotices {
            language: usual_language(),
            ..UserNotices::default()
        },
        UserPolicy::Told { language, link } => UserNotices {
            tell: true,
            link,
            language: language.as_str().to_owned(),
        },
    }
}

/// What is to be set; none: as the wider scope says.
fn policy_of(change: &UserNoticesChange) -> Result<Option<UserPolicy>, ServiceError> {
    let language = change.language.parse::<Language>();
    let language = language.map_err(|error| ServiceError::Invalid {
        field: "language",
        text: error.to_string(),
    })?;
    Ok(change.tell.map(|tell| match tell {
        true => UserPolicy::Told {
            language,
            link: change.link,
        },
        false => UserPolicy::Off,
    }))
}

fn view(tx: &dyn ReadTx, scope: &PolicyScope) -> Result<UserNoticesView, ServiceError> {
    let holds = match scope {
        PolicyScope::All => policies::of_reseller(tx, None)?,
        PolicyScope::Reseller(id) => policies::of_reseller(tx, Some(id.clone()))?,
        PolicyScope::Domain(name) => policies::of_domain(tx, name)?,
    };
    Ok(UserNoticesView {
        scope: text(scope),
        own: policies::get(tx, scope)?.map(view_of),
        holds: view_of(holds),
    })
}

/// What is set for a scope, and what holds.
///
/// # Errors
/// [`ServiceError::NotFound`] if it is not the actor's business; when the store fails.
pub fn show(
    service: &Service,
    actor: &Actor,
    scope: &PolicyScope,
) -> Result<UserNoticesView, ServiceError> {
    service.store.read(|tx| {
        check(tx, actor, scope)?;
        view(tx, scope)
    })
}

/// Sets it. Who was passed over in an outage that goes on has their turn then.
///
/// # Errors
/// As [`show`]; [`ServiceError::Invalid`] for a language that is none, or no reason;
/// [`ServiceError::Conflict`] while nobody can be told because the server has no sender for it.
pub async fn set(
    service: &Service,
    actor: &Actor,
    scope: PolicyScope,
    change: &UserNoticesChange,
) -> Result<UserNoticesView, ServiceError> {
    service.store.read(|tx| check(tx, actor, &scope))?;
    actor.may(Permission::Notices)?;
    let why = reason(&change.reason)?;
    let policy = policy_of(change)?;
    let has_sender = service.config().announce.mail_from.is_some();
    if matches!(policy, Some(UserPolicy::Told { .. })) && !has_sender {
        return Err(ServiceError::Conflict(
            "this server has no sender for letters: the operator sets announce.mail_from".into(),
        ));
    }
    let mut event = service.event(
        actor,
        Permission::Notices,
        "user-notices.set",
        text(&scope),
        &why,
    )?;
    event.detail = match policy {
        None => "as the wider scope says".into(),
        Some(UserPolicy::Off) => "never".into(),
        Some(UserPolicy::Told { language, link }) => {
            let link = if link {
                ", with where to ask for a link"
            } else {
                ""
            };
            format!("told, in {}{link}", language.as_str())
        }
    };
    let actor = actor.clone();
    service
        .store
        .write(move |tx| {
            check(tx, &actor, &scope)?;
            policies::put(tx, &scope, policy)?;
            told::begin_anew(tx)?;
            audit::append(tx, event.clone())?;
            view(tx, &scope)
        })
        .await
}

/// How far the users of each mailstore were told of its last outage. For operators.
///
/// # Errors
/// When the actor may not, or the store fails.
pub fn progress(service: &Service, actor: &Actor) -> Result<Vec<TellingView>, ServiceError> {
    actor.operator()?;
    let config = service.config();
    service.store.read(|tx| {
        let mut found = Vec::new();
        for mailstore in &config.mailstore {
            let Some(record) = told::telling(tx, &mailstore.id)? else {
                continue;
            };
            found.push(TellingView {
                mailstore: mailstore.id.to_string(),
                outage: record.outage.to_string(),
                behind: match &record.stage {
                    TellingStage::Behind(address) => Some(address.to_string()),
                    TellingStage::First | TellingStage::All => None,
                },
                all: record.stage == TellingStage::All,
                told: record.counts.told,
                unreachable: record.counts.unreachable,
                told_back: record.counts.told_back,
            });
        }
        Ok(found)
    })
}

#[cfg(test)]
mod tests;
