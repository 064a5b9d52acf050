//! The canonical form of a message: the bytes as Dovecot gives them back after an APPEND.
//!
//! Every LF that has no CR before it gets one, and NUL becomes 0x80; everything else stays as it is.
//! Two messages are the same message when their canonical forms have the same hash.

use std::borrow::Cow;

use sha2::{Digest as _, Sha256};

/// SHA-256 of a canonical form.
pub type CanonicalDigest = [u8; 32];

/// The canonical form of `bytes`, without copying when they have it already.
pub fn canonical(bytes: &[u8]) -> Cow<'_, [u8]> {
    if is_canonical(bytes) {
        return Cow::Borrowed(bytes);
    }
    let mut form = Vec::with_capacity(bytes.len() + bytes.len() / 32);
    let mut before = 0;
    for &byte in bytes {
        match byte {
            b'\n' if before != b'\r' => form.extend_from_slice(b"\r\n"),
            0 => form.push(0x80),
            other => form.push(other),
        }
        before = byte;
    }
    Cow::Owned(form)
}

fn is_canonical(bytes: &[u8]) -> bool {
    memchr::memchr(0, bytes).is_none()
        && memchr::memchr_iter(b'\n', bytes)
            .all(|at| at.checked_sub(1).and_then(|at| bytes.get(at)) == Some(&b'\r'))
}

/// The hash of a message that is given in pieces, each in canonical form.
pub fn digest_canonical<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> CanonicalDigest {
    let mut hash = Sha256::new();
    for piece in pieces {
        hash.update(piece);
    }
    hash.finalize().into()
}

/// The length of the canonical form, in bytes: what RFC822.SIZE says.
pub fn canonical_len(pieces: &[&[u8]]) -> u64 {
    let mut len = 0_u64;
    let mut previous = None;
    for piece in pieces {
        len += piece.len() as u64;
        for at in memchr::memchr_iter(b'\n', piece) {
            let before = match at.checked_sub(1) {
                Some(before) => piece.get(before).copied(),
                None => previous,
            };
            len += u64::from(before != Some(b'\r'));
        }
        previous = piece.last().copied().or(previous);
    }
    len
}

/// The hash of the canonical form of pieces laid end to end, whatever form they have; no copy is
/// made of a piece that is canonical.
pub fn digest(pieces: &[&[u8]]) -> CanonicalDigest {
    let mut hash = Sha256::new();
    let mut ends_in_cr = false;
    for piece in pieces {
        let Some(&last) = piece.last() else { continue };
        // A line end cut between two pieces is still one.
        let piece = match piece.strip_prefix(b"\n") {
            Some(rest) if ends_in_cr => {
                hash.update(b"\n");
                rest
            }
            _ => piece,
        };
        hash.update(canonical(piece));
        ends_in_cr = last == b'\r';
    }
    hash.finalize().into()
}

#[cfg(test)]
mod tests;
