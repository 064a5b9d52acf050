//! People who sign in to the console: entered, changed and removed by those who may; and what each does
//! for itself (`persons::own`).
//!
//! Nobody ever knows another's password: whoever enters a person gets a link, once, by which that person
//! chooses one. Whatever changes what a person may ends the person's sessions at once.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::sorting::short::{Key, Keys};
use super::{Actor, Means, Service, ServiceError, brands, token};
use crate::auth::secret_token;
use crate::clock::Timestamp;
use crate::ids::{Address, PersonId, ResellerId};
use crate::service::destinations::owner_for;
use crate::store::access::{Access, Permission};
use crate::store::persons::{self as kept, Invitation, PersonRecord};
use crate::store::{ReadTx, StoreError, Tx, audit};

pub mod own;

/// In front of a link's secret.
const PREFIX: &str = "lbi_";
/// How long a link is good.
const INVITED: Duration = Duration::from_secs(3 * 24 * 3600);
/// Most people of one reseller, or of the operator.
const OF_OWNER_MAX: usize = 500;
const NAME_CHARS_MAX: usize = 100;
const NONE: ServiceError = ServiceError::NotFound("such person");

/// Somebody to enter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPerson {
    /// The name.
    #[schema(example = "Eve Example")]
    pub name: String,
    /// What the person enters at the door: an e-mail address, which nobody else enters.
    #[schema(example = "eve@example.com")]
    pub sign_in: String,
    /// The role.
    pub access: Access,
    /// Whose person it is; absent: the operator's, or the reseller's who asks.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub reseller: Option<ResellerId>,
}

/// What is to be different about a person.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonChange {
    /// Another name.
    #[serde(default)]
    pub name: Option<String>,
    /// Another role; it ends the person's sessions.
    #[serde(default)]
    pub access: Option<Access>,
}

/// Whether a link also takes the second factor away.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InvitationOrder {
    /// For somebody whose device and recovery codes are lost: ends the sessions, and the link sets a
    /// password without a code.
    #[serde(default)]
    pub remove_second_factor: bool,
}

/// A person, as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PersonView {
    /// The id.
    pub id: String,
    /// The name.
    pub name: String,
    /// What the person enters at the door.
    pub sign_in: String,
    /// The role.
    pub access: Access,
    /// Whose person it is; absent: the operator's.
    pub reseller: Option<String>,
    /// Whether the person has chosen a password.
    pub has_password: bool,
    /// Whether a code is asked for besides the password.
    pub has_second_factor: bool,
    /// Until when the person's link is good.
    pub invited_until: Option<String>,
    /// When the person was entered.
    pub created: String,
    /// When the person last signed in.
    pub signed_in_at: Option<String>,
}

/// A link by which a person chooses a password.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Invited {
    /// The person.
    pub person: PersonView,
    /// The link: shown this once, to be handed on by a way that only the person reads.
    pub link: String,
}

fn invalid(field: &'static str, text: impl Into<String>) -> ServiceError {
    let text = text.into();
    ServiceError::Invalid { field, text }
}

fn checked_name(name: &str) -> Result<String, ServiceError> {
    let name = name.trim();
    let fits = !name.is_empty()
        && name.chars().count() <= NAME_CHARS_MAX
        && !name.chars().any(char::is_control);
    match fits {
        true => Ok(name.to_owned()),
        false => Err(invalid("name", "1 to 100 characters, on one line")),
    }
}

pub(super) fn view(id: PersonId, record: &PersonRecord, now: Timestamp) -> PersonView {
    PersonView {
        id: id.to_string(),
        name: record.name.clone(),
        sign_in: record.sign_in.to_string(),
        access: record.access,
        reseller: record.owner.as_ref().map(ToString::to_string),
        has_password: record.password_hash.is_some(),
        has_second_factor: record.second.is_some(),
        invited_until: record
            .invitation
            .as_ref()
            .filter(|invitation| now < invitation.until)
            .map(|invitation| invitation.until.to_string()),
        created: record.created.to_string(),
        signed_in_at: record.signed_in_at.map(|at| at.to_string()),
    }
}

/// By what people can be sorted.
pub const KEYS: Keys<PersonView> = Keys {
    id: |one| &one.id,
    by: &[
        ("created", Key::Id),
        ("name", Key::Text(|one| one.name.clone())),
        ("sign_in", Key::Text(|one| one.sign_in.clone())),
    ],
};

/// The people that are the actor's business: operators see everybody's.
///
/// # Errors
/// When the actor may not, or the store fails.
pub fn list(service: &Service, actor: &Actor) -> Result<Vec<PersonView>, ServiceError> {
    owner_for(actor, None)?;
    actor.may(Permission::People)?;
    let now = service.now();
    let all = service.store.read(kept::all)?;
    Ok(all
        .iter()
        .filter(|(_, record)| actor.may_see(record.owner.as_ref()))
        .map(|(id, record)| view(*id, record, now))
        .collect())
}

/// One person.
///
/// # Errors
/// When the actor may not see it, there is none, or the store fails.
pub fn show(service: &Service, actor: &Actor, id: PersonId) -> Result<PersonView, ServiceError> {
    owner_for(actor, None)?;
    let record = service.store.read(|tx| visible(tx, actor, id))?;
    actor.may(Permission::People)?;
    Ok(view(id, &record, service.now()))
}

fn visible(tx: &dyn ReadTx, actor: &Actor, id: PersonId) -> Result<PersonRecord, ServiceError> {
    kept::get(tx, id)?
        .filter(|record| actor.may_see(record.owner.as_ref()))
        .ok_or(NONE)
}

/// Enters a person; returns the link by which it chooses a password.
///
/// # Errors
/// [`ServiceError::Invalid`] for what is no name or address, [`ServiceError::Conflict`] if somebody signs
/// in with it already; when the actor may not, or the store fails.
pub async fn create(
    service: &Service,
    actor: &Actor,
    new: NewPerson,
) -> Result<Invited, ServiceError> {
    let owner = owner_for(actor, new.reseller.as_ref())?;
    actor.may(Permission::People)?;
    actor.outranks(new.access.grants())?;
    let now = service.now();
    let id = PersonId::generate(now);
    let sign_in: Address = new
        .sign_in
        .trim()
        .parse()
        .map_err(|error| invalid("sign_in", format!("{error}")))?;
    let (secret, invitation) = invite(id, now);
    let record = PersonRecord {
        name: checked_name(&new.name)?,
        sign_in,
        owner,
        access: new.access,
        password_hash: None,
        second: None,
        pending: None,
        networks: Vec::new(),
        invitation: Some(invitation),
        generation: 0,
        created: now,
        signed_in_at: None,
    };
    let subject = format!("person:{id}");
    let mut event = service.event(actor, Permission::People, "person.create", subject, "")?;
    event.detail = format!("{}, {}", record.sign_in, record.access.as_str());
    let person = view(id, &record, now);
    let owner = record.owner.clone();
    service
        .store
        .write(move |tx| {
            if kept::find(tx, &record.sign_in)?.is_some() {
                let text = format!("somebody signs in as {} already", record.sign_in);
                return Err(ServiceError::Conflict(text));
            }
            let all = kept::all(tx)?;
            let own = all.iter().filter(|(_, other)| other.owner == record.owner);
            if own.count() >= OF_OWNER_MAX || all.len() >= kept::PERSONS_MAX {
                let text = format!("at most {OF_OWNER_MAX} people; remove somebody first");
                return Err(ServiceError::Conflict(text));
            }
            audit::append(tx, event.clone())?;
            kept::put(tx, id, &record)?;
            Ok(())
        })
        .await?;
    Ok(Invited {
        person,
        link: link(service, owner.as_ref(), &secret)?,
    })
}

fn invite(id: PersonId, now: Timestamp) -> (String, Invitation) {
    let (secret, hash) = secret_token::generate(&format!("{PREFIX}{id}_"));
    let until = now.after(INVITED);
    (secret, Invitation { hash, until })
}

fn link(
    service: &Service,
    reseller: Option<&ResellerId>,
    secret: &str,
) -> Result<String, StoreError> {
    let site = brands::site_of(service, reseller)?;
    Ok(format!("{site}/console/welcome?key={secret}"))
}

/// Changes a person.
///
/// # Errors
/// [`ServiceError::Conflict`] if nobody would be left who may change people; when the actor may not, there
/// is no such person, or the store fails.
pub async fn change(
    service: &Service,
    actor: &Actor,
    id: PersonId,
    change: PersonChange,
) -> Result<PersonView, ServiceError> {
    let name = change.name.as_deref().map(checked_name).transpose()?;
    if let Some(access) = change.access {
        service.store.read(|tx| visible(tx, actor, id))?;
        actor.may(Permission::People)?;
        actor.outranks(access.grants())?;
    }
    edit(
        service,
        actor,
        id,
        "person.change",
        move |tx, record, event| {
            if let Some(name) = &name {
                record.name.clone_from(name);
            }
            if let Some(access) = change.access.filter(|access| *access != record.access) {
                keeps_an_owner(tx, id, record)?;
                record.access = access;
                record.generation = record.generation.wrapping_add(1);
            }
            *event = format!("{}, {}", record.sign_in, record.access.as_str());
            Ok(())
        },
    )
    .await
}

/// Makes a new link for a person; an earlier one is no good any more. The password is good until the new
/// one is chosen.
///
/// # Errors
/// When the actor may not, there is no such person, or the store fails.
pub async fn invite_again(
    service: &Service,
    actor: &Actor,
    id: PersonId,
    order: InvitationOrder,
) -> Result<Invited, ServiceError> {
    let (secret, invitation) = invite(id, service.now());
    let without = order.remove_second_factor;
    let person = edit(
        service,
        actor,
        id,
        "person.invite",
        move |_, record, event| {
            record.invitation = Some(invitation.clone());
            *event = record.sign_in.to_string();
            if without {
                record.second = None;
                record.pending = None;
                // Without its second factor a password alone must not open anything.
                record.password_hash = None;
                record.generation = record.generation.wrapping_add(1);
                event.push_str(", without second factor and password");
            }
            Ok(())
        },
    )
    .await?;
    let record = service.store.read(|tx| kept::get(tx, id))?.ok_or(NONE)?;
    Ok(Invited {
        person,
        link: link(service, record.owner.as_ref(), &secret)?,
    })
}

/// Removes a person; its sessions end, and so do tokens that it made, but those of agents.
///
/// # Errors
/// As [`change`].
pub async fn remove(service: &Service, actor: &Actor, id: PersonId) -> Result<(), ServiceError> {
    service.store.read(|tx| visible(tx, actor, id))?;
    let subject = format!("person:{id}");
    let event = service.event(actor, Permission::People, "person.delete", subject, "")?;
    let (actor, now) = (actor.clone(), service.now());
    service
        .store
        .write(move |tx| {
            let record = visible(tx, &actor, id)?;
            actor.outranks(record.access.grants())?;
            keeps_an_owner(tx, id, &record)?;
            let mut event = event.clone();
            let (revoked, left) = token::revoke_of_person(tx, id, now)?;
            event.detail = format!("{}; {revoked} tokens revoked", record.sign_in);
            if left > 0 {
                event.detail.push_str(&format!(", {left} of agents left"));
            }
            audit::append(tx, event)?;
            kept::remove(tx, id)?;
            Ok(())
        })
        .await
}

/// Changes a record, with its entry in the audit log.
async fn edit(
    service: &Service,
    actor: &Actor,
    id: PersonId,
    action: &str,
    work: impl Fn(&mut dyn Tx, &mut PersonRecord, &mut String) -> Result<(), ServiceError>
    + Send
    + 'static,
) -> Result<PersonView, ServiceError> {
    service.store.read(|tx| visible(tx, actor, id))?;
    let subject = format!("person:{id}");
    let event = service.event(actor, Permission::People, action, subject, "")?;
    let (actor, now) = (actor.clone(), service.now());
    service
        .store
        .write(move |tx| {
            let mut record = visible(tx, &actor, id)?;
            actor.outranks(record.access.grants())?;
            let mut event = event.clone();
            work(tx, &mut record, &mut event.detail)?;
            audit::append(tx, event)?;
            kept::put(tx, id, &record)?;
            Ok(view(id, &record, now))
        })
        .await
}

/// Whether somebody is left who may change people, once `leaving` may not any more. Resellers would have
/// to ask the operator, and the operator to go to the server.
fn keeps_an_owner(
    tx: &dyn ReadTx,
    leaving: PersonId,
    record: &PersonRecord,
) -> Result<(), ServiceError> {
    let other = |(id, other): &(PersonId, PersonRecord)| {
        *id != leaving && other.owner == record.owner && other.access == Access::Owner
    };
    if record.access != Access::Owner || kept::all(tx)?.iter().any(other) {
        return Ok(());
    }
    Err(ServiceError::Conflict(
        "nobody would be left who may change people: make somebody else owner first".into(),
    ))
}

/// Who a session's person is, if the session is not over.
///
/// # Errors
/// [`ServiceError::Unauthenticated`] if the person was removed, or what it may has changed since; when
/// the store fails.
pub fn recall(service: &Service, id: PersonId, generation: u32) -> Result<Actor, ServiceError> {
    let record = service
        .store
        .read(|tx| kept::get(tx, id))?
        .filter(|record| record.generation == generation)
        .ok_or(ServiceError::Unauthenticated)?;
    Ok(actor_of(id, record))
}

fn actor_of(id: PersonId, record: PersonRecord) -> Actor {
    let means = Means {
        name: record.sign_in.to_string(),
        grants: record.access.grants(),
        person: Some(id),
    };
    match record.owner {
        None => Actor::Operator(means),
        Some(reseller) => Actor::Reseller(reseller, means),
    }
}
