//! Sign-ins that were refused, remembered.
//!
//! A password that was changed is no sign of an outage. Dovecot says so, but keeps who asks waiting
//! longer and longer: `auth_failure_delay` (2 s), and a penalty of up to 15 s for an address whose
//! sign-ins fail (Dovecot, "Authentication Penalty"). So no answer in time says nothing either, from a
//! refusal until the next sign-in that works.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::failover::Outcome;

/// Whether the last sign-in that was answered was refused. Copies share it.
#[derive(Clone, Debug, Default)]
pub struct Refused(Arc<AtomicBool>);

/// What came of a look that signs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    /// It was let in.
    Entered,
    /// It was refused.
    Refused,
    /// There was no answer in time.
    Late,
    /// Anything else.
    Broken,
}

impl Refused {
    /// What `outcome` is worth, and remembers how it ended.
    pub(super) fn weigh(&self, ended: Ended, outcome: Outcome) -> Outcome {
        match ended {
            Ended::Entered => self.0.store(false, Ordering::Relaxed),
            Ended::Refused => self.0.store(true, Ordering::Relaxed),
            Ended::Late | Ended::Broken => {}
        }
        match outcome {
            Outcome::Down(why) if ended == Ended::Late && self.0.load(Ordering::Relaxed) => {
                Outcome::Unknown(format!(
                    "{why}; before that, signing in was refused: check the password"
                ))
            }
            other => other,
        }
    }
}

#[cfg(test)]
mod tests;
