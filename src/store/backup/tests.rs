use super::*;
use crate::store::check::check;
use crate::store::tests::{NOW, accept, open, provision};

#[tokio::test]
async fn a_backup_made_under_load_restores_to_a_sound_store_of_a_new_generation() {
    let directory = tempfile::tempdir().unwrap();
    let (live, copy, restored) = (
        directory.path().join("live"),
        directory.path().join("copy"),
        directory.path().join("restored"),
    );
    let store = open(&live);
    provision(&store, "ann@example.com", "a1").await;
    for size in [10, 10_000, 2_000_000] {
        accept(&store, &["ann@example.com"], &vec![b'x'; size]).await;
    }
    let (backing_up, target) = (store.clone(), copy.clone());
    let made = tokio::task::spawn_blocking(move || backup(&backing_up, &target, NOW, |_| {}));
    for _ in 0..50 {
        accept(&store, &["ann@example.com"], &[b'y'; 6_000]).await;
    }
    let manifest = made.await.unwrap().unwrap();
    assert!(manifest.segments >= 2);
    assert_eq!(restore(&copy, &restored, NOW, |_| {}).unwrap(), manifest);

    let store_again = crate::store::tests::reopen(&restored);
    let report = check(&store_again, |_| {}).unwrap();
    assert_eq!(report.problems, Vec::<String>::new());
    assert!((3..=53).contains(&report.messages), "{report:?}");
    let (old, new) = (
        store.read(meta::get).unwrap(),
        store_again.read(meta::get).unwrap(),
    );
    assert_ne!(old.generation, new.generation);
    assert!(new.restored && !old.restored);
}

#[test]
fn nothing_is_overwritten_and_half_a_backup_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let (source, target) = (
        directory.path().join("source"),
        directory.path().join("target"),
    );
    fs::create_dir_all(&source).unwrap();
    fs::create_dir_all(&target).unwrap();
    assert!(matches!(
        restore(&source, &target, NOW, |_| {}),
        Err(BackupError::NoBackup(_))
    ));
    write_manifest(
        &source,
        &Manifest {
            made_at: NOW,
            rows: 0,
            segments: 0,
            segment_bytes: 0,
        },
    )
    .unwrap();
    fs::write(target.join("mail"), "precious").unwrap();
    assert!(matches!(
        restore(&source, &target, NOW, |_| {}),
        Err(BackupError::NotEmpty(_))
    ));
}
