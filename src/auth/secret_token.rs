//! Secrets that Lifeboat gives out itself, for sessions and for the API: 256 random bits, of which
//! only the SHA-256 is kept ([`SecretHash`]).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::ids::random_bytes;
pub use crate::store::sessions::SecretHash;

/// A new secret with `prefix` in front, by which people and scanners know what it is, and what to
/// keep of it.
pub fn generate(prefix: &str) -> (String, SecretHash) {
    let secret = format!("{prefix}{}", URL_SAFE_NO_PAD.encode(random_bytes::<32>()));
    let hash = SecretHash::of(&secret);
    (secret, hash)
}
