use super::*;
use crate::store::keys::Key;

fn is_woken(watch: &Watch) -> bool {
    watch.changes.has_changed().unwrap()
}

#[test]
fn only_those_are_woken_whom_a_commit_concerns() {
    let watchers = Watchers::default();
    let (ann, bob) = (MailboxId::generate(), MailboxId::generate());
    for (key, woken) in [
        (Key::new(Table::MailboxState).mailbox(ann), (true, false)),
        (Key::new(Table::Message).mailbox(ann), (false, false)),
        (Key::new(Table::Session).text("x"), (false, false)),
        (Key::new(Table::MailstoreState).text("a1"), (true, true)),
        (Key::new(Table::Override).text("x"), (true, true)),
    ] {
        let (of_ann, of_bob) = (watchers.watch(ann).unwrap(), watchers.watch(bob).unwrap());
        let mut touched = Touched::default();
        touched.note(key.as_slice());
        touched.note(&[]);
        watchers.wake(&touched);
        assert_eq!((is_woken(&of_ann), is_woken(&of_bob)), woken, "{key:?}");
    }
}

#[test]
fn places_are_bounded_and_given_back() {
    let watchers = Watchers::default();
    let ann = MailboxId::generate();
    let mut places: Vec<_> = (0..WATCHES_PER_MAILBOX_MAX)
        .map(|_| watchers.watch(ann).unwrap())
        .collect();
    assert!(watchers.watch(ann).is_none());
    places.pop();
    assert!(watchers.watch(ann).is_some());
    places.clear();
    assert!(watchers.lock().is_empty(), "nothing is kept for nobody");
    let many: Vec<_> = (0..WATCHES_MAX)
        .map(|_| watchers.watch(MailboxId::generate()).unwrap())
        .collect();
    assert!(watchers.watch(ann).is_none());
    drop(many);
    assert!(watchers.watch(ann).is_some());
}
