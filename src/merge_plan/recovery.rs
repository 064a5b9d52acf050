//! What became of a batch whose answer never came.
//!
//! Dovecot gives the messages of a MULTIAPPEND consecutive UIDs and stores all of them, none, or
//! (killed in the commit) the first few. A message is recognised by size and hash, as often as it is
//! there. What is not there may be appended again only if no UID is unaccounted for where it would
//! have been: a hole may be a copy that the user has expunged already.

use std::collections::{BTreeMap, BTreeSet};

use crate::ids::PrimaryUid;

/// SHA-256 of a message in canonical form.
type Digest = [u8; 32];

/// One message of the batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Item {
    /// Its size in canonical form.
    pub size_bytes: u64,
    /// Its hash.
    pub sha256: Digest,
}

/// A message that was seen in the mailstore and belongs to nothing else in the journal. Whoever
/// looked has hashed those whose size is that of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Its UID.
    pub uid: PrimaryUid,
    /// Its hash.
    pub sha256: Digest,
}

/// The folder that the batch was for, as it is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetView {
    /// UIDNEXT before the batch.
    pub uid_next_before: PrimaryUid,
    /// UIDNEXT now.
    pub uid_next_now: PrimaryUid,
    /// Every UID from `uid_next_before` on that is there, whatever it is.
    pub present: BTreeSet<PrimaryUid>,
    /// Those that may be ours.
    pub seen: Vec<Seen>,
}

impl TargetView {
    /// The view of a folder that is not there any more, after a batch of `items` messages.
    pub fn vanished(uid_next_before: PrimaryUid, items: usize) -> Self {
        let items = u32::try_from(items).unwrap_or(u32::MAX);
        Self {
            uid_next_before,
            uid_next_now: PrimaryUid(uid_next_before.0.saturating_add(items)),
            present: BTreeSet::new(),
            seen: Vec::new(),
        }
    }
}

/// What is known of one item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finding {
    /// In the folder it was for.
    InTarget(PrimaryUid),
    /// Elsewhere: in the folder with this number.
    Elsewhere(usize, PrimaryUid),
    /// Nowhere, and it never was.
    Missing,
    /// Nowhere, but it may have been and be gone again.
    Unsure,
}

/// What became of each item: `target` is the folder it was for, `elsewhere` all others.
pub fn recover(items: &[Item], target: &TargetView, elsewhere: &[Vec<Seen>]) -> Vec<Finding> {
    let mut in_target = pool(target.seen.iter().copied().map(|seen| (0, seen)));
    let mut in_others = pool(
        elsewhere
            .iter()
            .enumerate()
            .flat_map(|(folder, seen)| seen.iter().map(move |seen| (folder, *seen))),
    );
    let found: Vec<Option<Finding>> = items
        .iter()
        .map(|item| {
            let take = |pool: &mut Pool| pool.get_mut(&item.sha256)?.pop_first();
            take(&mut in_target)
                .map(|(_, uid)| Finding::InTarget(uid))
                .or_else(|| {
                    take(&mut in_others).map(|(folder, uid)| Finding::Elsewhere(folder, uid))
                })
        })
        .collect();
    let holes = Holes::of(target);
    found
        .iter()
        .enumerate()
        .map(|(index, finding)| {
            finding.unwrap_or_else(|| {
                if holes.may_have_held(index, &found) {
                    Finding::Unsure
                } else {
                    Finding::Missing
                }
            })
        })
        .collect()
}

/// What is there by hash: folder number and UID, lowest first.
type Pool = BTreeMap<Digest, BTreeSet<(usize, PrimaryUid)>>;

fn pool(seen: impl Iterator<Item = (usize, Seen)>) -> Pool {
    let mut pool = Pool::new();
    for (folder, seen) in seen {
        pool.entry(seen.sha256)
            .or_default()
            .insert((folder, seen.uid));
    }
    pool
}

/// The UIDs that were given out since the batch began and are not there.
struct Holes<'a> {
    view: &'a TargetView,
    /// The longest run of consecutive ones.
    longest: u64,
}

impl<'a> Holes<'a> {
    fn of(view: &'a TargetView) -> Self {
        let mut longest = 0;
        let mut next = u64::from(view.uid_next_before.0.get());
        let end = u64::from(view.uid_next_now.0.get());
        for uid in view.present.iter().map(|uid| u64::from(uid.0.get())) {
            longest = longest.max(uid.min(end).saturating_sub(next));
            next = next.max(uid + 1);
        }
        longest = longest.max(end.saturating_sub(next));
        Self { view, longest }
    }

    fn is_hole(&self, uid: i64) -> bool {
        let Ok(uid) = u32::try_from(uid) else {
            return false;
        };
        let Some(uid) = std::num::NonZeroU32::new(uid).map(PrimaryUid) else {
            return false;
        };
        (self.view.uid_next_before..self.view.uid_next_now).contains(&uid)
            && !self.view.present.contains(&uid)
    }

    /// Whether the item at `index`, which is nowhere, may have been in a hole.
    fn may_have_held(&self, index: usize, found: &[Option<Finding>]) -> bool {
        let anchors = found.iter().enumerate().filter_map(|(at, finding)| {
            let Some(Finding::InTarget(uid)) = finding else {
                return None;
            };
            Some((at, *uid))
        });
        // The nearest item that is there tells which UID this one had.
        let nearest = anchors.min_by_key(|(at, _)| at.abs_diff(index));
        match nearest {
            Some((at, uid)) => {
                let distance = i64::try_from(index).unwrap_or(0) - i64::try_from(at).unwrap_or(0);
                self.is_hole(i64::from(uid.0.get()) + distance)
            }
            // It was stored only with all before it, which are not there either.
            None => {
                let found_elsewhere = found.iter().take(index).flatten().count() as u64;
                let needed = index as u64 + 1;
                self.longest >= needed.saturating_sub(found_elsewhere).max(1)
            }
        }
    }
}
