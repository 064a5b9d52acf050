//! What a command changes and what is said to it.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use super::data::Data;
use super::{Chunk, Phase, Protocol, Session, StartTls};
use crate::ids::Address;
use crate::receive::acceptor::Peer;
use crate::receive::command::{self, Command, CommandError, Hello, MailCommand, RcptCommand};
use crate::receive::reply::{MessageFault, SmtpReply};
use crate::receive::xclient::Xclient;

impl Session<'_> {
    pub(super) fn command(&mut self, line: &[u8]) {
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
        // To strangers a client that is not named is not the proxy either.
        let is_unnamed = self.config.strangers && self.envelope.client == self.envelope.connected;
        let unnamed = is_unnamed.then_some(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
        if let Some(ip) = said.address.or(unnamed) {
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
