//! Folders of a user's own: made, named, removed; and what folders are called in the usual mailbox.

use super::mailbox::{open_to_change, own};
use super::{Actor, Service, ServiceError};
use crate::ids::FolderId;
use crate::mail::Role;
use crate::merge_plan::{Layout, ListedFolder, StandbyFolder, Target};
use crate::store::messages::{self, Cursor, FOLDERS_MAX, FolderRecord, folder_of};
use crate::store::{ReadTx, StoreError, Tx, watermarks};

/// Longest name, in characters.
pub const NAME_CHARS_MAX: usize = 100;
/// Deepest level.
const LEVELS_MAX: usize = 8;
/// Most messages that are moved to Trash when their folder is removed, and most that are looked at
/// before it is renamed.
const MESSAGES_MAX: usize = 1_000;

/// Why a folder was not changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem {
    /// No name was given.
    Empty,
    /// A name that cannot be one.
    Name,
    /// There is a folder of this name.
    Exists,
    /// There are too many.
    Many,
    /// Its mail was merged under the old name.
    Merged,
    /// There are folders inside it.
    Inside,
    /// There is too much in it.
    Full,
}

/// Why nothing was done.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// What is wrong with what was asked.
    #[error("the folder cannot be so: {0:?}")]
    Problem(Problem),
    /// As everywhere.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

impl From<StoreError> for FolderError {
    fn from(error: StoreError) -> Self {
        Self::Service(error.into())
    }
}

/// What a user wants done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Order {
    /// A new folder.
    Create {
        /// Its name; levels are separated by `/`.
        name: String,
    },
    /// Another name.
    Rename {
        /// Which folder.
        id: FolderId,
        /// Its new name.
        name: String,
    },
    /// It goes, and its mail goes to Trash.
    Delete {
        /// Which folder.
        id: FolderId,
    },
}

/// A folder and what it is called in the usual mailbox, where that is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// The folder.
    pub folder: FolderRecord,
    /// Its name there.
    pub at_home: Option<String>,
}

/// The actor's folders.
///
/// # Errors
/// When the actor has no mailbox, or the store fails.
pub fn list(service: &Service, actor: &Actor) -> Result<Vec<Known>, ServiceError> {
    let now = service.now();
    service.store.read(|tx| {
        let mailbox = own(tx, actor)?;
        let seen = watermarks::watermark(tx, &mailbox.record.mailstore, mailbox.record.id)?;
        let layout = seen.map(|seen| layout(seen.folders.keys().map(String::as_str)));
        let state = messages::state_or_new(tx, &mailbox, now)?;
        let known = state.folders.into_iter().map(|folder| Known {
            at_home: layout.as_ref().and_then(|layout| at_home(layout, &folder)),
            folder,
        });
        Ok(known.collect())
    })
}

/// The layout of a mailbox whose folders were seen under these names, as the mailstore writes them.
/// Pure.
fn layout<'n>(names: impl Iterator<Item = &'n str>) -> Layout {
    let names: Vec<String> = names
        .map(|name| crate::imap::FolderName::from_wire(name).to_text())
        .collect();
    let others = || names.iter().filter(|name| *name != "INBOX");
    let separator = if others().any(|name| name.contains('/')) {
        '/'
    } else {
        '.'
    };
    let inside = format!("INBOX{separator}");
    let is_inside = others().count() > 0 && others().all(|name| name.starts_with(&inside));
    Layout {
        separator: Some(separator),
        named: Vec::new(),
        prefix: if is_inside { inside } else { String::new() },
        folders: names
            .into_iter()
            .map(|name| ListedFolder {
                name,
                role: None,
                selectable: true,
            })
            .collect(),
    }
}

/// What a folder is called there, if it is there and called otherwise than here. Pure.
fn at_home(layout: &Layout, folder: &FolderRecord) -> Option<String> {
    let target = layout.target(StandbyFolder {
        name: &folder.name,
        role: folder.role,
    });
    match target {
        Target::Existing(name) if folder.role != Some(Role::Inbox) => Some(name),
        Target::Existing(_) | Target::Create(_) => None,
    }
}

/// A name as it is kept: levels without space around them. Pure.
fn name_of(text: &str) -> Result<String, Problem> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Problem::Empty);
    }
    let levels: Vec<&str> = text.split('/').map(str::trim).collect();
    let is_level = |level: &&str| !matches!(*level, "" | "." | "..");
    let fits = text.chars().count() <= NAME_CHARS_MAX
        && !text.chars().any(char::is_control)
        && levels.len() <= LEVELS_MAX
        && levels.iter().all(is_level);
    if !fits {
        return Err(Problem::Name);
    }
    Ok(levels.join("/"))
}

/// Whether a name is taken: by a folder of the user's own, or by what mail programs call those with a
/// role. Pure.
fn is_taken(folders: &[FolderRecord], name: &str, except: Option<FolderId>) -> bool {
    let same = |other: &str| other.to_lowercase() == name.to_lowercase();
    Role::ALL.into_iter().any(|role| same(role.default_name()))
        || folders
            .iter()
            .any(|folder| Some(folder.id) != except && same(&folder.name))
}

/// Does what the actor wants.
///
/// # Errors
/// [`FolderError`].
pub async fn change(service: &Service, actor: &Actor, order: Order) -> Result<(), FolderError> {
    let (asked, actor) = (service.clone(), actor.clone());
    service
        .store
        .write(move |tx| {
            let mailbox = open_to_change(&asked, tx, &actor)?;
            let now = asked.now();
            let state = messages::state_or_new(tx, &mailbox, now)?;
            let problem = |problem| Err(FolderError::Problem(problem));
            match &order {
                Order::Create { name } => {
                    let name = name_of(name).map_err(FolderError::Problem)?;
                    if is_taken(&state.folders, &name, None) {
                        return problem(Problem::Exists);
                    }
                    if state.folders.len() >= FOLDERS_MAX {
                        return problem(Problem::Many);
                    }
                    messages::create_folder(tx, &mailbox, &name, now)?;
                }
                Order::Rename { id, name } => {
                    let name = name_of(name).map_err(FolderError::Problem)?;
                    own_folder(&state.folders, *id)?;
                    if is_taken(&state.folders, &name, Some(*id)) {
                        return problem(Problem::Exists);
                    }
                    let found = contents(tx, mailbox.record.id, *id)?;
                    if found.iter().any(|message| message.merged.is_some()) {
                        return problem(Problem::Merged);
                    }
                    match messages::rename_folder(tx, mailbox.record.id, *id, &name) {
                        Err(StoreError::Conflict(_)) => return problem(Problem::Exists),
                        renamed => renamed?,
                    }
                }
                Order::Delete { id } => {
                    let folder = own_folder(&state.folders, *id)?;
                    let inside = format!("{}/", folder.name);
                    let has_inside = |folder: &FolderRecord| folder.name.starts_with(&inside);
                    if state.folders.iter().any(has_inside) {
                        return problem(Problem::Inside);
                    }
                    let found = contents(tx, mailbox.record.id, *id)?;
                    if found.len() > MESSAGES_MAX {
                        return problem(Problem::Full);
                    }
                    for message in found {
                        to_trash(tx, &mailbox, message.id)?;
                    }
                    messages::remove_folder(tx, mailbox.record.id, *id)?;
                }
            }
            Ok(())
        })
        .await
}

fn own_folder(folders: &[FolderRecord], id: FolderId) -> Result<&FolderRecord, ServiceError> {
    folders
        .iter()
        .find(|folder| folder.id == id && folder.role.is_none())
        .ok_or(ServiceError::NotFound("such folder"))
}

/// Up to one more than the bound.
fn contents(
    tx: &dyn ReadTx,
    mailbox: crate::ids::MailboxId,
    id: FolderId,
) -> Result<Vec<messages::MessageRecord>, StoreError> {
    messages::list(tx, mailbox, id, Cursor::Newest, MESSAGES_MAX + 1)
}

fn to_trash(
    tx: &mut dyn Tx,
    mailbox: &crate::store::directory::Mailbox,
    id: crate::ids::StandbyId,
) -> Result<(), StoreError> {
    messages::update(tx, mailbox, id, |message| {
        message.folder = folder_of(Role::Trash);
    })
    .map(drop)
}

#[cfg(test)]
mod tests;
