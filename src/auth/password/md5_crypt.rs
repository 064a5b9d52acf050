//! MD5-crypt (`$1$`), as FreeBSD's crypt(3) defined it; weak, but still in directories.

use md5::Md5;
use sha2::digest::Digest;
use subtle::ConstantTimeEq;

const ALPHABET: &[u8; 64] = b"./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// `$1$salt$hash`, split.
fn parts(text: &str) -> Option<(&str, &str)> {
    let (salt, hash) = text.strip_prefix("$1$")?.split_once('$')?;
    (hash.len() == 22 && salt.len() <= 64).then_some((salt, hash))
}

/// Whether `text` has the form of such a hash.
pub(super) fn is_valid(text: &str) -> bool {
    parts(text).is_some_and(|(_, hash)| hash.bytes().all(|b| ALPHABET.contains(&b)))
}

/// Whether `password` is the one of `text`.
pub(super) fn verify(password: &[u8], text: &str) -> bool {
    let Some((salt, expected)) = parts(text) else {
        return false;
    };
    // Only the first eight bytes of a salt count.
    let salt = salt.as_bytes();
    let salt = salt.get(..8).unwrap_or(salt);
    encode(&digest(password, salt))
        .as_bytes()
        .ct_eq(expected.as_bytes())
        .into()
}

fn digest(password: &[u8], salt: &[u8]) -> [u8; 16] {
    let alternate: [u8; 16] = Md5::new()
        .chain_update(password)
        .chain_update(salt)
        .chain_update(password)
        .finalize()
        .into();
    let mut first = Md5::new()
        .chain_update(password)
        .chain_update(b"$1$")
        .chain_update(salt);
    for chunk in password.chunks(16) {
        first.update(alternate.get(..chunk.len()).unwrap_or(&alternate));
    }
    let mut bits = password.len();
    while bits > 0 {
        // An old slip that everybody keeps: a zero byte or the password's first.
        if bits & 1 == 1 {
            first.update([0]);
        } else {
            first.update(password.get(..1).unwrap_or_default());
        }
        bits >>= 1;
    }
    let mut result: [u8; 16] = first.finalize().into();
    for round in 0..1000 {
        let mut next = Md5::new();
        let odd = round % 2 == 1;
        next.update(if odd { password } else { &result });
        if round % 3 != 0 {
            next.update(salt);
        }
        if round % 7 != 0 {
            next.update(password);
        }
        next.update(if odd { &result } else { password });
        result = next.finalize().into();
    }
    result
}

/// The digest in crypt's own order and alphabet.
fn encode(d: &[u8; 16]) -> String {
    let groups = [
        (d[0], d[6], d[12]),
        (d[1], d[7], d[13]),
        (d[2], d[8], d[14]),
        (d[3], d[9], d[15]),
        (d[4], d[10], d[5]),
    ];
    let mut text = String::with_capacity(22);
    let mut push = |mut value: u32, characters: usize| {
        for _ in 0..characters {
            text.push(char::from(ALPHABET[(value & 63) as usize]));
            value >>= 6;
        }
    };
    for (high, middle, low) in groups {
        push(
            u32::from(high) << 16 | u32::from(middle) << 8 | u32::from(low),
            4,
        );
    }
    push(u32::from(d[11]), 2);
    text
}
