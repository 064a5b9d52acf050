//! A small LMTP client (RFC 2033) for messages of our own: canaries and sentinel messages.
//!
//! One message at a time, each step waits for its reply. It speaks plain LMTP over TCP or a unix
//! socket. It never retries: whoever calls knows whether a second copy does harm, and
//! [`DeliverError::in_doubt`] says when one may exist.

use std::io;
use std::time::Duration;

use memchr::memchr2_iter;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::time::Instant;

use crate::net::{self, BoxStream, ConnectError, Endpoint};

/// Longest reply line read, in octets (RFC 5321 §4.5.3.1.5 says 512).
const REPLY_LINE_OCTETS_MAX: u64 = 4096;
/// Most lines of one reply.
const REPLY_LINES_MAX: usize = 100;

/// What a server said (RFC 5321 §4.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The three digits.
    pub code: u16,
    /// The text of all lines, joined by LF; an enhanced status code is part of it.
    pub text: String,
}

impl Reply {
    /// 2yz: done.
    pub fn is_success(&self) -> bool {
        self.code / 100 == 2
    }

    /// 4yz: not now.
    pub fn is_transient(&self) -> bool {
        self.code / 100 == 4
    }
}

impl std::fmt::Display for Reply {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.code, self.text.replace('\n', " / "))
    }
}

/// Why a message was not handed over.
#[derive(Debug, thiserror::Error)]
pub enum DeliverError {
    /// There was no connection.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// The time was over while waiting for the reply to this.
    #[error("no reply to {step} in time")]
    Timeout {
        /// What was waited for.
        step: Step,
    },
    /// The connection broke while waiting for the reply to this.
    #[error("connection lost at {step}: {source}")]
    Lost {
        /// What was waited for.
        step: Step,
        /// What the operating system said.
        #[source]
        source: io::Error,
    },
    /// What came is not a reply.
    #[error("not an LMTP reply at {step}")]
    Protocol {
        /// What was waited for.
        step: Step,
    },
    /// The server refused before it came to recipients.
    #[error("{step} refused: {reply}")]
    Refused {
        /// What was refused.
        step: Step,
        /// With what.
        reply: Reply,
    },
    /// The message cannot be sent as it is: an envelope with line ends, or a body with a bare CR
    /// or LF.
    #[error("message has a line end that is not CR LF, or an address is not one")]
    Message,
}

impl DeliverError {
    /// Whether the server may have stored the message all the same.
    pub fn in_doubt(&self) -> bool {
        matches!(
            self,
            Self::Timeout { step: Step::Body }
                | Self::Lost {
                    step: Step::Body,
                    ..
                }
                | Self::Protocol { step: Step::Body }
        )
    }
}

/// The steps of a hand-over, named after the command that is waiting for its reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The greeting.
    Greeting,
    /// LHLO.
    Lhlo,
    /// MAIL.
    Mail,
    /// RCPT.
    Rcpt,
    /// DATA.
    Data,
    /// The message itself; from here on the outcome can be in doubt.
    Body,
}

impl std::fmt::Display for Step {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Greeting => "greeting",
            Self::Lhlo => "LHLO",
            Self::Mail => "MAIL",
            Self::Rcpt => "RCPT",
            Self::Data => "DATA",
            Self::Body => "end of data",
        })
    }
}

/// A message to hand over.
#[derive(Clone, Copy, Debug)]
pub struct Message<'a> {
    /// The reverse-path; empty is the null reverse-path.
    pub reverse_path: &'a str,
    /// The recipients.
    pub recipients: &'a [&'a str],
    /// Headers and body with CR LF line ends, not dot-stuffed.
    pub content: &'a [u8],
}

/// Hands `message` over to the server at `endpoint`, everything within `timeout`. Returns what the
/// server said for each recipient, in order: to RCPT where it refused, else to the message.
///
/// # Errors
/// When the server could not be asked, or refused before it came to recipients.
pub async fn deliver(
    endpoint: &Endpoint,
    client_name: &str,
    message: &Message<'_>,
    timeout: Duration,
) -> Result<Vec<Reply>, DeliverError> {
    let deadline = Instant::now() + timeout;
    if !message.is_sendable() {
        return Err(DeliverError::Message);
    }
    let stream = net::connect(endpoint, timeout).await?;
    let mut dialog = Dialog {
        stream: BufReader::new(stream),
        deadline,
    };
    let replies = dialog.hand_over(client_name, message).await?;
    // The outcome is known; how the connection ends does not matter.
    let _ = tokio::time::timeout_at(deadline, dialog.stream.get_mut().write_all(b"QUIT\r\n")).await;
    Ok(replies)
}

/// Asks the server at `endpoint` whether it would take mail, for `recipient` if one is given, everything
/// within `timeout`, and hands nothing over. Returns what it said to RCPT.
///
/// # Errors
/// When the server could not be asked, or refused before it came to the recipient.
pub async fn ask(
    endpoint: &Endpoint,
    client_name: &str,
    recipient: Option<&str>,
    timeout: Duration,
) -> Result<Option<Reply>, DeliverError> {
    let deadline = Instant::now() + timeout;
    let stream = net::connect(endpoint, timeout).await?;
    let mut dialog = Dialog {
        stream: BufReader::new(stream),
        deadline,
    };
    dialog.greet(client_name).await?;
    let mut reply = None;
    if let Some(recipient) = recipient {
        let message = Message {
            reverse_path: "",
            recipients: &[recipient],
            content: b"",
        };
        if !message.is_sendable() {
            return Err(DeliverError::Message);
        }
        dialog.expect(Step::Mail, b"MAIL FROM:<>\r\n", 250).await?;
        let rcpt = format!("RCPT TO:<{recipient}>\r\n");
        reply = Some(dialog.ask(Step::Rcpt, rcpt.as_bytes()).await?);
    }
    let _ = tokio::time::timeout_at(deadline, dialog.stream.get_mut().write_all(b"QUIT\r\n")).await;
    Ok(reply)
}

impl Message<'_> {
    fn is_sendable(&self) -> bool {
        let is_path = |path: &str| !path.contains(|c: char| c.is_control() || "<> ".contains(c));
        let strict = memchr2_iter(b'\r', b'\n', self.content).all(|at| {
            let (before, from) = self.content.split_at(at);
            from.starts_with(b"\r\n") || before.ends_with(b"\r") && from.starts_with(b"\n")
        });
        strict && is_path(self.reverse_path) && self.recipients.iter().all(|r| is_path(r))
    }
}

struct Dialog {
    stream: BufReader<BoxStream>,
    deadline: Instant,
}

impl Dialog {
    async fn hand_over(
        &mut self,
        client_name: &str,
        message: &Message<'_>,
    ) -> Result<Vec<Reply>, DeliverError> {
        self.greet(client_name).await?;
        let mail = format!("MAIL FROM:<{}>\r\n", message.reverse_path);
        self.expect(Step::Mail, mail.as_bytes(), 250).await?;
        let mut replies = Vec::with_capacity(message.recipients.len());
        for recipient in message.recipients {
            let rcpt = format!("RCPT TO:<{recipient}>\r\n");
            replies.push(self.ask(Step::Rcpt, rcpt.as_bytes()).await?);
        }
        if !replies.iter().any(Reply::is_success) {
            return Ok(replies);
        }
        self.expect(Step::Data, b"DATA\r\n", 354).await?;
        self.send(Step::Body, &dot_stuffed(message.content)).await?;
        for reply in replies.iter_mut().filter(|reply| reply.is_success()) {
            *reply = self.reply(Step::Body).await?;
        }
        Ok(replies)
    }

    async fn greet(&mut self, client_name: &str) -> Result<(), DeliverError> {
        self.expect(Step::Greeting, b"", 220).await?;
        let lhlo = format!("LHLO {client_name}\r\n");
        self.expect(Step::Lhlo, lhlo.as_bytes(), 250).await
    }

    async fn expect(&mut self, step: Step, line: &[u8], code: u16) -> Result<(), DeliverError> {
        let reply = self.ask(step, line).await?;
        if reply.code == code {
            Ok(())
        } else {
            Err(DeliverError::Refused { step, reply })
        }
    }

    async fn ask(&mut self, step: Step, line: &[u8]) -> Result<Reply, DeliverError> {
        self.send(step, line).await?;
        self.reply(step).await
    }

    async fn send(&mut self, step: Step, bytes: &[u8]) -> Result<(), DeliverError> {
        let sent = async {
            let stream = self.stream.get_mut();
            stream.write_all(bytes).await?;
            stream.flush().await
        };
        match tokio::time::timeout_at(self.deadline, sent).await {
            Ok(sent) => sent.map_err(|source| DeliverError::Lost { step, source }),
            Err(_) => Err(DeliverError::Timeout { step }),
        }
    }

    async fn reply(&mut self, step: Step) -> Result<Reply, DeliverError> {
        match tokio::time::timeout_at(self.deadline, read_reply(&mut self.stream)).await {
            Ok(Ok(Some(reply))) => Ok(reply),
            Ok(Ok(None)) => Err(DeliverError::Protocol { step }),
            Ok(Err(source)) => Err(DeliverError::Lost { step, source }),
            Err(_) => Err(DeliverError::Timeout { step }),
        }
    }
}

/// Reads one reply; `None` if what comes is not one. The caller limits the time.
///
/// # Errors
/// When the connection breaks or ends.
pub async fn read_reply(stream: &mut BufReader<BoxStream>) -> io::Result<Option<Reply>> {
    let mut text = String::new();
    for _ in 0..REPLY_LINES_MAX {
        let mut line = Vec::new();
        stream
            .take(REPLY_LINE_OCTETS_MAX)
            .read_until(b'\n', &mut line)
            .await?;
        if line.is_empty() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let Some((code, last, rest)) = split_reply_line(&line) else {
            return Ok(None);
        };
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&rest);
        if last {
            return Ok(Some(Reply { code, text }));
        }
    }
    Ok(None)
}

/// The code of a reply line, whether it is the reply's last, and its text.
fn split_reply_line(line: &[u8]) -> Option<(u16, bool, String)> {
    let line = line.strip_suffix(b"\n")?;
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let (code, rest) = line.split_at_checked(3)?;
    let code = str::from_utf8(code).ok()?.parse().ok()?;
    let (last, text) = match rest.split_first() {
        None => (true, rest),
        Some((b' ', text)) => (true, text),
        Some((b'-', text)) => (false, text),
        Some(_) => return None,
    };
    (200..600)
        .contains(&code)
        .then(|| (code, last, String::from_utf8_lossy(text).into_owned()))
}

/// The content as it goes over the wire after DATA (RFC 5321 §4.5.2), its end included.
fn dot_stuffed(content: &[u8]) -> Vec<u8> {
    let mut wire = Vec::with_capacity(content.len() + 64);
    for line in content.split_inclusive(|&b| b == b'\n') {
        if line.starts_with(b".") {
            wire.push(b'.');
        }
        wire.extend_from_slice(line);
    }
    if !wire.is_empty() && !wire.ends_with(b"\r\n") {
        wire.extend_from_slice(b"\r\n");
    }
    wire.extend_from_slice(b".\r\n");
    wire
}

#[cfg(test)]
mod tests;
