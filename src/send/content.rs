//! The bytes of a message on its way. A small one is in memory; a large one is read from the store in
//! pieces, once to see what it is and once to send it, so that many can be under way.

use std::collections::VecDeque;

use bytes::Bytes;

use crate::ids::BodyId;
use crate::store::queue::QueueEntry;
use crate::store::{BodyReader, Store, StoreError};

/// Up to this size a message is in memory as a whole, in bytes.
const WHOLE_BYTES_MAX: u64 = 1024 * 1024;
/// Most of the beginning that is kept of a large one, for its header, in bytes.
const HEAD_BYTES_MAX: usize = 64 * 1024;

/// What is sent: header and body.
#[derive(Debug)]
pub struct Content {
    /// What was put in front of it: signatures.
    front: Bytes,
    bytes: Source,
    looked: Looked,
}

#[derive(Debug)]
enum Source {
    Whole(Bytes),
    Stored {
        store: Store,
        prefix: Bytes,
        body: BodyId,
    },
}

/// What reading it through has shown.
#[derive(Debug)]
struct Looked {
    is_ascii: bool,
    line_ends: LineEnds,
    size_bytes: u64,
    ends_a_line: bool,
    head: Vec<u8>,
}

impl Default for Looked {
    fn default() -> Self {
        Self {
            is_ascii: true,
            line_ends: LineEnds::default(),
            size_bytes: 0,
            ends_a_line: true,
            head: Vec::new(),
        }
    }
}

impl Looked {
    fn at(&mut self, piece: &[u8]) {
        self.is_ascii &= piece.is_ascii();
        self.line_ends.at(piece);
        self.size_bytes += piece.len() as u64;
        if let Some(last) = piece.last() {
            self.ends_a_line = *last == b'\n';
        }
        let room = HEAD_BYTES_MAX.saturating_sub(self.head.len());
        let start = piece.get(..room).unwrap_or(piece);
        self.head.extend_from_slice(start);
    }
}

impl Content {
    /// The message of an entry of the queue.
    ///
    /// # Errors
    /// When it cannot be read, or is not what was stored.
    pub async fn load(store: &Store, entry: &QueueEntry) -> Result<Self, StoreError> {
        let reader = store.body_reader(entry.body)?;
        if reader.size_bytes() + entry.prefix.len() as u64 <= WHOLE_BYTES_MAX {
            drop(reader);
            return Ok(Self::of(
                store.load_behind(&entry.prefix, entry.body).await?,
            ));
        }
        let bytes = Source::Stored {
            store: store.clone(),
            prefix: entry.prefix.clone().into(),
            body: entry.body,
        };
        let mut content = Self {
            front: Bytes::new(),
            bytes,
            looked: Looked::default(),
        };
        let mut pieces = content.pieces()?;
        let mut looked = Looked::default();
        while let Some(piece) = pieces.next().await? {
            looked.at(&piece);
        }
        content.looked = looked;
        Ok(content)
    }

    /// Bytes that are in memory.
    pub fn of(bytes: Bytes) -> Self {
        let mut looked = Looked::default();
        looked.at(&bytes);
        Self {
            front: Bytes::new(),
            bytes: Source::Whole(bytes),
            looked,
        }
    }

    /// The message behind header fields: ASCII, each with CR LF at its end.
    pub(super) fn behind(self, front: Bytes) -> Self {
        Self { front, ..self }
    }

    /// Whether all of it is ASCII.
    pub fn is_ascii(&self) -> bool {
        self.looked.is_ascii
    }

    /// Whether each line ends with CR LF, and neither stands alone.
    pub fn has_strict_line_ends(&self) -> bool {
        self.looked.line_ends.are_strict()
    }

    /// Whether its last line has a line end, or there is none.
    pub fn ends_a_line(&self) -> bool {
        self.looked.ends_a_line
    }

    /// Its length in bytes.
    pub fn size_bytes(&self) -> u64 {
        self.front.len() as u64 + self.looked.size_bytes
    }

    /// Its beginning as it was written, with the header or as much of it as is kept.
    pub fn head(&self) -> &[u8] {
        &self.looked.head
    }

    /// Its pieces, from the first.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn pieces(&self) -> Result<Pieces, StoreError> {
        let (start, reader) = match &self.bytes {
            Source::Whole(bytes) => (bytes, None),
            Source::Stored {
                store,
                prefix,
                body,
            } => (prefix, Some(store.body_reader(*body)?)),
        };
        Ok(Pieces {
            front: VecDeque::from([self.front.clone(), start.clone()]),
            reader,
        })
    }
}

/// Hands a message over piece by piece.
#[derive(Debug)]
pub struct Pieces {
    front: VecDeque<Bytes>,
    reader: Option<BodyReader>,
}

impl Pieces {
    /// The next piece; none at the end, and only then was everything as it was stored.
    ///
    /// # Errors
    /// When it cannot be read, or is not what was stored.
    pub async fn next(&mut self) -> Result<Option<Bytes>, StoreError> {
        if let Some(front) = self.front.pop_front() {
            return Ok(Some(front));
        }
        let Some(mut reader) = self.reader.take() else {
            return Ok(None);
        };
        let reading = tokio::task::spawn_blocking(move || {
            let piece = reader.read_piece();
            (reader, piece)
        });
        let (reader, piece) = reading
            .await
            .map_err(|_| StoreError::corrupt("body", "reading it failed half-way"))?;
        let piece = piece?;
        self.reader = piece.is_some().then_some(reader);
        Ok(piece)
    }
}

/// Whether line ends are CR LF, seen piece by piece.
#[derive(Debug)]
struct LineEnds {
    is_strict: bool,
    /// Whether the last piece ended with a CR.
    after_cr: bool,
}

impl Default for LineEnds {
    fn default() -> Self {
        Self {
            is_strict: true,
            after_cr: false,
        }
    }
}

impl LineEnds {
    fn at(&mut self, piece: &[u8]) {
        if piece.is_empty() {
            return;
        }
        self.is_strict &= !self.after_cr || piece.starts_with(b"\n");
        let after_cr = self.after_cr;
        self.is_strict &= memchr::memchr2_iter(b'\r', b'\n', piece).all(|at| {
            let (before, from) = piece.split_at(at);
            match from {
                [b'\r'] => true,
                [b'\r', next, ..] => *next == b'\n',
                _ => before.last().map_or(after_cr, |last| *last == b'\r'),
            }
        });
        self.after_cr = piece.ends_with(b"\r");
    }

    fn are_strict(&self) -> bool {
        self.is_strict && !self.after_cr
    }
}

/// Makes a message what goes over the wire after DATA (RFC 5321 §4.5.2), piece by piece.
#[derive(Debug)]
pub struct Stuffing {
    at_line_start: bool,
}

impl Default for Stuffing {
    fn default() -> Self {
        Self {
            at_line_start: true,
        }
    }
}

impl Stuffing {
    /// A piece with its dots doubled where lines begin with one.
    pub fn piece(&mut self, piece: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(piece.len() + 64);
        for line in piece.split_inclusive(|&byte| byte == b'\n') {
            if self.at_line_start && line.starts_with(b".") {
                out.push(b'.');
            }
            out.extend_from_slice(line);
            self.at_line_start = line.ends_with(b"\n");
        }
        out
    }

    /// What says that the message is over.
    pub fn end(&self) -> &'static [u8] {
        if self.at_line_start {
            b".\r\n"
        } else {
            b"\r\n.\r\n"
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every way to cut `bytes` in two.
    fn cuts(bytes: &[u8]) -> impl Iterator<Item = [&[u8]; 2]> {
        (0..=bytes.len()).map(|at| <[&[u8]; 2]>::from(bytes.split_at(at)))
    }

    #[test]
    fn line_ends_are_judged_wherever_a_piece_ends() {
        let cases: &[(&[u8], bool)] = &[
            (b"", true),
            (b"a", true),
            (b"a\r\nb\r\n", true),
            (b"\r\n\r\n", true),
            (b"a\nb\r\n", false),
            (b"a\rb\r\n", false),
            (b"a\r\r\n", false),
            (b"a\r\n\n", false),
            (b"a\r", false),
            (b"\n", false),
        ];
        for (bytes, expected) in cases {
            for pieces in cuts(bytes) {
                let mut line_ends = LineEnds::default();
                pieces.iter().for_each(|piece| line_ends.at(piece));
                assert_eq!(line_ends.are_strict(), *expected, "{pieces:?}");
            }
        }
    }

    #[test]
    fn dots_are_doubled_wherever_a_piece_ends() {
        let cases: &[(&[u8], &[u8])] = &[
            (b"", b".\r\n"),
            (b"a\r\n", b"a\r\n.\r\n"),
            (b"a", b"a\r\n.\r\n"),
            (b".\r\n", b"..\r\n.\r\n"),
            (b"a.\r\n..\r\n.b", b"a.\r\n...\r\n..b\r\n.\r\n"),
        ];
        for (bytes, expected) in cases {
            for pieces in cuts(bytes) {
                let mut stuffing = Stuffing::default();
                let mut out = pieces.map(|piece| stuffing.piece(piece)).concat();
                out.extend_from_slice(stuffing.end());
                assert_eq!(out, *expected, "{pieces:?}");
            }
        }
    }
}
