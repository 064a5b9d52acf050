//! What a message list shows of a message: stored in its row, so that a page of a folder reads no
//! body.
//!
//! Every text is decoded, free of control characters and cut to its bound. It is still hostile:
//! whoever prints it escapes it.

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;

/// Longest display name kept, in bytes of UTF-8.
pub const NAME_BYTES_MAX: usize = 128;
/// Longest address kept, in bytes of UTF-8.
pub const ADDRESS_BYTES_MAX: usize = 320;
/// Longest subject kept, in bytes of UTF-8.
pub const SUBJECT_BYTES_MAX: usize = 998;
/// Longest preview kept, in bytes of UTF-8.
pub const PREVIEW_BYTES_MAX: usize = 200;
/// Longest message id kept, in bytes; a longer one is as good as none. Leaves room in a header line
/// (RFC 5322 §2.1.1).
pub const MESSAGE_ID_BYTES_MAX: usize = 320;
/// Most recipients kept of each of To and Cc.
pub const RECIPIENTS_MAX: usize = 16;
/// Most message ids kept of References: the first and the newest of them.
pub const REFERENCES_MAX: usize = 24;

/// One mailbox as a header names it (RFC 5322 §3.4): as written by the sender, not validated.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Mailbox {
    /// The display name.
    pub name: Option<String>,
    /// The address, without angle brackets; may be anything.
    pub address: String,
}

impl Mailbox {
    /// The display name, or the address where there is none.
    pub fn label(&self) -> &str {
        match &self.name {
            Some(name) if !name.is_empty() => name,
            _ => &self.address,
        }
    }
}

/// What the headers say about the kind of mail.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hints {
    /// From a mailing list or sent in bulk (List-Id, List-Unsubscribe, Precedence).
    pub list: bool,
    /// Sent by a machine (Auto-Submitted other than `no`, RFC 3834 §5; a report; Precedence
    /// auto_reply).
    pub automatic: bool,
    /// A filter on the way called it spam (X-Spam-Flag, X-Spam, X-Spam-Status).
    pub spam: bool,
    /// Asks for no automatic answers (X-Auto-Response-Suppress, X-Loop, Feedback-ID).
    pub quiet: bool,
    /// Has a calendar part (an invitation).
    pub calendar: bool,
}

/// The bounded essence of a message's headers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// First mailbox of From, or Sender where there is no From.
    pub from: Option<Mailbox>,
    /// To: the first [`RECIPIENTS_MAX`].
    pub to: Vec<Mailbox>,
    /// Cc: the first [`RECIPIENTS_MAX`].
    pub cc: Vec<Mailbox>,
    /// How many recipients To and Cc name beyond those kept.
    pub recipients_more: u32,
    /// Subject, decoded; empty where there is none.
    pub subject: String,
    /// Date as the sender claims it.
    pub date: Option<Timestamp>,
    /// Message-ID without angle brackets.
    pub message_id: Option<String>,
    /// First id of In-Reply-To, without angle brackets.
    pub in_reply_to: Option<String>,
    /// References, oldest first, without angle brackets; at most [`REFERENCES_MAX`].
    pub references: Vec<String>,
    /// Whether it looks as if something is attached: a guess from the first part of the message.
    pub has_attachment: bool,
    /// First words of the text, where they are cheap to find.
    pub preview: String,
    /// The kind of mail.
    pub hints: Hints,
}
