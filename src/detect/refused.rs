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
mod tests {
    use super::*;

    #[test]
    fn only_silence_after_a_refusal_says_nothing() {
        use Ended::{Broken, Entered, Late, Refused as No};
        let cases: [(&[Ended], Ended, &str); 8] = [
            (&[], Late, "down"),
            (&[No], Late, "unknown"),
            (&[No, Late, Late], Late, "unknown"),
            (&[No, Broken], Late, "unknown"),
            (&[No], Broken, "down"),
            (&[No, Entered], Late, "down"),
            (&[Entered], Late, "down"),
            (&[Entered, Broken], Broken, "down"),
        ];
        for (before, ended, expected) in cases {
            let refused = Refused::default();
            for one in before {
                refused.weigh(*one, Outcome::Up);
            }
            let found = match refused.weigh(ended, Outcome::Down("no answer".into())) {
                Outcome::Up => "up",
                Outcome::Down(_) => "down",
                Outcome::Unknown(_) => "unknown",
            };
            assert_eq!(found, expected, "{before:?}, then {ended:?}");
        }
    }
}
