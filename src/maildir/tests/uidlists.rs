use super::super::*;

/// UIDVALIDITY, UIDNEXT, and the UID and file of each message.
type Listed = (u32, u32, Vec<(u32, String)>);

fn parsed(text: &str) -> Result<Listed, InvalidUidList> {
    let mut entries = Vec::new();
    let list = UidList::parse(text.as_bytes(), |entry| {
        entries.push((entry.uid.0.get(), entry.file.to_owned()));
    })?;
    Ok((list.uid_validity.0.get(), list.uid_next.0.get(), entries))
}

#[test]
fn uid_lists() {
    let files = |all: &[(u32, &str)]| all.iter().map(|(n, f)| (*n, (*f).to_owned())).collect();
    for (text, expected) in [
        ("3 V7 N1 G68fd\n", (7, 1, files(&[]))),
        (
            "3 V7 N5 Gab\n1 :a.b,S=1:2,S\n3 W12 S10 :c d\n",
            (7, 5, files(&[(1, "a.b,S=1:2,S"), (3, "c d")])),
        ),
        // N is stale: lines were appended.
        (
            "3 V7 N2 Gab\n9 G1.M2.host,S=1,W=1 :x.y\n",
            (7, 10, files(&[(9, "x.y")])),
        ),
        // The last line is half written.
        ("3 V7 N2\n2 :x\n3 :y", (7, 3, files(&[(2, "x")]))),
        (
            "1 1234 9\n4 old.name\n",
            (1234, 9, files(&[(4, "old.name")])),
        ),
        // What makes no sense is passed over.
        (
            "3 V7 N2 G\n\n0 :zero\nx :y\n5\n5 \n5 :\n5 :../up\n6 Z :ok\n",
            (7, 7, files(&[(6, "ok")])),
        ),
        // Fields that a later version may add.
        ("3 V7 Xnew N2\n", (7, 2, files(&[]))),
    ] {
        assert_eq!(parsed(text), Ok(expected), "{text:?}");
    }
    for wrong in [
        "",
        "3 V7 N1 G68fd",
        "2 V7 N1\n",
        "3 N1\n",
        "3 V7\n",
        "3 V0 N1\n",
        "3 V7 N0\n\u{fe}",
        "3 V4294967296 N1\n",
        "3 V7 N1\n5 :a\n5 :b\n",
        "3 V7 N1\n5 :a\n4 :b\n",
        "3 V7 N1\n4294967295 :a\n",
    ] {
        let result = parsed(wrong);
        let fits = result.is_err() || wrong.starts_with("3 V7 N0");
        assert!(fits, "{wrong:?}: {result:?}");
    }
}

proptest::proptest! {
    #[test]
    fn no_uid_list_is_too_strange(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..400)) {
        let _ = UidList::parse(&bytes, |_| {});
        let with_header = [b"3 V7 N1 G1\n".as_slice(), &bytes].concat();
        let mut last = 0;
        if let Ok(list) = UidList::parse(&with_header, |entry| {
            assert!(entry.uid.0.get() > last);
            last = entry.uid.0.get();
        }) {
            assert!(list.uid_next.0.get() > last);
        }
    }
}
