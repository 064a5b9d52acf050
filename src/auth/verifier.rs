//! Verifies passwords for everybody at once: a bounded number at a time, and at the same cost
//! whether the account is known or not.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Semaphore;

use super::own_password;
use super::password::PasswordHash;

/// How long a sign-in waits for its turn before it is told to come back.
const WAIT_MAX: Duration = Duration::from_secs(20);

/// Stands in for the hash of an unknown account until a real one was seen.
const STAND_IN: &str = "{SHA512-CRYPT}$6$Tvjz1qISfIpxVhcI$aBdcFbFEwYZAV6dnZ4CoKZKN3ayEXT06rOM7xsf7FNhxz53Pw59O3jR/ORTSDj52oSYueTwqU.znNIRrrzAp50";

/// Too many sign-ins at once: come back in a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many sign-ins at this moment")]
pub struct Busy;

/// Verifies passwords on blocking threads.
///
/// An Argon2 hash takes tens of megabytes: the bound on how many are verified at once is a bound
/// on memory.
#[derive(Clone, Debug)]
pub struct Verifier {
    turns: Arc<Semaphore>,
    /// The hash last verified: what an unknown account is measured with.
    usual: Arc<Mutex<Option<PasswordHash>>>,
}

impl Verifier {
    /// Verifies up to `parallel` passwords at a time.
    pub fn new(parallel: usize) -> Self {
        Self {
            turns: Arc::new(Semaphore::new(parallel.max(1))),
            usual: Arc::new(Mutex::new(PasswordHash::parse(STAND_IN).ok())),
        }
    }

    /// Whether `password` belongs to `hash`, which is `None` for an account that is unknown or has
    /// no usable hash; that takes as long, and the answer is no.
    ///
    /// # Errors
    /// When others waited first for too long.
    pub async fn verify(&self, password: String, hash: Option<PasswordHash>) -> Result<bool, Busy> {
        if let Some(hash) = &hash {
            *self.usual() = Some(hash.clone());
        }
        let stand_in = self.usual().clone();
        self.verify_beside(password, hash, stand_in).await
    }

    /// The same for Lifeboat's own passwords, whose hashes all cost the same.
    ///
    /// # Errors
    /// As [`Verifier::verify`].
    pub async fn verify_own(
        &self,
        password: String,
        hash: Option<PasswordHash>,
    ) -> Result<bool, Busy> {
        let stand_in = PasswordHash::parse(own_password::STAND_IN).ok();
        self.verify_beside(password, hash, stand_in).await
    }

    async fn verify_beside(
        &self,
        password: String,
        hash: Option<PasswordHash>,
        stand_in: Option<PasswordHash>,
    ) -> Result<bool, Busy> {
        let known = hash.is_some();
        let hash = hash.or(stand_in);
        let verified = self
            .work(move || hash.is_some_and(|hash| hash.verify(&password)))
            .await?;
        Ok(known && verified)
    }

    /// Does other work that takes as much as verifying, when its turn has come.
    ///
    /// # Errors
    /// When others waited first for too long, or the work could not be done.
    pub async fn work<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Busy> {
        let turn = tokio::time::timeout(WAIT_MAX, self.turns.clone().acquire_owned())
            .await
            .map_err(|_| Busy)?
            .map_err(|_| Busy)?;
        tokio::task::spawn_blocking(move || {
            let _turn = turn;
            job()
        })
        .await
        .map_err(|_| Busy)
    }

    fn usual(&self) -> std::sync::MutexGuard<'_, Option<PasswordHash>> {
        self.usual.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
