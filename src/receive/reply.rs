//! Replies of the session, and the one place where errors become replies.
//!
//! Two rules decide every code here (DESIGN.md, invariant 2):
//!
//! - 250 for a message is made from an [`Accepted`](super::Accepted) only, which exists only after
//!   the durable commit.
//! - Behind an MX a 5yz is a bounce of mail that the MX has already accepted. So what is wrong with
//!   a *message* (unknown recipient, size, line ends, an odd address) gets a 4yz: it waits in the
//!   MX's queue and, when the mailstore is back, goes home, whose opinion counts. 5yz is left to
//!   what no mail system sends: commands that are none, or out of order.

use std::borrow::Cow;

use super::acceptor::RefusedBy;
use super::command::CommandError;
use super::gate::{DataFault, LineFault};

/// A reply of one or more lines (RFC 5321 §4.2), with its enhanced status code (RFC 3463).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SmtpReply {
    code: u16,
    /// Class, subject, detail; greetings and the replies to LHLO and DATA have none (RFC 2034 §4).
    enhanced: Option<(u8, u8, u8)>,
    text: Cow<'static, str>,
}

const fn reply(code: u16, enhanced: (u8, u8, u8), text: &'static str) -> SmtpReply {
    SmtpReply {
        code,
        enhanced: Some(enhanced),
        text: Cow::Borrowed(text),
    }
}

impl SmtpReply {
    /// The reply to RSET and NOOP.
    pub const OK: Self = reply(250, (2, 0, 0), "OK");
    /// The reply to MAIL.
    pub const SENDER_OK: Self = reply(250, (2, 1, 0), "Sender OK");
    /// The reply to RCPT for a mailbox.
    pub const RECIPIENT_OK: Self = reply(250, (2, 1, 5), "Recipient OK");
    /// The reply to VRFY, which tells nothing (RFC 5321 §7.3).
    pub const VRFY: Self = reply(252, (2, 1, 5), "Send some mail, and see");
    /// The reply to QUIT.
    pub const BYE: Self = reply(221, (2, 0, 0), "Bye");
    /// The reply to DATA.
    pub const GO_AHEAD: Self = Self {
        code: 354,
        enhanced: None,
        text: Cow::Borrowed("End data with <CR><LF>.<CR><LF>"),
    };
    /// HELO or EHLO where LMTP is spoken.
    pub const USE_LHLO: Self = reply(500, (5, 5, 1), "This is LMTP: use LHLO");
    /// MAIL before LHLO.
    pub const LHLO_FIRST: Self = reply(503, (5, 5, 1), "LHLO first");
    /// MAIL inside a transaction.
    pub const NESTED_MAIL: Self = reply(503, (5, 5, 1), "A transaction is open: RSET first");
    /// RCPT or DATA outside a transaction.
    pub const MAIL_FIRST: Self = reply(503, (5, 5, 1), "MAIL first");
    /// DATA without a recipient that was accepted (RFC 2033 §4.2).
    pub const NO_RECIPIENTS: Self = reply(503, (5, 5, 1), "No valid recipients");
    /// No mailbox has this address, as far as is known here.
    pub const UNKNOWN_RECIPIENT: Self = reply(450, (4, 1, 1), "Mailbox not known here");
    /// More recipients than a transaction may have (RFC 5321 §4.5.3.1.10).
    pub const TOO_MANY_RECIPIENTS: Self =
        reply(452, (4, 5, 3), "Too many recipients in one transaction");
    /// The message is larger than the limit.
    ///
    /// Not 552, and no limit is offered with SIZE: a Postfix MX bounces by itself what is larger
    /// than an offered limit, without asking.
    pub const TOO_LARGE: Self = reply(452, (4, 3, 4), "Message too large for the standby");
    /// Too many connections.
    pub const TOO_BUSY: Self = reply(421, (4, 3, 2), "Too many connections, try again later");
    /// The server goes down.
    pub const SHUTTING_DOWN: Self = reply(421, (4, 3, 2), "Shutting down, try again later");
    /// The client was silent, or too slow, for too long.
    pub const TIMEOUT: Self = reply(421, (4, 4, 2), "Timeout, closing");
    /// The client makes no sense, again and again.
    pub const TOO_MANY_ERRORS: Self = reply(421, (4, 7, 0), "Too many errors, closing");

    /// The greeting (RFC 5321 §4.2: the host name comes first).
    pub fn greeting(hostname: &str) -> Self {
        Self {
            code: 220,
            enhanced: None,
            text: format!("{hostname} LMTP Lifeboat").into(),
        }
    }

    /// The reply to LHLO.
    pub fn extensions(hostname: &str) -> Self {
        Self {
            code: 250,
            enhanced: None,
            // SIZE without a number: "no fixed maximum" (RFC 1870 §4); see TOO_LARGE.
            text: format!("{hostname}\nPIPELINING\nSIZE\n8BITMIME\nSMTPUTF8\nENHANCEDSTATUSCODES")
                .into(),
        }
    }

    /// The message is durably stored for this recipient.
    pub fn stored(accepted: &super::Accepted) -> Self {
        Self {
            code: 250,
            enhanced: Some((2, 1, 5)),
            text: format!("Stored as {}", accepted.delivery()).into(),
        }
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

impl From<DataFault> for SmtpReply {
    fn from(fault: DataFault) -> Self {
        match fault {
            DataFault::BareLf => reply(451, (4, 6, 0), "Message has a bare LF"),
            DataFault::BareCr => reply(451, (4, 6, 0), "Message has a bare CR"),
        }
    }
}

impl From<RefusedBy> for SmtpReply {
    fn from(refused: RefusedBy) -> Self {
        match refused {
            RefusedBy::Full => reply(452, (4, 3, 1), "Standby store is full, try again later"),
            RefusedBy::Trouble => reply(451, (4, 3, 0), "Standby store has a problem, try again"),
            RefusedBy::Gone => reply(450, (4, 1, 1), "Mailbox is not here any more"),
        }
    }
}

#[cfg(test)]
mod tests;
