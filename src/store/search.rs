//! The search index: for each mailbox, which words stand in which messages.
//!
//! One row per word and message, with where the word stands as its value. Filled lazily, when somebody
//! searches: what is newer than the index first, then backwards, so that the newest mail is found at once; a
//! mailbox that is never searched costs nothing. Rows of messages that are gone are passed over. Words are compared without case and accents, by their beginnings.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::ops::ControlFlow;

pub use find::{QUERY_WORDS_MAX, Query, find};
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::codec::{self, Versioned};
use super::keys::{Key, Table};
use super::{Order, ReadTx, StoreError, Tx, messages};
use crate::ids::{MailboxId, StandbyId};

mod find;

/// Longest word that is kept, in bytes; longer ones are cut.
const WORD_BYTES_MAX: usize = 40;
/// Most different words kept of one message.
pub const WORDS_MAX: usize = 5_000;
/// Stands for having attachments; no text has it among its words.
const HAS_ATTACHMENT: &str = "+attachment";

/// Where a word stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Places(u8);

impl Places {
    /// In the sender's name or address.
    pub const FROM: Self = Self(1);
    /// In a recipient's name or address.
    pub const TO: Self = Self(2);
    /// In the subject.
    pub const SUBJECT: Self = Self(4);
    /// In the text, or in the name of an attachment.
    pub const TEXT: Self = Self(8);
    /// Anywhere.
    pub const ANY: Self = Self(15);

    const fn overlaps(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

/// What the index of a mailbox covers: every message from one to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Covered {
    /// The oldest.
    pub from: StandbyId,
    /// The newest.
    pub to: StandbyId,
}

impl Versioned for Covered {
    const NAME: &'static str = "search state";
}

/// The words of one message and where they stand.
#[derive(Clone, Debug, Default)]
pub struct Words(BTreeMap<String, u8>);

impl Words {
    /// Adds all of `other`.
    pub fn merge(&mut self, other: Self) {
        for (word, places) in other.0 {
            let full = self.0.len() >= WORDS_MAX;
            match self.0.entry(word) {
                Entry::Occupied(mut known) => *known.get_mut() |= places,
                Entry::Vacant(new) if !full => {
                    new.insert(places);
                }
                Entry::Vacant(_) => {}
            }
        }
    }

    /// Notes that the message has attachments.
    pub fn add_attachments(&mut self) {
        self.0.insert(HAS_ATTACHMENT.to_owned(), Places::ANY.0);
    }

    /// Adds the words of a text.
    pub fn add(&mut self, text: &str, places: Places) {
        for word in words(text) {
            let full = self.0.len() >= WORDS_MAX;
            match self.0.entry(word) {
                Entry::Occupied(mut known) => *known.get_mut() |= places.0,
                Entry::Vacant(new) if !full => {
                    new.insert(places.0);
                }
                Entry::Vacant(_) => {}
            }
        }
    }
}

/// The words of a text as they are indexed: lower case, without accents. Scripts that are written
/// without spaces give one word per character.
pub fn words(text: &str) -> impl Iterator<Item = String> {
    let mut chars = text
        .nfkd()
        .filter(|c| !is_combining_mark(*c))
        .flat_map(char::to_lowercase)
        .peekable();
    std::iter::from_fn(move || {
        while chars.next_if(|c| !c.is_alphanumeric()).is_some() {}
        let first = chars.next()?;
        let mut word = String::from(first);
        if !stands_alone(first) {
            while let Some(c) = chars.next_if(|c| c.is_alphanumeric() && !stands_alone(*c)) {
                if word.len() + c.len_utf8() <= WORD_BYTES_MAX {
                    word.push(c);
                }
            }
        }
        Some(word)
    })
}

fn stands_alone(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30FF}' | '\u{3400}'..='\u{9FFF}' | '\u{20000}'..='\u{3FFFF}')
}

fn progress_key(mailbox: MailboxId) -> Key {
    Key::new(Table::SearchState).mailbox(mailbox)
}

/// What is indexed of a mailbox; none while nothing is.
///
/// # Errors
/// When the store cannot be read.
pub fn covered(tx: &dyn ReadTx, mailbox: MailboxId) -> Result<Option<Covered>, StoreError> {
    tx.get(progress_key(mailbox).as_slice())?
        .map(|bytes| codec::decode(&bytes))
        .transpose()
}

/// Up to `limit` messages that are to be indexed next: those newer than what is indexed, in order of
/// arrival, and then those before it, newest first. Empty once all are.
///
/// # Errors
/// When the store cannot be read.
pub fn pending(
    tx: &dyn ReadTx,
    mailbox: MailboxId,
    limit: usize,
) -> Result<Vec<StandbyId>, StoreError> {
    let Some(covered) = covered(tx, mailbox)? else {
        return messages::ids_before(tx, mailbox, None, limit);
    };
    let newer = messages::ids(tx, mailbox, Some(covered.to), limit)?;
    if !newer.is_empty() {
        return Ok(newer);
    }
    messages::ids_before(tx, mailbox, Some(covered.from), limit)
}

/// Adds messages to the index, all that [`pending`] named: it then covers them too. Only one at a time
/// may do so for a mailbox.
///
/// # Errors
/// When the store cannot be read.
pub fn add(
    tx: &mut dyn Tx,
    mailbox: MailboxId,
    found: &[(StandbyId, Words)],
) -> Result<(), StoreError> {
    let known = covered(tx, mailbox)?;
    let ids = || found.iter().map(|(id, _)| *id);
    let from = ids().chain(known.map(|known| known.from)).min();
    let to = ids().chain(known.map(|known| known.to)).max();
    let (Some(from), Some(to)) = (from, to) else {
        return Ok(());
    };
    for (id, words) in found {
        add_words(tx, mailbox, *id, words);
    }
    put_covered(tx, mailbox, Covered { from, to })
}

fn put_covered(tx: &mut dyn Tx, mailbox: MailboxId, covered: Covered) -> Result<(), StoreError> {
    tx.put(progress_key(mailbox).into_vec(), codec::encode(&covered)?);
    Ok(())
}

/// Adds words of a message that may be indexed already: a draft that was changed.
pub fn add_words(tx: &mut dyn Tx, mailbox: MailboxId, id: StandbyId, words: &Words) {
    for (word, places) in &words.0 {
        let key = Key::new(Table::Search)
            .mailbox(mailbox)
            .text(word)
            .standby(id);
        tx.put(key.into_vec(), vec![*places]);
    }
}

/// Removes up to `limit` rows of a mailbox's index; returns how many. For a mailbox without messages.
///
/// # Errors
/// When the store cannot be read.
pub(super) fn clear(
    tx: &mut dyn Tx,
    mailbox: MailboxId,
    limit: usize,
) -> Result<usize, StoreError> {
    let range = Key::new(Table::Search).mailbox(mailbox);
    let mut rows = Vec::new();
    tx.scan(
        range.as_slice(),
        &range.end(),
        Order::Ascending,
        &mut |key, _| {
            if rows.len() >= limit {
                return Ok(ControlFlow::Break(()));
            }
            rows.push(key.to_vec());
            Ok(ControlFlow::Continue(()))
        },
    )?;
    let count = rows.len();
    rows.into_iter().for_each(|key| tx.delete(key));
    Ok(count)
}

#[cfg(test)]
mod tests;
