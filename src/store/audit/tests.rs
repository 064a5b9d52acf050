use super::*;
use crate::store::{Store, StoreOptions};

fn event(n: u64) -> AuditEvent {
    AuditEvent {
        at: Timestamp::from_secs(i64::try_from(n).unwrap()),
        who: "operator".into(),
        action: "failover.activate".into(),
        subject: format!("mailstore:a{n}"),
        why: "test".into(),
        detail: String::new(),
    }
}

async fn store_with(dir: &tempfile::TempDir, entries: u64) -> Store {
    let store = Store::open(dir.path(), &StoreOptions::default()).unwrap();
    for n in 1..=entries {
        store.write(move |tx| append(tx, event(n))).await.unwrap();
    }
    store
}

/// Verifies in parts of three.
fn verify(store: &Store) -> Result<u64, AuditDamage> {
    let mut so_far = AuditVerified::default();
    while !so_far.done {
        so_far = store.read(|tx| verify_part(tx, so_far, 3)).unwrap()?;
    }
    Ok(so_far.head.number)
}

fn key(number: u64) -> Vec<u8> {
    Key::new(Table::Audit).number(number).into_vec()
}

fn entry(tx: &dyn ReadTx, number: u64) -> AuditEntry {
    codec::decode(&tx.get(&key(number)).unwrap().unwrap()).unwrap()
}

#[tokio::test]
async fn a_sound_log_is_sound() {
    for entries in [0, 1, 3, 7] {
        let dir = tempfile::tempdir().unwrap();
        let store = store_with(&dir, entries).await;
        assert_eq!(verify(&store), Ok(entries));
        let numbers: Vec<u64> = store
            .read(|tx| list(tx, None, 2))
            .unwrap()
            .iter()
            .map(|entry| entry.number)
            .collect();
        let expected: Vec<u64> = (1..=entries).rev().take(2).collect();
        assert_eq!(numbers, expected);
    }
}

#[tokio::test]
async fn every_tampering_is_found() {
    type Tamper = fn(&mut dyn Tx) -> Result<(), StoreError>;
    let cases: [(&str, Tamper, AuditDamage); 6] = [
        (
            "changed",
            |tx| {
                let mut entry = entry(tx, 3);
                entry.event.why = "another".into();
                tx.put(key(3), codec::encode(&entry)?);
                Ok(())
            },
            AuditDamage::Changed { number: 3 },
        ),
        (
            "changed and sealed again",
            |tx| {
                let mut event = event(3);
                event.who = "nobody".into();
                let entry = AuditEntry::seal(3, event, entry(tx, 2).hash);
                tx.put(key(3), codec::encode(&entry)?);
                Ok(())
            },
            AuditDamage::Broken { number: 4 },
        ),
        (
            "removed",
            |tx| {
                tx.delete(key(3));
                Ok(())
            },
            AuditDamage::Gap { expected: 3 },
        ),
        (
            "swapped",
            |tx| {
                let (a, b) = (entry(tx, 3), entry(tx, 4));
                tx.put(key(3), codec::encode(&b)?);
                tx.put(key(4), codec::encode(&a)?);
                Ok(())
            },
            AuditDamage::Changed { number: 3 },
        ),
        (
            "cut off",
            |tx| {
                tx.delete(key(5));
                Ok(())
            },
            AuditDamage::CutOff {
                found: 4,
                expected: 5,
            },
        ),
        (
            "a flipped byte",
            |tx| {
                let mut bytes = tx.get(&key(2))?.unwrap();
                bytes[9] ^= 1;
                tx.put(key(2), bytes);
                Ok(())
            },
            AuditDamage::Changed { number: 2 },
        ),
    ];
    for (name, tamper, damage) in cases {
        let dir = tempfile::tempdir().unwrap();
        let store = store_with(&dir, 5).await;
        store.write(tamper).await.unwrap();
        assert_eq!(verify(&store), Err(damage), "{name}");
    }
}
