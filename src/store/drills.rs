//! The drills that were held, with the times of their steps: evidence that failing over works.

use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};

use super::codec::{self, Versioned};
use super::events::{self, Happened};
use super::keys::{self, Key, Table};
use super::{Order, ReadTx, StoreError, Tx};
use crate::clock::Timestamp;
use crate::ids::{Address, DrillId, MailstoreId};

/// Drills that are kept; older ones are forgotten.
const KEPT_MAX: usize = 1_000;

/// A drill.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DrillRecord {
    /// The canary.
    pub mailbox: Address,
    /// Its mailstore.
    pub mailstore: MailstoreId,
    /// Who held it.
    pub by: String,
    /// Why.
    pub reason: String,
    /// When it began.
    pub began_at: Timestamp,
    /// When it was over; none while it runs, or if the server ended meanwhile.
    pub ended_at: Option<Timestamp>,
    /// What was done, in order.
    pub steps: Vec<StepRecord>,
}

impl Versioned for DrillRecord {
    const NAME: &'static str = "drill record";
}

/// A step of a drill.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum DrillStep {
    /// The canary is as it should be before.
    Prepare,
    /// Its domain's route goes to the standby.
    Switch,
    /// A message comes in by way of the MX.
    Receive,
    /// It is read in the webmail's store.
    Read,
    /// A message is sent from the webmail, and comes back by way of the MX.
    Send,
    /// The route goes back.
    Return,
    /// What came in is merged.
    Merge,
    /// It is on the mailstore, each once, and old mail is where it was.
    Verify,
}

impl DrillStep {
    /// All, in order.
    pub const ALL: [Self; 8] = [
        Self::Prepare,
        Self::Switch,
        Self::Receive,
        Self::Read,
        Self::Send,
        Self::Return,
        Self::Merge,
        Self::Verify,
    ];

    /// Its name in the API and in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Prepare => "prepare",
            Self::Switch => "switch",
            Self::Receive => "receive",
            Self::Read => "read",
            Self::Send => "send",
            Self::Return => "return",
            Self::Merge => "merge",
            Self::Verify => "verify",
        }
    }
}

/// What came of a step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepRecord {
    /// Which.
    pub step: DrillStep,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
    /// How long it should take at most, in milliseconds; none where nobody waits for it.
    pub target_ms: Option<u64>,
    /// What was seen, in words.
    pub text: String,
    /// Whether it did what it should.
    pub passed: bool,
}

/// How a drill went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DrillVerdict {
    /// It is under way.
    Running,
    /// The server ended meanwhile.
    Interrupted,
    /// Every step did what it should, within its target.
    Passed,
    /// Every step did what it should, and one took longer than its target.
    Slow,
    /// A step did not.
    Failed,
}

impl DrillVerdict {
    /// Its name in the API and in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Interrupted => "interrupted",
            Self::Passed => "passed",
            Self::Slow => "slow",
            Self::Failed => "failed",
        }
    }
}

impl DrillRecord {
    /// How it went; `is_running`: it is the one that is under way.
    pub fn verdict(&self, is_running: bool) -> DrillVerdict {
        let late = |step: &StepRecord| step.target_ms.is_some_and(|target| step.took_ms > target);
        let done = |wanted: DrillStep| self.steps.iter().any(|step| step.step == wanted);
        match self.ended_at {
            None if is_running => DrillVerdict::Running,
            None => DrillVerdict::Interrupted,
            Some(_) if self.steps.iter().any(|step| !step.passed) => DrillVerdict::Failed,
            Some(_) if !DrillStep::ALL.into_iter().all(done) => DrillVerdict::Failed,
            Some(_) if self.steps.iter().any(late) => DrillVerdict::Slow,
            Some(_) => DrillVerdict::Passed,
        }
    }
}

fn key(id: DrillId) -> Key {
    Key::new(Table::Drill).id(id.as_bytes())
}

/// Keeps how far a drill is, and notes its end; the oldest of too many is forgotten.
///
/// # Errors
/// When the store cannot be read.
pub fn put(tx: &mut dyn Tx, id: DrillId, record: &DrillRecord) -> Result<(), StoreError> {
    let had_ended = get(tx, id)?.is_some_and(|before| before.ended_at.is_some());
    if let Some(at) = record.ended_at.filter(|_| !had_ended) {
        let what = Happened::of_drill(id, &record.mailstore, record.verdict(false));
        events::append(tx, at, what)?;
    }
    tx.put(key(id).into_vec(), codec::encode(record)?);
    let surplus = list(tx, None, KEPT_MAX + 1)?.into_iter().nth(KEPT_MAX);
    if let Some((oldest, _)) = surplus {
        tx.delete(key(oldest).into_vec());
    }
    Ok(())
}

/// A drill.
///
/// # Errors
/// When the store cannot be read.
pub fn get(tx: &dyn ReadTx, id: DrillId) -> Result<Option<DrillRecord>, StoreError> {
    let bytes = tx.get(key(id).as_slice())?;
    bytes.map(|bytes| codec::decode(&bytes)).transpose()
}

/// Up to `limit` drills older than `before`, the newest first.
///
/// # Errors
/// When the store cannot be read.
pub fn list(
    tx: &dyn ReadTx,
    before: Option<DrillId>,
    limit: usize,
) -> Result<Vec<(DrillId, DrillRecord)>, StoreError> {
    let range = Key::new(Table::Drill);
    let to = before.map_or_else(|| range.end(), |id| key(id).into_vec());
    let mut found = Vec::new();
    tx.scan(
        range.as_slice(),
        &to,
        Order::Descending,
        &mut |key, value| {
            if found.len() == limit {
                return Ok(ControlFlow::Break(()));
            }
            let id = keys::tail(key)
                .ok_or_else(|| StoreError::corrupt("drill record", "its key is too short"))?;
            found.push((DrillId::from_bytes(id), codec::decode(value)?));
            Ok(ControlFlow::Continue(()))
        },
    )?;
    Ok(found)
}

#[cfg(test)]
mod tests;
