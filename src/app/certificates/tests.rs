use std::path::Path;
use std::process::Command;

use super::*;

/// Writes a certificate that signs itself, and its key.
fn make(dir: &Path, name: &str, host: &str) {
    let made = Command::new("openssl")
        .args(["req", "-x509", "-nodes", "-days", "2", "-newkey", "ec"])
        .args(["-pkeyopt", "ec_paramgen_curve:prime256v1", "-subj", "/CN=x"])
        .args(["-addext", &format!("subjectAltName=DNS:{host}")])
        .arg("-keyout")
        .arg(dir.join(format!("{name}.key")))
        .arg("-out")
        .arg(dir.join(format!("{name}.pem")))
        .output()
        .unwrap();
    assert!(
        made.status.success(),
        "{}",
        String::from_utf8_lossy(&made.stderr)
    );
}

fn config(dir: &Path) -> Config {
    let at = dir.display();
    let further = ["acme", "bolt"].map(|name| {
        format!(
            "[[certificate]]\nname = \"{name}\"\ncertificate_file = \"{at}/{name}.pem\"\n\
             key_file = \"{at}/{name}.key\"\n"
        )
    });
    let text = format!(
        "[store]\npath = \"{at}/store\"\n[http]\nlisten = \"127.0.0.1:1\"\npublic_url = \"https://h\"\n\
         tls_certificate_file = \"{at}/usual.pem\"\ntls_key_file = \"{at}/usual.key\"\n\
         [lmtp]\nlisten = \"127.0.0.1:2\"\nadvertise = \"127.0.0.1:2\"\n\
         [socketmap]\nlisten = \"127.0.0.1:3\"\n{}",
        further.concat()
    );
    Config::parse(&text, Path::new("test")).unwrap().config
}

fn names(certificates: &Certificates) -> Vec<(String, Vec<String>)> {
    let shown = certificates.shown().into_iter();
    shown
        .map(|(section, shown)| (section, shown.names()))
        .collect()
}

#[test]
fn what_cannot_be_read_stays_as_it_was_and_keeps_no_other_from_being_renewed() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    for (name, host) in [("usual", "h"), ("acme", "a.example"), ("bolt", "b.example")] {
        make(dir, name, host);
    }
    let config = config(dir);
    check(&config).unwrap();
    let begun = Certificates::of(&config, &Further::default()).unwrap();
    let says = |acme: &[&str], bolt: &[&str]| {
        let further = [("certificate.acme", acme), ("certificate.bolt", bolt)];
        let usual = ["hold", "http", "smtp"].map(|section| (section, &["h"][..]));
        let all = further.into_iter().filter(|(_, names)| !names.is_empty());
        let all = all.chain(usual).map(|(section, names)| {
            let names = names.iter().map(|name| (*name).to_owned()).collect();
            (section.to_owned(), names)
        });
        all.collect::<Vec<(String, Vec<String>)>>()
    };
    assert_eq!(names(&begun), says(&["a.example"], &["b.example"]));

    std::fs::write(dir.join("acme.pem"), "half of a").unwrap();
    make(dir, "bolt", "new.example");
    let renewed = Certificates::of(&config, &begun.further).unwrap();
    assert_eq!(names(&renewed), says(&["a.example"], &["new.example"]));
    let error = check(&config).unwrap_err().to_string();
    assert!(
        error.starts_with("certificate.acme: ") && error.contains("acme.pem"),
        "{error}"
    );
    // A start does without it.
    let started = Certificates::of(&config, &Further::default()).unwrap();
    assert_eq!(names(&started), says(&[], &["new.example"]));

    std::fs::remove_file(dir.join("usual.key")).unwrap();
    let error = Certificates::of(&config, &renewed.further)
        .unwrap_err()
        .to_string();
    assert!(error.contains("http.tls_certificate_file"), "{error}");
}
