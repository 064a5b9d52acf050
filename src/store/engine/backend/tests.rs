use std::fs::File;
use std::sync::Arc;

use super::*;
use crate::store::engine::redb::RedbEngine;
use crate::store::engine::{ReadTx, Step, Tx};

fn put(key: &'static [u8]) -> Step {
    Box::new(move |tx: &mut dyn Tx| {
        tx.put(key.to_vec(), b"there".to_vec());
        true
    })
}

fn get(engine: &RedbEngine, key: &[u8]) -> Option<Vec<u8>> {
    engine.read(|tx: &dyn ReadTx| tx.get(key)).unwrap()
}

/// A file that takes bytes and refuses to sync them, as a broken disk does.
fn unsyncable() -> File {
    let (_, writing) = std::io::pipe().unwrap();
    let fd: std::os::fd::OwnedFd = writing.into();
    let file = File::from(fd);
    assert!(file.sync_data().is_err());
    file
}

#[test]
fn what_names_a_body_that_could_not_be_synced_is_not_there_after_a_start() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("index.redb");
    let engine = RedbEngine::open(&path).unwrap();
    let body = Arc::new(tempfile::tempfile().unwrap());
    let done = engine.commit_group(
        &mut [&mut put(b"good")],
        vec![
            Unsynced::Data(body),
            Unsynced::Directory(File::open(dir.path()).unwrap()),
        ],
        &mut |_| {},
    );
    assert_eq!(done.unwrap(), [true]);
    let lost = vec![Unsynced::Data(Arc::new(unsyncable()))];
    let failed = engine.commit_group(&mut [&mut put(b"lost")], lost, &mut |_| {});
    assert!(failed.is_err());
    let after = engine.commit_group(&mut [&mut put(b"after")], Vec::new(), &mut |_| {});
    assert!(after.is_err(), "nothing is written after a failed sync");
    drop(engine);

    let engine = RedbEngine::open(&path).unwrap();
    assert!(get(&engine, b"good").is_some());
    assert_eq!(get(&engine, b"lost"), None);
    assert_eq!(get(&engine, b"after"), None);
}

#[test]
fn what_no_commit_took_along_is_synced_all_the_same() {
    let beside = Beside::default();
    beside.sync_rest().unwrap();
    beside.add(vec![Unsynced::Data(Arc::new(unsyncable()))]);
    assert!(beside.sync_rest().is_err());
    beside.sync_rest().unwrap();
}

#[test]
fn an_empty_file_is_no_database() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("index.redb");
    File::create(&path).unwrap();
    let error = RedbEngine::open(&path).unwrap_err();
    assert!(error.to_string().contains("empty"), "{error}");
    assert_eq!(std::fs::metadata(&path).unwrap().len(), 0);
}
