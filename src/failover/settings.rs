//! What the operator sets for a mailstore.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::probe::Traffic;

/// Who decides to activate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Policy {
    /// Lifeboat only alerts; a person activates.
    Manual,
    /// Lifeboat announces an activation and makes it after this long, unless a person vetoes it.
    Assisted {
        /// How long after the suspicion.
        after: Duration,
    },
    /// Lifeboat activates when the evidence is confirmed.
    Automatic,
}

/// What can be done about a mailstore that went back in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Raise {
    /// Nothing: no way to raise UIDs is configured. A person decides.
    Unable,
    /// The UIDs of each mailbox are raised, and then its mail returns.
    Able,
    /// It returns as it is. Dangerous: desktop clients miss new messages.
    Skip,
}

/// Thresholds and times that the decisions follow. All durations are lower bounds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Who decides to activate.
    pub policy: Policy,
    /// A probe is failing when at least this many …
    pub failures: u32,
    /// … of its last so many observations failed.
    pub observations: u32,
    /// So many vantage points must see a failing probe; at least 1.
    pub quorum: u32,
    /// How long a suspicion lasts before it is confirmed.
    pub confirm: Duration,
    /// How long an activation lasts before Lifeboat returns by itself.
    pub active_min: Duration,
    /// How long the mailstore must be without one failed probe before Lifeboat returns by itself.
    pub return_after: Duration,
    /// How long a returned mailstore is watched for a relapse.
    pub returning: Duration,
    /// After a return by itself Lifeboat does not activate again for so long.
    pub cool_down: Duration,
    /// Each earlier activation within this time doubles `return_after`, up to eightfold.
    pub flap_window: Duration,
    /// More mailstores than this that Lifeboat switched by itself at once need a person's word; the
    /// first never does.
    pub mailstores_at_once: u32,
    /// An observation older than this says nothing any more; a longer pause between two steps starts
    /// the counting again.
    pub observation_stale: Duration,
    /// How long to wait for the guard before it is asked again.
    pub guard_retry: Duration,
    /// Whether the mailstore has a sentinel for the guard to look at.
    pub has_sentinel: bool,
    /// It is decided and written down what would be done, and nothing is switched.
    pub dry_run: bool,
    /// At most so many thousandths of all mailboxes are switched by Lifeboat itself within
    /// [`SHARE_WINDOW`]; the first mailstore never needs a person's word.
    pub share_permille_max: u32,
    /// So many deliveries that Postfix put off within `traffic_window`, and more than were made,
    /// count like one more vantage point; 0 for never.
    pub deferrals: u32,
    /// How long counted traffic is remembered.
    pub traffic_window: Duration,
    /// What can be done when it went back in time.
    pub raise: Raise,
}

/// Within this time the mailboxes are counted that Lifeboat switched by itself.
pub const SHARE_WINDOW: Duration = Duration::from_secs(60 * 60);

impl Settings {
    /// Whether the platform's traffic speaks against the mailstore.
    pub fn traffic_fails(&self, traffic: &Traffic) -> bool {
        self.deferrals > 0
            && traffic.deferred >= self.deferrals
            && traffic.deferred > traffic.delivered
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            policy: Policy::Automatic,
            failures: 3,
            observations: 5,
            quorum: 1,
            confirm: Duration::from_secs(60),
            active_min: Duration::from_secs(15 * 60),
            return_after: Duration::from_secs(10 * 60),
            returning: Duration::from_secs(10 * 60),
            cool_down: Duration::from_secs(60 * 60),
            flap_window: Duration::from_secs(24 * 60 * 60),
            mailstores_at_once: 2,
            observation_stale: Duration::from_secs(60),
            guard_retry: Duration::from_secs(30),
            has_sentinel: true,
            dry_run: false,
            share_permille_max: 250,
            deferrals: 20,
            traffic_window: Duration::from_secs(2 * 60),
            raise: Raise::Unable,
        }
    }
}
