//! A link by which a user whose password is not known here signs in, once and soon: made by whoever helps
//! users, and handed on by a way that is not the mailbox.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Actor, Service, ServiceError, sign_in, visible_mailbox};
use crate::auth::secret_token;
use crate::ids::Address;
use crate::store::access::Permission;
use crate::store::sessions::{SecretHash, SessionRecord};
use crate::store::sign_in_links::{self as kept, LinkRecord};
use crate::store::{ReadTx, StoreError, audit, directory};

/// In front of a link's secret.
const PREFIX: &str = "lbl_";
/// How long a link is good.
const GOOD: Duration = Duration::from_secs(15 * 60);
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
    let (mailbox, _) = service
        .store
        .read(|tx| visible_mailbox(tx, actor, address))?;
    let subject = format!("mailbox:{}", mailbox.address);
    let permission = Permission::SignInLinks;
    let event = service.event(actor, permission, "mailbox.sign-in-link", subject, "")?;
    let now = service.now();
    let (secret, hash) = secret_token::generate(PREFIX);
    let record = LinkRecord {
        mailbox: mailbox.record.id,
        address: mailbox.address.clone(),
        until: now.after(GOOD),
    };
    let until = record.until;
    service
        .store
        .write(move |tx| {
            if !kept::add(tx, &hash, &record, now)? {
                return Err(ServiceError::Limited { retry_after: GOOD });
            }
            audit::append(tx, event.clone())?;
            Ok(())
        })
        .await?;
    let config = service.config();
    let site = config.http.public_url.trim_end_matches('/');
    Ok(SignInLink {
        mailbox: mailbox.address.to_string(),
        link: format!("{site}/login/link?key={secret}"),
        until: until.to_string(),
    })
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
            kept::remove(tx, &hash);
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
