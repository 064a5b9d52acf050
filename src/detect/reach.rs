//! Whether this machine reaches anything at all: a probe that failed where nothing else answers either
//! says nothing about the mailstore.

use std::time::Duration;

use futures_util::future::join_all;

use crate::failover::Outcome;
use crate::net::{self, Endpoint};

/// Places that answer as long as this machine's own network works. One that takes a connection is
/// enough; without any, the network counts as working.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ControlTargets(Vec<Endpoint>);

impl ControlTargets {
    /// These places.
    pub const fn new(targets: Vec<Endpoint>) -> Self {
        Self(targets)
    }

    /// Whether one of them takes a connection within `limit`.
    async fn is_reached(&self, limit: Duration) -> bool {
        if self.0.is_empty() {
            return true;
        }
        let tries = self.0.iter().map(|target| net::connect(target, limit));
        join_all(tries).await.iter().any(Result::is_ok)
    }
}

/// What `look` finds; "unknown" in place of "down" unless a control target was reached both while it was
/// looked and after it failed.
pub(super) async fn sure<T>(
    targets: &ControlTargets,
    limit: Duration,
    look: impl Future<Output = T>,
    outcome_of: impl Fn(&mut T) -> &mut Outcome,
) -> T {
    let (mut found, before) = tokio::join!(look, targets.is_reached(limit));
    let outcome = outcome_of(&mut found);
    if let Outcome::Down(why) = outcome
        && !(before && targets.is_reached(limit).await)
    {
        *outcome = Outcome::Unknown(format!("no control target answers either ({why})"));
    }
    found
}
