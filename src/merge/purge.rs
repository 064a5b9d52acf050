//! Purges what was merged long ago, a little at a time.
//!
//! Only what a verified receipt names, after the retention, from mailboxes whose route is primary and
//! whose mailstore is well ([`crate::store::merge::purge`] checks the rest in the transaction itself).

use std::time::{Duration, SystemTime};

use crate::store::audit::{self, AuditEvent};
use crate::store::merge::purge::{self, Due};
use crate::store::merge::receipt::{self, Receipt, ReceiptId};
use crate::store::{StoreError, sweep};

use super::Merger;

/// Receipts looked at in one read.
const PAGE: usize = 200;
/// Messages purged in one transaction.
const STEP: usize = 100;
/// Messages purged in one round.
const ROUND_MAX: u64 = 10_000;
/// Receipts looked at in one round.
const RECEIPTS_MAX: usize = 20_000;
/// Rows of a search index removed in one transaction.
const SEARCH_ROWS: usize = 5_000;
/// Longest time between two rounds.
const PAUSE_MAX: Duration = Duration::from_secs(3600);
/// After a round that was full.
const PAUSE_FULL: Duration = Duration::from_secs(10);
/// Shortest.
const PAUSE_MIN: Duration = Duration::from_secs(1);

/// What a round came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Round {
    messages: u64,
    mailboxes: u64,
    /// Whether there is more to do than one round does.
    is_full: bool,
}

impl Merger {
    /// Purges for as long as it is polled.
    pub async fn purge_for_ever(&self) {
        let usual = (self.context.settings.retention / 24).clamp(PAUSE_MIN, PAUSE_MAX);
        let (mut cursor, mut pause) = (None, usual);
        loop {
            tokio::time::sleep(pause).await;
            let round = self.purge_round(&mut cursor).await;
            let is_full = round.as_ref().is_ok_and(|round| round.is_full);
            pause = if is_full {
                PAUSE_FULL.min(usual)
            } else {
                usual
            };
            match round {
                Ok(Round { messages: 0, .. }) => {}
                Ok(round) => {
                    tracing::info!(
                        messages = round.messages,
                        mailboxes = round.mailboxes,
                        "purged merged mail after its retention"
                    );
                    self.sweep().await;
                }
                Err(error) => tracing::error!(%error, "merged mail could not be purged"),
            }
        }
    }

    /// Goes on after `cursor` through the receipts; at their end it begins anew.
    async fn purge_round(&self, cursor: &mut Option<ReceiptId>) -> Result<Round, StoreError> {
        let now = self.context.clock.now();
        let due = Due {
            now,
            verified_before: now.before(self.context.settings.retention),
        };
        let (mut round, mut looked_at) = (Round::default(), 0);
        while looked_at < RECEIPTS_MAX && round.messages < ROUND_MAX {
            let store = &self.context.store;
            let page = store.read(|tx| receipt::all(tx, cursor.as_ref(), PAGE))?;
            if page.is_empty() {
                *cursor = None;
                break;
            }
            for receipt in page {
                looked_at += 1;
                *cursor = Some(receipt.id.clone());
                let is_young = receipt.verified_at > due.verified_before;
                if is_young || receipt.purged_at.is_some() || !self.is_open(&receipt) {
                    continue;
                }
                let messages = self.purge_receipt(&receipt, due).await?;
                round.messages += messages;
                round.mailboxes += u64::from(messages > 0);
            }
            tokio::task::yield_now().await;
        }
        round.is_full = looked_at >= RECEIPTS_MAX || round.messages >= ROUND_MAX;
        if round.messages > 0 {
            self.audit(round, due).await?;
        }
        Ok(round)
    }

    /// Whether the mailbox's mail goes to the mailstore, which is what it was.
    fn is_open(&self, receipt: &Receipt) -> bool {
        (self.context.gate)(&receipt.id.mailstore, &receipt.address).is_some()
    }

    async fn purge_receipt(&self, receipt: &Receipt, due: Due) -> Result<u64, StoreError> {
        let store = &self.context.store;
        let ready = store.read(|tx| {
            let allowed = purge::check(tx, receipt, due)?.is_ok();
            Ok::<_, StoreError>(match allowed {
                true => Some(purge::is_whole(tx, receipt)?),
                false => None,
            })
        })?;
        match ready {
            None => return Ok(0),
            Some(false) => {
                tracing::error!(mailbox = %receipt.id.mailbox,
                    "a receipt is not what its messages make it: nothing of it is purged");
                return Ok(0);
            }
            Some(true) => {}
        }
        let (mut messages, mut after) = (0, None);
        loop {
            let receipt = receipt.clone();
            let purging = store.write(move |tx| purge::purge(tx, &receipt, after, due, STEP));
            let purged: Result<_, StoreError> = purging.await;
            // Something has changed since it was looked at: another time.
            let Ok(purged) = purged? else { break };
            messages += purged.messages;
            after = purged.next;
            if after.is_none() {
                break;
            }
        }
        let mailbox = receipt.id.mailbox;
        loop {
            let clearing = store.write(move |tx| purge::clear_search(tx, mailbox, SEARCH_ROWS));
            let cleared: Result<usize, StoreError> = clearing.await;
            if cleared? < SEARCH_ROWS {
                return Ok(messages);
            }
        }
    }

    async fn audit(&self, round: Round, due: Due) -> Result<(), StoreError> {
        let event = AuditEvent {
            at: due.now,
            who: "lifeboat (merge)".into(),
            action: "merge.purge".into(),
            subject: format!("{} mailboxes", round.mailboxes),
            why: "their receipts are verified and the retention is over".into(),
            detail: format!("{} messages", round.messages),
        };
        let writing = self
            .context
            .store
            .write(move |tx| audit::append(tx, event.clone()).map(drop));
        writing.await
    }

    /// Gives the room of purged bodies back.
    async fn sweep(&self) {
        let store = self.context.store.clone();
        let sweeping = tokio::task::spawn_blocking(move || sweep::sweep(&store, SystemTime::now()));
        match sweeping.await {
            Ok(Ok(swept)) if swept.segments > 0 => {
                tracing::info!(
                    segments = swept.segments,
                    bytes = swept.bytes,
                    "room given back"
                );
            }
            Ok(Ok(_)) => {}
            Ok(Err(error)) => tracing::error!(%error, "segments could not be removed"),
            Err(error) => tracing::error!(%error, "removing segments was cut off"),
        }
    }
}
