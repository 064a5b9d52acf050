//! The last good table on disk: written under another name, synced, renamed; read only if its checksum
//! is right.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::directory::{Directory, DirectoryError};
use crate::route::published::Published;

const STATES: &str = "states";
const DIRECTORY: &str = "directory";
/// Largest states that are read.
const STATES_BYTES_MAX: u64 = 64 << 20;
/// Largest directory that is read.
const DIRECTORY_BYTES_MAX: u64 = 1 << 30;

/// Why something was not kept, or not read.
#[derive(Debug, thiserror::Error)]
pub enum KeepError {
    /// The disk's trouble.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// It is damaged.
    #[error("{}: it is damaged; it will be fetched anew", .0.display())]
    Damaged(PathBuf),
    /// The same of a directory.
    #[error("{}: {source}; it will be fetched anew", path.display())]
    Directory {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        #[source]
        source: DirectoryError,
    },
}

/// Makes the directory for it, and sees that it can be written to.
///
/// # Errors
/// When that fails.
pub(super) fn prepare(state: &Path) -> Result<(), KeepError> {
    let failed = |source| KeepError::Io {
        path: state.to_owned(),
        source,
    };
    fs::create_dir_all(state).map_err(failed)?;
    let probe = state.join("writable");
    File::create(&probe).map_err(failed)?;
    fs::remove_file(&probe).map_err(failed)
}

/// Keeps the states.
///
/// # Errors
/// The disk's trouble.
pub(super) fn write_states(state: &Path, published: &Published) -> Result<(), KeepError> {
    let json = serde_json::to_vec(published).unwrap_or_default();
    replace(state, STATES, |out| {
        out.write_all(&json)?;
        out.write_all(&Sha256::digest(&json))
    })
}

/// The states that were kept; none if there are none.
///
/// # Errors
/// When they cannot be read, or are damaged.
pub(super) fn read_states(state: &Path) -> Result<Option<Published>, KeepError> {
    let Some(bytes) = read(state, STATES, STATES_BYTES_MAX)? else {
        return Ok(None);
    };
    let damaged = || KeepError::Damaged(state.join(STATES));
    let at = bytes.len().checked_sub(32).ok_or_else(damaged)?;
    let (json, sum) = bytes.split_at(at);
    if Sha256::digest(json).as_slice() != sum {
        return Err(damaged());
    }
    serde_json::from_slice(json)
        .map(Some)
        .map_err(|_| damaged())
}

/// Keeps who lives where.
///
/// # Errors
/// The disk's trouble.
pub(super) fn write_directory(state: &Path, directory: &Directory) -> Result<(), KeepError> {
    replace(state, DIRECTORY, |out| {
        directory.write(|piece| out.write_all(piece))
    })
}

/// Who lives where, as it was kept; none if it was not.
///
/// # Errors
/// When it cannot be read, or is damaged.
pub(super) fn read_directory(state: &Path) -> Result<Option<Directory>, KeepError> {
    let Some(bytes) = read(state, DIRECTORY, DIRECTORY_BYTES_MAX)? else {
        return Ok(None);
    };
    let read = Directory::read(&bytes).map_err(|source| KeepError::Directory {
        path: state.join(DIRECTORY),
        source,
    });
    read.map(Some)
}

fn read(state: &Path, name: &str, bytes_max: u64) -> Result<Option<Vec<u8>>, KeepError> {
    let path = state.join(name);
    let size = match fs::metadata(&path) {
        Ok(metadata) => metadata.len(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(KeepError::Io { path, source }),
    };
    if size > bytes_max {
        return Err(KeepError::Damaged(path));
    }
    match fs::read(&path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(source) => Err(KeepError::Io { path, source }),
    }
}

fn replace(
    state: &Path,
    name: &str,
    write: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>,
) -> Result<(), KeepError> {
    let path = state.join(name);
    let new = state.join(format!("{name}.new"));
    let written = (|| {
        let mut out = BufWriter::new(File::create(&new)?);
        write(&mut out)?;
        out.flush()?;
        out.get_ref().sync_all()?;
        fs::rename(&new, &path)?;
        File::open(state)?.sync_all()
    })();
    written.map_err(|source| KeepError::Io { path, source })
}
