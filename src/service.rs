//! What can be done: one function per operation, for whoever asks by whatever surface.
//!
//! Pages, API and admin socket translate and call here. Here it is checked who may do what
//! ([`Actor`]), and every control change is written to the audit log before it takes effect. What an
//! actor may not see does not exist for it: it gets [`ServiceError::NotFound`], never "forbidden".

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::clock::{SharedClock, Timestamp};
use crate::config::{Config, SharedConfig};
use crate::control::{Control, OrderError};
use crate::hold::Counts;
use crate::ids::{Address, DomainName, MailboxId, PersonId, ResellerId};
use crate::merge::Merger;
use crate::metrics::history::History;
use crate::net::tls::Shown;
use crate::receive::Intake;
use crate::store::access::{Grants, Permission};
use crate::store::audit::AuditEvent;
use crate::store::routes::Routes;
use crate::store::{ReadTx, Store, StoreError, directory};

pub mod alerts;
pub mod announcing;
pub mod attach;
pub mod audit;
pub mod brands;
pub mod bulk;
pub mod changes;
pub mod decisions;
pub mod delay_notices;
pub mod deleted;
pub mod destinations;
pub mod domain_moves;
pub mod domains;
pub mod drill_audit;
mod etags;
pub mod failover;
pub mod folders;
pub mod images;
pub mod invitations;
pub mod jobs;
mod limits;
pub mod listing;
pub mod live;
mod live_check;
pub mod mailbox;
mod mailbox_compose;
mod mailbox_draft;
pub mod mailbox_letter;
pub mod mailbox_phase;
pub mod mailbox_push;
pub mod mailbox_search;
pub mod mailbox_write;
pub mod mailboxes;
pub mod mailstores;
pub mod merge;
mod merge_again;
pub mod merge_check;
pub mod merge_orders;
mod merge_place;
pub mod merge_receipt;
pub mod observations;
pub mod outage;
pub mod outbox;
pub mod overrides;
pub mod overview;
pub mod people;
pub mod persons;
pub mod profile;
pub mod provision;
pub mod queue;
pub mod raising;
pub mod repeats;
pub mod resellers;
pub mod retention;
pub mod routing;
mod search_index;
pub mod shares;
pub mod sheet;
pub mod sign_in;
pub mod sign_in_links;
pub mod sorting;
pub mod standing;
pub mod status;
pub mod store;
pub mod tenants;
pub mod threads;
pub mod token;
pub mod trace;
pub mod user_letters;
pub mod user_notices;
pub mod words;

pub use search_index::SearchIndex;

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// The user of a mailbox.
    User(MailboxId, Address),
    /// An operator: somebody of its people, or a token.
    Operator(Means),
    /// A reseller: somebody of its people, or a token.
    Reseller(ResellerId, Means),
    /// An agent by the name of its vantage point, and by what means. It reports, and may do and see
    /// nothing else.
    Agent(String, String),
    /// A route agent, and by what means. It fetches where mail goes, and may do and see nothing else.
    Router(String),
    /// A part of Lifeboat.
    System(&'static str),
}

/// By what means somebody acts for an operator or a reseller, and what they may.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Means {
    /// As the audit log shows it.
    pub name: String,
    /// What is allowed.
    pub grants: Grants,
    /// The person, where it is one.
    pub person: Option<PersonId>,
}

impl Means {
    /// Means that are no person.
    pub const fn new(name: String, grants: Grants) -> Self {
        Self {
            name,
            grants,
            person: None,
        }
    }
}

impl fmt::Display for Means {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl fmt::Display for Actor {
    /// As the audit log shows it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(_, address) => write!(f, "user {address}"),
            Self::Operator(by) => write!(f, "operator ({by})"),
            Self::Reseller(reseller, by) => write!(f, "reseller {reseller} ({by})"),
            Self::Agent(vantage, by) => write!(f, "agent {vantage} ({by})"),
            Self::Router(by) => write!(f, "route agent ({by})"),
            Self::System(part) => write!(f, "lifeboat ({part})"),
        }
    }
}

impl Actor {
    /// Whether it may do what only operators may.
    fn operator(&self) -> Result<(), ServiceError> {
        match self {
            Self::Operator(_) | Self::System(_) => Ok(()),
            Self::User(..) | Self::Reseller(..) | Self::Agent(..) | Self::Router(..) => {
                Err(ServiceError::NotFound("such a page"))
            }
        }
    }

    /// Whether it has a permission, wherever it has any business.
    ///
    /// # Errors
    /// [`ServiceError::Forbidden`] if its role has not; [`ServiceError::NotFound`] if it has no business
    /// with what operators and resellers do.
    pub fn may(&self, permission: Permission) -> Result<(), ServiceError> {
        match self {
            Self::System(_) => Ok(()),
            Self::Operator(means) | Self::Reseller(_, means) => {
                match means.grants.has(permission) {
                    true => Ok(()),
                    false => Err(ServiceError::Forbidden(permission)),
                }
            }
            Self::User(..) | Self::Agent(..) | Self::Router(..) => {
                Err(ServiceError::NotFound("such a page"))
            }
        }
    }

    /// Whether it may do all that `grants` allow: nobody makes, changes or removes what may more.
    fn outranks(&self, grants: Grants) -> Result<(), ServiceError> {
        match self {
            Self::System(_) => Ok(()),
            Self::Operator(means) | Self::Reseller(_, means) if grants.are_within(means.grants) => {
                Ok(())
            }
            _ => Err(ServiceError::Forbidden(Permission::People)),
        }
    }

    /// Whether the domains of `owner` are its business.
    fn may_see(&self, owner: Option<&ResellerId>) -> bool {
        match self {
            Self::Operator(_) | Self::System(_) => true,
            Self::Reseller(reseller, _) => owner == Some(reseller),
            Self::User(..) | Self::Agent(..) | Self::Router(..) => false,
        }
    }
}

/// Why an operation was not done.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ServiceError {
    /// Nobody was recognised.
    #[error("sign in, or send a token that is valid")]
    Unauthenticated,
    /// It is not there, or not for this actor.
    #[error("there is no {0}")]
    NotFound(&'static str),
    /// The actor's role does not allow it. Said of what the actor may know to be there.
    #[error("your role does not allow this: it takes the permission \"{}\"", .0.as_str())]
    Forbidden(Permission),
    /// What was asked makes no sense; the text says what would.
    #[error("{field}: {text}")]
    Invalid {
        /// Which part of the request.
        field: &'static str,
        /// What is wrong with it.
        text: String,
    },
    /// It does not go together with how things are.
    #[error("{0}")]
    Conflict(String),
    /// The mailbox was merged: it can be read here, and is changed at home.
    #[error("your usual mailbox is back and has everything from here: change it there")]
    ReadOnly,
    /// It changed since the actor looked.
    #[error("it has changed meanwhile; look again and decide anew")]
    Stale {
        /// The entity tag that it has now; empty where there is nothing any more.
        etag: String,
        /// It as it is now, as it is shown; null where there is nothing any more.
        current: Box<serde_json::Value>,
    },
    /// Too often.
    #[error("too many requests; try again in {} seconds", retry_after.as_secs().max(1))]
    Limited {
        /// When to come back.
        retry_after: Duration,
    },
    /// It cannot be done at this moment.
    #[error("{0}")]
    Unavailable(String),
    /// The store's trouble.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<OrderError> for ServiceError {
    fn from(error: OrderError) -> Self {
        match error {
            OrderError::NoSuchMailstore(_) => Self::NotFound("such mailstore"),
            OrderError::Store(error) => Self::Store(error),
            OrderError::Changed | OrderError::Stopping => Self::Unavailable(error.to_string()),
        }
    }
}

/// What operations work on; clones share it.
#[derive(Clone, Debug)]
pub struct Service {
    /// The store.
    pub store: Store,
    /// The time.
    pub clock: SharedClock,
    /// The configuration as it is now.
    pub config: SharedConfig,
    /// Where mail goes.
    pub routes: Routes,
    /// The control loop, where one runs.
    pub control: Option<Control>,
    /// The merge, where it runs.
    pub merger: Option<Arc<Merger>>,
    /// The search indexes that are being filled.
    pub index: SearchIndex,
    /// How many mail programs were told that their mailbox is unavailable.
    pub held: Arc<Counts>,
    /// Mail on its way in: what is under way, taken and refused.
    pub intake: Arc<Intake>,
    /// How everything stood in the last hours.
    pub history: Arc<Mutex<History>>,
    /// Whether a drill is under way.
    pub drilling: Arc<AtomicBool>,
    /// Jobs that are at work, by whose they are.
    pub jobs: jobs::places::Places,
    /// How many mailboxes of each reseller are where.
    pub tenants: tenants::Tenants,
    /// Who listens to what happens.
    pub changes: changes::Streams,
    /// The certificates that are shown now, by the section that configures them.
    pub shown: ShownCertificates,
}

/// The certificates that are shown now, as they were read last; clones share them.
#[derive(Clone, Debug, Default)]
pub struct ShownCertificates(Arc<Mutex<BTreeMap<String, Shown>>>);

impl ShownCertificates {
    /// Keeps what each section shows from now on.
    pub fn set(&self, shown: BTreeMap<String, Shown>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = shown;
    }

    /// What a section shows; none where no server runs, or none is configured.
    pub fn get(&self, section: &str) -> Option<Shown> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.get(section).cloned()
    }
}

impl Service {
    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn config(&self) -> Arc<Config> {
        self.config.get()
    }

    /// An entry for the audit log, for whoever may do that: there is no other way to one for operators
    /// and resellers, so that nothing is changed without a permission.
    ///
    /// # Errors
    /// As [`Actor::may`].
    fn event(
        &self,
        actor: &Actor,
        permission: Permission,
        action: &str,
        subject: String,
        why: &str,
    ) -> Result<AuditEvent, ServiceError> {
        actor.may(permission)?;
        Ok(self.entry(actor, action, subject, why))
    }

    /// An entry for the audit log of what Lifeboat itself or a user does.
    fn entry(&self, actor: &Actor, action: &str, subject: String, why: &str) -> AuditEvent {
        AuditEvent {
            at: self.now(),
            who: actor.to_string(),
            action: action.to_owned(),
            subject,
            why: why.to_owned(),
            detail: String::new(),
        }
    }
}

/// The address a request came from: behind a proxy that is trusted, the one it names. `None` over a
/// Unix socket whose other end says nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientAddress(pub Option<std::net::IpAddr>);

/// The reseller of a domain, if the actor may see it.
fn visible_domain(
    tx: &dyn ReadTx,
    actor: &Actor,
    domain: &DomainName,
) -> Result<Option<ResellerId>, ServiceError> {
    let record = directory::domain(tx, domain)?.ok_or(ServiceError::NotFound("such domain"))?;
    match actor.may_see(record.reseller.as_ref()) {
        true => Ok(record.reseller),
        false => Err(ServiceError::NotFound("such domain")),
    }
}

/// A mailbox by address or alias, if the actor may see it, and its reseller.
fn visible_mailbox(
    tx: &dyn ReadTx,
    actor: &Actor,
    address: &Address,
) -> Result<(directory::Mailbox, Option<ResellerId>), ServiceError> {
    const NONE: ServiceError = ServiceError::NotFound("such mailbox");
    let mailbox = directory::resolve(tx, address)?.ok_or(NONE)?;
    let owner =
        directory::domain(tx, &mailbox.address.domain_name())?.and_then(|record| record.reseller);
    let own = matches!(actor, Actor::User(id, _) if *id == mailbox.record.id);
    match own || actor.may_see(owner.as_ref()) {
        true => Ok((mailbox, owner)),
        false => Err(NONE),
    }
}

/// A reason, without what must not be in a log line.
fn reason(text: &str) -> Result<String, ServiceError> {
    let invalid = |text: &str| ServiceError::Invalid {
        field: "reason",
        text: text.to_owned(),
    };
    let text = text.trim();
    if text.is_empty() {
        return Err(invalid("say why, for those who read the audit log later"));
    }
    if text.chars().count() > 500 || text.chars().any(char::is_control) {
        return Err(invalid("at most 500 characters, on one line"));
    }
    Ok(text.to_owned())
}
