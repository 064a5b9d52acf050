use super::Site;
use super::browser::Browser;
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

#[tokio::test]
async fn settings_hold_in_every_browser_and_say_at_the_field_what_is_wrong() {
    let site = Site::new().await;
    let mut ann = Browser::signed_in(&site, ANN).await;
    let page = ann.get("/mail/settings").await;
    assert!(page.says("For sales@example.com") && page.says("placeholder=\"Ann Schmidt\""));
    let csrf = page.field("csrf");
    let good = [
        ("csrf", csrf.as_str()),
        ("name", "Ann S."),
        ("signature", "Ann\r\nSales"),
        ("address", "sales@example.com"),
        ("address-name", "Our <sales>"),
        ("address-signature", ""),
        ("language", "de"),
        ("zone", "Asia/Tokyo"),
        ("undo", "30"),
        ("density", "compact"),
        ("images-from", "News@X.example"),
    ];
    let saved = ann.post("/mail/settings", &good).await;
    assert!(saved.says("Einstellungen gespeichert."), "{}", saved.text());
    assert!(saved.says("lang=\"de\"") && saved.says("class=\"compact\""));
    assert!(!saved.says(" data-keys"), "keys were switched off");
    assert!(
        saved.says("Dort ist es jetzt 23:00 Uhr."),
        "{}",
        saved.text()
    );
    assert!(saved.says("value=\"Our &#60;sales&#62;\""));
    let kept = profile::get(&site.service, &actor(&site, ANN)).unwrap();
    assert_eq!(kept.signature, "Ann\nSales");
    assert_eq!(kept.name_for("sales@example.com"), "Our <sales>");
    assert!(kept.shows_images_from("news@x.example") && !kept.conversations);

    let mut elsewhere = Browser::signed_in(&site, ANN).await;
    assert!(elsewhere.get("/mail/inbox").await.says("lang=\"de\""));
    let mut bob = Browser::signed_in(&site, "bob@example.com").await;
    assert!(bob.get("/mail/inbox").await.says("lang=\"en\""));

    for (field, value, said) in [
        ("name", "a\nb", "Ein Name ist eine Zeile"),
        ("language", "tlh", "Diese Sprache wird nicht angeboten"),
        ("zone", "Mars/Base", "Diese Zeitzone ist nicht bekannt"),
        ("undo", "7", "Wählen Sie eine der Zeiten"),
    ] {
        let fields: Vec<_> = good
            .iter()
            .filter(|(name, _)| *name != field)
            .copied()
            .chain([(field, value)])
            .collect();
        let page = ann.post("/mail/settings", &fields).await;
        assert_eq!(page.status, 422, "{field}");
        assert!(
            page.says(said) && page.says(&format!("href=\"#{field}\"")),
            "{field}"
        );
        assert!(page.says("Ann\nSales"), "what was typed is still there");
    }
    let still = profile::get(&site.service, &actor(&site, ANN)).unwrap();
    assert_eq!(still, kept);
    let forged = ann
        .post("/mail/settings", &[("csrf", "x"), ("undo", "0")])
        .await;
    assert_eq!(forged.status, 403);
}

#[tokio::test]
async fn the_sign_in_page_is_read_in_a_language_of_ones_choice() {
    let site = Site::new().await;
    let mut browser = Browser::new(&site);
    let page = browser.get("/login?next=/mail/sent").await;
    assert!(
        page.says("href=\"/login?language=de&#38;next=%2Fmail%2Fsent\""),
        "{}",
        page.text()
    );
    let page = browser.get("/login?language=de&next=/mail/sent").await;
    assert!(page.says("Bei Ihrer E-Mail anmelden") && page.says("lang=\"de\" dir=\"ltr\""));
    assert!(
        browser
            .get("/login")
            .await
            .says("Bei Ihrer E-Mail anmelden")
    );
    assert!(
        browser
            .get("/login?language=../x")
            .await
            .says("Bei Ihrer E-Mail anmelden")
    );
    let wrong = [("address", ANN), ("password", "x")];
    assert!(browser.post("/login", &wrong).await.says("language=en"));
}
