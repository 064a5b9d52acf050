use super::*;

const SECRET: &[u8; 20] = b"12345678901234567890";

#[test]
fn codes_are_those_of_the_standard() {
    // RFC 6238, appendix B, the last six digits of each.
    for (time, expected) in [
        (59, "287082"),
        (1_111_111_109, "081804"),
        (1_111_111_111, "050471"),
        (1_234_567_890, "005924"),
        (2_000_000_000, "279037"),
        (20_000_000_000, "353130"),
    ] {
        assert_eq!(code(SECRET, step_at(Timestamp::from_secs(time))), expected);
    }
}

#[test]
fn a_code_opens_once_and_a_step_to_either_side() {
    let now = Timestamp::from_secs(1_111_111_111);
    let step = step_at(now);
    for (offset, expected) in [(-2, false), (-1, true), (0, true), (1, true), (2, false)] {
        let other = step.checked_add_signed(offset).unwrap();
        let found = accepted(SECRET, &code(SECRET, other), 0, now);
        assert_eq!(found.is_some(), expected, "{offset}");
    }
    let entered = code(SECRET, step);
    assert_eq!(accepted(SECRET, "050 471", 0, now), Some(step));
    assert_eq!(accepted(SECRET, &entered, step, now), None);
    assert_eq!(accepted(SECRET, &entered, step + 1, now), None);
    assert_eq!(accepted(SECRET, "", 0, now), None);
}

#[test]
fn texts_are_as_apps_and_people_read_them() {
    // RFC 4648 §10, without padding.
    for (bytes, expected) in [("f", "MY"), ("foo", "MZXW6"), ("foobar", "MZXW6YTBOI")] {
        assert_eq!(base32(bytes.as_bytes()), expected);
    }
    assert_eq!(
        uri(SECRET, "Lifeboat", "eve@x.example"),
        "otpauth://totp/Lifeboat:eve%40x%2Eexample?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Lifeboat"
    );
    let codes = recovery_codes();
    assert_eq!(codes.len(), RECOVERY_CODES);
    for code in &codes {
        assert_eq!((code.len(), recovery_form(code).len()), (19, 16));
    }
    assert_eq!(recovery_form(" abcd-EFGH 2345"), "ABCDEFGH2345");
}

#[test]
fn wrong_codes_cost_more_and_more_time() {
    let secs = |wrong, known| wait_after(wrong, known).as_secs();
    for (wrong, stranger, known) in [
        (0, 0, 0),
        (4, 0, 0),
        (5, 30, 0),
        (6, 60, 0),
        (11, 1920, 0),
        (12, 3600, 0),
        (19, 3600, 0),
        (20, 3600, 30),
        (u32::MAX, 3600, 3600),
    ] {
        assert_eq!(
            (secs(wrong, false), secs(wrong, true)),
            (stranger, known),
            "{wrong}"
        );
    }
}
