use super::*;

#[test]
fn notify() {
    let of = |success, failure, delay| {
        Ok(Notify {
            success,
            failure,
            delay,
        })
    };
    for (text, expected) in [
        ("NEVER", of(false, false, false)),
        ("success", of(true, false, false)),
        ("SUCCESS,FAILURE,DELAY", of(true, true, true)),
        ("FAILURE,DELAY", of(false, true, true)),
        ("NEVER,FAILURE", Err(())),
        ("SUCCESS,", Err(())),
        ("", Err(())),
        ("ALWAYS", Err(())),
    ] {
        assert_eq!(text.parse::<Notify>(), expected, "{text}");
    }
}

#[test]
fn returned_and_envelope() {
    assert_eq!("full".parse(), Ok(Return::Full));
    assert_eq!("HDRS".parse(), Ok(Return::Headers));
    assert_eq!("NONE".parse::<Return>(), Err(()));
    let id = |text: &str| text.parse::<EnvelopeId>().map(|id| id.as_str().to_owned());
    assert_eq!(id("QQ314159"), Ok("QQ314159".to_owned()));
    assert_eq!(id("a+2Bb+3Dc"), Ok("a+b=c".to_owned()));
    for wrong in ["", "a=b", "a+2", "a+2b", "a+0D+0Ab", "ä", &"x".repeat(101)] {
        assert_eq!(id(wrong), Err(()), "{wrong}");
    }
}

#[test]
fn original_recipients() {
    let of = |text: &str| text.parse::<OriginalRecipient>().map(|o| o.to_string());
    for (text, expected) in [
        ("rfc822;ann@example.com", "rfc822; ann@example.com"),
        (
            "rfc822;ann+2Blists@example.com",
            "rfc822; ann+lists@example.com",
        ),
        ("utf-8;gr\\x{FC}n@example.com", "utf-8; grün@example.com"),
        ("utf-8;grün@example.com", "utf-8; grün@example.com"),
    ] {
        assert_eq!(of(text).as_deref(), Ok(expected), "{text}");
    }
    for wrong in [
        "ann@example.com",
        ";ann@example.com",
        "rfc822;",
        "rfc822;a+0Ab",
        "rfc 822;a",
        "utf-8;a\\x{A}b",
        "utf-8;a\\x{110000}",
        "utf-8;a\\x{}",
        "utf-8;a\\xFC",
        "rfc822;ü@x",
    ] {
        assert_eq!(of(wrong), Err(()), "{wrong}");
    }
}
