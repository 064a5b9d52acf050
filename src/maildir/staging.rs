//! Placing messages: written to `tmp/` and synced, then, when the journal knows of them, renamed into
//! `new/`.

use std::fs::File;
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
/// Files that are open until they are synced.
const SYNCED_TOGETHER: usize = 64;
/// Syncs at a time.
const SYNCERS: usize = 8;

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
    let result = files.chunks(SYNCED_TOGETHER).try_for_each(|files| {
        let mut open = Vec::with_capacity(files.len());
        for file in files {
            let name = name_in_tmp(&file.name, batch);
            let path = folder.shown(&format!("tmp/{name}"));
            let result = write(&folder, &name, file, &path, task);
            written.push(name);
            open.push((result?, path));
        }
        sync_all(&open, task)
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

/// Syncs files side by side: a file system answers many syncs in hardly more time than one.
fn sync_all(files: &[(File, String)], task: &Task) -> Result<(), MaildirError> {
    let sync = |share: &[(File, String)]| {
        share.iter().try_for_each(|(file, path)| {
            task.step()?;
            file.sync_all()
                .map_err(|error| MaildirError::of_io(path, &error))
        })
    };
    let share = files.len().div_ceil(SYNCERS).max(1);
    let (own, others) = files.split_at(share.min(files.len()));
    std::thread::scope(|scope| {
        let others: Vec<_> = others
            .chunks(share)
            .map(|share| {
                let helper = std::thread::Builder::new().name("maildir-sync".into());
                // Where there is no thread to be had, this one does it.
                helper
                    .spawn_scoped(scope, move || sync(share))
                    .map_err(|_| share)
            })
            .collect();
        others.into_iter().fold(sync(own), |so_far, other| {
            so_far.and(match other {
                Ok(helper) => helper
                    .join()
                    .unwrap_or_else(|_| Err(MaildirError::unavailable("job", "stopped"))),
                Err(share) => sync(share),
            })
        })
    })
}

/// Writes a file that is still to be synced.
fn write(
    folder: &Folder,
    name: &str,
    file: &NewFile,
    path: &str,
    task: &Task,
) -> Result<File, MaildirError> {
    let failed = |error| MaildirError::of(path, error);
    task.step()?;
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let created = openat(&folder.tmp, name, flags, Mode::RUSR | Mode::WUSR);
    let mut out = File::from(created.map_err(failed)?);
    for piece in file
        .pieces
        .iter()
        .flat_map(|piece| piece.chunks(WRITE_BYTES))
    {
        task.step()?;
        out.write_all(piece)
            .map_err(|error| MaildirError::of_io(path, &error))?;
    }
    task.step()?;
    give(&out, folder.owner, 0o666, path)?;
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
    Ok(out)
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
