//! Reads merged messages again and compares them with their receipt. Changes nothing.

use std::collections::BTreeMap;

use crate::ids::{Address, MailstoreId, PrimaryUid, StandbyId};
use crate::imap::{FolderName, ImapError, UidSet};
use crate::mail::{canonical, digest_canonical};
use crate::store::merge::receipt::ReceiptItem;

use super::ground::Ground;
use super::{Merger, VisitError, find, ground};

/// Messages read in one command.
const GROUP: usize = 100;
/// Most differences that are listed.
pub const DIFFERENCES_MAX: usize = 1_000;

/// What reading again showed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verified {
    /// Messages that were looked for.
    pub looked_for: u64,
    /// Those that are there, byte for byte in canonical form.
    pub same: u64,
    /// Those that are not there any more: their user has moved or deleted them since.
    pub gone: u64,
    /// Those that are something else.
    pub different: u64,
    /// What is not the same, at most a thousand.
    pub differences: Vec<Difference>,
}

/// A message that is not as its receipt says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Its id on the standby.
    pub id: StandbyId,
    /// The folder, for people.
    pub folder: String,
    /// The UID.
    pub uid: PrimaryUid,
    /// In words.
    pub text: &'static str,
    /// Whether it is something else; otherwise it is not there any more.
    pub is_different: bool,
}

impl Verified {
    fn missing(&mut self, item: &ReceiptItem, text: &'static str, is_different: bool) {
        if is_different {
            self.different += 1;
        } else {
            self.gone += 1;
        }
        if let Some(place) = &item.place
            && self.differences.len() < DIFFERENCES_MAX
        {
            self.differences.push(Difference {
                id: item.id,
                folder: FolderName::from_wire(&place.folder).to_text(),
                uid: place.uid,
                text,
                is_different,
            });
        }
    }
}

impl Merger {
    /// Reads the messages of a receipt again. None if the merge does not know the mailstore.
    ///
    /// # Errors
    /// When the mailstore cannot be reached or refuses, in words.
    pub async fn verify(
        &self,
        mailstore: &MailstoreId,
        user: &Address,
        items: &[ReceiptItem],
        into: &mut Verified,
    ) -> Option<Result<(), String>> {
        let access = self.access(mailstore)?;
        let read = async {
            let mut ground = Ground::open(access, user).await?;
            let read = compare(&mut ground, items, into).await;
            if ground.client.is_usable() {
                // It is over either way.
                let _ = ground.client.logout().await;
            }
            read
        };
        Some(read.await.map_err(|error: VisitError| error.to_string()))
    }
}

async fn compare(
    ground: &mut Ground,
    items: &[ReceiptItem],
    into: &mut Verified,
) -> Result<(), VisitError> {
    let mut by_folder: BTreeMap<&str, Vec<&ReceiptItem>> = BTreeMap::new();
    for item in items {
        if let Some(place) = &item.place {
            by_folder.entry(&place.folder).or_default().push(item);
        }
    }
    for (name, all) in by_folder {
        into.looked_for += all.len() as u64;
        let folder = FolderName::from_wire(name);
        let selected = match ground.client.examine(&folder).await {
            Ok(selected) => selected,
            Err(ImapError::Refused(refusal)) if !ground::is_passing(&refusal) => {
                let text = "its folder is not there any more";
                all.iter().for_each(|item| into.missing(item, text, false));
                continue;
            }
            Err(error) => return Err(error.into()),
        };
        for group in all.chunks(GROUP) {
            compare_group(ground, group, selected.uid_validity, into).await?;
        }
    }
    Ok(())
}

async fn compare_group(
    ground: &mut Ground,
    group: &[&ReceiptItem],
    uid_validity: crate::ids::UidValidity,
    into: &mut Verified,
) -> Result<(), VisitError> {
    let place_of = |item: &ReceiptItem| {
        let place = item.place.as_ref();
        place
            .filter(|place| place.uid_validity == uid_validity)
            .cloned()
    };
    let mut there = BTreeMap::new();
    let uids = group
        .iter()
        .filter_map(|item| place_of(item))
        .map(|at| at.uid);
    for set in UidSet::of(uids) {
        ground
            .client
            .fetch(&set, find::whole(), &mut |fetched| {
                if let Some(bytes) = fetched.bytes {
                    there.insert(fetched.uid, digest_canonical([&*canonical(&bytes)]));
                }
            })
            .await?;
    }
    for item in group {
        match place_of(item).map(|place| there.get(&place.uid)) {
            None => into.missing(item, "its folder has another UIDVALIDITY", true),
            Some(None) => into.missing(item, "it is not there any more", false),
            Some(Some(sha256)) if *sha256 != item.sha256 => {
                into.missing(item, "what is there is another message", true);
            }
            Some(Some(_)) => into.same += 1,
        }
    }
    Ok(())
}
