//! Hashes that are kept for a mechanism of sign-in: SCRAM, CRAM-MD5, DIGEST-MD5, one-time passwords. Each can
//! be verified by the password itself too.

use hmac::{Hmac, KeyInit, Mac};
use md5::Md5;
use sha1::Sha1;
use sha2::Sha256;
use sha2::digest::Digest;

use super::{BASE64, HashError, ROUNDS_MAX, from_hex, md4, same};
use base64::Engine;

/// Most rounds of a one-time password (RFC 2289 leaves it open; Dovecot makes 1,024).
const OTP_ROUNDS_MAX: u32 = 100_000;
/// Longest seed of a one-time password, in bytes.
const OTP_SEED_BYTES_MAX: usize = 32;

/// Such a hash.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Challenge {
    Scram {
        kind: ScramKind,
        salt: Vec<u8>,
        rounds: u32,
        stored_key: Vec<u8>,
    },
    /// What MD5 holds after the outer and the inner key of an HMAC (RFC 2195, RFC 2104).
    CramMd5(Vec<u8>),
    /// MD5 over user, realm and password (RFC 2831 §2.1.2.1), and whose it is.
    DigestMd5(Vec<u8>, Option<String>),
    Otp {
        kind: OtpKind,
        rounds: u32,
        seed: String,
        hash: Vec<u8>,
    },
}

/// The hash of a SCRAM scheme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ScramKind {
    Sha1,
    Sha256,
}

/// The hash of one-time passwords.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OtpKind {
    Md4,
    Md5,
    Sha1,
}

impl Challenge {
    /// What follows the scheme, if it is one of these schemes.
    pub(super) fn parse(scheme: &str, text: &str) -> Option<Result<Self, HashError>> {
        let malformed = || HashError::Malformed(scheme.to_owned());
        let hex = |bytes: usize| {
            let read = from_hex(text).filter(|read| read.len() == bytes);
            read.ok_or_else(malformed)
        };
        Some(match scheme {
            "SCRAM-SHA-1" => parse_scram(scheme, ScramKind::Sha1, text),
            "SCRAM-SHA-256" => parse_scram(scheme, ScramKind::Sha256, text),
            "CRAM-MD5" | "HMAC-MD5" => hex(32).map(Self::CramMd5),
            "DIGEST-MD5" => hex(16).map(|digest| Self::DigestMd5(digest, None)),
            "OTP" => parse_otp(text).ok_or_else(malformed).and_then(|otp| otp),
            _ => return None,
        })
    }

    /// Says whose it is, which some hashes need.
    pub(super) fn belongs_to(&mut self, name: &str) {
        if let Self::DigestMd5(_, user) = self {
            *user = Some(name.to_owned());
        }
    }

    pub(super) fn verify(&self, password: &[u8]) -> bool {
        match self {
            Self::Scram {
                kind,
                salt,
                rounds,
                stored_key,
            } => kind
                .stored_key(password, salt, *rounds)
                .is_some_and(|actual| same(stored_key, &actual)),
            Self::CramMd5(states) => same(states, &cram_states(password)),
            Self::DigestMd5(digest, Some(name)) => {
                let (user, realm) = name.split_once('@').unwrap_or((name, ""));
                let actual = Md5::new()
                    .chain_update(format!("{user}:{realm}:"))
                    .chain_update(password)
                    .finalize();
                same(digest, &actual)
            }
            Self::DigestMd5(_, None) => false,
            Self::Otp {
                kind,
                rounds,
                seed,
                hash,
            } => {
                let mut folded = kind.folded(&[seed.as_bytes(), password].concat());
                for _ in 0..*rounds {
                    folded = kind.folded(&folded);
                }
                same(hash, &folded)
            }
        }
    }
}

impl ScramKind {
    const fn bytes(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha256 => 32,
        }
    }

    /// What a server keeps to know a client by (RFC 5802 §3): H(HMAC(SaltedPassword, "Client Key")).
    fn stored_key(self, password: &[u8], salt: &[u8], rounds: u32) -> Option<Vec<u8>> {
        const LABEL: &[u8] = b"Client Key";
        match self {
            Self::Sha1 => {
                let mut salted = [0; 20];
                pbkdf2::pbkdf2_hmac::<Sha1>(password, salt, rounds, &mut salted);
                let mac = Hmac::<Sha1>::new_from_slice(&salted).ok()?;
                let key = mac.chain_update(LABEL).finalize().into_bytes();
                Some(Sha1::digest(key).to_vec())
            }
            Self::Sha256 => {
                let mut salted = [0; 32];
                pbkdf2::pbkdf2_hmac::<Sha256>(password, salt, rounds, &mut salted);
                let mac = Hmac::<Sha256>::new_from_slice(&salted).ok()?;
                let key = mac.chain_update(LABEL).finalize().into_bytes();
                Some(Sha256::digest(key).to_vec())
            }
        }
    }
}

impl OtpKind {
    /// A digest folded to 64 bits (RFC 2289 appendix A).
    fn folded(self, bytes: &[u8]) -> [u8; 8] {
        let digest = match self {
            Self::Md4 => md4::digest(bytes).to_vec(),
            Self::Md5 => Md5::digest(bytes).to_vec(),
            Self::Sha1 => Sha1::digest(bytes).to_vec(),
        };
        let mut folded = [0; 8];
        for (at, byte) in digest.iter().enumerate() {
            folded[at % 8] ^= byte;
        }
        if self == Self::Sha1 {
            // Its words are written the other way round.
            folded.chunks_exact_mut(4).for_each(<[u8]>::reverse);
        }
        folded
    }
}

/// `rounds,salt,stored key,server key`, as Dovecot writes SCRAM, all but the first in base 64.
fn parse_scram(scheme: &str, kind: ScramKind, text: &str) -> Result<Challenge, HashError> {
    let malformed = || HashError::Malformed(scheme.to_owned());
    let fields: Vec<&str> = text.split(',').collect();
    let [rounds, salt, stored_key, server_key] = fields.as_slice() else {
        return Err(malformed());
    };
    let bytes = |text: &str| BASE64.decode(text).map_err(|_| malformed());
    let rounds: u32 = rounds.parse().map_err(|_| malformed())?;
    let (salt, stored_key) = (bytes(salt)?, bytes(stored_key)?);
    if rounds == 0 || stored_key.len() != kind.bytes() || bytes(server_key)?.len() != kind.bytes() {
        return Err(malformed());
    }
    if rounds > ROUNDS_MAX {
        return Err(HashError::TooCostly);
    }
    Ok(Challenge::Scram {
        kind,
        salt,
        rounds,
        stored_key,
    })
}

/// `sha1 1024 seed hash`; inner error: too costly.
fn parse_otp(text: &str) -> Option<Result<Challenge, HashError>> {
    let mut fields = text.split(' ');
    let kind = match fields.next()? {
        "md4" => OtpKind::Md4,
        "md5" => OtpKind::Md5,
        "sha1" => OtpKind::Sha1,
        _ => return None,
    };
    let rounds: u32 = fields.next()?.parse().ok()?;
    let seed = fields.next()?.to_ascii_lowercase();
    let hash = from_hex(fields.next()?)?;
    if hash.len() != 8 || seed.len() > OTP_SEED_BYTES_MAX || fields.next().is_some() {
        return None;
    }
    if rounds > OTP_ROUNDS_MAX {
        return Some(Err(HashError::TooCostly));
    }
    Some(Ok(Challenge::Otp {
        kind,
        rounds,
        seed,
        hash,
    }))
}

/// What MD5 holds after the outer and the inner block of an HMAC's key, as Dovecot keeps it.
fn cram_states(password: &[u8]) -> [u8; 32] {
    const START: [u32; 4] = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476];
    let hashed = Md5::digest(password);
    let key = if password.len() > 64 {
        hashed.as_slice()
    } else {
        password
    };
    let mut states = [0; 32];
    for (pad, kept) in [0x5c, 0x36].into_iter().zip(states.chunks_exact_mut(16)) {
        let mut block = [pad; 64];
        for (byte, of_key) in block.iter_mut().zip(key) {
            *byte ^= of_key;
        }
        let mut state = START;
        md5::block_api::compress(&mut state, &[block]);
        for (to, word) in kept.chunks_exact_mut(4).zip(state) {
            to.copy_from_slice(&word.to_le_bytes());
        }
    }
    states
}
