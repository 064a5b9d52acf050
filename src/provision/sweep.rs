//! What becomes of mailboxes that a source no longer has.
//!
//! The one place where a source deletes. It does so after it was read to its end, and only as many as
//! it may: an empty or half source deletes nothing.

use std::io;
use std::path::{Path, PathBuf};

use super::seen::{Seen, Sorted};
use crate::clock::Timestamp;
use crate::ids::{Address, SourceName};
use crate::store::directory::sources::RoundEnd;
use crate::store::directory::{details, gone};
use crate::store::events::{self, MailboxStep};
use crate::store::{Store, StoreError};

/// Rows looked at in one go.
const PAGE: usize = 1000;
/// Mailboxes that leave in one transaction.
const BATCH: usize = 250;

/// How much a source may delete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deletions {
    /// This share of its mailboxes, in percent, but always one.
    pub share_percent: u32,
    /// So many, whatever share that is: a person's word.
    pub confirmed: Option<u64>,
}

/// What a round has seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Rows read.
    pub rows: u64,
    /// Rows that could not be read so far that it is known whose they are.
    pub nameless: u64,
    /// Mailboxes that are from the source.
    pub known: u64,
    /// Those of them that it no longer has.
    pub missing: u64,
}

/// Whether what is missing is to be deleted ([`RoundEnd::Complete`]), or why not.
pub fn decide(tally: Tally, deletions: Deletions) -> RoundEnd {
    let share = tally.known.saturating_mul(deletions.share_percent.into()) / 100;
    let allowed = share.max(1).max(deletions.confirmed.unwrap_or(0));
    if tally.rows == 0 {
        RoundEnd::Empty
    } else if tally.nameless > 0 && tally.missing > 0 {
        RoundEnd::Unreadable {
            rows: tally.nameless,
        }
    } else if tally.missing > allowed {
        RoundEnd::Withheld {
            missing: tally.missing,
            known: tally.known,
        }
    } else {
        RoundEnd::Complete
    }
}

/// What of a source's mailboxes it no longer has.
pub struct Missing {
    /// How many it has in the directory.
    pub known: u64,
    /// How many are missing.
    pub count: u64,
    /// Which.
    pub which: Sorted,
}

/// Finds what is missing: the directory and what was seen, both in order, beside each other. Blocks.
///
/// # Errors
/// When the store or what was spilled cannot be read.
pub fn find(store: &Store, source: &SourceName, seen: Seen) -> Result<Missing, StoreError> {
    let spool: PathBuf = spool_of(store).to_owned();
    let io = |error| StoreError::from_io("comparing a source with the directory", error);
    let mut seen = seen.sorted().map_err(io)?;
    let mut missing = Seen::new(&spool);
    let (mut known, mut count, mut after) = (0, 0, None);
    loop {
        let page =
            |after: Option<&Address>| store.read(|tx| details::of_source(tx, source, after, PAGE));
        let (addresses, next) = page(after.as_ref())?;
        for address in &addresses {
            known += 1;
            if !seen.has(address).map_err(io)? {
                count += 1;
                missing.add(address);
            }
        }
        if missing.is_full() {
            missing.spill().map_err(io)?;
        }
        match next {
            Some(next) => after = Some(next),
            None => break,
        }
    }
    let which = missing.sorted().map_err(io)?;
    Ok(Missing {
        known,
        count,
        which,
    })
}

/// Where sorted runs are spilled: beside the store.
pub fn spool_of(store: &Store) -> &Path {
    store.path()
}

/// Lets mailboxes leave that are from `source`, and still are; returns how many left.
///
/// # Errors
/// When the store or what was spilled cannot be read.
pub async fn delete(
    store: &Store,
    source: &SourceName,
    which: &mut Sorted,
    now: Timestamp,
) -> Result<u64, StoreError> {
    let io = |error: io::Error| StoreError::from_io("comparing a source with the directory", error);
    let mut left = 0;
    loop {
        let mut batch = Vec::with_capacity(BATCH);
        while batch.len() < BATCH
            && let Some(address) = which.next_address().map_err(io)?
        {
            batch.push(address);
        }
        if batch.is_empty() {
            return Ok(left);
        }
        let source = source.clone();
        left += store
            .write(move |tx| {
                let mut left = 0;
                for address in &batch {
                    let is_own = details::get(tx, address)?.source.as_ref() == Some(&source);
                    if is_own && gone::leave(tx, address, now)?.is_some() {
                        events::append_of_mailbox(tx, now, address, MailboxStep::Deleted)?;
                        left += 1;
                    }
                }
                Ok::<u64, StoreError>(left)
            })
            .await?;
    }
}

#[cfg(test)]
mod tests;
