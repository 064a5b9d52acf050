use super::*;

/// Hashes made by Dovecot and crypt(3).
fn vectors() -> Vec<(&'static str, &'static str)> {
    include_str!("../../../tests/data/passwords.txt")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.split_once('\t').unwrap())
        .collect()
}

#[test]
fn hashes_of_dovecot_verify() {
    for (password, text) in vectors() {
        let hash = PasswordHash::parse(text).unwrap_or_else(|e| panic!("{text}: {e}"));
        assert!(hash.verify(password), "{text}");
        for wrong in ["", "sésame 2"] {
            assert!(!hash.verify(wrong), "{text} accepts {wrong:?}");
        }
    }
}

#[test]
fn fresh_hashes_of_every_scheme_of_doveadm_verify() {
    const USER: &str = "ann@example.com";
    let doveadm = |arguments: &[&str]| {
        let output = std::process::Command::new("doveadm")
            .arg("pw")
            .args(arguments)
            .output()
            .expect("doveadm (dovecot-core) is installed");
        String::from_utf8(output.stdout).unwrap()
    };
    let all = doveadm(&["-l"]);
    let schemes: Vec<&str> = all.split_whitespace().collect();
    assert!(schemes.len() > 25, "{all}");
    for &scheme in schemes.iter().chain(&["SSHA256.hex", "SHA512-CRYPT.b64"]) {
        for password in [
            "tést",
            "a password of more than sixty-four bytes, as a whole sentence is one",
        ] {
            let text = doveadm(&["-s", scheme, "-u", USER, "-p", password]);
            let read = PasswordHash::parse(text.trim());
            let hash = read.unwrap_or_else(|e| panic!("{scheme}: {e}"));
            let hash = hash.of_user(USER);
            assert!(hash.verify(password), "{scheme}: {text}");
            assert!(!hash.verify("test"), "{scheme}");
            assert!(!hash.verify(""), "{scheme}");
        }
    }
}

/// Hashes of which Dovecot verified what is said here (`doveadm pw -t HASH -u USER -p PASSWORD`).
#[test]
fn old_hashes_verify_as_dovecot_does() {
    let check = |text: &str, user: &str, password: &str, expected: bool| {
        let hash = PasswordHash::parse(text).unwrap_or_else(|e| panic!("{text}: {e}"));
        let right = hash.of_user(user).verify(password);
        assert_eq!(right, expected, "{text} {password}");
    };
    let ann = "ann@example.com";
    check("{DES-CRYPT}wUU6EXLTtswNQ", ann, "secret", true);
    check("{CRYPT}abiQ6Ep3EYTHc", ann, "secret", false);
    // Eight characters count.
    check("{CRYPT}Bv6x4P0p5KZxU", ann, "tést", true);
    check(
        "{DIGEST-MD5}0fe3d9a8be1e06fe15178179f556ac52",
        ann,
        "secret",
        true,
    );
    check(
        "{DIGEST-MD5}0fe3d9a8be1e06fe15178179f556ac52",
        "bob@example.com",
        "secret",
        false,
    );
    check(
        "{DIGEST-MD5}e61eaff2eb8de36bf910817623d5faef",
        "ann",
        "secret",
        true,
    );
    check(
        "{OTP}sha1 1024 6871662c87d89300 8cda89c20ef0851a",
        ann,
        "secret",
        true,
    );
    // RFC 2289 appendix C.
    check(
        "{OTP}md5 99 TeSt 50fe1962c4965880",
        ann,
        "This is a test.",
        true,
    );
    check(
        "{OTP}md4 99 TeSt c5e612776e6c237a",
        ann,
        "This is a test.",
        true,
    );
    check(
        "{OTP}sha1 99 TeSt 87fec7768b73ccf9",
        ann,
        "This is a test.",
        true,
    );
    check("{PLAIN-TRUNC}3-abc", ann, "abcdef", true);
    check("{PLAIN-TRUNC}3-abc", ann, "ab", false);
    check("{PLAIN-TRUNC}9-abc", ann, "abc", true);
    check("{PLAIN-TRUNC}9-abc", ann, "abcdef", false);
    check(
        "{PLAIN-MD4}67d3dafef63ff00603aeef3769cfbf0d",
        ann,
        "secret",
        true,
    );
}

#[test]
fn what_cannot_be_verified_is_said() {
    let check = |text: &str, expected: HashError| {
        assert_eq!(PasswordHash::parse(text).unwrap_err(), expected, "{text}");
    };
    let malformed = |scheme: &str| HashError::Malformed(scheme.to_owned());
    check("", HashError::NoScheme);
    check("$6$salt$hash", HashError::NoScheme);
    check("{SCRAM-SHA-1}4096,x,y,z", malformed("SCRAM-SHA-1"));
    check("{NTLM}00", HashError::UnknownScheme("NTLM".into()));
    check("{DES-CRYPT}abiQ6Ep3EYTH", malformed("DES-CRYPT"));
    check("{CRYPT}short", malformed("CRYPT"));
    check("{CRAM-MD5}00", malformed("CRAM-MD5"));
    check("{DIGEST-MD5}00", malformed("DIGEST-MD5"));
    check("{OTP}sha1 10 seed", malformed("OTP"));
    check(
        "{CRYPT}$7$x",
        HashError::UnknownScheme("CRYPT ($7$)".into()),
    );
    check("{SHA512-CRYPT}$5$salt$hash", malformed("SHA512-CRYPT"));
    check("{SHA512-CRYPT}$6$salt$short", malformed("SHA512-CRYPT"));
    check("{sha256}short", malformed("SHA256"));
    check("{SSHA}c2hvcnQ=", malformed("SSHA"));
    check("{PBKDF2}$1$salt$0$00", malformed("PBKDF2"));
    check(
        "{ARGON2ID}$argon2id$v=19$m=65536,t=3,p=1$x",
        malformed("ARGON2ID"),
    );
    check("{BLF-CRYPT}$2y$05$short", malformed("BLF-CRYPT"));
    check("{CRYPT}$y$j9T$salt$short", malformed("CRYPT"));
    check(
        &format!("{{PLAIN}}{}", "x".repeat(2000)),
        malformed("PLAIN"),
    );
}

#[test]
fn a_hash_cannot_ask_for_too_much() {
    for text in [
        "{ARGON2ID}$argon2id$v=19$m=4194304,t=3,p=1$5LsLbfB0ba8cjbbjjneJeQ$VcJLJa2D0uj3PHfO/5EBZTLYhuVh9WWC0GKYZ1Ijq6E",
        "{SHA512-CRYPT}$6$rounds=999999999$salt$aBdcFbFEwYZAV6dnZ4CoKZKN3ayEXT06rOM7xsf7FNhxz53Pw59O3jR/ORTSDj52oSYueTwqU.znNIRrrzAp50",
        "{PBKDF2}$1$9fY26mzVptx/7tjk$500000000$38800e6b47ff788665ca35ea38de0a68dee19560",
        "{OTP}sha1 4000000000 seed 8cda89c20ef0851a",
        "{BLF-CRYPT}$2y$31$rcvLc9i1mPj32buiFiPvW..s1utAM9IQTHOuHVHWXaEsSZsYl2.c2",
        "{CRYPT}$y$jKT$F5Jx5fExrKuPp53xLKQ..1$9WNEpu8Mx2S4KNGvbVWKM6clOSoY6.YEl7AYF4DGV04",
    ] {
        assert_eq!(
            PasswordHash::parse(text).unwrap_err(),
            HashError::TooCostly,
            "{text}"
        );
    }
}

#[test]
fn no_hash_or_password_panics() {
    use proptest::prelude::*;
    let valid: Vec<&str> = vectors()
        .into_iter()
        .map(|(_, text)| text)
        .filter(|text| !text.contains("ARGON") && text.len() < 200)
        .collect();
    proptest!(ProptestConfig::with_cases(300), |(
        index in 0..valid.len(), at in 0..200usize, with in any::<char>(), password in ".{0,40}"
    )| {
        let mut characters: Vec<char> = valid[index].chars().collect();
        let at = at % characters.len();
        characters[at] = with;
        let text: String = characters.into_iter().collect();
        if let Ok(hash) = PasswordHash::parse(&text)
            && at > valid[index].find('}').unwrap() + 12
        {
            let _ = hash.verify(&password);
        }
    });
}
