//! The actor's mailbox by conversations. What is known of them is brought up to date here, in bounded
//! steps, when somebody looks.

use std::time::{Duration, Instant};

use super::mailbox::own;
use super::{Actor, Service, ServiceError, profile};
use crate::ids::{FolderId, MailboxId, StandbyId};
use crate::mail::Role;
use crate::store::messages::{self, Cursor, MessageRecord, Origin};
use crate::store::{ReadTx, StoreError, threads};

/// Messages looked at in one transaction.
const BATCH: usize = 200;
/// How long one page waits for that; the next page goes on.
const PATIENCE: Duration = Duration::from_millis(400);
/// Most messages of a conversation looked at for its line in a list.
const COUNTED_MAX: usize = 99;
/// Most messages of a conversation on one page.
const SHOWN_MAX: usize = 40;

/// One line of a list: a message, and what is to be said of its conversation.
#[derive(Clone, Debug)]
pub struct Line {
    /// The newest message of the conversation in the folder.
    pub message: MessageRecord,
    /// How many messages the conversation has; at most `COUNTED_MAX` are counted.
    pub count: usize,
    /// Whether there are more than that.
    pub has_more: bool,
    /// Whether one of its messages in the folder is not read.
    pub is_unread: bool,
    /// Whether one of its messages has files.
    pub has_attachment: bool,
}

impl Line {
    /// A message without its conversation.
    pub fn alone(message: MessageRecord) -> Self {
        Self {
            count: 1,
            has_more: false,
            is_unread: !message.flags.seen,
            has_attachment: message.summary.has_attachment,
            message,
        }
    }
}

/// A page of a folder.
#[derive(Clone, Debug)]
pub struct ListPage {
    /// Its lines, newest first.
    pub lines: Vec<Line>,
    /// Where the next older page begins, if there is one.
    pub older: Option<Cursor>,
    /// Where the next newer page begins, if there is one.
    pub newer: Option<Cursor>,
}

/// Whether the actor wants lists by conversations.
///
/// # Errors
/// When the actor has no mailbox, or the store fails.
pub fn is_grouped(service: &Service, actor: &Actor) -> Result<bool, ServiceError> {
    Ok(profile::get(service, actor)?.conversations)
}

/// Up to `limit` conversations of a folder from a cursor on; messages, where the actor prefers those.
///
/// # Errors
/// [`ServiceError::NotFound`] if there is no such folder; when the store fails.
pub async fn list(
    service: &Service,
    actor: &Actor,
    folder: FolderId,
    cursor: Cursor,
    limit: usize,
) -> Result<ListPage, ServiceError> {
    if !is_grouped(service, actor)? {
        return alone(service, actor, folder, cursor, limit);
    }
    bring_up_to_date(service, actor).await?;
    let now = service.now();
    service.store.read(|tx| {
        let mailbox = own(tx, actor)?;
        let state = messages::state_or_new(tx, &mailbox, now)?;
        if state.folder(folder).is_none() {
            return Err(ServiceError::NotFound("such folder"));
        }
        let id = mailbox.record.id;
        let heads = threads::heads(tx, id, folder, cursor, limit)?;
        let mut lines = Vec::with_capacity(heads.ids.len());
        for head in heads.ids {
            if let Some(message) = messages::get(tx, id, head)? {
                lines.push(line(tx, id, message)?);
            }
        }
        Ok(ListPage {
            lines,
            older: heads.older,
            newer: heads.newer,
        })
    })
}

fn alone(
    service: &Service,
    actor: &Actor,
    folder: FolderId,
    cursor: Cursor,
    limit: usize,
) -> Result<ListPage, ServiceError> {
    let page = super::mailbox::list(service, actor, folder, cursor, limit)?;
    let (first, last) = (page.messages.first(), page.messages.last());
    Ok(ListPage {
        older: last
            .filter(|_| page.has_older)
            .map(|message| Cursor::Before(message.id)),
        newer: first
            .filter(|_| page.has_newer)
            .map(|message| Cursor::After(message.id)),
        lines: page.messages.into_iter().map(Line::alone).collect(),
    })
}

fn line(tx: &dyn ReadTx, mailbox: MailboxId, message: MessageRecord) -> Result<Line, StoreError> {
    let mut line = Line::alone(message);
    let members = threads::members(tx, mailbox, line.message.id)?;
    let folder = line.message.folder;
    let mut count = 1;
    for &id in members.iter().rev().filter(|id| **id != line.message.id) {
        if count == COUNTED_MAX {
            line.has_more = true;
            break;
        }
        let Some(member) = messages::get(tx, mailbox, id)? else {
            continue;
        };
        if !belongs(&member, folder) {
            continue;
        }
        count += 1;
        line.is_unread |= member.folder == folder && !member.flags.seen;
        line.has_attachment |= member.summary.has_attachment;
    }
    line.count = count;
    Ok(line)
}

/// Whether a message is shown in a conversation that is looked at in `folder`: what was thrown away or
/// is junk is shown only there.
fn belongs(message: &MessageRecord, folder: FolderId) -> bool {
    let is_away = [Role::Trash, Role::Junk]
        .into_iter()
        .any(|role| message.folder == messages::folder_of(role));
    message.folder == folder || !is_away
}

/// A conversation, as far as one page shows it.
#[derive(Clone, Debug)]
pub struct Conversation {
    /// Its messages, oldest first; never empty.
    pub messages: Vec<MessageRecord>,
    /// How many it has in all.
    pub total: usize,
    /// How many there are before the first, and the message to look at for them.
    pub earlier: Option<(usize, MessageRecord)>,
    /// How many there are after the last, and the message to look at for them.
    pub later: Option<(usize, MessageRecord)>,
    /// Its newest message in the folder.
    pub newest_here: StandbyId,
    /// The next newer conversation of the folder.
    pub newer: Option<StandbyId>,
    /// The next older one.
    pub older: Option<StandbyId>,
}

/// The conversation of a message: all of it, or the part around that message.
///
/// # Errors
/// [`ServiceError::NotFound`] if there is no such message in that folder; when the store fails.
pub async fn open(
    service: &Service,
    actor: &Actor,
    folder: FolderId,
    id: StandbyId,
) -> Result<Conversation, ServiceError> {
    let grouped = is_grouped(service, actor)?;
    if grouped {
        bring_up_to_date(service, actor).await?;
    }
    service.store.read(|tx| {
        let mailbox = own(tx, actor)?.record.id;
        let asked = messages::get(tx, mailbox, id)?
            .filter(|message| message.folder == folder)
            .ok_or(ServiceError::NotFound("such message"))?;
        let ids = if grouped {
            threads::members(tx, mailbox, id)?
        } else {
            vec![id]
        };
        let mut all = Vec::with_capacity(ids.len());
        for member in ids {
            let found = messages::get(tx, mailbox, member)?;
            all.extend(found.filter(|message| belongs(message, folder)));
        }
        // An answer to a message that came later (a draft opened again) still stands in order of arrival.
        let at = all.iter().position(|message| message.id == id).unwrap_or(0);
        let newest_here = all
            .iter()
            .rev()
            .find(|message| message.folder == folder)
            .map_or(asked.id, |message| message.id);
        let (newer, older) = beside(tx, mailbox, folder, newest_here, grouped)?;
        let window = window(all.len(), at);
        let around = |at: Option<usize>| at.and_then(|at| all.get(at)).cloned();
        let earlier = around(window.start.checked_sub(1)).map(|message| (window.start, message));
        let later = around(Some(window.end)).map(|message| (all.len() - window.end, message));
        Ok(Conversation {
            total: all.len(),
            earlier,
            later,
            newest_here,
            newer,
            older,
            messages: all.get(window).unwrap_or_default().to_vec(),
        })
    })
}

/// Which of `total` messages stand on a page that is about the one at `at`: the newest, or those around it.
fn window(total: usize, at: usize) -> std::ops::Range<usize> {
    let end = if total.saturating_sub(at) <= SHOWN_MAX {
        total
    } else {
        at + SHOWN_MAX / 2
    };
    end.saturating_sub(SHOWN_MAX)..end
}

/// The next newer and the next older conversation of a folder.
fn beside(
    tx: &dyn ReadTx,
    mailbox: MailboxId,
    folder: FolderId,
    id: StandbyId,
    grouped: bool,
) -> Result<(Option<StandbyId>, Option<StandbyId>), StoreError> {
    let one = |cursor| -> Result<Option<StandbyId>, StoreError> {
        if grouped {
            let heads = threads::heads(tx, mailbox, folder, cursor, 1)?;
            return Ok(heads.ids.first().copied());
        }
        let found = messages::list(tx, mailbox, folder, cursor, 1)?;
        Ok(found.first().map(|message| message.id))
    };
    Ok((one(Cursor::After(id))?, one(Cursor::Before(id))?))
}

/// The messages with these ids and, where the actor's lists are by conversations, those of their
/// conversations that are in the same folders: what an action on lines of a list is about. In order of
/// arrival, each once; drafts only where they were named.
///
/// # Errors
/// When the actor has no mailbox, or the store fails.
pub fn with_conversations(
    service: &Service,
    actor: &Actor,
    ids: &[StandbyId],
) -> Result<Vec<StandbyId>, ServiceError> {
    let mut all = ids.to_vec();
    if is_grouped(service, actor)? {
        service.store.read(|tx| {
            let mailbox = own(tx, actor)?.record.id;
            for id in ids {
                let Some(named) = messages::get(tx, mailbox, *id)? else {
                    continue;
                };
                for member in threads::members(tx, mailbox, *id)? {
                    let Some(other) = messages::get(tx, mailbox, member)? else {
                        continue;
                    };
                    if other.folder == named.folder && other.origin != Origin::Draft {
                        all.push(member);
                    }
                }
            }
            Ok::<_, ServiceError>(())
        })?;
    }
    all.sort_unstable();
    all.dedup();
    Ok(all)
}

async fn bring_up_to_date(service: &Service, actor: &Actor) -> Result<(), ServiceError> {
    let begun = Instant::now();
    while begun.elapsed() < PATIENCE {
        let (mailbox, is_behind) = service.store.read(|tx| {
            let mailbox = own(tx, actor)?.record.id;
            Ok::<_, ServiceError>((mailbox, threads::is_behind(tx, mailbox)?))
        })?;
        if !is_behind {
            break;
        }
        let more: Result<bool, StoreError> = service
            .store
            .write(move |tx| threads::catch_up(tx, mailbox, BATCH))
            .await;
        if !more? {
            break;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
