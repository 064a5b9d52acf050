//! The socketmap server (socketmap_table(5)): a netstring `MAP KEY` in, a netstring `STATUS VALUE` out,
//! any number of times.

use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt, BufStream};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::answer::Respond;
use super::netstring;
use crate::clock::SharedClock;
use crate::net::{BoxStream, Listener};

/// What the server bears with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Connections at a time; whoever comes later waits.
    pub connections_max: usize,
    /// A connection without a question for so long is closed; Postfix then opens another.
    pub idle: Duration,
    /// A question must arrive, and its answer be taken, within this.
    pub exchange: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections_max: 1024,
            idle: Duration::from_secs(600),
            exchange: Duration::from_secs(10),
        }
    }
}

/// Serves until it is dropped.
pub async fn serve(
    listener: Listener,
    answers: impl Respond + Clone + 'static,
    clock: SharedClock,
    limits: Limits,
) {
    let room = Arc::new(Semaphore::new(limits.connections_max));
    loop {
        let Ok(place) = room.clone().acquire_owned().await else {
            return;
        };
        match listener.accept().await {
            Ok((stream, peer)) => {
                let (answers, clock) = (answers.clone(), clock.clone());
                tokio::spawn(async move {
                    if let Err(error) = talk(stream, &answers, &clock, limits).await {
                        tracing::debug!(%error, peer, "socketmap connection ended");
                    }
                    drop(place);
                });
            }
            Err(error) => {
                tracing::warn!(%error, "socketmap connection not accepted");
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
        }
    }
}

async fn talk(
    stream: BoxStream,
    answers: &impl Respond,
    clock: &SharedClock,
    limits: Limits,
) -> Result<(), netstring::ReadError> {
    let mut stream = BufStream::new(stream);
    let late = || std::io::Error::from(std::io::ErrorKind::TimedOut);
    // Closed between two questions, or idle: the normal end.
    while let Ok(Ok(first)) = timeout(limits.idle, stream.read_u8()).await {
        let exchange = async {
            let request = netstring::read_after(first, &mut stream).await?;
            let reply = answers.respond(&request, clock.now());
            stream
                .write_all(&netstring::write(&reply.to_text()))
                .await?;
            stream.flush().await?;
            Ok::<(), netstring::ReadError>(())
        };
        timeout(limits.exchange, exchange)
            .await
            .map_err(|_| late())??;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
