//! One connection: moves bytes between the wire, the session and the acceptor.
//!
//! Replies are written when the session has nothing more to read, so a pipelined group costs one
//! write. Every wait has a limit. A client that goes away before its message is accepted leaves
//! nothing behind; one that goes away after it, but before our 250, may hand it over again: the
//! message is stored, and is recognised then.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Buf, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::{Instant, timeout, timeout_at};
use tokio_util::sync::CancellationToken;

use super::acceptor::{Acceptor, BodySink, Peer, RefusedBy, Resolved};
use super::intake::{Intake, Reason, Way};
use super::reply::SmtpReply;
use super::session::{Event, Session, SessionConfig};
use crate::clock::SharedClock;
use crate::ids::{Address, IngestId};
use crate::net::{BoxStream, TlsAcceptor};

/// How much is read at once, in octets, while commands are expected.
const READ_COMMANDS_OCTETS: usize = 2 * 1024;
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
    /// For a TLS handshake, or the header of a load balancer.
    pub handshake: Duration,
    /// Data slower than so many octets a second, after a minute, ends the connection.
    pub octets_per_second_min: u64,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            command: Duration::from_secs(300),
            data: Duration::from_secs(180),
            message: Duration::from_secs(1800),
            write: Duration::from_secs(60),
            handshake: Duration::from_secs(20),
            octets_per_second_min: 500,
        }
    }
}

impl Timeouts {
    /// How long after its beginning a message of which `octets` came may stay without the next.
    fn progress(&self, octets: u64) -> Duration {
        const GRACE: Duration = Duration::from_secs(60);
        let at_the_least = octets / self.octets_per_second_min.max(1);
        (GRACE + Duration::from_secs(at_the_least)).min(self.message)
    }
}

/// What all connections of a server share.
pub struct Shared<A> {
    /// How long they wait.
    pub timeouts: Timeouts,
    /// Who keeps messages.
    pub acceptor: A,
    /// What is under way, and its bounds.
    pub intake: Arc<Intake>,
    /// What the time is.
    pub clock: SharedClock,
    /// The certificate in use, asked for each handshake; none where there is none.
    pub certificate: Arc<dyn Fn() -> Option<TlsAcceptor> + Send + Sync>,
}

impl<A> std::fmt::Debug for Shared<A> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shared")
            .field("timeouts", &self.timeouts)
            .finish_non_exhaustive()
    }
}

/// Serves one connection to its end. When `stop` is cancelled, the transaction under way is
/// finished, and nothing new is begun. `tls` describes the protection that the stream has already.
///
/// # Errors
/// When the connection breaks; also when the client just closes it.
pub async fn serve<A: Acceptor>(
    stream: BoxStream,
    peer: Peer,
    tls: Option<String>,
    config: &SessionConfig,
    shared: &Shared<A>,
    stop: &CancellationToken,
) -> io::Result<()> {
    let mut connection = Connection {
        stream: Some(stream),
        shared,
        stop,
        session: Session::new(config, peer, tls),
        input: BytesMut::new(),
        body: None,
        data_began: None,
        heard: Instant::now(),
    };
    connection.run().await
}

struct Connection<'s, A: Acceptor> {
    /// None while TLS is being started on it, and after that failed.
    stream: Option<BoxStream>,
    shared: &'s Shared<A>,
    stop: &'s CancellationToken,
    session: Session<'s>,
    input: BytesMut,
    body: Option<A::Body>,
    /// Since when message data is under way.
    data_began: Option<Instant>,
    /// When the client last said something whole, or was answered.
    heard: Instant,
}

impl<A: Acceptor> Connection<'_, A> {
    async fn run(&mut self) -> io::Result<()> {
        loop {
            let (used, event) = self.session.advance(&self.input);
            self.input.advance(used);
            if used > 0 {
                self.heard = Instant::now();
            }
            match event {
                Event::Input => {
                    self.write_replies().await?;
                    self.read().await?;
                }
                Event::Resolve(address) => {
                    let result = self.resolve(&address).await;
                    self.session.resolved(result);
                }
                Event::Begin(size_hint) => self.begin(size_hint).await,
                Event::Piece => self.keep_piece().await,
                Event::Accept => self.accept().await,
                Event::StartTls => self.start_tls().await?,
                Event::Close => {
                    self.write_replies().await?;
                    return self.stream()?.shutdown().await;
                }
            }
        }
    }

    fn stream(&mut self) -> io::Result<&mut BoxStream> {
        self.stream.as_mut().ok_or_else(gone)
    }

    async fn resolve(&mut self, address: &Address) -> Result<Resolved, RefusedBy> {
        // What was guessed before this in one piece counts already.
        self.note_refused();
        let envelope = self.session.envelope();
        let (trust, client) = (envelope.trust, envelope.client);
        let intake = &self.shared.intake;
        intake.recipient_of(trust, client, Instant::now())?;
        self.shared.acceptor.resolve(address).await
    }

    fn note_refused(&mut self) {
        let refused = self.session.take_refused();
        let envelope = self.session.envelope();
        let intake = &self.shared.intake;
        for reason in refused {
            intake.refused(reason);
            if reason == Reason::UnknownRecipient {
                intake.guessed(envelope.trust, envelope.client, Instant::now());
            }
        }
    }

    async fn begin(&mut self, size_hint: u64) {
        let envelope = self.session.envelope();
        let (trust, client) = (envelope.trust, envelope.client);
        let result = match self.shared.intake.message_of(trust, client, Instant::now()) {
            Ok(()) => self.shared.acceptor.begin(trust, size_hint).await,
            Err(refused) => Err(refused),
        };
        self.session.begun(match result {
            Ok(body) => {
                self.body = Some(body);
                Ok(())
            }
            Err(refused) => Err(refused),
        });
        self.data_began = Some(Instant::now());
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
        self.data_began = None;
        let Some(body) = self.body.take() else {
            return self.session.accepted(&[]);
        };
        let ingest = IngestId::generate(self.shared.clock.now());
        let envelope = self.session.envelope();
        let way = Way::of(envelope.protocol, envelope.trust);
        match self.shared.acceptor.accept(ingest, envelope, body).await {
            Ok(results) => {
                if results.iter().any(Result::is_ok) {
                    self.shared.intake.took(way);
                }
                self.session.accepted(&results);
            }
            Err(fault) => self.session.rejected(fault),
        }
    }

    /// Answers STARTTLS and shakes hands. What was read before is thrown away: it may be the words of
    /// somebody in between, and must not be heard as the client's (RFC 3207 §4.2).
    async fn start_tls(&mut self) -> io::Result<()> {
        let injected = self.input.len();
        if injected > 0 {
            tracing::warn!(
                peer = %self.session.envelope().client,
                octets = injected,
                "what came in one piece with STARTTLS was thrown away"
            );
            self.input.clear();
        }
        let Some(certificate) = (self.shared.certificate)() else {
            tracing::error!("no certificate for STARTTLS; set smtp.tls_certificate_file");
            self.session.not_secured();
            return Ok(());
        };
        SmtpReply::START_TLS.write_to(self.session.replies());
        self.write_replies().await?;
        let plain = self.stream.take().ok_or_else(gone)?;
        let limit = self.shared.timeouts.handshake;
        let (stream, tls) = certificate
            .handshake_described(plain, limit)
            .await
            .inspect_err(|_| self.shared.intake.refused(Reason::Tls))
            .map_err(io::Error::other)?;
        self.stream = Some(stream);
        self.session.secured(tls);
        Ok(())
    }

    async fn write_replies(&mut self) -> io::Result<()> {
        self.note_refused();
        let replies = self.session.replies();
        if replies.is_empty() {
            return Ok(());
        }
        let stream = self.stream.as_mut().ok_or_else(gone)?;
        let written = async {
            stream.write_all(replies).await?;
            stream.flush().await
        };
        timeout(self.shared.timeouts.write, written).await??;
        replies.clear();
        self.heard = Instant::now();
        Ok(())
    }

    /// Reads more input, or ends the session because none comes.
    async fn read(&mut self) -> io::Result<()> {
        let timeouts = &self.shared.timeouts;
        let now = Instant::now();
        let deadline = if let Some(octets) = self.session.data_octets() {
            self.input.reserve(READ_DATA_OCTETS);
            // A chunk that is refused comes without a beginning of its own.
            let began = *self.data_began.get_or_insert(now);
            let progress = began + timeouts.progress(octets);
            progress.min(now + timeouts.data)
        } else {
            self.body = None;
            self.data_began = None;
            if self.input.is_empty() && self.input.capacity() > READ_COMMANDS_OCTETS {
                // An idle connection keeps no room for data.
                self.input = BytesMut::new();
            }
            self.input.reserve(READ_COMMANDS_OCTETS);
            // Octets of a command that does not end win no time.
            self.heard + timeouts.command
        };
        let idle = self.session.is_idle();
        let stream = self.stream.as_mut().ok_or_else(gone)?;
        let read = async {
            tokio::select! {
                biased;
                () = self.stop.cancelled(), if idle => None,
                read = stream.read_buf(&mut self.input) => Some(read),
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

fn gone() -> io::Error {
    io::ErrorKind::NotConnected.into()
}

#[cfg(test)]
pub(super) mod tests;
