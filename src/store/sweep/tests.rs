use super::*;
use crate::clock::Timestamp;
use crate::ids::BodyId;
use crate::store::{StoreOptions, bodies};

fn segments(store: &Store) -> usize {
    std::fs::read_dir(&store.inner.bodies).unwrap().count()
}

async fn put(store: &Store, bytes: &[u8]) -> BodyId {
    let body = store.new_body(Timestamp::EPOCH, bytes).unwrap();
    store
        .write_with_body(body, |_, id| Ok::<_, StoreError>(id))
        .await
        .unwrap()
}

#[tokio::test]
async fn only_old_segments_without_a_live_body_go() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path(), &StoreOptions::default()).unwrap();
    // Over a megabyte: a segment each. The small one is in the segment that is appended to.
    let kept = put(&store, &vec![b'k'; 2 << 20]).await;
    let gone = put(&store, &vec![b'g'; 2 << 20]).await;
    let small = put(&store, &[b's'; 9_000]).await;
    let newest = put(&store, &vec![b'n'; 2 << 20]).await;
    assert_eq!(segments(&store), 4);
    for id in [gone, small, newest] {
        store
            .write(move |tx| {
                bodies::forget(tx, id);
                Ok::<_, StoreError>(())
            })
            .await
            .unwrap();
    }
    let now = SystemTime::now();
    assert_eq!(sweep(&store, now).unwrap(), Swept::default(), "too young");
    let later = now + AGE_MIN + Duration::from_secs(60);
    let swept = sweep(&store, later).unwrap();
    assert_eq!((swept.segments, segments(&store)), (1, 3));
    assert_eq!(store.read_body(kept).unwrap().len(), 2 << 20);
    // What is appended to goes on being appended to.
    let again = put(&store, &[b'a'; 9_000]).await;
    assert_eq!(store.read_body(again).unwrap().len(), 9_000);
}
