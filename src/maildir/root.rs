//! The root of a mailbox: INBOX, its owner, and whether it is a Maildir at all.

use std::ffi::CStr;
use std::io::Read as _;
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;

use rustix::fs::{AtFlags, CWD, Dir, FileType, Mode, OFlags, fstat, openat, statat};
use rustix::io::Errno;

use super::error::shown;
use super::folder::Folder;
use super::uidlist::{BYTES_MAX, Entry, UidList};
use super::{MaildirError, Task};

/// The parts of every folder.
pub(super) const PARTS: [&str; 3] = ["cur", "new", "tmp"];
/// What other formats of Dovecot have in a root.
const DBOX: [&str; 3] = ["storage", "mailboxes", "dbox-Mails"];
/// Most folders of one mailbox.
const FOLDERS_MAX: usize = 10_000;

/// Who owns a mailbox's files, and with which permissions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Owner {
    pub(super) uid: u32,
    pub(super) gid: u32,
    /// The permissions of a directory.
    pub(super) mode: u32,
}

impl Owner {
    fn of(stat: &rustix::fs::Stat) -> Self {
        Self {
            uid: stat.st_uid,
            gid: stat.st_gid,
            mode: stat.st_mode & 0o7777,
        }
    }
}

/// The open root of one mailbox.
#[derive(Debug)]
pub struct Root {
    path: String,
    pub(super) dir: OwnedFd,
    pub(super) owner: Owner,
}

impl Root {
    /// Opens the Maildir at `path` and checks that it is one that Dovecot has used: a missing or empty
    /// directory is an unmounted volume until somebody proves otherwise.
    ///
    /// # Errors
    /// [`MaildirError::NotThere`] for the void, [`MaildirError::Refused`] for what must not be
    /// written to.
    pub fn open(path: &Path, task: &Task) -> Result<Self, MaildirError> {
        task.step()?;
        let shown = shown(path);
        let dir = openat(CWD, path, DIRECTORY, Mode::empty()).map_err(|error| match error {
            Errno::NOENT => MaildirError::not_there(
                &shown,
                "there is no such directory: is the volume mounted?",
            ),
            Errno::NOTDIR | Errno::LOOP => {
                MaildirError::refused(&shown, "not a directory, or a symbolic link")
            }
            error => MaildirError::of(&shown, error),
        })?;
        let stat = fstat(&dir).map_err(|error| MaildirError::of(&shown, error))?;
        let root = Self {
            path: shown,
            dir,
            owner: Owner::of(&stat),
        };
        root.check(task)?;
        Ok(root)
    }

    fn check(&self, task: &Task) -> Result<(), MaildirError> {
        for name in DBOX {
            if self.kind(name)?.is_some() {
                let what =
                    format!("sdbox or mdbox ({name} is there): merge this mailstore by IMAP");
                return Err(MaildirError::refused(&self.path, what));
            }
        }
        for part in PARTS {
            if self.kind(part)? != Some(FileType::Directory) {
                let what = format!(
                    "has no {part}: not a Maildir, or the empty directory of a volume that is not \
                     mounted"
                );
                return Err(MaildirError::not_there(&self.path, what));
            }
        }
        if self.owner.uid == 0 {
            let what = "belongs to root, as no mailbox does";
            return Err(MaildirError::refused(&self.path, what));
        }
        if self.kind(UIDLIST)? != Some(FileType::RegularFile) {
            let what = "has no dovecot-uidlist: Dovecot has never opened it, or keeps it elsewhere (CONTROL=)";
            return Err(MaildirError::not_there(&self.path, what));
        }
        task.step()
    }

    /// What `name` in the root is; a symbolic link is one.
    fn kind(&self, name: &str) -> Result<Option<FileType>, MaildirError> {
        match statat(&self.dir, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => Ok(Some(FileType::from_raw_mode(stat.st_mode))),
            Err(Errno::NOENT) => Ok(None),
            Err(error) => Err(MaildirError::of(&self.shown(name), error)),
        }
    }

    /// `name` in the root, for messages.
    pub(super) fn shown(&self, name: &str) -> String {
        format!("{}/{name}", self.path)
    }

    /// Opens a folder by its name on disk: without the leading dot, levels separated by dots,
    /// modified UTF-7; the empty name is INBOX.
    ///
    /// # Errors
    /// [`MaildirError::NotThere`] if it or one of its parts is not there, [`MaildirError::Refused`] if
    /// it belongs to somebody else or is no directory.
    pub fn folder(&self, name: &str, task: &Task) -> Result<Folder, MaildirError> {
        Folder::open(self, name, task)
    }

    /// The names of all folders but INBOX.
    ///
    /// # Errors
    /// [`MaildirError::Refused`] for the layout in which folders are plain directories
    /// (`LAYOUT=fs`), and for more folders than any mailbox has.
    pub fn folders(&self, task: &Task) -> Result<Vec<String>, MaildirError> {
        let mut folders = Vec::new();
        entries(&self.dir, &self.path, task, &mut |name, kind| {
            let Ok(name) = name.to_str() else {
                return Ok(());
            };
            if !self.is_directory(name, kind)? || PARTS.contains(&name) {
                return Ok(());
            }
            let inside = format!("{name}/cur");
            match name.strip_prefix('.') {
                Some(folder)
                    if is_folder_name(folder)
                        && self.kind(&inside)? == Some(FileType::Directory) =>
                {
                    folders.push(folder.to_owned());
                }
                Some(_) => {}
                None if self.kind(&inside)?.is_some() => {
                    let what = "a folder without a leading dot (LAYOUT=fs): merge this mailstore \
                                by IMAP";
                    return Err(MaildirError::refused(&self.shown(name), what));
                }
                None => {}
            }
            if folders.len() > FOLDERS_MAX {
                return Err(MaildirError::refused(&self.path, "too many folders"));
            }
            Ok(())
        })?;
        folders.sort();
        Ok(folders)
    }

    /// Not every file system tells the kind in its listing.
    fn is_directory(&self, name: &str, kind: FileType) -> Result<bool, MaildirError> {
        Ok(match kind {
            FileType::Directory => true,
            FileType::Unknown => self.kind(name)? == Some(FileType::Directory),
            _ => false,
        })
    }

    /// Reads the `dovecot-uidlist` of a folder; `None` if Dovecot has not opened it yet.
    ///
    /// # Errors
    /// When it cannot be read or makes no sense.
    pub fn uid_list(
        &self,
        folder: &str,
        task: &Task,
        each: impl FnMut(Entry<'_>),
    ) -> Result<Option<UidList>, MaildirError> {
        let folder = self.folder(folder, task)?;
        let path = folder.shown(UIDLIST);
        let Some(bytes) = read_file(folder.dir(), UIDLIST, &path, BYTES_MAX, task)? else {
            return Ok(None);
        };
        let list = UidList::parse(&bytes, each);
        list.map(Some)
            .map_err(|error| MaildirError::refused(&path, error.to_string()))
    }
}

const UIDLIST: &str = "dovecot-uidlist";

pub(super) const DIRECTORY: OFlags = OFlags::RDONLY
    .union(OFlags::DIRECTORY)
    .union(OFlags::NOFOLLOW)
    .union(OFlags::CLOEXEC);

/// Whether a name after the leading dot is a folder's: no empty level (Dovecot hides what it is about
/// to delete behind two dots).
pub(super) fn is_folder_name(name: &str) -> bool {
    let sane = |level: &str| !level.is_empty() && !level.contains(['/', '\0']);
    name.len() < 250 && name.split('.').all(sane)
}

/// Calls `each` with the name and kind of all entries of an open directory but `.` and `..`.
pub(super) fn entries(
    dir: impl AsFd,
    path: &str,
    task: &Task,
    each: &mut dyn FnMut(&CStr, FileType) -> Result<(), MaildirError>,
) -> Result<(), MaildirError> {
    task.step()?;
    let listing = Dir::read_from(dir).map_err(|error| MaildirError::of(path, error))?;
    for entry in listing {
        task.step()?;
        let entry = entry.map_err(|error| MaildirError::of(path, error))?;
        let name = entry.file_name();
        if name != c"." && name != c".." {
            each(name, entry.file_type())?;
        }
    }
    Ok(())
}

/// The bytes of a regular file, at most `bytes_max`; `None` if there is none.
pub(super) fn read_file(
    dir: impl AsFd,
    name: &str,
    path: &str,
    bytes_max: u64,
    task: &Task,
) -> Result<Option<Vec<u8>>, MaildirError> {
    task.step()?;
    // Without waiting: a FIFO would hold the thread.
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK;
    let file = match openat(dir, name, flags, Mode::empty()) {
        Ok(file) => file,
        Err(Errno::NOENT) => return Ok(None),
        Err(error) => return Err(MaildirError::of(path, error)),
    };
    let stat = fstat(&file).map_err(|error| MaildirError::of(path, error))?;
    if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
        return Err(MaildirError::refused(path, "not a regular file"));
    }
    let mut bytes = Vec::new();
    let mut file = std::fs::File::from(file).take(bytes_max);
    loop {
        task.step()?;
        let mut piece = (&mut file).take(1024 * 1024);
        match piece.read_to_end(&mut bytes) {
            Ok(0) => return Ok(Some(bytes)),
            Ok(_) => {}
            Err(error) => return Err(MaildirError::of_io(path, &error)),
        }
    }
}
