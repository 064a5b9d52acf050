//! API tokens: what they may do, until when. The secret itself is not here, only its hash.

use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};

use super::access::{Access, Grants};
use super::codec::{self, Versioned};
use super::keys::{Key, Table, tail};
pub use super::sessions::{Role, SecretHash};
use super::{Order, ReadTx, StoreError, Tx, retention};
use crate::clock::Timestamp;
use crate::ids::{PersonId, TokenId};

/// One token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenRecord {
    /// Hash of the whole token text.
    pub hash: SecretHash,
    /// What it allows.
    pub role: Role,
    /// What of that it may.
    pub grants: Grants,
    /// The role within operator or reseller that this was made from.
    pub access: Access,
    /// What its owner calls it.
    pub label: String,
    /// The person who made it, where it was one.
    pub made_by: Option<PersonId>,
    /// When it was made.
    pub created: Timestamp,
    /// When it ends; `None`: when it is revoked.
    pub expires: Option<Timestamp>,
    /// When it was last used, to a few minutes.
    pub last_used: Option<Timestamp>,
    /// When it was revoked.
    pub revoked: Option<Timestamp>,
}

impl Versioned for TokenRecord {
    const NAME: &'static str = "token";
}

impl TokenRecord {
    /// Whether it opens anything now.
    pub fn is_valid(&self, now: Timestamp) -> bool {
        self.revoked.is_none() && self.expires.is_none_or(|expires| now < expires)
    }
}

/// Removes those of up to `limit` tokens from `after` on that opened nothing any more at `before`; returns
/// where to go on, `None` at the end.
///
/// # Errors
/// When the store cannot be read.
pub fn sweep(
    tx: &mut dyn Tx,
    after: Option<Vec<u8>>,
    limit: usize,
    before: Timestamp,
) -> Result<Option<Vec<u8>>, StoreError> {
    // One that cannot be read is left for whoever looks into the store.
    let is_over = |value: &[u8]| {
        codec::decode::<TokenRecord>(value).is_ok_and(|token| {
            let ended = [token.revoked, token.expires].into_iter().flatten().min();
            ended.is_some_and(|ended| ended < before)
        })
    };
    retention::step(tx, Table::Token, after, limit, &is_over)
}

/// A token by its public part.
///
/// # Errors
/// When the store cannot be read.
pub fn get(tx: &dyn ReadTx, id: TokenId) -> Result<Option<TokenRecord>, StoreError> {
    tx.get(Key::new(Table::Token).id(id.as_bytes()).as_slice())?
        .map(|bytes| codec::decode(&bytes))
        .transpose()
}

/// Writes a token.
///
/// # Errors
/// As [`codec::encode`].
pub fn put(tx: &mut dyn Tx, id: TokenId, token: &TokenRecord) -> Result<(), StoreError> {
    tx.put(
        Key::new(Table::Token).id(id.as_bytes()).into_vec(),
        codec::encode(token)?,
    );
    Ok(())
}

/// Up to `limit` tokens, oldest first.
///
/// # Errors
/// When the store cannot be read.
pub fn list(
    tx: &dyn ReadTx,
    limit: usize,
    takes: impl Fn(&TokenRecord) -> bool,
) -> Result<Vec<(TokenId, TokenRecord)>, StoreError> {
    let table = Key::new(Table::Token);
    let mut found = Vec::new();
    tx.scan(
        table.as_slice(),
        &table.end(),
        Order::Ascending,
        &mut |key, value| {
            if found.len() == limit {
                return Ok(ControlFlow::Break(()));
            }
            let id = tail(key).ok_or_else(|| StoreError::corrupt("token", "its key is short"))?;
            let record = codec::decode(value)?;
            if takes(&record) {
                found.push((TokenId::from_bytes(id), record));
            }
            Ok(ControlFlow::Continue(()))
        },
    )?;
    Ok(found)
}
