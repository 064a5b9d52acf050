//! Codes that change every 30 seconds (RFC 6238 with SHA-1 and six digits, what every app reads), and
//! the codes for when the device is lost.

use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use subtle::ConstantTimeEq;

use crate::clock::Timestamp;
use crate::ids::random_bytes;

/// Length of a step, in seconds (RFC 6238 §5.2).
const STEP_SECS: i64 = 30;
/// Steps by which a clock may be wrong, to either side.
const DRIFT_STEPS: u64 = 1;
/// Recovery codes that are given out.
pub const RECOVERY_CODES: usize = 10;
/// Wrong codes in a row that cost nothing: from a network that the person signed in from before, and from
/// others.
const FREE: (u32, u32) = (20, 5);
/// The first wait after them; it doubles with each more.
const WAIT_MIN: Duration = Duration::from_secs(30);
/// The longest wait.
const WAIT_MAX: Duration = Duration::from_secs(3600);
/// RFC 4648 §6.
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// A new secret: 160 bits, as long as the hash (RFC 4226 §4).
pub fn secret() -> [u8; 20] {
    random_bytes()
}

/// The step of a time.
pub fn step_at(now: Timestamp) -> u64 {
    u64::try_from(now.as_millis() / 1000 / STEP_SECS).unwrap_or(0)
}

/// The code of a step (RFC 4226 §5.3).
pub fn code(secret: &[u8; 20], step: u64) -> String {
    let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(secret) else {
        // HMAC takes keys of any length.
        return String::new();
    };
    mac.update(&step.to_be_bytes());
    let hash: [u8; 20] = mac.finalize().into_bytes().into();
    let offset = usize::from(hash[19] & 0xf);
    let number = hash
        .iter()
        .skip(offset)
        .take(4)
        .fold(0_u32, |number, byte| number << 8 | u32::from(*byte));
    format!("{:06}", (number & 0x7fff_ffff) % 1_000_000)
}

/// The step whose code was entered, if it is one of now and none that was used: a code opens once, and
/// none before it opens any more (RFC 6238 §5.2).
pub fn accepted(secret: &[u8; 20], entered: &str, last_step: u64, now: Timestamp) -> Option<u64> {
    let entered: String = entered.chars().filter(|c| !c.is_whitespace()).collect();
    let current = step_at(now);
    let mut found = None;
    for step in current.saturating_sub(DRIFT_STEPS)..=current + DRIFT_STEPS {
        let is_it: bool = code(secret, step)
            .as_bytes()
            .ct_eq(entered.as_bytes())
            .into();
        if is_it && step > last_step {
            found = Some(step);
        }
    }
    found
}

/// How long no code opens after so many wrong ones in a row. Only who knows the password enters any.
pub fn wait_after(wrong: u32, is_known_network: bool) -> Duration {
    let free = if is_known_network { FREE.0 } else { FREE.1 };
    match wrong.checked_sub(free) {
        None => Duration::ZERO,
        Some(more) => WAIT_MIN.saturating_mul(1 << more.min(16)).min(WAIT_MAX),
    }
}

/// A secret as people type it into an app.
pub fn base32(bytes: &[u8]) -> String {
    let mut text = String::new();
    let (mut held, mut bits) = (0_u32, 0);
    for byte in bytes {
        held = held << 8 | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            let at = (held >> bits & 31) as usize;
            text.extend(BASE32.get(at).map(|&b| char::from(b)));
        }
    }
    if bits > 0 {
        let at = (held << (5 - bits) & 31) as usize;
        text.extend(BASE32.get(at).map(|&b| char::from(b)));
    }
    text
}

/// What an app reads from the picture: the key URI format of authenticator apps.
pub fn uri(secret: &[u8; 20], issuer: &str, account: &str) -> String {
    let encode = |text: &str| {
        percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
    };
    let (issuer, account) = (encode(issuer), encode(account));
    format!(
        "otpauth://totp/{issuer}:{account}?secret={}&issuer={issuer}",
        base32(secret)
    )
}

/// New recovery codes, 80 bits each in groups of four: too many to be guessed from a hash.
pub fn recovery_codes() -> Vec<String> {
    let code = |_| {
        let text = base32(&random_bytes::<10>());
        let groups: Vec<&str> = (0..4).filter_map(|n| text.get(n * 4..n * 4 + 4)).collect();
        groups.join("-")
    };
    (0..RECOVERY_CODES).map(code).collect()
}

/// A recovery code as it is kept, however it was typed.
pub fn recovery_form(entered: &str) -> String {
    entered
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_uppercase())
        .take(64)
        .collect()
}

#[cfg(test)]
mod tests;
