//! Questions as Postfix asks them.

use tempfile::TempDir;

use super::*;
use crate::ids::{MailboxId, MailstoreId};
use crate::route::{MailstoreFacts, Table};
use crate::store::directory::{self, MailboxRecord};
use crate::store::{Store, StoreOptions};

const NOW: Timestamp = Timestamp::from_secs(1000);

async fn provision(store: &Store, address: &str, mailstore: &str, aliases: &[&str]) {
    let address: Address = address.parse().unwrap();
    let record = MailboxRecord {
        id: MailboxId::generate(),
        mailstore: mailstore.parse().unwrap(),
        password_hash: None,
        name: None,
        aliases: aliases.iter().map(|a| a.parse().unwrap()).collect(),
    };
    store
        .write(move |tx| directory::put_mailbox(tx, &address, &record))
        .await
        .unwrap();
}

fn table(states: &[(&str, Route)]) -> Table {
    let facts = |serving| MailstoreFacts {
        serving,
        is_unsafe: false,
        raising: None,
    };
    let mailstores = states
        .iter()
        .map(|(id, serving)| (id.parse::<MailstoreId>().unwrap(), facts(*serving)))
        .collect();
    Table {
        mailstores,
        ..Table::default()
    }
}

async fn answers(dir: &TempDir) -> Answers {
    let store = Store::open(dir.path(), &StoreOptions::default()).unwrap();
    provision(&store, "ann@example.com", "a1", &["sales@example.com"]).await;
    provision(&store, "bob@example.com", "a2", &[]).await;
    provision(&store, "cay@example.com", "a3", &[]).await;
    let advertise = "127.0.0.1:8024".parse().unwrap();
    Answers::new(
        Routes::new(store),
        &advertise,
        "lifeboat-queue:unix:nowhere".into(),
        Some('+'),
    )
}

#[tokio::test]
async fn answers_as_the_table_says() {
    let dir = TempDir::new().unwrap();
    let answers = answers(&dir).await;
    let standby = "OK lmtp:inet:127.0.0.1:8024";
    let cases = [
        ("transport ann@example.com", standby),
        ("transport Ann@Example.COM", standby),
        ("transport ann+lists@example.com", standby),
        ("transport sales@example.com", standby),
        ("transport sales+x@example.com", standby),
        ("transport bob@example.com", "NOTFOUND "),
        ("transport bob+x@example.com", "NOTFOUND "),
        (
            "transport cay@example.com",
            "OK lifeboat-queue:unix:nowhere",
        ),
        ("transport nobody@example.com", "NOTFOUND "),
        ("transport someone@elsewhere.test", "NOTFOUND "),
        ("transport *", "NOTFOUND "),
        ("transport example.com", "NOTFOUND "),
        ("transport .example.com", "NOTFOUND "),
        ("transport @example.com", "NOTFOUND "),
        ("transport ", "NOTFOUND "),
        ("transport", "NOTFOUND "),
        ("", "NOTFOUND "),
        ("recipient ann+x@example.com", "OK ann+x@example.com"),
        ("recipient cay@example.com", "OK cay@example.com"),
        ("recipient bob@example.com", "NOTFOUND "),
        ("recipient nobody@example.com", "NOTFOUND "),
        ("unknown ann@example.com", "NOTFOUND "),
    ];
    for (question, _) in cases {
        let reply = answers.answer(question.as_bytes(), NOW);
        assert_eq!(reply, Reply::NotFound, "nothing to say yet: {question}");
    }
    answers.routes.publish(table(&[
        ("a1", Route::Standby),
        ("a2", Route::Primary),
        ("a3", Route::Queue),
    ]));
    for (question, expected) in cases {
        let reply = answers.answer(question.as_bytes(), NOW);
        assert_eq!(reply.to_text(), expected, "{question}");
    }
    assert_eq!(
        answers.answer(b"transport \xff\xfe@example.com", NOW),
        Reply::NotFound
    );
}

#[test]
fn writes_the_advertised_address_as_postfix_reads_it() {
    for (endpoint, expected) in [
        ("127.0.0.1:24", "lmtp:inet:127.0.0.1:24"),
        ("[::1]:24", "lmtp:inet:[ipv6:::1]:24"),
        ("unix:/lifeboat/lmtp", "lmtp:unix:/lifeboat/lmtp"),
    ] {
        assert_eq!(lmtp_transport(&endpoint.parse().unwrap()), expected);
    }
}
