use super::super::tests::{NOW, accept, open, provision};
use super::*;
use crate::mail::Flags;
use crate::store::directory::details::{self, Details};
use crate::store::messages::{NewMessage, Origin, folder_of};
use crate::store::{Store, check as store_check, directory};

const ANN: &str = "ann@example.com";
const BEN: &str = "ben@example.com";

fn address(text: &str) -> Address {
    text.parse().unwrap()
}

async fn leave(store: &Store, of: &str) {
    let of = address(of);
    let left = store.write(move |tx| gone::leave(tx, &of, NOW)).await;
    assert!(left.unwrap().is_some());
}

async fn forget(store: &Store, of: &str, id: MailboxId) -> Result<u64, Refusal> {
    let of = address(of);
    let begun: Result<_, StoreError> = {
        let of = of.clone();
        store.write(move |tx| begin(tx, &of, id)).await
    };
    begun.unwrap()?;
    let mut messages = 0;
    for _ in 0..1_000 {
        let of = of.clone();
        let stepped: Result<Step, StoreError> =
            store.write(move |tx| step(tx, &of, id, 3, NOW)).await;
        let stepped = stepped.unwrap();
        messages += stepped.messages;
        if stepped.done {
            return Ok(messages);
        }
    }
    panic!("it does not end");
}

/// Every row whose key or value holds these bytes.
fn rows_with(store: &Store, bytes: &[u8]) -> Vec<u8> {
    let has = |all: &[u8]| all.windows(bytes.len()).any(|part| part == bytes);
    let mut tables = Vec::new();
    let read: Result<(), StoreError> = store.read(|tx| {
        tx.scan(&[0], &[0xff; 64], Order::Ascending, &mut |key, value| {
            if has(key) || has(value) {
                tables.push(key[0]);
            }
            Ok(ControlFlow::Continue(()))
        })
    });
    read.unwrap();
    tables
}

fn bodies(store: &Store) -> u64 {
    let report = store_check::check(store, |_| ()).unwrap();
    assert_eq!(report.problems, Vec::<String>::new());
    report.bodies
}

#[tokio::test]
async fn nothing_is_left_of_whom_is_forgotten_and_all_of_the_others() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let ann = provision(&store, ANN, "a1").await;
    let ben = provision(&store, BEN, "a1").await;
    let known = Details {
        source: Some("panel".parse().unwrap()),
        source_id: Some("17".into()),
        ..Details::default()
    };
    store
        .write(move |tx| details::put(tx, &address(ANN), &known))
        .await
        .unwrap();
    for n in 0..7_u8 {
        accept(&store, &[ANN], &[n; 20]).await;
    }
    accept(&store, &[ANN, BEN], b"for both").await;
    accept(&store, &[BEN], b"for ben").await;
    assert_eq!(bodies(&store), 9);
    let id = ann.record.id;
    assert_eq!(
        forget(&store, ANN, id).await,
        Err(Refusal::NoSuch),
        "it is here"
    );
    leave(&store, ANN).await;
    let kept_of = store.read(|tx| kept(tx, &gone::get(tx, &address(ANN), id)?.unwrap(), 5));
    let kept_of = kept_of.unwrap();
    assert_eq!((kept_of.messages, kept_of.unmerged), (5, 5));
    assert_eq!(
        forget(&store, ANN, ben.record.id).await,
        Err(Refusal::NoSuch)
    );

    assert_eq!(forget(&store, ANN, id).await, Ok(8));
    assert_eq!(rows_with(&store, id.as_bytes()), Vec::<u8>::new());
    assert_eq!(bodies(&store), 2, "what ben has too stays");
    let of_ben = store.read(|tx| messages::ids(tx, ben.record.id, None, 10));
    assert_eq!(of_ben.unwrap().len(), 2);
    // Only the event still says that there was somebody.
    assert_eq!(rows_with(&store, ANN.as_bytes()), [Table::Event as u8]);
    let source = "panel".parse().unwrap();
    let led = store.read(|tx| details::address_of(tx, &source, "17"));
    assert_eq!(led.unwrap(), None);

    // The body that both had goes with the last who has it.
    leave(&store, BEN).await;
    assert_eq!(forget(&store, BEN, ben.record.id).await, Ok(2));
    assert_eq!(bodies(&store), 0);
}

/// The address of a recipient may be somebody else's by now; the message that both got is still the recipient's.
#[tokio::test]
async fn what_a_renamed_or_departed_recipient_has_too_stays_theirs() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let (ann, ben) = (
        provision(&store, ANN, "a1").await,
        provision(&store, BEN, "a1").await,
    );
    accept(&store, &[ANN, BEN], b"for both").await;
    let record = ben.record.clone();
    let renamed: Result<(), StoreError> = store
        .write(move |tx| gone::rename(tx, &address(BEN), &address("robert@example.com"), &record))
        .await;
    renamed.unwrap();
    let new_ben = provision(&store, BEN, "a1").await;
    leave(&store, ANN).await;
    assert_eq!(forget(&store, ANN, ann.record.id).await, Ok(1));
    assert_eq!(bodies(&store), 1, "robert has it");
    let of_robert = store.read(|tx| messages::ids(tx, ben.record.id, None, 10));
    assert_eq!(of_robert.unwrap().len(), 1);

    leave(&store, BEN).await;
    assert_eq!(forget(&store, BEN, new_ben.record.id).await, Ok(0));
    assert_eq!(bodies(&store), 1);
    leave(&store, "robert@example.com").await;
    let id = ben.record.id;
    assert_eq!(forget(&store, "robert@example.com", id).await, Ok(1));
    assert_eq!(bodies(&store), 0, "nobody has it");
}

/// The place where a page begins is what somebody sends.
#[tokio::test]
async fn no_page_begins_before_its_domain() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    for of in ["ann@aaa.example", "zoe@zebra.example"] {
        let left = provision(&store, of, "a1").await;
        leave(&store, of).await;
        assert_ne!(provision(&store, of, "a1").await.record.id, left.record.id);
    }
    let zebra = "zebra.example".parse().unwrap();
    let before = address("a@a.example");
    let (a1, id) = ("a1".parse().unwrap(), MailboxId::from_bytes([0; 16]));
    let read: Result<(), StoreError> = store.read(|tx| {
        let behind = Some((before.clone(), id));
        let left = gone::after(tx, Some(&zebra), behind.as_ref(), 10)?;
        let left: Vec<&str> = left.iter().map(|(of, _)| of.as_str()).collect();
        assert_eq!(left, ["zoe@zebra.example"]);
        let here = directory::mailboxes(tx, Some(&zebra), Some(&before), 10)?;
        let here: Vec<&str> = here.iter().map(|one| one.address.as_str()).collect();
        assert_eq!(here, ["zoe@zebra.example"]);
        let placed = directory::placed::on_mailstore(
            tx,
            &a1,
            Order::Ascending,
            Some(&zebra),
            directory::placed::Begin::Behind(&before),
            10,
        )?;
        assert_eq!(placed, [address("zoe@zebra.example")]);
        Ok(())
    });
    read.unwrap();
}

#[tokio::test]
async fn whoever_comes_back_while_it_is_forgotten_is_another() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let ann = provision(&store, ANN, "a1").await;
    for n in 0..7_u8 {
        accept(&store, &[ANN], &[n; 20]).await;
    }
    leave(&store, ANN).await;
    let id = ann.record.id;
    let begun: Result<_, StoreError> = store.write(move |tx| begin(tx, &address(ANN), id)).await;
    begun.unwrap().unwrap();
    let again = provision(&store, ANN, "a1").await;
    accept(&store, &[ANN], b"for the new one").await;
    assert_eq!(forget(&store, ANN, id).await, Ok(7));
    let of_new = store.read(|tx| messages::ids(tx, again.record.id, None, 10));
    assert_eq!(of_new.unwrap().len(), 1);
    assert_eq!(bodies(&store), 1);
    let here = store.read(|tx| directory::mailbox(tx, &address(ANN)));
    assert_eq!(here.unwrap().unwrap().id, again.record.id);
}

#[tokio::test]
async fn what_its_user_sent_and_drafted_goes_too() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let ann = provision(&store, ANN, "a1").await;
    for origin in [Origin::Sent, Origin::Draft, Origin::Notice] {
        let (owner, body) = (ann.clone(), store.new_body(NOW, b"x").unwrap());
        let filed = store.write_with_body(body, move |tx, body| {
            let new = NewMessage {
                folder: folder_of(crate::mail::Role::Inbox),
                flags: Flags::default(),
                received_at: NOW,
                prefix: Vec::new(),
                body,
                body_bytes: 1,
                origin: origin.clone(),
                summary: crate::mail::Summary::default(),
            };
            messages::insert(tx, &owner, new).map(drop)
        });
        filed.await.unwrap();
    }
    leave(&store, ANN).await;
    assert_eq!(forget(&store, ANN, ann.record.id).await, Ok(3));
    assert_eq!(bodies(&store), 0);
}

#[tokio::test]
async fn nothing_is_written_of_whom_is_being_forgotten() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let (ann, ben) = (
        provision(&store, ANN, "a1").await.record.id,
        provision(&store, BEN, "a1").await.record.id,
    );
    accept(&store, &[ANN, BEN], b"hello").await;
    leave(&store, ANN).await;
    let may = |id| store.read(|tx| check(tx, id)).is_ok();
    let at_work = || store.read(|tx| begun(tx, None, 10)).unwrap();
    assert!(may(ann) && may(ben), "who left may come back");
    assert_eq!(at_work(), []);
    let begun_now: Result<_, StoreError> =
        store.write(move |tx| begin(tx, &address(ANN), ann)).await;
    begun_now.unwrap().unwrap();
    assert!(!may(ann) && may(ben));
    assert_eq!(at_work(), [(address(ANN), ann)]);
    forget(&store, ANN, ann).await.unwrap();
    assert!(!may(ann) && may(ben), "nor afterwards");
    assert_eq!(at_work(), []);
}
