//! Follows a file that grows and is rotated.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;

/// Read at once.
const PIECE_BYTES: usize = 256 * 1024;
/// Read in one call; what is beyond waits for the next.
const CALL_BYTES_MAX: u64 = 8 * 1024 * 1024;
/// What is further behind is skipped: what happened long ago says nothing about now.
const BEHIND_BYTES_MAX: u64 = 32 * 1024 * 1024;
/// Longer lines are left out.
const LINE_BYTES_MAX: usize = 16 * 1024;

/// A file that is followed.
#[derive(Debug)]
pub(super) struct Tail {
    path: PathBuf,
    open: Option<Open>,
    /// Whether it was looked for before: what is found later is read from its start.
    looked: bool,
}

#[derive(Debug)]
struct Open {
    file: File,
    inode: u64,
    at: u64,
    /// The beginning of a line whose end is not written yet.
    line: Vec<u8>,
    /// The line became too long; the rest of it is left out too.
    is_skipping: bool,
}

impl Tail {
    pub(super) const fn new(path: PathBuf) -> Self {
        Self {
            path,
            open: None,
            looked: false,
        }
    }

    /// The file.
    pub(super) fn path(&self) -> &std::path::Path {
        &self.path
    }

    /// Hands every line that was written since the last call to `each`, without its end.
    pub(super) fn read(&mut self, each: &mut dyn FnMut(&[u8])) -> io::Result<()> {
        let mut left = CALL_BYTES_MAX;
        let from_end = !std::mem::replace(&mut self.looked, true);
        if self.open.is_none() {
            self.open = Some(Open::new(&self.path, from_end)?);
        }
        if let Some(open) = &mut self.open {
            left -= open.read(left, each)?;
            if !open.is_replaced(&self.path)? || left == 0 {
                return Ok(());
            }
            // It was written to between the last read and its renaming, perhaps.
            left -= open.read(left, each)?;
        }
        self.open = None;
        let mut open = Open::new(&self.path, false)?;
        open.read(left, each)?;
        self.open = Some(open);
        Ok(())
    }
}

impl Open {
    fn new(path: &PathBuf, from_end: bool) -> io::Result<Self> {
        let mut file = File::open(path)?;
        let inode = file.metadata()?.ino();
        let at = match from_end {
            true => file.seek(SeekFrom::End(0))?,
            false => 0,
        };
        Ok(Self {
            file,
            inode,
            at,
            line: Vec::new(),
            is_skipping: false,
        })
    }

    /// Whether the path names another file by now, or this one was cut short.
    fn is_replaced(&self, path: &PathBuf) -> io::Result<bool> {
        match std::fs::metadata(path) {
            Ok(there) => Ok(there.ino() != self.inode || there.len() < self.at),
            // Renamed, and the new one is not there yet.
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn read(&mut self, bytes_max: u64, each: &mut dyn FnMut(&[u8])) -> io::Result<u64> {
        let length = self.file.metadata()?.len();
        if length.saturating_sub(self.at) > BEHIND_BYTES_MAX {
            self.at = self.file.seek(SeekFrom::Start(length - CALL_BYTES_MAX))?;
            self.line.clear();
            self.is_skipping = true;
        }
        let mut piece = vec![0; PIECE_BYTES];
        let mut done = 0;
        while done < bytes_max {
            let count = self.file.read(&mut piece)?;
            if count == 0 {
                break;
            }
            let count_bytes = u64::try_from(count).unwrap_or(u64::MAX);
            done = done.saturating_add(count_bytes);
            self.at = self.at.saturating_add(count_bytes);
            self.split(piece.get(..count).unwrap_or_default(), each);
        }
        Ok(done.min(bytes_max))
    }

    fn split(&mut self, bytes: &[u8], each: &mut dyn FnMut(&[u8])) {
        for part in bytes.split_inclusive(|&b| b == b'\n') {
            let (text, is_end) = match part.strip_suffix(b"\n") {
                Some(text) => (text, true),
                None => (part, false),
            };
            if self.line.len().saturating_add(text.len()) > LINE_BYTES_MAX {
                self.is_skipping = true;
            }
            if !self.is_skipping {
                self.line.extend_from_slice(text);
            }
            if is_end {
                if !self.is_skipping {
                    each(&self.line);
                }
                self.line.clear();
                self.is_skipping = false;
            }
        }
    }
}
