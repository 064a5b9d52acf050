use super::*;

fn encoded(pieces: &[&[u8]]) -> String {
    let mut lines = Lines::default();
    let mut out = Vec::new();
    for piece in pieces {
        lines.encode(piece, false, &mut out);
    }
    lines.encode(b"", true, &mut out);
    String::from_utf8(out).unwrap()
}

#[test]
fn base64_is_the_same_however_a_file_arrives() {
    let bytes: Vec<u8> = (0..=255).cycle().take(10_000).collect();
    let whole = encoded(&[&bytes]);
    for size in [1, 2, 56, 57, 58, 4096] {
        let pieces: Vec<&[u8]> = bytes.chunks(size).collect();
        assert_eq!(encoded(&pieces), whole, "in pieces of {size}");
    }
    assert!(
        whole
            .split("\r\n")
            .all(|line| (1..=76).contains(&line.len()))
    );
    assert_eq!(
        crate::mail::transfer::decode_base64(whole.as_bytes()),
        bytes
    );
    assert_eq!(encoded(&[]), "");
    assert_eq!(encoded(&[b"a"]), "YQ==");
}

#[test]
fn kept_files_are_named_in_forms() {
    let file = Kept::File {
        draft: StandbyId(12),
        id: 3,
    };
    let part = Kept::Part {
        message: StandbyId(12),
        part: 3,
    };
    for (kept, text) in [(file, "12.f3"), (part, "12.3")] {
        assert_eq!(kept.to_string(), text);
        assert_eq!(text.parse(), Ok(kept));
    }
    for broken in [
        "",
        "12",
        "12.",
        "12.f",
        ".3",
        "a.3",
        "12.f-1",
        "12.fx",
        "12.3.4",
        "12.f99999999999999999999",
    ] {
        assert_eq!(broken.parse::<Kept>(), Err(()), "{broken}");
    }
}
