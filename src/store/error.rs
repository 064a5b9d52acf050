//! What can go wrong with the store.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

/// Why a store could not be opened. Every message says what to do.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process has it.
    #[error("the store {} is in use by another process; stop it first, or let the command speak to it", path.display())]
    InUse {
        /// Where the store is.
        path: PathBuf,
    },
    /// The disk says no.
    #[error("the store {} cannot be opened: {error}; check that it exists, is writable and has room", path.display())]
    Io {
        /// Where the store is.
        path: PathBuf,
        /// What the disk said.
        error: io::Error,
    },
    /// The engine says no.
    #[error("the store's index {} cannot be opened: {why}; restore it from a backup", path.display())]
    Engine {
        /// The index file.
        path: PathBuf,
        /// What the engine said.
        why: String,
    },
    /// A newer Lifeboat wrote it.
    #[error(
        "the store was written by a newer Lifeboat (layout {found}, this one knows {known}); install that version again"
    )]
    FromTheFuture {
        /// The store's layout version.
        found: u32,
        /// The newest layout this version knows.
        known: u32,
    },
    /// Its first records cannot be read.
    #[error("the store cannot be read: {0}")]
    Unreadable(#[from] StoreError),
}

/// Why something could not be read or written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The index cannot be read.
    #[error("the store's index: {0}")]
    Engine(String),
    /// A sync or commit failed: nothing more is taken until a restart.
    #[error("the store has failed and needs a restart: {0}")]
    Failed(Arc<str>),
    /// There is no room on the disk. Nothing was written; it goes on when there is room again.
    #[error("the store's disk is full")]
    Full,
    /// The disk says no.
    #[error("{during}: {why}")]
    Io {
        /// What was being done.
        during: &'static str,
        /// What the disk said.
        why: String,
    },
    /// What is stored is not what should be there.
    #[error("the {what} in the store is damaged: {why}")]
    Corrupt {
        /// What it should be.
        what: &'static str,
        /// How it is not.
        why: String,
    },
    /// A newer Lifeboat wrote it.
    #[error("the {what} in the store was written by a newer Lifeboat (version {version})")]
    FromTheFuture {
        /// What it is.
        what: &'static str,
        /// Its version.
        version: u8,
    },
    /// What is named is not there.
    #[error("there is no such {0}")]
    Missing(&'static str),
    /// What is to be made is there already, or has changed meanwhile.
    #[error("{0}")]
    Conflict(&'static str),
}

impl StoreError {
    /// From an error of the disk while `during`.
    pub fn from_io(during: &'static str, error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full,
            io::ErrorKind::NotFound => Self::Missing("file of the store"),
            _ => Self::Io {
                during,
                why: error.to_string(),
            },
        }
    }

    /// Something damaged.
    pub fn corrupt(what: &'static str, why: &str) -> Self {
        Self::Corrupt {
            what,
            why: why.to_owned(),
        }
    }
}
