//! What a merge decides: where a message goes, in which batches, and what became of a batch that is
//! in doubt.
//!
//! Pure: it knows no mailstore and no clock. Whoever asks brings what was listed, searched and
//! hashed, and carries out what is decided here.

mod folders;
mod recovery;

pub use folders::{Layout, ListedFolder, StandbyFolder, Target};
pub use recovery::{Finding, Item, Seen, TargetView, recover};

use crate::ids::StandbyId;

/// How much goes into one MULTIAPPEND.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BatchLimits {
    /// Messages.
    pub messages_max: usize,
    /// Bytes together; a message that is larger goes alone.
    pub bytes_max: u64,
}

impl Default for BatchLimits {
    fn default() -> Self {
        Self {
            messages_max: 50,
            bytes_max: 8 * 1024 * 1024,
        }
    }
}

/// One message that is to be appended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// The message.
    pub id: StandbyId,
    /// Where it goes.
    pub target: Target,
    /// Its size.
    pub size_bytes: u64,
}

/// Messages that go into one folder in one command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// The folder.
    pub target: Target,
    /// The messages, in the order in which they get their UIDs.
    pub messages: Vec<StandbyId>,
}

/// Cuts what is due (oldest first) into batches. Within a folder the order is kept; the folders come
/// in the order of their oldest message.
pub fn batches(due: &[Due], limits: BatchLimits) -> Vec<Batch> {
    let mut targets: Vec<&Target> = Vec::new();
    for message in due {
        if !targets.contains(&&message.target) {
            targets.push(&message.target);
        }
    }
    let mut batches = Vec::new();
    for target in targets {
        let mut messages = Vec::new();
        let mut bytes = 0;
        for message in due.iter().filter(|message| message.target == *target) {
            let full = messages.len() >= limits.messages_max.max(1)
                || bytes + message.size_bytes > limits.bytes_max;
            if full && !messages.is_empty() {
                batches.push(Batch {
                    target: target.clone(),
                    messages: std::mem::take(&mut messages),
                });
                bytes = 0;
            }
            messages.push(message.id);
            bytes += message.size_bytes;
        }
        batches.push(Batch {
            target: target.clone(),
            messages,
        });
    }
    batches
}

/// Stands in the Received field that Lifeboat adds (`mail::Trace`).
const OUR_TRACE: &[u8] = b" (Lifeboat) with ";

/// Whether the Received fields of a message (as in the message) name the MX's queue id: as a word of
/// its own, so that no id is found in a longer one.
pub fn names_queue_id(received: &[u8], queue_id: &str) -> bool {
    let id = queue_id.as_bytes();
    if id.is_empty() {
        return false;
    }
    let is_word = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    memchr::memmem::find_iter(received, id).any(|at| {
        let before = at.checked_sub(1).and_then(|at| received.get(at));
        !is_word(before) && !is_word(received.get(at + id.len()))
    })
}

/// Whether a message of the mailstore is the message that the MX handed over as `accepted`: that,
/// below header fields which the mailstore added, and not Lifeboat. Both in canonical form.
pub fn is_same_below_trace(stored: &[u8], accepted: &[u8]) -> bool {
    let Some(added) = stored.strip_suffix(accepted) else {
        return false;
    };
    let whole_lines = added.is_empty() || added.ends_with(b"\r\n");
    let holds = |what: &[u8]| memchr::memmem::find(added, what).is_some();
    whole_lines && !accepted.is_empty() && !holds(b"\r\n\r\n") && !holds(OUR_TRACE)
}

#[cfg(test)]
mod tests;
