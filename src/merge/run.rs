//! The merge as a whole: a lane per mailstore, and the desk where orders arrive and progress is shown.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use tokio::sync::watch;

use crate::clock::SharedClock;
use crate::ids::MailstoreId;
use crate::store::merge::orders::{self, Orders};
use crate::store::{Store, StoreError};

use super::lane::Lane;
use super::visit::Context;
use super::{Gate, MailstoreAccess, Settings};

/// Merges, as long as it runs, whatever may be merged.
pub struct Merger {
    pub(super) context: Arc<Context>,
    pub(super) mailstores: Vec<Arc<MailstoreAccess>>,
    desk: Arc<Desk>,
}

impl std::fmt::Debug for Merger {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Merger")
            .field("mailstores", &self.mailstores)
            .finish_non_exhaustive()
    }
}

/// How the merge into one mailstore stands at this moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LaneView {
    /// Mailboxes that are being merged.
    pub running: usize,
    /// How many may be, as the mailstore answers now.
    pub allowed: usize,
    /// How many may be at most.
    pub ceiling: usize,
    /// Mailboxes that are next, as far as they were looked at.
    pub in_line: usize,
    /// Whether the mailstore as a whole did not answer and is left alone for a while.
    pub down: bool,
}

/// What the lanes and the outside tell each other.
#[derive(Debug, Default)]
pub(super) struct Desk {
    orders: RwLock<BTreeMap<MailstoreId, Orders>>,
    views: RwLock<BTreeMap<MailstoreId, LaneView>>,
    wake: watch::Sender<()>,
}

impl Desk {
    pub(super) fn orders(&self, mailstore: &MailstoreId) -> Option<Orders> {
        let orders = self.orders.read().unwrap_or_else(PoisonError::into_inner);
        orders.get(mailstore).cloned()
    }

    pub(super) fn is_paused(&self, mailstore: &MailstoreId) -> bool {
        let orders = self.orders.read().unwrap_or_else(PoisonError::into_inner);
        orders.get(mailstore).is_some_and(|orders| orders.paused)
    }

    pub(super) fn woken(&self) -> watch::Receiver<()> {
        self.wake.subscribe()
    }

    pub(super) fn show(&self, mailstore: &MailstoreId, view: LaneView) {
        let mut views = self.views.write().unwrap_or_else(PoisonError::into_inner);
        if views.get(mailstore) != Some(&view) {
            views.insert(mailstore.clone(), view);
        }
    }
}

impl Merger {
    /// A merge into `mailstores`, of what `gate` lets through.
    pub fn new(
        store: Store,
        clock: SharedClock,
        settings: Settings,
        mailstores: Vec<MailstoreAccess>,
        gate: Gate,
    ) -> Self {
        Self {
            context: Arc::new(Context {
                store,
                clock,
                settings,
                gate,
            }),
            mailstores: mailstores.into_iter().map(Arc::new).collect(),
            desk: Arc::default(),
        }
    }

    /// Looks at once for what there is to merge: a gate has opened, an operator is waiting.
    pub fn wake(&self) {
        self.desk.wake.send_replace(());
    }

    /// Follows an order, at once. Whoever gives it has kept it before.
    pub fn follow(&self, mailstore: &MailstoreId, orders: Orders) {
        let all = self.desk.orders.write();
        let mut all = all.unwrap_or_else(PoisonError::into_inner);
        all.insert(mailstore.clone(), orders);
        drop(all);
        self.wake();
    }

    /// How the merge into a mailstore stands; none before its lane runs.
    pub fn view(&self, mailstore: &MailstoreId) -> Option<LaneView> {
        let views = self.desk.views.read();
        let views = views.unwrap_or_else(PoisonError::into_inner);
        views.get(mailstore).copied()
    }

    /// How the merge gets into a mailstore.
    pub(super) fn access(&self, mailstore: &MailstoreId) -> Option<&Arc<MailstoreAccess>> {
        self.mailstores.iter().find(|known| known.id == *mailstore)
    }

    /// Merges until `stop` becomes true; then lets running visits end at their next step. Dropping
    /// the future instead is safe as well: the journal knows.
    pub async fn run(&self, stop: watch::Receiver<bool>) {
        if let Err(error) = self.take_up_orders() {
            tracing::error!(%error, "what was ordered about the merge cannot be read");
        }
        let lanes = self.mailstores.iter().map(|access| {
            let context = self.stoppable(&stop);
            Lane::new(context, access.clone(), self.desk.clone()).run(stop.clone())
        });
        futures_util::future::join_all(lanes).await;
    }

    /// Takes up the orders that were kept.
    fn take_up_orders(&self) -> Result<(), StoreError> {
        for access in &self.mailstores {
            let kept = self.context.store.read(|tx| orders::get(tx, &access.id))?;
            if let Some(kept) = kept {
                self.follow(&access.id, kept);
            }
        }
        Ok(())
    }

    /// The same context with a gate that closes when the merge is to stop or to pause.
    fn stoppable(&self, stop: &watch::Receiver<bool>) -> Arc<Context> {
        let (gate, stop, desk) = (self.context.gate.clone(), stop.clone(), self.desk.clone());
        Arc::new(Context {
            store: self.context.store.clone(),
            clock: self.context.clock.clone(),
            settings: self.context.settings,
            gate: Arc::new(move |mailstore, address| {
                if *stop.borrow() || desk.is_paused(mailstore) {
                    None
                } else {
                    gate(mailstore, address)
                }
            }),
        })
    }
}
