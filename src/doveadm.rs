//! Raising a folder's UIDNEXT: the one thing that Lifeboat asks of a mailstore besides IMAP and LMTP.
//!
//! `doveadm mailbox update --min-next-uid`, over doveadm's HTTP API or by a command that the operator
//! configured. Dovecot itself never lowers it, so asking twice does no harm. Nothing else is ever
//! asked, every answer is bounded in size and time, and what the answer says is not believed: whoever
//! asked looks by IMAP.

mod command;
mod http;

pub use http::{Api, Login};

use std::time::Duration;

use crate::config::RaiseCommand;
use crate::ids::{Address, PrimaryUid};
use crate::net::{ConnectError, TlsError};

/// How a mailstore's UIDs are raised.
#[derive(Clone, Debug)]
pub enum Doveadm {
    /// Over doveadm's HTTP API.
    Api(Api),
    /// By a command on this machine.
    Command(RaiseCommand),
}

/// A folder, as doveadm calls it, and the UID that its next message gets at least.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The folder's name in Unicode, with the hierarchy separators of the mailstore.
    pub folder: String,
    /// The lowest UID that its next message may get.
    pub uid_next: PrimaryUid,
}

/// Why UIDs could not be raised.
#[derive(Debug, thiserror::Error)]
pub enum DoveadmError {
    /// There is no connection.
    #[error("doveadm: {0}")]
    Connect(#[from] ConnectError),
    /// TLS failed.
    #[error("doveadm: {0}")]
    Tls(#[from] TlsError),
    /// It did not answer in time.
    #[error("doveadm did not answer within {} s", .0.as_secs())]
    Timeout(Duration),
    /// The connection broke, or what came is not HTTP.
    #[error("doveadm: {0}")]
    Broken(String),
    /// It does not let Lifeboat in.
    #[error("doveadm refuses Lifeboat's key or password (HTTP status {0})")]
    Unauthorised(u16),
    /// The answer makes no sense.
    #[error("doveadm answered what it should not: {0}")]
    Answer(String),
    /// It refused one folder.
    #[error("doveadm refused {folder:?}: {why}")]
    Refused {
        /// Which.
        folder: String,
        /// Why, in words.
        why: String,
    },
    /// The command could not be started.
    #[error("{program} cannot be run: {why}")]
    Start {
        /// The program.
        program: String,
        /// What the system says.
        why: String,
    },
}

impl DoveadmError {
    /// Whether it concerns one mailbox, and not doveadm as a whole.
    pub fn concerns_mailbox(&self) -> bool {
        matches!(self, Self::Refused { .. })
    }
}

impl Doveadm {
    /// Raises folders of `user`; those that are higher already stay as they are.
    ///
    /// # Errors
    /// When doveadm cannot be reached, does not answer, or refuses a folder. Some may be raised then.
    pub async fn raise(&self, user: &Address, targets: &[Target]) -> Result<(), DoveadmError> {
        match self {
            Self::Api(api) => api.raise(user, targets).await,
            Self::Command(command) => command::raise(command, user, targets).await,
        }
    }
}

/// Longest words of others that are kept, in characters.
const WORDS_CHARS_MAX: usize = 200;

fn words(text: &str) -> String {
    let printable = text.chars().filter(|c| !c.is_control());
    printable.take(WORDS_CHARS_MAX).collect()
}

#[cfg(test)]
mod tests;
