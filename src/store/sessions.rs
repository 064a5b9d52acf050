//! Sessions: who is signed in, in which browser. Kept by the hash of the browser's secret, so that
//! reading the store does not sign anybody in.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::codec::{self, Versioned};
use super::directory::{self, Mailbox, MailboxRecord};
use super::keys::{Key, Table};
use super::{ReadTx, StoreError, Tx, messages, retention};
use crate::clock::Timestamp;
use crate::ids::{Address, MailboxId, PersonId, ResellerId, TokenId};

/// Last-seen times are written no more often than this.
const SEEN_STEP: Duration = Duration::from_secs(60);

/// What is kept of a session's or a token's secret: 256 random bits need no salt and no slow hash.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SecretHash([u8; 32]);

impl SecretHash {
    /// The hash of a secret that somebody shows.
    pub fn of(secret: &str) -> Self {
        Self(Sha256::digest(secret.as_bytes()).into())
    }

    /// Its bytes, for keys.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl std::fmt::Debug for SecretHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecretHash")
    }
}

/// What a token or a session may do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Role {
    /// Everything.
    Operator,
    /// What concerns the domains of one reseller.
    Reseller(ResellerId),
    /// To report what is seen from the vantage point of this name.
    Agent(String),
    /// To fetch where mail goes.
    Router,
}

/// Who is signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Principal {
    /// The user of a mailbox.
    User {
        /// The mailbox.
        mailbox: MailboxId,
        /// Its address when the user signed in.
        address: Address,
    },
    /// Somebody with a token, in the console.
    Token {
        /// The token; it is asked again with every request, so that revoking it ends the session.
        token: TokenId,
        /// What it allows.
        role: Role,
    },
    /// Somebody with a name and a password, in the console.
    Person {
        /// The person; asked again with every request.
        person: PersonId,
        /// The generation that the session was begun in: in a later one it is over.
        generation: u32,
    },
}

/// One session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionRecord {
    /// Who is signed in.
    pub principal: Principal,
    /// When the user signed in.
    pub created: Timestamp,
    /// When the last request came, to a minute.
    pub last_seen: Timestamp,
    /// Of a user: hash of the password hash that the directory had then. With another one it is over.
    credential: Option<SecretHash>,
}

impl Versioned for SessionRecord {
    const NAME: &'static str = "session";
}

/// What a user's session remembers of the directory's password hash.
pub fn credential(mailbox: &MailboxRecord) -> SecretHash {
    SecretHash::of(mailbox.password_hash.as_deref().unwrap_or_default())
}

impl SessionRecord {
    /// A session that begins, of somebody of operator or reseller.
    pub const fn new(principal: Principal, now: Timestamp) -> Self {
        Self {
            principal,
            created: now,
            last_seen: now,
            credential: None,
        }
    }

    /// A session that begins, of the user of a mailbox.
    pub fn of_user(mailbox: &Mailbox, now: Timestamp) -> Self {
        let principal = Principal::User {
            mailbox: mailbox.record.id,
            address: mailbox.address.clone(),
        };
        Self {
            credential: Some(credential(&mailbox.record)),
            ..Self::new(principal, now)
        }
    }

    /// The user's mailbox as the directory has it now, under whatever address, if its password is the one
    /// that the session was begun with.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn mailbox(&self, tx: &dyn ReadTx) -> Result<Option<Mailbox>, StoreError> {
        let Principal::User { mailbox, address } = &self.principal else {
            return Ok(None);
        };
        let under = |address: &Address| -> Result<Option<Mailbox>, StoreError> {
            let record = directory::mailbox(tx, address)?.filter(|record| record.id == *mailbox);
            Ok(record.map(|record| Mailbox {
                record,
                address: address.clone(),
            }))
        };
        let found = match under(address)? {
            Some(found) => Some(found),
            // It may have been renamed.
            None => match messages::state(tx, *mailbox)? {
                Some(state) => under(&state.address)?,
                None => None,
            },
        };
        Ok(found.filter(|found| self.credential == Some(credential(&found.record))))
    }

    /// Whether it is still good.
    pub fn is_alive(&self, now: Timestamp, idle: Duration) -> bool {
        now < self.last_seen.after(idle)
    }
}

fn key(secret: &SecretHash) -> Key {
    Key::new(Table::Session).bytes(secret.as_bytes())
}

/// The session of a secret, if it is still good.
///
/// # Errors
/// When the store cannot be read.
pub fn find(
    tx: &dyn ReadTx,
    secret: &SecretHash,
    now: Timestamp,
    idle: Duration,
) -> Result<Option<SessionRecord>, StoreError> {
    Ok(get(tx, secret)?.filter(|session| session.is_alive(now, idle)))
}

/// The session of a secret, whether it is over or not.
///
/// # Errors
/// When the store cannot be read.
pub fn get(tx: &dyn ReadTx, secret: &SecretHash) -> Result<Option<SessionRecord>, StoreError> {
    tx.get(key(secret).as_slice())?
        .map(|bytes| codec::decode(&bytes))
        .transpose()
}

/// Begins or replaces a session.
///
/// # Errors
/// As [`codec::encode`].
pub fn put(
    tx: &mut dyn Tx,
    secret: &SecretHash,
    session: &SessionRecord,
) -> Result<(), StoreError> {
    tx.put(key(secret).into_vec(), codec::encode(session)?);
    Ok(())
}

/// Whether the last-seen time of a session is old enough to be written again.
pub fn is_stale(session: &SessionRecord, now: Timestamp) -> bool {
    now.since(session.last_seen) >= SEEN_STEP
}

/// Notes a request. Does nothing if the session was revoked meanwhile.
///
/// # Errors
/// When the store cannot be read.
pub fn seen(tx: &mut dyn Tx, secret: &SecretHash, now: Timestamp) -> Result<(), StoreError> {
    if let Some(bytes) = tx.get(key(secret).as_slice())? {
        let mut session: SessionRecord = codec::decode(&bytes)?;
        session.last_seen = session.last_seen.max(now);
        put(tx, secret, &session)?;
    }
    Ok(())
}

/// Ends a session.
pub fn revoke(tx: &mut dyn Tx, secret: &SecretHash) {
    tx.delete(key(secret).into_vec());
}

/// Ends those of up to `limit` sessions from `after` on that are over; returns where to go on, `None` at the
/// end.
///
/// # Errors
/// When the store cannot be read.
pub fn sweep(
    tx: &mut dyn Tx,
    after: Option<Vec<u8>>,
    limit: usize,
    now: Timestamp,
    idle: Duration,
) -> Result<Option<Vec<u8>>, StoreError> {
    // A session that cannot be read is of no use to anybody.
    let is_over = |value: &[u8]| {
        codec::decode::<SessionRecord>(value).map_or(true, |session| !session.is_alive(now, idle))
    };
    retention::step(tx, Table::Session, after, limit, &is_over)
}
