//! Requests that come again with the same `Idempotency-Key`: the first answer is given again for a day,
//! and nothing is done twice.
//!
//! Answers may hold secrets that are shown once, such as a token. They are sealed with a key made of the
//! asker's own secret, of which the store has only a hash: who reads the store reads none of them.

use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, Nonce, UnboundKey};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Service, ServiceError};
use crate::store::StoreError;
use crate::store::repeats::{self, RepeatRecord, Slot};

/// How long an answer is given again.
const KEPT: Duration = Duration::from_secs(24 * 3600);
/// Longest key, in characters.
const KEY_CHARS_MAX: usize = 200;
/// How long one waits who has named too many.
const TOO_MANY_WAIT: Duration = Duration::from_secs(600);
/// Most requests of one asker that are kept.
const OF_ASKER_MAX: usize = 2_000;
/// Requests that are forgotten when one is added.
const FORGOTTEN: usize = 20;

/// What was answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// Headers that tell of the content.
    pub headers: Vec<(String, String)>,
    /// The content.
    pub body: Vec<u8>,
}

/// A request that was begun.
pub struct Ticket {
    slot: Slot,
    record: RepeatRecord,
    key: LessSafeKey,
}

impl std::fmt::Debug for Ticket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Ticket")
    }
}

/// Whether a request is to be carried out.
#[derive(Debug)]
pub enum Begun {
    /// It is the first.
    First(Box<Ticket>),
    /// It was carried out before, with this answer.
    Again(Answer),
}

/// Begins a request. `secret` is the asker's, `key` the request's own name, `asked` all of it.
///
/// # Errors
/// [`ServiceError::Invalid`] for a key that is none, or that had another request;
/// [`ServiceError::Conflict`] while the first is at work, or if nobody knows what came of it; when the
/// store fails.
pub async fn begin(
    service: &Service,
    secret: &str,
    key: &str,
    asked: &[&[u8]],
) -> Result<Begun, ServiceError> {
    let invalid = |text: &str| ServiceError::Invalid {
        field: "Idempotency-Key",
        text: text.to_owned(),
    };
    let fits = !key.is_empty()
        && key.len() <= KEY_CHARS_MAX
        && key.bytes().all(|byte| byte.is_ascii_graphic());
    if !fits {
        return Err(invalid("1 to 200 visible ASCII characters"));
    }
    let slot = repeats::slot(
        &hash(&[b"asker", secret.as_bytes()]),
        &hash(&[b"slot", secret.as_bytes(), key.as_bytes()]),
    );
    let fingerprint = hash(asked);
    let now = service.now();
    let first = RepeatRecord {
        fingerprint,
        at: now,
        answer: None,
    };
    let written = first.clone();
    let known = service
        .store
        .write(move |tx| {
            let oldest = now.before(KEPT);
            repeats::forget(tx, oldest, FORGOTTEN)?;
            let known = repeats::get(tx, &slot)?.filter(|known| known.at > oldest);
            if known.is_none() {
                if repeats::count_of_asker(tx, &slot, OF_ASKER_MAX)? >= OF_ASKER_MAX {
                    return Err(ServiceError::Limited {
                        retry_after: TOO_MANY_WAIT,
                    });
                }
                repeats::put(tx, &slot, &written)?;
            }
            Ok::<_, ServiceError>(known)
        })
        .await?;
    let Some(known) = known else {
        let key = sealing(secret, key, &first)?;
        let ticket = Ticket {
            slot,
            record: first,
            key,
        };
        return Ok(Begun::First(Box::new(ticket)));
    };
    if known.fingerprint != fingerprint {
        return Err(invalid("another request had this key: take a new one"));
    }
    match &known.answer {
        None => Err(ServiceError::Conflict(
            "the first request with this key is at work, or ended without a word: look what came of it \
             before you ask with another key"
                .into(),
        )),
        Some(sealed) => open(&sealing(secret, key, &known)?, sealed.clone())
            .map(Begun::Again)
            .ok_or_else(|| ServiceError::Conflict("what was answered cannot be read again".into())),
    }
}

/// Keeps what was answered; without an answer the request may come anew.
///
/// # Errors
/// When the store fails.
pub async fn finish(
    service: &Service,
    ticket: Ticket,
    answer: Option<&Answer>,
) -> Result<(), StoreError> {
    let sealed = answer.and_then(|answer| seal(&ticket.key, answer));
    let (slot, begun) = (ticket.slot, ticket.record);
    service
        .store
        .write(move |tx| {
            // Only what is still this request's own.
            if repeats::get(tx, &slot)?.as_ref() != Some(&begun) {
                return Ok(());
            }
            match &sealed {
                None => repeats::remove(tx, &slot),
                Some(sealed) => {
                    let record = RepeatRecord {
                        answer: Some(sealed.clone()),
                        ..begun.clone()
                    };
                    repeats::put(tx, &slot, &record)
                }
            }
        })
        .await
}

/// A hash over pieces of any length.
fn hash(pieces: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for piece in pieces {
        hash.update((piece.len() as u64).to_be_bytes());
        hash.update(piece);
    }
    hash.finalize().into()
}

/// The key of one answer: another one for each request, so that a nonce is never used twice.
fn sealing(secret: &str, key: &str, of: &RepeatRecord) -> Result<LessSafeKey, ServiceError> {
    let failed = || ServiceError::Unavailable("the answer cannot be sealed".into());
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).map_err(|_| failed())?;
    mac.update(b"lifeboat answer");
    mac.update(&hash(&[
        key.as_bytes(),
        &of.fingerprint,
        &of.at.as_millis().to_be_bytes(),
    ]));
    let bytes = mac.finalize().into_bytes();
    UnboundKey::new(&CHACHA20_POLY1305, &bytes)
        .map(LessSafeKey::new)
        .map_err(|_| failed())
}

fn nonce() -> Nonce {
    Nonce::assume_unique_for_key([0; 12])
}

fn seal(key: &LessSafeKey, answer: &Answer) -> Option<Vec<u8>> {
    let mut bytes = postcard::to_stdvec(answer).ok()?;
    key.seal_in_place_append_tag(nonce(), Aad::empty(), &mut bytes)
        .ok()?;
    Some(bytes)
}

fn open(key: &LessSafeKey, mut sealed: Vec<u8>) -> Option<Answer> {
    let bytes = key.open_in_place(nonce(), Aad::empty(), &mut sealed).ok()?;
    postcard::from_bytes(bytes).ok()
}
