//! Remembering what is in the mailboxes while all is well.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior, interval, sleep};

use super::Access;
use super::look::{Look, LookError};
use crate::clock::{SharedClock, Timestamp};
use crate::ids::{Address, MailstoreId};
use crate::imap::{FolderStatus, ImapError};
use crate::store::directory::{self, Mailbox};
use crate::store::watermarks::{self, FolderWatermark, WatermarkRecord};
use crate::store::{Store, StoreError};

/// Mailboxes that are read from the directory at once.
const PAGE: usize = 256;
/// Folders whose canaries are chosen in one look; the others follow in later ones.
const CHOSEN_AT_ONCE: usize = 20;
/// How long a mailstore that does not answer is left alone.
const PAUSE: Duration = Duration::from_secs(30);
/// How long to wait when nothing is due.
const IDLE: Duration = Duration::from_secs(5);

/// How fast it is collected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CollectSettings {
    /// Mailboxes of one mailstore in a second; none collects nothing.
    pub per_second: u32,
    /// How long a mailbox is left alone after it was looked at.
    pub refresh: Duration,
}

/// Once through the directory.
struct Pass {
    begun: Instant,
    is_idle: bool,
}

impl Pass {
    fn new() -> Self {
        Self {
            begun: Instant::now(),
            is_idle: true,
        }
    }
}

/// Says whether all is well with a mailstore.
pub type IsWell = Arc<dyn Fn(&MailstoreId) -> bool + Send + Sync>;

/// Collects, as long as it runs.
pub struct Collector {
    store: Store,
    clock: SharedClock,
    settings: CollectSettings,
    mailstores: Vec<Access>,
    is_well: IsWell,
}

impl std::fmt::Debug for Collector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Collector")
            .field("mailstores", &self.mailstores)
            .finish_non_exhaustive()
    }
}

impl Collector {
    /// Collects from `mailstores` while `is_well` says so.
    pub fn new(
        store: Store,
        clock: SharedClock,
        settings: CollectSettings,
        mailstores: Vec<Access>,
        is_well: IsWell,
    ) -> Self {
        Self {
            store,
            clock,
            settings,
            mailstores,
            is_well,
        }
    }

    /// Runs until it is dropped, which does no harm at any moment.
    pub async fn run(&self) {
        if self.settings.per_second == 0 {
            return;
        }
        let lanes = self.mailstores.iter().map(|access| self.lane(access));
        futures_util::future::join_all(lanes).await;
    }

    /// Round and round through the mailboxes of one mailstore, from where it last was.
    async fn lane(&self, access: &Access) {
        let mut ticks = interval(Duration::from_secs(1) / self.settings.per_second);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let start = self.store.read(|tx| watermarks::cursor(tx, &access.id));
        let mut after = start.unwrap_or_default();
        let mut pass = Pass::new();
        loop {
            if !(self.is_well)(&access.id) {
                sleep(IDLE).await;
                continue;
            }
            let (last, due) = match self.page(access, after.as_ref()) {
                Ok(page) => page,
                Err(error) => {
                    tracing::error!(mailstore = %access.id, %error, "no watermarks are collected");
                    sleep(PAUSE).await;
                    continue;
                }
            };
            for mailbox in &due {
                ticks.tick().await;
                if !(self.is_well)(&access.id) {
                    break;
                }
                if let Err(error) = self.look(access, mailbox).await {
                    tracing::debug!(mailstore = %access.id, mailbox = %mailbox.record.id, %error, "no watermark");
                    if matches!(error, CollectError::Look(LookError::Mailstore(_))) {
                        sleep(PAUSE).await;
                        break;
                    }
                }
            }
            if !due.is_empty() || last.is_none() {
                self.keep_cursor(access, last.clone()).await;
            }
            pass.is_idle &= due.is_empty();
            if last.is_none() {
                if pass.is_idle {
                    // Going through a long directory in which nothing is due takes at most a tenth.
                    sleep(IDLE.max(pass.begun.elapsed() * 9)).await;
                }
                pass = Pass::new();
            }
            after = last;
            tokio::task::yield_now().await;
        }
    }

    /// The next page of the directory: its last mailbox, none at the end, and those that are due.
    fn page(
        &self,
        access: &Access,
        after: Option<&Address>,
    ) -> Result<(Option<Address>, Vec<Mailbox>), StoreError> {
        let oldest = self.clock.now().before(self.settings.refresh);
        self.store.read(|tx| {
            let page = directory::mailboxes(tx, None, after, PAGE)?;
            let last = page
                .last()
                .filter(|_| page.len() == PAGE)
                .map(|mailbox| mailbox.address.clone());
            let mut due = Vec::new();
            for mailbox in page {
                if mailbox.record.mailstore != access.id {
                    continue;
                }
                let known = watermarks::watermark(tx, &access.id, mailbox.record.id)?;
                if known.is_none_or(|known| known.at <= oldest) {
                    due.push(mailbox);
                }
            }
            Ok((last, due))
        })
    }

    async fn keep_cursor(&self, access: &Access, at: Option<Address>) {
        let id = access.id.clone();
        let kept = self
            .store
            .write(move |tx| watermarks::set_cursor(tx, &id, at.as_ref()))
            .await;
        if let Err(error) = kept {
            tracing::warn!(mailstore = %access.id, %error, "how far watermarks are is not kept");
        }
    }

    async fn look(&self, access: &Access, mailbox: &Mailbox) -> Result<(), CollectError> {
        let id = mailbox.record.id;
        let known = self
            .store
            .read(|tx| watermarks::watermark(tx, &access.id, id))?;
        let mut look = Look::open(access, &mailbox.address, true).await?;
        let now = self.clock.now();
        let known = known.map(|known| known.folders).unwrap_or_default();
        let folders = remember(&mut look, known, now).await?;
        look.close().await;
        let record = WatermarkRecord {
            mailstore: access.id.clone(),
            at: now,
            folders,
        };
        // What was seen while something began to fail is not remembered.
        if (self.is_well)(&access.id) {
            self.store
                .write(move |tx| watermarks::put_watermark(tx, id, &record))
                .await?;
        }
        Ok(())
    }
}

#[derive(Debug, thiserror::Error)]
enum CollectError {
    #[error(transparent)]
    Look(#[from] LookError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What is to be remembered now that `known` was known.
async fn remember(
    look: &mut Look,
    mut known: BTreeMap<String, FolderWatermark>,
    now: Timestamp,
) -> Result<BTreeMap<String, FolderWatermark>, LookError> {
    let mut folders = BTreeMap::new();
    let mut examined = 0;
    for folder in look.folders.clone() {
        let name = folder.name.as_wire().to_owned();
        let status = look.standing.iter().find(|s| s.name == folder.name);
        let status: Option<FolderStatus> = status.cloned();
        let mut mark = status.map(|status| merge(known.remove(&name), &status, now));
        let wants_canaries = mark
            .as_ref()
            .is_none_or(|mark| mark.canaries.is_empty() && mark.uid_next.0.get() > 1);
        if wants_canaries && examined < CHOSEN_AT_ONCE {
            examined += 1;
            match look.client.examine(&folder.name).await {
                Ok(selected) => {
                    let seen = FolderStatus {
                        name: folder.name.clone(),
                        uid_validity: selected.uid_validity,
                        uid_next: selected.uid_next,
                    };
                    let mut fresh = merge(mark, &seen, now);
                    if fresh.canaries.is_empty() {
                        fresh.canaries = look.canaries(&selected).await?;
                    }
                    mark = Some(fresh);
                }
                // It is listed and does not open: nothing to be known of it.
                Err(ImapError::Refused(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        if let Some(mark) = mark {
            folders.insert(name, mark);
        }
    }
    Ok(folders)
}

/// A folder's watermark never falls, unless it is another folder now.
fn merge(known: Option<FolderWatermark>, seen: &FolderStatus, now: Timestamp) -> FolderWatermark {
    let known = known.filter(|known| known.uid_validity == seen.uid_validity);
    let before = known.as_ref().map(|known| known.uid_next);
    FolderWatermark {
        uid_validity: seen.uid_validity,
        uid_next: before.map_or(seen.uid_next, |before| before.max(seen.uid_next)),
        canaries: known.map(|known| known.canaries).unwrap_or_default(),
        at: now,
    }
}
