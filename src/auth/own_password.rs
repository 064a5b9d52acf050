//! Passwords that are Lifeboat's own, of people who sign in to the console: made into Argon2id hashes.
//! Users' hashes come from the directory and are never made here.

use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use super::password::PASSWORD_BYTES_MAX;
use crate::ids::random_bytes;

/// Fewest characters (NIST SP 800-63B-4 asks for 15 where there is no second factor, and for no rules
/// about their kind).
pub const CHARS_MIN: usize = 15;
/// Memory in KiB, passes and lanes: what OWASP's password storage cheat sheet asks for at the least.
const COST: (u32, u32, u32) = (19 * 1024, 2, 1);

/// A hash of that cost, of a password that nobody has.
pub(super) const STAND_IN: &str = "{ARGON2ID}$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Why a password is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// Too few characters.
    #[error("a password has {CHARS_MIN} characters or more")]
    Short,
    /// Too many bytes, or a NUL.
    #[error("a password has at most {PASSWORD_BYTES_MAX} bytes")]
    Long,
    /// It cannot be hashed on this machine now.
    #[error("the password could not be hashed")]
    Failed,
}

/// Whether a password may be chosen.
///
/// # Errors
/// [`Unfit`].
pub fn check(password: &str) -> Result<(), Unfit> {
    if password.chars().count() < CHARS_MIN {
        return Err(Unfit::Short);
    }
    if password.len() > PASSWORD_BYTES_MAX || password.contains('\0') {
        return Err(Unfit::Long);
    }
    Ok(())
}

/// A new hash, `{ARGON2ID}$argon2id$…`. Takes tens of milliseconds and 19 MB: never on an async thread.
///
/// # Errors
/// [`Unfit`].
pub fn hash(password: &str) -> Result<String, Unfit> {
    check(password)?;
    hash_of_others(password)
}

/// The same of a password that was chosen elsewhere, and is the right one there.
///
/// # Errors
/// [`Unfit`], but for what is short.
pub fn hash_of_others(password: &str) -> Result<String, Unfit> {
    if password.len() > PASSWORD_BYTES_MAX || password.contains('\0') {
        return Err(Unfit::Long);
    }
    let (memory, passes, lanes) = COST;
    let params = Params::new(memory, passes, lanes, Some(32)).map_err(|_| Unfit::Failed)?;
    let salt = random_bytes::<16>();
    let mut key = [0; 32];
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(password.as_bytes(), &salt, &mut key)
        .map_err(|_| Unfit::Failed)?;
    let (salt, key) = (STANDARD_NO_PAD.encode(salt), STANDARD_NO_PAD.encode(key));
    Ok(format!(
        "{{ARGON2ID}}$argon2id$v=19$m={memory},t={passes},p={lanes}${salt}${key}"
    ))
}

#[cfg(test)]
mod tests;
