//! Who lives where, as compactly as it can be looked up in: 10 octets for a mailbox, 26 for an alias.
//!
//! Sorted by hash. In memory while the agent runs, so that an answer never waits for a disk that Postfix
//! keeps busy; on disk the same octets behind a heading, and a checksum.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::ids::MailstoreId;
use crate::route::published::{DirectoryPage, NameHash, Owner};

/// Most mailboxes, and most aliases, that are taken: 200 MB and 520 MB.
pub const ENTRIES_MAX: usize = 20_000_000;
/// Most mailstores.
const MAILSTORES_MAX: usize = 10_000;
const MAGIC: &[u8] = b"lifeboat routes 1\n";
const SUM_BYTES: usize = 32;
/// Longest heading.
const HEADING_BYTES_MAX: usize = 4 << 20;

const MAILBOX: usize = 10;
const ALIAS: usize = 26;

/// Why a directory cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DirectoryError {
    /// It is damaged, or something else.
    #[error("it is damaged: {0}")]
    Damaged(&'static str),
    /// It holds more than is taken.
    #[error("it has more than {ENTRIES_MAX} mailboxes or aliases, or {MAILSTORES_MAX} mailstores")]
    TooLarge,
    /// A page names a mailstore that it does not list.
    #[error("a page names a mailstore by a number that it does not list")]
    UnknownMailstore,
}

/// Who lives where.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Directory {
    /// What it is called.
    pub name: String,
    mailstores: Vec<MailstoreId>,
    mailboxes: Vec<[u8; MAILBOX]>,
    aliases: Vec<[u8; ALIAS]>,
}

/// What stands before the entries.
#[derive(Debug, Serialize, Deserialize)]
struct Heading {
    name: String,
    mailstores: Vec<MailstoreId>,
    mailboxes: usize,
    aliases: usize,
}

impl Directory {
    /// An empty one that is to be filled page by page, and then [`Self::finish`]ed.
    pub fn new(name: String) -> Self {
        Self {
            name,
            ..Self::default()
        }
    }

    /// Adds a page.
    ///
    /// # Errors
    /// When it makes no sense, or would make the directory too large.
    pub fn add(&mut self, page: &DirectoryPage) -> Result<(), DirectoryError> {
        let numbers: Vec<u16> = page
            .mailstores
            .iter()
            .map(|id| self.number_of(id))
            .collect::<Result<_, _>>()?;
        let number = |of: u16| {
            numbers
                .get(usize::from(of))
                .map(|number| number.to_be_bytes())
                .ok_or(DirectoryError::UnknownMailstore)
        };
        if self.mailboxes.len() + page.mailboxes.len() > ENTRIES_MAX
            || self.aliases.len() + page.aliases.len() > ENTRIES_MAX
        {
            return Err(DirectoryError::TooLarge);
        }
        for &(address, of) in &page.mailboxes {
            let mut entry = [0; MAILBOX];
            entry[..8].copy_from_slice(&address.0.to_be_bytes());
            entry[8..].copy_from_slice(&number(of)?);
            self.mailboxes.push(entry);
        }
        for &(alias, mailbox, domain, of) in &page.aliases {
            let mut entry = [0; ALIAS];
            entry[..8].copy_from_slice(&alias.0.to_be_bytes());
            entry[8..16].copy_from_slice(&mailbox.0.to_be_bytes());
            entry[16..24].copy_from_slice(&domain.0.to_be_bytes());
            entry[24..].copy_from_slice(&number(of)?);
            self.aliases.push(entry);
        }
        Ok(())
    }

    fn number_of(&mut self, id: &MailstoreId) -> Result<u16, DirectoryError> {
        let known = self.mailstores.iter().position(|known| known == id);
        let at = match known {
            Some(at) => at,
            None if self.mailstores.len() >= MAILSTORES_MAX => {
                return Err(DirectoryError::TooLarge);
            }
            None => {
                self.mailstores.push(id.clone());
                self.mailstores.len() - 1
            }
        };
        u16::try_from(at).map_err(|_| DirectoryError::TooLarge)
    }

    /// Makes it ready to be looked up in.
    pub fn finish(&mut self) {
        self.mailboxes.sort_unstable();
        self.mailboxes.shrink_to_fit();
        self.aliases.sort_unstable();
        self.aliases.shrink_to_fit();
    }

    /// How many mailboxes and aliases it has.
    pub fn len(&self) -> (usize, usize) {
        (self.mailboxes.len(), self.aliases.len())
    }

    /// The mailbox that mail for `address`, in `domain`, belongs to.
    pub fn find(&self, address: NameHash, domain: NameHash) -> Option<Owner<'_>> {
        if let Some(entry) = search(&self.mailboxes, address) {
            return Some(Owner {
                mailbox: address,
                domain,
                mailstore: self.mailstore(&entry[8..])?,
            });
        }
        let entry = search(&self.aliases, address)?;
        Some(Owner {
            mailbox: hash(&entry[8..16]),
            domain: hash(&entry[16..24]),
            mailstore: self.mailstore(&entry[24..])?,
        })
    }

    fn mailstore(&self, number: &[u8]) -> Option<&MailstoreId> {
        let number = u16::from_be_bytes(number.try_into().ok()?);
        self.mailstores.get(usize::from(number))
    }

    /// As it is kept on disk, piece by piece.
    ///
    /// # Errors
    /// What `write` returns.
    pub fn write<E>(&self, mut write: impl FnMut(&[u8]) -> Result<(), E>) -> Result<(), E> {
        let heading = Heading {
            name: self.name.clone(),
            mailstores: self.mailstores.clone(),
            mailboxes: self.mailboxes.len(),
            aliases: self.aliases.len(),
        };
        let mut heading = serde_json::to_vec(&heading).unwrap_or_default();
        heading.push(b'\n');
        let mut sum = Sha256::new();
        let pieces = [
            MAGIC,
            &heading,
            self.mailboxes.as_flattened(),
            self.aliases.as_flattened(),
        ];
        for piece in pieces {
            sum.update(piece);
            write(piece)?;
        }
        write(&sum.finalize())
    }

    /// What was written.
    ///
    /// # Errors
    /// When a single octet is not as it was.
    pub fn read(bytes: &[u8]) -> Result<Self, DirectoryError> {
        use DirectoryError::Damaged;
        let at = bytes
            .len()
            .checked_sub(SUM_BYTES)
            .ok_or(Damaged("it is too short"))?;
        let (content, sum) = bytes.split_at(at);
        if Sha256::digest(content).as_slice() != sum {
            return Err(Damaged("its checksum is wrong"));
        }
        let content = content
            .strip_prefix(MAGIC)
            .ok_or(Damaged("it is something else"))?;
        let end = memchr::memchr(b'\n', &content[..content.len().min(HEADING_BYTES_MAX)])
            .ok_or(Damaged("it has no heading"))?;
        let heading: Heading = serde_json::from_slice(&content[..end])
            .map_err(|_| Damaged("its heading cannot be read"))?;
        if heading.mailboxes > ENTRIES_MAX || heading.aliases > ENTRIES_MAX {
            return Err(DirectoryError::TooLarge);
        }
        let entries = &content[end + 1..];
        if entries.len() != heading.mailboxes * MAILBOX + heading.aliases * ALIAS {
            return Err(Damaged("its size is wrong"));
        }
        let (mailboxes, aliases) = entries.split_at(heading.mailboxes * MAILBOX);
        Ok(Self {
            name: heading.name,
            mailstores: heading.mailstores,
            mailboxes: mailboxes.as_chunks().0.to_vec(),
            aliases: aliases.as_chunks().0.to_vec(),
        })
    }
}

fn hash(bytes: &[u8]) -> NameHash {
    NameHash(
        bytes
            .iter()
            .fold(0, |sum, &byte| (sum << 8) | u64::from(byte)),
    )
}

/// The entry that begins with `address`.
fn search<const N: usize>(entries: &[[u8; N]], address: NameHash) -> Option<&[u8; N]> {
    let wanted = address.0.to_be_bytes();
    let found = entries.binary_search_by(|entry| entry[..8].cmp(&wanted[..]));
    found.ok().and_then(|at| entries.get(at))
}
