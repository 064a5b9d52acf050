//! The message itself on its way to the smarthost: behind DATA, or as one chunk.

use std::io;

use tokio::io::AsyncWriteExt;

use crate::net::BoxStream;
use crate::send::content::{Content, Stuffing};
use crate::store::StoreError;

/// Why a message was not written to its end.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unsent {
    #[error("The connection to the smarthost broke: {0}")]
    Connection(#[from] io::Error),
    #[error("The message could not be read")]
    Store(#[from] StoreError),
}

/// Writes a message and its end, as DATA has it (RFC 5321 §4.5.2). The end is written only if all of it was as it was
/// stored.
pub(super) async fn dotted(stream: &mut BoxStream, content: &Content) -> Result<(), Unsent> {
    let mut pieces = content.pieces()?;
    let mut stuffing = Stuffing::default();
    // The last piece and the end leave together.
    let mut last = Vec::new();
    while let Some(piece) = pieces.next().await? {
        stream.write_all(&last).await?;
        last = stuffing.piece(&piece);
    }
    last.extend_from_slice(stuffing.end());
    stream.write_all(&last).await?;
    Ok(stream.flush().await?)
}

/// Writes a message as one chunk that is the last (RFC 3030 §2): its end is counted, nothing in it can be taken for it.
/// One that turns out not to be as it was stored has fewer octets than were announced, and no end.
pub(super) async fn chunk(stream: &mut BoxStream, content: &Content) -> Result<(), Unsent> {
    const LINE_END: &[u8] = b"\r\n";
    // DATA would end the last line too.
    let end = match content.ends_a_line() {
        true => b"",
        false => LINE_END,
    };
    let octets = content.size_bytes() + end.len() as u64;
    let mut pieces = content.pieces()?;
    let mut last = bytes::Bytes::from(format!("BDAT {octets} LAST\r\n"));
    while let Some(piece) = pieces.next().await? {
        stream.write_all(&last).await?;
        last = piece;
    }
    stream.write_all(&last).await?;
    stream.write_all(end).await?;
    Ok(stream.flush().await?)
}
