//! What a message knows that was written here: what it answers, and whether its writer can still
//! take it back.
//!
//! While a message is held nothing takes it further: the queue does not send it and the merge passes
//! it over. Who ends the hold, the queue's claim or the merge after a while, does so in the
//! transaction that takes it further; whoever takes it back finds it held in the same transaction, or
//! is too late.

use serde::{Deserialize, Serialize};

use super::messages::{self, MessageRecord};
use super::{StoreError, Tx};
use crate::clock::Timestamp;
use crate::ids::{MailboxId, QueueId, StandbyId};

/// What is known of a draft, or of the copy in Sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Written {
    /// The message that it answers, where that is here.
    pub answers: Option<Answers>,
    /// Until it is on its way.
    pub hold: Option<Hold>,
    /// What was typed into its fields.
    pub typed: Typed,
    /// What its body holds.
    pub tail: Tail,
    /// Whether its writer wants to be told that it arrived.
    pub tell_success: bool,
}

/// What was typed, which need not be addresses yet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Typed {
    /// Into To.
    pub to: String,
    /// Into Cc.
    pub cc: String,
    /// Into Bcc.
    pub bcc: String,
    /// As the subject.
    pub subject: String,
}

/// What the body holds, where the message's prefix holds the header and, unless it is long, the text:
/// writing on changes the prefix alone, and what is attached is encoded once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tail {
    /// Whether it begins with the text.
    pub has_text: bool,
    /// What stands between the parts, where there are files.
    pub boundary: String,
    /// The files, in order.
    pub files: Vec<WrittenFile>,
}

/// An attached file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrittenFile {
    /// Made of its name and content.
    pub id: u64,
    /// A safe name.
    pub name: String,
    /// Its type.
    pub content_type: String,
    /// Its size, in bytes.
    pub size_bytes: u64,
}

/// How a message answers another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Answers {
    /// It is a reply.
    Reply(StandbyId),
    /// It forwards it.
    Forward(StandbyId),
}

impl Answers {
    /// Which message.
    pub const fn message(self) -> StandbyId {
        match self {
            Self::Reply(id) | Self::Forward(id) => id,
        }
    }
}

/// The time in which a message that was sent can be taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// Its entry in the queue.
    pub entry: QueueId,
    /// When the queue may have it.
    pub until: Timestamp,
    /// Whether the answered message was marked as answered by this sending.
    pub marked: bool,
}

impl MessageRecord {
    /// The hold, while there is one.
    pub fn hold(&self) -> Option<Hold> {
        self.written.as_ref().and_then(|written| written.hold)
    }
}

/// Ends the hold of a message, if there is one: from now on it is sent, and cannot be taken back.
///
/// # Errors
/// When the store cannot be read.
pub fn end_hold(tx: &mut dyn Tx, mailbox: MailboxId, id: StandbyId) -> Result<(), StoreError> {
    let Some(mut message) = messages::get(tx, mailbox, id)? else {
        return Ok(());
    };
    match &mut message.written {
        Some(written) if written.hold.is_some() => written.hold = None,
        _ => return Ok(()),
    }
    messages::put(tx, mailbox, &message)
}
