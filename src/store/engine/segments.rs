//! Bodies in append-only files.
//!
//! A segment is a run of records: a header that says what follows (id, length, checksum), then the
//! bytes. A body over [`SPOOL_BYTES`] is written to a file of its own while it arrives, and that file
//! becomes a segment by being renamed. Nothing in a segment is ever changed; a start never appends
//! to a segment of an earlier start, so a torn end is never written over.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::backend::Unsynced;
use crate::ids::BodyId;

/// Bodies up to this size stand in the index itself.
pub const INLINE_BYTES_MAX: usize = 4 * 1024;
/// Bodies over this size are spooled to a file while they arrive.
pub const SPOOL_BYTES: usize = 1024 * 1024;
/// A spooled body is written in pieces of this size.
const FLUSH_BYTES: usize = 64 * 1024;
/// A segment that has reached this size is followed by a new one.
const SEGMENT_BYTES: u64 = 64 * 1024 * 1024;
/// Bytes of a record's header: magic, id, length, checksum.
pub const HEADER_BYTES: usize = 8 + 16 + 8 + 32;
/// The last byte is the version of the record's layout.
const MAGIC: &[u8; 8] = b"LBbody\x00\x01";

/// Number of a segment file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SegmentId(pub u64);

/// Where a body's record starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The file.
    pub segment: SegmentId,
    /// Offset of the record's header in it, in bytes.
    pub offset: u64,
}

/// SHA-256 of a body as it was accepted.
pub type BodyDigest = [u8; 32];

/// What a record's header says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordHeader {
    /// The body.
    pub id: BodyId,
    /// Its length in bytes.
    pub size_bytes: u64,
    /// Its checksum.
    pub sha256: BodyDigest,
}

impl RecordHeader {
    fn to_bytes(self) -> [u8; HEADER_BYTES] {
        let mut bytes = [0; HEADER_BYTES];
        bytes[..8].copy_from_slice(MAGIC);
        bytes[8..24].copy_from_slice(self.id.as_bytes());
        bytes[24..32].copy_from_slice(&self.size_bytes.to_be_bytes());
        bytes[32..].copy_from_slice(&self.sha256);
        bytes
    }

    /// Reads a header; `None` if the bytes are not one.
    pub fn from_bytes(bytes: &[u8; HEADER_BYTES]) -> Option<Self> {
        let (magic, rest) = bytes.split_first_chunk::<8>()?;
        let (id, rest) = rest.split_first_chunk::<16>()?;
        let (size, rest) = rest.split_first_chunk::<8>()?;
        let sha256 = *rest.first_chunk::<32>()?;
        (magic == MAGIC).then_some(Self {
            id: BodyId::from_bytes(*id),
            size_bytes: u64::from_be_bytes(*size),
            sha256,
        })
    }
}

/// A body that is about to be stored.
#[derive(Debug)]
pub struct NewBody {
    pub(super) id: BodyId,
    pub(super) sha256: BodyDigest,
    pub(super) size_bytes: u64,
    pub(super) content: NewContent,
}

#[derive(Debug)]
pub(super) enum NewContent {
    /// Header and bytes, ready to be appended.
    Record(Vec<u8>),
    /// A synced file of header and bytes.
    Spooled(SpoolFile),
}

impl NewBody {
    /// Its id.
    pub fn id(&self) -> BodyId {
        self.id
    }

    /// Its checksum.
    pub fn sha256(&self) -> BodyDigest {
        self.sha256
    }

    /// Its length in bytes.
    pub fn size_bytes(&self) -> u64 {
        self.size_bytes
    }

    /// The first bytes of the body, at most `limit` of them (headers are parsed from these).
    ///
    /// # Errors
    /// When a spooled body cannot be read back.
    pub fn head(&self, limit: usize) -> io::Result<Vec<u8>> {
        match &self.content {
            NewContent::Record(record) => {
                let body = record.get(HEADER_BYTES..).unwrap_or_default();
                Ok(body[..body.len().min(limit)].to_vec())
            }
            NewContent::Spooled(spool) => {
                let size = usize::try_from(self.size_bytes).unwrap_or(limit).min(limit);
                let mut head = vec![0; size];
                spool.file.read_exact_at(&mut head, HEADER_BYTES as u64)?;
                Ok(head)
            }
        }
    }
}

/// A file that holds one body; removed when dropped unless it became a segment.
#[derive(Debug)]
pub(super) struct SpoolFile {
    file: File,
    path: Option<PathBuf>,
}

impl Drop for SpoolFile {
    fn drop(&mut self) {
        if let Some(path) = self.path.take()
            && let Err(error) = std::fs::remove_file(&path)
        {
            tracing::warn!(%error, path = %path.display(), "an unused spool file could not be removed");
        }
    }
}

/// Takes a body in pieces as it arrives; memory stays under [`SPOOL_BYTES`] and a piece.
#[derive(Debug)]
pub struct BodyWriter {
    directory: PathBuf,
    id: BodyId,
    buffer: Vec<u8>,
    spool: Option<(SpoolFile, Sha256)>,
    size_bytes: u64,
}

impl BodyWriter {
    pub(crate) fn new(directory: &Path, id: BodyId) -> Self {
        let mut buffer = Vec::with_capacity(16 * 1024);
        buffer.resize(HEADER_BYTES, 0);
        Self {
            directory: directory.to_owned(),
            id,
            buffer,
            spool: None,
            size_bytes: 0,
        }
    }

    /// How much was written so far, in bytes.
    pub fn size_bytes(&self) -> u64 {
        self.size_bytes
    }

    /// Whether the body went to a file: then [`Self::finish`] waits for the disk.
    pub fn is_spooled(&self) -> bool {
        self.spool.is_some()
    }

    /// Appends a piece.
    ///
    /// # Errors
    /// When the spool file cannot be written (disk full).
    pub fn write(&mut self, piece: &[u8]) -> io::Result<()> {
        self.size_bytes += piece.len() as u64;
        if self.buffer.len() + piece.len() > SPOOL_BYTES {
            self.spool()?;
        }
        self.buffer.extend_from_slice(piece);
        if self.spool.is_some() && self.buffer.len() >= FLUSH_BYTES {
            self.flush(0)?;
        }
        Ok(())
    }

    /// Has the body go to a file from here on, however small it is.
    ///
    /// # Errors
    /// When the spool file cannot be written (disk full).
    pub fn spool(&mut self) -> io::Result<()> {
        if self.spool.is_none() {
            self.spool = Some((self.start_spool()?, Sha256::new()));
            self.flush(HEADER_BYTES)?;
        }
        Ok(())
    }

    /// The finished body. A spooled one is synced here.
    ///
    /// # Errors
    /// When the spool file cannot be written or synced.
    pub fn finish(mut self) -> io::Result<NewBody> {
        let (id, size_bytes) = (self.id, self.size_bytes);
        if self.spool.is_some() {
            self.flush(0)?;
        }
        let (content, sha256) = match self.spool.take() {
            Some((spool, hasher)) => {
                let sha256 = hasher.finalize().into();
                let header = RecordHeader {
                    id,
                    size_bytes,
                    sha256,
                };
                spool.file.write_all_at(&header.to_bytes(), 0)?;
                spool.file.sync_data()?;
                (NewContent::Spooled(spool), sha256)
            }
            None => {
                let mut record = std::mem::take(&mut self.buffer);
                let sha256 = Sha256::digest(&record[HEADER_BYTES..]).into();
                let header = RecordHeader {
                    id,
                    size_bytes,
                    sha256,
                };
                record[..HEADER_BYTES].copy_from_slice(&header.to_bytes());
                (NewContent::Record(record), sha256)
            }
        };
        Ok(NewBody {
            id,
            sha256,
            size_bytes,
            content,
        })
    }

    fn start_spool(&self) -> io::Result<SpoolFile> {
        let path = self.directory.join(format!("{}.spool", self.id));
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create_new(true)
            .open(&path)?;
        Ok(SpoolFile {
            file,
            path: Some(path),
        })
    }

    /// Writes the buffer to the spool; its first `unhashed` bytes are the header's room.
    fn flush(&mut self, unhashed: usize) -> io::Result<()> {
        if let Some((spool, hasher)) = &mut self.spool {
            io::Write::write_all(&mut spool.file, &self.buffer)?;
            hasher.update(self.buffer.get(unhashed..).unwrap_or_default());
            self.buffer.clear();
        }
        Ok(())
    }
}

struct Active {
    id: SegmentId,
    file: Arc<File>,
    length: u64,
}

/// Writes segments; owned by the one writer.
pub struct SegmentWriter {
    directory: PathBuf,
    next: SegmentId,
    active: Option<Active>,
    /// Segments that were appended to since [`Self::take_unsynced`].
    unsynced: Vec<Arc<File>>,
    directory_unsynced: bool,
    appending: Arc<AtomicU64>,
}

impl SegmentWriter {
    /// Opens the directory, creating it if need be; left-over spool files of bodies that were never
    /// accepted are removed.
    ///
    /// # Errors
    /// When the directory cannot be created or read.
    pub fn open(directory: &Path) -> io::Result<Self> {
        std::fs::create_dir_all(directory)?;
        let mut next = 1;
        for entry in std::fs::read_dir(directory)? {
            let path = entry?.path();
            if path
                .extension()
                .is_some_and(|extension| extension == "spool")
            {
                std::fs::remove_file(&path)?;
            }
            if let Some(SegmentId(id)) = segment_of(&path) {
                next = next.max(id + 1);
            }
        }
        let directory = directory.to_owned();
        let next = SegmentId(next);
        Ok(Self {
            directory,
            next,
            active: None,
            unsynced: Vec::new(),
            directory_unsynced: true,
            appending: Arc::default(),
        })
    }

    /// The number of the segment that is appended to, for those who look from outside; zero is none.
    pub fn appending(&self) -> Arc<AtomicU64> {
        self.appending.clone()
    }

    /// Stores a body's record; it is durable only when [`Self::take_unsynced`] has been synced.
    ///
    /// # Errors
    /// When the disk is full or broken; what was half written is never named and never read.
    pub(super) fn append(&mut self, content: &mut NewContent) -> io::Result<Place> {
        match content {
            NewContent::Record(record) => self.append_record(record),
            NewContent::Spooled(spool) => self.adopt(spool),
        }
    }

    /// What must be synced before anything that was appended may be named. If that fails, what was
    /// appended must be considered lost, and must not be synced again (the kernel may have dropped
    /// the pages).
    ///
    /// # Errors
    /// When the directory cannot be opened.
    pub fn take_unsynced(&mut self) -> io::Result<Vec<Unsynced>> {
        let mut unsynced: Vec<_> = self.unsynced.drain(..).map(Unsynced::Data).collect();
        if self.directory_unsynced {
            unsynced.push(Unsynced::Directory(File::open(&self.directory)?));
            self.directory_unsynced = false;
        }
        Ok(unsynced)
    }

    fn append_record(&mut self, record: &[u8]) -> io::Result<Place> {
        if self
            .active
            .as_ref()
            .is_some_and(|active| active.length >= SEGMENT_BYTES)
        {
            self.active = None;
        }
        let active = match &mut self.active {
            Some(active) => active,
            none => {
                // Before the file is there: nobody may take it for one that is done with.
                self.appending.store(self.next.0, Ordering::SeqCst);
                none.insert(start_segment(
                    &self.directory,
                    &mut self.next,
                    &mut self.directory_unsynced,
                )?)
            }
        };
        let offset = active.length;
        active.file.write_all_at(record, offset)?;
        active.length += record.len() as u64;
        if !self
            .unsynced
            .iter()
            .any(|file| Arc::ptr_eq(file, &active.file))
        {
            self.unsynced.push(active.file.clone());
        }
        Ok(Place {
            segment: active.id,
            offset,
        })
    }

    fn adopt(&mut self, spool: &mut SpoolFile) -> io::Result<Place> {
        let Some(from) = &spool.path else {
            return Err(io::Error::other("a spool file was stored twice"));
        };
        let segment = self.next;
        std::fs::rename(from, segment_path(&self.directory, segment))?;
        self.next = SegmentId(segment.0 + 1);
        spool.path = None;
        self.directory_unsynced = true;
        Ok(Place { segment, offset: 0 })
    }
}

fn start_segment(
    directory: &Path,
    next: &mut SegmentId,
    directory_unsynced: &mut bool,
) -> io::Result<Active> {
    let id = *next;
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .create_new(true)
        .open(segment_path(directory, id))?;
    *next = SegmentId(id.0 + 1);
    *directory_unsynced = true;
    Ok(Active {
        id,
        file: Arc::new(file),
        length: 0,
    })
}

/// The file of a segment.
pub fn segment_path(directory: &Path, segment: SegmentId) -> PathBuf {
    directory.join(format!("{:016x}.seg", segment.0))
}

/// The segment that a file name stands for.
pub fn segment_of(path: &Path) -> Option<SegmentId> {
    let stem = path.file_name()?.to_str()?.strip_suffix(".seg")?;
    u64::from_str_radix(stem, 16).ok().map(SegmentId)
}

/// Opens the record at `place`: its header, its file, and where in it the bytes begin.
///
/// # Errors
/// `InvalidData` if there is no such record, else what the disk says.
pub fn open_record(directory: &Path, place: Place) -> io::Result<(RecordHeader, File, u64)> {
    let file = File::open(segment_path(directory, place.segment))?;
    let mut header = [0; HEADER_BYTES];
    file.read_exact_at(&mut header, place.offset)?;
    let header = RecordHeader::from_bytes(&header).ok_or_else(|| {
        io::Error::new(
            io::ErrorKind::InvalidData,
            "there is no body record at this place",
        )
    })?;
    let start = place.offset + HEADER_BYTES as u64;
    let end = start.checked_add(header.size_bytes);
    if end.is_none_or(|end| {
        file.metadata()
            .map_or(true, |metadata| end > metadata.len())
    }) {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            "the body is longer than its segment",
        ));
    }
    Ok((header, file, start))
}
