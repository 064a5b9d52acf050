//! One mailbox of the directory, pushed by a panel: written as a row of a file is, or removed.
//!
//! A reseller pushes into domains that are its own already, aliases too: which domains are whose only the
//! operator says, by a source or a file.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::mailboxes::{self, MailboxView};
use super::{Actor, Service, ServiceError, etags, provision, visible_domain, visible_mailbox};
use crate::ids::Address;
use crate::provision::apply::{Change, Rules, apply_row};
use crate::provision::columns::Reading;
use crate::provision::{Defaults, Row, RowError, Said, ndjson};
use crate::store::access::Permission;
use crate::store::directory::{self, details};
use crate::store::{ReadTx, audit};

/// A mailbox as it is pushed. What is absent stays as it is, `null` removes it.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MailboxPush {
    /// The mailstore it lives on; a new mailbox needs one.
    #[schema(example = "a1")]
    pub mailstore: Option<String>,
    /// Whose the domain is; only operators say that.
    pub reseller: Option<String>,
    /// The password's hash with its scheme, `{SHA512-CRYPT}$6$…`.
    pub password_hash: Option<String>,
    /// The display name.
    pub name: Option<String>,
    /// All its other addresses.
    pub aliases: Option<Vec<String>>,
    /// Where its user is reached when the platform is down.
    pub recovery: Option<String>,
    /// What its special folders are called, by `drafts`, `sent`, `archive`, `junk`, `trash`.
    pub folders: Option<std::collections::BTreeMap<String, String>>,
    /// The address it had before.
    pub renamed_from: Option<String>,
}

/// What a push did.
#[derive(Clone, Debug)]
pub struct Pushed {
    /// The mailbox as it is now.
    pub mailbox: MailboxView,
    /// Its entity tag.
    pub etag: String,
    /// Whether it is new.
    pub is_new: bool,
}

fn refused(error: &RowError) -> ServiceError {
    ServiceError::Invalid {
        field: "mailbox",
        text: error.to_string(),
    }
}

/// The entity tag of what the directory has of a mailbox; none where it has nothing.
fn etag(tx: &dyn ReadTx, address: &Address) -> Result<Option<String>, ServiceError> {
    let Some(record) = directory::mailbox(tx, address)? else {
        return Ok(None);
    };
    let details = details::get(tx, address)?;
    let domain = directory::domain(tx, &address.domain_name())?;
    Ok(Some(etags::etag(&(record, details, domain))))
}

/// A mailbox by address or alias, and its entity tag, as they are at one time.
///
/// # Errors
/// When the actor may not see it, there is none, or the store fails.
pub fn show(
    service: &Service,
    actor: &Actor,
    address: &Address,
) -> Result<(MailboxView, String), ServiceError> {
    service.store.read(|tx| seen(service, tx, actor, address))
}

fn seen(
    service: &Service,
    tx: &dyn ReadTx,
    actor: &Actor,
    address: &Address,
) -> Result<(MailboxView, String), ServiceError> {
    let (mailbox, owner) = visible_mailbox(tx, actor, address)?;
    let etag = etag(tx, &mailbox.address)?.ok_or(ServiceError::NotFound("such mailbox"))?;
    Ok((mailboxes::placed(service, tx, mailbox, owner)?, etag))
}

/// Whether what the actor saw is what there is.
fn matches(
    service: &Service,
    tx: &dyn ReadTx,
    actor: &Actor,
    address: &Address,
    last_seen: Option<&str>,
) -> Result<(), ServiceError> {
    let now = etag(tx, address)?;
    let current = match (last_seen, &now) {
        (None, _) | (Some("*"), Some(_)) => return Ok(()),
        (Some(seen), Some(now)) if seen == now => return Ok(()),
        (Some(_), Some(_)) => {
            let (view, _) = seen(service, tx, actor, address)?;
            serde_json::to_value(view).unwrap_or_default()
        }
        (Some(_), None) => serde_json::Value::Null,
    };
    Err(ServiceError::Stale {
        etag: now.unwrap_or_default(),
        current: Box::new(current),
    })
}

/// Whose the addresses of a row are: operators' anyway, a reseller's only in its own domains.
fn check_tenancy(tx: &dyn ReadTx, actor: &Actor, row: &Row) -> Result<(), ServiceError> {
    let Actor::Reseller(own, _) = actor else {
        return actor.operator();
    };
    visible_domain(tx, actor, &row.mailbox.domain_name())?;
    if row.reseller.as_ref().is_some_and(|named| named != own) {
        return Err(ServiceError::NotFound("such reseller"));
    }
    if let Some(before) = &row.renamed_from {
        visible_mailbox(tx, actor, before)?;
    }
    if let Said::Some(aliases) = &row.aliases {
        for alias in aliases {
            visible_domain(tx, actor, &alias.domain_name())?;
        }
    }
    Ok(())
}

fn row_of(address: &Address, mut fields: Map<String, Value>) -> Result<Row, ServiceError> {
    if let Some(name) = ["mailbox", "deleted", "id"]
        .into_iter()
        .find(|name| fields.contains_key(*name))
    {
        let text = format!("\"{name}\" is not said here");
        return Err(ServiceError::Invalid {
            field: "mailbox",
            text,
        });
    }
    fields.insert("mailbox".to_owned(), Value::String(address.to_string()));
    let text = Value::Object(fields).to_string();
    match ndjson::parse(&text, &Reading::default()) {
        Ok(Some(row)) => Ok(row),
        Ok(None) => Err(refused(&RowError::NotText)),
        Err(error) => Err(refused(&error.error)),
    }
}

fn rules(service: &Service) -> Rules {
    Rules {
        defaults: Defaults::default(),
        mailstores: provision::mailstores(service),
        source: None,
        replacements_left: 0,
        now: service.now(),
    }
}

/// Writes one mailbox. `fields` are those of [`MailboxPush`]; with `if_match`, only if it is as the actor
/// last saw it.
///
/// # Errors
/// [`ServiceError::Invalid`] for a row that would be refused in a file too, [`ServiceError::Stale`] if it
/// has changed; when the actor may not, or the store fails.
pub async fn put(
    service: &Service,
    actor: &Actor,
    address: &Address,
    fields: Map<String, Value>,
    if_match: Option<&str>,
) -> Result<Pushed, ServiceError> {
    // Who has no business there learns nothing of the mailbox, and not by what is said of the fields.
    if let Actor::Reseller(..) = actor {
        let domain = address.domain_name();
        service
            .store
            .read(|tx| visible_domain(tx, actor, &domain))?;
    } else {
        actor.operator()?;
    }
    let subject = format!("mailbox:{address}");
    let event = service.event(actor, Permission::Provision, "mailbox.put", subject, "")?;
    let row = row_of(address, fields)?;
    let rules = rules(service);
    let (actor_of, last_seen) = (actor.clone(), if_match.map(str::to_owned));
    let of = service.clone();
    let (change, mailbox, etag) = service
        .store
        .write(move |tx| {
            check_tenancy(tx, &actor_of, &row)?;
            matches(&of, tx, &actor_of, &row.mailbox, last_seen.as_deref())?;
            let applied = apply_row(tx, &rules, &row)?.map_err(|error| refused(&error))?;
            if applied.change != Change::Unchanged {
                audit::append(tx, event.clone())?;
            }
            let (mailbox, etag) = seen(&of, tx, &actor_of, &row.mailbox)?;
            Ok::<_, ServiceError>((applied.change, mailbox, etag))
        })
        .await?;
    if change == Change::Renamed
        && let Some(control) = &service.control
    {
        control.overrides_changed();
    }
    Ok(Pushed {
        mailbox,
        etag,
        is_new: matches!(change, Change::Created | Change::Renamed),
    })
}

/// Removes one mailbox from the directory; its mail is kept as for any that leaves.
///
/// # Errors
/// As [`put`]; [`ServiceError::NotFound`] if there is none.
pub async fn remove(
    service: &Service,
    actor: &Actor,
    address: &Address,
    if_match: Option<&str>,
) -> Result<(), ServiceError> {
    const NONE: ServiceError = ServiceError::NotFound("such mailbox");
    let known = service
        .store
        .read(|tx| visible_mailbox(tx, actor, address))?;
    if known.0.address != *address {
        // An alias is no mailbox of its own to remove.
        return Err(NONE);
    }
    let subject = format!("mailbox:{address}");
    let event = service.event(actor, Permission::Provision, "mailbox.delete", subject, "")?;
    let row = Row {
        deleted: true,
        ..Row::new(address.clone())
    };
    let rules = rules(service);
    let (of, actor, last_seen) = (service.clone(), actor.clone(), if_match.map(str::to_owned));
    service
        .store
        .write(move |tx| {
            visible_mailbox(tx, &actor, &row.mailbox)?;
            matches(&of, tx, &actor, &row.mailbox, last_seen.as_deref())?;
            let applied = apply_row(tx, &rules, &row)?.map_err(|error| refused(&error))?;
            if applied.change != Change::Deleted {
                return Err(NONE);
            }
            audit::append(tx, event.clone())?;
            Ok(())
        })
        .await
}
