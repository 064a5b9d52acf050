//! `[failover]`: when Lifeboat takes over and when it hands back.

use serde::{Deserialize, Serialize};

use super::section::section;
use super::values::Span;

/// Who decides to take over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PolicyName {
    /// Lifeboat alerts; a person activates.
    Manual,
    /// Lifeboat announces the activation and makes it unless vetoed.
    Assisted,
    /// Lifeboat activates.
    Automatic,
}

/// The vantage point that the server itself is.
pub const OWN_VANTAGE: &str = "lifeboat";

/// Longest name of a vantage point, in octets.
const VANTAGE_NAME_OCTETS_MAX: usize = 64;

/// Whether a vantage point can be called so.
pub fn is_vantage_name(name: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_.".contains(&b);
    !name.is_empty() && name.len() <= VANTAGE_NAME_OCTETS_MAX && name.bytes().all(allowed)
}

section! {
    /// When Lifeboat takes over a mailstore's mail and when it hands it back. By hand (console, API,
    /// `lifeboat failover`) both work at once.
    pub struct Failover as "failover" {
        /// Who decides to take over: "automatic"; "assisted", which announces it and waits
        /// assisted_after for a veto; or "manual", which only alerts. Settable per mailstore.
        pub policy: PolicyName = default "\"automatic\"",
        /// How long an assisted activation waits for a veto (`lifeboat failover return`).
        pub assisted_after: Span = default "\"10m\"",
        /// A mailstore is suspected when so many …
        pub failures: u32 = default "3",
        /// … of a probe's last so many observations failed.
        pub observations: u32 = default "5",
        /// How long a suspicion must last before Lifeboat takes over.
        pub confirm: Span = default "\"60s\"",
        /// The shortest time that an activation lasts.
        pub active_min: Span = default "\"15m\"",
        /// How long no probe may fail before mail goes back by itself; doubled, up to eightfold, for
        /// each earlier activation within flap_window. Without a sentinel mail never goes back by
        /// itself.
        pub return_after: Span = default "\"10m\"",
        /// How long a mailstore is watched after the return; when it fails again meanwhile Lifeboat
        /// takes over without a new confirmation.
        pub returning: Span = default "\"10m\"",
        /// After a return by itself Lifeboat does not take over again for so long, but asks.
        pub cool_down: Span = default "\"1h\"",
        /// See return_after.
        pub flap_window: Span = default "\"24h\"",
        /// Mailboxes of one mailstore whose UIDs are raised in a second, after it was restored to an
        /// earlier state.
        pub raise_per_second: u32 = default "50",
        /// Mailboxes of one mailstore whose UIDs are raised at the same time.
        pub raise_concurrency: u32 = default "4",
        /// Dangerous: false lets mail return to a restored mailstore without raising UIDs. Desktop
        /// clients then silently miss new messages. For tests that show this.
        pub raise_uidnext: bool = default "true",
        /// More mailstores than this at once are not taken over without a person's word, as the
        /// fault may be in Lifeboat's own network. The first is never held back.
        pub mailstores_at_once: u32 = default "2",
        /// When more than this many percent of all mailboxes would be taken over within an hour, a
        /// person must say so. The first mailstore is never held back; 100 for no limit.
        pub mailboxes_percent_max: u32 = default "25",
        /// The agents (`lifeboat agent`) whose reports count, by the names in their tokens. A report
        /// from another one is refused.
        pub vantages: Vec<String> = default "[]",
        /// So many vantage points must see a mailstore failing, this server among them as one. 0: more
        /// than half of this server and the vantages named above.
        pub quorum: u32 = default "0",
        /// When the MX put off so many deliveries to a mailstore within traffic_window, and more than
        /// were made, that counts like one more vantage point, but never alone. 0: never.
        pub deferrals: u32 = default "20",
        /// How long deliveries and sign-ins that logs or agents told of are counted.
        pub traffic_window: Span = default "\"2m\"",
        /// Decides and writes down what would be done, and switches nothing by itself, neither way. By
        /// hand everything works. Settable per mailstore.
        pub dry_run: bool = default "false",
    }
}
