//! A visit's connection to the mailstore: signing in, folders, and whether the ground is firm.

use std::collections::HashMap;

use crate::ids::{Address, PrimaryUid, UidValidity};
use crate::imap::{Client, Code, FolderName, ImapError, ListedFolder, Refusal, Selected};
use crate::merge_plan::{self, Layout, Target};
use crate::store::directory::{Mailbox, details};
use crate::store::merge::{FolderMark, MailboxMerge, ParkReason};

use super::visit::Context;
use super::{MailstoreAccess, VisitError};

/// Most folders that are looked at when something is searched for.
const FOLDERS_SEARCHED_MAX: usize = 2_000;

/// A signed-in connection and the folders of the mailbox.
pub(super) struct Ground {
    pub(super) client: Client,
    layout: Layout,
    /// By the names in `layout`.
    names: HashMap<String, FolderName>,
}

/// Whether a refusal is about the moment and not about what was asked.
pub(super) fn is_passing(refusal: &Refusal) -> bool {
    matches!(
        refusal.code,
        Some(Code::Unavailable | Code::InUse | Code::ServerBug)
    )
}

impl Ground {
    /// Connects and signs in. Only a server that nobody gets through to is the mailstore's fault;
    /// what comes after concerns this mailbox.
    pub(super) async fn open(access: &MailstoreAccess, user: &Address) -> Result<Self, VisitError> {
        let connected = Client::connect(&access.server).await;
        let mut client = connected.map_err(|error| VisitError::Mailstore(error.into()))?;
        let signed_in = client.login_as(
            user.as_str(),
            access.separator,
            &access.master_user,
            &access.master_password,
        );
        signed_in.await.map_err(|error| match error {
            ImapError::Refused(refusal) if !is_passing(&refusal) => {
                VisitError::park(ParkReason::SignIn, refusal.to_string())
            }
            error => error.into(),
        })?;
        let namespace = client.namespace().await?;
        let is_foreign = |folder: &ListedFolder| {
            let mut foreign = namespace.foreign.iter();
            foreign.any(|prefix| folder.name.as_wire().starts_with(prefix))
        };
        let mut listed = client.list().await?;
        listed.retain(|folder| !is_foreign(folder));
        let names: HashMap<_, _> = listed
            .iter()
            .map(|folder| (folder.name.to_text(), folder.name.clone()))
            .collect();
        let separator = namespace
            .separator
            .or_else(|| listed.iter().find_map(|folder| folder.separator));
        let layout = Layout {
            folders: listed
                .iter()
                .map(|folder| merge_plan::ListedFolder {
                    name: folder.name.to_text(),
                    role: folder.role,
                    selectable: folder.selectable,
                })
                .collect(),
            separator,
            prefix: FolderName::from_wire(&namespace.prefix).to_text(),
            named: Vec::new(),
        };
        Ok(Self {
            client,
            layout,
            names,
        })
    }

    /// Connects and signs in as [`Self::open`] does, and knows what the directory calls the special
    /// folders of `mailbox`.
    pub(super) async fn open_for(
        context: &Context,
        access: &MailstoreAccess,
        mailbox: &Mailbox,
    ) -> Result<Self, VisitError> {
        let mut ground = Self::open(access, &mailbox.address).await?;
        let details = context
            .store
            .read(|tx| details::get(tx, &mailbox.address))?;
        ground.layout.named = details.folders;
        Ok(ground)
    }

    pub(super) fn layout(&self) -> &Layout {
        &self.layout
    }

    /// Every folder that can hold messages, INBOX first.
    pub(super) fn folders(&self) -> Vec<FolderName> {
        let mut folders: Vec<_> = self
            .layout
            .folders
            .iter()
            .filter(|folder| folder.selectable)
            .filter_map(|folder| self.names.get(&folder.name).cloned())
            .take(FOLDERS_SEARCHED_MAX)
            .collect();
        folders.sort_by_key(|folder| !folder.is_inbox());
        folders
    }

    /// The name of `target` as the mailstore writes it.
    pub(super) fn name(&self, target: &Target) -> FolderName {
        self.names
            .get(target.name())
            .cloned()
            .unwrap_or_else(|| FolderName::from_text(target.name()))
    }

    /// The folder whose files lie under this name on disk (Maildir++: levels separated by dots, empty
    /// for INBOX).
    pub(super) fn placed_in(&self, on_disk: &str) -> FolderName {
        if on_disk.is_empty() {
            return FolderName::inbox();
        }
        let separator = self.layout.separator.unwrap_or('.').to_string();
        let levels = on_disk.replace('.', &separator);
        if levels.is_ascii() {
            let prefix = FolderName::from_text(&self.layout.prefix);
            FolderName::from_wire(&format!("{}{levels}", prefix.as_wire()))
        } else {
            // A mail_location with UTF-8 has them as people read them.
            FolderName::from_text(&format!("{}{levels}", self.layout.prefix))
        }
    }

    /// Has clients show a folder. That a mailstore does not want to is no reason not to go on.
    pub(super) async fn subscribe(&mut self, folder: &FolderName) -> Result<(), VisitError> {
        if let Err(error) = self.client.subscribe(folder).await {
            if !self.client.is_usable() {
                return Err(error.into());
            }
            tracing::debug!(%error, "a new folder could not be subscribed");
        }
        Ok(())
    }

    /// Creates and subscribes `target`, and remembers that it is there.
    pub(super) async fn create(&mut self, target: &Target) -> Result<(), VisitError> {
        let name = self.name(target);
        match self.client.create(&name).await {
            Ok(()) => {}
            Err(ImapError::Refused(refusal)) if !is_passing(&refusal) => {
                // It may be there all the same, say by another session.
                if self.client.examine(&name).await.is_err() {
                    let detail = format!("the folder {name} cannot be created: {}", refusal.text);
                    return Err(VisitError::park(ParkReason::Refused, detail));
                }
            }
            Err(error) => return Err(error.into()),
        }
        self.subscribe(&name).await?;
        let text = target.name().to_owned();
        self.names.insert(text.clone(), name);
        match self.layout.folders.iter_mut().find(|f| f.name == text) {
            Some(folder) => folder.selectable = true,
            None => self.layout.folders.push(merge_plan::ListedFolder {
                name: text,
                role: None,
                selectable: true,
            }),
        }
        Ok(())
    }

    /// Examines a folder and checks that it is what it was.
    pub(super) async fn examine(
        &mut self,
        folder: &FolderName,
        state: &MailboxMerge,
    ) -> Result<Selected, VisitError> {
        let selected = self.client.examine(folder).await?;
        check(folder, &selected, state)?;
        Ok(selected)
    }

    /// As [`Ground::examine`], to search; `None` for a folder that the mailstore lists and does not
    /// open.
    pub(super) async fn examine_to_search(
        &mut self,
        folder: &FolderName,
        state: &MailboxMerge,
    ) -> Result<Option<Selected>, VisitError> {
        match self.client.examine(folder).await {
            Ok(selected) => {
                check(folder, &selected, state)?;
                Ok(Some(selected))
            }
            Err(ImapError::Refused(refusal)) if !is_passing(&refusal) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

/// Whether the ground is firm. INBOX keeps its UIDVALIDITY for ever, and no folder's UIDNEXT goes
/// back under one UIDVALIDITY. Another folder's UIDVALIDITY changes when its user deletes it and makes
/// it anew.
pub(super) fn check(
    folder: &FolderName,
    selected: &Selected,
    state: &MailboxMerge,
) -> Result<(), VisitError> {
    let Some(mark) = state.folders.get(folder.as_wire()) else {
        return Ok(());
    };
    if mark.uid_validity == selected.uid_validity {
        if mark.uid_next_after > selected.uid_next {
            let (was, is) = (mark.uid_next_after, selected.uid_next);
            return Err(moved(
                folder,
                &format!("its UIDNEXT went back from {was} to {is}"),
            ));
        }
    } else if folder.is_inbox() {
        let (was, is) = (mark.uid_validity, selected.uid_validity);
        return Err(moved(
            folder,
            &format!("its UIDVALIDITY was {was} and is {is}"),
        ));
    }
    Ok(())
}

pub(super) fn moved(folder: &FolderName, how: &str) -> VisitError {
    let detail = format!("the folder {folder} is not what it was: {how}");
    VisitError::park(ParkReason::GroundMoved, detail)
}

/// Remembers how a folder was before the first batch, and is now.
pub(super) fn mark(
    state: &mut MailboxMerge,
    folder: &FolderName,
    selected: &Selected,
    created: bool,
) {
    let fresh = FolderMark {
        uid_validity: selected.uid_validity,
        uid_next_before: selected.uid_next,
        uid_next_after: selected.uid_next,
        created,
    };
    let mark = state
        .folders
        .entry(folder.as_wire().to_owned())
        .or_insert_with(|| fresh.clone());
    if mark.uid_validity != selected.uid_validity {
        *mark = fresh;
    }
    mark.uid_next_after = mark.uid_next_after.max(selected.uid_next);
}

/// Remembers the UIDNEXT that an append left behind.
pub(super) fn advance(
    state: &mut MailboxMerge,
    folder: &str,
    (uid_validity, uid_next): (UidValidity, PrimaryUid),
) {
    let mark = state.folders.get_mut(folder);
    if let Some(mark) = mark.filter(|mark| mark.uid_validity == uid_validity) {
        mark.uid_next_after = mark.uid_next_after.max(uid_next);
    }
}
