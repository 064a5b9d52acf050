use super::Site;
use crate::service::Actor;
use crate::service::profile::{self, AddressProfile, IMAGES_FROM_MAX, UndoSend};

const ANN: &str = "ann@example.com";

fn actor(site: &Site, address: &str) -> Actor {
    let mailbox = site.mailbox(address);
    Actor::User(mailbox.record.id, mailbox.address)
}

#[tokio::test]
async fn a_profile_is_its_mailboxs_own_and_outlives_nothing_it_should_not() {
    let site = Site::new().await;
    let (ann, bob) = (actor(&site, ANN), actor(&site, "bob@example.com"));
    let of = |address: &str| AddressProfile {
        address: address.into(),
        name: "Sales".into(),
        signature: String::new(),
    };
    let both = vec![of("sales@example.com"), of("bob@example.com")];
    profile::update(&site.service, &ann, move |profile| {
        profile.name = "Ann".into();
        profile.undo_send = UndoSend::Thirty;
        profile.addresses.clone_from(&both);
    })
    .await
    .unwrap();
    let kept = profile::get(&site.service, &ann).unwrap();
    assert_eq!((kept.name.as_str(), kept.undo_send.secs()), ("Ann", 30));
    assert_eq!(kept.addresses, [of("sales@example.com")], "only own ones");
    let others = profile::get(&site.service, &bob).unwrap();
    assert_eq!(others, profile::Profile::default());
}

#[tokio::test]
async fn senders_whose_pictures_are_shown_are_bounded_and_the_newest_stay() {
    let site = Site::new().await;
    let ann = actor(&site, ANN);
    profile::update(&site.service, &ann, |profile| {
        profile.images_from = (0..IMAGES_FROM_MAX)
            .map(|n| format!("s{n}@x.example"))
            .collect();
    })
    .await
    .unwrap();
    for _ in 0..2 {
        profile::show_images_from(&site.service, &ann, "News@X.example")
            .await
            .unwrap();
    }
    let kept = profile::get(&site.service, &ann).unwrap();
    assert_eq!(kept.images_from.len(), IMAGES_FROM_MAX);
    assert!(kept.shows_images_from("news@x.example") && !kept.shows_images_from("s0@x.example"));
    assert!(kept.shows_images_from("s1@x.example"));
    profile::show_images_from(&site.service, &ann, "no address")
        .await
        .unwrap_err();
}
