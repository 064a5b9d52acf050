//! What all sessions of a listener have in common: what it speaks, to whom, and what is on offer.

use std::borrow::Cow;

use crate::config::values::Network;
use crate::ids::Address;
use crate::receive::acceptor::{Envelope, Peer};
use crate::receive::xclient;

/// What is spoken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Protocol {
    /// RFC 2033: one reply for each recipient.
    #[default]
    Lmtp,
    /// RFC 5321: one reply for a message.
    Smtp,
}

/// What the client is to us.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Trust {
    /// A mail host of the platform, which has taken responsibility for its mail already.
    #[default]
    Trusted,
    /// Somebody from the internet, at the perimeter.
    Stranger,
}

/// Whether TLS can be started by STARTTLS.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StartTls {
    /// It cannot.
    #[default]
    Off,
    /// It can.
    Offered,
    /// It must be, before MAIL.
    Required,
}

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

/// What all sessions of a listener have in common.
#[derive(Clone, Debug, Default)]
pub struct SessionConfig {
    /// This server's name, in the greeting and in Received.
    pub hostname: String,
    /// What separates an extension from the rest of the local part; `None`: nothing does.
    pub delimiter: Option<char>,
    /// Bounds.
    pub limits: Limits,
    /// What is spoken.
    pub protocol: Protocol,
    /// Whether strangers may come: a perimeter.
    pub strangers: bool,
    /// Whose hosts are trusted. For LMTP everybody is.
    pub trusted: Vec<Network>,
    /// Whose hosts may say XCLIENT.
    pub xclient: Vec<Network>,
    /// Whether STARTTLS is there.
    pub start_tls: StartTls,
    /// Notices of success are made as trusted hosts ask (RFC 3461). Where they are not, it must not be
    /// offered: the host that hands over then makes them itself.
    pub dsn: bool,
    /// Who reads what is for `postmaster` without a domain (RFC 5321 §4.5.1).
    pub postmaster: Option<Address>,
}

impl SessionConfig {
    /// What a client is to us.
    pub fn trust(&self, peer: Peer) -> Trust {
        match (self.protocol, peer) {
            (Protocol::Lmtp, _) | (Protocol::Smtp, Peer::Unix) => Trust::Trusted,
            (Protocol::Smtp, Peer::Tcp(address)) if contains(&self.trusted, address.ip()) => {
                Trust::Trusted
            }
            (Protocol::Smtp, Peer::Tcp(_)) => Trust::Stranger,
        }
    }

    /// Whether the host that connected may say for whom it speaks.
    pub(super) fn may_xclient(&self, connected: Peer) -> bool {
        match connected {
            Peer::Unix => false,
            Peer::Tcp(address) => contains(&self.xclient, address.ip()),
        }
    }

    /// Notices of success are made for trusted hosts only: a stranger's reverse-path may be anybody's.
    pub(super) fn offers_dsn(&self, trust: Trust) -> bool {
        self.dsn && self.protocol == Protocol::Smtp && trust == Trust::Trusted
    }

    pub(super) fn offers_chunking(&self) -> bool {
        self.protocol == Protocol::Smtp
    }

    /// The lines of the reply to LHLO and EHLO, after the host's name.
    pub(super) fn offers(&self, envelope: &Envelope) -> Vec<Cow<'static, str>> {
        let mut offers: Vec<Cow<'static, str>> = vec!["PIPELINING".into()];
        offers.push(match envelope.trust {
            // Without a number: "no fixed maximum" (RFC 1870 §4); see SmtpReply::message_fault.
            Trust::Trusted => "SIZE".into(),
            Trust::Stranger => format!("SIZE {}", self.limits.message_octets_max).into(),
        });
        if self.start_tls != StartTls::Off && envelope.tls.is_none() {
            offers.push("STARTTLS".into());
        }
        offers.extend(["8BITMIME".into(), "SMTPUTF8".into()]);
        if self.offers_chunking() {
            offers.push("CHUNKING".into());
        }
        if self.offers_dsn(envelope.trust) {
            offers.push("DSN".into());
        }
        if self.may_xclient(envelope.connected) {
            offers.push(format!("XCLIENT {}", xclient::OFFERED).into());
        }
        offers.push("ENHANCEDSTATUSCODES".into());
        offers
    }
}

fn contains(networks: &[Network], address: std::net::IpAddr) -> bool {
    networks.iter().any(|network| network.contains(address))
}
