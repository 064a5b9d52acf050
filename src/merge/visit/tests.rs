use std::sync::Arc;

use super::*;
use crate::clock::ManualClock;
use crate::ids::Epoch;
use crate::store::directory::{MailboxRecord, gone};
use crate::store::{StoreOptions, unmerged};

const NOW: Timestamp = Timestamp::from_secs(1_793_610_000);

/// A visit that ends well, of a mailbox that left, and is being forgotten or not; what is then known of its merge.
async fn known_after(is_forgotten: bool) -> (Option<MailboxMerge>, usize) {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path(), &StoreOptions::default()).unwrap();
    let context = Context {
        store: store.clone(),
        clock: Arc::new(ManualClock::new(NOW)),
        settings: Settings::default(),
        gate: Arc::new(|_, _| Some(Epoch(1))),
    };
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
    let (id, owner) = (mailbox.record.id, mailbox.clone());
    let written = store.write(move |tx| -> Result<(), StoreError> {
        directory::put_mailbox(tx, &owner.address, &owner.record)?;
        let state = messages::state_or_new(tx, &owner, NOW)?;
        messages::put_state(tx, id, &state)?;
        gone::leave(tx, &owner.address, NOW)?;
        if is_forgotten {
            // Between two of its steps: the mail is gone, and the rest is not yet.
            let begun = forget::begin(tx, &owner.address, id)?;
            assert_eq!(begun, Ok(()));
        } else {
            unmerged::list_unmerged(tx, &owner, 1..=1);
        }
        Ok(())
    });
    written.await.unwrap();
    let state = MailboxMerge::new(&mailbox.record.mailstore, NOW);
    assert!(conclude(&context, id, state, Ok(())).await.is_ok());
    store
        .read(|tx| {
            let receipts = receipt::all(tx, None, 10)?.len();
            Ok::<_, StoreError>((journal::mailbox(tx, id)?, receipts))
        })
        .unwrap()
}

#[tokio::test]
async fn a_visit_under_way_writes_nothing_of_whom_is_forgotten() {
    let (known, _) = known_after(false).await;
    assert!(known.is_some(), "of everybody else it does");
    assert_eq!(known_after(true).await, (None, 0));
}
