//! What a person does for itself: signing in, choosing a password, setting up a second factor.

use std::net::IpAddr;
use std::time::Duration;

use super::{Actor, NONE, PREFIX, PersonView, Service, ServiceError, invalid, kept, view};
use crate::auth::limits::network_of;
use crate::auth::own_password::{self, Unfit};
use crate::auth::password::PasswordHash;
use crate::auth::{secret_token, totp};
use crate::clock::Timestamp;
use crate::ids::{Address, PersonId};
use crate::service::sign_in::{self, Doors, SignInError};
use crate::store::persons::{PendingFactor, PersonRecord, SecondFactor};
use crate::store::sessions::{self, Principal, SecretHash, SessionRecord};
use crate::store::{StoreError, Tx, audit};

/// Networks of a person that are kept.
const NETWORKS_MAX: usize = 8;
/// So many wrong codes in a row are told of in the audit log.
const TOLD: u32 = 5;
/// How long the first code of a second factor is waited for.
const PENDING: Duration = Duration::from_secs(3600);
/// What the codes are called in an app.
const ISSUER: &str = "Lifeboat";

/// Signs a person in to the console; returns the session's secret. What of name, password and code is
/// wrong is not said.
///
/// # Errors
/// [`SignInError`].
pub async fn sign_in(
    service: &Service,
    doors: &Doors,
    name: &str,
    password: String,
    code: &str,
    client: IpAddr,
) -> Result<String, SignInError> {
    let now = service.now();
    let Ok(name) = name.trim().parse::<Address>() else {
        return Err(SignInError::Wrong);
    };
    let attempt = doors.console_attempt(&name, client, now)?;
    let found = service.store.read(|tx| kept::find(tx, &name))?;
    let hash = found
        .as_ref()
        .and_then(|(_, record)| record.password_hash.as_deref())
        .and_then(|text| PasswordHash::parse(text).ok());
    let right = doors.verify_own(password, hash).await?;
    let Some((id, verified)) = found.filter(|_| right) else {
        return Err(SignInError::Wrong);
    };
    let (secret, hash) = secret_token::generate(sign_in::PREFIX);
    let code = code.to_owned();
    let event = service.entry(
        &super::actor_of(id, verified.clone()),
        "person.sign-in",
        format!("person:{id}"),
        "",
    );
    let mut guessed = event.clone();
    "person.wrong-codes".clone_into(&mut guessed.action);
    "the password was right, and the codes were wrong".clone_into(&mut guessed.why);
    let network = network_of(client);
    let begun = service
        .store
        .write(move |tx| {
            // A code is accepted, and what was verified compared, in the transaction that begins the
            // session: no code opens two, and no password that was changed meanwhile opens one.
            let Some(mut record) = kept::get(tx, id)? else {
                return Ok(false);
            };
            let is_same = record.password_hash == verified.password_hash
                && record.generation == verified.generation;
            if !is_same {
                return Ok(false);
            }
            let wrong = |record: &PersonRecord| record.second.as_ref().map(|second| second.wrong);
            let before = wrong(&record);
            if !takes_code(&mut record, &code, network, now) {
                let after = wrong(&record);
                if after != before && after == Some(TOLD) {
                    audit::append(tx, guessed.clone())?;
                }
                kept::put(tx, id, &record)?;
                return Ok(false);
            }
            record.signed_in_at = Some(now);
            record.networks.retain(|known| *known != network);
            record.networks.insert(0, network);
            record.networks.truncate(NETWORKS_MAX);
            kept::put(tx, id, &record)?;
            let principal = Principal::Person {
                person: id,
                generation: record.generation,
            };
            let session = SessionRecord::new(principal, now);
            audit::append(tx, event.clone())?;
            sessions::put(tx, &hash, &session)?;
            Ok::<_, StoreError>(true)
        })
        .await?;
    if !begun {
        return Err(SignInError::Wrong);
    }
    doors.console_succeeded(attempt, now);
    Ok(secret)
}

/// Whether a code opens, where one is asked for; what was used is used up. After wrong ones none opens for
/// some time, which is not said: it would tell a stranger that the password is right.
fn takes_code(record: &mut PersonRecord, entered: &str, network: IpAddr, now: Timestamp) -> bool {
    let is_known = record.networks.contains(&network);
    let Some(second) = &mut record.second else {
        return true;
    };
    if now
        < second
            .wrong_at
            .after(totp::wait_after(second.wrong, is_known))
    {
        return false;
    }
    let is_right = is_code(second, entered, now);
    second.wrong = if is_right {
        0
    } else {
        second.wrong.saturating_add(1)
    };
    second.wrong_at = now;
    is_right
}

fn is_code(second: &mut SecondFactor, entered: &str, now: Timestamp) -> bool {
    if let Some(step) = totp::accepted(&second.secret, entered, second.last_step, now) {
        second.last_step = step;
        return true;
    }
    let hash = SecretHash::of(&totp::recovery_form(entered));
    let before = second.recovery.len();
    second.recovery.retain(|known| *known != hash);
    second.recovery.len() < before
}

/// Whose link this is.
///
/// # Errors
/// [`ServiceError::NotFound`] if it is nobody's, or good no more; when the store fails.
pub fn invited(service: &Service, key: &str) -> Result<PersonView, ServiceError> {
    let (id, record) = of_link(service, key)?;
    Ok(view(id, &record, service.now()))
}

fn of_link(service: &Service, key: &str) -> Result<(PersonId, PersonRecord), ServiceError> {
    let id = key
        .strip_prefix(PREFIX)
        .and_then(|rest| rest.split_once('_'))
        .and_then(|(id, _)| id.parse::<PersonId>().ok())
        .ok_or(NONE)?;
    let record = service.store.read(|tx| kept::get(tx, id))?.ok_or(NONE)?;
    match is_link(&record, key, service.now()) {
        true => Ok((id, record)),
        false => Err(NONE),
    }
}

fn is_link(record: &PersonRecord, key: &str, now: Timestamp) -> bool {
    let invitation = record.invitation.as_ref();
    invitation.is_some_and(|known| known.hash == SecretHash::of(key) && now < known.until)
}

/// Chooses a password by a link, which is used up with that; all sessions of the person end.
///
/// # Errors
/// [`ServiceError::Invalid`] for a password that is too short or too long; as [`invited`].
pub async fn choose(
    service: &Service,
    doors: &Doors,
    key: &str,
    password: String,
) -> Result<(), ServiceError> {
    let (id, person) = of_link(service, key)?;
    let made = make(doors, password).await?;
    let (key, now) = (key.to_owned(), service.now());
    let actor = super::actor_of(id, person);
    let event = service.entry(&actor, "person.password", format!("person:{id}"), "");
    service
        .store
        .write(move |tx| {
            let found = kept::get(tx, id)?;
            let mut record = found.filter(|r| is_link(r, &key, now)).ok_or(NONE)?;
            record.invitation = None;
            record.password_hash = Some(made.clone());
            record.generation = record.generation.wrapping_add(1);
            audit::append(tx, event.clone())?;
            Ok(kept::put(tx, id, &record)?)
        })
        .await
}

async fn make(doors: &Doors, password: String) -> Result<String, ServiceError> {
    let made = doors.work(move || own_password::hash(&password)).await;
    let made = made.map_err(|busy| ServiceError::Unavailable(busy.to_string()))?;
    made.map_err(|unfit| match unfit {
        Unfit::Failed => ServiceError::Unavailable(unfit.to_string()),
        unfit => invalid("password", unfit.to_string()),
    })
}

fn person_of(actor: &Actor) -> Result<PersonId, ServiceError> {
    match actor {
        Actor::Operator(means) | Actor::Reseller(_, means) => means.person,
        _ => None,
    }
    .ok_or(ServiceError::NotFound("such a page"))
}

/// The person itself, as it stands.
#[derive(Clone, Debug)]
pub struct Account {
    /// As others see it.
    pub view: PersonView,
    /// Recovery codes that are left.
    pub recovery_left: usize,
    /// What is being set up: the secret as it is typed into an app, and as a key URI.
    pub setup: Option<(String, String)>,
}

/// The account of whoever asks.
///
/// # Errors
/// [`ServiceError::NotFound`] for tokens, which have none; when the store fails.
pub fn account(service: &Service, actor: &Actor) -> Result<Account, ServiceError> {
    let id = person_of(actor)?;
    let record = service.store.read(|tx| kept::get(tx, id))?.ok_or(NONE)?;
    let name = record.sign_in.to_string();
    Ok(Account {
        view: view(id, &record, service.now()),
        recovery_left: record.second.map_or(0, |second| second.recovery.len()),
        setup: pending(record.pending.as_ref(), service.now()).map(|secret| {
            let uri = totp::uri(secret, ISSUER, &name);
            (totp::base32(secret), uri)
        }),
    })
}

/// The secret of a second factor that is still being set up.
fn pending(known: Option<&PendingFactor>, now: Timestamp) -> Option<&[u8; 20]> {
    known
        .filter(|pending| now < pending.until)
        .map(|pending| &pending.secret)
}

/// What a person changes about itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wish {
    /// Another password; all sessions end.
    Password(String),
    /// To set up a second factor.
    SetUp,
    /// The first code of the app that was set up; all other sessions end.
    Confirm(String),
    /// No second factor any more; all sessions end.
    Remove,
}

/// Changes what is the person's own. `password` is its password as it is, which nobody who found an open
/// browser knows; to confirm a code it is not asked for again. `session` is the secret of its session. Returns recovery codes where there are new
/// ones: they are shown once.
///
/// # Errors
/// [`ServiceError::Invalid`] for a password or code that is not right or does not fit,
/// [`ServiceError::Limited`] after too many of them; [`ServiceError::NotFound`] for tokens; when the store
/// fails.
pub async fn change(
    service: &Service,
    doors: &Doors,
    actor: &Actor,
    client: IpAddr,
    password: String,
    session: &str,
    wish: Wish,
) -> Result<Vec<String>, ServiceError> {
    let id = person_of(actor)?;
    let now = service.now();
    let before = service.store.read(|tx| kept::get(tx, id))?.ok_or(NONE)?;
    let attempt = doors
        .console_attempt(&before.sign_in, client, now)
        .map_err(|limited| ServiceError::Limited {
            retry_after: limited.retry_after,
        })?;
    if !matches!(wish, Wish::Confirm(_)) {
        let hash = before.password_hash.as_deref();
        let hash = hash.and_then(|text| PasswordHash::parse(text).ok());
        let right = doors.verify_own(password, hash).await;
        if !right.map_err(|busy| ServiceError::Unavailable(busy.to_string()))? {
            return Err(invalid("current", "this is not your password"));
        }
    }
    let made = match &wish {
        Wish::Password(new) => Some(make(doors, new.clone()).await?),
        _ => None,
    };
    let action = match &wish {
        Wish::Password(_) => "person.password",
        Wish::SetUp => "person.second-factor.begin",
        Wish::Confirm(_) => "person.second-factor.set",
        Wish::Remove => "person.second-factor.remove",
    };
    let event = service.entry(actor, action, format!("person:{id}"), "");
    let codes = match &wish {
        Wish::Confirm(_) => totp::recovery_codes(),
        _ => Vec::new(),
    };
    let own = SecretHash::of(session);
    let hashes: Vec<SecretHash> = codes
        .iter()
        .map(|code| SecretHash::of(&totp::recovery_form(code)))
        .collect();
    service
        .store
        .write(move |tx| {
            let mut record = kept::get(tx, id)?.ok_or(NONE)?;
            if record.password_hash != before.password_hash {
                return Err(invalid("current", "this is not your password any more"));
            }
            match &wish {
                Wish::Password(_) => {
                    record.password_hash.clone_from(&made);
                    record.invitation = None;
                    record.generation = record.generation.wrapping_add(1);
                }
                Wish::SetUp => {
                    record.pending = Some(PendingFactor {
                        secret: totp::secret(),
                        until: now.after(PENDING),
                    });
                }
                Wish::Confirm(code) => {
                    let wrong = || invalid("code", "this is not the code that the app shows now");
                    let secret = *pending(record.pending.as_ref(), now).ok_or_else(wrong)?;
                    let last_step = totp::accepted(&secret, code, 0, now).ok_or_else(wrong)?;
                    record.pending = None;
                    record.second = Some(SecondFactor {
                        secret,
                        last_step,
                        recovery: hashes.clone(),
                        wrong: 0,
                        wrong_at: now,
                    });
                    // Whoever signed in without a code is out; only this session goes on.
                    record.generation = record.generation.wrapping_add(1);
                    go_on(tx, &own, id, record.generation)?;
                }
                Wish::Remove => {
                    record.second = None;
                    record.pending = None;
                    record.generation = record.generation.wrapping_add(1);
                }
            }
            audit::append(tx, event.clone())?;
            Ok(kept::put(tx, id, &record)?)
        })
        .await?;
    doors.console_succeeded(attempt, now);
    Ok(codes)
}

/// Takes a person's own session over into a new generation.
fn go_on(
    tx: &mut dyn Tx,
    hash: &SecretHash,
    id: PersonId,
    generation: u32,
) -> Result<(), StoreError> {
    let Some(mut session) = sessions::get(tx, hash)? else {
        return Ok(());
    };
    if matches!(session.principal, Principal::Person { person, .. } if person == id) {
        session.principal = Principal::Person {
            person: id,
            generation,
        };
        sessions::put(tx, hash, &session)?;
    }
    Ok(())
}
