//! Looking at mailstores: probes by IMAP and LMTP, and the sentinel.
//!
//! Each look is bounded in time and waits for no other. It never decides anything: it says what it saw,
//! as an [`Observation`], and what is in the sentinel, as [`SentinelSeen`]. A refusal that only tells
//! that Lifeboat is wrongly configured is "unknown", never "down".
//!
//! It writes into the sentinel mailbox only: numbered messages by LMTP, of which it removes the oldest.

mod files;
mod imap;
mod lmtp;
mod sentinel;

pub use files::guard_by_files;

use std::time::{Duration, Instant};

use crate::clock::Timestamp;
use crate::config::secret::Secret;
use crate::failover::{
    GuardVerdict, Observation, Outcome, ProbeKind, SentinelKnown, SentinelSeen, judge,
};
use crate::ids::{Address, MailstoreId};
use crate::imap::Server;
use crate::net::Endpoint;

/// A mailstore and how to look at it.
#[derive(Clone, Debug)]
pub struct Target {
    /// Which.
    pub mailstore: MailstoreId,
    /// Its IMAP service; its limits are replaced by `timeout`.
    pub imap: Server,
    /// Its LMTP service.
    pub lmtp: Endpoint,
    /// Dovecot's master user.
    pub master_user: String,
    /// Dovecot's auth_master_user_separator.
    pub master_separator: char,
    /// The master user's password.
    pub master_password: Secret,
    /// The sentinel mailbox.
    pub sentinel: Option<Address>,
    /// How many numbered messages it keeps.
    pub sentinel_keep: u32,
    /// How long one look may take.
    pub timeout: Duration,
    /// The name of this vantage point.
    pub vantage: String,
}

/// What the IMAP probe brings.
#[derive(Clone, Debug)]
pub struct ImapLook {
    /// For the state machine.
    pub observation: Observation,
    /// What is in the sentinel, if it could be looked at.
    pub seen: Option<Seen>,
}

/// What is in a sentinel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// For [`judge`].
    pub sentinel: SentinelSeen,
    /// What would be known if this were the first contact; none while there is no message.
    pub learnable: Option<SentinelKnown>,
}

impl Seen {
    /// What this says when `known` was known; none at the first contact.
    pub fn verdict(&self, known: Option<&SentinelKnown>) -> Option<GuardVerdict> {
        known.map(|known| judge(known, &self.sentinel))
    }
}

/// Probes by IMAP: signs in as the sentinel, selects its inbox and fetches the old canary and the newest
/// messages. Without a sentinel only the server's greeting and capabilities are asked for.
pub async fn probe_imap(target: &Target, known: Option<&SentinelKnown>) -> ImapLook {
    let start = Instant::now();
    let looked = within(target.timeout, imap::look(target, known)).await;
    let (outcome, seen) = match looked {
        Ok(Ok(seen)) => (Outcome::Up, seen),
        Ok(Err(failure)) => (failure.into_outcome(), None),
        Err(late) => (late, None),
    };
    let sentinel = seen.as_ref().and_then(|seen| seen.verdict(known));
    let outcome = match &sentinel {
        Some(verdict) if verdict.is_another_mailbox() => Outcome::Down(verdict.to_string()),
        _ => outcome,
    };
    ImapLook {
        observation: observation(target, ProbeKind::Imap, outcome, start, sentinel),
        seen,
    }
}

/// Probes by LMTP: asks whether mail for the sentinel would be taken.
pub async fn probe_lmtp(target: &Target) -> Observation {
    let start = Instant::now();
    let outcome = match within(target.timeout, lmtp::ask(target)).await {
        Ok(outcome) => outcome,
        Err(late) => late,
    };
    observation(target, ProbeKind::Lmtp, outcome, start, None)
}

/// Delivers message `number` to the sentinel by LMTP and waits until it appears by IMAP; then removes
/// the oldest messages beyond those to keep, but not those that `known` names.
pub async fn deliver_numbered(
    target: &Target,
    number: u64,
    known: Option<&SentinelKnown>,
    now: Timestamp,
) -> Observation {
    let start = Instant::now();
    let delivered = within(target.timeout, lmtp::deliver(target, number, now)).await;
    let mut outcome = match delivered {
        Ok(outcome) => outcome,
        Err(late) => late,
    };
    if outcome == Outcome::Up {
        let appeared = within(target.timeout, imap::wait_for(target, number, known)).await;
        outcome = match appeared {
            Ok(Ok(())) => Outcome::Up,
            Ok(Err(failure)) => failure.into_outcome(),
            Err(_) => Outcome::Down(format!(
                "message {number} was taken and did not appear by IMAP within {} s",
                target.timeout.as_secs_f32()
            )),
        };
    }
    observation(target, ProbeKind::Lmtp, outcome, start, None)
}

/// Asks the guard: is this the mailstore that failed?
pub async fn guard(target: &Target, known: Option<&SentinelKnown>) -> GuardVerdict {
    if target.sentinel.is_none() {
        return GuardVerdict::NotConfigured;
    }
    let Some(known) = known else {
        return GuardVerdict::NeverLearned;
    };
    match within(target.timeout, imap::look(target, Some(known))).await {
        Ok(Ok(Some(seen))) => judge(known, &seen.sentinel),
        Ok(Ok(None)) => GuardVerdict::NotConfigured,
        Ok(Err(failure)) => GuardVerdict::Unknown {
            why: failure.into_words(),
        },
        Err(_) => GuardVerdict::Unknown {
            why: format!("no answer within {} s", target.timeout.as_secs_f32()),
        },
    }
}

fn observation(
    target: &Target,
    probe: ProbeKind,
    outcome: Outcome,
    start: Instant,
    sentinel: Option<GuardVerdict>,
) -> Observation {
    Observation {
        vantage: target.vantage.clone(),
        probe,
        outcome,
        took: start.elapsed(),
        sentinel,
    }
}

/// What `look` gives, or that it took too long.
async fn within<T>(limit: Duration, look: impl Future<Output = T>) -> Result<T, Outcome> {
    tokio::time::timeout(limit, look)
        .await
        .map_err(|_| Outcome::Down(format!("no answer within {} s", limit.as_secs_f32())))
}

/// Longest reason kept, in characters.
const REASON_CHARS_MAX: usize = 200;

fn words(text: &impl std::fmt::Display) -> String {
    text.to_string().chars().take(REASON_CHARS_MAX).collect()
}
