use super::*;
use crate::service::Means;
use crate::store::access::Access;

fn reseller(name: &str) -> Actor {
    Actor::Reseller(
        name.parse().unwrap(),
        Means::new("test".into(), Access::ReadOnly.grants()),
    )
}

#[tokio::test]
async fn a_reseller_takes_no_more_than_its_share() {
    let shares = Shares::new(3, 2, Duration::from_secs(7));
    let (acme, other) = (reseller("acme"), reseller("other"));
    let kept: Vec<Place> = (0..2).map(|_| shares.take(&acme).unwrap()).collect();
    let refused = shares.take(&acme).unwrap_err();
    let after = Duration::from_secs(7);
    assert!(matches!(refused, ServiceError::Limited { retry_after } if retry_after == after));
    let patience = Duration::from_millis(1);
    let refused = shares.wait_at_most(patience, &acme).await.unwrap_err();
    assert!(matches!(refused, ServiceError::Limited { .. }));
    let last = shares.take(&other).unwrap();
    assert!(shares.take(&other).is_err(), "all are taken");
    // Who waits gets the next one, and holds none of the others' meanwhile.
    let waiting = tokio::spawn({
        let (shares, acme) = (shares.clone(), acme.clone());
        async move { shares.wait(&acme).await }
    });
    tokio::task::yield_now().await;
    drop(last);
    let again = shares.take(&other).unwrap();
    drop((kept, again));
    waiting.await.unwrap().unwrap();
    assert!(shares.take(&acme).is_ok());
}
