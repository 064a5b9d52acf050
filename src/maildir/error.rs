//! What can go wrong with files, by what follows from it.

use std::path::Path;

use rustix::io::Errno;

/// Why something could not be done with a mailbox's files.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MaildirError {
    /// The volume does not answer, or answers with an error of its own: later it may.
    #[error("{path}: {what}")]
    Unavailable {
        /// Where.
        path: String,
        /// What happened.
        what: String,
    },
    /// So many calls into the volume hang that no further one is made.
    #[error("{threads} calls into the mailstore's files hang")]
    AllHang {
        /// How many.
        threads: usize,
    },
    /// There is no mailbox: the volume is not mounted, or is not the one that it was.
    #[error("{path}: {what}")]
    NotThere {
        /// Where.
        path: String,
        /// What is missing.
        what: String,
    },
    /// The volume or the owner's quota on it is full.
    #[error("{path}: {what}")]
    OverQuota {
        /// Where.
        path: String,
        /// What the system says.
        what: String,
    },
    /// It is there and must not be written to: another format, another owner, a symbolic link.
    #[error("{path}: {what}")]
    Refused {
        /// Where.
        path: String,
        /// Why.
        what: String,
    },
}

impl MaildirError {
    pub(super) fn unavailable(path: &str, what: impl Into<String>) -> Self {
        Self::Unavailable {
            path: path.to_owned(),
            what: what.into(),
        }
    }

    pub(super) fn not_there(path: &str, what: impl Into<String>) -> Self {
        Self::NotThere {
            path: path.to_owned(),
            what: what.into(),
        }
    }

    pub(super) fn refused(path: &str, what: impl Into<String>) -> Self {
        Self::Refused {
            path: path.to_owned(),
            what: what.into(),
        }
    }

    /// What an error of the system means here.
    pub(super) fn of(path: &str, error: Errno) -> Self {
        let what = error.to_string();
        match error {
            Errno::DQUOT | Errno::NOSPC | Errno::FBIG => Self::OverQuota {
                path: path.to_owned(),
                what,
            },
            Errno::NOENT | Errno::NOTDIR => Self::not_there(path, what),
            Errno::ACCESS | Errno::PERM | Errno::LOOP | Errno::NAMETOOLONG | Errno::ISDIR => {
                Self::refused(path, what)
            }
            // ESTALE, EIO, ETIMEDOUT, EROFS and whatever else a volume in trouble says.
            _ => Self::unavailable(path, what),
        }
    }

    pub(super) fn of_io(path: &str, error: &std::io::Error) -> Self {
        match Errno::from_io_error(error) {
            Some(errno) => Self::of(path, errno),
            None => Self::unavailable(path, error.to_string()),
        }
    }
}

/// A path for messages.
pub(super) fn shown(path: &Path) -> String {
    path.display().to_string()
}
