//! Reading whole messages in bounded memory: a few large ones at a time, and what is made of one handed to
//! the browser in pieces.

use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use futures_util::StreamExt as _;
use tokio::sync::{OwnedSemaphorePermit, mpsc};

use crate::panics;
use crate::service::mailbox;
use crate::store::messages::MessageRecord;
use crate::web::Web;
use crate::web::error::Fault;

/// From this size on a message is large, in bytes.
const LARGE_BYTES: u64 = 4 * 1024 * 1024;
/// Most large messages in memory at a time.
pub const LARGE_AT_A_TIME: usize = 4;
/// How long a request waits for its turn.
const TURN: Duration = Duration::from_secs(20);
/// How long a browser may take for one piece.
const PIECE: Duration = Duration::from_secs(30);

/// A whole message.
pub struct Whole {
    /// Its bytes.
    pub bytes: Bytes,
    /// Its turn, if it is large.
    turn: Option<OwnedSemaphorePermit>,
}

/// Reads a message.
///
/// # Errors
/// [`Fault::Busy`] when too many large ones are being read; when the store fails.
pub(super) async fn whole(web: &Web, message: &MessageRecord) -> Result<Whole, Fault> {
    let turn = if message.size_bytes > LARGE_BYTES {
        let waiting = web.large.clone().acquire_owned();
        let busy = Fault::Busy {
            retry_after_secs: 10,
        };
        match tokio::time::timeout(TURN, waiting).await {
            Ok(Ok(turn)) => Some(turn),
            _ => return Err(busy),
        }
    } else {
        None
    };
    Ok(Whole {
        bytes: mailbox::raw(&web.service, message).await?,
        turn,
    })
}

impl Whole {
    /// Works on the message, on a thread of its own.
    ///
    /// # Errors
    /// When the thread ends before it is done.
    pub(super) async fn with<T: Send + 'static>(
        self,
        work: impl FnOnce(&Bytes) -> T + Send + 'static,
    ) -> Result<T, Fault> {
        tokio::task::spawn_blocking(move || work(&self.bytes))
            .await
            .map_err(|error| Fault::internal(&panics::how(&error)))
    }

    /// A response's body that `write` makes of the message, piece by piece, as fast as the browser takes
    /// it.
    pub(super) fn streamed(
        self,
        write: impl FnOnce(&Bytes, &mut Pipe) -> Option<()> + Send + 'static,
    ) -> Body {
        let (sender, pieces) = mpsc::channel::<Result<Bytes, std::io::Error>>(2);
        let runtime = tokio::runtime::Handle::current();
        tokio::task::spawn_blocking(move || {
            let mut pipe = Pipe { sender, runtime };
            if write(&self.bytes, &mut pipe).is_none() {
                // The browser must not take a part for the whole.
                let cut = std::io::Error::other("the message could not be read to its end");
                let _ = pipe.sender.try_send(Err(cut));
            }
            drop(self.turn);
        });
        let pieces = futures_util::stream::unfold(pieces, |mut pieces| async {
            let piece = pieces.recv().await?;
            Some((piece, pieces))
        });
        // Compression asks once more after the end.
        Body::from_stream(pieces.fuse())
    }
}

/// Leads to the browser.
pub(super) struct Pipe {
    sender: mpsc::Sender<Result<Bytes, std::io::Error>>,
    runtime: tokio::runtime::Handle,
}

impl Pipe {
    /// Hands a piece on; `None` when nobody takes it any more.
    pub(super) fn push(&mut self, piece: &[u8]) -> Option<()> {
        if piece.is_empty() {
            return Some(());
        }
        let sending = self.sender.send(Ok(Bytes::copy_from_slice(piece)));
        let sent = self
            .runtime
            .block_on(async { tokio::time::timeout(PIECE, sending).await });
        matches!(sent, Ok(Ok(()))).then_some(())
    }
}
