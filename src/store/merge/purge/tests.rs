use super::super::receipt::tests::{append, settled, written};
use super::super::tests::{NOW, with_messages};
use super::*;
use crate::store::merge::{MailboxMerge, put_mailbox};
use crate::store::{Store, StoreOptions, check as store_check};

const DUE: Due = Due {
    now: NOW,
    verified_before: NOW,
};

async fn run(store: &Store, receipt: &Receipt, due: Due) -> Result<Purged, Refusal> {
    let receipt = receipt.clone();
    store
        .write(move |tx| purge(tx, &receipt, None, due, 100))
        .await
        .unwrap()
}

#[tokio::test]
async fn only_what_a_verified_receipt_names_goes_and_leaves_its_proof() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path(), &StoreOptions::default()).unwrap();
    let (ann, ids) = with_messages(&store, "ann@example.com", 3).await;
    let mailbox = ann.record.id;
    append(&store, mailbox, &ids, 10, 0).await;
    let receipt = written(&store, mailbox, settled(&store, mailbox, &ids).await)
        .await
        .unwrap();

    let early = Due {
        verified_before: NOW.before(std::time::Duration::from_secs(1)),
        ..DUE
    };
    assert_eq!(run(&store, &receipt, early).await, Err(Refusal::TooEarly));
    let owner = ann.clone();
    let starred = ids[0];
    store
        .write(move |tx| messages::update(tx, &owner, starred, |m| m.flags.flagged = true))
        .await
        .unwrap();
    assert_eq!(run(&store, &receipt, DUE).await, Err(Refusal::Unmerged));
    let state: MailboxMerge = settled(&store, mailbox, &ids).await;
    store
        .write(move |tx| put_mailbox(tx, mailbox, &state))
        .await
        .unwrap();

    assert!(store.read(|tx| is_whole(tx, &receipt)).unwrap());
    let purged = run(&store, &receipt, DUE).await.unwrap();
    assert_eq!((purged.messages, purged.next), (3, None));
    for id in &ids {
        assert_eq!(
            store.read(|tx| messages::get(tx, mailbox, *id)).unwrap(),
            None
        );
        let proof = store.read(|tx| proof(tx, mailbox, *id)).unwrap().unwrap();
        assert_eq!(proof.receipt_digest, receipt.digest);
    }
    let kept = store
        .read(|tx| receipt::get(tx, &receipt.id))
        .unwrap()
        .unwrap();
    assert_eq!((kept.digest, kept.purged_at), (receipt.digest, Some(NOW)));
    assert!(
        store.read(|tx| is_whole(tx, &kept)).unwrap(),
        "its rows stay"
    );
    let report = store_check::check(&store, |_| {}).unwrap();
    assert_eq!((report.problems, report.messages), (Vec::new(), 0));
}

#[tokio::test]
async fn merged_mail_of_who_left_goes_as_everybodys_and_not_while_something_is_unmerged() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path(), &StoreOptions::default()).unwrap();
    let (ann, ids) = with_messages(&store, "ann@example.com", 3).await;
    let mailbox = ann.record.id;
    append(&store, mailbox, &ids, 10, 0).await;
    let receipt = written(&store, mailbox, settled(&store, mailbox, &ids).await)
        .await
        .unwrap();
    let (owner, starred) = (ann.clone(), ids[0]);
    store
        .write(move |tx| messages::update(tx, &owner, starred, |m| m.flags.flagged = true))
        .await
        .unwrap();
    let address = ann.address.clone();
    let left = store.write(move |tx| gone::leave(tx, &address, NOW)).await;
    assert!(left.unwrap().is_some());
    assert_eq!(run(&store, &receipt, DUE).await, Err(Refusal::Unmerged));
    let state: MailboxMerge = settled(&store, mailbox, &ids).await;
    store
        .write(move |tx| put_mailbox(tx, mailbox, &state))
        .await
        .unwrap();
    let purged = run(&store, &receipt, DUE).await.unwrap();
    assert_eq!((purged.messages, purged.next), (3, None));
    for id in &ids {
        let proof = store.read(|tx| proof(tx, mailbox, *id)).unwrap();
        assert_eq!(proof.unwrap().receipt_digest, receipt.digest);
    }
    let who = store
        .read(|tx| gone::get(tx, &ann.address, mailbox))
        .unwrap();
    assert!(who.is_some(), "they may come back to what comes then");
    let report = store_check::check(&store, |_| {}).unwrap();
    assert_eq!((report.problems, report.messages), (Vec::new(), 0));
}
