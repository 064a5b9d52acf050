//! Traditional crypt(3): 25 rounds of DES (FIPS 46-3) over nothing, the password as the key, the salt mixed
//! into the expansion. Eight characters count; weak, but still in directories.

use subtle::ConstantTimeEq;

const ALPHABET: &[u8; 64] = b"./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// The low 28 bits: half of a key schedule's state.
const HALF: u32 = (1 << 28) - 1;

/// Where each bit of a block comes from at the end.
const FINAL: [u32; 64] = [
    40, 8, 48, 16, 56, 24, 64, 32, 39, 7, 47, 15, 55, 23, 63, 31, 38, 6, 46, 14, 54, 22, 62, 30,
    37, 5, 45, 13, 53, 21, 61, 29, 36, 4, 44, 12, 52, 20, 60, 28, 35, 3, 43, 11, 51, 19, 59, 27,
    34, 2, 42, 10, 50, 18, 58, 26, 33, 1, 41, 9, 49, 17, 57, 25,
];
/// Which bits of a key count.
const KEY_BITS: [u32; 56] = [
    57, 49, 41, 33, 25, 17, 9, 1, 58, 50, 42, 34, 26, 18, 10, 2, 59, 51, 43, 35, 27, 19, 11, 3, 60,
    52, 44, 36, 63, 55, 47, 39, 31, 23, 15, 7, 62, 54, 46, 38, 30, 22, 14, 6, 61, 53, 45, 37, 29,
    21, 13, 5, 28, 20, 12, 4,
];
/// How far the key is rotated before each round.
const ROTATED: [u32; 16] = [1, 1, 2, 2, 2, 2, 2, 2, 1, 2, 2, 2, 2, 2, 2, 1];
/// Which bits of the rotated key a round uses.
const ROUND_KEY_BITS: [u32; 48] = [
    14, 17, 11, 24, 1, 5, 3, 28, 15, 6, 21, 10, 23, 19, 12, 4, 26, 8, 16, 7, 27, 20, 13, 2, 41, 52,
    31, 37, 47, 55, 30, 40, 51, 45, 33, 48, 44, 49, 39, 56, 34, 53, 46, 42, 50, 36, 29, 32,
];
/// How the bits of a round's result are mixed.
const MIXED: [u32; 32] = [
    16, 7, 20, 21, 29, 12, 28, 17, 1, 15, 23, 26, 5, 18, 31, 10, 2, 8, 24, 14, 32, 27, 3, 9, 19,
    13, 30, 6, 22, 11, 4, 25,
];
/// The substitutions.
const BOXES: [[u8; 64]; 8] = [
    [
        14, 4, 13, 1, 2, 15, 11, 8, 3, 10, 6, 12, 5, 9, 0, 7, 0, 15, 7, 4, 14, 2, 13, 1, 10, 6, 12,
        11, 9, 5, 3, 8, 4, 1, 14, 8, 13, 6, 2, 11, 15, 12, 9, 7, 3, 10, 5, 0, 15, 12, 8, 2, 4, 9,
        1, 7, 5, 11, 3, 14, 10, 0, 6, 13,
    ],
    [
        15, 1, 8, 14, 6, 11, 3, 4, 9, 7, 2, 13, 12, 0, 5, 10, 3, 13, 4, 7, 15, 2, 8, 14, 12, 0, 1,
        10, 6, 9, 11, 5, 0, 14, 7, 11, 10, 4, 13, 1, 5, 8, 12, 6, 9, 3, 2, 15, 13, 8, 10, 1, 3, 15,
        4, 2, 11, 6, 7, 12, 0, 5, 14, 9,
    ],
    [
        10, 0, 9, 14, 6, 3, 15, 5, 1, 13, 12, 7, 11, 4, 2, 8, 13, 7, 0, 9, 3, 4, 6, 10, 2, 8, 5,
        14, 12, 11, 15, 1, 13, 6, 4, 9, 8, 15, 3, 0, 11, 1, 2, 12, 5, 10, 14, 7, 1, 10, 13, 0, 6,
        9, 8, 7, 4, 15, 14, 3, 11, 5, 2, 12,
    ],
    [
        7, 13, 14, 3, 0, 6, 9, 10, 1, 2, 8, 5, 11, 12, 4, 15, 13, 8, 11, 5, 6, 15, 0, 3, 4, 7, 2,
        12, 1, 10, 14, 9, 10, 6, 9, 0, 12, 11, 7, 13, 15, 1, 3, 14, 5, 2, 8, 4, 3, 15, 0, 6, 10, 1,
        13, 8, 9, 4, 5, 11, 12, 7, 2, 14,
    ],
    [
        2, 12, 4, 1, 7, 10, 11, 6, 8, 5, 3, 15, 13, 0, 14, 9, 14, 11, 2, 12, 4, 7, 13, 1, 5, 0, 15,
        10, 3, 9, 8, 6, 4, 2, 1, 11, 10, 13, 7, 8, 15, 9, 12, 5, 6, 3, 0, 14, 11, 8, 12, 7, 1, 14,
        2, 13, 6, 15, 0, 9, 10, 4, 5, 3,
    ],
    [
        12, 1, 10, 15, 9, 2, 6, 8, 0, 13, 3, 4, 14, 7, 5, 11, 10, 15, 4, 2, 7, 12, 9, 5, 6, 1, 13,
        14, 0, 11, 3, 8, 9, 14, 15, 5, 2, 8, 12, 3, 7, 0, 4, 10, 1, 13, 11, 6, 4, 3, 2, 12, 9, 5,
        15, 10, 11, 14, 1, 7, 6, 0, 8, 13,
    ],
    [
        4, 11, 2, 14, 15, 0, 8, 13, 3, 12, 9, 7, 5, 10, 6, 1, 13, 0, 11, 7, 4, 9, 1, 10, 14, 3, 5,
        12, 2, 15, 8, 6, 1, 4, 11, 13, 12, 3, 7, 14, 10, 15, 6, 8, 0, 5, 9, 2, 6, 11, 13, 8, 1, 4,
        10, 7, 9, 5, 0, 15, 14, 2, 3, 12,
    ],
    [
        13, 2, 8, 4, 6, 15, 11, 1, 10, 9, 3, 14, 5, 0, 12, 7, 1, 15, 13, 8, 10, 3, 7, 4, 12, 5, 6,
        11, 0, 14, 9, 2, 7, 11, 4, 1, 9, 12, 14, 2, 0, 6, 10, 13, 15, 3, 5, 8, 2, 1, 14, 7, 4, 10,
        8, 13, 15, 12, 9, 0, 3, 5, 6, 11,
    ],
];

/// Two characters of salt, eleven of the hash.
pub(super) fn is_valid(text: &str) -> bool {
    text.len() == 13 && text.bytes().all(|byte| ALPHABET.contains(&byte))
}

/// Whether `password` is the one of `text`.
pub(super) fn verify(password: &[u8], text: &str) -> bool {
    let (Some(salt), Some(expected)) = (text.get(..2), text.get(2..)) else {
        return false;
    };
    let salt = salt.bytes().rev().fold(0, |salt, byte| {
        let value = ALPHABET.iter().position(|known| *known == byte);
        salt << 6 | value.and_then(|at| u32::try_from(at).ok()).unwrap_or(0)
    });
    let hash = encode(encrypted(key_of(password), salt));
    hash.as_bytes().ct_eq(expected.as_bytes()).into()
}

/// The low seven bits of each of the first eight characters, above a bit that does not count.
fn key_of(password: &[u8]) -> u64 {
    let bytes = password.iter().chain(std::iter::repeat(&0)).take(8);
    bytes.fold(0, |key, byte| key << 8 | u64::from(byte & 0x7f) << 1)
}

/// Picks bits of a value of `width` bits, which are counted from the highest, from one.
fn pick(value: u64, width: u32, bits: impl IntoIterator<Item = u32>) -> u64 {
    let picked = bits.into_iter().map(|bit| value >> (width - bit) & 1);
    picked.fold(0, |all, bit| all << 1 | bit)
}

/// The low 32 bits.
const fn low(value: u64) -> u32 {
    (value & 0xffff_ffff) as u32
}

fn round_keys(key: u64) -> [u64; 16] {
    let kept = pick(key, 64, KEY_BITS);
    let (mut left, mut right) = (low(kept >> 28), low(kept) & HALF);
    ROTATED.map(|by| {
        left = (left << by | left >> (28 - by)) & HALF;
        right = (right << by | right >> (28 - by)) & HALF;
        pick(u64::from(left) << 28 | u64::from(right), 56, ROUND_KEY_BITS)
    })
}

/// A block of zeros, encrypted 25 times.
fn encrypted(key: u64, salt: u32) -> u64 {
    let keys = round_keys(key);
    // Each bit of the salt swaps two bits of the expansion.
    let swapped = (0..12).fold(0u64, |mask, bit| {
        mask | u64::from(salt >> bit & 1) << (23 - bit)
    });
    let (mut left, mut right) = (0u32, 0u32);
    for _ in 0..25 {
        for key in keys {
            (left, right) = (right, left ^ round(right, key, swapped));
        }
        (left, right) = (right, left);
    }
    pick(u64::from(left) << 32 | u64::from(right), 64, FINAL)
}

fn round(half: u32, key: u64, swapped: u64) -> u32 {
    let bits = (0..48).map(|bit| (4 * (bit / 6) + bit % 6 + 31) % 32 + 1);
    let expanded = pick(u64::from(half), 32, bits);
    let (high, lower) = (expanded >> 24, expanded & 0xff_ffff);
    let swap = (high ^ lower) & swapped;
    let mixed = ((high ^ swap) << 24 | (lower ^ swap)) ^ key;
    let mut found = 0;
    for (place, chosen) in (0..).zip(&BOXES) {
        let six = mixed >> (42 - 6 * place) & 63;
        let at = (six >> 4 & 2 | six & 1) << 4 | six >> 1 & 15;
        found = found << 4 | u64::from(chosen.get(low(at) as usize).copied().unwrap_or(0));
    }
    low(pick(found, 32, MIXED))
}

/// In crypt's own alphabet, the highest bits first.
fn encode(block: u64) -> String {
    let block = u128::from(block) << 2;
    (0..11)
        .map(|place| char::from(ALPHABET[(block >> (60 - 6 * place) & 63) as usize]))
        .collect()
}
