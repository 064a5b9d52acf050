//! What the mailstore has already, seen by its files: before anything is placed.
//!
//! The rule is that of [`super::find`]: the MX's queue id in Received and the same content below the
//! trace fields, or, for what the journal may have forgotten, the same content. What is recognised
//! here is not placed; IMAP looks again and writes down what it finds.

use std::collections::BTreeSet;

use bytes::Bytes;

use crate::clock::Timestamp;
use crate::ids::StandbyId;
use crate::mail::{canonical, digest_canonical};
use crate::maildir::{self, MaildirError, Place};
use crate::merge_plan;
use crate::store::messages::MessageRecord;

use super::VisitError;
use super::find::queue_id;
use super::place::Placing;
use super::visit::{Loaded, load};

/// Bytes of a file in which its Received fields are looked for.
const HEAD_BYTES: usize = 16 * 1024;
/// Most files that are looked at for one mailbox.
const ARRIVALS_MAX: usize = 200_000;
/// By how much a copy in the mailstore may be larger, in bytes: header fields that were added there.
const ADDED_BYTES_MAX: u64 = 1024 * 1024;

/// The files that arrived since the outage may have begun.
pub(super) struct Arrivals(Vec<Arrived>);

struct Arrived {
    place: Place,
    virtual_size: Option<u64>,
    /// Its header, as far as it was read.
    head: Bytes,
    /// Whether it was recognised as a message of ours: no other one is taken to be it.
    claimed: bool,
}

impl Placing<'_> {
    /// Which of `due` the mailstore has already.
    pub(super) async fn taken_already(
        &mut self,
        due: &[MessageRecord],
    ) -> Result<BTreeSet<StandbyId>, VisitError> {
        let mut taken = BTreeSet::new();
        let concerned =
            |message: &&MessageRecord| self.is_forgotten(message) || queue_id(message).is_some();
        let concerned: Vec<_> = due.iter().filter(concerned).cloned().collect();
        let Some(oldest) = concerned.iter().map(|message| message.received_at).min() else {
            return Ok(taken);
        };
        if self.arrivals.is_none() {
            let since = oldest.before(self.context.settings.mx_tries);
            self.arrivals = Some(self.look_around(since).await?);
        }
        for message in concerned {
            let candidates = self.candidates(&message);
            if candidates.is_empty() {
                continue;
            }
            let loaded = load(&self.context.store, message).await?;
            for (at, place) in candidates {
                if self.is_same(place, &loaded).await? {
                    self.claim(at);
                    taken.insert(loaded.record.id);
                    break;
                }
            }
        }
        Ok(taken)
    }

    /// Whether the journal may not know that this message was merged.
    fn is_forgotten(&self, message: &MessageRecord) -> bool {
        message.received_at < self.look_before
    }

    async fn look_around(&self, since: Timestamp) -> Result<Arrivals, VisitError> {
        let arrived = self.run(move |root, task| {
            let mut arrived = Vec::new();
            maildir::each_file(root, task, &mut |entry| {
                if !entry.arrived_since(since)? {
                    return Ok(());
                }
                let Some(mut head) = maildir::read_head(entry, HEAD_BYTES, task)? else {
                    return Ok(());
                };
                head.truncate(header_end(&head));
                head.shrink_to_fit();
                if arrived.len() >= ARRIVALS_MAX {
                    return Err(MaildirError::Refused {
                        path: "mailbox".to_owned(),
                        what: format!(
                            "more than {ARRIVALS_MAX} messages have arrived since the outage \
                             began: merge it by IMAP"
                        ),
                    });
                }
                arrived.push(Arrived {
                    place: entry.place(),
                    virtual_size: maildir::virtual_size(entry.name),
                    head: head.into(),
                    claimed: false,
                });
                Ok(())
            })?;
            Ok(Arrivals(arrived))
        });
        arrived.await
    }

    /// Files that may be `message`.
    fn candidates(&self, message: &MessageRecord) -> Vec<(usize, Place)> {
        let queue_id = queue_id(message);
        let forgotten = self.is_forgotten(message);
        let arrived = self.arrivals.iter().flat_map(|arrivals| &arrivals.0);
        arrived
            .enumerate()
            .filter(|(_, file)| {
                let named = queue_id.is_some_and(|id| merge_plan::names_queue_id(&file.head, id));
                let of_size = file
                    .virtual_size
                    .is_none_or(|size| size == message.size_bytes);
                !file.claimed && (named || (forgotten && of_size))
            })
            .map(|(at, file)| (at, file.place.clone()))
            .collect()
    }

    fn claim(&mut self, at: usize) {
        let arrivals = self.arrivals.iter_mut();
        if let Some(file) = arrivals.flat_map(|arrivals| &mut arrivals.0).nth(at) {
            file.claimed = true;
        }
    }

    async fn is_same(&self, place: Place, loaded: &Loaded) -> Result<bool, VisitError> {
        let bytes_max = loaded.size_bytes() + ADDED_BYTES_MAX;
        let bytes = self.run(move |root, task| {
            match maildir::read_whole(root, &place, bytes_max, task) {
                // Too large to be it.
                Err(MaildirError::Refused { .. }) => Ok(Some(Vec::new())),
                Ok(None) => Err(MaildirError::Unavailable {
                    path: place.name,
                    what: "was moved or deleted while it was looked at".to_owned(),
                }),
                other => other,
            }
        });
        let bytes = bytes.await?.unwrap_or_default();
        let bytes = canonical(&bytes);
        let is_exact =
            self.is_forgotten(&loaded.record) && digest_canonical([&*bytes]) == loaded.sha256;
        let is_delivered = queue_id(&loaded.record).is_some()
            && merge_plan::is_same_below_trace(&bytes, &loaded.body);
        Ok(is_exact || is_delivered)
    }
}

/// Where the header ends; the whole length if it does not.
fn header_end(head: &[u8]) -> usize {
    let ends = [&b"\n\r\n"[..], b"\n\n"];
    let ends = ends
        .iter()
        .filter_map(|end| memchr::memmem::find(head, end));
    ends.min().map_or(head.len(), |at| at + 1)
}
