//! What a user sets: names, signatures, how pages look and behave.
//!
//! Every function works on the actor's own mailbox alone. A closed mailbox can still be set: nothing
//! here is mail.

use super::mailbox::own;
use super::{Actor, Service, ServiceError};
use crate::ids::{Address, DomainName};
use crate::store::profile as kept;
pub use crate::store::profile::{AddressProfile, Away, Day, Density, Profile, UndoSend};

/// Longest name, in characters.
pub const NAME_CHARS_MAX: usize = 120;
/// Longest signature, in characters.
pub const SIGNATURE_CHARS_MAX: usize = 4_000;
/// Most senders whose pictures are always shown.
pub const IMAGES_FROM_MAX: usize = 500;
/// Longest text for while a user is away, in characters.
pub const AWAY_CHARS_MAX: usize = 4_000;
/// Most senders whose mail goes to Junk.
pub const BLOCKED_MAX: usize = 500;
/// Longest tag of a language or name of a zone, in bytes.
const TAG_BYTES_MAX: usize = 64;

/// What the actor set.
///
/// # Errors
/// When the actor has no mailbox, or the store fails.
pub fn get(service: &Service, actor: &Actor) -> Result<Profile, ServiceError> {
    service.store.read(|tx| {
        let mailbox = own(tx, actor)?;
        Ok(kept::get(tx, mailbox.record.id)?)
    })
}

/// Changes what the actor set. `change` may run more than once.
///
/// # Errors
/// [`ServiceError::Invalid`] with the field that is wrong: `name`, `signature`, `address`, `language`,
/// `zone`, `images_from`, `away` or `blocked`; when the actor has no mailbox, or the store fails.
pub async fn update(
    service: &Service,
    actor: &Actor,
    change: impl Fn(&mut Profile) + Send + 'static,
) -> Result<Profile, ServiceError> {
    let actor = actor.clone();
    service
        .store
        .write(move |tx| {
            let mailbox = own(tx, &actor)?;
            let mut profile = kept::get(tx, mailbox.record.id)?;
            change(&mut profile);
            let aliases = &mailbox.record.aliases;
            profile
                .addresses
                .retain(|own| aliases.iter().any(|alias| is(alias, &own.address)));
            check(&profile)?;
            kept::put(tx, mailbox.record.id, &profile)?;
            Ok(profile)
        })
        .await
}

fn is(alias: &Address, text: &str) -> bool {
    alias.to_string().eq_ignore_ascii_case(text)
}

/// From now on pictures of this sender are shown at once. The oldest is forgotten where there are too
/// many.
///
/// # Errors
/// [`ServiceError::Invalid`] if it is no address; as [`update`].
pub async fn show_images_from(
    service: &Service,
    actor: &Actor,
    sender: &str,
) -> Result<(), ServiceError> {
    let sender: Address = sender.parse().map_err(|_| ServiceError::Invalid {
        field: "images_from",
        text: "this is no e-mail address".into(),
    })?;
    let sender = sender.to_string().to_ascii_lowercase();
    update(service, actor, move |profile| {
        if !profile.shows_images_from(&sender) {
            profile.images_from.push(sender.clone());
        }
        let excess = profile.images_from.len().saturating_sub(IMAGES_FROM_MAX);
        profile.images_from.drain(..excess);
    })
    .await
    .map(drop)
}

/// Whether a profile can be kept. Pure.
fn check(profile: &Profile) -> Result<(), ServiceError> {
    let invalid = |field, text: &str| ServiceError::Invalid {
        field,
        text: text.to_owned(),
    };
    let names = profile.addresses.iter().map(|own| &own.name);
    for name in names.chain([&profile.name]) {
        if name.chars().count() > NAME_CHARS_MAX || name.chars().any(char::is_control) {
            return Err(invalid(
                "name",
                "a name is one line of at most 120 characters",
            ));
        }
    }
    let signatures = profile.addresses.iter().map(|own| &own.signature);
    for signature in signatures.chain([&profile.signature]) {
        let is_odd = |c: char| c.is_control() && c != '\n' && c != '\t';
        if signature.chars().count() > SIGNATURE_CHARS_MAX || signature.chars().any(is_odd) {
            return Err(invalid(
                "signature",
                "a signature is text of at most 4000 characters",
            ));
        }
    }
    for (field, tag) in [("language", &profile.language), ("zone", &profile.zone)] {
        if tag.len() > TAG_BYTES_MAX || !tag.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(invalid(field, "this is no name of one"));
        }
    }
    if profile.images_from.len() > IMAGES_FROM_MAX {
        return Err(invalid("images_from", "too many senders"));
    }
    if let Some(away) = &profile.away {
        let is_odd = |c: char| c.is_control() && c != '\n' && c != '\t';
        let is_empty = away.on && away.text.trim().is_empty();
        if is_empty || away.text.chars().count() > AWAY_CHARS_MAX || away.text.chars().any(is_odd) {
            return Err(invalid("away", "say something, in at most 4000 characters"));
        }
        if let (Some(from), Some(until)) = (&away.from, &away.until)
            && until.begins < from.begins
        {
            return Err(invalid("away_until", "the last day is before the first"));
        }
    }
    let can_block = |entry: &String| match entry.strip_prefix('@') {
        Some(domain) => domain.parse::<DomainName>().is_ok(),
        None => entry.parse::<Address>().is_ok(),
    };
    if profile.blocked.len() > BLOCKED_MAX || !profile.blocked.iter().all(can_block) {
        return Err(invalid(
            "blocked",
            "at most 500 addresses, or domains as @example.com, one on a line",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
