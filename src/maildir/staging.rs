//! Placing messages: written to `tmp/` and synced, then, when the journal knows of them, renamed into
//! `new/`.

use std::io::Write as _;

use bytes::Bytes;
use rustix::fs::{
    AtFlags, Mode, OFlags, Timespec, Timestamps, UTIME_NOW, fsync, futimens, openat, renameat,
    unlinkat,
};
use rustix::io::Errno;

use super::folder::{Folder, give};
use super::{FileName, MaildirError, Root, Task};
use crate::clock::Timestamp;
use crate::ids::BatchId;
use crate::mail::Flags;

/// Bytes that are written in one call.
const WRITE_BYTES: usize = 1024 * 1024;

/// A message that is to be placed.
#[derive(Clone, Debug)]
pub struct NewFile {
    /// Its name.
    pub name: FileName,
    /// Its INTERNALDATE; whole seconds count.
    pub received_at: Timestamp,
    /// Its bytes in canonical form, in pieces.
    pub pieces: Vec<Bytes>,
}

/// A message that was written to `tmp/`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Staged {
    /// Its name.
    pub name: FileName,
    /// The flags that go with it.
    pub flags: Flags,
}

/// What became of a staged message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Published {
    /// It was in `tmp/` and now is in `new/`.
    Renamed,
    /// It is not in `tmp/`: it was renamed before, whatever its user did with it since.
    NotInTmp,
}

/// The name in `tmp/`. Each attempt has its own: a call of an earlier one that hung and comes to life
/// again cannot touch the files of a later one.
fn name_in_tmp(name: &FileName, batch: BatchId) -> String {
    format!("{}.{batch}", super::key_of(name.as_str()))
}

/// Writes `files` to the folder's `tmp/`, each synced, then syncs `tmp/`. On an error, what was written
/// is removed as far as that goes; Dovecot removes the rest after 36 hours.
///
/// # Errors
/// [`MaildirError`]; nothing is in `new/`.
pub fn stage(
    root: &Root,
    folder: &str,
    batch: BatchId,
    files: &[NewFile],
    task: &Task,
) -> Result<(), MaildirError> {
    let folder = root.folder(folder, task)?;
    let mut written = Vec::with_capacity(files.len());
    let result = files.iter().try_for_each(|file| {
        let name = name_in_tmp(&file.name, batch);
        let result = write(&folder, &name, file, task);
        written.push(name);
        result
    });
    let path = folder.shown("tmp");
    let result = result.and_then(|()| {
        task.step()?;
        fsync(&folder.tmp).map_err(|error| MaildirError::of(&path, error))
    });
    if result.is_err() {
        for name in written {
            // What is left does no harm.
            let _ = unlinkat(&folder.tmp, name, AtFlags::empty());
        }
    }
    result
}

fn write(folder: &Folder, name: &str, file: &NewFile, task: &Task) -> Result<(), MaildirError> {
    let path = folder.shown(&format!("tmp/{name}"));
    let failed = |error| MaildirError::of(&path, error);
    task.step()?;
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let created = openat(&folder.tmp, name, flags, Mode::RUSR | Mode::WUSR);
    let mut out = std::fs::File::from(created.map_err(failed)?);
    for piece in file
        .pieces
        .iter()
        .flat_map(|piece| piece.chunks(WRITE_BYTES))
    {
        task.step()?;
        out.write_all(piece)
            .map_err(|error| MaildirError::of_io(&path, &error))?;
    }
    task.step()?;
    give(&out, folder.owner, 0o666, &path)?;
    let times = Timestamps {
        last_access: Timespec {
            tv_sec: 0,
            tv_nsec: UTIME_NOW,
        },
        last_modification: Timespec {
            tv_sec: file.received_at.as_secs(),
            tv_nsec: 0,
        },
    };
    futimens(&out, &times).map_err(failed)?;
    task.step()?;
    out.sync_all()
        .map_err(|error| MaildirError::of_io(&path, &error))
}

/// Renames staged messages into the folder's `new/`, in order, and syncs it. May be done again.
///
/// # Errors
/// [`MaildirError`]; some may be in `new/`.
pub fn publish(
    root: &Root,
    folder: &str,
    batch: BatchId,
    staged: &[Staged],
    task: &Task,
    mut renamed: impl FnMut(),
) -> Result<Vec<Published>, MaildirError> {
    let folder = root.folder(folder, task)?;
    let path = folder.shown("new");
    let mut done = Vec::with_capacity(staged.len());
    for one in staged {
        task.step()?;
        let from = name_in_tmp(&one.name, batch);
        let to = one.name.with_flags(one.flags);
        done.push(match renameat(&folder.tmp, from, &folder.new, to) {
            Ok(()) => Published::Renamed,
            Err(Errno::NOENT) => Published::NotInTmp,
            Err(error) => return Err(MaildirError::of(&path, error)),
        });
        renamed();
    }
    task.step()?;
    fsync(&folder.new).map_err(|error| MaildirError::of(&path, error))?;
    Ok(done)
}
