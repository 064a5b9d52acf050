//! How many mailboxes each mailstore has, counted from time to time: only for the limit on how much is
//! switched within an hour. What it says is minutes old, and nothing waits for it.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::ids::{Address, MailstoreId};
use crate::store::{Store, StoreError, directory};

/// How often it is counted.
const EVERY: Duration = Duration::from_secs(60 * 60);
/// After a count that failed.
const AGAIN: Duration = Duration::from_secs(60);
/// Mailboxes that are read at once.
const PAGE: usize = 500;
/// Between two reads, so that counting millions disturbs nothing.
const PAUSE: Duration = Duration::from_millis(10);

/// Mailboxes by mailstore.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Census {
    by_mailstore: BTreeMap<MailstoreId, u64>,
}

impl Census {
    /// Those of one mailstore.
    pub(super) fn of(&self, mailstore: &MailstoreId) -> u64 {
        self.by_mailstore.get(mailstore).copied().unwrap_or(0)
    }

    /// All; 0 before the first count is done.
    pub(super) fn all(&self) -> u64 {
        self.by_mailstore.values().sum()
    }
}

/// Starts to count; what was counted last is in the receiver.
pub(super) fn start(
    store: Store,
    tasks: &TaskTracker,
    stop: &CancellationToken,
) -> watch::Receiver<Census> {
    let (tell, told) = watch::channel(Census::default());
    let stop = stop.clone();
    tasks.spawn(async move {
        stop.run_until_cancelled(count_on(&store, &tell)).await;
    });
    told
}

async fn count_on(store: &Store, tell: &watch::Sender<Census>) {
    loop {
        let pause = match count(store).await {
            Ok(census) => {
                tell.send_replace(census);
                EVERY
            }
            Err(error) => {
                tracing::warn!(%error, "the mailboxes of the mailstores are not counted");
                AGAIN
            }
        };
        tokio::time::sleep(pause).await;
    }
}

/// Goes through the directory in pages, each read by itself.
async fn count(store: &Store) -> Result<Census, StoreError> {
    let mut census = Census::default();
    let mut after: Option<Address> = None;
    loop {
        let page = store.read(|tx| directory::mailboxes(tx, None, after.as_ref(), PAGE))?;
        let is_last = page.len() < PAGE;
        after = page.last().map(|mailbox| mailbox.address.clone());
        for mailbox in page {
            *census
                .by_mailstore
                .entry(mailbox.record.mailstore)
                .or_default() += 1;
        }
        if is_last {
            return Ok(census);
        }
        tokio::time::sleep(PAUSE).await;
    }
}
