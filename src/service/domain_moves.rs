//! Domains that go from one reseller to another, by an operator's word: the only way from an owner to another.
//!
//! A source that says otherwise than the directory has its row refused, with the command that this is: a column
//! that slipped, or two sources that do not agree, must not hand a reseller's mail to another.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Actor, Service, ServiceError, reason};
use crate::ids::{DomainName, ResellerId};
use crate::store::access::Permission;
use crate::store::audit;
use crate::store::directory::moved::{self, DomainMove, Moved, NotMoved};

/// Most domains that go together.
const DOMAINS_MAX: usize = 100;

/// Domains that go to another reseller with all that is in them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDomainMove {
    /// Which; all of them or none go. At most 100.
    #[schema(value_type = Vec<String>, example = json!(["example.com"]))]
    pub domains: Vec<DomainName>,
    /// Whose they are now; absent: nobody's but the operator's.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub from: Option<ResellerId>,
    /// Whose they become; absent: nobody's but the operator's.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub to: Option<ResellerId>,
    /// Why, for the audit log.
    pub reason: String,
    /// How many mailboxes they have, as the preview says: with it nothing is moved if it is another number by now.
    #[serde(default)]
    pub count: Option<u64>,
}

/// What goes along and what ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DomainMoveView {
    /// The domains.
    pub domains: Vec<String>,
    /// Whose they were.
    pub from: Option<String>,
    /// Whose they become.
    pub to: Option<String>,
    /// Their mailboxes.
    pub mailboxes: u64,
    /// Their deleted mailboxes of which mail is kept.
    pub deleted_mailboxes: u64,
    /// The former reseller's failover settings, which end.
    pub settings_ended: Vec<String>,
    /// Sign-in links of the former reseller's help desk, which end; absent in a preview.
    pub links_ended: Option<u64>,
}

fn view(order: &DomainMove, moved: &Moved, is_done: bool) -> DomainMoveView {
    DomainMoveView {
        domains: order.domains.iter().map(ToString::to_string).collect(),
        from: order.from.as_ref().map(ToString::to_string),
        to: order.to.as_ref().map(ToString::to_string),
        mailboxes: moved.mailboxes,
        deleted_mailboxes: moved.deleted,
        settings_ended: moved.settings.iter().map(ToString::to_string).collect(),
        links_ended: is_done.then_some(moved.links),
    }
}

fn named(whose: Option<&ResellerId>) -> &str {
    whose.map_or("the operator", ResellerId::as_str)
}

impl From<NotMoved> for ServiceError {
    fn from(refused: NotMoved) -> Self {
        match refused {
            NotMoved::NoSuch(_) => Self::NotFound("such domain"),
            NotMoved::NotTheirs(domain, owner) => {
                let owner = named(owner.as_ref());
                Self::Conflict(format!("{domain} belongs to {owner}: nothing was moved"))
            }
            NotMoved::Shared { mailbox, alias } => Self::Conflict(format!(
                "{mailbox} has the alias {alias}: move both domains together, or remove the alias first; \
                 nothing was moved"
            )),
            NotMoved::TooMany(most) => Self::Conflict(format!(
                "more than {} mailboxes, or more than {} deleted mailboxes or settings of the former reseller: \
                 move fewer domains together, or end settings and forget deleted mailboxes first; nothing was moved",
                most.mailboxes, most.written
            )),
        }
    }
}

fn checked(new: &NewDomainMove) -> Result<DomainMove, ServiceError> {
    let invalid = |field, text: &str| ServiceError::Invalid {
        field,
        text: text.to_owned(),
    };
    let domains: BTreeSet<DomainName> = new.domains.iter().cloned().collect();
    if domains.is_empty() || new.domains.len() > DOMAINS_MAX {
        return Err(invalid("domains", &format!("1 to {DOMAINS_MAX} domains")));
    }
    if new.from == new.to {
        return Err(invalid("to", "name another than they belong to"));
    }
    Ok(DomainMove {
        domains,
        from: new.from.clone(),
        to: new.to.clone(),
    })
}

/// What a move would do, without doing it.
///
/// # Errors
/// [`ServiceError::Conflict`] where it cannot be done; when the actor may not, or the store fails.
pub async fn preview(
    service: &Service,
    actor: &Actor,
    new: NewDomainMove,
) -> Result<DomainMoveView, ServiceError> {
    actor.operator()?;
    actor.may(Permission::Provision)?;
    let order = checked(&new)?;
    let looking = service.walk(actor, move |service, _| {
        let looked = service.store.read(|tx| moved::look(tx, &order))??;
        Ok(view(&order, &looked, false))
    });
    looking.await
}

/// Moves domains to another reseller, in one transaction with the audit log and the stream of changes.
///
/// # Errors
/// As [`preview`]; [`ServiceError::Invalid`] without a reason.
pub async fn create(
    service: &Service,
    actor: &Actor,
    new: NewDomainMove,
) -> Result<DomainMoveView, ServiceError> {
    actor.operator()?;
    actor.may(Permission::Provision)?;
    let order = checked(&new)?;
    let reason = reason(&new.reason)?;
    let mut entries = Vec::new();
    for domain in &order.domains {
        let subject = format!("domain:{domain}");
        let mut entry = service.event(
            actor,
            Permission::Provision,
            "domain.move",
            subject,
            &reason,
        )?;
        let (from, to) = (named(order.from.as_ref()), named(order.to.as_ref()));
        entry.detail = format!("from {from} to {to}");
        entries.push(entry);
    }
    let now = service.now();
    let (done, count) = (order.clone(), new.count);
    let moved = service
        .store
        .write(move |tx| {
            let moved = moved::carry_out(tx, &done, now)??;
            if count.is_some_and(|count| count != moved.mailboxes) {
                return Err(ServiceError::Invalid {
                    field: "count",
                    text: format!(
                        "it concerns {} mailboxes now: nothing was moved",
                        moved.mailboxes
                    ),
                });
            }
            // The new owner is told that they came, and of nothing before.
            for entry in &entries {
                audit::append(tx, entry.clone())?;
            }
            Ok(moved)
        })
        .await?;
    if let Some(control) = &service.control {
        control.overrides_changed();
    }
    Ok(view(&order, &moved, true))
}
