use super::*;

#[test]
fn what_is_written_is_what_is_read() {
    for (tell, link, language) in [
        (true, true, "de"),
        (true, false, "en"),
        (false, false, "en"),
    ] {
        let notices = UserNotices {
            tell,
            link,
            language: language.into(),
        };
        assert_eq!(view_of(policy_of(&notices).unwrap()), notices);
    }
    let odd = UserNotices {
        tell: true,
        link: false,
        language: "klingon".into(),
    };
    assert!(policy_of(&odd).is_err());
}
