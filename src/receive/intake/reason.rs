//! Why something was refused, and through which door it came: what metrics count by.

use crate::receive::session::{Protocol, Trust};

/// Why something was refused, as metrics and the ops page name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The disk is too full.
    DiskFull,
    /// Bodies under way take as much memory as they may.
    Memory,
    /// A mailbox has as much as the standby keeps for one.
    MailboxFull,
    /// Too many connections.
    Connections,
    /// Too many connections of one client.
    ClientConnections,
    /// Too many messages of one client.
    ClientRate,
    /// Too slow.
    Slow,
    /// Too large.
    TooLarge,
    /// A loop.
    Loop,
    /// Bare CR or LF.
    LineEnds,
    /// No such mailbox.
    UnknownRecipient,
    /// Not our domain.
    Relay,
    /// Not a trusted host.
    NotTrusted,
    /// Commands that make no sense.
    Errors,
    /// TLS was asked for and did not come about.
    Tls,
    /// The store has a problem.
    Trouble,
}

impl Reason {
    /// All of them.
    pub const ALL: [Self; 16] = [
        Self::DiskFull,
        Self::Memory,
        Self::MailboxFull,
        Self::Connections,
        Self::ClientConnections,
        Self::ClientRate,
        Self::Slow,
        Self::TooLarge,
        Self::Loop,
        Self::LineEnds,
        Self::UnknownRecipient,
        Self::Relay,
        Self::NotTrusted,
        Self::Errors,
        Self::Tls,
        Self::Trouble,
    ];

    /// Its name in metrics.
    pub const fn name(self) -> &'static str {
        match self {
            Self::DiskFull => "disk-full",
            Self::Memory => "memory",
            Self::MailboxFull => "mailbox-full",
            Self::Connections => "connections",
            Self::ClientConnections => "client-connections",
            Self::ClientRate => "client-rate",
            Self::Slow => "slow",
            Self::TooLarge => "too-large",
            Self::Loop => "loop",
            Self::LineEnds => "line-ends",
            Self::UnknownRecipient => "unknown-recipient",
            Self::Relay => "relay",
            Self::NotTrusted => "not-trusted",
            Self::Errors => "errors",
            Self::Tls => "tls",
            Self::Trouble => "trouble",
        }
    }
}

impl Reason {
    /// What it means and what becomes of the mail, for the ops page.
    pub const fn words(self) -> &'static str {
        match self {
            Self::DiskFull => "the disk is too full; the sender keeps it and tries again",
            Self::Memory => "bodies under way take all the memory they may; the sender tries again",
            Self::MailboxFull => "a mailbox holds as much as it may; the sender tries again",
            Self::Connections => "too many connections at once; the sender tries again",
            Self::ClientConnections => "too many connections of one client; it tries again",
            Self::ClientRate => "too many messages or guesses of one client; it tries again",
            Self::Slow => "nothing came for too long, or too little; the sender tries again",
            Self::TooLarge => "larger than what is taken; it goes back to its sender",
            Self::Loop => "it came by here too often already; it goes back to its sender",
            Self::LineEnds => "a bare CR or LF, as smuggling needs it; it goes back to its sender",
            Self::UnknownRecipient => "no such mailbox, or none that is known to be one",
            Self::Relay => "to a domain that is not served here",
            Self::NotTrusted => "asked by a stranger for what trusted hosts may",
            Self::Errors => "too many commands that make no sense",
            Self::Tls => "TLS was asked for and did not come about",
            Self::Trouble => "the store had a problem; the sender tries again",
        }
    }

    /// Whether it is for want of something here, so that mail which should be taken waits elsewhere.
    pub const fn is_shortage(self) -> bool {
        matches!(
            self,
            Self::DiskFull | Self::Memory | Self::MailboxFull | Self::Connections | Self::Trouble
        )
    }
}

/// Through which door mail comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// LMTP.
    Lmtp,
    /// SMTP from a trusted host.
    Smtp,
    /// SMTP from a stranger.
    Perimeter,
}

impl Way {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Lmtp, Self::Smtp, Self::Perimeter];

    /// The way of a session.
    pub const fn of(protocol: Protocol, trust: Trust) -> Self {
        match (protocol, trust) {
            (Protocol::Lmtp, _) => Self::Lmtp,
            (Protocol::Smtp, Trust::Trusted) => Self::Smtp,
            (Protocol::Smtp, Trust::Stranger) => Self::Perimeter,
        }
    }

    /// Its name in metrics.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Lmtp => "lmtp",
            Self::Smtp => "smtp",
            Self::Perimeter => "perimeter",
        }
    }
}
