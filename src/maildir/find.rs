//! Looking at the message files of a mailbox.

use std::io::Read as _;
use std::os::fd::BorrowedFd;

use rustix::fs::{AtFlags, FileType, Mode, OFlags, openat, statat};
use rustix::io::Errno;

use super::folder::Folder;
use super::root::{entries, read_file};
use super::{MaildirError, Root, Task, key_of, name};
use crate::clock::Timestamp;

/// A file: where it was when it was seen.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The folder's name on disk.
    pub folder: String,
    /// Whether it is in `new/`, else in `cur/`.
    pub is_new: bool,
    /// Its name.
    pub name: String,
}

/// A message file as it is listed.
#[derive(Debug)]
pub struct Entry<'a> {
    folder_name: &'a str,
    folder: &'a Folder,
    is_new: bool,
    /// Its name.
    pub name: &'a str,
}

impl Entry<'_> {
    /// Where it is.
    pub fn place(&self) -> Place {
        Place {
            folder: self.folder_name.to_owned(),
            is_new: self.is_new,
            name: self.name.to_owned(),
        }
    }

    fn dir(&self) -> BorrowedFd<'_> {
        part(self.folder, self.is_new)
    }

    /// Whether it came into the mailstore at `since` or later, by its name or, if that does not say,
    /// by its time of change. A file that has gone meanwhile did not.
    ///
    /// # Errors
    /// When the volume does not say.
    pub fn arrived_since(&self, since: Timestamp) -> Result<bool, MaildirError> {
        if let Some(secs) = name::seconds(self.name) {
            return Ok(secs >= since.as_secs());
        }
        match statat(self.dir(), self.name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => Ok(i128::from(stat.st_mtime) >= i128::from(since.as_secs())),
            Err(Errno::NOENT) => Ok(false),
            Err(error) => Err(MaildirError::of(&self.folder.shown(self.name), error)),
        }
    }
}

fn part(folder: &Folder, is_new: bool) -> BorrowedFd<'_> {
    use std::os::fd::AsFd as _;
    if is_new {
        folder.new.as_fd()
    } else {
        folder.cur.as_fd()
    }
}

/// Calls `each` with every message file of every folder. A folder that goes meanwhile is passed over,
/// as is a name that is not UTF-8.
///
/// # Errors
/// Those of `each`, and when a folder cannot be listed.
pub fn each_file(
    root: &Root,
    task: &Task,
    each: &mut dyn FnMut(&Entry<'_>) -> Result<(), MaildirError>,
) -> Result<(), MaildirError> {
    let mut names = root.folders(task)?;
    names.insert(0, String::new());
    for folder_name in &names {
        let folder = match root.folder(folder_name, task) {
            Ok(folder) => folder,
            Err(MaildirError::NotThere { .. }) => continue,
            Err(error) => return Err(error),
        };
        // What is renamed from new/ to cur/ meanwhile is seen in one of them at least.
        for is_new in [true, false] {
            let path = folder.shown(if is_new { "new" } else { "cur" });
            entries(part(&folder, is_new), &path, task, &mut |name, kind| {
                let is_file = matches!(kind, FileType::RegularFile | FileType::Unknown);
                match name.to_str() {
                    Ok(name) if is_file && !name.starts_with('.') => each(&Entry {
                        folder_name,
                        folder: &folder,
                        is_new,
                        name,
                    }),
                    _ => Ok(()),
                }
            })?;
        }
    }
    Ok(())
}

/// Which of `keys` ([`key_of`]) have a file anywhere in the mailbox, in the order of `keys`.
///
/// # Errors
/// As [`each_file`].
pub fn holds_key(root: &Root, keys: &[String], task: &Task) -> Result<Vec<bool>, MaildirError> {
    let wanted: std::collections::HashMap<&str, usize> = keys
        .iter()
        .enumerate()
        .map(|(n, key)| (key.as_str(), n))
        .collect();
    let mut found = vec![false; keys.len()];
    each_file(root, task, &mut |entry| {
        let at = wanted.get(key_of(entry.name));
        if let Some(seen) = at.and_then(|&at| found.get_mut(at)) {
            *seen = true;
        }
        Ok(())
    })?;
    Ok(found)
}

/// The first `bytes_max` bytes of a listed file; `None` if it is there no more under this name.
///
/// # Errors
/// When it cannot be read.
pub fn read_head(
    entry: &Entry<'_>,
    bytes_max: usize,
    task: &Task,
) -> Result<Option<Vec<u8>>, MaildirError> {
    task.step()?;
    let path = entry.folder.shown(entry.name);
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK;
    let file = match openat(entry.dir(), entry.name, flags, Mode::empty()) {
        Ok(file) => file,
        Err(Errno::NOENT) => return Ok(None),
        Err(error) => return Err(MaildirError::of(&path, error)),
    };
    let mut head = Vec::with_capacity(bytes_max.min(64 * 1024));
    std::fs::File::from(file)
        .take(bytes_max as u64)
        .read_to_end(&mut head)
        .map_err(|error| MaildirError::of_io(&path, &error))?;
    Ok(Some(head))
}

/// A file's bytes, also when its flags have changed since it was seen; `None` when it is not in its
/// folder any more.
///
/// # Errors
/// When it cannot be read, or is larger than `bytes_max`.
pub fn read_whole(
    root: &Root,
    place: &Place,
    bytes_max: u64,
    task: &Task,
) -> Result<Option<Vec<u8>>, MaildirError> {
    let folder = match root.folder(&place.folder, task) {
        Ok(folder) => folder,
        Err(MaildirError::NotThere { .. }) => return Ok(None),
        Err(error) => return Err(error),
    };
    let path = folder.shown(&place.name);
    let read = |is_new, name: &str| {
        let bytes = read_file(part(&folder, is_new), name, &path, bytes_max + 1, task)?;
        match bytes {
            Some(bytes) if bytes.len() as u64 > bytes_max => {
                Err(MaildirError::refused(&path, "larger than expected"))
            }
            bytes => Ok(bytes),
        }
    };
    if let Some(bytes) = read(place.is_new, &place.name)? {
        return Ok(Some(bytes));
    }
    for is_new in [true, false] {
        let mut renamed = None;
        entries(part(&folder, is_new), &path, task, &mut |name, _| {
            if let Ok(name) = name.to_str()
                && key_of(name) == key_of(&place.name)
            {
                renamed = Some(name.to_owned());
            }
            Ok(())
        })?;
        if let Some(name) = renamed
            && let Some(bytes) = read(is_new, &name)?
        {
            return Ok(Some(bytes));
        }
    }
    Ok(None)
}
