use super::super::tests::{NOW, intent, place, with_messages};
use super::*;
use crate::store::merge::{FolderMark, intend, record_fates};
use crate::store::{Store, StoreOptions};

fn state(epoch: u64, next: u32) -> MailboxMerge {
    let mailstore = "a1".parse().unwrap();
    let mut state = MailboxMerge::new(&mailstore, NOW);
    state.epoch = Epoch(epoch);
    let mark = FolderMark {
        uid_validity: "7".parse().unwrap(),
        uid_next_before: "10".parse().unwrap(),
        uid_next_after: PrimaryUid(next.try_into().unwrap()),
        created: false,
    };
    state.folders.insert("INBOX".into(), mark);
    state
}

/// Journals `ids` as appended from `uid` on, under `epoch`.
pub(in crate::store::merge) async fn append(
    store: &Store,
    mailbox: MailboxId,
    ids: &[StandbyId],
    uid: u32,
    epoch: u64,
) {
    let id = BatchId::generate(NOW);
    let mut record = intent(ids);
    record.epoch = Epoch(epoch);
    let fates: Vec<_> = ids
        .iter()
        .zip(uid..)
        .map(|(id, uid)| (*id, Fate::Stored(place(uid))))
        .collect();
    store
        .write(move |tx| {
            intend(tx, mailbox, id, &record)?;
            record_fates(tx, mailbox, id, &fates, NOW)
        })
        .await
        .unwrap();
}

/// Takes `ids` off the list of what is unmerged, as read back, and returns the state of that merge.
pub(in crate::store::merge) async fn settled(
    store: &Store,
    mailbox: MailboxId,
    ids: &[StandbyId],
) -> MailboxMerge {
    let ids = ids.to_vec();
    let mut state = state(0, 20);
    state.verified_at = Some(NOW);
    let kept = state.clone();
    store
        .write(move |tx| -> Result<(), StoreError> {
            let mut read_back = Vec::new();
            for id in &ids {
                let message = messages::get(tx, mailbox, *id)?.unwrap();
                let batch = message.merged.as_ref().unwrap().batch;
                read_back.push(crate::store::merge::ReadBack {
                    message,
                    batch,
                    gone: false,
                });
            }
            let mut state = kept.clone();
            let mailstore = state.mailstore.clone();
            let counts = &mut state.counts;
            crate::store::merge::settle(tx, &mailstore, mailbox, &read_back, counts)?;
            crate::store::merge::put_counted(tx, mailbox, &state)
        })
        .await
        .unwrap();
    state
}

pub(in crate::store::merge) async fn written(
    store: &Store,
    mailbox: MailboxId,
    state: MailboxMerge,
) -> Option<Receipt> {
    store
        .write(move |tx| write(tx, mailbox, &state, Standing::Verified, NOW))
        .await
        .unwrap()
}

#[tokio::test]
async fn a_receipt_names_every_message_and_grows_with_what_comes_later() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path(), &StoreOptions::default()).unwrap();
    let (ann, ids) = with_messages(&store, "ann@example.com", 5).await;
    let mailbox = ann.record.id;
    assert_eq!(written(&store, mailbox, state(0, 10)).await, None);

    let owner = ann.clone();
    let (binned, filed) = (ids[1], ids[2]);
    store
        .write(move |tx| {
            messages::update(tx, &owner, binned, |m| m.folder = folder_of(Role::Trash))?;
            messages::update(tx, &owner, filed, |m| m.folder = folder_of(Role::Archive))
        })
        .await
        .unwrap();
    append(&store, mailbox, &ids[..4], 10, 0).await;
    let first = written(&store, mailbox, state(0, 14)).await.unwrap();
    assert_eq!(first.version, 1);
    let counts = ReceiptCounts {
        received: 4,
        moved: 1,
        deleted: 1,
        ..ReceiptCounts::default()
    };
    assert_eq!(first.counts, counts);
    let inbox = &first.folders["INBOX"];
    assert_eq!(
        (
            inbox.messages,
            inbox.uid_next_before.0.get(),
            inbox.uid_next_after.0.get()
        ),
        (4, 10, 14)
    );
    let items_now = || store.read(|tx| items(tx, &first.id, None, 100)).unwrap();
    let uids: Vec<_> = items_now()
        .iter()
        .map(|item| item.place.as_ref().unwrap().uid.0.get())
        .collect();
    assert_eq!(uids, [10, 11, 12, 13]);
    assert_eq!(first.digest, digest(items_now().iter()).unwrap());

    let again = written(&store, mailbox, state(0, 14)).await.unwrap();
    assert_eq!(again, first, "nothing new, no new version");
    append(&store, mailbox, &ids[4..], 14, 0).await;
    let second = written(&store, mailbox, state(0, 15)).await.unwrap();
    assert_eq!((second.version, second.counts.received), (2, 5));
    assert_ne!(second.digest, first.digest);
    let inbox = &second.folders["INBOX"];
    assert_eq!((inbox.uid_next_before.0.get(), inbox.messages), (10, 5));
    let kept = store.read(|tx| of_mailbox(tx, mailbox)).unwrap();
    assert_eq!(kept, [second]);

    let mut summary = Summary::default();
    let mailstore = "a1".parse().unwrap();
    let end = store
        .read(|tx| summarize(tx, &mailstore, None, None, 10, &mut summary))
        .unwrap();
    assert_eq!(
        (end, summary.mailboxes, summary.counts.received),
        (None, 1, 5)
    );
}

#[test]
fn an_activation_belongs_to_the_first_outage_that_reached_it() {
    let id = |n| OutageId::from_bytes([n; 16]);
    // The first outage relapsed twice, the second once.
    let outages = Outages(vec![(Epoch(5), id(2)), (Epoch(3), id(1))]);
    for (epoch, expected) in [
        (0, None),
        (1, Some(1)),
        (3, Some(1)),
        (4, Some(2)),
        (5, Some(2)),
        (6, None),
    ] {
        assert_eq!(outages.of(Epoch(epoch)), expected.map(id), "{epoch}");
    }
}

#[test]
fn what_stays_where_it_came_is_not_moved() {
    for (kind, role, expected) in [
        (Kind::Received, Role::Inbox, Filed::Stayed),
        (Kind::Received, Role::Junk, Filed::Stayed),
        (Kind::Received, Role::Archive, Filed::Moved),
        (Kind::Received, Role::Trash, Filed::Deleted),
        (Kind::Sent, Role::Sent, Filed::Stayed),
        (Kind::Draft, Role::Drafts, Filed::Stayed),
        (Kind::Draft, Role::Trash, Filed::Deleted),
    ] {
        assert_eq!(filed(kind, folder_of(role)), expected, "{kind:?} {role:?}");
    }
}
