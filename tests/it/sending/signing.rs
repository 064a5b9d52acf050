//! Signatures (DKIM) as real verifiers see them: OpenDKIM, and dkimpy.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use lifeboat::net::Endpoint;
use lifeboat::send::Signers;
use lifeboat::store::queue::QueueEntry;

use super::house::{ANN, House, PATIENCE, plain};
use crate::rig::{RigDir, Sink, need_packages};

/// A key, where its private half is, and what the DNS would have.
struct Key {
    selector: &'static str,
    file: PathBuf,
    record: String,
}

fn openssl(args: &[&str]) -> Vec<u8> {
    let output = Command::new("openssl")
        .args(args)
        .stderr(Stdio::null())
        .output();
    let output = output.expect("run openssl");
    assert!(
        output.status.success(),
        "openssl {args:?}: {}",
        output.status
    );
    output.stdout
}

impl Key {
    /// Makes a key as the documentation tells hosters to.
    fn new(dir: &Path, selector: &'static str, kind: &str) -> Self {
        let file = dir.join(format!("{selector}.pem"));
        let path = file.to_str().expect("a path");
        match kind {
            "rsa" => openssl(&[
                "genpkey",
                "-algorithm",
                "rsa",
                "-pkeyopt",
                "rsa_keygen_bits:2048",
                "-out",
                path,
            ]),
            _ => openssl(&["genpkey", "-algorithm", kind, "-out", path]),
        };
        let public = openssl(&["pkey", "-in", path, "-pubout", "-outform", "DER"]);
        // Of an Ed25519 key the DNS has the 32 octets alone (RFC 8463 §4).
        let public = match kind {
            "rsa" => public.as_slice(),
            _ => &public[public.len() - 32..],
        };
        let der = dir.join("public");
        std::fs::write(&der, public).expect("write the public key");
        let public = openssl(&["base64", "-A", "-in", der.to_str().expect("a path")]);
        let public = String::from_utf8(public).expect("base64");
        Self {
            selector,
            file,
            record: format!("v=DKIM1; k={kind}; p={}", public.trim()),
        }
    }

    fn signers(keys: &[&Self]) -> Signers {
        let mut signers = Signers::default();
        let domains = ["example.com".parse().expect("a domain")];
        for key in keys {
            let added = signers.add(&domains, key.selector, &key.file);
            added.expect("a key that signs");
        }
        signers
    }
}

/// Whether OpenDKIM finds a signature of `key` good.
fn opendkim(dir: &Path, key: &Key, message: &[u8]) -> bool {
    let (keys, config, file) = (
        dir.join("keys"),
        dir.join("opendkim.conf"),
        dir.join("m.eml"),
    );
    let record = format!("{}._domainkey.example.com {}\n", key.selector, key.record);
    std::fs::write(&keys, record).expect("write the keys");
    let text = format!("Mode v\nSyslog no\nTestPublicKeys {}\n", keys.display());
    std::fs::write(&config, text).expect("write its configuration");
    std::fs::write(&file, message).expect("write the message");
    let output = Command::new("/usr/sbin/opendkim")
        .arg("-x")
        .arg(&config)
        .arg("-t")
        .arg(&file)
        .output()
        .expect("run opendkim");
    let said = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    let judged = |word: &str| said.contains(&format!("s={}", key.selector)) && said.contains(word);
    assert!(
        judged("succeeded") || judged("failed"),
        "no verdict: {said}"
    );
    judged("succeeded") && !judged("failed")
}

/// How many signatures dkimpy finds good, of how many.
fn dkimpy(dir: &Path, keys: &[&Key], message: &[u8]) -> (usize, usize) {
    const SCRIPT: &str = r#"
import sys, dkim
records = dict(line.rstrip('\n').split(' ', 1) for line in open(sys.argv[1]))
message = open(sys.argv[2], 'rb').read()
find = lambda name, timeout=5: records.get(name.decode().rstrip('.'), '').encode() or None
verifier = dkim.DKIM(message)
count = sum(1 for name, _ in verifier.headers if name.lower() == b'dkim-signature')
def good(at):
    try:
        return dkim.DKIM(message).verify(idx=at, dnsfunc=find)
    except dkim.DKIMException:
        return False
print(sum(good(at) for at in range(count)), count)
"#;
    let mut records = String::new();
    for key in keys {
        let _ = writeln!(
            records,
            "{}._domainkey.example.com {}",
            key.selector, key.record
        );
    }
    let (zone, file) = (dir.join("zone"), dir.join("m.eml"));
    std::fs::write(&zone, records).expect("write the records");
    std::fs::write(&file, message).expect("write the message");
    let output = Command::new("/usr/bin/python3")
        .args(["-c", SCRIPT])
        .arg(&zone)
        .arg(&file)
        .output()
        .expect("run python3");
    let said = String::from_utf8_lossy(&output.stdout);
    let numbers: Vec<usize> = said.split_whitespace().flat_map(str::parse).collect();
    match numbers.as_slice() {
        [good, count] => (*good, *count),
        _ => panic!("{said}{}", String::from_utf8_lossy(&output.stderr)),
    }
}

/// Messages that a canonicalisation can get wrong.
fn messages() -> Vec<(&'static str, Vec<u8>)> {
    let with = |name: &str, fields: &str, body: &str| {
        let head = format!("From: Ann <{ANN}>\r\nTo: you@elsewhere.test\r\nSubject: {name}\r\n");
        format!("{head}{fields}\r\n{body}").into_bytes()
    };
    let line = "A line of text that is as long as lines are in mail, more or less.\r\n";
    vec![
        ("plain", with("plain", "", "hello\r\n")),
        (
            "folded",
            with(
                "folded",
                "References: <a@x>\r\n\t<b@x>  \r\n <c@x>\r\nMIME-Version:  1.0 \r\n",
                "x\r\n",
            ),
        ),
        (
            "empty-lines",
            with("empty-lines", "", "\r\n\r\none  two\t\r\n \r\n\r\n\r\n"),
        ),
        ("dots", with("dots", "", ".\r\n..\r\n.a\r\n.\r\n")),
        ("no-body", with("no-body", "", "")),
        ("no-line-end", with("no-line-end", "", "the end")),
        (
            "beyond-ascii",
            with(
                "beyond-ascii",
                "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n",
                "gr\u{fc}n\r\n",
            ),
        ),
        (
            "received",
            with(
                "received",
                "Received: from a by b; x\r\nReceived: from c by d; x\r\nCc: a@x.test\r\n",
                "x\r\n",
            ),
        ),
        // Read and signed in pieces.
        (
            "large",
            with("large", "", &line.repeat(3_000_000 / line.len())),
        ),
    ]
}

#[test]
fn opendkim_and_dkimpy_find_what_is_signed_good_and_what_was_changed_bad() {
    need_packages(&[
        ("/usr/sbin/opendkim", "opendkim"),
        ("/usr/lib/python3/dist-packages/dkim", "python3-dkim"),
        ("/usr/bin/openssl", "openssl"),
    ]);
    let dir = RigDir::new("dkim");
    let sink = Sink::start();
    let port = sink.port().addr();
    let endpoint = Endpoint::tcp(port.ip().to_string(), port.port());
    let house = House::open_with(&dir.path().join("store"), vec![plain(endpoint)]);
    let rsa = Key::new(dir.path(), "rsa", "rsa");
    let edwards = Key::new(dir.path(), "edwards", "ed25519");
    let mut number = 0;
    let mut send = |name: &str, message: &[u8]| {
        number += 1;
        house.send(number, &["you@elsewhere.test"], message);
        house.wait(number, "it is sent", QueueEntry::is_finished);
        let arrived = sink
            .wait_for(&format!("Subject: {name}\r\n"), PATIENCE)
            .data;
        let unsigned = match message.ends_with(b"\n") {
            true => message.to_vec(),
            false => [message, b"\r\n"].concat(),
        };
        assert!(
            arrived.ends_with(&unsigned),
            "{name}: behind its signatures it is as it was"
        );
        (arrived.len() > unsigned.len(), arrived)
    };

    // With both keys, read anew while the worker runs.
    house.signers.set(Key::signers(&[&rsa, &edwards]));
    for (name, message) in messages() {
        let (_, arrived) = send(name, &message);
        assert_eq!(
            dkimpy(dir.path(), &[&rsa, &edwards], &arrived),
            (2, 2),
            "{name}"
        );
        assert!(opendkim(dir.path(), &rsa, &arrived), "{name}");
    }
    // A key of the other kind alone.
    house.signers.set(Key::signers(&[&edwards]));
    let (_, arrived) = send(
        "edwards",
        b"From: ann@example.com\r\nSubject: edwards\r\n\r\nx\r\n",
    );
    assert!(opendkim(dir.path(), &edwards, &arrived));

    // What was changed on the way.
    let text = String::from_utf8(arrived).expect("text");
    for changed in [
        text.replace("\r\nx\r\n", "\r\ny\r\n"),
        text.replace("Subject: edwards", "Subject: forged"),
        text.replace("\r\nSubject:", "\r\nReply-To: other@evil.test\r\nSubject:"),
        text.replace("\r\nSubject:", "\r\nSubject: forged\r\nSubject:"),
        text.replace("\r\nFrom:", "\r\nFrom: other@evil.test\r\nFrom:"),
    ] {
        assert_ne!(changed, text);
        assert!(
            !opendkim(dir.path(), &edwards, changed.as_bytes()),
            "{changed}"
        );
        let (good, _) = dkimpy(dir.path(), &[&edwards], changed.as_bytes());
        assert_eq!(good, 0, "{changed}");
    }

    house.signers.set(Signers::default());
    let (is_signed, _) = send(
        "bare",
        b"From: ann@example.com\r\nSubject: bare\r\n\r\nx\r\n",
    );
    assert!(!is_signed, "without keys nothing is signed");
    house.close();
}
