//! Conversations: which messages of a mailbox belong together.
//!
//! Two messages belong together when one names the other, or both name a third, in Message-ID,
//! In-Reply-To or References (RFC 5322 §3.6.4); what is named is kept as a hash. Filled lazily, in order
//! of arrival, when somebody looks: a mailbox that nobody opens costs nothing, and a message that names
//! nothing known costs one row.
//!
//! A conversation is called by the id of one of its messages. A message that joins two of them moves the
//! rows of the smaller one and leaves a pointer behind; conversations are bounded, so is that work.
//! Rows of messages that are gone are passed over.

use std::cmp::Reverse;
use std::collections::HashSet;
use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::codec::{self, Versioned};
use super::keys::{self, Key, Table};
use super::messages::{self, Cursor};
use super::{Order, ReadTx, StoreError, Tx};
use crate::ids::{FolderId, MailboxId, StandbyId};
use crate::mail::Summary;

/// Most messages of one conversation; what comes then begins a new one.
pub const MEMBERS_MAX: u32 = 1_000;
/// Longest way of pointers that is followed: joining by size keeps it at the logarithm of
/// [`MEMBERS_MAX`].
const POINTERS_MAX: usize = 16;
/// Most rows of a folder read at a time.
const CHUNK: usize = 200;
/// Most rows of a folder looked at for one page.
const LOOKED_AT_MAX: usize = 4_000;

/// Where a message stands among conversations. A message without this row is a conversation of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Node {
    /// A conversation is called by it, and has so many messages.
    Root { members: u32 },
    /// It belongs where this message does.
    Joined(StandbyId),
}

impl Versioned for Node {
    const NAME: &'static str = "conversation";
}

/// How far the conversations of a mailbox are known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Progress {
    indexed_to: StandbyId,
}

impl Versioned for Progress {
    const NAME: &'static str = "conversation state";
}

/// A conversation and how many messages it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Root {
    id: StandbyId,
    members: u32,
}

fn progress(tx: &dyn ReadTx, mailbox: MailboxId) -> Result<Option<StandbyId>, StoreError> {
    let bytes = tx.get(state_key(mailbox).as_slice())?;
    let progress: Option<Progress> = bytes.map(|bytes| codec::decode(&bytes)).transpose()?;
    Ok(progress.map(|progress| progress.indexed_to))
}

/// Whether there are messages whose conversation is not known yet.
///
/// # Errors
/// When the store cannot be read.
pub fn is_behind(tx: &dyn ReadTx, mailbox: MailboxId) -> Result<bool, StoreError> {
    let from = progress(tx, mailbox)?;
    Ok(!messages::ids(tx, mailbox, from, 1)?.is_empty())
}

/// Looks at up to `limit` messages whose conversation is not known yet, oldest first; returns whether
/// there are more. Once a message was looked at it is not looked at again, whoever asks.
///
/// # Errors
/// When the store cannot be read.
pub fn catch_up(tx: &mut dyn Tx, mailbox: MailboxId, limit: usize) -> Result<bool, StoreError> {
    let from = progress(tx, mailbox)?;
    let ids = messages::ids(tx, mailbox, from, limit)?;
    let Some(&indexed_to) = ids.last() else {
        return Ok(false);
    };
    for id in &ids {
        if let Some(message) = messages::get(tx, mailbox, *id)? {
            place(tx, mailbox, *id, &names(&message.summary))?;
        }
    }
    let state = codec::encode(&Progress { indexed_to })?;
    tx.put(state_key(mailbox).into_vec(), state);
    Ok(ids.len() == limit)
}

/// What a message calls itself and names, as hashes.
fn names(summary: &Summary) -> Vec<[u8; 16]> {
    let all = summary
        .message_id
        .iter()
        .chain(&summary.in_reply_to)
        .chain(&summary.references);
    let mut names: Vec<[u8; 16]> = Vec::new();
    for id in all {
        let digest = Sha256::digest(id.as_bytes());
        let name = keys::part(digest.as_slice(), 0).unwrap_or_default();
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// Puts a message into the conversation that it belongs to; joins those that it names together.
fn place(
    tx: &mut dyn Tx,
    mailbox: MailboxId,
    id: StandbyId,
    names: &[[u8; 16]],
) -> Result<(), StoreError> {
    let mut roots: Vec<Root> = Vec::new();
    let mut unknown = Vec::new();
    for name in names {
        match named(tx, mailbox, name)? {
            None => unknown.push(*name),
            Some(message) => {
                let found = root(tx, mailbox, message)?;
                if !roots.contains(&found) {
                    roots.push(found);
                }
            }
        }
    }
    let own = Root { id, members: 1 };
    roots.push(own);
    // The largest that has room is home to the others; the message's own comes last among equals.
    roots.sort_by_key(|root| (Reverse(root.members), root.id));
    let room = roots.iter().position(|root| root.members < MEMBERS_MAX);
    let mut home = roots.remove(room.unwrap_or(roots.len().saturating_sub(1)));
    // The message itself before any other: it must not be left outside.
    roots.sort_by_key(|root| root.id != id);
    for other in roots {
        if home.members.saturating_add(other.members) <= MEMBERS_MAX {
            home = join(tx, mailbox, home, other)?;
        }
    }
    for name in unknown {
        let key = Key::new(Table::ThreadName).mailbox(mailbox).bytes(&name);
        tx.put(key.into_vec(), id.0.to_be_bytes().to_vec());
    }
    Ok(())
}

fn join(tx: &mut dyn Tx, mailbox: MailboxId, home: Root, other: Root) -> Result<Root, StoreError> {
    if home.members == 1 {
        tx.put(member_key(mailbox, home.id, home.id), Vec::new());
    }
    let moved = of_root(tx, mailbox, other)?;
    for member in moved {
        tx.delete(member_key(mailbox, other.id, member));
        tx.put(member_key(mailbox, home.id, member), Vec::new());
    }
    let members = home.members.saturating_add(other.members);
    put_node(tx, mailbox, other.id, Node::Joined(home.id))?;
    put_node(tx, mailbox, home.id, Node::Root { members })?;
    Ok(Root {
        id: home.id,
        members,
    })
}

fn named(
    tx: &dyn ReadTx,
    mailbox: MailboxId,
    name: &[u8; 16],
) -> Result<Option<StandbyId>, StoreError> {
    let key = Key::new(Table::ThreadName).mailbox(mailbox).bytes(name);
    let Some(bytes) = tx.get(key.as_slice())? else {
        return Ok(None);
    };
    let id = keys::tail(&bytes)
        .ok_or_else(|| StoreError::corrupt("conversation", "a name's row is too short"))?;
    Ok(Some(StandbyId(u64::from_be_bytes(id))))
}

fn root(tx: &dyn ReadTx, mailbox: MailboxId, message: StandbyId) -> Result<Root, StoreError> {
    let mut at = message;
    for _ in 0..POINTERS_MAX {
        let Some(bytes) = tx.get(&node_key(mailbox, at))? else {
            return Ok(Root { id: at, members: 1 });
        };
        match codec::decode(&bytes)? {
            Node::Root { members } => return Ok(Root { id: at, members }),
            Node::Joined(next) => at = next,
        }
    }
    Err(StoreError::corrupt(
        "conversation",
        "its pointers do not end",
    ))
}

fn of_root(tx: &dyn ReadTx, mailbox: MailboxId, root: Root) -> Result<Vec<StandbyId>, StoreError> {
    if root.members == 1 {
        return Ok(vec![root.id]);
    }
    let all = members_key(mailbox, root.id);
    let limit = usize::try_from(MEMBERS_MAX).unwrap_or(usize::MAX);
    messages::scan_ids(tx, all.as_slice(), &all.end(), Order::Ascending, limit)
}

/// The messages of the conversation that `message` belongs to, oldest first, itself among them. Some of
/// them may be gone.
///
/// # Errors
/// When the store cannot be read.
pub fn members(
    tx: &dyn ReadTx,
    mailbox: MailboxId,
    message: StandbyId,
) -> Result<Vec<StandbyId>, StoreError> {
    let root = root(tx, mailbox, message)?;
    of_root(tx, mailbox, root)
}

/// A page of a folder by conversations: of each the newest message in that folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Heads {
    /// Those messages, newest first.
    pub ids: Vec<StandbyId>,
    /// Where the next older page begins, if there may be one.
    pub older: Option<Cursor>,
    /// Where the next newer page begins, if there may be one.
    pub newer: Option<Cursor>,
}

/// Up to `limit` conversations of a folder from a cursor on. A conversation stands where its newest
/// message in that folder does; messages whose conversation is not known yet stand alone. Looks at a
/// bounded number of messages: a page may be shorter than `limit` and still have older ones.
///
/// # Errors
/// When the store cannot be read.
pub fn heads(
    tx: &dyn ReadTx,
    mailbox: MailboxId,
    folder: FolderId,
    cursor: Cursor,
    limit: usize,
) -> Result<Heads, StoreError> {
    let mut walk = Walk {
        tx,
        mailbox,
        folder,
        seen: HashSet::new(),
        first: None,
        last: None,
    };
    let is_down = !matches!(cursor, Cursor::After(_));
    let (mut ids, has_more) = walk.collect(cursor, limit)?;
    let (first, last) = (walk.first, walk.last);
    let further = last.filter(|_| has_more);
    if is_down {
        let newer = match (cursor, first) {
            (Cursor::Newest, _) => None,
            (_, Some(first)) => walk.if_any(Cursor::After(first))?,
            (Cursor::Before(id), None) => {
                walk.if_any(Cursor::After(StandbyId(id.0.saturating_sub(1))))?
            }
            (Cursor::After(_), None) => None,
        };
        return Ok(Heads {
            ids,
            older: further.map(Cursor::Before),
            newer,
        });
    }
    ids.reverse();
    let older = match (cursor, first) {
        (_, Some(first)) => walk.if_any(Cursor::Before(first))?,
        (Cursor::After(id), None) => {
            walk.if_any(Cursor::Before(StandbyId(id.0.saturating_add(1))))?
        }
        _ => None,
    };
    Ok(Heads {
        ids,
        older,
        newer: further.map(Cursor::After),
    })
}

/// Goes through a folder from a cursor on.
struct Walk<'t> {
    tx: &'t dyn ReadTx,
    mailbox: MailboxId,
    folder: FolderId,
    seen: HashSet<StandbyId>,
    /// The first message looked at.
    first: Option<StandbyId>,
    /// The last message looked at that is on this page or hidden by one that is.
    last: Option<StandbyId>,
}

impl Walk<'_> {
    /// Up to `limit` heads in the direction of the cursor, and whether there may be more.
    fn collect(
        &mut self,
        cursor: Cursor,
        limit: usize,
    ) -> Result<(Vec<StandbyId>, bool), StoreError> {
        let mut heads = Vec::new();
        let mut at = cursor;
        let mut looked_at = 0;
        let chunk = limit.saturating_mul(2).saturating_add(8).min(CHUNK);
        loop {
            let ids = messages::folder_ids(self.tx, self.mailbox, self.folder, at, chunk)?;
            for &id in &ids {
                if self.is_head(id, cursor)? {
                    if heads.len() == limit {
                        return Ok((heads, true));
                    }
                    heads.push(id);
                }
                self.first = self.first.or(Some(id));
                self.last = Some(id);
            }
            looked_at += ids.len();
            let Some(&last) = ids.last().filter(|_| ids.len() == chunk) else {
                return Ok((heads, false));
            };
            if looked_at >= LOOKED_AT_MAX {
                return Ok((heads, true));
            }
            at = match cursor {
                Cursor::After(_) => Cursor::After(last),
                Cursor::Newest | Cursor::Before(_) => Cursor::Before(last),
            };
        }
    }

    /// Whether no newer message of its conversation is in the folder.
    fn is_head(&mut self, id: StandbyId, cursor: Cursor) -> Result<bool, StoreError> {
        let root = root(self.tx, self.mailbox, id)?;
        if root.members == 1 {
            return Ok(true);
        }
        match cursor {
            // All that is newer was met on the way.
            Cursor::Newest => Ok(self.seen.insert(root.id)),
            Cursor::Before(from) => {
                Ok(self.seen.insert(root.id) && !self.has_member_from(root.id, from)?)
            }
            Cursor::After(_) => {
                Ok(!self.has_member_from(root.id, StandbyId(id.0.saturating_add(1)))?)
            }
        }
    }

    /// Whether a conversation has a message in the folder whose id is `from` or greater.
    fn has_member_from(&self, root: StandbyId, from: StandbyId) -> Result<bool, StoreError> {
        let all = members_key(self.mailbox, root);
        let start = all.clone().standby(from).into_vec();
        let limit = usize::try_from(MEMBERS_MAX).unwrap_or(usize::MAX);
        for id in messages::scan_ids(self.tx, &start, &all.end(), Order::Descending, limit)? {
            if messages::is_in_folder(self.tx, self.mailbox, self.folder, id)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The cursor, if it leads to something.
    fn if_any(&self, cursor: Cursor) -> Result<Option<Cursor>, StoreError> {
        let found = messages::folder_ids(self.tx, self.mailbox, self.folder, cursor, 1)?;
        Ok((!found.is_empty()).then_some(cursor))
    }
}

/// Removes up to `limit` rows of a mailbox without messages; returns how many.
///
/// # Errors
/// When the store cannot be read.
pub(super) fn clear(
    tx: &mut dyn Tx,
    mailbox: MailboxId,
    limit: usize,
) -> Result<usize, StoreError> {
    let mut rows = Vec::new();
    for table in [Table::ThreadName, Table::ThreadMember, Table::Thread] {
        let range = Key::new(table).mailbox(mailbox);
        let end = range.end();
        tx.scan(range.as_slice(), &end, Order::Ascending, &mut |key, _| {
            if rows.len() >= limit {
                return Ok(ControlFlow::Break(()));
            }
            rows.push(key.to_vec());
            Ok(ControlFlow::Continue(()))
        })?;
    }
    let count = rows.len();
    rows.into_iter().for_each(|key| tx.delete(key));
    Ok(count)
}

fn put_node(
    tx: &mut dyn Tx,
    mailbox: MailboxId,
    id: StandbyId,
    node: Node,
) -> Result<(), StoreError> {
    tx.put(node_key(mailbox, id), codec::encode(&node)?);
    Ok(())
}

fn state_key(mailbox: MailboxId) -> Key {
    Key::new(Table::ThreadState).mailbox(mailbox)
}

fn node_key(mailbox: MailboxId, id: StandbyId) -> Vec<u8> {
    Key::new(Table::Thread)
        .mailbox(mailbox)
        .standby(id)
        .into_vec()
}

fn members_key(mailbox: MailboxId, root: StandbyId) -> Key {
    Key::new(Table::ThreadMember).mailbox(mailbox).standby(root)
}

fn member_key(mailbox: MailboxId, root: StandbyId, id: StandbyId) -> Vec<u8> {
    members_key(mailbox, root).standby(id).into_vec()
}

#[cfg(test)]
mod tests;
