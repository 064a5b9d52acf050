//! The connection: framing, tags, literals, limits.

use std::io;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::Instant;

use crate::net::{self, BoxStream, Endpoint, Tls, TlsConnector};

use super::FolderName;
use super::ImapError;
use super::code::{Code, Refusal, Verdict};
use super::command::{Command, Part};
use super::session::Selected;
use super::wire::{self, Data, Response, Status};

/// Bytes asked of the operating system at once.
const READ_BYTES: usize = 64 * 1024;
/// Bytes written under one time limit.
const WRITE_BYTES: usize = 64 * 1024;

/// What the client bears with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Until there is a connection; also until TLS is up.
    pub connect: Duration,
    /// Without a byte from the server while one is due.
    pub silence: Duration,
    /// For a whole command.
    pub command: Duration,
    /// Longest single answer, its literals included.
    pub answer_bytes_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            silence: Duration::from_secs(60),
            command: Duration::from_secs(300),
            answer_bytes_max: 256 * 1024 * 1024,
        }
    }
}

/// An IMAP server and how to speak to it.
#[derive(Clone, Debug)]
pub struct Server {
    /// Where it listens.
    pub endpoint: Endpoint,
    /// How the connection is protected.
    pub tls: Tls,
    /// Needed unless `tls` is [`Tls::Off`].
    pub tls_connector: Option<TlsConnector>,
    /// The name that its certificate is for, if not the host of `endpoint`.
    pub tls_name: Option<String>,
    /// Limits.
    pub limits: Limits,
}

impl Server {
    /// A server without TLS, with the usual limits.
    pub fn plain(endpoint: Endpoint) -> Self {
        Self {
            endpoint,
            tls: Tls::Off,
            tls_connector: None,
            tls_name: None,
            limits: Limits::default(),
        }
    }

    async fn handshake(&self, stream: BoxStream) -> Result<BoxStream, ImapError> {
        let Some(connector) = &self.tls_connector else {
            return Err(ImapError::Unsupported("TLS without trusted certificates"));
        };
        let name = self.tls_name.as_deref();
        let name = name.unwrap_or_else(|| self.endpoint.server_name());
        let timeout = self.limits.connect;
        Ok(connector.handshake(stream, name, timeout).await?)
    }
}

/// One connection to an IMAP server.
///
/// Commands run one after the other. When one is cut off by time, by a broken connection or by an
/// answer that cannot be, the connection is given up: every later command fails at once. A future
/// that is dropped before it is done leaves the connection unusable in the same way.
pub struct Client {
    stream: BoxStream,
    buffer: BytesMut,
    limits: Limits,
    next_tag: u32,
    usable: bool,
    /// Empty until the server has told them.
    capabilities: Vec<String>,
    greeting: String,
    /// The open folder and what was told of it.
    pub(super) opened: Option<(FolderName, Selected)>,
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client")
            .field("usable", &self.usable)
            .finish_non_exhaustive()
    }
}

impl Client {
    /// Connects, reads the greeting, and puts TLS up.
    ///
    /// # Errors
    /// When there is no connection, TLS is wanted and not to be had, or the server says BYE.
    pub async fn connect(server: &Server) -> Result<Self, ImapError> {
        let mut stream = net::connect(&server.endpoint, server.limits.connect).await?;
        if server.tls == Tls::Implicit {
            stream = server.handshake(stream).await?;
        }
        let mut client = Self {
            stream,
            buffer: BytesMut::new(),
            limits: server.limits,
            next_tag: 1,
            usable: true,
            capabilities: Vec::new(),
            greeting: String::new(),
            opened: None,
        };
        client.read_greeting().await?;
        if server.tls == Tls::Starttls {
            client = client.start_tls(server).await?;
        }
        Ok(client)
    }

    /// The words of the greeting.
    pub fn greeting(&self) -> &str {
        &self.greeting
    }

    /// Whether a further command can succeed.
    pub fn is_usable(&self) -> bool {
        self.usable
    }

    async fn read_greeting(&mut self) -> Result<(), ImapError> {
        const GREETING: &str = "greeting";
        let deadline = Instant::now() + self.limits.silence;
        let status = match self.read_response(GREETING, deadline).await? {
            Response::Status(status) => status,
            _ => return Err(protocol(GREETING, "not the greeting of an IMAP server")),
        };
        self.learn(&status);
        match status.verdict {
            Verdict::Ok | Verdict::Preauth => {
                self.greeting = status.text;
                Ok(())
            }
            Verdict::Bye => Err(bye(status)),
            Verdict::No | Verdict::Bad => Err(refusal(GREETING, status)),
        }
    }

    /// RFC 9051 §6.2.1. What came in the clear after the answer is not believed.
    async fn start_tls(mut self, server: &Server) -> Result<Self, ImapError> {
        if !self.has_capability("STARTTLS").await? {
            return Err(ImapError::Unsupported("STARTTLS"));
        }
        self.run(Command::new("STARTTLS"), &mut |_| Ok(())).await?;
        if !self.buffer.is_empty() {
            return Err(protocol("STARTTLS", "the server went on in the clear"));
        }
        self.stream = server.handshake(self.stream).await?;
        self.capabilities.clear();
        Ok(self)
    }

    /// Whether the server offers `capability` (upper case) now.
    ///
    /// # Errors
    /// When it has to be asked and does not answer.
    pub async fn has_capability(&mut self, capability: &str) -> Result<bool, ImapError> {
        if self.capabilities.is_empty() {
            let mut found = Vec::new();
            self.run(Command::new("CAPABILITY"), &mut |data| {
                if let Data::Capability(list) = data {
                    found.extend(list);
                }
                Ok(())
            })
            .await?;
            self.capabilities = found;
        }
        Ok(self.capabilities.iter().any(|c| c == capability))
    }

    /// Whether the server offers, now, a capability that starts with `prefix` (upper case).
    ///
    /// # Errors
    /// As [`Self::has_capability`].
    pub async fn has_capability_like(&mut self, prefix: &str) -> Result<bool, ImapError> {
        self.has_capability(prefix).await?;
        Ok(self.capabilities.iter().any(|c| c.starts_with(prefix)))
    }

    /// Forgets what the server offered: it may offer other things after signing in.
    pub(super) fn forget_capabilities(&mut self) {
        self.capabilities.clear();
    }

    fn learn(&mut self, status: &Status) {
        if let Some(Code::Capability(list)) = &status.code {
            self.capabilities.clone_from(list);
        }
    }

    /// Sends `command` and reads to its end; `handle` gets the untagged answers with data.
    pub(super) async fn run(
        &mut self,
        command: Command,
        handle: &mut (dyn FnMut(Data) -> Result<(), ImapError> + Send),
    ) -> Result<Status, ImapError> {
        self.run_watched(command, handle, &mut |_| {}, &mut false)
            .await
    }

    /// As [`Client::run`]; `codes` sees the untagged status codes, and `literal_sent` becomes true
    /// before the first byte of a literal is sent.
    pub(super) async fn run_watched(
        &mut self,
        command: Command,
        handle: &mut (dyn FnMut(Data) -> Result<(), ImapError> + Send),
        codes: &mut (dyn FnMut(Code) + Send),
        literal_sent: &mut bool,
    ) -> Result<Status, ImapError> {
        let name = command.name;
        if !self.usable {
            let source = io::Error::from(io::ErrorKind::NotConnected);
            return Err(ImapError::Lost {
                command: name,
                source,
            });
        }
        // Usable again only when the tagged answer was read.
        self.usable = false;
        let deadline = Instant::now() + self.limits.command;
        let tag = format!("L{}", self.next_tag);
        self.next_tag = self.next_tag.wrapping_add(1);
        let mut waiting = Waiting {
            name,
            tag: &tag,
            deadline,
            handle,
            codes,
        };
        let status = self.exchange(command, &mut waiting, literal_sent).await?;
        self.usable = true;
        self.learn(&status);
        match status.verdict {
            Verdict::Ok => Ok(status),
            _ => Err(refusal(name, status)),
        }
    }

    async fn exchange(
        &mut self,
        command: Command,
        waiting: &mut Waiting<'_>,
        literal_sent: &mut bool,
    ) -> Result<Status, ImapError> {
        let (name, deadline) = (waiting.name, waiting.deadline);
        let mut out = format!("{} ", waiting.tag).into_bytes();
        for part in command.into_parts() {
            let (pieces, asks) = match part {
                Part::Line(line) => {
                    out.extend_from_slice(&line);
                    continue;
                }
                Part::Literal(pieces) => (pieces, true),
                Part::UnaskedLiteral(pieces) => (pieces, false),
            };
            let length: usize = pieces.iter().map(Bytes::len).sum();
            let unasked = if asks { "" } else { "+" };
            out.extend_from_slice(format!("{{{length}{unasked}}}\r\n").as_bytes());
            if asks {
                self.write(&std::mem::take(&mut out), name, deadline)
                    .await?;
                if let Some(status) = self.wait(waiting, true).await? {
                    return match status.verdict {
                        // The rest of the command was not sent: the server has to say more.
                        Verdict::Ok => Err(protocol(waiting.name, "answered too early")),
                        _ => Ok(status),
                    };
                }
            }
            *literal_sent = true;
            self.write_pieces(&pieces, &mut out, name, deadline).await?;
        }
        out.extend_from_slice(b"\r\n");
        self.write(&out, name, deadline).await?;
        match self.wait(waiting, false).await? {
            Some(status) => Ok(status),
            None => Err(protocol(waiting.name, "asked for more than there is")),
        }
    }

    /// Reads up to the tagged answer, or (`None`) up to the permission to send a literal.
    async fn wait(
        &mut self,
        waiting: &mut Waiting<'_>,
        literal: bool,
    ) -> Result<Option<Status>, ImapError> {
        let mut last_words = None;
        loop {
            let response = match self.read_response(waiting.name, waiting.deadline).await {
                Ok(response) => response,
                Err(error) => return Err(last_words.map_or(error, bye)),
            };
            match response {
                Response::Continue if literal => return Ok(None),
                Response::Continue => {
                    return Err(protocol(waiting.name, "asked for more than there is"));
                }
                Response::Tagged(tag, status) if tag == waiting.tag => return Ok(Some(status)),
                Response::Tagged(..) => {
                    return Err(protocol(waiting.name, "answered another command"));
                }
                Response::Status(status) if status.verdict == Verdict::Bye => {
                    last_words = Some(status);
                }
                Response::Status(status) => {
                    if let Some(code) = status.code {
                        (waiting.codes)(code);
                    }
                }
                Response::Data(data) => (waiting.handle)(data)?,
            }
        }
    }

    /// Puts a literal behind `out`, and writes what has become large.
    async fn write_pieces(
        &mut self,
        pieces: &[Bytes],
        out: &mut Vec<u8>,
        command: &'static str,
        deadline: Instant,
    ) -> Result<(), ImapError> {
        for piece in pieces {
            if piece.len() < WRITE_BYTES {
                out.extend_from_slice(piece);
            } else {
                self.write(&std::mem::take(out), command, deadline).await?;
                self.write(piece, command, deadline).await?;
            }
        }
        if out.len() >= WRITE_BYTES {
            self.write(out, command, deadline).await?;
            out.clear();
        }
        Ok(())
    }

    async fn write(
        &mut self,
        bytes: &[u8],
        command: &'static str,
        deadline: Instant,
    ) -> Result<(), ImapError> {
        for chunk in bytes.chunks(WRITE_BYTES) {
            let writing = self.stream.write_all(chunk);
            within(self.limits, command, deadline, writing).await?;
        }
        let flushing = self.stream.flush();
        within(self.limits, command, deadline, flushing).await
    }

    async fn read_response(
        &mut self,
        command: &'static str,
        deadline: Instant,
    ) -> Result<Response, ImapError> {
        let frame = self.read_frame(command, deadline).await?;
        wire::parse(&frame).ok_or_else(|| protocol(command, "an answer that is not IMAP"))
    }

    /// One line with its literals.
    async fn read_frame(
        &mut self,
        command: &'static str,
        deadline: Instant,
    ) -> Result<Bytes, ImapError> {
        let (mut line_start, mut searched) = (0, 0);
        loop {
            let found = self.buffer.get(searched..);
            let found = found.and_then(|rest| memchr::memchr(b'\n', rest));
            let Some(offset) = found else {
                searched = self.buffer.len();
                self.fill(command, deadline).await?;
                continue;
            };
            let end = searched + offset + 1;
            let line = self.buffer.get(line_start..end).unwrap_or_default();
            let literal = wire::literal_at_end(line).filter(|_| {
                let start = self.buffer.get(..16.min(end)).unwrap_or_default();
                wire::may_have_literals(start)
            });
            let Some(length) = literal else {
                return Ok(self.buffer.split_to(end).freeze());
            };
            let total = usize::try_from(length)
                .ok()
                .and_then(|length| length.checked_add(end))
                .filter(|&total| total <= self.limits.answer_bytes_max)
                .ok_or_else(|| protocol(command, "a longer answer than is borne with"))?;
            while self.buffer.len() < total {
                self.fill(command, deadline).await?;
            }
            (line_start, searched) = (total, total);
        }
    }

    async fn fill(&mut self, command: &'static str, deadline: Instant) -> Result<(), ImapError> {
        if self.buffer.len() >= self.limits.answer_bytes_max {
            return Err(protocol(command, "a longer answer than is borne with"));
        }
        self.buffer.reserve(READ_BYTES);
        let reading = self.stream.read_buf(&mut self.buffer);
        match within(self.limits, command, deadline, reading).await? {
            0 => Err(ImapError::Lost {
                command,
                source: io::ErrorKind::UnexpectedEof.into(),
            }),
            _ => Ok(()),
        }
    }
}

/// Who waits for what.
struct Waiting<'a> {
    name: &'static str,
    tag: &'a str,
    deadline: Instant,
    handle: &'a mut (dyn FnMut(Data) -> Result<(), ImapError> + Send),
    codes: &'a mut (dyn FnMut(Code) + Send),
}

async fn within<T>(
    limits: Limits,
    command: &'static str,
    deadline: Instant,
    work: impl Future<Output = io::Result<T>>,
) -> Result<T, ImapError> {
    let silence = Instant::now() + limits.silence;
    match tokio::time::timeout_at(deadline.min(silence), work).await {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(source)) => Err(ImapError::Lost { command, source }),
        Err(_) => {
            let after = if silence < deadline {
                limits.silence
            } else {
                limits.command
            };
            Err(ImapError::Timeout { command, after })
        }
    }
}

fn protocol(command: &'static str, what: &'static str) -> ImapError {
    ImapError::Protocol { command, what }
}

fn bye(status: Status) -> ImapError {
    ImapError::Bye {
        code: status.code,
        text: status.text,
    }
}

fn refusal(command: &'static str, status: Status) -> ImapError {
    ImapError::Refused(Refusal {
        command,
        bad: status.verdict == Verdict::Bad,
        code: status.code,
        text: status.text,
    })
}
