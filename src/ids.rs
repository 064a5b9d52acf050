//! Identifiers, each a type of its own.
//!
//! Nothing here converts one kind of id into another: a [`StandbyId`] names a message in Lifeboat's
//! store, a [`PrimaryUid`] one in a mailstore's folder, and only the merge journal pairs them.

use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;

/// Why a text is not the identifier it should be; the message says what is allowed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what} {text:?}: {why}")]
pub struct InvalidId {
    what: &'static str,
    text: String,
    why: &'static str,
}

impl InvalidId {
    fn new(what: &'static str, text: &str, why: &'static str) -> Self {
        let text = text.chars().take(80).collect();
        Self { what, text, why }
    }
}

/// Longest address accepted, in octets (RFC 5321 §4.5.3.1.3: a path of 256 with its brackets).
pub const ADDRESS_OCTETS_MAX: usize = 254;
/// Longest local part accepted, in octets (RFC 5321 §4.5.3.1.1).
pub const LOCAL_PART_OCTETS_MAX: usize = 64;
/// Longest domain accepted, in octets (RFC 5321 §4.5.3.1.2).
pub const DOMAIN_OCTETS_MAX: usize = 255;

macro_rules! text_id {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Box<str>);

        impl $name {
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
        impl TryFrom<String> for $name {
            type Error = InvalidId;
            fn try_from(text: String) -> Result<Self, InvalidId> {
                text.parse()
            }
        }
        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0.into_string()
            }
        }
        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }
    };
}

text_id! {
    /// The domain part of an address, in lower case.
    DomainName
}

impl FromStr for DomainName {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        // What is kept is checked: in lower case some characters become two, which may not be allowed.
        let text = &*text.to_lowercase();
        let why = if text.is_empty() || text.len() > DOMAIN_OCTETS_MAX {
            Some("a domain has 1 to 255 octets")
        } else if text.starts_with('.') || text.ends_with('.') || text.contains("..") {
            Some("a domain has no empty label")
        } else if !text
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_'))
        {
            Some("a domain consists of letters, digits, hyphens and dots")
        } else {
            None
        };
        match why {
            Some(why) => Err(InvalidId::new("domain", text, why)),
            None => Ok(Self(text.into())),
        }
    }
}

text_id! {
    /// A mailbox address, `local@domain`, in lower case as Dovecot compares user names.
    ///
    /// Has exactly one place where it splits ([`Address::local`], [`Address::domain`]); holds no
    /// control character, space or NUL, so it can be part of a key, a header and a log line.
    Address
}

impl Address {
    /// The part before the last `@`.
    pub fn local(&self) -> &str {
        self.0.rsplit_once('@').map_or(&self.0, |(local, _)| local)
    }

    /// The part after the last `@`.
    pub fn domain(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(_, domain)| domain)
    }

    /// The domain as an id.
    pub fn domain_name(&self) -> DomainName {
        DomainName(self.domain().into())
    }

    /// The address without what follows the first `delimiter` in its local part:
    /// `ann+lists@x` becomes `ann@x`. A local part that starts with the delimiter stays as it is.
    pub fn without_extension(&self, delimiter: Option<char>) -> Self {
        let cut = delimiter
            .and_then(|d| self.local().find(d))
            .filter(|&at| at > 0);
        match cut {
            Some(at) => Self(format!("{}@{}", &self.local()[..at], self.domain()).into()),
            None => self.clone(),
        }
    }
}

impl FromStr for Address {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        let text = &*text.to_lowercase();
        let fail = |why| Err(InvalidId::new("address", text, why));
        if text.len() > ADDRESS_OCTETS_MAX {
            return fail("an address has at most 254 octets");
        }
        let Some((local, domain)) = text.rsplit_once('@') else {
            return fail("an address has the form name@domain");
        };
        if local.is_empty() || local.len() > LOCAL_PART_OCTETS_MAX {
            return fail("the part before @ has 1 to 64 octets");
        }
        if local
            .chars()
            .any(|c| c.is_control() || c.is_whitespace() || "<>()[],;:\\\"@".contains(c))
        {
            return fail("the part before @ has a character that is not allowed");
        }
        if domain.parse::<DomainName>().is_err() {
            return fail("the part after @ is not a domain");
        }
        Ok(Self(text.into()))
    }
}

fn parse_slug(what: &'static str, text: &str) -> Result<Box<str>, InvalidId> {
    let fits = (1..=64).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_.".contains(&b))
        && text.as_bytes()[0].is_ascii_alphanumeric();
    if fits {
        Ok(text.into())
    } else {
        Err(InvalidId::new(
            what,
            text,
            "1 to 64 of a-z 0-9 - _ . starting with a letter or digit",
        ))
    }
}

text_id! {
    /// The configured name of a mailstore: one Dovecot pool on its NFS volume.
    MailstoreId
}

impl FromStr for MailstoreId {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        parse_slug("mailstore", text).map(Self)
    }
}

text_id! {
    /// A reseller.
    ResellerId
}

impl FromStr for ResellerId {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        parse_slug("reseller", text).map(Self)
    }
}

text_id! {
    /// A source that the directory is kept in step with.
    SourceName
}

impl FromStr for SourceName {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        parse_slug("source", text).map(Self)
    }
}

/// Random bytes from the operating system.
///
/// # Panics
/// When the operating system cannot give random bytes: nothing safe can be done without them.
pub fn random_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    if let Err(error) = getrandom::fill(&mut bytes) {
        unreachable!("the operating system gives no random bytes: {error}");
    }
    bytes
}

macro_rules! wide_id {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub struct $name([u8; 16]);

        impl $name {
            /// From its bytes.
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(bytes)
            }
            /// Its bytes, in the order in which ids sort.
            pub const fn as_bytes(&self) -> &[u8; 16] {
                &self.0
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({self})", stringify!($name))
            }
        }
        impl FromStr for $name {
            type Err = InvalidId;
            fn from_str(text: &str) -> Result<Self, InvalidId> {
                let fail = || InvalidId::new(stringify!($name), text, "an id is 32 hexadecimal digits");
                if text.len() != 32 || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
                    return Err(fail());
                }
                let value = u128::from_str_radix(text, 16).map_err(|_| fail())?;
                Ok(Self(value.to_be_bytes()))
            }
        }
    };
}

macro_rules! timed_id {
    ($(#[$meta:meta])* $name:ident) => {
        wide_id! { $(#[$meta])* $name }

        impl $name {
            /// A new id: 48 bits of milliseconds, so that ids of one time lie together, then 80
            /// random bits.
            pub fn generate(now: Timestamp) -> Self {
                let mut bytes: [u8; 16] = random_bytes();
                bytes[..6].copy_from_slice(&now.as_millis().to_be_bytes()[2..]);
                Self(bytes)
            }

            /// When it was made.
            pub fn made_at(&self) -> Timestamp {
                let millis = self.0[..6]
                    .iter()
                    .fold(0_i64, |sum, byte| sum << 8 | i64::from(*byte));
                Timestamp::from_millis(millis)
            }
        }
    };
}

wide_id! {
    /// A mailbox, whatever its address becomes.
    MailboxId
}

impl MailboxId {
    /// A new random id.
    pub fn generate() -> Self {
        Self(random_bytes())
    }
}

timed_id! {
    /// One acceptance: one message as handed over by one client, for all its recipients.
    IngestId
}
timed_id! {
    /// One message for one recipient. It stands in the Received header that Lifeboat adds, and is
    /// what a merge looks for when in doubt.
    DeliveryId
}
timed_id! {
    /// A stored body: bytes that never change.
    BodyId
}
timed_id! {
    /// An entry of the outgoing queue.
    QueueId
}
timed_id! {
    /// One failover, from first suspicion to last verified merge.
    OutageId
}
timed_id! {
    /// One drill.
    DrillId
}
timed_id! {
    /// Who is told what happens: a webhook or a contact.
    DestinationId
}
timed_id! {
    /// One event for one destination.
    AnnouncementId
}
timed_id! {
    /// One journalled batch of a merge.
    BatchId
}
timed_id! {
    /// Somebody who signs in to the console.
    PersonId
}
timed_id! {
    /// One order for many domains and mailboxes.
    JobId
}
timed_id! {
    /// An API token (its public part).
    TokenId
}

macro_rules! number_id {
    ($(#[$meta:meta])* $name:ident($inner:ty)) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub $inner);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
        impl FromStr for $name {
            type Err = InvalidId;
            fn from_str(text: &str) -> Result<Self, InvalidId> {
                text.parse().map(Self).map_err(|_| InvalidId::new(stringify!($name), text, "a number is expected"))
            }
        }
    };
}

number_id! {
    /// A message in one standby mailbox; grows with every message, is never used again.
    StandbyId(u64)
}
number_id! {
    /// A folder in one standby mailbox.
    FolderId(u32)
}
number_id! {
    /// A UID in a folder of a mailstore (RFC 9051 §2.3.1.1).
    PrimaryUid(NonZeroU32)
}
number_id! {
    /// The UIDVALIDITY of a folder of a mailstore (RFC 9051 §2.3.1.1).
    UidValidity(NonZeroU32)
}
number_id! {
    /// Number of an activation: it fences merges and leases, never deliveries.
    Epoch(u64)
}

#[cfg(test)]
mod tests;
