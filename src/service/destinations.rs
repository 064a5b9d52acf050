//! Webhooks and contacts: who is told what happens. Each reseller has its own, the operator too.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

mod checked;
mod log;

pub use log::{AnnouncementView, LOG_SHOWN_MAX, log, test};

use super::sorting::short::{Key, Keys};
use super::{Actor, Service, ServiceError};
use crate::clock::Timestamp;
use crate::ids::{Address, DestinationId, ResellerId, random_bytes};
use crate::store::access::Permission;
use crate::store::announcements;
use crate::store::destinations::{
    self as kept, DestinationRecord, DestinationState, Place, SigningKey,
};
use crate::store::{ReadTx, StoreError, audit, directory};
use checked::{checked_events, checked_label, checked_url, host_of};

/// Most webhooks and contacts of one owner.
pub const OF_OWNER_MAX: usize = 50;
/// How long a secret that was replaced is still used beside its successor.
const BOTH_SECRETS: Duration = Duration::from_secs(24 * 3600);
/// What a contact is told unless it says otherwise; the second part only operators are told.
const USUAL: [&str; 9] = [
    "outage.began",
    "outage.resumed",
    "outage.returned",
    "merge.finished",
    "sending.limited",
    "outage.advised",
    "alert.raised",
    "alert.repeated",
    "alert.cleared",
];

/// What can be a destination.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A program.
    Webhook,
    /// A person.
    Contact,
}

impl Kind {
    const fn name(self) -> &'static str {
        match self {
            Self::Webhook => "webhook",
            Self::Contact => "contact",
        }
    }

    const fn missing(self) -> ServiceError {
        match self {
            Self::Webhook => ServiceError::NotFound("such webhook"),
            Self::Contact => ServiceError::NotFound("such contact"),
        }
    }

    const fn is_of(self, place: &Place) -> bool {
        matches!(
            (self, place),
            (Self::Webhook, Place::Webhook { .. }) | (Self::Contact, Place::Contact { .. })
        )
    }
}

/// A webhook or contact to make.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDestination {
    /// Where: the address of a program (`https://…`), or of a person (`name@domain`).
    #[schema(example = "https://hooks.example.net/lifeboat")]
    pub to: String,
    /// The names of the events to be told of; empty: all for a program, what an outage brings for a person.
    #[serde(default)]
    pub events: Vec<String>,
    /// What it is for.
    #[serde(default)]
    pub label: String,
    /// Whose it shall be; operators may say a reseller.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub reseller: Option<ResellerId>,
}

/// What shall be changed; what is absent stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DestinationChange {
    /// The names of the events to be told of; empty: all.
    #[serde(default)]
    pub events: Option<Vec<String>>,
    /// What it is for.
    #[serde(default)]
    pub label: Option<String>,
    /// Whether it is told anything.
    #[serde(default)]
    pub enabled: Option<bool>,
}

/// A webhook or contact that was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CreatedDestination {
    /// Its id.
    pub id: String,
    /// What a webhook's calls are signed with: shown this once.
    pub secret: Option<String>,
}

/// A webhook or contact, as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DestinationView {
    /// Its id.
    pub id: String,
    /// Whose; absent: the operator's.
    pub reseller: Option<String>,
    /// What it is for.
    pub label: String,
    /// Where it is.
    pub to: String,
    /// The names of the events that it is told of; empty: all.
    pub events: Vec<String>,
    /// Whether it is told anything.
    pub enabled: bool,
    /// Why it is not.
    pub why: Option<String>,
    /// Since when nothing gets through.
    pub failing_since: Option<String>,
    /// How many announcements wait for it.
    pub waiting: usize,
    /// When it was made.
    pub created: String,
    /// Webhooks: until when a secret that was replaced is used too.
    pub old_secret_until: Option<String>,
    /// Contacts: what speaks against the address, in words.
    pub warning: Option<String>,
}

fn invalid(field: &'static str, text: impl Into<String>) -> ServiceError {
    let text = text.into();
    ServiceError::Invalid { field, text }
}

/// Whose something is that an actor asks for: resellers have their own, operators may name one.
pub(super) fn owner_for(
    actor: &Actor,
    asked: Option<&ResellerId>,
) -> Result<Option<ResellerId>, ServiceError> {
    match (actor, asked) {
        (Actor::Operator(_) | Actor::System(_), asked) => Ok(asked.cloned()),
        (Actor::Reseller(own, _), None) => Ok(Some(own.clone())),
        (Actor::Reseller(own, _), Some(asked)) if own == asked => Ok(Some(own.clone())),
        (Actor::Reseller(..), Some(_)) => Err(ServiceError::NotFound("such reseller")),
        (Actor::User(..) | Actor::Agent(..) | Actor::Router(_), _) => {
            Err(ServiceError::NotFound("such a page"))
        }
    }
}

/// A destination of a kind, if the actor may see it.
fn visible(
    tx: &dyn ReadTx,
    actor: &Actor,
    kind: Kind,
    id: DestinationId,
) -> Result<DestinationRecord, ServiceError> {
    kept::get(tx, id)?
        .filter(|record| kind.is_of(&record.place) && actor.may_see(record.owner.as_ref()))
        .ok_or(kind.missing())
}

/// By what webhooks and contacts can be sorted.
pub const KEYS: Keys<DestinationView> = Keys {
    id: |one| &one.id,
    by: &[
        ("created", Key::Id),
        ("to", Key::Text(|one| sorted_by(&one.to))),
        ("label", Key::Text(|one| one.label.clone())),
        (
            "reseller",
            Key::Text(|one| one.reseller.clone().unwrap_or_default()),
        ),
    ],
};

/// What a place is sorted by, which cursors show: of a webhook not its path, which may be a secret.
fn sorted_by(to: &str) -> String {
    match to.contains("://") {
        true => checked::origin_of(to),
        false => to.to_owned(),
    }
}

/// The webhooks or contacts that the actor may see, the oldest first.
///
/// # Errors
/// When the actor may not, or the store fails.
pub fn list(
    service: &Service,
    actor: &Actor,
    kind: Kind,
) -> Result<Vec<DestinationView>, ServiceError> {
    owner_for(actor, None)?;
    service.store.read(|tx| {
        kept::all(tx)?
            .into_iter()
            .filter(|(_, record)| kind.is_of(&record.place) && actor.may_see(record.owner.as_ref()))
            .map(|(id, record)| view(tx, actor, id, record, service.now()))
            .collect()
    })
}

/// One webhook or contact.
///
/// # Errors
/// When the actor may not see it, there is none, or the store fails.
pub fn show(
    service: &Service,
    actor: &Actor,
    kind: Kind,
    id: DestinationId,
) -> Result<DestinationView, ServiceError> {
    service.store.read(|tx| {
        let record = visible(tx, actor, kind, id)?;
        view(tx, actor, id, record, service.now())
    })
}

fn view(
    tx: &dyn ReadTx,
    actor: &Actor,
    id: DestinationId,
    record: DestinationRecord,
    now: Timestamp,
) -> Result<DestinationView, ServiceError> {
    let (to, old_secret_until, warning) = match &record.place {
        Place::Webhook { url, keys } => {
            let old = keys.iter().filter_map(|key| key.until);
            let old = old.filter(|until| *until > now).max();
            let url = match actor.may(Permission::Announce) {
                Ok(()) => url.clone(),
                // The rest of an address may be a secret.
                Err(_) => format!("{}/…", checked::origin_of(url)),
            };
            (url, old, None)
        }
        Place::Contact { address } => (address.to_string(), None, inside(tx, address)?),
    };
    let (enabled, why) = match record.state {
        DestinationState::On => (true, None),
        DestinationState::Off { why, .. } => (false, Some(why)),
    };
    let shown = |time: Option<Timestamp>| time.map(|time| time.to_string());
    Ok(DestinationView {
        id: id.to_string(),
        reseller: record.owner.map(|owner| owner.to_string()),
        label: record.label,
        to,
        events: record.events,
        enabled,
        why,
        failing_since: shown(record.failing_since),
        waiting: announcements::waiting(tx, id)?,
        created: record.created.to_string(),
        old_secret_until: shown(old_secret_until),
        warning,
    })
}

/// What speaks against a contact's address: mail to a mailbox that lies here stops with it.
fn inside(tx: &dyn ReadTx, address: &Address) -> Result<Option<String>, StoreError> {
    let is_ours = directory::domain(tx, &address.domain_name())?.is_some();
    Ok(is_ours.then(|| {
        "mail of this domain is kept on the platform itself, so nobody would read it in an outage: name an address elsewhere".to_owned()
    }))
}

/// Makes a webhook or contact.
///
/// # Errors
/// [`ServiceError::Invalid`] for an address that cannot be used or an unknown event,
/// [`ServiceError::Conflict`] when there are too many or mail is not configured; when the actor may not, or
/// the store fails.
pub async fn create(
    service: &Service,
    actor: &Actor,
    kind: Kind,
    new: NewDestination,
) -> Result<CreatedDestination, ServiceError> {
    let owner = owner_for(actor, new.reseller.as_ref())?;
    actor.may(Permission::Announce)?;
    let config = service.config();
    let (place, secret) = match kind {
        Kind::Webhook => {
            let key = SigningKey::new(random_bytes::<32>().to_vec());
            let secret = key.shown().expose().to_owned();
            let place = Place::Webhook {
                url: checked_url(&new.to, &config.announce)?,
                keys: vec![key],
            };
            (place, Some(secret))
        }
        Kind::Contact => {
            if config.announce.mail_from.is_none() {
                let text = "contacts get no mail before the operator sets announce.mail_from";
                return Err(ServiceError::Conflict(text.to_owned()));
            }
            let address = new.to.trim().parse();
            let address: Address = address.map_err(|error| invalid("to", format!("{error}")))?;
            (Place::Contact { address }, None)
        }
    };
    let mut names = checked_events(new.events)?;
    if names.is_empty() && kind == Kind::Contact {
        let usual = if owner.is_some() { &USUAL[..5] } else { &USUAL };
        names = usual.iter().map(|name| (*name).to_owned()).collect();
    }
    let now = service.now();
    let record = DestinationRecord {
        owner,
        label: checked_label(new.label)?,
        created: now,
        events: names,
        place,
        state: DestinationState::On,
        failing_since: None,
    };
    let id = DestinationId::generate(now);
    let action = format!("{}.create", kind.name());
    let mut event = service.event(
        actor,
        Permission::Announce,
        &action,
        format!("{}:{id}", kind.name()),
        "",
    )?;
    event.detail = host_of(&record.place);
    service
        .store
        .write(move |tx| {
            if let Place::Contact { address } = &record.place
                && let Some(why) = inside(tx, address)?
            {
                return Err(invalid("to", why));
            }
            let all = kept::all(tx)?;
            let own = all.iter().filter(|(_, other)| other.owner == record.owner);
            if own.count() >= OF_OWNER_MAX || all.len() >= kept::DESTINATIONS_MAX {
                let text =
                    format!("at most {OF_OWNER_MAX} webhooks and contacts; remove one first");
                return Err(ServiceError::Conflict(text));
            }
            audit::append(tx, event.clone())?;
            kept::put(tx, id, &record)?;
            Ok(())
        })
        .await?;
    Ok(CreatedDestination {
        id: id.to_string(),
        secret,
    })
}

/// Changes a webhook or contact; one that is switched on again starts without a past.
///
/// # Errors
/// As [`create`]; when there is none for this actor.
pub async fn change(
    service: &Service,
    actor: &Actor,
    kind: Kind,
    id: DestinationId,
    change: DestinationChange,
) -> Result<DestinationView, ServiceError> {
    service.store.read(|tx| visible(tx, actor, kind, id))?;
    actor.may(Permission::Announce)?;
    let names = change.events.map(checked_events).transpose()?;
    let label = change.label.map(checked_label).transpose()?;
    let now = service.now();
    let action = format!("{}.change", kind.name());
    let event = service.event(
        actor,
        Permission::Announce,
        &action,
        format!("{}:{id}", kind.name()),
        "",
    )?;
    let actor = actor.clone();
    service
        .store
        .write(move |tx| {
            let mut record = visible(tx, &actor, kind, id)?;
            if let Some(names) = &names {
                record.events.clone_from(names);
            }
            if let Some(label) = &label {
                record.label.clone_from(label);
            }
            match (change.enabled, &record.state) {
                (Some(true), DestinationState::Off { .. }) => {
                    record.state = DestinationState::On;
                    record.failing_since = None;
                }
                (Some(false), DestinationState::On) => {
                    let why = "switched off".to_owned();
                    announcements::give_up(tx, id, now, &why)?;
                    record.state = DestinationState::Off { why, since: now };
                }
                _ => {}
            }
            audit::append(tx, event.clone())?;
            kept::put(tx, id, &record)?;
            view(tx, &actor, id, record, now)
        })
        .await
}

/// Removes a webhook or contact, with its log.
///
/// # Errors
/// When there is none for this actor, or the store fails.
pub async fn remove(
    service: &Service,
    actor: &Actor,
    kind: Kind,
    id: DestinationId,
) -> Result<(), ServiceError> {
    service.store.read(|tx| visible(tx, actor, kind, id))?;
    actor.may(Permission::Announce)?;
    let action = format!("{}.delete", kind.name());
    let event = service.event(
        actor,
        Permission::Announce,
        &action,
        format!("{}:{id}", kind.name()),
        "",
    )?;
    let actor = actor.clone();
    service
        .store
        .write(move |tx| {
            visible(tx, &actor, kind, id)?;
            audit::append(tx, event.clone())?;
            kept::remove(tx, id)?;
            Ok(())
        })
        .await
}

/// Gives a webhook a new secret; for a day calls are signed with the old one too.
///
/// # Errors
/// When there is none for this actor, or the store fails.
pub async fn new_secret(
    service: &Service,
    actor: &Actor,
    id: DestinationId,
) -> Result<CreatedDestination, ServiceError> {
    service
        .store
        .read(|tx| visible(tx, actor, Kind::Webhook, id))?;
    actor.may(Permission::Announce)?;
    let now = service.now();
    let new = SigningKey::new(random_bytes::<32>().to_vec());
    let secret = new.shown().expose().to_owned();
    let event = service.event(
        actor,
        Permission::Announce,
        "webhook.secret",
        format!("webhook:{id}"),
        "",
    )?;
    let actor = actor.clone();
    service
        .store
        .write(move |tx| {
            let mut record = visible(tx, &actor, Kind::Webhook, id)?;
            if let Place::Webhook { keys, .. } = &mut record.place {
                keys.truncate(1);
                for key in keys.iter_mut() {
                    key.until = Some(now.after(BOTH_SECRETS));
                }
                keys.insert(0, new.clone());
            }
            audit::append(tx, event.clone())?;
            kept::put(tx, id, &record)?;
            Ok::<_, ServiceError>(())
        })
        .await?;
    Ok(CreatedDestination {
        id: id.to_string(),
        secret: Some(secret),
    })
}
