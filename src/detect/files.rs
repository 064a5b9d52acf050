//! The sentinel as its mailstore's files show it, for a mailstore whose IMAP is still closed.

use sha2::{Digest as _, Sha256};

use crate::failover::{Canary, GuardVerdict, Numbered, SentinelKnown, SentinelSeen, judge};
use crate::ids::{Address, PrimaryUid};
use crate::mail::canonical;
use crate::maildir::{MaildirError, Place, Pool, Root, Task, read_whole};

use super::sentinel::number_in;

/// Newest messages among which the newest numbered one is looked for.
const NEWEST_MAX: usize = 50;
/// Largest message of a sentinel, in bytes.
const MESSAGE_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// Asks the guard by files: is this the mailstore that failed? `path` is the sentinel's Maildir.
pub async fn guard_by_files(
    path: std::path::PathBuf,
    pool: &Pool,
    sentinel: &Address,
    known: Option<&SentinelKnown>,
) -> GuardVerdict {
    let Some(known) = known.copied() else {
        return GuardVerdict::NeverLearned;
    };
    let seen = pool.run(move |task| {
        let root = Root::open(&path, task)?;
        inspect(&root, &known, task)
    });
    match seen.await {
        Ok(seen) => judge(&known, &seen),
        Err(error @ MaildirError::NotThere { .. }) => GuardVerdict::Missing {
            what: format!("the sentinel {sentinel} has no mailbox: {error}"),
        },
        Err(error) => GuardVerdict::Unknown {
            why: error.to_string(),
        },
    }
}

fn inspect(root: &Root, known: &SentinelKnown, task: &Task) -> Result<SentinelSeen, MaildirError> {
    let mut listed: Vec<(PrimaryUid, String)> = Vec::new();
    let list = root.uid_list("", task, |entry| {
        listed.push((entry.uid, entry.file.to_owned()));
    })?;
    let list = list.ok_or_else(|| MaildirError::NotThere {
        path: "INBOX".to_owned(),
        what: "its dovecot-uidlist has gone".to_owned(),
    })?;
    let bytes_of = |uid: PrimaryUid| -> Result<Option<Vec<u8>>, MaildirError> {
        let Ok(at) = listed.binary_search_by_key(&uid, |(uid, _)| *uid) else {
            return Ok(None);
        };
        let Some((_, name)) = listed.get(at) else {
            return Ok(None);
        };
        let place = Place {
            folder: String::new(),
            is_new: false,
            name: name.clone(),
        };
        read_whole(root, &place, MESSAGE_BYTES_MAX, task)
    };
    let Canary { uid, .. } = known.canary;
    let canary_sha256 = bytes_of(uid)?.map(|bytes| Sha256::digest(canonical(&bytes)).into());
    let number_at_newest = match known.newest {
        Some(newest) => bytes_of(newest.uid)?.map(|bytes| number_in(&bytes).unwrap_or(0)),
        None => None,
    };
    let mut newest: Option<Numbered> = None;
    if number_at_newest.is_none() {
        // Only to say what is there instead.
        for (uid, _) in listed.iter().rev().take(NEWEST_MAX) {
            if let Some(number) = bytes_of(*uid)?.as_deref().and_then(number_in) {
                newest = Some(Numbered { number, uid: *uid });
                break;
            }
        }
    }
    Ok(SentinelSeen {
        uid_validity: list.uid_validity,
        messages: u32::try_from(list.listed).unwrap_or(u32::MAX),
        canary_sha256,
        number_at_newest,
        newest,
    })
}
