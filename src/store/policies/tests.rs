use super::*;
use crate::store::{Store, StoreOptions};

#[tokio::test]
async fn the_narrowest_scope_that_says_something_holds() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path(), &StoreOptions::default()).unwrap();
    let acme: ResellerId = "acme".parse().unwrap();
    let (own, other): (DomainName, DomainName) =
        ("example.com".parse().unwrap(), "other.com".parse().unwrap());
    let (owner, domain) = (acme.clone(), own.clone());
    let put_domain: Result<(), StoreError> = store
        .write(move |tx| {
            let record = directory::DomainRecord {
                reseller: Some(owner.clone()),
            };
            directory::put_domain(tx, &domain, &record)
        })
        .await;
    put_domain.unwrap();
    let set = async |scope: PolicyScope, policy: Option<DelayPolicy>| {
        let done: Result<(), StoreError> = store.write(move |tx| put(tx, &scope, policy)).await;
        done.unwrap();
    };
    let holds = |domain: &DomainName| store.read(|tx| of_domain(tx, domain)).unwrap();
    let hours = DelayPolicy::AfterHours;
    assert_eq!(holds(&own), DelayPolicy::Off, "nobody said anything");
    set(PolicyScope::All, Some(hours(24))).await;
    assert_eq!((holds(&own), holds(&other)), (hours(24), hours(24)));
    set(PolicyScope::Reseller(acme), Some(hours(8))).await;
    assert_eq!((holds(&own), holds(&other)), (hours(8), hours(24)));
    set(PolicyScope::Domain(own.clone()), Some(DelayPolicy::Off)).await;
    assert_eq!(holds(&own), DelayPolicy::Off);
    set(PolicyScope::Domain(own.clone()), None).await;
    assert_eq!(holds(&own), hours(8));
    assert_eq!(hours(2).after(), Some(Duration::from_secs(7200)));
}
