//! Entity tags: short hashes of what is shown, so that nobody overwrites what they did not see.

use sha2::{Digest, Sha256};

/// The tag of a value.
pub fn etag(value: &impl std::fmt::Debug) -> String {
    let hash: [u8; 32] = Sha256::digest(format!("{value:?}").as_bytes()).into();
    hash.iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
