//! What an entry of the queue is: who sends what to whom, where it stands, and what became of it.

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::ids::{Address, BodyId, MailboxId, QueueId, StandbyId};
use crate::store::codec::Versioned;

/// Longest reply text kept of the smarthost, in bytes of UTF-8.
pub const REPLY_BYTES_MAX: usize = 500;

/// What is put into the queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEntry {
    /// Its id; enqueueing the same id again changes nothing.
    pub id: QueueId,
    /// The sender's mailbox.
    pub mailbox: MailboxId,
    /// Its address: where a DSN goes.
    pub sender: Address,
    /// The reverse-path; none is the null reverse-path, for which no DSN is ever made.
    pub reverse_path: Option<String>,
    /// The recipients as written, each once: valid addresses of the To, Cc and Bcc fields.
    pub recipients: Vec<String>,
    /// Its copy in Sent, whose hold ends with the first claim.
    pub copy: Option<StandbyId>,
    /// How the message begins: what is sent is these bytes, then the body. CR LF line ends, no Bcc
    /// field.
    pub prefix: Vec<u8>,
    /// The rest of it.
    pub body: BodyId,
    /// When it was sent by the user.
    pub created_at: Timestamp,
    /// Not before this: the end of the time in which the user can take it back.
    pub not_before: Timestamp,
    /// After this it is given up.
    pub expires_at: Timestamp,
    /// What its sender wants to be told besides failures.
    pub tell: Tell,
}

/// What the sender of an entry wants to be told (RFC 3461 §4.1); failures are always told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tell {
    /// That it arrived, as far as that can be known.
    pub success: bool,
    /// That it is delayed, if it still waits then; it is told once.
    pub delay_at: Option<Timestamp>,
}

/// One entry of the queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueEntry {
    /// Its id.
    pub id: QueueId,
    /// The sender's mailbox.
    pub mailbox: MailboxId,
    /// Its address when the message was sent.
    pub sender: Address,
    /// The reverse-path; none is the null reverse-path.
    pub reverse_path: Option<String>,
    /// The recipients and what became of each.
    pub recipients: Vec<QueuedRecipient>,
    /// Its copy in Sent.
    pub copy: Option<StandbyId>,
    /// What is sent: these bytes, then the body.
    pub prefix: Vec<u8>,
    /// The rest of it.
    pub body: BodyId,
    /// When it was sent by the user.
    pub created_at: Timestamp,
    /// After this it is given up.
    pub expires_at: Timestamp,
    /// What its sender is still to be told besides failures.
    pub tell: Tell,
    /// How often it was tried.
    pub attempts: u32,
    /// Number of the last claim.
    pub claim: u64,
    /// Where it stands.
    pub state: QueueState,
}

impl Versioned for QueueEntry {
    const NAME: &'static str = "queue entry";
}

/// Where an entry stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum QueueState {
    /// Waits until it is due.
    Queued {
        /// When that is.
        due: Timestamp,
    },
    /// A worker has it.
    Claimed {
        /// Until then; afterwards the worker counts as dead.
        until: Timestamp,
    },
    /// An operator stopped it.
    Held {
        /// Why.
        reason: String,
        /// Since when.
        since: Timestamp,
    },
    /// Every recipient has its final state.
    Done {
        /// Since when.
        at: Timestamp,
    },
    /// The user took it back.
    Cancelled {
        /// Why.
        reason: String,
        /// Since when.
        at: Timestamp,
    },
}

/// One recipient of an entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueuedRecipient {
    /// The address as written.
    pub address: String,
    /// What became of it.
    pub state: RecipientState,
}

/// What became of a recipient.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RecipientState {
    /// Still to be sent.
    Pending {
        /// What was said at the last try, if there was one.
        last: Option<RemoteReply>,
    },
    /// The smarthost has taken it.
    Relayed {
        /// When.
        at: Timestamp,
        /// What it said.
        reply: RemoteReply,
    },
    /// It will not be sent.
    Failed {
        /// When.
        at: Timestamp,
        /// What was said.
        reply: RemoteReply,
    },
}

/// What was said about a recipient, by the smarthost or by us.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemoteReply {
    /// The reply code; none if the smarthost could not be asked.
    pub code: Option<u16>,
    /// The text, at most [`REPLY_BYTES_MAX`] bytes; a stranger's words.
    pub text: String,
}

/// What a try led to for one recipient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The smarthost has taken it.
    Relayed(RemoteReply),
    /// Not now.
    Deferred(RemoteReply),
    /// Never.
    Failed(RemoteReply),
}

/// An entry after a result was recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// The entry as it is now.
    pub entry: QueueEntry,
    /// The recipients that failed with this result, which a DSN has to report.
    pub failed: Vec<QueuedRecipient>,
    /// The recipients for whom the smarthost has taken it with this result.
    pub relayed: Vec<QueuedRecipient>,
    /// The recipients that still wait, where the sender is to be told so now.
    pub delayed: Vec<QueuedRecipient>,
}

impl QueueEntry {
    /// Whether nothing more will happen to it.
    pub fn is_finished(&self) -> bool {
        matches!(
            self.state,
            QueueState::Done { .. } | QueueState::Cancelled { .. }
        )
    }

    /// The recipients that are still to be sent.
    pub fn pending(&self) -> impl Iterator<Item = &QueuedRecipient> {
        self.recipients.iter().filter(|to| to.is_pending())
    }

    /// When its row in the due index says.
    pub(super) fn due(&self) -> Option<Timestamp> {
        match self.state {
            QueueState::Queued { due } => Some(due),
            QueueState::Claimed { until } => Some(until),
            _ => None,
        }
    }
}

impl QueuedRecipient {
    /// Whether it is still to be sent.
    pub fn is_pending(&self) -> bool {
        matches!(self.state, RecipientState::Pending { .. })
    }
}
