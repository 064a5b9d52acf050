//! What a user set for their mailbox. Nothing of it is mail: it is there before the first message, is
//! never merged, and can be changed while the mailbox is closed.

use serde::{Deserialize, Serialize};

use super::codec::{self, Versioned};
use super::keys::{Key, Table};
use super::{ReadTx, StoreError, Tx};
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
