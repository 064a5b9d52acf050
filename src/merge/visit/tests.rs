use std::sync::Arc;

use super::*;
use crate::clock::ManualClock;
use crate::ids::Epoch;
use crate::merge::lane::park_cut_off;
use crate::store::directory::{MailboxRecord, gone};
use crate::store::{StoreOptions, unmerged};

const NOW: Timestamp = Timestamp::from_secs(1_793_610_000);

/// A mailbox that left, and is being forgotten or not, while a visit of it is under way.
struct Left {
    context: Context,
    id: MailboxId,
    mailstore: MailstoreId,
    _dir: tempfile::TempDir,
}

impl Left {
    async fn new(is_forgotten: bool) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path(), &StoreOptions::default()).unwrap();
        let mailbox = Mailbox {
            address: "ann@example.com".parse().unwrap(),
            record: MailboxRecord {
                id: MailboxId::generate(),
                mailstore: "a1".parse().unwrap(),
                password_hash: None,
                name: None,
                aliases: Vec::new(),
            },
        };
        let (id, mailstore) = (mailbox.record.id, mailbox.record.mailstore.clone());
        let written = store.write(move |tx| -> Result<(), StoreError> {
            directory::put_mailbox(tx, &mailbox.address, &mailbox.record)?;
            let state = messages::state_or_new(tx, &mailbox, NOW)?;
            messages::put_state(tx, id, &state)?;
            gone::leave(tx, &mailbox.address, NOW)?;
            if is_forgotten {
                // Between two of its steps: the mail is gone, and the rest is not yet.
                let begun = forget::begin(tx, &mailbox.address, id)?;
                assert_eq!(begun, Ok(()));
            } else {
                unmerged::list_unmerged(tx, &mailbox, 1..=1);
            }
            Ok(())
        });
        written.await.unwrap();
        let context = Context {
            store,
            clock: Arc::new(ManualClock::new(NOW)),
            settings: Settings::default(),
            gate: Arc::new(|_, _| Some(Epoch(1))),
        };
        Self {
            context,
            id,
            mailstore,
            _dir: dir,
        }
    }

    /// What is known of its merge, and how many receipts there are.
    fn known(&self) -> (Option<MailboxMerge>, usize) {
        let read = self.context.store.read(|tx| {
            let receipts = receipt::all(tx, None, 10)?.len();
            Ok::<_, StoreError>((journal::mailbox(tx, self.id)?, receipts))
        });
        read.unwrap()
    }
}

#[tokio::test]
async fn a_visit_under_way_writes_nothing_of_whom_is_forgotten() {
    for is_forgotten in [false, true] {
        let of = Left::new(is_forgotten).await;
        let state = MailboxMerge::new(&of.mailstore, NOW);
        let concluded = conclude(&of.context, of.id, state, Ok(())).await;
        assert!(concluded.is_ok());
        let (known, receipts) = of.known();
        assert_eq!((known.is_none(), receipts), (is_forgotten, 0));
    }
}

#[tokio::test]
async fn a_visit_that_is_cut_off_notes_no_wait_of_whom_is_forgotten() {
    for is_forgotten in [false, true] {
        let of = Left::new(is_forgotten).await;
        let parked = park_cut_off(&of.context, &of.mailstore, of.id).await;
        assert_eq!(parked.is_err(), is_forgotten);
        let (known, _) = of.known();
        let waits = known.and_then(|state| state.parked).is_some();
        assert_eq!(waits, !is_forgotten);
    }
}

#[tokio::test]
async fn a_step_of_a_visit_writes_all_or_nothing_of_whom_is_forgotten() {
    for is_forgotten in [false, true] {
        let of = Left::new(is_forgotten).await;
        let (id, state) = (of.id, MailboxMerge::new(&of.mailstore, NOW));
        let step = of.context.write_of(id, move |tx| {
            journal::put_mailbox(tx, id, &state)?;
            journal::put_counted(tx, id, &state)
        });
        assert_eq!(step.await.is_err(), is_forgotten);
        assert_eq!(of.known().0.is_none(), is_forgotten);
    }
}
