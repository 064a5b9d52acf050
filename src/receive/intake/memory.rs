//! Memory that bodies under way may use.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::Intake;
use crate::receive::acceptor::RefusedBy;
use crate::receive::session::Trust;

impl Intake {
    /// Up to this size a stranger's message may be held in memory as a whole, in octets: there is room for two.
    pub fn look_octets_max(&self) -> u64 {
        self.limits.memory_octets_max / 4
    }

    /// Reserves memory for a body of somebody's.
    ///
    /// # Errors
    /// [`RefusedBy::Busy`].
    pub fn reserve(self: &Arc<Self>, trust: Trust, octets: u64) -> Result<Reservation, RefusedBy> {
        let mut reservation = Reservation {
            intake: Arc::clone(self),
            trust,
            octets: 0,
        };
        reservation.set(octets)?;
        Ok(reservation)
    }
}

/// Memory that a body may use. Given back when dropped.
#[derive(Debug)]
pub struct Reservation {
    intake: Arc<Intake>,
    trust: Trust,
    octets: u64,
}

impl Reservation {
    /// Changes how much it is.
    ///
    /// # Errors
    /// [`RefusedBy::Busy`] when there is not so much; then it stays as it was.
    pub fn set(&mut self, octets: u64) -> Result<(), RefusedBy> {
        let limit = self.intake.limits.memory_octets_max;
        if let Some(more) = octets.checked_sub(self.octets) {
            if let Some(strangers) = self.strangers() {
                take(strangers, more, limit / 2)?;
            }
            if let Err(refused) = take(&self.intake.memory_octets, more, limit) {
                self.give_strangers(more);
                return Err(refused);
            }
        } else {
            self.give(self.octets - octets);
        }
        self.octets = octets;
        Ok(())
    }

    fn strangers(&self) -> Option<&AtomicU64> {
        (self.trust == Trust::Stranger).then_some(&self.intake.stranger_octets)
    }

    fn give(&self, octets: u64) {
        self.give_strangers(octets);
        let all = &self.intake.memory_octets;
        all.fetch_sub(octets, Ordering::Relaxed);
    }

    fn give_strangers(&self, octets: u64) {
        if let Some(strangers) = self.strangers() {
            strangers.fetch_sub(octets, Ordering::Relaxed);
        }
    }

    /// How much it is.
    pub fn octets(&self) -> u64 {
        self.octets
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        self.give(self.octets);
    }
}

/// Takes so many more octets, if there are not more than `limit` then.
fn take(all: &AtomicU64, more: u64, limit: u64) -> Result<(), RefusedBy> {
    all.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |used| {
        used.checked_add(more).filter(|&sum| sum <= limit)
    })
    .map(drop)
    .map_err(|_| RefusedBy::Busy)
}
