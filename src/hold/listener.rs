//! The listeners: connections bounded in number, octets and time, with TLS where it is asked for.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::dialogue::{Dialogue, Next, Turn};
use crate::config::{HoldProtocol as Protocol, HoldSay as Say};
use crate::net::{BoxStream, Listener, Tls, TlsAcceptor};

/// Longest line, in octets; an AUTHENTICATE with a token of some size fits.
const LINE_OCTETS_MAX: usize = 16 << 10;
/// How long to wait after `accept(2)` failed.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// How long a client has to hear the last words and to go by itself.
const FAREWELL: Duration = Duration::from_secs(2);

/// How often clients were told that their mailbox is unavailable, per protocol, since the start.
#[derive(Debug, Default)]
pub struct Counts([AtomicU64; 4]);

impl Counts {
    fn one_more(&self, protocol: Protocol) {
        self.0[protocol as usize].fetch_add(1, Ordering::Relaxed);
    }

    /// Connections of a protocol that were told.
    pub fn told(&self, protocol: Protocol) -> u64 {
        self.0[protocol as usize].load(Ordering::Relaxed)
    }
}

/// A listener and what it speaks.
#[derive(Debug)]
pub struct Door {
    /// Where clients come.
    pub listener: Listener,
    /// What they speak.
    pub protocol: Protocol,
    /// Whether they speak TLS, or may ask for it.
    pub tls: Tls,
    /// When they are told.
    pub say: Say,
}

/// What all listeners share.
#[derive(Clone)]
pub struct Shared {
    /// What clients are told: printable ASCII without quotes.
    pub text: Arc<str>,
    /// The certificate in use, asked for each connection; none where there is none.
    pub certificate: Arc<dyn Fn() -> Option<TlsAcceptor> + Send + Sync>,
    /// Connections at a time.
    pub slots: Arc<Semaphore>,
    /// The longest that a connection lasts.
    pub timeout: Duration,
    /// How often clients were told.
    pub counts: Arc<Counts>,
}

/// Serves one listener until `stop`; connections then end with it, for nothing is lost by that.
pub async fn serve(door: Door, shared: Shared, stop: CancellationToken) {
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => return,
            accepted = door.listener.accept() => accepted,
        };
        let (protocol, tls, say) = (door.protocol, door.tls, door.say);
        match accepted {
            Ok((stream, _)) => {
                let (shared, stop) = (shared.clone(), stop.clone());
                tokio::spawn(async move {
                    let talking = meet(stream, protocol, tls, say, &shared);
                    // Whatever a client does, it is told and goes; there is nothing to do about an error.
                    if let Some(Err(error)) = stop.run_until_cancelled(talking).await {
                        tracing::debug!(protocol = protocol.as_str(), %error, "a held client went");
                    }
                });
            }
            Err(error) => {
                tracing::warn!(endpoint = %door.listener.endpoint(), %error, "a held client was not accepted");
                sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

async fn meet(
    stream: BoxStream,
    protocol: Protocol,
    tls: Tls,
    say: Say,
    shared: &Shared,
) -> io::Result<()> {
    shared.counts.one_more(protocol);
    // Too many: told at once, so that each is gone within the time of a farewell.
    let (say, limit, _slot) = match shared.slots.clone().try_acquire_owned() {
        Ok(slot) => (say, shared.timeout, Some(slot)),
        Err(_) if tls == Tls::Implicit => return Ok(()),
        Err(_) => (Say::Greeting, FAREWELL, None),
    };
    let late = |_| io::Error::from(io::ErrorKind::TimedOut);
    timeout(limit, talk(stream, protocol, tls, say, shared))
        .await
        .map_err(late)?
}

async fn talk(
    stream: BoxStream,
    protocol: Protocol,
    tls: Tls,
    say: Say,
    shared: &Shared,
) -> io::Result<()> {
    let certificate = (shared.certificate)();
    let is_tls = tls == Tls::Implicit;
    let starttls = tls == Tls::Starttls && certificate.is_some();
    let stream = match (is_tls, &certificate) {
        (true, Some(acceptor)) => shake_hands(acceptor, stream, shared.timeout).await?,
        (true, None) => return Err(io::Error::other("no certificate")),
        (false, _) => stream,
    };
    let mut dialogue = Dialogue::new(protocol, say, &shared.text, is_tls, starttls);
    let mut lines = Lines::new(stream);
    let mut turn = dialogue.greeting();
    loop {
        lines.stream.write_all(turn.reply.as_bytes()).await?;
        lines.stream.flush().await?;
        match turn.next {
            Next::Close => return lines.close().await,
            Next::Read => {}
            Next::Drop(octets) => lines.drop_octets(octets).await?,
            Next::StartTls => {
                // What came before TLS may be somebody else's words (RFC 3207 §6 and the like).
                let (Some(acceptor), true) = (&certificate, lines.is_empty()) else {
                    return lines.close().await;
                };
                let stream = shake_hands(acceptor, lines.stream, shared.timeout).await?;
                lines = Lines::new(stream);
                let said = dialogue.tls_began();
                turn = Turn {
                    reply: said,
                    next: Next::Read,
                };
                continue;
            }
        }
        if !lines.next().await? {
            return Ok(());
        }
        turn = dialogue.line(lines.line());
        lines.forget();
    }
}

async fn shake_hands(
    acceptor: &TlsAcceptor,
    stream: BoxStream,
    limit: Duration,
) -> io::Result<BoxStream> {
    acceptor
        .handshake(stream, limit)
        .await
        .map_err(io::Error::other)
}

/// Reads lines into a buffer of fixed size, and overwrites what was read: it may hold passwords.
struct Lines {
    stream: BoxStream,
    buffer: Wiped,
    /// The line that was read, without its CRLF, and where the next begins.
    line_end: usize,
    next_start: usize,
}

impl Lines {
    fn new(stream: BoxStream) -> Self {
        Self {
            stream,
            // Filled in place: a buffer that grows would leave copies behind.
            buffer: Wiped(Vec::with_capacity(LINE_OCTETS_MAX)),
            line_end: 0,
            next_start: 0,
        }
    }

    fn is_empty(&self) -> bool {
        self.buffer.0.is_empty()
    }

    /// Reads on. False at the end.
    async fn more(&mut self) -> io::Result<bool> {
        let room = LINE_OCTETS_MAX.saturating_sub(self.buffer.0.len());
        if room == 0 {
            return Err(io::Error::other("a line is too long"));
        }
        let read = (&mut self.stream)
            .take(room as u64)
            .read_buf(&mut self.buffer.0)
            .await?;
        Ok(read > 0)
    }

    /// Reads a line. False at the end.
    async fn next(&mut self) -> io::Result<bool> {
        loop {
            if let Some(end) = memchr::memchr(b'\n', &self.buffer.0) {
                self.next_start = end + 1;
                let has_cr = end > 0 && self.buffer.0.get(end - 1) == Some(&b'\r');
                self.line_end = if has_cr { end - 1 } else { end };
                return Ok(true);
            }
            if !self.more().await? {
                return Ok(false);
            }
        }
    }

    fn line(&self) -> &[u8] {
        self.buffer.0.get(..self.line_end).unwrap_or_default()
    }

    /// Overwrites the line.
    fn forget(&mut self) {
        self.buffer.drop_start(self.next_start);
        (self.line_end, self.next_start) = (0, 0);
    }

    async fn drop_octets(&mut self, mut octets: u64) -> io::Result<()> {
        while octets > 0 {
            if self.is_empty() && !self.more().await? {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let here = usize::try_from(octets).unwrap_or(usize::MAX);
            let here = here.min(self.buffer.0.len());
            self.buffer.drop_start(here);
            octets -= here as u64;
        }
        Ok(())
    }

    /// Says that nothing more comes and lets the client go first: closing with its octets unread would
    /// reset the connection, and the last words might not arrive.
    async fn close(mut self) -> io::Result<()> {
        self.stream.shutdown().await?;
        let going = async {
            loop {
                self.buffer.drop_start(usize::MAX);
                if !self.more().await? {
                    return Ok(());
                }
            }
        };
        timeout(FAREWELL, going).await.unwrap_or(Ok(()))
    }
}

/// Octets that are overwritten before their memory is given back.
struct Wiped(Vec<u8>);

impl Wiped {
    /// Drops octets at the start, and overwrites where they were.
    fn drop_start(&mut self, octets: usize) {
        let octets = octets.min(self.0.len());
        let rest = self.0.len() - octets;
        self.0.copy_within(octets.., 0);
        if let Some(behind) = self.0.get_mut(rest..) {
            behind.fill(0);
        }
        self.0.truncate(rest);
    }
}

impl Drop for Wiped {
    fn drop(&mut self) {
        self.drop_start(usize::MAX);
    }
}

#[cfg(test)]
mod tests;
