//! What probes and other people's logs bring: observations of one mailstore.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::guard::GuardVerdict;

/// The kinds of probe.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProbeKind {
    /// Connect to the IMAP port.
    Tcp,
    /// Shake hands and look how long the certificate is good for.
    Tls,
    /// Log in by IMAP, select the sentinel, fetch its old canary.
    Imap,
    /// Deliver a numbered message by LMTP that must appear by IMAP.
    Lmtp,
    /// Log in by POP3.
    Pop3,
    /// Select a mailbox with very many messages by IMAP and fetch an old one.
    Large,
    /// Lock, write and read on the volume from two hosts.
    Nfs,
}

/// What follows when a probe fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// It says that the mailstore is down.
    Votes,
    /// A person is told; nothing is switched for it.
    Warns,
}

impl ProbeKind {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Tcp,
        Self::Tls,
        Self::Imap,
        Self::Lmtp,
        Self::Pop3,
        Self::Large,
        Self::Nfs,
    ];

    /// What follows when it fails. Only what keeps every user from the mail votes: a certificate that
    /// ends, POP3 alone, one mailbox's index or a lock given twice are for a person to judge.
    pub const fn weight(self) -> Weight {
        match self {
            Self::Tcp | Self::Imap | Self::Lmtp => Weight::Votes,
            Self::Tls | Self::Pop3 | Self::Large | Self::Nfs => Weight::Warns,
        }
    }

    /// Whether its failures can switch a mailstore.
    pub const fn votes(self) -> bool {
        matches!(self.weight(), Weight::Votes)
    }

    /// Its name in the API, in configuration and in metrics.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Tcp => "tcp",
            Self::Tls => "tls",
            Self::Imap => "imap",
            Self::Lmtp => "lmtp",
            Self::Pop3 => "pop3",
            Self::Large => "large",
            Self::Nfs => "nfs",
        }
    }
}

impl fmt::Display for ProbeKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Tcp => "TCP",
            Self::Tls => "TLS",
            Self::Imap => "IMAP",
            Self::Lmtp => "LMTP",
            Self::Pop3 => "POP3",
            Self::Large => "the large mailbox",
            Self::Nfs => "NFS",
        })
    }
}

impl FromStr for ProbeKind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.name() == text)
            .ok_or_else(|| "a probe is tcp, tls, imap, lmtp, pop3, large or nfs".into())
    }
}

/// What a probe found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// It works.
    Up,
    /// It does not work; why, in words.
    Down(String),
    /// The probe could not tell; why, in words.
    Unknown(String),
}

/// One probe's result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observation {
    /// Who looked.
    pub vantage: String,
    /// How.
    pub probe: ProbeKind,
    /// What was found.
    pub outcome: Outcome,
    /// How long it took.
    pub took: Duration,
    /// How long ago it was made.
    pub age: Duration,
    /// What it says about the sentinel.
    pub sentinel: SentinelLook,
}

/// What a probe says about the sentinel.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum SentinelLook {
    /// Nothing: it looks elsewhere.
    #[default]
    Elsewhere,
    /// It could not be looked at, or nothing is known to compare it with.
    Unseen,
    /// What was seen, against what is known.
    Seen(GuardVerdict),
}

impl SentinelLook {
    /// What was seen, if anything.
    pub const fn verdict(&self) -> Option<&GuardVerdict> {
        match self {
            Self::Seen(verdict) => Some(verdict),
            Self::Elsewhere | Self::Unseen => None,
        }
    }
}

/// What the platform's own mail traffic showed, counted from logs or told over the API.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Traffic {
    /// Deliveries to the mailstore that Postfix put off.
    pub deferred: u32,
    /// Deliveries that the mailstore took.
    pub delivered: u32,
    /// Sign-ins that the mailstore refused or did not answer.
    pub logins_failed: u32,
}

impl Traffic {
    /// Whether nothing was counted.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Both together.
    #[must_use]
    pub const fn plus(self, more: Self) -> Self {
        Self {
            deferred: self.deferred.saturating_add(more.deferred),
            delivered: self.delivered.saturating_add(more.delivered),
            logins_failed: self.logins_failed.saturating_add(more.logins_failed),
        }
    }
}

impl fmt::Display for Traffic {
    /// `Postfix deferred 412 and delivered 3, 57 sign-ins failed`; empty when nothing was counted.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.deferred, self.delivered) {
            (0, 0) => {}
            (deferred, 0) => write!(f, "Postfix deferred {deferred}")?,
            (deferred, delivered) => {
                write!(f, "Postfix deferred {deferred} and delivered {delivered}")?;
            }
        }
        if self.logins_failed > 0 {
            if self.deferred > 0 || self.delivered > 0 {
                f.write_str(", ")?;
            }
            write!(f, "{} sign-ins failed", self.logins_failed)?;
        }
        Ok(())
    }
}
