//! A signed-in look at one mailbox's folders.

use std::collections::BTreeMap;
use std::time::Duration;

use sha2::{Digest, Sha256};

use super::Access;
use crate::ids::{Address, PrimaryUid};
use crate::imap::{
    Client, Code, FolderStatus, ImapError, Limits, ListedFolder, Section, Selected, Server, UidSet,
    Wanted,
};
use crate::mail::{CanonicalDigest, canonical, digest_canonical};
use crate::store::watermarks::{CANARIES_MAX, FOLDERS_MAX, FolderCanary};

/// What the looks bear with: mostly headers are fetched, and whole messages where one may be another.
const LIMITS: Limits = Limits {
    connect: Duration::from_secs(10),
    silence: Duration::from_secs(30),
    command: Duration::from_secs(60),
    answer_bytes_max: 256 * 1024 * 1024,
};
/// Canaries are chosen in folders with at most so many messages.
const MESSAGES_MAX: u32 = 20_000;

/// Why a look failed.
#[derive(Debug, thiserror::Error)]
pub(super) enum LookError {
    /// Nobody gets through to the mailstore.
    #[error("the mailstore cannot be reached: {0}")]
    Mailstore(#[source] ImapError),
    /// This mailbox cannot be looked at.
    #[error("{0}")]
    Mailbox(#[from] ImapError),
}

impl LookError {
    /// Whether trying again soon may help: the connection failed, or the server said so.
    pub(super) fn is_passing(&self) -> bool {
        match self {
            Self::Mailstore(_) => true,
            Self::Mailbox(ImapError::Refused(refusal)) => matches!(
                refusal.code,
                Some(Code::Unavailable | Code::InUse | Code::ServerBug)
            ),
            Self::Mailbox(_) => true,
        }
    }
}

/// A connection that is signed in as a user, and what is there.
pub(super) struct Look {
    pub(super) client: Client,
    /// The user's own folders that can hold messages.
    pub(super) folders: Vec<ListedFolder>,
    /// How they stand, as far as STATUS says.
    pub(super) standing: Vec<FolderStatus>,
}

impl Look {
    pub(super) async fn open(
        access: &Access,
        user: &Address,
        with_status: bool,
    ) -> Result<Self, LookError> {
        let server = Server {
            limits: LIMITS,
            ..access.server.clone()
        };
        let connected = Client::connect(&server).await;
        let mut client = connected.map_err(LookError::Mailstore)?;
        client
            .login_as(
                user.as_str(),
                access.separator,
                &access.master_user,
                access.master_password.expose(),
            )
            .await?;
        let namespace = client.namespace().await?;
        let (mut folders, standing) = if with_status {
            client.list_status().await?
        } else {
            (client.list().await?, Vec::new())
        };
        folders.retain(|folder| {
            let wire = folder.name.as_wire();
            let is_foreign = namespace.foreign.iter().any(|p| wire.starts_with(p));
            folder.selectable && !is_foreign
        });
        folders.sort_by_key(|folder| !folder.name.is_inbox());
        folders.truncate(FOLDERS_MAX);
        Ok(Self {
            client,
            folders,
            standing,
        })
    }

    /// Chooses canaries in the folder that is open: the first message, one in the middle, the last.
    pub(super) async fn canaries(
        &mut self,
        selected: &Selected,
    ) -> Result<Vec<FolderCanary>, ImapError> {
        if selected.exists == 0 || selected.exists > MESSAGES_MAX {
            return Ok(Vec::new());
        }
        let uids = self.client.search(&[]).await?;
        let middle = uids.get(uids.len() / 2).copied();
        let chosen = [uids.first().copied(), middle, uids.last().copied()];
        let mut canaries = self.hashes(chosen.into_iter().flatten()).await?;
        canaries.truncate(CANARIES_MAX);
        Ok(canaries)
    }

    /// The hashes of those of the given messages that are in the open folder.
    pub(super) async fn hashes(
        &mut self,
        uids: impl IntoIterator<Item = PrimaryUid>,
    ) -> Result<Vec<FolderCanary>, ImapError> {
        let wanted = Wanted {
            section: Section::Header,
            ..Wanted::default()
        };
        let mut found = Vec::new();
        for set in UidSet::of(uids) {
            for fetched in self.client.fetch_all(&set, wanted).await? {
                if let Some(header) = fetched.bytes {
                    found.push(FolderCanary {
                        uid: fetched.uid,
                        sha256: Sha256::digest(&header).into(),
                    });
                }
            }
        }
        Ok(found)
    }

    /// What those of the given messages are that are in the open folder.
    pub(super) async fn digests(
        &mut self,
        uids: impl IntoIterator<Item = PrimaryUid>,
    ) -> Result<BTreeMap<PrimaryUid, CanonicalDigest>, ImapError> {
        let wanted = Wanted {
            section: Section::Whole,
            ..Wanted::default()
        };
        let mut found = BTreeMap::new();
        for set in UidSet::of(uids) {
            self.client
                .fetch(&set, wanted, &mut |fetched| {
                    if let Some(bytes) = fetched.bytes {
                        found.insert(fetched.uid, digest_canonical([&*canonical(&bytes)]));
                    }
                })
                .await?;
        }
        Ok(found)
    }

    pub(super) async fn close(self) {
        // What was seen was seen, however the connection ends.
        let _ = self.client.logout().await;
    }
}
