use std::collections::BTreeSet;

use super::section::Presence;
use super::*;

/// A file with the least that starts.
fn minimum(password_file: &Path) -> String {
    format!(
        r#"
        [store]
        path = "/var/lib/lifeboat"
        [http]
        listen = "127.0.0.1:8080"
        public_url = "http://127.0.0.1:8080"
        [lmtp]
        listen = "127.0.0.1:8024"
        advertise = "unix:/run/lifeboat/lmtp"
        [socketmap]
        listen = "unix:/run/lifeboat/socketmap"
        [relay]
        smarthost = "127.0.0.1:25"
        [[mailstore]]
        id = "a1"
        imap = "127.0.0.1:143"
        lmtp = "127.0.0.1:24"
        master_user = "lifeboat"
        master_password_file = "{}"
        tls = "off"
        "#,
        password_file.display()
    )
}

fn password_file(dir: &tempfile::TempDir) -> PathBuf {
    use std::os::unix::fs::PermissionsExt;
    let path = dir.path().join("password");
    std::fs::write(&path, "secret\n").unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    path
}

fn parse(text: &str) -> Result<Loaded, ConfigError> {
    Config::parse(text, Path::new("lifeboat.toml"))
}

#[test]
fn a_file_with_the_minimum_is_enough() {
    let dir = tempfile::tempdir().unwrap();
    let loaded = parse(&minimum(&password_file(&dir))).unwrap();
    let mailstore = loaded.config.mailstore(&"a1".parse().unwrap()).unwrap();
    assert_eq!(
        mailstore.master_password_file.read().unwrap().expose(),
        "secret"
    );
    assert_eq!(
        loaded.config.sign_in.session_idle.to_string(),
        "12h",
        "defaults are there"
    );
}

#[test]
fn what_is_wrong_is_said_with_the_file_the_key_and_what_to_do() {
    let dir = tempfile::tempdir().unwrap();
    let good = minimum(&password_file(&dir));
    let check = |from: &str, to: &str, expected: &[&str]| {
        let text = good.replace(from, to);
        assert_ne!(text, good, "{from} does not occur");
        let message = parse(&text).unwrap_err().to_string();
        for part in ["lifeboat.toml"].iter().chain(expected) {
            assert!(message.contains(part), "{part:?} is not in: {message}");
        }
    };
    check(
        "path = \"/var",
        "paht = \"/var",
        &["line 3", "paht", "`path`"],
    );
    check(
        "path = \"/var/lib/lifeboat\"",
        "",
        &["path", "[store]", "add for example"],
    );
    check("[relay]", "[rellay]", &["rellay", "relay"]);
    check("\"127.0.0.1:8080\"", "\"8080\"", &["host:port"]);
    check(
        "http://127.0.0.1:8080",
        "127.0.0.1",
        &["http.public_url", "https://"],
    );
    check(
        "http://127.0.0.1:8080",
        "http://h/mail",
        &["http.public_url", "without a path"],
    );
    check(
        "127.0.0.1:8024",
        "127.0.0.1:8080",
        &["lmtp.listen", "taken by http.listen"],
    );
    check(
        "unix:/run/lifeboat/lmtp",
        "127.0.0.1:0",
        &["lmtp.advertise", "port 0"],
    );
    check("id = \"a1\"", "id = \"A 1\"", &["mailstore", "a-z"]);
    check("tls = \"off\"", "tls = \"on\"", &["starttls"]);
    check(
        "/password\"",
        "/missing\"",
        &["mailstore a1: master_password_file", "cannot read", "0600"],
    );
    check(
        "tls = \"off\"",
        "tls = \"off\"\nmaster_separator = \"\"",
        &["one character"],
    );
    let twice = format!(
        "{good}\n[[mailstore]]{}",
        good.split("[[mailstore]]").nth(1).unwrap()
    );
    assert!(
        parse(&twice)
            .unwrap_err()
            .to_string()
            .contains("used twice")
    );
}

#[test]
fn live_checks_ask_about_somebody_and_not_for_long() {
    let dir = tempfile::tempdir().unwrap();
    let good = minimum(&password_file(&dir));
    let check = |section: &str, expected: &str| {
        let text = format!("{good}\n[[live_check]]\nserver = \"10.0.0.8:389\"\n{section}\n");
        let found = match parse(&text) {
            Ok(loaded) => format!("{:?}", loaded.warnings),
            Err(error) => error.to_string(),
        };
        assert!(found.contains(expected), "{expected:?} is not in: {found}");
    };
    check("kind = \"imap\"\nuser = \"all\"", "live_check 1: user");
    check("kind = \"ldap\"", "live_check 1: user");
    check("kind = \"imap\"\ntimeout = \"1m\"", "at most");
    check("kind = \"imap\"\nparallel = 0", "live_check 1: parallel");
    check(
        "kind = \"imap\"\nmailstores = [\"b9\"]",
        "there is no mailstore b9",
    );
    check("kind = \"imap\"\ntls = \"off\"", "in the clear");
    let sound = format!("{good}\n[[live_check]]\nserver = \"10.0.0.8:993\"\nkind = \"imap\"\n");
    let warnings = format!("{:?}", parse(&sound).unwrap().warnings);
    assert!(!warnings.contains("live_check"), "{warnings}");
}

#[test]
fn all_that_does_not_fit_is_said_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let text = minimum(&password_file(&dir))
        .replace("http://127.0.0.1:8080", "x")
        .replace("id = \"a1\"", "id = \"a1\"\nmaster_separator = \"\"");
    let ConfigError::Unsound { problems, .. } = parse(&text).unwrap_err() else {
        panic!("not the expected error")
    };
    assert_eq!(problems.0.len(), 2);
}

#[test]
fn a_password_file_that_everybody_may_read_is_a_warning() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let path = password_file(&dir);
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    let warnings = parse(&minimum(&path)).unwrap().warnings;
    assert!(
        warnings.iter().any(|w| w.text.contains("chmod 600")),
        "{warnings:?}"
    );
}

#[test]
fn a_fallback_that_is_less_protected_is_a_warning() {
    let dir = tempfile::tempdir().unwrap();
    let text = minimum(&password_file(&dir));
    let with = |relay: &str, fallback: &str| {
        let text = text.replace("[relay]", &format!("[relay]\ntls = \"{relay}\""));
        let fallback =
            format!("[[relay_fallback]]\nsmarthost = \"127.0.0.1:26\"\ntls = \"{fallback}\"\n");
        let warnings = parse(&format!("{text}\n{fallback}")).unwrap().warnings;
        warnings.iter().any(|w| w.key == "relay_fallback 1.tls")
    };
    for (relay, fallback, warns) in [
        ("starttls", "off", true),
        ("implicit", "off", true),
        ("starttls", "implicit", false),
        ("off", "off", false),
    ] {
        assert_eq!(with(relay, fallback), warns, "{relay} {fallback}");
    }
}

#[test]
fn a_secret_never_shows() {
    let secret = secret::Secret::new("hunter2".into());
    assert_eq!(format!("{secret:?}"), "[secret]");
}

#[test]
fn the_example_and_every_commented_option_parse() {
    let dir = tempfile::tempdir().unwrap();
    let path = password_file(&dir).display().to_string();
    let with_password = |text: String| {
        text.replace("/etc/lifeboat/a1.password", &path)
            .replace("/etc/lifeboat/a1.doveadm", &path)
            .replace("/etc/lifeboat/panel.password", &path)
    };
    let plain: Config = parse(&with_password(example())).unwrap().config;
    // There is one way to raise UIDs, and one secret for it.
    let alternatives = ["doveadm_password_file", "raise_command"];
    let full = with_password(example::render(true));
    let full: Vec<&str> = full
        .lines()
        .filter(|line| !alternatives.iter().any(|other| line.starts_with(other)))
        .collect();
    let mut full: Config = parse(&full.join("\n")).unwrap().config;
    // What is not set unless its owner does is the only difference.
    full.http.tls_certificate_file = None;
    full.http.tls_key_file = None;
    full.http.usual_webmail_url = None;
    full.http.notice = None;
    full.http.image_proxy_via = None;
    full.probe.mail_log = None;
    full.hold.text = None;
    full.hold.answers_listen = None;
    full.hold.tls_certificate_file = None;
    full.hold.tls_key_file = None;
    for listener in &mut full.hold_listener {
        listener.advertise = None;
    }
    assert_eq!(full.source.len(), 1);
    full.source.clear();
    assert_eq!(full.live_check.len(), 1);
    full.live_check.clear();
    assert_eq!((full.relay_fallback.len(), full.dkim.len()), (1, 1));
    full.relay_fallback.clear();
    full.dkim.clear();
    assert_eq!(full.certificate.len(), 1);
    full.certificate.clear();
    full.smtp.tls_certificate_file = None;
    full.smtp.tls_key_file = None;
    full.smtp.postmaster = None;
    full.announce.mail_from = None;
    full.announce.tls_ca_file = None;
    full.drill.mailbox = None;
    full.drill.mx = None;
    full.relay.tls_ca_file = None;
    full.relay.tls_name = None;
    full.relay.username = None;
    full.relay.password_file = None;
    for mailstore in &mut full.mailstore {
        mailstore.sentinel = None;
        mailstore.pop3 = None;
        mailstore.large_mailbox = None;
        mailstore.maildir = None;
        mailstore.policy = None;
        mailstore.dry_run = None;
        mailstore.doveadm = None;
        mailstore.doveadm_key_file = None;
    }
    assert_eq!(plain, full);
}

#[test]
fn every_section_and_option_is_in_the_example_and_documented() {
    let text = example();
    for section in SECTIONS {
        assert!(!section.doc.is_empty(), "[{}] has no text", section.name);
        for field in section.fields {
            let name = format!("{}.{}", section.name, field.key);
            assert!(!field.doc.is_empty(), "{name} has no documentation");
            let (Presence::Required(value) | Presence::Default(value) | Presence::Optional(value)) =
                field.presence;
            assert!(text.contains(&format!("{} = {value}", field.key)), "{name}");
        }
    }
    // serde names every section that Config knows when it meets one that it does not.
    let message = toml::from_str::<Config>("[nonsense]")
        .unwrap_err()
        .to_string();
    let known: BTreeSet<&str> = message
        .split("expected one of")
        .nth(1)
        .unwrap()
        .split('`')
        .skip(1)
        .step_by(2)
        .collect();
    let listed: BTreeSet<&str> = SECTIONS.iter().map(|section| section.name).collect();
    assert_eq!(known, listed);
}
