//! Replies of the session, and the one place where errors become replies.
//!
//! Three rules decide every code here (DESIGN.md, invariant 2):
//!
//! - 250 for a message is made from an [`Accepted`](super::Accepted) only, which exists only after
//!   the durable commit.
//! - Behind an MX a 5yz is a bounce of mail that the MX has already accepted. So what is wrong with
//!   a *message* (unknown recipient, size, line ends, an odd address) gets a 4yz: it waits in the
//!   MX's queue and, when the mailstore is back, goes home, whose opinion counts. 5yz is left to
//!   what no mail system sends: commands that are none, or out of order.
//! - At the perimeter, towards strangers, what will not become right by waiting is 5yz, so that their
//!   senders learn of it; that somebody is unknown only while the directory is fresh.

use std::borrow::Cow;

use super::acceptor::{RefusedBy, Unknown};
use super::command::CommandError;
use super::gate::{DataFault, LineFault};
use super::intake::Reason;
use super::session::{Protocol, Trust};

/// A reply of one or more lines (RFC 5321 §4.2), with its enhanced status code (RFC 3463).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SmtpReply {
    code: u16,
    /// Class, subject, detail; greetings and the replies to LHLO and DATA have none (RFC 2034 §4).
    enhanced: Option<(u8, u8, u8)>,
    text: Cow<'static, str>,
    /// What it counts as, where something was refused.
    reason: Option<Reason>,
}

/// What is wrong with a message as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageFault {
    /// Its line ends.
    Line(DataFault),
    /// It is larger than the limit.
    TooLarge,
    /// It went round too often.
    Loop,
}

const fn reply(code: u16, enhanced: (u8, u8, u8), text: &'static str) -> SmtpReply {
    SmtpReply {
        code,
        enhanced: Some(enhanced),
        text: Cow::Borrowed(text),
        reason: None,
    }
}

const fn refusal(
    code: u16,
    enhanced: (u8, u8, u8),
    text: &'static str,
    reason: Reason,
) -> SmtpReply {
    SmtpReply {
        code,
        enhanced: Some(enhanced),
        text: Cow::Borrowed(text),
        reason: Some(reason),
    }
}

impl SmtpReply {
    /// The reply to RSET and NOOP.
    pub const OK: Self = reply(250, (2, 0, 0), "OK");
    /// The reply to MAIL.
    pub const SENDER_OK: Self = reply(250, (2, 1, 0), "Sender OK");
    /// The reply to RCPT for a mailbox.
    pub const RECIPIENT_OK: Self = reply(250, (2, 1, 5), "Recipient OK");
    /// The reply to a chunk that is not the last (RFC 3030 §2).
    pub const CHUNK_OK: Self = reply(250, (2, 0, 0), "Chunk OK");
    /// The reply to VRFY, which tells nothing (RFC 5321 §7.3).
    pub const VRFY: Self = reply(252, (2, 1, 5), "Send some mail, and see");
    /// The reply to HELP.
    pub const HELP: Self = reply(
        214,
        (2, 0, 0),
        "Mail for this platform's own mailboxes only; see RFC 5321",
    );
    /// The reply to QUIT.
    pub const BYE: Self = reply(221, (2, 0, 0), "Bye");
    /// The reply to STARTTLS; TLS follows (RFC 3207 §4).
    pub const START_TLS: Self = reply(220, (2, 0, 0), "Ready to start TLS");
    /// The reply to DATA.
    pub const GO_AHEAD: Self = Self {
        code: 354,
        enhanced: None,
        text: Cow::Borrowed("End data with <CR><LF>.<CR><LF>"),
        reason: None,
    };
    /// HELO or EHLO where LMTP is spoken.
    pub const USE_LHLO: Self = reply(500, (5, 5, 1), "This is LMTP: use LHLO");
    /// LHLO where SMTP is spoken.
    pub const USE_EHLO: Self = reply(500, (5, 5, 1), "This is SMTP: use EHLO");
    /// MAIL before LHLO.
    pub const LHLO_FIRST: Self = reply(503, (5, 5, 1), "LHLO first");
    /// MAIL before EHLO.
    pub const EHLO_FIRST: Self = reply(503, (5, 5, 1), "EHLO first");
    /// MAIL before STARTTLS where that is demanded (RFC 3207 §4).
    pub const STARTTLS_FIRST: Self = reply(530, (5, 7, 0), "STARTTLS first");
    /// STARTTLS inside TLS.
    pub const TLS_ALREADY: Self = reply(503, (5, 5, 1), "TLS is in use already");
    /// STARTTLS while there is no certificate (RFC 3207 §4).
    pub const TLS_NOT_NOW: Self = refusal(
        454,
        (4, 7, 0),
        "TLS is not available just now, try again later",
        Reason::Tls,
    );
    /// XCLIENT from somebody who may not say it.
    pub const XCLIENT_DENIED: Self = reply(550, (5, 7, 0), "XCLIENT is not for you");
    /// A command that is refused inside a transaction.
    pub const NOT_NOW: Self = reply(503, (5, 5, 1), "Not inside a transaction: RSET first");
    /// MAIL inside a transaction.
    pub const NESTED_MAIL: Self = reply(503, (5, 5, 1), "A transaction is open: RSET first");
    /// MAIL, RCPT or DATA after the first chunk of a message (RFC 3030 §2).
    pub const CHUNKS_ONLY: Self = reply(503, (5, 5, 1), "A message is under way: BDAT or RSET");
    /// RCPT or DATA outside a transaction.
    pub const MAIL_FIRST: Self = reply(503, (5, 5, 1), "MAIL first");
    /// DATA without a recipient that was accepted (RFC 2033 §4.2).
    pub const NO_RECIPIENTS: Self = reply(503, (5, 5, 1), "No valid recipients");
    /// More recipients than a transaction may have (RFC 5321 §4.5.3.1.10).
    pub const TOO_MANY_RECIPIENTS: Self =
        reply(452, (4, 5, 3), "Too many recipients in one transaction");
    /// Too many connections.
    pub const TOO_BUSY: Self = refusal(
        421,
        (4, 3, 2),
        "Too many connections, try again later",
        Reason::Connections,
    );
    /// Too many connections from one client.
    pub const CLIENT_TOO_BUSY: Self = refusal(
        421,
        (4, 7, 0),
        "Too many connections from your network, try again later",
        Reason::ClientConnections,
    );
    /// Somebody who is not on the list of a listener for trusted hosts.
    pub const NOT_TRUSTED: Self = refusal(
        421,
        (4, 7, 1),
        "This port is for trusted mail hosts: use the MX of the domain",
        Reason::NotTrusted,
    );
    /// The server goes down.
    pub const SHUTTING_DOWN: Self = reply(421, (4, 3, 2), "Shutting down, try again later");
    /// The client was silent, or too slow, for too long.
    pub const TIMEOUT: Self = refusal(421, (4, 4, 2), "Timeout, closing", Reason::Slow);
    /// The client makes no sense, again and again.
    pub const TOO_MANY_ERRORS: Self =
        refusal(421, (4, 7, 0), "Too many errors, closing", Reason::Errors);

    /// The greeting (RFC 5321 §4.2: the host name comes first).
    pub fn greeting(hostname: &str, protocol: Protocol) -> Self {
        let protocol = match protocol {
            Protocol::Lmtp => "LMTP",
            Protocol::Smtp => "ESMTP",
        };
        Self {
            code: 220,
            enhanced: None,
            text: format!("{hostname} {protocol} Lifeboat").into(),
            reason: None,
        }
    }

    /// The reply to LHLO or EHLO: the host's name and what is on offer, a line each.
    pub fn extensions(hostname: &str, offers: &[Cow<'static, str>]) -> Self {
        let mut text = hostname.to_owned();
        for offer in offers {
            text.push('\n');
            text.push_str(offer);
        }
        Self {
            code: 250,
            enhanced: None,
            text: text.into(),
            reason: None,
        }
    }

    /// The reply to HELO.
    pub fn hello(hostname: &str) -> Self {
        Self::extensions(hostname, &[])
    }

    /// The message is durably stored for this recipient.
    pub fn stored(accepted: &super::Accepted) -> Self {
        Self {
            code: 250,
            enhanced: Some((2, 1, 5)),
            text: format!("Stored as {}", accepted.delivery()).into(),
            reason: None,
        }
    }

    /// No mailbox has this address, as far as is known here.
    pub fn unknown_recipient(unknown: Unknown, trust: Trust) -> Self {
        let Unknown {
            is_ours,
            is_certain,
        } = unknown;
        match (trust, is_ours, is_certain) {
            (Trust::Trusted, _, _) => refusal(
                450,
                (4, 1, 1),
                "Mailbox not known here",
                Reason::UnknownRecipient,
            ),
            (Trust::Stranger, true, true) => {
                refusal(550, (5, 1, 1), "No such mailbox", Reason::UnknownRecipient)
            }
            (Trust::Stranger, true, false) => refusal(
                450,
                (4, 1, 1),
                "Mailbox not known here yet, try again later",
                Reason::UnknownRecipient,
            ),
            (Trust::Stranger, false, true) => refusal(
                550,
                (5, 7, 1),
                "Relaying denied: not a domain of this platform",
                Reason::Relay,
            ),
            (Trust::Stranger, false, false) => refusal(
                450,
                (4, 7, 1),
                "Not known as a domain of this platform yet, try again later",
                Reason::Relay,
            ),
        }
    }

    /// Something is wrong with the message as a whole.
    ///
    /// Behind an MX too large is not 552, and no limit is offered with SIZE: a Postfix MX bounces by itself
    /// what is larger than an offered limit, without asking.
    pub fn message_fault(fault: MessageFault, trust: Trust) -> Self {
        use MessageFault::{Line, Loop, TooLarge};
        use Trust::{Stranger, Trusted};
        let ((code, enhanced), text, reason) = match (fault, trust) {
            (Line(DataFault::BareLf), Trusted) => {
                ((451, (4, 6, 0)), "Message has a bare LF", Reason::LineEnds)
            }
            (Line(DataFault::BareCr), Trusted) => {
                ((451, (4, 6, 0)), "Message has a bare CR", Reason::LineEnds)
            }
            (Line(DataFault::BareLf), Stranger) => {
                ((554, (5, 6, 0)), "Message has a bare LF", Reason::LineEnds)
            }
            (Line(DataFault::BareCr), Stranger) => {
                ((554, (5, 6, 0)), "Message has a bare CR", Reason::LineEnds)
            }
            (TooLarge, Trusted) => (
                (452, (4, 3, 4)),
                "Message too large for the standby",
                Reason::TooLarge,
            ),
            (TooLarge, Stranger) => ((552, (5, 3, 4)), "Message too large", Reason::TooLarge),
            (Loop, Trusted) => (
                (451, (4, 4, 6)),
                "Message goes round in a loop",
                Reason::Loop,
            ),
            (Loop, Stranger) => (
                (554, (5, 4, 6)),
                "Message goes round in a loop",
                Reason::Loop,
            ),
        };
        refusal(code, enhanced, text, reason)
    }

    /// An address is not one.
    pub fn not_an_address(error: CommandError, trust: Trust) -> Self {
        match (error, trust) {
            (CommandError::ReversePath, Trust::Stranger) => {
                reply(553, (5, 1, 7), "Reverse-path not understood")
            }
            (CommandError::ForwardPath, Trust::Stranger) => {
                reply(553, (5, 1, 3), "Recipient not understood")
            }
            (error, _) => error.into(),
        }
    }

    /// What it counts as, where something was refused.
    pub fn reason(&self) -> Option<Reason> {
        self.reason
    }

    /// The reply code.
    pub fn code(&self) -> u16 {
        self.code
    }

    /// Whether the connection ends after this reply (RFC 5321 §3.8).
    pub fn closes(&self) -> bool {
        matches!(self.code, 221 | 421)
    }

    /// Appends the reply as it goes over the wire.
    pub fn write_to(&self, out: &mut Vec<u8>) {
        let mut lines = self.text.split('\n').peekable();
        while let Some(line) = lines.next() {
            let separator = if lines.peek().is_some() { '-' } else { ' ' };
            out.extend_from_slice(self.code.to_string().as_bytes());
            out.push(separator as u8);
            if let Some((class, subject, detail)) = self.enhanced {
                out.extend_from_slice(format!("{class}.{subject}.{detail} ").as_bytes());
            }
            out.extend_from_slice(line.as_bytes());
            out.extend_from_slice(b"\r\n");
        }
    }
}

impl From<CommandError> for SmtpReply {
    fn from(error: CommandError) -> Self {
        match error {
            CommandError::Unknown => reply(500, (5, 5, 1), "Command not known"),
            CommandError::Syntax(text) => reply(501, (5, 5, 4), text),
            CommandError::Parameter => reply(555, (5, 5, 4), "Parameter not known or not valid"),
            CommandError::ReversePath => reply(451, (4, 1, 7), "Reverse-path not understood"),
            CommandError::ForwardPath => reply(450, (4, 1, 3), "Recipient not understood"),
        }
    }
}

impl From<LineFault> for SmtpReply {
    fn from(fault: LineFault) -> Self {
        match fault {
            LineFault::BareLf => reply(500, (5, 5, 2), "Bare LF: lines end with CR LF; closing"),
            LineFault::BareCr => reply(500, (5, 5, 2), "Bare CR: lines end with CR LF; closing"),
            LineFault::Nul => reply(500, (5, 5, 2), "NUL in a command; closing"),
            LineFault::TooLong => reply(500, (5, 5, 2), "Line too long; closing"),
        }
    }
}

impl From<RefusedBy> for SmtpReply {
    fn from(refused: RefusedBy) -> Self {
        match refused {
            RefusedBy::Full => refusal(
                452,
                (4, 3, 1),
                "Standby store is full, try again later",
                Reason::DiskFull,
            ),
            RefusedBy::Busy => refusal(
                452,
                (4, 3, 1),
                "Too many messages under way, try again later",
                Reason::Memory,
            ),
            RefusedBy::Rate => refusal(
                452,
                (4, 7, 0),
                "Too many messages or unknown recipients from your network, try again later",
                Reason::ClientRate,
            ),
            RefusedBy::MailboxFull => refusal(
                452,
                (4, 2, 2),
                "Mailbox is full on the standby, try again later",
                Reason::MailboxFull,
            ),
            RefusedBy::Trouble => refusal(
                451,
                (4, 3, 0),
                "Standby store has a problem, try again",
                Reason::Trouble,
            ),
            RefusedBy::Gone => refusal(
                450,
                (4, 1, 1),
                "Mailbox is not here any more",
                Reason::UnknownRecipient,
            ),
        }
    }
}

#[cfg(test)]
mod tests;
