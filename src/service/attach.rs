//! The files of a message that is being written: taken in while they arrive, encoded once, kept over
//! every later save.
//!
//! The body of a draft holds its files as they are sent (RFC 2046 multipart, base64). Memory stays
//! bounded: what arrives is encoded in pieces into the store's own spool.

use std::fmt;
use std::str::FromStr;

use bytes::Bytes;
use sha2::{Digest, Sha256};

use super::mailbox::{open, raw_in_turn};
use super::mailbox_letter::{new_boundary, plain_type, text_part};
use super::mailbox_write::{LETTER_BYTES_MAX, Letter, WriteError};
use super::{Actor, Service, ServiceError};
use crate::ids::StandbyId;
use crate::mail::attachment::safe_file_name;
use crate::mail::mime::{Encoding, Structure};
use crate::mail::view::View;
use crate::panics;
use crate::store::messages::{MessageRecord, Tail, WrittenFile};
use crate::store::{BodyWriter, NewBody, StoreError};

/// Most files of one message.
pub const FILES_MAX: usize = 100;
/// Longest text that stands in the message's prefix, encoded, in bytes.
pub const PREFIX_TEXT_BYTES_MAX: usize = 64 * 1024;
/// Largest file that is kept from another message, in bytes.
const KEPT_BYTES_MAX: usize = 64 * 1024 * 1024;
/// What is encoded before it goes to the spool, in bytes.
const PIECE_BYTES: usize = 256 * 1024;
/// Bytes that make a line of base64 (RFC 2045 §6.8: at most 76 characters).
const LINE_BYTES: usize = 57;

/// A file that is there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// A part of some message: the one that is forwarded.
    Part {
        /// The message.
        message: StandbyId,
        /// Number of the part.
        part: usize,
    },
    /// A file of the draft.
    File {
        /// The draft.
        draft: StandbyId,
        /// The file's id.
        id: u64,
    },
}

impl Kept {
    const fn message(self) -> StandbyId {
        match self {
            Self::Part { message, .. } => message,
            Self::File { draft, .. } => draft,
        }
    }
}

impl fmt::Display for Kept {
    /// As a form carries it: `12.3`, or `12.f3` for a draft's own file.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Part { message, part } => write!(f, "{message}.{part}"),
            Self::File { draft, id } => write!(f, "{draft}.f{id}"),
        }
    }
}

impl FromStr for Kept {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (message, file) = text.split_once('.').ok_or(())?;
        let message = message.parse().map_err(|_| ())?;
        match file.strip_prefix('f') {
            Some(id) => id.parse().map(|id| Self::File { draft: message, id }),
            None => file.parse().map(|part| Self::Part { message, part }),
        }
        .map_err(|_| ())
    }
}

/// The files of a draft, as a form names them.
pub fn kept_of(draft: &MessageRecord) -> Vec<Kept> {
    let files = draft.written.iter().flat_map(|w| &w.tail.files);
    files
        .map(|file| Kept::File {
            draft: draft.id,
            id: file.id,
        })
        .collect()
}

/// A file as a form shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownFile {
    /// Which.
    pub kept: Kept,
    /// Its name.
    pub name: String,
    /// Its size, in bytes.
    pub size_bytes: u64,
}

/// Those of `kept` that are there, in order. A draft's own files are known without reading them.
///
/// # Errors
/// When a message cannot be read.
pub async fn files_of(
    service: &Service,
    actor: &Actor,
    kept: &[Kept],
) -> Result<Vec<ShownFile>, ServiceError> {
    let mut shown = Vec::new();
    for of_message in kept.chunk_by(|a, b| a.message() == b.message()) {
        let Some(id) = of_message.first().map(|kept| kept.message()) else {
            continue;
        };
        let message = match open(service, actor, id) {
            Ok(opened) => opened.message,
            Err(ServiceError::NotFound(_)) => continue,
            Err(error) => return Err(error),
        };
        let own = message.written.iter().flat_map(|w| &w.tail.files);
        let mut known: Vec<ShownFile> = own
            .map(|file| ShownFile {
                kept: Kept::File {
                    draft: id,
                    id: file.id,
                },
                name: file.name.clone(),
                size_bytes: file.size_bytes,
            })
            .collect();
        if of_message.iter().any(|k| matches!(k, Kept::Part { .. })) {
            let (whole, _turn) = raw_in_turn(service, &message).await?;
            known.extend(
                View::parse(&whole)
                    .attachments
                    .into_iter()
                    .map(|file| ShownFile {
                        kept: Kept::Part {
                            message: id,
                            part: file.part,
                        },
                        name: file.file_name,
                        size_bytes: file.size_bytes,
                    }),
            );
        }
        let found = of_message.iter().filter_map(|kept| {
            let at = known.iter().position(|file| file.kept == *kept)?;
            Some(known.swap_remove(at))
        });
        shown.extend(found);
    }
    Ok(shown)
}

/// A body that is ready to be stored, and what it holds.
#[derive(Debug)]
pub struct Attached {
    pub(super) body: NewBody,
    pub(super) tail: Tail,
    pub(super) is_missing: bool,
}

impl Attached {
    /// Whether a file that was to be kept is not there any more.
    pub fn is_missing(&self) -> bool {
        self.is_missing
    }
}

/// Takes files in, one after the other.
#[derive(Debug)]
pub struct Attaching {
    /// None after the disk refused something.
    writer: Option<BodyWriter>,
    /// Encoded, and not in the writer yet.
    pending: Vec<u8>,
    tail: Tail,
    open: Option<Lines>,
    left: u64,
    kept: usize,
    is_missing: bool,
}

/// The base64 of the file that is arriving.
#[derive(Debug, Default)]
struct Lines {
    /// Less than a line.
    rest: Vec<u8>,
    is_begun: bool,
    hasher: Sha256,
}

impl Lines {
    /// Encodes whole lines; with `is_end` what is left too.
    fn encode(&mut self, piece: &[u8], is_end: bool, out: &mut Vec<u8>) {
        self.hasher.update(piece);
        self.rest.extend_from_slice(piece);
        let whole = if is_end {
            self.rest.len()
        } else {
            self.rest.len() / LINE_BYTES * LINE_BYTES
        };
        for line in self
            .rest
            .get(..whole)
            .unwrap_or_default()
            .chunks(LINE_BYTES)
        {
            if std::mem::replace(&mut self.is_begun, true) {
                out.extend_from_slice(b"\r\n");
            }
            let mut text = [0; 80];
            if let Ok(length) = base64::Engine::encode_slice(
                &base64::engine::general_purpose::STANDARD,
                line,
                &mut text,
            ) {
                out.extend_from_slice(text.get(..length).unwrap_or_default());
            }
        }
        self.rest.drain(..whole);
    }

    /// The file's id: of its name and content, so that a form that arrives twice, or from a page that
    /// is not the newest, still means the same files.
    fn id(mut self, name: &str) -> u64 {
        self.hasher.update([0]);
        self.hasher.update(name);
        let digest: [u8; 32] = self.hasher.finalize().into();
        digest
            .first_chunk()
            .map_or(0, |chunk| u64::from_be_bytes(*chunk))
    }
}

impl Attaching {
    /// Begins the body of `letter` with what it keeps.
    ///
    /// # Errors
    /// [`WriteError::TooLarge`] if that is too much already; when a message cannot be read.
    pub async fn begin(
        service: &Service,
        actor: &Actor,
        letter: &Letter,
    ) -> Result<Self, WriteError> {
        let left = LETTER_BYTES_MAX
            .checked_sub(letter.words_bytes())
            .ok_or(WriteError::TooLarge)?;
        let mut attaching = Self {
            writer: Some(service.store.body_writer(service.now())),
            pending: Vec::new(),
            tail: Tail {
                has_text: false,
                boundary: new_boundary(),
                files: Vec::new(),
            },
            open: None,
            left,
            kept: 0,
            is_missing: false,
        };
        let text = text_part(letter);
        if text.len() > PREFIX_TEXT_BYTES_MAX {
            attaching.tail.has_text = true;
            attaching.pending = text;
            attaching.flush(PIECE_BYTES).await?;
        }
        attaching.keep(service, actor, &letter.kept).await?;
        attaching.kept = attaching.tail.files.len();
        Ok(attaching)
    }

    /// Copies files that are there already, in order.
    async fn keep(
        &mut self,
        service: &Service,
        actor: &Actor,
        kept: &[Kept],
    ) -> Result<(), WriteError> {
        for of_message in kept.chunk_by(|a, b| a.message() == b.message()) {
            let Some(id) = of_message.first().map(|kept| kept.message()) else {
                continue;
            };
            let message = match open(service, actor, id) {
                Ok(opened) => opened.message,
                Err(ServiceError::NotFound(_)) => {
                    self.is_missing = true;
                    continue;
                }
                Err(error) => return Err(error.into()),
            };
            let (whole, _turn) = raw_in_turn(service, &message).await?;
            for kept in of_message {
                match *kept {
                    Kept::Part { part, .. } => self.copy_part(&whole, part).await?,
                    Kept::File { id, .. } => self.copy_file(&message, &whole, id).await?,
                }
            }
        }
        Ok(())
    }

    async fn copy_part(&mut self, whole: &Bytes, part: usize) -> Result<(), WriteError> {
        let view = View::parse(whole);
        let known = view.attachments.iter().find(|file| file.part == part);
        let bytes = view.part_bytes(whole, part, KEPT_BYTES_MAX);
        let (Some(known), Some(bytes)) = (known, bytes) else {
            self.is_missing = true;
            return Ok(());
        };
        self.start(&known.file_name, &known.content_type).await?;
        for piece in bytes.chunks(PIECE_BYTES) {
            self.write(piece).await?;
        }
        self.end().await
    }

    /// Copies a file of a draft as it is encoded there.
    async fn copy_file(
        &mut self,
        draft: &MessageRecord,
        whole: &Bytes,
        id: u64,
    ) -> Result<(), WriteError> {
        let files = draft.written.as_ref().map(|written| &written.tail.files);
        let at = files.and_then(|files| files.iter().position(|file| file.id == id));
        let file = files.zip(at).and_then(|(files, at)| files.get(at)).cloned();
        let structure = Structure::parse(whole);
        // The first part of the multipart is the text.
        let mut beside = structure.parts.iter().filter(|part| part.parent == Some(0));
        let part = at.and_then(|at| beside.nth(at + 1));
        let (Some(file), Some(part)) = (file, part) else {
            self.is_missing = true;
            return Ok(());
        };
        if part.encoding != Encoding::Base64 {
            return Err(StoreError::corrupt("draft", "a file is not encoded as it was").into());
        }
        self.take(file.size_bytes)?;
        self.head(&file).await?;
        for piece in part.raw(whole).chunks(PIECE_BYTES) {
            self.pending.extend_from_slice(piece);
            self.flush(PIECE_BYTES).await?;
        }
        self.tail.files.push(file);
        Ok(())
    }

    /// Whether there are other files than those that were kept.
    pub fn is_new(&self) -> bool {
        self.tail.files.len() > self.kept
    }

    /// Begins a file. `name` and `content_type` are as the browser or a message says: hostile.
    ///
    /// # Errors
    /// [`WriteError::TooManyFiles`]; when the disk is full.
    pub async fn start(&mut self, name: &str, content_type: &str) -> Result<(), WriteError> {
        if self.tail.files.len() >= FILES_MAX {
            return Err(WriteError::TooManyFiles);
        }
        let content_type = plain_type(content_type);
        let file = WrittenFile {
            id: 0,
            name: safe_file_name(Some(name), self.tail.files.len() + 1, &content_type),
            content_type,
            size_bytes: 0,
        };
        self.head(&file).await?;
        self.tail.files.push(file);
        self.open = Some(Lines::default());
        Ok(())
    }

    /// Adds a piece to the file that was begun.
    ///
    /// # Errors
    /// [`WriteError::TooLarge`] if the message gets too large; when the disk is full.
    pub async fn write(&mut self, piece: &[u8]) -> Result<(), WriteError> {
        self.take(piece.len() as u64)?;
        if let Some(file) = self.tail.files.last_mut() {
            file.size_bytes += piece.len() as u64;
        }
        if let Some(lines) = &mut self.open {
            lines.encode(piece, false, &mut self.pending);
        }
        self.flush(PIECE_BYTES).await
    }

    /// Ends the file that was begun.
    ///
    /// # Errors
    /// When the disk is full.
    pub async fn end(&mut self) -> Result<(), WriteError> {
        if let Some(mut lines) = self.open.take() {
            lines.encode(b"", true, &mut self.pending);
            if let Some(file) = self.tail.files.last_mut() {
                file.id = lines.id(&file.name);
            }
        }
        self.flush(PIECE_BYTES).await
    }

    /// The body, ready to be stored.
    ///
    /// # Errors
    /// When the disk is full.
    pub async fn finish(mut self) -> Result<Attached, WriteError> {
        if !self.tail.files.is_empty() {
            let end = format!("\r\n--{}--\r\n", self.tail.boundary);
            self.pending.extend_from_slice(end.as_bytes());
        }
        self.flush(0).await?;
        let writer = self.writer.ok_or_else(gone)?;
        let body = match writer.is_spooled() {
            true => blocking(move || writer.finish()).await?,
            false => writer.finish().map_err(full)?,
        };
        Ok(Attached {
            body,
            tail: self.tail,
            is_missing: self.is_missing,
        })
    }

    fn take(&mut self, bytes: u64) -> Result<(), WriteError> {
        self.left = self.left.checked_sub(bytes).ok_or(WriteError::TooLarge)?;
        Ok(())
    }

    async fn head(&mut self, file: &WrittenFile) -> Result<(), WriteError> {
        let head = super::mailbox_letter::file_head(&self.tail.boundary, file);
        self.pending.extend_from_slice(&head);
        self.flush(PIECE_BYTES).await
    }

    /// Hands over what waits if it is more than `over` bytes, on a thread that may wait for the disk.
    async fn flush(&mut self, over: usize) -> Result<(), WriteError> {
        if self.pending.len() <= over {
            return Ok(());
        }
        let piece = std::mem::take(&mut self.pending);
        let mut writer = self.writer.take().ok_or_else(gone)?;
        let written = blocking(move || writer.write(&piece).map(|()| writer));
        self.writer = Some(written.await?);
        Ok(())
    }
}

fn gone() -> WriteError {
    full(std::io::Error::other("a piece before it was not stored"))
}

fn full(error: std::io::Error) -> WriteError {
    StoreError::from_io("storing a file", error).into()
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> std::io::Result<T> + Send + 'static,
) -> Result<T, WriteError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done.map_err(full),
        Err(error) => Err(full(std::io::Error::other(panics::how(&error)))),
    }
}

#[cfg(test)]
mod tests;
