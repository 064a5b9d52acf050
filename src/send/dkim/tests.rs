use super::*;

const MESSAGE: &[u8] = b"From: Ann <ann@example.com>\r\nTo: you@elsewhere.test\r\n\
    Subject: a plan\r\n\r\nhello\r\n.\r\n\r\n";

fn domains(names: &[&str]) -> Vec<DomainName> {
    names.iter().map(|name| name.parse().unwrap()).collect()
}

/// A file with a new Ed25519 key.
fn key_file(dir: &tempfile::TempDir) -> PathBuf {
    use base64::Engine as _;
    let der = Ed25519Key::generate_pkcs8().unwrap();
    let text = base64::engine::general_purpose::STANDARD.encode(der);
    let path = dir.path().join("dkim.pem");
    let pem = format!("-----BEGIN PRIVATE KEY-----\n{text}\n-----END PRIVATE KEY-----\n");
    std::fs::write(&path, pem).unwrap();
    path
}

async fn signed(signers: &Signers, domain: &str) -> String {
    let content = Content::of(MESSAGE.to_vec().into());
    let content = signers.sign(&domain.parse().unwrap(), content).await;
    let content = content.unwrap();
    let mut pieces = content.pieces().unwrap();
    let mut all = Vec::new();
    while let Some(piece) = pieces.next().await.unwrap() {
        all.extend_from_slice(&piece);
    }
    assert_eq!(all.len() as u64, content.size_bytes());
    assert_eq!(content.head(), MESSAGE, "a report returns what was written");
    assert!(content.has_strict_line_ends() && content.is_ascii());
    String::from_utf8(all).unwrap()
}

/// A signature's fields, with one space or none for folded white space.
fn tags(message: &str) -> HashMap<String, String> {
    let header = message.strip_prefix("DKIM-Signature:").unwrap();
    let end = header.find("\r\nFrom:").unwrap();
    let flat: String = header[..end]
        .chars()
        .filter(|c| !c.is_whitespace())
        .collect();
    let tag = |pair: &str| {
        let (name, value) = pair.split_once('=')?;
        Some((name.to_owned(), value.to_owned()))
    };
    flat.split(';').filter_map(tag).collect()
}

#[tokio::test]
async fn the_senders_own_domain_signs_and_no_other() {
    let dir = tempfile::tempdir().unwrap();
    let mut signers = Signers::default();
    let both = domains(&["example.com", "gr\u{fc}n.example"]);
    signers.add(&both, "s1", &key_file(&dir)).unwrap();
    for other in ["sub.example.com", "com", "example.org"] {
        let message = signed(&signers, other).await;
        assert_eq!(message.as_bytes(), MESSAGE, "{other}");
    }
    for (domain, name) in [
        ("example.com", "example.com"),
        // As the DNS has it.
        ("gr\u{fc}n.example", "xn--grn-ioa.example"),
    ] {
        let message = signed(&signers, domain).await;
        assert!(message.as_bytes().ends_with(MESSAGE), "{message}");
        let tags = tags(&message);
        assert_eq!(tags["d"], name);
        assert_eq!(tags["s"], "s1");
        assert_eq!(tags["a"], "ed25519-sha256");
        assert_eq!(tags["c"], "relaxed/simple");
        assert!(!tags.contains_key("l"), "all of the body is signed");
        let fields: Vec<String> = tags["h"]
            .to_lowercase()
            .split(':')
            .map(str::to_owned)
            .collect();
        let count = |name: &str| fields.iter().filter(|field| *field == name).count();
        // Once more than they occur: nobody can add one.
        assert_eq!(count("from"), 2);
        assert_eq!(count("subject"), 2);
        assert!(count("reply-to") >= 1);
        assert!(count("content-type") >= 1);
    }
}

#[tokio::test]
async fn every_key_of_a_domain_signs() {
    let dir = tempfile::tempdir().unwrap();
    let mut signers = Signers::default();
    for selector in ["old", "new"] {
        let domain = domains(&["example.com"]);
        signers.add(&domain, selector, &key_file(&dir)).unwrap();
    }
    let message = signed(&signers, "example.com").await;
    assert_eq!(message.matches("DKIM-Signature:").count(), 2);
    assert!(
        message.contains("s=old;") && message.contains("s=new;"),
        "{message}"
    );
}

#[test]
fn what_is_no_key_is_said_so() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("dkim.pem");
    let add = |text: Option<&str>| {
        if let Some(text) = text {
            std::fs::write(&path, text).unwrap();
        }
        let mut signers = Signers::default();
        let added = signers.add(&domains(&["example.com"]), "s1", &path);
        added.unwrap_err().to_string()
    };
    let missing = add(None);
    assert!(
        missing.contains("dkim.pem") && missing.contains("openssl genpkey"),
        "{missing}"
    );
    let nothing = add(Some("nothing"));
    assert!(nothing.contains("openssl genpkey"), "{nothing}");
    let broken = add(Some(
        "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
    ));
    assert!(broken.contains("RSA key of 2048 bits"), "{broken}");
}
