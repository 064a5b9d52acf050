//! The LMTP and SMTP session (RFC 2033, RFC 5321) as a state machine without I/O.
//!
//! Bytes go in through [`Session::advance`], which says what it needs next as an [`Event`]; replies
//! gather in [`Session::replies`] until the caller has a reason to write them, so a pipelined group
//! of commands is answered in one write. The caller does what an event asks, tells the session by
//! the method named at the event, and goes on.
//!
//! The session never stores, looks up or waits. It says 250 for a message only when it is handed an
//! [`Accepted`]. It takes mail for mailboxes of the directory and for nobody else, whoever asks: there
//! is nothing here that could relay.

use super::acceptor::{Accepted, Envelope, Peer, Recipient, RefusedBy, Resolved};
use super::command::RcptCommand;
use super::gate::{self, CommandLine};
use super::intake::Reason;
use super::reply::{MessageFault, SmtpReply};
use crate::ids::Address;

mod commands;
mod config;
mod data;
#[cfg(any(test, fuzzing))]
pub(super) mod player;

pub use config::{Limits, Protocol, SessionConfig, StartTls, Trust};
use data::{Data, Took};

/// How many octets of a body gather before they are handed on.
pub const PIECE_OCTETS: usize = 64 * 1024;

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
    /// Write the replies, throw away what was read, shake hands: [`Session::secured`] or
    /// [`Session::not_secured`].
    StartTls,
    /// Write the replies and close the connection.
    Close,
}

#[derive(Debug)]
enum Phase {
    Commands,
    Resolving {
        rcpt: RcptCommand,
        address: Address,
    },
    /// A place for the body is asked for; then DATA, or the first chunk, goes on.
    Beginning(Option<Chunk>),
    Data(Data),
    Storing,
    Securing,
    Closed,
}

/// The first chunk of a message.
#[derive(Clone, Copy, Debug)]
struct Chunk {
    octets: u64,
    last: bool,
}

/// One session.
#[derive(Debug)]
pub struct Session<'c> {
    config: &'c SessionConfig,
    phase: Phase,
    /// A message of which chunks came, and more are to come.
    chunks: Option<Data>,
    greeted: bool,
    in_transaction: bool,
    envelope: Envelope,
    size: u64,
    piece: Vec<u8>,
    replies: Vec<u8>,
    refused: Vec<Reason>,
    errors: u32,
    idle_commands: u32,
}

impl<'c> Session<'c> {
    /// A session with `peer` that has the greeting among its replies; `tls` is how the connection is
    /// protected already.
    pub fn new(config: &'c SessionConfig, peer: Peer, tls: Option<String>) -> Self {
        let envelope = Envelope {
            client: peer,
            connected: peer,
            trust: config.trust(peer),
            protocol: config.protocol,
            tls,
            ..Envelope::default()
        };
        let mut session = Self {
            config,
            phase: Phase::Commands,
            chunks: None,
            greeted: false,
            in_transaction: false,
            envelope,
            size: 0,
            piece: Vec::new(),
            replies: Vec::new(),
            refused: Vec::new(),
            errors: 0,
            idle_commands: 0,
        };
        if session.envelope.trust == Trust::Stranger && !config.strangers {
            session.end(&SmtpReply::NOT_TRUSTED);
        } else {
            session.reply(&SmtpReply::greeting(&config.hostname, config.protocol));
        }
        session
    }

    /// The replies not yet taken.
    pub fn replies(&mut self) -> &mut Vec<u8> {
        &mut self.replies
    }

    /// What was refused since the last call.
    pub fn take_refused(&mut self) -> Vec<Reason> {
        std::mem::take(&mut self.refused)
    }

    /// The octets of the body that are to be kept now.
    pub fn piece(&self) -> &[u8] {
        &self.piece
    }

    /// The envelope of the transaction.
    pub fn envelope(&self) -> &Envelope {
        &self.envelope
    }

    /// The octets of message data so far, while a message is being received, which has time limits of
    /// its own.
    pub fn data_octets(&self) -> Option<u64> {
        match &self.phase {
            Phase::Data(data) => Some(data.octets()),
            _ => self.chunks.as_ref().map(Data::octets),
        }
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
                Phase::Beginning(_) => (0, Some(Event::Begin(self.size))),
                Phase::Storing => (0, Some(Event::Accept)),
                Phase::Securing => (0, Some(Event::StartTls)),
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
    pub fn resolved(&mut self, result: Result<Resolved, RefusedBy>) {
        let Phase::Resolving { rcpt, address } =
            std::mem::replace(&mut self.phase, Phase::Commands)
        else {
            return;
        };
        match result {
            Ok(Resolved::Mailbox(mailbox)) => {
                self.envelope.recipients.push(Recipient {
                    given: rcpt.given,
                    mailbox,
                    notify: rcpt.notify,
                    original: rcpt.original,
                });
                self.reply(&SmtpReply::RECIPIENT_OK);
            }
            Ok(Resolved::Unknown(unknown)) => {
                let base = address.without_extension(self.config.delimiter);
                if base == address {
                    let trust = self.envelope.trust;
                    let reply = SmtpReply::unknown_recipient(unknown, trust);
                    if trust == Trust::Stranger && reply.code() < 500 {
                        // Guessing is no less guessing while it is not known for certain.
                        self.errors = self.errors.saturating_add(1);
                    }
                    self.reply(&reply);
                    self.end_if_useless();
                } else {
                    self.phase = Phase::Resolving {
                        rcpt,
                        address: base,
                    };
                }
            }
            Err(refused) => self.reply(&refused.into()),
        }
    }

    /// The answer to [`Event::Begin`].
    pub fn begun(&mut self, result: Result<(), RefusedBy>) {
        let Phase::Beginning(chunk) = std::mem::replace(&mut self.phase, Phase::Commands) else {
            return;
        };
        match (result, chunk) {
            (Ok(()), None) => {
                self.phase = Phase::Data(Data::until_dot());
                self.reply(&SmtpReply::GO_AHEAD);
            }
            (Ok(()), Some(chunk)) => {
                self.phase = Phase::Data(Data::of_chunk(chunk.octets, chunk.last));
            }
            (Err(refused), None) => {
                self.end_transaction();
                self.reply(&refused.into());
            }
            // The octets of the chunk are on their way all the same.
            (Err(refused), Some(chunk)) => {
                let data = Data::refused(chunk.octets, chunk.last, refused.into());
                self.phase = Phase::Data(data);
            }
        }
    }

    /// The answer to [`Event::Piece`].
    pub fn piece_written(&mut self, result: Result<(), RefusedBy>) {
        self.piece.clear();
        if let (Phase::Data(data), Err(refused)) = (&mut self.phase, result) {
            data.refuse(refused.into());
        }
    }

    /// The answer to [`Event::Accept`]: one result for each recipient. Where one is missing the
    /// recipient is refused for now.
    pub fn accepted(&mut self, results: &[Result<Accepted, RefusedBy>]) {
        let reply_to = |at: usize| match results.get(at) {
            Some(Ok(accepted)) => SmtpReply::stored(accepted),
            Some(Err(refused)) => (*refused).into(),
            None => RefusedBy::Trouble.into(),
        };
        let replies = (0..self.envelope.recipients.len()).map(reply_to);
        match self.config.protocol {
            Protocol::Lmtp => replies.for_each(|reply| self.reply(&reply)),
            // One reply for all: if one recipient failed, the client comes again, and those that have
            // the message already are recognised then.
            Protocol::Smtp => {
                let mut first = None;
                let failed = replies
                    .inspect(|reply| first = first.take().or_else(|| Some(reply.clone())))
                    .find(|reply| reply.code() >= 400);
                let reply = failed.or(first);
                self.reply(&reply.unwrap_or_else(|| RefusedBy::Trouble.into()));
            }
        }
        self.idle_commands = 0;
        self.end_transaction();
    }

    /// The answer to [`Event::StartTls`]: TLS is spoken, described by `tls`. Everything the client said
    /// before is forgotten (RFC 3207 §4.2).
    pub fn secured(&mut self, tls: String) {
        self.end_transaction();
        self.greeted = false;
        self.envelope.client_name.clear();
        self.envelope.tls = Some(tls);
    }

    /// The other answer to [`Event::StartTls`]: there is no certificate just now.
    pub fn not_secured(&mut self) {
        self.end_transaction();
        self.reply(&SmtpReply::TLS_NOT_NOW);
    }

    /// The message is refused as a whole after it came, for what it is: [`Event::Accept`]'s other answer.
    pub fn rejected(&mut self, fault: MessageFault) {
        let reply = SmtpReply::message_fault(fault, self.envelope.trust);
        self.refuse_message(&reply);
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
        let octets_max = self.config.limits.message_octets_max;
        let trust = self.envelope.trust;
        match data.advance(input, &mut self.piece, octets_max) {
            Took::More(used) => return (used, None),
            Took::Nothing => return (0, Some(Event::Input)),
            Took::Piece(used) => return (used, Some(Event::Piece)),
            Took::Fault(used, fault) => {
                data.refuse(SmtpReply::message_fault(fault, trust));
                return (used, None);
            }
            Took::Chunk => self.chunk_ended(),
            Took::End => match data.take_refusal() {
                None => self.phase = Phase::Storing,
                Some(refused) => self.refuse_message(&refused),
            },
        }
        (0, None)
    }

    /// A chunk that is not the last is complete.
    fn chunk_ended(&mut self) {
        let Phase::Data(mut data) = std::mem::replace(&mut self.phase, Phase::Commands) else {
            return;
        };
        match data.take_refusal() {
            None => {
                self.chunks = Some(data);
                self.reply(&SmtpReply::CHUNK_OK);
            }
            // RFC 3030 §2: after a refused chunk the transaction is over; what is pipelined behind it is
            // refused chunk by chunk.
            Some(refused) => {
                self.end_transaction();
                self.reply(&refused);
            }
        }
    }

    /// A message that came is not stored: one reply, or one for each recipient.
    fn refuse_message(&mut self, reply: &SmtpReply) {
        let count = match self.config.protocol {
            Protocol::Lmtp => self.envelope.recipients.len(),
            Protocol::Smtp => 1,
        };
        for _ in 0..count {
            self.reply(reply);
        }
        self.end_transaction();
    }

    /// Who makes no sense, guesses addresses or does nothing, again and again, is sent away.
    fn end_if_useless(&mut self) {
        let limits = &self.config.limits;
        if self.errors > limits.errors_max || self.idle_commands > limits.idle_commands_max {
            self.end(&SmtpReply::TOO_MANY_ERRORS);
        }
    }

    fn end_transaction(&mut self) {
        self.phase = Phase::Commands;
        self.chunks = None;
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
        self.refused.extend(reply.reason());
        reply.write_to(&mut self.replies);
    }
}

#[cfg(test)]
mod tests;
