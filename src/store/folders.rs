//! Folders, and what is kept of a standby mailbox as a whole.
//!
//! Nothing is written for a mailbox until its first message; then one row holds all its folders and
//! their counts, which only [`super::messages`] changes.

use serde::{Deserialize, Serialize};

use super::codec::{self, Versioned};
use super::directory::Mailbox;
use super::keys::{Key, Table};
use super::messages::MessageRecord;
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
    /// The next id of a folder of the user's own; ids are never used again.
    pub next_folder: u32,
    /// What its messages have in octets, together.
    pub octets: u64,
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
            next_folder: OWN_FOLDERS_FROM,
            octets: 0,
        }
    }

    /// The folder with this id.
    pub fn folder(&self, id: FolderId) -> Option<&FolderRecord> {
        self.folders.iter().find(|folder| folder.id == id)
    }

    pub(super) fn count(&mut self, message: &MessageRecord, sign: Sign) {
        self.octets = match sign {
            Sign::Plus => self.octets.saturating_add(message.size_bytes),
            Sign::Minus => self.octets.saturating_sub(message.size_bytes),
        };
        let folder = message.folder;
        if let Some(folder) = self.folders.iter_mut().find(|known| known.id == folder) {
            let unread = u64::from(!message.flags.seen);
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
    let id = FolderId(state.next_folder);
    state.next_folder += 1;
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

/// Gives a folder of the user's own another name, and those inside it with it. What was merged from it
/// stays where it is; what is not merged goes to the folder of the new name.
///
/// # Errors
/// [`StoreError::Missing`] if there is no such folder, [`StoreError::Conflict`] if it has a role or a
/// name is taken.
pub fn rename_folder(
    tx: &mut dyn Tx,
    mailbox: MailboxId,
    id: FolderId,
    name: &str,
) -> Result<(), StoreError> {
    let mut state = state(tx, mailbox)?.ok_or(StoreError::Missing("folder"))?;
    let folder = state.folder(id).ok_or(StoreError::Missing("folder"))?;
    if folder.role.is_some() {
        return Err(StoreError::Conflict("a folder with a role keeps its name"));
    }
    let (old, inside) = (folder.name.clone(), format!("{}/", folder.name));
    let (moved, kept): (Vec<_>, Vec<_>) = state
        .folders
        .iter_mut()
        .partition(|folder| folder.name == old || folder.name.starts_with(&inside));
    for folder in moved {
        let rest = folder.name.get(old.len()..).unwrap_or_default();
        let new = format!("{name}{rest}");
        if kept.iter().any(|other| other.name == new) {
            return Err(StoreError::Conflict("there is a folder of this name"));
        }
        folder.name = new;
    }
    put_state(tx, mailbox, &state)
}

/// Removes a folder of the user's own that is empty.
///
/// # Errors
/// [`StoreError::Missing`] if there is no such folder, [`StoreError::Conflict`] if it has a role or is
/// not empty.
pub fn remove_folder(tx: &mut dyn Tx, mailbox: MailboxId, id: FolderId) -> Result<(), StoreError> {
    let mut state = state(tx, mailbox)?.ok_or(StoreError::Missing("folder"))?;
    let folder = state.folder(id).ok_or(StoreError::Missing("folder"))?;
    if folder.role.is_some() || folder.total > 0 {
        return Err(StoreError::Conflict(
            "only an empty folder of one's own can be removed",
        ));
    }
    state.folders.retain(|folder| folder.id != id);
    put_state(tx, mailbox, &state)
}

fn state_key(mailbox: MailboxId) -> Key {
    Key::new(Table::MailboxState).mailbox(mailbox)
}
