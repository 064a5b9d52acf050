//! Signing in and out, of users with their usual password and of operators and resellers with a
//! token or as one of their people ([`persons::own`]); and who a session belongs to.
//!
//! A session's secret exists in the browser alone; the store has its hash. It is new with every
//! sign-in and can be ended on the server.

use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::{Actor, Service, ServiceError, live_check, persons, token};
use crate::auth::limits::{Attempt, GuessLimits, Limited, Rates};
use crate::auth::live::Live;
use crate::auth::password::PasswordHash;
use crate::auth::secret_token;
use crate::auth::verifier::{Busy, Verifier};
use crate::clock::Timestamp;
use crate::config::Config;
use crate::ids::Address;
use crate::store::directory::{self, Mailbox};
use crate::store::sessions::{self, Principal, Role, SecretHash, SessionRecord};
use crate::store::{ReadTx, StoreError, messages};

/// In front of a session's secret.
pub(super) const PREFIX: &str = "lbs_";

/// What sign-ins share: the bound on passwords being verified, and the limits for guessing.
#[derive(Debug)]
pub struct Doors {
    verifier: Verifier,
    live: Live,
    limits: Mutex<GuessLimits>,
    console: Mutex<GuessLimits>,
}

/// Failed sign-ins a minute for one person of the console from one address.
const CONSOLE_FAILURES: u32 = 6;

impl Doors {
    /// With the limits of a configuration.
    pub fn new(config: &Config) -> Self {
        let sign_in = &config.sign_in;
        Self {
            verifier: Verifier::new(sign_in.verify_parallel as usize),
            live: Live::new(&config.live_check),
            limits: Mutex::new(GuessLimits::new(Rates {
                account: Some(sign_in.failures_per_account),
                account_and_address: sign_in.failures_per_account_and_address,
                network: sign_in.failures_per_network,
            })),
            console: Mutex::new(GuessLimits::new(Rates {
                // Wrong codes have a limit of their own, which only who knows the password comes to.
                account: None,
                account_and_address: sign_in
                    .failures_per_account_and_address
                    .min(CONSOLE_FAILURES),
                network: sign_in.failures_per_network,
            })),
        }
    }

    /// Before a password or code of the console is verified.
    pub(super) fn console_attempt(
        &self,
        name: &Address,
        client: IpAddr,
        now: Timestamp,
    ) -> Result<Attempt, Limited> {
        self.console_limits().attempt(name, client, now)
    }

    /// After it was right.
    pub(super) fn console_succeeded(&self, attempt: Attempt, now: Timestamp) {
        self.console_limits().succeeded(attempt, now);
    }

    fn console_limits(&self) -> std::sync::MutexGuard<'_, GuessLimits> {
        self.console.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// As [`Verifier::verify_own`].
    pub(super) async fn verify_own(
        &self,
        password: String,
        hash: Option<PasswordHash>,
    ) -> Result<bool, Busy> {
        self.verifier.verify_own(password, hash).await
    }

    /// As [`Verifier::verify`].
    pub(super) async fn verify(
        &self,
        password: String,
        hash: Option<PasswordHash>,
    ) -> Result<bool, Busy> {
        self.verifier.verify(password, hash).await
    }

    /// Services that know users' passwords.
    pub(super) const fn live(&self) -> &Live {
        &self.live
    }

    /// As [`Verifier::work`].
    pub(super) async fn work<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Busy> {
        self.verifier.work(job).await
    }

    fn limits(&self) -> std::sync::MutexGuard<'_, GuessLimits> {
        self.limits.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Why nobody was signed in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignInError {
    /// The address or the password is wrong; which of them is not said.
    #[error("the address or the password is not right")]
    Wrong,
    /// Too many attempts.
    #[error(transparent)]
    Limited(#[from] Limited),
    /// Too many at this moment.
    #[error(transparent)]
    Busy(#[from] Busy),
    /// The store's trouble.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Signs a user in; returns the session's secret, for the browser alone.
///
/// # Errors
/// [`SignInError`].
pub async fn user(
    service: &Service,
    doors: &Doors,
    address: &str,
    password: String,
    client: IpAddr,
) -> Result<String, SignInError> {
    let now = service.now();
    let Ok(address) = address.trim().parse::<Address>() else {
        return Err(SignInError::Wrong);
    };
    let attempt = doors.limits().attempt(&address, client, now)?;
    let found = service.store.read(|tx| directory::resolve(tx, &address))?;
    let right = live_check::is_right(service, doors, &address, found.as_ref(), password).await?;
    let Some(mailbox) = found.filter(|_| right) else {
        return Err(SignInError::Wrong);
    };
    doors.limits().succeeded(attempt, now);
    let session = SessionRecord::of_user(&mailbox, now);
    Ok(begin(service, session, Some(mailbox), now).await?)
}

/// Begins a session for somebody with a token; returns its secret.
///
/// # Errors
/// [`ServiceError::Unauthenticated`] if the token opens nothing; when the store fails.
pub async fn console(service: &Service, token: &str) -> Result<String, ServiceError> {
    let now = service.now();
    let recognised = token::recognise(service, token.trim())?;
    if matches!(recognised.role, Role::Agent(_) | Role::Router) {
        return Err(ServiceError::Unauthenticated);
    }
    let principal = Principal::Token {
        token: recognised.id,
        role: recognised.role,
    };
    let session = SessionRecord::new(principal, now);
    Ok(begin(service, session, None, now).await?)
}

pub(super) async fn begin(
    service: &Service,
    session: SessionRecord,
    mailbox: Option<Mailbox>,
    now: Timestamp,
) -> Result<String, StoreError> {
    let (secret, hash) = secret_token::generate(PREFIX);
    service
        .store
        .write(move |tx| {
            sessions::put(tx, &hash, &session)?;
            if let Some(mailbox) = &mailbox {
                // The state is there only once the mailbox is used; a sign-in alone does not use it.
                if let Some(mut state) = messages::state(tx, mailbox.record.id)? {
                    state.signed_in_at = Some(now);
                    messages::put_state(tx, mailbox.record.id, &state)?;
                }
            }
            Ok::<_, StoreError>(())
        })
        .await?;
    Ok(secret)
}

/// Whose session a secret is; [`ServiceError::Unauthenticated`] if it is nobody's any more.
///
/// # Errors
/// As said; when the store fails.
pub async fn recognise(service: &Service, secret: &str) -> Result<Actor, ServiceError> {
    let now = service.now();
    let hash = SecretHash::of(secret);
    let idle = service.config().sign_in.session_idle.duration();
    let (session, mailbox) = service
        .store
        .read(|tx| found(tx, &hash, now, idle))?
        .ok_or(ServiceError::Unauthenticated)?;
    let actor = match &session.principal {
        Principal::User { mailbox: id, .. } => {
            let mailbox = mailbox.ok_or(ServiceError::Unauthenticated)?;
            Actor::User(*id, mailbox.address)
        }
        Principal::Token { token, .. } => token::recall(service, *token)?.actor,
        Principal::Person { person, generation } => persons::recall(service, *person, *generation)?,
    };
    if sessions::is_stale(&session, now) {
        service
            .store
            .write(move |tx| sessions::seen(tx, &hash, now))
            .await?;
    }
    Ok(actor)
}

/// A session that is not over, and the user's mailbox. A user's is over too when the mailbox left the
/// directory or has another password.
fn found(
    tx: &dyn ReadTx,
    hash: &SecretHash,
    now: Timestamp,
    idle: Duration,
) -> Result<Option<(SessionRecord, Option<Mailbox>)>, StoreError> {
    let Some(session) = sessions::find(tx, hash, now, idle)? else {
        return Ok(None);
    };
    let mailbox = session.mailbox(tx)?;
    let is_over = matches!(session.principal, Principal::User { .. }) && mailbox.is_none();
    Ok((!is_over).then_some((session, mailbox)))
}

/// Whether a session is still good, without using it: what a page learns by itself does not keep its
/// user signed in.
///
/// # Errors
/// When the store fails.
pub fn is_good(service: &Service, secret: &str) -> Result<bool, StoreError> {
    let idle = service.config().sign_in.session_idle.duration();
    let (hash, now) = (SecretHash::of(secret), service.now());
    let found = service.store.read(|tx| found(tx, &hash, now, idle))?;
    Ok(found.is_some())
}

/// Ends a session.
///
/// # Errors
/// When the store fails.
pub async fn sign_out(service: &Service, secret: &str) -> Result<(), ServiceError> {
    let hash = SecretHash::of(secret);
    service
        .store
        .write(move |tx| {
            sessions::revoke(tx, &hash);
            Ok::<_, StoreError>(())
        })
        .await?;
    Ok(())
}
