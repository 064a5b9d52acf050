//! What a user set for their mailbox. Nothing of it is mail: it is there before the first message, is
//! never merged, and can be changed while the mailbox is closed.

use serde::{Deserialize, Serialize};

use super::codec::{self, Versioned};
use super::keys::{Key, Table};
use super::{ReadTx, StoreError, Tx};
use crate::clock::Timestamp;
use crate::ids::MailboxId;

/// How close together the rows of a list are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Density {
    /// With room for fingers.
    #[default]
    Roomy,
    /// As many as fit.
    Compact,
}

/// How long a sent message waits, so that it can be taken back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum UndoSend {
    /// Not at all.
    Off,
    /// 10 seconds.
    Ten,
    /// 15 seconds.
    #[default]
    Fifteen,
    /// 30 seconds.
    Thirty,
}

impl UndoSend {
    /// All, shortest first.
    pub const ALL: [Self; 4] = [Self::Off, Self::Ten, Self::Fifteen, Self::Thirty];

    /// In seconds.
    pub const fn secs(self) -> u64 {
        match self {
            Self::Off => 0,
            Self::Ten => 10,
            Self::Fifteen => 15,
            Self::Thirty => 30,
        }
    }

    /// The one of so many seconds, if there is one.
    pub fn of_secs(secs: u64) -> Option<Self> {
        Self::ALL.into_iter().find(|undo| undo.secs() == secs)
    }
}

/// What is set for one of the mailbox's other addresses.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddressProfile {
    /// Which address, in lower case.
    pub address: String,
    /// The name for it; empty: the mailbox's.
    pub name: String,
    /// The signature for it; empty: the mailbox's.
    pub signature: String,
}

/// What is said automatically to who writes while a user is away.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Away {
    /// Whether it is said; the text stays when it is not.
    pub on: bool,
    /// The text.
    pub text: String,
    /// Not before this day begins.
    pub from: Option<Day>,
    /// Not after this day is over.
    pub until: Option<Day>,
}

/// A day as its user counts them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Day {
    /// As it is written: `2026-11-23`.
    pub text: String,
    /// When it begins where the user is.
    pub begins: Timestamp,
    /// When it is over there.
    pub ends: Timestamp,
}

impl Away {
    /// Whether messages that arrive now are answered.
    pub fn answers_at(&self, now: Timestamp) -> bool {
        self.on
            && !self.text.trim().is_empty()
            && self.from.as_ref().is_none_or(|day| day.begins <= now)
            && self.until.as_ref().is_none_or(|day| now < day.ends)
    }
}

/// What a user set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// The name recipients see; empty: the directory's.
    pub name: String,
    /// What stands below new messages; empty: nothing.
    pub signature: String,
    /// The same for other addresses of the mailbox.
    pub addresses: Vec<AddressProfile>,
    /// Tag of the language; empty: what the browser says.
    pub language: String,
    /// Name of the time zone; empty: what the browser says.
    pub zone: String,
    /// Whether single keys do things.
    pub keys: bool,
    /// How lists look.
    pub density: Density,
    /// Whether lists show conversations instead of messages.
    pub conversations: bool,
    /// How long a sent message waits.
    pub undo_send: UndoSend,
    /// Senders whose pictures are always shown, in lower case.
    pub images_from: Vec<String>,
    /// What is said while they are away.
    pub away: Option<Away>,
    /// Whose mail goes to Junk, in lower case: addresses, and domains as `@domain`.
    pub blocked: Vec<String>,
}

impl Default for Profile {
    fn default() -> Self {
        Self {
            name: String::new(),
            signature: String::new(),
            addresses: Vec::new(),
            language: String::new(),
            zone: String::new(),
            keys: true,
            density: Density::default(),
            conversations: true,
            undo_send: UndoSend::default(),
            images_from: Vec::new(),
            away: None,
            blocked: Vec::new(),
        }
    }
}

impl Versioned for Profile {
    const NAME: &'static str = "profile";
}

impl Profile {
    /// What is set for an address alone.
    pub fn address(&self, address: &str) -> Option<&AddressProfile> {
        self.addresses
            .iter()
            .find(|own| own.address.eq_ignore_ascii_case(address))
    }

    /// The name for messages from `address`; empty: the directory's.
    pub fn name_for(&self, address: &str) -> &str {
        self.address(address)
            .map(|own| own.name.as_str())
            .filter(|name| !name.is_empty())
            .unwrap_or(&self.name)
    }

    /// The signature for messages from `address`; empty: none.
    pub fn signature_for(&self, address: &str) -> &str {
        self.address(address)
            .map(|own| own.signature.as_str())
            .filter(|signature| !signature.is_empty())
            .unwrap_or(&self.signature)
    }

    /// Whether mail of this sender goes to Junk: the address is on the list, or its domain or one above.
    pub fn blocks(&self, sender: &str) -> bool {
        let sender = sender.to_lowercase();
        let domain = sender.rsplit_once('@').map(|(_, domain)| domain);
        self.blocked
            .iter()
            .any(|blocked| match (blocked.strip_prefix('@'), domain) {
                (Some(blocked), Some(domain)) => {
                    let above = domain.strip_suffix(blocked);
                    above.is_some_and(|above| above.is_empty() || above.ends_with('.'))
                }
                _ => *blocked == sender,
            })
    }

    /// Whether pictures of this sender are always shown.
    pub fn shows_images_from(&self, address: &str) -> bool {
        self.images_from
            .iter()
            .any(|known| known.eq_ignore_ascii_case(address))
    }
}

fn row(mailbox: MailboxId) -> Key {
    Key::new(Table::Profile).mailbox(mailbox)
}

/// What the user of a mailbox set, or how it is for everybody.
///
/// # Errors
/// When the store cannot be read.
pub fn get(tx: &dyn ReadTx, mailbox: MailboxId) -> Result<Profile, StoreError> {
    tx.get(row(mailbox).as_slice())?
        .map_or_else(|| Ok(Profile::default()), |bytes| codec::decode(&bytes))
}

/// Keeps what a user set.
///
/// # Errors
/// As [`codec::encode`].
pub fn put(tx: &mut dyn Tx, mailbox: MailboxId, profile: &Profile) -> Result<(), StoreError> {
    tx.put(row(mailbox).into_vec(), codec::encode(profile)?);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocked_are_addresses_and_domains_with_what_is_below_them() {
        let profile = Profile {
            blocked: vec!["eve@x.example".into(), "@spam.example".into()],
            ..Profile::default()
        };
        for (sender, blocked) in [
            ("eve@x.example", true),
            ("Eve@X.Example", true),
            ("bob@x.example", false),
            ("a@spam.example", true),
            ("a@news.spam.example", true),
            ("a@notspam.example", false),
            ("a@spam.example.org", false),
            ("spam.example", false),
            ("", false),
        ] {
            assert_eq!(profile.blocks(sender), blocked, "{sender}");
        }
    }

    #[test]
    fn away_is_said_on_its_days() {
        let day = |begins| Day {
            text: String::new(),
            begins: Timestamp::from_secs(begins),
            ends: Timestamp::from_secs(begins + 10),
        };
        let away = |on, text: &str, from: Option<i64>, until: Option<i64>| Away {
            on,
            text: text.into(),
            from: from.map(day),
            until: until.map(day),
        };
        for (away, at, said) in [
            (away(true, "x", None, None), 50, true),
            (away(false, "x", None, None), 50, false),
            (away(true, " ", None, None), 50, false),
            (away(true, "x", Some(50), None), 49, false),
            (away(true, "x", Some(50), Some(60)), 50, true),
            (away(true, "x", Some(50), Some(60)), 69, true),
            (away(true, "x", Some(50), Some(60)), 70, false),
        ] {
            assert_eq!(
                away.answers_at(Timestamp::from_secs(at)),
                said,
                "{away:?} at {at}"
            );
        }
    }
}
