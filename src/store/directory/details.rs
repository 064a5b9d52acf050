//! What is known of a mailbox beyond its record: whose word it is, how its user is reached when it is
//! not, what its special folders are called. A row only where there is something to say.

use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};

use super::super::codec::{self, Versioned};
use super::super::keys::{Key, Table};
use super::super::{Order, ReadTx, StoreError, Tx};
use super::address_in;
use crate::ids::{Address, SourceName};
use crate::mail::Role;

/// Longest id that a source may give a mailbox, in bytes.
pub const SOURCE_ID_BYTES_MAX: usize = 128;

/// What is known of a mailbox beyond its record.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Details {
    /// The source that it is from, and that alone may delete it by leaving it out.
    pub source: Option<SourceName>,
    /// What that source calls it, whatever its address becomes.
    pub source_id: Option<String>,
    /// Where its user is reached when the platform is down.
    pub recovery: Option<Address>,
    /// What its special folders are called in the mailstore.
    pub folders: Vec<(Role, String)>,
}

impl Versioned for Details {
    const NAME: &'static str = "mailbox details";
}

fn row(address: &Address) -> Key {
    Key::new(Table::Details).address(address)
}

fn source_id_row(source: &SourceName, id: &str) -> Vec<u8> {
    Key::new(Table::SourceId)
        .text(source.as_str())
        .text(id)
        .into_vec()
}

/// The details of the mailbox with exactly this address.
///
/// # Errors
/// When the store cannot be read.
pub fn get(tx: &dyn ReadTx, address: &Address) -> Result<Details, StoreError> {
    let bytes = tx.get(row(address).as_slice())?;
    bytes.map_or_else(|| Ok(Details::default()), |bytes| codec::decode(&bytes))
}

/// Writes the details of a mailbox and keeps the row of its source's id in step.
///
/// # Errors
/// As [`codec::encode`].
pub fn put(tx: &mut dyn Tx, address: &Address, details: &Details) -> Result<(), StoreError> {
    if let (Some(source), Some(id)) = (&details.source, &details.source_id) {
        tx.put(source_id_row(source, id), address.as_str().into());
    }
    match *details == Details::default() {
        true => tx.delete(row(address).into_vec()),
        false => tx.put(row(address).into_vec(), codec::encode(details)?),
    }
    Ok(())
}

/// Removes the details of a mailbox. The row of its source's id stays: by it a mailbox that comes back
/// under another address is known again.
pub fn remove(tx: &mut dyn Tx, address: &Address) {
    tx.delete(row(address).into_vec());
}

/// Forgets which mailbox a source means by an id.
pub(in crate::store) fn remove_source_id(tx: &mut dyn Tx, source: &SourceName, id: &str) {
    tx.delete(source_id_row(source, id));
}

/// The address under which a source's mailbox is, or was last.
///
/// # Errors
/// When the store cannot be read.
pub fn address_of(
    tx: &dyn ReadTx,
    source: &SourceName,
    id: &str,
) -> Result<Option<Address>, StoreError> {
    let Some(bytes) = tx.get(&source_id_row(source, id))? else {
        return Ok(None);
    };
    std::str::from_utf8(&bytes)
        .ok()
        .and_then(|text| text.parse().ok())
        .map(Some)
        .ok_or_else(|| StoreError::corrupt("a source's id", "it leads to no address"))
}

/// Up to `limit` rows after `after` are looked at; those of `source` are returned in order of their
/// key, and where the next page starts, if there is one.
///
/// # Errors
/// When the store cannot be read.
pub fn of_source(
    tx: &dyn ReadTx,
    source: &SourceName,
    after: Option<&Address>,
    limit: usize,
) -> Result<(Vec<Address>, Option<Address>), StoreError> {
    let all = Key::new(Table::Details);
    let from = after.map_or_else(|| all.clone().into_vec(), |after| row(after).end());
    let (mut found, mut last, mut looked_at) = (Vec::new(), None, 0);
    tx.scan(&from, &all.end(), Order::Ascending, &mut |key, value| {
        if looked_at == limit {
            return Ok(ControlFlow::Break(()));
        }
        looked_at += 1;
        let details: Details = codec::decode(value)?;
        let address = address_in(key)?;
        if details.source.as_ref() == Some(source) {
            found.push(address.clone());
        }
        last = Some(address);
        Ok(ControlFlow::Continue(()))
    })?;
    Ok((found, last.filter(|_| looked_at == limit)))
}
