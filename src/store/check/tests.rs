use super::*;
use crate::ids::MailstoreId;
use crate::store::Tx;
use crate::store::tests::{accept, open, provision};

/// Breaks a sound store in one way.
type Damage = fn(&mut dyn Tx) -> Result<(), StoreError>;

fn first_key(tx: &dyn ReadTx, table: Table) -> Result<Vec<u8>, StoreError> {
    let range = Key::new(table);
    let mut found = Vec::new();
    tx.scan(
        range.as_slice(),
        &range.end(),
        Order::Ascending,
        &mut |key, _| {
            found = key.to_vec();
            Ok(ControlFlow::Break(()))
        },
    )?;
    assert!(!found.is_empty(), "there is something to damage");
    Ok(found)
}

fn delete_first(tx: &mut dyn Tx, table: Table) -> Result<(), StoreError> {
    let key = first_key(tx, table)?;
    tx.delete(key);
    Ok(())
}

fn garble_first(tx: &mut dyn Tx, table: Table) -> Result<(), StoreError> {
    let key = first_key(tx, table)?;
    tx.put(key, vec![1, 0xff, 0xff]);
    Ok(())
}

#[tokio::test]
async fn every_damage_is_found() {
    let damages: [(&str, Damage); 14] = [
        ("no such body", |tx| delete_first(tx, Table::Body)),
        ("body record", |tx| garble_first(tx, Table::Body)),
        ("does not list it", |tx| {
            delete_first(tx, Table::FolderIndex)
        }),
        ("which is not in it", |tx| delete_first(tx, Table::Message)),
        ("message record", |tx| garble_first(tx, Table::Message)),
        ("mailbox state", |tx| garble_first(tx, Table::MailboxState)),
        ("does not lead to it", |tx| delete_first(tx, Table::Alias)),
        ("an alias is damaged", |tx| garble_first(tx, Table::Alias)),
        ("mailbox record", |tx| garble_first(tx, Table::Mailbox)),
        ("not listed with its mailstore", |tx| {
            delete_first(tx, Table::Placed)
        }),
        ("lists a mailbox that is not there", |tx| {
            let key = Key::new(Table::Placed)
                .text("b1")
                .domain(&"example.com".parse().unwrap());
            tx.put(key.text("ann").into_vec(), Vec::new());
            Ok(())
        }),
        ("its reseller does not list it", |tx| {
            delete_first(tx, Table::ResellerDomain)
        }),
        ("which is not its own", |tx| {
            let key = Key::new(Table::ResellerDomain).text("rival");
            let key = key.domain(&"example.com".parse().unwrap());
            tx.put(key.into_vec(), Vec::new());
            Ok(())
        }),
        ("delivery", |tx| {
            let key = first_key(tx, Table::Delivery)?;
            tx.put(key, vec![1]);
            Ok(())
        }),
    ];
    for (expected, damage) in damages {
        let directory = tempfile::tempdir().unwrap();
        let store = open(directory.path());
        let mut ann = provision(&store, "ann@example.com", "a1").await;
        ann.record.aliases = vec!["anna@example.com".parse().unwrap()];
        store
            .write(move |tx| {
                let acme = directory::DomainRecord {
                    reseller: Some("acme".parse().unwrap()),
                };
                directory::put_domain(tx, &ann.address.domain_name(), &acme)?;
                directory::put_mailbox(tx, &ann.address, &ann.record)
            })
            .await
            .unwrap();
        accept(&store, &["ann@example.com"], b"x").await;
        assert_eq!(
            check(&store, |_| {}).unwrap().problems,
            Vec::<String>::new()
        );
        store.write(damage).await.unwrap();
        let report = check(&store, |_| {}).unwrap();
        assert!(
            report
                .problems
                .iter()
                .any(|problem| problem.contains(expected)),
            "{expected}: {report:?}"
        );
    }
}

#[tokio::test]
async fn a_message_that_is_to_be_merged_must_be_there() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(directory.path());
    let a1: MailstoreId = "a1".parse().unwrap();
    let row = Key::new(Table::Unmerged)
        .mailstore(&a1)
        .mailbox(MailboxId::generate())
        .standby(StandbyId(7));
    store
        .write(move |tx| -> Result<(), StoreError> {
            tx.put(row.clone().into_vec(), vec![]);
            Ok(())
        })
        .await
        .unwrap();
    let report = check(&store, |_| {}).unwrap();
    assert_eq!(report.problems_total, 1, "{report:?}");
}
