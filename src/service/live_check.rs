//! Whether a user's password is right: by the hash that the directory has, and by a service that knows it
//! and is still up, where one is configured.
//!
//! Whoever is refused was asked about in the same way, known here or not. What a service found right may be
//! remembered as a hash of Lifeboat's own, for when that service is gone too.

use super::Service;
use super::sign_in::{Doors, SignInError};
use crate::auth::live::Answer;
use crate::auth::own_password;
use crate::auth::password::PasswordHash;
use crate::ids::Address;
use crate::store::StoreError;
use crate::store::directory::Mailbox;
use crate::store::remembered::{self, RememberedRecord};
use crate::store::sessions;

/// Whether `password` opens the mailbox that was found for what was entered, if one was.
///
/// # Errors
/// When too many sign in at once, or the store fails.
pub(super) async fn is_right(
    service: &Service,
    doors: &Doors,
    entered: &Address,
    found: Option<&Mailbox>,
    password: String,
) -> Result<bool, SignInError> {
    let now = service.now();
    let known = match found {
        Some(mailbox) => service.store.read(|tx| {
            let of = sessions::credential(&mailbox.record);
            let known = remembered::get(tx, mailbox.record.id)?;
            Ok::<_, StoreError>(known.filter(|known| known.of == of && now < known.until))
        })?,
        None => None,
    };
    let is_remembered = known.is_some();
    let text = known.map(|known| known.hash);
    let text = text.or_else(|| found.and_then(|mailbox| mailbox.record.password_hash.clone()));
    let name = found.map_or(entered, |mailbox| &mailbox.address);
    let hash = text
        .and_then(|text| PasswordHash::parse(&text).ok())
        .map(|hash| hash.of_user(name.as_str()));
    let by_hash = doors.verify(password.clone(), hash).await?;
    let mailstore = found.map(|mailbox| &mailbox.record.mailstore);
    let answer = doors.live().ask(mailstore, name, &password, by_hash).await;
    let Some(mailbox) = found else {
        return Ok(false);
    };
    if answer == Answer::Right && !by_hash {
        remember(service, doors, mailbox, password).await;
    }
    if answer == Answer::Wrong && by_hash && is_remembered {
        forget(service, mailbox).await?;
    }
    Ok(answer.decides(by_hash))
}

/// Keeps a hash of a password that a service found right, if that is wanted. The user is in whether it can
/// be kept or not.
async fn remember(service: &Service, doors: &Doors, mailbox: &Mailbox, password: String) {
    let Some(kept) = doors.live().kept(&mailbox.record.mailstore) else {
        return;
    };
    let made = doors
        .work(move || own_password::hash_of_others(&password))
        .await;
    let Ok(Ok(hash)) = made else {
        return;
    };
    let record = RememberedRecord {
        hash,
        of: sessions::credential(&mailbox.record),
        until: service.now().after(kept),
    };
    let id = mailbox.record.id;
    let kept = service
        .store
        .write(move |tx| remembered::put(tx, id, &record))
        .await;
    if let Err(error) = kept {
        tracing::warn!(mailbox = %id, %error, "a password that is right could not be remembered");
    }
}

async fn forget(service: &Service, mailbox: &Mailbox) -> Result<(), StoreError> {
    let id = mailbox.record.id;
    let forgotten = service.store.write(move |tx| {
        remembered::remove(tx, id);
        Ok::<_, StoreError>(())
    });
    forgotten.await
}
