use super::*;

#[tokio::test]
async fn one_reader_leaves_places_for_others_and_is_forgotten_after() {
    let [ann, ben, cleo] = [1, 2, 3].map(|n| MailboxId::from_bytes([n; 16]));
    let places = Places::default();
    let mut taken = Vec::new();
    for _ in 0..OF_ONE_READER {
        taken.push(places.take(ann).await.unwrap());
    }
    let waiting = tokio::spawn({
        let places = places.clone();
        async move { places.take(ann).await.is_some() }
    });
    tokio::task::yield_now().await;
    for reader in [ben, cleo] {
        for _ in 0..OF_ONE_READER {
            taken.push(places.take(reader).await.unwrap());
        }
    }
    assert_eq!(taken.len(), AT_A_TIME);
    assert!(!waiting.is_finished());
    taken.clear();
    assert!(waiting.await.unwrap());
    assert!(locked(&places.readers).is_empty(), "{places:?}");
}
