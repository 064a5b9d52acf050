//! One folder: its parts, and how it is made.

use std::io::Write as _;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::fs::{Gid, Mode, OFlags, Uid, fchmod, fchown, fstat, fsync, mkdirat, openat};
use rustix::io::Errno;

use super::root::{DIRECTORY, Owner, Root, is_folder_name, read_file};
use super::{MaildirError, Task};

/// Largest `subscriptions` that is read, in bytes.
const SUBSCRIPTIONS_BYTES_MAX: u64 = 4 * 1024 * 1024;

/// The open directories of a folder. All belong to the owner of the mailbox.
#[derive(Debug)]
pub struct Folder {
    path: String,
    dir: OwnedFd,
    pub(super) cur: OwnedFd,
    pub(super) new: OwnedFd,
    pub(super) tmp: OwnedFd,
    pub(super) owner: Owner,
}

impl Folder {
    pub(super) fn open(root: &Root, name: &str, task: &Task) -> Result<Self, MaildirError> {
        let on_disk = match name {
            "" => ".".to_owned(),
            name if is_folder_name(name) => format!(".{name}"),
            _ => {
                return Err(MaildirError::refused(
                    &root.shown(name),
                    "no name of a folder",
                ));
            }
        };
        let path = root.shown(&on_disk);
        let (dir, owner) = directory(root, root.dir.as_fd(), &on_disk, &path, task)?;
        let part = |part: &str| {
            let path = format!("{path}/{part}");
            directory(root, dir.as_fd(), part, &path, task).map(|(dir, _)| dir)
        };
        Ok(Self {
            cur: part("cur")?,
            new: part("new")?,
            tmp: part("tmp")?,
            path,
            dir,
            owner,
        })
    }

    pub(super) fn dir(&self) -> BorrowedFd<'_> {
        self.dir.as_fd()
    }

    /// `name` in the folder, for messages.
    pub(super) fn shown(&self, name: &str) -> String {
        format!("{}/{name}", self.path)
    }
}

fn open_directory(parent: BorrowedFd<'_>, name: &str, path: &str) -> Result<OwnedFd, MaildirError> {
    openat(parent, name, DIRECTORY, Mode::empty()).map_err(|error| match error {
        Errno::NOTDIR | Errno::LOOP => {
            MaildirError::refused(path, "not a directory, or a symbolic link")
        }
        error => MaildirError::of(path, error),
    })
}

/// Opens a directory that is none by a symbolic link and belongs to the mailbox's owner.
fn directory(
    root: &Root,
    parent: BorrowedFd<'_>,
    name: &str,
    path: &str,
    task: &Task,
) -> Result<(OwnedFd, Owner), MaildirError> {
    task.step()?;
    let dir = open_directory(parent, name, path)?;
    let stat = fstat(&dir).map_err(|error| MaildirError::of(path, error))?;
    if stat.st_uid != root.owner.uid {
        let what = format!(
            "belongs to user {}, the mailbox to user {}",
            stat.st_uid, root.owner.uid
        );
        return Err(MaildirError::refused(path, what));
    }
    let owner = Owner {
        uid: stat.st_uid,
        gid: stat.st_gid,
        mode: stat.st_mode & 0o7777,
    };
    Ok((dir, owner))
}

/// Makes a folder as Dovecot does, owned and permitted as the root is, and subscribes it. What is there
/// already stays: it may be done again after it was cut off anywhere.
///
/// # Errors
/// When the name is none of a folder, or the volume or its owner's quota does not let it.
pub fn create(root: &Root, name: &str, task: &Task) -> Result<(), MaildirError> {
    if !is_folder_name(name) {
        return Err(MaildirError::refused(
            &root.shown(name),
            "no name of a folder",
        ));
    }
    let on_disk = format!(".{name}");
    let path = root.shown(&on_disk);
    let dir = make_directory(root, root.dir.as_fd(), &on_disk, &path, task)?;
    for part in super::root::PARTS {
        make_directory(root, dir.as_fd(), part, &format!("{path}/{part}"), task)?;
    }
    let marker = format!("{path}/maildirfolder");
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    task.step()?;
    match openat(&dir, "maildirfolder", flags, Mode::RUSR | Mode::WUSR) {
        Ok(file) => give(&file, root.owner, 0o666, &marker)?,
        Err(Errno::EXIST) => {}
        Err(error) => return Err(MaildirError::of(&marker, error)),
    }
    task.step()?;
    for dir in [dir.as_fd(), root.dir.as_fd()] {
        fsync(dir).map_err(|error| MaildirError::of(&path, error))?;
    }
    subscribe(root, name, task)
}

fn make_directory(
    root: &Root,
    parent: BorrowedFd<'_>,
    name: &str,
    path: &str,
    task: &Task,
) -> Result<OwnedFd, MaildirError> {
    task.step()?;
    match mkdirat(parent, name, Mode::RWXU) {
        Ok(()) => {
            let dir = open_directory(parent, name, path)?;
            give(&dir, root.owner, 0o7777, path)?;
        }
        Err(Errno::EXIST) => {
            // Maybe ours, and not yet given to its owner.
            let dir = open_directory(parent, name, path)?;
            let stat = fstat(&dir).map_err(|error| MaildirError::of(path, error))?;
            if stat.st_uid == rustix::process::geteuid().as_raw() {
                give(&dir, root.owner, 0o7777, path)?;
            }
        }
        Err(error) => return Err(MaildirError::of(path, error)),
    }
    directory(root, parent, name, path, task).map(|(dir, _)| dir)
}

/// Gives what was just made to the owner of the mailbox, with those permissions of its directory that
/// are in `mask`.
pub(super) fn give(
    file: impl AsFd,
    owner: Owner,
    mask: u32,
    path: &str,
) -> Result<(), MaildirError> {
    let file = file.as_fd();
    let stat = fstat(file).map_err(|error| MaildirError::of(path, error))?;
    if (stat.st_uid, stat.st_gid) != (owner.uid, owner.gid) {
        let (uid, gid) = (Uid::from_raw(owner.uid), Gid::from_raw(owner.gid));
        fchown(file, Some(uid), Some(gid)).map_err(|error| match error {
            Errno::PERM => MaildirError::refused(
                path,
                "cannot be given to the mailbox's owner: Lifeboat needs CAP_CHOWN, on NFS without \
                 root_squash",
            ),
            error => MaildirError::of(path, error),
        })?;
    }
    let mode = Mode::from_raw_mode(owner.mode & mask);
    fchmod(file, mode).map_err(|error| MaildirError::of(path, error))
}

/// Adds a line to `subscriptions`: the levels separated by tabs in version 2, the name with dots
/// before that. Only what clients show depends on it.
fn subscribe(root: &Root, name: &str, task: &Task) -> Result<(), MaildirError> {
    const FILE: &str = "subscriptions";
    let path = root.shown(FILE);
    let known = read_file(root.dir.as_fd(), FILE, &path, SUBSCRIPTIONS_BYTES_MAX, task)?;
    let known = known.unwrap_or_default();
    let line = if known.starts_with(b"V\t2\n") {
        name.replace('.', "\t")
    } else {
        name.to_owned()
    };
    if known
        .split(|&b| b == b'\n')
        .any(|there| there == line.as_bytes())
    {
        return Ok(());
    }
    let flags =
        OFlags::WRONLY | OFlags::APPEND | OFlags::CREATE | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    task.step()?;
    let file = openat(&root.dir, FILE, flags, Mode::RUSR | Mode::WUSR);
    let file = file.map_err(|error| MaildirError::of(&path, error))?;
    if known.is_empty() {
        give(&file, root.owner, 0o666, &path)?;
    }
    let unfinished = !known.is_empty() && !known.ends_with(b"\n");
    let text = format!("{}{line}\n", if unfinished { "\n" } else { "" });
    let mut file = std::fs::File::from(file);
    file.write_all(text.as_bytes())
        .map_err(|error| MaildirError::of_io(&path, &error))
}
