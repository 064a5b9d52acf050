//! Looking at mailstores: probes of their ports, by IMAP, LMTP and POP3, and the sentinel.
//!
//! Each look is bounded in time and waits for no other. It never decides anything: it says what it saw,
//! as an [`Observation`], and what is in the sentinel, as [`SentinelSeen`]. A refusal that only tells
//! that Lifeboat is wrongly configured is "unknown", never "down".
//!
//! It writes into the sentinel mailbox only: numbered messages by LMTP, of which it removes the oldest.

mod files;
mod imap;
mod lmtp;
mod pop3;
mod ports;
mod reach;
mod refused;
mod sentinel;
mod traffic;

pub use files::guard_by_files;
pub use pop3::Pop3;
pub use ports::{Starttls, TlsPort};
pub use reach::ControlTargets;
pub use refused::Refused;
pub use traffic::{LogNames, MailLog, follow};

use std::time::{Duration, Instant};

use refused::Ended;

use crate::clock::Timestamp;
use crate::config::secret::Secret;
use crate::failover::{
    GuardVerdict, Observation, Outcome, ProbeKind, SentinelKnown, SentinelLook, SentinelSeen, judge,
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
    pub lmtp: Option<Endpoint>,
    /// Its POP3 service.
    pub pop3: Option<Pop3>,
    /// How to sign in by IMAP and POP3.
    pub login: Login,
    /// Whether that was refused by IMAP.
    pub refused: Refused,
    /// The sentinel mailbox.
    pub sentinel: Option<Address>,
    /// A mailbox with very many messages.
    pub large: Option<Address>,
    /// How long it may take to open that.
    pub large_timeout: Duration,
    /// Ports whose certificates are looked at.
    pub tls_ports: Vec<TlsPort>,
    /// How long before its end a certificate is told of.
    pub certificate_warning: Duration,
    /// What tells a broken network of this machine's own from a broken mailstore.
    pub control_targets: ControlTargets,
    /// How many numbered messages it keeps.
    pub sentinel_keep: u32,
    /// How long one look may take.
    pub timeout: Duration,
    /// The name of this vantage point.
    pub vantage: String,
}

/// How to sign in.
#[derive(Clone, Debug)]
pub enum Login {
    /// As any mailbox, by Dovecot's master user.
    Master {
        /// The master user.
        user: String,
        /// Dovecot's auth_master_user_separator.
        separator: char,
        /// The master user's password.
        password: Secret,
    },
    /// As the sentinel, by its own password.
    Own {
        /// The password.
        password: Secret,
    },
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
    let look = async {
        let looked = within(target.timeout, imap::look(target, known)).await;
        let (outcome, seen) = match looked {
            Ok(Ok(seen)) => (Ok(Ok(())), seen),
            Ok(Err(failure)) => (Ok(Err(failure)), None),
            Err(late) => (Err(late), None),
        };
        (by_imap(target, outcome), seen)
    };
    let (outcome, seen) = reach::sure(
        &target.control_targets,
        target.timeout,
        look,
        |(outcome, _)| outcome,
    )
    .await;
    let verdict = seen.as_ref().and_then(|seen| seen.verdict(known));
    let sentinel = verdict.map_or(SentinelLook::Unseen, SentinelLook::Seen);
    let outcome = match sentinel.verdict() {
        Some(verdict) if verdict.is_another_mailbox() => Outcome::Down(verdict.to_string()),
        _ => outcome,
    };
    ImapLook {
        observation: Observation {
            sentinel,
            ..observation(target, ProbeKind::Imap, outcome, start)
        },
        seen,
    }
}

/// Probes by LMTP: asks whether mail for the sentinel would be taken.
pub async fn probe_lmtp(target: &Target) -> Observation {
    look(target, ProbeKind::Lmtp, target.timeout, lmtp::ask(target)).await
}

/// Probes whether the IMAP port takes connections. For who may not sign in.
pub async fn probe_tcp(target: &Target) -> Observation {
    let connect = ports::connect(&target.imap.endpoint, target.timeout);
    look(target, ProbeKind::Tcp, target.timeout, connect).await
}

/// Probes by POP3: signs in as the sentinel. None where there is no POP3 service.
pub async fn probe_pop3(target: &Target) -> Option<Observation> {
    let pop3 = target.pop3.as_ref()?;
    let signing_in = async {
        let (ended, outcome) = match within(target.timeout, pop3::look(target, pop3)).await {
            Ok(found) => found,
            Err(late) => (Ended::Late, late),
        };
        pop3.refused.weigh(ended, outcome)
    };
    // The time is kept within.
    let limit = target.timeout.saturating_mul(2);
    Some(look(target, ProbeKind::Pop3, limit, signing_in).await)
}

/// Opens a mailbox with very many messages and fetches the oldest. None where there is no such mailbox.
pub async fn probe_large(target: &Target) -> Option<Observation> {
    let large = target.large.as_ref()?;
    let opening = async {
        let opened = within(target.large_timeout, imap::look_at_large(target, large)).await;
        by_imap(target, opened)
    };
    // The time is kept within.
    let limit = target.large_timeout.saturating_mul(2);
    Some(look(target, ProbeKind::Large, limit, opening).await)
}

/// Looks at the certificates; the first that is not good for long enough is told of. None where nothing
/// is protected.
pub async fn probe_tls(target: &Target, now: Timestamp) -> Option<Observation> {
    if target.tls_ports.is_empty() {
        return None;
    }
    let (limit, warn) = (target.timeout, target.certificate_warning);
    let looking = async {
        for port in &target.tls_ports {
            match ports::certificate(port, limit, warn, now).await {
                Outcome::Up => {}
                outcome => return outcome,
            }
        }
        Outcome::Up
    };
    // Each port has the whole time.
    let ports = u32::try_from(target.tls_ports.len()).unwrap_or(u32::MAX);
    let all = limit.saturating_mul(ports).saturating_mul(2);
    Some(look(target, ProbeKind::Tls, all, looking).await)
}

/// What `looking` finds within `limit`, if the network of this machine itself works.
async fn look(
    target: &Target,
    probe: ProbeKind,
    limit: Duration,
    looking: impl Future<Output = Outcome>,
) -> Observation {
    let start = Instant::now();
    let looking = async {
        match within(limit, looking).await {
            Ok(outcome) | Err(outcome) => outcome,
        }
    };
    let outcome = reach::sure(
        &target.control_targets,
        target.timeout,
        looking,
        |outcome| outcome,
    );
    observation(target, probe, outcome.await, start)
}

/// Delivers message `number` to the sentinel by LMTP and waits until it appears by IMAP; then removes
/// the oldest messages beyond those to keep, but not those that `known` names.
pub async fn deliver_numbered(
    target: &Target,
    number: u64,
    known: Option<&SentinelKnown>,
    now: Timestamp,
) -> Observation {
    let delivering = async {
        let delivered = within(target.timeout, lmtp::deliver(target, number, now)).await;
        match delivered {
            Ok(Outcome::Up) => {}
            Ok(outcome) | Err(outcome) => return outcome,
        }
        let appeared = within(target.timeout, imap::wait_for(target, number, known)).await;
        let late = |_| {
            Outcome::Down(format!(
                "message {number} was taken and did not appear by IMAP within {} s",
                target.timeout.as_secs_f32()
            ))
        };
        by_imap(target, appeared.map_err(late))
    };
    let limit = target.timeout.saturating_mul(3);
    look(target, ProbeKind::Lmtp, limit, delivering).await
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

/// What a look by IMAP that signs in found; it came to nothing within its time where there is an error.
fn by_imap(target: &Target, looked: Result<Result<(), imap::Failure>, Outcome>) -> Outcome {
    let (ended, outcome) = match looked {
        Ok(Ok(())) => (Ended::Entered, Outcome::Up),
        Ok(Err(failure)) => (failure.ended(), failure.into_outcome()),
        Err(late) => (Ended::Late, late),
    };
    target.refused.weigh(ended, outcome)
}

fn observation(target: &Target, probe: ProbeKind, outcome: Outcome, start: Instant) -> Observation {
    Observation {
        vantage: target.vantage.clone(),
        probe,
        outcome,
        took: start.elapsed(),
        age: Duration::ZERO,
        sentinel: SentinelLook::Elsewhere,
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
