use std::io::{Read as _, Seek as _, SeekFrom, Write as _};

use super::*;
use crate::clock::Timestamp;
use crate::store::StoreOptions;

async fn stored(store: &Store, bytes: &[u8]) -> BodyId {
    let body = store.new_body(Timestamp::EPOCH, bytes).unwrap();
    let kept = store.write_with_body(body, |_, id| Ok::<_, StoreError>(id));
    kept.await.unwrap()
}

fn read(reader: &mut BodyReader) -> Result<(Vec<u8>, usize), StoreError> {
    let (mut all, mut longest) = (Vec::new(), 0);
    while let Some(piece) = reader.read_piece()? {
        longest = longest.max(piece.len());
        all.extend_from_slice(&piece);
    }
    Ok((all, longest))
}

#[tokio::test]
async fn bodies_of_all_sizes_are_read_whole_behind_something_and_in_pieces() {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::open(directory.path(), &StoreOptions::default()).unwrap();
    for size in [0_usize, 1, 4096, 4097, 300_000, 3_000_000] {
        let bytes: Vec<u8> = (0..size).map(|at| at.to_le_bytes()[at % 3]).collect();
        let id = stored(&store, &bytes).await;
        let whole = store.load_behind(b"front", id).await.unwrap();
        assert_eq!(&whole[..], [b"front", &bytes[..]].concat());
        let mut reader = store.body_reader(id).unwrap();
        assert_eq!(reader.size_bytes(), size as u64);
        let (all, longest) = read(&mut reader).unwrap();
        assert_eq!(all, bytes);
        assert!(longest as u64 <= PIECE_BYTES);
    }
}

#[tokio::test]
async fn pieces_of_a_damaged_body_never_end_well() {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::open(directory.path(), &StoreOptions::default()).unwrap();
    let id = stored(&store, &vec![7; 600_000]).await;
    for entry in std::fs::read_dir(&store.inner.bodies).unwrap() {
        let path = entry.unwrap().path();
        let mut file = File::options().read(true).write(true).open(path).unwrap();
        file.seek(SeekFrom::End(-1)).unwrap();
        let mut last = [0];
        file.read_exact(&mut last).unwrap();
        file.seek(SeekFrom::End(-1)).unwrap();
        file.write_all(&[last[0] ^ 1]).unwrap();
    }
    let damaged = read(&mut store.body_reader(id).unwrap());
    assert!(
        matches!(damaged, Err(StoreError::Corrupt { .. })),
        "{damaged:?}"
    );
}
