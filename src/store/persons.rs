//! People who sign in to the console with a name and a password. The password is kept as a hash, links
//! and recovery codes too; the secret of a second factor has to be kept as it is.

use std::net::IpAddr;
use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};

use super::access::Access;
use super::codec::{self, Versioned};
use super::keys::{Key, Table, tail};
use super::sessions::SecretHash;
use super::{Order, ReadTx, StoreError, Tx};
use crate::clock::Timestamp;
use crate::ids::{Address, PersonId, ResellerId};

/// Most people of all operators and resellers together.
pub const PERSONS_MAX: usize = 20_000;

/// Somebody who may sign in to the console.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonRecord {
    /// The name.
    pub name: String,
    /// What is entered at the door: an e-mail address, whether mail goes there or not.
    pub sign_in: Address,
    /// The reseller; none for the operator's people.
    pub owner: Option<ResellerId>,
    /// The role.
    pub access: Access,
    /// `{ARGON2ID}…`; none until the person chose a password.
    pub password_hash: Option<String>,
    /// Codes besides the password.
    pub second: Option<SecondFactor>,
    /// A second factor that is being set up.
    pub pending: Option<PendingFactor>,
    /// Networks from which the person signed in, the last first.
    pub networks: Vec<IpAddr>,
    /// A link by which the person chooses a password.
    pub invitation: Option<Invitation>,
    /// Counted up when sessions have to end; each session remembers it.
    pub generation: u32,
    /// When the person was entered.
    pub created: Timestamp,
    /// When the person last signed in.
    pub signed_in_at: Option<Timestamp>,
}

impl Versioned for PersonRecord {
    const NAME: &'static str = "person";
}

/// Codes besides the password (RFC 6238).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecondFactor {
    /// The shared secret.
    pub secret: [u8; 20],
    /// The time step of the last code that was accepted: no code opens twice.
    pub last_step: u64,
    /// Codes for when the device is lost; each opens once.
    pub recovery: Vec<SecretHash>,
    /// Wrong codes since the last right one.
    pub wrong: u32,
    /// When the last of them came.
    pub wrong_at: Timestamp,
}

/// A second factor that is being set up.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingFactor {
    /// The shared secret.
    pub secret: [u8; 20],
    /// Until when its first code is waited for.
    pub until: Timestamp,
}

impl std::fmt::Debug for PendingFactor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PendingFactor")
    }
}

impl std::fmt::Debug for SecondFactor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecondFactor")
    }
}

/// A link by which a person chooses a password.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invitation {
    /// Hash of its secret.
    pub hash: SecretHash,
    /// Until when it is good.
    pub until: Timestamp,
}

fn key(id: PersonId) -> Key {
    Key::new(Table::Person).id(id.as_bytes())
}

fn name_key(sign_in: &Address) -> Key {
    Key::new(Table::PersonName).address(sign_in)
}

/// A person by id.
///
/// # Errors
/// When the store cannot be read.
pub fn get(tx: &dyn ReadTx, id: PersonId) -> Result<Option<PersonRecord>, StoreError> {
    tx.get(key(id).as_slice())?
        .map(|bytes| codec::decode(&bytes))
        .transpose()
}

/// A person by what is entered at the door.
///
/// # Errors
/// When the store cannot be read.
pub fn find(
    tx: &dyn ReadTx,
    sign_in: &Address,
) -> Result<Option<(PersonId, PersonRecord)>, StoreError> {
    let Some(bytes) = tx.get(name_key(sign_in).as_slice())? else {
        return Ok(None);
    };
    let bytes: [u8; 16] = bytes[..]
        .try_into()
        .map_err(|_| StoreError::corrupt("person", "its name leads nowhere"))?;
    let id = PersonId::from_bytes(bytes);
    Ok(get(tx, id)?.map(|record| (id, record)))
}

/// Writes a person. Whoever had another name at the door before is not found by it any more.
///
/// # Errors
/// When the store cannot be read.
pub fn put(tx: &mut dyn Tx, id: PersonId, record: &PersonRecord) -> Result<(), StoreError> {
    if let Some(before) = get(tx, id)?
        && before.sign_in != record.sign_in
    {
        tx.delete(name_key(&before.sign_in).into_vec());
    }
    tx.put(name_key(&record.sign_in).into_vec(), id.as_bytes().to_vec());
    tx.put(key(id).into_vec(), codec::encode(record)?);
    Ok(())
}

/// Removes a person; their sessions end with that.
///
/// # Errors
/// When the store cannot be read.
pub fn remove(tx: &mut dyn Tx, id: PersonId) -> Result<(), StoreError> {
    if let Some(record) = get(tx, id)? {
        tx.delete(name_key(&record.sign_in).into_vec());
        tx.delete(key(id).into_vec());
    }
    Ok(())
}

/// Everybody, in the order in which they were entered.
///
/// # Errors
/// When the store cannot be read.
pub fn all(tx: &dyn ReadTx) -> Result<Vec<(PersonId, PersonRecord)>, StoreError> {
    let table = Key::new(Table::Person);
    let mut found = Vec::new();
    tx.scan(
        table.as_slice(),
        &table.end(),
        Order::Ascending,
        &mut |key, value| {
            let id = tail(key).ok_or_else(|| StoreError::corrupt("person", "its key is short"))?;
            found.push((PersonId::from_bytes(id), codec::decode(value)?));
            Ok(if found.len() == PERSONS_MAX {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            })
        },
    )?;
    Ok(found)
}
