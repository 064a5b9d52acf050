use super::super::super::tests::{NOW, open, provision};
use super::super::gone;
use super::*;

fn order(names: &[&str]) -> DomainMove {
    DomainMove {
        domains: names.iter().map(|name| name.parse().unwrap()).collect(),
        from: None,
        to: Some("acme".parse().unwrap()),
    }
}

#[tokio::test]
async fn only_so_much_goes_in_one_transaction() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    for address in ["a@x.example", "b@x.example", "c@y.example"] {
        provision(&store, address, "a1").await;
    }
    for address in ["d@x.example", "e@y.example"] {
        provision(&store, address, "a1").await;
        let address: Address = address.parse().unwrap();
        let left = store.write(move |tx| gone::leave(tx, &address, NOW)).await;
        assert!(left.unwrap().is_some());
    }
    let known: Result<(), StoreError> = store
        .write(|tx| {
            for name in ["x.example", "y.example"] {
                put_domain(tx, &name.parse().unwrap(), &DomainRecord { reseller: None })?;
            }
            Ok(())
        })
        .await;
    known.unwrap();
    let both = order(&["x.example", "y.example"]);
    for (mailboxes, written, fits) in [(3, 2, true), (2, 2, false), (3, 1, false), (3, 0, false)] {
        let most = Most { mailboxes, written };
        let looked = store.read(|tx| look_at(tx, &both, most)).unwrap();
        match fits {
            true => assert_eq!(looked.map(|it| (it.mailboxes, it.deleted)), Ok((3, 2))),
            false => assert_eq!(looked, Err(NotMoved::TooMany(most))),
        }
    }
    let most = Most {
        mailboxes: 2,
        written: 1,
    };
    let one = store.read(|tx| look_at(tx, &order(&["x.example"]), most));
    assert_eq!(one.unwrap().map(|it| it.mailboxes), Ok(2));
}
