//! The LMTP session (RFC 2033) as a state machine without I/O.
//!
//! Bytes go in through [`Session::advance`], which says what it needs next as an [`Event`]; replies
//! gather in [`Session::replies`] until the caller has a reason to write them, so a pipelined group
//! of commands is answered in one write. The caller does what an event asks, tells the session by
//! the method named at the event, and goes on.
//!
//! The session never stores, looks up or waits. It says 250 for a message only when it is handed an
//! [`Accepted`].

use super::acceptor::{Accepted, Envelope, KnownMailbox, Recipient, RefusedBy};
use super::command::{self, Command, CommandError, MailCommand};
use super::gate::{self, CommandLine, DataGate};
use super::reply::SmtpReply;
use crate::ids::Address;

/// How many octets of a body gather before they are handed on.
pub const PIECE_OCTETS: usize = 64 * 1024;

/// The bounds of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Largest message, in octets as stored.
    pub message_octets_max: u64,
    /// Most recipients of one transaction (RFC 5321 §4.5.3.1.8 asks for 100 at least).
    pub recipients_max: usize,
    /// Most commands that were refused with 5yz; then the session ends.
    pub errors_max: u32,
    /// Most commands that lead to nothing (RSET, NOOP, VRFY, LHLO, MAIL) between two messages;
    /// then the session ends.
    pub idle_commands_max: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            message_octets_max: 100 * 1024 * 1024,
            recipients_max: 1000,
            errors_max: 20,
            idle_commands_max: 1000,
        }
    }
}

/// What all sessions of a server have in common.
#[derive(Clone, Debug)]
pub struct SessionConfig {
    /// This server's name, in the greeting and in Received.
    pub hostname: String,
    /// What separates an extension from the rest of the local part; `None`: nothing does.
    pub delimiter: Option<char>,
    /// Bounds.
    pub limits: Limits,
}

/// What the session needs next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// More input; first the replies must be written.
    Input,
    /// The mailbox of this address: [`Session::resolved`].
    Resolve(Address),
    /// A place for a body of about so many octets: [`Session::begun`].
    Begin(u64),
    /// The octets in [`Session::piece`] belong to the body: [`Session::piece_written`].
    Piece,
    /// The body is complete, store it for [`Session::envelope`]: [`Session::accepted`].
    Accept,
    /// Write the replies and close the connection.
    Close,
}

#[derive(Debug)]
enum Phase {
    Commands,
    Resolving { given: String, address: Address },
    Beginning,
    Data(Data),
    Storing,
    Closed,
}

/// Message data under way.
#[derive(Debug, Default)]
struct Data {
    gate: DataGate,
    octets: u64,
    ended: bool,
    /// Why the message will not be stored; its data is thrown away up to its end.
    refused: Option<SmtpReply>,
}

/// One session.
#[derive(Debug)]
pub struct Session<'c> {
    config: &'c SessionConfig,
    phase: Phase,
    greeted: bool,
    in_transaction: bool,
    envelope: Envelope,
    size: u64,
    piece: Vec<u8>,
    replies: Vec<u8>,
    errors: u32,
    idle_commands: u32,
}

impl<'c> Session<'c> {
    /// A session that has the greeting among its replies.
    pub fn new(config: &'c SessionConfig) -> Self {
        let mut session = Self {
            config,
            phase: Phase::Commands,
            greeted: false,
            in_transaction: false,
            envelope: Envelope {
                reverse_path: command::ReversePath::default(),
                recipients: Vec::new(),
                client_name: String::new(),
                smtp_utf8: false,
            },
            size: 0,
            piece: Vec::new(),
            replies: Vec::new(),
            errors: 0,
            idle_commands: 0,
        };
        session.reply(&SmtpReply::greeting(&config.hostname));
        session
    }

    /// The replies not yet taken.
    pub fn replies(&mut self) -> &mut Vec<u8> {
        &mut self.replies
    }

    /// The octets of the body that are to be kept now.
    pub fn piece(&self) -> &[u8] {
        &self.piece
    }

    /// The envelope of the transaction.
    pub fn envelope(&self) -> &Envelope {
        &self.envelope
    }

    /// Whether message data is being received, which has time limits of its own.
    pub fn in_data(&self) -> bool {
        matches!(self.phase, Phase::Data(_))
    }

    /// Takes from the start of `input` what it can; how many octets those were, and what is needed
    /// next.
    pub fn advance(&mut self, input: &[u8]) -> (usize, Event) {
        let mut used = 0;
        loop {
            let rest = input.get(used..).unwrap_or_default();
            let (taken, event) = match &self.phase {
                Phase::Closed => (0, Some(Event::Close)),
                Phase::Data(_) => self.advance_data(rest),
                Phase::Commands => self.advance_commands(rest),
                Phase::Resolving { address, .. } => (0, Some(Event::Resolve(address.clone()))),
                Phase::Beginning => (0, Some(Event::Begin(self.size))),
                Phase::Storing => (0, Some(Event::Accept)),
            };
            used += taken;
            if let Some(event) = event {
                return (used, event);
            }
        }
    }

    /// Ends the session with `reply`, whatever it was at; what is not stored is forgotten.
    pub fn end(&mut self, reply: &SmtpReply) {
        if !matches!(self.phase, Phase::Closed) {
            self.reply(reply);
            self.phase = Phase::Closed;
        }
    }

    /// Whether the session is between transactions.
    pub fn is_idle(&self) -> bool {
        matches!(self.phase, Phase::Commands) && !self.in_transaction
    }

    /// The answer to [`Event::Resolve`].
    pub fn resolved(&mut self, result: Result<Option<KnownMailbox>, RefusedBy>) {
        let Phase::Resolving { given, address } =
            std::mem::replace(&mut self.phase, Phase::Commands)
        else {
            return;
        };
        match result {
            Ok(Some(mailbox)) => {
                self.envelope.recipients.push(Recipient { given, mailbox });
                self.reply(&SmtpReply::RECIPIENT_OK);
            }
            Ok(None) => {
                let base = address.without_extension(self.config.delimiter);
                if base == address {
                    self.reply(&SmtpReply::UNKNOWN_RECIPIENT);
                } else {
                    self.phase = Phase::Resolving {
                        given,
                        address: base,
                    };
                }
            }
            Err(refused) => self.reply(&refused.into()),
        }
    }

    /// The answer to [`Event::Begin`].
    pub fn begun(&mut self, result: Result<(), RefusedBy>) {
        match result {
            Ok(()) => {
                self.phase = Phase::Data(Data::default());
                self.reply(&SmtpReply::GO_AHEAD);
            }
            Err(refused) => {
                self.end_transaction();
                self.reply(&refused.into());
            }
        }
    }

    /// The answer to [`Event::Piece`].
    pub fn piece_written(&mut self, result: Result<(), RefusedBy>) {
        self.piece.clear();
        if let (Phase::Data(data), Err(refused)) = (&mut self.phase, result) {
            data.refused = Some(refused.into());
        }
    }

    /// The answer to [`Event::Accept`]: one result for each recipient. Where one is missing the
    /// recipient is refused for now.
    pub fn accepted(&mut self, results: &[Result<Accepted, RefusedBy>]) {
        for at in 0..self.envelope.recipients.len() {
            let reply = match results.get(at) {
                Some(Ok(accepted)) => SmtpReply::stored(accepted),
                Some(Err(refused)) => (*refused).into(),
                None => RefusedBy::Trouble.into(),
            };
            self.reply(&reply);
        }
        self.idle_commands = 0;
        self.end_transaction();
    }

    fn advance_commands(&mut self, input: &[u8]) -> (usize, Option<Event>) {
        match gate::command_line(input) {
            CommandLine::Partial => (0, Some(Event::Input)),
            CommandLine::Fault(fault) => {
                self.end(&fault.into());
                (input.len(), None)
            }
            CommandLine::Complete(line, used) => {
                self.command(line);
                (used, None)
            }
        }
    }

    fn advance_data(&mut self, input: &[u8]) -> (usize, Option<Event>) {
        let Phase::Data(data) = &mut self.phase else {
            return (0, None);
        };
        if !data.ended {
            let before = self.piece.len();
            // Bounded, so that a piece is not much larger than PIECE_OCTETS.
            let input = input.get(..PIECE_OCTETS).unwrap_or(input);
            let fed = data.gate.feed(input, &mut self.piece);
            let grown = self.piece.len().saturating_sub(before) as u64;
            data.octets = data.octets.saturating_add(grown);
            data.ended = fed.ended;
            if let Some(fault) = data.gate.fault() {
                data.refused.get_or_insert_with(|| fault.into());
            } else if data.octets > self.config.limits.message_octets_max {
                data.refused.get_or_insert(SmtpReply::TOO_LARGE);
            }
            if data.refused.is_some() {
                self.piece.clear();
            }
            let due = fed.ended && !self.piece.is_empty() || self.piece.len() >= PIECE_OCTETS;
            let event = if due {
                Some(Event::Piece)
            } else if fed.used == 0 {
                Some(Event::Input)
            } else {
                None
            };
            return (fed.used, event);
        }
        match data.refused.take() {
            None => self.phase = Phase::Storing,
            Some(refused) => {
                for _ in 0..self.envelope.recipients.len() {
                    self.reply(&refused);
                }
                self.end_transaction();
            }
        }
        (0, None)
    }

    fn command(&mut self, line: &[u8]) {
        match command::parse(line) {
            Err(error) => self.reply(&error.into()),
            Ok(Command::Mail(mail)) => self.mail(mail),
            Ok(Command::Rcpt(given)) => self.rcpt(given),
            Ok(Command::Data) => self.data(),
            Ok(Command::Lhlo(name)) => {
                self.envelope.client_name = name.to_owned();
                self.greeted = true;
                self.end_transaction();
                self.idle(&SmtpReply::extensions(&self.config.hostname));
            }
            Ok(Command::HeloOrEhlo) => self.reply(&SmtpReply::USE_LHLO),
            Ok(Command::Rset) => {
                self.end_transaction();
                self.idle(&SmtpReply::OK);
            }
            Ok(Command::Noop) => self.idle(&SmtpReply::OK),
            Ok(Command::Vrfy) => self.idle(&SmtpReply::VRFY),
            Ok(Command::Quit) => self.end(&SmtpReply::BYE),
        }
        if self.errors > self.config.limits.errors_max
            || self.idle_commands > self.config.limits.idle_commands_max
        {
            self.end(&SmtpReply::TOO_MANY_ERRORS);
        }
    }

    fn mail(&mut self, mail: MailCommand) {
        if !self.greeted {
            return self.reply(&SmtpReply::LHLO_FIRST);
        }
        if self.in_transaction {
            return self.reply(&SmtpReply::NESTED_MAIL);
        }
        if mail.size > self.config.limits.message_octets_max {
            return self.idle(&SmtpReply::TOO_LARGE);
        }
        self.in_transaction = true;
        self.envelope.reverse_path = mail.reverse_path;
        self.envelope.smtp_utf8 = mail.smtp_utf8;
        self.size = mail.size;
        self.idle(&SmtpReply::SENDER_OK);
    }

    fn rcpt(&mut self, given: String) {
        if !self.in_transaction {
            return self.reply(&SmtpReply::MAIL_FIRST);
        }
        if self.envelope.recipients.len() >= self.config.limits.recipients_max {
            return self.reply(&SmtpReply::TOO_MANY_RECIPIENTS);
        }
        match unquoted(&given).parse::<Address>() {
            Ok(address) => self.phase = Phase::Resolving { given, address },
            Err(_) => self.reply(&CommandError::ForwardPath.into()),
        }
    }

    fn data(&mut self) {
        if !self.in_transaction {
            self.reply(&SmtpReply::MAIL_FIRST);
        } else if self.envelope.recipients.is_empty() {
            self.reply(&SmtpReply::NO_RECIPIENTS);
        } else {
            self.phase = Phase::Beginning;
        }
    }

    fn end_transaction(&mut self) {
        self.phase = Phase::Commands;
        self.in_transaction = false;
        self.envelope.recipients.clear();
        self.piece = Vec::new();
    }

    /// Replies to a command that leads to nothing by itself.
    fn idle(&mut self, reply: &SmtpReply) {
        self.idle_commands = self.idle_commands.saturating_add(1);
        self.reply(reply);
    }

    fn reply(&mut self, reply: &SmtpReply) {
        if reply.code() >= 500 {
            self.errors = self.errors.saturating_add(1);
        }
        reply.write_to(&mut self.replies);
    }
}

/// `"ann"@example.com` is `ann@example.com` (RFC 5321 §4.1.2): the address without needless quotes.
/// A local part that needs its quotes names no mailbox here.
fn unquoted(given: &str) -> std::borrow::Cow<'_, str> {
    match given
        .strip_prefix('"')
        .and_then(|rest| rest.rsplit_once("\"@"))
    {
        Some((local, domain)) => format!("{local}@{domain}").into(),
        None => given.into(),
    }
}

#[cfg(test)]
mod tests;
