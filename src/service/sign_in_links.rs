//! A link by which a user whose password is not known here signs in, once and soon: made by whoever helps
//! users and handed on by a way that is not the mailbox, or asked for by the user and mailed to the address at
//! which the directory says they are reached.
//!
//! Who asks learns nothing: the answer is the same, and is given before anything is looked up, whether the
//! mailbox is there or not.

use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;
use utoipa::ToSchema;

use super::user_letters::{self, About, Addressee, Ready, Words};
use super::{Actor, Service, ServiceError, brands, sign_in, visible_mailbox};
use crate::auth::limits::{GuessLimits, Limited, Rates};
use crate::auth::secret_token;
use crate::clock::Timestamp;
use crate::config::Config;
use crate::ids::Address;
use crate::store::access::Permission;
use crate::store::policies::Language;
use crate::store::sessions::{SecretHash, SessionRecord};
use crate::store::sign_in_links::{self as kept, Added, LinkRecord, Made};
use crate::store::{ReadTx, StoreError, audit, bodies, directory, queue};

/// In front of a link's secret.
const PREFIX: &str = "lbl_";
/// How long a link is good.
const GOOD: Duration = Duration::from_secs(15 * 60);
/// How long one is that is mailed: mail may take a while.
const MAILED_GOOD: Duration = Duration::from_secs(3600);
/// Links asked for a minute for one address from one place.
const ASKED_PER_MINUTE: u32 = 5;
/// Who asked and is being looked up at a time.
const ASKING_MAX: usize = 64;
/// When to come back while so many ask.
const CROWDED: Duration = Duration::from_secs(30);
const NONE: ServiceError = ServiceError::NotFound("such link: it was used, or is too old");

/// A link that was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SignInLink {
    /// The mailbox that it opens.
    pub mailbox: String,
    /// The link: shown this once.
    pub link: String,
    /// Until when it is good.
    pub until: String,
}

/// Makes a link for the user of a mailbox; an earlier one is good no more.
///
/// # Errors
/// [`ServiceError::Limited`] while too many links are good; when the actor may not see the mailbox or make
/// links, there is none, or the store fails.
pub async fn create(
    service: &Service,
    actor: &Actor,
    address: &Address,
) -> Result<SignInLink, ServiceError> {
    let (mailbox, owner) = service
        .store
        .read(|tx| visible_mailbox(tx, actor, address))?;
    let subject = format!("mailbox:{}", mailbox.address);
    let permission = Permission::SignInLinks;
    let event = service.event(actor, permission, "mailbox.sign-in-link", subject, "")?;
    let now = service.now();
    let (secret, hash) = secret_token::generate(PREFIX);
    let owner_of_pages = owner.clone();
    let record = LinkRecord {
        mailbox: mailbox.record.id,
        address: mailbox.address.clone(),
        until: now.after(GOOD),
        made: Made::ByHelper(owner),
    };
    let until = record.until;
    service
        .store
        .write(move |tx| {
            if kept::add(tx, &hash, &record, now)? != Added::Yes {
                return Err(ServiceError::Limited { retry_after: GOOD });
            }
            audit::append(tx, event.clone())?;
            Ok(())
        })
        .await?;
    let site = brands::site_of(service, owner_of_pages.as_ref())?;
    Ok(SignInLink {
        mailbox: mailbox.address.to_string(),
        link: format!("{site}/login/link?key={secret}"),
        until: until.to_string(),
    })
}

/// What stands before those who ask for a link: how often they may.
#[derive(Debug)]
pub struct LinkDoor {
    limits: Mutex<GuessLimits>,
    turns: Arc<Semaphore>,
}

impl LinkDoor {
    /// With the limits of a configuration.
    pub fn new(config: &Config) -> Self {
        let sign_in = &config.sign_in;
        Self {
            limits: Mutex::new(GuessLimits::new(Rates {
                // The store spreads what is mailed to one: nobody is kept from asking by others who ask.
                account: None,
                account_and_address: ASKED_PER_MINUTE,
                network: sign_in.failures_per_network,
            })),
            turns: Arc::new(Semaphore::new(ASKING_MAX)),
        }
    }
}

/// Whether links are mailed at all.
pub fn are_mailed(service: &Service) -> bool {
    let config = service.config();
    config.sign_in.recovery_links && config.announce.mail_from.is_some()
}

/// Somebody asks for a link to the mailbox of an address. If it is there and its user is reached elsewhere, one
/// is mailed; whoever asks is not told.
///
/// # Errors
/// When there are too many who ask; not by what is found.
pub fn ask(
    service: &Service,
    door: &LinkDoor,
    address: Address,
    client: IpAddr,
    language: Language,
) -> Result<(), Limited> {
    let now = service.now();
    // Each asking counts, whatever comes of it: it is not paid back.
    let mut limits = door.limits.lock().unwrap_or_else(PoisonError::into_inner);
    drop(limits.attempt(&address, client, now)?);
    drop(limits);
    let turn = Arc::clone(&door.turns).try_acquire_owned();
    let turn = turn.map_err(|_| Limited {
        retry_after: CROWDED,
    })?;
    if !are_mailed(service) {
        return Ok(());
    }
    let service = service.clone();
    tokio::spawn(async move {
        let _turn = turn;
        match mail(&service, &address, language, now).await {
            Ok(None) => {}
            Ok(Some(to)) => tracing::info!(mailbox = %to.mailbox, "a link to sign in is mailed"),
            Err(error) => tracing::error!(%error, "a link to sign in could not be mailed"),
        }
    });
    Ok(())
}

/// Mails a link, if the mailbox is there, its user is reached elsewhere and none was mailed just now.
async fn mail(
    service: &Service,
    address: &Address,
    language: Language,
    now: Timestamp,
) -> Result<Option<Addressee>, StoreError> {
    let Some(from) = service.config().announce.mail_from.clone() else {
        return Ok(None);
    };
    let found = service.store.read(|tx| {
        let Some(mailbox) = directory::resolve(tx, address)? else {
            return Ok(None);
        };
        user_letters::addressee(service, tx, &mailbox, now)
    })?;
    let Some(to) = found else {
        return Ok(None);
    };
    let (secret, hash) = secret_token::generate(PREFIX);
    let record = LinkRecord {
        mailbox: to.mailbox,
        address: to.address.clone(),
        until: now.after(MAILED_GOOD),
        made: Made::Mailed,
    };
    let letter = user_letters::letter(
        About::Link,
        &Words {
            language: to.language.unwrap_or(language),
            brand: &to.brand,
            places: &to.places,
            address: &to.address,
            time: record.until,
            says_forgotten: false,
            link: &format!("{}/login/link?key={secret}", to.places.webmail),
        },
    );
    let Ready { entry, body } =
        user_letters::ready(service, &from, &to, &letter, now, record.until)?;
    let mailed = service
        .store
        .write_with_body(body, move |tx, body| {
            if kept::add(tx, &hash, &record, now)? != Added::Yes {
                bodies::forget(tx, body);
                return Ok(false);
            }
            queue::enqueue(tx, &entry)?;
            Ok::<_, StoreError>(true)
        })
        .await?;
    Ok(Some(to).filter(|_| mailed))
}

/// A link with its mailbox, if both are there still.
fn find(
    service: &Service,
    tx: &dyn ReadTx,
    hash: &SecretHash,
) -> Result<directory::Mailbox, ServiceError> {
    let link = kept::get(tx, hash, service.now())?.ok_or(NONE)?;
    let record = directory::mailbox(tx, &link.address)?;
    let record = record.filter(|record| record.id == link.mailbox);
    Ok(directory::Mailbox {
        record: record.ok_or(NONE)?,
        address: link.address,
    })
}

/// Whose mailbox a link opens, without using it up: programs that look at links before people do.
///
/// # Errors
/// [`ServiceError::NotFound`] if it is good no more; when the store fails.
pub fn look(service: &Service, key: &str) -> Result<Address, ServiceError> {
    let hash = SecretHash::of(key);
    let found = service.store.read(|tx| find(service, tx, &hash))?;
    Ok(found.address)
}

/// Signs in by a link, which is used up; returns the session's secret.
///
/// # Errors
/// As [`look`].
pub async fn redeem(service: &Service, key: &str) -> Result<String, ServiceError> {
    let hash = SecretHash::of(key);
    let (of, now) = (service.clone(), service.now());
    let mailbox = service
        .store
        .write(move |tx| {
            let mailbox = find(&of, tx, &hash)?;
            kept::remove(tx, &hash)?;
            let actor = Actor::User(mailbox.record.id, mailbox.address.clone());
            let subject = format!("mailbox:{}", mailbox.address);
            audit::append(tx, of.entry(&actor, "mailbox.sign-in-by-link", subject, ""))?;
            Ok::<_, ServiceError>(mailbox)
        })
        .await?;
    let session = SessionRecord::of_user(&mailbox, now);
    let begun: Result<String, StoreError> =
        sign_in::begin(service, session, Some(mailbox), now).await;
    Ok(begun?)
}
