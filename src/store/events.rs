//! What happened, for those who are to be told: a log that grows in the transaction that makes the change,
//! so that nothing happens untold and nothing is told that did not happen.
//!
//! Whoever tells it on keeps how far it came (`announced`), or asks for what came after a number. The log
//! keeps the newest `KEPT_MAX`, and what was not told on yet up to `UNTOLD_MAX`.

use std::ops::ControlFlow;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::codec::{self, Versioned};
use super::drills::DrillVerdict;
use super::keys::{self, Key, Table};
use super::{Order, ReadTx, StoreError, Tx};
use crate::clock::Timestamp;
use crate::failover::{Decision, Mode, Verb};
use crate::ids::{Address, DomainName, DrillId, MailstoreId, OutageId, ResellerId};
use crate::route::{Scope, Setting};

/// Events that are kept.
const KEPT_MAX: u64 = 20_000;
/// Events that are kept while they were not told on yet.
const UNTOLD_MAX: u64 = 200_000;
/// Events that are removed at most with each new one.
const FORGOTTEN_WITH_EACH: usize = 4;
/// Single mailboxes are named so often within [`NAMED_WINDOW`]: a million that move at once do not drive out what
/// else is to be told.
const NAMED_MAX: u32 = 500;
/// For so long nobody is named any more once that is reached.
const NAMED_WINDOW: Duration = Duration::from_secs(600);

/// One event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventRecord {
    /// When it happened.
    pub at: Timestamp,
    /// What happened.
    pub what: Happened,
}

impl Versioned for EventRecord {
    const NAME: &'static str = "event";
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Happened {
    /// Something about a mailstore's outage.
    Outage {
        /// Which; none while it is only suspected.
        outage: Option<OutageId>,
        /// Whose.
        mailstore: MailstoreId,
        /// How far it is.
        step: OutageStep,
        /// The decision in words, with its evidence: for operators.
        text: String,
    },
    /// A person set a mailstore's mode.
    Mode {
        /// Which mailstore.
        mailstore: MailstoreId,
        /// To what.
        mode: Mode,
    },
    /// A domain or mailbox got a setting of its own, or lost it.
    Override {
        /// Which.
        scope: Scope,
        /// What it is now; none: it follows its mailstore.
        setting: Option<Setting>,
    },
    /// Something about an alert.
    Alert {
        /// Which.
        key: String,
        /// What about it.
        step: AlertStep,
        /// In words.
        text: String,
    },
    /// A drill is over.
    Drill {
        /// Which.
        drill: DrillId,
        /// Its mailstore.
        mailstore: MailstoreId,
        /// Whether it passed, in time or late.
        passed: bool,
        /// How it went.
        verdict: String,
    },
    /// A domain became another reseller's; none is the operator itself.
    DomainMoved {
        /// Which.
        domain: DomainName,
        /// Whose it was.
        from: Option<ResellerId>,
        /// Whose it is.
        to: Option<ResellerId>,
    },
    /// A setting of a domain or mailbox ended by itself.
    OverrideExpired {
        /// Which.
        scope: Scope,
        /// What it is now; none: it follows its mailstore.
        setting: Option<Setting>,
    },
    /// Something about one mailbox.
    Mailbox {
        /// Which, by the address that it has now, or had last.
        mailbox: Address,
        /// What.
        step: MailboxStep,
    },
    /// So many mailboxes changed that they are not named one by one for some time.
    MailboxesChanged {
        /// Until when; then it is worth looking at all of them.
        until: Timestamp,
    },
    /// Somebody came to the number of recipients that may be written to in a day.
    SendingLimited {
        /// Whose number it is.
        whose: Limited,
    },
}

/// Whose limit of recipients in a day it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Limited {
    /// A mailbox's.
    Mailbox(Address),
    /// A domain's.
    Domain(DomainName),
    /// A reseller's.
    Reseller(ResellerId),
}

impl std::fmt::Display for Limited {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Mailbox(address) => write!(f, "mailbox:{address}"),
            Self::Domain(domain) => write!(f, "domain:{domain}"),
            Self::Reseller(id) => write!(f, "reseller:{id}"),
        }
    }
}

/// What happened to a mailbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum MailboxStep {
    /// It lives on another mailstore.
    Moved {
        /// Where it was.
        from: MailstoreId,
        /// Where it is.
        to: MailstoreId,
    },
    /// It has another address.
    Renamed {
        /// What it had.
        from: Address,
    },
    /// It left the directory; its mail is kept.
    Deleted,
    /// All its mail was merged and verified.
    Merged {
        /// Where.
        mailstore: MailstoreId,
    },
    /// It had left, and its mail is no longer kept.
    Forgotten,
}

/// How far an outage is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum OutageStep {
    /// A person must decide something.
    Advised,
    /// Mail goes to the standby.
    Began,
    /// Mail goes to the mailstore again.
    Returned,
    /// It failed again after a return.
    Resumed,
    /// The return was watched long enough.
    Ended,
    /// Everything was merged.
    Merged,
}

/// What happened to an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AlertStep {
    /// It began.
    Raised,
    /// It goes on, and nobody has acknowledged it.
    Repeated,
    /// Somebody has.
    Acknowledged,
    /// It is over.
    Cleared,
}

/// The names of all events, as filters and receivers have them.
pub const NAMES: [&str; 22] = [
    "outage.advised",
    "outage.began",
    "outage.returned",
    "outage.resumed",
    "outage.ended",
    "merge.finished",
    "mailstore.mode",
    "override.changed",
    "alert.raised",
    "alert.repeated",
    "alert.acknowledged",
    "alert.cleared",
    "drill.ended",
    "domain.moved",
    "override.expired",
    "mailbox.moved",
    "mailbox.renamed",
    "mailbox.deleted",
    "mailbox.merged",
    "mailbox.forgotten",
    "mailboxes.changed",
    "sending.limited",
];

/// Whether resellers are told of events of this name; of others only operators are.
pub fn is_for_resellers(name: &str) -> bool {
    !matches!(name, "outage.advised" | "drill.ended") && !name.starts_with("alert.")
}

impl Happened {
    /// Its name, one of [`NAMES`].
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Outage { step, .. } => match step {
                OutageStep::Advised => "outage.advised",
                OutageStep::Began => "outage.began",
                OutageStep::Returned => "outage.returned",
                OutageStep::Resumed => "outage.resumed",
                OutageStep::Ended => "outage.ended",
                OutageStep::Merged => "merge.finished",
            },
            Self::Mode { .. } => "mailstore.mode",
            Self::Override { .. } => "override.changed",
            Self::Alert { step, .. } => match step {
                AlertStep::Raised => "alert.raised",
                AlertStep::Repeated => "alert.repeated",
                AlertStep::Acknowledged => "alert.acknowledged",
                AlertStep::Cleared => "alert.cleared",
            },
            Self::Drill { .. } => "drill.ended",
            Self::DomainMoved { .. } => "domain.moved",
            Self::OverrideExpired { .. } => "override.expired",
            Self::Mailbox { step, .. } => match step {
                MailboxStep::Moved { .. } => "mailbox.moved",
                MailboxStep::Renamed { .. } => "mailbox.renamed",
                MailboxStep::Deleted => "mailbox.deleted",
                MailboxStep::Merged { .. } => "mailbox.merged",
                MailboxStep::Forgotten => "mailbox.forgotten",
            },
            Self::MailboxesChanged { .. } => "mailboxes.changed",
            Self::SendingLimited { .. } => "sending.limited",
        }
    }

    /// What a decision about a mailstore's failover is to others; none where it concerns nobody else.
    pub fn of_decision(
        decision: &Decision,
        mailstore: &MailstoreId,
        outage: Option<OutageId>,
    ) -> Option<Self> {
        let step = match &decision.verb {
            Verb::Activated { .. } => OutageStep::Began,
            Verb::Asked(_) | Verb::Blocked(_) | Verb::WentBack(_) => OutageStep::Advised,
            Verb::Returned { .. } => OutageStep::Returned,
            Verb::Relapsed { .. } => OutageStep::Resumed,
            Verb::Settled { .. } => OutageStep::Ended,
            Verb::ModeSet(mode) => {
                return Some(Self::Mode {
                    mailstore: mailstore.clone(),
                    mode: *mode,
                });
            }
            Verb::Suspected
            | Verb::Cleared
            | Verb::Unblocked
            | Verb::Raised { .. }
            | Verb::NotRaised
            | Verb::Refused { .. }
            | Verb::AlreadySo { .. } => return None,
        };
        Some(Self::Outage {
            outage,
            mailstore: mailstore.clone(),
            step,
            text: decision.to_string(),
        })
    }

    /// What the end of a drill is to others.
    pub fn of_drill(drill: DrillId, mailstore: &MailstoreId, verdict: DrillVerdict) -> Self {
        Self::Drill {
            drill,
            mailstore: mailstore.clone(),
            passed: matches!(verdict, DrillVerdict::Passed | DrillVerdict::Slow),
            verdict: verdict.name().to_owned(),
        }
    }

    /// The mailstore that it is about.
    pub const fn mailstore(&self) -> Option<&MailstoreId> {
        match self {
            Self::Outage { mailstore, .. }
            | Self::Mode { mailstore, .. }
            | Self::Drill { mailstore, .. } => Some(mailstore),
            Self::Override { .. }
            | Self::Alert { .. }
            | Self::DomainMoved { .. }
            | Self::OverrideExpired { .. }
            | Self::Mailbox { .. }
            | Self::MailboxesChanged { .. }
            | Self::SendingLimited { .. } => None,
        }
    }
}

fn key(number: u64) -> Key {
    Key::new(Table::Event).number(number)
}

/// Notes what happened, in the transaction that makes it so; returns its number.
///
/// # Errors
/// When the store cannot be read.
pub fn append(tx: &mut dyn Tx, at: Timestamp, what: Happened) -> Result<u64, StoreError> {
    let number = last(tx)? + 1;
    tx.put(
        key(number).into_vec(),
        codec::encode(&EventRecord { at, what })?,
    );
    let announced = announced(tx)?;
    forget_until(tx, forgettable(number, announced))?;
    Ok(number)
}

/// The last event that need not be kept, behind `number` and with `announced` told on.
const fn forgettable(number: u64, announced: u64) -> u64 {
    let beyond_kept = number.saturating_sub(KEPT_MAX);
    let beyond_all = number.saturating_sub(UNTOLD_MAX);
    match announced < beyond_kept {
        true if announced > beyond_all => announced,
        true => beyond_all,
        false => beyond_kept,
    }
}

/// Removes the oldest events up to number `last`: more than come in, so that what was kept for long goes too.
fn forget_until(tx: &mut dyn Tx, last: u64) -> Result<(), StoreError> {
    let mut old = Vec::new();
    let (from, to) = (Key::new(Table::Event), key(last.saturating_add(1)));
    tx.scan(
        from.as_slice(),
        to.as_slice(),
        Order::Ascending,
        &mut |key, _| {
            old.push(key.to_vec());
            Ok(match old.len() < FORGOTTEN_WITH_EACH {
                true => ControlFlow::Continue(()),
                false => ControlFlow::Break(()),
            })
        },
    )?;
    old.into_iter().for_each(|key| tx.delete(key));
    Ok(())
}

/// How many mailboxes were named, since when.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Named {
    since: Timestamp,
    count: u32,
}

impl Versioned for Named {
    const NAME: &'static str = "how many mailboxes events named";
}

/// Notes what happened to a mailbox, in the transaction that makes it so. When it happens to too many at once,
/// one event says so instead.
///
/// # Errors
/// As [`append`].
pub fn append_of_mailbox(
    tx: &mut dyn Tx,
    at: Timestamp,
    mailbox: &Address,
    step: MailboxStep,
) -> Result<(), StoreError> {
    let mailbox = mailbox.clone();
    append_of_one(tx, at, Happened::Mailbox { mailbox, step })
}

/// Notes that a setting came into force or was over. Those of mailboxes count among what is named of them.
///
/// # Errors
/// As [`append`].
pub fn append_setting(
    tx: &mut dyn Tx,
    at: Timestamp,
    scope: &Scope,
    what: Happened,
) -> Result<(), StoreError> {
    match scope {
        Scope::Mailbox(_) => append_of_one(tx, at, what),
        Scope::Mailstore(_) | Scope::Domain(_) => append(tx, at, what).map(drop),
    }
}

/// Notes that somebody came to a limit, in the transaction that notes it for the day. Mailboxes count among those
/// that are named.
///
/// # Errors
/// As [`append`].
pub fn append_limited(tx: &mut dyn Tx, at: Timestamp, whose: Limited) -> Result<(), StoreError> {
    let is_mailbox = matches!(whose, Limited::Mailbox(_));
    let what = Happened::SendingLimited { whose };
    match is_mailbox {
        true => append_of_one(tx, at, what),
        false => append(tx, at, what).map(drop),
    }
}

fn append_of_one(tx: &mut dyn Tx, at: Timestamp, what: Happened) -> Result<(), StoreError> {
    let key = Key::new(Table::Meta).text("mailboxes named");
    let known = tx.get(key.as_slice())?;
    let known = known.map(|bytes| codec::decode::<Named>(&bytes));
    let anew = Named {
        since: at,
        count: 0,
    };
    let mut named = known.transpose()?.unwrap_or(anew);
    if at.since(named.since) >= NAMED_WINDOW || at < named.since {
        named = anew;
    }
    let what = match named.count {
        NAMED_MAX => Happened::MailboxesChanged {
            until: named.since.after(NAMED_WINDOW),
        },
        count if count > NAMED_MAX => return Ok(()),
        _ => what,
    };
    named.count += 1;
    tx.put(key.into_vec(), codec::encode(&named)?);
    append(tx, at, what).map(drop)
}

/// The number of the last event; 0 before the first.
///
/// # Errors
/// When the store cannot be read.
pub fn last(tx: &dyn ReadTx) -> Result<u64, StoreError> {
    let range = Key::new(Table::Event);
    let mut last = 0;
    tx.scan(
        range.as_slice(),
        &range.end(),
        Order::Descending,
        &mut |key, _| {
            last = keys::tail(key).map_or(0, u64::from_be_bytes);
            Ok(ControlFlow::Break(()))
        },
    )?;
    Ok(last)
}

/// Up to `limit` events after number `after`, the oldest first.
///
/// # Errors
/// When the store cannot be read.
pub fn after(
    tx: &dyn ReadTx,
    after: u64,
    limit: usize,
) -> Result<Vec<(u64, EventRecord)>, StoreError> {
    let from = key(after.saturating_add(1)).into_vec();
    let to = Key::new(Table::Event).end();
    let mut found = Vec::new();
    tx.scan(&from, &to, Order::Ascending, &mut |key, value| {
        if found.len() == limit {
            return Ok(ControlFlow::Break(()));
        }
        let number = keys::tail(key).map_or(0, u64::from_be_bytes);
        found.push((number, codec::decode(value)?));
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(found)
}

/// How far events were announced.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
struct Announced(u64);

impl Versioned for Announced {
    const NAME: &'static str = "how far events were announced";
}

fn announced_key() -> Key {
    Key::new(Table::Meta).text("announced")
}

/// The number of the last event that was handed on to those who are to be told.
///
/// # Errors
/// When the store cannot be read.
pub fn announced(tx: &dyn ReadTx) -> Result<u64, StoreError> {
    let bytes = tx.get(announced_key().as_slice())?;
    let announced = bytes.map(|bytes| codec::decode::<Announced>(&bytes));
    Ok(announced.transpose()?.unwrap_or_default().0)
}

/// Keeps how far events were handed on.
///
/// # Errors
/// As [`codec::encode`].
pub fn set_announced(tx: &mut dyn Tx, number: u64) -> Result<(), StoreError> {
    tx.put(
        announced_key().into_vec(),
        codec::encode(&Announced(number))?,
    );
    Ok(())
}

#[cfg(test)]
mod tests;
