use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use super::Pair;
use crate::net::{TlsAcceptor, TlsConnector};

const PATIENCE: Duration = Duration::from_secs(20);

/// Certificates that sign themselves, and their keys.
struct Files(tempfile::TempDir);

impl Files {
    fn new() -> Self {
        let files = Self(tempfile::tempdir().unwrap());
        files.make("usual", "DNS:webmail.example.com");
        files.make("acme", "DNS:mail.acme.example,DNS:www.acme.example");
        files.make("bolt", "DNS:*.bolt.example");
        files.make("other", "DNS:mail.acme.example");
        files
    }

    fn make(&self, name: &str, names: &str) {
        let made = Command::new("openssl")
            .args(["req", "-x509", "-nodes", "-days", "2", "-newkey", "ec"])
            .args(["-pkeyopt", "ec_paramgen_curve:prime256v1"])
            .args([
                "-subj",
                "/CN=x",
                "-addext",
                "basicConstraints=critical,CA:FALSE",
            ])
            .args(["-addext", &format!("subjectAltName={names}")])
            .arg("-keyout")
            .arg(self.path(&format!("{name}.key")))
            .arg("-out")
            .arg(self.path(&format!("{name}.pem")))
            .output()
            .unwrap();
        assert!(
            made.status.success(),
            "{}",
            String::from_utf8_lossy(&made.stderr)
        );
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn pair(&self, name: &str) -> Pair {
        let file = |kind: &str| self.path(&format!("{name}.{kind}"));
        Pair::read(&file("pem"), &file("key")).unwrap()
    }

    /// Whether a client that trusts one certificate alone is shown that one when it asks for a name.
    async fn shows(&self, acceptor: &TlsAcceptor, name: &str, certificate: &str) -> bool {
        let trusted = self.path(&format!("{certificate}.pem"));
        let connector = TlsConnector::new(Some(&trusted)).unwrap();
        let (ours, theirs) = tokio::io::duplex(64 * 1024);
        let serving = acceptor.handshake(Box::new(theirs), PATIENCE);
        let asking = connector.handshake(Box::new(ours), name, PATIENCE);
        let (_, asked) = tokio::join!(serving, asking);
        asked.is_ok()
    }
}

#[tokio::test]
async fn each_name_is_shown_its_own_certificate() {
    let files = Files::new();
    let acceptor = TlsAcceptor::of(
        &files.pair("usual"),
        &[files.pair("acme"), files.pair("bolt")],
    )
    .unwrap();
    for (name, certificate) in [
        ("webmail.example.com", "usual"),
        ("mail.acme.example", "acme"),
        ("www.acme.example", "acme"),
        ("MAIL.Acme.example", "acme"),
        ("mail.bolt.example", "bolt"),
        ("x.bolt.example", "bolt"),
    ] {
        for shown in ["usual", "acme", "bolt"] {
            let is_shown = files.shows(&acceptor, name, shown).await;
            assert_eq!(is_shown, shown == certificate, "{name} is shown {shown}");
        }
    }
    // Nobody's name is shown the usual one, which is not for it: the client refuses.
    for name in ["elsewhere.example", "a.b.bolt.example", "bolt.example"] {
        for shown in ["usual", "acme", "bolt"] {
            assert!(!files.shows(&acceptor, name, shown).await, "{name} {shown}");
        }
    }
    // A client that asks by an address says no name.
    assert!(!files.shows(&acceptor, "127.0.0.1", "usual").await);
}

#[tokio::test]
async fn of_two_for_the_same_name_the_first_is_shown() {
    let files = Files::new();
    let acceptor = TlsAcceptor::of(
        &files.pair("usual"),
        &[files.pair("acme"), files.pair("other")],
    )
    .unwrap();
    assert!(files.shows(&acceptor, "mail.acme.example", "acme").await);
    let acceptor = TlsAcceptor::of(&files.pair("other"), &[files.pair("acme")]).unwrap();
    assert!(
        files.shows(&acceptor, "mail.acme.example", "acme").await,
        "the usual one is last"
    );
    let alone = TlsAcceptor::of(&files.pair("acme"), &[]).unwrap();
    assert!(files.shows(&alone, "mail.acme.example", "acme").await);
}

#[test]
fn a_key_of_another_certificate_is_refused() {
    let files = Files::new();
    let error = Pair::read(&files.path("acme.pem"), &files.path("bolt.key")).unwrap_err();
    assert!(error.to_string().contains("TLS configuration"), "{error}");
    let error = Pair::read(&files.path("nobody.pem"), &files.path("bolt.key")).unwrap_err();
    assert!(error.to_string().contains("nobody.pem"), "{error}");
}

#[test]
fn a_certificate_says_which_names_it_is_for() {
    let files = Files::new();
    assert_eq!(
        files.pair("acme").shown().names(),
        ["mail.acme.example", "www.acme.example"]
    );
    let bolt = files.pair("bolt");
    for (name, is_for) in [
        ("mail.bolt.example", true),
        ("MAIL.bolt.example", true),
        ("bolt.example", false),
        ("a.mail.bolt.example", false),
        (".bolt.example", false),
    ] {
        assert_eq!(bolt.shown().is_for(name), is_for, "{name}");
    }
}
