//! Listening: accepts connections on several endpoints, bounds how many there are, and drains them.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::acceptor::{Acceptor, Peer};
use super::connection::{self, Shared};
use super::reply::SmtpReply;
use crate::net::{BoxStream, Listener};

/// How long to wait after `accept(2)` failed (no file descriptors, mostly).
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// How long a client that is sent away may take to hear why.
const REFUSAL_TIMEOUT: Duration = Duration::from_secs(1);

/// Serves LMTP on `listeners` until `stop` is cancelled; then takes no more connections, lets the
/// transactions under way finish for at most `drain`, and returns.
///
/// More than `connections_max` connections at a time are told to come back later.
pub async fn serve<A: Acceptor>(
    listeners: Vec<Listener>,
    shared: Arc<Shared<A>>,
    connections_max: usize,
    stop: CancellationToken,
    drain: Duration,
) {
    let connections = TaskTracker::new();
    let slots = Arc::new(Semaphore::new(connections_max));
    let accepting = TaskTracker::new();
    for listener in listeners {
        let server = Server {
            shared: Arc::clone(&shared),
            slots: Arc::clone(&slots),
            connections: connections.clone(),
            stop: stop.clone(),
        };
        accepting.spawn(server.accept_on(listener));
    }
    accepting.close();
    accepting.wait().await;
    connections.close();
    if timeout(drain, connections.wait()).await.is_err() {
        tracing::warn!(
            connections = connections.len(),
            "LMTP connections still open after the drain time; their messages stay with the sender"
        );
    }
}

struct Server<A> {
    shared: Arc<Shared<A>>,
    slots: Arc<Semaphore>,
    connections: TaskTracker,
    stop: CancellationToken,
}

impl<A: Acceptor> Server<A> {
    async fn accept_on(self, listener: Listener) {
        loop {
            let accepted = tokio::select! {
                () = self.stop.cancelled() => return,
                accepted = listener.accept() => accepted,
            };
            match accepted {
                Ok((stream, peer)) => self.start(stream, &peer),
                Err(error) => {
                    tracing::error!(endpoint = %listener.endpoint(), %error, "LMTP accept failed");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    }

    fn start(&self, stream: BoxStream, peer: &str) {
        let peer = peer.parse().map_or(Peer::Unix, Peer::Tcp);
        match Arc::clone(&self.slots).try_acquire_owned() {
            Ok(slot) => {
                let shared = Arc::clone(&self.shared);
                let stop = self.stop.clone();
                self.connections
                    .spawn(run(stream, peer, shared, stop, slot));
            }
            Err(_) => {
                tracing::warn!(?peer, "LMTP connection refused: too many");
                self.connections.spawn(refuse(stream));
            }
        }
    }
}

async fn run<A: Acceptor>(
    stream: BoxStream,
    peer: Peer,
    shared: Arc<Shared<A>>,
    stop: CancellationToken,
    _slot: OwnedSemaphorePermit,
) {
    match connection::serve(stream, peer, &shared, &stop).await {
        Ok(()) => {}
        // Closing without QUIT is what impatient clients do.
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
            tracing::debug!(?peer, "LMTP client closed the connection");
        }
        Err(error) => tracing::info!(?peer, %error, "LMTP connection broke"),
    }
}

async fn refuse(mut stream: BoxStream) {
    let mut reply = Vec::new();
    SmtpReply::TOO_BUSY.write_to(&mut reply);
    // Whether it hears us or not, it has to come back later.
    let _ = timeout(REFUSAL_TIMEOUT, async {
        stream.write_all(&reply).await?;
        stream.shutdown().await
    })
    .await;
}

#[cfg(test)]
mod tests;
