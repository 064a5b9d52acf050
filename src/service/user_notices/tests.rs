use super::*;

fn change(tell: Option<bool>, link: bool, language: &str) -> UserNoticesChange {
    UserNoticesChange {
        tell,
        link,
        language: language.into(),
        reason: "test".into(),
    }
}

#[test]
fn what_is_written_is_what_is_read() {
    for (tell, link, language) in [
        (true, true, "de"),
        (true, false, "en"),
        (false, false, "en"),
    ] {
        let policy = policy_of(&change(Some(tell), link, language)).unwrap();
        let notices = UserNotices {
            tell,
            link,
            language: language.into(),
        };
        assert_eq!(policy.map(view_of), Some(notices));
    }
    assert_eq!(policy_of(&change(None, true, "fr")).unwrap(), None);
    assert!(policy_of(&change(Some(true), false, "klingon")).is_err());
}
