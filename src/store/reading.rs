//! Reading bodies: as a whole, behind what stands before them, or in pieces.
//!
//! Nothing is believed before its checksum is right. Who reads in pieces learns at the end whether it was.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;

use bytes::Bytes;
use sha2::{Digest as _, Sha256};

use super::bodies::{self, BodyLocation, BodyRecord};
use super::engine::segments::{self, BodyDigest, Place};
use super::{Store, StoreError};
use crate::ids::BodyId;

/// How much of a body is read at a time, in bytes.
const PIECE_BYTES: u64 = 256 * 1024;

impl Store {
    /// Reads a body and verifies its checksum. Blocks on the disk.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if there is no such body, [`StoreError::Corrupt`] if it is not what was
    /// stored.
    pub fn read_body(&self, id: BodyId) -> Result<Bytes, StoreError> {
        let record = self.read(|tx| bodies::record(tx, id))?;
        self.read_body_at(id, &record)
    }

    /// Reads the body of `record` and verifies its checksum. Blocks on the disk.
    ///
    /// # Errors
    /// As [`Self::read_body`].
    pub fn read_body_at(&self, id: BodyId, record: &BodyRecord) -> Result<Bytes, StoreError> {
        self.read_behind(Vec::new(), id, record)
    }

    /// Reads the body of `record` behind `front`, into one piece of memory.
    fn read_behind(
        &self,
        front: Vec<u8>,
        id: BodyId,
        record: &BodyRecord,
    ) -> Result<Bytes, StoreError> {
        let mut whole = front;
        let start = whole.len();
        match &record.location {
            BodyLocation::Inline(bytes) => whole.extend_from_slice(bytes),
            BodyLocation::Segment(place) => {
                let (file, at) = self.open_place(*place, id, record)?;
                let length = usize::try_from(record.size_bytes).map_err(io::Error::other);
                let read = length.and_then(|length| {
                    whole.reserve_exact(length);
                    whole.resize(start + length, 0);
                    file.read_exact_at(whole.get_mut(start..).unwrap_or_default(), at)
                });
                read.map_err(unread)?;
            }
        }
        bodies::verify(record, whole.get(start..).unwrap_or_default())?;
        Ok(whole.into())
    }

    /// The file that a body is in, and where it begins there.
    fn open_place(
        &self,
        place: Place,
        id: BodyId,
        record: &BodyRecord,
    ) -> Result<(File, u64), StoreError> {
        let (header, file, at) =
            segments::open_record(&self.inner.bodies, place).map_err(unread)?;
        let is_it = header.id == id
            && header.sha256 == record.sha256
            && header.size_bytes == record.size_bytes;
        if is_it {
            Ok((file, at))
        } else {
            Err(StoreError::corrupt("body", "its place holds another body"))
        }
    }

    /// As [`Self::read_body`], off the asynchronous threads.
    ///
    /// # Errors
    /// As [`Self::read_body`].
    pub async fn load_body(&self, id: BodyId) -> Result<Bytes, StoreError> {
        self.load_behind(&[], id).await
    }

    /// Reads `front` and a body as one: a message, in memory once. Off the asynchronous threads.
    ///
    /// # Errors
    /// As [`Self::read_body`].
    pub async fn load_behind(&self, front: &[u8], id: BodyId) -> Result<Bytes, StoreError> {
        let record = self.read(|tx| bodies::record(tx, id))?;
        let front = front.to_vec();
        if matches!(record.location, BodyLocation::Inline(_)) {
            return self.read_behind(front, id, &record);
        }
        let store = self.clone();
        tokio::task::spawn_blocking(move || store.read_behind(front, id, &record))
            .await
            .unwrap_or_else(|_| Err(StoreError::corrupt("body", "reading it failed half-way")))
    }

    /// Begins to read a body in pieces.
    ///
    /// # Errors
    /// As [`Self::read_body`].
    pub fn body_reader(&self, id: BodyId) -> Result<BodyReader, StoreError> {
        let record = self.read(|tx| bodies::record(tx, id))?;
        let source = match &record.location {
            BodyLocation::Inline(_) => Source::Memory(self.read_body_at(id, &record)?),
            BodyLocation::Segment(place) => {
                let (file, at) = self.open_place(*place, id, &record)?;
                Source::File { file, at }
            }
        };
        Ok(BodyReader {
            source,
            size_bytes: record.size_bytes,
            left: record.size_bytes,
            hasher: Sha256::new(),
            sha256: record.sha256,
        })
    }
}

/// Reads a body in pieces.
#[derive(Debug)]
pub struct BodyReader {
    source: Source,
    size_bytes: u64,
    left: u64,
    hasher: Sha256,
    sha256: BodyDigest,
}

#[derive(Debug)]
enum Source {
    Memory(Bytes),
    File { file: File, at: u64 },
}

impl BodyReader {
    /// Length of the body, in bytes.
    pub const fn size_bytes(&self) -> u64 {
        self.size_bytes
    }

    /// The next piece; none at the end, and only then were the pieces what was stored. Blocks on the
    /// disk.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] instead of the end if they were not; when the disk cannot be read.
    pub fn read_piece(&mut self) -> Result<Option<Bytes>, StoreError> {
        if self.left == 0 {
            let digest: BodyDigest = self.hasher.clone().finalize().into();
            return match digest == self.sha256 {
                true => Ok(None),
                false => Err(StoreError::corrupt("body", "its checksum does not match")),
            };
        }
        let length = self.left.min(PIECE_BYTES);
        let piece = match &mut self.source {
            Source::Memory(bytes) => {
                let length = usize::try_from(length).unwrap_or(usize::MAX);
                bytes.split_to(length.min(bytes.len()))
            }
            Source::File { file, at } => {
                let mut piece = vec![
                    0;
                    usize::try_from(length)
                        .map_err(io::Error::other)
                        .map_err(unread)?
                ];
                file.read_exact_at(&mut piece, *at).map_err(unread)?;
                *at += length;
                piece.into()
            }
        };
        self.left -= length;
        self.hasher.update(&piece);
        Ok(Some(piece))
    }
}

fn unread(error: io::Error) -> StoreError {
    StoreError::from_io("reading a body", error)
}

#[cfg(test)]
mod tests;
