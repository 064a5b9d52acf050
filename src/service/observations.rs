//! What agents saw of the mailstores, and what logs told of the platform's traffic.
//!
//! Who reports is said by the token, never by the report. A report says how old each observation is,
//! not when it was made: clocks of different machines differ. What is refused or left out is said in
//! words, so that an agent's log tells its owner what to mend.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Actor, Service, ServiceError};
use crate::clock::Timestamp;
use crate::control::Control;
use crate::failover::{Observation, Outcome, ProbeKind, SentinelKnown, SentinelLook, Traffic};
use crate::ids::{MailstoreId, PrimaryUid, UidValidity};
use crate::store::access::Permission;
use crate::store::failover as kept;

/// Most observations in one report.
pub const OBSERVATIONS_MAX: usize = 500;
/// Most counts of traffic in one report.
pub const TRAFFIC_MAX: usize = 500;
/// How far an agent's clock may be off. Ages do not need it, but a machine that was suspended knows
/// neither the time nor how old anything is.
const CLOCK_OFF_MAX: Duration = Duration::from_secs(120);
/// Longest reason kept, in characters.
const WHY_CHARS_MAX: usize = 200;
/// Most that one report may count.
const COUNT_MAX: u32 = 10_000_000;
/// Most sentences in an answer.
const WORDS_MAX: usize = 20;

/// What a probe found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Found {
    /// It works.
    Up,
    /// It does not work.
    Down,
    /// The probe could not tell, for instance because it reached nothing else either.
    Unknown,
}

/// One look at a mailstore.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Look {
    /// At which.
    #[schema(value_type = String)]
    pub mailstore: MailstoreId,
    /// How: `tcp`, `tls`, `imap`, `lmtp`, `pop3`, `large` or `nfs`.
    #[schema(value_type = String)]
    pub probe: ProbeKind,
    /// What was found.
    pub found: Found,
    /// Why, in words; not for `up`.
    #[serde(default)]
    pub why: String,
    /// How long ago it was.
    pub age_ms: u64,
    /// How long it took.
    pub took_ms: u64,
}

/// Traffic of one mailstore since the report before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TrafficCount {
    /// Of which.
    #[schema(value_type = String)]
    pub mailstore: MailstoreId,
    /// Deliveries to it that Postfix put off.
    #[serde(default)]
    pub deferred: u32,
    /// Deliveries that it took.
    #[serde(default)]
    pub delivered: u32,
    /// Sign-ins that it refused or did not answer.
    #[serde(default)]
    pub logins_failed: u32,
}

/// A report.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// The reporter's clock, in milliseconds since 1970; only to notice that it is far off.
    #[serde(default)]
    pub clock_ms: Option<i64>,
    /// What was seen; agents only.
    #[serde(default)]
    pub observations: Vec<Look>,
    /// What was counted.
    #[serde(default)]
    pub traffic: Vec<TrafficCount>,
}

/// What became of a report.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Received {
    /// Observations and counts that were taken.
    pub taken: usize,
    /// What was left out and why.
    pub left_out: Vec<String>,
    /// What must be in the sentinels, for agents to compare with.
    pub canaries: Vec<CanaryView>,
}

/// The old message of a sentinel that never changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CanaryView {
    /// Of which mailstore.
    #[schema(value_type = String)]
    pub mailstore: MailstoreId,
    /// The sentinel's UIDVALIDITY.
    #[schema(value_type = u32)]
    pub uid_validity: UidValidity,
    /// The message's UID.
    #[schema(value_type = u32)]
    pub uid: PrimaryUid,
    /// SHA-256 of its bytes, in hexadecimal digits.
    pub sha256: String,
}

impl CanaryView {
    fn new(mailstore: &MailstoreId, known: &SentinelKnown) -> Self {
        let hex = known.canary.sha256.iter().map(|byte| format!("{byte:02x}"));
        Self {
            mailstore: mailstore.clone(),
            uid_validity: known.uid_validity,
            uid: known.canary.uid,
            sha256: hex.collect(),
        }
    }

    /// The hash; none if the digits are none.
    pub fn sha256(&self) -> Option<[u8; 32]> {
        let digits = self.sha256.as_bytes();
        let mut bytes = [0; 32];
        if digits.len() != 64 || !digits.is_ascii() {
            return None;
        }
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks(2)) {
            *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
        }
        Some(bytes)
    }
}

/// Takes a report to the control loop. Does not wait for what is decided.
///
/// # Errors
/// [`ServiceError::NotFound`] for others than agents and operators; when the vantage point is not
/// configured, its clock is far off, or the report is too large; when the loop has no room.
pub fn take(service: &Service, actor: &Actor, report: Report) -> Result<Received, ServiceError> {
    let vantage = match actor {
        Actor::Agent(vantage, _) => Some(vantage),
        // What is counted here is evidence.
        Actor::Operator(_) => {
            actor.may(Permission::Failover)?;
            None
        }
        Actor::System(_) => None,
        Actor::User(..) | Actor::Reseller(..) | Actor::Router(_) => {
            return Err(ServiceError::NotFound("such a page"));
        }
    };
    check(service, vantage, &report)?;
    let control = service.control.as_ref().ok_or_else(|| {
        ServiceError::Unavailable("the server does not run: nobody watches the mailstores".into())
    })?;
    let mut received = Received::default();
    if let Some(vantage) = vantage {
        received.canaries = canaries(service)?;
        for look in report.observations {
            let told = observe(control, vantage, look);
            received.note(told);
        }
    }
    for count in report.traffic {
        let told = control.counted(&count.mailstore, traffic(&count));
        received.note(told.map_err(|error| error.to_string()));
    }
    Ok(received)
}

/// What is known of the sentinels of all mailstores.
fn canaries(service: &Service) -> Result<Vec<CanaryView>, ServiceError> {
    let config = service.config();
    service.store.read(|tx| {
        let mut known = Vec::new();
        for mailstore in &config.mailstore {
            let sentinel = kept::sentinel(tx, &mailstore.id)?.known;
            known.extend(sentinel.map(|known| CanaryView::new(&mailstore.id, &known)));
        }
        Ok(known)
    })
}

impl Received {
    fn note(&mut self, told: Result<(), String>) {
        match told {
            Ok(()) => self.taken += 1,
            Err(why) if self.left_out.len() < WORDS_MAX && !self.left_out.contains(&why) => {
                self.left_out.push(why);
            }
            Err(_) => {}
        }
    }
}

fn check(service: &Service, vantage: Option<&String>, report: &Report) -> Result<(), ServiceError> {
    match vantage {
        Some(vantage) if !service.config().failover.vantages.contains(vantage) => {
            return Err(ServiceError::Conflict(format!(
                "the vantage point {vantage} is not known: name it in failover.vantages and restart the server"
            )));
        }
        Some(vantage) => clock_is_right(vantage, report.clock_ms, service.now())?,
        None if !report.observations.is_empty() => {
            return Err(invalid(
                "observations",
                "only agents observe: make a token with --role agent and the name of its vantage point as --label",
            ));
        }
        None => {}
    }
    if report.observations.len() > OBSERVATIONS_MAX {
        return Err(invalid(
            "observations",
            "500 at most; send the rest after it",
        ));
    }
    if report.traffic.len() > TRAFFIC_MAX {
        return Err(invalid("traffic", "500 at most; send the rest after it"));
    }
    Ok(())
}

fn invalid(field: &'static str, text: &str) -> ServiceError {
    ServiceError::Invalid {
        field,
        text: text.to_owned(),
    }
}

fn clock_is_right(
    vantage: &str,
    clock_ms: Option<i64>,
    now: Timestamp,
) -> Result<(), ServiceError> {
    let Some(theirs) = clock_ms.map(Timestamp::from_millis) else {
        return Ok(());
    };
    let off = theirs.since(now).max(now.since(theirs));
    if off <= CLOCK_OFF_MAX {
        return Ok(());
    }
    Err(ServiceError::Conflict(format!(
        "the clocks of {vantage} and of this server differ by {} s: set both by NTP",
        off.as_secs()
    )))
}

fn observe(control: &Control, vantage: &str, look: Look) -> Result<(), String> {
    let age = Duration::from_millis(look.age_ms);
    let told = control.observed(
        &look.mailstore,
        Observation {
            vantage: vantage.to_owned(),
            probe: look.probe,
            outcome: outcome(look.found, &look.why),
            took: Duration::from_millis(look.took_ms.min(u32::MAX.into())),
            age,
            sentinel: SentinelLook::Elsewhere,
        },
    );
    told.map_err(|error| error.to_string())
}

fn outcome(found: Found, why: &str) -> Outcome {
    let why = || {
        let shown = why.chars().filter(|c| !c.is_control());
        shown.take(WHY_CHARS_MAX).collect::<String>()
    };
    match found {
        Found::Up => Outcome::Up,
        Found::Down => Outcome::Down(why()),
        Found::Unknown => Outcome::Unknown(why()),
    }
}

fn traffic(count: &TrafficCount) -> Traffic {
    Traffic {
        deferred: count.deferred.min(COUNT_MAX),
        delivered: count.delivered.min(COUNT_MAX),
        logins_failed: count.logins_failed.min(COUNT_MAX),
    }
}
