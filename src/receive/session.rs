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

use std::net::SocketAddr;

use super::acceptor::{Accepted, Envelope, Peer, Recipient, RefusedBy, Resolved};
use super::command::{self, Command, CommandError, Hello, MailCommand, RcptCommand};
use super::gate::{self, CommandLine};
use super::intake::Reason;
use super::reply::{MessageFault, SmtpReply};
use super::xclient::Xclient;
use crate::ids::Address;

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
                    self.reply(&SmtpReply::unknown_recipient(unknown, trust));
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

    fn command(&mut self, line: &[u8]) {
        match command::parse(line) {
            Err(error) => self.reply(&SmtpReply::not_an_address(error, self.envelope.trust)),
            Ok(Command::Bdat { octets, last }) => self.bdat(Chunk { octets, last }),
            Ok(Command::Mail(_) | Command::Rcpt(_) | Command::Data) if self.chunks.is_some() => {
                self.reply(&SmtpReply::CHUNKS_ONLY);
            }
            Ok(Command::Mail(mail)) => self.mail(mail),
            Ok(Command::Rcpt(rcpt)) => self.rcpt(rcpt),
            Ok(Command::Data) => self.data(),
            Ok(Command::Hello(hello, name)) => self.hello(hello, name),
            Ok(Command::StartTls) => self.start_tls(),
            Ok(Command::Xclient(said)) => self.xclient(said),
            Ok(Command::Rset) => {
                self.end_transaction();
                self.idle(&SmtpReply::OK);
            }
            Ok(Command::Noop) => self.idle(&SmtpReply::OK),
            Ok(Command::Vrfy) => self.idle(&SmtpReply::VRFY),
            Ok(Command::Help) => self.idle(&SmtpReply::HELP),
            Ok(Command::Quit) => self.end(&SmtpReply::BYE),
        }
        self.end_if_useless();
    }

    /// Who makes no sense, guesses addresses or does nothing, again and again, is sent away.
    fn end_if_useless(&mut self) {
        let limits = &self.config.limits;
        if self.errors > limits.errors_max || self.idle_commands > limits.idle_commands_max {
            self.end(&SmtpReply::TOO_MANY_ERRORS);
        }
    }

    fn hello(&mut self, hello: Hello, name: &str) {
        match (self.config.protocol, hello) {
            (Protocol::Lmtp, Hello::Ehlo | Hello::Helo) => {
                return self.reply(&SmtpReply::USE_LHLO);
            }
            (Protocol::Smtp, Hello::Lhlo) => return self.reply(&SmtpReply::USE_EHLO),
            _ => {}
        }
        self.envelope.client_name = name.to_owned();
        self.envelope.is_extended = hello != Hello::Helo;
        self.greeted = true;
        self.end_transaction();
        let hostname = &self.config.hostname;
        let reply = if hello == Hello::Helo {
            SmtpReply::hello(hostname)
        } else {
            SmtpReply::extensions(hostname, &self.config.offers(&self.envelope))
        };
        self.idle(&reply);
    }

    fn start_tls(&mut self) {
        if self.config.start_tls == StartTls::Off {
            self.reply(&CommandError::Unknown.into());
        } else if self.envelope.tls.is_some() {
            self.reply(&SmtpReply::TLS_ALREADY);
        } else if self.in_transaction {
            self.reply(&SmtpReply::NOT_NOW);
        } else {
            self.phase = Phase::Securing;
        }
    }

    /// The client is another than the one that connected (XCLIENT_README): everything begins anew.
    fn xclient(&mut self, said: Xclient) {
        if !self.config.may_xclient(self.envelope.connected) {
            return self.reply(&SmtpReply::XCLIENT_DENIED);
        }
        if self.in_transaction {
            return self.reply(&SmtpReply::NOT_NOW);
        }
        if let Some(ip) = said.address {
            self.envelope.client = Peer::Tcp(SocketAddr::new(ip, said.port.unwrap_or(0)));
            // A listener for trusted hosts stays one: its clients' own clients are their business.
            if self.config.strangers {
                self.envelope.trust = self.config.trust(self.envelope.client);
            }
        }
        self.greeted = false;
        self.envelope.client_name = said.helo.unwrap_or_default();
        self.idle(&SmtpReply::greeting(
            &self.config.hostname,
            self.config.protocol,
        ));
    }

    fn mail(&mut self, mail: MailCommand) {
        if !self.greeted {
            let reply = match self.config.protocol {
                Protocol::Lmtp => SmtpReply::LHLO_FIRST,
                Protocol::Smtp => SmtpReply::EHLO_FIRST,
            };
            return self.reply(&reply);
        }
        if self.config.start_tls == StartTls::Required && self.envelope.tls.is_none() {
            return self.reply(&SmtpReply::STARTTLS_FIRST);
        }
        if self.in_transaction {
            return self.reply(&SmtpReply::NESTED_MAIL);
        }
        if mail.has_dsn && !self.config.offers_dsn(self.envelope.trust) {
            return self.reply(&CommandError::Parameter.into());
        }
        if mail.size > self.config.limits.message_octets_max {
            let trust = self.envelope.trust;
            return self.idle(&SmtpReply::message_fault(MessageFault::TooLarge, trust));
        }
        self.in_transaction = true;
        self.envelope.reverse_path = mail.reverse_path;
        self.envelope.smtp_utf8 = mail.smtp_utf8;
        self.envelope.ret = mail.ret;
        self.envelope.envelope_id = mail.envelope_id;
        self.size = mail.size;
        self.idle(&SmtpReply::SENDER_OK);
    }

    fn rcpt(&mut self, rcpt: RcptCommand) {
        if !self.in_transaction {
            return self.reply(&SmtpReply::MAIL_FIRST);
        }
        if rcpt.has_dsn && !self.config.offers_dsn(self.envelope.trust) {
            return self.reply(&CommandError::Parameter.into());
        }
        if self.envelope.recipients.len() >= self.config.limits.recipients_max {
            return self.reply(&SmtpReply::TOO_MANY_RECIPIENTS);
        }
        let address = match &self.config.postmaster {
            Some(postmaster) if rcpt.given.eq_ignore_ascii_case("postmaster") => {
                Ok(postmaster.clone())
            }
            _ => unquoted(&rcpt.given).parse::<Address>(),
        };
        match address {
            Ok(address) => self.phase = Phase::Resolving { rcpt, address },
            Err(_) => {
                let trust = self.envelope.trust;
                self.reply(&SmtpReply::not_an_address(CommandError::ForwardPath, trust));
            }
        }
    }

    fn data(&mut self) {
        if !self.in_transaction {
            self.reply(&SmtpReply::MAIL_FIRST);
        } else if self.envelope.recipients.is_empty() {
            self.reply(&SmtpReply::NO_RECIPIENTS);
        } else {
            self.phase = Phase::Beginning(None);
        }
    }

    /// A chunk's octets follow its command whatever is said to it, so they are always taken.
    fn bdat(&mut self, chunk: Chunk) {
        let Chunk { octets, last } = chunk;
        if !self.config.offers_chunking() {
            return self.end(&CommandError::Unknown.into());
        }
        if let Some(mut data) = self.chunks.take() {
            data.next_chunk(octets, last);
            self.phase = Phase::Data(data);
            return;
        }
        let refused = if !self.in_transaction {
            Some(SmtpReply::MAIL_FIRST)
        } else if self.envelope.recipients.is_empty() {
            Some(SmtpReply::NO_RECIPIENTS)
        } else {
            None
        };
        self.phase = match refused {
            Some(reply) => Phase::Data(Data::refused(octets, last, reply)),
            None => {
                self.size = self.size.max(octets);
                Phase::Beginning(Some(chunk))
            }
        };
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
