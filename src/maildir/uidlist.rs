//! `dovecot-uidlist`: which UID each file has (read only).
//!
//! The first line is `3 V<UIDVALIDITY> N<UIDNEXT> G<guid>` (version 1: `1 <UIDVALIDITY> <UIDNEXT>`), each
//! further line a message: `<uid> <extensions> :<file name>` (version 1: `<uid> <file name>`). Dovecot
//! appends lines without touching the first one: the true UIDNEXT is at least the greater of N and the
//! last UID plus one. A last line without its end may be half written and does not count.

use std::num::NonZeroU32;

use crate::ids::{PrimaryUid, UidValidity};

/// Largest file that is read, in bytes: some ten million messages.
pub(super) const BYTES_MAX: u64 = 1024 * 1024 * 1024;

/// Longest first line, in bytes.
const HEADER_BYTES_MAX: usize = 4096;

/// What the file says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UidList {
    /// UIDVALIDITY.
    pub uid_validity: UidValidity,
    /// The UID that the next message gets at least.
    pub uid_next: PrimaryUid,
    /// How many messages it lists, some of which may be gone.
    pub listed: u64,
}

/// One message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry<'a> {
    /// Its UID.
    pub uid: PrimaryUid,
    /// Its file, maybe with flags that it does not have any more.
    pub file: &'a str,
}

/// Why the file cannot be what it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a dovecot-uidlist: {0}")]
pub struct InvalidUidList(&'static str);

/// Which version wrote the file.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Version {
    One,
    Three,
}

impl UidList {
    /// Reads the whole file; `each` gets every message in the order of the file.
    ///
    /// # Errors
    /// When the first line makes no sense, a UID does not grow, or there are no UIDs left. Lines that
    /// cannot be read (names that are not UTF-8, unknown shapes) are passed over.
    pub fn parse<'a>(
        bytes: &'a [u8],
        mut each: impl FnMut(Entry<'a>),
    ) -> Result<Self, InvalidUidList> {
        let mut lines = Lines(bytes);
        let header = lines
            .next()
            .ok_or(InvalidUidList("its first line has no end"))?;
        let (version, uid_validity, next) = header_line(header)?;
        let (mut last, mut listed) = (0, 0);
        for line in lines {
            let Some((uid, file)) = entry(version, line) else {
                continue;
            };
            if uid.get() <= last {
                return Err(InvalidUidList("its UIDs do not grow"));
            }
            last = uid.get();
            listed += 1;
            if let Ok(file) = std::str::from_utf8(file) {
                each(Entry {
                    uid: PrimaryUid(uid),
                    file,
                });
            }
        }
        let after_last = last
            .checked_add(1)
            .ok_or(InvalidUidList("no UID is left"))?;
        let uid_next = NonZeroU32::new(next.max(after_last));
        Ok(Self {
            uid_validity,
            uid_next: PrimaryUid(uid_next.ok_or(InvalidUidList("UIDNEXT is 0"))?),
            listed,
        })
    }
}

/// Lines with an end, without it.
struct Lines<'a>(&'a [u8]);

impl<'a> Iterator for Lines<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let end = memchr::memchr(b'\n', self.0)?;
        let line = self.0.get(..end)?;
        self.0 = self.0.get(end + 1..)?;
        Some(line)
    }
}

fn header_line(line: &[u8]) -> Result<(Version, UidValidity, u32), InvalidUidList> {
    const NO_SENSE: InvalidUidList = InvalidUidList("its first line makes no sense");
    if line.len() > HEADER_BYTES_MAX {
        return Err(NO_SENSE);
    }
    let line = std::str::from_utf8(line).map_err(|_| NO_SENSE)?;
    let mut words = line.split(' ');
    let (version, validity, next) = match words.next() {
        Some("1") => (Version::One, words.next(), words.next()),
        Some("3") => {
            let (mut validity, mut next) = (None, None);
            for word in words {
                if let Some(value) = word.strip_prefix('V') {
                    validity = Some(value);
                } else if let Some(value) = word.strip_prefix('N') {
                    next = Some(value);
                }
            }
            (Version::Three, validity, next)
        }
        _ => return Err(InvalidUidList("its version is not 1 or 3")),
    };
    let validity = validity.and_then(|v| v.parse().ok()).ok_or(NO_SENSE)?;
    let next = next.and_then(|n| n.parse().ok()).ok_or(NO_SENSE)?;
    Ok((version, validity, next))
}

fn entry(version: Version, line: &[u8]) -> Option<(NonZeroU32, &[u8])> {
    let space = memchr::memchr(b' ', line)?;
    let uid = std::str::from_utf8(line.get(..space)?).ok()?.parse().ok()?;
    let rest = line.get(space + 1..)?;
    let file = match version {
        Version::One => rest,
        // Extensions hold no " :" of their own: a space ends each of them.
        Version::Three => match rest.strip_prefix(b":") {
            Some(file) => file,
            None => rest.get(memchr::memmem::find(rest, b" :")? + 2..)?,
        },
    };
    (!file.is_empty() && !file.contains(&b'/')).then_some((uid, file))
}
