//! API tokens: made, listed, revoked, recognised.
//!
//! A token's text is shown once, when it is made; then only its hash is known.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::sorting::short::{Key, Keys};
use super::{Actor, Means, Service, ServiceError};
use crate::auth::secret_token;
use crate::clock::Timestamp;
use crate::config::{OWN_VANTAGE, is_vantage_name};
use crate::ids::{PersonId, ResellerId, TokenId};
use crate::store::access::{Access, Grants, Permission};
use crate::store::tokens::{self, Role, SecretHash, TokenRecord};
use crate::store::{StoreError, Tx, audit};

/// What every token starts with.
const PREFIX: &str = "lb_";
/// Last-used times are written no more often than this.
const USED_STEP: Duration = Duration::from_secs(300);
/// Most tokens listed.
const LISTED_MAX: usize = 10_000;
/// Most tokens of one owner that are good at a time.
const VALID_MAX: usize = 500;
const LABEL_CHARS_MAX: usize = 100;

/// A token to make.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewToken {
    /// `operator`, `reseller`, `agent` or `router`; absent: what the one who asks is.
    #[serde(default)]
    #[schema(example = "operator")]
    pub role: Option<RoleName>,
    /// What it may of what operator or reseller may; absent: all that the one who asks may.
    #[serde(default)]
    pub access: Option<Access>,
    /// The only permissions that it has, of those of `access`; absent: all of them. To look needs none.
    #[serde(default)]
    pub scopes: Option<Vec<Permission>>,
    /// The reseller, for the role `reseller`.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub reseller: Option<ResellerId>,
    /// What it is for; for the role `agent` the name of its vantage point.
    #[serde(default)]
    pub label: String,
    /// In how many seconds it ends; absent: when it is revoked.
    #[serde(default)]
    pub expires_in_secs: Option<u64>,
}

/// Roles a token can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum RoleName {
    /// Everything.
    Operator,
    /// What concerns one reseller's domains.
    Reseller,
    /// To report what `lifeboat agent` sees; its vantage point is the label.
    Agent,
    /// To fetch, as `lifeboat route-agent`, where mail goes.
    Router,
}

/// A token that was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CreatedToken {
    /// Its public id.
    #[schema(value_type = String)]
    pub id: String,
    /// The token: shown this once.
    pub token: String,
}

/// A token as it is listed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TokenView {
    /// Its public id.
    pub id: String,
    /// Its role.
    pub role: RoleName,
    /// The reseller, for the role `reseller`.
    pub reseller: Option<String>,
    /// The role that its permissions are of.
    pub access: Access,
    /// What it may, besides looking.
    pub scopes: Vec<Permission>,
    /// What it is for.
    pub label: String,
    /// The id of the person who made it, where it was one.
    pub made_by: Option<String>,
    /// When it was made.
    pub created: String,
    /// When it ends.
    pub expires: Option<String>,
    /// When it was last used, to a few minutes.
    pub last_used: Option<String>,
    /// When it was revoked.
    pub revoked: Option<String>,
    /// Whether it opens anything now.
    pub valid: bool,
}

/// Makes a token.
///
/// # Errors
/// When the actor may not, the request makes no sense, or the store fails.
pub async fn create(
    service: &Service,
    actor: &Actor,
    new: NewToken,
) -> Result<CreatedToken, ServiceError> {
    let role = role_for(actor, &new)?;
    actor.may(Permission::Tokens)?;
    let (access, grants) = granted(actor, &new)?;
    if new.label.chars().count() > LABEL_CHARS_MAX || new.label.chars().any(char::is_control) {
        return Err(invalid("label", "at most 100 characters, on one line"));
    }
    let now = service.now();
    let expires = match new.expires_in_secs {
        Some(0) => {
            return Err(invalid(
                "expires_in_secs",
                "a token that has ended is of no use",
            ));
        }
        secs => secs.map(|secs| now.after(Duration::from_secs(secs))),
    };
    let id = TokenId::generate(now);
    let (token, hash) = secret_token::generate(&format!("{PREFIX}{id}_"));
    let record = TokenRecord {
        hash,
        role,
        grants,
        access,
        label: new.label,
        made_by: match actor {
            Actor::Operator(means) | Actor::Reseller(_, means) => means.person,
            _ => None,
        },
        created: now,
        expires,
        last_used: None,
        revoked: None,
    };
    let mut event = service.event(
        actor,
        Permission::Tokens,
        "token.create",
        format!("token:{id}"),
        "",
    )?;
    event.detail = format!("{:?} {:?} {}", record.role, record.grants, record.label);
    service
        .store
        .write(move |tx| {
            let is_own = |other: &TokenRecord| other.role == record.role && other.is_valid(now);
            if tokens::list(tx, VALID_MAX, is_own)?.len() >= VALID_MAX {
                let text = format!("at most {VALID_MAX} tokens that are good; revoke some first");
                return Err(ServiceError::Conflict(text));
            }
            audit::append(tx, event.clone())?;
            Ok(tokens::put(tx, id, &record)?)
        })
        .await?;
    Ok(CreatedToken {
        id: id.to_string(),
        token,
    })
}

/// For whom a token is, if the actor may make it: operators for everybody, resellers for themselves.
fn role_for(actor: &Actor, new: &NewToken) -> Result<Role, ServiceError> {
    if let Actor::Reseller(own, _) = actor {
        return match (new.role, &new.reseller) {
            (_, Some(other)) if other != own => Err(ServiceError::NotFound("such reseller")),
            (None | Some(RoleName::Reseller), _) => Ok(Role::Reseller(own.clone())),
            (Some(_), _) => Err(invalid("role", "a reseller's tokens are for the reseller")),
        };
    }
    actor.operator()?;
    match (new.role.unwrap_or(RoleName::Operator), &new.reseller) {
        (RoleName::Operator, None) => Ok(Role::Operator),
        // What agents report decides about failover, and route agents are told of everybody.
        (RoleName::Router | RoleName::Agent, None)
            if actor.outranks(Access::Admin.grants()).is_err() =>
        {
            Err(invalid(
                "role",
                "only admins and owners make tokens for agents",
            ))
        }
        (RoleName::Router, None) => Ok(Role::Router),
        (RoleName::Agent, None) if is_vantage_name(&new.label) && new.label != OWN_VANTAGE => {
            Ok(Role::Agent(new.label.clone()))
        }
        (RoleName::Agent, None) => Err(invalid(
            "label",
            "the name of the agent's vantage point, as in failover.vantages: lower-case letters, digits, \"-\", \"_\" and \".\"",
        )),
        (RoleName::Reseller, Some(reseller)) => Ok(Role::Reseller(reseller.clone())),
        (RoleName::Operator | RoleName::Agent | RoleName::Router, Some(_)) => {
            Err(invalid("reseller", "only a reseller's token has one"))
        }
        (RoleName::Reseller, None) => {
            Err(invalid("reseller", "say which reseller the token is for"))
        }
    }
}

/// What a token may: never more than who makes it.
fn granted(actor: &Actor, new: &NewToken) -> Result<(Access, Grants), ServiceError> {
    let own = match actor {
        Actor::Operator(means) | Actor::Reseller(_, means) => means.grants,
        _ => Access::Owner.grants(),
    };
    let usual = Access::ALL
        .into_iter()
        .find(|access| access.grants().are_within(own));
    let access = new.access.or(usual).unwrap_or(Access::HelpDesk);
    let mut grants = access.grants();
    if new.access.is_none() {
        grants = grants.and(own);
    }
    if let Some(scopes) = &new.scopes {
        let asked: Grants = scopes.iter().copied().collect();
        if !asked.are_within(grants) {
            return Err(invalid("scopes", "some of them the role does not have"));
        }
        grants = asked;
    }
    match grants.are_within(own) {
        true => Ok((access, grants)),
        false => Err(invalid(
            "access",
            "a token may not do more than who makes it",
        )),
    }
}

/// Whether a token is the actor's business.
fn may_see(actor: &Actor, record: &TokenRecord) -> bool {
    match &record.role {
        Role::Reseller(reseller) => actor.may_see(Some(reseller)),
        Role::Operator | Role::Agent(_) | Role::Router => actor.operator().is_ok(),
    }
}

fn invalid(field: &'static str, text: &str) -> ServiceError {
    ServiceError::Invalid {
        field,
        text: text.to_owned(),
    }
}

/// By what tokens can be sorted.
pub const KEYS: Keys<TokenView> = Keys {
    id: |one| &one.id,
    by: &[
        ("created", Key::Id),
        ("label", Key::Text(|one| one.label.clone())),
        (
            "last_used",
            Key::Text(|one| one.last_used.clone().unwrap_or_default()),
        ),
        // The other way round it is the good ones first, each the newest first.
        ("valid", Key::Text(|one| u8::from(one.valid).to_string())),
    ],
};

/// All tokens, oldest first.
///
/// # Errors
/// When the actor may not, or the store fails.
pub fn list(service: &Service, actor: &Actor) -> Result<Vec<TokenView>, ServiceError> {
    actor.may(Permission::Tokens)?;
    let now = service.now();
    let found = service
        .store
        .read(|tx| tokens::list(tx, LISTED_MAX, |record| may_see(actor, record)))?;
    Ok(found
        .into_iter()
        .map(|(id, record)| view(id, record, now))
        .collect())
}

fn view(id: TokenId, record: TokenRecord, now: Timestamp) -> TokenView {
    let valid = record.is_valid(now);
    let (role, reseller) = match record.role {
        Role::Operator => (RoleName::Operator, None),
        Role::Reseller(reseller) => (RoleName::Reseller, Some(reseller.to_string())),
        Role::Agent(_) => (RoleName::Agent, None),
        Role::Router => (RoleName::Router, None),
    };
    let shown = |time: Option<Timestamp>| time.map(|time| time.to_string());
    TokenView {
        id: id.to_string(),
        role,
        reseller,
        access: record.access,
        scopes: record.grants.each().collect(),
        label: record.label,
        made_by: record.made_by.map(|person| person.to_string()),
        created: record.created.to_string(),
        expires: shown(record.expires),
        last_used: shown(record.last_used),
        revoked: shown(record.revoked),
        valid,
    }
}

/// Revokes a token; one that is revoked already stays so.
///
/// # Errors
/// When the actor may not, there is no such token, or the store fails.
pub async fn revoke(service: &Service, actor: &Actor, id: TokenId) -> Result<(), ServiceError> {
    const NONE: ServiceError = ServiceError::NotFound("such token");
    let known = service.store.read(|tx| tokens::get(tx, id))?;
    if !known.is_some_and(|record| may_see(actor, &record)) {
        return Err(NONE);
    }
    let now = service.now();
    let event = service.event(
        actor,
        Permission::Tokens,
        "token.revoke",
        format!("token:{id}"),
        "",
    )?;
    service
        .store
        .write(move |tx| {
            let mut record = tokens::get(tx, id)?.ok_or(NONE)?;
            if record.revoked.is_none() {
                record.revoked = Some(now);
                tokens::put(tx, id, &record)?;
                audit::append(tx, event.clone())?;
            }
            Ok(())
        })
        .await
}

/// Revokes the tokens of operators and resellers that a person made, who knows them still. Agents' and route
/// agents' stay, lest probes and routing stop with whoever set them up; they are counted.
///
/// # Errors
/// When the store cannot be read.
pub(super) fn revoke_of_person(
    tx: &mut dyn Tx,
    person: PersonId,
    now: Timestamp,
) -> Result<(usize, usize), StoreError> {
    let is_theirs = |token: &TokenRecord| token.made_by == Some(person) && token.is_valid(now);
    let (mut revoked, mut left) = (0, 0);
    for (id, mut record) in tokens::list(tx, LISTED_MAX, is_theirs)? {
        if matches!(record.role, Role::Agent(_) | Role::Router) {
            left += 1;
            continue;
        }
        record.revoked = Some(now);
        tokens::put(tx, id, &record)?;
        revoked += 1;
    }
    Ok((revoked, left))
}

/// A token that was recognised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recognised {
    /// Its public part.
    pub id: TokenId,
    /// What it allows.
    pub role: Role,
    /// Who that is.
    pub actor: Actor,
}

/// Whose token `text` is.
///
/// # Errors
/// [`ServiceError::Unauthenticated`] if it is no valid token; the store's trouble.
pub fn recognise(service: &Service, text: &str) -> Result<Recognised, ServiceError> {
    let id = text
        .strip_prefix(PREFIX)
        .and_then(|rest| rest.split_once('_'))
        .and_then(|(id, _)| id.parse::<TokenId>().ok())
        .ok_or(ServiceError::Unauthenticated)?;
    let hash = SecretHash::of(text);
    let record = service
        .store
        .read(|tx| tokens::get(tx, id))?
        .filter(|record| same(&record.hash, &hash))
        .ok_or(ServiceError::Unauthenticated)?;
    still_valid(service, id, record)
}

/// The actor behind a token that was recognised before, as a session remembers it.
///
/// # Errors
/// [`ServiceError::Unauthenticated`] if it was revoked or has ended since; the store's trouble.
pub fn recall(service: &Service, id: TokenId) -> Result<Recognised, ServiceError> {
    let record = service
        .store
        .read(|tx| tokens::get(tx, id))?
        .ok_or(ServiceError::Unauthenticated)?;
    still_valid(service, id, record)
}

fn still_valid(
    service: &Service,
    id: TokenId,
    record: TokenRecord,
) -> Result<Recognised, ServiceError> {
    let now = service.now();
    if !record.is_valid(now) {
        return Err(ServiceError::Unauthenticated);
    }
    note_use(service, id, &record, now);
    let by = match record.label.as_str() {
        "" => format!("token {id}"),
        label => format!("token {id}, {label}"),
    };
    let actor = match &record.role {
        Role::Operator => Actor::Operator(Means::new(by, record.grants)),
        Role::Reseller(reseller) => {
            Actor::Reseller(reseller.clone(), Means::new(by, record.grants))
        }
        Role::Agent(vantage) => Actor::Agent(vantage.clone(), by),
        Role::Router => Actor::Router(by),
    };
    Ok(Recognised {
        id,
        role: record.role,
        actor,
    })
}

fn same(a: &SecretHash, b: &SecretHash) -> bool {
    use subtle::ConstantTimeEq;
    a.as_bytes().ct_eq(b.as_bytes()).into()
}

/// Notes in the background that a token was used; the request does not wait for it.
fn note_use(service: &Service, id: TokenId, record: &TokenRecord, now: Timestamp) {
    let is_fresh = record
        .last_used
        .is_some_and(|last_used| now.since(last_used) < USED_STEP);
    if is_fresh {
        return;
    }
    let store = service.store.clone();
    tokio::spawn(async move {
        let noted = store
            .write(move |tx| {
                if let Some(mut record) = tokens::get(tx, id)? {
                    record.last_used = Some(now);
                    tokens::put(tx, id, &record)?;
                }
                Ok::<_, StoreError>(())
            })
            .await;
        if let Err(error) = noted {
            tracing::debug!(token = %id, %error, "the use of a token could not be noted");
        }
    });
}
