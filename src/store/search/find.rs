//! What a query finds, newest first, at a cost that follows what is shown and not how large the mailbox is.
//!
//! The rows of a word lie in order of arrival. All that a query asks for is gone through together from the
//! newest message down, and where one has nothing the others leap over the gap.

use std::collections::VecDeque;
use std::ops::ControlFlow;

use super::{HAS_ATTACHMENT, Places};
use crate::ids::{FolderId, MailboxId, StandbyId};
use crate::store::keys::{self, Key, Table};
use crate::store::messages::{self, MessageRecord};
use crate::store::{Order, ReadTx, StoreError};

/// Most words in a query.
pub const QUERY_WORDS_MAX: usize = 12;
/// Most rows read for one query; what lies behind them is not found.
const ROWS_MAX: usize = 200_000;
/// Most words with the same beginning that are gone through side by side; of more all rows are read first.
const SIDE_BY_SIDE_MAX: usize = 64;
/// Fewest and most rows read at a time.
const CHUNK: (usize, usize) = (8, 512);

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

    fn fits(&self, message: &MessageRecord) -> bool {
        self.folder.is_none_or(|folder| message.folder == folder)
            && (!self.has_attachment || message.summary.has_attachment)
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
    let mut reading = Reading { tx, rows: 0 };
    reading.find(mailbox, query, before, limit)
}

/// What is read for one query.
struct Reading<'t> {
    tx: &'t dyn ReadTx,
    rows: usize,
}

impl Reading<'_> {
    fn find(
        &mut self,
        mailbox: MailboxId,
        query: &Query,
        before: Option<StandbyId>,
        limit: usize,
    ) -> Result<Vec<MessageRecord>, StoreError> {
        let mut terms = terms(self, mailbox, query)?;
        let mut found = Vec::new();
        let mut below = before.map_or(Some(u64::MAX), |id| id.0.checked_sub(1));
        while let Some(from) = below.filter(|_| found.len() < limit) {
            let Some(id) = agree(self, &mut terms, StandbyId(from))? else {
                break;
            };
            self.rows += 1;
            // Rows of messages that are gone, or were changed since, are passed over.
            let message = messages::get(self.tx, mailbox, id)?;
            found.extend(message.filter(|message| query.fits(message)));
            below = id.0.checked_sub(1);
        }
        Ok(found)
    }
}

fn terms(
    reading: &mut Reading<'_>,
    mailbox: MailboxId,
    query: &Query,
) -> Result<Vec<Term>, StoreError> {
    let mut terms = Vec::new();
    for (word, places) in query.words.iter().take(QUERY_WORDS_MAX) {
        terms.push(reading.of_word(mailbox, word, *places)?);
    }
    let rows = |table| Key::new(table).mailbox(mailbox);
    if query.has_attachment {
        let marked = rows(Table::Search).text(HAS_ATTACHMENT);
        terms.push(Term::Lists(vec![List::new(marked, Some(Places::ANY))]));
    }
    if let Some(folder) = query.folder {
        let listed = rows(Table::FolderIndex).folder(folder);
        terms.push(Term::Lists(vec![List::new(listed, None)]));
    }
    if terms.is_empty() {
        let all = rows(Table::Message);
        terms.push(Term::Lists(vec![List::new(all, None)]));
    }
    Ok(terms)
}

/// The newest message from `from` down that all terms have.
fn agree(
    reading: &mut Reading<'_>,
    terms: &mut [Term],
    from: StandbyId,
) -> Result<Option<StandbyId>, StoreError> {
    let mut at = from;
    loop {
        let begun = at;
        for term in terms.iter_mut() {
            match term.seek(reading, at)? {
                Some(id) => at = id,
                None => return Ok(None),
            }
        }
        if at == begun {
            return Ok(Some(at));
        }
    }
}

impl Reading<'_> {
    fn of_word(
        &mut self,
        mailbox: MailboxId,
        word: &str,
        places: Places,
    ) -> Result<Term, StoreError> {
        let all = Key::new(Table::Search).mailbox(mailbox);
        let beginning = all.clone().bytes(word.as_bytes());
        let (end, skipped) = (beginning.end(), all.as_slice().len());
        let mut lists = Vec::new();
        let mut from = beginning.clone().into_vec();
        while let Some(key) = self.first(&from, &end)? {
            if lists.len() == SIDE_BY_SIDE_MAX {
                return Ok(Term::Collected(self.collect(&beginning, places)?));
            }
            let word = key.get(skipped..key.len().saturating_sub(ID_BYTES));
            let rows = all.clone().bytes(word.unwrap_or_default());
            from = rows.end();
            lists.push(List::new(rows, Some(places)));
        }
        Ok(Term::Lists(lists))
    }

    fn first(&mut self, from: &[u8], end: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let mut first = None;
        self.rows += 1;
        self.tx.scan(from, end, Order::Ascending, &mut |key, _| {
            first = Some(key.to_vec());
            Ok(ControlFlow::Break(()))
        })?;
        Ok(first)
    }

    /// The ids in all rows that begin so, newest first.
    fn collect(&mut self, rows: &Key, places: Places) -> Result<Vec<StandbyId>, StoreError> {
        let mut ids = Vec::new();
        self.rows += self.scan(rows.as_slice(), &rows.end(), ROWS_MAX, |id, value| {
            if stands_in(value, places) {
                ids.push(id);
            }
        })?;
        ids.sort_unstable_by(|a, b| b.cmp(a));
        ids.dedup();
        Ok(ids)
    }

    /// Visits up to `limit` rows, from the last; returns how many there were.
    fn scan(
        &self,
        from: &[u8],
        to: &[u8],
        limit: usize,
        mut visit: impl FnMut(StandbyId, &[u8]),
    ) -> Result<usize, StoreError> {
        let mut rows = 0;
        self.tx
            .scan(from, to, Order::Descending, &mut |key, value| {
                let id = keys::tail(key)
                    .ok_or_else(|| StoreError::corrupt("search index", "its key is too short"))?;
                visit(StandbyId(u64::from_be_bytes(id)), value);
                rows += 1;
                Ok(if rows < limit {
                    ControlFlow::Continue(())
                } else {
                    ControlFlow::Break(())
                })
            })?;
        Ok(rows)
    }
}

/// What a key ends with: a standby id.
const ID_BYTES: usize = 8;

fn stands_in(value: &[u8], places: Places) -> bool {
    let bits = value.first();
    bits.is_some_and(|bits| Places(*bits).overlaps(places))
}

/// The messages that have one thing that is asked for.
enum Term {
    /// In any of these lists.
    Lists(Vec<List>),
    /// These, newest first.
    Collected(Vec<StandbyId>),
}

impl Term {
    /// Its newest message from `from` down.
    fn seek(
        &mut self,
        reading: &mut Reading<'_>,
        from: StandbyId,
    ) -> Result<Option<StandbyId>, StoreError> {
        match self {
            Self::Collected(ids) => {
                let at = ids.partition_point(|id| *id > from);
                Ok(ids.get(at).copied())
            }
            Self::Lists(lists) => {
                let mut newest = None;
                for list in lists {
                    newest = newest.max(list.seek(reading, from)?);
                }
                Ok(newest)
            }
        }
    }
}

/// Rows that end with a message's id each, gone through from the newest down.
struct List {
    rows: Key,
    places: Option<Places>,
    /// What was read and is not passed yet, newest first.
    read: VecDeque<StandbyId>,
    /// The oldest row that was read.
    until: Option<StandbyId>,
    chunk: usize,
    is_done: bool,
}

impl List {
    fn new(rows: Key, places: Option<Places>) -> Self {
        Self {
            rows,
            places,
            read: VecDeque::new(),
            until: None,
            chunk: CHUNK.0,
            is_done: false,
        }
    }

    /// Its newest message from `from` down; `from` never goes up again.
    fn seek(
        &mut self,
        reading: &mut Reading<'_>,
        from: StandbyId,
    ) -> Result<Option<StandbyId>, StoreError> {
        loop {
            while let Some(&id) = self.read.front() {
                if id <= from {
                    return Ok(Some(id));
                }
                self.read.pop_front();
            }
            if self.is_done || reading.rows >= ROWS_MAX {
                return Ok(None);
            }
            self.read_on(reading, from)?;
        }
    }

    fn read_on(&mut self, reading: &mut Reading<'_>, from: StandbyId) -> Result<(), StoreError> {
        let leaps = self
            .until
            .is_some_and(|until| from.0 < until.0.saturating_sub(1));
        self.chunk = if leaps {
            (self.chunk / 2).max(CHUNK.0)
        } else {
            (self.chunk * 2).min(CHUNK.1)
        };
        let next = StandbyId(from.0.saturating_add(1));
        let end = self.until.map_or(next, |until| until.min(next));
        let to = self.rows.clone().standby(end).into_vec();
        let (places, read) = (self.places, &mut self.read);
        let mut last = None;
        let rows = reading.scan(self.rows.as_slice(), &to, self.chunk, |id, value| {
            if places.is_none_or(|places| stands_in(value, places)) {
                read.push_back(id);
            }
            last = Some(id);
        })?;
        reading.rows += rows;
        self.is_done = rows < self.chunk;
        self.until = last.or(self.until);
        Ok(())
    }
}

#[cfg(test)]
mod tests;
