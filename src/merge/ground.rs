//! A visit's connection to the mailstore: signing in, folders, and whether the ground is firm.

use std::collections::HashMap;

use crate::ids::Address;
use crate::imap::{Client, Code, FolderName, ImapError, Refusal, Selected};
use crate::merge_plan::{self, Layout, Target};
use crate::store::merge::{FolderMark, MailboxMerge, ParkReason};

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
    pub(super) async fn open(access: &MailstoreAccess, user: &Address) -> Result<Self, VisitError> {
        let connected = Client::connect(&access.server).await;
        let mut client = connected.map_err(VisitError::Mailstore)?;
        let signed_in = client.login_as(
            user.as_str(),
            access.separator,
            &access.master_user,
            &access.master_password,
        );
        match signed_in.await {
            Ok(()) => {}
            Err(ImapError::Refused(refusal)) if !is_passing(&refusal) => {
                return Err(VisitError::park(ParkReason::SignIn, refusal.to_string()));
            }
            Err(ImapError::Refused(refusal)) => return Err(ImapError::Refused(refusal).into()),
            Err(error) => return Err(VisitError::Mailstore(error)),
        }
        let namespace = client.namespace().await?;
        let listed = client.list().await?;
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
        };
        Ok(Self {
            client,
            layout,
            names,
        })
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
        if let Err(error) = self.client.subscribe(&name).await {
            if !self.client.is_usable() {
                return Err(error.into());
            }
            tracing::debug!(%error, "a new folder could not be subscribed");
        }
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
}

/// Whether a folder that was written to before still has the UIDVALIDITY it had.
pub(super) fn check(
    folder: &FolderName,
    selected: &Selected,
    state: &MailboxMerge,
) -> Result<(), VisitError> {
    match state.folders.get(folder.as_wire()) {
        Some(mark) if mark.uid_validity != selected.uid_validity => Err(moved(
            folder,
            &format!(
                "its UIDVALIDITY was {} and is {}",
                mark.uid_validity, selected.uid_validity
            ),
        )),
        Some(mark) if mark.uid_next_after > selected.uid_next => Err(moved(
            folder,
            &format!(
                "its UIDNEXT went back from {} to {}",
                mark.uid_next_after, selected.uid_next
            ),
        )),
        _ => Ok(()),
    }
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
    let mark = state
        .folders
        .entry(folder.as_wire().to_owned())
        .or_insert(FolderMark {
            uid_validity: selected.uid_validity,
            uid_next_before: selected.uid_next,
            uid_next_after: selected.uid_next,
            created,
        });
    mark.uid_next_after = mark.uid_next_after.max(selected.uid_next);
}
