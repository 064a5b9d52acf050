//! Names of message files.
//!
//! Dovecot gives UIDs to new files by the seconds at the start of the name, then by the number after
//! `M`, both as numbers, then by the text. What stands before the first comma is the key of a message:
//! it stays through every change of flags and every move, and Dovecot's X-GUID starts with it. `S=` is
//! the size on disk, `W=` the size with CRLF line ends; a wrong one breaks clients, so both are written
//! and both are exact.

use std::fmt;

use sha2::{Digest as _, Sha256};

use crate::clock::Timestamp;
use crate::ids::{MailboxId, StandbyId};
use crate::mail::{CanonicalDigest, Flags};

/// What stands for the host in the names of Lifeboat's files.
const HOST: &str = "lifeboat";

/// The name of a message file without its flags: `<sec>.M<n>P<n>Q<n>.lifeboat,S=<n>,W=<n>`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileName(String);

impl FileName {
    /// The name of this message, always the same for the same content: messages of one mailbox sort
    /// by arrival, within a second by their standby ids. `size_bytes` is that of the canonical form,
    /// in which it is written.
    ///
    /// The digits after P and Q are drawn from what the message is: Dovecot finds files by a hash of
    /// the name that becomes slow when names differ in few places.
    pub fn new(
        mailbox: MailboxId,
        id: StandbyId,
        arrived: Timestamp,
        sha256: &CanonicalDigest,
        size_bytes: u64,
    ) -> Self {
        let mut hash = Sha256::new();
        hash.update(mailbox.as_bytes());
        hash.update(id.0.to_be_bytes());
        hash.update(sha256);
        let digest: [u8; 32] = hash.finalize().into();
        let [a, b, c, d, e, f, g, h, i, j, ..] = digest;
        let secs = arrived.as_secs().max(0);
        let number = id.0 % 1_000_000;
        let process = u16::from_be_bytes([a, b]);
        let job = u64::from_be_bytes([c, d, e, f, g, h, i, j]);
        Self(format!(
            "{secs}.M{number:06}P{process}Q{job}.{HOST},S={size_bytes},W={size_bytes}"
        ))
    }

    /// A name that was written down.
    pub fn from_journal(name: &str) -> Self {
        Self(name.to_owned())
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name that the file gets in `new/`. Only capital letters: small ones are keywords of a
    /// table that is not ours. Forwarded is a keyword.
    pub fn with_flags(&self, flags: Flags) -> String {
        let letters: String = [
            (flags.draft, 'D'),
            (flags.flagged, 'F'),
            (flags.answered, 'R'),
            (flags.seen, 'S'),
        ]
        .into_iter()
        .filter_map(|(set, letter)| set.then_some(letter))
        .collect();
        if letters.is_empty() {
            self.0.clone()
        } else {
            format!("{}:2,{letters}", self.0)
        }
    }

    /// The part of a message's flags that a name carries.
    pub fn carried(flags: Flags) -> Flags {
        Flags {
            forwarded: false,
            ..flags
        }
    }
}

impl fmt::Display for FileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a message keeps wherever it goes: the name (of a file, or X-GUID) before the first comma or,
/// without one, before the flags.
pub fn key_of(name: &str) -> &str {
    name.split([',', ':']).next().unwrap_or(name)
}

/// The seconds at the start of a name, if it starts as names do.
pub(super) fn seconds(name: &str) -> Option<i64> {
    let (secs, _) = name.split_once('.')?;
    let all_digits = !secs.is_empty() && secs.bytes().all(|b| b.is_ascii_digit());
    secs.parse().ok().filter(|_| all_digits)
}

/// The size with CRLF line ends that a name tells, if it does.
pub fn virtual_size(name: &str) -> Option<u64> {
    let base = name.split(':').next().unwrap_or(name);
    base.split(',')
        .skip(1)
        .find_map(|part| part.strip_prefix("W=")?.parse().ok())
}
