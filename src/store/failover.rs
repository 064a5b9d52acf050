//! What failover keeps: each mailstore's state with the actions still to carry out, overrides, the
//! record of every outage with its timeline, and what is known of the sentinels.

use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};

use super::codec::{self, Versioned};
use super::events::{self, Happened, OutageStep};
use super::keys::{self, Key, Table};
use super::{Order, ReadTx, StoreError, Tx};
use crate::clock::Timestamp;
use crate::failover::{Action, Decision, SentinelKnown, State};
use crate::ids::{Epoch, MailstoreId, OutageId};
use crate::route::{Override, OverrideTable, Overrides, Rank, Scope, Setting};

/// Decisions kept with a mailstore, the newest last; an outage keeps all of its own.
const RECENT_DECISIONS_MAX: usize = 64;

/// A mailstore's failover.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailstoreRecord {
    /// Where its state machine stands.
    pub state: State,
    /// Actions that were decided and not yet carried out.
    pub pending: Vec<Action>,
    /// The last decisions, the newest last.
    pub recent: Vec<Decision>,
}

impl Versioned for MailstoreRecord {
    const NAME: &'static str = "mailstore state";
}

/// One failover, from the first failure that was seen to the last verified merge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutageRecord {
    /// Whose.
    pub mailstore: MailstoreId,
    /// The first failure that was seen.
    pub first_failed: Timestamp,
    /// When mail went to the standby first.
    pub activated_at: Timestamp,
    /// The last activation; a relapse has a new one.
    pub epoch: Epoch,
    /// When mail last went back to the mailstore; none while it has not.
    pub returned_at: Option<Timestamp>,
    /// When everything was merged; none while it is not.
    pub merged_at: Option<Timestamp>,
}

impl Versioned for OutageRecord {
    const NAME: &'static str = "outage record";
}

/// One entry of an outage's timeline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct OutageEntry(Decision);

impl Versioned for OutageEntry {
    const NAME: &'static str = "outage entry";
}

/// A sentinel mailbox, as far as it is known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentinelRecord {
    /// What must be there; none before the first contact.
    pub known: Option<SentinelKnown>,
    /// The highest number that was given to a message.
    pub last_number: u64,
}

impl Versioned for SentinelRecord {
    const NAME: &'static str = "sentinel record";
}

impl Versioned for Overrides {
    const NAME: &'static str = "override";
}

fn get<R: Versioned>(tx: &dyn ReadTx, key: &Key) -> Result<Option<R>, StoreError> {
    let bytes = tx.get(key.as_slice())?;
    bytes.map(|bytes| codec::decode(&bytes)).transpose()
}

fn put<R: Versioned>(tx: &mut dyn Tx, key: Key, record: &R) -> Result<(), StoreError> {
    tx.put(key.into_vec(), codec::encode(record)?);
    Ok(())
}

fn mailstore_key(id: &MailstoreId) -> Key {
    Key::new(Table::MailstoreState).mailstore(id)
}

fn outage_key(id: OutageId) -> Key {
    Key::new(Table::Outage).id(id.as_bytes())
}

fn entries_key(id: OutageId) -> Key {
    Key::new(Table::OutageEntry).id(id.as_bytes())
}

/// A mailstore's record; the default one if nothing was ever decided about it.
///
/// # Errors
/// When the store cannot be read.
pub fn mailstore(tx: &dyn ReadTx, id: &MailstoreId) -> Result<MailstoreRecord, StoreError> {
    Ok(get(tx, &mailstore_key(id))?.unwrap_or_default())
}

/// Keeps what a step decided: the state, its decisions, the outage's record, and the actions that are
/// to be carried out, and what others are to be told of it, all together.
///
/// # Errors
/// When the store cannot be read.
pub fn record_step(
    tx: &mut dyn Tx,
    id: &MailstoreId,
    state: &State,
    actions: &[Action],
) -> Result<(), StoreError> {
    let mut record = mailstore(tx, id)?;
    let suspicion = record.recent.last().cloned();
    let before = record.state.phase.outage();
    record.state = state.clone();
    for action in actions {
        match action {
            Action::OpenOutage {
                outage,
                first_failed,
                epoch,
            } => {
                open_outage(tx, *outage, id, *first_failed, *epoch, actions)?;
                if before != Some(*outage)
                    && let Some(suspicion) = &suspicion
                    && suspicion.at >= *first_failed
                {
                    add_entry(tx, *outage, suspicion)?;
                }
            }
            Action::MarkReturned { outage } => {
                let returned_at = decision_time(actions);
                change_outage(tx, *outage, |record| record.returned_at = returned_at)?;
            }
            Action::Record(decision) => {
                record.recent.push(decision.clone());
                // A return's last word belongs to the outage that it ends.
                let outage = state.phase.outage().or(before);
                if let Some(outage) = outage {
                    add_entry(tx, outage, decision)?;
                }
                if let Some(what) = Happened::of_decision(decision, id, outage) {
                    events::append(tx, decision.at, what)?;
                }
            }
            Action::PublishRoute
            | Action::FlushMx
            | Action::CheckGuard
            | Action::RelearnSentinel
            | Action::RelearnNewest
            | Action::WakeMerge => {
                if !record.pending.contains(action) {
                    record.pending.push(action.clone());
                }
            }
        }
    }
    let surplus = record.recent.len().saturating_sub(RECENT_DECISIONS_MAX);
    record.recent.drain(..surplus);
    put(tx, mailstore_key(id), &record)
}

/// Forgets that `done` was to be carried out.
///
/// # Errors
/// When the store cannot be read.
pub fn clear_pending(tx: &mut dyn Tx, id: &MailstoreId, done: &[Action]) -> Result<(), StoreError> {
    let mut record = mailstore(tx, id)?;
    let before = record.pending.len();
    record.pending.retain(|action| !done.contains(action));
    if record.pending.len() == before {
        return Ok(());
    }
    put(tx, mailstore_key(id), &record)
}

fn decision_time(actions: &[Action]) -> Option<Timestamp> {
    actions.iter().find_map(|action| match action {
        Action::Record(decision) => Some(decision.at),
        _ => None,
    })
}

fn open_outage(
    tx: &mut dyn Tx,
    id: OutageId,
    mailstore: &MailstoreId,
    first_failed: Timestamp,
    epoch: Epoch,
    actions: &[Action],
) -> Result<(), StoreError> {
    let record = match outage(tx, id)? {
        Some(open) => OutageRecord {
            epoch,
            returned_at: None,
            ..open
        },
        None => OutageRecord {
            mailstore: mailstore.clone(),
            first_failed,
            activated_at: decision_time(actions).unwrap_or(first_failed),
            epoch,
            returned_at: None,
            merged_at: None,
        },
    };
    put(tx, outage_key(id), &record)
}

fn change_outage(
    tx: &mut dyn Tx,
    id: OutageId,
    change: impl FnOnce(&mut OutageRecord),
) -> Result<(), StoreError> {
    let Some(mut record) = outage(tx, id)? else {
        return Ok(());
    };
    change(&mut record);
    put(tx, outage_key(id), &record)
}

/// Notes that everything of an outage was merged; the first time stays.
///
/// # Errors
/// When the store cannot be read.
pub fn mark_merged(tx: &mut dyn Tx, id: OutageId, now: Timestamp) -> Result<(), StoreError> {
    let Some(record) = outage(tx, id)?.filter(|record| record.merged_at.is_none()) else {
        return Ok(());
    };
    change_outage(tx, id, |record| record.merged_at = Some(now))?;
    let what = Happened::Outage {
        outage: Some(id),
        mailstore: record.mailstore,
        step: OutageStep::Merged,
        text: "everything was merged".to_owned(),
    };
    events::append(tx, now, what).map(drop)
}

fn add_entry(tx: &mut dyn Tx, id: OutageId, decision: &Decision) -> Result<(), StoreError> {
    let range = entries_key(id);
    let mut next = 0;
    tx.scan(
        range.as_slice(),
        &range.end(),
        Order::Descending,
        &mut |key, _| {
            next = keys::tail(key).map_or(0, u64::from_be_bytes) + 1;
            Ok(ControlFlow::Break(()))
        },
    )?;
    put(tx, range.number(next), &OutageEntry(decision.clone()))
}

/// An outage.
///
/// # Errors
/// When the store cannot be read.
pub fn outage(tx: &dyn ReadTx, id: OutageId) -> Result<Option<OutageRecord>, StoreError> {
    get(tx, &outage_key(id))
}

/// Up to `limit` outages older than `before`, the newest first.
///
/// # Errors
/// When the store cannot be read.
pub fn outages(
    tx: &dyn ReadTx,
    before: Option<OutageId>,
    limit: usize,
) -> Result<Vec<(OutageId, OutageRecord)>, StoreError> {
    outages_behind(tx, Order::Descending, before, limit)
}

/// Up to `limit` outages behind `last`; in ascending order the oldest comes first.
///
/// # Errors
/// When the store cannot be read.
pub fn outages_behind(
    tx: &dyn ReadTx,
    order: Order,
    last: Option<OutageId>,
    limit: usize,
) -> Result<Vec<(OutageId, OutageRecord)>, StoreError> {
    let row = last.map(outage_key);
    let (from, to) = Key::new(Table::Outage).behind(row.as_ref(), order);
    let mut found = Vec::new();
    tx.scan(&from, &to, order, &mut |key, value| {
        if found.len() == limit {
            return Ok(ControlFlow::Break(()));
        }
        let id = keys::tail(key)
            .ok_or_else(|| StoreError::corrupt("outage record", "its key is too short"))?;
        found.push((OutageId::from_bytes(id), codec::decode(value)?));
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(found)
}

/// An outage's timeline: its decisions, the oldest first.
///
/// # Errors
/// When the store cannot be read.
pub fn timeline(tx: &dyn ReadTx, id: OutageId) -> Result<Vec<Decision>, StoreError> {
    let range = entries_key(id);
    let mut entries = Vec::new();
    tx.scan(
        range.as_slice(),
        &range.end(),
        Order::Ascending,
        &mut |_, value| {
            entries.push(codec::decode::<OutageEntry>(value)?.0);
            Ok(ControlFlow::Continue(()))
        },
    )?;
    Ok(entries)
}

fn override_key(scope: &Scope) -> Key {
    Key::new(Table::Override).text(&scope.to_string())
}

/// The overrides of a domain or mailbox.
///
/// # Errors
/// When the store cannot be read.
pub fn overrides(tx: &dyn ReadTx, scope: &Scope) -> Result<Overrides, StoreError> {
    Ok(get(tx, &override_key(scope))?.unwrap_or_default())
}

/// Sets, or with none removes, the override of a rank, and notes what is in force then. Returns the one
/// that was there.
///
/// # Errors
/// [`StoreError::Conflict`] for a mailstore, which has a mode instead; when the store cannot be read.
pub fn set_override(
    tx: &mut dyn Tx,
    scope: &Scope,
    rank: Rank,
    new: Option<Override>,
    now: Timestamp,
) -> Result<Option<Override>, StoreError> {
    let before = in_force(&overrides(tx, scope)?, now);
    let old = replace_override(tx, scope, rank, new)?;
    let setting = in_force(&overrides(tx, scope)?, now);
    if setting != before {
        let of = scope.clone();
        events::append_setting(tx, now, scope, Happened::Override { scope: of, setting })?;
    }
    Ok(old)
}

/// Removes what of a scope's settings is over, and notes what is in force since; returns how many were removed.
///
/// # Errors
/// When the store cannot be read.
pub fn expire_override(
    tx: &mut dyn Tx,
    scope: &Scope,
    now: Timestamp,
) -> Result<usize, StoreError> {
    let all = overrides(tx, scope)?;
    let mut ended = 0;
    for (rank, set) in [
        (Rank::Operator, &all.operator),
        (Rank::Reseller, &all.reseller),
    ] {
        if set.as_ref().is_some_and(|set| !set.is_in_force(now)) {
            replace_override(tx, scope, rank, None)?;
            ended += 1;
        }
    }
    if ended > 0 {
        let setting = in_force(&all, now);
        let of = scope.clone();
        let over = Happened::OverrideExpired { scope: of, setting };
        events::append_setting(tx, now, scope, over)?;
    }
    Ok(ended)
}

/// As [`set_override`], and tells nobody.
///
/// # Errors
/// As [`set_override`].
pub(super) fn replace_override(
    tx: &mut dyn Tx,
    scope: &Scope,
    rank: Rank,
    new: Option<Override>,
) -> Result<Option<Override>, StoreError> {
    if matches!(scope, Scope::Mailstore(_)) {
        return Err(StoreError::Conflict("a mailstore has a mode, no override"));
    }
    let mut all = overrides(tx, scope)?;
    let old = std::mem::replace(all.slot(rank), new);
    let key = override_key(scope);
    if all.is_empty() {
        tx.delete(key.into_vec());
    } else {
        put(tx, key, &all)?;
    }
    Ok(old)
}

/// What overrides say together: an operator's beats a reseller's.
fn in_force(overrides: &Overrides, now: Timestamp) -> Option<Setting> {
    overrides
        .of_rank(Rank::Operator, now)
        .or_else(|| overrides.of_rank(Rank::Reseller, now))
        .map(|found| found.setting)
}

/// All overrides, expired ones too.
///
/// # Errors
/// When the store cannot be read.
pub fn all_overrides(tx: &dyn ReadTx) -> Result<OverrideTable, StoreError> {
    let range = Key::new(Table::Override);
    let mut table = OverrideTable::default();
    tx.scan(
        range.as_slice(),
        &range.end(),
        Order::Ascending,
        &mut |key, value| {
            let scope = scope_in(key)?;
            let overrides: Overrides = codec::decode(value)?;
            match scope {
                Scope::Domain(domain) => {
                    table.domains.insert(domain, overrides);
                }
                Scope::Mailbox(address) => {
                    table.mailboxes.insert(address, overrides);
                }
                Scope::Mailstore(_) => {}
            }
            Ok(ControlFlow::Continue(()))
        },
    )?;
    Ok(table)
}

/// The scope that an override's key names.
fn scope_in(key: &[u8]) -> Result<Scope, StoreError> {
    key.get(1..key.len().saturating_sub(1))
        .and_then(|text| std::str::from_utf8(text).ok())
        .and_then(|text| text.parse().ok())
        .ok_or_else(|| StoreError::corrupt("override", "its key is not a scope"))
}

/// Up to `limit` domains and mailboxes with overrides, expired ones too, behind `after`: domains first, each in
/// alphabetical order.
///
/// # Errors
/// When the store cannot be read.
pub fn overrides_after(
    tx: &dyn ReadTx,
    order: Order,
    after: Option<&Scope>,
    limit: usize,
) -> Result<Vec<(Scope, Overrides)>, StoreError> {
    let row = after.map(override_key);
    let (from, to) = Key::new(Table::Override).behind(row.as_ref(), order);
    let mut found = Vec::new();
    tx.scan(&from, &to, order, &mut |key, value| {
        if found.len() == limit {
            return Ok(ControlFlow::Break(()));
        }
        found.push((scope_in(key)?, codec::decode(value)?));
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(found)
}

fn sentinel_key(id: &MailstoreId) -> Key {
    Key::new(Table::Sentinel).mailstore(id)
}

/// What is known of a mailstore's sentinel.
///
/// # Errors
/// When the store cannot be read.
pub fn sentinel(tx: &dyn ReadTx, id: &MailstoreId) -> Result<SentinelRecord, StoreError> {
    Ok(get(tx, &sentinel_key(id))?.unwrap_or_default())
}

/// Keeps what was learned of a sentinel; none forgets it, so that the next look learns anew.
///
/// # Errors
/// When the store cannot be read.
pub fn learn_sentinel(
    tx: &mut dyn Tx,
    id: &MailstoreId,
    known: Option<SentinelKnown>,
) -> Result<(), StoreError> {
    let mut record = sentinel(tx, id)?;
    // A store that is younger than the sentinel goes on from the sentinel's numbers.
    if let Some(newest) = known.and_then(|known| known.newest) {
        record.last_number = record.last_number.max(newest.number);
    }
    record.known = known;
    put(tx, sentinel_key(id), &record)
}

/// Forgets the newest message of a sentinel, so that the next look learns it anew. Its UIDVALIDITY, its
/// old canary and the number of its next message stay.
///
/// # Errors
/// When the store cannot be read.
pub fn relearn_newest(tx: &mut dyn Tx, id: &MailstoreId) -> Result<(), StoreError> {
    let mut record = sentinel(tx, id)?;
    let Some(known) = &mut record.known else {
        return Ok(());
    };
    known.newest = None;
    put(tx, sentinel_key(id), &record)
}

/// The number for the next message to the sentinel: never given twice.
///
/// # Errors
/// When the store cannot be read.
pub fn next_sentinel_number(tx: &mut dyn Tx, id: &MailstoreId) -> Result<u64, StoreError> {
    let mut record = sentinel(tx, id)?;
    record.last_number += 1;
    let number = record.last_number;
    put(tx, sentinel_key(id), &record)?;
    Ok(number)
}

#[cfg(test)]
mod tests;
