//! An IMAP client (RFC 9051, RFC 3501) for merging and probing.
//!
//! What an IMAP crate leaves to its user and a merge depends on: the text and code of every refusal,
//! `APPENDUID` of a MULTIAPPEND (RFC 3502, RFC 4315), and knowing after a failure whether a command
//! was not sent, was refused, or is in doubt ([`AppendError`]).
//!
//! Answers are framed here (lines and their literals, bounded) and read by imap-proto: the verdict and
//! code of status answers, CAPABILITY, EXISTS, LIST, SEARCH and FETCH. Read here is what it gets wrong
//! or not at all: NAMESPACE, which is an error to it; STATUS; codes that are text to it (`OVERQUOTA`, `LIMIT`,
//! `UNAVAILABLE`); the words of a status answer, which may be any bytes; names with escapes or not in
//! UTF-8, which it alters; capabilities without IMAP4rev1; a FETCH with attributes that it cannot read
//! (it panics at `INTERNALDATE NIL`). Every other answer is skipped by its name, ESEARCH
//! among them. What it must not be handed is kept from it in `proto`.
//!
//! It never sends a non-synchronising literal: Dovecot reads what follows a refused one as commands
//! of that user. Everything that enters a command line is a type that cannot hold a line break
//! ([`Flag`], [`FolderName`], [`UidSet`]). Every answer is bounded in bytes and in time, unknown
//! untagged answers are skipped, and a connection that failed once is never used again. Nothing may be
//! decided on STATUS ([`FolderStatus`]), whose UIDNEXT Dovecot may take from a stale cache;
//! [`Client::examine`] is right.

mod client;
mod code;
mod command;
mod fetch;
mod flag;
mod folder;
mod proto;
mod session;
mod status;
mod uid;
mod value;
mod wire;

pub use client::{Client, Limits, Server};
pub use code::{Code, Refusal, Verdict};
pub use command::SearchKey;
pub use fetch::{Fetched, Section, Wanted};
pub use flag::{Flag, InvalidKeyword, Keyword};
pub use folder::{FolderName, ListedFolder};
pub use session::{AppendError, Appended, FlagChange, Namespace, NewMessage, Selected};
pub use status::FolderStatus;
pub use uid::UidSet;

use std::io;
use std::time::Duration;

use crate::net::{ConnectError, TlsError};

/// Why an IMAP command did not succeed.
#[derive(Debug, thiserror::Error)]
pub enum ImapError {
    /// There is no connection.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// TLS failed, or the server does not offer it.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The server closed the connection and said why.
    #[error("the server closed the connection: {text}")]
    Bye {
        /// Its response code.
        code: Option<Code>,
        /// Its words.
        text: String,
    },
    /// The server answered NO or BAD.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The server cannot do what is needed.
    #[error("the server does not offer {0}")]
    Unsupported(&'static str),
    /// The connection broke.
    #[error("{command}: connection lost: {source}")]
    Lost {
        /// The command that was running.
        command: &'static str,
        /// What the operating system said.
        #[source]
        source: io::Error,
    },
    /// The answer took too long.
    #[error("{command}: no answer within {} s", after.as_secs_f32())]
    Timeout {
        /// The command that was running.
        command: &'static str,
        /// How long was waited.
        after: Duration,
    },
    /// The server said what it must not say, or more than it may.
    #[error("{command}: {what}")]
    Protocol {
        /// The command that was running.
        command: &'static str,
        /// What was wrong.
        what: &'static str,
    },
}

#[cfg(test)]
mod tests;
