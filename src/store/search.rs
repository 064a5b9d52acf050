//! The search index: for each mailbox, which words stand in which messages.
//!
//! One row per word and message, with where the word stands as its value. Filled lazily, in order of
//! arrival, when somebody searches; a mailbox that is never searched costs nothing. Rows of messages
//! that are gone are passed over. Words are compared without case and accents, by their beginnings.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::codec::{self, Versioned};
use super::keys::{self, Key, Table};
use super::messages::{self, MessageRecord};
use super::{Order, ReadTx, StoreError, Tx};
use crate::ids::{FolderId, MailboxId, StandbyId};

/// Longest word that is kept, in bytes; longer ones are cut.
const WORD_BYTES_MAX: usize = 40;
/// Most different words kept of one message.
pub const WORDS_MAX: usize = 5_000;
/// Most words in a query.
pub const QUERY_WORDS_MAX: usize = 12;
/// Most rows looked at for one word of a query.
const ROWS_MAX: usize = 200_000;

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

/// How far the index of a mailbox has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Progress {
    indexed_to: StandbyId,
}

impl Versioned for Progress {
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

/// Up to `limit` messages that are not indexed yet, oldest first.
///
/// # Errors
/// When the store cannot be read.
pub fn pending(
    tx: &dyn ReadTx,
    mailbox: MailboxId,
    limit: usize,
) -> Result<Vec<StandbyId>, StoreError> {
    let progress: Option<Progress> = tx
        .get(progress_key(mailbox).as_slice())?
        .map(|bytes| codec::decode(&bytes))
        .transpose()?;
    messages::ids(tx, mailbox, progress.map(|p| p.indexed_to), limit)
}

/// Adds messages to the index; it has then come as far as `indexed_to`.
///
/// # Errors
/// As [`codec::encode`].
pub fn add(
    tx: &mut dyn Tx,
    mailbox: MailboxId,
    found: &[(StandbyId, Words)],
    indexed_to: StandbyId,
) -> Result<(), StoreError> {
    for (id, words) in found {
        add_words(tx, mailbox, *id, words);
    }
    tx.put(
        progress_key(mailbox).into_vec(),
        codec::encode(&Progress { indexed_to })?,
    );
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

/// What is looked for: everything that is said must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// Beginnings of words, and where they must stand.
    pub words: Vec<(String, Places)>,
    /// Only messages with attachments.
    pub has_attachment: bool,
    /// Only messages in this folder.
    pub folder: Option<FolderId>,
}

impl Query {
    /// Whether nothing is said.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty() && !self.has_attachment && self.folder.is_none()
    }
}

/// Up to `limit` messages that a query finds, newest first, older than `before`.
///
/// # Errors
/// When the store cannot be read.
pub fn find(
    tx: &dyn ReadTx,
    mailbox: MailboxId,
    query: &Query,
    before: Option<StandbyId>,
    limit: usize,
) -> Result<Vec<MessageRecord>, StoreError> {
    let ids = match candidates(tx, mailbox, query)? {
        Some(ids) => ids,
        None => {
            let all = Key::new(Table::Message).mailbox(mailbox);
            messages::scan_ids(tx, all.as_slice(), &all.end(), Order::Descending, ROWS_MAX)?
        }
    };
    let mut found = Vec::new();
    for id in ids {
        if found.len() >= limit {
            break;
        }
        if before.is_some_and(|before| id >= before) {
            continue;
        }
        let Some(message) = messages::get(tx, mailbox, id)? else {
            continue;
        };
        let fits = query.folder.is_none_or(|folder| message.folder == folder)
            && (!query.has_attachment || message.summary.has_attachment);
        if fits {
            found.push(message);
        }
    }
    Ok(found)
}

/// The ids that have all words, newest first; none where no word is asked for.
fn candidates(
    tx: &dyn ReadTx,
    mailbox: MailboxId,
    query: &Query,
) -> Result<Option<Vec<StandbyId>>, StoreError> {
    let mut result: Option<Vec<StandbyId>> = None;
    for (word, places) in query.words.iter().take(QUERY_WORDS_MAX) {
        let mut ids = with_word(tx, mailbox, word, *places)?;
        ids.sort_unstable_by(|a, b| b.cmp(a));
        ids.dedup();
        result = Some(match result {
            None => ids,
            Some(before) => before
                .into_iter()
                .filter(|id| ids.binary_search_by(|other| id.cmp(other)).is_ok())
                .collect(),
        });
    }
    Ok(result)
}

fn with_word(
    tx: &dyn ReadTx,
    mailbox: MailboxId,
    word: &str,
    places: Places,
) -> Result<Vec<StandbyId>, StoreError> {
    let range = Key::new(Table::Search)
        .mailbox(mailbox)
        .bytes(word.as_bytes());
    let mut ids = Vec::new();
    let mut rows = 0;
    tx.scan(
        range.as_slice(),
        &range.end(),
        Order::Ascending,
        &mut |key, value| {
            rows += 1;
            if value
                .first()
                .is_some_and(|bits| Places(*bits).overlaps(places))
            {
                let id = keys::tail(key)
                    .ok_or_else(|| StoreError::corrupt("search index", "its key is too short"))?;
                ids.push(StandbyId(u64::from_be_bytes(id)));
            }
            Ok(if rows < ROWS_MAX {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            })
        },
    )?;
    Ok(ids)
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
