//! Who is told what happens: webhooks and contacts, of the operator and of each reseller.

use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};

use super::codec::{self, Versioned};
use super::keys::{self, Key, Table};
use super::{Order, ReadTx, StoreError, Tx, announcements};
use crate::clock::Timestamp;
use crate::config::secret::Secret;
use crate::ids::{Address, DestinationId, ResellerId};

/// Most destinations in all.
pub const DESTINATIONS_MAX: usize = 10_000;

/// A destination.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DestinationRecord {
    /// Whose; none: the operator's.
    pub owner: Option<ResellerId>,
    /// What its owner calls it.
    pub label: String,
    /// When it was made.
    pub created: Timestamp,
    /// The names of the events it is told; empty: all.
    pub events: Vec<String>,
    /// Where it is.
    pub place: Place,
    /// Whether it is told anything.
    pub state: DestinationState,
    /// Since when nothing gets through.
    pub failing_since: Option<Timestamp>,
}

impl Versioned for DestinationRecord {
    const NAME: &'static str = "destination";
}

impl DestinationRecord {
    /// Whether it wants to be told an event of this name.
    pub fn wants(&self, name: &str) -> bool {
        self.state == DestinationState::On
            && (self.events.is_empty() || self.events.iter().any(|known| known == name))
    }
}

/// Where a destination is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Place {
    /// A program that is called over HTTP.
    Webhook {
        /// Its address.
        url: String,
        /// What its calls are signed with: the newest first, two while one replaces the other.
        keys: Vec<SigningKey>,
    },
    /// A person who gets mail.
    Contact {
        /// The address.
        address: Address,
    },
}

/// What calls are signed with.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SigningKey {
    secret: Vec<u8>,
    /// Until when it is used; none: until it is replaced.
    pub until: Option<Timestamp>,
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SigningKey")
    }
}

impl SigningKey {
    /// A key of these bytes.
    pub const fn new(secret: Vec<u8>) -> Self {
        Self {
            secret,
            until: None,
        }
    }

    /// Its bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.secret
    }

    /// As its owner gets it (Standard Webhooks, "Signature scheme").
    pub fn shown(&self) -> Secret {
        use base64::Engine;
        use base64::engine::general_purpose::STANDARD;
        Secret::new(format!("whsec_{}", STANDARD.encode(&self.secret)))
    }
}

/// Whether a destination is told anything.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum DestinationState {
    /// It is.
    On,
    /// It is not: its owner switched it off, or it did not want to be told any more.
    Off {
        /// Why, in words.
        why: String,
        /// Since when.
        since: Timestamp,
    },
}

fn key(id: DestinationId) -> Key {
    Key::new(Table::Destination).id(id.as_bytes())
}

/// A destination.
///
/// # Errors
/// When the store cannot be read.
pub fn get(tx: &dyn ReadTx, id: DestinationId) -> Result<Option<DestinationRecord>, StoreError> {
    let bytes = tx.get(key(id).as_slice())?;
    bytes.map(|bytes| codec::decode(&bytes)).transpose()
}

/// Writes a destination.
///
/// # Errors
/// As [`codec::encode`].
pub fn put(
    tx: &mut dyn Tx,
    id: DestinationId,
    record: &DestinationRecord,
) -> Result<(), StoreError> {
    tx.put(key(id).into_vec(), codec::encode(record)?);
    Ok(())
}

/// Removes a destination with all that it was told or was to be told.
///
/// # Errors
/// When the store cannot be read.
pub fn remove(tx: &mut dyn Tx, id: DestinationId) -> Result<(), StoreError> {
    announcements::remove_all(tx, id)?;
    tx.delete(key(id).into_vec());
    Ok(())
}

/// All destinations, the oldest first.
///
/// # Errors
/// When the store cannot be read.
pub fn all(tx: &dyn ReadTx) -> Result<Vec<(DestinationId, DestinationRecord)>, StoreError> {
    let range = Key::new(Table::Destination);
    let mut found = Vec::new();
    tx.scan(
        range.as_slice(),
        &range.end(),
        Order::Ascending,
        &mut |key, value| {
            if found.len() == DESTINATIONS_MAX {
                return Ok(ControlFlow::Break(()));
            }
            let id = keys::tail(key)
                .ok_or_else(|| StoreError::corrupt("destination", "its key is too short"))?;
            found.push((DestinationId::from_bytes(id), codec::decode(value)?));
            Ok(ControlFlow::Continue(()))
        },
    )?;
    Ok(found)
}
