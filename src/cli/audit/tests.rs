use super::*;
use crate::clock::Timestamp;
use crate::store::audit::{self, AuditEvent};
use crate::store::keys::{Key, Table};
use crate::store::{OpenError, Store, StoreError, StoreOptions, Tx};

const CONFIG: &str = "[http]\nlisten = \"127.0.0.1:0\"\npublic_url = \"http://lifeboat.example\"\n\
    [lmtp]\nlisten = \"127.0.0.1:0\"\nadvertise = \"127.0.0.1:2424\"\n\
    [socketmap]\nlisten = \"127.0.0.1:0\"\n";

fn event(number: u64) -> AuditEvent {
    AuditEvent {
        at: Timestamp::from_secs(1_795_356_000),
        who: "operator (test)".into(),
        action: "test".into(),
        subject: format!("thing:{number}"),
        why: "test".into(),
        detail: String::new(),
    }
}

async fn change(
    global: &Global,
    write: impl FnMut(&mut dyn Tx) -> Result<(), StoreError> + Send + 'static,
) {
    let path = global.load().unwrap().config.store.path;
    // Whoever had it open before lets go of it behind the scenes.
    let until = std::time::Instant::now() + std::time::Duration::from_secs(60);
    let store = loop {
        match Store::open(&path, &StoreOptions::default()) {
            Err(OpenError::InUse { .. }) if std::time::Instant::now() < until => {
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            }
            opened => break opened.unwrap(),
        }
    };
    store.write(write).await.unwrap();
}

async fn verify(global: &Global, seen: Option<Anchor>) -> Result<(), String> {
    let verified = run(Command::Verify { seen, json: false }, global).await;
    verified.map_err(|failure| {
        assert_eq!(failure.status, 1, "{}", failure.text);
        failure.text
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_row_is_found_and_so_is_a_log_that_was_written_anew() {
    let dir = tempfile::tempdir().unwrap();
    let config = dir.path().join("lifeboat.toml");
    let store = dir.path().join("store");
    std::fs::write(&config, format!("[store]\npath = {store:?}\n{CONFIG}")).unwrap();
    let global = Global {
        config,
        server: None,
    };
    change(&global, |tx| {
        (1..=3).try_for_each(|number| audit::append(tx, event(number)).map(drop))
    })
    .await;
    let client = global.client().await.unwrap();
    let last: Anchor = client.get("/admin/audit/verify").await.unwrap();
    drop(client);
    assert_eq!(last.number, 3);
    verify(&global, None).await.unwrap();
    verify(&global, Some(last.clone())).await.unwrap();
    change(&global, |tx| audit::append(tx, event(4)).map(drop)).await;
    verify(&global, Some(last.clone())).await.unwrap();

    let row = |number| Key::new(Table::Audit).number(number).into_vec();
    change(&global, move |tx| {
        let bytes = tx.get(&row(2))?.unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        assert!(text.contains("thing:2"), "{text:?}");
        let at = bytes
            .windows(7)
            .position(|part| part == b"thing:2")
            .unwrap();
        let mut bytes = bytes;
        bytes[at + 6] = b'9';
        tx.put(row(2), bytes);
        Ok(())
    })
    .await;
    let found = verify(&global, None).await.unwrap_err();
    assert!(found.contains("entry 2 was changed"), "{found}");

    // Whoever writes all of it anew leaves a sound chain, but not the entry that was seen.
    change(&global, move |tx| {
        (1..=4).for_each(|number| tx.delete(row(number)));
        tx.delete(Key::new(Table::Meta).text("audit-head").into_vec());
        (1..=4).try_for_each(|number| audit::append(tx, event(number + 10)).map(drop))
    })
    .await;
    verify(&global, None).await.unwrap();
    let found = verify(&global, Some(last)).await.unwrap_err();
    assert!(found.contains("entry 3 is not the one"), "{found}");
}
