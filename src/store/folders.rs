//! Folders, and what is kept of a standby mailbox as a whole.
//!
//! Nothing is written for a mailbox until its first message; then one row holds all its folders and
//! their counts, which only [`super::messages`] changes.

use serde::{Deserialize, Serialize};

use super::codec::{self, Versioned};
use super::directory::Mailbox;
use super::keys::{Key, Table};
use super::{ReadTx, StoreError, Tx};
use crate::clock::Timestamp;
use crate::ids::{Address, FolderId, MailboxId};
use crate::mail::Role;

/// The first id of a folder of the user's own; below are the folders with a role.
const OWN_FOLDERS_FROM: u32 = 100;
/// Most folders in a mailbox.
pub const FOLDERS_MAX: usize = 1_000;

/// One folder of a standby mailbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FolderRecord {
    /// Its id.
    pub id: FolderId,
    /// Its name; levels are separated by `/`.
    pub name: String,
    /// What it is for.
    pub role: Option<Role>,
    /// Messages in it.
    pub total: u64,
    /// Messages in it that are not read.
    pub unread: u64,
}

/// What is kept of a mailbox as a whole once it is used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailboxState {
    /// Its address now.
    pub address: Address,
    /// When it was first used.
    pub opened_at: Timestamp,
    /// The last time its user signed in.
    pub signed_in_at: Option<Timestamp>,
    /// The next message's id.
    pub next_id: u64,
    /// Its folders, those with a role first.
    pub folders: Vec<FolderRecord>,
}

impl Versioned for MailboxState {
    const NAME: &'static str = "mailbox state";
}

impl MailboxState {
    fn new(address: &Address, now: Timestamp) -> Self {
        let folders = Role::ALL.into_iter().map(|role| FolderRecord {
            id: folder_of(role),
            name: role.default_name().to_owned(),
            role: Some(role),
            total: 0,
            unread: 0,
        });
        Self {
            address: address.clone(),
            opened_at: now,
            signed_in_at: None,
            next_id: 1,
            folders: folders.collect(),
        }
    }

    /// The folder with this id.
    pub fn folder(&self, id: FolderId) -> Option<&FolderRecord> {
        self.folders.iter().find(|folder| folder.id == id)
    }

    pub(super) fn count(&mut self, folder: FolderId, seen: bool, sign: Sign) {
        if let Some(folder) = self.folders.iter_mut().find(|known| known.id == folder) {
            let unread = u64::from(!seen);
            match sign {
                Sign::Plus => {
                    folder.total += 1;
                    folder.unread += unread;
                }
                Sign::Minus => {
                    folder.total = folder.total.saturating_sub(1);
                    folder.unread = folder.unread.saturating_sub(unread);
                }
            }
        }
    }
}

#[derive(Clone, Copy)]
pub(super) enum Sign {
    Plus,
    Minus,
}

/// The folder that has a role in every mailbox.
pub const fn folder_of(role: Role) -> FolderId {
    FolderId(match role {
        Role::Inbox => 1,
        Role::Drafts => 2,
        Role::Sent => 3,
        Role::Archive => 4,
        Role::Junk => 5,
        Role::Trash => 6,
    })
}

/// The state of a mailbox that was used before.
///
/// # Errors
/// When the store cannot be read.
pub fn state(tx: &dyn ReadTx, mailbox: MailboxId) -> Result<Option<MailboxState>, StoreError> {
    tx.get(state_key(mailbox).as_slice())?
        .map(|bytes| codec::decode(&bytes))
        .transpose()
}

/// The state of a mailbox, as it would be if it was never used.
///
/// # Errors
/// When the store cannot be read.
pub fn state_or_new(
    tx: &dyn ReadTx,
    mailbox: &Mailbox,
    now: Timestamp,
) -> Result<MailboxState, StoreError> {
    Ok(state(tx, mailbox.record.id)?.unwrap_or_else(|| MailboxState::new(&mailbox.address, now)))
}

/// Writes a mailbox's state; the folders' counts are this module's own.
///
/// # Errors
/// As [`codec::encode`].
pub fn put_state(
    tx: &mut dyn Tx,
    mailbox: MailboxId,
    state: &MailboxState,
) -> Result<(), StoreError> {
    tx.put(state_key(mailbox).into_vec(), codec::encode(state)?);
    Ok(())
}

/// Makes a folder of the user's own, or finds it if there is one with this name.
///
/// # Errors
/// [`StoreError::Conflict`] when there are too many.
pub fn create_folder(
    tx: &mut dyn Tx,
    mailbox: &Mailbox,
    name: &str,
    now: Timestamp,
) -> Result<FolderId, StoreError> {
    let mut state = state_or_new(tx, mailbox, now)?;
    if let Some(folder) = state.folders.iter().find(|folder| folder.name == name) {
        return Ok(folder.id);
    }
    if state.folders.len() >= FOLDERS_MAX {
        return Err(StoreError::Conflict("there are too many folders"));
    }
    let highest = state.folders.iter().map(|folder| folder.id.0 + 1).max();
    let id = FolderId(highest.unwrap_or(OWN_FOLDERS_FROM).max(OWN_FOLDERS_FROM));
    state.folders.push(FolderRecord {
        id,
        name: name.to_owned(),
        role: None,
        total: 0,
        unread: 0,
    });
    put_state(tx, mailbox.record.id, &state)?;
    Ok(id)
}

fn state_key(mailbox: MailboxId) -> Key {
    Key::new(Table::MailboxState).mailbox(mailbox)
}
