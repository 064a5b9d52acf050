//! One round of a source at a time, and what is kept of it.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

use super::{Ended, ProvisionError};
use crate::clock::Timestamp;
use crate::ids::SourceName;
use crate::store::directory::sources::{self, Round, RoundEnd};
use crate::store::{Store, StoreError};

/// The rounds that are under way in this process, of whichever store.
static UNDER_WAY: LazyLock<Mutex<HashSet<(PathBuf, SourceName)>>> = LazyLock::new(Mutex::default);

fn under_way() -> MutexGuard<'static, HashSet<(PathBuf, SourceName)>> {
    UNDER_WAY.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Longest text kept of why a round broke off, in characters.
const WHY_CHARS_MAX: usize = 300;

/// The right to have a round of a source; it ends when this is dropped.
#[derive(Debug)]
pub struct Turn((PathBuf, SourceName));

impl Turn {
    /// Takes it; `None` while another round of the source is under way.
    pub fn take(store: &Store, source: &SourceName) -> Option<Self> {
        let key = (store.path().to_owned(), source.clone());
        under_way().insert(key.clone()).then_some(Self(key))
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        under_way().remove(&self.0);
    }
}

/// Whether a round of the source is under way.
pub fn is_under_way(store: &Store, source: &SourceName) -> bool {
    under_way().contains(&(store.path().to_owned(), source.clone()))
}

/// Keeps how a round ended. An order that was there when it began is done.
///
/// # Errors
/// When the store fails.
pub async fn keep(
    store: &Store,
    source: &SourceName,
    began_at: Timestamp,
    ended_at: Timestamp,
    result: &Result<Ended, ProvisionError>,
) -> Result<(), StoreError> {
    let (round, mailboxes) = match result {
        Ok(ended) => (ended.round(began_at, ended_at), Some(ended.mailboxes)),
        Err(error) => (broken(began_at, ended_at, &error.to_string()), None),
    };
    let source = source.clone();
    store
        .write(move |tx| {
            let mut record = sources::get(tx, &source)?;
            if let Some(mailboxes) = mailboxes {
                record.mailboxes = mailboxes;
                // An empty source is no word about anybody: what is here grows old.
                if round.end != RoundEnd::Empty {
                    record.read_at = Some(began_at);
                }
            }
            record.last = Some(round.clone());
            record.order = record.order.filter(|order| order.at > began_at);
            sources::put(tx, &source, &record)
        })
        .await
}

fn broken(began_at: Timestamp, ended_at: Timestamp, why: &str) -> Round {
    let why = why.chars().filter(|c| !c.is_control());
    Round {
        began_at,
        ended_at,
        end: RoundEnd::Broken(why.take(WHY_CHARS_MAX).collect()),
        rows: 0,
        created: 0,
        changed: 0,
        renamed: 0,
        deleted: 0,
        errors: 0,
        first_errors: Vec::new(),
    }
}
