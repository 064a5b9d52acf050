//! One connection: moves bytes between the wire, the session and the acceptor.
//!
//! Replies are written when the session has nothing more to read, so a pipelined group costs one
//! write. Every wait has a limit. A client that goes away before its message is accepted leaves
//! nothing behind; one that goes away after it, but before our 250, may hand it over again: the
//! message is stored, and that is why it was accepted first.

use std::io;
use std::time::Duration;

use bytes::{Buf, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::{Instant, timeout, timeout_at};
use tokio_util::sync::CancellationToken;

use super::acceptor::{Acceptor, BodySink, Peer, RefusedBy};
use super::reply::SmtpReply;
use super::session::{Event, Session, SessionConfig};
use crate::clock::SharedClock;
use crate::ids::IngestId;
use crate::net::BoxStream;

/// How much is read at once, in octets, while commands are expected.
const READ_COMMANDS_OCTETS: usize = 8 * 1024;
/// How much is read at once, in octets, while data is expected.
const READ_DATA_OCTETS: usize = 64 * 1024;

/// How long a connection waits (RFC 5321 §4.5.3.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// For the next command.
    pub command: Duration,
    /// For the next piece of data.
    pub data: Duration,
    /// For all data of one message, however steadily it trickles in.
    pub message: Duration,
    /// For the client to take our replies.
    pub write: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            command: Duration::from_secs(300),
            data: Duration::from_secs(180),
            message: Duration::from_secs(1800),
            write: Duration::from_secs(60),
        }
    }
}

/// What all connections of a server share.
#[derive(Debug)]
pub struct Shared<A> {
    /// How sessions behave.
    pub session: SessionConfig,
    /// How long they wait.
    pub timeouts: Timeouts,
    /// Who keeps messages.
    pub acceptor: A,
    /// What the time is.
    pub clock: SharedClock,
}

/// Serves one connection to its end. When `stop` is cancelled, the transaction under way is
/// finished, and nothing new is begun.
///
/// # Errors
/// When the connection breaks; also when the client just closes it.
pub async fn serve<A: Acceptor>(
    stream: BoxStream,
    peer: Peer,
    shared: &Shared<A>,
    stop: &CancellationToken,
) -> io::Result<()> {
    let mut connection = Connection {
        stream,
        peer,
        shared,
        stop,
        session: Session::new(&shared.session),
        input: BytesMut::new(),
        body: None,
        data_deadline: None,
    };
    connection.run().await
}

struct Connection<'s, A: Acceptor> {
    stream: BoxStream,
    peer: Peer,
    shared: &'s Shared<A>,
    stop: &'s CancellationToken,
    session: Session<'s>,
    input: BytesMut,
    body: Option<A::Body>,
    data_deadline: Option<Instant>,
}

impl<A: Acceptor> Connection<'_, A> {
    async fn run(&mut self) -> io::Result<()> {
        loop {
            let (used, event) = self.session.advance(&self.input);
            self.input.advance(used);
            match event {
                Event::Input => {
                    self.write_replies().await?;
                    self.read().await?;
                }
                Event::Resolve(address) => {
                    let result = self.shared.acceptor.resolve(&address).await;
                    self.session.resolved(result);
                }
                Event::Begin(size_hint) => self.begin(size_hint).await,
                Event::Piece => self.keep_piece().await,
                Event::Accept => self.accept().await,
                Event::Close => {
                    self.write_replies().await?;
                    return self.stream.shutdown().await;
                }
            }
        }
    }

    async fn begin(&mut self, size_hint: u64) {
        let result = self.shared.acceptor.begin(size_hint).await;
        self.session.begun(match result {
            Ok(body) => {
                self.body = Some(body);
                Ok(())
            }
            Err(refused) => Err(refused),
        });
        self.data_deadline = Some(Instant::now() + self.shared.timeouts.message);
    }

    async fn keep_piece(&mut self) {
        let result = match &mut self.body {
            Some(body) => body.write(self.session.piece()).await,
            None => Err(RefusedBy::Trouble),
        };
        if result.is_err() {
            self.body = None;
        }
        self.session.piece_written(result);
    }

    async fn accept(&mut self) {
        let results = match self.body.take() {
            Some(body) => {
                let ingest = IngestId::generate(self.shared.clock.now());
                self.shared
                    .acceptor
                    .accept(ingest, self.peer, self.session.envelope(), body)
                    .await
            }
            None => Vec::new(),
        };
        self.session.accepted(&results);
    }

    async fn write_replies(&mut self) -> io::Result<()> {
        let replies = self.session.replies();
        if replies.is_empty() {
            return Ok(());
        }
        let written = async {
            self.stream.write_all(replies).await?;
            self.stream.flush().await
        };
        timeout(self.shared.timeouts.write, written).await??;
        replies.clear();
        Ok(())
    }

    /// Reads more input, or ends the session because none comes.
    async fn read(&mut self) -> io::Result<()> {
        let timeouts = &self.shared.timeouts;
        let now = Instant::now();
        let deadline = if self.session.in_data() {
            self.input.reserve(READ_DATA_OCTETS);
            let message = self.data_deadline.unwrap_or(now);
            message.min(now + timeouts.data)
        } else {
            self.body = None;
            self.input.reserve(READ_COMMANDS_OCTETS);
            now + timeouts.command
        };
        let idle = self.session.is_idle();
        let read = async {
            tokio::select! {
                biased;
                () = self.stop.cancelled(), if idle => None,
                read = self.stream.read_buf(&mut self.input) => Some(read),
            }
        };
        match timeout_at(deadline, read).await {
            Ok(Some(Ok(0))) => Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(Some(read)) => read.map(|_| ()),
            Ok(None) => {
                self.session.end(&SmtpReply::SHUTTING_DOWN);
                Ok(())
            }
            Err(_) => {
                self.session.end(&SmtpReply::TIMEOUT);
                Ok(())
            }
        }
    }
}

#[cfg(test)]
pub(super) mod tests;
