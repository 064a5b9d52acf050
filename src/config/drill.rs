//! `[drill]`: practising an outage on a canary.

use super::drill_time::DrillTime;
use super::section::section;
use super::values::Span;
use crate::ids::Address;
use crate::net::Endpoint;

section! {
    /// Drills: a canary domain is failed over in working hours, gets and sends mail, returns and is merged, and
    /// what came of it is looked for on the mailstore. Nobody else's mail is touched.
    pub struct Drill as "drill" {
        /// A provisioned mailbox on a mailstore that is Lifeboat's alone, in a domain that is too: the whole
        /// domain is failed over. Without it there are no drills.
        pub mailbox: Address = optional "\"canary@drill.example.com\"",
        /// The MX (SMTP, port 25) that mail for the canary is given to, as a stranger would.
        pub mx: Endpoint = optional "\"10.0.0.1:25\"",
        /// When drills are held by themselves: days and times in http.timezone.
        pub schedule: Vec<DrillTime> = default "[]",
        /// The longest that a step may take; then the canary returns and the drill has failed. After ten times
        /// this its failover ends by itself, whatever happens to Lifeboat.
        pub step_timeout: Span = default "\"5m\"",
        /// Target for switching the canary's route, and for switching it back.
        pub target_switch: Span = default "\"5s\"",
        /// Target for a message from the MX to the webmail.
        pub target_receive: Span = default "\"30s\"",
        /// Target for a message from the webmail by way of the smarthost and the MX back to it.
        pub target_send: Span = default "\"60s\"",
        /// Target for the merge after the return.
        pub target_merge: Span = default "\"2m\"",
    }
}
